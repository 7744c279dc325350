using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Graph.Scim;

/// <summary>Whether values meet a filter. Letter case does not matter but in ids (RFC 7643, caseExact); of several values one is enough.</summary>
internal static class ScimMatch
{
    private static readonly string[] Exact = ["id", "externalId"];

    /// <summary>Whether a resource meets a filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="read">The value of an attribute; what is named is known to be one.</param>
    public static bool Meets(ScimFilter filter, Func<ScimName, JsonNode?> read) => filter switch
    {
        ScimFilter.And and => Meets(and.Left, read) && Meets(and.Right, read),
        ScimFilter.Or or => Meets(or.Left, read) || Meets(or.Right, read),
        ScimFilter.Not not => !Meets(not.Inner, read),
        ScimFilter.Present present => Values(read(present.Name), present.Name.Sub).Any(value => Text(value) is not ""),
        ScimFilter.Compare compare => Compares(compare, Values(read(compare.Name), compare.Name.Sub)),
        ScimFilter.Any any => Elements(read(any.Name)).Any(element => Meets(any.Inner, element)),
        _ => throw new InvalidOperationException("A filter is one of six."),
    };

    /// <summary>Whether one value of a list meets a filter: its names are those of the value's parts.</summary>
    public static bool Meets(ScimFilter filter, JsonNode element) => Meets(filter, name => element is JsonObject parts ? parts[name.Attribute]
        : name.Attribute.Equals("value", StringComparison.OrdinalIgnoreCase) ? element : null);

    /// <summary>The values of a list, or the one of a single attribute.</summary>
    public static IEnumerable<JsonNode> Elements(JsonNode? node) => node switch
    {
        null => [],
        JsonArray array => array.OfType<JsonNode>(),
        _ => [node],
    };

    /// <summary>A simple value as text: <c>true</c> and <c>false</c> for flags. Null when it is none.</summary>
    public static string? Text(JsonNode? node) => node is not JsonValue value ? null
        : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static IEnumerable<JsonNode> Values(JsonNode? node, string? sub)
    {
        foreach (JsonNode element in Elements(node))
        {
            if ((element is JsonObject parts ? parts[sub ?? "value"] ?? (sub is null ? element : null) : sub is null ? element : null) is { } value)
            {
                yield return value;
            }
        }
    }

    private static bool Compares(ScimFilter.Compare compare, IEnumerable<JsonNode> values)
    {
        if (compare.Operator is ScimOperator.Equal or ScimOperator.NotEqual)
        {
            bool equal = compare.Value is null ? !values.Any() : values.Any(value => Is(compare, value));
            return equal == (compare.Operator == ScimOperator.Equal);
        }

        return compare.Value is { } wanted && values.Any(value => Text(value) is { } text && Compares(compare.Operator, text, wanted));
    }

    private static bool Is(ScimFilter.Compare compare, JsonNode value) => string.Equals(
        Text(value), compare.Value, Exact.Contains(compare.Name.Attribute, StringComparer.OrdinalIgnoreCase) ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private static bool Compares(ScimOperator comparison, string text, string wanted) => comparison switch
    {
        ScimOperator.Contains => text.Contains(wanted, StringComparison.OrdinalIgnoreCase),
        ScimOperator.StartsWith => text.StartsWith(wanted, StringComparison.OrdinalIgnoreCase),
        ScimOperator.EndsWith => text.EndsWith(wanted, StringComparison.OrdinalIgnoreCase),
        ScimOperator.Greater => Order(text, wanted) > 0,
        ScimOperator.GreaterOrEqual => Order(text, wanted) >= 0,
        ScimOperator.Less => Order(text, wanted) < 0,
        ScimOperator.LessOrEqual => Order(text, wanted) <= 0,
        ScimOperator.Equal or ScimOperator.NotEqual => throw new InvalidOperationException("Equality is decided over all values."),
    };

    // Instants by time, everything else as text.
    private static int Order(string text, string wanted) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
        && DateTimeOffset.TryParse(wanted, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset other)
            ? at.CompareTo(other)
            : string.Compare(text, wanted, StringComparison.OrdinalIgnoreCase);
}
