using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Whether a change of a policy waits to be applied (C154, B375).</summary>
public sealed class PolicyDifferenceTests
{
    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;
    private readonly Guid _policy;

    public PolicyDifferenceTests()
    {
        Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _policy = _desk.Policy(Tenant.Group(_user));
        Tenant.Assign(_user, CloudPcDesk.Small);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private bool Waits => PolicyDifference.IsThereAny(Tenant.Now.Fleet, Tenant.Now.Fleet.FindPolicy(_policy));

    [Fact]
    public void Region_and_single_sign_on_wait_until_they_are_applied()
    {
        Assert.False(Waits);
        Change(policy => policy with { SingleSignOn = true });
        Assert.True(Waits);
        Tenant.Do(new Command.ApplyPolicy(_policy, [AppliedSetting.Region], []));
        Assert.True(Waits);
        Tenant.Do(new Command.ApplyPolicy(_policy, [AppliedSetting.SingleSignOn], []));
        Assert.False(Waits);

        Change(policy => policy with { Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", "europeUnion")] });
        Assert.True(Waits);
        Change(policy => policy with { Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", "usEast")] });
        Assert.False(Waits);
    }

    [Fact]
    public void What_cannot_be_applied_does_not_wait()
    {
        // C56, C151.
        Change(policy => policy with { DisplayName = "New", LocalAdmin = true, Locale = "de-DE" });
        Assert.False(Waits);
    }

    [Fact]
    public void A_Cloud_PC_that_is_not_provisioned_waits_for_nothing_and_one_of_another_policy_is_not_asked()
    {
        Change(policy => policy with { SingleSignOn = true });
        _desk.Take(_user, CloudPcDesk.Small);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(_user).Status);
        Assert.False(Waits);

        Guid other = Tenant.User();
        Guid policy = _desk.Policy(Tenant.Group(other));
        Tenant.Assign(other, CloudPcDesk.Small);
        Assert.False(PolicyDifference.IsThereAny(Tenant.Now.Fleet, Tenant.Now.Fleet.FindPolicy(policy)));
    }

    private void Change(Func<ProvisioningPolicy, ProvisioningPolicy> how) =>
        Tenant.Do(new Command.UpdatePolicy(how(Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(_policy)])));
}
