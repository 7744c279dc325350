using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>Which user setting holds for whom (C27, B361).</summary>
public static class EffectiveSetting
{
    /// <summary>The setting that holds for a user: of those assigned to a group the user is a first-level member of, the one that was made last; null for none.</summary>
    /// <param name="settings">The settings of the tenant.</param>
    /// <param name="groups">Indexes of the user's groups, ascending.</param>
    public static UserSetting? Of(IEnumerable<UserSetting> settings, ValueArray<int> groups)
    {
        UserSetting? last = null;
        foreach (UserSetting setting in settings)
        {
            if ((last is null || setting.CreatedAt > last.CreatedAt || (setting.CreatedAt == last.CreatedAt && setting.Id < last.Id)) && Covers(setting, groups))
            {
                last = setting;
            }
        }

        return last;
    }

    /// <summary>How many hours the restore points of a user's Cloud PCs are apart (C57).</summary>
    public static int RestoreHoursOf(IEnumerable<UserSetting> settings, ValueArray<int> groups) =>
        Of(settings, groups)?.HoursApart ?? UserSetting.DefaultRestoreHours;

    private static bool Covers(UserSetting setting, ValueArray<int> groups)
    {
        foreach (SettingAssignment assignment in setting.Assignments.Span)
        {
            if (groups.Span.BinarySearch(assignment.Group) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
