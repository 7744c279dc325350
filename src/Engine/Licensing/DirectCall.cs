using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>
/// The checks of assignLicense on a user or a group, a column of early refusals in the order of L15 and the decisions
/// (Direct call, Group call); everything looks at the final state (L16), and nothing happens unless all pass (L17).
/// </summary>
internal static class DirectCall
{
    /// <summary>The change a call asks for, in indexes.</summary>
    /// <param name="Add">Licenses to add or replace.</param>
    /// <param name="Remove">SKUs to remove.</param>
    public sealed record Switch(ValueArray<License> Add, ValueArray<int> Remove);

    /// <summary>Shape: the same SKU twice in one list or in both (B51). Looked at before anything is looked up.</summary>
    public static Refusal? CheckShape(ValueArray<LicenseRequest> add, ValueArray<Guid> remove)
    {
        if (add.Count + remove.Count < 2)
        {
            return null;
        }

        HashSet<Guid> added = [], removed = [];
        foreach (LicenseRequest request in add)
        {
            if (!added.Add(request.SkuId))
            {
                return new Refusal(RefusalCode.DuplicateSku) { Subject = request.SkuId };
            }
        }

        foreach (Guid id in remove)
        {
            if (!removed.Add(id))
            {
                return new Refusal(RefusalCode.DuplicateSku) { Subject = id };
            }
        }

        foreach (Guid id in remove)
        {
            if (added.Contains(id))
            {
                return new Refusal(RefusalCode.SkuInBothLists) { Subject = id };
            }
        }

        return null;
    }

    /// <summary>Catalog: unknown SKUs (E1), SKUs for nobody (E9), foreign plans (E10).</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="current">What the target has itself: a SKU it has can be removed even when the tenant lost it (L45).</param>
    /// <param name="add">addLicenses.</param>
    /// <param name="remove">removeLicenses.</param>
    public static (Switch? Switch, Refusal? Refusal) Resolve(
        Tenant tenant, LicenseSet current, ValueArray<LicenseRequest> add, ValueArray<Guid> remove)
    {
        Sku[] skus = new Sku[add.Count + remove.Count];
        for (int i = 0; i < skus.Length; i++)
        {
            Guid id = i < add.Count ? add[i].SkuId : remove[i - add.Count];
            if (!tenant.Catalog.TryGetSku(id, out Sku? sku) || !(tenant.Owns(sku.Index) || (i >= add.Count && current.Contains(sku.Index))))
            {
                return (null, new Refusal(RefusalCode.SkuNotInTenant) { Subject = id });
            }

            skus[i] = sku;
        }

        foreach (Sku sku in skus)
        {
            if (sku.AppliesTo != LicenseTarget.User)
            {
                return (null, new Refusal(RefusalCode.SkuNotAssignableToTarget) { Subject = sku.Id, Name = sku.PartNumber });
            }
        }

        License[] licenses = new License[add.Count];
        for (int i = 0; i < licenses.Length; i++)
        {
            if (ForeignPlans(tenant, skus[i], add[i].DisabledPlans) is { Count: > 0 } foreign)
            {
                return (null, new Refusal(RefusalCode.UnknownDisabledPlan) { Subject = skus[i].Id, Ids = foreign });
            }

            licenses[i] = new License(skus[i].Index, DisabledPlans(tenant, add[i].DisabledPlans));
        }

        int[] leaving = new int[remove.Count];
        for (int i = 0; i < leaving.Length; i++)
        {
            leaving[i] = skus[add.Count + i].Index;
        }

        return (new Switch(ValueArray.Own(licenses), ValueArray.Own(leaving)), null);
    }

    private static ValueArray<Guid> ForeignPlans(Tenant tenant, Sku sku, ValueArray<Guid> plans) => plans.Count == 0
        ? []
        : plans.Where(plan => !tenant.Catalog.TryGetPlan(plan, out ServicePlan? found) || !sku.Plans.Contains(found.Index)).ToValueArray();

    private static ValueArray<int> DisabledPlans(Tenant tenant, ValueArray<Guid> plans) => plans.Count == 0
        ? []
        : plans.Select(plan => tenant.Catalog.TryGetPlan(plan, out ServicePlan? found) ? found.Index : -1).Distinct().Order().ToValueArray();

    /// <summary>All checks of a call on a user but the shape's, and the user's own licenses after it.</summary>
    public static (LicenseSet? Final, Refusal? Refusal) OnUser(Tenant tenant, Directory.User user, UserLicenses licenses, ValueArray<LicenseRequest> add, ValueArray<Guid> remove)
    {
        (Switch? change, Refusal? refusal) = Resolve(tenant, licenses.Direct, add, remove);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        LicenseSet final = licenses.Direct.With(change!.Add, change.Remove);
        return CheckUser(tenant, user, licenses, change, final) is { } no ? (null, no) : (final, null);
    }

