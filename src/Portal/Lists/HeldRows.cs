using Berth.Portal.Graph;

namespace Berth.Portal.Lists;

/// <summary>Rows that are all here already, as a list of any length shows them.</summary>
public static class HeldRows
{
    /// <summary>The rows.</summary>
    public static PagedRows<TRow> Of<TRow>(IReadOnlyList<TRow> rows) => new(
        "0",
        (_, _) => Task.FromResult(new GraphPage<TRow>(rows, null, rows.Count)));
}
