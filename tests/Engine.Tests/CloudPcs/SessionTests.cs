using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Nobody uses a Cloud PC without the right to (B285).</summary>
public sealed class SessionTests
{
    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;
    private readonly Guid _group;
    private readonly Guid _policy;

    public SessionTests()
    {
        Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _group = Tenant.Group(_user);
        _policy = _desk.Policy(_group);
        Tenant.Assign(_user, CloudPcDesk.Small);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private Guid CloudPc => _desk.Only(_user).Id;

    [Fact]
    public void The_owner_signs_in_once_and_again_after_signing_out()
    {
        Guid first = SignIn();
        Assert.Equal((_desk.Time, (DateTimeOffset?)null), (Session(first)!.StartedAt, Session(first)!.DisconnectedAt));
        Assert.Equal(RefusalCode.CloudPcInUse, Refused(_user, CloudPc));

        Tenant.Do(new Command.EndSession(first));
        Assert.Null(Session(first));
        Assert.NotEqual(first, SignIn());
        Assert.Equal(RefusalCode.SessionNotFound, Tenant.Refused(new Command.EndSession(first)).Code);
    }

    [Fact]
    public void A_disconnected_session_is_held()
    {
        Guid session = SignIn();
        Tenant.Do(new Command.DisconnectSession(session));
        DateTimeOffset since = _desk.Time;
        _desk.Pass(TimeSpan.FromHours(1));
        Tenant.Do(new Command.DisconnectSession(session));

        Assert.Equal(since, Session(session)!.DisconnectedAt);
        Assert.Equal(RefusalCode.SessionNotFound, Tenant.Refused(new Command.DisconnectSession(Guid.NewGuid())).Code);
    }

    [Fact]
    public void Whoever_comes_back_goes_on_with_the_session_that_he_left()
    {
        // B380.
        Guid session = SignIn();
        DateTimeOffset began = _desk.Time;
        Tenant.Do(new Command.DisconnectSession(session));
        _desk.Pass(TimeSpan.FromHours(1));

        Assert.Null(Session(SignIn()));
        Assert.Equal((began, (DateTimeOffset?)null), (Session(session)!.StartedAt, Session(session)!.DisconnectedAt));
        Assert.Single(Tenant.Now.Fleet.Sessions);
        Assert.Equal(RefusalCode.CloudPcInUse, Refused(_user, CloudPc));
    }

    [Fact]
    public void Who_has_no_right_any_more_does_not_come_back()
    {
        // B380.
        Guid session = SignIn();
        Guid cloudPc = CloudPc;
        Tenant.Do(new Command.DisconnectSession(session));
        Assert.Equal(RefusalCode.NotAssigned, Refused(Tenant.User(), cloudPc));
        Tenant.Do(new Command.UpdateUser(Tenant.Now.Users[Tenant.Now.FindUser(_user)]! with { AccountEnabled = false }));

        Assert.Equal(RefusalCode.NotAssigned, Refused(_user, cloudPc));
        Assert.Null(Session(session));
    }

    [Fact]
    public void Whoever_is_asked_for_first_is_missing_first()
    {
        Assert.Equal(RefusalCode.UserNotFound, Refused(Guid.NewGuid(), Guid.NewGuid()));
        Assert.Equal(RefusalCode.CloudPcNotFound, Refused(_user, Guid.NewGuid()));
    }

    [Fact]
    public void Somebody_elses_Cloud_PC_is_nobodys_to_use_whatever_its_state()
    {
        Guid other = Tenant.User();
        SignIn();

        Assert.Equal(RefusalCode.NotAssigned, Refused(other, CloudPc));
    }

    [Fact]
    public void Who_is_disabled_is_signed_out_and_not_let_in()
    {
        // B271.
        Guid session = SignIn();
        User user = Tenant.Now.Users[Tenant.Now.FindUser(_user)]!;
        Tenant.Do(new Command.UpdateUser(user with { AccountEnabled = false }));

        Assert.Null(Session(session));
        Assert.Equal(RefusalCode.NotAssigned, Refused(_user, CloudPc));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(_user).Status);
    }

