using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Migrations;

/// <summary>From where to where licenses move (B595).</summary>
public enum MigrationKind : byte
{
    /// <summary>Direct licenses give way to those of a group (L77, L78).</summary>
    DirectToGroup,

    /// <summary>Members of a group move to another one (L79, L80).</summary>
    GroupToGroup,

    /// <summary>A group gives another SKU in place of one (L81).</summary>
    SwitchSku,
}

/// <summary>What is to move.</summary>
/// <param name="Kind">From where to where.</param>
/// <param name="Skus">
/// Of <see cref="MigrationKind.DirectToGroup"/> the direct licenses that give way; of <see cref="MigrationKind.GroupToGroup"/> what the group that is moved to has to give, or none when it
/// is ready; of <see cref="MigrationKind.SwitchSku"/> the SKU that goes, then the one that comes.
/// </param>
/// <param name="From">The group that is left; empty for others.</param>
/// <param name="To">The group that is moved to, or whose SKU is switched.</param>
/// <param name="Users">Who moves; none means everybody who can.</param>
public sealed record MigrationRequest(MigrationKind Kind, ValueArray<Guid> Skus, Guid From, Guid To, ValueArray<Guid> Users)
{
    /// <summary>The most users of one migration; who is left over moves with the next one.</summary>
    public const int MostUsers = 5_000;

    /// <summary>The most SKUs of one migration.</summary>
    public const int MostSkus = 20;

    /// <summary>Whether who would only lose a service plan moves all the same, and is named (B597).</summary>
    public bool AcceptsLosses { get; init; }
}

/// <summary>What a step does.</summary>
public enum MigrationStepKind : byte
{
    /// <summary>The group that is moved to gets licenses.</summary>
    LicenseGroup,

    /// <summary>Users join it.</summary>
    Join,

    /// <summary>Direct licenses go.</summary>
    TakeDirect,

    /// <summary>Users leave the other group.</summary>
    Leave,

    /// <summary>A SKU goes and another comes, in one switch for each member.</summary>
    Switch,
}

/// <summary>A service plan that a step takes from somebody.</summary>
/// <param name="User">The user's index.</param>
/// <param name="Plan">The plan's index.</param>
/// <param name="Replacement">The plan that excludes it and comes in the same step (L80); -1 when none does, and then the user is hurt.</param>
public readonly record struct PlanLoss(int User, int Plan, int Replacement);

/// <summary>A step: changes that are applied together, decided on the tenant as the steps before leave it.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Commands">The changes.</param>
/// <param name="Plan">What they do.</param>
/// <param name="Losses">The service plans that anybody has no more after it.</param>
public sealed record MigrationStep(MigrationStepKind Kind, ValueArray<Command> Commands, Plan Plan, ValueArray<PlanLoss> Losses);

/// <summary>Why somebody does not move (B598).</summary>
public enum StayReason : byte
{
    /// <summary>There is nothing to move: the user has none of the direct licenses, or is no member of the group that is left.</summary>
    NothingToMove,

    /// <summary>A rule decides who belongs to the group that is moved to, and it does not choose the user.</summary>
    NotChosenByRule,

    /// <summary>A rule makes the user a member of the group that is left.</summary>
    HeldByRule,

    /// <summary>The license of the group that is moved to would be in error.</summary>
    InError,

    /// <summary>A service plan would go that nothing replaces.</summary>
    LosesPlan,

    /// <summary>A Cloud PC would enter its grace period, or go.</summary>
    LosesCloudPc,

    /// <summary>The change is refused.</summary>
    Refused,
}

/// <summary>Somebody who does not move.</summary>
/// <param name="User">The user's index.</param>
/// <param name="Reason">Why.</param>
/// <param name="Sku">The SKU that is in error, by its index, or -1.</param>
/// <param name="Error">Its error.</param>
/// <param name="Plan">The plan that would go, or -1.</param>
/// <param name="Refusal">What Graph says, of <see cref="StayReason.Refused"/>.</param>
public sealed record Staying(int User, StayReason Reason, int Sku = -1, LicenseError Error = LicenseError.None, int Plan = -1, Refusal? Refusal = null);

/// <summary>Seats of a SKU that the migration takes.</summary>
/// <param name="Sku">The SKU's index.</param>
/// <param name="Needed">How many more are held at any time on the way than before it, and would be held if nobody stayed for want of one.</param>
/// <param name="Free">How many are free before it.</param>
public readonly record struct SeatNeed(int Sku, long Needed, long Free);

/// <summary>A recipe (B595 to B599).</summary>
/// <param name="Steps">What to apply, in order; none when there is nothing to do.</param>
/// <param name="Moving">Indexes of the users who move, in the order of their ids; none when a SKU is switched.</param>
/// <param name="Remaining">How many more there were than one migration takes.</param>
/// <param name="Staying">Who does not move, in the order of their ids.</param>
/// <param name="Hurt">Losses without a replacement, and who loses a Cloud PC, of people who are only touched; empty when the recipe is safe.</param>
/// <param name="HurtCloudPcs">Cloud PCs that enter grace or go.</param>
/// <param name="Seats">The seats that it takes.</param>
/// <param name="After">The tenant at the end.</param>
public sealed record Migration(
    ValueArray<MigrationStep> Steps,
    ValueArray<int> Moving,
    int Remaining,
    ValueArray<Staying> Staying,
    ValueArray<PlanLoss> Hurt,
    ValueArray<PlannedCloudPc> HurtCloudPcs,
    ValueArray<SeatNeed> Seats,
    Tenant After)
{
    /// <summary>Whether nobody loses a service plan or a Cloud PC on the way (B597).</summary>
    public bool IsSafe => Hurt.Count == 0 && HurtCloudPcs.Count == 0;

    /// <summary>Draws a recipe on a tenant as it is.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="request">What is to move.</param>
    /// <param name="context">Now, and who asks.</param>
    /// <param name="refusal">Why there is no recipe; then null is returned.</param>
    public static Migration? Of(Tenant tenant, MigrationRequest request, DecisionContext context, out Refusal? refusal) =>
        new MigrationDrawing(tenant, request, context).Draw(out refusal);
}
