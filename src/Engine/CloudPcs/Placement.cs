using Berth.Engine.Catalog;

namespace Berth.Engine.CloudPcs;

/// <summary>From what and where a Cloud PC is made: the current settings of its policy (C130, C139, C141).</summary>
public static class Placement
{
    private static string DefaultRegion => CloudPcRegions.ChooseIn("usEast")!.Name;

    /// <summary>What a Cloud PC would be made from now; null when none of the policy's connections can be used (C176).</summary>
    /// <param name="policy">The policy; null for Business: the organization's settings, Entra join, Microsoft-hosted network (C130, B376).</param>
    /// <param name="connections">The tenant's network connections.</param>
    /// <param name="organization">What those without a policy are made with.</param>
    public static CloudPcOrigin? Of(ProvisioningPolicy? policy, IReadOnlyDictionary<Guid, NetworkConnection> connections, OrganizationSettings organization)
    {
        if (policy is null)
        {
            GalleryImage image = GalleryImages.Newest(organization.IsWindows10);
            return new CloudPcOrigin(
                image.Id, image.DisplayName, DefaultRegion, null, DomainJoinType.AzureADJoin, organization.SingleSignOn, organization.IsAdministrator, organization.Locale);
        }

        foreach (DomainJoin join in policy.Joins)
        {
            if (join.ConnectionId is not { } connection || (connections.TryGetValue(connection, out NetworkConnection? found) && found.IsUsable))
            {
                return new CloudPcOrigin(
                    policy.ImageId, policy.ImageDisplayName, RegionOf(join, connections), join.ConnectionId, join.JoinType, policy.SingleSignOn, policy.LocalAdmin, policy.Locale);
            }
        }

        return null;
    }

    private static string? RegionOf(DomainJoin join, IReadOnlyDictionary<Guid, NetworkConnection> connections) =>
        join.ConnectionId is { } id ? connections.GetValueOrDefault(id)?.VirtualNetworkLocation
        : join.RegionName is { } region && !region.Equals(DomainJoin.AutomaticRegion, StringComparison.OrdinalIgnoreCase) ? region
        : join.RegionGroup is { } group && CloudPcRegions.ChooseIn(group) is { } chosen ? chosen.Name
        : join.Geography is { } geography && CloudPcRegions.ChooseInGeography(geography) is { } somewhere ? somewhere.Name
        : DefaultRegion;
}
