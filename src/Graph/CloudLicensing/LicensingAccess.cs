using Berth.Graph.Routes;

namespace Berth.Graph.CloudLicensing;

/// <summary>Who may read the pool model: the names that Graph's beta documents, least first (L176, B587).</summary>
internal static class LicensingAccess
{
    /// <summary>Allotments and assignments of the organization.</summary>
    public static RouteAccess Organization { get; } = RouteAccess.AnyOf(
        "CloudLicensing.Read", "CloudLicensing.Read.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>Assignment errors of the organization: they are about users.</summary>
    public static RouteAccess Errors { get; } = RouteAccess.AnyOf(
        "CloudLicensing.Read", "CloudLicensing.Read.All", "User-CloudLicensing.Read.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>What a user has, lacks and waits for.</summary>
    public static RouteAccess OfUser { get; } = RouteAccess.AnyOf(
        "User-CloudLicensing.Read", "User-CloudLicensing.Read.All", "CloudLicensing.Read", "CloudLicensing.Read.All", "User.Read.All", "User.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>A user's usage rights.</summary>
    public static RouteAccess RightsOfUser { get; } = RouteAccess.AnyOf("User-UsageRight.Read", "User-UsageRight.Read.All").Or(OfUser);

    /// <summary>What a group is assigned.</summary>
    public static RouteAccess OfGroup { get; } = RouteAccess.AnyOf(
        "Group-CloudLicensing.Read", "Group-CloudLicensing.Read.All", "CloudLicensing.Read", "CloudLicensing.Read.All", "Group.Read.All", "Group.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The usage rights of a group's members.</summary>
    public static RouteAccess RightsOfGroup { get; } = RouteAccess.AnyOf("Group-UsageRight.Read.All").Or(OfGroup);
}
