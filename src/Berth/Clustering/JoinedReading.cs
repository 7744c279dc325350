namespace Berth.Clustering;

/// <summary>
/// Reads something anew for whoever asks: one reading is under way at a time, and all who ask meanwhile share the next one. However many ask, the database answers one (B719, B767). For any number of threads.
/// </summary>
internal sealed class JoinedReading(Func<Task> read)
{
    private readonly Lock _lock = new();
    private Task _reading = Task.CompletedTask;
    private Task? _next;

    /// <summary>Waits for a reading that begins after the question: it knows what was there before it.</summary>
    public Task AgainAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            return (_reading.IsCompleted ? _reading = read() : _next ??= NextAsync(_reading)).WaitAsync(cancel);
        }
    }

    private async Task NextAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task reading;
        lock (_lock)
        {
            _next = null;
            _reading = reading = read();
        }

        await reading.ConfigureAwait(false);
    }
}
