using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>A way on which a user has a SKU, or is meant to have it (B530).</summary>
/// <param name="Group">The group's index; -1 for the direct license.</param>
/// <param name="State">As <c>licenseAssignmentStates</c> shows it.</param>
/// <param name="IsMember">Whether the user is a first-level member of the group; true for the direct license.</param>
public readonly record struct LicensePath(int Group, LicenseState State, bool IsMember);

/// <summary>Something that stands in the way (B531).</summary>
/// <param name="Group">The group whose license it stops; -1 for a direct one.</param>
/// <param name="Sku">The SKU that fails: the one asked about, or one that holds it back.</param>
/// <param name="Error">What a group's license shows; none for a direct one.</param>
/// <param name="Refusal">What Graph says, with the plans it is about.</param>
public readonly record struct Blocker(int Group, int Sku, LicenseError Error, Refusal Refusal);

/// <summary>A user's place among those who wait for a seat (B532).</summary>
/// <param name="Ahead">How many are served first.</param>
/// <param name="First">The first of them, in order, at most <see cref="MostNamed"/>.</param>
/// <param name="Since">Since when the user waits.</param>
public sealed record QueuePlace(int Ahead, ValueArray<WaitingPair> First, DateTimeOffset Since)
{
    /// <summary>The most of those ahead who are named.</summary>
    public const int MostNamed = 10;
}

/// <summary>Why there is no Cloud PC, or not a usable one (B533).</summary>
public enum CloudPcLack : byte
{
    /// <summary>Nothing is missing: the row says how it stands.</summary>
    None,

    /// <summary>The user has no license with the plan.</summary>
    NoLicense,

    /// <summary>The plan is switched off in every source that is in force.</summary>
    PlanDisabled,

    /// <summary>No provisioning policy covers the user.</summary>
    NoPolicy,

    /// <summary>All slots of the plan are taken.</summary>
    NoSlot,

    /// <summary>The license is the tenant's: an assignment of a policy gives the Cloud PC.</summary>
    Frontline,
}

/// <summary>A Cloud PC that comes with a SKU (B533).</summary>
/// <param name="Plan">The service plan's index.</param>
/// <param name="Row">The user's row, or null.</param>
/// <param name="Lack">What is missing.</param>
public sealed record ExplainedCloudPc(int Plan, CloudPc? Row, CloudPcLack Lack);

/// <summary>What a fix does (B534).</summary>
public enum FixKind : byte
{
    /// <summary>A direct license.</summary>
    AssignDirectly,

    /// <summary>A usage location, then a direct license where none is wanted by a group.</summary>
    SetUsageLocation,

    /// <summary>A direct license without the plans that stand in the way.</summary>
    AssignWithoutPlans,

    /// <summary>In place of a direct license that excludes it.</summary>
    Switch,

    /// <summary>Membership in a group that gives the SKU.</summary>
    JoinGroup,

    /// <summary>One more unit.</summary>
    BuyUnits,

    /// <summary>The seat of somebody whose account is disabled.</summary>
    TakeFromDisabled,
}

/// <summary>Changes after which the user has the SKU (B534).</summary>
/// <param name="Kind">What they do.</param>
/// <param name="Commands">The changes.</param>
/// <param name="About">The group that is joined, or the user whose seat is taken; null for others.</param>
/// <param name="Gaining">Users who then hold a SKU that they did not hold.</param>
/// <param name="Losing">Users who then do not hold a SKU that they held.</param>
/// <param name="DestroysData">Cloud PCs whose data is destroyed, then or at a date.</param>
public sealed record Fix(FixKind Kind, ValueArray<Command> Commands, Guid? About, int Gaining, int Losing, int DestroysData);

/// <summary>Why a user has or lacks a license, and what would help (B530 to B534).</summary>
/// <param name="User">The user's index.</param>
/// <param name="Sku">The SKU's index.</param>
/// <param name="Has">Whether the SKU is in an applied source.</param>
/// <param name="Paths">On which ways.</param>
/// <param name="Blockers">What stands in the way.</param>
/// <param name="Nested">Indexes of groups with the SKU to which the user belongs through another group only (L38).</param>
/// <param name="Queue">The place among those who wait; null when the user does not.</param>
/// <param name="CloudPcs">The Cloud PCs that come with the SKU.</param>
/// <param name="Fixes">What would help, the shortest first.</param>
public sealed record Explanation(
    int User,
    int Sku,
    bool Has,
    ValueArray<LicensePath> Paths,
    ValueArray<Blocker> Blockers,
    ValueArray<int> Nested,
    QueuePlace? Queue,
    ValueArray<ExplainedCloudPc> CloudPcs,
    ValueArray<Fix> Fixes)
{
    /// <summary>Explains a SKU of a user.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user's index.</param>
    /// <param name="sku">The SKU's index.</param>
    /// <param name="context">Now, and who asks.</param>
    public static Explanation Of(Tenant tenant, int user, int sku, DecisionContext context) => new ExplanationDrawing(tenant, user, sku, context).Draw();

    /// <summary>The SKUs that a user has, is meant to have, or owes still, ascending by id: what there is to explain when nobody names one.</summary>
    public static IEnumerable<int> SkusOf(Tenant tenant, int user) =>
        LicenseState.Of(tenant, user).Select(static state => state.Sku).Distinct().OrderBy(sku => tenant.Catalog.Skus[sku].Id);
}
