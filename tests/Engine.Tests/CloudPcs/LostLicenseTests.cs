using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>What the story of a Cloud PC says about a license that is gone (B377).</summary>
public sealed class LostLicenseTests
{
    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;
    private readonly Guid _policy;

    public LostLicenseTests()
    {
        Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _policy = _desk.Policy(Tenant.Group(_user));
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void The_SKU_of_the_users_own_license_is_named()
    {
        Tenant.Assign(_user, CloudPcDesk.Small);
        Assert.Equal(Tenant.Sku(CloudPcDesk.Small), Lost(new Command.AssignUserLicenses(_user, [], [Tenant.Sku(CloudPcDesk.Small)])));
    }

    [Fact]
    public void The_group_that_gave_it_is_named_whether_the_user_leaves_or_the_group_loses_it()
    {
        Guid group = Tenant.Group(_user);
        Tenant.Do(new Command.AssignGroupLicenses(group, [new LicenseRequest(Tenant.Sku(CloudPcDesk.Small), [])], []));
        Assert.Equal(group, Lost(new Command.RemoveMember(group, _user)));
        Tenant.Do(new Command.AddMembers(group, [_user]));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(_user).Status);
        Assert.Equal(group, Lost(new Command.AssignGroupLicenses(group, [], [Tenant.Sku(CloudPcDesk.Small)])));
    }

    [Fact]
    public void Who_left_the_policy_reads_of_the_policy()
    {
        Tenant.Assign(_user, CloudPcDesk.Small);
        Decision.Accepted done = Tenant.Do(new Command.AssignPolicy(_policy, []));
        CloudPcStep step = Assert.Single(done.Event!.Changes.OfType<Change.CloudPcSet>()).Step;
        Assert.Equal((CloudPcReason.PolicyUnassigned, _policy), (step.Reason, step.About));
    }

    private Guid? Lost(Command command)
    {
        CloudPcStep step = Assert.Single(Tenant.Do(command).Event!.Changes.OfType<Change.CloudPcSet>()).Step;
        Assert.Equal(CloudPcReason.LicenseLost, step.Reason);
        return step.About;
    }
}
