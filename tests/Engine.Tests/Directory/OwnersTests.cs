using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.Directory;

/// <summary>Owners of groups (B143, B144); every accepted command is replayed by <see cref="TenantUnderTest"/>.</summary>
public class OwnersTests
{
    [Fact]
    public void A_group_has_one_hundred_owners_and_not_one_more()
    {
        TenantUnderTest tenant = new();
        Guid[] users = tenant.Users(Group.MostOwners + 1);
        Guid group = tenant.Group();
        tenant.Do(new Command.AddOwners(group, users[..(Group.MostOwners - 1)].ToValueArray()));

        Assert.Equal(RefusalCode.TooManyOwners, tenant.Refused(new Command.AddOwners(group, users[(Group.MostOwners - 1)..].ToValueArray())).Code);
        tenant.Do(new Command.AddOwners(group, [users[Group.MostOwners - 1]]));

        Assert.Equal(RefusalCode.TooManyOwners, tenant.Refused(new Command.AddOwners(group, [users[^1]])).Code);
        Assert.Equal(Group.MostOwners, tenant.Now.Groups[tenant.Now.FindGroup(group)].Owners.Count);
    }

    [Fact]
    public void Owning_a_group_gives_no_license_and_makes_no_member()
    {
        TenantUnderTest tenant = new();
        tenant.Buy("SPE_E5", 5);
        Guid ada = tenant.User(), bob = tenant.User(), group = tenant.Group(bob);
        tenant.License(group, "SPE_E5");

        tenant.Do(new Command.AddOwners(group, [ada]));

        Assert.Empty(tenant.States(ada));
        Assert.Equal([tenant.Now.FindUser(bob)], tenant.Now.Groups[tenant.Now.FindGroup(group)].Members);
        Assert.Equal([tenant.Now.FindGroup(group)], tenant.Now.OwnedBy(tenant.Now.FindUser(ada)));
    }

    [Fact]
    public void The_last_owner_stays_and_a_deleted_one_goes()
    {
        TenantUnderTest tenant = new();
        Guid ada = tenant.User(), bob = tenant.User(), group = tenant.Group();
        tenant.Do(new Command.AddOwners(group, [ada, bob]));
        tenant.Do(new Command.RemoveOwner(group, ada));

        Assert.Equal(RefusalCode.LastOwner, tenant.Refused(new Command.RemoveOwner(group, bob)).Code);
        Assert.Equal(RefusalCode.OwnerNotFound, tenant.Refused(new Command.RemoveOwner(group, ada)).Code);
        Assert.Equal(RefusalCode.AlreadyOwner, tenant.Refused(new Command.AddOwners(group, [ada, bob])).Code);
        Assert.Equal(RefusalCode.OwnerNotFound, tenant.Refused(new Command.AddOwners(group, [group])).Code);

        tenant.Do(new Command.DeleteUser(bob));
        Assert.Empty(tenant.Now.Groups[tenant.Now.FindGroup(group)].Owners);
    }

    [Fact]
    public void A_group_that_is_deleted_has_no_owners_and_nobody_owns_it()
    {
        TenantUnderTest tenant = new();
        Guid ada = tenant.User(), group = tenant.Group(), other = tenant.Group();
        tenant.Do(new Command.AddOwners(group, [ada]));
        tenant.Do(new Command.AddOwners(other, [ada]));

        tenant.Do(new Command.DeleteGroup(group));

        Assert.Equal([tenant.Now.FindGroup(other)], tenant.Now.OwnedBy(tenant.Now.FindUser(ada)));
        TenantUnderTest.SameAs(tenant.Now, Deciding.Restore(tenant.Now.Version, Deciding.Describe(tenant.Now)));
    }
}
