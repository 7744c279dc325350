using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>The half of the writer that has the database: a thread that commits one batch after the other while the next one is decided.</summary>
internal sealed class Committer : IDisposable
{
    private readonly IJournalStore _store;
    private readonly Action<Exception> _failed;
    private readonly SemaphoreSlim _given = new(0);
    private readonly Thread _thread;
    private (Batch Batch, TaskCompletionSource<Exception?> Settled)? _job;

    /// <param name="store">Where batches are committed.</param>
    /// <param name="failed">Told why a commit failed before any of its callers is.</param>
    public Committer(IJournalStore store, Action<Exception> failed)
    {
        _store = store;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger commit" };
        _thread.Start();
    }

    /// <summary>Commits a batch, publishes it, answers its callers and runs its errands.</summary>
    /// <returns>Null, or why the commit did not happen or is not known to have happened.</returns>
    public Task<Exception?> Commit(Batch batch)
    {
        TaskCompletionSource<Exception?> settled = new();
        _job = (batch, settled);
        _given.Release();
        return settled.Task;
    }

    public void Dispose()
    {
        _job = null;
        _given.Release();
        _thread.Join();
        _given.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _given.Wait();
            if (_job is not { } job)
            {
                return;
            }

            Exception? failure = Append(job.Batch);
            if (failure is null)
            {
                job.Batch.Publish();
            }
            else
            {
                _failed(failure);
                job.Batch.Fail(failure);
            }

            job.Batch.RunErrands(_store);
            job.Settled.SetResult(failure);
        }
    }

    private Exception? Append(Batch batch)
    {
        try
        {
            batch.Append(_store);
            return null;
        }
        catch (WriteFailedException e)
        {
            return e;
        }
        catch (LedgerFencedException e)
        {
            return e;
        }
#pragma warning disable CA1031 // The commit may or may not have happened: from here on only the journal knows.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new LedgerFencedException($"The ledger cannot know whether its last commit happened, and stops writing: {e.Message}", null, e);
        }
    }
}
