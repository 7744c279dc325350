using System.Text.Json.Serialization;

namespace Berth.Portal.Graph;

/// <summary>A list of which only the length counts.</summary>
public sealed record Counted([property: JsonPropertyName("@odata.count")] int Count);

/// <summary>How many rows a list has, without the rows.</summary>
public static class GraphCounts
{
    /// <summary>Reads it.</summary>
    /// <param name="graph">The client.</param>
    /// <param name="list">The address of the list, such as <c>v1.0/users</c>.</param>
    /// <param name="filter">The <c>$filter</c> as people write it; null counts all.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<int> CountAsync(this GraphClient graph, string list, string? filter, CancellationToken cancel = default) =>
        (await graph.GetAsync($"{list}?$count=true&$top=1{(filter is null ? "" : $"&$filter={Uri.EscapeDataString(filter)}")}", GraphJson.Default.Counted, cancel)).Count;
}
