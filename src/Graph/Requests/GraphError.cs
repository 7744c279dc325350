using System.Globalization;
using System.Text.Json;
using Berth.Engine.Collections;
using Berth.Ledger;

namespace Berth.Graph.Requests;

/// <summary>One of several reasons of an error: <c>error.details[]</c>.</summary>
/// <param name="Code">Graph's code, such as <c>ObjectConflict</c>.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Target">The property meant.</param>
public sealed record ErrorDetail(string Code, string Message, string Target);

/// <summary>An error as Graph tells it (protocol 1.5).</summary>
/// <param name="Status">The HTTP status, 400 or above.</param>
/// <param name="Code">Graph's code, which clients branch on.</param>
/// <param name="Message">A sentence for people; for license errors the wording that scripts match (L-table 1.3).</param>
/// <param name="InnerCode">Berth's own machine code: stable, finer than <paramref name="Code"/>.</param>
public sealed record GraphError(int Status, string Code, string Message, string InnerCode)
{
    /// <summary>What the error is about, such as a property name.</summary>
    public string? Target { get; init; }

    /// <summary>Its reasons one by one, where Graph names them.</summary>
    public ValueArray<ErrorDetail> Details { get; init; }

    /// <summary>Headers that belong to it.</summary>
    public ResponseHeaders Headers { get; init; }

    /// <summary>Directory validation, and every licensing rule.</summary>
    public static GraphError BadRequest(string innerCode, string message) => new(400, "Request_BadRequest", message, innerCode);

    /// <summary>409: what is wanted does not go together with how things stand.</summary>
    public static GraphError Conflict(string innerCode, string message) => new(409, "Conflict", message, innerCode);

    /// <summary>E11: the id names nothing.</summary>
    public static GraphError NotFound(string id) => new(
        404, "Request_ResourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.", "resourceNotFound");

    /// <summary>The query cannot be read or names something there is not.</summary>
    public static GraphError BadQuery(string message) => new(400, "BadRequest", message, "queryInvalid");

    /// <summary>The directory cannot do this query.</summary>
    public static GraphError UnsupportedQuery(string message) => new(400, "Request_UnsupportedQuery", message, "queryUnsupported");

    /// <summary>The directory does this in an advanced query only (L154).</summary>
    /// <param name="message">Graph's words.</param>
    /// <param name="option">The query option meant.</param>
    public static GraphError AdvancedNeeded(string message, string option) => new(400, "Request_UnsupportedQuery", message, "advancedQueryNeeded")
    {
        Target = option,
        Details = [new ErrorDetail(
            "AdvancedQueryNeeded", "Send the header 'ConsistencyLevel: eventual' and $count=true with this query: https://aka.ms/graph-docs/advanced-queries.", option)],
    };

    /// <summary>An operator of a filter that is for advanced queries only.</summary>
    public static GraphError OperatorNeedsAdvanced(string name) => AdvancedNeeded(MissingParameters($"Operator '{name}'"), "$filter");

    /// <summary>A cast of a transitive list, which is for advanced queries only.</summary>
    public static GraphError CastNeedsAdvanced(string name) => AdvancedNeeded(MissingParameters($"OData cast '{name}'"), "$count");

    /// <summary><c>$search</c> without the header.</summary>
    public static GraphError SearchNeedsHeader { get; } = AdvancedNeeded(
        "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'", "$search");

    /// <summary><c>/$count</c> without the header.</summary>
    public static GraphError CountNeedsHeader { get; } = AdvancedNeeded("$count is not currently supported.", "$count") with { Code = "Request_BadRequest" };

    /// <summary><c>$expand</c> in a query that has to be advanced.</summary>
    public static GraphError ExpandNotAdvanced { get; } = UnsupportedQuery("The query option '$expand' is not supported in advanced queries.") with { Target = "$expand" };

