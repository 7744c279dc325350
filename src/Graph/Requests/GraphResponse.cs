using System.Text.Encodings.Web;
using System.Text.Json;

namespace Berth.Graph.Requests;

/// <summary>The headers an answer may carry beside those that every answer has.</summary>
public readonly record struct ResponseHeaders
{
    /// <summary>The preference for members of enumerations that came later (protocol 1.4).</summary>
    public const string UnknownMembers = "include-unknown-enum-members";

    /// <summary><c>Preference-Applied</c>: which wish of <c>Prefer</c> was heeded.</summary>
    public string? PreferenceApplied { get; init; }

    /// <summary><c>Location</c>, absolute.</summary>
    public string? Location { get; init; }

    /// <summary><c>Allow</c>.</summary>
    public string? Allow { get; init; }

    /// <summary><c>WWW-Authenticate</c>.</summary>
    public string? Authenticate { get; init; }

    /// <summary><c>Retry-After</c>, in seconds; 0 sends none.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary><c>Berth-Version</c>: the version of the tenant that was read, where a moment of the past was asked for (B529); 0 sends none.</summary>
    public long Version { get; init; }

    /// <summary>What it tells of throttling; null where nothing is throttled.</summary>
    public ThrottleHeaders? Throttle { get; init; }
}

/// <summary>What the body of an answer is.</summary>
public enum ResponseBody : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>Plain text: a count.</summary>
    Text,

    /// <summary>XML: <c>$metadata</c>.</summary>
    Xml,

    /// <summary>A stream: a report, which is JSON that Graph calls a file.</summary>
    Stream,
}

/// <summary>An answer: status, headers and a UTF-8 body in a pooled buffer, which <see cref="Dispose"/> gives back.</summary>
public sealed class GraphResponse : IDisposable
{
    // Graph sends text as it is; JSON needs no more than quotes, backslashes and control characters escaped.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
#if !DEBUG
        SkipValidation = true,
#endif
    };

    [ThreadStatic]
    private static Utf8JsonWriter? t_idle;

    private readonly PooledBytes? _bytes;

    private GraphResponse(int status, ResponseBody kind, PooledBytes? bytes, ResponseHeaders headers)
    {
        Status = status;
        Kind = kind;
        _bytes = bytes;
        Headers = headers;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>What <see cref="Body"/> is.</summary>
    public ResponseBody Kind { get; }

    /// <summary>Further headers.</summary>
    public ResponseHeaders Headers { get; }

    /// <summary>The body, valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Body => _bytes?.Written ?? default;

    /// <summary>No answer at all: the connection ends.</summary>
    public static GraphResponse Dropped => Empty(0);

    /// <summary>Whether there is no answer.</summary>
    public bool IsDropped => Status == 0;

    /// <summary>204, or another status without a body.</summary>
    public static GraphResponse Empty(int status = 204, ResponseHeaders headers = default) => new(status, ResponseBody.None, null, headers);

    /// <summary>The same answer with other headers; the body is the new one's from then on.</summary>
    public GraphResponse With(ResponseHeaders headers) => new(Status, Kind, _bytes, headers);

    /// <summary>An answer in JSON, or a stream of it, written by a function that must not keep the writer.</summary>
    public static GraphResponse Json<TState>(int status, TState state, Action<Utf8JsonWriter, TState> write, ResponseHeaders headers = default, ResponseBody kind = ResponseBody.Json)
        where TState : allows ref struct
    {
        PooledBytes bytes = new();
        Utf8JsonWriter json = t_idle ?? new Utf8JsonWriter(bytes, Options);
        t_idle = null;
        try
        {
            json.Reset(bytes);
            write(json, state);
            json.Flush();
            json.Reset(PooledBytes.Nowhere);
            t_idle = json;
            return new GraphResponse(status, kind, bytes, headers);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>An answer whose body is there already.</summary>
    public static GraphResponse Of(int status, ResponseBody kind, ReadOnlySpan<byte> body, ResponseHeaders headers = default)
    {
        PooledBytes bytes = new();
        body.CopyTo(bytes.GetSpan(body.Length));
        bytes.Advance(body.Length);
        return new GraphResponse(status, kind, bytes, headers);
    }

    /// <summary>The error envelope.</summary>
    public static GraphResponse Error(GraphRequest request, GraphError error) =>
        request.Version == GraphVersion.Scim ? Scim.ScimError.Response(error) : Error(error, request.RequestId, request.ClientRequestId, request.ReceivedAt);

    /// <summary>The error envelope of something that is no request yet.</summary>
    public static GraphResponse Error(GraphError error, Guid requestId, string clientRequestId, DateTimeOffset at) =>
        Json(error.Status, (error, requestId, clientRequestId, at), static (json, s) => s.error.Write(json, s.requestId, s.clientRequestId, s.at), error.Headers);

    /// <inheritdoc/>
    public void Dispose() => _bytes?.Dispose();
}
