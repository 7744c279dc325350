namespace Berth.Engine.CloudPcs;

/// <summary>Which settings that can be applied to Cloud PCs as they are differ from what a Cloud PC was made from (C154, B274, B375).</summary>
/// <param name="Region">Whether the policy puts it elsewhere now: in another region, or on another connection.</param>
/// <param name="SingleSignOn">Whether the policy says otherwise about single sign-on now.</param>
public readonly record struct PolicyDifference(bool Region, bool SingleSignOn)
{
    /// <summary>The difference between a Cloud PC and its policy. One that no connection can take now is where it should be.</summary>
    /// <param name="row">The Cloud PC.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="connections">The tenant's network connections.</param>
    public static PolicyDifference Of(CloudPc row, ProvisioningPolicy policy, IReadOnlyDictionary<Guid, NetworkConnection> connections) => row.Origin is not { } made
        ? default
        : new PolicyDifference(
            Placement.Of(policy, connections, OrganizationSettings.Default) is { } now && (now.RegionName, now.ConnectionId) != (made.RegionName, made.ConnectionId),
            policy.SingleSignOn != made.SingleSignOn);

    /// <summary>Whether applying a policy would change any of its Cloud PCs: one that is provisioned and differs.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="policy">The index of the policy.</param>
    public static bool IsThereAny(Fleet fleet, int policy)
    {
        for (int index = 0; index < fleet.CloudPcs.Count; index++)
        {
            if (fleet.CloudPcs[index] is { Status: CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings } row && row.Policy == policy
                && Of(row, fleet.Policies[policy], fleet.Connections) != default)
            {
                return true;
            }
        }

        return false;
    }
}
