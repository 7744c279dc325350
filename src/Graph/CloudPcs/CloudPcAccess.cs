using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>Who may see and change what is under <c>/deviceManagement/virtualEndpoint</c> (C257).</summary>
internal static class CloudPcAccess
{
    /// <summary>The path under which everything of Windows 365 lies.</summary>
    public const string Root = "/deviceManagement/virtualEndpoint";

    /// <summary>Who may read.</summary>
    public static RouteAccess Read { get; } = RouteAccess.AnyOf("CloudPC.Read.All", "CloudPC.ReadWrite.All");

    /// <summary>Who may change.</summary>
    public static RouteAccess Write { get; } = RouteAccess.AnyOf("CloudPC.ReadWrite.All");
}
