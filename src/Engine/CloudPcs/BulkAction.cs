using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>One action for many Cloud PCs: <c>cloudPcBulkAction</c>.</summary>
/// <param name="Id">The id.</param>
/// <param name="DisplayName">The name.</param>
/// <param name="Kind">The derived type as Graph spells it, such as <c>cloudPcBulkRestart</c>.</param>
/// <param name="CreatedAt">When, by the tenant's clock.</param>
/// <param name="StartedBy">Who.</param>
/// <param name="Items">What became of each; the first of a Cloud PC counts.</param>
public sealed record BulkAction(Guid Id, string DisplayName, string Kind, DateTimeOffset CreatedAt, string StartedBy, ValueArray<BulkItem> Items)
{
    /// <summary>The most that a tenant keeps: the oldest that is done goes for a new one (B374).</summary>
    public const int Most = 200;
}

/// <summary>One Cloud PC of a bulk action.</summary>
/// <param name="CloudPcId">Which.</param>
/// <param name="Refusal">The machine code of the refusal when it was not begun; null when it was.</param>
public sealed record BulkItem(Guid CloudPcId, string? Refusal);
