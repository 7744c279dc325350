using System.Collections.Concurrent;
using System.Diagnostics;
using Berth.Graph.Telling;
using Berth.Ledger;

namespace Berth.Notifications;

/// <summary>
/// Tells receivers of alerts what is so and what is over (B791, B792): each has a follower that compares the tenant with what the receiver was told. What was not taken is told again,
/// as it is by then, for as long as there is something to tell. Everything here runs on real time, and only while the tenant's book is open: a tenant that goes to another node takes
/// its followers with it.
/// </summary>
internal sealed partial class AlertDelivery : IAsyncDisposable
{
    private readonly ListenerBooks _books;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<(ListenerBook Book, Guid Listener), Task> _followers = new();
    private readonly ConcurrentDictionary<ListenerBook, Task> _watches = new();
    private readonly Task _supervising;

    public AlertDelivery(ListenerBooks books, TimeProvider time, ILogger log)
    {
        (_books, _time, _log) = (books, time, log);
        _supervising = Task.Run(SuperviseAsync);
    }

    /// <summary>Ends what is under way, and stores what everybody was told.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([_supervising, .. _watches.Values, .. _followers.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ListenerBook book in _books.Opened)
        {
            await SaveAsync(book).ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    // Every open book has one watch, and every receiver one follower, from its making to its end.
    private async Task SuperviseAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Task change = _books.Change;
            foreach (ListenerBook book in _books.Opened)
            {
                if (!_watches.ContainsKey(book))
                {
                    _watches[book] = Task.Run(() => WatchAsync(book));
                }

                // Looked through whenever a tenant comes: most have nobody.
                foreach (Guid id in !book.IsHeard ? [] : book.All.Select(static listener => listener.Id).Where(id => !_followers.ContainsKey((book, id))))
                {
                    _followers[(book, id)] = Task.Run(() => FollowAsync(book, id));
                }
            }

            await change.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Since when something is so is known though nobody is told of it; and what was told is stored, also when the database was away at first.
    private async Task WatchAsync(ListenerBook book)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, book.Closing);
        try
        {
            while (true)
            {
                (long version, long begun) = (book.Desk.Current.Version, Stopwatch.GetTimestamp());
                book.Look();
                bool isSaved = await SaveAsync(book).ConfigureAwait(false);
                await RestAsync(begun, ending.Token).ConfigureAwait(false);
                if (isSaved)
                {
                    await book.Desk.GrownAsync(version, ending.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The book is closed, or the process ends.
        }
        catch (Exception e)
        {
            LogBroken(book.Desk.Id, e);
        }
        finally
        {
            _watches.TryRemove(book, out _);
        }
    }

    private async Task FollowAsync(ListenerBook book, Guid id)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, book.Closing);
        try
        {
            TimeSpan pause = TellingLimits.FirstPause;
            while (book.Find(id) is { } listener)
            {
                ending.Token.ThrowIfCancellationRequested();
                bool isTaken;
                try
                {
                    isTaken = await StepAsync(book, listener, ending.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogBroken(book.Desk.Id, e);
                    isTaken = false;
                }

                if (isTaken)
                {
                    pause = TellingLimits.FirstPause;
                    continue;
                }

                // What happens meanwhile is told with it.
                await Task.Delay(pause, _time, ending.Token).ConfigureAwait(false);
                pause = pause * 2 < TellingLimits.LongestPause ? pause * 2 : TellingLimits.LongestPause;
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop; the next start goes on, here or at another node.
        }
        finally
        {
            _followers.TryRemove((book, id), out _);
            _books.LookAgain();
        }
    }

    /// <summary>Tells a receiver what there is to tell, or waits until there may be something; false when it did not take it.</summary>
    private async Task<bool> StepAsync(ListenerBook book, AlertListener listener, CancellationToken cancel)
    {
        Task change = _books.Change;
        long version = book.Desk.Current.Version;
        (DateTimeOffset now, long begun) = (_time.GetUtcNow(), Stopwatch.GetTimestamp());
        Telling telling = AlertTelling.Decide(book.ToldOf(listener.Id), book.Active(listener), now);
        if (telling.Notices.Count > 0)
        {
            string? problem = await _books.Send(new AlertMessage(book.Desk.Current.Profile, listener, telling.Notices, now), cancel).ConfigureAwait(false);
            if (problem is not null)
            {
                book.Note(listener.Id, before => before with { Problem = problem });
                LogNotTaken(listener.Id, book.Desk.Id, problem);
                return false;
            }

            book.Tell(listener.Id, telling.Told, isToKeep: true);
            while (!await SaveAsync(book).ConfigureAwait(false))
            {
                await Task.Delay(TellingLimits.LookEvery, _time, cancel).ConfigureAwait(false);
            }

            book.Note(listener.Id, before => before with { TakenAt = now, Problem = null });
            return true;
        }

        book.Tell(listener.Id, telling.Told, isToKeep: false);
        await RestAsync(begun, cancel).ConfigureAwait(false);
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        TimeSpan until = telling.WakeAt is { } at ? TimeSpan.FromTicks(Math.Max(0, (at - _time.GetUtcNow()).Ticks)) : Timeout.InfiniteTimeSpan;
        await Task.WhenAny(book.Desk.GrownAsync(version, waiting.Token), change, Task.Delay(until, _time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        return true;
    }

    // A tenant in which very many wait takes long to look at: then it is looked at less often.
    private Task RestAsync(long begun, CancellationToken cancel)
    {
        TimeSpan rest = Stopwatch.GetElapsedTime(begun) * TellingLimits.RestShare;
        return Task.Delay(rest > TellingLimits.LookEvery ? rest : TellingLimits.LookEvery, _time, cancel);
    }

    private async Task<bool> SaveAsync(ListenerBook book)
    {
        try
        {
            await book.SaveAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is LedgerFencedException or WriteFailedException or DatabaseAwayException or CommitInDoubtException)
        {
            // What was told is told again after a restart; the watch tries again.
            LogNotSaved(book.Desk.Id, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Receiver {Receiver} of alerts of tenant {Tenant} took nothing: {Problem}. It is told again.")]
    private partial void LogNotTaken(Guid receiver, Guid tenant, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The alerts of tenant {Tenant} could not be told; it is tried again.")]
    private partial void LogBroken(Guid tenant, Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What receivers of alerts of tenant {Tenant} were told could not be stored and is tried again: {Problem}")]
    private partial void LogNotSaved(Guid tenant, string problem);
}
