namespace Berth.Oracle;

/// <summary>A license as a caller asks for it.</summary>
public sealed record Wish(string Sku, IReadOnlyList<string> DisabledPlans);

/// <content>assignLicense on a user. (direct-assignment.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Adds and removes direct licenses, all or nothing.</summary>
    public Answer AssignUser(string user, IReadOnlyList<Wish> add, IReadOnlyList<string> remove)
    {
        if (Misshapen(add, remove) is { } misshapen)
        {
            return misshapen;
        }

        if (!_users.TryGetValue(user, out OracleUser? found))
        {
            return Answer.Refused("E11", "userNotFound", user);
        }

        if (add.Count == 0 && remove.Count == 0)
        {
            return Answer.Done; // B57: nothing to do is well done
        }

        return Hindrance(user, found, add, remove) ?? Accept(() => found.Direct = Switch(found.Direct, add, remove));
    }

    // What stands against a call of the right shape; null when it can be carried out.
    private Answer? Hindrance(string user, OracleUser found, IReadOnlyList<Wish> add, IReadOnlyList<string> remove)
    {
        if (Unknown(add, remove, found.Direct) is { } unknown)
        {
            return unknown;
        }

        foreach (string sku in remove)
        {
            if (!found.Direct.ContainsKey(sku))
            {
                // B56: a group gives it when it is in force through the group, not when it is merely wanted.
                List<string> groups = [.. _pairs.Where(pair => pair.User == user && pair.Applied.ContainsKey(sku)).Select(pair => pair.Group)];
                groups.Sort(StringComparer.Ordinal);
                return groups.Count > 0 ? Answer.Refused("E6", "inheritedFromGroup", [sku, .. groups]) : Answer.Refused("E7", "licenseNotHeld", sku);
            }
        }

        if (add.Count > 0 && found.UsageLocation is null)
        {
            return Answer.Refused("E3", "usageLocationMissing");
        }

        foreach (Wish wish in add)
        {
            // B55: only plans that SKUs of addLicenses enable are looked at.
            List<string> prohibited = [.. Enabled(wish.Sku, [.. wish.DisabledPlans]).Where(plan => !_rules.IsOffered(plan, found.UsageLocation!))];
            prohibited.Sort(StringComparer.Ordinal);
            if (prohibited.Count > 0)
            {
                return Answer.Refused("E3", "prohibitedInUsageLocation", [wish.Sku, .. prohibited]);
            }
        }

        Licenses final = Switch(found.Direct, add, remove);
        List<Given> all = With(Others(user, "direct"), final); // L16
        return Conflict(all)
            ?? Unmet(all, Others(user, null))
            ?? NoSeat(user, add);
    }

    // B50: shape, before anything is looked up.
    private static Answer? Misshapen(IReadOnlyList<Wish> add, IReadOnlyList<string> remove)
    {
        for (int i = 0; i < add.Count; i++)
        {
            if (add.Take(i).Any(earlier => earlier.Sku == add[i].Sku))
            {
                return Answer.Refused("B51", "duplicateSku", add[i].Sku);
            }
        }

        for (int i = 0; i < remove.Count; i++)
        {
            if (remove.Take(i).Contains(remove[i]))
            {
                return Answer.Refused("B51", "duplicateSku", remove[i]);
            }
        }

        foreach (string sku in remove)
        {
            if (add.Any(wish => wish.Sku == sku))
            {
                return Answer.Refused("B51", "skuInBothLists", sku);
            }
        }

        return null;
    }

    // E1, E9, E10, each for all SKUs in the order of the request, adds first (B52).
    private Answer? Unknown(IReadOnlyList<Wish> add, IReadOnlyList<string> remove, Licenses own)
    {
        foreach (Wish wish in add)
        {
            if (!IsTenants(wish.Sku))
            {
                return Answer.Refused("E1", "skuNotInTenant", wish.Sku);
            }
        }

        foreach (string sku in remove)
        {
            // B53: what the target has itself can always be taken away (L45).
            if (!IsTenants(sku) && !own.ContainsKey(sku))
            {
                return Answer.Refused("E1", "skuNotInTenant", sku);
            }
        }

        foreach (string sku in add.Select(wish => wish.Sku).Concat(remove))
        {
            if (!_catalog.IsForUsers(sku))
            {
                return Answer.Refused("E9", "skuNotAssignableToTarget", sku);
            }
        }

        foreach (Wish wish in add)
        {
            List<string> foreign = [.. wish.DisabledPlans.Where(plan => !_catalog.PlansOfSku[wish.Sku].Contains(plan))];
            if (foreign.Count > 0)
            {
                return Answer.Refused("E10", "unknownDisabledPlan", [wish.Sku, .. foreign]);
            }
        }

        return null;
    }

    // L7, L8: an added SKU replaces the one already there.
    private static Licenses Switch(Licenses before, IReadOnlyList<Wish> add, IReadOnlyList<string> remove)
    {
        Licenses after = new(before);
        foreach (string sku in remove)
        {
            after.Remove(sku);
        }

        foreach (Wish wish in add)
        {
            after[wish.Sku] = [.. wish.DisabledPlans.Distinct()];
        }

        return after;
    }

    // E4 with B58
    private Answer? Conflict(List<Given> all) =>
        FirstConflict(all, (p, q) => all.Exists(one => one.Plans.Contains(p) && all.Exists(other => other.Sku != one.Sku && other.Plans.Contains(q))))
            is { } pair ? Answer.Refused("E4", "plansMutuallyExclusive", pair) : null;

    // E5 with B59
    private Answer? Unmet(List<Given> all, List<Given> before)
    {
        if (FirstUnmet(requirement => IsEnabled(requirement.Plan, all) && !IsMet(requirement, all)) is not { } unmet)
        {
            return null;
        }

        bool stranded = IsEnabled(unmet.Plan, before) && IsMet(unmet, before); // B60
        return Answer.Refused("E5", stranded ? "dependedUponByOther" : "missingDependency", [unmet.Plan, .. unmet.AnyOf]);
    }

    // E2, only for SKUs that no source gives the user yet.
    private Answer? NoSeat(string user, IReadOnlyList<Wish> add)
    {
        foreach (Wish wish in add)
        {
            if (!Holds(user, wish.Sku) && Assignable(wish.Sku) - Consumed(wish.Sku) < 1)
            {
                return Answer.Refused("E2", "seatsExhausted", wish.Sku);
            }
        }

        return null;
    }
}
