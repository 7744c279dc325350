using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using CsCheck;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Changes of alerts and their rules, for the tests of the journal's form.</summary>
internal static class AlertChanges
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>One of each kind, as full as it can be.</summary>
    public static IEnumerable<Change> Examples()
    {
        AlertRule rule = new(
            AlertTemplate.FrontlineConcurrency,
            false,
            AlertSeverity.Critical,
            [
                new AlertCondition(AlertCategory.FrontlineBufferUsageThreshold, AlertAggregation.Count, AlertOperator.Greater, 3, false),
                new AlertCondition(AlertCategory.FrontlineBufferUsageDuration, AlertAggregation.DurationInMinutes, AlertOperator.NotEqual, 1_000_000, true),
            ],
            [new AlertChannel(AlertChannelKind.Portal, []), new AlertChannel(AlertChannelKind.Email, [new AlertReceiver("ada@contoso.example", "en-us"), new AlertReceiver("bob@contoso.example", null)])]);
        AlertRecord record = new(
            Guid.Parse("0a0b0c0d-0001-4002-8003-040506070809"),
            AlertTemplate.FrontlineConcurrency,
            AlertSeverity.Informational,
            _noon,
            _noon.AddMinutes(5),
            _noon.AddHours(1),
            new AlertImpact(AlertAggregation.DurationInMinutes, 61, [new AlertDetail("Cloud PC Frontline 2vCPU/8GB/128GB", "blocked"), new AlertDetail("Cloud PC Frontline 4vCPU/16GB/128GB", "2")]),
            true,
            true);
        return
        [
            new Change.AlertRuleSet(rule),
            new Change.AlertRecordSet(7, record),
            new Change.AlertRecordGone(7),
            new Change.AlertsDue(_noon.AddHours(1)),
            new Change.PlanUsed(71, _noon, new PlanUsage(5, 1, 2, 1), new PlanUsage(10_000_000_000, 0, 3, 0)),
        ];
    }

    /// <summary>A generator for each kind.</summary>
    public static Dictionary<Type, Gen<Change>> Random(Gen<int> index, Gen<string> text, Gen<string?> maybe, Gen<DateTimeOffset> time)
    {
        Gen<AlertCondition> condition = Gen.Select(Gen.Enum<AlertCategory>(), Gen.Enum<AlertAggregation>(), Gen.Enum<AlertOperator>(), index, Gen.Bool)
            .Select((category, aggregation, comparison, threshold, alternative) => new AlertCondition(category, aggregation, comparison, threshold, alternative));
        Gen<AlertChannel> channel = Gen.Select(Gen.Enum<AlertChannelKind>(), Gen.Select(text, maybe).Array[0, 3])
            .Select((kind, receivers) => new AlertChannel(kind, receivers.Select(one => new AlertReceiver(one.Item1, one.Item2)).ToValueArray()));
        Gen<AlertImpact> impact = Gen.Select(Gen.Enum<AlertAggregation>(), Gen.Long, Gen.Select(text, text).Array[0, 3])
            .Select((aggregation, value, details) => new AlertImpact(aggregation, value, details.Select(one => new AlertDetail(one.Item1, one.Item2)).ToValueArray()));
        Gen<PlanUsage> usage = Gen.Select(Gen.Long, index, index, index).Select((licenses, shared, taken, sessions) => new PlanUsage(licenses, shared, taken, sessions));
        return new Dictionary<Type, Gen<Change>>
        {
            [typeof(Change.AlertRuleSet)] = Gen.Select(Gen.Enum<AlertTemplate>(), Gen.Bool, Gen.Enum<AlertSeverity>(), condition.Array[0, 3], channel.Array[0, 3])
                .Select((template, on, severity, conditions, channels) => (Change)new Change.AlertRuleSet(new AlertRule(template, on, severity, conditions.ToValueArray(), channels.ToValueArray()))),
            [typeof(Change.AlertRecordSet)] = Gen.Select(
                    Gen.Select(index, Gen.Guid, Gen.Enum<AlertTemplate>(), Gen.Enum<AlertSeverity>()), Gen.Select(time, time, time.Nullable()), impact, Gen.Bool, Gen.Bool)
                .Select((what, times, reach, portal, sent) => (Change)new Change.AlertRecordSet(
                    what.Item1, new AlertRecord(what.Item2, what.Item3, what.Item4, times.Item1, times.Item2, times.Item3, reach, portal, sent))),
            [typeof(Change.AlertRecordGone)] = index.Select(one => (Change)new Change.AlertRecordGone(one)),
            [typeof(Change.PlanUsed)] = Gen.Select(index, time, usage, usage).Select((plan, at, before, after) => (Change)new Change.PlanUsed(plan, at, before, after)),
            [typeof(Change.AlertsDue)] = time.Nullable().Select(at => (Change)new Change.AlertsDue(at)),
        };
    }
}
