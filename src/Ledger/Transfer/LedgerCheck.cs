using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger.Transfer;

/// <summary>Looks whether a tenant in a store is whole, also beside a process that serves it (B710).</summary>
public static class LedgerCheck
{
    /// <summary>What was found.</summary>
    /// <param name="Id">The tenant.</param>
    /// <param name="Tenant">What its journal makes, as far as it can be read.</param>
    /// <param name="Snapshot">The version of its snapshot; 0 when it has none.</param>
    /// <param name="Problems">A sentence each; empty when it is whole.</param>
    public sealed record Finding(Guid Id, Tenant Tenant, long Snapshot, IReadOnlyList<string> Problems);

    /// <summary>Replays the journal from its first event, and compares the snapshot with it.</summary>
    public static Finding Of(IJournalStore store, Guid id, CancellationToken cancel)
    {
        if (GoneTenant.Is(store, id))
        {
            // Whoever opens the database to write takes away what is left of it (B743).
            return new Finding(id, Tenant.Unborn, 0, []);
        }

        while (true)
        {
            SnapshotMark? mark = store.FindSnapshot(id);
            Finding finding = Of(store, id, mark, cancel);

            // A server that is at work may put another snapshot in the place of one that is being read.
            if (finding.Problems.Count == 0 || store.FindSnapshot(id) == mark)
            {
                return finding;
            }
        }
    }

    private static Finding Of(IJournalStore store, Guid id, SnapshotMark? mark, CancellationToken cancel)
    {
        List<string> problems = [];
        if (UnfinishedImport.Is(store, id))
        {
            problems.Add($"The import of tenant {id} was not finished. Import its file again: berth db import FILE --replace.");
        }

        Tenant tenant = Tenant.Unborn;
        Tenant? then = null;
        try
        {
            foreach (JournalRow row in store.ReadFrom(id, 0))
            {
                cancel.ThrowIfCancellationRequested();
                if (row.Sequence != tenant.Version + 1)
                {
                    problems.Add($"Event {tenant.Version + 1} of tenant {id} is missing: event {row.Sequence} follows event {tenant.Version}. Restore the tenant from a backup.");
                    break;
                }

                tenant = Deciding.Apply(tenant, JournalReader.Read(row));
                then = tenant.Version == mark?.Sequence ? tenant : then;
            }
        }
        catch (Exception e) when (e is JournalDamagedException or LedgerRefusedException)
        {
            problems.Add(e.Message);
        }

        if (mark is { } snapshot)
        {
            try
            {
                Tenant kept = Recovery.Restore(store, id, snapshot);
                if (then is null)
                {
                    problems.Add($"The snapshot of tenant {id} is at event {snapshot.Sequence}, and the journal can be read up to event {tenant.Version} only.");
                }
                else if (!Same(then, kept))
                {
                    problems.Add($"The snapshot of tenant {id} at event {snapshot.Sequence} is not what the journal makes up to there. Export the tenant and import it again with --replace: that takes the journal's word.");
                }
            }
            catch (Exception e) when (e is JournalDamagedException or LedgerRefusedException)
            {
                problems.Add(e.Message);
            }
        }

        return new Finding(id, tenant, mark?.Sequence ?? 0, problems);
    }

    private static bool Same(Tenant one, Tenant other) =>
        Snapshots.PartsOf(one, new PayloadWriter()).Zip(Snapshots.PartsOf(other, new PayloadWriter())).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second))
        && Snapshots.PartsOf(one, new PayloadWriter()).Count() == Snapshots.PartsOf(other, new PayloadWriter()).Count();
}
