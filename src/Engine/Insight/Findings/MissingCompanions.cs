using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>Users of an Enterprise or dedicated Frontline Cloud PC without Intune, Entra ID P1 or Windows (B547, C14 to C18). Nobody refuses them anything (C16).</summary>
internal sealed class MissingCompanions : FindingRule
{
    // The most SKUs that are tried.
    private const int MostTried = 3;

    public override FindingKind Kind => FindingKind.MissingCompanions;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Tenant tenant = question.Tenant;
        HashSet<int> seen = [];
        for (int index = 0; index < tenant.Fleet.CloudPcs.Count; index++)
        {
            if (tenant.Fleet.CloudPcs[index] is { User: >= 0 } row && Counts(tenant, row) && UnusedCloudPcs.IsAbout(question, row.Plan)
                && tenant.TryGetUser(row.User, out Directory.User? person) && seen.Add(row.User) && Lacking(tenant, row.User).Any())
            {
                yield return new Found(Kind, person.Id, Guid.Empty, row.User, -1, index, 0);
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found) => About(
        found.User, UnusedCloudPcs.SkusOf(question.Tenant, question.Tenant.Fleet.CloudPcs[found.Other]!),
        Lacking(question.Tenant, found.User).Select(set => question.Tenant.Catalog.TryGetPlan(set[0], out ServicePlan? plan) ? plan.Index : -1).Where(static plan => plan >= 0));

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;
        ValueArray<Guid>[] lacking = [.. Lacking(tenant, found.User)];
        foreach (License held in tenant.LicensesOf(found.User).Direct.Items)
        {
            // Switched off where it would cost nothing.
            Guid[] on = [.. held.Disabled.Select(plan => tenant.Catalog.Plans[plan].Id).Where(plan => lacking.Any(set => set.Contains(plan)))];
            if (lacking.All(set => on.Any(set.Contains)))
            {
                yield return new Candidate(
                [
                    new Command.AssignUserLicenses(
                        found.First,
                        [new LicenseRequest(tenant.Catalog.Skus[held.Sku].Id, held.Disabled.Select(plan => tenant.Catalog.Plans[plan].Id).Except(on).ToValueArray())], []),
                ]);
            }
        }

        IEnumerable<Sku> helping = tenant.Catalog.Skus
            .Where(sku => sku.AppliesTo == LicenseTarget.User && tenant.FreeSeats(sku.Index) > 0 && !tenant.LicensesOf(found.User).Direct.Contains(sku.Index)
                && lacking.All(set => set.Any(plan => tenant.Catalog.TryGetPlan(plan, out ServicePlan? one) && sku.Plans.Contains(one.Index))))
            .OrderBy(static sku => sku.Plans.Count).ThenBy(static sku => sku.Id);
        bool any = false;
        foreach (Sku sku in helping.Take(MostTried))
        {
            any = true;
            yield return new Candidate([new Command.AssignUserLicenses(found.First, [new LicenseRequest(sku.Id, [])], [])]);
        }

        if (!any)
        {
            yield return new Candidate([], FindingObstacle.NoSeat);
        }
    }

    public override bool Mends(FindingQuestion question, Found found, Plan plan) => !Lacking(plan.After, found.User).Any();

    /// <summary>The sets of which the user has no plan switched on (C17).</summary>
    internal static IEnumerable<ValueArray<Guid>> Lacking(Tenant tenant, int user)
    {
        HashSet<Guid> on = [.. EnabledPlans.Of(tenant, user).Select(plan => tenant.Catalog.Plans[plan].Id)];
        return Companions.Sets.Where(set => !set.Any(on.Contains));
    }

    // What waits, fails or goes needs nothing.
    private static bool Counts(Tenant tenant, CloudPc row) =>
        tenant.Catalog.CloudPcPlanOf(row.Plan)?.Kind is CloudPcKind.Enterprise or CloudPcKind.Frontline
        && row.Status is not (CloudPcStatus.NotProvisioned or CloudPcStatus.PendingProvision or CloudPcStatus.Failed or CloudPcStatus.InGracePeriod or CloudPcStatus.Deprovisioning);
}
