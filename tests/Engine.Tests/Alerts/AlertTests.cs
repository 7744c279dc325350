using Berth.Engine.Alerts;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Tests.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.Alerts;

/// <summary>Alerts; every accepted command is replayed by <see cref="TenantUnderTest"/>.</summary>
public sealed class AlertTests
{
    private static readonly DateTimeOffset _noon = TenantUnderTest.Noon;

    private readonly CloudPcDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    private AlertRecord[] Records => [.. Tenant.Now.Alerts.Records.Values];

    [Fact]
    public void There_is_a_rule_for_each_template_and_it_raises_its_alert_at_the_first_of_what_it_watches()
    {
        // B450, C127, C129
        foreach (AlertTemplate template in Enum.GetValues<AlertTemplate>())
        {
            AlertRule rule = Tenant.Now.Alerts.RuleOf(template);
            bool critical = template is AlertTemplate.NetworkConnectionCheck or AlertTemplate.FrontlineInsufficientLicenses;
            Assert.Equal((true, critical ? AlertSeverity.Critical : AlertSeverity.Warning), (rule.IsEnabled, rule.Severity));
            Assert.Equal([new AlertChannel(AlertChannelKind.Portal, [])], rule.Channels);
            Assert.Equal(AlertRule.CategoriesOf(template), rule.Conditions.Select(condition => condition.Category));
            Assert.All(rule.Conditions, condition => Assert.Equal(
                condition.Category == AlertCategory.FrontlineBufferUsageDuration ? (AlertAggregation.DurationInMinutes, 60) : (AlertAggregation.Count, 1),
                (condition.Aggregation, condition.Threshold)));
        }

        Assert.Equal((0, 0, null), (Tenant.Now.Alerts.Changed.Count, Tenant.Now.Alerts.Records.Count, Tenant.Now.Alerts.DueAt));
    }

    [Fact]
    public void Cloud_PCs_in_grace_are_one_alert_from_the_first_to_the_last()
    {
        // C39, B454
        Guid[] users = Made(2);
        _desk.Take(users[0], CloudPcDesk.Small);
        AlertRecord raised = Assert.Single(Records);
        Assert.Equal(
            (AlertTemplate.InGracePeriod, AlertSeverity.Warning, _noon, _noon, null, true, false),
            (raised.Template, raised.Severity, raised.DetectedAt, raised.UpdatedAt, raised.ResolvedAt, raised.InPortal, raised.IsSent));
        Assert.Equal(new AlertImpact(AlertAggregation.Count, 1, []), raised.Impact);

        _desk.Pass(TimeSpan.FromHours(1));
        _desk.Take(users[1], CloudPcDesk.Small);
        AlertRecord grown = Assert.Single(Records);
        Assert.Equal((raised.Id, _noon, _noon.AddHours(1), 2L), (grown.Id, grown.DetectedAt, grown.UpdatedAt, grown.Impact.Value));

        // Each thing that time brings is seen at its own time, however far the clock jumps.
        _desk.Pass(TimeSpan.FromDays(30));
        AlertRecord over = Assert.Single(Records);
        Assert.Equal((_noon.AddDays(7).AddHours(1), _noon.AddDays(7).AddHours(1), 1L), (over.ResolvedAt, over.UpdatedAt, over.Impact.Value));
        Assert.Empty(Tenant.Now.Alerts.Active);
    }

    [Fact]
    public void What_comes_back_is_over_and_the_next_is_another_alert()
    {
        Guid user = Made(1)[0];
        _desk.Take(user, CloudPcDesk.Small);
        Tenant.Assign(user, CloudPcDesk.Small);
        _desk.Take(user, CloudPcDesk.Small);
        Assert.Equal([_noon, null], Records.Select(record => record.ResolvedAt));
        Assert.Equal(2, Records.Select(record => record.Id).Distinct().Count());
    }

