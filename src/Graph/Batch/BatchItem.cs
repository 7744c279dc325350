using Berth.Graph.History;
using Berth.Graph.Requests;

namespace Berth.Graph.Batch;

/// <summary>One item of a <c>$batch</c>.</summary>
/// <param name="Id">Its id; a number is its text.</param>
/// <param name="Method">The method as written.</param>
/// <param name="Url">Path and query after the version, encoded or not, with or without a slash before it.</param>
/// <param name="Headers">Its own headers.</param>
/// <param name="Body">Its body as JSON; empty when there is none.</param>
/// <param name="DependsOn">The items, by position, that must succeed before it.</param>
internal sealed record BatchItem(
    string Id, string Method, string Url, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, IReadOnlyList<int> DependsOn)
{
    /// <summary>A header of the item, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The item as a request of the batch's caller, or why it cannot be one.</summary>
    public (GraphRequest? Request, GraphError? Error) ToRequest(GraphRequest batch, int index)
    {
        int question = Url.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : Url[(question + 1)..];
        if (query.Length > GraphLimits.QueryCharacters)
        {
            return (null, GraphError.BadQuery($"The query is longer than {GraphLimits.QueryCharacters} characters."));
        }

        (GraphPath? path, string? problem) = GraphPath.Read(Rooted(question < 0 ? Url : Url[..question]));
        if (path is null)
        {
            return (null, GraphError.BadPath(problem!));
        }

        if (path.Segments is [{ IsKey: false } first, ..] && first.Text.Equals("$batch", StringComparison.OrdinalIgnoreCase))
        {
            return (null, GraphError.BadPath("A batch inside a batch is not possible."));
        }

        string? contentType = Header("Content-Type");
        if (!Body.IsEmpty && contentType is null)
        {
            return (null, new GraphError(
                400, "BadRequest", $"Write request with id '{Id}' does not contain a Content-Type header.", "contentTypeMissing"));
        }

        Guid requestId = Guid.NewGuid();
        return (new GraphRequest
        {
            Method = MethodOf(Method),
            Version = batch.Version,
            Path = path,
            Query = query,
            Caller = batch.Caller,
            BaseUrl = batch.BaseUrl,
            RequestId = requestId,
            ClientRequestId = Header("client-request-id") is { Length: > 0 and <= GraphLimits.ClientRequestIdCharacters } given ? given : requestId.ToString(),
            ReceivedAt = batch.ReceivedAt,
            WithoutMetadata = Header("Accept")?.Contains("odata.metadata=none", StringComparison.OrdinalIgnoreCase) ?? batch.WithoutMetadata,
            EventualConsistency = string.Equals(Header("ConsistencyLevel"), "eventual", StringComparison.OrdinalIgnoreCase),
            Prefer = Header("Prefer"),
            AsOf = Header(PastReads.Header),
            Subscriptions = batch.Subscriptions,
            Listeners = batch.Listeners,
            ThrottlePriority = Header("x-ms-throttle-priority") ?? batch.ThrottlePriority,
            InBatch = true,
            Faults = batch.Faults,
            Passwords = batch.Passwords,
            ContentType = contentType,
            // A batch that is sent again is the same items again.
            RepeatabilityId = Header("Repeatability-Request-ID") ?? (batch.RepeatabilityId is { } whole ? $"{whole}#{index}" : null),
            Body = Body,
        }, null);
    }

    private static string Rooted(string path) => path.StartsWith('/') ? path : $"/{path}";

    private static GraphMethod MethodOf(string method) => method.ToUpperInvariant() switch
    {
        "GET" => GraphMethod.Get,
        "POST" => GraphMethod.Post,
        "PATCH" => GraphMethod.Patch,
        "PUT" => GraphMethod.Put,
        "DELETE" => GraphMethod.Delete,
        _ => GraphMethod.Other,
    };
}
