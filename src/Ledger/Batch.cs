using System.Runtime.InteropServices;
using Berth.Engine;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>What one commit carries. The decider fills it, then the committer has it to itself until it is settled; it is used again.</summary>
internal sealed class Batch
{
    /// <summary>Commands one commit carries at most.</summary>
    public const int MostCommands = 1024;

    /// <summary>Payload after which a commit takes no further command, so that a bulk import delays the others by one commit only.</summary>
    public const long FullBytes = 4 << 20;

    private readonly List<Pending> _pending = [];
    private readonly List<Errand> _errands = [];
    private readonly List<TenantDesk> _desks = [];
    private readonly List<Tenant> _tips = [];
    private readonly List<Claim> _claims = [];
    private readonly List<JournalRow> _events = [];
    private readonly Dictionary<(Guid Tenant, string Key), AnswerRow> _answers = [];
    private long _bytes;

    public bool IsEmpty => _pending.Count + _errands.Count == 0;

    /// <summary>How many commands it carries.</summary>
    public int Commands => _pending.Count;

    /// <summary>Whether the database is to do anything for it.</summary>
    public bool HasRows => _claims.Count > 0;

    public bool IsFull => _pending.Count >= MostCommands || _bytes >= FullBytes;

    public void Add(Pending pending) => _pending.Add(pending);

    public void Add(Errand errand) => _errands.Add(errand);

    public void Add(JournalRow row)
    {
        _events.Add(row);
        _bytes += row.Payload.Length;
    }

    public void Add(AnswerRow row)
    {
        _answers[(row.Tenant, row.Key)] = row;
        _bytes += row.Answer.Length;
    }

    /// <summary>The batch has something of a tenant.</summary>
    public void Touch(TenantDesk desk)
    {
        if (!desk.InBatch)
        {
            desk.InBatch = true;
            _desks.Add(desk);
            _claims.Add(desk.Claim);
        }
    }

    public AnswerRow? FindAnswer(Guid tenant, string key) => _answers.TryGetValue((tenant, key), out AnswerRow row) ? row : null;

    /// <summary>Ends the filling: from here on the decider goes on with the next batch.</summary>
    public void Seal()
    {
        foreach (TenantDesk desk in _desks)
        {
            desk.InBatch = false;
            _tips.Add(desk.Tip);
        }
    }

    /// <summary>Writes everything in one transaction; nothing to write is nothing to do.</summary>
    public void Append(IJournalStore store)
    {
        if (HasRows)
        {
            store.Append(CollectionsMarshal.AsSpan(_claims), CollectionsMarshal.AsSpan(_events), [.. _answers.Values]);
        }
    }

    /// <summary>The commit happened: first readers see it.</summary>
    public void Publish()
    {
        for (int i = 0; i < _desks.Count; i++)
        {
            _desks[i].Current = _tips[i];
        }
    }

    /// <summary>Then callers hear of it.</summary>
    public void Answer()
    {
        foreach (Pending pending in _pending)
        {
            pending.Answer.SetResult(pending.Outcome!);
        }
    }

    /// <summary>
    /// The commit did not happen. A refusal or a repetition may rest on a decision of the same commit, so all callers share its fate;
    /// but only the callers of a tenant that was lost are told so.
    /// </summary>
    public void Fail(Exception failure)
    {
        Guid? lost = (failure as LedgerFencedException)?.Tenant;
        foreach (Pending pending in _pending)
        {
            pending.Answer.SetException(lost is null || lost == pending.Desk.Id
                ? failure
                : new WriteFailedException("Nothing was written, because another process took over a tenant of the same commit. Send the command again.", failure));
        }
    }

    public void RunErrands(IJournalStore store)
    {
        foreach (Errand errand in _errands)
        {
            errand.Run(store);
        }
    }

    /// <summary>Calls for each tenant that the batch touched.</summary>
    public void Each(Action<TenantDesk> action) => _desks.ForEach(action);

    /// <summary>Empties the batch of everything but its errands.</summary>
    public void ClearDecisions()
    {
        _pending.Clear();
        _desks.Clear();
        _tips.Clear();
        _claims.Clear();
        _events.Clear();
        _answers.Clear();
        _bytes = 0;
    }

    /// <summary>Empties the batch for its next use.</summary>
    public void Clear()
    {
        ClearDecisions();
        _errands.Clear();
    }
}

/// <summary>A command on its way.</summary>
internal sealed class Pending(TenantDesk desk, Command command, Actor actor, Repeatable? repeatable, CancellationToken cancel) : IWork
{
    public TenantDesk Desk => desk;

    public Command Command => command;

    public Actor Actor => actor;

    public Repeatable? Repeatable => repeatable;

    public CancellationToken Cancel => cancel;

    /// <summary>The decision, when it was made before; it holds while the tenant is the one it was made on.</summary>
    public DecidedAhead? Ahead { get; init; }

    public Submission? Outcome { get; set; }

    public TaskCompletionSource<Submission> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Something to do with the store between two commits.</summary>
internal sealed class Errand(Action<IJournalStore> action) : IWork
{
    public TaskCompletionSource Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The tenant that nothing is decided for from the moment on at which this is taken, and what its callers are told; null for none.</summary>
    public (TenantDesk Desk, LedgerFencedException Why)? Closes { get; init; }

    /// <summary>It cannot be done now.</summary>
    public void Fail(Exception failure) => Finished.SetException(failure);

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

/// <summary>What waits for the writer.</summary>
internal interface IWork;
