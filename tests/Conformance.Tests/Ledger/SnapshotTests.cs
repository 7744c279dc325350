using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Snapshots come by themselves, in parts, beside the work.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void A_snapshot_is_due_after_so_many_events_or_so_many_bytes()
    {
        Tenant tenant = WithUsers(0);
        SnapshotMark last = new(tenant.Version, 1, 10);
        Assert.False(Snapshots.IsDue(tenant, last with { Sequence = tenant.Version - Snapshots.TailEvents + 1 }, 0));
        Assert.True(Snapshots.IsDue(tenant, last with { Sequence = tenant.Version - Snapshots.TailEvents }, 0));
        Assert.False(Snapshots.IsDue(tenant, last, Snapshots.TailBytes - 1));
        Assert.True(Snapshots.IsDue(tenant, last, Snapshots.TailBytes));

        // A large snapshot is not written again for a small tail, and a large tenant may have a longer one.
        Assert.False(Snapshots.IsDue(tenant, last with { Bytes = Snapshots.TailBytes + 1 }, Snapshots.TailBytes));
        Assert.True(Snapshots.IsDue(tenant, last with { Bytes = Snapshots.TailBytes + 1 }, Snapshots.TailBytes + 1));
        Tenant large = WithUsers(80);
        Assert.False(Snapshots.IsDue(large, last with { Sequence = large.Version - Snapshots.TailEvents - 9 }, 0));
        Assert.True(Snapshots.IsDue(large, last with { Sequence = large.Version - Snapshots.TailEvents - 10 }, 0));
    }

    [Fact]
    public async Task A_long_journal_gets_a_snapshot_by_itself_and_is_recovered_from_it()
    {
        using SqlitePlace place = new();
        Tenant before;
        long covered;
        await using (LedgerDoor door = LedgerDoor.Open(place.Open(), new HandClock()))
        {
            TenantDesk desk = await Company.FoundAsync(door);
            for (int round = 0; desk.Snapshot == default; round++)
            {
                // The snapshot is written while this goes on.
                Command toggle = new Command.UpdateSettings(TenantSettings.Default with { BufferExcess = round });
                await Task.WhenAll(Enumerable.Range(0, 500).Select(user => desk.SubmitAsync(
                    round == 0 ? Company.User(user) : new Command.UpdateUser(Company.User(user).User with { DisplayName = $"{user} in round {round}" }), Company.Somebody).AsTask()));
                await desk.DoAsync(toggle);
            }

            Assert.Null(door.SnapshotFailure);
            covered = desk.Snapshot.Sequence;
            before = desk.Current;
        }

        Assert.InRange(covered, Snapshots.TailEvents, before.Version);
        using (IJournalStore store = place.Open())
        {
            Assert.Equal(covered, store.FindSnapshot(Company.Id)!.Value.Sequence);
            Recovery.Recovered recovered = Recovery.Recover(store, Company.Id);
            Company.Same(before, recovered.Tenant);
            Assert.Equal(covered, recovered.Snapshot.Sequence);
            Assert.Equal(before.Version, store.ReadFrom(Company.Id, 0).Count());
        }
    }

    [Fact]
    public async Task A_large_tenant_is_written_in_several_parts_of_which_the_older_ones_go()
    {
        using MemoryPlace place = new();
        IJournalStore store = place.Open();
        await using LedgerDoor door = LedgerDoor.Open(store, new HandClock());
        TenantDesk desk = await Company.FoundAsync(door);
        await desk.DoAsync(new Command.ImportDirectory(Enumerable.Range(0, 40_000).Select(user => (ImportLine)new ImportLine.OfUser(user + 1, Company.User(user).User)).ToValueArray()));
        await door.TakeSnapshotAsync(desk);
        SnapshotMark first = store.FindSnapshot(Company.Id)!.Value;
        Assert.True(first.Parts > 2);
        await desk.DoAsync(Company.User(40_000));
        await door.TakeSnapshotAsync(desk);
        SnapshotMark second = store.FindSnapshot(Company.Id)!.Value;
        Assert.Equal(desk.Current.Version, second.Sequence);
        Assert.Empty(store.ReadSnapshot(Company.Id, first));
        Company.Same(desk.Current, Recovery.Recover(store, Company.Id).Tenant);
    }

    [Fact]
    public async Task A_snapshot_that_lost_a_part_or_a_journal_that_lost_an_event_is_named()
    {
        using MemoryPlace place = new();
        IJournalStore store = place.Open();
        await using LedgerDoor door = LedgerDoor.Open(store, new HandClock());
        TenantDesk desk = await Company.FoundAsync(door);
        await door.TakeSnapshotAsync(desk);
        Claim claim = store.TakeEpoch(Company.Id);
        SnapshotMark mark = store.FindSnapshot(Company.Id)!.Value;
        store.CompleteSnapshot(claim, mark with { Parts = mark.Parts + 1 });
        JournalDamagedException lost = Assert.Throws<JournalDamagedException>(() => Recovery.Recover(store, Company.Id));
        Assert.Contains($"The snapshot of tenant {Company.Id} at event 1 has {mark.Parts} of its {mark.Parts + 1} parts", lost.Message, StringComparison.Ordinal);

        store.WriteSnapshotPart(claim, mark.Sequence, 0, [1, 2, 3, 4, 5, 6]);
        store.CompleteSnapshot(claim, mark);
        JournalDamagedException damaged = Assert.Throws<JournalDamagedException>(() => Recovery.Recover(store, Company.Id));
        Assert.Contains($"Part 0 of the snapshot at event 1 of tenant {Company.Id} is damaged", damaged.Message, StringComparison.Ordinal);

        Guid other = Guid.NewGuid();
        Claim second = store.TakeEpoch(other);
        store.Append([second], [new JournalRow(other, 2, 1, 0, "Berth - Berth", "CreateUser", new byte[8])], []);
        JournalDamagedException gap = Assert.Throws<JournalDamagedException>(() => Recovery.Recover(store, other));
        Assert.Contains($"Event 1 of tenant {other} is missing", gap.Message, StringComparison.Ordinal);
    }

    private static Tenant WithUsers(int count)
    {
        Tenant tenant = Next(Tenant.Unborn, Company.Create());
        for (int user = 0; user < count; user++)
        {
            tenant = Next(tenant, Company.User(user));
        }

        // IsDue looks at differences of versions; a version below the threshold would make them negative.
        return Deciding.Restore(tenant.Version + 100_000, Deciding.Describe(tenant));

        static Tenant Next(Tenant tenant, Command command) =>
            Assert.IsType<Decision.Accepted>(Deciding.Decide(tenant, command, new DecisionContext(Company.Noon, Actor.Berth))).Next;
    }
}
