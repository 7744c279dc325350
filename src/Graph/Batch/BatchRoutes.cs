using System.Text.Json;
using Berth.Engine;
using Berth.Graph.History;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Batch;

/// <summary>
/// <c>$batch</c> (protocol 1.6): every item is a request like any other, with its own permission check; items run one after
/// another in the order given, but after those they depend on, so that a batch has one outcome.
/// </summary>
internal static class BatchRoutes
{
    private const string ContentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/$batch", RouteAccess.Anyone("each request in it is checked by itself"), Run),
    ];

    private static Handling Run(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "batch",
        BatchBody.Read,
        items => new Handling.Working((desk, cancel) => RunAsync(desk, request, items, cancel)));

    private static async ValueTask<GraphResponse> RunAsync(TenantDesk desk, GraphRequest request, IReadOnlyList<BatchItem> items, CancellationToken cancel)
    {
        GraphResponse?[] answers = new GraphResponse?[items.Count];
        try
        {
            foreach (int index in BatchBody.InOrder(items))
            {
                answers[index] = await AnswerAsync(desk, request, items[index], index, answers, cancel).ConfigureAwait(false);
            }

            return GraphResponse.Json(200, (items, answers), static (json, s) =>
            {
                json.WriteStartObject();
                json.WriteStartArray("responses"u8);
                for (int i = 0; i < s.items.Count; i++)
                {
                    Write(json, s.items[i].Id, s.answers[i]!);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        finally
        {
            foreach (GraphResponse? answer in answers)
            {
                answer?.Dispose();
            }
        }
    }

    private static async ValueTask<GraphResponse> AnswerAsync(
        TenantDesk desk, GraphRequest batch, BatchItem item, int index, GraphResponse?[] answers, CancellationToken cancel)
    {
        (GraphRequest? request, GraphError? error) = item.ToRequest(batch, index);
        foreach (int earlier in item.DependsOn)
        {
            if (answers[earlier]!.Status >= 400)
            {
                error = new GraphError(
                    424, "FailedDependency", $"Request '{item.Id}' was not run: a request that it depends on failed.", "failedDependency");
            }
        }

        return error is not null
            ? GraphResponse.Error(error, Guid.NewGuid(), item.Header("client-request-id") ?? batch.ClientRequestId, batch.ReceivedAt)
            : await GraphRoom.AnswerAsync(desk, request!, cancel).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, string id, GraphResponse answer)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteNumber("status"u8, answer.Status);
        json.WriteStartObject("headers"u8);
        json.WriteString("Cache-Control"u8, "no-cache"u8);
        if (answer.Kind != ResponseBody.None)
        {
            json.WriteString("Content-Type"u8, answer.Kind switch
            {
                ResponseBody.Text => "text/plain",
                ResponseBody.Xml => "application/xml",
                ResponseBody.Stream => "application/octet-stream",
                _ => ContentType,
            });
        }

        if (answer.Headers.Location is { } location)
        {
            json.WriteString("Location"u8, location);
        }

        if (answer.Headers.PreferenceApplied is { } preference)
        {
            json.WriteString("Preference-Applied"u8, preference);
        }

        if (answer.Headers.Allow is { } allow)
        {
            json.WriteString("Allow"u8, allow);
        }

        if (answer.Headers.RetryAfterSeconds > 0)
        {
            json.WriteString("Retry-After"u8, $"{answer.Headers.RetryAfterSeconds}");
        }

        if (answer.Headers.Version > 0)
        {
            json.WriteString(PastReads.VersionHeader, $"{answer.Headers.Version}");
        }

        foreach ((string name, string value) in answer.Headers.Throttle?.ToHeaders() ?? [])
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        if (answer.Kind == ResponseBody.Xml)
        {
            json.WriteString("body"u8, answer.Body.Span);
        }
        else if (answer.Kind == ResponseBody.Stream)
        {
            json.WriteBase64String("body"u8, answer.Body.Span);
        }
        else if (answer.Kind != ResponseBody.None)
        {
            // JSON as it is; the text of a count is a JSON number (protocol 1.2).
            json.WritePropertyName("body"u8);
            json.WriteRawValue(answer.Body.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
