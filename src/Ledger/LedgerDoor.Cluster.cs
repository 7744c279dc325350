using Berth.Engine;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;

namespace Berth.Ledger;

/// <summary>The door of a node that shares the database with others: it opens to the tenants that the node has taken (B711).</summary>
public sealed partial class LedgerDoor
{
    private PostgresStore Shared => _store as PostgresStore ?? throw new InvalidOperationException("Only a PostgreSQL database is shared.");

    /// <summary>Whether other processes write the same database: then a tenant that is not found may be with another node.</summary>
    public bool IsShared { get; private init; }

    /// <summary>Opens no tenant yet. The store is the door's from then on.</summary>
    public static LedgerDoor OpenShared(PostgresStore store, TimeProvider time)
    {
        LedgerDoor door = new(store, time) { IsShared = store.Node != 0 };
        door._writer.Start();
        return door;
    }

    /// <summary>Every tenant of the installation, whoever has it, the oldest first.</summary>
    public async ValueTask<IReadOnlyList<TenantProfile>> ReadListAsync(CancellationToken cancel = default) =>
    [
        .. (IsShared ? await Shared.ReadListAsync(cancel).ConfigureAwait(false) : Desks.Select(desk => desk.Current.Profile)).OrderBy(profile => (profile.CreatedAt, profile.Id)),
    ];

    /// <summary>The tenant of the installation that came first, whoever has it: the first of <see cref="ReadListAsync"/>, without reading the others. Null while there is none.</summary>
    public async ValueTask<TenantProfile?> ReadFirstAsync(CancellationToken cancel = default) =>
        IsShared ? await Shared.ReadFirstAsync(cancel).ConfigureAwait(false) is [{ } first, ..] ? first : null : Oldest?.Current.Profile;

