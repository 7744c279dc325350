using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine.Alerts;

/// <summary>How much there is of something that a condition asks about.</summary>
/// <param name="Count">How many.</param>
/// <param name="Of">Out of how many.</param>
/// <param name="Affected">How many Cloud PCs are concerned.</param>
/// <param name="AffectedOf">Out of how many.</param>
public readonly record struct AlertMeasure(long Count, long Of, long Affected, long AffectedOf)
{
    /// <summary>What a condition compares; of nothing nothing is a percentage (B451).</summary>
    public long In(AlertAggregation aggregation) => aggregation switch
    {
        AlertAggregation.Count or AlertAggregation.DurationInMinutes => Count,
        AlertAggregation.Percentage => Percentage(Count, Of),
        AlertAggregation.AffectedCloudPcCount => Affected,
        AlertAggregation.AffectedCloudPcPercentage => Percentage(Affected, AffectedOf),
    };

    private static long Percentage(long part, long whole) => whole == 0 ? 0 : 100 * part / whole;
}

/// <summary>A buffer in use or under a block.</summary>
/// <param name="Plan">The name of its service plan.</param>
/// <param name="Uses">How often it was used within a day.</param>
/// <param name="Since">When the running use began; null under a block.</param>
/// <param name="Until">When the block ends; null for one without end, and when there is none.</param>
public readonly record struct BufferFact(string Plan, int Uses, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>Whether it is blocked.</summary>
    public bool IsBlocked => Since is null;

    /// <summary>How long the running use lasts, in whole minutes.</summary>
    public long MinutesAt(DateTimeOffset now) => Since is { } since ? (now - since).Ticks / TimeSpan.TicksPerMinute : 0;
}

/// <summary>What rules are asked about, each thing when a rule asks (B452).</summary>
/// <param name="Of">How much there is of something.</param>
/// <param name="Buffers">The buffers in use or under a block, in the order of their plans.</param>
/// <param name="Waiting">Frontline Cloud PCs that wait, by the name of their plan.</param>
internal readonly record struct AlertFacts(
    Func<AlertCategory, AlertMeasure> Of, Func<IReadOnlyList<BufferFact>> Buffers, Func<IEnumerable<AlertDetail>> Waiting);

/// <summary>Raises and resolves alerts (B451, B453 to B456); pure, and told by its owner when anything may have changed.</summary>
internal static class AlertWatch
{
    private static readonly AlertTemplate[] _templates = Enum.GetValues<AlertTemplate>();

    /// <summary>Looks at every rule.</summary>
    /// <param name="book">Gives the book as it stands.</param>
    /// <param name="facts">What the rules are asked about.</param>
    /// <param name="tenant">The tenant's id, from which those of alerts follow.</param>
    /// <param name="now">The tenant's time.</param>
    /// <param name="record">Takes each change and applies it.</param>
    public static void Look(Func<AlertBook> book, AlertFacts facts, Guid tenant, DateTimeOffset now, Action<Change> record)
    {
        foreach (AlertTemplate template in _templates)
        {
            AlertRule rule = book().RuleOf(template);
            AlertImpact? impact = rule.IsEnabled ? ImpactOf(rule, facts) : null;
            if (!book().Active.TryGetValue(template, out int index))
            {
                if (impact is not null)
                {
                    Raise(book(), rule, impact, tenant, now, record);
                }
            }
            else if (book().Records[index] is var active && impact is null)
            {
                record(new Change.AlertRecordSet(index, active with { UpdatedAt = now, ResolvedAt = now }));
            }
            else if (impact != active.Impact)
            {
                record(new Change.AlertRecordSet(index, active with { UpdatedAt = now, Impact = impact }));
            }
        }

        DateTimeOffset? due = NextDue(book().RuleOf(AlertTemplate.FrontlineConcurrency), facts, now);
        if (due != book().DueAt)
        {
            record(new Change.AlertsDue(due));
        }
    }

    private static void Raise(AlertBook book, AlertRule rule, AlertImpact impact, Guid tenant, DateTimeOffset now, Action<Change> record)
    {
        if (book.Records.Count >= AlertBook.MostRecords)
        {
            record(new Change.AlertRecordGone(book.Records.First(one => one.Value.ResolvedAt is not null).Key));
        }

        record(new Change.AlertRecordSet(book.NextRecord, new AlertRecord(
            IdsByName.Of(tenant, $"alertRecord/{book.NextRecord}"),
            rule.Template,
            rule.Severity,
            now,
            now,
            null,
            impact,
            rule.Channels.Any(channel => channel.Kind == AlertChannelKind.Portal),
            IsSent: false)));
    }

    // The conditions from left to right; the first that is met says how far it reaches.
    private static AlertImpact? ImpactOf(AlertRule rule, AlertFacts facts)
    {
        bool? met = null;
        (AlertAggregation Aggregation, long Value)? first = null;
        foreach (AlertCondition condition in rule.Conditions)
        {
            long value = facts.Of(condition.Category).In(condition.Aggregation);
            bool one = condition.IsMetBy(value);
            first = one ? first ?? (condition.Aggregation, value) : first;
            met = met is not { } before ? one : condition.IsAlternative ? before || one : before && one;
        }

        // B453: a block is worth an alert whatever the thresholds are.
        bool blocked = rule.Template == AlertTemplate.FrontlineConcurrency && facts.Buffers().Any(buffer => buffer.IsBlocked);
        if (met is not true && !blocked)
        {
            return null;
        }

        (AlertAggregation aggregation, long reach) = met is true && first is { } known ? known : (AlertAggregation.Count, facts.Buffers().Count(buffer => buffer.IsBlocked));
        return new AlertImpact(aggregation, reach, rule.Template switch
        {
            AlertTemplate.FrontlineInsufficientLicenses => facts.Waiting().ToValueArray(),
            AlertTemplate.FrontlineConcurrency => facts.Buffers().Select(Detail).ToValueArray(),
            _ => [],
        });
    }

    private static AlertDetail Detail(BufferFact buffer) => new(
        buffer.Plan,
        !buffer.IsBlocked ? $"{buffer.Uses}" : buffer.Until is null ? "permanentlyBlocked" : "blocked");

    // A use grows by the minute: a condition can be met, or not any more, at its threshold and a minute later.
    private static DateTimeOffset? NextDue(AlertRule rule, AlertFacts facts, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        if (rule.IsEnabled && facts.Buffers().Count > 0)
        {
            foreach (AlertCondition condition in rule.Conditions.Where(one => one.Category == AlertCategory.FrontlineBufferUsageDuration))
            {
                foreach (BufferFact buffer in facts.Buffers())
                {
                    foreach (long minutes in (ReadOnlySpan<long>)[condition.Threshold, condition.Threshold + 1L])
                    {
                        DateTimeOffset? at = buffer.Since + TimeSpan.FromMinutes(minutes);
                        next = at > now && !(next <= at) ? at : next;
                    }
                }
            }
        }

        return next;
    }
}
