using System.Net;

namespace Berth.Portal.Graph;

/// <summary>A request that Graph refused or that never got there.</summary>
/// <param name="status">The status, or null when there was no answer.</param>
/// <param name="code">Graph's code, such as <c>Request_BadRequest</c>; empty when there was no answer.</param>
/// <param name="innerCode">The code of the one reason, such as <c>massRemoval</c>.</param>
/// <param name="message">What happened, in the server's words, which are written for people.</param>
/// <param name="requestId">What the server's own log calls it.</param>
public sealed class GraphException(HttpStatusCode? status, string code, string? innerCode, string message, string? requestId) : Exception(message)
{
    /// <summary>The status, or null when there was no answer.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>Graph's code.</summary>
    public string Code { get; } = code;

    /// <summary>The code of the one reason.</summary>
    public string? InnerCode { get; } = innerCode;

    /// <summary>What the server's own log calls the request.</summary>
    public string? RequestId { get; } = requestId;

    /// <summary>What exactly it is about: of a list of changes, which one.</summary>
    public IReadOnlyList<GraphErrorDetail> Details { get; init; } = [];

    /// <summary>What the person can do about it, in a sentence; empty where the message says it.</summary>
    public string Advice => Status switch
    {
        null => "Check that the server runs and that this machine reaches it, then try again.",
        HttpStatusCode.Unauthorized => "Sign in again.",
        HttpStatusCode.Forbidden => "Your account may not do this. Ask an administrator, or sign in as one.",
        HttpStatusCode.NotFound => "It may have been deleted meanwhile. Go back to the list and look again.",
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => "Somebody was faster. Look at what is there now and decide again.",
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => "The server has too much to do. Wait a moment and try again.",
        >= HttpStatusCode.InternalServerError => "This is a mistake of the server. Its log knows the request by the number below.",
        _ => "",
    };
}
