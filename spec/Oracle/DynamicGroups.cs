namespace Berth.Oracle;

/// <summary>How a group comes to its members, as a caller asks for it.</summary>
/// <param name="Dynamic">Whether it has the type DynamicMembership.</param>
/// <param name="Rule">Its rule, or null.</param>
/// <param name="State"><c>On</c>, <c>Paused</c> or null.</param>
public sealed record Choice(bool Dynamic, string? Rule, string? State)
{
    /// <summary>By hand.</summary>
    public static Choice ByHand { get; } = new(false, null, null);
}

/// <content>What a group with a rule is refused for, and how a group changes. (dynamic-membership.md)</content>
public sealed partial class OracleTenant
{
    private const int MostDynamicGroups = 15_000; // B130
    private const int MostMemberOfGroups = 500; // L138

    /// <summary>Changes how a group comes to its members, and adds members, all or nothing.</summary>
    public Answer ChangeGroup(string group, Choice choice, IReadOnlyList<string> members)
    {
        if (!_groups.TryGetValue(group, out OracleGroup? found))
        {
            return Answer.Refused("E11", "groupNotFound", group);
        }

        return Misfit(group, found, found.Unified, choice, members) ?? Unwelcome(group, found, members) ?? Accept(() =>
        {
            found.Members.AddRange(members.Distinct());
            EvaluateInOrder(group, members.Where(_users.ContainsKey));
            Choose(group, found, choice);
        });
    }

    // B132, B133
    private void Choose(string group, OracleGroup found, Choice choice)
    {
        (bool wasOn, string? before) = (found.IsOn, found.RuleText);
        found.RuleText = choice.Rule;
        found.Rule = choice.Rule is null ? null : RuleReader.Read(choice.Rule);
        found.Paused = choice.State == "Paused";
        if (found.IsOn && (!wasOn || found.RuleText != before))
        {
            _everybody.Add(group);
        }
    }

    // B134, from the top.
    private Answer? Misfit(string group, OracleGroup? before, bool unified, Choice choice, IReadOnlyList<string> members)
    {
        if (choice.Dynamic != choice.Rule is not null || (!choice.Dynamic && choice.State is not null))
        {
            return Answer.Refused("B132", "membershipRuleMismatch", group);
        }

        if (choice.Rule is not null && choice.Rule != before?.RuleText && BadRule(group, before, unified, choice.Rule) is { } refused)
        {
            return refused;
        }

        return choice.Dynamic && members.Count > 0 ? Answer.Refused("L140", "groupIsDynamic", group) : null;
    }

    private Answer? BadRule(string group, OracleGroup? before, bool unified, string text)
    {
        MembershipRule rule;
        try
        {
            rule = RuleReader.Read(text);
        }
        catch (UnreadableRuleException error)
        {
            return Answer.Refused("B120", "membershipRuleInvalid", $"{error.Position}");
        }

        if (rule.AboutDevices && (unified || before?.Licenses.Count > 0))
        {
            return Answer.Refused(unified ? "L123" : "B131", "deviceRuleNotAllowed", group);
        }

        IEnumerable<OracleGroup> others = _groups.Where(one => one.Key != group && one.Value.Rule is not null).Select(one => one.Value);
        if (rule.Tree is RuleTree.MemberOf memberOf)
        {
            List<string> unknown = [.. memberOf.Groups.Distinct().Where(source => !_groups.ContainsKey(source))];
            if (unknown.Count > 0)
            {
                return Answer.Refused("B130", "memberOfSourceNotFound", unknown);
            }

            List<string> chained = [.. memberOf.Groups.Distinct().Where(source => source == group || _groups[source].Rule?.Tree is RuleTree.MemberOf)];
            if (chained.Count == 0 && others.Any(other => other.Rule!.Tree is RuleTree.MemberOf their && their.Groups.Contains(group)))
            {
                chained.Add(group);
            }

            if (chained.Count > 0)
            {
                return Answer.Refused("B130", "memberOfSourceNotAllowed", chained);
            }
        }

        return others.Count() >= MostDynamicGroups ? Answer.Refused("B130", "tooManyDynamicGroups", group)
            : rule.Tree is RuleTree.MemberOf && others.Count(other => other.Rule!.Tree is RuleTree.MemberOf) >= MostMemberOfGroups
                ? Answer.Refused("B130", "tooManyMemberOfGroups", group)
            : null;
    }
}
