using System.Collections.Concurrent;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;

namespace Berth.Ledger;

/// <summary>The door to the tenants of one database: opened once, for any number of threads.</summary>
public sealed partial class LedgerDoor : IAsyncDisposable
{
    // A named value that means nothing: it is only written to see whether there is room, for more than a usual command needs.
    internal const string ProbeName = "probe";
    private static readonly byte[] ProbeValue = new byte[64 * 1024];

    /// <summary>Tenants that a start takes over in one commit (B776).</summary>
    internal const int TakenAtOnce = 1_000;

    private readonly IJournalStore _store;
    private readonly TimeProvider _time;
    private readonly GroupCommit _writer;
    private readonly Snapshots _snapshots;
    private readonly PastStates _past;
    private readonly SemaphoreSlim _creating = new(1, 1);
    private readonly ConcurrentDictionary<Guid, TenantDesk> _byId = new();
    private readonly ConcurrentDictionary<string, TenantDesk> _byDomain = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _listing = new();
    private volatile TenantDesk[]? _desks;
    private volatile TenantDesk? _oldest;

    private LedgerDoor(IJournalStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
        _writer = new GroupCommit(store, time);
        _snapshots = new Snapshots(_writer);
        _past = new PastStates(store, time);
    }

    /// <summary>Every tenant that is here at this moment, in no order.</summary>
    public IReadOnlyList<TenantDesk> Desks => _desks ?? ListDesks();

    /// <summary>Of the tenants that are here the one that came first, of two that came at one moment the one with the smaller id; null while there is none.</summary>
    public TenantDesk? Oldest => _oldest;

    /// <summary>Why this ledger may not write any more, or null while it may. A process whose ledger stopped should be started again.</summary>
    public Exception? Failure => _writer.Failure;

    /// <summary>Why nothing was written when it was last tried (a full disk, a database that is away), or null. What only reads the present is served meanwhile (B704, B786).</summary>
    public Exception? Trouble => _writer.Failure ?? _writer.Trouble;

    /// <summary>Why the last snapshot was not finished, or null. The journal is complete without it; recovery is only slower.</summary>
    public Exception? SnapshotFailure => _snapshots.Failure;

    /// <summary>
    /// Takes every tenant of the store over from whoever wrote it before, recovers its state from the newest snapshot and the
    /// journal after it, and starts the writer. The store is the door's from then on.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The real time.</param>
    /// <param name="joint">How values of several tenants are taken apart: with it, what is left of removed and half-made tenants is taken away first (B743); without it, it stays and is no tenant.</param>
    /// <exception cref="LedgerRefusedException">A newer version wrote the journal.</exception>
    /// <exception cref="JournalDamagedException">A snapshot or event cannot be read.</exception>
    public static LedgerDoor Open(IJournalStore store, TimeProvider time, JointValues? joint = null)
    {
        LedgerDoor door = new(store, time);
        if (joint is not null)
        {
            GoneTenant.FinishAll(store, joint);
        }

        IReadOnlyList<Guid> gone = GoneTenant.All(store);
        bool incomplete = store is PostgresStore listing && listing.IsListIncomplete();
        Guid[] tenants = [.. store.Tenants().Except(gone)];

        // Refused before anything is taken.
        foreach (Guid id in UnfinishedImport.All(store).Intersect(tenants))
        {
            throw new LedgerRefusedException($"The import of tenant {id} was not finished. Import its file again: berth db import FILE --replace.");
        }

        foreach (Claim claim in tenants.Chunk(TakenAtOnce).SelectMany(store.TakeEpochs))
        {
            Guid id = claim.Tenant;
            Recovery.Recovered recovered = Recovery.Recover(store, id);
            if (recovered.Tenant.Version > 0)
            {
                TenantDesk desk = door.NewDesk(id, recovered.Tenant);
                desk.Claim = claim;
                desk.Snapshot = recovered.Snapshot;
                desk.TailBytes = recovered.TailBytes;
                door.Add(desk);
                if (incomplete && !((PostgresStore)store).List(claim, recovered.Tenant.Profile))
                {
                    throw new LedgerRefusedException($"Two tenants of the database have the domain {recovered.Tenant.Profile.Domain}. Restore it from a backup.");
                }
            }
        }

        door._writer.Start();
        return door;
    }

