using System.Text.Json;

namespace Berth.Connect.Wire;

/// <summary>What Graph answered to one request.</summary>
/// <param name="Status">The HTTP status; 0 when the answer was lost, see <see cref="Lost"/>.</param>
/// <param name="Body">The bytes of the body, JSON as a rule.</param>
public sealed record PortAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The answer to a write of which nobody knows whether it happened: the network or a gateway lost it.</summary>
    public static PortAnswer Lost { get; } = new(0, default);

    /// <summary>Graph's id of the request, for its support; empty when it gave none.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The header <c>Location</c>, of a 202 or 410 say; null when there is none.</summary>
    public string? Location { get; init; }

    /// <summary>Whether it was done.</summary>
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>Whether nobody knows if it was done.</summary>
    public bool IsLost => Status == 0;

    /// <summary>Graph's error code, or <c>httpSTATUS</c>.</summary>
    public string Code => Error("code") is { Length: > 0 } code ? code : $"http{Status}";

    /// <summary>The code inside, which says more than <see cref="Code"/>, where there is one: Berth's has.</summary>
    public string? InnerCode => Error("code", "innerError");

    /// <summary>Graph's error text, cut where it is very long; of a lost answer our own words.</summary>
    public string Message => IsLost
        ? "the answer was lost on the way, so it may have happened or not"
        : Error("message") is { Length: > 0 } message
            ? message.Length <= ConnectLimits.SaidCharacters ? message : $"{message.AsSpan(0, ConnectLimits.SaidCharacters)}..."
            : $"status {Status} and no explanation";

    /// <summary>The body as JSON; the caller disposes of it.</summary>
    /// <exception cref="ConnectFailedException">It is none: that was not Graph.</exception>
    public JsonDocument Json()
    {
        try
        {
            WholeJson.Check(Body.Span, gaps: true);
            return JsonDocument.Parse(Body);
        }
        catch (JsonException e)
        {
            throw new ConnectFailedException($"an answer with status {Status} is not Microsoft Graph's: is the address right?", e);
        }
    }

    private string? Error(string property, string? within = null)
    {
        try
        {
            using JsonDocument? body = IsDone || Body.IsEmpty ? null : JsonDocument.Parse(Body);
            return body is { RootElement.ValueKind: JsonValueKind.Object } && body.RootElement.TryGetProperty("error", out JsonElement error)
                && (within is null || (error.ValueKind == JsonValueKind.Object && error.TryGetProperty(within, out error)))
                && error.ValueKind == JsonValueKind.Object && error.TryGetProperty(property, out JsonElement text) && text.ValueKind == JsonValueKind.String
                    ? text.GetString()
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A gateway's page, for instance: the status is all there is to tell.
            return null;
        }
    }
}
