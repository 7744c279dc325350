using Berth.Engine.Collections;

namespace Berth.Engine.Alerts;

/// <summary>How far an alert reaches: <c>alertImpact</c>.</summary>
/// <param name="Aggregation">What the value counts.</param>
/// <param name="Value">How much.</param>
/// <param name="Details">Which pools of Frontline it is about, and how much each; empty for the others.</param>
public sealed record AlertImpact(AlertAggregation Aggregation, long Value, ValueArray<AlertDetail> Details);

/// <summary>A part of an impact.</summary>
/// <param name="Name">The name of a service plan.</param>
/// <param name="Value">How much of it, or what is the matter with it.</param>
public readonly record struct AlertDetail(string Name, string Value);

/// <summary>An alert that a rule raised: <c>alertRecord</c> (B454).</summary>
/// <param name="Id">The id.</param>
/// <param name="Template">The rule.</param>
/// <param name="Severity">The rule's severity when it was raised.</param>
/// <param name="DetectedAt">When its conditions were met.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="ResolvedAt">When they were met no longer; null while they are.</param>
/// <param name="Impact">How far it reaches; of one that is over, how far it reached last.</param>
/// <param name="InPortal">Whether the rule had the portal among its channels when it was raised (B458).</param>
/// <param name="IsSent">Whether the portal showed it.</param>
public sealed record AlertRecord(
    Guid Id,
    AlertTemplate Template,
    AlertSeverity Severity,
    DateTimeOffset DetectedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ResolvedAt,
    AlertImpact Impact,
    bool InPortal,
    bool IsSent);
