using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Engine.Tests.Directory;

/// <summary>Deleted items (B146 to B150); every accepted command is replayed by <see cref="TenantUnderTest"/>.</summary>
public class DeletedItemsTests
{
    [Fact]
    public void A_snapshot_keeps_what_can_be_restored_with_all_its_links()
    {
        TenantUnderTest tenant = new();
        tenant.Buy("SPE_E5", 5);
        Guid ada = tenant.User(), bob = tenant.User(), eve = tenant.User();
        Guid club = Unified(tenant, ada, bob), firm = tenant.Group(ada);
        tenant.Do(new Command.AddMembers(firm, [club]));
        tenant.Do(new Command.AddOwners(club, [ada, bob]));
        tenant.Do(new Command.ReportTo(ada, bob));
        tenant.Do(new Command.ReportTo(eve, ada));
        tenant.Assign(ada, "SPE_E5");
        tenant.Do(new Command.DeleteGroup(club));
        tenant.Do(new Command.DeleteUser(bob));
        tenant.Do(new Command.DeleteUser(ada));

        Tenant restored = Deciding.Restore(tenant.Now.Version, Deciding.Describe(tenant.Now));
        TenantUnderTest.SameAs(tenant.Now, restored);

        foreach (Guid id in new[] { ada, club, bob })
        {
            tenant.Do(new Command.RestoreDeletedItem(id));
        }

        Tenant now = tenant.Now;
        int a = now.FindUser(ada), b = now.FindUser(bob), c = now.FindGroup(club);
        Assert.Equal([a, b], now.Groups[c].Members);
        Assert.Equal(new[] { a, b }, now.Groups[c].Owners);
        Assert.Equal([c], now.Groups[now.FindGroup(firm)].MemberGroups);
        Assert.Equal((b, a), (now.ManagerOf(a), now.ManagerOf(now.FindUser(eve))));
        Assert.Equal(["SPE_E5 direct Active None"], tenant.States(ada));
        Assert.Null(now.Deleted.NextPurge);
        TenantUnderTest.SameAs(now, Deciding.Restore(now.Version, Deciding.Describe(now)));
    }

    [Fact]
    public void A_group_that_has_its_hundred_owners_meanwhile_takes_no_restored_one()
    {
        TenantUnderTest tenant = new();
        Guid ada = tenant.User(), group = tenant.Group();
        tenant.Do(new Command.AddOwners(group, [ada]));
        tenant.Do(new Command.DeleteUser(ada));
        Guid[] others = tenant.Users(Group.MostOwners);
        tenant.Do(new Command.AddOwners(group, others.ToValueArray()));

        tenant.Do(new Command.RestoreDeletedItem(ada));

        Assert.Empty(tenant.Now.OwnedBy(tenant.Now.FindUser(ada)));
        Assert.Equal(Group.MostOwners, tenant.Now.Groups[tenant.Now.FindGroup(group)].Owners.Count);
    }

    [Fact]
    public void Moving_the_clock_takes_out_what_has_had_its_time()
    {
        TenantUnderTest tenant = new();
        Guid ada = tenant.User(), bob = tenant.User();
        tenant.Do(new Command.SetClock(true, null, null));
        tenant.Do(new Command.DeleteUser(ada));
        Assert.Equal(TenantUnderTest.Noon + DeletedItems.Retention, tenant.Now.Deleted.NextPurge);
        tenant.Do(new Command.SetClock(null, null, DeletedItems.Retention - TimeSpan.FromTicks(1)));
        tenant.Do(new Command.DeleteUser(bob));
        Assert.True(tenant.Now.Deleted.Contains(ada));

        TenantEvent moved = tenant.Do(new Command.SetClock(null, null, TimeSpan.FromTicks(1))).Event!;

        Assert.Contains(new Change.DeletedItemsPurged([0], [], true), moved.Changes);
        Assert.Equal((false, true), (tenant.Now.Deleted.Contains(ada), tenant.Now.Deleted.Contains(bob)));
        Assert.Equal(RefusalCode.DeletedItemNotFound, tenant.Refused(new Command.RestoreDeletedItem(ada)).Code);
    }

    [Fact]
    public void A_refused_command_takes_nothing_out_and_the_next_one_does()
    {
        TenantUnderTest tenant = new();
        Guid ada = tenant.User();
        tenant.Do(new Command.DeleteUser(ada));
        tenant.System += DeletedItems.Retention;

        Assert.Equal(RefusalCode.UserNotFound, tenant.Refused(new Command.DeleteUser(ada)).Code);
        Assert.True(tenant.Now.Deleted.Contains(ada));
        tenant.Do(new Command.CreateUser(new User(ada, "ada@contoso.example", "Ada", "ada", true, "US", default, default)));
        Assert.False(tenant.Now.Deleted.Contains(ada));
    }

    [Fact]
    public void A_user_deleted_before_there_were_deleted_items_stays_gone()
    {
        TenantUnderTest tenant = new();
        Guid ada = tenant.User();
        Tenant after = Deciding.Apply(tenant.Now, new TenantEvent(tenant.Now.Version + 1, TenantUnderTest.Noon, Actor.Berth, "DeleteUser", [new Change.UserDeleted(0)]));
        Assert.Equal((-1, false), (after.FindUser(ada), after.Deleted.Contains(ada)));
    }

    private static Guid Unified(TenantUnderTest tenant, params Guid[] members)
    {
        Guid id = Guid.NewGuid();
        tenant.Do(new Command.CreateGroup(new GroupProfile(id, "A club", null, "club", true, true, ["Unified"], null, default), members.ToValueArray()));
        return id;
    }
}
