using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>A SKU from a source that is not as the rules would have it.</summary>
/// <param name="User">The user's index.</param>
/// <param name="Group">The group's index; -1 for direct.</param>
/// <param name="Sku">The SKU's index.</param>
/// <param name="Seen">What the tenant says; null when the source says nothing of the SKU.</param>
/// <param name="SeenError">The error that goes with it.</param>
/// <param name="Computed">What the rules say; null when the source should say nothing of the SKU.</param>
/// <param name="ComputedError">The error that goes with it; None too where a direct call would be refused, see <paramref name="Why"/>.</param>
/// <param name="Why">What is in the way by the rules; null when nothing is.</param>
public sealed record Disagreement(
    int User, int Group, int Sku, AssignmentState? Seen, LicenseError SeenError, AssignmentState? Computed, LicenseError ComputedError, Refusal? Why)
{
    /// <summary>Whether both give the license and only the plans that are switched off differ.</summary>
    public bool IsOfPlans => Seen is not null && Seen == Computed && SeenError == ComputedError;
}

/// <summary>
/// Compares every source of a tenant with what the rules make of it beside everything else as it is (B568). A tenant that the engine decided agrees with itself but for
/// pairs that are not tried again on their own; one that was copied need not.
/// </summary>
public static class Agreement
{
    /// <summary>Every disagreement, by user, direct before groups, then by SKU.</summary>
    public static IEnumerable<Disagreement> Of(Tenant tenant)
    {
        Seats seats = new(tenant);
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is not { } person)
            {
                continue;
            }

            foreach (Disagreement one in OfUser(tenant, seats, user, person))
            {
                yield return one;
            }
        }
    }

    private static List<Disagreement> OfUser(Tenant tenant, Seats seats, int user, User person)
    {
        List<Disagreement> found = [];
        UserLicenses licenses = tenant.LicensesOf(user);
        if (!licenses.Direct.IsEmpty && Direct(tenant, licenses, user, person) is { } direct)
        {
            found.Add(direct);
        }

        SortedSet<int> groups = [.. licenses.Groups.Select(static source => source.Group)];
        foreach (int group in tenant.GroupsOf(user).Span)
        {
            if (!tenant.Groups[group].Licenses.IsEmpty)
            {
                groups.Add(group);
            }
        }

        foreach (int group in groups)
        {
            GroupSource source = licenses.Source(group) ?? new GroupSource(group, LicenseSet.Empty, null, default);
            LicenseSet wanted = LicenseState.Wanted(tenant, user, group);
            GroupEvaluation evaluation = new(tenant.Catalog, seats, licenses, group, wanted, person.UsageLocation ?? tenant.Profile.Country);
            Outcome outcome = evaluation.Evaluate(tenant.Settings.GroupAtomicity);
            foreach (int sku in source.Applied.Items.Concat(wanted.Items).Select(static item => item.Sku).Concat((source.Trouble?.Errors ?? []).Select(static error => error.Sku)).Distinct().Order())
            {
                LicenseError seenError = source.Trouble?[sku] ?? LicenseError.None;
                LicenseError computedError = ErrorOf(outcome, sku);
                AssignmentState? seen = StateOf(source.Applied.Contains(sku), seenError);
                AssignmentState? computed = StateOf(outcome.Applied.Contains(sku), computedError);
                bool samePlans = seen is null or AssignmentState.Error || computed is null or AssignmentState.Error || source.Applied.Disabled(sku) == outcome.Applied.Disabled(sku);
                if (seen != computed || seenError != computedError || !samePlans)
                {
                    Refusal? why = computedError == LicenseError.None ? null : evaluation.Details(new SkuError(sku, computedError), tenant.Settings.GroupAtomicity);
                    found.Add(new Disagreement(user, group, sku, seen, seenError, computed, computedError, why));
                }
            }
        }

        return found;
    }

    // What a user has directly is as if it were assigned now, all at once: whatever would be refused is in force against the rules.
    private static Disagreement? Direct(Tenant tenant, UserLicenses licenses, int user, User person)
    {
        if (DirectCall.CheckUser(tenant, person, licenses, new DirectCall.Switch(licenses.Direct.Items, []), licenses.Direct) is not { } refusal)
        {
            return null;
        }

        // Between groups alone it is told of the groups.
        int sku = refusal.Code switch
        {
            RefusalCode.UsageLocationMissing => licenses.Direct.Items[0].Sku,
            RefusalCode.PlansMutuallyExclusive => WithPlan(tenant, licenses.Direct, refusal.Ids),
            RefusalCode.MissingDependency or RefusalCode.DependedUponByOther => WithPlan(tenant, licenses.Direct, refusal.Subject is { } plan ? [plan] : []),
            _ => refusal.Subject is { } id && tenant.Catalog.TryGetSku(id, out Sku? found) ? found.Index : -1,
        };
        return sku < 0 ? null : new Disagreement(user, -1, sku, AssignmentState.Active, LicenseError.None, AssignmentState.Error, LicenseError.None, refusal);
    }

    private static int WithPlan(Tenant tenant, LicenseSet direct, ValueArray<Guid> plans)
    {
        foreach (License license in direct.Items)
        {
            if (tenant.Catalog.Skus[license.Sku].Plans.Any(plan => plans.Contains(tenant.Catalog.Plans[plan].Id) && license.Disabled.Span.BinarySearch(plan) < 0))
            {
                return license.Sku;
            }
        }

        return -1;
    }

    private static AssignmentState? StateOf(bool isApplied, LicenseError error) =>
        isApplied ? error == LicenseError.None ? AssignmentState.Active : AssignmentState.ActiveWithError
        : error == LicenseError.None ? null
        : AssignmentState.Error;

    private static LicenseError ErrorOf(Outcome outcome, int sku)
    {
        foreach (SkuError error in outcome.Errors.Span)
        {
            if (error.Sku == sku)
            {
                return error.Error;
            }
        }

        return LicenseError.None;
    }
}