    [Fact]
    public void Who_is_deleted_is_signed_out()
    {
        Guid session = SignIn();
        Tenant.Do(new Command.DeleteUser(_user));

        Assert.Null(Session(session));
    }

    [Fact]
    public void Grace_is_for_working_and_its_end_signs_out()
    {
        Guid session = SignIn();
        _desk.Take(_user, CloudPcDesk.Small);
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(_user).Status);
        Assert.NotNull(Session(session));
        Tenant.Do(new Command.EndSession(session));
        session = SignIn();

        _desk.Pass(TimeSpan.FromDays(7));
        Assert.Null(Session(session));
        Assert.Empty(_desk.Of(_user));
    }

    [Fact]
    public void Without_license_nobody_gets_in_and_the_license_is_named_before_the_status()
    {
        Agent();
        Guid user = Tenant.User();
        Tenant.Do(new Command.AddMembers(_group, [user]));
        Tenant.Assign(user, CloudPcDesk.Small);
        Assert.Equal(RefusalCode.CloudPcNotReady, Refused(user, _desk.Only(user).Id));

        _desk.Take(user, CloudPcDesk.Small);
        Assert.Equal(CloudPcStatus.Failed, _desk.Only(user).Status);
        Assert.Equal(RefusalCode.NotLicensed, Refused(user, _desk.Only(user).Id));
    }

    [Fact]
    public void A_license_without_a_policy_has_nothing_to_use()
    {
        Guid user = Tenant.User();
        Tenant.Assign(user, CloudPcDesk.Small);

        Refusal refusal = Tenant.Refused(new Command.StartSession(Guid.NewGuid(), user, _desk.Only(user).Id));
        Assert.Equal((RefusalCode.CloudPcNotReady, "notProvisioned"), (refusal.Code, refusal.Name));
    }

    [Fact]
    public void What_is_made_again_signs_out()
    {
        Agent();
        Guid session = SignIn();
        Tenant.Do(new Command.Reprovision(CloudPc, null));

        Assert.Null(Session(session));
        Assert.Equal(RefusalCode.CloudPcNotReady, Refused(_user, CloudPc));
    }

    [Fact]
    public void The_end_of_the_policy_leaves_a_week_to_work()
    {
        Guid session = SignIn();
        _desk.Target(_policy);

        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Only(_user).Status);
        Assert.NotNull(Session(session));
    }

    [Fact]
    public void A_Cloud_PC_remembers_when_somebody_signed_in_and_out()
    {
        // B371.
        Assert.Null(_desk.Only(_user).Use);
        DateTimeOffset first = _desk.Time;
        Guid session = SignIn();
        Assert.Equal(new CloudPcUse(first, null, false), _desk.Only(_user).Use);

        _desk.Pass(TimeSpan.FromHours(1));
        Tenant.Do(new Command.DisconnectSession(session));
        Assert.Equal(new CloudPcUse(first, null, false), _desk.Only(_user).Use);

        _desk.Pass(TimeSpan.FromHours(1));
        DateTimeOffset changed = _desk.Only(_user).ModifiedAt;
        Tenant.Do(new Command.EndSession(session));
        Assert.Equal(new CloudPcUse(first, first.AddHours(2), false), _desk.Only(_user).Use);
        Assert.Equal(changed, _desk.Only(_user).ModifiedAt);

        _desk.Pass(TimeSpan.FromHours(1));
        SignIn();
        Assert.Equal(new CloudPcUse(first.AddHours(3), first.AddHours(2), false), _desk.Only(_user).Use);
    }

    [Fact]
    public void The_end_of_the_grace_period_is_the_end_of_the_session_too()
    {
        // B371: what ends a session beside its user ends it at its own time.
        SignIn();
        Agent();
        _desk.Take(_user, CloudPcDesk.Small);
        DateTimeOffset ends = _desk.Only(_user).GraceEndsAt!.Value;
        _desk.Pass(TimeSpan.FromDays(8));

        Assert.Equal((CloudPcStatus.Deprovisioning, ends), (_desk.Only(_user).Status, _desk.Only(_user).Use!.SignedOutAt));
    }

    [Fact]
    public void A_setting_makes_the_user_administrator_from_the_next_sign_in()
    {
        // B370.
        Guid session = SignIn();
        UserSetting setting = new(Guid.NewGuid(), "Developers", true, false, 0, false, default, default, []);
        Tenant.Do(new Command.CreateUserSetting(setting));
        Tenant.Do(new Command.AssignUserSetting(setting.Id, [_group]));
        Assert.False(_desk.Only(_user).HasAdministrator);

        Tenant.Do(new Command.EndSession(session));
        Assert.False(_desk.Only(_user).HasAdministrator);
        session = SignIn();
        Assert.True(Session(session)!.IsAdministrator);
        Assert.True(_desk.Only(_user).HasAdministrator);

        Tenant.Do(new Command.UpdateUserSetting(Tenant.Now.Fleet.UserSettings[setting.Id] with { LocalAdmin = false }));
        Assert.True(_desk.Only(_user).HasAdministrator);
        Tenant.Do(new Command.EndSession(session));
        Assert.True(_desk.Only(_user).HasAdministrator);
        SignIn();
        Assert.False(_desk.Only(_user).HasAdministrator);
    }

    [Fact]
    public void Whoever_comes_back_does_not_get_back_what_was_taken_away()
    {
        // B370, B380.
        UserSetting setting = new(Guid.NewGuid(), "Developers", true, false, 0, false, default, default, []);
        Tenant.Do(new Command.CreateUserSetting(setting));
        Tenant.Do(new Command.AssignUserSetting(setting.Id, [_group]));
        Guid session = SignIn();
        Tenant.Do(new Command.ChangeUserAccountType(CloudPc, false));
        Tenant.Do(new Command.DisconnectSession(session));
        SignIn();

        Assert.False(_desk.Only(_user).HasAdministrator);
        Assert.False(Session(session)!.IsAdministrator);
    }

    [Fact]
    public void What_a_setting_gave_is_not_what_somebody_gave()
    {
        // B370.
        Tenant.Do(new Command.ChangeUserAccountType(CloudPc, true));
        UserSetting setting = new(Guid.NewGuid(), "Everybody", false, false, 0, false, default, default, []);
        Tenant.Do(new Command.CreateUserSetting(setting));
        Tenant.Do(new Command.AssignUserSetting(setting.Id, [_group]));
        Tenant.Do(new Command.EndSession(SignIn()));
        Assert.True(_desk.Only(_user).HasAdministrator);

        Tenant.Do(new Command.UpdateUserSetting(Tenant.Now.Fleet.UserSettings[setting.Id] with { LocalAdmin = true }));
        Tenant.Do(new Command.EndSession(SignIn()));
        Tenant.Do(new Command.ChangeUserAccountType(CloudPc, false));
        Assert.False(_desk.Only(_user).HasAdministrator);
        Tenant.Do(new Command.EndSession(SignIn()));
        Assert.True(_desk.Only(_user).HasAdministrator);

        Tenant.Do(new Command.Reprovision(CloudPc, null));
        Assert.False(_desk.Only(_user).HasAdministrator);
    }

    // From now on nothing is made at once.
    private void Agent() => Tenant.Do(new Command.UpdateSettings(Tenant.Now.Settings with { Host = HostKind.Agent }));

    private Guid SignIn()
    {
        Guid id = Guid.NewGuid();
        Tenant.Do(new Command.StartSession(id, _user, CloudPc));
        return id;
    }

    private RefusalCode Refused(Guid user, Guid cloudPc) => Tenant.Refused(new Command.StartSession(Guid.NewGuid(), user, cloudPc)).Code;

    private Session? Session(Guid id) => Tenant.Now.Fleet.Sessions.GetValueOrDefault(id);
}
