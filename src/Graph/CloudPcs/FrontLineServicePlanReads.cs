using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>A service plan of Frontline that the tenant has to do with; its position is the plan's index.</summary>
internal readonly record struct FrontLinePlanRow(Tenant Tenant, CloudPcPlan Plan) : IRow
{
    /// <inheritdoc/>
    public int Position => Plan.Plan;

    /// <summary>The licenses there are.</summary>
    public long Licenses => Slots.Of(Tenant.Catalog, Tenant.Subscriptions, Plan.Plan);
}

/// <summary>The pools of Frontline: <c>frontLineServicePlans</c> (C81, B440).</summary>
internal static class FrontLineServicePlanReads
{
    private const string Path = CloudPcAccess.Root + "/frontLineServicePlans";

    /// <summary>How they are answered.</summary>
    public static Resource<FrontLinePlanRow> Plans { get; } = new(
        Shape<FrontLinePlanRow>.Entity(
            "cloudPcFrontLineServicePlan",
            [
                new ObjectIdProperty<FrontLinePlanRow>("id", static row => row.Plan.Id) { IsDefault = true },
                new TextProperty<FrontLinePlanRow>("displayName", static row => row.Plan.DisplayName) { IsDefault = true },
                new NumberProperty<FrontLinePlanRow>("totalCount", static row => FrontlineAssignment.MachinesPerLicense * row.Licenses) { IsDefault = true },
                new NumberProperty<FrontLinePlanRow>("usedCount", static row => row.Tenant.Fleet.UseOf(row.Plan.Plan).Units) { IsDefault = true },
                new NumberProperty<FrontLinePlanRow>("allotmentLicensesCount", static row => Allotments.Of(row.Tenant, row.Plan.Plan)) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/frontLineServicePlans");

    /// <summary>The routes; v1.0 has none of them.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) => Plans.Page(request, (_, after) => (Rows(tenant).Where(row => row.Position > after), null)))
            { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) => Plans.Count(request, (_, _) => (Rows(tenant), null)))
            { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/{frontLineServicePlan}", CloudPcAccess.Read, One) { Versions = RouteVersions.Beta },
    ];

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        if (Guid.TryParseExact(key, "D", out Guid id))
        {
            foreach (FrontLinePlanRow row in Rows(tenant))
            {
                if (row.Plan.Id == id)
                {
                    return Plans.One(request, row);
                }
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(key));
    }

    /// <summary>The Frontline plans that a tenant has to do with (B440).</summary>
    public static IEnumerable<CloudPcPlan> PlansOf(Tenant tenant) =>
        tenant.Catalog.CloudPcPlans.Where(plan => plan.Kind == CloudPcKind.Frontline && IsThere(tenant, plan.Plan));

    private static IEnumerable<FrontLinePlanRow> Rows(Tenant tenant) => PlansOf(tenant).Select(plan => new FrontLinePlanRow(tenant, plan));

    private static bool IsThere(Tenant tenant, int plan) =>
        tenant.Subscriptions.Any(one => one.Status != SubscriptionStatus.Deleted && tenant.Catalog.Skus[one.Sku].Plans.Contains(plan))
        || tenant.Fleet.UseOf(plan).Units > 0
        || tenant.Fleet.Policies.Values.Any(policy => policy.Assignments.Any(one => one.Plan == plan));
}

/// <summary>The licenses that assignments of policies reserve (C80).</summary>
internal static class Allotments
{
    /// <summary>Those of a plan, by its index.</summary>
    public static long Of(Tenant tenant, int plan)
    {
        long allotted = 0;
        foreach (ProvisioningPolicy policy in tenant.Fleet.Policies.Values)
        {
            foreach (PolicyAssignment assignment in policy.Assignments)
            {
                allotted += assignment.Plan == plan ? assignment.AllotmentLicenses ?? 0 : 0;
            }
        }

        return allotted;
    }
}
