using System.Collections.Concurrent;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>The state of a tenant from what lies in the store: the newest complete snapshot and the events after it. Nothing is decided again.</summary>
internal static class Recovery
{
    private const int PartsAhead = 4;

    // Up to this size a snapshot is decoded where it is applied: a second thread would cost more than it saves.
    private const long SmallSnapshot = 64 * 1024;

    public readonly record struct Recovered(Tenant Tenant, SnapshotMark Snapshot, long TailBytes);

    public static Recovered Recover(IJournalStore store, Guid id)
    {
        Tenant tenant = Tenant.Unborn;
        SnapshotMark snapshot = default;
        if (store.FindSnapshot(id) is { } mark)
        {
            snapshot = mark;
            tenant = Restore(store, id, mark);
        }

        long bytes = 0;
        foreach (JournalRow row in store.ReadFrom(id, tenant.Version))
        {
            if (row.Sequence != tenant.Version + 1)
            {
                throw new JournalDamagedException(
                    $"Event {tenant.Version + 1} of tenant {id} is missing: event {row.Sequence} follows event {tenant.Version}. Restore the database from a backup.");
            }

            tenant = Deciding.Apply(tenant, JournalReader.Read(row));
            bytes += row.Payload.Length;
        }

        return new Recovered(tenant, snapshot, bytes);
    }

    /// <summary>The state that a complete snapshot holds.</summary>
    public static Tenant Restore(IJournalStore store, Guid id, SnapshotMark mark) =>
        Deciding.Restore(mark.Sequence, mark.Bytes <= SmallSnapshot ? Decoded(store, id, mark).SelectMany(static part => part) : Parts(store, id, mark));

    // Decoding and applying cost about the same, so the parts to come are decoded while one is applied.
    private static IEnumerable<Change> Parts(IJournalStore store, Guid id, SnapshotMark mark)
    {
        using CancellationTokenSource leaving = new();
        using BlockingCollection<Change[]> decoded = new(PartsAhead);
        Task decoding = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    foreach (Change[] part in Decoded(store, id, mark))
                    {
                        decoded.Add(part, leaving.Token);
                    }
                }
                finally
                {
                    decoded.CompleteAdding();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            foreach (Change[] part in decoded.GetConsumingEnumerable())
            {
                foreach (Change change in part)
                {
                    yield return change;
                }
            }

            decoding.GetAwaiter().GetResult();
        }
        finally
        {
            leaving.Cancel();
            Task.WaitAny(decoding);
        }
    }

    private static IEnumerable<Change[]> Decoded(IJournalStore store, Guid id, SnapshotMark mark)
    {
        int part = 0;
        foreach (ReadOnlyMemory<byte> payload in store.ReadSnapshot(id, mark))
        {
            yield return JournalReader.ReadPart(id, mark.Sequence, part++, payload);
        }

        if (part != mark.Parts)
        {
            throw new JournalDamagedException(
                $"The snapshot of tenant {id} at event {mark.Sequence} has {part} of its {mark.Parts} parts. Restore the database from a backup.");
        }
    }
}
