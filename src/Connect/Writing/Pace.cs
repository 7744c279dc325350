namespace Berth.Connect.Writing;

/// <summary>
/// Lets at most so many writes go within any second (B574). Every item of a batch counts, and so does every item that is sent again. For any number of threads.
/// </summary>
/// <param name="perSecond">How many.</param>
/// <param name="time">The clock.</param>
public sealed class Pace(int perSecond, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _lock = new();
    private readonly Queue<(DateTimeOffset At, int Count)> _sent = new();

    /// <summary>The most writes that can be taken at once.</summary>
    public int Most => perSecond;

    /// <summary>Waits until writes may go, in the order of asking.</summary>
    /// <param name="writes">How many; at most <see cref="Most"/>.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task TakeAsync(int writes, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(writes, perSecond);
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            while (TryTake(writes) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, time, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private TimeSpan TryTake(int writes)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            while (_sent.TryPeek(out (DateTimeOffset At, int Count) oldest) && now - oldest.At >= _second)
            {
                _sent.Dequeue();
            }

            if (_sent.Sum(static one => one.Count) + writes > perSecond)
            {
                return _sent.Peek().At + _second - now;
            }

            _sent.Enqueue((now, writes));
            return TimeSpan.Zero;
        }
    }
}
