using System.Text;
using Berth.Conformance.Tests.Ledger;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Where the applications of each tenant lie (B775).</summary>
public sealed class ApplicationValues : IDisposable
{
    private const string OldName = "identity/apps";

    // As the programs wrote it that had those of all tenants in one value: one of format 1 and, with certificates, one of format 2.
    private static readonly Guid _first = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");
    private static readonly Guid _other = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid[] _clients = [.. Enumerable.Range(1, 3).Select(static i => new Guid(i, 0, 0, new byte[8]))];

    private readonly SqlitePlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task B775_a_list_of_all_tenants_is_taken_apart_once(int version)
    {
        await using LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        await ledger.WriteBlobAsync(OldName, List(version, (0, _first), (1, _other), (2, _first)), Cancel);
        using (AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel))
        {
            Check(apps);
            Assert.Equal(["User.Read.All"], apps.Find(_clients[0])!.Permissions);
            Assert.True(apps.Find(_clients[0])!.Secret.Iterations == 1);
            Assert.Equal(version == 2 ? [7] : [], apps.Find(_clients[0])!.Certificates.Select(static certificate => certificate[0]));
            await apps.RemoveAsync(_clients[2], Cancel);
        }

        // What stands in its place holds nothing, and programs before say that it is of a newer one; it is not read again.
        Assert.Equal("""{"version":3,"apps":[]}""", Encoding.UTF8.GetString((await ledger.ReadBlobAsync(OldName, Cancel))!));
        using AppRegistrations again = await AppRegistrations.OpenAsync(ledger, Cancel);
        Assert.Equal([_clients[0]], again.Of(_first).Select(static app => app.ClientId));
        Assert.Equal([_clients[1]], again.Of(_other).Select(static app => app.ClientId));
    }

    [Fact]
    public async Task B775_a_process_may_end_at_any_write_of_the_taking_apart()
    {
        for (int writes = 0; writes < 2; writes++)
        {
            MemoryStore kept = new();
            await kept.WriteBlobAsync(OldName, List(2, (0, _first), (1, _other), (2, _first)), Cancel);
            await using LedgerDoor stopped = LedgerDoor.Open(new StoppingStore(kept, writes), TimeProvider.System);
            if (writes == 0)
            {
                await Assert.ThrowsAsync<WriteFailedException>(() => AppRegistrations.OpenAsync(stopped, Cancel));
                Assert.Equal([OldName], kept.BlobNames());
            }
            else
            {
                (await AppRegistrations.OpenAsync(stopped, Cancel)).Dispose();
            }

            await using LedgerDoor ledger = LedgerDoor.Open(kept, TimeProvider.System);
            using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
            Check(apps);
        }
    }

    [Fact]
    public async Task B775_what_is_done_in_one_tenant_touches_no_other()
    {
        await using LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
        await apps.PutAsync(App(0, _first), Cancel);

        // Nobody could read this one, so nobody did.
        await ledger.WriteBlobAsync(AppRegistrations.Format.NameOf(_other), "{"u8.ToArray(), Cancel);
        Assert.True(await apps.AddAsync(App(2, _first), 2, Cancel));
        Assert.False(await apps.AddAsync(App(1, _first), 2, Cancel));
        Assert.True(await apps.ChangeAsync(_clients[2], static app => app with { DisplayName = "changed" }, Cancel));
        await apps.RemoveAsync(_clients[0], Cancel);
        Assert.False(await apps.ChangeAsync(_clients[0], static app => app, Cancel));
        await apps.ReadAgainAsync(_first, Cancel);
        Assert.Equal("changed", Assert.Single(apps.Of(_first)).DisplayName);
        Assert.Null(apps.Find(_clients[0]));
        await Assert.ThrowsAsync<InvalidDataException>(() => apps.ReadAgainAsync(_other, Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => apps.ReadAgainAsync(Cancel));
        await ledger.WriteBlobAsync(AppRegistrations.Format.NameOf(_other), """{"version":3,"apps":[]}"""u8.ToArray(), Cancel);
        Assert.Contains("newer version", (await Assert.ThrowsAsync<InvalidDataException>(() => AppRegistrations.OpenAsync(ledger, Cancel))).Message, StringComparison.Ordinal);
    }

    // B743
    [Fact]
    public async Task B775_the_applications_of_a_removed_tenant_go_with_it_and_come_back_with_its_file()
    {
        string file = Path.Combine(Path.GetTempPath(), $"berth-apps-{Guid.NewGuid():N}");
        await using (LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System, JointIdentity.Values))
        {
            using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
            ledger.Farewell = apps.ForgetTenantAsync;
            await Company.FoundAsync(ledger);
            await Company.FoundAsync(ledger, _other, "fabrikam.example");
            await apps.PutAsync(App(0, Company.Id), Cancel);
            await apps.PutAsync(App(1, _other), Cancel);
            await using (FileStream to = new(file, FileMode.CreateNew))
            {
                await ledger.ExportAsync(Company.Id, to, JointIdentity.Values, static _ => Task.CompletedTask, Cancel);
            }

            await ledger.RemoveTenantAsync(Company.Id, null);
            Assert.Null(apps.Find(_clients[0]));
            Assert.Equal([AppRegistrations.Format.NameOf(_other)], (await ledger.ReadBlobsAsync(AppRegistrations.Format.Beginning, Cancel)).Select(static one => one.Name));
            await Assert.ThrowsAsync<LedgerFencedException>(() => apps.PutAsync(App(2, Company.Id), Cancel));
        }

        using (IJournalStore store = _place.Open())
        {
            await LedgerImport.Read(file, Cancel).WriteAsync(store, replace: false, JointIdentity.Values);
        }

        File.Delete(file);
        await using LedgerDoor after = LedgerDoor.Open(_place.Open(), TimeProvider.System, JointIdentity.Values);
        using AppRegistrations back = await AppRegistrations.OpenAsync(after, Cancel);
        Assert.Equal([_clients[0]], back.Of(Company.Id).Select(static app => app.ClientId));
        Assert.Equal([_clients[1]], back.Of(_other).Select(static app => app.ClientId));
    }

    // B707
    [Fact]
    public async Task B775_a_file_of_a_program_before_brings_its_applications()
    {
        string file = Path.Combine(Path.GetTempPath(), $"berth-apps-{Guid.NewGuid():N}");
        using (SqlitePlace before = new())
        {
            await using LedgerDoor old = LedgerDoor.Open(before.Open(), TimeProvider.System);
            await Company.FoundAsync(old);
            await old.WriteBlobAsync(OldName, List(2, (0, Company.Id), (1, _other)), Cancel);
            await using FileStream to = new(file, FileMode.CreateNew);
            await old.ExportAsync(Company.Id, to, JointIdentity.Values, static _ => Task.CompletedTask, Cancel);
        }

        // Into a database of today, in which the tenant has another application: the file's takes its place.
        await using (LedgerDoor ledger = LedgerDoor.Open(_place.Open(), TimeProvider.System))
        {
            using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
            await ledger.WriteBlobAsync(OldName, """{"version":3,"apps":[]}"""u8.ToArray(), Cancel);
            await Company.FoundAsync(ledger);
            await apps.PutAsync(App(2, Company.Id), Cancel);
            await apps.PutAsync(App(1, _other), Cancel);
        }

        using (IJournalStore store = _place.Open())
        {
            await LedgerImport.Read(file, Cancel).WriteAsync(store, replace: true, JointIdentity.Values);
        }

        File.Delete(file);
        await using LedgerDoor after = LedgerDoor.Open(_place.Open(), TimeProvider.System);
        using AppRegistrations all = await AppRegistrations.OpenAsync(after, Cancel);
        Assert.Equal([_clients[0]], all.Of(Company.Id).Select(static app => app.ClientId));
        Assert.Equal([_clients[1]], all.Of(_other).Select(static app => app.ClientId));
        Assert.Null(all.Find(_clients[2]));
    }

    /// <summary>A list as the programs before had it.</summary>
    internal static byte[] List(int version, params (int Client, Guid Tenant)[] apps) => Encoding.UTF8.GetBytes(
        $$"""{"version":{{version}},"apps":[{{string.Join(',', apps.Select(app =>
            $$"""{"clientId":"{{_clients[app.Client]}}","objectId":"{{_clients[app.Client]}}","tenantId":"{{app.Tenant}}","displayName":"App","permissions":["User.Read.All"],"salt":"AAAA","hash":"AAAA","iterations":1{{(version == 1 ? "" : ",\"certificates\":[\"Bw==\"]")}}}"""))}}]}""");

    private static AppRegistration App(int client, Guid tenant) => new(_clients[client], Guid.NewGuid(), tenant, "App", ["User.Read.All"], ClientSecret.OfInvented("secret"));

    private static void Check(AppRegistrations apps)
    {
        Assert.Equal([_clients[0], _clients[2]], apps.Of(_first).Select(static app => app.ClientId));
        Assert.Equal([_clients[1]], apps.Of(_other).Select(static app => app.ClientId));
    }
}
