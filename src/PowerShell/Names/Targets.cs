using System.Text.Json;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell.Names;

/// <summary>A user or a group that a name turned out to mean.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The user principal name, or the group's display name.</param>
internal sealed record Target(Guid Id, string Name);

/// <summary>Finds users and groups by what people call them (B844).</summary>
internal static class Targets
{
    /// <summary>The path of a user in a batch, by user principal name or id.</summary>
    public static string UserPath(string name, string select) => $"/users/{Uri.EscapeDataString(name.Trim())}?$select={select}";

    /// <summary>The path of a group in a batch: by id, or those of a display name.</summary>
    public static string GroupPath(string name) => Guid.TryParse(name, out Guid id)
        ? $"/groups/{id}?$select=id,displayName"
        : $"/groups?$select=id,displayName&$filter={Uri.EscapeDataString($"displayName eq '{name.Trim().Replace("'", "''", StringComparison.Ordinal)}'")}";

    /// <summary>The user of an answer.</summary>
    public static Target User(JsonElement answer) => new(answer.Id("id"), answer.Text("userPrincipalName"));

    /// <summary>The group of an answer.</summary>
    /// <exception cref="BerthException">There is none of that name, or there are several.</exception>
    public static Target Group(string name, JsonElement answer)
    {
        JsonElement[] found = answer.Part("value").ValueKind == JsonValueKind.Array ? [.. answer.Items("value")] : [answer];
        return found switch
        {
            [{ } one] => new Target(one.Id("id"), one.Text("displayName")),
            [] => throw new BerthException("resourceNotFound", $"There is no group '{name}'.", 404),
            _ => throw new BerthException("ambiguousName", $"'{name}' names {found.Length} groups: write the id, {string.Join(" or ", found.Select(static one => one.Text("id")))}.", 400),
        };
    }

    /// <summary>The names of ids, users and groups alike; an id that is gone has none.</summary>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public static Dictionary<string, string> NamesOf(BerthClient client, IEnumerable<string> ids, CancellationToken cancel)
    {
        Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (string[] part in ids.Where(static id => Guid.TryParse(id, out _)).Distinct(StringComparer.OrdinalIgnoreCase).Chunk(1_000))
        {
            JsonElement answer = client.Post("/v1.0/directoryObjects/getByIds", ShellJson.Write(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("ids");
                foreach (string id in part)
                {
                    json.WriteStringValue(id);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }), cancel);
            foreach (JsonElement one in answer.Items("value"))
            {
                names[one.Text("id")] = one.TextOrNull("userPrincipalName") ?? one.Text("displayName");
            }
        }

        return names;
    }
}
