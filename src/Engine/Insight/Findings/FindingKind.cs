namespace Berth.Engine.Insight.Findings;

/// <summary>What can be found (B544), in the order in which it is told.</summary>
public enum FindingKind : byte
{
    /// <summary>A direct license that switches nothing on which a group does not switch on too (B545).</summary>
    RedundantDirectLicense,

    /// <summary>Licenses of a user whose account is disabled (B545).</summary>
    DisabledUserLicense,

    /// <summary>A Cloud PC that nobody signed in to for so many days (B546).</summary>
    UnusedCloudPc,

    /// <summary>A Cloud PC in its grace period, which keeps its place (B546, C45).</summary>
    SeatHeldByGrace,

    /// <summary>Fewer units with Entra ID P1 than people who profit from licenses or members by groups (B547, L82, L83).</summary>
    MissingEntraP1,

    /// <summary>A user of a Cloud PC who lacks a companion license (B547, C14 to C18).</summary>
    MissingCompanions,

    /// <summary>A group inside a licensed group: its members get nothing (B548, L38).</summary>
    NestedGroup,

    /// <summary>A service plan that a SKU gained and that is on in a license which leaves others off (B548, L44).</summary>
    PlanSwitchedOn,

    /// <summary>A SKU that people bought for themselves (B549, L25).</summary>
    SelfServiceSubscription,
}

/// <summary>What is asked of the findings.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Now">The tenant's time.</param>
/// <param name="Days">For how many days a Cloud PC is to have been unused, 1 to <see cref="MostDays"/>.</param>
/// <param name="Sku">Only what is about this SKU, by its index; -1 for everything.</param>
public sealed record FindingQuestion(Tenant Tenant, DateTimeOffset Now, int Days, int Sku)
{
    /// <summary>The days when nobody says.</summary>
    public const int DefaultDays = 30;

    /// <summary>The most days.</summary>
    public const int MostDays = 365;

    internal bool IsAbout(int sku) => Sku < 0 || Sku == sku;
}
