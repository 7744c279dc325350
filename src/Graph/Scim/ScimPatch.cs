using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Graph.Requests;

namespace Berth.Graph.Scim;

/// <summary>What an operation of a PATCH does.</summary>
internal enum ScimVerb
{
    /// <summary>Adds values.</summary>
    Add,

    /// <summary>Puts a value in the place of others.</summary>
    Replace,

    /// <summary>Takes values away.</summary>
    Remove,
}

/// <summary>One operation of a PATCH; without a path it was an object, and this is one of its members.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Path">Where.</param>
/// <param name="Value">With what; null for nothing.</param>
internal sealed record ScimOperation(ScimVerb Verb, ScimPath Path, JsonNode? Value);

/// <summary>
/// Reads a PATCH (RFC 7644, section 3.5.2) and does it to the tree of a resource. It takes what Entra and Okta send beyond the letter (B806): any letter case of
/// <c>op</c>, paths as names of members, a list of one for a single value.
/// </summary>
internal static class ScimPatch
{
    private static readonly string[] Lists =
        ["emails", "phoneNumbers", "addresses", "ims", "photos", "groups", "entitlements", "roles", "x509Certificates", "members"];

    private static readonly string[] ReadOnly = ["meta", "groups"];

    /// <summary>The operations of a body, one for each attribute, or what is wrong with it.</summary>
    public static (IReadOnlyList<ScimOperation> Operations, GraphError? Error) Read(JsonElement body)
    {
        List<ScimOperation> operations = [];
        (JsonNode? tree, GraphError? error) = ScimTree.Read(body);
        if (error is not null || tree is not JsonObject message || message["Operations"] is not JsonArray { Count: > 0 } given)
        {
            return ([], error ?? ScimError.Syntax("A PATCH has a list 'Operations' with at least one operation."));
        }

        if (given.Count > ScimLimits.Operations)
        {
            return ([], ScimError.Syntax(string.Create(CultureInfo.InvariantCulture, $"A PATCH has at most {ScimLimits.Operations} operations.")));
        }

        foreach (JsonNode? one in given)
        {
            if (Read(one as JsonObject, operations) is { } wrong)
            {
                return ([], wrong);
            }
        }

        return (operations, null);
    }

