using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>Whether a dynamic group follows its rule: <c>membershipRuleProcessingState</c> (L141).</summary>
public enum RuleProcessing : byte
{
    /// <summary>Membership follows the rule.</summary>
    On,

    /// <summary>Membership stays as it is.</summary>
    Paused,
}

/// <summary>The properties of a group that an administrator sets.</summary>
/// <param name="Id">The object id.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="Description">What it is for.</param>
/// <param name="MailNickname">The mail alias.</param>
/// <param name="MailEnabled">Whether it receives mail.</param>
/// <param name="SecurityEnabled">Whether it can carry licenses (L37).</param>
/// <param name="GroupTypes"><c>Unified</c> for a Microsoft 365 group, <see cref="DynamicMembership"/> for one with a rule; else empty.</param>
/// <param name="Visibility"><c>Public</c>, <c>Private</c>, <c>HiddenMembership</c>, or none.</param>
/// <param name="CreatedAt">When the group came, by the tenant's clock.</param>
public sealed record GroupProfile(
    Guid Id,
    string DisplayName,
    string? Description,
    string? MailNickname,
    bool MailEnabled,
    bool SecurityEnabled,
    ValueArray<string> GroupTypes,
    string? Visibility,
    DateTimeOffset CreatedAt)
{
    /// <summary>The longest display name, in characters.</summary>
    public const int LongestDisplayName = 256;

    /// <summary>The longest description, in characters.</summary>
    public const int LongestDescription = 1024;

    /// <summary>The group type of a group whose members follow from a rule (L141).</summary>
    public const string DynamicMembership = "DynamicMembership";

    /// <summary>The rule that chooses the members; null for a static group (B132).</summary>
    public string? MembershipRule { get; init; }

    /// <summary>Whether the rule is followed; null for a static group (B132).</summary>
    public RuleProcessing? RuleProcessing { get; init; }

    /// <summary>Whether the members follow from a rule.</summary>
    public bool IsDynamic => MembershipRule is not null;

    /// <summary>Whether it is a Microsoft 365 group.</summary>
    public bool IsUnified => GroupTypes.Contains("Unified");

    /// <summary>Whether it has the type of a dynamic group.</summary>
    public bool HasDynamicType => GroupTypes.Contains(DynamicMembership);
}
