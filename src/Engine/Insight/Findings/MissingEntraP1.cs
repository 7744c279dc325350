using System.Collections;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>
/// Whoever profits from licenses of groups needs Entra ID P1, and each member of a dynamic group P1 or Intune for Education (L82, L83). It is a matter of
/// numbers and nobody has to be given it, so there is one finding at most: more people than units (B547).
/// </summary>
internal sealed class MissingEntraP1 : FindingRule
{
    public override FindingKind Kind => FindingKind.MissingEntraP1;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        if (question.Sku < 0 || Gives(question.Tenant.Catalog, question.Tenant.Catalog.Skus[question.Sku], Companions.EntraP1))
        {
            long missing = Missing(question.Tenant, Needing(question.Tenant));
            if (missing > 0)
            {
                yield return new Found(Kind, Guid.Empty, Guid.Empty, -1, -1, (int)Math.Min(missing, Subscription.MostUnits), 0);
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;
        (BitArray licensed, BitArray dynamic) = Needing(tenant);
        int plan = tenant.Catalog.TryGetPlan(Companions.EntraP1, out ServicePlan? p1) ? p1.Index : -1;
        List<int> without = [];
        for (int user = 0; user < licensed.Length; user++)
        {
            if ((licensed[user] || dynamic[user]) && !EnabledPlans.Of(tenant, user).Contains(plan))
            {
                without.Add(user);
            }
        }

        return new FindingDetails(
            Giving(tenant).Select(static sku => sku.Index).ToValueArray(), [plan], without.Count,
            without.OrderBy(user => tenant.Users[user]!.Id).Take(Finding.MostNamed).ToValueArray(), null);
    }

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;

        // The smallest SKU with it: of the tenant's own, else of the catalog.
        Sku? smallest = Giving(tenant).Concat(tenant.Catalog.Skus.Where(sku => sku.AppliesTo == LicenseTarget.User && Gives(tenant.Catalog, sku, Companions.EntraP1)).OrderBy(Size)).FirstOrDefault();
        if (smallest is null)
        {
            yield return new Candidate([], FindingObstacle.NoSeat);
            yield break;
        }

        long units = tenant.PrepaidUnitsOf(smallest.Index).Assignable + found.Other;
        yield return new Candidate(
            [new Command.SetUnits(IdsByName.Of(tenant.Profile.Id, $"subscription/{smallest.Id}/{tenant.Version}"), smallest.Id, (int)Math.Min(units, Subscription.MostUnits))]);
    }

    public override bool Mends(FindingQuestion question, Found found, Plan plan) => Missing(plan.After, Needing(plan.After)) <= 0;

    private static IEnumerable<Sku> Giving(Tenant tenant) =>
        tenant.Catalog.Skus.Where(sku => tenant.Owns(sku.Index) && sku.AppliesTo == LicenseTarget.User && Gives(tenant.Catalog, sku, Companions.EntraP1)).OrderBy(Size);

    private static (int, Guid) Size(Sku sku) => (sku.Plans.Count, sku.Id);

    private static bool Gives(SkuCatalog catalog, Sku sku, Guid plan) => catalog.TryGetPlan(plan, out ServicePlan? found) && sku.Plans.Contains(found.Index);

    // First-level members of groups with licenses; and of dynamic groups beside them.
    private static (BitArray Licensed, BitArray Dynamic) Needing(Tenant tenant)
    {
        BitArray licensed = new(tenant.Users.Count), dynamic = new(tenant.Users.Count);
        for (int group = 0; group < tenant.Groups.Count; group++)
        {
            Group one = tenant.Groups[group];
            if (one.IsDeleted || (one.Licenses.IsEmpty && !one.Profile.IsDynamic))
            {
                continue;
            }

            BitArray marks = one.Licenses.IsEmpty ? dynamic : licensed;
            foreach (int user in one.Members)
            {
                marks[user] = true;
            }
        }

        return (licensed, dynamic);
    }

    private static long Missing(Tenant tenant, (BitArray Licensed, BitArray Dynamic) needing)
    {
        long byLicense = 0, byRule = 0, units = 0, education = 0;
        for (int user = 0; user < needing.Licensed.Length; user++)
        {
            byLicense += needing.Licensed[user] ? 1 : 0;
            byRule += needing.Dynamic[user] && !needing.Licensed[user] ? 1 : 0;
        }

        foreach (Sku sku in tenant.Catalog.Skus)
        {
            if (Gives(tenant.Catalog, sku, Companions.EntraP1))
            {
                units += tenant.PrepaidUnitsOf(sku.Index).Assignable;
            }
            else if (Gives(tenant.Catalog, sku, Companions.IntuneForEducation))
            {
                education += tenant.PrepaidUnitsOf(sku.Index).Assignable;
            }
        }

        // Units for education serve members by rule only.
        return Math.Max(byLicense, byLicense + byRule - education) - units;
    }
}