    /// <summary>The desk of a tenant, or null.</summary>
    public TenantDesk? Find(Guid tenantId) => _byId.GetValueOrDefault(tenantId);

    /// <summary>The desk of the tenant with a verified domain, ignoring case, or null.</summary>
    public TenantDesk? FindByDomain(string domain) => _byDomain.GetValueOrDefault(domain);

    /// <summary>Writes a snapshot of a tenant now, so that the next opening need not replay its journal; done when it is complete.</summary>
    public Task TakeSnapshotAsync(TenantDesk desk) => _snapshots.TakeAsync(desk);

    /// <summary>A named value that lies beside the tenants, such as the key that signs tokens; null when there is none.</summary>
    public ValueTask<byte[]?> ReadBlobAsync(string name, CancellationToken cancel = default) => _store.ReadBlobAsync(name, cancel);

    /// <summary>Every named value whose name has a beginning, by name: what a whole installation keeps of one kind.</summary>
    public ValueTask<IReadOnlyList<(string Name, byte[] Value)>> ReadBlobsAsync(string beginning, CancellationToken cancel = default) => _store.ReadBlobsAsync(beginning, cancel);

    /// <summary>Writes a named value, durably.</summary>
    public ValueTask WriteBlobAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancel = default) => _store.WriteBlobAsync(name, value, cancel);

    /// <summary>Writes several named values, durably, all or none.</summary>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel = default) =>
        _store.WriteBlobsAsync(values, cancel);

    /// <summary>
    /// Finds out whether the database can be used: reads, and while there is trouble writes too, which ends the trouble when it succeeds.
    /// </summary>
    /// <returns>Why it cannot, or null.</returns>
    public async Task<Exception?> ProbeAsync(CancellationToken cancel = default)
    {
        try
        {
            await _store.ReadBlobAsync(ProbeName, cancel).ConfigureAwait(false);
            if (_writer is { Failure: null, Trouble: not null })
            {
                await _store.WriteBlobAsync(ProbeName, ProbeValue, cancel).ConfigureAwait(false);
                _writer.Recovered();
            }

            return Trouble;
        }
        catch (Exception e) when (e is DatabaseAwayException or WriteFailedException or LedgerFencedException or CommitInDoubtException)
        {
            return e;
        }
    }

    /// <summary>Commits what waits and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _snapshots.StopAsync().ConfigureAwait(false);
        _writer.Stop();
        _store.Dispose();
        _creating.Dispose();
        _past.Dispose();
    }

    private static TenantCreation.Refused DomainTaken => new(new Refusal(RefusalCode.ValueInvalid) { Name = "domain", Detail = "Another tenant has this domain." });

    private TenantDesk NewDesk(Guid id, Tenant tenant) => new(id, tenant, _writer, _store, _time, _past);

    private void Add(TenantDesk desk)
    {
        _byId[desk.Id] = desk;
        _byDomain[desk.Current.Profile.Domain] = desk;
        lock (_listing)
        {
            _desks = null;

            // A desk of the same tenant takes the place of one that was lost.
            if (_oldest is not { } oldest || CameAt(desk).CompareTo(CameAt(oldest)) <= 0)
            {
                _oldest = desk;
            }
        }
    }

    // Made once for all who look through it until a tenant comes or goes. Whoever changes what it is made of does away with it afterwards.
    private TenantDesk[] ListDesks()
    {
        lock (_listing)
        {
            return _desks ??= [.. _byId.Select(static pair => pair.Value)];
        }
    }

    private static (DateTimeOffset, Guid) CameAt(TenantDesk desk) => (desk.Current.Profile.CreatedAt, desk.Id);
}
