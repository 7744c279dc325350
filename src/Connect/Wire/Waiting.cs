using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Berth.Connect.Wire;

/// <summary>What Graph's <c>Retry-After</c> means, and when a request that failed may be sent again (B561).</summary>
public static class Waiting
{
    /// <summary>The wait that an answer asks for; null when it asks for none that is waited for.</summary>
    /// <param name="status">The status.</param>
    /// <param name="header">The header as it came, or null.</param>
    /// <param name="now">Now.</param>
    public static TimeSpan? Asked(int status, string? header, DateTimeOffset now) =>
        status is 429 or 503 && (Named(header, now) ?? ConnectLimits.UnnamedWait) is var wait && wait <= ConnectLimits.LongestWait ? wait : null;

    /// <summary>What <c>Retry-After</c> says, as seconds or as a date; null when it says nothing.</summary>
    public static TimeSpan? Named(string? header, DateTimeOffset now) =>
        header is null || !RetryConditionHeaderValue.TryParse(header, out RetryConditionHeaderValue? value) ? null
        : (value.Delta ?? value.Date!.Value - now) is { Ticks: > 0 } wait ? wait
        : TimeSpan.Zero;

    /// <summary>Whether a gateway or server lost the request, so that it may have happened or not.</summary>
    public static bool IsLoss(int status) => status is 500 or 502 or 504;

    /// <summary>Whether nothing listens there, which no second attempt changes.</summary>
    public static bool IsNobodyThere(HttpRequestException e) => e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        || e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound };

    /// <summary>The pause after a lost attempt, counted from 1, in whole milliseconds as timers have it. Half of it is chance, so that many callers spread.</summary>
    public static TimeSpan PauseAfter(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Round((ConnectLimits.FirstPause * (1 << Math.Min(attempt - 1, 6))).TotalMilliseconds * (0.75 + (Random.Shared.NextDouble() / 2))));
}
