using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Rules of Cloud PCs that no script of the golden cases can say.</summary>
public sealed class CloudPcRuleTests
{
    private readonly CloudPcDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void No_suite_gives_a_Cloud_PC_and_each_family_has_its_name()
    {
        // C34
        SkuCatalog catalog = SkuCatalog.BuiltIn;
        Assert.DoesNotContain(
            catalog.Skus,
            sku => sku.Plans.Any(plan => catalog.CloudPcPlanOf(plan) is not null)
                && !sku.PartNumber.StartsWith("CPC_", StringComparison.Ordinal) && !sku.PartNumber.StartsWith("Windows_365_", StringComparison.Ordinal));

        // C1, C2: the word people read stays Frontline.
        Assert.Equal([CloudPcKind.Enterprise, CloudPcKind.Business, CloudPcKind.Frontline], catalog.CloudPcPlans.Select(plan => plan.Kind).Distinct().Order());
        Assert.Equal("Cloud PC Frontline 2vCPU/4GB/64GB", catalog.CloudPcPlans.Single(plan => plan.Kind == CloudPcKind.Frontline && plan.Size == new CloudPcSize(2, 4, 64)).DisplayName);
    }

    [Theory]
    [InlineData("SPE_E3", true)]
    [InlineData("SPE_E5", true)]
    [InlineData("SPE_F1", true)]
    [InlineData("SPB", true)]
    [InlineData("M365_F1_COMM", false)]
    [InlineData("INTUNE_A_D", false)]
    public void Companions_are_found_by_their_plans(string partNumber, bool suffices)
    {
        // C14, C15, C17, C18, B284
        SkuCatalog catalog = SkuCatalog.BuiltIn;
        Guid[] plans = [.. catalog.FindByPartNumber(partNumber).First().Plans.Select(plan => catalog.Plans[plan].Id)];
        Assert.Contains(Companions.Intune, plans);
        Assert.Equal(suffices, plans.Contains(Companions.EntraP1) && plans.Intersect(Companions.Windows).Any());
    }

    [Fact]
    public void Who_lacks_companions_has_a_Cloud_PC_all_the_same()
    {
        // C16
        Tenant.Buy(CloudPcDesk.Small, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, CloudPcDesk.Small);
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
    }

