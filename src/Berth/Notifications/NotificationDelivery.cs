using System.Collections.Concurrent;
using Berth.Graph.Notifications;

namespace Berth.Notifications;

/// <summary>
/// Tells subscriptions what happened: each follows the journal by itself, from the entry up to which it was told, one delivery after another. So the
/// order holds, a slow receiver holds up nobody else and nothing queues in memory (B189). Everything here runs on real time.
/// </summary>
internal sealed partial class NotificationDelivery : IAsyncDisposable
{
    /// <summary>How often is stored how far subscriptions were told.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    private readonly SubscriptionBooks _books;
    private readonly NotificationSender _sender;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _deliveries = new(NotificationLimits.Deliveries);
    private readonly ConcurrentDictionary<Guid, Task> _followers = new();
    private readonly ConcurrentDictionary<Task, bool> _farewells = new();
    private readonly Task _supervising;
    private readonly Task _saving;

    public NotificationDelivery(SubscriptionBooks books, NotificationSender sender, TimeProvider time, ILogger log)
    {
        (_books, _sender, _time, _log) = (books, sender, time, log);
        _supervising = Task.Run(SuperviseAsync);
        _saving = Task.Run(SaveAsync);
    }

    /// <summary>Ends what is under way, and stores how far everybody was told.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([_supervising, _saving, .. _followers.Values, .. _farewells.Keys]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (SubscriptionBook book in _books.Opened)
        {
            await book.SaveAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _deliveries.Dispose();
        _stopping.Dispose();
    }

    // Every subscription has one follower, from its making to its end.
    private async Task SuperviseAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Task change = _books.Change;
            foreach (SubscriptionBook book in _books.Opened)
            {
                foreach (Guid id in book.All.Select(subscription => subscription.Id).Where(id => !_followers.ContainsKey(id)))
                {
                    _followers[id] = Task.Run(() => FollowAsync(book, id));
                }
            }

