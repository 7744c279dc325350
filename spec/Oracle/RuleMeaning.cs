using System.Text.RegularExpressions;

namespace Berth.Oracle;

/// <summary>Whether a membership rule holds for a user, and what it reads of one.</summary>
public static class RuleMeaning
{
    // B127: rule names that are not Graph's.
    private static readonly Dictionary<string, string> GraphNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["facsimileTelephoneNumber"] = "faxNumber",
        ["mobile"] = "mobilePhone",
        ["physicalDeliveryOfficeName"] = "officeLocation",
        ["telephoneNumber"] = "businessPhones",
    };

    /// <summary>Whether the rule holds for a user at a time, in steps as in <see cref="Operand.Instant"/>.</summary>
    public static bool Holds(MembershipRule rule, Seen user, long now) => !rule.AboutDevices && Holds(rule.Tree, user, now, null);

    /// <summary>What the rule reads, as values: when two of them differ, an attribute that it reads differs (B136).</summary>
    public static string Read(MembershipRule rule, Seen user)
    {
        List<string> values = [];
        foreach (RuleTree part in rule.Tree.Parts())
        {
            values.AddRange(part switch
            {
                RuleTree.Comparison { Property: var name } when name.StartsWith("user.", StringComparison.Ordinal) => Values(name, user),
                RuleTree.Quantified { Property: "user.assignedplans" } => user.Plans.Select(plan => plan.ToString()).Order(StringComparer.Ordinal),
                RuleTree.Quantified { Property: var name } => Values(name, user),
                RuleTree.DirectReports => [user.Manager ?? "nobody"],
                RuleTree.MemberOf memberOf => memberOf.Groups.Where(user.Groups.Contains),
                _ => [],
            });
            values.Add("|");
        }

        return string.Join('\n', values);
    }

    private static bool Holds(RuleTree tree, Seen user, long now, Func<string, string>? element) => tree switch
    {
        RuleTree.Or or => Holds(or.Left, user, now, element) || Holds(or.Right, user, now, element),
        RuleTree.And and => Holds(and.Left, user, now, element) && Holds(and.Right, user, now, element),
        RuleTree.Not not => !Holds(not.Inner, user, now, element),
        RuleTree.DirectReports reports => user.Manager == reports.Manager,
        RuleTree.MemberOf memberOf => memberOf.Groups.Any(user.Groups.Contains),
        RuleTree.Quantified { Property: "user.assignedplans" } quantified =>
            Over(quantified.All, user.Plans, plan => Holds(quantified.Body, user, now, name => PartOf(plan, name))),
        RuleTree.Quantified quantified =>
            Over(quantified.All, Values(quantified.Property, user), value => Holds(quantified.Body, user, now, _ => value)),
        RuleTree.Comparison comparison => Compare(comparison, element is null ? Values(comparison.Property, user) : [element(comparison.Property)], now),
        _ => throw new NotSupportedException(tree.ToString()),
    };

    // L130: for no element at all, all is true and any is false.
    private static bool Over<T>(bool all, IReadOnlyList<T> elements, Predicate<T> holds)
    {
        foreach (T element in elements)
        {
            if (holds(element) != all)
            {
                return !all;
            }
        }

        return all;
    }

    // B124, L131: a negative operator is the contrary of its positive.
    private static bool Compare(RuleTree.Comparison comparison, IReadOnlyList<string> values, long now) => comparison.Operator switch
    {
        "ne" => !Positive("eq", comparison.Operand, values, now),
        { } word when word.StartsWith("not", StringComparison.Ordinal) => !Positive(word[3..], comparison.Operand, values, now),
        { } word => Positive(word, comparison.Operand, values, now),
    };

    // A missing attribute has no values, so null equals it, and nothing else holds for it.
    private static bool Positive(string word, Operand operand, IReadOnlyList<string> values, long now) => operand switch
    {
        Operand.Null => values.Count == 0,
        Operand.Flag flag => values.Any(value => value == (flag.Value ? "true" : "false")),
        Operand.Instant instant => values.Any(value => InTime(word, value, instant.Steps)),
        Operand.Now later => values.Any(value => InTime(word, value, now + later.Later)),
        Operand.List list => values.Any(value => list.Items.Any(item => Same(item, value))),
        Operand.Text text => values.Any(value => word switch
        {
            "eq" => Same(value, text.Value),
            "startswith" => value.StartsWith(text.Value, StringComparison.OrdinalIgnoreCase),
            "endswith" => value.EndsWith(text.Value, StringComparison.OrdinalIgnoreCase),
            "contains" => value.Contains(text.Value, StringComparison.OrdinalIgnoreCase),
            "match" => RuleReader.Pattern(text.Value)!.IsMatch(value),
            _ => throw new NotSupportedException(word),
        }),
        _ => throw new NotSupportedException(operand.ToString()),
    };

    private static bool InTime(string word, string value, long other)
    {
        long own = RuleTime.Instant(value)!.Value;
        return word switch
        {
            "eq" => own == other,
            "le" => own <= other,
            "ge" => own >= other,
            _ => throw new NotSupportedException(word),
        };
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string PartOf(SeenPlan plan, string name) => name switch
    {
        "assignedplan.capabilitystatus" => plan.CapabilityStatus,
        "assignedplan.service" => plan.Service,
        _ => plan.ServicePlanId,
    };

    // The values of a property of a rule: none when it is missing, one of a text, all of a collection (B127).
    private static string[] Values(string property, Seen user)
    {
        string name = property["user.".Length..];
        if (name == "objectid")
        {
            return [user.Id];
        }

        string graph = GraphNames.GetValueOrDefault(name, name);
        string? value = user.Facts.FirstOrDefault(fact => Same(fact.Key, graph)).Value;
        if (name == "usertype")
        {
            value ??= "Member";
        }

        return value is null || name is "dirsyncenabled" or "sipproxyaddress" ? []
            : name == "telephonenumber" ? [value.Split('\n')[0]]
            : name is "othermails" or "proxyaddresses" ? value.Split('\n')
            : name == "employeehiredate" && RuleTime.Instant(value) is null ? []
            : [value];
    }
}
