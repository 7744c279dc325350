using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Graph.Requests;

namespace Berth.Graph.Scim;

/// <summary>Resources as trees of JSON whose names are found whatever their letter case (RFC 7643, section 2.1).</summary>
internal static class ScimTree
{
    private static readonly JsonNodeOptions Options = new() { PropertyNameCaseInsensitive = true };

    /// <summary>An empty object.</summary>
    public static JsonObject Object() => new(Options);

    /// <summary>An object of those members that have a value; null when none has.</summary>
    public static JsonObject? Of(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        JsonObject? made = null;
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is not null)
            {
                (made ??= Object()).Add(name, value);
            }
        }

        return made;
    }

    /// <summary>A list of those items that are there; null when none is.</summary>
    public static JsonArray? List(params ReadOnlySpan<JsonNode?> items)
    {
        JsonArray? made = null;
        foreach (JsonNode? item in items)
        {
            if (item is not null)
            {
                (made ??= new JsonArray(Options)).Add(item);
            }
        }

        return made;
    }

    /// <summary>A list, empty when there is nothing in it.</summary>
    public static JsonArray NewList() => new(Options);

    /// <summary>The tree of a value; an error when an object has a name twice. JSON's null is no value.</summary>
    public static (JsonNode? Node, GraphError? Error) Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                JsonObject made = Object();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    (JsonNode? inner, GraphError? error) = Read(property.Value);
                    if (error is null && !made.TryAdd(property.Name, inner))
                    {
                        error = ScimError.Syntax($"The attribute '{property.Name}' occurs more than once; letter case does not matter.");
                    }

                    if (error is not null)
                    {
                        return (null, error);
                    }
                }

                return (made, null);
            case JsonValueKind.Array:
                JsonArray list = NewList();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    (JsonNode? inner, GraphError? error) = Read(item);
                    if (error is not null)
                    {
                        return (null, error);
                    }

                    list.Add(inner);
                }

                return (list, null);
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return (null, null);
            default:
                return (JsonValue.Create(element.Clone(), Options), null);
        }
    }

    /// <summary>The one value of a single attribute: identity providers also send it as a list of one, or as an object with <c>value</c> (B806).</summary>
    public static JsonNode? Single(JsonNode? node) => node switch
    {
        JsonArray { Count: 1 } list => Single(list[0]),
        JsonArray { Count: 0 } => null,
        JsonObject parts when parts.ContainsKey("value") => Single(parts["value"]),
        _ => node,
    };
}
