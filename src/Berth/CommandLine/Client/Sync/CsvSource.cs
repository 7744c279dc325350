using Berth.CommandLine.Client.Bulk;

namespace Berth.CommandLine.Client.Sync;

/// <summary>
/// A directory as tables (B816): one of users, whose columns are named as Graph names its properties, and one of members, with the columns <c>group</c> and <c>user</c>.
/// A group is its name; a user is the <c>key</c>, or the user principal name when there is no such column.
/// </summary>
internal static class CsvSource
{
    private const string Principal = "userPrincipalName";

    /// <summary>The columns of users that are taken; letter case, blanks, hyphens and underscores do not matter.</summary>
    public static readonly string[] Columns =
    [
        Principal, "displayName", "givenName", "surname", "mail", "mailNickname", "jobTitle", "department", "companyName", "city", "state", "country", "postalCode",
        "streetAddress", "officeLocation", "mobilePhone", "faxNumber", "preferredLanguage", "employeeId", "employeeType", "usageLocation",
    ];

    /// <summary>Reads both tables.</summary>
    /// <exception cref="SourceFailedException">One of them cannot be read.</exception>
    public static SourceDirectory Read(FileInfo users, FileInfo? members)
    {
        UserList list = Table(users);
        List<string> troubles = [];
        int key = Find(list, "key"), principal = Find(list, Principal), enabled = Find(list, "accountEnabled");
        if (principal < 0)
        {
            throw new SourceFailedException($"{users.Name} has no column {Principal}. Nothing was changed.");
        }

        (string Property, int Column)[] mapped = [.. Columns.Select(column => (column, Find(list, column))).Where(one => one.Item2 >= 0)];
        foreach (string unknown in list.Header.Where((_, index) => index != key && index != enabled && mapped.All(one => one.Column != index)))
        {
            troubles.Add($"{users.Name}: the column '{unknown}' is none that is known, and was passed over.");
        }

        bool isWhole = true;
        Dictionary<string, SourceUser> found = new(StringComparer.Ordinal);
        Dictionary<string, string> keys = new(StringComparer.OrdinalIgnoreCase);
        foreach (ListRow row in list.Rows)
        {
            string name = row.Fields[principal].Trim(), named = key < 0 ? name.ToLowerInvariant() : row.Fields[key].Trim();
            if (!row.IsWellFormed || name.Length == 0 || named.Length is 0 or > SyncLimits.KeyCharacters || Enabled(row, enabled, out bool? isEnabled) is not null || found.ContainsKey(named) || keys.ContainsKey(name))
            {
                troubles.Add($"{users.Name}, line {row.Line}: {Problem(row, name, named, enabled, found, keys)} The user was left out.");

                // Who cannot be read has not gone (B812); of whom nobody knows who they are, anybody may be.
                isWhole &= row.IsWellFormed && named.Length is > 0 and <= SyncLimits.KeyCharacters;
                _ = isWhole && found.TryAdd(named, new SourceUser(named, name, new Dictionary<string, string>(), null));
                continue;
            }

            Dictionary<string, string> values = mapped.Select(one => (one.Property, Value: row.Fields[one.Column].Trim())).Where(one => one.Value.Length > 0)
                .ToDictionary(one => one.Property, one => one.Value, StringComparer.Ordinal);
            found.Add(named, new SourceUser(named, name, values, isEnabled));
            keys.Add(name, named);
        }

        return new SourceDirectory([.. found.Values], members is null ? [] : Groups(Table(members), members.Name, found, keys, troubles), [.. mapped.Select(one => one.Property)], troubles) { IsWhole = isWhole };
    }

    private static List<SourceGroup> Groups(UserList list, string file, Dictionary<string, SourceUser> users, Dictionary<string, string> keys, List<string> troubles)
    {
        int group = Find(list, "group"), user = Find(list, "user");
        if (group < 0 || user < 0)
        {
            throw new SourceFailedException($"{file} needs the columns group and user. Nothing was changed.");
        }

        Dictionary<string, HashSet<string>> groups = new(StringComparer.Ordinal);
        foreach (ListRow row in list.Rows)
        {
            string name = row.Fields[group].Trim(), member = row.Fields[user].Trim();
            string? key = users.ContainsKey(member) ? member : keys.GetValueOrDefault(member);
            if (name.Length == 0 || (key is null && member.Length > 0))
            {
                troubles.Add($"{file}, line {row.Line}: {(name.Length == 0 ? "it names no group" : $"'{member}' is none of the users")}. The line was left out.");
                continue;
            }

            // A line without a user says that there is such a group.
            if (!groups.TryGetValue(name, out HashSet<string>? members))
            {
                groups.Add(name, members = new HashSet<string>(StringComparer.Ordinal));
            }

            _ = key is not null && members.Add(key);
        }

        return [.. groups.Select(one => new SourceGroup(one.Key, one.Key, null, one.Value))];
    }

    private static UserList Table(FileInfo file) => UserList.Read(file) switch
    {
        ListReading.Readable { List: var list } => list,
        ListReading.Unreadable unreadable => throw new SourceFailedException($"{unreadable.Problem} Nothing was changed."),
        _ => throw new InvalidOperationException("A list is readable or not."),
    };

    private static int Find(UserList list, string column) => Array.FindIndex(list.Header, one => UserList.IsSame(one, column));

    // Null when it can be read.
    private static string? Enabled(ListRow row, int column, out bool? isEnabled)
    {
        string text = column < 0 ? "" : row.Fields[column].Trim();
        isEnabled = text.ToUpperInvariant() switch
        {
            "TRUE" or "YES" or "1" => true,
            "FALSE" or "NO" or "0" => false,
            _ => null,
        };
        return text.Length == 0 || isEnabled is not null ? null : $"accountEnabled is '{text}'; it is true, false or empty.";
    }

    private static string Problem(ListRow row, string name, string key, int enabled, Dictionary<string, SourceUser> found, Dictionary<string, string> keys) =>
        !row.IsWellFormed ? "it has more fields than the header."
        : name.Length == 0 ? $"it has no {Principal}."
        : key.Length is 0 or > SyncLimits.KeyCharacters ? $"its key is empty or longer than {SyncLimits.KeyCharacters} characters."
        : Enabled(row, enabled, out _) is { } problem ? problem
        : found.ContainsKey(key) || keys.ContainsKey(name) ? "its key or name stands in the file already."
        : throw new InvalidOperationException("A row is left out for a reason.");
}