    /// <summary>Does operations to a resource; the first that cannot be done is the error, and the tree is of no use then.</summary>
    public static GraphError? Apply(JsonObject resource, IEnumerable<ScimOperation> operations)
    {
        foreach (ScimOperation operation in operations)
        {
            if (Apply(resource, operation) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static GraphError? Read(JsonObject? given, List<ScimOperation> operations)
    {
        if (given is null || Word(given["op"]) is not { } op || !Enum.TryParse(op, ignoreCase: true, out ScimVerb verb) || !Enum.IsDefined(verb) || !char.IsAsciiLetter(op[0]))
        {
            return ScimError.Syntax("An operation is an object whose 'op' is add, replace or remove.");
        }

        JsonNode? value = given["value"];
        if (given["path"] is { } path)
        {
            return Word(path) is { } text ? Read(verb, text, value, operations) : ScimError.Path("The path of an operation is a text.");
        }

        if (verb == ScimVerb.Remove)
        {
            return ScimError.NoTarget("An operation 'remove' has a path.");
        }

        if (value is not JsonObject members)
        {
            return ScimError.Value($"An operation '{op}' without a path has an object as its value.");
        }

        foreach ((string name, JsonNode? inner) in members)
        {
            if (Read(verb, name, inner, operations) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static GraphError? Read(ScimVerb verb, string text, JsonNode? value, List<ScimOperation> operations)
    {
        (ScimPath? path, string? problem) = ScimFilterParser.ReadPath(text);
        if (path is null)
        {
            return ScimError.Path(problem!);
        }

        operations.Add(new ScimOperation(verb, path, value));
        return null;
    }

    private static GraphError? Apply(JsonObject resource, ScimOperation operation)
    {
        (ScimVerb verb, ScimPath path, JsonNode? value) = (operation.Verb, operation.Path, operation.Value);
        ScimName name = path.Name;
        JsonObject home = resource;
        if (name.Schema is { } schema && schema is not (ScimSchemas.User or ScimSchemas.Group))
        {
            if (name.Attribute.Length == 0)
            {
                return OnExtension(resource, schema, verb, value);
            }

            home = resource[schema] as JsonObject ?? Put(resource, schema, ScimTree.Object());
        }

        string attribute = name.Attribute;
        if (Is(attribute, "id") || Is(attribute, "schemas"))
        {
            return Is(attribute, "id") && (verb == ScimVerb.Remove || Word(ScimTree.Single(value)) != Word(resource["id"])) ? ScimError.Mutability("The id of a resource does not change.") : null;
        }

        if (ReadOnly.Contains(attribute, StringComparer.OrdinalIgnoreCase))
        {
            return ScimError.Mutability($"'{attribute}' is read-only.");
        }

        return path.Filter is not null || Lists.Contains(attribute, StringComparer.OrdinalIgnoreCase)
            ? OnList(home, attribute, verb, path, value)
            : OnSingle(home, attribute, name.Sub, verb, value);
    }

    private static GraphError? OnExtension(JsonObject resource, string schema, ScimVerb verb, JsonNode? value)
    {
        if (verb == ScimVerb.Remove)
        {
            resource.Remove(schema);
            return null;
        }

        if (value is not JsonObject members)
        {
            return ScimError.Value($"'{schema}' has an object as its value.");
        }

        JsonObject home = resource[schema] as JsonObject ?? Put(resource, schema, ScimTree.Object());
        foreach ((string name, JsonNode? inner) in members)
        {
            home[name] = inner?.DeepClone();
        }

        return null;
    }

    private static GraphError? OnSingle(JsonObject home, string attribute, string? sub, ScimVerb verb, JsonNode? value)
    {
        if (sub is not null)
        {
            JsonObject parts = home[attribute] as JsonObject ?? Put(home, attribute, ScimTree.Object());
            SetOrRemove(parts, sub, verb == ScimVerb.Remove ? null : ScimTree.Single(value));
            return null;
        }

        if (verb != ScimVerb.Remove && value is JsonObject members && home[attribute] is JsonObject present && !members.ContainsKey("value"))
        {
            foreach ((string name, JsonNode? inner) in members)
            {
                present[name] = inner?.DeepClone();
            }

            return null;
        }

        SetOrRemove(home, attribute, verb == ScimVerb.Remove ? null : value is JsonObject complex && !complex.ContainsKey("value") ? value : ScimTree.Single(value));
        return null;
    }

    private static GraphError? OnList(JsonObject home, string attribute, ScimVerb verb, ScimPath path, JsonNode? value)
    {
        JsonArray list = home[attribute] as JsonArray ?? ScimTree.NewList();
        if (path.Filter is null && path.Name.Sub is null)
        {
            list = WithoutFilter(list, verb, value);
        }
        else
        {
            string? part = path.Filter is null ? path.Name.Sub : path.Part;
            JsonNode[] chosen = [.. list.OfType<JsonNode>().Where(element => path.Filter is null || ScimMatch.Meets(path.Filter, element))];
            if (chosen.Length == 0 && verb != ScimVerb.Remove)
            {
                // The value that the filter looks for comes into being (B806).
                JsonObject made = ScimTree.Object();
                if (path.Filter is not null && !Describe(path.Filter, made))
                {
                    return ScimError.NoTarget("No value meets the filter of the path, and the filter does not say what a new one would be.");
                }

                list.Add((JsonNode)made);
                chosen = [made];
            }

            foreach (JsonNode element in chosen)
            {
                Change(list, element, part, verb, value);
            }
        }

        if (list.Count > ScimLimits.Values)
        {
            return ScimError.Value(string.Create(CultureInfo.InvariantCulture, $"'{attribute}' has at most {ScimLimits.Values} values."));
        }

        if (!ReferenceEquals(home[attribute], list))
        {
            home[attribute] = list;
        }

        return null;
    }

    private static JsonArray WithoutFilter(JsonArray list, ScimVerb verb, JsonNode? value)
    {
        if (verb == ScimVerb.Replace || (verb == ScimVerb.Remove && value is null))
        {
            list = ScimTree.NewList();
        }

        foreach (JsonNode element in ScimMatch.Elements(value).Take(verb == ScimVerb.Remove ? int.MaxValue : ScimLimits.Values + 1))
        {
            string? key = Word(ScimTree.Single(element));
            JsonNode? same = list.FirstOrDefault(other => key is not null && Word(ScimTree.Single(other)) == key);
            if (same is not null)
            {
                list.Remove(same);
            }

            if (verb != ScimVerb.Remove)
            {
                list.Add(element is JsonObject ? element.DeepClone() : ScimTree.Of(("value", element.DeepClone())));
            }
        }

        return list;
    }

    private static void Change(JsonArray list, JsonNode element, string? part, ScimVerb verb, JsonNode? value)
    {
        if (part is null && verb == ScimVerb.Remove)
        {
            list.Remove(element);
        }
        else if (element is JsonObject parts && part is not null)
        {
            SetOrRemove(parts, part, verb == ScimVerb.Remove ? null : ScimTree.Single(value));
        }
        else if (element is JsonObject whole)
        {
            foreach ((string name, JsonNode? inner) in ScimMatch.Elements(value).FirstOrDefault() as JsonObject ?? ScimTree.Of(("value", value?.DeepClone())) ?? ScimTree.Object())
            {
                whole[name] = inner?.DeepClone();
            }
        }
    }

    // What a value must be to meet a filter that says it with eq alone.
    private static bool Describe(ScimFilter filter, JsonObject made)
    {
        switch (filter)
        {
            case ScimFilter.And and:
                return Describe(and.Left, made) && Describe(and.Right, made);
            case ScimFilter.Compare { Operator: ScimOperator.Equal, Value: { } value } compare:
                made[compare.Name.Attribute] = value;
                return true;
            default:
                return false;
        }
    }

    private static void SetOrRemove(JsonObject home, string name, JsonNode? value)
    {
        if (value is null)
        {
            home.Remove(name);
        }
        else
        {
            home[name] = value.DeepClone();
        }
    }

    private static JsonObject Put(JsonObject home, string name, JsonObject made)
    {
        home[name] = made;
        return made;
    }

    private static string? Word(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static bool Is(string attribute, string name) => attribute.Equals(name, StringComparison.OrdinalIgnoreCase);
}
