using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Graph.Queries;

namespace Berth.Graph.CloudPcs;

/// <summary>What a Cloud PC shows: fifteen properties in v1.0, which has no status, and everything in beta (protocol 3.2).</summary>
internal static class CloudPcShapes
{
    private static readonly Shape<(string Name, string Value)> Pair = new(
        "keyValuePair",
        new TextProperty<(string Name, string Value)>("name", static pair => pair.Name),
        new TextProperty<(string Name, string Value)>("value", static pair => pair.Value));

    /// <summary><c>cloudPcStatusDetail</c> (C164).</summary>
    public static Shape<CloudPcError?> StatusDetail { get; } = new(
        "cloudPcStatusDetail",
        new TextProperty<CloudPcError?>("code", static error => error?.Code),
        new TextProperty<CloudPcError?>("message", static error => error?.Message),
        new PartsProperty<CloudPcError?, (string Name, string Value)>("additionalInformation", Pair, static _ => []));

    /// <summary><c>cloudPcRemoteActionResult</c> (C167).</summary>
    public static Shape<ActionRow> Action { get; } = new(
        "cloudPcRemoteActionResult",
        new TextProperty<ActionRow>("actionName", static row => row.Action.Name) { IsDefault = true },
        new TextProperty<ActionRow>("actionState", static row => NameOf(row.Action.State)) { IsDefault = true },
        new TextProperty<ActionRow>("cloudPcId", static row => row.Row.CloudPc.Id.ToString()) { IsDefault = true },
        new TextProperty<ActionRow>("managedDeviceId", static row => DeviceId(row.Row)) { IsDefault = true },
        new TimeProperty<ActionRow>("startDateTime", static row => row.Action.StartedAt) { IsDefault = true },
        new TimeProperty<ActionRow>("lastUpdatedDateTime", static row => row.Action.UpdatedAt) { IsDefault = true },
        new PartProperty<ActionRow, CloudPcError?>("statusDetail", StatusDetail, static row => row.Action.Error, static error => error is not null) { IsDefault = true });

    private static readonly Shape<CloudPcRow> ConnectionSetting = new(
        "cloudPcConnectionSetting",
        new FlagProperty<CloudPcRow>("enableSingleSignOn", static row => row.CloudPc.Origin?.SingleSignOn));

    private static readonly Shape<CloudPcRow> Connectivity = new(
        "cloudPcConnectivityResult",
        new TextProperty<CloudPcRow>("status", static row => row.Connectivity),
        new TimeProperty<CloudPcRow>("lastModifiedDateTime", static row => row.CloudPc.ModifiedAt),
        new PartsProperty<CloudPcRow, (string Name, string Value)>("failedHealthCheckItems", Pair, static _ => []));

    private static readonly Shape<CloudPcRow> Login = new(
        "cloudPcLoginResult",
        new TimeProperty<CloudPcRow>("time", static row => row.CloudPc.Use?.SignedInAt));

    private static readonly Shape<CloudPcRow> Shared = new(
        "cloudPcSharedDeviceDetail",
        new TextProperty<CloudPcRow>("assignedToUserPrincipalName", static row => row.Session is { } session && row.Tenant.TryGetUser(session.User, out User? user) ? user.UserPrincipalName : null),
        new TimeProperty<CloudPcRow>("sessionStartDateTime", static row => row.Session?.StartedAt));

    private static readonly Shape<User?> UserDetail = new(
        "cloudPcEntraUserDetail",
        new TextProperty<User?>("userId", static user => user?.Id.ToString()),
        new TextProperty<User?>("userDisplayName", static user => user?.DisplayName),
        new TextProperty<User?>("userPrincipalName", static user => user?.UserPrincipalName));

    private static readonly Shape<CloudPcRow> GroupDetail = new(
        "cloudPcEntraGroupDetail",
        new TextProperty<CloudPcRow>("groupId", static _ => null),
        new TextProperty<CloudPcRow>("groupDisplayName", static _ => null));

