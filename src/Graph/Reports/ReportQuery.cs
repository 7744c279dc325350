using System.Text.Json;
using Berth.Graph.Writes;

namespace Berth.Graph.Reports;

/// <summary>Which part of a report is asked for (protocol 3.9, B442).</summary>
/// <param name="Filter">Which rows; null for all.</param>
/// <param name="Search">A text that one of the row's texts has in it; null for any.</param>
/// <param name="Select">The columns, by their place.</param>
/// <param name="IsGrouped">Whether rows with the same values in these are one.</param>
/// <param name="Order">By which columns they are sorted; empty for the report's own order.</param>
/// <param name="Skip">Rows to skip.</param>
/// <param name="Top">The most rows.</param>
internal sealed record ReportQuery(
    Func<object?[], bool>? Filter, string? Search, IReadOnlyList<int> Select, bool IsGrouped, IReadOnlyList<(int Column, bool Descending)> Order, int Skip, int Top)
{
    /// <summary>Reads the body of a request; the columns are those of the report it names.</summary>
    /// <param name="read">Keeps what is wrong.</param>
    /// <param name="body">The body.</param>
    /// <param name="names">The reports by name.</param>
    public static (FrontlineReport Report, ReportQuery Query)? Read(BodyReader read, JsonElement body, IReadOnlyDictionary<string, FrontlineReport> names)
    {
        Dictionary<string, JsonElement> given = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "REPORTNAME" or "FILTER" or "SELECT" or "SEARCH" or "GROUPBY" or "ORDERBY" or "SKIP" or "TOP":
                    given.Add(name, value);
                    break;
                default:
                    read.FailUnknown(name, "A report is asked for with reportName, filter, select, search, groupBy, orderBy, skip and top.");
                    break;
            }
        }

        if (!given.TryGetValue("reportName", out JsonElement reportName))
        {
            read.FailMissing("reportName");
            return null;
        }

        FrontlineReport report = read.OneOf(reportName, "reportName", names);
        IReadOnlyList<ReportColumn> columns = FrontlineReports.ColumnsOf(report);
        List<int> select = Columns(read, given, "select", columns), group = Columns(read, given, "groupBy", columns);
        if (group.Count > 0 && !group.ToHashSet().SetEquals(select))
        {
            read.FailValue("groupBy", "It must name the same columns as select (B442).");
        }

        Func<object?[], bool>? filter = null;
        if (Text(read, given, "filter", GraphLimits.FilterCharacters) is { } text)
        {
            (filter, string? problem) = ReportFilter.Read(text, columns);
            if (problem is not null)
            {
                read.FailValue("filter", problem);
            }
        }

        string? search = Text(read, given, "search", GraphLimits.SearchCharacters);
        int skip = Whole(read, given, "skip", 0, int.MaxValue), top = Whole(read, given, "top", GraphLimits.ReportRows, GraphLimits.ReportRows);
        List<(int Column, bool Descending)> order = Sorting(read, given, columns);
        if (group.Count > 0 && order.Any(one => !group.Contains(one.Column)))
        {
            read.FailValue("orderBy", "Rows that are grouped are sorted by columns of groupBy.");
        }

        return (report, new ReportQuery(filter, search, select.Count > 0 ? select : [.. Enumerable.Range(0, columns.Count)], group.Count > 0, order, skip, top));
    }

    /// <summary>Whether a row is asked for.</summary>
    public bool Takes(object?[] row) =>
        (Filter is null || Filter(row)) && (Search is null || row.Any(value => value is string text && text.Contains(Search, StringComparison.OrdinalIgnoreCase)));

    private static string? Text(BodyReader read, Dictionary<string, JsonElement> given, string name, int longest) =>
        given.TryGetValue(name, out JsonElement value) ? read.Text(value, name, longest) : null;

    private static int Whole(BodyReader read, Dictionary<string, JsonElement> given, string name, int absent, int most) =>
        given.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? read.Whole(value, name, 0, most) : absent;

    private static List<int> Columns(BodyReader read, Dictionary<string, JsonElement> given, string name, IReadOnlyList<ReportColumn> columns)
    {
        List<int> chosen = [];
        foreach (string text in Texts(read, given, name))
        {
            int column = Find(read, name, text, columns);
            if (column >= 0 && chosen.Contains(column))
            {
                read.FailValue(name, $"It names the column '{text}' twice.");
            }

            chosen.Add(column);
        }

        return chosen;
    }

    private static List<(int Column, bool Descending)> Sorting(BodyReader read, Dictionary<string, JsonElement> given, IReadOnlyList<ReportColumn> columns)
    {
        List<(int Column, bool Descending)> order = [];
        foreach (string text in Texts(read, given, "orderBy"))
        {
            string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool? descending = words switch
            {
                [_] => false,
                [_, var way] when way.Equals("asc", StringComparison.OrdinalIgnoreCase) => false,
                [_, var way] when way.Equals("desc", StringComparison.OrdinalIgnoreCase) => true,
                _ => null,
            };
            if (descending is not { } down)
            {
                read.FailValue("orderBy", $"'{text}' is no column with asc or desc behind it.");
                return [];
            }

            order.Add((Find(read, "orderBy", words[0], columns), down));
        }

        return order;
    }

    private static int Find(BodyReader read, string property, string name, IReadOnlyList<ReportColumn> columns)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        read.FailValue(property, $"The report has no column '{name}'; it has {string.Join(", ", columns.Select(static one => one.Name))}.");
        return -1;
    }

    private static List<string> Texts(BodyReader read, Dictionary<string, JsonElement> given, string name) =>
        given.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? [.. read.Items(value, name).Select(item => read.Required(item, name, GraphLimits.NameCharacters)).TakeWhile(_ => read.Error is null)]
            : [];
}