            await change.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SaveAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(SaveEvery, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (SubscriptionBook book in _books.Opened)
            {
                try
                {
                    await book.SaveAsync(CancellationToken.None).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    // What was told is told again after a restart; the next second tries again.
                    LogNotSaved(book.Desk.Id, e);
                }
            }
        }
    }

    private async Task FollowAsync(SubscriptionBook book, Guid id)
    {
        try
        {
            NoticePlace place = new(book.Find(id)?.Told ?? 0, 0);
            while (book.Find(id) is { } subscription && !_stopping.IsCancellationRequested)
            {
                try
                {
                    place = await StepAsync(book, subscription, place).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogBroken(id, e);
                    await Task.Delay(NotificationLimits.LongestPause, _time, _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop; the next start goes on.
        }
        finally
        {
            // A subscription that came back with its tenant meanwhile has a follower from now on.
            _followers.TryRemove(id, out _);
            _books.LookAgain();
        }
    }

    private async Task<NoticePlace> StepAsync(SubscriptionBook book, ChangeSubscription subscription, NoticePlace place)
    {
        Task change = _books.Change;
        DateTimeOffset now = _time.GetUtcNow();
        if (now >= subscription.ExpiresAt)
        {
            if (await book.RemoveAsync(subscription.Id, _stopping.Token).ConfigureAwait(false))
            {
                Tell(book, subscription, LifecycleEvent.SubscriptionRemoved);
            }

            return place;
        }

        DateTimeOffset challenge = subscription.ExpiresAt - NotificationLimits.ReauthorizeBefore;
        if (!subscription.IsChallenged && now >= challenge)
        {
            await book.ChangeAsync(subscription.Id, static one => one with { IsChallenged = true }, _stopping.Token).ConfigureAwait(false);
            Tell(book, subscription, LifecycleEvent.ReauthorizationRequired);
            return place;
        }

        NoticeBatch batch = await Notices.ReadAsync(book.Desk, subscription, place, _stopping.Token).ConfigureAwait(false);
        if (batch.Body is { } body && !await DeliverAsync(book, subscription, body).ConfigureAwait(false))
        {
            if (book.Find(subscription.Id) is null)
            {
                return place;
            }

            // Given up. What piled up meanwhile would be as late: the receiver is told to read for itself.
            NoticePlace tip = new(book.Desk.Current.Version, 0);
            book.Tell(subscription.Id, tip.Sequence);
            Tell(book, subscription, LifecycleEvent.Missed);
            return tip;
        }

        book.Tell(subscription.Id, batch.Next.Sequence);
        if (batch.IsAtEnd)
        {
            DateTimeOffset due = subscription.IsChallenged ? subscription.ExpiresAt : challenge;
            using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            await Task.WhenAny(book.Desk.GrownAsync(batch.Next.Sequence, waiting.Token), change, Task.Delay(due - now, _time, waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            _stopping.Token.ThrowIfCancellationRequested();
        }

        return batch.Next;
    }

    /// <summary>Delivers until it is taken; false when it was given up, or when the subscription has gone or ended meanwhile.</summary>
    private async Task<bool> DeliverAsync(SubscriptionBook book, ChangeSubscription subscription, byte[] body)
    {
        DateTimeOffset? begun = null;
        TimeSpan pause = NotificationLimits.FirstPause;
        while (true)
        {
            DeliveryOutcome outcome = await PostAsync(new Uri((book.Find(subscription.Id) ?? subscription).NotificationUrl), body).ConfigureAwait(false);
            if (outcome.IsTaken)
            {
                return true;
            }

            DateTimeOffset now = _time.GetUtcNow();
            begun ??= now;
            TimeSpan wait = outcome.RetryAfter > pause ? outcome.RetryAfter : pause;
            wait = wait < NotificationLimits.LongestPause ? wait : NotificationLimits.LongestPause;
            if (book.Find(subscription.Id) is not { } known || now + wait >= known.ExpiresAt || now + wait - begun > NotificationLimits.RetryFor)
            {
                LogGivenUp(subscription.Id, outcome.Problem);
                return false;
            }

            LogNotTaken(subscription.Id, outcome.Problem, wait);
            await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(false);
            pause *= 2;
        }
    }

    // Beside the changes: what becomes of a subscription waits for no receiver of theirs.
    private void Tell(SubscriptionBook book, ChangeSubscription subscription, LifecycleEvent happened)
    {
        if (subscription.LifecycleUrl is { } url)
        {
            Task telling = Task.Run(() => TellAsync(new Uri(url), subscription.Id, Notices.Write(subscription, book.Desk.Id, happened)));
            _farewells[telling] = true;
            telling.ContinueWith(done => _farewells.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private async Task TellAsync(Uri url, Guid id, byte[] body)
    {
        DateTimeOffset begun = _time.GetUtcNow();
        for (TimeSpan pause = NotificationLimits.FirstPause; ; pause *= 2)
        {
            DeliveryOutcome outcome = await PostAsync(url, body).ConfigureAwait(false);
            if (outcome.IsTaken)
            {
                return;
            }

            if (_time.GetUtcNow() + pause - begun > NotificationLimits.LifecycleRetryFor)
            {
                LogGivenUp(id, outcome.Problem);
                return;
            }

            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(false);
        }
    }

    private async Task<DeliveryOutcome> PostAsync(Uri url, byte[] body)
    {
        await _deliveries.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            return await _sender.PostAsync(url, body, _stopping.Token).ConfigureAwait(false);
        }
        finally
        {
            _deliveries.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The receiver of subscription {Subscription} took nothing: {Problem}. It is sent again in {Pause}.")]
    private partial void LogNotTaken(Guid subscription, string problem, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notifications of subscription {Subscription} were given up: {Problem}.")]
    private partial void LogGivenUp(Guid subscription, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Subscription} could not be followed; it is tried again.")]
    private partial void LogBroken(Guid subscription, Exception cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "How far the subscriptions of tenant {Tenant} were told could not be stored.")]
    private partial void LogNotSaved(Guid tenant, Exception cause);
}