    [Fact]
    public void Business_ends_at_three_hundred_Cloud_PCs_of_a_tenant()
    {
        // C188, B281
        Tenant.Buy(CloudPcDesk.Business, Lifecycle.MostBusiness + 1);
        Guid[] users = Tenant.Users(Lifecycle.MostBusiness + 1);
        Tenant.License(Tenant.Group(users[..^2]), CloudPcDesk.Business);
        Assert.All(users[..^2], user => Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status));
        Tenant.Assign(users[^2], CloudPcDesk.Business);
        Tenant.Assign(users[^1], CloudPcDesk.Business);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.PendingProvision], [_desk.Only(users[^2]).Status, _desk.Only(users[^1]).Status]);
        _desk.Take(users[^2], CloudPcDesk.Business);
        Tenant.Do(new Command.EndGracePeriod(_desk.Only(users[^2]).Id));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(users[^1]).Status);
    }

    [Fact]
    public void Many_grace_periods_are_ended_at_once_and_those_that_are_none_are_told()
    {
        // C44
        (Guid[] users, _) = Provisioned(2);
        _desk.Take(users[0], CloudPcDesk.Small);
        Guid[] ids = [_desk.Only(users[0]).Id, _desk.Only(users[1]).Id];
        Guid action = Guid.NewGuid();
        Tenant.Do(new Command.StartBulkAction(action, "Enough", "cloudPcBulkEndGracePeriod", "Test", ids.Select(id => (Command)new Command.EndGracePeriod(id)).ToValueArray()));
        Assert.Equal([null, "operationConflict"], Tenant.Now.Fleet.BulkActions[action].Items.Select(item => item.Refusal));
        Assert.Empty(_desk.Of(users[0]));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(users[1]).Status);
    }

    [Theory]
    [InlineData(Command.StartBulkAction.MostCloudPcs, true)]
    [InlineData(Command.StartBulkAction.MostCloudPcs + 1, false)]
    public void A_bulk_action_names_five_thousand_Cloud_PCs_at_most(int count, bool accepted)
    {
        // C182
        ValueArray<Command> actions = Enumerable.Range(0, count).Select(_ => (Command)new Command.RestartCloudPc(Guid.NewGuid())).ToValueArray();
        Decision decision = Tenant.Decide(new Command.StartBulkAction(Guid.NewGuid(), "All", "cloudPcBulkRestart", "Test", actions));
        Assert.Equal(accepted, decision is Decision.Accepted);
    }

    [Fact]
    public void A_warning_of_the_host_leaves_the_Cloud_PC_usable_through_grace_and_back()
    {
        // C163, B268, B286
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { Host = HostKind.Agent }));
        (Guid[] users, _) = Provisioned(1);
        Guid job = _desk.Only(users[0]).Job!.Id;
        Command.ReportHostJob report = new(job, HostOutcome.DoneWithWarnings, new CloudPcError("timeZoneRedirection", "The time zone is not redirected."));
        Tenant.Do(report);
        Assert.Equal(RefusalCode.HostJobClosed, Tenant.Refused(report).Code);
        CloudPc row = _desk.Only(users[0]);
        Assert.Equal((CloudPcStatus.ProvisionedWithWarnings, "timeZoneRedirection", true), (row.Status, row.Error?.Code, row.IsUsable));
        _desk.Take(users[0], CloudPcDesk.Small);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(users[0]).Status);
        Tenant.Assign(users[0], CloudPcDesk.Small);
        Assert.Equal((CloudPcStatus.ProvisionedWithWarnings, "timeZoneRedirection"), (_desk.Only(users[0]).Status, _desk.Only(users[0]).Error?.Code));
    }

    [Fact]
    public void A_disabled_user_keeps_the_Cloud_PC()
    {
        // B271
        (Guid[] users, _) = Provisioned(1);
        Assert.True(Tenant.Now.TryGetUser(Tenant.Now.FindUser(users[0]), out User? user));
        Tenant.Do(new Command.UpdateUser(user with { AccountEnabled = false }));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(users[0]).Status);
    }

    [Fact]
    public void Applying_another_region_moves_the_machine_and_drops_its_restore_points()
    {
        // B274, C58
        (Guid[] users, Guid policy) = Provisioned(1);
        _desk.Pass(TimeSpan.FromDays(1));
        ProvisioningPolicy before = Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(policy)];
        Tenant.Do(new Command.UpdatePolicy(before with { Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", null)] }));
        Assert.Equal("eastus", _desk.Only(users[0]).Origin!.RegionName);
        Assert.Equal(2, RestorePoints.Of(_desk.Only(users[0]), UserSetting.DefaultRestoreHours, _desk.Time).Count);
        Tenant.Do(new Command.UpdateSettings(Tenant.Now.Settings with { ProvisioningDelay = TimeSpan.FromMinutes(10) }));
        Tenant.Do(new Command.ApplyPolicy(policy, [AppliedSetting.Region], []));
        Assert.Equal(CloudPcStatus.MovingRegion, _desk.Only(users[0]).Status);
        _desk.Pass(TimeSpan.FromMinutes(10));
        CloudPc moved = _desk.Only(users[0]);
        Assert.Equal((CloudPcStatus.Provisioned, "westeurope"), (moved.Status, moved.Origin!.RegionName));
        Assert.Empty(RestorePoints.Of(moved, UserSetting.DefaultRestoreHours, _desk.Time));
    }

    [Fact]
    public void Applying_what_does_not_differ_touches_nothing_and_both_settings_are_taken_over_together()
    {
        // B274
        (Guid[] users, Guid policy) = Provisioned(1);
        _desk.Pass(TimeSpan.FromDays(1));
        CloudPc before = _desk.Only(users[0]);
        Tenant.Do(new Command.ApplyPolicy(policy, [AppliedSetting.Region, AppliedSetting.SingleSignOn], []));
        Assert.Equal(before, _desk.Only(users[0]));
        Assert.Equal(2, RestorePoints.Of(before, UserSetting.DefaultRestoreHours, _desk.Time).Count);

        ProvisioningPolicy old = Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(policy)];
        Tenant.Do(new Command.UpdatePolicy(old with { SingleSignOn = true, Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", null)] }));
        Tenant.Do(new Command.ApplyPolicy(policy, [AppliedSetting.SingleSignOn, AppliedSetting.Region], [before.Id]));
        CloudPc after = _desk.Only(users[0]);
        Assert.Equal((CloudPcStatus.Provisioned, "westeurope", true), (after.Status, after.Origin!.RegionName, after.Origin.SingleSignOn));
    }

    private (Guid[] Users, Guid Policy) Provisioned(int count)
    {
        Tenant.Buy(CloudPcDesk.Small, count);
        Guid[] users = Tenant.Users(count);
        Guid policy = _desk.Policy(Tenant.Group(users));
        foreach (Guid user in users)
        {
            Tenant.Assign(user, CloudPcDesk.Small);
        }

        return (users, policy);
    }
}
