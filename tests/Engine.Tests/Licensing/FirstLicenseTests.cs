using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Licensing;

public class FirstLicenseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid E3 = Guid.Parse("05e9a617-0261-4cee-bb44-138d3ef5d965");
    private Tenant _tenant = Tenant.Unborn;

    [Fact]
    public void A_group_gives_its_members_what_seats_allow_and_the_rest_wait_in_order()
    {
        Do(new Command.CreateTenant(new TenantProfile(Guid.NewGuid(), "Contoso", "contoso.example", "US", TenantKind.Demo, Noon), SkuCatalog.BuiltIn));
        Do(new Command.CreateSubscription(Guid.NewGuid(), E3, 2, SubscriptionStatus.Enabled, false));
        Guid[] users = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid())];
        foreach (Guid id in users)
        {
            Do(new Command.CreateUser(new User(id, $"{id:N}@contoso.example", "A user", "a", true, null, default, default)));
        }

        Guid group = Guid.NewGuid();
        Do(new Command.CreateGroup(new GroupProfile(group, "Everybody", null, "all", false, true, [], null, default), users.ToValueArray()));
        Do(new Command.AssignGroupLicenses(group, [new LicenseRequest(E3, [])], []));

        Guid[] order = [.. users.Order()];
        int sku = _tenant.Catalog.Skus.First(one => one.Id == E3).Index;
        Assert.Equal(order[..2], _tenant.HoldersOf(sku).Select(user => _tenant.Users[user]!.Id).Order());
        Assert.Equal(order[2..], _tenant.WaitingFor(sku).Select(pair => pair.UserId));
        Assert.Equal(2, _tenant.Groups[0].Troubled.Count);

        Do(new Command.DeleteUser(order[0]));
        Assert.Equal(order[1..3], _tenant.HoldersOf(sku).Select(user => _tenant.Users[user]!.Id).Order());
        Assert.Equal(order[3..], _tenant.WaitingFor(sku).Select(pair => pair.UserId));

        Tenant restored = Deciding.Restore(_tenant.Version, Deciding.Describe(_tenant));
        for (int user = 0; user < _tenant.Users.Count; user++)
        {
            Assert.Equal(_tenant.LicensesOf(user), restored.LicensesOf(user));
        }

        Assert.Equal(_tenant.Troubled, restored.Troubled);
    }

    private void Do(Command command)
    {
        Decision.Accepted accepted = Assert.IsType<Decision.Accepted>(Deciding.Decide(_tenant, command, new DecisionContext(Noon, Actor.Berth)));
        Tenant replayed = accepted.Event is { } happened ? Deciding.Apply(_tenant, happened) : _tenant;
        for (int user = 0; user < replayed.Users.Count; user++)
        {
            Assert.Equal(accepted.Next.LicensesOf(user), replayed.LicensesOf(user));
        }

        _tenant = accepted.Next;
    }
}
