using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Restore points and retention snapshots that an agent makes (B381, B382, B384, B385).</summary>
public sealed class AgentPointTests
{
    private static readonly TimeSpan _half = TimeSpan.FromHours(12);

    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;
    private readonly Guid _bought;
    private readonly DateTimeOffset _since;

    public AgentPointTests()
    {
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { Host = HostKind.Agent }));
        _bought = Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _desk.Policy(Tenant.Group(_user));
        Tenant.Assign(_user, CloudPcDesk.Small);
        Done(Row.Job!);
        _since = _desk.Time;
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private CloudPc Row => _desk.Only(_user);

    private RestorePoint[] Points => [.. RestorePoints.Of(Row, UserSetting.DefaultRestoreHours, _desk.Time)];

    private RetentionSnapshot? Kept => Tenant.Now.Fleet.Retained.Values.SingleOrDefault();

    [Fact]
    public void A_restore_point_is_there_when_the_agent_has_made_it()
    {
        // B381.
        _desk.Pass(_half - TimeSpan.FromTicks(1));
        Assert.Null(Row.Job);
        DateTimeOffset modified = Row.ModifiedAt;
        _desk.Pass(TimeSpan.FromTicks(1));
        HostJob job = Row.Job!;
        Assert.Equal((HostJobKind.Snapshot, _since + _half, (DateTimeOffset?)null), (job.Kind, job.RequestedAt, job.DueAt));
        Assert.Empty(Points);

        _desk.Pass(TimeSpan.FromHours(1));
        Done(job);
        RestorePoint point = Assert.Single(Points);
        Assert.Equal((_since + _half, RestorePointKind.Automatic), (point.At, point.Kind));
        Assert.Equal((_since + _half + _half, modified), (Row.Points!.NextAt, Row.ModifiedAt));
        Tenant.Do(new Command.RestoreCloudPc(Row.Id, point.Id));
        Assert.Equal((CloudPcStatus.Restoring, HostJobKind.Restore, $"{point.Id}"), (Row.Status, Row.Job!.Kind, Row.Job.Detail));
        Assert.Null(Row.Points!.NextAt);
        Done(Row.Job);
        Assert.Equal(_since + _half + _half, Row.Points!.NextAt);
    }

    [Fact]
    public void One_that_was_not_made_is_nowhere_and_the_next_is_asked_for_at_its_time()
    {
        // B381.
        _desk.Pass(_half);
        HostJob job = Row.Job!;
        Failed(job);
        Assert.Equal((CloudPcStatus.Provisioned, "noRoom", (HostJob?)null), (Row.Status, Row.Points!.Trouble!.Code, Row.Job));
        Assert.Empty(Points);
        Assert.Equal(RefusalCode.HostJobClosed, Tenant.Refused(new Command.ReportHostJob(job.Id, HostOutcome.Done, null)).Code);

        _desk.Pass(_half);
        Assert.Equal((1, _since + _half + _half), (Row.Job!.Attempt, Row.Job.RequestedAt));
        Done(Row.Job);
        Assert.Null(Row.Points!.Trouble);
        Assert.Single(Points);
    }

    [Fact]
    public void What_nobody_makes_is_asked_for_once_however_much_time_goes_by()
    {
        // B381.
        _desk.Pass(_half);
        Guid job = Row.Job!.Id;
        long version = Tenant.Now.Version;
        _desk.Pass(TimeSpan.FromDays(365));
        Assert.Equal((job, version + 1), (Row.Job!.Id, Tenant.Now.Version));

        Done(Row.Job);
        Assert.Equal(_since.AddDays(366), Row.Points!.NextAt);
    }

    [Fact]
    public void A_restore_point_at_its_time_gives_way_to_whatever_is_asked_for()
    {
        // B382.
        _desk.Pass(_half);
        Guid job = Row.Job!.Id;
        Tenant.Do(new Command.RestartCloudPc(Row.Id));
        Assert.Equal(HostJobKind.Restart, Row.Job!.Kind);
        Assert.Equal(RefusalCode.HostJobClosed, Tenant.Refused(new Command.ReportHostJob(job, HostOutcome.Done, null)).Code);
        Assert.Equal(RefusalCode.OperationConflict, Tenant.Refused(new Command.SnapshotCloudPc(Row.Id)).Code);
        _desk.Pass(_half);
        Assert.Equal(HostJobKind.Restart, Row.Job!.Kind);

        Done(Row.Job);
        Assert.Empty(Points);
        Assert.Equal(_since.AddHours(36), Row.Points!.NextAt);
        _desk.Pass(_half);
        Tenant.Do(new Command.Reprovision(Row.Id, null));
        Assert.Equal((CloudPcStatus.Provisioning, HostJobKind.Reprovision, (DateTimeOffset?)null), (Row.Status, Row.Job!.Kind, Row.Points!.NextAt));
        Done(Row.Job);
        Assert.Equal(_desk.Time + _half, Row.Points!.NextAt);
    }

    [Fact]
    public void Grace_changes_nothing_and_its_end_everything()
    {
        // B382.
        _desk.Take(_user, CloudPcDesk.Small);
        _desk.Pass(_half);
        Guid job = Row.Job!.Id;
        Done(Row.Job);
        Assert.Single(Points);
        _desk.Pass(_half);
        job = Row.Job!.Id;
        _desk.Pass(TimeSpan.FromDays(6.5));
        Assert.Equal((CloudPcStatus.Deprovisioning, HostJobKind.Deprovision), (Row.Status, Row.Job!.Kind));
        Assert.Empty(Points);
        Assert.Equal(RefusalCode.HostJobClosed, Tenant.Refused(new Command.ReportHostJob(job, HostOutcome.Done, null)).Code);
        Done(Row.Job);
        Assert.Empty(_desk.Of(_user));
    }

    [Fact]
    public void A_machine_whose_host_changes_has_the_restore_points_of_its_host()
    {
        // B381.
        _desk.Pass(_half);
        Done(Row.Job!);
        _desk.Pass(_half);
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default));
        Assert.Equal((null, null), (Row.Job, Row.Points));
        Assert.Equal(2, Points.Length);

        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { Host = HostKind.Agent }));
        Assert.Empty(Points);
        Assert.Equal(_since.AddHours(36), Row.Points!.NextAt);
        _desk.Pass(_half);
        Done(Row.Job!);
        Assert.Single(Points);
    }

    [Fact]
    public void The_newest_ten_stay_and_one_of_each_week()
    {
        // B384.
        for (int i = 0; i < 30; i++)
        {
            _desk.Pass(_half);
            Done(Row.Job!);
        }

        Assert.Equal(
            [_since.AddDays(7), .. Enumerable.Range(21, 10).Select(i => _since + (_half * i))],
            Points.Select(point => point.At).Order());
    }

    [Fact]
    public void An_expired_subscription_leaves_what_the_agent_has_kept()
    {
        // B385.
        CloudPc before = Row;
        Tenant.Do(new Command.UpdateSubscription(_bought, null, SubscriptionStatus.Suspended));
        HostJob job = _desk.Of(_user)[0].Job!;
        Assert.Equal(HostJobKind.Deprovision, job.Kind);
        Assert.Null(Kept);
        Failed(job);
        HostJob again = _desk.Of(_user)[0].Job!;
        Assert.Equal((job.Detail, 2), (again.Detail, again.Attempt));
        _desk.Pass(TimeSpan.FromHours(1));
        Done(again);
        Assert.Equal((job.Detail, before.Id, _desk.Time), ($"{Kept!.Id}", Kept.CloudPcId, Kept.CreatedAt));

        Tenant.Do(new Command.UpdateSubscription(_bought, null, SubscriptionStatus.Enabled));
        Done(Row.Job!);
        Tenant.Do(new Command.RestoreCloudPc(Row.Id, Kept.Id));
        Assert.Equal(job.Detail, Row.Job!.Detail);
        Done(Row.Job);

        _desk.Pass(TimeSpan.FromDays(28));
        HostJob drop = Kept.Job!;
        Assert.Equal((HostJobKind.DeleteSnapshot, 1), (drop.Kind, drop.Attempt));
        Assert.Equal(RefusalCode.SnapshotNotFound, Tenant.Refused(new Command.RestoreCloudPc(Row.Id, Kept.Id)).Code);
        Failed(drop);
        Assert.Equal((2, _desk.Time.AddHours(1)), (Kept.Job!.Attempt, Kept.Job.RequestedAt));
        Done(Kept.Job);
        Assert.Null(Kept);
    }

    [Fact]
    public void What_the_agent_could_not_keep_is_not_kept()
    {
        // B385.
        Tenant.Do(new Command.UpdateSubscription(_bought, null, SubscriptionStatus.Suspended));
        HostJob job = _desk.Of(_user)[0].Job!;
        Tenant.Do(new Command.ReportHostJob(job.Id, HostOutcome.DoneWithWarnings, new CloudPcError("nothingToKeep", "There is no disk.")));

        Assert.Null(Kept);
        Assert.Equal(CloudPcStatus.PendingProvision, Row.Status);
    }

    [Fact]
    public void A_canceled_subscription_leaves_nothing()
    {
        // B385.
        Tenant.Do(new Command.UpdateSubscription(_bought, null, SubscriptionStatus.Deleted));
        HostJob job = _desk.Of(_user)[0].Job!;
        Assert.Equal((HostJobKind.Deprovision, null), (job.Kind, job.Detail));
        Done(job);
        Assert.Null(Kept);
    }

    [Fact]
    public void The_simulator_has_nothing_to_drop()
    {
        // B385.
        Tenant.Do(new Command.UpdateSubscription(_bought, null, SubscriptionStatus.Suspended));
        Done(_desk.Of(_user)[0].Job!);
        _desk.Pass(TimeSpan.FromDays(28));
        Assert.NotNull(Kept!.Job);
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default));
        Assert.Null(Kept);
    }

    private void Done(HostJob job) => Tenant.Do(new Command.ReportHostJob(job.Id, HostOutcome.Done, null));

    private void Failed(HostJob job) => Tenant.Do(new Command.ReportHostJob(job.Id, HostOutcome.Failed, new CloudPcError("noRoom", "Rack 7 is full.")));
}
