using Berth.Engine.Catalog;

namespace Berth.Engine.Insight.Findings;

/// <summary>
/// Products that people buy for themselves, told by their names: no subscription has a mark of who bought it (B549). An administrator can neither give nor take
/// them until the purchase is taken over (L25), so they are told and left alone.
/// </summary>
internal sealed class OwnPurchases : FindingRule
{
    public override FindingKind Kind => FindingKind.SelfServiceSubscription;

    public override IEnumerable<Found> Search(FindingQuestion question) =>
        question.Tenant.Catalog.Skus.Where(sku => question.IsAbout(sku.Index) && IsForDepartments(sku) && question.Tenant.Owns(sku.Index))
            .Select(sku => new Found(Kind, sku.Id, Guid.Empty, -1, -1, sku.Index, question.Tenant.HoldersOf(sku.Index).Count));

    public override FindingDetails Details(FindingQuestion question, Found found) => About(-1, [found.Other]) with { Users = question.Tenant.HoldersOf(found.Other).Count };

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found) => [new([], FindingObstacle.SomebodyElsesPurchase)];

    public override bool Mends(FindingQuestion question, Found found, Plan plan) => false;

    private static bool IsForDepartments(Sku sku) =>
        sku.PartNumber.EndsWith("_DEPT", StringComparison.OrdinalIgnoreCase) || sku.ProductName.Contains("for Department", StringComparison.OrdinalIgnoreCase);
}
