namespace Berth.Engine.CloudPcs;

/// <summary>The forms of Azure resource ids. Words compare without case; what stands in braces may be anything but empty.</summary>
internal static class AzureResource
{
    /// <summary><c>/subscriptions/{}/resourceGroups/{}</c>.</summary>
    public static bool IsResourceGroup(string id) => Has(id, "subscriptions", "", "resourceGroups", "");

    /// <summary>A virtual network in a resource group.</summary>
    public static bool IsVirtualNetwork(string id) => Has(id, "subscriptions", "", "resourceGroups", "", "providers", "Microsoft.Network", "virtualNetworks", "");

    /// <summary>A subnet of a virtual network.</summary>
    public static bool IsSubnet(string id) => Has(id, "subscriptions", "", "resourceGroups", "", "providers", "Microsoft.Network", "virtualNetworks", "", "subnets", "");

    /// <summary>A managed image, or an image of a gallery, of any or of one version.</summary>
    public static bool IsImage(string id) =>
        Has(id, "subscriptions", "", "resourceGroups", "", "providers", "Microsoft.Compute", "images", "")
        || Has(id, "subscriptions", "", "resourceGroups", "", "providers", "Microsoft.Compute", "galleries", "", "images", "")
        || Has(id, "subscriptions", "", "resourceGroups", "", "providers", "Microsoft.Compute", "galleries", "", "images", "", "versions", "");

    /// <summary>A storage account in a resource group.</summary>
    public static bool IsStorageAccount(string id) => Has(id, "subscriptions", "", "resourceGroups", "", "providers", "Microsoft.Storage", "storageAccounts", "");

    private static bool Has(string id, params ReadOnlySpan<string> words)
    {
        string[] parts = id.Split('/');
        if (parts.Length != words.Length + 1 || parts[0].Length > 0)
        {
            return false;
        }

        for (int i = 0; i < words.Length; i++)
        {
            if (words[i].Length == 0 ? string.IsNullOrWhiteSpace(parts[i + 1]) : !words[i].Equals(parts[i + 1], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
