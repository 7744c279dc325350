namespace Berth.Oracle;

/// <content>What can be read. (read-models.md)</content>
public sealed partial class OracleTenant
{
    private static readonly string[] Statuses = ["Enabled", "Warning", "Suspended", "LockedOut"];

    /// <summary>
    /// Everything a reader can see, one fact a line, in a fixed order: what each source shows, what each user holds,
    /// the figures of each SKU, the waiting order, each group's users in error, its rule and its members.
    /// </summary>
    public List<string> Picture()
    {
        List<string> lines = [];
        foreach (string user in _users.Keys.Order(StringComparer.Ordinal))
        {
            lines.AddRange(States(user));
            lines.AddRange(AssignedLicenses(user));
            if (_users[user].Manager is { } manager)
            {
                lines.Add($"manager {user} {manager}");
            }
        }

        foreach (string sku in _catalog.PlansOfSku.Keys.Where(IsTenants).Order(StringComparer.Ordinal))
        {
            lines.Add(Figures(sku));
        }

        lines.AddRange(Waiting());
        foreach (string group in _pairs.Where(pair => pair.IsInError).Select(pair => pair.Group).Distinct().Order(StringComparer.Ordinal))
        {
            IEnumerable<string> users = _pairs.Where(pair => pair.IsInError && pair.Group == group).Select(pair => pair.User);
            lines.Add($"group {group} has errors for {string.Join(' ', users.Order(StringComparer.Ordinal))}");
        }

        lines.AddRange(Memberships());
        lines.AddRange(_deletedUsers.Where(item => _asked - item.Value.At < DeletedStays).Select(item => item.Key)
            .Concat(_deletedGroups.Where(item => _asked - item.Value.At < DeletedStays).Select(item => item.Key))
            .Order(StringComparer.Ordinal).Select(id => $"deleted {id}"));
        return lines;
    }

    // L115, L116, B15-B18: one row for each SKU and source; direct first, then by group, each ascending by SKU.
    private IEnumerable<string> States(string user)
    {
        foreach ((string sku, List<string> disabled) in _users[user].Direct)
        {
            yield return Row(user, sku, "direct", "Active", "None", disabled);
        }

        foreach (OraclePair pair in _pairs.Where(pair => pair.User == user).OrderBy(pair => pair.Group, StringComparer.Ordinal))
        {
            Licenses wanted = Wanted(user, pair.Group);
            foreach (string sku in pair.Applied.Keys.Union(pair.Shown.Keys).Order(StringComparer.Ordinal))
            {
                bool applied = pair.Applied.TryGetValue(sku, out List<string>? disabled);
                string error = pair.Shown.GetValueOrDefault(sku)?.Error ?? "None";
                string state = !applied ? "Error" : error == "None" ? "Active" : "ActiveWithError";
                yield return Row(user, sku, pair.Group, state, error, applied ? disabled! : wanted[sku]);
            }
        }
    }

    // L113, L60: one entry for each SKU in force; a plan is disabled when every source disables it.
    private IEnumerable<string> AssignedLicenses(string user)
    {
        foreach (string sku in _catalog.PlansOfSku.Keys.Where(sku => Holds(user, sku)).Order(StringComparer.Ordinal))
        {
            List<List<string>> sources = [];
            if (_users[user].Direct.TryGetValue(sku, out List<string>? direct))
            {
                sources.Add(direct);
            }

            foreach (OraclePair pair in _pairs)
            {
                if (pair.User == user && pair.Applied.TryGetValue(sku, out List<string>? disabled))
                {
                    sources.Add(disabled);
                }
            }

            yield return $"holder {user} {sku} without {Plans(sources[0].Where(plan => sources.TrueForAll(source => source.Contains(plan))))}";
        }
    }

    // L90, L92, L96, B44: the sum over the subscriptions; deleted ones count nowhere.
    private string Figures(string sku)
    {
        return $"sku {sku} {Capability(sku)} consumed {Consumed(sku)} assignable {Assignable(sku)} "
            + $"prepaid {string.Join(' ', Statuses.Select(status => Units(sku, status)))}";
    }

    // B44
    private string Capability(string sku) => Statuses.FirstOrDefault(status => Units(sku, status) > 0)
        ?? Statuses.FirstOrDefault(status => _subscriptions.Values.Any(s => s.Sku == sku && s.Status == status))
        ?? "Deleted";

    private long Units(string sku, string status) => _subscriptions.Values.Where(s => s.Sku == sku && s.Status == status).Sum(s => (long)s.Units);

    /// <summary>Ids of the members of a group, ascending.</summary>
    public IEnumerable<string> MembersOf(string group) => _groups[group].Members.Order(StringComparer.Ordinal);

    // How a group comes to its members, and who they are.
    private IEnumerable<string> Memberships()
    {
        foreach ((string group, OracleGroup found) in _groups.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            if (found.RuleText is not null)
            {
                yield return $"chooses {group} {(found.Paused ? "Paused" : "On")} {found.RuleText}";
            }

            yield return $"members {group} {string.Join(' ', MembersOf(group))}";
        }
    }

    // B21: the whole waiting order; pairs that began to wait in the same command share a number.
    private IEnumerable<string> Waiting()
    {
        int turn = 0;
        long? last = null;
        foreach (OraclePair pair in InError())
        {
            turn += pair.WaitingSince == last ? 0 : 1;
            last = pair.WaitingSince;
            yield return $"waiting {turn} since {pair.WaitingSinceTime:O} {pair.User} {pair.Group}";
        }
    }

    private static string Row(string user, string sku, string source, string state, string error, List<string> disabled) =>
        $"user {user} {sku} by {source} {state} {error} without {Plans(disabled)}";

    private static string Plans(IEnumerable<string> plans)
    {
        string text = string.Join(' ', plans.Order(StringComparer.Ordinal));
        return text.Length == 0 ? "nothing" : text;
    }
}
