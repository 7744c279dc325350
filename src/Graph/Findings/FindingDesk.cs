using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Insight.Findings;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.Findings;

/// <summary>What costs without a use, and what is missing, each with the changes that mend it: <c>/berth/v1/findings</c> (B544 to B549).</summary>
internal static class FindingDesk
{
    /// <summary>The findings of a page when nobody says.</summary>
    public const int DefaultPage = 50;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/findings", DeskAccess.Read, Tell) { Versions = RouteVersions.Berth },
    ];

    /// <summary>The kinds by their names on the wire.</summary>
    public static IReadOnlyDictionary<string, FindingKind> Kinds { get; } =
        Enum.GetValues<FindingKind>().ToDictionary(FindingJson.NameOf, static kind => kind, StringComparer.OrdinalIgnoreCase);

    // The permission to read licenses does not show Cloud PCs (B549).
    private static bool IsOfCloudPcs(FindingKind kind) => kind is FindingKind.UnusedCloudPc or FindingKind.SeatHeldByGrace or FindingKind.MissingCompanions;

    private static Handling Tell(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        (FindingKind? only, Sku? sku, Found? after) = (null, null, null);
        (int days, int top) = (FindingQuestion.DefaultDays, DefaultPage);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            string value = values.ToString();
            switch (name.ToUpperInvariant())
            {
                case "KIND" when Kinds.TryGetValue(value, out FindingKind kind):
                    only = kind;
                    break;
                case "KIND":
                    return GraphResponse.Error(request, GraphError.BadQuery($"There is no kind '{value}' of findings. The kinds are {string.Join(", ", Kinds.Keys)}."));
                case "SKUID" when !Guid.TryParseExact(value, "D", out _):
                    return GraphResponse.Error(request, GraphError.BadQuery("skuId must be the GUID of a SKU."));
                case "SKUID" when !tenant.Catalog.TryGetSku(Guid.ParseExact(value, "D"), out sku):
                    return GraphResponse.Error(request, new Refusal(RefusalCode.SkuNotInTenant) { Subject = Guid.ParseExact(value, "D") }.ToError());
                case "SKUID":
                    break;
                case "DAYS" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out days) && days is >= 1 and <= FindingQuestion.MostDays:
                    break;
                case "DAYS":
                    return GraphResponse.Error(request, GraphError.BadQuery($"days is a number from 1 to {FindingQuestion.MostDays}."));
                case "$TOP" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out top) && top is >= 1 and <= FindingSearch.MostOnPage:
                    break;
                case "$TOP":
                    return GraphResponse.Error(request, GraphError.BadQuery($"$top is a number from 1 to {FindingSearch.MostOnPage}."));
                case "$SKIPTOKEN" when Parse(value) is { } token:
                    after = token;
                    break;
                case "$SKIPTOKEN":
                    return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken is not one that this list gave."));
                default:
                    return GraphResponse.Error(request, GraphError.BadQuery($"Findings take kind, skuId, days and $top, and no '{name}'."));
            }
        }

        bool machines = CloudPcAccess.Read.Allows(request.Caller.Permissions);
        if (only is { } one && IsOfCloudPcs(one) && !machines)
        {
            return GraphResponse.Error(request, GraphError.Denied);
        }

        FindingKind[] wanted = [.. Kinds.Values.Where(kind => only is null || kind == only)], told = [.. wanted.Where(kind => machines || !IsOfCloudPcs(kind))];
        FindingQuestion question = new(tenant, tenant.Now(request.ReceivedAt), days, sku?.Index ?? -1);
        FindingPage page = FindingSearch.Page(question, told, after, top, new DecisionContext(request.ReceivedAt, request.Caller.Actor));
        string? next = page.HasMore ? $"{request.ServiceRoot}/findings?{Rest(only, sku, days, top)}&$skiptoken={Token(page.Findings[^1].At)}" : null;
        return GraphResponse.Json(200, (question, page, next, withheld: wanted.Except(told)), static (json, s) =>
        {
            json.WriteStartObject();
            if (s.next is not null)
            {
                json.WriteString("@odata.nextLink"u8, s.next);
            }

            json.WriteNumber("version"u8, s.question.Tenant.Version);
            json.WriteNumber("days"u8, s.question.Days);
            json.WriteStartArray("counts"u8);
            foreach (FindingCount count in s.page.Counts)
            {
                json.WriteStartObject();
                json.WriteString("kind"u8, FindingJson.NameOf(count.Kind));
                json.WriteNumber("findings"u8, count.Findings);
                json.WriteNumber("seats"u8, count.Seats);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("withheld"u8);
            foreach (FindingKind kind in s.withheld)
            {
                json.WriteStringValue(FindingJson.NameOf(kind));
            }

            json.WriteEndArray();
            json.WriteStartArray("value"u8);
            foreach (Finding finding in s.page.Findings)
            {
                FindingJson.Write(json, s.question, finding);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static string Rest(FindingKind? kind, Sku? sku, int days, int top) => string.Create(
        CultureInfo.InvariantCulture, $"{(kind is { } one ? $"kind={FindingJson.NameOf(one)}&" : "")}{(sku is null ? "" : $"skuId={sku.Id}&")}days={days}&$top={top}");

    private static string Token(Found last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{FindingJson.NameOf(last.Kind)} {last.First} {last.Second}"));

    private static Found? Parse(string token)
    {
        string[] parts = Base64Url.IsValid(token) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ') : [];
        return parts.Length == 3 && Kinds.TryGetValue(parts[0], out FindingKind kind) && Guid.TryParseExact(parts[1], "D", out Guid first) && Guid.TryParseExact(parts[2], "D", out Guid second)
            ? new Found(kind, first, second, -1, -1, -1, 0)
            : null;
    }
}
