using System.Text.Json;

namespace Berth.CommandLine.Client.Wire;

/// <summary>Why the server did not do what it was asked.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Berth's machine code (<c>innerError.code</c>); of another Graph the one its text tells, else its own code.</param>
/// <param name="Message">The server's sentence.</param>
/// <param name="RequestId">The server's id of the request, for its log; may be null.</param>
internal sealed record GraphRefusal(int Status, string Code, string Message, string? RequestId)
{
    /// <summary>The refusal in an answer that is not done; also of a server that sends something else than Graph's envelope.</summary>
    public static GraphRefusal Of(GraphAnswer answer)
    {
        WireError? error;
        try
        {
            error = answer.Body.IsEmpty ? null : JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.WireErrorBody)?.Error;
        }
        catch (JsonException)
        {
            // A gateway's page, for instance: the status is all there is to tell.
            error = null;
        }

        string message = error?.Message ?? $"The server answered with status {answer.Status} and no explanation.";
        return new GraphRefusal(
            answer.Status,
            error?.InnerError?.Code ?? Advice.CodeOf(answer.Status, message) ?? error?.Code ?? $"http{answer.Status}",
            message,
            error?.InnerError?.RequestId);
    }
}
