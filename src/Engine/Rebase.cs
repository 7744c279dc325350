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
                if (seen.Attributes[attribute] != wanted.Attributes[attribute])
                {
                    attributes = attributes.With(attribute, wanted.Attributes[attribute]);
                }
            }
        }

        return now with
        {
            UserPrincipalName = Pick(now.UserPrincipalName, seen.UserPrincipalName, wanted.UserPrincipalName),
            DisplayName = Pick(now.DisplayName, seen.DisplayName, wanted.DisplayName),
            MailNickname = Pick(now.MailNickname, seen.MailNickname, wanted.MailNickname),
            AccountEnabled = Pick(now.AccountEnabled, seen.AccountEnabled, wanted.AccountEnabled),
            UsageLocation = Pick(now.UsageLocation, seen.UsageLocation, wanted.UsageLocation),
            Attributes = attributes,
        };
    }

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
    };

    private static T Pick<T>(T now, T seen, T wanted) => EqualityComparer<T>.Default.Equals(seen, wanted) ? now : wanted;
}
