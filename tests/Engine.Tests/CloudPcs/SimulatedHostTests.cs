using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>The built-in simulator as a host (B320, B326).</summary>
public sealed class SimulatedHostTests
{
    private static readonly DateTimeOffset _noon = TenantUnderTest.Noon;

    [Fact]
    public void A_job_on_a_machine_takes_the_delay_and_a_health_check_none()
    {
        ICloudPcHost host = (TenantSettings.Default with { ProvisioningDelay = TimeSpan.FromMinutes(20) }).CloudPcHost();

        Assert.All(
            Enum.GetValues<HostJobKind>().Where(kind => kind != HostJobKind.HealthCheck),
            kind => Assert.Equal(_noon.AddMinutes(20), host.DueAt(kind, _noon)));
        Assert.Equal(_noon, host.DueAt(HostJobKind.HealthCheck, _noon));
    }

    [Fact]
    public void An_agent_says_itself_when_a_job_ends_and_how()
    {
        ICloudPcHost host = (TenantSettings.Default with { Host = HostKind.Agent, ProvisioningDelay = TimeSpan.FromMinutes(20) }).CloudPcHost();

        Assert.All(Enum.GetValues<HostJobKind>(), kind => Assert.Null(host.DueAt(kind, _noon)));
        Assert.Null(host.Report(Job(HostJobKind.Provision, 1)));
    }

    [Fact]
    public void Nothing_fails_that_was_not_asked_to_and_everything_that_was()
    {
        ICloudPcHost host = Failing(new FailureRate(HostJobKind.Resize, FailureRate.Always), 0);

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(new HostReport(HostOutcome.Done, null), host.Report(Job(HostJobKind.Provision, i)));
            HostReport failed = host.Report(Job(HostJobKind.Resize, i))!;
            Assert.Equal((HostOutcome.Failed, SimulatedHost.ErrorCode), (failed.Outcome, failed.Error!.Code));
        }
    }

    [Fact]
    public void The_share_that_was_asked_for_fails_the_same_way_every_time_and_another_seed_fails_others()
    {
        ICloudPcHost host = Failing(new FailureRate(HostJobKind.Provision, 250_000), 7), again = Failing(new FailureRate(HostJobKind.Provision, 250_000), 7);
        ICloudPcHost other = Failing(new FailureRate(HostJobKind.Provision, 250_000), 8);
        bool[] Failures(ICloudPcHost one) => [.. Enumerable.Range(0, 2000).Select(i => one.Report(Job(HostJobKind.Provision, i))!.Outcome == HostOutcome.Failed)];

        Assert.Equal(Failures(host), Failures(again));
        Assert.NotEqual(Failures(host), Failures(other));
        Assert.InRange(Failures(host).Count(failed => failed), 430, 570);
    }

    [Fact]
    public void The_attempt_decides_anew()
    {
        ICloudPcHost host = Failing(new FailureRate(HostJobKind.Provision, 500_000), 0);

        HostOutcome[] outcomes = [.. Enumerable.Range(1, 40).Select(attempt => host.Report(Job(HostJobKind.Provision, 1) with { Attempt = attempt })!.Outcome)];

        Assert.Contains(HostOutcome.Done, outcomes);
        Assert.Contains(HostOutcome.Failed, outcomes);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(FailureRate.Always, true)]
    [InlineData(0, false)]
    [InlineData(FailureRate.Always + 1, false)]
    [InlineData(-1, false)]
    public void A_rate_lies_between_one_millionth_and_always(int perMillion, bool isGood)
    {
        TenantUnderTest tenant = new();
        Command command = new Command.UpdateSettings(TenantSettings.Default with { FailureRates = [new FailureRate(HostJobKind.Restore, perMillion)] });

        Assert.Equal(isGood, tenant.Decide(command) is Decision.Accepted);
    }

    [Fact]
    public void A_kind_has_one_rate()
    {
        TenantUnderTest tenant = new();

        Refusal refusal = tenant.Refused(new Command.UpdateSettings(
            TenantSettings.Default with { FailureRates = [new FailureRate(HostJobKind.Restore, 1), new FailureRate(HostJobKind.Restore, 2)] }));

        Assert.Equal((RefusalCode.ValueInvalid, "failureRates"), (refusal.Code, refusal.Name));
    }

    private static ICloudPcHost Failing(FailureRate rate, int seed) =>
        (TenantSettings.Default with { FailureRates = new[] { rate }.ToValueArray(), SimulatorSeed = seed }).CloudPcHost();

    // Ids that are the same in every run.
    private static HostJob Job(HostJobKind kind, int number) =>
        new(new Guid(number, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), kind, 1, _noon, _noon, null);
}
