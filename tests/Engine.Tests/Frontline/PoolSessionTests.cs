using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>Sessions of shared mode (C111, C112, C114 to C116, B414, B415).</summary>
public sealed class PoolSessionTests
{
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    private readonly ShiftDesk _desk = new(licenses: 3);
    private readonly Guid[] _ward;
    private readonly Guid _group;
    private readonly Guid _policy;
    private readonly Guid _assignment;

    public PoolSessionTests()
    {
        _ward = Tenant.Users(4);
        _group = Tenant.Group(_ward);
        (_policy, _assignment) = _desk.Assign(_group, 2, shared: true);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void Who_comes_gets_the_first_free_machine_and_nobody_else_is_on_it() // C111
    {
        CloudPc[] machines = _desk.Shared();
        Assert.Equal(2, machines.Length);
        Assert.Equal(machines[0].Id, _desk.Share(_ward[0], _assignment).Id);
        Assert.Equal(machines[1].Id, _desk.Share(_ward[1], _assignment).Id);
        Assert.Equal(2, _desk.Standing.Use.Sessions);
        Assert.Equal(RefusalCode.CloudPcInUse, _desk.WhyNot(_ward[0], _assignment));
        Assert.Equal((true, false), (_desk.Shared()[0].Power!.IsRunning, _desk.Shared()[0].TakesLicense));
    }

    [Fact]
    public void All_busy_is_a_refusal_that_the_journal_tells_and_no_buffer_helps() // C112, C114, C245, B415
    {
        _desk.Share(_ward[0], _assignment);
        _desk.Share(_ward[1], _assignment);
        Decision.Accepted refused = Tenant.Do(new Command.StartPoolSession(Guid.NewGuid(), _ward[2], _assignment));
        Assert.Equal(RefusalCode.NoLicensesAvailable, refused.Remaining!.Code);
        Assert.Equal("'Nurses' has 2, the tenant 3; wait until somebody signs out, allot more or buy more.", refused.Remaining.Detail);
        Assert.Equal([new Change.ConnectionRefused(Tenant.Now.FindUser(_ward[2]), _desk.PlanIndex, _assignment, null)], refused.Event!.Changes);
        Assert.Empty(Tenant.Now.Frontline.Buffers);
    }

    [Fact]
    public void No_more_sessions_run_than_the_tenant_has_licenses() // B414
    {
        _desk.Share(_ward[0], _assignment);
        Tenant.Do(new Command.UpdateSubscription(_desk.Subscription, 1, null));
        Assert.Equal(2, _desk.Shared().Length);
        Assert.Equal(RefusalCode.NoLicensesAvailable, _desk.WhyNot(_ward[1], _assignment));
        Tenant.Do(new Command.UpdateSubscription(_desk.Subscription, 2, null));
        _desk.Share(_ward[1], _assignment);
    }

    [Fact]
    public void The_profile_goes_for_three_minutes_after_signing_out() // C115, B414
    {
        CloudPc machine = _desk.Share(_ward[0], _assignment);
        _desk.End(machine);
        Assert.Equal(_desk.Time.AddMinutes(3), _desk.Shared()[0].Power!.ReadyAt);
        Assert.False(_desk.Shared()[0].IsReady);

        // The next one gets the other machine, and who comes after that has to wait: a license is free, a machine is not.
        Assert.NotEqual(machine.Id, _desk.Share(_ward[1], _assignment).Id);
        Assert.Equal(RefusalCode.CloudPcNotReady, _desk.WhyNot(_ward[2], _assignment));
        _desk.Pass(TimeSpan.FromMinutes(3) - _tick);
        Assert.Equal(RefusalCode.CloudPcNotReady, _desk.WhyNot(_ward[2], _assignment));
        _desk.Pass(_tick);
        Assert.Equal(machine.Id, _desk.Share(_ward[2], _assignment).Id);
        Assert.True(_desk.Shared()[0].Power!.IsRunning);
    }

    [Fact]
    public void A_profile_that_is_kept_or_goes_in_no_time_holds_nobody_up() // B414
    {
        _desk.Set(settings => settings with { ProfileReset = TimeSpan.Zero });
        CloudPc machine = _desk.Share(_ward[0], _assignment);
        _desk.End(machine);
        Assert.Equal(machine.Id, _desk.Share(_ward[1], _assignment).Id);

        _desk.Set(settings => settings with { ProfileReset = TimeSpan.FromMinutes(3) });
        Guid keeping = _desk.Assign(_group, 1, shared: true, resets: false).Assignment;
        CloudPc kept = _desk.Share(_ward[2], keeping);
        _desk.End(kept);
        Assert.Equal(kept.Id, _desk.Share(_ward[3], keeping).Id);
    }

    [Fact]
    public void Who_disconnects_is_signed_out_after_thirty_minutes_and_can_come_back_before() // C116
    {
        CloudPc machine = _desk.Share(_ward[0], _assignment);
        Session session = _desk.On(machine)!;
        _desk.Disconnect(machine);
        _desk.Pass(TimeSpan.FromMinutes(30) - _tick);
        Assert.Equal(machine.Id, _desk.Share(_ward[0], _assignment).Id);
        Assert.Equal(session with { DisconnectedAt = null }, _desk.On(machine));
        _desk.Pass(TimeSpan.FromHours(12));
        Assert.NotNull(_desk.On(machine));
        _desk.Disconnect(machine);
        _desk.Pass(TimeSpan.FromMinutes(30) - _tick);
        Assert.NotNull(_desk.On(machine));
        _desk.Pass(_tick);
        Assert.Null(_desk.On(machine));
        Assert.Equal(_desk.Time.AddMinutes(3), _desk.Shared()[0].Power!.ReadyAt);
    }

    [Fact]
    public void Only_direct_members_who_are_enabled_come_in() // B414, C117
    {
        Guid stranger = Tenant.User();
        Assert.Equal(RefusalCode.UserNotFound, Tenant.Refused(new Command.StartPoolSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid())).Code);
        Assert.Equal(RefusalCode.AssignmentNotFound, Tenant.Refused(new Command.StartPoolSession(Guid.NewGuid(), stranger, Guid.NewGuid())).Code);
        Refusal refusal = Tenant.Refused(new Command.StartPoolSession(Guid.NewGuid(), stranger, _assignment));
        Assert.Equal((RefusalCode.NotAssigned, "Assignment", "the user is no direct member of its group."), (refusal.Code, refusal.Name, refusal.Detail));
        Berth.Engine.Directory.User user = Tenant.Now.Users[Tenant.Now.FindUser(_ward[0])]!;
        CloudPc machine = _desk.Share(_ward[0], _assignment);
        Tenant.Do(new Command.UpdateUser(user with { AccountEnabled = false }));
        Assert.Null(_desk.On(machine));
        Assert.Equal("the account is disabled.", Tenant.Refused(new Command.StartPoolSession(Guid.NewGuid(), _ward[0], _assignment)).Detail);
    }

