using System.Globalization;
using System.Text.Json;
using Berth.Engine.Collections;

namespace Berth.Graph.Writes;

/// <summary>
/// Reads references to directory objects: URLs whose last segment is the id, of any host and version, because clients write
/// <c>https://graph.microsoft.com/v1.0/...</c> whatever server they talk to.
/// </summary>
internal static class MemberLinks
{
    /// <summary>The property that adds members (L170).</summary>
    public const string Property = "members@odata.bind";

    private static readonly string[] Collections = ["directoryObjects", "users", "groups"];

    /// <summary>The ids of <see cref="Property"/>, at most <see cref="GraphLimits.BoundMembers"/>.</summary>
    public static ValueArray<Guid> Read(BodyReader read, JsonElement value)
    {
        List<Guid> ids = [];
        foreach (JsonElement item in read.Items(value, Property))
        {
            ids.Add(ReadOne(read, item, Property));
            if (ids.Count > GraphLimits.BoundMembers)
            {
                read.FailValue(Property, string.Create(CultureInfo.InvariantCulture, $"One request adds at most {GraphLimits.BoundMembers} members."));
            }

            if (read.Error is not null)
            {
                return [];
            }
        }

        return ids.ToValueArray();
    }

    /// <summary>The id of the body of <c>POST .../members/$ref</c>: <c>{"@odata.id": "..."}</c>.</summary>
    public static Guid ReadReference(BodyReader read, JsonElement body)
    {
        Guid? id = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "reference"))
        {
            if (name.Equals("@odata.id", StringComparison.OrdinalIgnoreCase))
            {
                id = ReadOne(read, value, name);
            }
            else
            {
                read.FailUnknown(name, "The body of a reference has @odata.id alone.");
            }
        }

        if (id is null)
        {
            read.Fail("valueMissing", "The body of a reference must have @odata.id, the URL of a user or group.");
        }

        return id ?? Guid.Empty;
    }

    private static Guid ReadOne(BodyReader read, JsonElement value, string property)
    {
        string? text = read.Text(value, property, GraphLimits.PathCharacters);
        if (text is not null && Id(text) is { } id)
        {
            return id;
        }

        read.FailValue(property, "Every item is the URL of an object and ends with its id: https://graph.microsoft.com/v1.0/directoryObjects/{id}.");
        return Guid.Empty;
    }

    // .../directoryObjects/{id}, .../users('{id}'), relative or absolute.
    private static Guid? Id(string url)
    {
        string[] segments = Uri.UnescapeDataString(url).Split('/', StringSplitOptions.RemoveEmptyEntries);
        string last = segments.Length > 0 ? segments[^1] : "";
        int open = last.IndexOf("('", StringComparison.Ordinal);
        (string collection, string key) = open > 0 && last.EndsWith("')", StringComparison.Ordinal)
            ? (last[..open], last[(open + 2)..^2])
            : (segments.Length > 1 ? segments[^2] : "", last);
        return Collections.Contains(collection, StringComparer.OrdinalIgnoreCase) && Guid.TryParseExact(key, "D", out Guid id) ? id : null;
    }
}
