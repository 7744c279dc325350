using Berth.Portal.Graph;

namespace Berth.Portal.Licenses;

/// <summary>Reads the pools of the tenant: the same figures for every page that shows them.</summary>
internal static class Pools
{
    /// <summary>How far ahead is looked, in days: as far as Berth does.</summary>
    private const int Days = 365;

    /// <summary>All pools as they are now, by part number.</summary>
    public static async Task<IReadOnlyList<Pool>> ReadAsync(GraphClient graph, Skus skus)
    {
        skus.Forget();
        Task<Forecast> ahead = graph.GetAsync(FormattableString.Invariant($"berth/v1/forecast?days={Days}"), LicenseJson.Default.Forecast);
        IReadOnlyDictionary<Guid, SubscribedSku> owned = await skus.ReadAsync();
        Dictionary<Guid, ForecastRow> rows = (await ahead).Value.ToDictionary(row => row.SkuId);

        // Only where somebody waits is asked how many people these are.
        Dictionary<Guid, int> waiting = [];
        foreach (ForecastRow row in rows.Values.Where(row => row.Waiting > 0))
        {
            waiting[row.SkuId] = await CountWaitingAsync(graph, row.SkuId);
        }

        return [.. owned.Values.OrderBy(sku => sku.SkuPartNumber, StringComparer.Ordinal)
            .Select(sku => new Pool(sku, waiting.GetValueOrDefault(sku.SkuId), rows.GetValueOrDefault(sku.SkuId)?.RunsOutDate))];
    }

    /// <summary>How many people wait for a SKU, each counted once.</summary>
    public static async Task<int> CountWaitingAsync(GraphClient graph, Guid sku, CancellationToken cancel = default)
    {
        string filter = Uri.EscapeDataString($"skuId eq {sku}");
        GraphPage<Allotment> found = await graph.GetAsync($"beta/admin/cloudLicensing/allotments?$select=id,skuId&$filter={filter}", LicenseJson.Default.GraphPageAllotment, cancel);
        return found.Value is [var allotment, ..]
            ? await graph.CountAsync($"beta/admin/cloudLicensing/allotments/{allotment.Id}/waitingMembers", null, cancel)
            : 0;
    }
}
