using System.Globalization;
using System.Text.Json;
using Berth.Graph.Requests;

namespace Berth.Graph.Reports;

/// <summary>What a column of a report holds.</summary>
internal enum ReportType
{
    /// <summary>A text, or null.</summary>
    String,

    /// <summary>A whole number.</summary>
    Int32,

    /// <summary>A number.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A time in UTC, or null.</summary>
    DateTime,
}

/// <summary>A column of a report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
internal readonly record struct ReportColumn(string Name, ReportType Type);

/// <summary>A report before anybody asked for a part of it: columns, and rows with a value for each (B442).</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows: texts, longs, doubles, flags and times.</param>
internal sealed record ReportTable(IReadOnlyList<ReportColumn> Columns, IEnumerable<object?[]> Rows)
{
    /// <summary>The part that a query asks for, as Graph sends it.</summary>
    public GraphResponse Answer(ReportQuery query)
    {
        IEnumerable<object?[]> rows = Rows.Where(query.Takes);
        if (query.IsGrouped)
        {
            rows = rows.DistinctBy(row => new RowKey(query.Select.Select(column => row[column]).ToArray()));
        }

        object?[][] all = [.. rows];
        if (query.Order.Count > 0)
        {
            IOrderedEnumerable<object?[]> ordered = all.OrderBy(static _ => 0);
            foreach ((int column, bool descending) in query.Order)
            {
                ordered = descending
                    ? ordered.ThenByDescending(row => row[column], ValueOrder.Instance)
                    : ordered.ThenBy(row => row[column], ValueOrder.Instance);
            }

            all = [.. ordered];
        }

        return GraphResponse.Json(200, (this, query, all), static (json, s) =>
        {
            (ReportTable self, ReportQuery query, object?[][] all) = s;
            json.WriteStartObject();
            json.WriteNumber("TotalRowCount"u8, all.Length);
            json.WriteStartArray("Schema"u8);
            foreach (int column in query.Select)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, self.Columns[column].Name);
                json.WriteString("type"u8, self.Columns[column].Type.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("Values"u8);
            foreach (object?[] row in all.Skip(query.Skip).Take(query.Top))
            {
                json.WriteStartArray();
                foreach (int column in query.Select)
                {
                    Write(json, row[column]);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, kind: ResponseBody.Stream);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case DateTime time:
                // Without a zone, as Graph's reports have it.
                json.WriteStringValue(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
                break;
            default:
                throw new InvalidOperationException($"A report has no values such as {value}.");
        }
    }

    /// <summary>Rows with the same values in the selected columns are one.</summary>
    private sealed class RowKey(object?[] values) : IEquatable<RowKey>
    {
        private readonly object?[] _values = values;

        public bool Equals(RowKey? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

        public override bool Equals(object? obj) => Equals(obj as RowKey);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (object? value in _values)
            {
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}

/// <summary>Which of two values of a column comes first; nothing comes before something.</summary>
internal sealed class ValueOrder : IComparer<object?>
{
    private ValueOrder()
    {
    }

    /// <summary>The one there is.</summary>
    public static ValueOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(object? x, object? y) => (x, y) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string one, string other) => StringComparer.OrdinalIgnoreCase.Compare(one, other),
        (long one, long other) => one.CompareTo(other),
        (DateTime one, DateTime other) => one.CompareTo(other),
        (bool one, bool other) => one.CompareTo(other),
        _ => Convert.ToDouble(x, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(y, CultureInfo.InvariantCulture)),
    };
}
