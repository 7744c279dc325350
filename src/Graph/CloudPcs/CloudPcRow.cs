using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Graph.Queries;
using Berth.Graph.Requests;

namespace Berth.Graph.CloudPcs;

/// <summary>A Cloud PC on the wire.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Position">Its index.</param>
/// <param name="CloudPc">The Cloud PC.</param>
/// <param name="ShowsAll">Whether members of enumerations that came later are sent: always in beta, in v1.0 to who asks for them (protocol 1.4).</param>
/// <param name="Now">The tenant's time.</param>
internal readonly record struct CloudPcRow(Tenant Tenant, int Position, CloudPc CloudPc, bool ShowsAll, DateTimeOffset Now) : IRow
{
    private const string Unknown = "unknownFutureValue";

    /// <summary>Its user; null for one who is gone for good, and of a shared one.</summary>
    public User? User => Tenant.TryGetUser(CloudPc.User, out User? user) ? user
        : Tenant.Deleted.Users.TryGetValue(CloudPc.User, out DeletedUser? deleted) ? deleted.User
        : null;

    /// <summary>The policy that made it, or under which it waits; null for none and for one that is gone.</summary>
    public ProvisioningPolicy? Policy => CloudPc.Policy >= 0 && Tenant.Fleet.Policies.TryGetValue(CloudPc.Policy, out ProvisioningPolicy? policy) ? policy : null;

    /// <summary>What its service plan gives.</summary>
    public CloudPcPlan Plan => Tenant.Catalog.CloudPcPlanOf(CloudPc.Plan)!;

    /// <summary>Whether there is a machine, or was one.</summary>
    public bool IsMade => CloudPc.ManagedDeviceName is not null;

    /// <summary>The assignment that a Frontline one belongs to; null for other kinds, and when it is gone.</summary>
    public PolicyAssignment? Assignment => CloudPc.Assignment is { } key ? Tenant.Fleet.FindAssignment(key)?.Assignment : null;

    /// <summary>The session on it, or null.</summary>
    public Session? Session => Tenant.Fleet.SessionOn(Position);

    /// <summary><c>provisioningType</c> (C3, C4).</summary>
    public string ProvisioningType => Plan.Kind switch
    {
        CloudPcKind.Enterprise or CloudPcKind.Business => "dedicated",
        CloudPcKind.Frontline when CloudPc.IsShared => ShowsAll ? "sharedByEntraGroup" : Unknown,
        CloudPcKind.Frontline => ShowsAll ? "sharedByUser" : "shared",
        CloudPcKind.Reserve => ShowsAll ? "reserve" : Unknown,
    };

    /// <summary><c>productType</c>: Graph has no member for Reserve, which is an Enterprise product (C2).</summary>
    public string ProductType => Plan.Kind switch
    {
        CloudPcKind.Enterprise or CloudPcKind.Reserve => "enterprise",
        CloudPcKind.Business => "business",
        CloudPcKind.Frontline => "frontline",
    };

    /// <summary>The operating system of the image it was made from; null before.</summary>
    public string? OperatingSystem => CloudPc.Origin is { } origin
        ? origin.ImageDisplayName.Contains("Windows 10", StringComparison.OrdinalIgnoreCase) || origin.ImageId.Contains("win10", StringComparison.OrdinalIgnoreCase) ? "windows10" : "windows11"
        : null;

    /// <summary>Whether a person can connect (C166).</summary>
    public string Connectivity => !IsMade ? "unknown"
        : !CloudPc.LetsIn ? "unavailable"
        : !CloudPc.IsReady ? "underServiceMaintenance"
        : Session is { DisconnectedAt: null } ? "inUse"
        : CloudPc.Status == CloudPcStatus.ProvisionedWithWarnings ? "availableWithWarning"
        : "available";

    /// <summary><c>powerState</c>: of Frontline alone; null while there is no machine (B410).</summary>
    public string? PowerState => CloudPc.Power is { } power ? (power.IsRunning ? "running" : "poweredOff") : null;

    /// <summary><c>frontlineCloudPcAccessState</c> (C86).</summary>
    public string AccessState => MachineAccess.StateOf(Tenant, Position) switch
    {
        Engine.Frontline.AccessState.Unassigned => "unassigned",
        Engine.Frontline.AccessState.Active => "active",
        Engine.Frontline.AccessState.StandbyMode => "standbyMode",
    };

    /// <summary><c>frontlineCloudPcAvailability</c> (C86): whether its user would get a session.</summary>
    public string Availability => Plan.Kind != CloudPcKind.Frontline ? "notApplicable" : MachineAccess.IsAvailable(Tenant, Position, Now) ? "available" : "notAvailable";

    /// <summary>The restore points it has, newest first (C57).</summary>
    public ValueArray<RestorePoint> RestorePoints(DateTimeOffset now) =>
        Engine.CloudPcs.RestorePoints.Of(CloudPc, EffectiveSetting.RestoreHoursOf(Tenant.Fleet.UserSettings.Values, GroupsOfUser), now);

    /// <summary>The groups of its user; none of one who is gone, or of nobody.</summary>
    private ValueArray<int> GroupsOfUser => Tenant.TryGetUser(CloudPc.User, out _) ? Tenant.GroupsOf(CloudPc.User) : [];

    /// <summary>The Cloud PC at an index as a request sees it, or null.</summary>
    public static CloudPcRow? At(Tenant tenant, GraphRequest request, int index) =>
        index >= 0 && index < tenant.Fleet.CloudPcs.Count && tenant.Fleet.CloudPcs[index] is { } found ? new CloudPcRow(tenant, index, found, ShowsAllTo(request), tenant.Now(request.ReceivedAt)) : null;

    /// <summary>The Cloud PC of a key, or null.</summary>
    public static CloudPcRow? Find(Tenant tenant, GraphRequest request, string key) =>
        Guid.TryParse(key, out Guid id) ? At(tenant, request, tenant.Fleet.FindCloudPc(id)) : null;

    /// <summary>Whether a request sees members of enumerations that came later.</summary>
    public static bool ShowsAllTo(GraphRequest request) => request.Version != GraphVersion.V1 || request.WantsUnknownMembers;
}
