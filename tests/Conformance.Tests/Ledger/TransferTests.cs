using System.Text;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Tenants move between stores with nothing lost, come back as they were, and are checked (B706, B707, B708, B709, B710).</summary>
public sealed class TransferTests : IDisposable
{
    private static readonly Guid _other = Guid.Parse("00000000-0000-0000-0000-000000000001");

    private readonly SqlitePlace _place = new();
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("berth-transfer-");
    private int _count;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _place.Dispose();
        _files.Delete(recursive: true);
    }

    [Fact]
    public async Task From_SQLite_to_PostgreSQL_and_back_nothing_is_lost()
    {
        await BuildAsync(_place);
        PostgresPlace middle = new();
        using SqlitePlace last = new();
        await MoveAsync(_place, middle, Company.Id);
        await MoveAsync(middle, last, Company.Id);
        using IJournalStore before = _place.Open(), after = last.Open();
        Same(before, after, Company.Id);
        Assert.Empty(after.ReadFrom(_other, 0));

        // Of lists that tenants share, only what is the tenant's own came along.
        Assert.Equal("""{"version":2,"apps":[{"clientId":1,"tenantId":"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"}]}""", await TextAsync(after, "identity/apps"));
        Assert.Equal("mine", await TextAsync(after, $"identity/password/{Company.Id:N}/x"));
        Assert.Null(await after.ReadBlobAsync($"identity/password/{_other:N}/x", Cancel));
        Assert.Null(await after.ReadBlobAsync("identity/signing-key", Cancel));
    }

    [Fact]
    public async Task Everything_goes_into_an_empty_database_and_into_no_other()
    {
        await BuildAsync(_place);
        PostgresPlace place = new();
        string file = await ExportAsync(_place, null);
        await ImportAsync(place, file);
        using (IJournalStore before = _place.Open(), after = place.Open())
        {
            Same(before, after, Company.Id);
            Same(before, after, _other);
            Assert.Equal("key", await TextAsync(after, "identity/signing-key"));
        }

        Assert.Contains("goes into an empty one", (await Assert.ThrowsAsync<LedgerRefusedException>(() => ImportAsync(place, file, replace: true))).Message, StringComparison.Ordinal);
        await using LedgerDoor door = LedgerDoor.Open(place.Open(), new HandClock());
        Assert.Equal(2, door.Desks.Count);
        await door.Find(Company.Id)!.DoAsync(Company.User(77));
    }

    [Fact]
    public async Task A_tenant_comes_back_as_it_was_at_a_version_and_goes_on_from_there()
    {
        Tenant newest = await BuildAsync(_place);
        string old = await ExportAsync(_place, Company.Id, 5);
        LedgerRefusedException there = await Assert.ThrowsAsync<LedgerRefusedException>(() => ImportAsync(_place, old));
        Assert.Contains($"is there already, at version {newest.Version}; the file has version 5", there.Message, StringComparison.Ordinal);
        await ImportAsync(_place, old, replace: true);
        using (IJournalStore store = _place.Open())
        {
            Assert.Null(store.FindAnswer(Company.Id, "once"));
            Assert.Empty(LedgerCheck.Of(store, Company.Id, Cancel).Problems);
        }

        await using LedgerDoor door = LedgerDoor.Open(_place.Open(), new HandClock());
        TenantDesk desk = door.Find(Company.Id)!;
        Assert.Equal(5, desk.Current.Version);
        Assert.Equal(3, desk.Current.UserCount);
        await desk.DoAsync(Company.User(500));
        Assert.Equal(6, desk.Current.Version);
        Assert.NotNull(door.Find(_other));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(10_000L)]
    public async Task A_version_that_never_was_cannot_be_exported(long version)
    {
        await BuildAsync(_place);
        Assert.Contains("has versions 1 to ", (await Assert.ThrowsAsync<LedgerRefusedException>(() => ExportAsync(_place, Company.Id, version))).Message, StringComparison.Ordinal);
        Assert.Contains("There is no tenant", (await Assert.ThrowsAsync<LedgerRefusedException>(() => ExportAsync(_place, Guid.NewGuid()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_whole_changes_nothing()
    {
        await BuildAsync(_place);
        byte[] whole = await File.ReadAllBytesAsync(await ExportAsync(_place, Company.Id), Cancel);
        using SqlitePlace target = new();
        Random random = new(5);
        foreach (byte[] bytes in (byte[][])
        [
            [], "a letter"u8.ToArray(), whole[..^1], whole[..^40], whole[..200], [.. whole, 0], [.. "BERTHDB2"u8, .. whole[8..]],
            .. Enumerable.Range(0, 40).Select(_ => Flipped(random.Next(whole.Length))),
        ])
        {
            string file = NewFile();
            await File.WriteAllBytesAsync(file, bytes, Cancel);
            LedgerRefusedException refused = await Assert.ThrowsAsync<LedgerRefusedException>(() => ImportAsync(target, file));
            Assert.DoesNotContain('\n', refused.Message);
        }

        using IJournalStore store = target.Open();
        Assert.Empty(store.Tenants());
        Assert.Empty(store.BlobNames());

        byte[] Flipped(int at)
        {
            byte[] bytes = [.. whole];
            bytes[at] ^= 1;
            return bytes;
        }
    }

    [Fact]
    public async Task A_domain_that_another_tenant_has_is_refused()
    {
        await BuildAsync(_place);
        using SqlitePlace target = new();
        await using (LedgerDoor door = LedgerDoor.Open(target.Open(), new HandClock()))
        {
            await Company.FoundAsync(door, Guid.NewGuid(), "CONTOSO.example");
        }

        string file = await ExportAsync(_place, Company.Id);
        Assert.Contains("has the domain", (await Assert.ThrowsAsync<LedgerRefusedException>(() => ImportAsync(target, file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_that_was_killed_keeps_servers_away_until_it_is_done_again()
    {
        await BuildAsync(_place);
        string file = await ExportAsync(_place, Company.Id);
        using SqlitePlace target = new();
        using (IJournalStore store = target.Open())
        {
            await UnfinishedImport.SetAsync(store, Company.Id);
            Claim claim = store.TakeEpoch(Company.Id);
            using IJournalStore source = _place.Open();
            store.Append([claim], [.. source.ReadFrom(Company.Id, 0).Take(3)], []);
            Assert.Contains("was not finished", Assert.Single(LedgerCheck.Of(store, Company.Id, Cancel).Problems), StringComparison.Ordinal);
        }

        using (IJournalStore store = target.Open())
        {
            Assert.Contains("berth db import FILE", Assert.Throws<LedgerRefusedException>(() => LedgerDoor.Open(store, new HandClock())).Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<LedgerRefusedException>(() => ExportAsync(target, null));
        await ImportAsync(target, file);
        using IJournalStore before = _place.Open(), after = target.Open();
        Same(before, after, Company.Id);
    }

    [Fact]
    public async Task A_check_finds_gaps_events_that_cannot_be_read_and_snapshots_that_are_something_else()
    {
        await BuildAsync(_place);
        PostgresPlace place = new();
        await ImportAsync(place, await ExportAsync(_place, null));
        using IJournalStore store = place.Open();
        Assert.Empty(Problems());
        SnapshotMark mark = store.FindSnapshot(Company.Id)!.Value;

        // A snapshot of the other tenant in its place: it can be read, and is wrong.
        place.Execute($"CREATE TABLE kept AS SELECT * FROM snapshot; UPDATE snapshot SET payload = (SELECT payload FROM kept WHERE tenant = '{_other}') WHERE tenant = '{Company.Id}'");
        string wrong = Assert.Single(Problems());
        Assert.True(wrong.Contains($"snapshot of tenant {Company.Id} at event {mark.Sequence}", StringComparison.Ordinal) || wrong.Contains($"snapshot at event {mark.Sequence}", StringComparison.Ordinal), wrong);
        place.Execute("DELETE FROM snapshot; INSERT INTO snapshot SELECT * FROM kept");
        Assert.Empty(Problems());

        place.Execute($"UPDATE tenant SET snapshot_seq = NULL; UPDATE journal SET payload = set_byte(payload, 3, 255 - get_byte(payload, 3)) WHERE tenant = '{Company.Id}' AND seq = 4");
        Assert.Contains($"Event 4 of tenant {Company.Id} is damaged", Assert.Single(Problems()), StringComparison.Ordinal);
        place.Execute($"DELETE FROM journal WHERE tenant = '{Company.Id}' AND seq IN (3, 4)");
        Assert.Contains($"Event 3 of tenant {Company.Id} is missing: event 5 follows event 2", Assert.Single(Problems()), StringComparison.Ordinal);
        Assert.Empty(LedgerCheck.Of(store, _other, Cancel).Problems);

        IReadOnlyList<string> Problems() => LedgerCheck.Of(store, Company.Id, Cancel).Problems;
    }

    [Fact]
    public async Task What_is_opened_to_read_is_read_beside_a_writer_and_not_written()
    {
        await BuildAsync(_place);
        PostgresPlace place = new();
        await ImportAsync(place, await ExportAsync(_place, null));
        using IJournalStore file = _place.Open(), server = place.Open();
        IJournalStore[] readers = Open();
        foreach (IJournalStore reader in readers)
        {
            Assert.NotEmpty(reader.ReadFrom(Company.Id, 0));
            Assert.ThrowsAny<Exception>(() => reader.TakeEpoch(Company.Id));
            reader.Dispose();
        }

        Assert.Throws<LedgerRefusedException>(() => SqliteStore.OpenReading(_place.Path + "x"));
        Assert.Contains("holds nothing of Berth", Assert.Throws<LedgerRefusedException>(() => PostgresStore.OpenReading(PostgresAddress.Read(new PostgresPlace().Connection))).Message, StringComparison.Ordinal);

        IJournalStore[] Open() => [SqliteStore.OpenReading(_place.Path), PostgresStore.OpenReading(PostgresAddress.Read(place.Connection))];
    }

    // Two tenants, answers, values of one of them, of both, and of none.
    private static async Task<Tenant> BuildAsync(SqlitePlace place)
    {
        IJournalStore store = place.Open();
        await using LedgerDoor door = LedgerDoor.Open(store, new HandClock());
        TenantDesk desk = await Company.FoundAsync(door);
        await Company.FoundAsync(door, _other, "fabrikam.example");
        await desk.DoAsync(Company.Buy(Company.E5, 3));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(user => desk.DoAsync(Company.User(user))));
        await desk.DoAsync(Company.Assign(1, Company.E5));
        await desk.SubmitAsync(Company.User(99), Company.Somebody, new Repeatable("once", new byte[] { 1 }, _ => Encoding.UTF8.GetBytes("done")), Cancel);
        string apps = $$"""{"version":2,"apps":[{"clientId":1,"tenantId":"{{Company.Id}}"},{"clientId":2,"tenantId":"{{_other}}"}]}""";
        await door.WriteBlobsAsync(
            [
                ("identity/apps", Encoding.UTF8.GetBytes(apps)), ("identity/signing-key", "key"u8.ToArray()),
                ($"identity/password/{Company.Id:N}/x", "mine"u8.ToArray()), ($"identity/password/{_other:N}/x", "theirs"u8.ToArray()),
            ],
            Cancel);
        return desk.Current;
    }

    private static void Same(IJournalStore before, IJournalStore after, Guid tenant)
    {
        Assert.Equal(Rows(before), Rows(after));
        Assert.Equal(Answers(before), Answers(after));
        Company.Same(Recovery.Recover(before, tenant).Tenant, Recovery.Recover(after, tenant).Tenant);
        LedgerCheck.Finding finding = LedgerCheck.Of(after, tenant, Cancel);
        Assert.Empty(finding.Problems);
        Assert.Equal(finding.Tenant.Version, finding.Snapshot);

        IEnumerable<string> Rows(IJournalStore store) =>
            store.ReadFrom(tenant, 0).Select(row => $"{row.Sequence} {row.Epoch} {row.At} {row.Actor} {row.Kind} {Convert.ToHexString(row.Payload.Span)}");
        IEnumerable<string> Answers(IJournalStore store) =>
            store.ReadAnswers(tenant).Select(row => $"{row.Key} {row.At} {Convert.ToHexString(row.BodyHash.Span)} {Convert.ToHexString(row.Answer.Span)}");
    }

    private static async Task<string?> TextAsync(IJournalStore store, string name) => await store.ReadBlobAsync(name, Cancel) is { } value ? Encoding.UTF8.GetString(value) : null;

    private async Task MoveAsync(IPlace from, IPlace to, Guid tenant) => await ImportAsync(to, await ExportAsync(from, tenant));

    private async Task<string> ExportAsync(IPlace from, Guid? tenant, long? version = null)
    {
        string path = NewFile();
        using IJournalStore store = from.Open();
        await using FileStream file = new(path, FileMode.CreateNew);
        _ = tenant is { } id
            ? await LedgerExport.WriteAsync(store, file, id, version, JointIdentity.Values, Cancel)
            : await LedgerExport.WriteAsync(store, file, Cancel);
        return path;
    }

    private static async Task ImportAsync(IPlace to, string file, bool replace = false)
    {
        LedgerImport import = LedgerImport.Read(file, Cancel);
        using IJournalStore store = to.Open();
        await import.WriteAsync(store, replace, JointIdentity.Values);
    }

    private string NewFile() => Path.Combine(_files.FullName, $"{++_count}.berth");
}
