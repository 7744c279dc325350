using System.Text;
using Berth.Conformance.Tests.Ledger;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Where the administrators of each tenant lie (B777).</summary>
public sealed class AdministratorValues : IDisposable
{
    private const string OldName = "identity/administrators";

    private static readonly DirectoryRole _global = DirectoryRole.GlobalAdministrator;
    private static readonly DirectoryRole _reader = DirectoryRole.All.Single(static role => role.DisplayName == "Global Reader");

    // As the programs wrote it that had those of all tenants in one value: format 1 knew administrators only, format 2 their roles.
    private static readonly Guid _first = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");
    private static readonly Guid _other = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid[] _people = [.. Enumerable.Range(1, 3).Select(static i => new Guid(i, 0, 0, new byte[8]))];

    private readonly SqlitePlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task B777_a_list_of_all_tenants_is_taken_apart_once(int version)
    {
        await using LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        await ledger.WriteBlobAsync(OldName, List(version, (0, _first), (1, _other), (2, _first)), Cancel);
        using (Administrators administrators = await Administrators.OpenAsync(ledger, Cancel))
        {
            Check(administrators, version);
            Assert.True(await administrators.RemoveAsync(_first, _people[2], _global, static _ => true, Cancel));
            Assert.True(await administrators.RemoveAsync(_first, _people[2], _reader, static _ => true, Cancel));
        }

        // What stands in its place holds nothing, and programs before say that it is of a newer one; it is not read again.
        Assert.Equal("""{"version":3,"administrators":[]}""", Encoding.UTF8.GetString((await ledger.ReadBlobAsync(OldName, Cancel))!));
        using Administrators again = await Administrators.OpenAsync(ledger, Cancel);
        Assert.Equal([_people[0]], again.Of(_first).Select(static holder => holder.User).Distinct());
        Assert.False(again.Has(_first, _people[2]));
        Assert.True(again.Has(_other, _people[1]));
    }

    [Fact]
    public async Task B777_a_process_may_end_at_any_write_of_the_taking_apart()
    {
        for (int writes = 0; writes < 2; writes++)
        {
            MemoryStore kept = new();
            await kept.WriteBlobAsync(OldName, List(2, (0, _first), (1, _other), (2, _first)), Cancel);
            await using LedgerDoor stopped = LedgerDoor.Open(new StoppingStore(kept, writes), TimeProvider.System);
            if (writes == 0)
            {
                await Assert.ThrowsAsync<WriteFailedException>(() => Administrators.OpenAsync(stopped, Cancel));
                Assert.Equal([OldName], kept.BlobNames());
            }
            else
            {
                (await Administrators.OpenAsync(stopped, Cancel)).Dispose();
            }

            await using LedgerDoor ledger = LedgerDoor.Open(kept, TimeProvider.System);
            using Administrators administrators = await Administrators.OpenAsync(ledger, Cancel);
            Check(administrators, 2);
        }
    }

    [Fact]
    public async Task B777_what_is_done_in_one_tenant_touches_no_other()
    {
        await using LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        using Administrators administrators = await Administrators.OpenAsync(ledger, Cancel);
        await administrators.AddAsync(_first, _people[0], _global, Cancel);

        // Nobody could read this one, so nobody did.
        await ledger.WriteBlobAsync(Administrators.Format.NameOf(_other), "{"u8.ToArray(), Cancel);
        Assert.True(await administrators.AddAsync(_first, _people[2], _global, Cancel, 2));
        Assert.False(await administrators.AddAsync(_first, _people[1], _global, Cancel, 2));
        Assert.True(await administrators.RemoveAsync(_first, _people[0], _global, static _ => true, Cancel));
        Assert.False(await administrators.RemoveAsync(_first, _people[2], _global, static _ => true, Cancel));
        await administrators.ReadAgainAsync(_first, Cancel);
        Assert.Equal([_people[2]], administrators.GlobalAdministrators(_first));
        Assert.Empty(administrators.Of(_other));
        Assert.False(administrators.Has(_other, _people[2]));
        await Assert.ThrowsAsync<InvalidDataException>(() => administrators.ReadAgainAsync(_other, Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => Administrators.OpenAsync(ledger, Cancel));
        await ledger.WriteBlobAsync(Administrators.Format.NameOf(_other), """{"version":3,"administrators":[]}"""u8.ToArray(), Cancel);
        Assert.Contains("newer version", (await Assert.ThrowsAsync<InvalidDataException>(() => Administrators.OpenAsync(ledger, Cancel))).Message, StringComparison.Ordinal);
    }

    // A list of which nothing can be read is damaged, and stays as it is.
    [Fact]
    public async Task B777_a_list_that_cannot_be_read_is_not_taken_apart()
    {
        await using LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        foreach (string list in (string[])["{", """{"version":4,"administrators":[]}"""])
        {
            await ledger.WriteBlobAsync(OldName, Encoding.UTF8.GetBytes(list), Cancel);
            await Assert.ThrowsAsync<InvalidDataException>(() => Administrators.OpenAsync(ledger, Cancel));
            Assert.Equal(list, Encoding.UTF8.GetString((await ledger.ReadBlobAsync(OldName, Cancel))!));
        }
    }

    // B743
    [Fact]
    public async Task B777_the_administrators_of_a_removed_tenant_go_with_it_and_come_back_with_its_file()
    {
        string file = Path.Combine(Path.GetTempPath(), $"berth-administrators-{Guid.NewGuid():N}");
        await using (LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System, JointIdentity.Values))
        {
            using Administrators administrators = await Administrators.OpenAsync(ledger, Cancel);
            ledger.Farewell = administrators.ForgetTenantAsync;
            await Company.FoundAsync(ledger);
            await Company.FoundAsync(ledger, _other, "fabrikam.example");
            await administrators.AddAsync(Company.Id, _people[0], _reader, Cancel);
            await administrators.AddAsync(_other, _people[1], _global, Cancel);
            await using (FileStream to = new(file, FileMode.CreateNew))
            {
                await ledger.ExportAsync(Company.Id, to, JointIdentity.Values, static _ => Task.CompletedTask, Cancel);
            }

            await ledger.RemoveTenantAsync(Company.Id, null);
            Assert.False(administrators.Has(Company.Id, _people[0]));
            Assert.Equal([Administrators.Format.NameOf(_other)], (await ledger.ReadBlobsAsync(Administrators.Format.Beginning, Cancel)).Select(static one => one.Name));
            await Assert.ThrowsAsync<LedgerFencedException>(() => administrators.AddAsync(Company.Id, _people[0], _reader, Cancel));
        }

        using (IJournalStore store = _place.Open())
        {
            await LedgerImport.Read(file, Cancel).WriteAsync(store, replace: false, JointIdentity.Values);
        }

        File.Delete(file);
        await using LedgerDoor after = LedgerDoor.Open(_place.Open(), TimeProvider.System, JointIdentity.Values);
        using Administrators back = await Administrators.OpenAsync(after, Cancel);
        Assert.Equal([_reader], back.RolesOf(Company.Id, _people[0]));
        Assert.Equal([_people[1]], back.GlobalAdministrators(_other));
    }

