using Berth.Ledger;

namespace Berth.Serving;

/// <summary>Asks the database whether it is there, however many ask for it: once in a while, and never for long (B783).</summary>
internal sealed class DatabaseProbe(LedgerDoor ledger, TimeProvider time) : IDisposable
{
    /// <summary>How long an answer holds.</summary>
    public static readonly TimeSpan Holds = TimeSpan.FromSeconds(1);

    /// <summary>How long the database may take to answer; a probe of an orchestrator waits a little longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private DateTimeOffset _until;
    private Exception? _trouble;

    /// <summary>Why the database takes nothing now, or null.</summary>
    public async Task<Exception?> AskAsync()
    {
        await _asking.WaitAsync().ConfigureAwait(false);
        try
        {
            if (time.GetUtcNow() >= _until)
            {
                using CancellationTokenSource late = new(Patience, time);
                try
                {
                    _trouble = await ledger.ProbeAsync(late.Token).WaitAsync(Patience, time).ConfigureAwait(false);
                }
                catch (Exception e) when (e is TimeoutException or OperationCanceledException)
                {
                    _trouble = new TimeoutException($"the database did not answer within {Patience.TotalSeconds:0} seconds.", e);
                }

                _until = time.GetUtcNow() + Holds;
            }

            return _trouble;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();
}
