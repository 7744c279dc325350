using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.Plan;

/// <summary>
/// A file of changes, as the API and <c>berth plan</c> take it: the list, <c>{"changes": [...]}</c>, or a plan that <c>berth plan</c> saved. Users may be named by user
/// principal name, groups by display name and SKUs by part number (B664).
/// </summary>
internal static class PlanFile
{
    /// <summary>The largest file, in bytes: what a plan may have.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Names of one question to Graph.</summary>
    private const int OfOneFilter = 15;

    /// <summary>Questions that are on their way at once.</summary>
    private const int AtOnce = 4;

    /// <summary>The changes of a file.</summary>
    /// <exception cref="PlanFileException">What is wrong with it.</exception>
    /// <exception cref="GraphException">A name could not be looked up.</exception>
    public static async Task<IReadOnlyList<PlanChange>> ReadAsync(string text, GraphClient graph, IReadOnlyDictionary<Guid, SubscribedSku> skus)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(text);
        }
        catch (JsonException e)
        {
            throw new PlanFileException($"It is no JSON: line {(e.LineNumber ?? 0) + 1} cannot be read.");
        }

        JsonArray list = root as JsonArray ?? (root as JsonObject)?["changes"] as JsonArray ?? throw new PlanFileException("It has no changes: it is a list of them, or an object with \"changes\".");
        List<Name> names = [];
        foreach (JsonNode? item in list)
        {
            Gather(item as JsonObject ?? throw new PlanFileException("A change is an object."), names);
        }

        await ResolveAsync(names, graph, skus);
        List<PlanChange> changes = [];
        for (int i = 0; i < list.Count; i++)
        {
            try
            {
                changes.Add(list[i].Deserialize(PlanFileJson.Default.PlanChange)!);
            }
            catch (JsonException e)
            {
                throw new PlanFileException(string.Create(CultureInfo.InvariantCulture, $"Change {i + 1} cannot be read at {e.Path ?? "$"}. Its kind says what it may have: see the guide."));
            }
        }

        return changes;
    }

    // Whatever is no id where an id belongs is a name.
    private static void Gather(JsonObject change, List<Name> names)
    {
        Note(change, "userId", "users", names);
        Note(change, "groupId", "groups", names);
        Note(change, "skuId", "skus", names);
        foreach (JsonObject added in (Of(change, "add") as JsonArray ?? []).OfType<JsonObject>())
        {
            Note(added, "skuId", "skus", names);
        }

        foreach ((string property, string kind) in new[] { ("remove", "skus"), ("addMembers", "users"), ("removeMembers", "users") })
        {
            if (Of(change, property) is JsonArray list)
            {
                for (int i = 0; i < list.Count; i++)
                {
                    if (Text(list[i]) is { } name)
                    {
                        int at = i;
                        names.Add(new Name(kind, name, id => list[at] = id));
                    }
                }
            }
        }
    }

    private static void Note(JsonObject from, string property, string kind, List<Name> names)
    {
        if (Key(from, property) is { } key && Text(from[key]) is { } name)
        {
            names.Add(new Name(kind, name, id => from[key] = id));
        }
    }

    private static JsonNode? Of(JsonObject from, string property) => Key(from, property) is { } key ? from[key] : null;

    private static string? Key(JsonObject from, string property) => from.Select(one => one.Key).FirstOrDefault(key => key.Equals(property, StringComparison.OrdinalIgnoreCase));

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { } text && !Guid.TryParse(text, out _) ? text : null;

    private static async Task ResolveAsync(List<Name> names, GraphClient graph, IReadOnlyDictionary<Guid, SubscribedSku> skus)
    {
        ILookup<string, Guid> parts = skus.Values.ToLookup(sku => sku.SkuPartNumber, sku => sku.SkuId, StringComparer.OrdinalIgnoreCase);
        ILookup<string, Guid> users = await FindAsync("users", "userPrincipalName", one => one.UserPrincipalName);
        ILookup<string, Guid> groups = await FindAsync("groups", "displayName", one => one.DisplayName);
        foreach (Name name in names)
        {
            Guid[] found = [.. (name.Kind switch { "skus" => parts, "users" => users, _ => groups })[name.Text].Distinct()];
            string what = name.Kind switch { "skus" => "license", "users" => "user", _ => "group" };
            name.Set(found switch
            {
                [Guid one] => one.ToString(),
                [] => throw new PlanFileException($"No {what} of this tenant is called '{name.Text}'."),
                _ => throw new PlanFileException($"{found.Length} {what}s are called '{name.Text}': name the one by its id."),
            });
        }

        async Task<ILookup<string, Guid>> FindAsync(string kind, string property, Func<NamedObject, string?> nameOf)
        {
            List<NamedObject> found = [];
            foreach (string[][] wave in names.Where(name => name.Kind == kind).Select(name => name.Text).Distinct(StringComparer.OrdinalIgnoreCase).Chunk(OfOneFilter).Chunk(AtOnce))
            {
                found.AddRange((await Task.WhenAll(wave.Select(AskAsync))).SelectMany(static some => some));
            }

            return found.ToLookup(one => nameOf(one) ?? "", one => one.Id, StringComparer.OrdinalIgnoreCase);

            Task<IReadOnlyList<NamedObject>> AskAsync(string[] some)
            {
                string filter = $"{property} in ({string.Join(',', some.Select(text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'"))})";
                return graph.AllAsync(
                    $"v1.0/{kind}?$top=999&$select=id,displayName{(kind == "users" ? ",userPrincipalName" : "")}&$filter={Uri.EscapeDataString(filter)}", NamesJson.Default.GraphPageNamedObject);
            }
        }
    }

    private sealed record Name(string Kind, string Text, Action<string> Set);
}

/// <summary>A file that is no plan.</summary>
/// <param name="message">What is wrong with it.</param>
public sealed class PlanFileException(string message) : Exception(message);

/// <summary>Files are read strictly: what is not known is not left out in silence.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(PlanRequest))]
[JsonSerializable(typeof(PlanChange))]
internal sealed partial class PlanFileJson : JsonSerializerContext;
