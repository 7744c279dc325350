using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Requests;

namespace Berth.Graph.Writes;

/// <summary>
/// Reads references to directory objects: URLs whose last segment is the id, of any host and version, because clients write
/// <c>https://graph.microsoft.com/v1.0/...</c> whatever server they talk to.
/// </summary>
internal static class MemberLinks
{
    /// <summary>The property that adds members (L170).</summary>
    public const string Members = "members@odata.bind";

    /// <summary>The property that adds owners (B143).</summary>
    public const string Owners = "owners@odata.bind";

    private static readonly string[] Collections = ["directoryObjects", "users", "groups"];

    /// <summary>The ids of <see cref="Members"/> or <see cref="Owners"/>, at most <see cref="GraphLimits.BoundMembers"/>.</summary>
    public static ValueArray<Guid> Read(BodyReader read, JsonElement value, string property, Tenant tenant)
    {
        List<Guid> ids = [];
        foreach (JsonElement item in read.Items(value, property))
        {
            ids.Add(ReadOne(read, item, property, tenant));
            if (ids.Count > GraphLimits.BoundMembers)
            {
                string what = property == Owners ? "owners" : "members";
                read.FailValue(property, string.Create(CultureInfo.InvariantCulture, $"One request adds at most {GraphLimits.BoundMembers} {what}."));
            }

            if (read.Error is not null)
            {
                return [];
            }
        }

        return ids.ToValueArray();
    }

    /// <summary>The id of the body of <c>POST .../members/$ref</c>: <c>{"@odata.id": "..."}</c>.</summary>
    public static Guid ReadReference(BodyReader read, JsonElement body, Tenant tenant)
    {
        Guid? id = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "reference"))
        {
            if (name.Equals("@odata.id", StringComparison.OrdinalIgnoreCase))
            {
                id = ReadOne(read, value, name, tenant);
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

    /// <summary>The id that one reference means; a user may be named by the user principal name, as clients do.</summary>
    public static Guid ReadOne(BodyReader read, JsonElement value, string property, Tenant tenant)
    {
        string? text = read.Text(value, property, GraphLimits.PathCharacters);
        (string collection, string key) = Split(text ?? "");
        if (Collections.Contains(collection, StringComparer.OrdinalIgnoreCase))
        {
            if (Guid.TryParseExact(key, "D", out Guid id))
            {
                return id;
            }

            if (collection.Equals("users", StringComparison.OrdinalIgnoreCase) && key.Contains('@', StringComparison.Ordinal))
            {
                Guid named = Submitting.UserId(tenant, key);
                if (named == Guid.Empty)
                {
                    read.Fail(GraphError.NotFound(key));
                }

                return named;
            }
        }

        read.FailValue(property, "Every item is the URL of an object and ends with its id: https://graph.microsoft.com/v1.0/directoryObjects/{id}.");
        return Guid.Empty;
    }

    // .../directoryObjects/{id}, .../users('{id}'), relative or absolute; the directory's own references end with the type behind the id.
    private static (string Collection, string Key) Split(string url)
    {
        string[] segments = Uri.UnescapeDataString(url).Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length > 2 && segments[^1].StartsWith("Microsoft.DirectoryServices.", StringComparison.OrdinalIgnoreCase))
        {
            segments = segments[..^1];
        }

        string last = segments.Length > 0 ? segments[^1] : "";
        int open = last.IndexOf("('", StringComparison.Ordinal);
        return open > 0 && last.EndsWith("')", StringComparison.Ordinal)
            ? (last[..open], last[(open + 2)..^2])
            : (segments.Length > 1 ? segments[^2] : "", last);
    }
}
