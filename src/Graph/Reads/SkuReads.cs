using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>What the tenant bought: SKUs with their numbers (L89-L99) and the subscriptions behind them (L100).</summary>
internal static class SkuReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "LicenseAssignment.Read.All", "Organization.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>How they are answered.</summary>
    public static Resource<SkuRow> Skus { get; } = new(
        Shape<SkuRow>.Entity(
            "subscribedSku",
            [
                new TextProperty<SkuRow>("accountName", static row => row.Tenant.Profile.DisplayName) { IsDefault = true },
                new TextProperty<SkuRow>("accountId", static row => row.Tenant.Profile.Id.ToString()) { IsDefault = true },
                new TextProperty<SkuRow>("appliesTo", static row => LicenseShapes.Name(row.Sku.AppliesTo)) { IsDefault = true },
                new TextProperty<SkuRow>("capabilityStatus", static row => LicenseShapes.Name(StatusOf(row))) { IsDefault = true },
                new NumberProperty<SkuRow>("consumedUnits", static row => row.Tenant.HoldersOf(row.Position).Count) { IsDefault = true },
                new TextProperty<SkuRow>("id", static row => $"{row.Tenant.Profile.Id}_{row.Sku.Id}") { IsDefault = true },
                new IdProperty<SkuRow>("skuId", static row => row.Sku.Id) { IsDefault = true },
                new TextProperty<SkuRow>("skuPartNumber", static row => row.Sku.PartNumber) { IsDefault = true },
                new ValuesProperty<SkuRow, string>(
                    "subscriptionIds", static row => row.Subscriptions().Select(subscription => subscription.Id.ToString()), new Operand<string>.Text(static id => id)) { IsDefault = true },
                new PartProperty<SkuRow, PrepaidUnits>(
                    "prepaidUnits", LicenseShapes.Units, static row => row.Tenant.PrepaidUnitsOf(row.Position), static _ => true) { IsDefault = true },
                new PartsProperty<SkuRow, PlanRow>(
                    "servicePlans", LicenseShapes.ServicePlanInfo, static row => LicenseShapes.Plans(row.Tenant.Catalog, row.Sku, [])) { IsDefault = true },
            ]),
        "subscribedSkus",
        QueryOptions.Select | QueryOptions.Count);

    /// <summary>How they are answered.</summary>
    public static Resource<SubscriptionRow> Subscriptions { get; } = new(
        Shape<SubscriptionRow>.Entity(
            "companySubscription",
            [
                new ObjectIdProperty<SubscriptionRow>("id", static row => row.Subscription.Id) { IsDefault = true },
                new ObjectIdProperty<SubscriptionRow>("commerceSubscriptionId", static row => row.Subscription.Id) { IsDefault = true },
                new TimeProperty<SubscriptionRow>("createdDateTime", static row => row.Subscription.CreatedAt) { IsDefault = true },
                new FlagProperty<SubscriptionRow>("isTrial", static row => row.Subscription.IsTrial) { IsDefault = true },
                new TimeProperty<SubscriptionRow>("nextLifecycleDateTime", static _ => null) { IsDefault = true },
                new TextProperty<SubscriptionRow>("ownerId", static row => row.Subscription.Owner?.Id?.ToString()) { IsDefault = true },
                new TextProperty<SubscriptionRow>("ownerTenantId", static row => row.Tenant.Profile.Id.ToString()) { IsDefault = true },
                new TextProperty<SubscriptionRow>("ownerType", static row => row.Subscription.Owner?.Type) { IsDefault = true },
                new PartsProperty<SubscriptionRow, PlanRow>(
                    "serviceStatus", LicenseShapes.ServicePlanInfo, static row => LicenseShapes.Plans(row.Tenant.Catalog, row.Sku, [])) { IsDefault = true },
                new TextProperty<SubscriptionRow>("skuId", static row => row.Sku.Id.ToString()) { IsDefault = true },
                new TextProperty<SubscriptionRow>("skuPartNumber", static row => row.Sku.PartNumber) { IsDefault = true },
                new TextProperty<SubscriptionRow>("status", static row => LicenseShapes.Name(row.Subscription.Status)) { IsDefault = true },
                new NumberProperty<SubscriptionRow>("totalLicenses", static row => row.Subscription.Units) { IsDefault = true },
            ]),
        "directory/subscriptions");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/subscribedSkus", Read, static (tenant, request, _) => Skus.Page(request, (_, after) => (SkusOf(tenant).Where(row => row.Position > after), null))),
        new(GraphMethod.Get, "/subscribedSkus/{sku}", Read, static (tenant, request, keys) => FindSku(tenant, keys[0]) is { } sku
            ? Skus.One(request, sku)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, "/directory/subscriptions", Read, static (tenant, request, _) => Subscriptions.Page(
            request, (_, after) => (SubscriptionsOf(tenant).Skip(after + 1), tenant.Subscriptions.Count))),
        new(GraphMethod.Get, "/directory/subscriptions/{subscription}", Read, One),
        new(GraphMethod.Get, "/directory/subscriptions(commerceSubscriptionId={commerceSubscription})", Read, One),
    ];

    // The tenant's SKUs by their place in the catalog: a place never changes, so a page can go on after it.
    private static IEnumerable<SkuRow> SkusOf(Tenant tenant)
    {
        foreach (Sku sku in tenant.Catalog.Skus)
        {
            if (tenant.Owns(sku.Index))
            {
                yield return new SkuRow(tenant, sku.Index, sku);
            }
        }
    }

    private static SkuRow? FindSku(Tenant tenant, string key)
    {
        string[] parts = key.Split('_');
        return parts is [var account, var id] && Guid.TryParse(account, out Guid tenantId) && tenantId == tenant.Profile.Id
            && Guid.TryParse(id, out Guid skuId) && tenant.Catalog.TryGetSku(skuId, out Sku? sku) && tenant.Owns(sku.Index)
            ? new SkuRow(tenant, sku.Index, sku)
            : null;
    }

    // A SKU without units is enabled while a subscription of it is: it stays listed with zero (contract, POST /subscriptions).
    private static SubscriptionStatus StatusOf(SkuRow row) =>
        row.Tenant.PrepaidUnitsOf(row.Position).Capability(
            row.Subscriptions().Select(subscription => subscription.Status).DefaultIfEmpty(SubscriptionStatus.Deleted).Min());

    private static IEnumerable<SubscriptionRow> SubscriptionsOf(Tenant tenant) =>
        tenant.Subscriptions.Select((subscription, position) => new SubscriptionRow(tenant, position, subscription));

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        foreach (SubscriptionRow row in SubscriptionsOf(tenant))
        {
            if (Guid.TryParse(keys[0], out Guid id) && row.Subscription.Id == id)
            {
                return Subscriptions.One(request, row);
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(keys[0]));
    }
}
