using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.Desk;

/// <summary>Who waits for a seat, and processing a group again: <c>/berth/v1/waiting</c>, <c>/berth/v1/groups/{id}/reprocess</c>.</summary>
internal static class WaitingDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/waiting", DeskAccess.Read, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/groups/{group}/reprocess", DeskAccess.Reprocess, Reprocess) { Versions = RouteVersions.Berth, Body = RouteBody.None },
    ];

    private static Handling.Wanted Reprocess(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        request.Submit(keys.First, new Command.ReprocessGroup(Submitting.GroupId(keys.First)), static _ => GraphResponse.Empty(202));

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        Sku? sku = null;
        Entry? after = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            string value = values.ToString();
            switch (name.ToUpperInvariant())
            {
                case "SKUID" when !Guid.TryParseExact(value, "D", out _):
                    return GraphResponse.Error(request, GraphError.BadQuery("skuId must be the GUID of a SKU."));
                case "SKUID" when !tenant.Catalog.TryGetSku(Guid.ParseExact(value, "D"), out sku):
                    return GraphResponse.Error(request, new Refusal(RefusalCode.SkuNotInTenant) { Subject = Guid.ParseExact(value, "D") }.ToError());
                case "SKUID":
                    break;
                case "$SKIPTOKEN" when Entry.Parse(value) is { } token:
                    after = token;
                    break;
                case "$SKIPTOKEN":
                    return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken is not one that this list gave."));
                default:
                    return GraphResponse.Error(request, GraphError.BadQuery($"The list of those who wait takes skuId, and no '{name}'."));
            }
        }

        List<Entry> page = [.. From(tenant, sku, after).Take(GraphLimits.WaitingPage + 1)];
        bool more = page.Count > GraphLimits.WaitingPage;
        return GraphResponse.Json(200, (tenant, request, sku, page, more), static (json, s) =>
        {
            (Tenant tenant, GraphRequest request, Sku? sku, List<Entry> page, bool more) = s;
            json.WriteStartObject();
            if (more)
            {
                string only = sku is null ? "" : $"skuId={sku.Id}&";
                json.WriteString("@odata.nextLink"u8, $"{request.ServiceRoot}/waiting?{only}$skiptoken={page[GraphLimits.WaitingPage - 1]}");
            }

            json.WriteStartArray("value"u8);
            foreach (Entry entry in page.Take(GraphLimits.WaitingPage))
            {
                json.WriteStartObject();
                json.WriteString("userId"u8, entry.Pair.UserId);
                json.WriteString("groupId"u8, entry.Pair.GroupId);
                json.WriteString("skuId"u8, tenant.Catalog.Skus[entry.Sku].Id);
                json.WriteString("error"u8, nameof(LicenseError.CountViolation));
                json.WriteString("waitingSince"u8, entry.Pair.Since.At.UtcDateTime);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static IEnumerable<Entry> From(Tenant tenant, Sku? sku, Entry? after)
    {
        IEnumerable<WaitingPair> pairs = sku is null ? Rest(tenant.Troubled, after) : Rest(tenant.WaitingFor(sku.Index), after);
        foreach (WaitingPair pair in pairs)
        {
            if (tenant.LicensesOf(pair.User).Source(pair.Group)?.Trouble is not { } trouble)
            {
                continue;
            }

            foreach (SkuError error in trouble.Errors)
            {
                bool before = after is { } last && pair.CompareTo(last.Pair) == 0 && error.Sku <= last.Sku;
                if (error.Error == LicenseError.CountViolation && !before && (sku is null || error.Sku == sku.Index))
                {
                    yield return new Entry(pair, error.Sku);
                }
            }
        }
    }

    private static IEnumerable<WaitingPair> Rest(Engine.Collections.SortedPages<WaitingPair> pairs, Entry? after) => after is { } last ? pairs.From(last.Pair) : pairs;

    /// <summary>A line of the list; its text is the token that the next page starts after.</summary>
    private readonly record struct Entry(WaitingPair Pair, int Sku)
    {
        public static Entry? Parse(string token)
        {
            string[] parts = Base64Url.IsValid(token) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ') : [];
            return parts.Length == 5
                && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) && ticks <= DateTime.MaxValue.Ticks
                && Guid.TryParse(parts[2], out Guid user)
                && Guid.TryParse(parts[3], out Guid group)
                && int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out int sku)
                    ? new Entry(new WaitingPair(new WaitingSince(sequence, new DateTimeOffset(ticks, TimeSpan.Zero)), user, group, -1, -1), sku)
                    : null;
        }

        public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{Pair.Since.Sequence} {Pair.Since.At.UtcTicks} {Pair.UserId} {Pair.GroupId} {Sku}")));
    }
}
