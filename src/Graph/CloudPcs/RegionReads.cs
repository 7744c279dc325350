using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>A region as a member of a group (B305).</summary>
internal readonly record struct RegionRow(int Position, CloudPcRegion Region, string Id, string Group, string? Geography) : IRow;

/// <summary>Where Cloud PCs can be: <c>supportedRegions</c> (C205, C206).</summary>
internal static class RegionReads
{
    private const string Path = CloudPcAccess.Root + "/supportedRegions";

    private static readonly Shape<CloudPcRegion> Restriction = new(
        "cloudPcSupportedRegionRestrictionDetail",
        new FlagProperty<CloudPcRegion>("cPURestricted", static region => !region.TakesCloudPcs),
        new FlagProperty<CloudPcRegion>("gPURestricted", static region => !region.TakesCloudPcs),
        new FlagProperty<CloudPcRegion>("nestedVirtualizationRestricted", static region => !region.TakesCloudPcs));

    private static readonly RegionRow[] Rows = [.. All()];

    /// <summary>How they are answered.</summary>
    public static Resource<RegionRow> Regions { get; } = new(
        Shape<RegionRow>.Entity(
            "cloudPcSupportedRegion",
            [
                new TextProperty<RegionRow>("id", static row => row.Id) { IsDefault = true },

                // What scripts put into a policy's regionName is what they read here.
                new TextProperty<RegionRow>("displayName", static row => row.Region.Name) { IsDefault = true },
                new TextProperty<RegionRow>("geographicLocationType", static row => row.Geography) { IsDefault = true },
                new TextProperty<RegionRow>("regionGroup", static row => row.Group) { IsDefault = true },
                new TextProperty<RegionRow>("regionStatus", static row => Name(row.Region.Status)) { IsDefault = true },
                new PartProperty<RegionRow, CloudPcRegion>("regionRestrictionDetail", Restriction, static row => row.Region, static _ => true) { IsDefault = true },
                new TextProperty<RegionRow>("supportedSolution", static _ => "windows365") { IsDefault = true },
                new TextProperty<RegionRow>("cloudDevicePlatformSupported", static _ => null),
            ]),
        "deviceManagement/virtualEndpoint/supportedRegions");

    /// <summary>The routes; v1.0 has none of them.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (_, request, _) => Regions.Page(request, static (_, after) => (Rows.Skip(after + 1), Rows.Length)))
            { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (_, request, _) => Regions.Count(request, static (_, _) => (Rows, Rows.Length)))
            { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/{supportedRegion}", CloudPcAccess.Read, One) { Versions = RouteVersions.Beta },
    ];

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        foreach (RegionRow row in Rows)
        {
            if (row.Id.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return Regions.One(request, row);
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static IEnumerable<RegionRow> All()
    {
        int position = 0;
        foreach (CloudPcRegion region in CloudPcRegions.All)
        {
            yield return new RegionRow(position++, region, region.Name, CloudPcRegions.EarlierGroup(region), null);
        }

        foreach (CloudPcRegion region in CloudPcRegions.All)
        {
            yield return new RegionRow(position++, region, $"{region.Geography}-{region.Name}", region.Group, region.Geography);
        }
    }

    private static string Name(CloudPcRegionStatus status) => status switch
    {
        CloudPcRegionStatus.Available => "available",
        CloudPcRegionStatus.Restricted => "restricted",
        CloudPcRegionStatus.Unavailable => "unavailable",
    };
}
