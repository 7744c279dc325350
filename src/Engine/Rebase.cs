using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;

namespace Berth.Engine;

/// <summary>
/// Writes what a caller changed, and only that, onto what stands now: property by property, where what the caller wants differs from
/// what the caller saw.
/// </summary>
internal static class Rebase
{
    public static User Onto(User now, User seen, User wanted)
    {
        UserAttributes attributes = now.Attributes;
        if (seen.Attributes != wanted.Attributes)
        {
            foreach (UserAttribute attribute in seen.Attributes.Values.Concat(wanted.Attributes.Values).Select(pair => pair.Key).Distinct())
            {
                if (seen.Attributes.Utf8(attribute) != wanted.Attributes.Utf8(attribute))
                {
                    attributes = attributes.With(attribute, wanted.Attributes[attribute]);
                }
            }
        }

        return new User(
            now.Id,
            Pick(now.UserPrincipalName, seen.UserPrincipalName, wanted.UserPrincipalName),
            Pick(now.DisplayName, seen.DisplayName, wanted.DisplayName),
            Pick(now.MailNickname, seen.MailNickname, wanted.MailNickname),
            Pick(now.AccountEnabled, seen.AccountEnabled, wanted.AccountEnabled),
            Pick(now.UsageLocation, seen.UsageLocation, wanted.UsageLocation),
            now.CreatedAt,
            attributes);
    }

    public static OrganizationSettings Onto(OrganizationSettings now, OrganizationSettings seen, OrganizationSettings wanted) => new(
        Pick(now.AutoEnrolls, seen.AutoEnrolls, wanted.AutoEnrolls),
        Pick(now.SingleSignOn, seen.SingleSignOn, wanted.SingleSignOn),
        Pick(now.IsWindows10, seen.IsWindows10, wanted.IsWindows10),
        Pick(now.IsAdministrator, seen.IsAdministrator, wanted.IsAdministrator),
        Pick(now.Locale, seen.Locale, wanted.Locale));

    public static UserSetting Onto(UserSetting now, UserSetting seen, UserSetting wanted) => now with
    {
        DisplayName = Pick(now.DisplayName, seen.DisplayName, wanted.DisplayName),
        LocalAdmin = Pick(now.LocalAdmin, seen.LocalAdmin, wanted.LocalAdmin),
        Reset = Pick(now.Reset, seen.Reset, wanted.Reset),
        RestoreHours = Pick(now.RestoreHours, seen.RestoreHours, wanted.RestoreHours),
        UserRestore = Pick(now.UserRestore, seen.UserRestore, wanted.UserRestore),
    };

    public static GroupProfile Onto(GroupProfile now, GroupProfile seen, GroupProfile wanted) => now with
    {
        DisplayName = Pick(now.DisplayName, seen.DisplayName, wanted.DisplayName),
        Description = Pick(now.Description, seen.Description, wanted.Description),
        MailNickname = Pick(now.MailNickname, seen.MailNickname, wanted.MailNickname),
        MailEnabled = Pick(now.MailEnabled, seen.MailEnabled, wanted.MailEnabled),
        SecurityEnabled = Pick(now.SecurityEnabled, seen.SecurityEnabled, wanted.SecurityEnabled),
        GroupTypes = Pick(now.GroupTypes, seen.GroupTypes, wanted.GroupTypes),
        Visibility = Pick(now.Visibility, seen.Visibility, wanted.Visibility),
        MembershipRule = Pick(now.MembershipRule, seen.MembershipRule, wanted.MembershipRule),
        RuleProcessing = Pick(now.RuleProcessing, seen.RuleProcessing, wanted.RuleProcessing),
    };

    public static TenantSettings Onto(TenantSettings now, TenantSettings seen, TenantSettings wanted) => new(
        Pick(now.Retry, seen.Retry, wanted.Retry),
        Pick(now.GroupAtomicity, seen.GroupAtomicity, wanted.GroupAtomicity),
        Pick(now.ProvisioningDelay, seen.ProvisioningDelay, wanted.ProvisioningDelay),
        Pick(now.BufferExcess, seen.BufferExcess, wanted.BufferExcess))
    {
        Host = Pick(now.Host, seen.Host, wanted.Host),
        FailureRates = Pick(now.FailureRates, seen.FailureRates, wanted.FailureRates),
        SimulatorSeed = Pick(now.SimulatorSeed, seen.SimulatorSeed, wanted.SimulatorSeed),
        DisconnectedSessions = Pick(now.DisconnectedSessions, seen.DisconnectedSessions, wanted.DisconnectedSessions),
        ProfileReset = Pick(now.ProfileReset, seen.ProfileReset, wanted.ProfileReset),
        IntelligentPrestart = Pick(now.IntelligentPrestart, seen.IntelligentPrestart, wanted.IntelligentPrestart),
    };

