using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.History;

/// <summary>Which operations are asked for (B521).</summary>
internal sealed record HistoryQuery
{
    /// <summary>The most operations of a page.</summary>
    public const int LargestPage = 1_000;

    /// <summary>The operations of a page when nobody says.</summary>
    public const int DefaultPage = 100;

    /// <summary>The user's index, or null.</summary>
    public int? User { get; private init; }

    /// <summary>The group's index, or null.</summary>
    public int? Group { get; private init; }

    /// <summary>The SKU's index, or null.</summary>
    public int? Sku { get; private init; }

    /// <summary>Not before this, or null.</summary>
    public DateTimeOffset? Since { get; private init; }

    /// <summary>Before this, or null.</summary>
    public DateTimeOffset? Until { get; private init; }

    /// <summary>The most operations.</summary>
    public int Top { get; private init; } = DefaultPage;

    /// <summary>The number below which the page begins.</summary>
    public long Below { get; private init; } = long.MaxValue;

    /// <summary>The query without its page, for a link to the next one.</summary>
    public string Rest { get; private init; } = "";

    /// <summary>Reads a query; an error instead when it asks for what there is not.</summary>
    public static (HistoryQuery Query, GraphError? Error) Read(Tenant tenant, string text)
    {
        HistoryQuery query = new();
        List<string> rest = [];
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(text))
        {
            string value = values.ToString();
            bool isId = Guid.TryParseExact(value, "D", out Guid id);
            switch (name.ToUpperInvariant())
            {
                case "USERID" when isId && Find(tenant, id) is { } user:
                    query = query with { User = user };
                    break;
                case "GROUPID" when isId && FindGroup(tenant, id) is { } group:
                    query = query with { Group = group };
                    break;
                case "SKUID" when isId && tenant.Catalog.TryGetSku(id, out Sku? sku):
                    query = query with { Sku = sku.Index };
                    break;
                case "USERID" or "GROUPID" when isId:
                    return (query, GraphError.NotFound(value));
                case "SKUID" when isId:
                    return (query, new Refusal(RefusalCode.SkuNotInTenant) { Subject = id }.ToError());
                case "USERID" or "GROUPID" or "SKUID":
                    return (query, GraphError.BadQuery($"{name} must be a GUID."));
                case "SINCE" when Instant(value) is { } since:
                    query = query with { Since = since };
                    break;
                case "UNTIL" when Instant(value) is { } until:
                    query = query with { Until = until };
                    break;
                case "SINCE" or "UNTIL":
                    return (query, GraphError.BadQuery($"{name} must be a time such as 2026-01-31T08:00:00Z."));
                case "$TOP" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int top) && top is > 0 and <= LargestPage:
                    query = query with { Top = top };
                    break;
                case "$TOP":
                    return (query, GraphError.BadQuery($"$top must be a number from 1 to {LargestPage}."));
                case "$SKIPTOKEN" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long below) && below > 0:
                    query = query with { Below = below };
                    continue;
                case "$SKIPTOKEN":
                    return (query, GraphError.BadQuery("The $skiptoken is not one that this list gave."));
                default:
                    return (query, GraphError.BadQuery($"The history takes userId, groupId, skuId, since, until and $top, and no '{name}'."));
            }

            rest.Add($"{name}={Uri.EscapeDataString(value)}&");
        }

        return (query with { Rest = string.Concat(rest) }, null);
    }

    /// <summary>Whether an operation is one that is asked for.</summary>
    public bool Takes(Tenant tenant, TenantEvent happened) =>
        (Since is null || happened.At >= Since) && (Until is null || happened.At < Until)
        && (User is not { } user || happened.Changes.Any(change => OperationTouch.Touches(change, user)))
        && (Group is not { } group || happened.Changes.Any(change => OperationTouch.TouchesGroup(change, group)))
        && (Sku is not { } sku || happened.Changes.Any(change => OperationTouch.TouchesSku(tenant, change, sku)));

    /// <summary>A moment with its zone, UTC when it has none; null when it is none.</summary>
    internal static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at) ? at : null;

    private static int? Find(Tenant tenant, Guid id) => tenant.FindUser(id) is >= 0 and int user ? user : tenant.Deleted.FindUser(id) is >= 0 and int deleted ? deleted : null;

    // A group that is gone keeps its index.
    private static int? FindGroup(Tenant tenant, Guid id)
    {
        if (tenant.FindGroup(id) is >= 0 and int there)
        {
            return there;
        }

        for (int group = tenant.Groups.Count - 1; group >= 0; group--)
        {
            if (tenant.Groups[group].Id == id)
            {
                return group;
            }
        }

        return null;
    }
}
