using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>The properties of a group that an administrator sets.</summary>
/// <param name="Id">The object id.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="Description">What it is for.</param>
/// <param name="MailNickname">The mail alias.</param>
/// <param name="MailEnabled">Whether it receives mail.</param>
/// <param name="SecurityEnabled">Whether it can carry licenses (L37).</param>
/// <param name="GroupTypes"><c>Unified</c> for a Microsoft 365 group; else empty.</param>
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
    /// <summary>Whether it is a Microsoft 365 group.</summary>
    public bool IsUnified => GroupTypes.Contains("Unified");

    /// <summary>The longest display name, in characters.</summary>
    public const int LongestDisplayName = 256;

    /// <summary>The longest description, in characters.</summary>
    public const int LongestDescription = 1024;
}
