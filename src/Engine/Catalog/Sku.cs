using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>Who a SKU or a service plan is for: <c>appliesTo</c> on the wire (L91).</summary>
public enum LicenseTarget
{
    /// <summary>Assigned to users.</summary>
    User,

    /// <summary>Belongs to the tenant as a whole.</summary>
    Company,
}

/// <summary>A service plan of the catalog.</summary>
/// <param name="Index">Its dense index in the catalog; never reused.</param>
/// <param name="Id">The published id.</param>
/// <param name="Name">The published name, such as <c>EXCHANGE_S_ENTERPRISE</c>.</param>
/// <param name="FriendlyName">The name people read.</param>
public sealed record ServicePlan(int Index, Guid Id, string Name, string FriendlyName)
{
    /// <summary>Company for Exchange Foundation, else user (decisions, Subscriptions).</summary>
    public LicenseTarget AppliesTo => Name == "EXCHANGE_S_FOUNDATION" ? LicenseTarget.Company : LicenseTarget.User;

    /// <summary>The short name of its service, as in published samples; a plan of a family without sample is its own service (B139).</summary>
    public string Service =>
        Name.StartsWith("EXCHANGE", StringComparison.Ordinal) ? "exchange"
        : Name.StartsWith("SHAREPOINT", StringComparison.Ordinal) ? "SharePoint"
        : Name.StartsWith("MCO", StringComparison.Ordinal) ? "MicrosoftCommunicationsOnline"
        : Name.StartsWith("TEAMS", StringComparison.Ordinal) ? "TeamspaceAPI"
        : Name.StartsWith("INTUNE", StringComparison.Ordinal) ? "SCO"
        : Name.StartsWith("AAD_PREMIUM", StringComparison.Ordinal) ? "AADPremiumService"
        : Name.StartsWith("CPC_", StringComparison.Ordinal) ? "WindowsCloudPC"
        : Name;
}

/// <summary>A product that can be bought.</summary>
/// <param name="Index">Its dense index in the catalog; never reused.</param>
/// <param name="Id">The published id.</param>
/// <param name="PartNumber">The published part number, such as <c>SPE_E5</c>; two SKUs can carry the same one.</param>
/// <param name="ProductName">The name people read.</param>
/// <param name="Plans">Indexes of its service plans, in the order of the catalog's rows.</param>
public sealed record Sku(int Index, Guid Id, string PartNumber, string ProductName, ValueArray<int> Plans)
{
    /// <summary>Windows 365 Frontline belongs to the tenant; every other SKU is for users (decisions, Subscriptions).</summary>
    public LicenseTarget AppliesTo =>
        PartNumber.StartsWith("Windows_365_S_", StringComparison.OrdinalIgnoreCase) ? LicenseTarget.Company : LicenseTarget.User;
}

/// <summary>One row of Microsoft's product-names table: a SKU and one of its plans.</summary>
/// <param name="PartNumber">The SKU's part number.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="ProductName">The SKU's name.</param>
/// <param name="PlanName">The plan's name.</param>
/// <param name="PlanId">The plan's id.</param>
/// <param name="PlanFriendlyName">The plan's name for people.</param>
public sealed record CatalogRow(string PartNumber, Guid SkuId, string ProductName, string PlanName, Guid PlanId, string PlanFriendlyName);
