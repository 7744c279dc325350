using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Berth.CommandLine.Client.Wire;

/// <summary>How often a request is sent again, and the wait that the server asked for: one for all requests of a command.</summary>
internal sealed class Patience(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>How long the server still wants to be left alone; zero when it does not.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (_lock)
            {
                TimeSpan left = _until - time.GetUtcNow();
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Waits as long as the server asked for.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        while (Remaining is { Ticks: > 0 } left)
        {
            await Task.Delay(left, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps every request back for a while; a shorter wait never shortens a longer one.</summary>
    public void Hold(TimeSpan wait)
    {
        lock (_lock)
        {
            DateTimeOffset until = time.GetUtcNow() + wait;
            _until = until > _until ? until : _until;
        }
    }

    /// <summary>The pause before sending again after a broken attempt, counted from 1. Half of it is chance, so that many callers spread.</summary>
    public static TimeSpan PauseAfter(int attempt) =>
        ClientLimits.FirstPause * (1 << Math.Min(attempt - 1, 6)) * (0.75 + (Random.Shared.NextDouble() / 2));

    /// <summary>What <c>Retry-After</c> says, as seconds or as a date; null when it says nothing.</summary>
    public TimeSpan? Asked(RetryConditionHeaderValue? header)
    {
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is { Ticks: < 0 } ? TimeSpan.Zero : wait;
    }

    /// <summary>Whether the same request may succeed a little later.</summary>
    public static bool IsPassing(int status) => (HttpStatusCode)status is HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Whether nothing listens there, which no second attempt changes.</summary>
    public static bool IsNobodyThere(HttpRequestException e) => e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        || e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound };
}
