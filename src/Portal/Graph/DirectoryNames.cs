using System.Net;
using System.Text.Json.Serialization;

namespace Berth.Portal.Graph;

/// <summary>What users and groups are called, where an answer has ids. Each is asked for once.</summary>
public sealed class DirectoryNames(GraphClient graph)
{
    /// <summary>The most ids of one request.</summary>
    private const int OfOneRequest = 1000;

    private readonly Dictionary<Guid, string> _names = [];

    /// <summary>Whether a name is known already.</summary>
    public bool Knows(Guid id) => _names.ContainsKey(id);

    /// <summary>Keeps the name of something that is no user and no group: of a Cloud PC, of a policy.</summary>
    public void Remember(Guid id, string name) => _names[id] = name;

    /// <summary>The names of those that are there and may be read; others have none.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> ReadAsync(IEnumerable<Guid> ids)
    {
        foreach (Guid[] some in ids.Distinct().Where(id => !_names.ContainsKey(id)).Chunk(OfOneRequest))
        {
            try
            {
                GraphPage<NamedObject> found = await graph.PostAsync(
                    "v1.0/directoryObjects/getByIds?$select=id,displayName", new WantedObjects(some), NamesJson.Default.WantedObjects, NamesJson.Default.GraphPageNamedObject);
                foreach (NamedObject one in found.Value)
                {
                    _names[one.Id] = one.DisplayName ?? one.Id.ToString();
                }
            }
            catch (GraphException e) when (e.Status == HttpStatusCode.Forbidden)
            {
                // Who may not read them does without.
                break;
            }
        }

        return _names;
    }
}

/// <summary>A user or a group, by name.</summary>
public sealed record NamedObject(Guid Id, string? DisplayName, string? UserPrincipalName);

/// <summary>Which are asked for.</summary>
internal sealed record WantedObjects(IReadOnlyList<Guid> Ids);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WantedObjects))]
[JsonSerializable(typeof(GraphPage<NamedObject>))]
internal sealed partial class NamesJson : JsonSerializerContext;
