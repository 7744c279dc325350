using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.Frontline;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Writes changes of alerts and their rules, and what reports are made of; <see cref="AlertChangeReader"/> is its mirror.</summary>
internal static class AlertChangeWriter
{
    public static void WriteOfAlerts(this PayloadWriter to, Change change)
    {
        switch (change)
        {
            case Change.AlertRuleSet set:
                to.Begin(Tag.AlertRuleSet);
                to.Rule(set.Rule);
                break;
            case Change.AlertRecordSet set:
                to.Begin(Tag.AlertRecordSet);
                to.Count(set.Index);
                to.Record(set.Record);
                break;
            case Change.AlertRecordGone gone:
                to.Begin(Tag.AlertRecordGone);
                to.Count(gone.Index);
                break;
            case Change.AlertsDue due:
                to.Begin(Tag.AlertsDue);
                to.Time(due.At);
                break;
            case Change.PlanUsed used:
                to.Begin(Tag.PlanUsed);
                to.Count(used.Plan);
                to.Time(used.At);
                to.Usage(used.Before);
                to.Usage(used.After);
                break;
            default:
                throw new InvalidOperationException($"The journal has no form for a change of kind {change.GetType().Name} yet.");
        }
    }

    private static void Rule(this PayloadWriter to, AlertRule rule)
    {
        to.Byte((byte)rule.Template);
        to.Flag(rule.IsEnabled);
        to.Byte((byte)rule.Severity);
        to.Each(rule.Conditions, static (to, condition) =>
        {
            to.Byte((byte)condition.Category);
            to.Byte((byte)condition.Aggregation);
            to.Byte((byte)condition.Operator);
            to.Count(condition.Threshold);
            to.Flag(condition.IsAlternative);
        });
        to.Each(rule.Channels, static (to, channel) =>
        {
            to.Byte((byte)channel.Kind);
            to.Each(channel.Receivers, static (to, receiver) =>
            {
                to.Text(receiver.Contact);
                to.Shared(receiver.Locale);
            });
        });
    }

    private static void Usage(this PayloadWriter to, PlanUsage usage)
    {
        to.Signed(usage.Licenses);
        to.Count(usage.Shared);
        to.Count(usage.Taken);
        to.Count(usage.Sessions);
    }

    private static void Record(this PayloadWriter to, AlertRecord record)
    {
        to.Id(record.Id);
        to.Byte((byte)record.Template);
        to.Byte((byte)record.Severity);
        to.Time(record.DetectedAt);
        to.Time(record.UpdatedAt);
        to.Time(record.ResolvedAt);
        to.Byte((byte)record.Impact.Aggregation);
        to.Signed(record.Impact.Value);
        to.Each(record.Impact.Details, static (to, detail) =>
        {
            to.Shared(detail.Name);
            to.Shared(detail.Value);
        });
        to.Flag(record.InPortal);
        to.Flag(record.IsSent);
    }
}
