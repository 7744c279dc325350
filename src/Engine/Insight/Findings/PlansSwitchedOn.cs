using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>
/// Service plans that a SKU gained after it was published with this program, and that are on in licenses which leave other plans off: nobody chose them (B548,
/// L44). When a SKU gained a plan is in no state, so a license that was written since is told too.
/// </summary>
internal sealed class PlansSwitchedOn : FindingRule
{
    public override FindingKind Kind => FindingKind.PlanSwitchedOn;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Tenant tenant = question.Tenant;
        Dictionary<int, int[]> gained = Gained(tenant.Catalog);
        if (gained.Count == 0)
        {
            yield break;
        }

        for (int group = 0; group < tenant.Groups.Count; group++)
        {
            Group one = tenant.Groups[group];
            foreach (License license in one.IsDeleted ? [] : one.Licenses.Items)
            {
                if (question.IsAbout(license.Sku) && On(gained, license).Any())
                {
                    yield return new Found(Kind, one.Id, tenant.Catalog.Skus[license.Sku].Id, -1, group, license.Sku, 0);
                }
            }
        }

        for (int user = 0; user < tenant.Users.Count; user++)
        {
            foreach (License license in tenant.LicensesOf(user).Direct.Items)
            {
                if (question.IsAbout(license.Sku) && On(gained, license).Any() && tenant.Users[user] is { } person)
                {
                    yield return new Found(Kind, person.Id, tenant.Catalog.Skus[license.Sku].Id, user, -1, license.Sku, 0);
                }
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found) =>
        About(found.User, [found.Other], On(Gained(question.Tenant.Catalog), LicenseOf(question.Tenant, found))) is var details && found.Group >= 0
            ? details with { Users = question.Tenant.Groups[found.Group].Members.Count }
            : details;

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;
        License license = LicenseOf(tenant, found);
        LicenseRequest off = new(
            found.Second, license.Disabled.Concat(On(Gained(tenant.Catalog), license)).Select(plan => tenant.Catalog.Plans[plan].Id).ToValueArray());
        return [new([found.Group >= 0 ? new Command.AssignGroupLicenses(found.First, [off], []) : new Command.AssignUserLicenses(found.First, [off], [])])];
    }

    // The plans are off, and nobody loses a license for it.
    public override bool Mends(FindingQuestion question, Found found, Plan plan) => plan.Losing == 0 && !On(Gained(plan.After.Catalog), LicenseOf(plan.After, found)).Any();

    private static License LicenseOf(Tenant tenant, Found found) =>
        (found.Group >= 0 ? tenant.Groups[found.Group].Licenses : tenant.LicensesOf(found.User).Direct).Items.First(one => one.Sku == found.Other);

    private static IEnumerable<int> On(Dictionary<int, int[]> gained, License license) =>
        license.Disabled.Count > 0 && gained.TryGetValue(license.Sku, out int[]? plans) ? plans.Where(plan => license.Disabled.Span.BinarySearch(plan) < 0) : [];

    // Only of SKUs that come with this program is it known what they had first.
    private static Dictionary<int, int[]> Gained(SkuCatalog catalog)
    {
        Dictionary<int, int[]> gained = [];
        foreach (Sku sku in ReferenceEquals(catalog, SkuCatalog.BuiltIn) ? [] : catalog.Skus)
        {
            if (SkuCatalog.BuiltIn.TryGetSku(sku.Id, out Sku? first))
            {
                HashSet<Guid> known = [.. first.Plans.Select(static plan => SkuCatalog.BuiltIn.Plans[plan].Id)];
                int[] more = [.. sku.Plans.Where(plan => !known.Contains(catalog.Plans[plan].Id) && catalog.Plans[plan].AppliesTo == LicenseTarget.User)];
                if (more.Length > 0)
                {
                    gained.Add(sku.Index, more);
                }
            }
        }

        return gained;
    }
}
