using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Connect.Copies;

/// <summary>A provisioning policy of Graph as one of the engine, and whom policies cover.</summary>
internal static class CopiedPolicy
{
    public static ProvisioningPolicy Of(GraphPolicy policy, SkuCatalog catalog, Dictionary<Guid, int> groups) => new(policy.Id, policy.DisplayName ?? $"{policy.Id}")
    {
        Description = policy.Description ?? "",
        ProvisioningType = TypeOf(policy.ProvisioningType),
        UserExperienceType = policy.UserExperienceType is "cloudApp" ? UserExperienceType.CloudApp : UserExperienceType.CloudPc,
        ImageType = policy.ImageType is "custom" ? ImageType.Custom : ImageType.Gallery,
        ImageId = policy.ImageId ?? "",
        ImageDisplayName = policy.ImageDisplayName ?? "",
        Joins = (policy.DomainJoinConfigurations ?? []).Select(static join => new DomainJoin(
            join.DomainJoinType is "hybridAzureADJoin" ? DomainJoinType.HybridAzureADJoin : DomainJoinType.AzureADJoin,
            Guid.TryParse(join.OnPremisesConnectionId, out Guid connection) ? connection : null,
            join.RegionName,
            join.RegionGroup)
        {
            Geography = join.GeographicLocationType,
        }).ToValueArray(),
        SingleSignOn = policy.EnableSingleSignOn == true,
        LocalAdmin = policy.LocalAdminEnabled == true,
        NamingTemplate = policy.CloudPcNamingTemplate,
        CreatedAt = policy.CreatedDateTime ?? default,
        ModifiedAt = policy.LastModifiedDateTime ?? default,
        Assignments = (policy.Assignments ?? []).Where(one => one.Target?.GroupId is { } group && groups.ContainsKey(group)).Select(one => new PolicyAssignment(
            one.Id,
            groups[one.Target!.GroupId!.Value],
            one.Target.ServicePlanId is { } plan && catalog.TryGetPlan(plan, out ServicePlan? found) ? found.Index : null,
            one.Target.AllotmentDisplayName,
            one.Target.AllotmentLicensesCount,
            policy.CreatedDateTime ?? default)).ToValueArray(),
    };

    /// <summary>
    /// Whom policies cover. Graph does not tell which of several serves somebody: it is the one that made the Cloud PC, else the oldest (C148, C149).
    /// </summary>
    public static IEnumerable<Change> Coverages(
        IReadOnlyList<ProvisioningPolicy> policies, TenantCopy copy, Dictionary<Guid, int> groups, Dictionary<Guid, int> users, Dictionary<int, HashSet<int>> used)
    {
        Dictionary<int, Guid> ids = groups.ToDictionary(static one => one.Value, static one => one.Key);
        SortedDictionary<int, SortedSet<int>> covering = [];
        for (int policy = 0; policy < policies.Count; policy++)
        {
            foreach (int group in policies[policy].Assignments.Select(static one => one.Group).Distinct())
            {
                foreach (Guid member in copy.Members.GetValueOrDefault(ids[group])?.Users ?? [])
                {
                    if (users.TryGetValue(member, out int user))
                    {
                        (covering.TryGetValue(user, out SortedSet<int>? some) ? some : covering[user] = []).Add(policy);
                    }
                }
            }
        }

        Dictionary<ValueArray<Coverage>, List<int>> alike = [];
        foreach ((int user, SortedSet<int> some) in covering)
        {
            HashSet<int> winners = [.. some.GroupBy(policy => policies[policy].ProvisioningType)
                .Select(ofType => ofType.OrderByDescending(policy => used.GetValueOrDefault(user)?.Contains(policy) == true).ThenBy(policy => policies[policy].CreatedAt).ThenBy(static policy => policy).First())];
            ValueArray<Coverage> coverage = some.Select(policy => new Coverage(policy, policies[policy].CreatedAt, winners.Contains(policy)))
                .OrderByDescending(static one => one.Wins).ThenBy(static one => one.Since).ThenBy(static one => one.Policy).ToValueArray();
            (alike.TryGetValue(coverage, out List<int>? same) ? same : alike[coverage] = []).Add(user);
        }

        return alike.Select(static one => new Change.CoverageSet(one.Value.ToValueArray(), one.Key));
    }

    private static ProvisioningType TypeOf(string? type) => type switch
    {
        "sharedByUser" or "shared" => ProvisioningType.SharedByUser,
        "sharedByEntraGroup" => ProvisioningType.SharedByEntraGroup,
        "reserve" => ProvisioningType.Reserve,
        _ => ProvisioningType.Dedicated,
    };
}
