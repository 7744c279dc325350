using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Ledger;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>Two nodes that change keys, applications and roles of one database at the same moment (B772, B773).</summary>
public sealed class IdentityOfNodesTests : IAsyncLifetime
{
    private static readonly Guid _tenant = Guid.NewGuid();

    private readonly PostgresPlace _place = new();
    private readonly HandSetTime _time = new();
    private LedgerDoor _one = null!;
    private LedgerDoor _other = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _place.Open().Dispose();
        (_one, _other) = (Join(), Join());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        _place.Dispose();
    }

    [Fact]
    public async Task B772_of_two_nodes_that_find_the_key_old_one_makes_the_next_and_both_have_it()
    {
        using SigningKeys one = await SigningKeys.OpenAsync(_one, _time, Cancel), other = await SigningKeys.OpenAsync(_other, _time, Cancel);
        string first = Assert.Single(other.All).Key.KeyId;
        _time.Now += IdentityLimits.KeyAge;
        await Task.WhenAll(one.TendAsync(Cancel), other.TendAsync(Cancel));
        Assert.Equal(2, one.All.Count);
        Assert.Equal(Ids(one), Ids(other));

        // Each key that somebody asked for is there, and those that are forgotten are gone.
        SigningKeys[] both = [one, other];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => both[i % 2].RotateAsync(forgetOld: false, Cancel)));
        await Task.WhenAll(both.Select(keys => keys.TendAsync(Cancel)));
        Assert.Equal(6, one.All.Count);
        Assert.Equal(Ids(one), Ids(other));
        bool[] made = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => both[i % 2].RotateAsync(forgetOld: false, Cancel)));
        Assert.Equal(2, made.Count(done => done));
        await Task.WhenAll(one.RotateAsync(forgetOld: true, Cancel), other.TendAsync(Cancel));
        await other.TendAsync(Cancel);
        Assert.NotEqual(first, Assert.Single(other.All).Key.KeyId);

        static string Ids(SigningKeys keys) => string.Join(' ', keys.All.Select(key => key.Key.KeyId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task B772_whatever_two_change_of_an_application_is_kept_and_none_that_was_taken_away_comes_back()
    {
        using AppRegistrations one = await AppRegistrations.OpenAsync(_one, Cancel);
        AppRegistration app = App();
        await one.PutAsync(app, Cancel);
        using AppRegistrations other = await AppRegistrations.OpenAsync(_other, Cancel);
        ClientSecret secret = ClientSecret.OfInvented("new");
        await Task.WhenAll(
            [.. Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : other).ChangeAsync(app.ClientId, before => before with { Certificates = [.. before.Certificates, (ValueArray<byte>)[(byte)i]] }, Cancel)),
            other.ChangeAsync(app.ClientId, before => before with { Secret = secret }, Cancel)]);
        await one.ReadAgainAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, 10), one.Find(app.ClientId)!.Certificates.Select(certificate => (int)certificate[0]).Order());
        Assert.Equal(secret, one.Find(app.ClientId)!.Secret);

        // The other node knows it still.
        await one.RemoveAsync(app.ClientId, Cancel);
        Assert.NotNull(other.Find(app.ClientId));
        Assert.False(await other.ChangeAsync(app.ClientId, before => before with { DisplayName = "back" }, Cancel));
        await one.ReadAgainAsync(Cancel);
        Assert.Null(one.Find(app.ClientId));

        bool[] added = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : other).AddAsync(App(), 3, Cancel)));
        Assert.Equal(3, added.Count(done => done));
        await one.ReadAgainAsync(Cancel);
        Assert.Equal(3, one.Of(_tenant).Count);
    }

    [Fact]
    public async Task B775_of_two_nodes_that_find_a_list_of_all_tenants_one_takes_it_apart()
    {
        Guid[] tenants = [.. Enumerable.Range(0, 20).Select(static _ => Guid.NewGuid())];
        await _one.WriteBlobAsync("identity/apps", ApplicationValues.List(2, [.. tenants.Select((tenant, i) => (i % 3, tenant))]), Cancel);

        // Each changes what it finds as soon as it has it: of none of it the other makes again what was before.
        await Task.WhenAll(Task.Run(() => TakeAsync(_one, 0), Cancel), Task.Run(() => TakeAsync(_other, 1), Cancel));
        foreach (Guid tenant in tenants)
        {
            string value = System.Text.Encoding.UTF8.GetString((await _one.ReadBlobAsync(AppRegistrations.Format.NameOf(tenant), Cancel))!);
            Assert.Equal(2, value.Split("clientId").Length - 1);
        }

        async Task TakeAsync(LedgerDoor ledger, int half)
        {
            using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
            foreach (Guid tenant in tenants.Where((_, i) => i % 2 == half))
            {
                Assert.True(await apps.AddAsync(App() with { TenantId = tenant }, 2, Cancel));
            }
        }
    }

    [Fact]
    public async Task B777_of_two_nodes_that_find_a_list_of_all_tenants_one_takes_it_apart()
    {
        Guid[] tenants = [.. Enumerable.Range(0, 20).Select(static _ => Guid.NewGuid())];
        await _one.WriteBlobAsync("identity/administrators", AdministratorValues.List(2, [.. tenants.Select((tenant, i) => (i % 3, tenant))]), Cancel);

        // Each changes what it finds as soon as it has it: of none of it the other makes again what was before.
        await Task.WhenAll(Task.Run(() => TakeAsync(_one, 0), Cancel), Task.Run(() => TakeAsync(_other, 1), Cancel));
        foreach (Guid tenant in tenants)
        {
            string value = System.Text.Encoding.UTF8.GetString((await _one.ReadBlobAsync(Administrators.Format.NameOf(tenant), Cancel))!);
            Assert.Equal(2, value.Split("userId").Length - 1);
        }

        async Task TakeAsync(LedgerDoor ledger, int half)
        {
            using Administrators administrators = await Administrators.OpenAsync(ledger, Cancel);
            foreach (Guid tenant in tenants.Where((_, i) => i % 2 == half))
            {
                Assert.True(await administrators.AddAsync(tenant, Guid.NewGuid(), DirectoryRole.GlobalAdministrator, Cancel, 3));
            }
        }
    }

    // B772
    [Fact]
    public async Task B777_two_nodes_that_give_roles_of_a_tenant_at_one_moment_lose_none_and_one_that_gets_the_tenant_has_them()
    {
        using Administrators one = await Administrators.OpenAsync(_one, Cancel), other = await Administrators.OpenAsync(_other, Cancel);
        Guid[] people = [.. Enumerable.Range(0, 12).Select(static _ => Guid.NewGuid())];
        bool[] given = await Task.WhenAll(people.Select((person, i) => (i % 2 == 0 ? one : other).AddAsync(_tenant, person, DirectoryRole.GlobalAdministrator, Cancel, 8)));
        Assert.Equal(8, given.Count(static done => done));
        await other.AddAsync(Guid.NewGuid(), people[0], DirectoryRole.GlobalAdministrator, Cancel);
        await one.ReadAgainAsync(_tenant, Cancel);
        Assert.Equal(people.Where((_, i) => given[i]).Order(), one.GlobalAdministrators(_tenant).Order());
        Guid taken = people.Where((_, i) => given[i]).First();
        Assert.True(await one.RemoveAsync(_tenant, taken, DirectoryRole.GlobalAdministrator, static _ => true, Cancel));
        await other.ReadAgainAsync(_tenant, Cancel);
        Assert.False(other.Has(_tenant, taken));
        Assert.Equal(7, other.GlobalAdministrators(_tenant).Count);
    }

    [Fact]
    public async Task B773_of_two_nodes_that_take_the_last_two_Global_Administrators_away_one_is_refused()
    {
        Guid ada = Guid.NewGuid(), bob = Guid.NewGuid(), gone = Guid.NewGuid();
        using Administrators one = await Administrators.OpenAsync(_one, Cancel);
        foreach (Guid person in (Guid[])[ada, bob, gone])
        {
            Assert.True(await one.AddAsync(_tenant, person, DirectoryRole.GlobalAdministrator, Cancel));
        }

        using Administrators other = await Administrators.OpenAsync(_other, Cancel);

        // Both have looked before either writes.
        using Barrier looked = new(2);
        bool[] taken = await Task.WhenAll(Task.Run(() => TakeAsync(one, ada)), Task.Run(() => TakeAsync(other, bob)));
        Assert.Single(taken, done => done);
        await one.ReadAgainAsync(_tenant, Cancel);
        Assert.Equal([taken[0] ? bob : ada, gone], one.GlobalAdministrators(_tenant).Order().OrderBy(person => person == gone));

        // Nobody who cannot sign in is refused.
        Assert.True(await one.RemoveAsync(_tenant, gone, DirectoryRole.GlobalAdministrator, person => person != gone, Cancel));

        async Task<bool> TakeAsync(Administrators node, Guid person)
        {
            bool first = true;
            return await node.RemoveAsync(
                _tenant,
                person,
                DirectoryRole.GlobalAdministrator,
                another =>
                {
                    if (another != gone && first)
                    {
                        first = false;
                        looked.SignalAndWait(Cancel);
                    }

                    return another != gone;
                },
                Cancel);
        }
    }

    [Fact]
    public async Task B773_nobody_counts_on_a_Global_Administrator_who_is_about_to_go()
    {
        Guid ada = Guid.NewGuid(), bob = Guid.NewGuid();
        using Administrators administrators = await Administrators.OpenAsync(_one, Cancel);
        await administrators.AddAsync(_tenant, ada, DirectoryRole.GlobalAdministrator, Cancel);
        await administrators.AddAsync(_tenant, bob, DirectoryRole.GlobalAdministrator, Cancel);
        Assert.False(administrators.TryLeave(_tenant, ada, person => person != bob));
        Assert.True(administrators.TryLeave(_tenant, ada, static _ => true));
        Assert.Equal([bob], administrators.GlobalAdministrators(_tenant));
        Assert.False(administrators.TryLeave(_tenant, bob, static _ => true));
        Assert.False(administrators.TryLeave(_tenant, ada, static _ => true));
        administrators.Stay(_tenant, ada);
        Assert.True(administrators.TryLeave(_tenant, bob, static _ => true));
    }

    // B730, B731
    [Fact]
    public async Task The_tenant_that_came_first_and_those_of_a_domain_are_found_without_reading_the_list()
    {
        Assert.Null(await _other.ReadFirstAsync(Cancel));
        TenantDesk first = await Company.FoundAsync(_one);
        await Company.FoundAsync(_other, Guid.NewGuid(), "fabrikam.example");
        await Company.FoundAsync(_one, Guid.NewGuid(), "tailspin.example");

        // At one moment the one with the smaller id comes first.
        _place.Execute($"UPDATE tenant SET born = {first.Current.Profile.CreatedAt.UtcTicks}");
        foreach (LedgerDoor door in (LedgerDoor[])[_one, _other])
        {
            Assert.Equal((await door.ReadListAsync(Cancel))[0].Id, (await door.ReadFirstAsync(Cancel))!.Id);
            Assert.IsType<TenantCreation.Refused>(await door.CreateTenantAsync(Company.Create(Guid.NewGuid(), "Fabrikam.example"), Actor.Berth, Cancel), exactMatch: true);
            Assert.IsType<TenantCreation.Refused>(await door.CreateTenantAsync(Company.Create(first.Id, "x.example"), Actor.Berth, Cancel), exactMatch: true);
        }
    }

    private static AppRegistration App() => new(Guid.NewGuid(), Guid.NewGuid(), _tenant, "A program", ["User.Read.All"], ClientSecret.OfInvented("old"));

    private LedgerDoor Join() => LedgerDoor.OpenShared(PostgresStore.Join(PostgresAddress.Read(_place.Connection), TimeSpan.Zero), TimeProvider.System);
}
