using System.Runtime.CompilerServices;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>One tenant at the ledger: read its published state, submit commands, read its journal. For any number of threads.</summary>
public sealed class TenantDesk
{
    /// <summary>The most events and the payload bytes of one page of <see cref="ReadBackAsync(long, long, CancellationToken)"/>.</summary>
    private const int PageEvents = 64;
    private const long PageBytes = 4 << 20;

    private readonly GroupCommit? _writer;
    private readonly IJournalStore _store;
    private readonly TimeProvider _time;
    private readonly PastStates _past;
    private Tenant _current;
    private object? _observed;
    private TaskCompletionSource? _growth;
    private RecentStates? _recent;
    private bool _inSnapshot;
    private long _ruleEvaluations;

    internal TenantDesk(Guid id, Tenant current, GroupCommit? writer, IJournalStore store, TimeProvider time, PastStates past)
    {
        Id = id;
        _current = Tip = current;
        _writer = writer;
        _store = store;
        _time = time;
        _past = past;
    }

    /// <summary>A desk of a tenant that lies in no journal, a copy of somebody else's say: it is read, has no past, and decides nothing.</summary>
    public static TenantDesk OfCopy(Tenant tenant, TimeProvider time)
    {
        MemoryStore nothing = new();
        nothing.TakeEpoch(tenant.Profile.Id);
        return new TenantDesk(tenant.Profile.Id, tenant, null, nothing, time, new PastStates(nothing, time));
    }

    /// <summary>The tenant id.</summary>
    public Guid Id { get; }

    /// <summary>The tenant as of its last durable event. Never blocks; the value never changes.</summary>
    public Tenant Current
    {
        get => Volatile.Read(ref _current);
        internal set
        {
            Volatile.Write(ref _current, value);
            Volatile.Read(ref _recent)?.Add(value);

            // The exchange is a fence too: whoever begins to wait sees the new value, or is seen here.
            Interlocked.Exchange(ref _growth, null)?.TrySetResult();
        }
    }

    /// <summary>How often a membership rule was asked about a user since this ledger was opened, whatever became of the command.</summary>
    public long RuleEvaluations
    {
        get => Volatile.Read(ref _ruleEvaluations);
        internal set => Volatile.Write(ref _ruleEvaluations, value);
    }

    /// <summary>What whoever observes every tenant keeps with this one from one look to the next, such as its labels; null until it is set. It goes with the desk.</summary>
    public object? Observed
    {
        get => Volatile.Read(ref _observed);
        set => Volatile.Write(ref _observed, value);
    }

    /// <summary>The tenant's time.</summary>
    public DateTimeOffset Now => Current.Now(_time.GetUtcNow());

    /// <summary>The writer's own: the tenant with every decision, committed or not.</summary>
    internal Tenant Tip { get; set; }

    /// <summary>The writer's own: the claim it appends under.</summary>
    internal Claim Claim { get; set; }

    /// <summary>The writer's own: whether the batch that is being filled has something of this tenant.</summary>
    internal bool InBatch { get; set; }

    /// <summary>The writer's own: payload bytes of events that no snapshot covers.</summary>
    internal long TailBytes { get; set; }

    /// <summary>The writer's own: the newest snapshot.</summary>
    internal SnapshotMark Snapshot { get; set; }

    /// <summary>Whether a snapshot is under way: set by the writer, cleared by whoever took it.</summary>
    internal bool InSnapshot
    {
        get => Volatile.Read(ref _inSnapshot);
        set => Volatile.Write(ref _inSnapshot, value);
    }

    /// <summary>The version below which no further snapshot is tried, after one failed.</summary>
    internal long SnapshotNotBefore { get; set; }

    /// <summary>Whether nothing is written here any more: the tenant is another node's, or was removed.</summary>
    public bool IsClosed => Failure is not null;

    /// <summary>Set once the tenant is lost to another writer.</summary>
    internal LedgerFencedException? Failure { get; set; }

    /// <summary>
    /// Decides a command on the newest state and answers when the outcome is durable and published. While too many
    /// commands wait, it waits for a place among them.
    /// </summary>
    /// <param name="command">What is wanted.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="repeatable">Given when the caller may send the command again.</param>
    /// <param name="cancel">Is heeded until the command is decided.</param>
    /// <exception cref="WriteFailedException">Nothing was written; the command may be sent again.</exception>
    /// <exception cref="LedgerFencedException">This ledger may not write any more.</exception>
    public ValueTask<Submission> SubmitAsync(Command command, Actor actor, Repeatable? repeatable = null, CancellationToken cancel = default) =>
        (_writer ?? throw IsCopy).SubmitAsync(this, command, actor, repeatable, cancel);

