using System.Globalization;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Connect.Copies;

/// <summary>A user of Graph as one of the engine.</summary>
internal static class CopiedUser
{
    public static User Of(GraphUser user)
    {
        List<KeyValuePair<UserAttribute, string>> attributes = [];
        Add(UserAttribute.GivenName, user.GivenName);
        Add(UserAttribute.Surname, user.Surname);
        Add(UserAttribute.JobTitle, user.JobTitle);
        Add(UserAttribute.Department, user.Department);
        Add(UserAttribute.CompanyName, user.CompanyName);
        Add(UserAttribute.Mail, user.Mail);
        Add(UserAttribute.City, user.City);
        Add(UserAttribute.State, user.State);
        Add(UserAttribute.Country, user.Country);
        Add(UserAttribute.PostalCode, user.PostalCode);
        Add(UserAttribute.StreetAddress, user.StreetAddress);
        Add(UserAttribute.OfficeLocation, user.OfficeLocation);
        Add(UserAttribute.MobilePhone, user.MobilePhone);
        Add(UserAttribute.PreferredLanguage, user.PreferredLanguage);
        Add(UserAttribute.EmployeeId, user.EmployeeId);
        Add(UserAttribute.EmployeeType, user.EmployeeType);
        Add(UserAttribute.EmployeeHireDate, user.EmployeeHireDate?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Add(UserAttribute.UserType, user.UserType);
        Add(UserAttribute.OnPremisesDistinguishedName, user.OnPremisesDistinguishedName);
        Add(UserAttribute.OnPremisesSecurityIdentifier, user.OnPremisesSecurityIdentifier);
        Add(UserAttribute.BusinessPhones, Lines(user.BusinessPhones));
        Add(UserAttribute.OtherMails, Lines(user.OtherMails));
        Add(UserAttribute.ProxyAddresses, Lines(user.ProxyAddresses));
        for (int i = 0; user.OnPremisesExtensionAttributes is { } extensions && i <= UserAttribute.ExtensionAttribute15 - UserAttribute.ExtensionAttribute1; i++)
        {
            Add((UserAttribute)((int)UserAttribute.ExtensionAttribute1 + i), extensions.GetValueOrDefault($"extensionAttribute{i + 1}"));
        }

        attributes.Sort(static (one, other) => one.Key.CompareTo(other.Key));
        return new User(
            user.Id,
            user.UserPrincipalName,
            user.DisplayName ?? user.UserPrincipalName,
            user.MailNickname,
            user.AccountEnabled ?? true,
            user.UsageLocation?.ToUpperInvariant(),
            user.CreatedDateTime ?? default,
            new UserAttributes(attributes.ToValueArray()));

        void Add(UserAttribute attribute, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                attributes.Add(new(attribute, value));
            }
        }
    }

    private static string? Lines(IReadOnlyList<string>? values) => values is { Count: > 0 } ? string.Join('\n', values) : null;
}

/// <summary>A group of Graph as one of the engine.</summary>
internal static class CopiedGroup
{
    public static GroupProfile Of(GraphGroup group) => new(
        group.Id,
        group.DisplayName ?? $"{group.Id}",
        group.Description,
        group.MailNickname,
        group.MailEnabled ?? false,
        group.SecurityEnabled ?? false,
        (group.GroupTypes ?? []).ToValueArray(),
        group.Visibility,
        group.CreatedDateTime ?? default)
    {
        MembershipRule = group.MembershipRule,
        RuleProcessing = group.MembershipRule is null ? null : group.MembershipRuleProcessingState is "Paused" ? RuleProcessing.Paused : RuleProcessing.On,
    };
}
