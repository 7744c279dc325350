using Berth.Portal.Graph;

namespace Berth.Portal.ProvisioningPolicies;

/// <summary>What the groups of a policy are called.</summary>
internal static class GroupNames
{
    /// <summary>The most ids that one filter of Graph takes.</summary>
    private const int OfOneFilter = 15;

    /// <summary>The names by id. Who may not read groups sees their ids.</summary>
    public static async Task<IReadOnlyDictionary<Guid, string>> ReadAsync(GraphClient graph, Policy policy)
    {
        Dictionary<Guid, string> names = (policy.Assignments ?? []).Select(one => one.Target.GroupId).Distinct().ToDictionary(id => id, id => id.ToString());
        try
        {
            foreach (Guid[] some in names.Keys.ToArray().Chunk(OfOneFilter))
            {
                foreach (Named group in await graph.AllAsync(
                    $"v1.0/groups?$select=id,displayName&$filter=id in ({string.Join(',', some.Select(id => $"'{id}'"))})", PolicyJson.Default.GraphPageNamed))
                {
                    names[Guid.Parse(group.Id)] = group.DisplayName;
                }
            }
        }
        catch (GraphException e) when (e.Status == System.Net.HttpStatusCode.Forbidden)
        {
            // The ids stay.
        }

        return names;
    }
}