    /// <summary>The checks of a call on a user after <see cref="Resolve"/>: removals (E6, E7), location (E3), E4, E5, seats (E2).</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user.</param>
    /// <param name="licenses">What the user has.</param>
    /// <param name="change">The change.</param>
    /// <param name="final">The user's own licenses after it.</param>
    public static Refusal? CheckUser(Tenant tenant, Directory.User user, UserLicenses licenses, Switch change, LicenseSet final)
    {
        SkuCatalog catalog = tenant.Catalog;
        foreach (int sku in change.Remove)
        {
            if (!licenses.Direct.Contains(sku))
            {
                ValueArray<Guid> groups = licenses.Groups.Where(source => source.Applied.Contains(sku))
                    .Select(source => tenant.Groups[source.Group].Id).ToValueArray();
                return new Refusal(groups.Count > 0 ? RefusalCode.InheritedFromGroup : RefusalCode.LicenseNotHeld)
                {
                    Subject = catalog.Skus[sku].Id,
                    Ids = groups,
                };
            }
        }

        if (change.Add.Count > 0)
        {
            if (user.UsageLocation is null)
            {
                return new Refusal(RefusalCode.UsageLocationMissing) { Name = user.UserPrincipalName };
            }

            LicenseSet.Compiled added = LicenseSet.Of(change.Add).For(catalog);
            if (added.HasRegional && !catalog.Compiled.Prohibited(added.Union, user.UsageLocation).IsEmpty)
            {
                return Prohibited(catalog, change.Add, user.UsageLocation);
            }
        }

        return ExclusiveInside(catalog, licenses, final)
            ?? Unmet(catalog, All(catalog, licenses, final), All(catalog, licenses, licenses.Direct))
            ?? NoSeat(tenant, licenses, change);
    }

    /// <summary>The checks of a call on a group after <see cref="Resolve"/>: removals (E7) and dependencies inside the set (L40).</summary>
    public static Refusal? CheckGroup(Tenant tenant, Group group, Switch change)
    {
        foreach (int sku in change.Remove)
        {
            if (!group.Licenses.Contains(sku))
            {
                return new Refusal(RefusalCode.LicenseNotHeld) { Subject = tenant.Catalog.Skus[sku].Id };
            }
        }

        LicenseSet final = group.Licenses.With(change.Add, change.Remove);
        return Unmet(tenant.Catalog, final.For(tenant.Catalog).Union, group.Licenses.For(tenant.Catalog).Union);
    }

    private static Refusal Prohibited(SkuCatalog catalog, ValueArray<License> add, string country)
    {
        foreach (License license in add)
        {
            PlanBits prohibited = catalog.Compiled.Prohibited(LicenseSet.Of([license]).For(catalog).Union, country);
            if (!prohibited.IsEmpty)
            {
                return new Refusal(RefusalCode.ProhibitedInUsageLocation)
                {
                    Subject = catalog.Skus[license.Sku].Id,
                    Name = country,
                    Ids = catalog.Compiled.Ids(prohibited),
                };
            }
        }

        throw new InvalidOperationException("A set has a prohibited plan that none of its licenses has.");
    }

    // E4: two plans of one exclusive set, enabled by different SKUs of the final state.
    private static Refusal? ExclusiveInside(SkuCatalog catalog, UserLicenses licenses, LicenseSet final)
    {
        CompiledRules rules = catalog.Compiled;
        PlanBits all = All(catalog, licenses, final);
        if (!rules.ExcludedBy(all).Overlaps(all))
        {
            return null;
        }

        Dictionary<int, PlanBits> bySku = [];
        foreach (LicenseSet set in licenses.Groups.Select(source => source.Applied).Prepend(final))
        {
            for (int i = 0; i < set.Items.Count; i++)
            {
                int sku = set.Items[i].Sku;
                bySku[sku] = bySku.GetValueOrDefault(sku) | set.For(catalog).Enabled[i];
            }
        }

        foreach ((int first, int second) in rules.ExclusivePairs)
        {
            if (bySku.Any(one => one.Value.Has(first) && bySku.Any(other => other.Key != one.Key && other.Value.Has(second))))
            {
                return new Refusal(RefusalCode.PlansMutuallyExclusive) { Ids = [rules.PlanOfBit[first], rules.PlanOfBit[second]] };
            }
        }

        return null;
    }

    // E5: among unmet requirements the dependent plan with the smallest id.
    private static Refusal? Unmet(SkuCatalog catalog, PlanBits all, PlanBits before)
    {
        CompiledRules rules = catalog.Compiled;
        if (rules.Unmet(all, all) is not { } found)
        {
            return null;
        }

        bool stranded = before.Has(found.Dependent) && before.Overlaps(found.AnyOf);
        return new Refusal(stranded ? RefusalCode.DependedUponByOther : RefusalCode.MissingDependency)
        {
            Subject = rules.PlanOfBit[found.Dependent],
            Ids = found.Rule.AnyOf,
        };
    }

    private static Refusal? NoSeat(Tenant tenant, UserLicenses licenses, Switch change)
    {
        foreach (License license in change.Add)
        {
            if (!licenses.Holds(license.Sku) && tenant.FreeSeats(license.Sku) < 1)
            {
                return new Refusal(RefusalCode.SeatsExhausted) { Subject = tenant.Catalog.Skus[license.Sku].Id };
            }
        }

        return null;
    }

    private static PlanBits All(SkuCatalog catalog, UserLicenses licenses, LicenseSet direct)
    {
        PlanBits all = direct.For(catalog).Union;
        foreach (GroupSource source in licenses.Groups)
        {
            all |= source.Applied.For(catalog).Union;
        }

        return all;
    }
}
