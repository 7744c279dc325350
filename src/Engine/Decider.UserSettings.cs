using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine;

/// <content>User settings (C27, B361).</content>
internal sealed partial class Decider
{
    private Refusal? CreateUserSetting(Command.CreateUserSetting command)
    {
        UserSetting setting = command.Setting with { CreatedAt = _now, ModifiedAt = _now, Assignments = [] };
        if (_draft.Fleet.UserSettings.ContainsKey(setting.Id))
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = setting.Id };
        }

        if (_draft.Fleet.UserSettings.Count >= UserSetting.Most)
        {
            return new Refusal(RefusalCode.TooManyObjects) { Name = "userSettings", Detail = $"{UserSetting.Most}" };
        }

        return CheckUserSetting(setting) ?? PutUserSetting(setting);
    }

    private Refusal? UpdateUserSetting(Command.UpdateUserSetting command)
    {
        if (!_draft.Fleet.UserSettings.TryGetValue(command.Setting.Id, out UserSetting? before))
        {
            return new Refusal(RefusalCode.UserSettingNotFound) { Subject = command.Setting.Id };
        }

        UserSetting wanted = command.Basis is { } seen ? Rebase.Onto(before, seen, command.Setting) : command.Setting;
        UserSetting after = wanted with { CreatedAt = before.CreatedAt, ModifiedAt = before.ModifiedAt, Assignments = before.Assignments };
        return CheckUserSetting(after) ?? (after == before ? null : PutUserSetting(after with { ModifiedAt = _now }));
    }

    private Refusal? DeleteUserSetting(Command.DeleteUserSetting command)
    {
        if (!_draft.Fleet.UserSettings.ContainsKey(command.SettingId))
        {
            return new Refusal(RefusalCode.UserSettingNotFound) { Subject = command.SettingId };
        }

        _draft.Record(new Change.UserSettingDeleted(command.SettingId));
        return null;
    }

    private Refusal? AssignUserSetting(Command.AssignUserSetting command)
    {
        if (!_draft.Fleet.UserSettings.TryGetValue(command.SettingId, out UserSetting? before))
        {
            return new Refusal(RefusalCode.UserSettingNotFound) { Subject = command.SettingId };
        }

        List<int> groups = [];
        foreach (Guid id in command.Groups.Distinct())
        {
            if (FindGroup(id, out int group) is { } missing)
            {
                return missing;
            }

            groups.Add(group);
        }

        if (groups.Count > UserSetting.MostGroups)
        {
            return Invalid("assignments", $"A user setting is assigned to at most {UserSetting.MostGroups} groups.");
        }

        // Who stays keeps the place: the order is that in which they came.
        ValueArray<SettingAssignment> stay = before.Assignments.Where(one => groups.Contains(one.Group)).ToValueArray();
        ValueArray<SettingAssignment> after =
        [
            .. stay,
            .. groups.Where(group => !stay.Any(one => one.Group == group)).Select(group => new SettingAssignment(group, _now)),
        ];
        return after == before.Assignments ? null : PutUserSetting(before with { Assignments = after, ModifiedAt = _now });
    }

    private static Refusal? CheckUserSetting(UserSetting setting) =>
        setting.DisplayName.Length is 0 or > UserSetting.LongestDisplayName
            ? Invalid("displayName", $"It has 1 to {UserSetting.LongestDisplayName} characters.")
        : setting.RestoreHours is not (0 or 4 or 6 or 12 or 16 or 24) ? Invalid("restorePointSetting", "Restore points come every 4, 6, 12, 16 or 24 hours (C57).")
        : null;

    private Refusal? PutUserSetting(UserSetting setting)
    {
        _draft.Record(new Change.UserSettingSet(setting));
        return null;
    }
}