    public static ProvisioningPolicy Onto(ProvisioningPolicy now, ProvisioningPolicy seen, ProvisioningPolicy wanted) => now with
    {
        DisplayName = Pick(now.DisplayName, seen.DisplayName, wanted.DisplayName),
        Description = Pick(now.Description, seen.Description, wanted.Description),
        ProvisioningType = Pick(now.ProvisioningType, seen.ProvisioningType, wanted.ProvisioningType),
        UserExperienceType = Pick(now.UserExperienceType, seen.UserExperienceType, wanted.UserExperienceType),
        ImageType = Pick(now.ImageType, seen.ImageType, wanted.ImageType),
        ImageId = Pick(now.ImageId, seen.ImageId, wanted.ImageId),
        ImageDisplayName = Pick(now.ImageDisplayName, seen.ImageDisplayName, wanted.ImageDisplayName),
        Joins = Pick(now.Joins, seen.Joins, wanted.Joins),
        SingleSignOn = Pick(now.SingleSignOn, seen.SingleSignOn, wanted.SingleSignOn),
        LocalAdmin = Pick(now.LocalAdmin, seen.LocalAdmin, wanted.LocalAdmin),
        NamingTemplate = Pick(now.NamingTemplate, seen.NamingTemplate, wanted.NamingTemplate),
        Locale = Pick(now.Locale, seen.Locale, wanted.Locale),
        AutopatchGroupId = Pick(now.AutopatchGroupId, seen.AutopatchGroupId, wanted.AutopatchGroupId),
        ManagedDesktopType = Pick(now.ManagedDesktopType, seen.ManagedDesktopType, wanted.ManagedDesktopType),
        ManagedDesktopProfile = Pick(now.ManagedDesktopProfile, seen.ManagedDesktopProfile, wanted.ManagedDesktopProfile),
        Autopilot = Pick(now.Autopilot, seen.Autopilot, wanted.Autopilot),
        Persistence = Pick(now.Persistence, seen.Persistence, wanted.Persistence),
        SnapshotReset = Pick(now.SnapshotReset, seen.SnapshotReset, wanted.SnapshotReset),
        ScopeIds = Pick(now.ScopeIds, seen.ScopeIds, wanted.ScopeIds),
    };

    public static NetworkConnection Onto(NetworkConnection now, NetworkConnection seen, NetworkConnection wanted) => now with
    {
        DisplayName = Pick(now.DisplayName, seen.DisplayName, wanted.DisplayName),
        JoinType = Pick(now.JoinType, seen.JoinType, wanted.JoinType),
        SubscriptionId = Pick(now.SubscriptionId, seen.SubscriptionId, wanted.SubscriptionId),
        SubscriptionName = Pick(now.SubscriptionName, seen.SubscriptionName, wanted.SubscriptionName),
        ResourceGroupId = Pick(now.ResourceGroupId, seen.ResourceGroupId, wanted.ResourceGroupId),
        VirtualNetworkId = Pick(now.VirtualNetworkId, seen.VirtualNetworkId, wanted.VirtualNetworkId),
        VirtualNetworkLocation = Pick(now.VirtualNetworkLocation, seen.VirtualNetworkLocation, wanted.VirtualNetworkLocation),
        SubnetId = Pick(now.SubnetId, seen.SubnetId, wanted.SubnetId),
        AdDomainName = Pick(now.AdDomainName, seen.AdDomainName, wanted.AdDomainName),
        AdDomainUsername = Pick(now.AdDomainUsername, seen.AdDomainUsername, wanted.AdDomainUsername),
        OrganizationalUnit = Pick(now.OrganizationalUnit, seen.OrganizationalUnit, wanted.OrganizationalUnit),
        ScopeIds = Pick(now.ScopeIds, seen.ScopeIds, wanted.ScopeIds),
        PasswordSetAt = Pick(now.PasswordSetAt, seen.PasswordSetAt, wanted.PasswordSetAt),
    };

    private static T Pick<T>(T now, T seen, T wanted) => EqualityComparer<T>.Default.Equals(seen, wanted) ? now : wanted;
}
