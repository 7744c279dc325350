using System.Text.Json.Serialization.Metadata;

namespace Berth.Portal.Graph;

/// <summary>Lists that are short by their nature: what a form offers to choose from. A list that can be long is a <c>PagedRows</c>.</summary>
public static class GraphLists
{
    /// <summary>All rows of a list, page after page.</summary>
    public static async Task<IReadOnlyList<T>> AllAsync<T>(this GraphClient graph, string address, JsonTypeInfo<GraphPage<T>> type, CancellationToken cancel = default)
    {
        List<T> rows = [];
        for (string? next = address; next is not null;)
        {
            GraphPage<T> page = await graph.GetAsync(next, type, cancel);
            rows.AddRange(page.Value);
            next = page.NextLink;
        }

        return rows;
    }
}
