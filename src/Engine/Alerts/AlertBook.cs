using System.Collections.Immutable;

namespace Berth.Engine.Alerts;

/// <summary>The alert rules that a tenant changed, and the alerts they raised. An immutable value; an index of a record is never reused.</summary>
public sealed class AlertBook
{
    /// <summary>The most alerts that are kept; the oldest that is over goes when another one comes (B456).</summary>
    public const int MostRecords = 1000;

    private AlertBook()
    {
    }

    private AlertBook(AlertBook before)
    {
        Changed = before.Changed;
        Records = before.Records;
        Active = before.Active;
        NextRecord = before.NextRecord;
        DueAt = before.DueAt;
    }

    /// <summary>Built-in rules and no alerts.</summary>
    public static AlertBook Empty { get; } = new();

    /// <summary>The rules that are not as they were built in.</summary>
    public ImmutableSortedDictionary<AlertTemplate, AlertRule> Changed { get; private init; } = ImmutableSortedDictionary<AlertTemplate, AlertRule>.Empty;

    /// <summary>The alerts by index, oldest first.</summary>
    public ImmutableSortedDictionary<int, AlertRecord> Records { get; private init; } = ImmutableSortedDictionary<int, AlertRecord>.Empty;

    /// <summary>The indexes of those that are active.</summary>
    public ImmutableSortedDictionary<AlertTemplate, int> Active { get; private init; } = ImmutableSortedDictionary<AlertTemplate, int>.Empty;

    /// <summary>The index that the next alert gets.</summary>
    public int NextRecord { get; private init; }

    /// <summary>When time alone can meet a condition, or end that it is met (B455); null for never.</summary>
    public DateTimeOffset? DueAt { get; private init; }

    /// <summary>A rule.</summary>
    public AlertRule RuleOf(AlertTemplate template) => Changed.GetValueOrDefault(template) ?? AlertRule.BuiltIn(template);

    /// <summary>The index of the alert with an id, or -1.</summary>
    public int Find(Guid id)
    {
        foreach ((int index, AlertRecord record) in Records)
        {
            if (record.Id == id)
            {
                return index;
            }
        }

        return -1;
    }

    internal AlertBook With(AlertRule rule) =>
        new(this) { Changed = rule == AlertRule.BuiltIn(rule.Template) ? Changed.Remove(rule.Template) : Changed.SetItem(rule.Template, rule) };

    internal AlertBook With(int index, AlertRecord record) => new(this)
    {
        Records = Records.SetItem(index, record),
        NextRecord = Math.Max(NextRecord, index + 1),
        Active = record.ResolvedAt is null ? Active.SetItem(record.Template, index)
            : Active.TryGetValue(record.Template, out int active) && active == index ? Active.Remove(record.Template)
            : Active,
    };

    internal AlertBook Without(int index) => new(this) { Records = Records.Remove(index), NextRecord = Math.Max(NextRecord, index + 1) };

    internal AlertBook With(DateTimeOffset? due) => new(this) { DueAt = due };

    /// <summary>The book as changes from nothing: its part of a tenant's description.</summary>
    internal IEnumerable<Change> Describe()
    {
        foreach (AlertRule rule in Changed.Values)
        {
            yield return new Change.AlertRuleSet(rule);
        }

        int next = 0;
        foreach ((int index, AlertRecord record) in Records)
        {
            next = index + 1;
            yield return new Change.AlertRecordSet(index, record);
        }

        if (NextRecord > next)
        {
            yield return new Change.AlertRecordGone(NextRecord - 1);
        }

        if (DueAt is { } due)
        {
            yield return new Change.AlertsDue(due);
        }
    }
}
