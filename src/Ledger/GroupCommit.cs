using System.Threading.Channels;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>
/// The one writer of a database. A thread takes waiting commands and decides each on its tenant's newest state, which may be
/// a state whose commit is still under way; what it has decided meanwhile is the next commit. States are published and callers
/// answered only when their commit has happened; when one fails, what was decided upon it fails with it. What takes long
/// is decided by its caller while the tenant stands still (<see cref="Turns"/>), and taken over here; nothing else is decided anywhere else.
/// </summary>
internal sealed class GroupCommit
{
    /// <summary>Commands that may wait; beyond it callers wait for a place.</summary>
    internal const int MostWaiting = 4096;

    /// <summary>How often old answers are looked for, in real time, and how many are forgotten between two commits.</summary>
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);
    private const int MostForgotten = 500;

    private readonly IJournalStore _store;
    private readonly TimeProvider _time;
    private readonly Channel<IWork> _queue = Channel.CreateBounded<IWork>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly JournalWriter _journal = new();
    private readonly Turns _turns = new();
    private readonly Thread _thread;
    private Batch _filling = new();
    private Batch _underWay = new();
    private readonly TaskCompletionSource _closing = new();
    private (Task<Exception?> Settled, Task Doubted)? _commit;
    private Task<bool>? _arrival;
    private DateTimeOffset _forgetAt;
    private bool _moreToForget;
    private LedgerFencedException? _failure;
    private CommitInDoubtException? _doubt;
    private bool _doubtIsSeen;
    private Exception? _trouble;

    public GroupCommit(IJournalStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger decide" };
    }

    /// <summary>Why this ledger may not write any more, or null while it may.</summary>
    public LedgerFencedException? Failure => Volatile.Read(ref _failure);

    /// <summary>Why the newest commit did not happen, or is in doubt, while none has happened since; null otherwise.</summary>
    public Exception? Trouble => Volatile.Read(ref _trouble);

    /// <summary>Told of every tenant after a commit, on the writer's thread.</summary>
    public Action<TenantDesk>? Grown { get; set; }

    public void Start() => _thread.Start();

    public ValueTask<Submission> SubmitAsync(TenantDesk desk, Command command, Actor actor, Repeatable? repeatable, CancellationToken cancel, DecidedAhead? ahead = null)
    {
        if (repeatable is not null)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(repeatable.Key.Length, Repeatable.LongestKey, nameof(repeatable));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(repeatable.BodyHash.Length, Repeatable.LongestBodyHash, nameof(repeatable));
        }

        Pending pending = new(desk, command, actor, repeatable, cancel) { Ahead = ahead };
        return _queue.Writer.TryWrite(pending) ? new ValueTask<Submission>(pending.Answer.Task) : WaitAsync(pending, cancel);

        async ValueTask<Submission> WaitAsync(Pending pending, CancellationToken cancel)
        {
            await EnqueueAsync(pending, cancel).ConfigureAwait(false);
            return await pending.Answer.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Makes a command of a tenant that stands still, decides it on the caller's side, and submits it (B510).</summary>
    public async Task<Submission> SubmitAloneAsync(TenantDesk desk, Func<Tenant, Command> make, Actor actor, Repeatable? repeatable, CancellationToken cancel)
    {
        Turn turn = new(desk);
        await EnqueueAsync(turn, cancel).ConfigureAwait(false);
        try
        {
            Tenant tenant = await turn.Begun.Task.WaitAsync(cancel).ConfigureAwait(false);
            (Command command, DecidedAhead ahead) = await Task.Run(
                () =>
                {
                    Command made = make(tenant);
                    DateTimeOffset now = _time.GetUtcNow();
                    return (made, new DecidedAhead(turn, tenant, Deciding.Decide(tenant, made, new DecisionContext(now, actor)), now));
                },
                cancel).ConfigureAwait(false);
            return await SubmitAsync(desk, command, actor, repeatable, cancel, ahead).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(turn).ConfigureAwait(false);
        }
    }

    // Whatever became of the caller, the tenant goes on; a ledger that is closed has ended every turn.
    private async Task EndAsync(Turn turn)
    {
        try
        {
            await _queue.Writer.WriteAsync(new TurnEnd(turn), CancellationToken.None).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
        }
    }

    /// <summary>Does something with the store between two commits.</summary>
    public Task RunAsync(Action<IJournalStore> errand) => RunAsync(new Errand(errand));

    /// <summary>Does something with the store after the last commit of a tenant: what was decided before is committed, and nothing is decided for it any more.</summary>
    public Task RunLastAsync(TenantDesk desk, LedgerFencedException why, Action<IJournalStore> errand) => RunAsync(new Errand(errand) { Closes = (desk, why) });

    private async Task RunAsync(Errand work)
    {
        await EnqueueAsync(work, CancellationToken.None).ConfigureAwait(false);
        await work.Finished.Task.ConfigureAwait(false);
    }

    /// <summary>Something was written after a commit had failed: the trouble is over, unless a commit is in doubt still.</summary>
    public void Recovered()
    {
        if (Failure is null && Volatile.Read(ref _doubt) is null)
        {
            Volatile.Write(ref _trouble, null);
        }
    }

    /// <summary>Commits what waits and stops; later submissions are told that the ledger is closed.</summary>
    public void Stop()
    {
        _queue.Writer.TryComplete();
        _closing.TrySetResult();
        _thread.Join();
    }

    private async ValueTask EnqueueAsync(IWork work, CancellationToken cancel)
    {
        try
        {
            await _queue.Writer.WriteAsync(work, cancel).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new LedgerFencedException("The ledger is closed.", null, e);
        }
    }

    private void Run()
    {
        using Committer committer = new(_store, Fence, _closing.Task);
        do
        {
            // The committer is given what there is as soon as it has nothing to do: to decide first all that waits would leave it idle meanwhile, and nothing to decide afterwards.
            do
            {
                HandOver(committer);
            }
            while (TakeOne());
        }
        while (Wait());
    }

    private bool TakeOne()
    {
        if (_filling.IsFull || !(_turns.TryRelease(out IWork? work) || _queue.Reader.TryRead(out work)))
        {
            return false;
        }

        Take(work);
        return true;
    }

    private void HandOver(Committer committer)
    {
        if (_commit is { Settled: { IsCompleted: true } settled })
        {
            Settle(settled.Result);
            _commit = null;
        }

        if (_commit is { Doubted.IsCompleted: true } && !_doubtIsSeen)
        {
            Doubt();
        }

        if (_commit is null && !_filling.IsEmpty)
        {
            Forget();
            _filling.Seal();
            (_filling, _underWay) = (_underWay, _filling);
            _commit = committer.Commit(_underWay);
        }
    }

    // For something to take, or for the commit under way; false when nothing will come any more.
    private bool Wait()
    {
        if (_commit is { } full && _filling.IsFull)
        {
            Task.WaitAny(full.Settled, Heard(full));
            return true;
        }

        if (_turns.HasReleased)
        {
            return true;
        }

        _arrival ??= _queue.Reader.WaitToReadAsync().AsTask();
        if (_commit is not { } commit)
        {
            _arrival.Wait();
        }
        else
        {
            Task.WaitAny(_arrival, commit.Settled, Heard(commit));
        }

        if (_arrival.IsCompleted && _arrival.Result)
        {
            _arrival = null;
            return true;
        }

        if (_commit is { Settled.IsCompleted: false, Doubted.IsCompleted: true } && !_arrival.IsCompleted)
        {
            return true;
        }

        // Closed, or the commit is done: what is left is the commit under way.
        _commit?.Settled.Wait();
        return _commit is not null || _turns.EndAll();
    }

    // A doubt is heard of once.
    private Task Heard((Task<Exception?> Settled, Task Doubted) commit) => _doubtIsSeen ? commit.Settled : commit.Doubted;

    // What was decided upon a commit in doubt is given up, so that nobody waits for the database; nothing more is decided until it is known (B704).
    private void Doubt()
    {
        _doubtIsSeen = true;
        _filling.Seal();
        _filling.Fail(Away());
        _filling.Each(static desk => desk.Tip = desk.Current);
        _filling.ClearDecisions();
    }

    private WriteFailedException Away() => new("Nothing was written: the database went away and is not back yet. Send the command again.", Volatile.Read(ref _doubt));

    // On the committer's thread, before any caller is told: whoever was told that the ledger is fenced also sees that it is.
    private void Fence(Exception failure)
    {
        if (failure is not LedgerFencedException { Tenant: not null })
        {
            Volatile.Write(ref _trouble, failure);
        }

        if (failure is LedgerFencedException { Tenant: null } fenced)
        {
            Volatile.Write(ref _failure, fenced);
        }
        else if (failure is CommitInDoubtException doubt)
        {
            Volatile.Write(ref _doubt, doubt);
        }
    }

    private void Settle(Exception? failure)
    {
        if (Volatile.Read(ref _doubt) is not null)
        {
            if (!_doubtIsSeen)
            {
                Doubt();
            }

            // Whatever is known now: from here on decisions rest on what is published.
            _underWay.Each(static desk => desk.Tip = desk.Current);
            Volatile.Write(ref _doubt, null);
            _doubtIsSeen = false;
        }

        if (failure is null)
        {
            if (_underWay.HasRows)
            {
                Volatile.Write(ref _trouble, null);
            }

            if (Grown is { } grown)
            {
                _underWay.Each(grown);
            }
        }
        else
        {
            // Whatever was decided meanwhile rests on states that are none.
            _filling.Seal();
            _filling.Fail(failure);
            _underWay.Each(Undo);
            _filling.Each(Undo);
            _filling.ClearDecisions();
        }

        _underWay.Clear();

        void Undo(TenantDesk desk)
        {
            desk.Tip = desk.Current;
            desk.Failure = failure is LedgerFencedException fenced && fenced.Tenant == desk.Id ? fenced : desk.Failure;
        }
    }

    private void Take(IWork work)
    {
        switch (work)
        {
            case Errand errand when Volatile.Read(ref _doubt) is not null:
                errand.Fail(Away());
                break;
            case Errand errand:
                if (errand.Closes is { } closing)
                {
                    closing.Desk.Failure ??= closing.Why;
                }

                _filling.Add(errand);
                break;
            case TurnEnd end:
                _turns.End(end.Turn);
                break;
            case Turn turn when _turns.Holds(turn.Desk, null, turn):
            case Pending waiting when _turns.Holds(waiting.Desk, waiting.Ahead?.Turn, waiting):
                break;
            case Turn turn:
                _turns.Begin(turn);
                break;
            case Pending pending:
                Take(pending);
                break;
        }
    }

    private void Take(Pending pending)
    {
        if (pending.Cancel.IsCancellationRequested)
        {
            pending.Answer.SetCanceled(pending.Cancel);
            return;
        }

        if ((Failure ?? pending.Desk.Failure) is { } failure)
        {
            pending.Answer.SetException(new LedgerFencedException(failure.Message, failure.Tenant, failure));
            return;
        }

        if (Volatile.Read(ref _doubt) is not null)
        {
            pending.Answer.SetException(Away());
            return;
        }

        try
        {
            pending.Outcome = Recall(pending) ?? Decide(pending);
            _filling.Add(pending);
        }
#pragma warning disable CA1031 // Whatever goes wrong in one decision goes to its caller, and to nobody else.
        catch (Exception e)
#pragma warning restore CA1031
        {
            pending.Answer.SetException(e);
        }
    }

    private Submission? Recall(Pending pending)
    {
        if (pending.Repeatable is not { } repeatable)
        {
            return null;
        }

        Guid tenant = pending.Desk.Id;
        AnswerRow? known = _filling.FindAnswer(tenant, repeatable.Key) ?? _underWay.FindAnswer(tenant, repeatable.Key) ?? _store.FindAnswer(tenant, repeatable.Key);
        return known is not { } answer || answer.At < (_time.GetUtcNow() - Repeatable.Remembered).UtcTicks ? null
            : answer.BodyHash.Span.SequenceEqual(repeatable.BodyHash.Span) ? new Submission.Repeated(answer.Answer)
            : new Submission.RepeatedDifferently();
    }

    // Everything that can fail comes before the first effect, so that a failure leaves the batch as it was.
    private Submission.Done Decide(Pending pending)
    {
        TenantDesk desk = pending.Desk;
        DateTimeOffset now = _time.GetUtcNow();
        Decision decision;
        if (pending.Ahead is { } ahead && ReferenceEquals(ahead.Tenant, desk.Tip))
        {
            (decision, now) = (ahead.Decision, ahead.At);
        }
        else
        {
            decision = Deciding.Decide(desk.Tip, pending.Command, new DecisionContext(now, pending.Actor));
        }

        desk.RuleEvaluations += decision.RuleEvaluations;
        if (decision is Decision.Accepted accepted && (accepted.Event is not null || pending.Repeatable is not null))
        {
            AnswerRow? answer = pending.Repeatable is { } repeatable
                ? new AnswerRow(desk.Id, repeatable.Key, repeatable.BodyHash, now.UtcTicks, repeatable.Render(accepted))
                : null;
            if (accepted.Event is { } happened)
            {
                JournalRow row = _journal.Write(desk.Claim, happened);
                _filling.Add(row);
                desk.TailBytes += row.Payload.Length;
                desk.Tip = accepted.Next;
            }

            if (answer is { } remembered)
            {
                _filling.Add(remembered);
            }

            _filling.Touch(desk);
        }

        return new Submission.Done(decision);
    }

    // Rides along with a commit. A failure loses nothing, because an old answer is never given.
    private void Forget()
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now >= _forgetAt || Volatile.Read(ref _moreToForget))
        {
            _forgetAt = now + ForgetEvery;
            _filling.Add(new Errand(store =>
                Volatile.Write(ref _moreToForget, store.ForgetAnswers((now - Repeatable.Remembered).UtcTicks, MostForgotten) == MostForgotten)));
        }
    }
}
