using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>Whether Cloud PCs are made in a region: <c>regionStatus</c> on the wire (C205).</summary>
public enum CloudPcRegionStatus : byte
{
    /// <summary>For everybody.</summary>
    Available,

    /// <summary>For those whom the vendor admits; Berth admits everybody (B301).</summary>
    Restricted,

    /// <summary>For disaster recovery only (C206).</summary>
    Unavailable,
}

/// <summary>A place where Cloud PCs can be.</summary>
/// <param name="Name">Its name in Azure and Graph, such as <c>eastus2</c>.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="Geography">Graph's name of its geography: <c>geographicLocationType</c>.</param>
/// <param name="Group">Graph's name of its region group: <c>regionGroup</c>.</param>
/// <param name="Status">See <see cref="CloudPcRegionStatus"/>.</param>
public sealed record CloudPcRegion(string Name, string DisplayName, string Geography, string Group, CloudPcRegionStatus Status)
{
    /// <summary>Whether a policy may put Cloud PCs there (C206).</summary>
    public bool TakesCloudPcs => Status != CloudPcRegionStatus.Unavailable;
}

/// <summary>The geographies, region groups and regions of Cloud PCs (C205).</summary>
public static class CloudPcRegions
{
    /// <summary>The word that leaves the choice of a region to the service.</summary>
    public const string Automatic = "automatic";

    /// <summary>The region group of the regions that have none of their own (B301).</summary>
    public const string NoGroup = "default";

    /// <summary>Every region, those for disaster recovery too.</summary>
    public static ValueArray<CloudPcRegion> All { get; } =
    [
        Open("southafricanorth", "South Africa North", "africa", NoGroup),
        Open("eastasia", "East Asia", "asia", "hongKong"),
        Open("japaneast", "Japan East", "asia", "japan"),
        Open("japanwest", "Japan West", "asia", "japan"),
        Open("koreacentral", "Korea Central", "asia", "southKorea"),
        Open("southeastasia", "Southeast Asia", "asia", "singapore"),
        Open("australiaeast", "Australia East", "australasia", "australia"),
        Open("newzealandnorth", "New Zealand North", "australasia", "newZealand"),
        Open("canadacentral", "Canada Central", "canada", "canada"),
        Open("mexicocentral", "Mexico Central", "mexico", "mexico"),
        Open("francecentral", "France Central", "europe", "france"),
        Open("germanywestcentral", "Germany West Central", "europe", "germany"),
        Open("northeurope", "North Europe", "europe", "ireland"),
        Open("italynorth", "Italy North", "europe", "italy"),
        Open("westeurope", "West Europe", "europe", "netherlands"),
        Open("norwayeast", "Norway East", "europe", "norway"),
        Open("polandcentral", "Poland Central", "europe", "poland"),
        Open("spaincentral", "Spain Central", "europe", "spain"),
        Open("swedencentral", "Sweden Central", "europe", "sweden"),
        Open("switzerlandnorth", "Switzerland North", "europe", "switzerland"),
        Open("uksouth", "UK South", "europe", "unitedKingdom"),
        Open("centralindia", "Central India", "india", "india"),
        new("qatarcentral", "Qatar Central", "middleEast", "middleEast", CloudPcRegionStatus.Restricted),
        Open("israelcentral", "Israel Central", "middleEast", "israel"),
        Open("uaenorth", "UAE North", "middleEast", "middleEast"),
        Open("brazilsouth", "Brazil South", "southAmerica", "brazil"),
        Open("centralus", "Central US", "usCentral", "usCentral"),
        Open("southcentralus", "South Central US", "usCentral", "usCentral"),
        Open("eastus", "East US", "usEast", "usEast"),
        Open("eastus2", "East US 2", "usEast", "usEast"),
        new("westus2", "West US 2", "usWest", "usWest", CloudPcRegionStatus.Restricted),
        Open("westus3", "West US 3", "usWest", "usWest"),
        Spare("australiasoutheast", "Australia Southeast", "australasia", "australia"),
        Spare("canadaeast", "Canada East", "canada", "canada"),
        Spare("southindia", "South India", "india", "india"),
        Spare("westus", "West US", "usWest", "usWest"),
    ];

    // The groups that clients of v1.0 know for regions which later got groups of their own (B301).
    private static readonly Dictionary<string, string[]> Wider = new(StringComparer.OrdinalIgnoreCase)
    {
        ["asia"] = ["eastasia", "southeastasia"],
        ["europeUnion"] = ["northeurope", "westeurope"],
        ["southAmerica"] = ["brazilsouth"],
    };

    private static readonly Dictionary<string, CloudPcRegion> ByName = All.ToDictionary(region => region.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, ValueArray<CloudPcRegion>> ByGroup =
        All.Where(region => region.TakesCloudPcs).Select(region => (region.Group, Region: region))
            .Concat(Wider.SelectMany(wide => wide.Value.Select(name => (Group: wide.Key, Region: ByName[name]))))
            .GroupBy(pair => pair.Group, pair => pair.Region, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.ToValueArray(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The region of a name, ignoring case and blanks, so that <c>West Europe</c> is <c>westeurope</c> (B301); null when there is none.</summary>
    public static CloudPcRegion? Find(string? name) => name is null ? null : ByName.GetValueOrDefault(name.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>The group that older clients know a region in; its own when they know no other (B301).</summary>
    public static string EarlierGroup(CloudPcRegion region)
    {
        foreach ((string group, string[] regions) in Wider)
        {
            if (regions.Contains(region.Name))
            {
                return group;
            }
        }

        return region.Group;
    }

    /// <summary>
    /// The regions of a group that take Cloud PCs, ignoring the case of its name; none when no region is in such a group. The first that is open to
    /// everybody is the one where a Cloud PC of the group goes.
    /// </summary>
    public static ValueArray<CloudPcRegion> InGroup(string group) => ByGroup.GetValueOrDefault(group);

    /// <summary>The region where a Cloud PC of a group goes; null when the group has none.</summary>
    public static CloudPcRegion? ChooseIn(string group) => InGroup(group).OrderBy(region => region.Status).FirstOrDefault();

    /// <summary>The name of a region group, given in any case; null when no region is in such a group.</summary>
    public static string? FindGroup(string group) => ByGroup.Keys.FirstOrDefault(name => name.Equals(group, StringComparison.OrdinalIgnoreCase));

    /// <summary>The region where a Cloud PC of a geography goes: the first that is open to everybody, or else the first; null when there is no such geography.</summary>
    public static CloudPcRegion? ChooseInGeography(string geography) =>
        All.Where(region => region.TakesCloudPcs && region.Geography == geography).OrderBy(region => region.Status).FirstOrDefault();

    private static CloudPcRegion Open(string name, string displayName, string geography, string group) =>
        new(name, displayName, geography, group, CloudPcRegionStatus.Available);

    private static CloudPcRegion Spare(string name, string displayName, string geography, string group) =>
        new(name, displayName, geography, group, CloudPcRegionStatus.Unavailable);
}