    /// <summary>In v1.0.</summary>
    public static Shape<CloudPcRow> V1 { get; } = Shape<CloudPcRow>.Entity("cloudPC", Old());

    /// <summary>In beta; what follows has to be asked for by <c>$select</c> from <c>connectivityResult</c> on.</summary>
    public static Shape<CloudPcRow> Beta { get; } = Shape<CloudPcRow>.Entity(
        "cloudPC",
        [
            .. Old(),
            new TextProperty<CloudPcRow>("allotmentDisplayName", static row => row.Assignment?.AllotmentName) { IsDefault = true },
            new PartProperty<CloudPcRow, CloudPcRow>("connectionSetting", ConnectionSetting, static row => row, static row => row.CloudPc.Origin is not null) { IsDefault = true },
            new TextProperty<CloudPcRow>("deviceRegionName", static row => row.CloudPc.Origin?.RegionName) { IsDefault = true },
            new TextProperty<CloudPcRow>("diskEncryptionState", static row => row.IsMade ? "encryptedUsingPlatformManagedKey" : "notAvailable") { IsDefault = true },
            new TextProperty<CloudPcRow>("frontlineCloudPcAvailability", static row => row.Availability) { IsDefault = true },
            new PartProperty<CloudPcRow, CloudPcRow>("groupDetail", GroupDetail, static row => row, static _ => false) { IsDefault = true },
            new FlagProperty<CloudPcRow>("isDisasterRecoveryActive", static _ => false) { IsDefault = true },
            new TimeProperty<CloudPcRow>("lastLogoffDateTime", static row => row.CloudPc.Use?.SignedOutAt) { IsDefault = true },
            new PartsProperty<CloudPcRow, (string Name, string Value)>("partnerAgentInstallResults", Pair, static _ => []) { IsDefault = true },
            new TextProperty<CloudPcRow>("productType", static row => row.ProductType) { IsDefault = true },
            new TimeProperty<CloudPcRow>("provisionedDateTime", static row => row.CloudPc.ProvisionedAt) { IsDefault = true },
            new ValuesProperty<CloudPcRow, string>("scopeIds", static row => row.Policy?.ScopeIds ?? [], new Operand<string>.Text(static id => id)) { IsDefault = true },
            new TextProperty<CloudPcRow>("servicePlanType", static row => row.Plan.Kind == CloudPcKind.Business ? "business" : "enterprise") { IsDefault = true },
            new PartProperty<CloudPcRow, CloudPcRow>("sharedDeviceDetail", Shared, static row => row, static row => row.CloudPc.IsShared && row.Session is not null) { IsDefault = true },
            new TextProperty<CloudPcRow>("status", static row => row.CloudPc.Status.ToName()) { IsDefault = true },
            new PartProperty<CloudPcRow, CloudPcError?>("statusDetail", StatusDetail, static row => row.CloudPc.Error, static error => error is not null) { IsDefault = true },
            new PartProperty<CloudPcRow, User?>("userDetail", UserDetail, static row => row.Plan.Kind == CloudPcKind.Reserve ? row.User : null, static user => user is not null) { IsDefault = true },
            new TextProperty<CloudPcRow>("userExperienceType", static _ => "cloudPc") { IsDefault = true },
            new PartProperty<CloudPcRow, CloudPcRow>("connectivityResult", Connectivity, static row => row, static _ => true),
            new TextProperty<CloudPcRow>("disasterRecoveryCapability", static _ => null),
            new PartProperty<CloudPcRow, CloudPcRow>("lastLoginResult", Login, static row => row, static row => row.CloudPc.Use is not null),
            new PartProperty<CloudPcRow, ActionRow>("lastRemoteActionResult", Action, ActionRow.LastOf, static action => action.IsThere),
            new TextProperty<CloudPcRow>("osVersion", static row => row.OperatingSystem),
            new TextProperty<CloudPcRow>("powerState", static row => row.PowerState),
            new TextProperty<CloudPcRow>("userAccountType", static row => row.IsMade ? (row.CloudPc.HasAdministrator ? "administrator" : "standardUser") : null),
        ]);

