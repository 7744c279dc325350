using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>The organization: one entity, the tenant itself.</summary>
internal static class OrganizationReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/organization", Read, List),
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        GraphResponse.Json(200, (tenant, request), static (json, s) =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#organization");
            json.WriteStartArray("value"u8);
            json.WriteStartObject();
            json.WriteString("id"u8, s.tenant.Profile.Id);
            json.WriteString("displayName"u8, s.tenant.Profile.DisplayName);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
}
