using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>What becomes of a job that an agent does (B269, B286, B320, B327, B328).</summary>
public sealed class HostJobTests
{
    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;

    public HostJobTests()
    {
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { Host = HostKind.Agent }));
        Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _desk.Policy(Tenant.Group(_user));
        Tenant.Assign(_user, CloudPcDesk.Small);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private HostJob Job => _desk.Only(_user).Job!;

    [Fact]
    public void Every_attempt_is_a_job_of_its_own()
    {
        HostJob first = Job;
        Report(first, HostOutcome.Failed);

        Assert.Equal((1, 2), (first.Attempt, Job.Attempt));
        Assert.NotEqual(first.Id, Job.Id);
        Assert.Equal(RefusalCode.HostJobClosed, Tenant.Refused(new Command.ReportHostJob(first.Id, HostOutcome.Done, null)).Code);
    }

    [Fact]
    public void A_final_failure_is_the_last()
    {
        Report(Job, HostOutcome.Failed, isFinal: true);

        Assert.Equal((CloudPcStatus.Failed, "noRoom"), (_desk.Only(_user).Status, _desk.Only(_user).Error!.Code));
    }

    [Fact]
    public void What_could_not_be_taken_down_is_to_be_tried_an_hour_later_and_never_lost()
    {
        Report(Job, HostOutcome.Done);
        _desk.Take(_user, CloudPcDesk.Small);
        Tenant.Do(new Command.EndGracePeriod(_desk.Only(_user).Id));
        for (int attempt = 1; attempt <= 5; attempt++)
        {
            Assert.Equal((HostJobKind.Deprovision, attempt), (Job.Kind, Job.Attempt));
            DateTimeOffset from = _desk.Time;
            Report(Job, HostOutcome.Failed);
            Assert.Equal(from.AddHours(1), Job.RequestedAt);
            _desk.Pass(TimeSpan.FromHours(1));
        }

        Report(Job, HostOutcome.Done);
        Assert.Empty(_desk.Of(_user));
    }

    [Fact]
    public void The_simulator_takes_over_what_an_agent_has_not_done()
    {
        HostJob job = Job;
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { ProvisioningDelay = TimeSpan.FromMinutes(20) }));
        Assert.Equal(job with { DueAt = _desk.Time.AddMinutes(20) }, Job);
        Assert.Equal(RefusalCode.HostJobClosed, Tenant.Refused(new Command.ReportHostJob(job.Id, HostOutcome.Done, null)).Code);

        _desk.Pass(TimeSpan.FromMinutes(20));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(_user).Status);
    }

    [Fact]
    public void What_the_simulator_began_it_ends_although_an_agent_makes_machines_by_then()
    {
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { ProvisioningDelay = TimeSpan.FromMinutes(20) }));
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { Host = HostKind.Agent }));
        _desk.Pass(TimeSpan.FromMinutes(20));

        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(_user).Status);
    }

    private void Report(HostJob job, HostOutcome outcome, bool isFinal = false) =>
        Tenant.Do(new Command.ReportHostJob(job.Id, outcome, outcome == HostOutcome.Done ? null : new CloudPcError("noRoom", "Rack 7 is full.")) { IsFinal = isFinal });
}
