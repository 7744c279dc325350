using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>Licenses, power and sessions of dedicated mode (C86, C87, C89, C96, C99, C101, C103, C107, B410 to B413, B415).</summary>
public sealed class DedicatedSessionTests
{
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    private readonly ShiftDesk _desk = new(licenses: 2);
    private readonly Guid[] _nurses;
    private readonly Guid _group;
    private readonly Guid _policy;

    public DedicatedSessionTests()
    {
        _nurses = Tenant.Users(5);
        _group = Tenant.Group(_nurses);
        _policy = _desk.Assign(_group, 2).Policy;
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void A_machine_is_off_until_somebody_comes_and_runs_two_hours_longer() // C96, B410, B411
    {
        Guid ada = _nurses[0];
        Assert.Equal((false, false, null), _desk.Power(ada));
        Session session = _desk.Work(ada);
        Assert.False(session.UsesBuffer);
        Assert.Equal((true, true, null), _desk.Power(ada));
        Assert.Equal(_desk.Time, _desk.Of(ada).Power!.LicenseSince);
        Assert.Equal(1, _desk.Standing.Use.Taken);

        _desk.Pass(TimeSpan.FromMinutes(30));
        _desk.Leave(ada);
        Assert.Equal((true, false, 120), _desk.Power(ada));
        Assert.Equal(0, _desk.Standing.Use.Taken);
        _desk.Pass(TimeSpan.FromHours(2) - _tick);
        Assert.True(_desk.Power(ada).Runs);
        _desk.Pass(_tick);
        Assert.Equal((false, false, null), _desk.Power(ada));
    }

    [Fact]
    public void Who_comes_back_within_two_hours_takes_a_license_again() // B411
    {
        _desk.Work(_nurses[0]);
        _desk.Leave(_nurses[0]);
        _desk.Pass(TimeSpan.FromMinutes(119));
        _desk.Work(_nurses[0]);
        _desk.Pass(TimeSpan.FromHours(9));
        Assert.Equal((true, true, null), _desk.Power(_nurses[0]));
    }

    [Fact]
    public void Without_a_buffer_the_third_of_two_is_refused_and_the_journal_tells_it() // C99, B412, B415
    {
        _desk.Set(settings => settings with { BufferExcess = 0 });
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        Decision.Accepted refused = Tenant.Do(new Command.StartSession(Guid.NewGuid(), _nurses[2], _desk.Of(_nurses[2]).Id));
        Assert.Equal((RefusalCode.NoLicensesAvailable, _desk.PlanId), (refused.Remaining!.Code, refused.Remaining.Subject));
        Assert.Contains("has 2, the tenant 2 for dedicated mode, and there is no concurrency buffer", refused.Remaining.Detail, StringComparison.Ordinal);
        CloudPc row = _desk.Of(_nurses[2]);
        Assert.Equal(
            [new Change.ConnectionRefused(Tenant.Now.FindUser(_nurses[2]), _desk.PlanIndex, row.Assignment, Tenant.Now.Fleet.FindCloudPc(row.Id))], refused.Event!.Changes);
        Assert.Null(_desk.On(row));
        Assert.Equal((false, false, null), _desk.Power(_nurses[2]));

        _desk.Leave(_nurses[0]);
        Assert.False(_desk.Work(_nurses[2]).UsesBuffer);
    }

    [Fact]
    public void What_shared_machines_take_dedicated_mode_has_not() // C89: of 10 licenses 4 are shared, 6 are left
    {
        ShiftDesk desk = new(licenses: 10);
        desk.Set(settings => settings with { BufferExcess = 0 });
        Guid[] people = desk.Tenant.Users(18);
        Guid group = desk.Tenant.Group(people);
        desk.Assign(desk.Tenant.Group(), 4, shared: true);
        desk.Assign(group, 6);
        Assert.Equal((10, 6, 4, 18), (desk.Standing.Licenses, desk.Standing.Limit, desk.Standing.Use.Shared, desk.Standing.Use.Dedicated));
        Assert.All(people[..6], one => desk.Work(one));
        Assert.Equal(RefusalCode.NoLicensesAvailable, desk.WhyNot(people[6]));
    }

    [Fact]
    public void An_assignment_takes_no_more_than_its_allotment_without_the_buffer_and_the_plan_none_above_its_limit() // B412, C103
    {
        ShiftDesk desk = new(licenses: 3);
        Guid[] one = desk.Tenant.Users(2), other = desk.Tenant.Users(3);
        desk.Assign(desk.Tenant.Group(one), 1);
        (Guid policy, _) = desk.Assign(desk.Tenant.Group(other), 2);
        Assert.False(desk.Work(one[0]).UsesBuffer);
        Assert.True(desk.Work(one[1]).UsesBuffer);
        Assert.Equal((2, 1, 1), (desk.Standing.Use.Taken, desk.Standing.Use.Over, desk.Standing.Excess));
        Assert.Equal(desk.Time, desk.Buffer.Since);

        // It is the plan's: the other assignment is below its allotment and uses the same use of the buffer only above the limit.
        Assert.False(desk.Work(other[0]).UsesBuffer);
        Assert.True(desk.Work(other[1]).UsesBuffer);
        Assert.Equal((4, 1, 1), (desk.Standing.Use.Taken, desk.Standing.Use.Over, desk.Standing.Excess));
        Assert.Single(desk.Buffer.Uses);
        desk.Leave(one[1]);
        Assert.Null(desk.Buffer.Since);
        Assert.NotEqual(Guid.Empty, policy);
    }

    [Fact]
    public void The_third_session_uses_the_buffer_for_as_long_as_it_is_above_the_limit() // C101, C244
    {
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        DateTimeOffset began = _desk.Time;
        Assert.True(_desk.Work(_nurses[2]).UsesBuffer);
        Assert.Equal((1, began), (_desk.Standing.Excess, _desk.Buffer.Since));
        Assert.Equal(BufferState.InUse, _desk.Standing.StateAt(_desk.Time));
        _desk.Pass(TimeSpan.FromMinutes(50));
        _desk.Leave(_nurses[0]);
        Assert.Equal((null, 1, 0), (_desk.Buffer.Since, _desk.Buffer.UsesAt(_desk.Time), _desk.Buffer.OverrunsAt(_desk.Time)));
        Assert.Equal(BufferState.Available, _desk.Standing.StateAt(_desk.Time));
    }

    [Fact]
    public void After_an_hour_nobody_else_comes_in_and_nobody_is_cut_off() // C102, C108
    {
        Assert.All(_nurses[..3], one => _desk.Work(one));
        _desk.Pass(TimeSpan.FromHours(1) - _tick);
        Assert.True(_desk.Work(_nurses[3]).UsesBuffer);
        _desk.Pass(_tick);
        Assert.Equal(BufferState.UsedUp, _desk.Standing.StateAt(_desk.Time));
        Decision.Accepted refused = Tenant.Do(new Command.StartSession(Guid.NewGuid(), _nurses[4], _desk.Of(_nurses[4]).Id));
        Assert.Contains("in use for more than an hour", refused.Remaining!.Detail, StringComparison.Ordinal);
        _desk.Pass(TimeSpan.FromHours(5));
        Assert.Equal((4, 1), (_desk.Standing.Use.Taken, _desk.Buffer.OverrunsAt(_desk.Time)));
    }

    [Fact]
    public void The_fifth_use_of_a_day_is_refused() // C102
    {
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        for (int i = 0; i < 4; i++)
        {
            _desk.Work(_nurses[2]);
            _desk.Leave(_nurses[2]);
            _desk.Pass(TimeSpan.FromHours(1));
        }

        Assert.Equal(BufferState.UsedUp, _desk.Standing.StateAt(_desk.Time));
        Decision.Accepted refused = Tenant.Do(new Command.StartSession(Guid.NewGuid(), _nurses[2], _desk.Of(_nurses[2]).Id));
        Assert.Contains("used four times within 24 hours", refused.Remaining!.Detail, StringComparison.Ordinal);
        _desk.Pass(TimeSpan.FromHours(20));
        Assert.True(_desk.Work(_nurses[2]).UsesBuffer);
    }

    [Fact]
    public void Four_overruns_block_the_buffer_until_its_time_or_until_somebody_lifts_it() // C105 to C107, B424
    {
        Block();
        Assert.Equal(BufferState.Blocked, _desk.Standing.StateAt(_desk.Time));
        Assert.Contains("blocked until", Tenant.Do(new Command.StartSession(Guid.NewGuid(), _nurses[2], _desk.Of(_nurses[2]).Id)).Remaining!.Detail, StringComparison.Ordinal);
        _desk.Leave(_nurses[0]);
        Assert.False(_desk.Work(_nurses[2]).UsesBuffer);

        // Above the limit when the block ends: that is a use, without anybody's request.
        Assert.Equal(RefusalCode.NoLicensesAvailable, _desk.WhyNot(_nurses[0]));
        Tenant.Do(new Command.UpdateSubscription(_desk.Subscription, 1, null));
        DateTimeOffset end = _desk.Buffer.BlockedUntil!.Value;
        _desk.Pass(end - _desk.Time + TimeSpan.FromMinutes(10));
        Assert.Equal((false, end), (_desk.Buffer.IsBlocked, _desk.Buffer.Since));
        Tenant.Do(new Command.UpdateSubscription(_desk.Subscription, 2, null));

        for (int i = 0; i < 2; i++)
        {
            _desk.Pass(TimeSpan.FromHours(25));
            _desk.Leave(_nurses[1]);
            _desk.Leave(_nurses[2]);
            Block();
            _desk.Leave(_nurses[0]);
            _desk.Leave(_nurses[1]);
            if (_desk.Buffer.BlockedUntil is { } until)
            {
                _desk.Work(_nurses[1]);
                _desk.Work(_nurses[2]);
                _desk.Pass(until - _desk.Time);
            }
        }

        Assert.Equal(BufferState.PermanentlyBlocked, _desk.Standing.StateAt(_desk.Time));
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        Assert.Contains(
            "until an administrator lifts that", Tenant.Do(new Command.StartSession(Guid.NewGuid(), _nurses[2], _desk.Of(_nurses[2]).Id)).Remaining!.Detail, StringComparison.Ordinal);
        Tenant.Do(new Command.UnblockBuffer(_desk.PlanId));
        Assert.Equal(ConcurrencyBuffer.Unused, _desk.Buffer);
        Assert.Empty(Tenant.Now.Frontline.Buffers);
        Assert.True(_desk.Work(_nurses[2]).UsesBuffer);
        Assert.Null(Tenant.Do(new Command.UnblockBuffer(_desk.PlanId)).Event);
        Assert.Equal(RefusalCode.ServicePlanNotFound, Tenant.Refused(new Command.UnblockBuffer(Tenant.Plan("CPC_E_2C_4GB_64GB"))).Code);
        Assert.Equal(RefusalCode.ServicePlanNotFound, Tenant.Refused(new Command.UnblockBuffer(Guid.NewGuid())).Code);
    }

    [Fact]
    public void The_setting_limits_what_the_buffer_gives_and_switches_it_off() // C109, B420
    {
        _desk.Set(settings => settings with { BufferExcess = 1 });
        Assert.All(_nurses[..3], one => _desk.Work(one));
        Assert.Contains("no more than 1", Tenant.Do(new Command.StartSession(Guid.NewGuid(), _nurses[3], _desk.Of(_nurses[3]).Id)).Remaining!.Detail, StringComparison.Ordinal);
        _desk.Set(settings => settings with { BufferExcess = 2 });
        Assert.True(_desk.Work(_nurses[3]).UsesBuffer);
        _desk.Set(settings => settings with { BufferExcess = 0 });
        Assert.Equal((null, BufferState.NotAvailable), (_desk.Buffer.Since, _desk.Standing.StateAt(_desk.Time)));
        _desk.Pass(TimeSpan.FromHours(3));
        _desk.Set(settings => settings with { BufferExcess = null });
        Assert.Equal((_desk.Time, 0), (_desk.Buffer.Since, _desk.Buffer.OverrunsAt(_desk.Time)));
    }

    [Fact]
    public void Fewer_licenses_or_a_smaller_allotment_begin_a_use_and_cut_nobody_off() // B421
    {
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        _desk.Allot(_policy, _group, 1);
        Assert.Equal((_desk.Time, 1), (_desk.Buffer.Since, _desk.Standing.Excess));
        _desk.Pass(TimeSpan.FromMinutes(1));
        _desk.Allot(_policy, _group, 2);
        Assert.Null(_desk.Buffer.Since);
        Tenant.Do(new Command.UpdateSubscription(_desk.Subscription, null, Berth.Engine.Licensing.SubscriptionStatus.Suspended));
        Assert.Equal((_desk.Time, 2, 2), (_desk.Buffer.Since, _desk.Standing.Excess, _desk.Standing.Use.Taken));
    }

    [Fact]
    public void A_size_with_graphics_has_no_buffer() // C104, C245
    {
        ShiftDesk desk = new(licenses: 0);
        Guid sku = Guid.NewGuid(), plan = Guid.NewGuid();
        desk.Tenant.Do(new Command.ImportCatalog([new CatalogRow("Windows_365_S_GPU", sku, "Shared GPU", "CPC_S_8C_56GB_1024GB_GPU", plan, "Shared GPU")], null));
        desk.Tenant.Do(new Command.CreateSubscription(Guid.NewGuid(), sku, 1, Berth.Engine.Licensing.SubscriptionStatus.Enabled, false));
        Guid[] people = desk.Tenant.Users(2);
        desk.Assign(desk.Tenant.Group(people), 1, plan: plan);
        Assert.False(desk.Work(people[0]).UsesBuffer);
        Assert.Equal(RefusalCode.NoLicensesAvailable, desk.WhyNot(people[1]));
        Assert.Equal(BufferState.NotAvailable, PlanStanding.Of(desk.Tenant.Now, desk.Of(people[0]).Plan).StateAt(desk.Time));
        Assert.Empty(desk.Tenant.Now.Frontline.Buffers);
    }

    [Fact]
    public void A_disconnected_session_keeps_its_license_for_two_hours() // B413, held
    {
        Session session = _desk.Work(_nurses[0]);
        _desk.Disconnect(_desk.Of(_nurses[0]));
        Assert.Equal((true, true, 120), _desk.Power(_nurses[0]));
        _desk.Pass(TimeSpan.FromHours(2) - _tick);
        Assert.Equal(session.Id, _desk.Work(_nurses[0]).Id);
        Assert.Equal((true, true, null), _desk.Power(_nurses[0]));
        _desk.Disconnect(_desk.Of(_nurses[0]));
        _desk.Pass(TimeSpan.FromHours(2));
        Assert.Equal((false, false, null), _desk.Power(_nurses[0]));
        Assert.Null(_desk.On(_desk.Of(_nurses[0])));
        Assert.Equal(_desk.Time, _desk.Of(_nurses[0]).Use!.SignedOutAt);
    }

    [Fact]
    public void A_released_license_is_free_at_once_and_coming_back_takes_another() // B413, released
    {
        _desk.Set(settings => settings with { DisconnectedSessions = DisconnectedSessions.Released, BufferExcess = 0 });
        Session session = _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        _desk.Disconnect(_desk.Of(_nurses[0]));
        Assert.Equal((true, false, 120), _desk.Power(_nurses[0]));
        _desk.Work(_nurses[2]);
        Assert.Equal(RefusalCode.NoLicensesAvailable, _desk.WhyNot(_nurses[0]));
        Assert.Equal(session.Id, _desk.On(_desk.Of(_nurses[0]))!.Id);
        _desk.Leave(_nurses[2]);
        Assert.Equal(session.Id, _desk.Work(_nurses[0]).Id);
        _desk.Disconnect(_desk.Of(_nurses[0]));
        _desk.Pass(TimeSpan.FromHours(2));
        Assert.Null(_desk.On(_desk.Of(_nurses[0])));
        Assert.Equal((false, false, null), _desk.Power(_nurses[0]));
    }

    [Fact]
    public void Powering_on_takes_a_license_and_powering_off_gives_it_back_with_whoever_is_on_it() // C87, C247, B411
    {
        _desk.Set(settings => settings with { BufferExcess = 0 });
        Do(_nurses[0], on: true);
        Assert.Equal((true, true, 120), _desk.Power(_nurses[0]));
        Assert.Equal(("PowerOn", RemoteActionState.Done), (_desk.Of(_nurses[0]).Actions[0].Name, _desk.Of(_nurses[0]).Actions[0].State));
        _desk.Work(_nurses[1]);
        Assert.Equal(RefusalCode.NoLicensesAvailable, Code(_nurses[2], on: true));

        // The session on a machine that has a license takes no second one, and powering on again changes nothing.
        _desk.Work(_nurses[0]);
        Assert.Equal(2, _desk.Standing.Use.Taken);
        _desk.Pass(TimeSpan.FromHours(4));
        Do(_nurses[0], on: true);
        Assert.Equal((true, true, null), _desk.Power(_nurses[0]));
        _desk.Disconnect(_desk.Of(_nurses[0]));
        Do(_nurses[0], on: false);
        Assert.Equal((false, false, null), _desk.Power(_nurses[0]));
        Assert.Null(_desk.On(_desk.Of(_nurses[0])));
        Do(_nurses[2], on: true);
        _desk.Pass(TimeSpan.FromHours(2) - _tick);
        Assert.True(_desk.Power(_nurses[2]).Takes);
        _desk.Pass(_tick);
        Assert.Equal((false, false, null), _desk.Power(_nurses[2]));
    }

    [Fact]
    public void Powering_on_above_the_limit_uses_the_buffer() // C247
    {
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        Do(_nurses[2], on: true);
        Assert.Equal(_desk.Time, _desk.Buffer.Since);
        Assert.False(_desk.Work(_nurses[2]).UsesBuffer);
        Assert.Equal(3, _desk.Standing.Use.Taken);
    }

    [Fact]
    public void Only_Frontline_has_power_and_only_what_can_be_used() // C84, B411
    {
        Tenant.Buy("CPC_B_2C_4RAM_64GB", 1);
        Guid other = Tenant.User();
        Tenant.Assign(other, "CPC_B_2C_4RAM_64GB");
        Guid business = _desk.Of(other).Id;
        Assert.Equal(RefusalCode.OperationNotSupported, Tenant.Refused(new Command.PowerOnCloudPc(business)).Code);
        Assert.Equal(RefusalCode.OperationNotSupported, Tenant.Refused(new Command.PowerOffCloudPc(business)).Code);
        Assert.Equal(RefusalCode.CloudPcNotFound, Tenant.Refused(new Command.PowerOnCloudPc(Guid.NewGuid())).Code);
        _desk.Set(settings => settings with { ProvisioningDelay = TimeSpan.FromMinutes(10) });
        _desk.Work(_nurses[0]);
        Tenant.Do(new Command.Reprovision(_desk.Of(_nurses[0]).Id, null));
        Assert.Equal((false, false, null), _desk.Power(_nurses[0]));
        Assert.Equal(RefusalCode.OperationConflict, Code(_nurses[0], on: true));
        Assert.Equal(RefusalCode.OperationConflict, Code(_nurses[0], on: false));
        Assert.Equal(RefusalCode.CloudPcNotReady, _desk.WhyNot(_nurses[0]));
        _desk.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal((false, false, null), _desk.Power(_nurses[0]));
        _desk.Work(_nurses[0]);
    }

    [Fact]
    public void One_action_for_many_powers_on_as_many_as_there_are_licenses()
    {
        _desk.Set(settings => settings with { BufferExcess = 0 });
        Guid bulk = Guid.NewGuid();
        Decision.Accepted done = Tenant.Do(new Command.StartBulkAction(
            bulk, "All", "cloudPcBulkPowerOn", "Ada", [.. _nurses.Select(one => new Command.PowerOnCloudPc(_desk.Of(one).Id))]));
        Assert.Null(done.Remaining);
        Assert.Equal([null, null, "noLicensesAvailable", "noLicensesAvailable", "noLicensesAvailable"], Tenant.Now.Fleet.BulkActions[bulk].Items.Select(item => item.Refusal));
        Assert.Equal(2, _desk.Standing.Use.Taken);
        Tenant.Do(new Command.StartBulkAction(Guid.NewGuid(), "All", "cloudPcBulkPowerOff", "Ada", [.. _nurses.Select(one => new Command.PowerOffCloudPc(_desk.Of(one).Id))]));
        Assert.Equal(0, _desk.Standing.Use.Taken);
    }

    [Fact]
    public void Who_is_disabled_or_deleted_gives_the_license_back() // B285
    {
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        Berth.Engine.Directory.User user = Tenant.Now.Users[Tenant.Now.FindUser(_nurses[0])]!;
        Tenant.Do(new Command.UpdateUser(user with { AccountEnabled = false }));
        Assert.Equal((true, false, 120), _desk.Power(_nurses[0]));
        Assert.Equal(RefusalCode.NotAssigned, _desk.WhyNot(_nurses[0]));
        Tenant.Do(new Command.DeleteUser(_nurses[1]));
        Assert.Equal(0, _desk.Standing.Use.Taken);
        Assert.Empty(Tenant.Now.Fleet.Sessions);
    }

    [Fact]
    public void In_grace_a_machine_works_on_under_the_limit_of_the_plan() // B412
    {
        _desk.Set(settings => settings with { BufferExcess = 0 });
        Tenant.Do(new Command.AssignPolicy(_policy, []));
        Assert.Equal(CloudPcStatus.InGracePeriod, _desk.Of(_nurses[0]).Status);
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        Assert.Equal(RefusalCode.NoLicensesAvailable, _desk.WhyNot(_nurses[2]));
        _desk.Pass(TimeSpan.FromDays(7));
        Assert.Empty(Tenant.Now.Fleet.Sessions);
        Assert.Equal(0, _desk.Standing.Use.Taken);
    }

    [Fact]
    public void The_access_state_tells_whether_a_license_is_held() // C86
    {
        int index = Tenant.Now.Fleet.OfUser(Tenant.Now.FindUser(_nurses[0]))[0];
        Assert.Equal(AccessState.Unassigned, MachineAccess.StateOf(Tenant.Now, index));
        _desk.Work(_nurses[0]);
        Assert.Equal(AccessState.Active, MachineAccess.StateOf(Tenant.Now, index));
        _desk.Leave(_nurses[0]);
        Assert.Equal(AccessState.StandbyMode, MachineAccess.StateOf(Tenant.Now, index));
        Assert.True(MachineAccess.IsAvailable(Tenant.Now, index, _desk.Time));
        _desk.Set(settings => settings with { BufferExcess = 0 });
        _desk.Work(_nurses[1]);
        _desk.Work(_nurses[2]);
        Assert.False(MachineAccess.IsAvailable(Tenant.Now, index, _desk.Time));
    }

    private void Do(Guid user, bool on) => Assert.Null(Tenant.Do(Power(user, on)).Remaining);

    private RefusalCode? Code(Guid user, bool on) => _desk.Code(Power(user, on));

    private Command Power(Guid user, bool on) => on ? new Command.PowerOnCloudPc(_desk.Of(user).Id) : new Command.PowerOffCloudPc(_desk.Of(user).Id);

    // Two work all the time, and a third four times for 90 minutes; it ends with the fourth overrun, and the third is gone.
    private void Block()
    {
        _desk.Work(_nurses[0]);
        _desk.Work(_nurses[1]);
        for (int i = 0; i < 4; i++)
        {
            _desk.Work(_nurses[2]);
            _desk.Pass(TimeSpan.FromMinutes(90));
            _desk.Leave(_nurses[2]);
        }

        Assert.True(_desk.Buffer.IsBlocked);
    }
}
