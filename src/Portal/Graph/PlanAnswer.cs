using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Portal.Graph;

/// <summary>A change to plan or apply; which members it has depends on the kind (docs/how-to/plan-and-undo.md).</summary>
public sealed record PlanChange(string Kind)
{
    /// <summary>Of <c>userLicense</c>, <c>user</c> and <c>deleteUser</c>.</summary>
    public string? UserId { get; init; }

    /// <summary>Of <c>user</c>: properties as in a PATCH.</summary>
    public JsonElement? Set { get; init; }

    /// <summary>Of <c>groupLicense</c> and <c>membership</c>.</summary>
    public string? GroupId { get; init; }

    /// <summary>Licenses to add.</summary>
    public IReadOnlyList<AddedLicense>? Add { get; init; }

    /// <summary>SKUs to take away.</summary>
    public IReadOnlyList<Guid>? Remove { get; init; }

    /// <summary>Users to make members.</summary>
    public IReadOnlyList<string>? AddMembers { get; init; }

    /// <summary>Members to take away.</summary>
    public IReadOnlyList<string>? RemoveMembers { get; init; }

    /// <summary>Of <c>subscription</c>.</summary>
    public Guid? SkuId { get; init; }

    /// <summary>Of <c>subscription</c>.</summary>
    public int? Units { get; init; }

    /// <summary>Of <c>cloudPcAction</c>: what to do.</summary>
    public string? Action { get; init; }

    /// <summary>Of <c>cloudPcAction</c>: to which.</summary>
    public IReadOnlyList<string>? CloudPcIds { get; init; }

    /// <summary>Of <c>cloudPcAction</c> <c>resize</c>.</summary>
    public string? TargetServicePlanId { get; init; }

    /// <summary>Of <c>cloudPcAction</c> <c>restore</c>; without it the newest.</summary>
    public string? CloudPcSnapshotId { get; init; }

    /// <summary>Of <c>policyAssignment</c>: which policy, or the id that a new one gets.</summary>
    public string? PolicyId { get; init; }

    /// <summary>Of <c>policyAssignment</c>: the policy as it is to be; null leaves it as it is.</summary>
    public JsonElement? Policy { get; init; }

    /// <summary>Of <c>policyAssignment</c>: all its groups, as the action assign takes them.</summary>
    public JsonElement? Assignments { get; init; }

    /// <summary>About how long it is when it is sent, in bytes; rather too long than too short.</summary>
    [JsonIgnore]
    public int Bytes => 200 + (130 * (Add?.Count ?? 0)) + (60 * ((Add?.Sum(one => one.DisabledPlans.Count) ?? 0) + (Remove?.Count ?? 0) + (AddMembers?.Count ?? 0) + (RemoveMembers?.Count ?? 0) + (CloudPcIds?.Count ?? 0)))
        + Length(Set) + Length(Policy) + Length(Assignments);

    private static int Length(JsonElement? part) => part is { } there ? System.Text.Encoding.UTF8.GetByteCount(there.GetRawText()) : 0;
}

/// <summary>A license to add, with what is switched off of it.</summary>
public sealed record AddedLicense(Guid SkuId, IReadOnlyList<Guid> DisabledPlans);

/// <summary>What <c>POST /berth/v1/plan</c> is asked.</summary>
public sealed record PlanRequest(IReadOnlyList<PlanChange> Changes);

/// <summary>What a plan would do.</summary>
public sealed record PlanAnswer(
    Guid Id,
    long Version,
    bool Changes,
    PlanSummary Summary,
    IReadOnlyList<PlannedLicense> Users,
    IReadOnlyList<PlannedCloudPc> CloudPcs,
    IReadOnlyList<PlannedPool> Pools,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<PlanGuard> Guards);

/// <summary>Its figures.</summary>
public sealed record PlanSummary(
    int UsersGaining,
    int UsersLosing,
    int UsersInError,
    int CloudPcsProvisioned,
    int CloudPcsEnteringGrace,
    int CloudPcsRecovered,
    int CloudPcsDeprovisioned,
    int CloudPcsLosingData);

/// <summary>A license that would change.</summary>
public sealed record PlannedLicense(Guid UserId, string UserPrincipalName, Guid SkuId, string Source, string Before, string After, string Error, string? Reason);

/// <summary>A Cloud PC that would change, and when.</summary>
public sealed record PlannedCloudPc(string? Id, string? UserId, Guid ServicePlanId, string Effect, DateTimeOffset Date, bool DestroysData)
{
    /// <summary>What becomes of it, and of what is on it.</summary>
    public string Words => (Effect switch
    {
        "provisioned" => "is made",
        "pending" => "waits",
        "notProvisioned" => "is not made",
        "enteringGrace" => "enters its grace period",
        "recovered" => "comes back from its grace period",
        "deprovisioned" => "is taken down",
        "reprovisioned" => "is made anew",
        "restored" => "is put back to a restore point",
        "resized" => "gets another size",
        "settingsApplied" => "takes over settings",
        "failed" => "fails",
        "unlisted" => "is shown no longer",
        _ => Effect,
    }) + (DestroysData ? $", and loses its data at {Date.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture)} UTC" : "");
}

/// <summary>Seats before and after.</summary>
public sealed record PlannedPool(Guid SkuId, int Assignable, int ConsumedBefore, int ConsumedAfter, int WaitingBefore, int WaitingAfter);

/// <summary>What has to be allowed expressly.</summary>
public sealed record PlanGuard(string Guard, Guid SkuId, int Holders, int Losing);

/// <summary>What <c>POST /berth/v1/apply</c> is asked.</summary>
public sealed record ApplyRequest(Guid PlanId, bool AllowMassRemoval);

/// <summary>An operation: what became of work that was asked for.</summary>
public sealed record Operation(string? Id, string State, OperationProgress? Progress, IReadOnlyList<OperationRow>? Results, [property: JsonPropertyName("@odata.nextLink")] string? NextLink);

/// <summary>How far it is.</summary>
public sealed record OperationProgress(int Done, int Total);

/// <summary>What happened to one user or one Cloud PC.</summary>
public sealed record OperationRow(string Kind, string? UserId, string? UserPrincipalName, Guid? SkuId, string? Source, string? Before, string? After, string? Error, string? Id, string? Status);