    /// <summary>
    /// Makes a command of the newest tenant and decides it while that tenant stands still (B510): what others want of it waits meanwhile, and nobody else's tenant does.
    /// For what takes long to look at and to decide. Otherwise as <see cref="SubmitAsync"/>.
    /// </summary>
    /// <param name="make">Makes the command of the tenant with every decision, committed or not.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="repeatable">Given when the caller may send the command again; the command is made and decided all the same.</param>
    /// <param name="cancel">Is heeded until the command is decided.</param>
    /// <exception cref="WriteFailedException">Nothing was written; the command may be sent again.</exception>
    /// <exception cref="LedgerFencedException">This ledger may not write any more.</exception>
    public Task<Submission> SubmitAloneAsync(Func<Tenant, Command> make, Actor actor, Repeatable? repeatable = null, CancellationToken cancel = default) =>
        (_writer ?? throw IsCopy).SubmitAloneAsync(this, make, actor, repeatable, cancel);

    private static WriteFailedException IsCopy => new("this is a copy of a tenant, and a copy is only read.");

    /// <summary>Waits until the published version is above one that the caller knows.</summary>
    /// <param name="version">The version known.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async Task GrownAsync(long version, CancellationToken cancel)
    {
        TaskCompletionSource fresh = new(TaskCreationOptions.RunContinuationsAsynchronously);
        while (Current.Version <= version)
        {
            TaskCompletionSource waiting = Interlocked.CompareExchange(ref _growth, fresh, null) ?? fresh;
            if (Current.Version <= version)
            {
                await waiting.Task.WaitAsync(cancel).ConfigureAwait(false);
                fresh = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Keeps so many published states beside the current one from now on; 0 keeps none, as it is in the beginning.</summary>
    public void Remember(int states)
    {
        if (Volatile.Read(ref _recent)?.Older != states)
        {
            Volatile.Write(ref _recent, states == 0 ? null : new RecentStates(_time, states, Current));
        }
    }

    /// <summary>The states before the current one, newest first, of those that <see cref="Remember"/> keeps. No command is ever decided on one of them.</summary>
    /// <param name="versions">The most states.</param>
    /// <param name="window">How long ago a state may have been replaced, in real time.</param>
    public IReadOnlyList<Tenant> Behind(int versions, TimeSpan window) => Volatile.Read(ref _recent)?.Before(versions, window) ?? [];

    /// <summary>The version that was in force at a moment of the tenant's time: that of the newest event whose time is not after it (B528); 0 before the birth.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="cancel">Ends the reading.</param>
    public ValueTask<long> VersionAtAsync(DateTimeOffset moment, CancellationToken cancel = default) => _store.FindSequenceAsync(Id, moment.UtcTicks, cancel);

    /// <summary>The tenant as it was at one of its versions, made again from the journal. No command is ever decided on it.</summary>
    /// <param name="version">From 1 to <see cref="Current"/>'s.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such version.</exception>
    /// <exception cref="JournalDamagedException">An event cannot be read.</exception>
    public ValueTask<Tenant> AsOfAsync(long version, CancellationToken cancel = default) => _past.AtAsync(
        Current,
        version,
        async () =>
        {
            // The mark is the writer's own.
            SnapshotMark mark = default;
            if (_writer is { } writer)
            {
                await writer.RunAsync(_ => mark = Snapshot).ConfigureAwait(false);
            }

            return mark;
        },
        cancel);

    /// <summary>The journal, newest first: events with a sequence number below the given one, read page by page as they are asked for.</summary>
    /// <param name="below">The lowest number not wanted; <see cref="long.MaxValue"/> for everything.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="JournalDamagedException">An event cannot be read.</exception>
    public IAsyncEnumerable<TenantEvent> ReadBackAsync(long below, CancellationToken cancel = default) => ReadBackAsync(below, 0, cancel);

    /// <summary>A stretch of the journal, newest first; nothing is read that is not wanted.</summary>
    /// <param name="below">The lowest number not wanted; <see cref="long.MaxValue"/> for everything.</param>
    /// <param name="above">The highest number not wanted any more; 0 for everything.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="JournalDamagedException">An event cannot be read.</exception>
    public async IAsyncEnumerable<TenantEvent> ReadBackAsync(long below, long above, [EnumeratorCancellation] CancellationToken cancel)
    {
        below = Math.Min(below, checked(Current.Version + 1));
        while (below - 1 > above)
        {
            int most = (int)Math.Min(PageEvents, below - 1 - above);
            IReadOnlyList<JournalRow> page = await _store.ReadBackAsync(Id, below, most, PageBytes, cancel).ConfigureAwait(false);
            foreach (JournalRow row in page)
            {
                yield return JournalReader.Read(row);
            }

            below = page.Count == 0 ? 0 : page[^1].Sequence;
        }
    }
}
