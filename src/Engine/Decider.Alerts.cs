using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;

namespace Berth.Engine;

/// <content>Alerts (C129, B450 to B458).</content>
internal sealed partial class Decider
{
    private bool _rulesChanged;

    // Where nothing was written that a rule asks about, nothing is looked at.
    private void WatchAlerts(DateTimeOffset now)
    {
        if (_rulesChanged || _draft.Alerts.DueAt <= now || (_draft.FleetWritten && !IsQuiet))
        {
            _rulesChanged = false;
            AlertWatch.Look(() => _draft.Alerts, new AlertFacts(Measure, Buffers, Waiting), _draft.Profile.Id, now, _draft.Record);
        }
    }

    // Built-in rules, nothing to tell and nothing told: what most commands find.
    private bool IsQuiet => _draft.Alerts.Changed.IsEmpty && _draft.Alerts.Active.IsEmpty && _draft.Alerts.DueAt is null
        && _draft.Fleet is { InGrace: 0, Failed: 0, FailedConnections: 0, Waiting.Count: 0 }
        && (_draft.Buffers.IsEmpty || _draft.Buffers.Values.All(static buffer => buffer is { Since: null, IsBlocked: false }));

    private AlertMeasure Measure(AlertCategory category) => category switch
    {
        AlertCategory.ProvisionFailures => OfCloudPcs(_draft.Fleet.Failed),
        AlertCategory.ImageUploadFailures => new AlertMeasure(0, _draft.Fleet.DeviceImages.Count, 0, 0),
        AlertCategory.NetworkConnectionFailures => OfConnections(),
        AlertCategory.InGracePeriod => OfCloudPcs(_draft.Fleet.InGrace),
        AlertCategory.FrontlineInsufficientLicenses => OfWaiting(),
        AlertCategory.FrontlineBufferUsageDuration => OfBuffers(buffer => buffer.MinutesAt(_machines.Now)),
        AlertCategory.FrontlineBufferUsageThreshold => OfBuffers(static buffer => buffer.IsBlocked ? 0 : buffer.Uses),
    };

    private List<BufferFact> Buffers()
    {
        List<BufferFact> facts = [];
        foreach ((int plan, ConcurrencyBuffer buffer) in _draft.Buffers)
        {
            if (buffer.Since is not null || buffer.IsBlocked)
            {
                facts.Add(new BufferFact(_draft.Catalog.CloudPcPlanOf(plan)!.DisplayName, buffer.UsesAt(_machines.Now), buffer.Since, buffer.BlockedUntil));
            }
        }

        return facts;
    }

    private AlertMeasure OfBuffers(Func<BufferFact, long> value) => new(Buffers().Select(value).DefaultIfEmpty(0).Max(), 0, 0, 0);

    private IEnumerable<AlertDetail> Waiting() =>
        WaitingOfFrontline().OrderBy(static one => one.Plan.Plan).Select(static one => new AlertDetail(one.Plan.DisplayName, $"{one.Waiting}"));

    private AlertMeasure OfCloudPcs(int count) => new(count, _draft.Fleet.Count, count, _draft.Fleet.Count);

    private AlertMeasure OfConnections()
    {
        int affected = _draft.Fleet.FailedConnections == 0
            ? 0
            : _draft.Fleet.Connections.Values.Where(static one => one.Health == HealthCheckStatus.Failed).Sum(one => _draft.Fleet.ConnectionUses(one.Id));
        return new AlertMeasure(_draft.Fleet.FailedConnections, _draft.Fleet.Connections.Count, affected, _draft.Fleet.Count);
    }

    private AlertMeasure OfWaiting()
    {
        long waiting = 0, all = 0;
        foreach ((CloudPcPlan plan, int count) in WaitingOfFrontline())
        {
            waiting += count;
            PlanUse use = _draft.Fleet.UseOf(plan.Plan);
            all += count + use.Dedicated + use.Shared;
        }

        return new AlertMeasure(waiting, all, waiting, all);
    }

    private IEnumerable<(CloudPcPlan Plan, int Waiting)> WaitingOfFrontline()
    {
        foreach ((int plan, int waiting) in _draft.Fleet.Waiting)
        {
            if (_draft.Catalog.CloudPcPlanOf(plan) is { Kind: CloudPcKind.Frontline } frontline)
            {
                yield return (frontline, waiting);
            }
        }
    }