    [Fact]
    public void Who_leaves_the_group_is_signed_out_and_the_machine_stays() // C117, B414
    {
        CloudPc machine = _desk.Share(_ward[0], _assignment);
        Tenant.Do(new Command.RemoveMember(_group, _ward[0]));
        Assert.Null(_desk.On(machine));
        Assert.Equal(2, _desk.Shared().Length);
        Assert.Equal(_desk.Time.AddMinutes(3), _desk.Shared()[0].Power!.ReadyAt);

        Tenant.Do(new Command.DeleteUser(_ward[1]));
        CloudPc second = _desk.Share(_ward[2], _assignment);
        Tenant.Do(new Command.DeleteUser(_ward[2]));
        Assert.Null(_desk.On(second));
        Assert.Empty(Tenant.Now.Fleet.Sessions);
    }

    [Fact]
    public void Each_mode_is_asked_for_by_its_own_name() // B414
    {
        Guid dedicated = _desk.Assign(_group, 1).Assignment;
        Assert.Equal(
            "its Cloud PCs belong to one user each: name the user's own with cloudPcId.", Tenant.Refused(new Command.StartPoolSession(Guid.NewGuid(), _ward[0], dedicated)).Detail);
        Refusal refusal = Tenant.Refused(new Command.StartSession(Guid.NewGuid(), _ward[0], _desk.Shared()[0].Id));
        Assert.Equal((RefusalCode.NotAssigned, "it is shared: name its assignment with assignmentId."), (refusal.Code, refusal.Detail));
    }

    [Fact]
    public void Powering_a_shared_machine_on_or_off_takes_no_license() // B411
    {
        CloudPc machine = _desk.Shared()[0];
        Tenant.Do(new Command.PowerOnCloudPc(machine.Id));
        Assert.Equal((true, null, 0), (_desk.Shared()[0].Power!.IsRunning, _desk.Shared()[0].Power!.OffAt, _desk.Standing.Use.Taken));
        _desk.Pass(TimeSpan.FromDays(1));
        Assert.True(_desk.Shared()[0].Power!.IsRunning);
        Assert.Equal(machine.Id, _desk.Share(_ward[0], _assignment).Id);
        Tenant.Do(new Command.PowerOffCloudPc(machine.Id));
        Assert.Equal((false, _desk.Time.AddMinutes(3)), (_desk.Shared()[0].Power!.IsRunning, _desk.Shared()[0].Power!.ReadyAt));
        Assert.Null(_desk.On(machine));
    }

    [Fact]
    public void A_machine_that_is_made_anew_is_off_and_free_when_it_is_there() // B410
    {
        _desk.Set(settings => settings with { ProvisioningDelay = TimeSpan.FromMinutes(20) });
        CloudPc machine = _desk.Share(_ward[0], _assignment);
        Tenant.Do(new Command.Reprovision(machine.Id, null));
        Assert.Null(_desk.On(machine));
        _desk.Share(_ward[1], _assignment);
        Assert.Equal(RefusalCode.CloudPcNotReady, _desk.WhyNot(_ward[0], _assignment));
        _desk.Pass(TimeSpan.FromMinutes(20));
        Assert.False(_desk.Shared()[0].Power!.IsRunning);
        Assert.Equal(machine.Id, _desk.Share(_ward[0], _assignment).Id);
    }

    [Fact]
    public void A_free_machine_is_available_and_its_state_tells_who_is_on_it() // C86
    {
        int first = Tenant.Now.Fleet.FindCloudPc(_desk.Shared()[0].Id);
        Assert.Equal((AccessState.Unassigned, true), (MachineAccess.StateOf(Tenant.Now, first), MachineAccess.IsAvailable(Tenant.Now, first, _desk.Time)));
        _desk.Share(_ward[0], _assignment);
        Assert.Equal((AccessState.Active, false), (MachineAccess.StateOf(Tenant.Now, first), MachineAccess.IsAvailable(Tenant.Now, first, _desk.Time)));
        _desk.End(_desk.Shared()[0]);
        Assert.Equal((AccessState.Unassigned, false), (MachineAccess.StateOf(Tenant.Now, first), MachineAccess.IsAvailable(Tenant.Now, first, _desk.Time)));
        Assert.NotEqual(Guid.Empty, _policy);
    }
}
