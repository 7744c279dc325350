using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>Which licenses a provisioning policy serves: <c>provisioningType</c> (C3, C4); fixed when the policy is made (C77).</summary>
public enum ProvisioningType : byte
{
    /// <summary>Enterprise: the user holds the license.</summary>
    Dedicated,

    /// <summary>Frontline, dedicated mode.</summary>
    SharedByUser,

    /// <summary>Frontline, shared mode.</summary>
    SharedByEntraGroup,

    /// <summary>Reserve.</summary>
    Reserve,
}

/// <summary>What the user sees: <c>userExperienceType</c>; fixed when the policy is made (C77).</summary>
public enum UserExperienceType : byte
{
    /// <summary>A whole desktop.</summary>
    CloudPc,

    /// <summary>Only apps; Frontline in shared mode only (C138).</summary>
    CloudApp,
}

/// <summary>Where the image of a policy comes from (C142).</summary>
public enum ImageType : byte
{
    /// <summary>The built-in gallery.</summary>
    Gallery,

    /// <summary>A device image of the tenant.</summary>
    Custom,
}

/// <summary>How a Cloud PC joins a directory (C139).</summary>
public enum DomainJoinType : byte
{
    /// <summary>Microsoft Entra join.</summary>
    AzureADJoin,

    /// <summary>Hybrid Microsoft Entra join; needs a network connection.</summary>
    HybridAzureADJoin,
}

/// <summary>One of the ways into a network, in order of priority (C139, C141).</summary>
/// <param name="JoinType">How the Cloud PC joins.</param>
/// <param name="ConnectionId">The Azure network connection; null on the Microsoft-hosted network.</param>
/// <param name="RegionName">The region on the Microsoft-hosted network, or <c>automatic</c>; null with a connection.</param>
/// <param name="RegionGroup">The region group as Graph spells it; may stand beside a region; null for none.</param>
public sealed record DomainJoin(DomainJoinType JoinType, Guid? ConnectionId, string? RegionName, string? RegionGroup)
{
    /// <summary>The region that Berth chooses.</summary>
    public const string AutomaticRegion = "automatic";

    /// <summary>The geography out of which a region is chosen, as Graph spells it: <c>geographicLocationType</c>; null for none (C140).</summary>
    public string? Geography { get; init; }
}

/// <summary>Autopilot device preparation (C145).</summary>
/// <param name="ProfileId">The device preparation profile.</param>
/// <param name="TimeoutMinutes">30 to 360 (C197).</param>
/// <param name="DeniesAccessOnFailure">True makes a failure a failed Cloud PC, false one with warnings.</param>
public sealed record AutopilotConfiguration(string ProfileId, int TimeoutMinutes, bool DeniesAccessOnFailure)
{
    /// <summary>The shortest <see cref="TimeoutMinutes"/>.</summary>
    public const int LeastTimeoutMinutes = 30;

    /// <summary>The longest <see cref="TimeoutMinutes"/>.</summary>
    public const int MostTimeoutMinutes = 360;

    /// <summary>The <see cref="TimeoutMinutes"/> when nobody says.</summary>
    public const int DefaultTimeoutMinutes = 60;
}

/// <summary>User Experience Sync (C123): <c>userSettingsPersistenceConfiguration</c>.</summary>
/// <param name="Enabled">Whether settings of users are kept.</param>
/// <param name="SizeGB">4, 8, 16, 32 or 64.</param>
public sealed record UserSettingsPersistence(bool Enabled, int SizeGB)
{
    /// <summary>The <see cref="SizeGB"/> when nobody says.</summary>
    public const int DefaultSize = 4;

    /// <summary>What <see cref="SizeGB"/> can be.</summary>
    public static ValueArray<int> Sizes { get; } = [4, 8, 16, 32, 64];
}

/// <summary>A group that a policy is assigned to.</summary>
/// <param name="Id">The assignment's id: of a dedicated one <c>{policy}_{group}</c>, of the others a GUID of its own (protocol 3.4).</param>
/// <param name="Group">The group's index.</param>
/// <param name="Plan">The index of the service plan (Frontline and Reserve); null for Enterprise (C79).</param>
/// <param name="AllotmentName">The allotment's name; null for Enterprise.</param>
/// <param name="AllotmentLicenses">The licenses allotted; null for Enterprise.</param>
/// <param name="CreatedAt">When the policy was assigned, by the tenant's clock.</param>
public sealed record PolicyAssignment(string Id, int Group, int? Plan, string? AllotmentName, int? AllotmentLicenses, DateTimeOffset CreatedAt)
{
    /// <summary>The id as Cloud PCs name it; null for Enterprise.</summary>
    public Guid? Key { get; } = Guid.TryParse(Id, out Guid key) ? key : null;

