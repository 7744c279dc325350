using System.Text;
using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>Reads a product-names table: this project's own columns, or those of Microsoft's published file.</summary>
public abstract record CatalogCsv
{
    /// <summary>The most rows one table may have; Microsoft's has about 6,000.</summary>
    public const int MostRows = 100_000;

    /// <summary>The longest name a SKU or plan may have, in characters.</summary>
    public const int LongestName = 256;

    // The same column under its names: Microsoft's file (with its misspelling), then this project's own.
    private static readonly string[][] Columns =
    [
        ["String_Id", "skuPartNumber"],
        ["GUID", "skuId"],
        ["Product_Display_Name", "productName"],
        ["Service_Plan_Name", "servicePlanName"],
        ["Service_Plan_Id", "servicePlanId"],
        ["Service_Plans_Included_Friendly_Names", "friendlyName"],
    ];

    private CatalogCsv()
    {
    }

    /// <summary>The rows of a good table.</summary>
    /// <param name="Rows">At least one row.</param>
    public sealed record Readable(ValueArray<CatalogRow> Rows) : CatalogCsv;

    /// <summary>Why the table cannot be read; nothing of it counts.</summary>
    /// <param name="Line">The line, from 1.</param>
    /// <param name="Problem">What is wrong there, a sentence.</param>
    public sealed record Unreadable(int Line, string Problem) : CatalogCsv;

    /// <summary>Reads a whole table with a header line, separated by commas, fields in double quotes where needed.</summary>
    public static CatalogCsv Read(string text)
    {
        List<(int Line, string[] Fields)> lines = [.. Split(text.TrimStart('\uFEFF'))];
        if (lines.Count == 0)
        {
            return new Unreadable(1, "The table is empty.");
        }

        string[] header = lines[0].Fields;
        int[] at = [.. Columns.Select(names => Array.FindIndex(header, name =>
            names.Contains(name.Trim().Replace(' ', '_'), StringComparer.OrdinalIgnoreCase)))];
        int missing = Array.IndexOf(at, -1);
        if (missing >= 0)
        {
            return new Unreadable(1, $"The header has no column {string.Join(" or ", Columns[missing])}.");
        }

        if (lines.Count - 1 > MostRows)
        {
            return new Unreadable(MostRows + 2, $"A table has at most {MostRows} rows.");
        }

        List<CatalogRow> rows = new(lines.Count);
        foreach ((int line, string[] fields) in lines.Skip(1))
        {
            if (fields.Length <= at.Max())
            {
                return new Unreadable(line, $"The line has {fields.Length} fields where the header has {header.Length}.");
            }

            string Field(int column) => fields[at[column]].Trim();
            if (!Guid.TryParse(Field(1), out Guid sku) || !Guid.TryParse(Field(4), out Guid plan))
            {
                return new Unreadable(line, $"'{Field(1)}' and '{Field(4)}' must both be GUIDs.");
            }

            string? tooLong = fields.FirstOrDefault(field => field.Length > LongestName);
            if (tooLong is not null || Field(0).Length == 0 || Field(3).Length == 0)
            {
                return new Unreadable(line, $"Part number and plan name must be given, and no field may be longer than {LongestName} characters.");
            }

            rows.Add(new CatalogRow(Field(0), sku, Field(2), Field(3), plan, Field(5)));
        }

        return rows.Count == 0 ? new Unreadable(2, "The table has a header and no rows.") : new Readable(rows.ToValueArray());
    }

    private static IEnumerable<(int Line, string[] Fields)> Split(string text)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false, any = false;
        int line = 1, start = 1;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : '\n';
            if (quoted && i < text.Length)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    line += c == '\n' ? 1 : 0;
                    field.Append(c);
                }

                continue;
            }

            switch (c)
            {
                case '"' when field.Length == 0:
                    quoted = any = true;
                    break;
                case ',':
                    fields.Add(field.ToString());
                    field.Clear();
                    any = true;
                    break;
                case '\r':
                    break;
                case '\n':
                    if (any || field.Length > 0)
                    {
                        fields.Add(field.ToString());
                        field.Clear();
                        yield return (start, [.. fields]);
                    }

                    fields.Clear();
                    any = false;
                    line++;
                    start = line;
                    break;
                default:
                    field.Append(c);
                    break;
            }
        }
    }
}
