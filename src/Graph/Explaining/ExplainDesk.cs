using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Insight;
using Berth.Graph.Desk;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.Explaining;

/// <summary>Why a user has or lacks a license, and what would help: <c>/berth/v1/users/{id}/explain</c> (B530 to B535).</summary>
internal static class ExplainDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/users/{user}/explain", DeskAccess.Read, Explain) { Versions = RouteVersions.Berth },
    ];

    private static Handling Explain(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        int user = Submitting.FindUser(tenant, keys.First);
        if (!tenant.TryGetUser(user, out _))
        {
            return GraphResponse.Error(request, GraphError.NotFound(keys.First));
        }

        Sku? sku = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            string value = values.ToString();
            if (!name.Equals("skuId", StringComparison.OrdinalIgnoreCase))
            {
                return GraphResponse.Error(request, GraphError.BadQuery($"An explanation takes skuId, and no '{name}'."));
            }

            if (!Guid.TryParseExact(value, "D", out Guid id))
            {
                return GraphResponse.Error(request, GraphError.BadQuery("skuId must be the GUID of a SKU."));
            }

            if (!tenant.Catalog.TryGetSku(id, out sku))
            {
                return GraphResponse.Error(request, new Refusal(RefusalCode.SkuNotInTenant) { Subject = id }.ToError());
            }
        }

        DecisionContext context = new(request.ReceivedAt, request.Caller.Actor);
        if (sku is not null)
        {
            return GraphResponse.Json(
                200, (tenant, request, one: Explanation.Of(tenant, user, sku.Index, context)), static (json, s) => ExplanationJson.Write(json, s.one, s.tenant, s.request));
        }

        Explanation[] all = [.. Explanation.SkusOf(tenant, user).Select(one => Explanation.Of(tenant, user, one, context))];
        return GraphResponse.Json(200, (tenant, request, all), static (json, s) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value"u8);
            foreach (Explanation one in s.all)
            {
                ExplanationJson.Write(json, one, s.tenant, s.request);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