    private Refusal? UpdateAlertRule(Command.UpdateAlertRule update)
    {
        AlertRule before = _draft.Alerts.RuleOf(update.Template);
        AlertRule after = before with
        {
            IsEnabled = update.IsEnabled ?? before.IsEnabled,
            Severity = update.Severity ?? before.Severity,
            Conditions = update.Conditions ?? before.Conditions,
            Channels = update.Channels ?? before.Channels,
        };
        if (update.Threshold is { } threshold && after.Conditions.Count > 0)
        {
            AlertCondition first = after.Conditions[0] with { Aggregation = threshold.Aggregation, Operator = threshold.Operator, Threshold = threshold.Target };
            after = after with { Conditions = [first, .. after.Conditions.Skip(1)] };
        }

        if ((CheckConditions(after) ?? CheckChannels(after)) is { } refusal)
        {
            return refusal;
        }

        if (after != before)
        {
            _draft.Record(new Change.AlertRuleSet(after));
            _rulesChanged = true;
        }

        return null;
    }

    private static Refusal? CheckConditions(AlertRule rule)
    {
        if (rule.Conditions.Count is 0 or > AlertRule.MostConditions)
        {
            return Invalid("conditions", $"A rule has 1 to {AlertRule.MostConditions} conditions (B451); these are {rule.Conditions.Count}.");
        }

        foreach (AlertCondition condition in rule.Conditions)
        {
            if (!AlertRule.CategoriesOf(rule.Template).Contains(condition.Category))
            {
                return Invalid("conditions", "A condition has a conditionCategory that this rule does not watch: what it can ask about is in the conditions that it was built with (B452).");
            }

            if (!AlertRule.Knows(condition.Category, condition.Aggregation))
            {
                return Invalid("aggregation", "What this condition asks about is not counted in this way: a buffer's use lasts durationInMinutes and has a count, images have a count or a percentage (B452).");
            }

            if (condition.Threshold is < 0 or > AlertCondition.MostThreshold)
            {
                return Invalid("thresholdValue", $"A threshold is a whole number from 0 to {AlertCondition.MostThreshold} (B451).");
            }
        }

        return null;
    }

    private static Refusal? CheckChannels(AlertRule rule)
    {
        if (rule.Channels.GroupBy(static channel => channel.Kind).Any(static same => same.Count() > 1))
        {
            return Invalid("notificationChannels", "Each notificationChannelType stands once: put all receivers into one channel (B457).");
        }

        foreach (AlertReceiver receiver in rule.Channels.SelectMany(static channel => channel.Receivers))
        {
            if (receiver.Contact.Length is 0 or > AlertRule.LongestContact || receiver.Locale?.Length > AlertRule.LongestLocale)
            {
                return Invalid(
                    "notificationReceivers", $"A receiver has a contact of 1 to {AlertRule.LongestContact} characters, and a locale of {AlertRule.LongestLocale} at most (B457).");
            }
        }

        return rule.Channels.Any(static channel => channel.Receivers.Count > AlertRule.MostReceivers)
            ? Invalid("notificationReceivers", $"A channel has at most {AlertRule.MostReceivers} receivers (B457).")
            : null;
    }

    private Refusal? MarkAlertsSent(Command.MarkAlertsSent mark)
    {
        if (mark.RecordIds.Count is 0 or > Command.MarkAlertsSent.Most)
        {
            return Invalid("alertRecordIds", $"1 to {Command.MarkAlertsSent.Most} alerts are marked at once (B458); these are {mark.RecordIds.Count}.");
        }

        List<int> indexes = [];
        foreach (Guid id in mark.RecordIds.Distinct())
        {
            if (_draft.Alerts.Find(id) is not (>= 0 and int index))
            {
                return new Refusal(RefusalCode.AlertRecordNotFound) { Subject = id };
            }

            indexes.Add(index);
        }

        foreach (int index in indexes)
        {
            AlertRecord record = _draft.Alerts.Records[index];
            if (!record.IsSent)
            {
                _draft.Record(new Change.AlertRecordSet(index, record with { IsSent = true }));
            }
        }

        return null;
    }
}