    [Fact]
    public void Cloud_PCs_that_failed_are_counted_and_those_that_are_made_again_are_not()
    {
        // B452
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { FailureRates = [new FailureRate(HostJobKind.Provision, FailureRate.Always)] }));
        Guid[] users = Made(2, CloudPcStatus.Failed);
        Assert.Equal((AlertTemplate.Provision, 2L), (Assert.Single(Records).Template, Records[0].Impact.Value));
        Tenant.Do(new Command.UpdateSettings(TenantSettings.Default));
        Tenant.Do(new Command.Reprovision(_desk.Only(users[0]).Id, null));
        Assert.Equal((null, 1L), (Assert.Single(Records).ResolvedAt, Records[0].Impact.Value));
        Tenant.Do(new Command.Reprovision(_desk.Only(users[1]).Id, null));
        Assert.Equal(_noon, Assert.Single(Records).ResolvedAt);
    }

    [Fact]
    public void A_connection_that_fails_concerns_the_Cloud_PCs_that_were_made_through_it()
    {
        // B452, C128
        NetworkConnection lab = new(Guid.NewGuid(), "Lab")
        {
            JoinType = DomainJoinType.AzureADJoin,
            SubscriptionId = "0ac520ee-14c0-480f-b6c9-0a90c585ad47",
            ResourceGroupId = Group,
            VirtualNetworkId = Network,
            SubnetId = Network + "/subnets/default",
        };
        Tenant.Do(new Command.CreateConnection(lab));
        Guid[] users = Tenant.Users(3);
        Tenant.Buy(CloudPcDesk.Small, 3);
        _desk.Policy(new DomainJoin(DomainJoinType.AzureADJoin, lab.Id, null, null), Tenant.Group(users));
        foreach (Guid user in users)
        {
            Tenant.Assign(user, CloudPcDesk.Small);
        }

        Change(AlertTemplate.NetworkConnectionCheck, Condition(AlertCategory.NetworkConnectionFailures, AlertAggregation.AffectedCloudPcCount, AlertOperator.Greater, 2));
        Tenant.Do(new Command.SimulateChecks(lab.Id, [new HealthCheck("udp", HealthCheckStatus.Failed, null, null)]));
        Assert.Empty(Records);
        Tenant.Do(new Command.RunHealthChecks(lab.Id));
        Assert.Equal((AlertSeverity.Critical, new AlertImpact(AlertAggregation.AffectedCloudPcCount, 3, [])), (Assert.Single(Records).Severity, Records[0].Impact));
        Tenant.Do(new Command.SimulateChecks(lab.Id, []));
        Tenant.Do(new Command.RunHealthChecks(lab.Id));
        Assert.Equal(_noon, Assert.Single(Records).ResolvedAt);
    }

    [Fact]
    public void Frontline_Cloud_PCs_that_wait_for_a_license_are_told_by_pool()
    {
        // B452: one license is three Cloud PCs; two of five wait.
        const string Size = "Windows_365_S_2vCPU_8GB_128GB";
        Guid[] users = Tenant.Users(5);
        Guid policy = Guid.NewGuid(), subscription = Tenant.Buy(Size, 1), nurses = Tenant.Group(users);
        Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(policy, "Nurses")
        {
            ProvisioningType = ProvisioningType.SharedByUser,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", "usEast")],
        }));
        Tenant.Do(new Command.AssignPolicy(policy, [new AssignmentRequest(null, nurses, Tenant.Plan("CPC_S_2C_8GB_128GB"), "Nurses", 1)]));
        AlertRecord waiting = Assert.Single(Records);
        Assert.Equal((AlertTemplate.FrontlineInsufficientLicenses, AlertSeverity.Critical), (waiting.Template, waiting.Severity));
        Assert.Equal(new AlertImpact(AlertAggregation.Count, 2, [new AlertDetail("Cloud PC Frontline 2vCPU/8GB/128GB", "2")]), waiting.Impact);
        Change(AlertTemplate.FrontlineInsufficientLicenses, Condition(AlertCategory.FrontlineInsufficientLicenses, AlertAggregation.Percentage, AlertOperator.Greater, 39));
        Assert.Equal((1, 40L), (Records.Length, Records[0].Impact.Value));
        Tenant.Do(new Command.UpdateSubscription(subscription, 2, null));
        Tenant.Do(new Command.AssignPolicy(policy, [new AssignmentRequest(null, nurses, Tenant.Plan("CPC_S_2C_8GB_128GB"), "Nurses", 2)]));
        Assert.NotNull(Records[0].ResolvedAt);
    }

    [Theory]
    [InlineData(AlertOperator.GreaterOrEqual, 1, false, 2, true, 3, true)]
    [InlineData(AlertOperator.Greater, 2, false, 3, true, 4, true)]
    [InlineData(AlertOperator.Equal, 1, false, 2, true, 3, false)]
    [InlineData(AlertOperator.NotEqual, 1, true, 2, false, 3, true)]
    [InlineData(AlertOperator.Less, 1, true, 2, false, 3, false)]
    [InlineData(AlertOperator.LessOrEqual, 2, true, 3, false, 4, false)]
    public void An_operator_takes_what_is_below_at_and_above_the_threshold(AlertOperator comparison, int first, bool firstMet, int second, bool secondMet, int third, bool thirdMet)
    {
        AlertCondition condition = Condition(AlertCategory.InGracePeriod, AlertAggregation.Count, comparison, 2);
        Assert.Equal((firstMet, secondMet, thirdMet), (condition.IsMetBy(first), condition.IsMetBy(second), condition.IsMetBy(third)));
    }

    [Fact]
    public void A_percentage_is_rounded_down_and_of_nothing_it_is_none()
    {
        // B451
        Change(AlertTemplate.InGracePeriod, Condition(AlertCategory.InGracePeriod, AlertAggregation.Percentage, AlertOperator.LessOrEqual, 0));
        Assert.Equal((0L, AlertAggregation.Percentage), (Assert.Single(Records).Impact.Value, Records[0].Impact.Aggregation));
        Guid[] users = Made(3);
        Change(AlertTemplate.InGracePeriod, Condition(AlertCategory.InGracePeriod, AlertAggregation.AffectedCloudPcPercentage, AlertOperator.GreaterOrEqual, 33));
        _desk.Take(users[0], CloudPcDesk.Small);
        Assert.Equal((2, 33L), (Records.Length, Records[1].Impact.Value));
        Change(AlertTemplate.InGracePeriod, Condition(AlertCategory.InGracePeriod, AlertAggregation.AffectedCloudPcPercentage, AlertOperator.GreaterOrEqual, 34));
        Assert.NotNull(Records[1].ResolvedAt);
    }

    [Fact]
    public void Conditions_are_joined_in_their_order()
    {
        // B451: (one or two) and at most two.
        AlertCondition one = Condition(AlertCategory.InGracePeriod, AlertAggregation.Count, AlertOperator.Equal, 1);
        Change(AlertTemplate.InGracePeriod, one, one with { Threshold = 3 }, one with { Operator = AlertOperator.LessOrEqual, Threshold = 2, IsAlternative = false });
        Guid[] users = Made(3);
        _desk.Take(users[0], CloudPcDesk.Small);
        Assert.Single(Tenant.Now.Alerts.Active);
        _desk.Take(users[1], CloudPcDesk.Small);
        Assert.Empty(Tenant.Now.Alerts.Active);
        _desk.Take(users[2], CloudPcDesk.Small);
        Assert.Empty(Tenant.Now.Alerts.Active);
        Change(AlertTemplate.InGracePeriod, one, one with { Threshold = 3 });
        Assert.Equal(3, Records[Tenant.Now.Alerts.Active.Values.Single()].Impact.Value);
    }

    [Fact]
    public void A_rule_that_is_switched_off_ends_its_alert_and_one_that_is_switched_on_raises_it()
    {
        // B454
        _desk.Take(Made(1)[0], CloudPcDesk.Small);
        _desk.Pass(TimeSpan.FromHours(1));
        Tenant.Do(new Command.UpdateAlertRule(AlertTemplate.InGracePeriod) { IsEnabled = false });
        Assert.Equal(_noon.AddHours(1), Assert.Single(Records).ResolvedAt);
        Tenant.Do(new Command.UpdateAlertRule(AlertTemplate.InGracePeriod) { IsEnabled = true, Severity = AlertSeverity.Critical, Channels = [new AlertChannel(AlertChannelKind.Email, [new("ada@contoso.example", "en-us")])] });
        Assert.Equal((2, AlertSeverity.Critical, false), (Records.Length, Records[1].Severity, Records[1].InPortal));

        // What is as it was is no change, and a rule that is as it was built in is kept nowhere.
        Assert.Null(Tenant.Do(new Command.UpdateAlertRule(AlertTemplate.InGracePeriod) { IsEnabled = true }).Event);
        Tenant.Do(new Command.UpdateAlertRule(AlertTemplate.InGracePeriod) { Severity = AlertSeverity.Warning, Channels = [new AlertChannel(AlertChannelKind.Portal, [])] });
        Assert.Empty(Tenant.Now.Alerts.Changed);
    }

    [Fact]
    public void The_older_threshold_is_the_first_condition()
    {
        // B451
        Tenant.Do(new Command.UpdateAlertRule(AlertTemplate.InGracePeriod) { Threshold = (AlertAggregation.AffectedCloudPcCount, AlertOperator.Greater, 90) });
        Assert.Equal(
            [new AlertCondition(AlertCategory.InGracePeriod, AlertAggregation.AffectedCloudPcCount, AlertOperator.Greater, 90, true)], Tenant.Now.Alerts.RuleOf(AlertTemplate.InGracePeriod).Conditions);
    }

    [Fact]
    public void What_no_rule_can_be_is_refused_and_changes_nothing()
    {
        // B451, B452, B457
        AlertCondition good = Condition(AlertCategory.InGracePeriod, AlertAggregation.Count, AlertOperator.Greater, 1);
        Refused("conditions", Conditions([]));
        Refused("conditions", Conditions([.. Enumerable.Repeat(good, AlertRule.MostConditions + 1)]));
        Refused("conditions", Conditions([good with { Category = AlertCategory.ProvisionFailures }]));
        Refused("aggregation", Conditions([good with { Aggregation = AlertAggregation.DurationInMinutes }]));
        Refused("thresholdValue", Conditions([good with { Threshold = -1 }]));
        Refused("thresholdValue", Conditions([good with { Threshold = AlertCondition.MostThreshold + 1 }]));
        Refused("aggregation", new(AlertTemplate.ImageUpload) { Threshold = (AlertAggregation.AffectedCloudPcCount, AlertOperator.Greater, 1) });
        Refused("aggregation", new(AlertTemplate.FrontlineConcurrency) { Threshold = (AlertAggregation.Percentage, AlertOperator.Greater, 1) });
        AlertReceiver ada = new("ada@contoso.example", null);
        Refused("notificationChannels", Channels([new(AlertChannelKind.Email, [ada]), new(AlertChannelKind.Email, [])]));
        Refused("notificationReceivers", Channels([new(AlertChannelKind.Email, [.. Enumerable.Repeat(ada, AlertRule.MostReceivers + 1)])]));
        Refused("notificationReceivers", Channels([new(AlertChannelKind.Sms, [new(new string('5', AlertRule.LongestContact + 1), null)])]));
        Refused("notificationReceivers", Channels([new(AlertChannelKind.Sms, [new("5", new string('e', AlertRule.LongestLocale + 1))])]));
        Refused("notificationReceivers", Channels([new(AlertChannelKind.Sms, [new("", null)])]));

        Tenant.Do(Conditions([.. Enumerable.Repeat(good with { Threshold = AlertCondition.MostThreshold }, AlertRule.MostConditions)]));
        Tenant.Do(Conditions([good with { Threshold = 0 }]));
        Tenant.Do(Channels([
            new(AlertChannelKind.Email, [.. Enumerable.Repeat(ada, AlertRule.MostReceivers)]),
            new(AlertChannelKind.Sms, [new(new string('5', AlertRule.LongestContact), new string('e', AlertRule.LongestLocale))]),
        ]));

        static Command.UpdateAlertRule Conditions(ValueArray<AlertCondition> conditions) => new(AlertTemplate.InGracePeriod) { Conditions = conditions };

        static Command.UpdateAlertRule Channels(ValueArray<AlertChannel> channels) => new(AlertTemplate.InGracePeriod) { Channels = channels };

        void Refused(string property, Command.UpdateAlertRule update)
        {
            Refusal refusal = Tenant.Refused(update);
            Assert.Equal((RefusalCode.ValueInvalid, property), (refusal.Code, refusal.Name));
        }
    }

    [Fact]
    public void The_oldest_alert_that_is_over_makes_room_and_an_active_one_never_does()
    {
        // B456
        _desk.Take(Made(1)[0], CloudPcDesk.Small);
        for (int i = 1; i < AlertBook.MostRecords; i++)
        {
            Tenant.Replay(new Change.AlertRecordSet(i, Records[0] with { Id = Guid.NewGuid(), Template = AlertTemplate.ImageUpload, ResolvedAt = _noon }));
        }

        Assert.Equal(AlertBook.MostRecords, Records.Length);
        Guid second = Records[1].Id;
        Change(AlertTemplate.ImageUpload, Condition(AlertCategory.ImageUploadFailures, AlertAggregation.Count, AlertOperator.Equal, 0));
        Assert.Equal(AlertBook.MostRecords, Records.Length);
        Assert.Equal((-1, AlertTemplate.InGracePeriod), (Tenant.Now.Alerts.Find(second), Records[0].Template));
        Assert.Equal(AlertBook.MostRecords, Tenant.Now.Alerts.Active[AlertTemplate.ImageUpload]);
    }

    [Fact]
    public void Notes_of_the_portal_are_marked_as_sent_all_or_none()
    {
        // B458
        _desk.Take(Made(1)[0], CloudPcDesk.Small);
        Guid id = Records[0].Id;
        Refusal unknown = Tenant.Refused(new Command.MarkAlertsSent([id, Guid.Empty]));
        Assert.Equal((RefusalCode.AlertRecordNotFound, Guid.Empty), (unknown.Code, unknown.Subject));
        Assert.Equal("alertRecordIds", Tenant.Refused(new Command.MarkAlertsSent([])).Name);
        Assert.Equal("alertRecordIds", Tenant.Refused(new Command.MarkAlertsSent([.. Enumerable.Repeat(id, Command.MarkAlertsSent.Most + 1)])).Name);
        Tenant.Do(new Command.MarkAlertsSent([.. Enumerable.Repeat(id, Command.MarkAlertsSent.Most)]));
        Assert.True(Records[0].IsSent);
        Assert.Null(Tenant.Do(new Command.MarkAlertsSent([id])).Event);
    }

    [Fact]
    public void A_described_book_comes_back_whole_also_when_the_last_alert_is_gone()
    {
        _desk.Take(Made(1)[0], CloudPcDesk.Small);
        Change(AlertTemplate.ImageUpload, Condition(AlertCategory.ImageUploadFailures, AlertAggregation.Count, AlertOperator.Equal, 0));
        Tenant.Replay(new Change.AlertRecordSet(2, Records[0] with { Id = Guid.NewGuid(), Template = AlertTemplate.Provision, ResolvedAt = _noon }));
        Tenant.Replay(new Change.AlertRecordGone(2));
        Tenant.Replay(new Change.AlertsDue(_noon.AddDays(1)));
        TenantUnderTest.SameAs(Tenant.Now, Deciding.Restore(Tenant.Now.Version, Deciding.Describe(Tenant.Now)));
        Assert.Equal(3, Tenant.Now.Alerts.NextRecord);
    }

    [Fact]
    public void A_command_that_touches_no_Cloud_PC_looks_at_no_rule()
    {
        Change(AlertTemplate.InGracePeriod, Condition(AlertCategory.InGracePeriod, AlertAggregation.Count, AlertOperator.Equal, 5));
        Decision.Accepted bought = Tenant.Do(new Command.CreateSubscription(Guid.NewGuid(), Tenant.Sku("SPE_E5"), 5, Engine.Licensing.SubscriptionStatus.Enabled, false));
        Assert.DoesNotContain(bought.Event!.Changes, change => change is Engine.Change.AlertRecordSet or Engine.Change.AlertsDue);
    }

    private const string Group = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c585ad47/resourceGroups/Network";
    private const string Network = Group + "/providers/Microsoft.Network/virtualNetworks/West";

    private static AlertCondition Condition(AlertCategory category, AlertAggregation aggregation, AlertOperator comparison, int threshold) => new(category, aggregation, comparison, threshold, true);

    private void Change(AlertTemplate template, params AlertCondition[] conditions) => Tenant.Do(new Command.UpdateAlertRule(template) { Conditions = conditions.ToValueArray() });

    // Users with a Cloud PC each.
    private Guid[] Made(int count, CloudPcStatus status = CloudPcStatus.Provisioned)
    {
        Guid[] users = Tenant.Users(count);
        Tenant.Buy(CloudPcDesk.Small, count);
        _desk.Policy(Tenant.Group(users));
        foreach (Guid user in users)
        {
            Tenant.Assign(user, CloudPcDesk.Small);
            Assert.Equal(status, _desk.Only(user).Status);
        }

        return users;
    }
}
