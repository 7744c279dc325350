using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Telling;

/// <summary>
/// Who is told of alerts: <c>/berth/v1/alertReceivers</c> (B790, B796). They are told what only administrators see, and an address of a webhook can be a secret: reading them asks
/// for as much as making them.
/// </summary>
internal static class ListenerDesk
{
    private static readonly RouteAccess Managing = new(
        [PermissionSet.Of("Organization.ReadWrite.All", "CloudPC.ReadWrite.All"), PermissionSet.Of("Directory.ReadWrite.All", "CloudPC.ReadWrite.All")]);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/alertReceivers", Managing, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/alertReceivers", Managing, Create) { Versions = RouteVersions.Berth },
        new(GraphMethod.Get, "/alertReceivers/{receiver}", Managing, One(static (_, _, book, listener, _) => new(Entity(200, book, listener, default)))) { Versions = RouteVersions.Berth },
        new(GraphMethod.Patch, "/alertReceivers/{receiver}", Managing, Update) { Versions = RouteVersions.Berth },
        new(GraphMethod.Delete, "/alertReceivers/{receiver}", Managing, One(static async (request, _, book, listener, cancel) =>
            await book.RemoveAsync(listener.Id, request.Caller.Actor, cancel).ConfigureAwait(false) ? GraphResponse.Empty() : NotFound(request, listener.Id.ToString()))) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/alertReceivers/{receiver}/test", Managing, One(TestAsync)) { Versions = RouteVersions.Berth, Body = RouteBody.None },
    ];

    /// <summary>Answers with the book of the tenant; a write happens once.</summary>
    internal static Handling With(GraphRequest request, Func<ListenerBooks, ListenerBook, CancellationToken, ValueTask<GraphResponse>> answer) =>
        GraphRoom.RepeatabilityError(request) is { } error ? GraphResponse.Error(request, error)
        : request.Listeners is { } books
            ? new Handling.Working(async (desk, cancel) =>
            {
                ListenerBook book = await books.OfAsync(desk, cancel).ConfigureAwait(false);
                return request.Method == GraphMethod.Get
                    ? await answer(books, book, cancel).ConfigureAwait(false)
                    : await book.OnceAsync(request, () => answer(books, book, cancel), cancel).ConfigureAwait(false);
            })
            : GraphResponse.Error(request, new GraphError(501, "NotImplemented", "Alerts are not told here.", "alertsNotServed"));

    private static RouteHandler One(Func<GraphRequest, ListenerBooks, ListenerBook, AlertListener, CancellationToken, ValueTask<GraphResponse>> answer) =>
        (_, request, keys) => With(request, (books, book, cancel) => Guid.TryParseExact(keys.First, "D", out Guid id) && book.Own.FirstOrDefault(one => one.Id == id) is { } listener
            ? answer(request, books, book, listener, cancel)
            : new ValueTask<GraphResponse>(NotFound(request, keys.First)));

    private static GraphResponse NotFound(GraphRequest request, string key) => GraphResponse.Error(request, GraphError.NotFound(key));

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) => With(request, (_, book, _) => new ValueTask<GraphResponse>(GraphResponse.Json(
        200,
        book,
        static (json, book) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value"u8);
            foreach (AlertListener listener in book.Own.OrderBy(static one => one.CreatedAt).ThenBy(static one => one.Id))
            {
                json.WriteStartObject();
                Members(json, book, listener);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        })));

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "AlertReceiver",
        static (read, body) => ListenerBody.Read(read, body, isNew: true),
        wanted => With(request, async (books, book, cancel) =>
        {
            if ((wanted.Url is { } url ? books.Hosts.Refuse(url, "url") : books.HasMail ? null : NoMail) is { } error)
            {
                return GraphResponse.Error(request, error);
            }

            string? secret = wanted.Url is null ? null : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TellingLimits.SecretBytes));
            AlertListener listener = wanted.Apply(new AlertListener(
                Guid.NewGuid(), null, wanted.Url, secret, wanted.Address, [.. TellingNames.Kinds.Values], AlertThresholds.Default, request.ReceivedAt));
            return await book.AddAsync(listener, request.Caller.Actor, cancel).ConfigureAwait(false) is { } refusal
                ? GraphResponse.Error(request, new GraphError(403, "Forbidden", refusal, "alertReceiversTooMany"))
                : Entity(201, book, listener, new ResponseHeaders { Location = $"{request.ServiceRoot}/alertReceivers/{listener.Id}" }, secret);
        }));

    private static Handling Update(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "AlertReceiver",
        static (read, body) => ListenerBody.Read(read, body, isNew: false),
        wanted => One(async (again, _, book, listener, cancel) => await book.ChangeAsync(listener.Id, wanted.Apply, again.Caller.Actor, cancel).ConfigureAwait(false) is { } after
            ? Entity(200, book, after, default)
            : NotFound(again, keys.First))(tenant, request, keys));

    private static GraphError NoMail { get; } = GraphError.BadRequest(
        "mailNotConfigured", "This Berth has no mail server, so nobody can be told by letter: whoever runs it names one with --smtp and --mail-from. A webhook (url) needs none.");

    // B796
    private static async ValueTask<GraphResponse> TestAsync(GraphRequest request, ListenerBooks books, ListenerBook book, AlertListener listener, CancellationToken cancel)
    {
        bool isTooSoon = false;
        book.Note(listener.Id, before => (isTooSoon = before.TestedAt + TellingLimits.TestEvery > request.ReceivedAt) ? before : before with { TestedAt = request.ReceivedAt });
        if (isTooSoon)
        {
            return GraphResponse.Error(request, new GraphError(
                429, "TooManyRequests", $"This receiver was tested a moment ago; it can be once in {TellingLimits.TestEvery.TotalSeconds} seconds.", "alertTestTooSoon")
            {
                Headers = new ResponseHeaders { RetryAfterSeconds = (int)TellingLimits.TestEvery.TotalSeconds },
            });
        }

        string? problem = await books.Send(AlertMessage.Test(book.Desk.Current.Profile, listener, request.ReceivedAt), cancel).ConfigureAwait(false);
        return GraphResponse.Json(200, problem, static (json, problem) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("isTaken"u8, problem is null);
            json.WriteString("problem"u8, problem);
            json.WriteEndObject();
        });
    }

    private static GraphResponse Entity(int status, ListenerBook book, AlertListener listener, ResponseHeaders headers, string? secret = null) => GraphResponse.Json(
        status,
        (book, listener, secret),
        static (json, s) =>
        {
            json.WriteStartObject();
            Members(json, s.book, s.listener);
            if (s.secret is not null)
            {
                json.WriteString("secret"u8, s.secret);
            }

            json.WriteEndObject();
        },
        headers);

    private static void Members(Utf8JsonWriter json, ListenerBook book, AlertListener listener)
    {
        json.WriteString("id"u8, listener.Id);
        json.WriteString("displayName"u8, listener.Name);
        json.WriteString("url"u8, listener.Url);
        json.WriteString("address"u8, listener.Address);
        json.WriteStartArray("kinds"u8);
        foreach (AlertKind kind in listener.Kinds)
        {
            json.WriteStringValue(TellingNames.Of(kind));
        }

        json.WriteEndArray();
        json.WriteStartObject("thresholds"u8);
        json.WriteNumber("freeUnits"u8, listener.Thresholds.FreeUnits);
        if (listener.Thresholds.FreePercent is { } percent)
        {
            json.WriteNumber("freePercent"u8, percent);
        }
        else
        {
            json.WriteNull("freePercent"u8);
        }

        json.WriteNumber("waiting"u8, listener.Thresholds.Waiting);
        json.WriteNumber("bufferUses"u8, listener.Thresholds.BufferUses);
        json.WriteEndObject();
        json.WriteString("createdDateTime"u8, listener.CreatedAt.UtcDateTime);
        ListenerStanding standing = book.StandingOf(listener.Id);
        if (standing.TakenAt is { } taken)
        {
            json.WriteString("lastTakenDateTime"u8, taken.UtcDateTime);
        }
        else
        {
            json.WriteNull("lastTakenDateTime"u8);
        }

        json.WriteString("problem"u8, standing.Problem);
    }
}
