using System.Globalization;
using System.Net;
using Berth.Portal.Graph;
using Berth.Portal.Groups;
using Berth.Portal.Users;

namespace Berth.Portal.History;

/// <summary>The licenses of a user or a group, and the pools, at one moment or now (B661).</summary>
/// <param name="IsThere">Whether the user or the group is there.</param>
/// <param name="Ways">What a user has by which way, what a group gives: by license and way, in words.</param>
/// <param name="Pools">The pools by SKU.</param>
internal sealed record PastState(bool IsThere, IReadOnlyDictionary<(Guid Sku, Guid? Group), string> Ways, IReadOnlyDictionary<Guid, SubscribedSku> Pools)
{
    /// <summary>What there is now.</summary>
    private const string Now = "";

    /// <summary>Reads it; <paramref name="moment"/> is a time, a version, or null for now.</summary>
    public static async Task<PastState> ReadAsync(GraphClient graph, string? user, string? group, string? moment, CancellationToken cancel)
    {
        string at = moment ?? Now;
        Dictionary<Guid, SubscribedSku> pools = [];
        for (string? address = "v1.0/subscribedSkus"; address is not null;)
        {
            GraphPage<SubscribedSku> page = at == Now
                ? await graph.GetAsync(address, GraphJson.Default.GraphPageSubscribedSku, cancel) : await graph.GetAsOfAsync(at, address, GraphJson.Default.GraphPageSubscribedSku, cancel);
            foreach (SubscribedSku sku in page.Value)
            {
                pools[sku.SkuId] = sku;
            }

            address = page.NextLink;
        }

        Dictionary<(Guid, Guid?), string> ways = [];
        bool isThere = true;
        try
        {
            if (user is not null)
            {
                string address = $"v1.0/users/{Uri.EscapeDataString(user)}?$select={DirectoryUser.Selected}";
                DirectoryUser one = at == Now ? await graph.GetAsync(address, UserJson.Default.DirectoryUser, cancel) : await graph.GetAsOfAsync(at, address, UserJson.Default.DirectoryUser, cancel);
                foreach (AssignmentState state in one.LicenseAssignmentStates ?? [])
                {
                    ways[(state.SkuId, state.AssignedByGroup)] = state.Words + Without(pools, state.DisabledPlans);
                }
            }

            if (group is not null)
            {
                string address = $"v1.0/groups/{Uri.EscapeDataString(group)}?$select={DirectoryGroup.Selected}";
                DirectoryGroup one = at == Now ? await graph.GetAsync(address, GroupJson.Default.DirectoryGroup, cancel) : await graph.GetAsOfAsync(at, address, GroupJson.Default.DirectoryGroup, cancel);
                foreach (AssignedLicense license in one.AssignedLicenses ?? [])
                {
                    ways[(license.SkuId, one.Id)] = "Given to members" + Without(pools, license.DisabledPlans);
                }
            }
        }
        catch (GraphException e) when (e.Status == HttpStatusCode.NotFound)
        {
            isThere = false;
        }

        return new PastState(isThere, ways, pools);
    }

    /// <summary>A pool in words: what is used of what was bought.</summary>
    public string Pool(Guid sku) => Pools.TryGetValue(sku, out SubscribedSku? pool)
        ? string.Create(CultureInfo.InvariantCulture, $"{pool.ConsumedUnits:N0} of {pool.Assignable():N0} used") : "None bought";

    private static string Without(Dictionary<Guid, SubscribedSku> skus, IReadOnlyList<Guid> plans) =>
        plans.Count == 0 ? "" : ", without " + string.Join(", ", plans.Select(skus.PlanName));
}
