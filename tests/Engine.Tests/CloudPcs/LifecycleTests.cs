using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Xunit;
using static Berth.Engine.Tests.CloudPcs.CloudPcDesk;

namespace Berth.Engine.Tests.CloudPcs;

public class LifecycleTests
{
    private readonly CloudPcDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void A_license_and_a_policy_in_either_order_make_one_Cloud_PC()
    {
        Tenant.Buy(Small, 2);
        Guid first = Tenant.User(), second = Tenant.User();
        Guid group = Tenant.Group(first, second);
        Tenant.Assign(first, Small);
        Assert.Equal([CloudPcStatus.NotProvisioned], _desk.Statuses(first));
        Guid id = _desk.Only(first).Id;
        _desk.Policy(group);
        Assert.Equal([CloudPcStatus.Provisioned], _desk.Statuses(first));
        Assert.Equal(id, _desk.Only(first).Id);
        Assert.Empty(_desk.Of(second));
        Tenant.Assign(second, Small);
        Assert.Equal([CloudPcStatus.Provisioned], _desk.Statuses(second));
    }

    [Fact]
    public void C239_a_license_that_comes_back_within_seven_days_saves_the_data()
    {
        Guid user = Provisioned(Small);
        Guid id = _desk.Only(user).Id;
        _desk.Take(user, Small);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(user).Status);
        Assert.Equal(_desk.Time.AddDays(7), _desk.Only(user).GraceEndsAt);
        _desk.Pass(TimeSpan.FromDays(6));
        Tenant.Assign(user, Small);
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Assert.Equal(id, _desk.Only(user).Id);
        _desk.Take(user, Small);
        _desk.Pass(TimeSpan.FromDays(7));
        Assert.Empty(_desk.Of(user));
        Tenant.Assign(user, Small);
        Assert.NotEqual(id, _desk.Only(user).Id);
    }

    [Fact]
    public void C240_a_license_moved_to_somebody_else_gives_a_machine_when_the_grace_period_is_over()
    {
        Tenant.Buy(Small, 1);
        Guid first = Tenant.User(), second = Tenant.User();
        _desk.Policy(Tenant.Group(first, second));
        Tenant.Assign(first, Small);
        _desk.Take(first, Small);
        Tenant.Assign(second, Small);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(first).Status);
        Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(second).Status);
        Tenant.Do(new Command.EndGracePeriod(_desk.Only(first).Id));
        Assert.Empty(_desk.Of(first));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(second).Status);
    }

    [Fact]
    public void C241_each_license_has_a_Cloud_PC_of_its_own()
    {
        Tenant.Buy(Small, 1);
        Tenant.Buy(Large, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, Small, Large);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioned], _desk.Statuses(user));
        _desk.Take(user, Large);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod], _desk.Of(user).OrderBy(one => one.Status).Select(one => one.Status));
    }

    [Fact]
    public void C242_the_first_assigned_policy_wins_until_it_covers_the_user_no_longer()
    {
        Tenant.Buy(Small, 1);
        Guid user = Tenant.User();
        Guid one = Tenant.Group(user), two = Tenant.Group(user);
        Guid second = _desk.Policy();
        Guid first = _desk.Policy(one);
        _desk.Target(second, two);
        Tenant.Assign(user, Small);
        Assert.Equal(Tenant.Now.Fleet.FindPolicy(first), _desk.Only(user).Policy);
        Guid id = _desk.Only(user).Id;
        Tenant.Do(new Command.RemoveMember(one, user));
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(user).Status);
        Tenant.Do(new Command.EndGracePeriod(id));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Assert.Equal(Tenant.Now.Fleet.FindPolicy(second), _desk.Only(user).Policy);
        Assert.NotEqual(id, _desk.Only(user).Id);
    }

    [Fact]
    public void C243_a_group_has_48_hours_for_the_license_of_another_size()
    {
        Tenant.Buy(Small, 1);
        Tenant.Buy(Large, 1);
        Guid user = Tenant.User();
        Guid small = Tenant.Group(user), large = Tenant.Group();
        _desk.Policy(Tenant.Group(user));
        Tenant.License(small, Small);
        Tenant.License(large, Large);
        Guid id = _desk.Only(user).Id;
        Tenant.Do(new Command.ResizeCloudPc(id, Tenant.Plan("CPC_E_4C_16GB_128GB")));
        Assert.Equal(CloudPcStatus.ResizePendingLicense, _desk.Only(user).Status);
        _desk.Pass(TimeSpan.FromHours(1));
        Tenant.Do(new Command.RemoveMember(small, user));
        Assert.Equal(CloudPcStatus.ResizePendingLicense, _desk.Only(user).Status);
        _desk.Pass(TimeSpan.FromHours(46));
        Tenant.Do(new Command.AddMembers(large, [user]));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Assert.Equal(id, _desk.Only(user).Id);
        Assert.Equal("CPC_E_4C_16GB_128GB", Tenant.Now.Catalog.Plans[_desk.Only(user).Plan].Name);
    }

    [Fact]
    public void A_resize_waits_for_a_slot_and_the_lowest_number_gets_the_next_that_is_free()
    {
        Tenant.Buy(Small, 2);
        Guid bought = Tenant.Buy(Large, 4);
        Guid first = Tenant.User(), second = Tenant.User(), one = Tenant.User(), other = Tenant.User();
        Guid small = Tenant.Group(first), large = Tenant.Group();
        _desk.Policy(Tenant.Group(first, second, one, other));
        Tenant.License(small, Small);
        Tenant.License(large, Large);
        Tenant.Do(new Command.AddMembers(small, [second]));
        Tenant.Assign(one, Large);
        Tenant.Assign(other, Large);
        Tenant.Do(new Command.ResizeCloudPc(_desk.Only(first).Id, Tenant.Plan("CPC_E_4C_16GB_128GB")));
        Tenant.Do(new Command.ResizeCloudPc(_desk.Only(second).Id, Tenant.Plan("CPC_E_4C_16GB_128GB")));

        // Machines in their grace period keep the only two slots, while the licenses are free for others.
        Tenant.Do(new Command.UpdateSubscription(bought, 2, null));
        _desk.Take(one, Large);
        _desk.Take(other, Large);
        foreach (Guid user in new[] { second, first })
        {
            Tenant.Do(new Command.RemoveMember(small, user));
            Tenant.Do(new Command.AddMembers(large, [user]));
        }

        Assert.Equal([CloudPcStatus.ResizePendingLicense, CloudPcStatus.ResizePendingLicense], [_desk.Only(first).Status, _desk.Only(second).Status]);
        Tenant.Do(new Command.EndGracePeriod(_desk.Only(one).Id));
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.ResizePendingLicense], [_desk.Only(first).Status, _desk.Only(second).Status]);
        Tenant.Do(new Command.UpdateSubscription(bought, 3, null));
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioned], [_desk.Only(first).Status, _desk.Only(second).Status]);
    }

    [Fact]
    public void C243_a_window_that_closes_without_the_source_license_leads_to_grace_since_it_closed()
    {
        Tenant.Buy(Small, 1);
        Tenant.Buy(Large, 1);
        Guid user = Tenant.User();
        Guid small = Tenant.Group(user);
        _desk.Policy(Tenant.Group(user));
        Tenant.License(small, Small);
        DateTimeOffset asked = _desk.Time;
        Tenant.Do(new Command.ResizeCloudPc(_desk.Only(user).Id, Tenant.Plan("CPC_E_4C_16GB_128GB")));
        Tenant.Do(new Command.RemoveMember(small, user));
        _desk.Pass(TimeSpan.FromHours(49));
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(user).Status);
        Assert.Equal(asked.AddHours(48).AddDays(7), _desk.Only(user).GraceEndsAt);
    }

    [Fact]
    public void A_window_that_closes_with_the_source_license_leaves_things_as_they_were()
    {
        Tenant.Buy(Small, 1);
        Tenant.Buy(Large, 1);
        Guid user = Tenant.User();
        Guid small = Tenant.Group(user);
        _desk.Policy(Tenant.Group(user));
        Tenant.License(small, Small);
        Tenant.Do(new Command.ResizeCloudPc(_desk.Only(user).Id, Tenant.Plan("CPC_E_4C_16GB_128GB")));
        _desk.Pass(TimeSpan.FromHours(48));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Assert.Equal("CPC_E_2C_4GB_64GB", Tenant.Now.Catalog.Plans[_desk.Only(user).Plan].Name);
    }

    [Fact]
    public void A_direct_license_is_exchanged_by_the_resize_itself()
    {
        Tenant.Buy(Large, 1);
        Guid user = Provisioned(Small);
        Guid id = _desk.Only(user).Id;
        Tenant.Do(new Command.ResizeCloudPc(id, Tenant.Plan("CPC_E_4C_16GB_128GB")));
        Assert.Equal((id, CloudPcStatus.Provisioned), (_desk.Only(user).Id, _desk.Only(user).Status));
        Assert.Equal(["CPC_E_4C_16GB_128GB direct Active None"], Tenant.States(user));
    }

    [Fact]
    public void Provisioning_takes_the_time_that_is_set()
    {
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { ProvisioningDelay = TimeSpan.FromMinutes(20) }));
        Guid user = Provisioned(Small);
        Assert.Equal(CloudPcStatus.Provisioning, _desk.Only(user).Status);
        _desk.Pass(TimeSpan.FromMinutes(19));
        Assert.Equal(CloudPcStatus.Provisioning, _desk.Only(user).Status);
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Assert.Equal(_desk.Time, _desk.Only(user).ProvisionedAt);
    }

    [Fact]
    public void A_license_that_goes_while_the_machine_is_made_fails_it_and_it_is_cleaned_up_after_three_hours()
    {
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { ProvisioningDelay = TimeSpan.FromMinutes(20) }));
        Guid user = Provisioned(Small);
        _desk.Take(user, Small);
        Assert.Equal(CloudPcStatus.Failed, _desk.Only(user).Status);
        Assert.Equal("licenseNotFound", _desk.Only(user).Error?.Code);
        _desk.Pass(TimeSpan.FromHours(3));
        Assert.Equal(CloudPcStatus.Deprovisioning, _desk.Only(user).Status);
        _desk.Pass(TimeSpan.FromMinutes(20));
        Assert.Empty(_desk.Of(user));
    }

    [Fact]
    public void A_subscription_that_expires_takes_the_machine_and_leaves_a_snapshot()
    {
        Guid bought = Tenant.Buy(Small, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, Small);
        Tenant.Do(new Command.UpdateSubscription(bought, null, SubscriptionStatus.Warning));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Tenant.Do(new Command.UpdateSubscription(bought, null, SubscriptionStatus.Suspended));
        Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(user).Status);
        Guid kept = Assert.Single(Tenant.Now.Fleet.Retained).Key;
        Tenant.Do(new Command.UpdateSubscription(bought, null, SubscriptionStatus.Enabled));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Tenant.Do(new Command.RestoreCloudPc(_desk.Only(user).Id, kept));
        _desk.Pass(TimeSpan.FromDays(28));
        Assert.Empty(Tenant.Now.Fleet.Retained);
    }

    [Fact]
    public void A_deleted_user_who_is_restored_in_time_has_the_machine_back()
    {
        Guid user = Provisioned(Small);
        int index = Tenant.Now.FindUser(user);
        Tenant.Do(new Command.DeleteUser(user));
        CloudPc row = Tenant.Now.Fleet.CloudPcs[Assert.Single(Tenant.Now.Fleet.OfUser(index))]!;
        Assert.Equal(CloudPcStatus.InGracePeriod, row.Status);
        Tenant.Do(new Command.RestoreDeletedItem(user));
        Assert.Equal((row.Id, CloudPcStatus.Provisioned), (_desk.Only(user).Id, _desk.Only(user).Status));
    }

    [Fact]
    public void A_Business_license_needs_no_policy()
    {
        Tenant.Buy(Business, 1);
        Guid user = Tenant.User();
        Tenant.Assign(user, Business);
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        _desk.Take(user, Business);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(user).Status);
    }

    [Fact]
    public void A_policy_allocates_Reserve_licenses_and_ten_days_a_year()
    {
        Guid sku = Guid.NewGuid(), plan = Guid.NewGuid();
        Tenant.Do(new Command.ImportCatalog([new CatalogRow("Reserve", sku, "Reserve", "CPC_R_2C_4GB_64GB", plan, "Reserve")], null));
        Tenant.Buy("Reserve", 1);
        Guid[] users = Tenant.Users(2);
        Guid group = Tenant.Group(users);
        Guid policy = Guid.NewGuid();
        Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(policy, "Reserve")
        {
            ProvisioningType = ProvisioningType.Reserve,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "automatic", null)],
        }));
        Tenant.Do(new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, plan, "Reserve", 1)]));
        Assert.Equal([CloudPcStatus.NotProvisioned], _desk.Statuses(users[0]));
        Assert.Equal([CloudPcStatus.PendingProvision], _desk.Statuses(users[1]));
        Guid id = _desk.Only(users[0]).Id;
        Assert.Equal(RefusalCode.OperationConflict, Tenant.Refused(new Command.ProvisionReserve(id)).Code);
        _desk.Pass(TimeSpan.FromDays(7));
        Tenant.Do(new Command.ProvisionReserve(id));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(users[0]).Status);
        _desk.Pass(TimeSpan.FromDays(4));
        Tenant.Do(new Command.DeprovisionReserve(id));
        Assert.Equal(CloudPcStatus.NotProvisioned, _desk.Only(users[0]).Status);
        _desk.Pass(TimeSpan.FromDays(30));
        Tenant.Do(new Command.ProvisionReserve(id));
        _desk.Pass(TimeSpan.FromDays(6) - TimeSpan.FromTicks(1));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(users[0]).Status);
        _desk.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(CloudPcStatus.NotProvisioned, _desk.Only(users[0]).Status);
        Assert.Equal(RefusalCode.OperationConflict, Tenant.Refused(new Command.ProvisionReserve(id)).Code);
        Tenant.Do(new Command.RemoveMember(group, users[0]));
        Assert.Empty(_desk.Of(users[0]));
        Assert.Equal([CloudPcStatus.NotProvisioned], _desk.Statuses(users[1]));
    }

    private Guid Provisioned(string partNumber)
    {
        Tenant.Buy(partNumber, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, partNumber);
        return user;
    }
}
