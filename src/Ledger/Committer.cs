using System.Diagnostics;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>The half of the writer that has the database: a thread that commits one batch after the other while the next one is decided.</summary>
internal sealed class Committer : IDisposable
{
    /// <summary>How long it waits before it asks once more what became of a commit.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    private readonly IJournalStore _store;
    private readonly Action<Exception> _failed;
    private readonly Task _closing;
    private readonly SemaphoreSlim _given = new(0);
    private readonly Thread _thread;
    private (Batch Batch, TaskCompletionSource<Exception?> Settled, TaskCompletionSource Doubted)? _job;

    /// <param name="store">Where batches are committed.</param>
    /// <param name="failed">Told why a commit failed, or is in doubt, before any of its callers is.</param>
    /// <param name="closing">Done when nobody waits any more for what is in doubt.</param>
    public Committer(IJournalStore store, Action<Exception> failed, Task closing)
    {
        _store = store;
        _failed = failed;
        _closing = closing;
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger commit" };
        _thread.Start();
    }

    /// <summary>Commits a batch, publishes it, answers its callers and runs its errands.</summary>
    /// <returns>Settled: null, or why the commit did not happen or is not known to have happened. Doubted: it will be a while until that is known.</returns>
    public (Task<Exception?> Settled, Task Doubted) Commit(Batch batch)
    {
        TaskCompletionSource<Exception?> settled = new();
        TaskCompletionSource doubted = new();
        _job = (batch, settled, doubted);
        _given.Release();
        return (settled.Task, doubted.Task);
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

            long started = Stopwatch.GetTimestamp();
            Activity? activity = job.Batch.HasRows ? LedgerTelemetry.Begin() : null;
            Exception? failure = Append(job.Batch);
            if (job.Batch.HasRows)
            {
                LedgerTelemetry.End(activity, started, job.Batch.Commands, failure);
            }

            if (failure is CommitInDoubtException doubt)
            {
                _failed(doubt);
                job.Batch.Fail(doubt);
                job.Doubted.SetResult();
                failure = FindOut(doubt);
                if (failure is null)
                {
                    job.Batch.Publish();
                }
                else
                {
                    _failed(failure);
                }
            }
            else if (failure is null)
            {
                job.Batch.Publish();
                job.Batch.Answer();
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

    // Until the database is back, however long that takes (B704).
    private Exception? FindOut(CommitInDoubtException doubt)
    {
        try
        {
            while (true)
            {
                if (doubt.FindOut() is { } happened)
                {
                    return happened ? null : new WriteFailedException("Nothing was written: the database went away before the commit. Send the command again.", doubt);
                }

                if (_closing.Wait(AskAgain))
                {
                    return new LedgerFencedException("The ledger was closed before it was known whether its last commit happened.", null, doubt);
                }
            }
        }
        catch (LedgerFencedException e)
        {
            return e;
        }
#pragma warning disable CA1031 // What cannot be found out now will not be found out later.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Unknown(e);
        }
    }

    private static LedgerFencedException Unknown(Exception e) => new($"The ledger cannot know whether its last commit happened, and stops writing: {e.Message}", null, e);

    private Exception? Append(Batch batch)
    {
        try
        {
            batch.Append(_store);
            return null;
        }
        catch (Exception e) when (e is WriteFailedException or LedgerFencedException or CommitInDoubtException)
        {
            return e;
        }
#pragma warning disable CA1031 // The commit may or may not have happened: from here on only the journal knows.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Unknown(e);
        }
    }
}
