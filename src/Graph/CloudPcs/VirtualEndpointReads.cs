using Berth.Engine;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>The tenant's one virtual endpoint: the root of everything of Windows 365.</summary>
internal readonly record struct VirtualEndpointRow(Tenant Tenant) : IRow
{
    /// <inheritdoc/>
    public int Position => 0;
}

/// <summary><c>GET /deviceManagement/virtualEndpoint</c>.</summary>
internal static class VirtualEndpointReads
{
    /// <summary>How it is answered; its id is the tenant's (B304).</summary>
    public static Resource<VirtualEndpointRow> Endpoint { get; } = new(
        Shape<VirtualEndpointRow>.Entity(
            "virtualEndpoint", [new ObjectIdProperty<VirtualEndpointRow>("id", static row => row.Tenant.Profile.Id) { IsDefault = true }]),
        "deviceManagement/virtualEndpoint");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, CloudPcAccess.Root, CloudPcAccess.Read, static (tenant, request, _) => Endpoint.One(request, new VirtualEndpointRow(tenant))),
    ];
}