    /// <summary>The id of the machine in the device management: it follows from the Cloud PC's, and is there once the machine has a name.</summary>
    public static string? DeviceId(CloudPcRow row) => row.IsMade ? IdsByName.Of(row.CloudPc.Id, "managedDevice").ToString() : null;

    /// <summary>How Graph spells where an action stands (C167).</summary>
    public static string NameOf(RemoteActionState state) => state switch
    {
        RemoteActionState.Pending => "pending",
        RemoteActionState.Active => "active",
        RemoteActionState.Done => "done",
        RemoteActionState.Failed => "failed",
        RemoteActionState.Canceled => "canceled",
    };

    private static Property<CloudPcRow>[] Old() =>
    [
        new ObjectIdProperty<CloudPcRow>("id", static row => row.CloudPc.Id) { IsDefault = true },
        new TextProperty<CloudPcRow>("aadDeviceId", static row => row.IsMade ? IdsByName.Of(row.CloudPc.Id, "device").ToString() : null) { IsDefault = true },
        new TextProperty<CloudPcRow>("displayName", static row => row.CloudPc.DisplayName) { IsDefault = true },
        new TimeProperty<CloudPcRow>("gracePeriodEndDateTime", static row => row.CloudPc.GraceEndsAt) { IsDefault = true },
        new TextProperty<CloudPcRow>("imageDisplayName", static row => row.CloudPc.Origin?.ImageDisplayName) { IsDefault = true },
        new TimeProperty<CloudPcRow>("lastModifiedDateTime", static row => row.CloudPc.ModifiedAt) { IsDefault = true },
        new TextProperty<CloudPcRow>("managedDeviceId", DeviceId) { IsDefault = true },
        new TextProperty<CloudPcRow>("managedDeviceName", static row => row.CloudPc.ManagedDeviceName) { IsDefault = true },
        new TextProperty<CloudPcRow>("onPremisesConnectionName", ConnectionName) { IsDefault = true },
        new TextProperty<CloudPcRow>("provisioningPolicyId", static row => row.Policy?.Id.ToString()) { IsDefault = true },
        new TextProperty<CloudPcRow>("provisioningPolicyName", static row => row.Policy?.DisplayName) { IsDefault = true },
        new TextProperty<CloudPcRow>("provisioningType", static row => row.ProvisioningType) { IsDefault = true },
        new TextProperty<CloudPcRow>("servicePlanId", static row => row.Plan.Id.ToString()) { IsDefault = true },
        new TextProperty<CloudPcRow>("servicePlanName", static row => row.Plan.DisplayName) { IsDefault = true },
        new Utf8Property<CloudPcRow>("userPrincipalName", static row => row.User?.UserPrincipalNameUtf8() ?? default) { IsDefault = true },
    ];

    private static string? ConnectionName(CloudPcRow row) =>
        row.CloudPc.Origin?.ConnectionId is { } id && row.Tenant.Fleet.Connections.TryGetValue(id, out NetworkConnection? connection) ? connection.DisplayName : null;
}

/// <summary>An action on a Cloud PC.</summary>
/// <param name="Row">The Cloud PC.</param>
/// <param name="Position">Its place, newest first.</param>
internal readonly record struct ActionRow(CloudPcRow Row, int Position) : IRow
{
    /// <summary>The action.</summary>
    public RemoteAction Action => Row.CloudPc.Actions[Position];

    /// <summary>Whether there is one.</summary>
    public bool IsThere => Row.CloudPc is not null;

    /// <summary>The newest action on a Cloud PC; the default when there is none.</summary>
    public static ActionRow LastOf(CloudPcRow row) => row.CloudPc.Actions.Count > 0 ? new ActionRow(row, 0) : default;
}