    /// <summary>Whether its Cloud PCs cannot be made anew: its licenses expired once (C118, B407).</summary>
    public bool IsReprovisionPaused { get; init; }
}

/// <summary>A provisioning policy (C137 to C158).</summary>
/// <param name="Id">The id.</param>
/// <param name="DisplayName">The name; without <c>&lt; &gt; &amp; | " ^</c> (C137).</param>
public sealed record ProvisioningPolicy(Guid Id, string DisplayName)
{
    /// <summary>The most policies of a tenant (B340).</summary>
    public const int MostPolicies = 500;

    /// <summary>The most assignments of a policy (B340).</summary>
    public const int MostAssignments = 500;

    /// <summary>The most ways into a network of a policy (B340).</summary>
    public const int MostJoins = 50;

    /// <summary>The longest <see cref="DisplayName"/>, in characters (B340).</summary>
    public const int LongestDisplayName = 128;

    /// <summary>The longest <see cref="Description"/>, in characters (B340).</summary>
    public const int LongestDescription = 1024;

    /// <summary>The longest name of an allotment, in characters (B340).</summary>
    public const int LongestAllotmentName = 128;

    /// <summary>The longest <see cref="Locale"/>, in characters (B343).</summary>
    public const int LongestLocale = 35;

    /// <summary>None of these stands in a <see cref="DisplayName"/> (C137).</summary>
    public const string ForbiddenInDisplayName = "<>&|\"^";

    /// <summary>The language when nobody says (C143).</summary>
    public const string DefaultLocale = "en-US";

    /// <summary><see cref="ManagedDesktopType"/> of a policy without a managed desktop.</summary>
    public const string NotManaged = "notManaged";

    /// <summary>The grace period that a policy shows and nobody sets (C156).</summary>
    public const int GracePeriodInHours = 168;

    /// <summary>What for; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Which licenses it serves.</summary>
    public ProvisioningType ProvisioningType { get; init; }

    /// <summary>What users see.</summary>
    public UserExperienceType UserExperienceType { get; init; }

    /// <summary>Where the image comes from.</summary>
    public ImageType ImageType { get; init; }

    /// <summary>The image: <c>publisher_offer_sku</c> of the gallery, or the id of a device image.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>The image's name for people.</summary>
    public string ImageDisplayName { get; init; } = "";

    /// <summary>The ways into a network, first priority first; at least one.</summary>
    public ValueArray<DomainJoin> Joins { get; init; }

    /// <summary>Whether single sign-on is on.</summary>
    public bool SingleSignOn { get; init; }

    /// <summary>Whether users are local administrators.</summary>
    public bool LocalAdmin { get; init; }

    /// <summary>The template of computer names (C144); null for the default.</summary>
    public string? NamingTemplate { get; init; }

    /// <summary>The language (C143).</summary>
    public string Locale { get; init; } = DefaultLocale;

    /// <summary>The Autopatch group; null for none.</summary>
    public string? AutopatchGroupId { get; init; }

    /// <summary><c>microsoftManagedDesktop</c>: the type as Graph spells it.</summary>
    public string ManagedDesktopType { get; init; } = NotManaged;

    /// <summary><c>microsoftManagedDesktop</c>: the profile; null for none.</summary>
    public string? ManagedDesktopProfile { get; init; }

    /// <summary>Device preparation; null for none.</summary>
    public AutopilotConfiguration? Autopilot { get; init; }

    /// <summary>User Experience Sync; null for none.</summary>
    public UserSettingsPersistence? Persistence { get; init; }

    /// <summary>Whether a shared machine goes back to a snapshot after each user; null where no machine is shared (B348).</summary>
    public bool? SnapshotReset { get; init; }

    /// <summary>Scope tags.</summary>
    public ValueArray<string> ScopeIds { get; init; }

    /// <summary>When it came, by the tenant's clock.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When it last changed.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Who changed it last.</summary>
    public string ModifiedBy { get; init; } = "";

    /// <summary>The groups it is assigned to, in the order in which they were last listed.</summary>
    public ValueArray<PolicyAssignment> Assignments { get; init; }

    /// <summary>Whether it names a network connection (C177).</summary>
    public bool Uses(Guid connection) => Joins.Any(join => join.ConnectionId == connection);
}

/// <summary>How a policy covers a user (C148, C149).</summary>
/// <param name="Policy">The policy's index.</param>
/// <param name="Since">When it began, by the tenant's clock.</param>
/// <param name="Wins">Whether it serves the user among the policies of its provisioning type; kept until it covers the user no longer.</param>
public readonly record struct Coverage(int Policy, DateTimeOffset Since, bool Wins);
