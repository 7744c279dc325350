using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>All Cloud PCs of a policy of shared mode anew, at once or by a schedule (B435 to B438).</summary>
public sealed class PoolReprovisionTests
{
    private static readonly TimeSpan _making = TimeSpan.FromMinutes(30);

    private readonly FrontlineDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void Of_150_with_27_percent_40_stay_usable() // C250, C122, B435
    {
        Guid policy = Pool(150);
        _desk.Slow(_making);
        Anew(policy, 27);
        Assert.Equal((40, 110), (Count(policy, CloudPcStatus.Provisioned), Count(policy, CloudPcStatus.Provisioning)));
        Assert.Equal((40, 110), (Run(policy).Waiting.Count, Run(policy).Making.Count));
        _desk.Pass(_making);
        Assert.Equal((110, 40), (Count(policy, CloudPcStatus.Provisioned), Count(policy, CloudPcStatus.Provisioning)));
        _desk.Pass(_making);
        Assert.Equal((Tenant.Now.Now(_desk.Time), false), (Run(policy).EndedAt, Run(policy).HasFailed));
        Assert.All(_desk.Pool(policy), row => Assert.Equal(("Reprovision", RemoteActionState.Done), (row.Actions[0].Name, row.Actions[0].State)));
    }

    [Theory]
    [InlineData(100, 27, 27)]
    [InlineData(99, 1, 0)]
    [InlineData(100, 1, 1)]
    [InlineData(3, 67, 2)]
    [InlineData(3, 66, 1)]
    [InlineData(1, 99, 0)]
    [InlineData(int.MaxValue, 99, 2126008810)]
    public void What_is_kept_is_rounded_down(int rows, int percentage, int kept) => // B435
        Assert.Equal(kept, new ReprovisionRun(_desk.Time, percentage, false, false).KeptOf(rows));

    [Fact]
    public void The_percentage_lies_between_0_and_99() // B435, C122
    {
        Guid policy = Pool(2);
        foreach (int percentage in (int[])[-1, ReprovisionRun.MostKept + 1])
        {
            Refusal refusal = Tenant.Refused(new Command.ReprovisionPolicy(policy, percentage, false));
            Assert.Equal((RefusalCode.ValueInvalid, "reservePercentage"), (refusal.Code, refusal.Name));
        }

        Anew(policy, 0);
        Anew(policy, 1);
        Anew(policy, ReprovisionRun.MostKept - 1);
        Anew(policy, ReprovisionRun.MostKept);
        Assert.True(Run(policy).IsOver);
    }

    [Fact]
    public void Only_policies_of_shared_mode_are_made_anew() // B435, B438
    {
        Guid dedicated = _desk.Dedicated();
        foreach (Command command in (Command[])[new Command.ReprovisionPolicy(dedicated, 0, false), new Command.SchedulePolicy(dedicated, null)])
        {
            Assert.Equal((RefusalCode.OperationNotSupported, dedicated), (Tenant.Refused(command).Code, Tenant.Refused(command).Subject!.Value));
        }

        Assert.Equal(RefusalCode.PolicyNotFound, Tenant.Refused(new Command.ReprovisionPolicy(Guid.NewGuid(), 0, false)).Code);
        Assert.Equal(RefusalCode.PolicyNotFound, Tenant.Refused(new Command.SchedulePolicy(Guid.NewGuid(), null)).Code);
    }

