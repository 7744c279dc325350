using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>What a user holds in force, direct and inherited, with every service plan (L117).</summary>
internal static class LicenseDetailReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>How they are answered.</summary>
    public static Resource<DetailRow> Details { get; } = new(
        Shape<DetailRow>.Entity(
            "licenseDetails",
            [
                new TextProperty<DetailRow>("id", static row => IdOf(row.UserId, row.Sku.Id)) { IsDefault = true },
                new IdProperty<DetailRow>("skuId", static row => row.Sku.Id) { IsDefault = true },
                new TextProperty<DetailRow>("skuPartNumber", static row => row.Sku.PartNumber) { IsDefault = true },
                new PartsProperty<DetailRow, PlanRow>(
                    "servicePlans",
                    LicenseShapes.ServicePlanInfo,
                    static row => LicenseShapes.Plans(row.Tenant.Catalog, row.Sku, row.Licenses.MergedDisabled(row.Position))) { IsDefault = true },
            ]),
        "licenseDetails",
        QueryOptions.Select | QueryOptions.Filter | QueryOptions.Page | QueryOptions.Count);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/users/{user}/licenseDetails", Read.OrOneself(), List),
        new(GraphMethod.Get, "/users/{user}/licenseDetails/{licenseDetails}", Read.OrOneself(), One),
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        if (UserReads.Find(tenant, keys[0]) is not { } user)
        {
            return GraphResponse.Error(request, GraphError.NotFound(keys[0]));
        }

        return request.Query.Length > 0
            ? Details.Page(request, (_, after) => (Rows(user).Where(row => row.Position > after), null))
            : Everything(request, user);
    }

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        if (UserReads.Find(tenant, keys[0]) is { } user)
        {
            foreach (DetailRow row in Rows(user))
            {
                if (IdOf(row.UserId, row.Sku.Id) == keys[1])
                {
                    return Details.One(request, row);
                }
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(keys[1]));
    }

    private static IEnumerable<DetailRow> Rows(UserRow user)
    {
        foreach (int sku in user.Licenses.Held())
        {
            yield return new DetailRow(user.Tenant, sku, user.User.Id, user.Licenses);
        }
    }

    // The question that scripts ask most, and they ask it without options: ready pieces of JSON laid side by side.
    private static GraphResponse Everything(GraphRequest request, UserRow user) => GraphResponse.Json(200, (request, user), static (json, s) =>
    {
        json.WriteStartObject();
        if (!s.request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{s.request.BaseUrl}{GraphRequest.PrefixOf(s.request.Version)}/$metadata#users('{s.user.User.Id}')/licenseDetails");
        }

        json.WriteStartArray("value"u8);
        UserLicenses licenses = s.user.Licenses;
        DetailPieces pieces = DetailPieces.Of(s.user.Tenant.Catalog);
        foreach (int sku in licenses.Held())
        {
            pieces.Write(json, s.user.User.Id, sku, licenses.MergedDisabled(sku));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string IdOf(Guid user, Guid sku)
    {
        Span<byte> bytes = stackalloc byte[32];
        user.TryWriteBytes(bytes);
        sku.TryWriteBytes(bytes[16..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>For each SKU of a catalog the JSON of its details after the id, made when first asked for.</summary>
    private sealed class DetailPieces(SkuCatalog catalog)
    {
        // A catalog is an immutable value that lives as long as a tenant's state names it.
        private static readonly ConditionalWeakTable<SkuCatalog, DetailPieces> ByCatalog = [];

        private readonly byte[]?[] _whole = new byte[catalog.Skus.Count][];

        public static DetailPieces Of(SkuCatalog catalog) => ByCatalog.GetValue(catalog, static c => new DetailPieces(c));

        public void Write(Utf8JsonWriter json, Guid user, int sku, ValueArray<int> disabled)
        {
            Sku of = catalog.Skus[sku];
            json.WriteStartObject();
            Span<byte> bytes = stackalloc byte[32];
            user.TryWriteBytes(bytes);
            of.Id.TryWriteBytes(bytes[16..]);
            Span<byte> id = stackalloc byte[43];
            Base64Url.EncodeToUtf8(bytes, id);
            json.WriteString("id"u8, id);
            json.WriteString("skuId"u8, of.Id);
            json.WriteString("skuPartNumber"u8, of.PartNumber);
            json.WritePropertyName("servicePlans"u8);
            if (disabled.Count == 0)
            {
                json.WriteRawValue(_whole[sku] ??= Plans(of, []), skipInputValidation: true);
            }
            else
            {
                json.WriteRawValue(Plans(of, disabled), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        private byte[] Plans(Sku sku, ValueArray<int> disabled)
        {
            using GraphResponse array = GraphResponse.Json(200, (catalog, sku, disabled), static (json, s) =>
            {
                json.WriteStartArray();
                foreach (PlanRow plan in LicenseShapes.Plans(s.catalog, s.sku, s.disabled))
                {
                    json.WriteStartObject();
                    Shape<PlanRow>.Write(json, plan, LicenseShapes.ServicePlanInfo.Default);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return array.Body.ToArray();
        }
    }
}
