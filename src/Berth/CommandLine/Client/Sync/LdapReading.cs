namespace Berth.CommandLine.Client.Sync;

/// <summary>Makes users and groups of entries: a pure function of what LDAP gave (B817, B818).</summary>
internal static class LdapReading
{
    /// <summary>The directory that the entries are.</summary>
    /// <param name="users">The entries of users.</param>
    /// <param name="groups">The entries of groups.</param>
    /// <param name="disabled">The canonical names of users who are disabled by a filter.</param>
    /// <param name="mapped">From which attributes each property comes.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="kind">What the directory calls things.</param>
    public static SourceDirectory Of(
        IReadOnlyList<LdapEntry> users, IReadOnlyList<LdapEntry> groups, IReadOnlySet<string> disabled, IReadOnlyDictionary<string, string[]> mapped, LdapSettings settings, LdapKind kind)
    {
        List<string> troubles = [];
        bool isWhole = true;
        List<SourceUser> people = [];
        Dictionary<string, string> keys = new(StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal), names = new(StringComparer.OrdinalIgnoreCase);
        foreach (LdapEntry entry in users)
        {
            string name = LdapEntry.Canonical(entry.Name);
            if (entry.Key(kind) is not { Length: <= SyncLimits.KeyCharacters } key || !seen.Add(key))
            {
                isWhole = false;
                troubles.Add($"{entry.Name}: it has no {kind.Key} that names it alone; may the reader see it? The user was left out.");
                continue;
            }

            keys[name] = key;
            Dictionary<string, string> values = new(StringComparer.Ordinal);
            foreach ((string property, string[] attributes) in mapped)
            {
                if (attributes.Select(entry.Text).FirstOrDefault(value => value is not null) is { } value)
                {
                    values[property] = value;
                }
            }

            if (values.TryGetValue("userPrincipalName", out string? principal) && !principal.Contains('@', StringComparison.Ordinal) && settings.UpnSuffix is { Length: > 0 } suffix)
            {
                values["userPrincipalName"] = principal = $"{principal}@{suffix.TrimStart('@')}";
            }

            if (principal is null || !principal.Contains('@', StringComparison.Ordinal) || !names.Add(principal))
            {
                troubles.Add($"{entry.Name}: {(principal is null ? "nothing tells its userPrincipalName" : principal.Contains('@', StringComparison.Ordinal) ? $"'{principal}' is the userPrincipalName of two" : $"'{principal}' has no domain; say 'upnSuffix'")}. The user was left out.");
                people.Add(new SourceUser(key, entry.Name, new Dictionary<string, string>(), null));
                continue;
            }

            people.Add(new SourceUser(key, principal, values, disabled.Contains(name) ? false : entry.IsEnabled() ?? (settings.Users.DisabledFilter is null ? null : true)));
        }

        return new SourceDirectory(people, Groups(groups, keys, settings, kind, troubles), [.. mapped.Keys], troubles) { IsWhole = isWhole };
    }

    private static List<SourceGroup> Groups(IReadOnlyList<LdapEntry> groups, Dictionary<string, string> keys, LdapSettings settings, LdapKind kind, List<string> troubles)
    {
        Dictionary<string, LdapEntry> byName = [];
        foreach (LdapEntry entry in groups)
        {
            byName[LdapEntry.Canonical(entry.Name)] = entry;
        }

        List<SourceGroup> made = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (LdapEntry entry in byName.Values)
        {
            if (entry.Key(kind) is not { Length: <= SyncLimits.KeyCharacters } key || !seen.Add(key) || (entry.Text("displayName") ?? entry.Text("cn")) is not { } name)
            {
                troubles.Add($"{entry.Name}: it has no {kind.Key} or no name. The group was left out.");
                continue;
            }

            HashSet<string> members = new(StringComparer.Ordinal);
            Collect(entry, byName, keys, kind, settings.Groups!.Nested == "flatten", members);
            made.Add(new SourceGroup(key, name, entry.Text("description"), members));
        }

        return made;
    }

    // Groups may contain each other in a circle: each is looked into once.
    private static void Collect(LdapEntry group, Dictionary<string, LdapEntry> groups, Dictionary<string, string> users, LdapKind kind, bool inside, HashSet<string> members)
    {
        HashSet<string> known = [LdapEntry.Canonical(group.Name)];
        Queue<LdapEntry> open = new([group]);
        while (open.TryDequeue(out LdapEntry? next))
        {
            foreach (string name in kind.Members.SelectMany(next.Texts).Select(LdapEntry.Canonical))
            {
                if (users.TryGetValue(name, out string? user))
                {
                    members.Add(user);
                }
                else if (inside && groups.TryGetValue(name, out LdapEntry? inner) && known.Add(name))
                {
                    open.Enqueue(inner);
                }
            }
        }
    }
}
