namespace Berth.Oracle;

/// <summary>A user setting: what people may do with their Cloud PCs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Administrator">Whether who signs in is an administrator.</param>
/// <param name="Self">Whether people may reprovision and restore their own.</param>
/// <param name="Hours">How many hours two restore points are apart.</param>
/// <param name="Made">When it was made.</param>
/// <param name="Groups">The groups it is assigned to.</param>
public sealed record OracleSetting(string Id, bool Administrator, bool Self, int Hours, DateTimeOffset Made, List<string> Groups);

/// <content>Who uses it, and who looks into it. (cloud-pc-interface.md)</content>
public sealed partial class OracleRow
{
    /// <summary>When somebody last signed in; null before.</summary>
    public DateTimeOffset? SignedIn { get; set; }

    /// <summary>When a session last ended; null before.</summary>
    public DateTimeOffset? SignedOut { get; set; }

    /// <summary>Whether the last sign-in made its user an administrator.</summary>
    public bool AdministratorBySignIn { get; set; }

    /// <summary>Whether its user is an administrator by how it was made, or changed later.</summary>
    public bool Administrator { get; set; }

    /// <summary>Whether who asked for it to be made wanted an administrator.</summary>
    public bool AsksAdministrator { get; set; }

    /// <summary>Whether its maker wanted one at the last attempt.</summary>
    public bool MakerWantsAdministrator { get; set; }

    /// <summary>Since when it is under review, and whether its user is kept out; null for no review.</summary>
    public (DateTimeOffset Since, bool Restricted)? Review { get; set; }
}

/// <content>What people may do with their Cloud PCs, what is kept of it, and reviews. (cloud-pc-interface.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Makes a user setting that is assigned to nobody (B361).</summary>
    public Answer CreateSetting(string setting, bool administrator, bool self, int hours) => _fleet.Settings.Exists(one => one.Id == setting)
        ? Answer.Refused("B80", "idTaken", setting)
        : Accept(() => _fleet.Settings.Add(new OracleSetting(setting, administrator, self, hours, _now, [])));

    /// <summary>Gives it other values; it stays as old as it is.</summary>
    public Answer ChangeSetting(string setting, bool administrator, bool self, int hours) => OnSetting(setting, found =>
        _fleet.Settings[_fleet.Settings.IndexOf(found)] = found with { Administrator = administrator, Self = self, Hours = hours });

    /// <summary>Takes it away.</summary>
    public Answer DeleteSetting(string setting) => OnSetting(setting, found => _fleet.Settings.Remove(found));

    /// <summary>Replaces the groups that it is assigned to.</summary>
    public Answer AssignSetting(string setting, IReadOnlyList<string> groups) =>
        _fleet.Settings.Exists(one => one.Id == setting) && groups.FirstOrDefault(group => !_groups.ContainsKey(group)) is { } unknown
            ? Answer.Refused("E11", "groupNotFound", unknown)
            : OnSetting(setting, found => _fleet.Settings[_fleet.Settings.IndexOf(found)] = found with { Groups = [.. groups.Distinct()] });

    /// <summary>Makes the user of a Cloud PC an administrator, or not (B370).</summary>
    public Answer SetAccountType(int number, bool administrator) => With(number, row => !IsFree(row)
        ? Answer.Refused("B370", "operationConflict", $"#{number}")
        : Accept(() => (row.Administrator, row.AdministratorBySignIn) = (administrator, false)));

    /// <summary>Places a Cloud PC under review, its user kept out or not, or takes it out (B373).</summary>
    public Answer SetReview(int number, bool? restricted) => With(number, row => restricted is not null && !IsUsable(row)
        ? Answer.Refused("B373", "operationConflict", $"#{number}")
        : Accept(() => row.Review = restricted is { } kept ? (row.Review?.Since ?? _now, kept) : null));

    private Answer OnSetting(string setting, Action<OracleSetting> change) => _fleet.Settings.Find(one => one.Id == setting) is { } found
        ? Accept(() => change(found))
        : Answer.Refused("B361", "userSettingNotFound", setting);

    // B361: the one that was made last, then the one with the smallest id.
    private OracleSetting? SettingOf(string user) => _fleet.Settings.Where(one => one.Groups.Exists(group => IsMember(user, group)))
        .OrderByDescending(one => one.Made).ThenBy(one => one.Id, StringComparer.Ordinal).FirstOrDefault();

    // B372
    private Answer? Unserved(OracleRow row, bool self) => self && (row.Review is { Restricted: true } || !IsThere(row) || SettingOf(row.UserId) is not { Self: true })
        ? Answer.Refused("B372", "selfServiceNotAllowed", $"#{row.Number}")
        : null;

    // B285, B373
    private static bool LetsIn(OracleRow row) => IsUsable(row) && row.Review is not { Restricted: true };

    // B370, B371
    private void SignIn(OracleRow row, string user) => (row.SignedIn, row.AdministratorBySignIn) = (_now, SettingOf(user) is { Administrator: true });

    private IEnumerable<string> PeopleLines()
    {
        foreach (OracleSetting setting in _fleet.Settings.OrderBy(one => one.Id, StringComparer.Ordinal))
        {
            yield return $"setting {setting.Id}{(setting.Administrator ? " administrators" : "")}{(setting.Self ? " themselves" : "")} every {setting.Hours} for {string.Join(' ', setting.Groups.Order(StringComparer.Ordinal))}".TrimEnd();
        }

        foreach (OracleRow row in _fleet.Rows)
        {
            bool administrator = WithData.Contains(row.Status) && (row.Administrator || row.AdministratorBySignIn);
            if (row.SignedIn is not null || administrator)
            {
                yield return $"use {row.UserId} {row.Plan}#{row.Number}{(row.SignedIn is { } signedIn ? $" in {When(signedIn)}" : "")}{(row.SignedOut is { } signedOut ? $" out {When(signedOut)}" : "")}{(administrator ? " administrator" : "")}";
            }

            if (row.Review is { } review)
            {
                yield return $"review {row.UserId} {row.Plan}#{row.Number} from {When(review.Since)}{(review.Restricted ? " restricted" : "")}";
            }
        }
    }
}
