using Berth.Connect.Copies;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;

namespace Berth.Connect.Checking;

/// <summary>Where a copied tenant and the rule book disagree (B568).</summary>
/// <param name="User">The user principal name; null for a figure of a SKU.</param>
/// <param name="UserId">The user's id; null likewise.</param>
/// <param name="Sku">The part number.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="Source"><c>direct</c>, the group's name, <c>merged</c> for what all sources together give, or <c>units</c> for what a SKU counts.</param>
/// <param name="GroupId">The group; null when the source is none.</param>
/// <param name="Says">What the tenant says.</param>
/// <param name="Computes">What Berth computes.</param>
/// <param name="Rule">The rule that Berth computes by.</param>
public sealed record CheckRow(string? User, Guid? UserId, string Sku, Guid SkuId, string Source, Guid? GroupId, string Says, string Computes, string Rule);

/// <summary>Compares a copy with the rule book: every source of every user, what users hold by all of them, and the units that each SKU counts.</summary>
public static class CopyCheck
{
    /// <summary>Every difference.</summary>
    /// <param name="copy">What was seen.</param>
    /// <param name="tenant">The same as a tenant (<see cref="CopiedTenant"/>).</param>
    public static IEnumerable<CheckRow> Of(TenantCopy copy, Tenant tenant) =>
        Sources(tenant).Concat(Merged(copy, tenant)).Concat(Units(copy, tenant));

    private static IEnumerable<CheckRow> Sources(Tenant tenant) => Agreement.Of(tenant).Select(one =>
    {
        Group? group = one.Group < 0 ? null : tenant.Groups[one.Group];
        return Row(
            tenant, one.User, one.Sku, group?.Profile.DisplayName ?? "direct", group?.Id,
            one.IsOfPlans ? $"{Words(one.Seen, one.SeenError)}, other plans" : Words(one.Seen, one.SeenError),
            one.IsOfPlans ? $"{Words(one.Computed, one.ComputedError)}, the group's plans" : one.Group < 0 ? $"refused: {one.Why!.Code}" : Words(one.Computed, one.ComputedError),
            RuleOf(one));
    });

    // L113: what a user holds is what any source in force gives.
    private static IEnumerable<CheckRow> Merged(TenantCopy copy, Tenant tenant)
    {
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is not { } person || copy.Users.GetValueOrDefault(person.Id)?.AssignedLicenses is not { } assigned)
            {
                continue;
            }

            HashSet<int> says = [];
            foreach (GraphLicense license in assigned)
            {
                if (tenant.Catalog.TryGetSku(license.SkuId, out Sku? sku))
                {
                    says.Add(sku.Index);
                }
            }

            HashSet<int> holds = [.. tenant.LicensesOf(user).Held()];
            foreach (int sku in says.Union(holds).Where(sku => says.Contains(sku) != holds.Contains(sku)).Order())
            {
                yield return Row(tenant, user, sku, "merged", null, says.Contains(sku) ? "holds it" : "does not hold it", holds.Contains(sku) ? "holds it" : "does not hold it", "L113");
            }
        }
    }

    private static IEnumerable<CheckRow> Units(TenantCopy copy, Tenant tenant)
    {
        foreach (GraphSku sku in copy.Skus)
        {
            // What belongs to the company is counted by who uses it, and that is not in a copy.
            if (tenant.Catalog.TryGetSku(sku.SkuId, out Sku? known) && sku.AppliesTo is not "Company" && tenant.HoldersOf(known.Index).Count != sku.ConsumedUnits)
            {
                yield return new CheckRow(
                    null, null, known.PartNumber, known.Id, "units", null, $"consumedUnits {sku.ConsumedUnits}", $"{tenant.HoldersOf(known.Index).Count} users hold it", "L61");
            }
        }
    }

    private static CheckRow Row(Tenant tenant, int user, int sku, string source, Guid? group, string says, string computes, string rule) => new(
        tenant.Users[user]!.UserPrincipalName, tenant.Users[user]!.Id, tenant.Catalog.Skus[sku].PartNumber, tenant.Catalog.Skus[sku].Id, source, group, says, computes, rule);

    private static string Words(AssignmentState? state, LicenseError error) => state is not { } known ? "nothing" : error == LicenseError.None ? $"{known}" : $"{known} ({error})";

    private static string RuleOf(Disagreement one) => one.ComputedError switch
    {
        LicenseError.CountViolation => "G1",
        LicenseError.MutuallyExclusiveViolation => "G2",
        LicenseError.DependencyViolation => "G3",
        LicenseError.ProhibitedInUsageLocationViolation => "G4",
        LicenseError.UniquenessViolation => "G5",
        LicenseError.Other => "G6",

        // Nothing is in the way any more: it is not tried again until something asks for it.
        LicenseError.None when one.SeenError != LicenseError.None => "L66",
        LicenseError.None when one.Why is { } why => why.Code switch
        {
            RefusalCode.UsageLocationMissing or RefusalCode.ProhibitedInUsageLocation => "E3",
            RefusalCode.PlansMutuallyExclusive => "E4",
            RefusalCode.MissingDependency or RefusalCode.DependedUponByOther => "E5",
            _ => "E2",
        },
        LicenseError.None when one.IsOfPlans => "L8",
        LicenseError.None when one.Computed is null => "L62",
        _ => "L116",
    };
}
