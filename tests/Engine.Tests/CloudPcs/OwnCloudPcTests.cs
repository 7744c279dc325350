using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>What users may do with their Cloud PCs without an administrator's right (B372).</summary>
public sealed class OwnCloudPcTests
{
    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;
    private readonly Guid _group;

    public OwnCloudPcTests()
    {
        Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _group = Tenant.Group(_user);
        _desk.Policy(_group);
        Tenant.Assign(_user, CloudPcDesk.Small);
        Tenant.Do(new Command.SnapshotCloudPc(CloudPc));
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private Guid CloudPc => _desk.Only(_user).Id;

    private Command Reset => new Command.Reprovision(CloudPc, null) { IsSelfService = true };

    private Command Restore => new Command.RestoreCloudPc(CloudPc, Point) { IsSelfService = true };

    private Guid Point => RestorePoints.Of(_desk.Only(_user), UserSetting.DefaultRestoreHours, _desk.Time)[0].Id;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Each_of_the_two_has_a_switch_of_its_own(bool reset, bool restore)
    {
        Assert.Equal((false, false), (May(Reset), May(Restore)));
        UserSetting setting = new(Guid.NewGuid(), "Developers", false, reset, 0, restore, default, default, []);
        Tenant.Do(new Command.CreateUserSetting(setting));
        Assert.Equal((false, false), (May(Reset), May(Restore)));
        Tenant.Do(new Command.AssignUserSetting(setting.Id, [_group]));
        Assert.Equal((reset, restore), (May(Reset), May(Restore)));
    }

    [Fact]
    public void An_administrator_needs_no_setting()
    {
        Assert.True(May(new Command.RestoreCloudPc(CloudPc, Point)));
        Assert.True(May(new Command.Reprovision(CloudPc, null)));
    }

    [Fact]
    public void A_review_that_restricts_takes_both_away()
    {
        // B373.
        UserSetting setting = new(Guid.NewGuid(), "Developers", false, true, 0, true, default, default, []);
        Tenant.Do(new Command.CreateUserSetting(setting));
        Tenant.Do(new Command.AssignUserSetting(setting.Id, [_group]));
        Tenant.Do(new Command.SetReviewStatus(CloudPc, new CloudPcReview(default, false, null, null)));
        Assert.Equal((true, true), (May(Reset), May(Restore)));
        Tenant.Do(new Command.SetReviewStatus(CloudPc, new CloudPcReview(default, true, null, null)));
        Assert.Equal((false, false), (May(Reset), May(Restore)));
    }

    private bool May(Command command)
    {
        Decision decision = Tenant.Decide(command);
        Assert.True(decision is Decision.Accepted or Decision.Refused { Refusal.Code: RefusalCode.SelfServiceNotAllowed }, $"{decision}");
        return decision is Decision.Accepted;
    }
}
