using System.Net.Http.Headers;

namespace Berth.Connect.Wire;

/// <summary>What Graph's <c>Retry-After</c> means, and when a request that failed may be sent again (B561).</summary>
internal static class Waiting
{
    /// <summary>The wait that an answer asks for; null when it asks for none that is waited for.</summary>
    /// <param name="status">The status.</param>
    /// <param name="header">The header as it came, or null.</param>
    /// <param name="now">Now.</param>
    public static TimeSpan? Asked(int status, string? header, DateTimeOffset now)
    {
        if (status is not (429 or 503))
        {
            return null;
        }

        TimeSpan wait = header is not null && RetryConditionHeaderValue.TryParse(header, out RetryConditionHeaderValue? value)
            ? value.Delta ?? value.Date!.Value - now
            : ConnectLimits.UnnamedWait;
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
        return wait <= ConnectLimits.LongestWait ? wait : null;
    }

    /// <summary>Whether a gateway or server lost the request, so that it may have happened or not.</summary>
    public static bool IsLoss(int status) => status is 500 or 502 or 504;

    /// <summary>The pause after a lost attempt, counted from 1.</summary>
    public static TimeSpan PauseAfter(int attempt) => ConnectLimits.FirstPause * (1 << Math.Min(attempt - 1, 6));
}
