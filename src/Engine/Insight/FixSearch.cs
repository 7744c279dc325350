using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>
/// Looks for what would give a user a SKU (B534): few candidates, each decided on the tenant as it is. What is not accepted, or leaves the user without the
/// SKU, is no fix.
/// </summary>
internal sealed class FixSearch(Tenant tenant, int user, int sku, IReadOnlyList<Blocker> blockers, DecisionContext context)
{
    /// <summary>The most fixes that are told.</summary>
    public const int Most = 5;

    /// <summary>The most groups, and the most holders, that are tried.</summary>
    private const int MostTried = 3;

    private readonly User _person = tenant.Users[user]!;
    private readonly Guid _sku = tenant.Catalog.Skus[sku].Id;

    /// <summary>The fixes, the shortest first.</summary>
    public ValueArray<Fix> Find()
    {
        List<Fix> fixes = [];
        foreach ((FixKind kind, Command[] commands, Guid? about) in Candidates())
        {
            if (Plan.Of(tenant, commands, context, out _) is { } plan && plan.After.LicensesOf(user).Holds(sku)
                && !fixes.Exists(fix => fix.Commands == commands.ToValueArray()))
            {
                fixes.Add(new Fix(kind, commands.ToValueArray(), about, plan.Gaining, plan.Losing, plan.CloudPcs.Count(static one => one.DestroysData)));
            }
        }

        return fixes.OrderBy(static fix => fix.Commands.Count).ThenBy(static fix => fix.Losing).ThenBy(static fix => fix.DestroysData).ThenBy(static fix => fix.Kind).Take(Most).ToValueArray();
    }

    private IEnumerable<(FixKind Kind, Command[] Commands, Guid? About)> Candidates()
    {
        Command direct = Assign([]);
        yield return (FixKind.AssignDirectly, [direct], null);
        foreach (int group in Groups())
        {
            Guid id = tenant.Groups[group].Id;
            yield return (FixKind.JoinGroup, [new Command.AddMembers(id, [_person.Id])], id);
        }

        Command? location = _person.UsageLocation == tenant.Profile.Country
            ? null
            : new Command.UpdateUser(_person with { UsageLocation = tenant.Profile.Country }) { Basis = _person };
        if (location is not null)
        {
            yield return (FixKind.SetUsageLocation, [location], null);
            yield return (FixKind.SetUsageLocation, [location, direct], null);
        }

        // The plans of this SKU that speak against something the user has, in whatever order they are found.
        Guid[] against = [.. Against()];
        if (against.Length > 0)
        {
            yield return (FixKind.AssignWithoutPlans, [Assign(against)], null);
        }

        foreach (License held in tenant.LicensesOf(user).Direct.Items)
        {
            yield return (FixKind.Switch, [new Command.AssignUserLicenses(_person.Id, [new LicenseRequest(_sku, [])], [tenant.Catalog.Skus[held.Sku].Id])], null);
        }

        if (tenant.FreeSeats(sku) < 1 && tenant.PrepaidUnitsOf(sku).Assignable is var units && tenant.HoldersOf(sku).Count + 1L - units is > 0 and var missing)
        {
            Command buy = new Command.SetUnits(CloudPcs.IdsByName.Of(tenant.Profile.Id, $"fix/{_sku}/{tenant.Version}"), _sku, (int)Math.Min(Subscription.MostUnits, units + missing + Ahead()));
            yield return (FixKind.BuyUnits, [buy], null);
            yield return (FixKind.BuyUnits, [buy, direct], null);
        }

        foreach (int holder in tenant.HoldersOf(sku).Where(IsDisabledHolder).Take(MostTried))
        {
            Guid id = tenant.Users[holder]!.Id;
            Command take = new Command.AssignUserLicenses(id, [], [_sku]);
            yield return (FixKind.TakeFromDisabled, [take], id);
            yield return (FixKind.TakeFromDisabled, [take, direct], id);
        }
    }

    private Command.AssignUserLicenses Assign(Guid[] without) => new(_person.Id, [new LicenseRequest(_sku, without.ToValueArray())], []);

    private IEnumerable<int> Groups()
    {
        int tried = 0;
        for (int group = 0; group < tenant.Groups.Count && tried < MostTried; group++)
        {
            Group one = tenant.Groups[group];
            if (!one.IsDeleted && !one.Profile.IsDynamic && one.Licenses.Contains(sku) && tenant.GroupsOf(user).Span.BinarySearch(group) < 0)
            {
                tried++;
                yield return group;
            }
        }
    }

    // A seat that is bought goes to who waits longest, as a seat of a group always does.
    private long Ahead() => blockers.Any(static one => one.Error == LicenseError.CountViolation) ? tenant.WaitingFor(sku).TakeWhile(pair => pair.User != user).Count() : 0;

    private bool IsDisabledHolder(int holder) => holder != user && tenant.Users[holder] is { AccountEnabled: false } && tenant.LicensesOf(holder).Direct.Contains(sku);

    private IEnumerable<Guid> Against()
    {
        HashSet<Guid> own = [.. tenant.Catalog.Skus[sku].Plans.Select(plan => tenant.Catalog.Plans[plan].Id)];
        foreach (Blocker blocker in blockers.Where(blocker => blocker.Sku == sku))
        {
            IEnumerable<Guid> named = blocker.Refusal.Code switch
            {
                RefusalCode.PlansMutuallyExclusive or RefusalCode.ProhibitedInUsageLocation => blocker.Refusal.Ids,
                RefusalCode.MissingDependency => [blocker.Refusal.Subject ?? Guid.Empty],
                _ => [],
            };
            foreach (Guid plan in named.Where(own.Contains))
            {
                yield return plan;
            }
        }
    }
}
