using Berth.Engine.Alerts;
using Berth.Engine.Frontline;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>What the journal tells of licenses for reports, and the alerts of a buffer that people really use (B444, B453, B455).</summary>
public sealed class UsageTests
{
    [Fact]
    public void Each_change_of_what_there_is_and_what_is_taken_is_told_once_with_its_moment()
    {
        // B444
        ShiftDesk desk = new(3);
        Guid[] nurses = desk.Tenant.Users(2);
        Guid guest = desk.Tenant.User();
        desk.Assign(desk.Tenant.Group(nurses), 2);
        (_, Guid pool) = desk.Assign(desk.Tenant.Group(guest), 1, shared: true);
        Assert.Equal((new PlanUsage(3, 0, 0, 0), new PlanUsage(3, 1, 0, 0)), Told(desk));
        desk.Work(nurses[0]);
        Assert.Equal((new PlanUsage(3, 1, 0, 0), new PlanUsage(3, 1, 1, 0)), Told(desk));
        desk.Share(guest, pool);
        Assert.Equal((new PlanUsage(3, 1, 1, 0), new PlanUsage(3, 1, 1, 1)), Told(desk));
        desk.Leave(nurses[0]);
        Assert.Equal((new PlanUsage(3, 1, 1, 1), new PlanUsage(3, 1, 0, 1)), Told(desk));
        desk.Tenant.Do(new Command.UpdateSubscription(desk.Subscription, 5, null));
        Assert.Equal((new PlanUsage(3, 1, 0, 1), new PlanUsage(5, 1, 0, 1)), Told(desk));

        // What changes nothing of it is not told, and what time brings is told at its time: the disconnected session ends after half an hour.
        Assert.DoesNotContain(desk.Tenant.Do(new Command.CreateSubscription(Guid.NewGuid(), desk.Tenant.Sku("SPE_E5"), 5, Engine.Licensing.SubscriptionStatus.Enabled, false)).Event!.Changes, change => change is Change.PlanUsed);
        DateTimeOffset left = desk.Time;
        desk.Disconnect(desk.Shared()[0]);
        Decision.Accepted passed = desk.Tenant.Do(new Command.SetClock(null, null, TimeSpan.FromDays(1)));
        Change.PlanUsed ended = Assert.Single(passed.Event!.Changes.OfType<Change.PlanUsed>());
        Assert.Equal((left.AddMinutes(30), new PlanUsage(5, 1, 0, 0)), (ended.At, ended.After));
    }

    [Fact]
    public void A_use_of_the_buffer_is_an_alert_and_a_block_is_another_word_for_it()
    {
        // B453, B455
        ShiftDesk desk = new(1);
        Guid[] nurses = desk.Tenant.Users(2);
        desk.Assign(desk.Tenant.Group(nurses), 1);
        desk.Tenant.Do(new Command.UpdateAlertRule(AlertTemplate.FrontlineConcurrency)
        {
            Conditions = [new AlertCondition(AlertCategory.FrontlineBufferUsageDuration, AlertAggregation.DurationInMinutes, AlertOperator.GreaterOrEqual, 45, true)],
        });
        DateTimeOffset begin = desk.Time;
        desk.Work(nurses[0]);
        Assert.True(desk.Work(nurses[1]).UsesBuffer);
        Assert.Equal((0, begin.AddMinutes(45)), (desk.Tenant.Now.Alerts.Records.Count, desk.Tenant.Now.NextDue));
        desk.Pass(TimeSpan.FromMinutes(90));
        AlertRecord raised = Assert.Single(desk.Tenant.Now.Alerts.Records).Value;
        Assert.Equal((begin.AddMinutes(45), null, AlertAggregation.DurationInMinutes), (raised.DetectedAt, raised.ResolvedAt, raised.Impact.Aggregation));
        desk.Leave(nurses[1]);
        Assert.Equal(begin.AddMinutes(90), Assert.Single(desk.Tenant.Now.Alerts.Records).Value.ResolvedAt);

        for (int i = 0; i < 3; i++)
        {
            desk.Work(nurses[1]);
            desk.Pass(TimeSpan.FromMinutes(61));
            desk.Leave(nurses[1]);
        }

        Assert.True(desk.Buffer.IsBlocked);
        AlertRecord blocked = desk.Tenant.Now.Alerts.Records[desk.Tenant.Now.Alerts.Active[AlertTemplate.FrontlineConcurrency]];
        Assert.Equal([new AlertDetail("Cloud PC Frontline 2vCPU/4GB/64GB", "blocked")], blocked.Impact.Details);
        desk.Pass(TimeSpan.FromHours(48));
        Assert.Empty(desk.Tenant.Now.Alerts.Active);
    }

    private static (PlanUsage Before, PlanUsage After) Told(ShiftDesk desk)
    {
        Change.PlanUsed used = Assert.Single(desk.Tenant.Last!.Changes.OfType<Change.PlanUsed>());
        Assert.Equal((desk.PlanIndex, desk.Time), (used.Plan, used.At));
        return (used.Before, used.After);
    }
}
