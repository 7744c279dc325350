using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Xunit;


namespace Berth.Engine.Tests.Frontline;

public class DedicatedRowTests
{
    private readonly FrontlineDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    // C74, C75, C76: nobody is given a license; the assignment is all it takes.
    [Fact]
    public void A_member_of_an_assigned_group_gets_a_Cloud_PC_of_the_named_size_without_a_license()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid user = Tenant.User();
        Guid policy = _desk.Dedicated(_desk.To(Tenant.Group(user), 1));
        CloudPc row = _desk.Only(user);
        Assert.Equal(CloudPcStatus.Provisioned, row.Status);
        Assert.Equal((_desk.Key(policy), _desk.PlanIndex(), Tenant.Now.Fleet.FindPolicy(policy)), (row.Assignment!.Value, row.Plan, row.Policy));
        Assert.Equal(CloudPcPower.Off, row.Power);
        Assert.Equal(new PlanUse(1, 0, 0), _desk.Use());
        Assert.Empty(Tenant.States(user));
    }

    // C237
    [Fact]
    public void Ten_licenses_are_thirty_Cloud_PCs_or_eighteen_beside_four_shared_ones()
    {
        Tenant.Buy(FrontlineDesk.Sku, 10);
        Guid[] users = Tenant.Users(31);
        Guid group = Tenant.Group(users);
        Guid policy = _desk.Dedicated(_desk.To(group, 10));
        Assert.Equal((30, 1), Served(users));
        Assert.Equal(30, _desk.Use().Units);

        // B400, C88, C89, C111, C185: four of ten licenses go to shared mode.
        FrontlineDesk other = new();
        other.Tenant.Buy(FrontlineDesk.Sku, 10);
        Guid pool = other.Shared(other.To(other.Tenant.Group(), 4));
        Guid[] staff = other.Tenant.Users(20);
        Guid rest = other.Dedicated(other.To(other.Tenant.Group(staff), 6));
        Assert.Equal(4, other.Pool(pool).Count(row => row.Status == CloudPcStatus.Provisioned));
        Assert.Equal(18, staff.Count(user => other.Only(user).Status == CloudPcStatus.Provisioned));
        Assert.Equal(new PlanUse(18, 4, 0), other.Use());
        Assert.Equal(30, other.Use().Units);
        Assert.Equal((6L, 18L), (other.Tenant.Now.Fleet.FindAssignment(other.Key(rest))!.Allotment, other.Tenant.Now.Fleet.FindAssignment(other.Key(rest))!.MostPlaces));
        Assert.Equal(30, Tenant.Now.Fleet.UseOf(_desk.Key(policy)).Places);
    }

    // C238
    [Fact]
    public void Of_a_group_that_is_larger_the_first_by_time_and_then_by_id_are_served()
    {
        Tenant.Buy(FrontlineDesk.Sku, 8);
        Guid[] users = Tenant.Users(25);
        Guid group = Tenant.Group([.. users.Reverse()]);
        _desk.Dedicated(_desk.To(group, 8));
        Assert.Equal((24, 1), Served(users));
        Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(users[24]).Status);

        // C93, C208: who came later waits behind, whatever the id.
        _desk.Pass(TimeSpan.FromMinutes(1));
        Guid late = Tenant.User();
        Tenant.Do(new Command.AddMembers(group, [late]));
        Tenant.Do(new Command.RemoveMember(group, users[0]));
        Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(users[24]).Status);
        Tenant.Do(new Command.EndGracePeriod(_desk.Only(users[0]).Id));
        Assert.Equal((CloudPcStatus.Provisioned, CloudPcStatus.PendingProvision), (_desk.Only(users[24]).Status, _desk.Only(late).Status));
    }

    // C91, C92, B403: three Cloud PCs for each license of the group, although the plan has more.
    [Fact]
    public void A_group_has_no_more_than_three_Cloud_PCs_for_each_license_allotted_to_it()
    {
        Tenant.Buy(FrontlineDesk.Sku, 5);
        Guid[] users = Tenant.Users(4);
        Guid group = Tenant.Group(users);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        Assert.Equal((3, 1), Served(users));
        _desk.Assign(policy, _desk.To(group, 2));
        Assert.Equal((4, 0), Served(users));

        // Lowered again: nobody's machine goes, and nothing new starts.
        _desk.Assign(policy, _desk.To(group, 1));
        Assert.Equal((4, 0), Served(users));
        Tenant.Do(new Command.AddMembers(group, [Tenant.User()]));
        Assert.Equal(4, _desk.Use().Dedicated);
    }

    // C83, C216
    [Fact]
    public void Fewer_licenses_take_no_Cloud_PC_and_start_none()
    {
        Guid subscription = Tenant.Buy(FrontlineDesk.Sku, 2);
        Guid[] users = Tenant.Users(6);
        Guid group = Tenant.Group(users);
        _desk.Dedicated(_desk.To(group, 2));
        _desk.Units(subscription, 1);
        Assert.Equal((6, 0), Served(users));
        _desk.Status(subscription, SubscriptionStatus.Suspended);
        Assert.Equal((6, 0), Served(users));
        Guid late = Tenant.User();
        Tenant.Do(new Command.AddMembers(group, [late]));
        for (int i = 0; i < 3; i++)
        {
            Tenant.Do(new Command.RemoveMember(group, users[i]));
            Tenant.Do(new Command.EndGracePeriod(_desk.Only(users[i]).Id));
            Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(late).Status);
        }

        _desk.Status(subscription, SubscriptionStatus.Enabled);
        Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(late).Status);
        Tenant.Do(new Command.RemoveMember(group, users[3]));
        Tenant.Do(new Command.EndGracePeriod(_desk.Only(users[3]).Id));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(late).Status);
    }

    // C95
    [Fact]
    public void Who_leaves_the_group_has_seven_days_and_is_back_with_the_data()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        Guid id = _desk.Only(user).Id;
        Tenant.Do(new Command.RemoveMember(group, user));
        Assert.Equal((CloudPcStatus.InGracePeriod, _desk.Time.AddDays(7)), (_desk.Only(user).Status, _desk.Only(user).GraceEndsAt!.Value));
        Assert.Equal(1, Tenant.Now.Fleet.UseOf(_desk.Key(policy)).Places);
        _desk.Pass(TimeSpan.FromDays(6));
        Tenant.Do(new Command.AddMembers(group, [user]));
        Assert.Equal((CloudPcStatus.Provisioned, id), (_desk.Only(user).Status, _desk.Only(user).Id));
        _desk.Assign(policy);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(user).Status);

        // B402: back under the assignment that covers the user now, which has another id.
        _desk.Assign(policy, _desk.To(group, 1));
        Assert.Equal((CloudPcStatus.Provisioned, id, _desk.Key(policy)), (_desk.Only(user).Status, _desk.Only(user).Id, _desk.Only(user).Assignment!.Value));
        Tenant.Do(new Command.DeleteUser(user));
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Tenant.Now.Fleet.CloudPcs[0]!.Status);
        _desk.Pass(TimeSpan.FromDays(7));
        Assert.Null(Tenant.Now.Fleet.CloudPcs[0]);
        Assert.Equal(default, _desk.Use());
    }

    // B401
    [Fact]
    public void The_policy_that_covers_a_user_first_wins_and_names_the_sizes()
    {
        Tenant.Buy(FrontlineDesk.Sku, 2);
        Tenant.Buy(FrontlineDesk.LargeSku, 2);
        Guid user = Tenant.User(), one = Tenant.Group(user), two = Tenant.Group(user);
        Guid first = _desk.Dedicated(_desk.To(one, 1), _desk.To(two, 1, FrontlineDesk.LargePlan));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Guid second = _desk.Dedicated(_desk.To(one, 1));
        Assert.Equal(2, _desk.Of(user).Length);
        Assert.All(_desk.Of(user), row => Assert.Equal(Tenant.Now.Fleet.FindPolicy(first), row.Policy));

        // The second policy is the winner when the first covers the user no longer; the machine stays in grace until its time is over.
        _desk.Assign(first);
        Assert.Equal([CloudPcStatus.InGracePeriod, CloudPcStatus.InGracePeriod], _desk.Statuses(user));
        _desk.Pass(TimeSpan.FromDays(7));
        CloudPc made = _desk.Only(user);
        Assert.Equal((CloudPcStatus.Provisioned, Tenant.Now.Fleet.FindPolicy(second), _desk.PlanIndex()), (made.Status, made.Policy, made.Plan));
    }

    // B401
    [Fact]
    public void A_row_belongs_to_the_first_assignment_and_moves_to_the_next_even_when_that_is_full()
    {
        Tenant.Buy(FrontlineDesk.Sku, 4);
        Guid user = Tenant.User();
        Guid[] others = Tenant.Users(3);
        Guid one = Tenant.Group(user), two = Tenant.Group([user, .. others]);
        Guid policy = _desk.Dedicated(_desk.To(one, 1, name: "one"));
        _desk.Pass(TimeSpan.FromMinutes(1));
        _desk.Assign(policy, _desk.To(one, 1, name: "one"), _desk.To(two, 1, name: "two"));
        Guid first = _desk.Key(policy), second = _desk.Key(policy, 1);
        Assert.Equal(first, _desk.Only(user).Assignment);
        Assert.Equal((1, 3), (Tenant.Now.Fleet.UseOf(first).Places, Tenant.Now.Fleet.UseOf(second).Places));
        Tenant.Do(new Command.RemoveMember(one, user));
        Assert.Equal((second, CloudPcStatus.Provisioned), (_desk.Only(user).Assignment!.Value, _desk.Only(user).Status));
        Assert.Equal((0, 4), (Tenant.Now.Fleet.UseOf(first).Places, Tenant.Now.Fleet.UseOf(second).Places));

        // It stays there, although the first would serve it again.
        Tenant.Do(new Command.AddMembers(one, [user]));
        Assert.Equal(second, _desk.Only(user).Assignment);
    }

    // B402
    [Fact]
    public void What_goes_while_the_host_works_fails_and_comes_again_when_it_is_back()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        _desk.Slow(TimeSpan.FromHours(1));
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        Guid id = _desk.Only(user).Id;
        Assert.Equal(CloudPcStatus.Provisioning, _desk.Only(user).Status);
        Tenant.Do(new Command.RemoveMember(group, user));
        Assert.Equal((CloudPcStatus.Failed, "provisioningPolicyNotFound"), (_desk.Only(user).Status, _desk.Only(user).Error!.Code));
        Tenant.Do(new Command.AddMembers(group, [user]));
        Assert.Equal((CloudPcStatus.Provisioning, id), (_desk.Only(user).Status, _desk.Only(user).Id));
        Tenant.Do(new Command.DeleteUser(user));
        Assert.Equal("userNotFound", Tenant.Now.Fleet.CloudPcs[0]!.Error!.Code);
        Tenant.Do(new Command.RestoreDeletedItem(user));
        Assert.Equal((CloudPcStatus.Provisioning, id), (_desk.Only(user).Status, _desk.Only(user).Id));

        // Three hours later what failed is taken down.
        _desk.Assign(policy);
        Assert.Equal((CloudPcStatus.Failed, _desk.Time.AddHours(3)), (_desk.Only(user).Status, _desk.Only(user).GoesAt!.Value));
        _desk.Pass(TimeSpan.FromHours(3));
        Assert.Equal(CloudPcStatus.Deprovisioning, _desk.Only(user).Status);
    }

    // B344
    [Fact]
    public void What_is_removed_and_added_again_is_another_assignment()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid group = Tenant.Group();
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        string id = _desk.Assignments(policy)[0].Id;
        _desk.Assign(policy, _desk.To(group, 1, id: id));
        Assert.Equal(id, _desk.Assignments(policy)[0].Id);
        _desk.Assign(policy);
        _desk.Assign(policy, _desk.To(group, 1));
        Assert.NotEqual(id, _desk.Assignments(policy)[0].Id);
        Assert.Equal(RefusalCode.AssignmentGone, _desk.Refused(policy, _desk.To(group, 1, id: id)).Code);
    }

    private (int Served, int Waiting) Served(Guid[] users) => (
        users.Count(user => _desk.Only(user).Status == CloudPcStatus.Provisioned),
        users.Count(user => _desk.Only(user).Status == CloudPcStatus.PendingProvision));
}
