using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Graph.Requests;

namespace Berth.Graph.Scim;

/// <summary>What a request wants to see: which resources, which of them, and what of each (RFC 7644, sections 3.4.2 and 3.9).</summary>
internal sealed class ScimQuery
{
    /// <summary>Which resources, or null for all.</summary>
    public ScimFilter? Filter { get; private set; }

    /// <summary>The first resource to show, from 1.</summary>
    public int StartIndex { get; private set; } = 1;

    /// <summary>The most to show.</summary>
    public int Count { get; private set; } = ScimLimits.DefaultPage;

    private ScimName[] _wanted = [];
    private ScimName[] _unwanted = [];

    /// <summary>Reads the query string; what SCIM has no word for is passed over.</summary>
    public static (ScimQuery Query, GraphError? Error) Read(GraphRequest request)
    {
        ScimQuery query = new();
        foreach (string pair in request.Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && query.Take(Decode(pair[..equals]), Decode(pair[(equals + 1)..])) is { } error)
            {
                return (query, error);
            }
        }

        return (query, null);
    }

    /// <summary>Reads the body of a search, which says the same.</summary>
    public static (ScimQuery Query, GraphError? Error) Read(JsonElement body)
    {
        ScimQuery query = new();
        (JsonNode? tree, GraphError? error) = ScimTree.Read(body);
        if (error is not null || tree is not JsonObject search)
        {
            return (query, error ?? ScimError.Syntax("A search is an object."));
        }

        foreach ((string name, JsonNode? value) in search)
        {
            string? text = value is JsonArray names ? string.Join(',', names.Take(ScimLimits.Names + 1).Select(ScimMatch.Text)) : ScimMatch.Text(value);
            if (text is not null && query.Take(name, text) is { } wrong)
            {
                return (query, wrong);
            }
        }

        return (query, null);
    }

    /// <summary>Whether an attribute is shown. What is asked for by name is; what is not is, when it is shown without being asked for.</summary>
    public bool Shows(string? schema, string attribute, bool unasked = true) =>
        _wanted.Length > 0 ? _wanted.Any(name => Names(name, schema, attribute))
        : unasked && !_unwanted.Any(name => name.Sub is null && Names(name, schema, attribute));

    /// <summary>The value of an attribute without the parts that are not wanted.</summary>
    public JsonNode? Trim(string? schema, string attribute, JsonNode? value)
    {
        string[] parts = [.. _wanted.Where(name => name.Attribute.Length > 0 && Names(name, schema, attribute)).Select(name => name.Sub ?? "")];
        string[] without = [.. _unwanted.Where(name => name.Sub is not null && Names(name, schema, attribute)).Select(name => name.Sub!)];
        bool some = parts.Length > 0 && !parts.Contains("");
        if (!some && without.Length == 0)
        {
            return value;
        }

        foreach (JsonObject element in ScimMatch.Elements(value).OfType<JsonObject>())
        {
            foreach (string name in element.Select(member => member.Key).ToArray())
            {
                if ((some && !parts.Contains(name, StringComparer.OrdinalIgnoreCase)) || without.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    element.Remove(name);
                }
            }
        }

        return value;
    }

    private GraphError? Take(string name, string value)
    {
        switch (name.ToUpperInvariant())
        {
            case "FILTER":
                (Filter, string? problem) = ScimFilterParser.Read(value);
                return problem is null ? null : ScimError.Filter(problem);
            case "STARTINDEX":
                StartIndex = Number(value) is { } first ? Math.Max(first, 1) : -1;
                return StartIndex > 0 ? null : ScimError.Value("'startIndex' is a whole number.");
            case "COUNT":
                Count = Number(value) is { } most ? Math.Clamp(most, 0, ScimLimits.LargestPage) : -1;
                return Count >= 0 ? null : ScimError.Value("'count' is a whole number.");
            case "ATTRIBUTES":
                return Read(name, value, out _wanted);
            case "EXCLUDEDATTRIBUTES":
                return Read(name, value, out _unwanted);
            default:
                return null;
        }
    }

    private static GraphError? Read(string option, string value, out ScimName[] names)
    {
        string[] words = value.Split(',', ScimLimits.Names + 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ScimName?[] read = [.. words.Select(word => ScimName.Read(word))];
        names = [.. read.OfType<ScimName>()];
        return words.Length > ScimLimits.Names ? ScimError.Value(string.Create(CultureInfo.InvariantCulture, $"'{option}' has at most {ScimLimits.Names} names."))
            : names.Length < words.Length ? ScimError.Value($"'{option}' is a list of names of attributes with commas between them.")
            : null;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long large) ? (large < 0 ? 0 : int.MaxValue)
        : null;

    private static bool Names(ScimName name, string? schema, string attribute) => name.Attribute.Length == 0
        ? name.Schema == schema
        : name.Attribute.Equals(attribute, StringComparison.OrdinalIgnoreCase)
            && (name.Schema == schema || (schema is null && name.Schema is ScimSchemas.User or ScimSchemas.Group));

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
