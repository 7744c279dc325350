using System.Diagnostics.CodeAnalysis;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>An error of a health check: <c>errorType</c> (C179).</summary>
/// <param name="Name">As Graph spells it.</param>
/// <param name="Number">Its number in Graph's enumeration.</param>
/// <param name="Check">The check that it belongs to: the name of a <see cref="ConnectionCheck"/> (B310).</param>
public sealed record ConnectionCheckError(string Name, int Number, string Check)
{
    /// <summary>All of them, by number.</summary>
    public static ValueArray<ConnectionCheckError> All { get; } =
    [
        new("dnsCheckFqdnNotFound", 100, "dns"),
        new("dnsCheckNameWithInvalidCharacter", 101, "dns"),
        new("dnsCheckUnknownError", 199, "dns"),
        new("adJoinCheckFqdnNotFound", 200, "domainJoin"),
        new("adJoinCheckIncorrectCredentials", 201, "domainJoin"),
        new("adJoinCheckOrganizationalUnitNotFound", 202, "domainJoin"),
        new("adJoinCheckOrganizationalUnitIncorrectFormat", 203, "domainJoin"),
        new("adJoinCheckComputerObjectAlreadyExists", 204, "domainJoin"),
        new("adJoinCheckAccessDenied", 205, "domainJoin"),
        new("adJoinCheckCredentialsExpired", 206, "domainJoin"),
        new("adJoinCheckAccountLockedOrDisabled", 207, "domainJoin"),
        new("adJoinCheckAccountQuotaExceeded", 208, "domainJoin"),
        new("adJoinCheckServerNotOperational", 209, "domainJoin"),
        new("adJoinCheckUnknownError", 299, "domainJoin"),
        new("endpointConnectivityCheckCloudPcUrlNotAllowListed", 300, "endpoints"),
        new("endpointConnectivityCheckWVDUrlNotAllowListed", 301, "endpoints"),
        new("endpointConnectivityCheckIntuneUrlNotAllowListed", 302, "endpoints"),
        new("endpointConnectivityCheckAzureADUrlNotAllowListed", 303, "endpoints"),
        new("endpointConnectivityCheckLocaleUrlNotAllowListed", 304, "localization"),
        new("endpointConnectivityCheckUnknownError", 399, "endpoints"),
        new("azureAdDeviceSyncCheckDeviceNotFound", 400, "deviceSync"),
        new("azureAdDeviceSyncCheckLongSyncCircle", 401, "deviceSync"),
        new("azureAdDeviceSyncCheckConnectDisabled", 402, "deviceSync"),
        new("azureAdDeviceSyncCheckDurationExceeded", 403, "deviceSync"),
        new("azureAdDeviceSyncCheckScpNotConfigured", 404, "deviceSync"),
        new("azureAdDeviceSyncCheckTransientServiceError", 498, "deviceSync"),
        new("azureAdDeviceSyncCheckUnknownError", 499, "deviceSync"),
        new("resourceAvailabilityCheckNoSubnetIP", 500, "subnetAddresses"),
        new("resourceAvailabilityCheckSubscriptionDisabled", 501, "tenantReadiness"),
        new("resourceAvailabilityCheckAzurePolicyViolation", 502, "tenantReadiness"),
        new("resourceAvailabilityCheckSubscriptionNotFound", 503, "tenantReadiness"),
        new("resourceAvailabilityCheckSubscriptionTransferred", 504, "tenantReadiness"),
        new("resourceAvailabilityCheckGeneralSubscriptionError", 505, "tenantReadiness"),
        new("resourceAvailabilityCheckUnsupportedVNetRegion", 506, "networkReadiness"),
        new("resourceAvailabilityCheckResourceGroupInvalid", 507, "networkReadiness"),
        new("resourceAvailabilityCheckVNetInvalid", 508, "networkReadiness"),
        new("resourceAvailabilityCheckSubnetInvalid", 509, "networkReadiness"),
        new("resourceAvailabilityCheckResourceGroupBeingDeleted", 510, "networkReadiness"),
        new("resourceAvailabilityCheckVNetBeingMoved", 511, "networkReadiness"),
        new("resourceAvailabilityCheckSubnetDelegationFailed", 512, "networkReadiness"),
        new("resourceAvailabilityCheckSubnetWithExternalResources", 513, "networkReadiness"),
        new("resourceAvailabilityCheckResourceGroupLockedForReadonly", 514, "networkReadiness"),
        new("resourceAvailabilityCheckResourceGroupLockedForDelete", 515, "networkReadiness"),
        new("resourceAvailabilityCheckNoIntuneReaderRoleError", 516, "enrollment"),
        new("resourceAvailabilityCheckIntuneDefaultWindowsRestrictionViolation", 517, "enrollment"),
        new("resourceAvailabilityCheckIntuneCustomWindowsRestrictionViolation", 518, "enrollment"),
        new("resourceAvailabilityCheckDeploymentQuotaLimitReached", 519, "networkReadiness"),
        new("resourceAvailabilityCheckTransientServiceError", 598, "tenantReadiness"),
        new("resourceAvailabilityCheckUnknownError", 599, "tenantReadiness"),
        new("permissionCheckNoSubscriptionReaderRole", 600, "subscriptionPermissions"),
        new("permissionCheckNoResourceGroupOwnerRole", 601, "resourceGroupPermissions"),
        new("permissionCheckNoVNetContributorRole", 602, "networkPermissions"),
        new("permissionCheckNoResourceGroupNetworkContributorRole", 603, "resourceGroupPermissions"),
        new("permissionCheckNoWindows365NetworkUserRole", 604, "networkPermissions"),
        new("permissionCheckNoWindows365NetworkInterfaceContributorRole", 605, "resourceGroupPermissions"),
        new("permissionCheckTransientServiceError", 698, "subscriptionPermissions"),
        new("permissionCheckUnknownError", 699, "subscriptionPermissions"),
        new("udpConnectivityCheckStunUrlNotAllowListed", 800, "udp"),
        new("udpConnectivityCheckTurnUrlNotAllowListed", 801, "udp"),
        new("udpConnectivityCheckUrlsNotAllowListed", 802, "udp"),
        new("udpConnectivityCheckUnknownError", 899, "udp"),
        new("internalServerErrorDeploymentCanceled", 900, "environment"),
        new("internalServerErrorAllocateResourceFailed", 901, "environment"),
        new("internalServerErrorVMDeploymentTimeout", 902, "environment"),
        new("internalServerErrorUnableToRunDscScript", 903, "environment"),
        new("ssoCheckKerberosConfigurationError", 904, "singleSignOn"),
        new("internalServerUnknownError", 999, "environment"),
    ];

    private static readonly Dictionary<string, ConnectionCheckError> ByName = All.ToDictionary(error => error.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The error of a name, ignoring case.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ConnectionCheckError? error) => ByName.TryGetValue(name, out error);
}
