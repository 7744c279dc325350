using Berth.Graph.Reads;

namespace Berth.Graph.Routes;

/// <summary>Where the chapters of the room lay their routes together.</summary>
public static class GraphRoutes
{
    /// <summary>Every route of the room.</summary>
    public static IEnumerable<Route> All =>
    [
        .. OrganizationReads.Routes,
        .. UserReads.Routes,
        .. GroupReads.Routes,
        .. MemberReads.Routes,
        .. LicenseDetailReads.Routes,
        .. SkuReads.Routes,
    ];
}
