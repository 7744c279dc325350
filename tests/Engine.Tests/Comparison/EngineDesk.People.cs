using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine.Tests.Comparison;

/// <content>What people may do with their Cloud PCs, and reviews.</content>
public sealed partial class EngineDesk
{
    private IEnumerable<string> PeopleLines(Fleet fleet, (int Index, CloudPc Row)[] rows)
    {
        foreach (UserSetting setting in fleet.UserSettings.Values.OrderBy(one => Text(one.Id), StringComparer.Ordinal))
        {
            IEnumerable<string> groups = setting.Assignments.Select(one => Text(Tenant.Groups[one.Group].Id)).Order(StringComparer.Ordinal);
            yield return ($"setting {Text(setting.Id)}{(setting.LocalAdmin ? " administrators" : "")}{(setting.Reset && setting.UserRestore ? " themselves" : "")}"
                + $" every {setting.HoursApart} for {string.Join(' ', groups)}").TrimEnd();
        }

        foreach ((int index, CloudPc row) in rows)
        {
            bool administrator = row.HasData && row.HasAdministrator;
            if (row.Use is not null || administrator)
            {
                yield return $"use {Owner(row)} {PlanId(row.Plan)}#{index + 1}{(row.Use is { } use ? $" in {When(use.SignedInAt)}" : "")}"
                    + $"{(row.Use?.SignedOutAt is { } signedOut ? $" out {When(signedOut)}" : "")}{(administrator ? " administrator" : "")}";
            }

            if (row.Review is { } review)
            {
                yield return $"review {Owner(row)} {PlanId(row.Plan)}#{index + 1} from {When(review.StartedAt)}{(review.IsRestricted ? " restricted" : "")}";
            }
        }
    }

    private Command TranslatePeople(Request request) => request switch
    {
        Request.CreateSetting r => new Command.CreateUserSetting(Setting(r.Setting, r.Administrator, r.Self, r.Hours)),
        Request.ChangeSetting r => new Command.UpdateUserSetting(Setting(r.Setting, r.Administrator, r.Self, r.Hours)),
        Request.DeleteSetting r => new Command.DeleteUserSetting(Id(r.Setting)),
        Request.AssignSetting r => new Command.AssignUserSetting(Id(r.Setting), Ids(r.Groups)),
        Request.SetAccountType r => new Command.ChangeUserAccountType(IdOf(r.CloudPc), r.Administrator),
        Request.SetReview r => new Command.SetReviewStatus(IdOf(r.CloudPc), r.Restricted is { } restricted ? new CloudPcReview(default, restricted, null, null) : null),
        _ => throw new NotSupportedException(request.ToString()),
    };

    private static UserSetting Setting(string id, bool administrator, bool self, int hours) => new(Id(id), id, administrator, self, hours, self, default, default, []);

    private int HoursOf(CloudPc row) => EffectiveSetting.RestoreHoursOf(
        Tenant.Fleet.UserSettings.Values, row.IsShared || Tenant.Users[row.User] is null ? [] : Tenant.GroupsOf(row.User));
}
