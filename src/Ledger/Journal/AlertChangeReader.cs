using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.Frontline;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Reads changes of alerts and their rules, and what reports are made of; the mirror of <see cref="AlertChangeWriter"/>.</summary>
internal static class AlertChangeReader
{
    /// <summary>The smallest elements of lists in bytes: what a count of them is checked against.</summary>
    private const int LeastCondition = 5;
    private const int LeastChannel = 2;
    private const int LeastReceiver = 2;
    private const int LeastDetail = 2;

    public static Change ChangeOfAlerts(this ref PayloadReader from, Tag tag) => tag switch
    {
        Tag.AlertRuleSet => new Change.AlertRuleSet(from.Rule()),
        Tag.AlertRecordSet => new Change.AlertRecordSet(from.Number(), from.Record()),
        Tag.AlertRecordGone => new Change.AlertRecordGone(from.Number()),
        Tag.AlertsDue => new Change.AlertsDue(from.OptionalTime()),
        Tag.PlanUsed => new Change.PlanUsed(from.Number(), from.Time(), from.Usage(), from.Usage()),
        _ => throw new NewerFormatException($"a change of kind {(byte)tag}"),
    };

    private static AlertRule Rule(this ref PayloadReader from) => new(
        from.Member<AlertTemplate>(),
        from.Flag(),
        from.Member<AlertSeverity>(),
        from.Each(LeastCondition, static (ref from) => new AlertCondition(
            from.Member<AlertCategory>(), from.Member<AlertAggregation>(), from.Member<AlertOperator>(), from.Number(), from.Flag())),
        from.Each(LeastChannel, static (ref from) => new AlertChannel(
            from.Member<AlertChannelKind>(),
            from.Each(LeastReceiver, static (ref from) => new AlertReceiver(from.Text(), from.Shared())))));

    private static PlanUsage Usage(this ref PayloadReader from) => new(from.Signed(), from.Number(), from.Number(), from.Number());

    private static AlertRecord Record(this ref PayloadReader from) => new(
        from.Id(),
        from.Member<AlertTemplate>(),
        from.Member<AlertSeverity>(),
        from.Time(),
        from.Time(),
        from.OptionalTime(),
        new AlertImpact(
            from.Member<AlertAggregation>(),
            from.Signed(),
            from.Each(LeastDetail, static (ref from) => new AlertDetail(from.Shared() ?? "", from.Shared() ?? ""))),
        from.Flag(),
        from.Flag());
}
