using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Desk;

/// <summary>
/// Who may use Berth's own API. It has no permission names of its own: a token for Microsoft Graph is enough, and the names mean
/// here what they mean there.
/// </summary>
internal static class DeskAccess
{
    /// <summary>Subscriptions, clock, settings, catalog, waiting list: to read.</summary>
    public static readonly RouteAccess Read = RouteAccess.AnyOf(
        "LicenseAssignment.Read.All", "Organization.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The same to write.</summary>
    public static readonly RouteAccess Write = RouteAccess.AnyOf("LicenseAssignment.ReadWrite.All", "Organization.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>Processing a group again: as licensing it.</summary>
    public static readonly RouteAccess Reprocess = RouteAccess.AnyOf("LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>Importing users, groups and members: what creates them one by one.</summary>
    public static readonly RouteAccess Import = new([PermissionSet.Of("User.ReadWrite.All", "Group.ReadWrite.All"), PermissionSet.Of("Directory.ReadWrite.All")]);

    /// <summary>Jobs of hosts and sessions on Cloud PCs: to read.</summary>
    public static readonly RouteAccess ReadCloudPcs = RouteAccess.AnyOf("CloudPC.Read.All", "CloudPC.ReadWrite.All");

    /// <summary>Claiming and reporting jobs, and sessions.</summary>
    public static readonly RouteAccess WriteCloudPcs = RouteAccess.AnyOf("CloudPC.ReadWrite.All");
}
