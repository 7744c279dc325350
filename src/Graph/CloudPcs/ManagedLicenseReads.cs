using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>A subscription whose licenses policies give, and how much of what its plan has given falls on it.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Position">Its place among the tenant's subscriptions.</param>
/// <param name="Subscription">The purchase.</param>
/// <param name="Plan">Its Cloud PC plan.</param>
/// <param name="Allotted">Allotted licenses of the plan that fall on it.</param>
/// <param name="Assigned">Licenses in use that fall on it.</param>
internal readonly record struct ManagedLicenseRow(Tenant Tenant, int Position, Subscription Subscription, CloudPcPlan Plan, long Allotted, long Assigned) : IRow;

/// <summary>Licenses that Windows 365 manages itself: <c>managedLicenses</c> (B441).</summary>
internal static class ManagedLicenseReads
{
    private const string Path = CloudPcAccess.Root + "/managedLicenses";

    /// <summary>How they are answered.</summary>
    public static Resource<ManagedLicenseRow> Licenses { get; } = new(
        Shape<ManagedLicenseRow>.Entity(
            "cloudPcManagedLicense",
            [
                new ObjectIdProperty<ManagedLicenseRow>("id", static row => row.Subscription.Id) { IsDefault = true },
                new TextProperty<ManagedLicenseRow>("displayName", static row => row.Tenant.Catalog.Skus[row.Subscription.Sku].ProductName) { IsDefault = true },
                new TextProperty<ManagedLicenseRow>("licenseType", static row => row.Plan.Kind == CloudPcKind.Reserve ? "reserve" : "frontline") { IsDefault = true },
                new ObjectIdProperty<ManagedLicenseRow>("servicePlanId", static row => row.Plan.Id) { IsDefault = true },
                new ObjectIdProperty<ManagedLicenseRow>("subscriptionId", static row => row.Subscription.Id) { IsDefault = true },
                new TextProperty<ManagedLicenseRow>("status", static row => Name(row.Subscription.Status)) { IsDefault = true },
                new NumberProperty<ManagedLicenseRow>("licensesCount", static row => row.Subscription.Units) { IsDefault = true },
                new NumberProperty<ManagedLicenseRow>("assignedCount", static row => row.Assigned) { IsDefault = true },
                new NumberProperty<ManagedLicenseRow>("allotmentLicensesCount", static row => row.Allotted) { IsDefault = true },
                new TimeProperty<ManagedLicenseRow>("activeDateTime", static row => row.Subscription.CreatedAt) { IsDefault = true },
                new TimeProperty<ManagedLicenseRow>("expirationDateTime", static _ => null) { IsDefault = true },
                new TimeProperty<ManagedLicenseRow>("latestLicenseStartDateTime", static row => row.Subscription.CreatedAt) { IsDefault = true },
                new TimeProperty<ManagedLicenseRow>("nextBillingDateTime", static _ => null) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/managedLicenses");

    /// <summary>The routes; v1.0 has none of them.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) => Licenses.Page(request, (_, after) => (Rows(tenant).Where(row => row.Position > after), null)))
            { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) => Licenses.Count(request, (_, _) => (Rows(tenant), null)))
            { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/{managedLicense}", CloudPcAccess.Read, One) { Versions = RouteVersions.Beta },
    ];

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        if (Guid.TryParseExact(key, "D", out Guid id))
        {
            foreach (ManagedLicenseRow row in Rows(tenant))
            {
                if (row.Subscription.Id == id)
                {
                    return Licenses.One(request, row);
                }
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static List<ManagedLicenseRow> Rows(Tenant tenant)
    {
        List<ManagedLicenseRow> rows = [];
        for (int position = 0; position < tenant.Subscriptions.Count; position++)
        {
            Subscription subscription = tenant.Subscriptions[position];
            if (PlanOf(tenant, subscription) is { } plan)
            {
                rows.Add(new ManagedLicenseRow(tenant, position, subscription, plan, 0, 0));
            }
        }

        // What a plan has given falls on its usable purchases first, in the order in which they were made, so that none shows more than it has.
        foreach (IGrouping<CloudPcPlan, ManagedLicenseRow> pool in rows.GroupBy(row => row.Plan).ToArray())
        {
            const int Machines = FrontlineAssignment.MachinesPerLicense;
            long assigned = pool.Key.Kind == CloudPcKind.Frontline
                ? (tenant.Fleet.UseOf(pool.Key.Plan).Units + Machines - 1) / Machines
                : tenant.Fleet.SlotsUsed(pool.Key.Plan);
            long allotted = Allotments.Of(tenant, pool.Key.Plan);
            foreach (ManagedLicenseRow row in pool.OrderBy(row => row.Subscription.Status > SubscriptionStatus.Warning))
            {
                ManagedLicenseRow counted = row with { Allotted = Math.Min(allotted, row.Subscription.Units), Assigned = Math.Min(assigned, row.Subscription.Units) };
                rows[rows.IndexOf(row)] = counted;
                (allotted, assigned) = (allotted - counted.Allotted, assigned - counted.Assigned);
            }
        }

        return rows;
    }

    private static CloudPcPlan? PlanOf(Tenant tenant, Subscription subscription) => tenant.Catalog.Skus[subscription.Sku].Plans
        .Select(tenant.Catalog.CloudPcPlanOf)
        .FirstOrDefault(static plan => plan is { Kind: CloudPcKind.Frontline or CloudPcKind.Reserve });

    private static string Name(SubscriptionStatus status) => status switch
    {
        SubscriptionStatus.Enabled => "enabled",
        SubscriptionStatus.Warning => "expired",
        SubscriptionStatus.Suspended or SubscriptionStatus.LockedOut => "blocked",
        SubscriptionStatus.Deleted => "deleted",
    };
}
