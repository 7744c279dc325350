using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>What users may do with their Cloud PCs: <c>cloudPcUserSetting</c> (C27).</summary>
/// <param name="Id">The id.</param>
/// <param name="DisplayName">The name.</param>
/// <param name="LocalAdmin">Whether users are local administrators.</param>
/// <param name="Reset">Whether users may reprovision their own.</param>
/// <param name="RestoreHours">How often restore points are made: every 4, 6, 12, 16 or 24 hours (C57); 0 for the default.</param>
/// <param name="UserRestore">Whether users may restore their own.</param>
/// <param name="CreatedAt">When it came, by the tenant's clock.</param>
/// <param name="ModifiedAt">When it last changed.</param>
/// <param name="Assignments">The groups it is assigned to, in the order in which they came.</param>
public sealed record UserSetting(
    Guid Id, string DisplayName, bool LocalAdmin, bool Reset, int RestoreHours, bool UserRestore, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt, ValueArray<SettingAssignment> Assignments)
{
    /// <summary>How often restore points are made when no setting says (C57).</summary>
    public const int DefaultRestoreHours = 12;

    /// <summary>The most settings of a tenant.</summary>
    public const int Most = 200;

    /// <summary>The most groups that a setting is assigned to.</summary>
    public const int MostGroups = 200;

    /// <summary>The longest <see cref="DisplayName"/>, in UTF-16 characters.</summary>
    public const int LongestDisplayName = 200;

    /// <summary>How many hours lie between two restore points.</summary>
    public int HoursApart => RestoreHours == 0 ? DefaultRestoreHours : RestoreHours;
}

/// <summary>A user setting is assigned to a group: <c>cloudPcUserSettingAssignment</c>.</summary>
/// <param name="Group">The group's index.</param>
/// <param name="CreatedAt">When it was assigned, by the tenant's clock.</param>
public readonly record struct SettingAssignment(int Group, DateTimeOffset CreatedAt);