    // B707
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task B777_a_file_of_a_program_before_brings_its_administrators(int version)
    {
        string file = Path.Combine(Path.GetTempPath(), $"berth-administrators-{Guid.NewGuid():N}");
        using (SqlitePlace before = new())
        {
            await using LedgerDoor old = LedgerDoor.Open(before.Open(), TimeProvider.System);
            await Company.FoundAsync(old);
            await old.WriteBlobAsync(OldName, List(version, (0, Company.Id), (1, _other)), Cancel);
            await using FileStream to = new(file, FileMode.CreateNew);
            await old.ExportAsync(Company.Id, to, JointIdentity.Values, static _ => Task.CompletedTask, Cancel);
        }

        // Into a database of today, in which the tenant has another administrator: the file's takes their place.
        await using (LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System))
        {
            using Administrators administrators = await Administrators.OpenAsync(ledger, Cancel);
            await ledger.WriteBlobAsync(OldName, """{"version":3,"administrators":[]}"""u8.ToArray(), Cancel);
            await Company.FoundAsync(ledger);
            await administrators.AddAsync(Company.Id, _people[2], _global, Cancel);
            await administrators.AddAsync(_other, _people[1], _reader, Cancel);
        }

        using (IJournalStore store = _place.Open())
        {
            await LedgerImport.Read(file, Cancel).WriteAsync(store, replace: true, JointIdentity.Values);
        }

        File.Delete(file);
        await using LedgerDoor after = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        using Administrators all = await Administrators.OpenAsync(after, Cancel);
        Assert.Equal([_people[0]], all.GlobalAdministrators(Company.Id));
        Assert.False(all.Has(Company.Id, _people[2]));
        Assert.Equal([_reader], all.RolesOf(_other, _people[1]));
    }

    /// <summary>A list as the programs before had it; from format 2 on everybody is Global Administrator and Global Reader.</summary>
    internal static byte[] List(int version, params (int Person, Guid Tenant)[] holders) => Encoding.UTF8.GetBytes(
        $$"""{"version":{{version}},"administrators":[{{string.Join(',', holders.Select(holder =>
            $$"""{"tenantId":"{{holder.Tenant}}","userId":"{{_people[holder.Person]}}"{{(version == 1 ? "" : $",\"roles\":[\"{_global.TemplateId}\",\"{_reader.TemplateId}\"]")}}}"""))}}]}""");

    private static void Check(Administrators administrators, int version)
    {
        DirectoryRole[] roles = version == 1 ? [_global] : [_global, _reader];
        Assert.Equal([_people[0], _people[2]], administrators.GlobalAdministrators(_first).Order());
        Assert.Equal([_people[1]], administrators.GlobalAdministrators(_other));
        Assert.All(administrators.Of(_first).GroupBy(static holder => holder.User), holder => Assert.Equal(roles, holder.Select(static one => one.Role)));
        Assert.Equal(roles, administrators.RolesOf(_other, _people[1]));
    }
}
