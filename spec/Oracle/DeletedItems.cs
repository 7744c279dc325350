namespace Berth.Oracle;

/// <summary>A user in deleted items.</summary>
public sealed class OracleDeletedUser
{
    /// <summary>The user as it was.</summary>
    public required OracleUser User { get; init; }

    /// <summary>When it was deleted.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Ids of its groups.</summary>
    public List<string> Groups { get; init; } = [];

    /// <summary>Ids of those who reported to it.</summary>
    public List<string> Reports { get; init; } = [];
}

/// <summary>A group in deleted items.</summary>
public sealed class OracleDeletedGroup
{
    /// <summary>The group as it was, with its members.</summary>
    public required OracleGroup Group { get; init; }

    /// <summary>When it was deleted.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Ids of the groups it was a member of.</summary>
    public List<string> Parents { get; init; } = [];
}

/// <content>Deleted items: they can be restored for thirty days. (directory.md)</content>
public sealed partial class OracleTenant
{
    private Dictionary<string, OracleDeletedUser> _deletedUsers = [];
    private Dictionary<string, OracleDeletedGroup> _deletedGroups = [];

    // The time of the last command, also of one that was refused: readers do not show what has had its time.
    private DateTimeOffset _asked;

    private static readonly TimeSpan DeletedStays = TimeSpan.FromDays(30); // B147

    /// <summary>Time has passed: what was deleted thirty days ago or earlier is gone for good (B147).</summary>
    private void PassDeleted(DateTimeOffset now)
    {
        foreach (string user in _deletedUsers.Keys.Where(user => now - _deletedUsers[user].At >= DeletedStays).ToList())
        {
            _deletedUsers.Remove(user);
            Forget(user);
        }

        foreach (string group in _deletedGroups.Keys.Where(group => now - _deletedGroups[group].At >= DeletedStays).ToList())
        {
            _deletedGroups.Remove(group);
            Forget(group);
        }
    }

    // What is gone for good is in no link any more: something new with its id is something else.
    private void Forget(string id)
    {
        foreach (OracleDeletedUser user in _deletedUsers.Values)
        {
            user.Groups.Remove(id);
            user.Reports.Remove(id);
            user.User.Manager = user.User.Manager == id ? null : user.User.Manager;
        }

        foreach (OracleDeletedGroup group in _deletedGroups.Values)
        {
            group.Group.Members.Remove(id);
            group.Parents.Remove(id);
        }
    }

    /// <summary>Takes an item out for good (B147).</summary>
    public Answer Purge(string id) =>
        _deletedUsers.ContainsKey(id) || _deletedGroups.ContainsKey(id)
            ? Accept(() =>
            {
                _deletedUsers.Remove(id);
                _deletedGroups.Remove(id);
                Forget(id);
            })
            : Answer.Refused("B146", "deletedItemNotFound", id);

    /// <summary>Brings an item back, its wants as new requests (B74, B148).</summary>
    public Answer Restore(string id)
    {
        if (_deletedUsers.TryGetValue(id, out OracleDeletedUser? user))
        {
            return Accept(() => RestoreUser(id, user));
        }

        if (_deletedGroups.TryGetValue(id, out OracleDeletedGroup? group))
        {
            return BadReturn(id, group.Group) ?? Accept(() => RestoreGroup(id, group));
        }

        return Answer.Refused("B146", "deletedItemNotFound", id);
    }

    // B151: a rule that names or is named as B130 forbids, or one too many; a source that is gone is an empty one.
    private Answer? BadReturn(string id, OracleGroup group)
    {
        if (group.Rule is not { } rule)
        {
            return null;
        }

        IEnumerable<OracleGroup> others = _groups.Values.Where(other => other.Rule is not null);
        if (rule.Tree is RuleTree.MemberOf memberOf)
        {
            List<string> chained = [.. memberOf.Groups.Distinct().Where(source => source == id || (_groups.TryGetValue(source, out OracleGroup? there) && there.Rule?.Tree is RuleTree.MemberOf))];
            if (chained.Count == 0 && others.Any(other => other.Rule!.Tree is RuleTree.MemberOf their && their.Groups.Contains(id)))
            {
                chained.Add(id);
            }

            if (chained.Count > 0)
            {
                return Answer.Refused("B151", "memberOfSourceNotAllowed", chained);
            }
        }

        return others.Count() >= MostDynamicGroups ? Answer.Refused("B151", "tooManyDynamicGroups", id)
            : rule.Tree is RuleTree.MemberOf && others.Count(other => other.Rule!.Tree is RuleTree.MemberOf) >= MostMemberOfGroups
                ? Answer.Refused("B151", "tooManyMemberOfGroups", id)
            : null;
    }

