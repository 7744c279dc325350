using System.Text;
using Berth.Engine;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Tenants that come and go in SQLite.</summary>
public sealed class SqliteRemovalSuite() : RemovalSuite(new SqlitePlace(), 1);

/// <summary>Tenants that come and go in memory.</summary>
public sealed class MemoryRemovalSuite() : RemovalSuite(new MemoryPlace(), 1);

/// <summary>Tenants that come and go in PostgreSQL (B700).</summary>
public sealed class PostgresRemovalSuite() : RemovalSuite(new PostgresPlace(), 3);

/// <summary>A tenant is there whole or not at all, at whatever write the process ends (B741, B743, B749).</summary>
/// <param name="place">Where the journal lies.</param>
/// <param name="stride">Of so many writes the process ends at one: where opening takes long, not at each.</param>
public abstract class RemovalSuite(IPlace place, int stride) : IDisposable
{
    private static readonly Guid _other = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private readonly HandClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        place.Dispose();
        GC.SuppressFinalize(this);
    }

    // B743
    [Fact]
    public async Task Of_a_removed_tenant_nothing_is_left_and_of_the_others_nothing_is_missing()
    {
        await BuildAsync();
        await using (LedgerDoor door = Open())
        {
            TenantDesk desk = door.Find(Company.Id)!, other = door.Find(_other)!;
            Assert.True(await door.RemoveTenantAsync(Company.Id, null));
            Assert.Null(door.Find(Company.Id));
            Assert.Null(door.FindByDomain("contoso.example"));
            Assert.True(door.IsRemoved(Company.Id));
            Assert.Contains("is being removed", (await Assert.ThrowsAsync<LedgerFencedException>(() => desk.DoAsync(Company.User(700)))).Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<LedgerFencedException>(() => door.WriteBlobAsync(desk, $"identity/password/{Company.Id:N}/late", new byte[] { 1 }, Cancel).AsTask());
            await Assert.ThrowsAnyAsync<LedgerFencedException>(() => door.TakeSnapshotAsync(desk));
            Assert.Null(door.SnapshotFailure);
            await other.DoAsync(Company.User(1));
            Assert.Equal([_other], door.Desks.Select(one => one.Id));
            Assert.Same(other, door.Oldest);
        }

        IsGone(Company.Id, leavesJointValues: true);
        await using LedgerDoor again = Open();
        Assert.Equal(2, Assert.Single(again.Desks).Current.Version);
        Assert.Equal("theirs", Encoding.UTF8.GetString((await again.ReadBlobAsync($"identity/password/{_other:N}/x", Cancel))!));

        // The domain is free, and so is the id.
        await (await Company.FoundAsync(again)).DoAsync(Company.User(1));
    }

    // B743
    [Fact]
    public async Task A_process_may_end_after_any_write_of_a_removal_and_the_tenant_is_whole_or_gone()
    {
        int whole = 0, gone = 0;
        for (int writes = 0; ; writes += stride)
        {
            Tenant before = await BuildAsync();

            // Opening takes the epochs of all tenants that the store ever had, at once (B776).
            StoppingStore stopping = new(place.Open(), 1 + writes);
            LedgerDoor stopped = LedgerDoor.Open(stopping, _clock, JointIdentity.Values);
            try
            {
                await stopped.RemoveTenantAsync(Company.Id, null);
            }
            catch (WriteFailedException)
            {
                // The process has ended.
            }

            bool hasStopped = stopping.HasStopped;
            await stopped.DisposeAsync();
            await using (LedgerDoor door = Open())
            {
                if (door.Find(Company.Id) is { } desk)
                {
                    whole++;
                    Company.Same(before, desk.Current);
                    Assert.NotNull(await door.ReadBlobAsync($"identity/password/{Company.Id:N}/x", Cancel));
                    await door.RemoveTenantAsync(Company.Id, null);
                }
                else
                {
                    gone++;
                }

                Assert.NotNull(door.Find(_other));
            }

            IsGone(Company.Id, leavesJointValues: true);
            if (!hasStopped)
            {
                break;
            }

            await using LedgerDoor last = Open();
            await last.RemoveTenantAsync(_other, null);
        }

        Assert.True(whole == 1 && gone * stride >= 5, $"{whole} times whole, {gone} times gone");
    }

    // B741
    [Fact]
    public async Task A_process_may_end_after_any_write_of_a_creation_and_the_tenant_is_whole_or_gone()
    {
        int whole = 0, gone = 0;
        for (int writes = 0; whole == 0; writes += stride)
        {
            StoppingStore stopping = new(place.Open(), writes);
            LedgerDoor stopped = LedgerDoor.Open(stopping, _clock, JointIdentity.Values);
            try
            {
                await stopped.CreateTenantAsync(Company.Create(), Actor.Berth, desk => FurnishAsync(stopped, desk), Cancel);
            }
            catch (WriteFailedException)
            {
                Assert.Null(stopped.Find(Company.Id));
            }

            await stopped.DisposeAsync();
            await using LedgerDoor door = Open();
            if (door.Find(Company.Id) is { } desk)
            {
                whole++;
                Assert.Equal(2, desk.Current.Version);
                Assert.NotNull(await door.ReadBlobAsync($"identity/password/{Company.Id:N}/x", Cancel));
            }
            else
            {
                gone++;
                await door.DisposeAsync();
                IsGone(Company.Id, leavesJointValues: false);
            }
        }

        Assert.True(gone * stride >= 6, $"{gone} times gone");
    }

    // B741
    [Fact]
    public async Task Of_a_tenant_that_could_not_be_furnished_nothing_is_left_and_another_can_have_its_domain()
    {
        await using LedgerDoor door = Open();
        List<Guid> told = [];
        door.Farewell = tenant =>
        {
            told.Add(tenant);
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<InvalidDataException>(() => door.CreateTenantAsync(
            Company.Create(),
            Actor.Berth,
            async desk =>
            {
                Assert.Null(door.Find(desk.Id));
                await FurnishAsync(door, desk);
                throw new InvalidDataException("no");
            },
            Cancel));
        Assert.Equal([Company.Id], told);
        Assert.Empty(door.Desks);
        await Company.FoundAsync(door, _other);
        await door.DisposeAsync();
        IsGone(Company.Id, leavesJointValues: true);
    }

    // B742
    [Fact]
    public async Task A_tenant_that_moved_on_from_the_named_version_stays_and_goes_on()
    {
        Tenant before = await BuildAsync();
        await using LedgerDoor door = Open();
        foreach (long wrong in (long[])[0, before.Version - 1, before.Version + 1])
        {
            Assert.False(await door.RemoveTenantAsync(Company.Id, wrong));
        }

        await door.Find(Company.Id)!.DoAsync(Company.User(800));
        Assert.False(await door.RemoveTenantAsync(Company.Id, before.Version));
        Assert.True(await door.RemoveTenantAsync(Company.Id, before.Version + 1));
    }

    // B743
    [Fact]
    public async Task Who_writes_while_a_tenant_goes_is_answered_and_other_tenants_notice_nothing()
    {
        await BuildAsync();
        await using LedgerDoor door = Open();
        TenantDesk desk = door.Find(Company.Id)!, other = door.Find(_other)!;
        int next = 1000, refused = 0;
        using CancellationTokenSource over = new();
        Task[] writers = [.. Enumerable.Range(0, 16).Select(number => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    await (number % 2 == 0 ? desk : other).DoAsync(Company.User(Interlocked.Increment(ref next)));
                }
                catch (LedgerFencedException) when (number % 2 == 0)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }
            }
        }))];
        await desk.GrownAsync(desk.Current.Version + 50, Cancel);
        await door.RemoveTenantAsync(Company.Id, null);
        long version = other.Current.Version;
        await other.GrownAsync(version + 50, Cancel);
        await over.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(8, refused);
        Assert.Equal(other.Current.Version, other.Current.UserCount + 1);
        await door.DisposeAsync();
        IsGone(Company.Id, leavesJointValues: true);
    }

    // B749
    [Fact]
    public async Task A_removed_tenant_comes_back_from_its_file_with_nothing_lost()
    {
        Tenant before = await BuildAsync();
        string file = Path.Combine(Path.GetTempPath(), $"berth-removed-{Guid.NewGuid():N}");
        string[] rows, answers;
        using (IJournalStore store = place.Open())
        {
            await using FileStream to = new(file, FileMode.CreateNew);
            await LedgerExport.WriteAsync(store, to, Company.Id, null, JointIdentity.Values, Cancel);
            (rows, answers) = (Rows(store), Answers(store));
        }

        await using (LedgerDoor door = Open())
        {
            await door.RemoveTenantAsync(Company.Id, before.Version);
        }

        using (IJournalStore store = place.Open())
        {
            // Also where the removal was not finished.
            store.Retire(Company.Id, 0, null);
            Assert.Contains("There is no tenant", (await Assert.ThrowsAsync<LedgerRefusedException>(() => LedgerExport.WriteAsync(store, Stream.Null, Company.Id, null, JointIdentity.Values, Cancel))).Message, StringComparison.Ordinal);
            await LedgerImport.Read(file, Cancel).WriteAsync(store, replace: false, JointIdentity.Values);
            Assert.Equal(rows, Rows(store));
            Assert.Equal(answers, Answers(store));
            Assert.Empty(LedgerCheck.Of(store, Company.Id, Cancel).Problems);
            Assert.Contains("\"clientId\":1,", Encoding.UTF8.GetString((await store.ReadBlobAsync("identity/apps", Cancel))!), StringComparison.Ordinal);
        }

        await using LedgerDoor again = Open();
        TenantDesk back = again.Find(Company.Id)!;
        Company.Same(before, back.Current);
        Assert.Equal("mine", Encoding.UTF8.GetString((await again.ReadBlobAsync($"identity/password/{Company.Id:N}/x", Cancel))!));
        await back.DoAsync(Company.User(900));
        File.Delete(file);
    }

    private LedgerDoor Open() => LedgerDoor.Open(place.Open(), _clock, JointIdentity.Values);

    private static async Task FurnishAsync(LedgerDoor door, TenantDesk desk)
    {
        await desk.DoAsync(Company.User(1));
        await door.WriteBlobAsync(desk, $"identity/password/{desk.Id:N}/x", new byte[] { 1 }, Cancel);
        await door.WriteBlobAsync("identity/apps", Encoding.UTF8.GetBytes($$"""{"version":2,"apps":[{"clientId":1,"tenantId":"{{desk.Id}}"}]}"""), Cancel);
    }

    // Two tenants, answers, a snapshot, values of one of them and of both.
    private async Task<Tenant> BuildAsync()
    {
        await using LedgerDoor door = Open();
        TenantDesk desk = await Company.FoundAsync(door);
        await Company.FoundAsync(door, _other, "fabrikam.example");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(user => desk.DoAsync(Company.User(user))));
        await door.TakeSnapshotAsync(desk);
        await desk.SubmitAsync(Company.User(99), Company.Somebody, new Repeatable("once", new byte[] { 1 }, _ => Encoding.UTF8.GetBytes("done")), Cancel);
        string apps = $$"""{"version":2,"apps":[{"clientId":1,"tenantId":"{{Company.Id}}"},{"clientId":2,"tenantId":"{{_other}}"}]}""";
        await door.WriteBlobsAsync(
            [
                ("identity/apps", Encoding.UTF8.GetBytes(apps)), ($"notifications/{Company.Id:D}", "book"u8.ToArray()),
                ($"identity/password/{Company.Id:N}/x", "mine"u8.ToArray()), ($"identity/password/{_other:N}/x", "theirs"u8.ToArray()),
            ],
            Cancel);
        return desk.Current;
    }

    // The list of applications is taken care of by whoever has it in memory; without them, by the opening.
    private void IsGone(Guid tenant, bool leavesJointValues)
    {
        using IJournalStore store = place.Open();
        Assert.Empty(store.Tenants().Contains(tenant) ? store.ReadFrom(tenant, 0) : []);
        Assert.Empty(store.Tenants().Contains(tenant) ? store.ReadAnswers(tenant) : []);
        Assert.Null(store.Tenants().Contains(tenant) ? store.FindSnapshot(tenant) : null);
        Assert.DoesNotContain(store.BlobNames(), name => name.Contains($"{tenant:N}", StringComparison.Ordinal) || name.Contains($"{tenant:D}", StringComparison.Ordinal));
        string apps = Encoding.UTF8.GetString(store.ReadBlobAsync("identity/apps", Cancel).AsTask().GetAwaiter().GetResult() ?? []);
        Assert.True(leavesJointValues || !apps.Contains(tenant.ToString(), StringComparison.Ordinal), apps);
    }

    private static string[] Rows(IJournalStore store) =>
        [.. store.ReadFrom(Company.Id, 0).Select(row => $"{row.Sequence} {row.Epoch} {row.At} {row.Actor} {row.Kind} {Convert.ToHexString(row.Payload.Span)}")];

    private static string[] Answers(IJournalStore store) => [.. store.ReadAnswers(Company.Id).Select(row => $"{row.Key} {row.At} {Convert.ToHexString(row.Answer.Span)}")];
}
