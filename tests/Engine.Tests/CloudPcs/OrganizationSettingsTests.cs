using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>What Cloud PCs without a policy are made with (B376).</summary>
public sealed class OrganizationSettingsTests
{
    private readonly CloudPcDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void Business_Cloud_PCs_are_made_with_them_from_then_on()
    {
        Tenant.Buy(CloudPcDesk.Business, 5);
        Guid before = Tenant.User(), after = Tenant.User();
        Tenant.Assign(before, CloudPcDesk.Business);
        Assert.Equal((false, false, "en-US"), Made(before));

        Tenant.Do(new Command.UpdateOrganizationSettings(new OrganizationSettings(true, true, true, true, "de-DE")));
        Assert.Equal((false, false, "en-US"), Made(before));
        Tenant.Assign(after, CloudPcDesk.Business);
        Assert.Equal((true, true, "de-DE"), Made(after));
        Assert.Contains("win10", _desk.Only(after).Origin!.ImageId, StringComparison.Ordinal);
        Assert.Contains("win11", _desk.Only(before).Origin!.ImageId, StringComparison.Ordinal);

        Tenant.Do(new Command.Reprovision(_desk.Only(before).Id, null));
        Assert.Equal((true, true, "de-DE"), Made(before));
        Assert.Null(Tenant.Do(new Command.UpdateOrganizationSettings(Tenant.Now.Fleet.Organization)).Event);
    }

    [Fact]
    public void A_policy_says_what_its_Cloud_PCs_are_made_with()
    {
        Tenant.Do(new Command.UpdateOrganizationSettings(new OrganizationSettings(false, true, true, true, "de-DE")));
        Tenant.Buy(CloudPcDesk.Small, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, CloudPcDesk.Small);
        Assert.Equal((false, false, "en-US"), Made(user));
    }

    [Fact]
    public void Who_changes_different_settings_does_not_undo_the_other()
    {
        OrganizationSettings seen = Tenant.Now.Fleet.Organization;
        Assert.Equal(OrganizationSettings.Default, seen);
        Tenant.Do(new Command.UpdateOrganizationSettings(seen with { SingleSignOn = true }) { Basis = seen });
        Tenant.Do(new Command.UpdateOrganizationSettings(seen with { IsWindows10 = true }) { Basis = seen });
        Assert.Equal(new OrganizationSettings(false, true, true, false, "en-US"), Tenant.Now.Fleet.Organization);
    }

    [Theory]
    [InlineData("fr", true)]
    [InlineData("french", false)]
    [InlineData("", false)]
    public void A_language_is_a_language_tag(string locale, bool possible) => // B343
        Assert.Equal(possible, Tenant.Decide(new Command.UpdateOrganizationSettings(OrganizationSettings.Default with { Locale = locale })) is Decision.Accepted);

    private (bool SingleSignOn, bool Administrator, string Locale) Made(Guid user) =>
        (_desk.Only(user).Origin!.SingleSignOn, _desk.Only(user).HasAdministrator, _desk.Only(user).Origin!.Locale);
}
