namespace Berth.Oracle;

/// <content>assignLicense on a group, and asking to look again. (group-licensing.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Changes what a group wants and evaluates its members.</summary>
    public Answer AssignGroup(string group, IReadOnlyList<Wish> add, IReadOnlyList<string> remove)
    {
        if (Misshapen(add, remove) is { } misshapen)
        {
            return misshapen;
        }

        if (!_groups.TryGetValue(group, out OracleGroup? found))
        {
            return Answer.Refused("E11", "groupNotFound", group);
        }

        if (!found.SecurityEnabled)
        {
            return Answer.Refused("L37", "groupNotSecurityEnabled", group);
        }

        if (found.Rule is { AboutDevices: true })
        {
            return Answer.Refused("B131", "deviceRuleNotAllowed", group);
        }

        if (add.Count == 0 && remove.Count == 0)
        {
            return Answer.Done; // B57
        }

        if (Unknown(add, remove, found.Licenses) is { } unknown)
        {
            return unknown;
        }

        foreach (string sku in remove)
        {
            if (!found.Licenses.ContainsKey(sku))
            {
                return Answer.Refused("E7", "licenseNotHeld", sku); // B62
            }
        }

        Licenses final = Switch(found.Licenses, add, remove); // B64
        if (Unmet(With([], final), With([], found.Licenses)) is { } unmet)
        {
            return unmet; // L40, B63
        }

        return Accept(() =>
        {
            bool changed = !final.SameAs(found.Licenses);
            found.Licenses = final;
            if (changed)
            {
                // B65: only a change of the group's licenses touches its pairs.
                EvaluateInOrder(group, found.Members.Where(_users.ContainsKey));
            }
        });
    }

    /// <summary>Evaluates every pair of a group again, active ones too.</summary>
    public Answer ReprocessGroup(string group)
    {
        if (!_groups.TryGetValue(group, out OracleGroup? found))
        {
            return Answer.Refused("E11", "groupNotFound", group);
        }

        // B37: members, and users who left but are still held.
        IEnumerable<string> left = _pairs.Where(pair => pair.Group == group).Select(pair => pair.User);
        return Accept(() => EvaluateInOrder(group, found.Members.Where(_users.ContainsKey).Concat(left).ToList()));
    }

    /// <summary>Evaluates every pair of a user again, active ones too; says what is still wrong.</summary>
    public Answer ReprocessUser(string user)
    {
        if (!_users.ContainsKey(user))
        {
            return Answer.Refused("E11", "userNotFound", user);
        }

        Accept(() =>
        {
            // B35
            IEnumerable<string> member = _groups.Where(pair => pair.Value.Members.Contains(user)).Select(pair => pair.Key);
            IEnumerable<string> owed = _pairs.Where(pair => pair.User == user).Select(pair => pair.Group);
            foreach (string group in member.Union(owed).OrderBy(group => Since(user, group)).ThenBy(group => group, StringComparer.Ordinal).ToList())
            {
                Evaluate(user, group);
            }
        });
        return InError().Find(pair => pair.User == user) is { } first ? Explain(first) : Answer.Done;
    }

    // B36: the gravest error of the pair by the order of B11, then the smallest SKU id, in the words of the direct call.
    private static Answer Explain(OraclePair pair)
    {
        string[] order = ["ProhibitedInUsageLocationViolation", "MutuallyExclusiveViolation", "DependencyViolation", "CountViolation", "Other"];
        Finding worst = pair.Shown.OrderBy(one => Array.IndexOf(order, one.Value.Error)).ThenBy(one => one.Key, StringComparer.Ordinal).First().Value;
        return new Answer(true, worst.Rule, worst.Code, worst.About);
    }
}
