using Berth.Engine.CloudPcs;

namespace Berth.Engine.Insight.Findings;

/// <summary>Places of Cloud PCs whose right is gone and whose grace is not over (B546, C45, C46).</summary>
internal sealed class SeatsHeldByGrace : FindingRule
{
    public override FindingKind Kind => FindingKind.SeatHeldByGrace;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Fleet fleet = question.Tenant.Fleet;
        for (int index = 0; fleet.InGrace > 0 && index < fleet.CloudPcs.Count; index++)
        {
            if (fleet.CloudPcs[index] is { Status: CloudPcStatus.InGracePeriod } row && UnusedCloudPcs.IsAbout(question, row.Plan))
            {
                yield return new Found(Kind, row.UserId, row.Id, row.User, -1, index, 1);
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found)
    {
        CloudPc row = question.Tenant.Fleet.CloudPcs[found.Other]!;
        return About(
            question.Tenant.TryGetUser(found.User, out _) ? found.User : -1,
            question.Tenant.Catalog.Skus.Where(sku => sku.Plans.Contains(row.Plan) && question.Tenant.Owns(sku.Index)).Select(static sku => sku.Index), [row.Plan], row.GraceEndsAt);
    }

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found) => [new([new Command.EndGracePeriod(found.Second)])];

    public override bool Mends(FindingQuestion question, Found found, Plan plan) => Freed(question, found, plan) == 1;

    public override int Freed(FindingQuestion question, Found found, Plan plan) =>
        plan.After.Fleet.CloudPcs[found.Other] is { Status: not CloudPcStatus.Deprovisioning } ? 0 : 1;
}
