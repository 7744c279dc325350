namespace Berth.Portal.NetworkConnections;

/// <summary>A connection while a person fills it in: resources by name or by whole id.</summary>
internal sealed class ConnectionForm
{
    public string WasCalled { get; private set; } = "";

    public string Name { get; set; } = "";

    public bool IsHybrid { get; set; }

    public string Subscription { get; set; } = "";

    public string Group { get; set; } = "";

    public string Network { get; set; } = "";

    public string Subnet { get; set; } = "";

    public string Region { get; set; } = "";

    public string Domain { get; set; } = "";

    public string Unit { get; set; } = "";

    public string Account { get; set; } = "";

    public string Password { get; set; } = "";

    public string GroupId => IsId(Group) ? Group.Trim() : $"/subscriptions/{Subscription.Trim()}/resourceGroups/{Group.Trim()}";

    public string SubnetId => IsId(Subnet) ? Subnet.Trim() : $"{NetworkId}/subnets/{Subnet.Trim()}";

    private string NetworkId => IsId(Network) ? Network.Trim() : $"{GroupId}/providers/Microsoft.Network/virtualNetworks/{Network.Trim()}";

    /// <summary>A whole id of a subnet says the rest, too.</summary>
    public void Spread()
    {
        string[] parts = Subnet.Trim().Split('/');
        if (parts is not ["", _, { } subscription, _, { } group, _, _, _, { } network, _, { } subnet])
        {
            return;
        }

        Subscription = subscription;
        if (Group.Length == 0)
        {
            Group = group;
        }

        // The interfaces of Cloud PCs may lie in another group than the network: then the network keeps its whole id.
        Network = Group == group ? network : Subnet.Trim()[..Subnet.Trim().LastIndexOf("/subnets/", StringComparison.OrdinalIgnoreCase)];
        Subnet = subnet;
    }

    /// <summary>The form of a connection that is there.</summary>
    public void Fill(NetworkConnection connection)
    {
        (Name, WasCalled, IsHybrid, Subscription, Region) =
            (connection.DisplayName, connection.DisplayName, connection.IsHybrid, connection.SubscriptionId ?? "", connection.VirtualNetworkLocation ?? "");
        (Group, Network, Subnet) = (connection.ResourceGroupId ?? "", connection.VirtualNetworkId ?? "", connection.SubnetId ?? "");
        (Domain, Unit, Account) = (connection.AdDomainName ?? "", connection.OrganizationalUnit ?? "", connection.AdDomainUsername ?? "");
    }

    /// <summary>What is sent.</summary>
    public WrittenConnection Write() => new(
        Name.Trim(),
        IsHybrid ? "hybridAzureADJoin" : "azureADJoin",
        Subscription.Trim(),
        GroupId,
        NetworkId,
        SubnetId,
        OrNull(Region),
        IsHybrid ? Domain.Trim() : null,
        IsHybrid ? Account.Trim() : null,
        IsHybrid ? OrNull(Password) : null,
        IsHybrid ? OrNull(Unit) : null);

    private static bool IsId(string text) => text.TrimStart().StartsWith('/');

    private static string? OrNull(string text) => text.Trim() is { Length: > 0 } some ? some : null;
}
