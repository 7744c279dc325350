using Berth.Portal.Graph;

namespace Berth.Portal.Users;

/// <summary>Why a user has or lacks a SKU (docs/how-to/plan-and-undo.md).</summary>
public sealed record Explanation(
    Guid SkuId,
    string SkuPartNumber,
    bool Has,
    IReadOnlyList<ExplainedPath> Paths,
    IReadOnlyList<ExplainedBlocker> Blockers,
    ExplainedQueue? Queue,
    IReadOnlyList<ExplainedCloudPc> CloudPcs,
    IReadOnlyList<ExplainedFix> Fixes);

/// <summary>A way on which it comes or should come.</summary>
public sealed record ExplainedPath(string Source, string? DisplayName, string State, string Error, bool IsMember, IReadOnlyList<Guid> DisabledPlans, DateTimeOffset LastUpdatedDateTime)
{
    /// <summary>The same as a state, for its words.</summary>
    public AssignmentState ToState(Guid sku) => new(sku, Guid.TryParse(Source, out Guid group) ? group : null, DisabledPlans, State, Error, LastUpdatedDateTime);
}

/// <summary>A rule that fails.</summary>
public sealed record ExplainedBlocker(string Source, string? DisplayName, string Rule, string Message, IReadOnlyList<Guid> Plans);

/// <summary>The place among those who wait.</summary>
public sealed record ExplainedQueue(int Position, int Ahead, DateTimeOffset WaitingSince, IReadOnlyList<ExplainedWaiting> First);

/// <summary>Somebody ahead.</summary>
public sealed record ExplainedWaiting(Guid UserId, string? UserPrincipalName);

/// <summary>What a Cloud PC still lacks.</summary>
public sealed record ExplainedCloudPc(Guid ServicePlanId, string? Id, string? Status, string Message);

/// <summary>What would help: changes, and what they would take from others.</summary>
public sealed record ExplainedFix(string Description, IReadOnlyList<PlanChange> Changes, int UsersGaining, int UsersLosing, int CloudPcsLosingData);
