namespace Berth.PowerShell;

/// <summary>
/// A server refused what it was asked, or could not be asked. The message is the server's own; what was to be changed was not.
/// </summary>
public sealed class BerthException : Exception
{
    /// <summary>An exception with its sentence.</summary>
    /// <param name="code">What a program tells it by: the server's <c>innerError.code</c>, such as <c>seatsExhausted</c>.</param>
    /// <param name="message">What happened, for people.</param>
    /// <param name="status">The HTTP status, 0 when there was no answer.</param>
    /// <param name="inner">What led to it.</param>
    public BerthException(string code, string message, int status = 0, Exception? inner = null)
        : base(message, inner) => (Code, StatusCode) = (code, status);

    /// <summary>What a program tells it by, such as <c>seatsExhausted</c>. It is the first part of the error's <c>FullyQualifiedErrorId</c>.</summary>
    public string Code { get; }

    /// <summary>The HTTP status; 0 when the server did not answer.</summary>
    public int StatusCode { get; }

    /// <summary>The id under which the server answered; null when it did not.</summary>
    public string? RequestId { get; init; }

    /// <summary>Which change of a list the refusal is about, from 0; null when it is about all of them (B500).</summary>
    internal int? Change { get; init; }
}
