using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>A service plan that gives a Cloud PC; its position is the plan's index.</summary>
internal readonly record struct CloudPcPlanRow(CloudPcPlan Plan) : IRow
{
    /// <inheritdoc/>
    public int Position => Plan.Plan;
}

/// <summary>The sizes of Cloud PCs: <c>servicePlans</c> (C35).</summary>
internal static class ServicePlanReads
{
    private const string Path = CloudPcAccess.Root + "/servicePlans";
    private const string Set = "deviceManagement/virtualEndpoint/servicePlans";

    private static readonly Property<CloudPcPlanRow>[] Own =
    [
        new ObjectIdProperty<CloudPcPlanRow>("id", static row => row.Plan.Id) { IsDefault = true },
        new TextProperty<CloudPcPlanRow>("displayName", static row => row.Plan.DisplayName) { IsDefault = true },
        new NumberProperty<CloudPcPlanRow>("vCpuCount", static row => row.Plan.Size.Processors) { IsDefault = true },
        new NumberProperty<CloudPcPlanRow>("ramInGB", static row => row.Plan.Size.Memory) { IsDefault = true },
        new NumberProperty<CloudPcPlanRow>("storageInGB", static row => row.Plan.Size.Disk) { IsDefault = true },
    ];

    private static readonly Resource<CloudPcPlanRow> V1 = new(Shape<CloudPcPlanRow>.Entity("cloudPcServicePlan", Own), Set);

    /// <summary>How they are answered in beta, where a plan tells more of itself.</summary>
    public static Resource<CloudPcPlanRow> Plans { get; } = new(
        Shape<CloudPcPlanRow>.Entity(
            "cloudPcServicePlan",
            [
                .. Own,
                new TextProperty<CloudPcPlanRow>("type", static row => row.Plan.Kind == CloudPcKind.Business ? "business" : "enterprise") { IsDefault = true },
                new TextProperty<CloudPcPlanRow>("provisioningType", static row => ProvisioningType(row.Plan.Kind)) { IsDefault = true },
                new TextProperty<CloudPcPlanRow>("supportedSolution", static _ => "windows365") { IsDefault = true },
                new NumberProperty<CloudPcPlanRow>("userProfileInGB", static _ => 0) { IsDefault = true },
            ]),
        Set);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) => Of(request).Page(request, (_, after) => (Rows(tenant).Where(row => row.Position > after), null))),
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) => Of(request).Count(request, (_, _) => (Rows(tenant), null))),
        new(GraphMethod.Get, Path + "/{servicePlan}", CloudPcAccess.Read, static (tenant, request, keys) => Find(tenant, keys[0]) is { } plan
            ? Of(request).One(request, new CloudPcPlanRow(plan))
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
    ];

    // B303: the mode of a Frontline plan is chosen by each assignment; the plan names the one that is the default.
    private static string ProvisioningType(CloudPcKind kind) => kind switch
    {
        CloudPcKind.Enterprise or CloudPcKind.Business => "dedicated",
        CloudPcKind.Frontline => "sharedByUser",
        CloudPcKind.Reserve => "reserve",
    };

    private static Resource<CloudPcPlanRow> Of(GraphRequest request) => request.Version == GraphVersion.Beta ? Plans : V1;

    private static IEnumerable<CloudPcPlanRow> Rows(Tenant tenant) => tenant.Catalog.CloudPcPlans.Select(static plan => new CloudPcPlanRow(plan));

    private static CloudPcPlan? Find(Tenant tenant, string key) =>
        Guid.TryParseExact(key, "D", out Guid id) && tenant.Catalog.TryGetPlan(id, out ServicePlan? plan) ? tenant.Catalog.CloudPcPlanOf(plan.Index) : null;
}
