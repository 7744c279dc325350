using Berth.Engine.Collections;

namespace Berth.Engine.Insight.Findings;

/// <summary>Why no change mends a finding, or not all of it.</summary>
public enum FindingObstacle : byte
{
    /// <summary>Nothing stands in the way.</summary>
    None,

    /// <summary>A rule makes the user a member of the group: only the rule, or what it reads, can change that.</summary>
    DynamicGroup,

    /// <summary>The group gives other licenses as well, which leaving it would take.</summary>
    GroupGivesMore,

    /// <summary>The Cloud PC belongs to nobody: the number of its assignment is what counts.</summary>
    SharedCloudPc,

    /// <summary>The license is one of Reserve, which no change of a plan gives back.</summary>
    ReserveCloudPc,

    /// <summary>No SKU of the tenant that would help has a free seat.</summary>
    NoSeat,

    /// <summary>The license belongs to who bought it.</summary>
    SomebodyElsesPurchase,

    /// <summary>Every change that was tried is refused.</summary>
    Refused,

    /// <summary>What was tried is not refused and would not mend it.</summary>
    WithoutEffect,
}

/// <summary>What would mend a finding: decided on the tenant as it is before it is told (B544).</summary>
/// <param name="Commands">The changes; none when no change can mend it.</param>
/// <param name="Freed">Seats, or places of Cloud PCs, that the subject then holds no more.</param>
/// <param name="Gaining">Users who then hold a SKU that they did not hold.</param>
/// <param name="Losing">Users who then do not hold a SKU that they held.</param>
/// <param name="DestroysData">Cloud PCs whose data is destroyed, then or at a date.</param>
/// <param name="Obstacle">Why there is no change, or what the changes leave.</param>
/// <param name="ObstacleGroup">The index of the group that the obstacle is about, or -1.</param>
/// <param name="Refusal">What Graph says, of <see cref="FindingObstacle.Refused"/>.</param>
public sealed record Remedy(
    ValueArray<Command> Commands, int Freed, int Gaining, int Losing, int DestroysData, FindingObstacle Obstacle, int ObstacleGroup, Refusal? Refusal);

/// <summary>Something that costs without a use, or that is missing (B544 to B549).</summary>
/// <param name="At">What it is about.</param>
/// <param name="Skus">Indexes of the SKUs that it is about.</param>
/// <param name="Plans">Indexes of the service plans that it is about.</param>
/// <param name="Users">How many users it is about.</param>
/// <param name="Named">Indexes of the first of these, at most <see cref="MostNamed"/>, in the order of their ids; of a purchase its owners (B512).</param>
/// <param name="Date">Since when, or until when; null when no date says more.</param>
/// <param name="Remedy">What would mend it.</param>
public sealed record Finding(Found At, ValueArray<int> Skus, ValueArray<int> Plans, int Users, ValueArray<int> Named, DateTimeOffset? Date, Remedy Remedy)
{
    /// <summary>The most users who are named.</summary>
    public const int MostNamed = 100;
}
