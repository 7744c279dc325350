using System.Runtime.InteropServices;
using System.Threading.Channels;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>
/// The one writer of a database: a thread that takes waiting commands, decides each on its tenant's newest state, appends all of
/// them in one transaction and only then publishes the states and answers. Nothing is decided anywhere else.
/// </summary>
internal sealed class GroupCommit
{
    /// <summary>Commands that may wait; beyond it callers wait for a place.</summary>
    internal const int MostWaiting = 4096;

    /// <summary>Commands one commit carries at most.</summary>
    internal const int MostPerCommit = 1024;

    /// <summary>Payload after which a commit takes no further command, so that a bulk import delays the others by one commit only.</summary>
    internal const long FullCommitBytes = 4 << 20;

    /// <summary>How often old answers are looked for, in real time, and how many one commit forgets.</summary>
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);
    private const int MostForgotten = 1000;

    private readonly IJournalStore _store;
    private readonly TimeProvider _time;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Thread _thread;
    private readonly JournalWriter _encoder = new();

    // The commit under way.
    private readonly List<Pending> _batch = [];
    private readonly List<TenantDesk> _desks = [];
    private readonly List<JournalRow> _events = [];
    private readonly List<Claim> _claims = [];
    private readonly Dictionary<(Guid Tenant, string Key), AnswerRow> _answers = [];
    private long _bytes;

    private DateTimeOffset _forgetAt;
    private LedgerFencedException? _failure;

    public GroupCommit(IJournalStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger" };
    }

    /// <summary>Why this ledger may not write any more, or null while it may.</summary>
    public LedgerFencedException? Failure => Volatile.Read(ref _failure);

    /// <summary>Told of every tenant that got events, on the writer's thread.</summary>
    public Action<TenantDesk>? Grown { get; set; }

    public void Start() => _thread.Start();

    public ValueTask<Submission> SubmitAsync(TenantDesk desk, Command command, Actor actor, Repeatable? repeatable, CancellationToken cancel)
    {
        if (repeatable is not null)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(repeatable.Key.Length, Repeatable.LongestKey, nameof(repeatable));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(repeatable.BodyHash.Length, Repeatable.LongestBodyHash, nameof(repeatable));
        }

        Pending pending = new(desk, command, actor, repeatable, cancel);
        return _queue.Writer.TryWrite(pending) ? new ValueTask<Submission>(pending.Answer.Task) : WaitAsync(pending, cancel);

        async ValueTask<Submission> WaitAsync(Pending pending, CancellationToken cancel)
        {
            await EnqueueAsync(pending, cancel).ConfigureAwait(false);
            return await pending.Answer.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Lets the writer do something with the store between two commits.</summary>
    public async Task RunAsync(Action<IJournalStore> errand)
    {
        Errand work = new(errand);
        await EnqueueAsync(work, CancellationToken.None).ConfigureAwait(false);
        await work.Finished.Task.ConfigureAwait(false);
    }

    /// <summary>Commits what waits and stops; later submissions are told that the ledger is closed.</summary>
    public void Stop()
    {
        _queue.Writer.TryComplete();
        _thread.Join();
    }

    private async ValueTask EnqueueAsync(Work work, CancellationToken cancel)
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
        List<Errand> errands = [];
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_batch.Count < MostPerCommit && _bytes < FullCommitBytes && _queue.Reader.TryRead(out Work? work))
            {
                switch (work)
                {
                    case Pending pending:
                        Take(pending);
                        break;
                    case Errand errand:
                        errands.Add(errand);
                        break;
                }
            }

            Commit();
            foreach (Errand errand in errands)
            {
                errand.Run(_store);
            }

            errands.Clear();
            Forget();
        }
    }

    private void Take(Pending pending)
    {
        if (pending.Cancel.IsCancellationRequested)
        {
            pending.Answer.SetCanceled(pending.Cancel);
            return;
        }

        if ((_failure ?? pending.Desk.Failure) is { } failure)
        {
            pending.Answer.SetException(new LedgerFencedException(failure.Message, failure.Tenant, failure));
            return;
        }

        try
        {
            pending.Outcome = Recall(pending) ?? Decide(pending);
            _batch.Add(pending);
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

        AnswerRow? known = _answers.TryGetValue((pending.Desk.Id, repeatable.Key), out AnswerRow fresh)
            ? fresh
            : _store.FindAnswer(pending.Desk.Id, repeatable.Key);
        return known is not { } answer || answer.At < (_time.GetUtcNow() - Repeatable.Remembered).UtcTicks ? null
            : answer.BodyHash.Span.SequenceEqual(repeatable.BodyHash.Span) ? new Submission.Repeated(answer.Answer)
            : new Submission.RepeatedDifferently();
    }

    // Everything that can fail comes before the first effect, so that a failure leaves the commit as it was.
    private Submission.Done Decide(Pending pending)
    {
        TenantDesk desk = pending.Desk;
        DateTimeOffset now = _time.GetUtcNow();
        Decision decision = Deciding.Decide(desk.Tip, pending.Command, new DecisionContext(now, pending.Actor));
        if (decision is not Decision.Accepted accepted || (accepted.Event is null && pending.Repeatable is null))
        {
            return new Submission.Done(decision);
        }

        byte[]? answer = pending.Repeatable?.Render(accepted);
        if (desk.Claim.Epoch == 0)
        {
            desk.Claim = _store.TakeEpoch(desk.Id);
        }

        if (accepted.Event is { } happened)
        {
            JournalRow row = _encoder.Write(desk.Claim, happened);
            _events.Add(row);
            _bytes += row.Payload.Length;
            desk.TailBytes += row.Payload.Length;
            desk.Tip = accepted.Next;
        }

        if (answer is not null)
        {
            _answers[(desk.Id, pending.Repeatable!.Key)] = new AnswerRow(desk.Id, pending.Repeatable.Key, pending.Repeatable.BodyHash, now.UtcTicks, answer);
            _bytes += answer.Length;
        }

        if (!desk.InCommit)
        {
            desk.InCommit = true;
            _claims.Add(desk.Claim);
            _desks.Add(desk);
        }

        return new Submission.Done(decision);
    }

    private void Commit()
    {
        Exception? failure = _claims.Count == 0 ? null : Append();
        foreach (TenantDesk desk in _desks)
        {
            desk.InCommit = false;
            if (failure is null)
            {
                desk.Publish();
                Grown?.Invoke(desk);
            }
            else
            {
                desk.Tip = desk.Current;
            }
        }

        // A refusal or a repetition may rest on a decision of the same commit, so it shares the commit's fate.
        foreach (Pending pending in _batch)
        {
            if (failure is null)
            {
                pending.Answer.SetResult(pending.Outcome!);
            }
            else
            {
                pending.Answer.SetException(failure);
            }
        }

        _batch.Clear();
        _claims.Clear();
        _desks.Clear();
        _events.Clear();
        _answers.Clear();
        _bytes = 0;
    }

    private Exception? Append()
    {
        try
        {
            _store.Append(CollectionsMarshal.AsSpan(_claims), CollectionsMarshal.AsSpan(_events), [.. _answers.Values]);
            return null;
        }
        catch (WriteFailedException e)
        {
            return e;
        }
        catch (LedgerFencedException e)
        {
            // The other tenants of this commit lost nothing but this attempt.
            foreach (TenantDesk desk in _desks)
            {
                desk.Failure = desk.Id == e.Tenant ? e : desk.Failure;
            }

            return _desks.Count == 1 ? e : new WriteFailedException("Another tenant's writer was fenced; nothing was written. Send the command again.", e);
        }
#pragma warning disable CA1031 // The commit may or may not have happened: from here on only the journal knows.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Fence(e);
        }
    }

    private LedgerFencedException Fence(Exception e)
    {
        LedgerFencedException failure = new($"The ledger cannot know whether its last commit happened, and stops writing: {e.Message}", null, e);
        Volatile.Write(ref _failure, failure);
        return failure;
    }

    private void Forget()
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now < _forgetAt || _failure is not null)
        {
            return;
        }

        try
        {
            int forgotten = _store.ForgetAnswers((now - Repeatable.Remembered).UtcTicks, MostForgotten);
            _forgetAt = forgotten == MostForgotten ? now : now + ForgetEvery;
        }
        catch (WriteFailedException)
        {
            // Nothing is lost: an old answer is never given, only kept a little longer.
            _forgetAt = now + ForgetEvery;
        }
#pragma warning disable CA1031 // See Append.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fence(e);
        }
    }

    private abstract class Work;

    private sealed class Pending(TenantDesk desk, Command command, Actor actor, Repeatable? repeatable, CancellationToken cancel) : Work
    {
        public TenantDesk Desk => desk;

        public Command Command => command;

        public Actor Actor => actor;

        public Repeatable? Repeatable => repeatable;

        public CancellationToken Cancel => cancel;

        public Submission? Outcome { get; set; }

        public TaskCompletionSource<Submission> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Errand(Action<IJournalStore> action) : Work
    {
        public TaskCompletionSource Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run(IJournalStore store)
        {
            try
            {
                action(store);
                Finished.SetResult();
            }
#pragma warning disable CA1031 // Whatever goes wrong goes to whoever sent the errand.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Finished.SetException(e);
            }
        }
    }
}
