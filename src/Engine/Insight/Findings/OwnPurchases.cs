using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>
/// Products that people buy for themselves, told by their names, and those of which a person owns a subscription, which Graph tells of an account's administrator
/// too (B549, B512). An administrator can neither give nor take the former until the purchase is taken over (L25), so both are told and left alone.
/// </summary>
internal sealed class OwnPurchases : FindingRule
{
    public override FindingKind Kind => FindingKind.SelfServiceSubscription;

    public override IEnumerable<Found> Search(FindingQuestion question) =>
        question.Tenant.Catalog.Skus.Where(sku => question.IsAbout(sku.Index) && (IsForDepartments(sku) || HasOwner(question.Tenant, sku.Index)) && question.Tenant.Owns(sku.Index))
            .Select(sku => new Found(Kind, sku.Id, Guid.Empty, -1, -1, sku.Index, question.Tenant.HoldersOf(sku.Index).Count));

    public override FindingDetails Details(FindingQuestion question, Found found) => About(-1, [found.Other]) with
    {
        Users = question.Tenant.HoldersOf(found.Other).Count,
        Named = Owners(question.Tenant, found.Other).Select(static owner => owner.Id).OfType<Guid>().Distinct().Order()
            .Select(question.Tenant.FindUser).Where(static user => user >= 0).Take(Finding.MostNamed).ToValueArray(),
    };

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found) => [new([], FindingObstacle.SomebodyElsesPurchase)];

    public override bool Mends(FindingQuestion question, Found found, Plan plan) => false;

    private static bool HasOwner(Tenant tenant, int sku) => Owners(tenant, sku).Any();

    private static IEnumerable<SubscriptionOwner> Owners(Tenant tenant, int sku) =>
        tenant.Subscriptions.Where(one => one.Sku == sku && one.Status != SubscriptionStatus.Deleted && one.Owner is { IsPerson: true }).Select(static one => one.Owner!);

    private static bool IsForDepartments(Sku sku) =>
        sku.PartNumber.EndsWith("_DEPT", StringComparison.OrdinalIgnoreCase) || sku.ProductName.Contains("for Department", StringComparison.OrdinalIgnoreCase);
}
