namespace Berth.Connect.Wire;

/// <summary>The wait that a Graph asked for: one for all requests on the same way, since the next would be told the same. For any number of threads.</summary>
/// <param name="time">The clock.</param>
public sealed class Patience(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>How long it still wants to be left alone; zero when it does not.</summary>
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

    /// <summary>Waits as long as it asked for, and tells whether that was any time.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancel)
    {
        bool hasWaited = false;
        for (; Remaining is { Ticks: > 0 } left; hasWaited = true)
        {
            await Task.Delay(left, time, cancel).ConfigureAwait(false);
        }

        return hasWaited;
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
}
