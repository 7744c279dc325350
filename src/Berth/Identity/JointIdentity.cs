using System.Text.Json.Nodes;
using Berth.Ledger.Transfer;

namespace Berth.Identity;

/// <summary>
/// The named values of identity that hold rows of several tenants, taken apart and put together by the tenant of each row (B707): those of databases and files from before each tenant had its own (B775, B777).
/// </summary>
internal static class JointIdentity
{
    private static readonly Dictionary<string, string> _lists = new(StringComparer.Ordinal)
    {
        ["identity/apps"] = "apps",
        ["identity/administrators"] = "administrators",
    };

    /// <summary>For export and import of one tenant.</summary>
    public static JointValues Values { get; } = new(_lists.Keys, Pick, Merge, Drop);

    private static byte[]? Pick(string name, byte[] value, Guid tenant)
    {
        if (!_lists.TryGetValue(name, out string? list))
        {
            return null;
        }

        JsonNode json = JsonNode.Parse(value)!;
        return Rows(json, list, tenant, own: true) is { Count: > 0 } own ? With(json, list, own) : null;
    }

    private static byte[]? Merge(string name, byte[]? there, byte[] part, Guid tenant)
    {
        if (there is null || !_lists.TryGetValue(name, out string? list))
        {
            return null;
        }

        JsonNode json = JsonNode.Parse(part)!;
        return With(json, list, new JsonArray([.. Take(Rows(JsonNode.Parse(there)!, list, tenant, own: false)), .. Take(Rows(json, list, tenant, own: true))]));
    }

    private static byte[]? Drop(string name, byte[] value, Guid tenant)
    {
        if (!_lists.TryGetValue(name, out string? list))
        {
            return null;
        }

        JsonNode json = JsonNode.Parse(value)!;
        return Rows(json, list, tenant, own: true).Count == 0 ? null : With(json, list, Rows(json, list, tenant, own: false));
    }

    private static JsonNode?[] Take(JsonArray rows)
    {
        JsonNode?[] taken = [.. rows];
        rows.Clear();
        return taken;
    }

    private static JsonArray Rows(JsonNode json, string list, Guid tenant, bool own) =>
        new([.. json[list]!.AsArray().Where(row => (row!["tenantId"]!.GetValue<Guid>() == tenant) == own).Select(row => row!.DeepClone())]);

    private static byte[] With(JsonNode json, string list, JsonArray rows)
    {
        json[list] = rows;
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}