    [Fact]
    public void Failed_ones_go_too_and_what_is_new_already_does_not() // B435
    {
        Guid group = Tenant.Group();
        Tenant.Buy(FrontlineDesk.Sku, 3);
        _desk.Fail(true, HostJobKind.Provision);
        Guid policy = _desk.Shared(_desk.To(group, 1));
        _desk.Fail(false);
        _desk.Assign(policy, _desk.To(group, 2));
        _desk.Slow(_making);
        _desk.Assign(policy, _desk.To(group, 3));
        Assert.Equal([CloudPcStatus.Failed, CloudPcStatus.Provisioned, CloudPcStatus.Provisioning], _desk.Pool(policy).Select(row => row.Status));

        // Of three rows one is kept, and there is only one that can be used.
        Anew(policy, 34);
        Assert.Equal([CloudPcStatus.Provisioning, CloudPcStatus.Provisioned, CloudPcStatus.Provisioning], _desk.Pool(policy).Select(row => row.Status));
        _desk.Pass(_making);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioning, CloudPcStatus.Provisioned], _desk.Pool(policy).Select(row => row.Status));
        _desk.Pass(_making);
        Assert.Equal([1, 1, 0], _desk.Pool(policy).Select(row => row.Actions.Count));
        Assert.False(Run(policy).HasFailed);
    }

    [Fact]
    public void A_row_under_review_that_keeps_everybody_out_takes_none_away() // B435, B373
    {
        Guid policy = Pool(2);
        _desk.Slow(_making);
        Tenant.Do(new Command.SetReviewStatus(_desk.Pool(policy)[1].Id, new CloudPcReview(default, true, null, null)));
        Anew(policy, 50);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioning], _desk.Pool(policy).Select(row => row.Status));
    }

    [Fact]
    public void Who_is_connected_is_waited_for_and_whoever_left_is_not() // B435, C122
    {
        Guid ada = Tenant.User(), bob = Tenant.User();
        Guid policy = Pool(2, ada, bob);
        Guid first = SitDown(policy, ada), second = SitDown(policy, bob);
        Tenant.Do(new Command.DisconnectSession(second));
        Anew(policy, 0);
        Assert.Equal([first], Tenant.Now.Fleet.Sessions.Keys);
        Assert.Equal([_desk.Index(_desk.Pool(policy)[0])], Run(policy).Waiting);
        Tenant.Do(new Command.DisconnectSession(first));
        Assert.Empty(Tenant.Now.Fleet.Sessions);
        Assert.True(Run(policy).IsOver);
    }

    [Fact]
    public void A_forced_sign_out_waits_for_nobody_and_keeps_nothing() // B436, C122
    {
        Guid ada = Tenant.User();
        Guid policy = Pool(2, ada);
        SitDown(policy, ada);
        Assert.Equal("reservePercentage", Tenant.Refused(new Command.ReprovisionPolicy(policy, 1, true)).Name);
        Decision.Accepted done = Tenant.Do(new Command.ReprovisionPolicy(policy, 0, true));
        Assert.Empty(Tenant.Now.Fleet.Sessions);
        Assert.True(Run(policy).IsOver);
        CloudPcStep step = done.Event!.Changes.OfType<Change.CloudPcSet>().Last().Step;
        Assert.Equal((CloudPcReason.PolicyReprovisioned, policy), (step.Reason, step.About!.Value));
    }

    [Fact]
    public void One_that_fails_stops_those_that_wait() // B437
    {
        Guid policy = Pool(3);
        _desk.Slow(_making);
        _desk.Fail(true, HostJobKind.Reprovision);
        Anew(policy, 67);
        Refusal refusal = Tenant.Refused(new Command.ReprovisionPolicy(policy, 0, false));
        Assert.Equal((RefusalCode.OperationConflict, policy, null), (refusal.Code, refusal.Subject!.Value, refusal.Name));
        _desk.Pass(3 * _making);
        Assert.Equal([CloudPcStatus.Failed, CloudPcStatus.Provisioned, CloudPcStatus.Provisioned], _desk.Pool(policy).Select(row => row.Status));
        Assert.Equal((true, true), (Run(policy).IsOver, Run(policy).HasFailed));
        _desk.Fail(false);
        Anew(policy, 67);
        _desk.Pass(3 * _making);
        Assert.Equal((true, false), (Run(policy).IsOver, Run(policy).HasFailed));
        Assert.All(_desk.Pool(policy), row => Assert.Equal(CloudPcStatus.Provisioned, row.Status));
    }

    [Fact]
    public void Reprovisioned_by_hand_is_reprovisioned() // B435
    {
        Guid policy = Pool(2);
        _desk.Slow(_making);
        Anew(policy, 50);
        CloudPc second = _desk.Pool(policy)[1];
        Tenant.Do(new Command.Reprovision(second.Id, null));
        Assert.Equal((0, 2), (Run(policy).Waiting.Count, Run(policy).Making.Count));
        _desk.Pass(_making);
        Assert.True(Run(policy).IsOver);
        Assert.Single(_desk.Again(second).Actions);
    }

    [Fact]
    public void After_licenses_expired_nothing_is_made_anew_until_the_assignment_is_another() // B437, B407, C118
    {
        Guid group = Tenant.Group();
        Guid subscription = Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid policy = _desk.Shared(_desk.To(group, 1));
        Schedule(policy, "0 * * * *");
        _desk.Status(subscription, SubscriptionStatus.Suspended);
        _desk.Status(subscription, SubscriptionStatus.Enabled);
        Refusal refusal = Tenant.Refused(new Command.ReprovisionPolicy(policy, 0, false));
        Assert.Equal((RefusalCode.OperationConflict, policy), (refusal.Code, refusal.Subject!.Value));
        Assert.Contains("C118", refusal.Detail, StringComparison.Ordinal);
        DateTimeOffset moment = Next(policy)!.Value;
        _desk.Pass(TimeSpan.FromHours(1));
        Assert.Equal((moment, moment, true, true), (Run(policy).StartedAt, Run(policy).EndedAt, Run(policy).HasFailed, Run(policy).IsScheduled));
        Assert.Empty(Assert.Single(_desk.Pool(policy)).Actions);
        _desk.Assign(policy);
        _desk.Assign(policy, _desk.To(group, 1));
        _desk.Pass(TimeSpan.FromHours(1));
        Assert.Equal((true, false), (Run(policy).IsOver, Run(policy).HasFailed));
        Assert.Single(Assert.Single(_desk.Pool(policy)).Actions);
    }

    [Fact]
    public void A_schedule_comes_between_its_start_and_its_end_and_every_moment_in_order() // B438, C122
    {
        Guid policy = Pool(1);
        DateTimeOffset noon = _desk.Time;
        Schedule(policy, "0 0 * * * *", noon.AddHours(2), noon.AddHours(4));
        Assert.Equal(noon.AddHours(2), Next(policy));
        _desk.Pass(TimeSpan.FromDays(2));
        Assert.Null(Next(policy));
        Assert.Equal(noon.AddHours(3), Run(policy).StartedAt);
        CloudPc row = Assert.Single(_desk.Pool(policy));
        Assert.Equal([noon.AddHours(3), noon.AddHours(2)], row.Actions.Select(action => action.StartedAt));
        Tenant.Do(new Command.SchedulePolicy(policy, null));
        Assert.Empty(Tenant.Now.Frontline.Reprovision.Schedules);
        Assert.Null(Tenant.Do(new Command.SchedulePolicy(policy, null)).Event);
    }

    [Fact]
    public void A_moment_before_the_run_is_over_is_skipped() // B438
    {
        Guid policy = Pool(1);
        DateTimeOffset noon = _desk.Time;
        _desk.Slow(TimeSpan.FromMinutes(90));
        Schedule(policy, "0 * * * *");
        _desk.Pass(TimeSpan.FromHours(2));
        ReprovisionSchedule schedule = Tenant.Now.Frontline.Reprovision.Schedules[Tenant.Now.Fleet.FindPolicy(policy)];
        Assert.Equal((noon.AddHours(2), noon.AddHours(3)), (schedule.SkippedAt, schedule.NextAt));
        Assert.Equal((noon.AddHours(1), false), (Run(policy).StartedAt, Run(policy).IsOver));
        _desk.Pass(TimeSpan.FromHours(1));
        Assert.Equal((noon.AddHours(3), false), (Run(policy).StartedAt, Run(policy).IsOver));
    }

    [Theory]
    [InlineData("0 * * *", 0, false, "cronScheduleExpression")]
    [InlineData("0 0 30 2 *", 0, false, "cronScheduleExpression")]
    [InlineData("0 * * * *", 100, false, "reservePercentage")]
    [InlineData("0 * * * *", -1, false, "reservePercentage")]
    [InlineData("0 * * * *", 1, true, "reservePercentage")]
    public void A_schedule_that_cannot_be_is_refused(string cron, int percentage, bool signsOut, string property) // B438, B436
    {
        Guid policy = Pool(1);
        Refusal refusal = Tenant.Refused(new Command.SchedulePolicy(policy, new ScheduleRequest(cron, percentage, signsOut, ScheduleZone.Gmt, null, null)));
        Assert.Equal((RefusalCode.ValueInvalid, property), (refusal.Code, refusal.Name));
    }

    [Fact]
    public void A_schedule_ends_after_it_starts_and_has_a_moment_between() // B438
    {
        Guid policy = Pool(1);
        DateTimeOffset noon = _desk.Time;
        Assert.Equal("endDateTime", Refused(noon.AddHours(1), noon.AddHours(1)));
        Assert.Equal("endDateTime", Refused(null, noon));
        Assert.Equal("cronScheduleExpression", Refused(noon.AddHours(1).AddTicks(1), noon.AddHours(2)));
        Assert.Equal("cronScheduleExpression", Refused(null, noon.AddHours(1)));
        Schedule(policy, "0 * * * *", noon.AddHours(1), noon.AddHours(1).AddTicks(1));
        Assert.Equal(noon.AddHours(1), Next(policy));

        string? Refused(DateTimeOffset? start, DateTimeOffset? end) =>
            Tenant.Refused(new Command.SchedulePolicy(policy, new ScheduleRequest("0 * * * *", 0, false, ScheduleZone.Gmt, start, end))).Name;
    }

    [Fact]
    public void Run_and_schedule_go_with_the_policy() // B437
    {
        Guid policy = Pool(1);
        Schedule(policy, "0 * * * *");
        Anew(policy, 0);
        _desk.Assign(policy);
        Tenant.Do(new Command.DeletePolicy(policy));
        Assert.Empty(Tenant.Now.Frontline.Reprovision.Runs);
        Assert.Null(Tenant.Now.Frontline.NextDue);
    }

    [Fact]
    public void A_snapshot_brings_back_runs_and_schedules() // B437, B438
    {
        Guid policy = Pool(3);
        Schedule(policy, "0 * * * *");
        _desk.Slow(_making);
        Anew(policy, 50);
        Tenant after = Deciding.Restore(Tenant.Now.Version, Deciding.Describe(Tenant.Now));
        TenantUnderTest.SameAs(Tenant.Now, after);
        Assert.Equal(Tenant.Now.Frontline.Reprovision.Runs, after.Frontline.Reprovision.Runs);
        Assert.Equal(Tenant.Now.Frontline.Reprovision.Schedules, after.Frontline.Reprovision.Schedules);
    }

    private Guid Pool(int licenses, params Guid[] users)
    {
        Tenant.Buy(FrontlineDesk.Sku, licenses);
        return _desk.Shared(_desk.To(Tenant.Group(users), licenses));
    }

    private void Anew(Guid policy, int percentage) => Tenant.Do(new Command.ReprovisionPolicy(policy, percentage, false));

    private void Schedule(Guid policy, string cron, DateTimeOffset? start = null, DateTimeOffset? end = null) =>
        Tenant.Do(new Command.SchedulePolicy(policy, new ScheduleRequest(cron, 0, false, ScheduleZone.Gmt, start, end)));

    private Guid SitDown(Guid policy, Guid user)
    {
        Guid session = Guid.NewGuid();
        Tenant.Do(new Command.StartPoolSession(session, user, _desk.Key(policy)));
        return session;
    }

    private DateTimeOffset? Next(Guid policy) => Tenant.Now.Frontline.Reprovision.Schedules[Tenant.Now.Fleet.FindPolicy(policy)].NextAt;

    private ReprovisionRun Run(Guid policy) => Tenant.Now.Frontline.Reprovision.Runs[Tenant.Now.Fleet.FindPolicy(policy)];

    private int Count(Guid policy, CloudPcStatus status) => _desk.Pool(policy).Count(row => row.Status == status);
}