    /// <summary>
    /// Takes a tenant over from whichever node has it and recovers its state (B712). What the node before had not committed is refused from then on; done when it cannot answer reads either (B713).
    /// </summary>
    /// <exception cref="WriteFailedException">It could not be taken now.</exception>
    /// <exception cref="LedgerRefusedException">It cannot be served; the message says why.</exception>
    /// <exception cref="JournalDamagedException">A snapshot or event cannot be read.</exception>
    public async Task<TenantDesk> TakeAsync(Guid tenant, CancellationToken cancel = default)
    {
        if (Find(tenant) is { Failure: null } known)
        {
            return known;
        }

        (Claim Claim, TimeSpan Wait) taken = default;
        await _writer.RunAsync(_ => taken = Shared.TakeOver(tenant)).ConfigureAwait(false);

        // On a thread of its own: while the tenants of a lost node are recovered, those that were here are served by what threads there are.
        TenantDesk desk = await Task.Factory.StartNew(
            () =>
            {
                if (UnfinishedImport.Is(_store, tenant))
                {
                    throw new LedgerRefusedException($"The import of tenant {tenant} was not finished. Stop the cluster and import its file again: berth db import FILE --replace.");
                }

                Recovery.Recovered recovered = Recovery.Recover(_store, tenant);
                if (recovered.Tenant.Version == 0)
                {
                    throw new LedgerRefusedException($"Tenant {tenant} was never born.");
                }

                TenantDesk made = NewDesk(tenant, recovered.Tenant);
                made.Claim = taken.Claim;
                made.Snapshot = recovered.Snapshot;
                made.TailBytes = recovered.TailBytes;
                return made;
            },
            cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        await Task.Delay(taken.Wait, cancel).ConfigureAwait(false);
        Add(desk);
        return desk;
    }

    /// <summary>
    /// Gives a tenant up: what was submitted before is committed, what comes later is refused, and the next node need not wait.
    /// </summary>
    public async Task GiveUpAsync(TenantDesk desk)
    {
        Forget(desk, new LedgerFencedException($"Tenant {desk.Id} has moved to another node.", desk.Id));
        try
        {
            await _writer.RunAsync(_ => Shared.Release(desk.Claim)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WriteFailedException or LedgerFencedException)
        {
            // The next node waits until this one's time is over.
        }
    }

    /// <summary>
    /// Tells the other nodes that this one lives. Tenants that another node has taken meanwhile are given up at once (B712). What is here may be answered for <see cref="Lease"/>, counted from
    /// before this was called (B713).
    /// </summary>
    /// <param name="url">Where the other nodes reach this one.</param>
    /// <param name="silo">Its name in the membership; empty while it takes no tenants.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What the other nodes do, and the tenants that were lost.</returns>
    /// <exception cref="LedgerFencedException">This ledger may not write any more.</exception>
    /// <exception cref="DatabaseAwayException">The database cannot be asked.</exception>
    public async Task<(NodeNews News, IReadOnlyList<TenantDesk> Lost)> RenewAsync(Uri url, string silo, CancellationToken cancel)
    {
        IReadOnlyList<TenantDesk> before = Desks;
        NodeNews news = await Shared.RenewAsync(url, silo, cancel).ConfigureAwait(false);
        TenantDesk[] lost = [.. before.Where(desk => !news.Tenants.TryGetValue(desk.Id, out TenantPlace place) || place.Epoch != desk.Claim.Epoch)];
        foreach (TenantDesk desk in lost)
        {
            Forget(desk, LedgerFencedException.Of(desk.Claim));
        }

        return (news, lost);
    }

    /// <summary>How long a node may answer for its tenants after it said that it lives.</summary>
    public static TimeSpan Lease => PostgresLine.Lease;

    /// <summary>The number of this node in its database; 0 when it does not share one.</summary>
    public long Node => (_store as PostgresStore)?.Node ?? 0;

    /// <summary>Tells the other nodes that this one is gone.</summary>
    public Task LeaveAsync() => _writer.RunAsync(_ => Shared.Leave());

    /// <summary>Changes a named value that several nodes may change, durably: nobody's change is lost.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="change">Makes the new value of the one that is there, or of null; called again when another node was faster. When it makes null, nothing is written.</param>
    /// <param name="cancel">Ends the trying.</param>
    public ValueTask ChangeBlobAsync(string name, Func<byte[]?, byte[]?> change, CancellationToken cancel = default) =>
        ChangeBlobAsync(name, seen => change(seen) is { } next ? (next, []) : null, cancel);

    /// <summary>The same with further values that are written with it, all or none, in place of what they were.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="change">Makes the new value and the others; called again when another node was faster. When it makes null, nothing is written.</param>
    /// <param name="cancel">Ends the trying.</param>
    public async ValueTask ChangeBlobAsync(string name, Func<byte[]?, (byte[] Value, IReadOnlyList<(string Name, byte[] Value)> Beside)?> change, CancellationToken cancel = default)
    {
        while (true)
        {
            byte[]? seen = await ReadBlobAsync(name, cancel).ConfigureAwait(false);
            if (change(seen) is not { } next)
            {
                return;
            }

            if (!IsShared)
            {
                await WriteBlobsAsync([.. next.Beside.Select(static one => (one.Name, (ReadOnlyMemory<byte>)one.Value)), (name, next.Value)], cancel).ConfigureAwait(false);
                return;
            }

            if (await Shared.ReplaceBlobAsync(name, seen, next.Value, next.Beside, cancel).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Writes a named value of a tenant, durably, while the tenant is this process's.</summary>
    /// <exception cref="LedgerFencedException">The tenant is another node's by now, or was removed.</exception>
    public ValueTask WriteBlobAsync(TenantDesk desk, string name, ReadOnlyMemory<byte> value, CancellationToken cancel = default) =>
        _store.WriteBlobsAsync([(name, value)], desk.Claim, cancel);

    /// <summary>Writes several named values of a tenant, durably, all or none, while the tenant is this process's.</summary>
    /// <exception cref="LedgerFencedException">The tenant is another node's by now, or was removed.</exception>
    public ValueTask WriteBlobsAsync(TenantDesk desk, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel = default) =>
        _store.WriteBlobsAsync(values, desk.Claim, cancel);

    private async ValueTask<bool> IsListedAsync(TenantProfile profile, CancellationToken cancel) =>
        IsShared && (await Shared.FindListedAsync(profile.Id, profile.Domain, cancel).ConfigureAwait(false)).Count > 0;

    private void Forget(TenantDesk desk, LedgerFencedException why)
    {
        desk.Failure ??= why;
        if (_byId.TryRemove(KeyValuePair.Create(desk.Id, desk)))
        {
            _byDomain.TryRemove(KeyValuePair.Create(desk.Current.Profile.Domain, desk));
            lock (_listing)
            {
                _desks = null;
                if (_oldest == desk)
                {
                    _oldest = Desks.MinBy(CameAt);
                }
            }
        }
    }
}
