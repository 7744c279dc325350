using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Desk;

/// <summary>The SKUs a tenant knows and the rules between their plans: <c>/berth/v1/catalog</c>.</summary>
internal static class CatalogDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/catalog", DeskAccess.Read, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/catalog/import", DeskAccess.Write, Import) { Versions = RouteVersions.Berth, Body = RouteBody.Table },
        new(GraphMethod.Get, "/catalog/rules", DeskAccess.Read, static (tenant, _, _) => Rules(tenant)) { Versions = RouteVersions.Berth },
        new(GraphMethod.Put, "/catalog/rules", DeskAccess.Write, Replace) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) => GraphResponse.Json(200, tenant.Catalog, static (json, catalog) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (Sku sku in catalog.Skus)
        {
            json.WriteStartObject();
            json.WriteString("skuId"u8, sku.Id);
            json.WriteString("skuPartNumber"u8, sku.PartNumber);
            json.WriteString("productName"u8, sku.ProductName);
            json.WriteString("appliesTo"u8, sku.AppliesTo.ToString());
            json.WriteStartArray("servicePlans"u8);
            foreach (int index in sku.Plans)
            {
                ServicePlan plan = catalog.Plans[index];
                json.WriteStartObject();
                json.WriteString("servicePlanId"u8, plan.Id);
                json.WriteString("servicePlanName"u8, plan.Name);
                json.WriteString("friendlyName"u8, plan.FriendlyName);
                json.WriteString("appliesTo"u8, plan.AppliesTo.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Handling.Working Import(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        new Handling.Working((desk, cancel) => ImportAsync(desk, request, cancel));

    private static async ValueTask<GraphResponse> ImportAsync(TenantDesk desk, GraphRequest request, CancellationToken cancel)
    {
        using PooledBytes bytes = new();
        for (int read = -1; read != 0;)
        {
            read = await request.BodyStream!.ReadAsync(bytes.GetMemory(1), cancel).ConfigureAwait(false);
            bytes.Advance(read);
            if (bytes.Written.Length > GraphLimits.TableBytes)
            {
                return GraphResponse.Error(request, GraphError.BodyTooLarge(GraphLimits.TableBytes));
            }
        }

        if (!Utf8.IsValid(bytes.Written.Span))
        {
            return GraphResponse.Error(request, GraphError.BadRequest("tableInvalid", "The table is not in UTF-8. Nothing was imported."));
        }

        switch (CatalogCsv.Read(Encoding.UTF8.GetString(bytes.Written.Span)))
        {
            case CatalogCsv.Readable table:
                // The body counts for a repetition as any body does.
                Handling import = request.Submit("catalog", new Command.ImportCatalog(table.Rows, null), accepted => Imported(accepted.Next, table.Rows.Count));
                return await GraphRoom.FinishAsync(desk, request with { Body = bytes.Written }, import, cancel).ConfigureAwait(false);
            case CatalogCsv.Unreadable bad:
                return GraphResponse.Error(request, GraphError.BadRequest("tableInvalid", $"Line {bad.Line}: {bad.Problem} Nothing was imported."));
            default:
                throw new InvalidOperationException("A table is readable or not.");
        }
    }

    private static GraphResponse Imported(Tenant tenant, int rows) => GraphResponse.Json(200, (tenant, rows), static (json, s) =>
    {
        json.WriteStartObject();
        json.WriteNumber("rows"u8, s.rows);
        json.WriteNumber("skus"u8, s.tenant.Catalog.Skus.Count);
        json.WriteNumber("servicePlans"u8, s.tenant.Catalog.Plans.Count);
        json.WriteEndObject();
    });

    private static GraphResponse Rules(Tenant tenant) => GraphResponse.Of(200, ResponseBody.Json, tenant.Catalog.Rules.ToJson());

    private static Handling Replace(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        // Read twice: the first time for syntax, depth and texts as every body, the second time for what it says.
        BodyReader reader = new("PlanRules");
        using JsonDocument? body = reader.Parse(request.Body);
        if (body is null)
        {
            return GraphResponse.Error(request, reader.Error!);
        }

        (PlanRules? rules, string? problem) = PlanRules.Parse(request.Body.Span);
        return rules is null
            ? GraphResponse.Error(request, GraphError.BadRequest("planRulesInvalid", problem!))
            : request.Submit("catalog", new Command.ImportCatalog([], rules), static accepted => Rules(accepted.Next));
    }
}
