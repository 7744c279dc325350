namespace Berth.Oracle;

/// <content>Evaluate(u, g): may what a group wants come into force for a user? (evaluation.md)</content>
public sealed partial class OracleTenant
{
    // Returns whether the pair got anywhere: it is not in error any more, or what is in force changed (B32).
    private bool Evaluate(string user, string group)
    {
        OraclePair? pair = _pairs.Find(one => one.User == user && one.Group == group);
        if (pair is null)
        {
            pair = new OraclePair { User = user, Group = group };
            _pairs.Add(pair);
        }

        Licenses wanted = new(Wanted(user, group));
        Licenses before = pair.Applied;
        List<Given> others = Others(user, group);
        SortedDictionary<string, Finding> violations = new(StringComparer.Ordinal);
        Licenses given = new(wanted);
        if (_independent)
        {
            // B33: drop what is in the way, look again, until nothing is.
            while (true)
            {
                SortedDictionary<string, Finding> found = Violations(user, given, others);
                if (found.Count == 0)
                {
                    break;
                }

                foreach ((string sku, Finding error) in found)
                {
                    violations[sku] = error;
                    given.Remove(sku);
                }
            }
        }
        else
        {
            violations = Violations(user, wanted, others);
        }

        SortedDictionary<string, Finding> held = Held(before, others, With(others, given));
        bool applies = held.Count == 0 && (_independent || violations.Count == 0);
        SortedDictionary<string, Finding> shown = new(StringComparer.Ordinal);
        if (applies)
        {
            // B14 and, in mode independent, B33.
            pair.Applied = given;
            shown = violations;
        }
        else
        {
            // B15, B16, B34
            foreach (string sku in wanted.Keys.Union(before.Keys))
            {
                shown[sku] = violations.GetValueOrDefault(sku) ?? held.GetValueOrDefault(sku) ?? new Finding("Other", "G6", "blockedBySibling", [sku]);
            }
        }

        pair.Shown = shown;
        if (shown.Count == 0)
        {
            pair.WaitingSince = null;
        }
        else if (pair.WaitingSince is null)
        {
            // B19: set when the pair first fails, kept until it succeeds.
            pair.WaitingSince = _sequence;
            pair.WaitingSinceTime = _now;
        }

        if (shown.Count == 0 && pair.Applied.Count == 0)
        {
            _pairs.Remove(pair);
        }

        return shown.Count == 0 || !pair.Applied.SameAs(before);
    }

    // B11: for every SKU of a set the first violation, in the order of the rule book.
    private SortedDictionary<string, Finding> Violations(string user, Licenses set, List<Given> others)
    {
        string country = _users[user].UsageLocation ?? _country; // L54
        List<Given> all = With(others, set); // B10
        SortedDictionary<string, Finding> violations = new(StringComparer.Ordinal);
        foreach ((string sku, List<string> disabled) in set)
        {
            HashSet<string> through = Enabled(sku, disabled);
            List<string> prohibited = [.. through.Where(plan => !_rules.IsOffered(plan, country)).Order(StringComparer.Ordinal)];
            if (prohibited.Count > 0)
            {
                violations[sku] = new Finding("ProhibitedInUsageLocationViolation", "G4", "prohibitedInUsageLocation", [sku, .. prohibited]);
            }
            else if (FirstConflict(all, (p, q) => Meets(sku, through, p, q, all) || Meets(sku, through, q, p, all)) is { } conflict)
            {
                violations[sku] = new Finding("MutuallyExclusiveViolation", "G2", "plansMutuallyExclusive", conflict);
            }
            else if (FirstUnmet(requirement => through.Contains(requirement.Plan) && !IsMet(requirement, all)) is { } missing)
            {
                violations[sku] = new Finding("DependencyViolation", "G3", "missingDependency", [missing.Plan, .. missing.AnyOf]);
            }
            else if (!Holds(user, sku) && Assignable(sku) - Consumed(sku) < 1)
            {
                violations[sku] = new Finding("CountViolation", "G1", "seatsExhausted", [sku]);
            }
        }

        return violations;
    }

    // Plan p comes through this SKU and plan q from another one.
    private static bool Meets(string sku, HashSet<string> through, string p, string q, List<Given> all) =>
        through.Contains(p) && all.Exists(other => other.Sku != sku && other.Plans.Contains(q));

    // B13: SKUs of which a plan would go that an enabled plan of another source needs.
    private SortedDictionary<string, Finding> Held(Licenses before, List<Given> others, List<Given> after)
    {
        SortedDictionary<string, Finding> held = new(StringComparer.Ordinal);
        List<Given> now = With(others, before);
        bool Stranded(Requirement requirement) => IsEnabled(requirement.Plan, others) && IsMet(requirement, now) && !IsMet(requirement, after);
        foreach (Requirement requirement in _rules.Requirements.Where(Stranded))
        {
            foreach ((string sku, List<string> disabled) in before)
            {
                IEnumerable<string> lost = Enabled(sku, disabled).Where(plan => !IsEnabled(plan, after)); // B12
                if (lost.Any(requirement.AnyOf.Contains))
                {
                    Requirement first = FirstUnmet(Stranded)!;
                    held[sku] = new Finding("DependencyViolation", "G3", "dependedUponByOther", [first.Plan, .. first.AnyOf]);
                }
            }
        }

        return held;
    }

    // B58: the first conflicting pair that fits; sets in the order of the rules, inside a set ids ascending. A plan that is not enabled meets nothing.
    private List<string>? FirstConflict(List<Given> all, Func<string, string, bool> fits)
    {
        foreach (List<string> set in _rules.ExclusiveSets)
        {
            List<string> plans = [.. set.Where(plan => IsEnabled(plan, all)).Distinct().Order(StringComparer.Ordinal)];
            for (int i = 0; i < plans.Count; i++)
            {
                for (int j = i + 1; j < plans.Count; j++)
                {
                    if (fits(plans[i], plans[j]) && _rules.Exclude(plans[i], plans[j]))
                    {
                        return [plans[i], plans[j]];
                    }
                }
            }
        }

        return null;
    }

    // B59: among the requirements that fit the one whose dependent plan has the smallest id; among equals the first.
    private Requirement? FirstUnmet(Predicate<Requirement> fits)
    {
        Requirement? smallest = null;
        foreach (Requirement requirement in _rules.Requirements)
        {
            if (fits(requirement) && (smallest is null || string.CompareOrdinal(requirement.Plan, smallest.Plan) < 0))
            {
                smallest = requirement;
            }
        }

        return smallest;
    }
}
