using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell.Plans;

/// <summary>Changes as people write them: hashtables and objects, with names where the interface has ids (B844).</summary>
internal static class ChangeNames
{
    private static readonly HashSet<string> _userLists = new(StringComparer.OrdinalIgnoreCase) { "addMembers", "removeMembers" };

    /// <summary>The items that a value holds: a fix holds several changes, a list its items.</summary>
    /// <exception cref="BerthException">It is nested too deep, perhaps in itself.</exception>
    public static IEnumerable<object> Spread(object? value, int depth = 0) => value switch
    {
        _ when depth > ShellLimits.Depth => throw new BerthException("changeUnreadable", $"A list of changes is nested more than {ShellLimits.Depth} deep.", 400),
        null => [],
        PSObject { BaseObject: not PSCustomObject } wrapped => Spread(wrapped.BaseObject, depth + 1),
        BerthLicenseFix fix => fix.Changes,
        IDictionary or PSObject or string => [value],
        IEnumerable list => list.Cast<object?>().SelectMany(item => Spread(item, depth + 1)),
        _ => [value],
    };

    /// <summary>The body of a plan.</summary>
    /// <exception cref="BerthException">A name means nothing or several things, or a change is no object.</exception>
    public static byte[] Body(BerthClient client, SkuNames skus, IReadOnlyList<object> changes, CancellationToken cancel)
    {
        JsonArray all = [];
        foreach (object change in changes)
        {
            JsonNode? node;
            try
            {
                node = JsonNode.Parse(ShellJson.Write(json => ShellJson.Write(json, change)), null, new JsonDocumentOptions { AllowDuplicateProperties = false });
            }
            catch (Exception e) when (e is ArgumentException or OverflowException or InvalidOperationException or JsonException)
            {
                throw new BerthException("changeUnreadable", $"A change cannot be written down: {e.Message}", 400, e);
            }

            if (node is not JsonObject read)
            {
                throw new BerthException("changeUnreadable", $"'{change}' is no change: write a hashtable such as @{{ kind = 'userLicense'; userId = 'ada@contoso.example'; add = @(@{{ skuId = 'SPE_E3' }}) }}.", 400);
            }

            Name(client, skus, read, cancel);
            all.Add((JsonNode)read);
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["changes"] = all }, JsonSerializerOptions.Default);
    }

    private static void Name(BerthClient client, SkuNames skus, JsonObject change, CancellationToken cancel)
    {
        foreach ((string key, JsonNode? value) in change.ToArray())
        {
            // One item that the shell took out of its list is a list again.
            if ((key.Equals("add", StringComparison.OrdinalIgnoreCase) && value is JsonObject) || (key.Equals("remove", StringComparison.OrdinalIgnoreCase) || _userLists.Contains(key)) && value is JsonValue)
            {
                change[key] = new JsonArray(value.DeepClone());
            }
        }

        foreach ((string key, JsonNode? value) in change.ToArray())
        {
            switch (value)
            {
                case JsonValue when key.Equals("userId", StringComparison.OrdinalIgnoreCase):
                    change[key] = User(client, $"{value}", cancel);
                    break;
                case JsonValue when key.Equals("groupId", StringComparison.OrdinalIgnoreCase):
                    change[key] = Guid.TryParse($"{value}", out Guid id) ? id : Targets.Group($"{value}", client.Get("/v1.0" + Targets.GroupPath($"{value}"), cancel)).Id;
                    break;
                case JsonValue when key.Equals("skuId", StringComparison.OrdinalIgnoreCase):
                    change[key] = skus.Find($"{value}");
                    break;
                case JsonArray list when key.Equals("remove", StringComparison.OrdinalIgnoreCase):
                    change[key] = new JsonArray([.. list.Select(item => (JsonNode)skus.Find($"{item}"))]);
                    break;
                case JsonArray list when _userLists.Contains(key):
                    change[key] = new JsonArray([.. list.Select(item => (JsonNode)User(client, $"{item}", cancel))]);
                    break;
                case JsonArray list when key.Equals("add", StringComparison.OrdinalIgnoreCase):
                    foreach (JsonObject item in list.OfType<JsonObject>())
                    {
                        Name(client, skus, item, cancel);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static Guid User(BerthClient client, string name, CancellationToken cancel) => Guid.TryParse(name, out Guid id) ? id
        : string.IsNullOrWhiteSpace(name) ? throw new BerthException("nameMissing", "A change names no user.", 400)
        : Targets.User(client.Get("/v1.0" + Targets.UserPath(name, "id,userPrincipalName"), cancel)).Id;
}
