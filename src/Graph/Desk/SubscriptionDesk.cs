using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Desk;

/// <summary>Buying units: <c>/berth/v1/subscriptions</c>.</summary>
internal static class SubscriptionDesk
{
    private const string Resource = "Subscription";

    private static readonly Dictionary<string, SubscriptionStatus> Statuses =
        Enum.GetValues<SubscriptionStatus>().ToDictionary(status => status.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/subscriptions", DeskAccess.Read, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/subscriptions", DeskAccess.Write, Create) { Versions = RouteVersions.Berth },
        new(GraphMethod.Patch, "/subscriptions/{subscription}", DeskAccess.Write, Change) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) => GraphResponse.Json(200, tenant, static (json, tenant) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (Subscription subscription in tenant.Subscriptions)
        {
            Write(json, tenant, subscription);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Resource,
        (read, body) => ReadNew(read, body, tenant.Catalog),
        create => request.Submit(
            $"{create.Id}",
            create,
            accepted => One(accepted.Next, create.Id, 201, new ResponseHeaders { Location = $"{request.ServiceRoot}/subscriptions/{create.Id}" })));

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? request.Reading(
            Resource,
            (read, body) => ReadChange(read, body, id),
            update => request.Submit(keys.First, update, accepted => One(accepted.Next, id, 200, default)))
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Command.CreateSubscription ReadNew(BodyReader read, JsonElement body, SkuCatalog catalog)
    {
        Guid? sku = null;
        string? partNumber = null;
        int? units = null;
        SubscriptionStatus status = SubscriptionStatus.Enabled;
        bool isTrial = false;
        string? ownerType = null;
        Guid? ownerId = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "SKUID":
                    sku = read.Id(value, name);
                    break;
                case "SKUPARTNUMBER":
                    partNumber = read.Required(value, name, CatalogCsv.LongestName);
                    break;
                case "UNITS":
                    units = Units(read, value, name);
                    break;
                case "STATUS":
                    status = read.OneOf(value, name, Statuses);
                    break;
                case "ISTRIAL":
                    isTrial = read.Flag(value, name);
                    break;
                case "OWNERTYPE":
                    ownerType = read.Text(value, name, SubscriptionOwner.LongestType);
                    break;
                case "OWNERID":
                    ownerId = value.ValueKind == JsonValueKind.Null ? null : read.Id(value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (units is null)
        {
            read.FailMissing("units");
        }

        if (ownerId is not null && ownerType is null)
        {
            read.FailMissing("ownerType");
        }

        return new Command.CreateSubscription(Guid.NewGuid(), Sku(read, catalog, sku, partNumber), units ?? 0, status, isTrial)
        {
            Owner = ownerType is null ? null : new SubscriptionOwner(ownerType, ownerId),
        };
    }

    private static Command.UpdateSubscription ReadChange(BodyReader read, JsonElement body, Guid id)
    {
        int? units = null;
        SubscriptionStatus? status = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "UNITS":
                    units = Units(read, value, name);
                    break;
                case "STATUS":
                    status = read.OneOf(value, name, Statuses);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return new Command.UpdateSubscription(id, units, status);
    }

    private static int Units(BodyReader read, JsonElement value, string name) => read.Whole(value, name, 0, Subscription.MostUnits);

    private static Guid Sku(BodyReader read, SkuCatalog catalog, Guid? sku, string? partNumber)
    {
        if (sku is null == partNumber is null)
        {
            read.Fail("valueMissing", "A subscription names its SKU either by skuId or by skuPartNumber.");
        }

        if (partNumber is null || read.Error is not null)
        {
            return sku ?? Guid.Empty;
        }

        Guid[] named = [.. catalog.FindByPartNumber(partNumber).Select(one => one.Id)];
        if (named.Length == 0)
        {
            read.Fail("skuNotInCatalog", $"The catalog has no SKU with the part number '{partNumber}': GET /berth/v1/catalog lists them.");
        }
        else if (named.Length > 1)
        {
            read.Fail("partNumberAmbiguous", $"The part number '{partNumber}' names more than one SKU: give the skuId, one of {string.Join(", ", named)}.");
        }

        return named.FirstOrDefault();
    }

    private static GraphResponse One(Tenant tenant, Guid id, int status, ResponseHeaders headers) =>
        GraphResponse.Json(status, (tenant, id), static (json, s) => Write(json, s.tenant, s.tenant.Subscriptions.First(one => one.Id == s.id)), headers);

    private static void Write(Utf8JsonWriter json, Tenant tenant, Subscription subscription)
    {
        json.WriteStartObject();
        Members(json, tenant, subscription);
        json.WriteEndObject();
    }

    /// <summary>A subscription as members of an object.</summary>
    internal static void Members(Utf8JsonWriter json, Tenant tenant, Subscription subscription)
    {
        Sku sku = tenant.Catalog.Skus[subscription.Sku];
        json.WriteString("id"u8, subscription.Id);
        json.WriteString("skuId"u8, sku.Id);
        json.WriteString("skuPartNumber"u8, sku.PartNumber);
        json.WriteNumber("units"u8, subscription.Units);
        json.WriteString("status"u8, subscription.Status.ToString());
        json.WriteBoolean("isTrial"u8, subscription.IsTrial);
        json.WriteString("createdDateTime"u8, subscription.CreatedAt.UtcDateTime);
        json.WriteString("ownerType"u8, subscription.Owner?.Type);
        json.WriteString("ownerId"u8, subscription.Owner?.Id?.ToString());
    }
}
