namespace Berth.Oracle;

/// <summary>A line of a directory import.</summary>
public abstract record DirectoryLine
{
    /// <summary>A user, with values of other properties.</summary>
    public sealed record OfUser(string User, string? UsageLocation, IReadOnlyDictionary<string, string?> Facts) : DirectoryLine;

    /// <summary>A security group.</summary>
    public sealed record OfGroup(string Group, Choice Choice) : DirectoryLine;

    /// <summary>A user becomes a member.</summary>
    public sealed record OfMember(string Group, string User) : DirectoryLine;
}

/// <content>Users, groups and membership. (directory.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Adds a user, with values of other properties.</summary>
    public Answer CreateUser(string user, string? usageLocation, IReadOnlyDictionary<string, string?> facts)
    {
        if (IsTaken(user))
        {
            return Answer.Refused("B80", "idTaken", user);
        }

        return Accept(() => _users.Add(user, NewUser(usageLocation, facts)));
    }

    /// <summary>Changes values of other properties; null takes one away.</summary>
    public Answer SetUser(string user, IReadOnlyDictionary<string, string?> facts) =>
        _users.TryGetValue(user, out OracleUser? found) ? Accept(() => Set(found, facts)) : Answer.Refused("E11", "userNotFound", user);

    /// <summary>Changes where a user's licenses are used; null takes the location away. Active pairs are not evaluated (B38).</summary>
    public Answer SetUsageLocation(string user, string? usageLocation) =>
        _users.TryGetValue(user, out OracleUser? found)
            ? Accept(() => found.UsageLocation = usageLocation)
            : Answer.Refused("E11", "userNotFound", user);

    /// <summary>Gives a user a manager, or takes the manager away with null (B140).</summary>
    public Answer ReportTo(string user, string? manager)
    {
        if (!_users.TryGetValue(user, out OracleUser? found))
        {
            return Answer.Refused("E11", "userNotFound", user);
        }

        if (manager == user)
        {
            return Answer.Refused("B140", "managerOfItself", user);
        }

        if (manager is not null && !_users.ContainsKey(manager))
        {
            return Answer.Refused("E11", "managerNotFound", manager);
        }

        if (manager is null && found.Manager is null)
        {
            return Answer.Refused("B142", "managerMissing", user);
        }

        return Accept(() => found.Manager = manager);
    }

    /// <summary>Deletes a user, who goes to deleted items (B146); the seats come back at once (L26).</summary>
    public Answer DeleteUser(string user)
    {
        if (!_users.TryGetValue(user, out OracleUser? found))
        {
            return Answer.Refused("E11", "userNotFound", user);
        }

        return Accept(() =>
        {
            _deletedUsers[user] = new OracleDeletedUser
            {
                User = found,
                At = _now,
                Groups = [.. _groups.Keys.Where(group => _groups[group].Members.Contains(user))],
                Reports = [.. _users.Keys.Where(other => _users[other].Manager == user)],
            };
            _users.Remove(user);
            _pairs.RemoveAll(pair => pair.User == user);
            foreach (OracleUser other in _users.Values.Where(other => other.Manager == user))
            {
                other.Manager = null; // B141
            }

            foreach (OracleGroup group in _groups.Values)
            {
                group.Members.Remove(user);
            }
        });
    }

    /// <summary>Adds a group with its first members, or with a rule that chooses them.</summary>
    public Answer CreateGroup(string group, bool securityEnabled, bool unified, Choice choice, IReadOnlyList<string> members)
    {
        if (IsTaken(group))
        {
            return Answer.Refused("B80", "idTaken", group);
        }

        OracleGroup created = new() { SecurityEnabled = securityEnabled, Unified = unified };
        return Misfit(group, null, unified, choice, members) ?? Unwelcome(group, created, members) ?? Accept(() =>
        {
            _groups.Add(group, created);
            created.Members.AddRange(members.Distinct());
            Choose(group, created, choice);
        });
    }

    /// <summary>Deletes a group that has no licenses: a Microsoft 365 group goes to deleted items, any other for good (B146); what it still gives somebody stays with its id (L73, L74).</summary>
    public Answer DeleteGroup(string group)
    {
        if (!_groups.TryGetValue(group, out OracleGroup? found))
        {
            return Answer.Refused("E11", "groupNotFound", group);
        }

        if (found.Licenses.Count > 0)
        {
            return Answer.Refused("L73", "groupHasLicenses", found.Licenses.Keys);
        }

        return Accept(() =>
        {
            if (found.Unified)
            {
                _deletedGroups[group] = new OracleDeletedGroup
                {
                    Group = found,
                    At = _now,
                    Parents = [.. _groups.Keys.Where(other => _groups[other].Members.Contains(group))],
                };
            }
            else
            {
                Forget(group);
            }

            foreach (OraclePolicy policy in _fleet.Policies)
            {
                policy.Assignments.RemoveAll(one => one.Group == group); // B292
            }

            _fleet.Settings.ForEach(setting => setting.Groups.Remove(group)); // B345

            _groups.Remove(group);
            foreach (OracleGroup other in _groups.Values)
            {
                other.Members.Remove(group);
            }
        });
    }

    /// <summary>Adds members, all or none.</summary>
    public Answer AddMembers(string group, IReadOnlyList<string> members)
    {
        if (!_groups.TryGetValue(group, out OracleGroup? found))
        {
            return Answer.Refused("E11", "groupNotFound", group);
        }

        if (found.Rule is not null)
        {
            return Answer.Refused("L140", "groupIsDynamic", group);
        }

        return Unwelcome(group, found, members) ?? Accept(() =>
        {
            found.Members.AddRange(members.Distinct());
            EvaluateInOrder(group, members.Where(_users.ContainsKey)); // L38, L39: users of the first level only
        });
    }

    /// <summary>Removes members, all or none (B501).</summary>
    public Answer RemoveMembers(string group, params string[] members)
    {
        if (!_groups.TryGetValue(group, out OracleGroup? found))
        {
            return Answer.Refused("E11", "groupNotFound", group);
        }

        if (found.Rule is not null)
        {
            return Answer.Refused("L140", "groupIsDynamic", group);
        }

        if (Array.Find(members, member => !found.Members.Contains(member)) is { } stranger)
        {
            return Answer.Refused("E11", "memberNotFound", stranger);
        }

        return Accept(() =>
        {
            foreach (string user in InOrder(group, members.Where(_users.ContainsKey)))
            {
                Leave(user, group);
            }

            found.Members.RemoveAll(members.Contains);
        });
    }

    private void Leave(string user, string group)
    {
        _groups[group].Members.Remove(user);
        Evaluate(user, group);
        if (_entraStrict)
        {
            RetryUser(user, group); // B31(c), L65
        }
    }

    private static OracleUser NewUser(string? usageLocation, IReadOnlyDictionary<string, string?> facts)
    {
        OracleUser user = new() { UsageLocation = usageLocation };
        Set(user, facts);
        return user;
    }

    private static void Set(OracleUser user, IReadOnlyDictionary<string, string?> facts)
    {
        foreach ((string name, string? value) in facts)
        {
            user.Facts.Remove(name);
            if (value is not null)
            {
                user.Facts.Add(name, value);
            }
        }
    }

    /// <summary>Takes lines in one after another; a bad one is reported and leaves the others alone (B86).</summary>
    public Answer Import(IReadOnlyList<DirectoryLine> lines)
    {
        List<string> bad = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (Import(lines[i]) is { } refused)
            {
                bad.Add($"{i + 1} {refused.Code} {string.Join(' ', refused.About)}");
            }
        }

        Settle(); // B138: the passes of the lines are the first
        SettleCloudPcs();
        PassDues(_now);
        return bad.Count > 0 ? Answer.Without(bad) : Answer.Done;
    }

    private Answer? Import(DirectoryLine line)
    {
        switch (line)
        {
            case DirectoryLine.OfUser one when !IsTaken(one.User):
                _users.Add(one.User, NewUser(one.UsageLocation, one.Facts));
                Pass(null, one.User);
                return null;
            case DirectoryLine.OfGroup one when !IsTaken(one.Group):
                if (Misfit(one.Group, null, false, one.Choice, []) is { } misfit)
                {
                    return misfit;
                }

                OracleGroup created = new() { SecurityEnabled = true };
                _groups.Add(one.Group, created);
                Choose(one.Group, created, one.Choice);
                Pass(one.Group, null);
                return null;
            case DirectoryLine.OfUser one:
                return Answer.Refused("B80", "idTaken", one.User);
            case DirectoryLine.OfGroup one:
                return Answer.Refused("B80", "idTaken", one.Group);
            case DirectoryLine.OfMember one when !_groups.ContainsKey(one.Group):
                return Answer.Refused("E11", "groupNotFound", one.Group);
            case DirectoryLine.OfMember one when _groups[one.Group].Rule is not null:
                return Answer.Refused("L140", "groupIsDynamic", one.Group);
            case DirectoryLine.OfMember one when !_users.ContainsKey(one.User):
                return Answer.Refused("E11", "userNotFound", one.User);
            case DirectoryLine.OfMember one when _groups[one.Group].Members.Contains(one.User):
                return Answer.Refused("L170", "alreadyMember", one.User);
            case DirectoryLine.OfMember one:
                _groups[one.Group].Members.Add(one.User);
                Evaluate(one.User, one.Group);
                Pass(null, one.User);
                return null;
            default:
                throw new NotSupportedException(line.ToString());
        }
    }

    // B80: also the id of something in deleted items, and of a deleted group that still gives somebody something.
    private bool IsTaken(string id) => _users.ContainsKey(id) || _groups.ContainsKey(id) || _deletedUsers.ContainsKey(id) || _deletedGroups.ContainsKey(id) || _pairs.Exists(pair => pair.Group == id);

    // L170, B81: a member named twice in one request counts once.
    private Answer? Unwelcome(string group, OracleGroup found, IReadOnlyList<string> members)
    {
        foreach (string member in members)
        {
            if (member == group)
            {
                return Answer.Refused("B82", "memberOfItself", group);
            }

            if (!_users.ContainsKey(member) && !_groups.ContainsKey(member))
            {
                return Answer.Refused("E11", "memberNotFound", member);
            }

            if (found.Members.Contains(member))
            {
                return Answer.Refused("L170", "alreadyMember", member);
            }
        }

        return null;
    }
}