    /// <summary>E12.</summary>
    public static GraphError Denied { get; } = new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "permissionMissing");

    private static string MissingParameters(string what) =>
        $"{what} is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. "
        + "Refer to https://aka.ms/graph-docs/advanced-queries for more information";

    /// <summary>The path leads nowhere.</summary>
    public static GraphError UnknownSegment(string segment) => new(400, "BadRequest", $"Resource not found for the segment '{segment}'.", "pathUnknown");

    /// <summary>The path is unreadable.</summary>
    public static GraphError BadPath(string message) => new(400, "BadRequest", message, "pathInvalid");

    /// <summary>The path has a percent sign or a character that no path can have.</summary>
    public static GraphError NoCharacter { get; } = BadPath("The path has a percent sign that does not stand for a character, or stands for one that no name has.");

    /// <summary>The path exists, the method does not.</summary>
    /// <param name="allowed">For the <c>Allow</c> header.</param>
    public static GraphError MethodNotAllowed(string allowed) => new(
        405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.", "methodNotAllowed")
    {
        Headers = new ResponseHeaders { Allow = allowed },
    };

    /// <summary>The body is larger than the route takes.</summary>
    public static GraphError BodyTooLarge(long limit) => new(
        413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {limit} bytes."), "bodyTooLarge");

    /// <summary>The body is not what the route reads.</summary>
    public static GraphError ContentType(string? given, string wanted) => new(
        415, "UnsupportedMediaType", $"The content type '{given ?? ""}' cannot be read here: send {wanted}.", "contentTypeUnsupported");

    /// <summary>The body is packed; none is unpacked, so that none becomes larger than it came (B764).</summary>
    public static GraphError ContentEncoding(string given) => new(
        415, "UnsupportedMediaType", $"The content encoding '{(given.Length <= 64 ? given : given[..64])}' cannot be read here: send the body as it is, without Content-Encoding.", "contentEncodingUnsupported");

    /// <summary>The address was refused too often (B766, B771).</summary>
    public static GraphError TooManyRefusals(int seconds) => TooMany("Too many requests from your address were refused. Wait as long as Retry-After says, then look at what you send.", seconds);

    /// <summary>Too much of a kind at once; how long to wait is in <c>Retry-After</c>.</summary>
    public static GraphError TooMany(string message, int seconds) => new(429, "TooManyRequests", message, "tooManyRequests")
    {
        Headers = new ResponseHeaders { RetryAfterSeconds = seconds },
    };

    /// <summary>No or no good token.</summary>
    public static GraphError Unauthenticated(string message, string challenge) => new(401, "InvalidAuthenticationToken", message, "tokenInvalid")
    {
        Headers = new ResponseHeaders { Authenticate = challenge },
    };

    /// <summary>The write did not happen and may be sent again.</summary>
    public static GraphError Unavailable(string message, int seconds) => new(503, "serviceNotAvailable", message, "serviceNotAvailable")
    {
        Headers = new ResponseHeaders { RetryAfterSeconds = seconds },
    };

    /// <summary>What a failure of the database means for a request that needed it (B704); null when the failure is another one.</summary>
    public static GraphError? OfDatabase(Exception failure) =>
        failure is DatabaseAwayException or WriteFailedException or CommitInDoubtException or LedgerFencedException ? Unavailable(failure.Message, 1) : null;

    /// <summary>A mistake of ours.</summary>
    public static GraphError Broken { get; } = new(
        500, "InternalServerError", "Berth failed on this request; its log names the cause under the request id.", "internalError");

    /// <summary>Writes <c>{"error":{...}}</c>.</summary>
    public void Write(Utf8JsonWriter json, Guid requestId, string clientRequestId, DateTimeOffset at)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, Code);
        json.WriteString("message"u8, Message);
        if (Target is not null)
        {
            json.WriteString("target"u8, Target);
        }

        if (Details.Count > 0)
        {
            json.WriteStartArray("details"u8);
            foreach (ErrorDetail detail in Details)
            {
                json.WriteStartObject();
                json.WriteString("code"u8, detail.Code);
                json.WriteString("message"u8, detail.Message);
                json.WriteString("target"u8, detail.Target);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("innerError"u8);
        json.WriteString("code"u8, InnerCode);
        json.WriteString("date"u8, at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        json.WriteString("request-id"u8, requestId);
        json.WriteString("client-request-id"u8, clientRequestId);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