    private void RestoreUser(string id, OracleDeletedUser item)
    {
        _deletedUsers.Remove(id);
        Licenses direct = item.User.Direct;
        string? before = item.User.Manager;
        (item.User.Direct, item.User.Manager) = ([], null);
        _users.Add(id, item.User);
        AssignAgain(id, direct);
        foreach (string group in item.Groups.Order(StringComparer.Ordinal))
        {
            if (_groups.TryGetValue(group, out OracleGroup? there))
            {
                // A group that chooses its members looks at whoever is restored (B136).
                if (!there.IsOn)
                {
                    there.Members.Add(id);
                    Evaluate(id, group);
                }
            }
            else if (_deletedGroups.TryGetValue(group, out OracleDeletedGroup? absent))
            {
                absent.Group.Members.Add(id);
            }
        }

        if (before is { } manager)
        {
            if (_users.ContainsKey(manager))
            {
                _users[id].Manager = manager;
            }
            else if (_deletedUsers.TryGetValue(manager, out OracleDeletedUser? absent))
            {
                absent.Reports.Add(id);
            }
        }

        foreach (string report in item.Reports)
        {
            OracleUser? other = _users.GetValueOrDefault(report) ?? _deletedUsers.GetValueOrDefault(report)?.User;
            if (other is { Manager: null })
            {
                other.Manager = id;
            }
        }
    }

    // B149: all direct licenses as one call; else one by one, again until a pass gives none.
    private void AssignAgain(string id, Licenses direct)
    {
        List<Wish> left = [.. direct.Select(one => new Wish(one.Key, one.Value))];
        if (left.Count == 0 || TryAssign(id, left))
        {
            return;
        }

        bool again = true;
        while (again)
        {
            again = false;
            foreach (Wish wish in left.ToList())
            {
                if (TryAssign(id, [wish]))
                {
                    left.Remove(wish);
                    again = true;
                }
            }
        }
    }

    private bool TryAssign(string id, List<Wish> add)
    {
        OracleUser user = _users[id];
        if (Hindrance(id, user, add, []) is not null)
        {
            return false;
        }

        user.Direct = Switch(user.Direct, add, []);
        return true;
    }

    private void RestoreGroup(string id, OracleDeletedGroup item)
    {
        _deletedGroups.Remove(id);
        OracleGroup group = item.Group;
        List<string> members = [.. group.Members];
        group.Members.Clear();
        _groups.Add(id, group);
        if (group.IsOn)
        {
            _everybody.Add(id); // it chooses again (B133)
        }

        foreach (string member in group.IsOn ? [] : members)
        {
            if (_users.ContainsKey(member) || _groups.ContainsKey(member))
            {
                group.Members.Add(member);
            }
            else if (_deletedUsers.TryGetValue(member, out OracleDeletedUser? user))
            {
                user.Groups.Add(id);
            }
            else if (_deletedGroups.TryGetValue(member, out OracleDeletedGroup? inner))
            {
                inner.Parents.Add(id);
            }
        }

        EvaluateInOrder(id, group.Members.Where(_users.ContainsKey));
        foreach (string parent in item.Parents)
        {
            if (_groups.TryGetValue(parent, out OracleGroup? there))
            {
                there.Members.Add(id);
            }
            else if (_deletedGroups.TryGetValue(parent, out OracleDeletedGroup? absent))
            {
                absent.Group.Members.Add(id);
            }
        }
    }
}
