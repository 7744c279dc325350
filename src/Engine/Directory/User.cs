using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>A property of a user that is text and may be missing; named as Graph names it (L133).</summary>
public enum UserAttribute : byte
{
    /// <summary>Given name.</summary>
    GivenName = 1,

    /// <summary>Family name.</summary>
    Surname,

    /// <summary>Job title.</summary>
    JobTitle,

    /// <summary>Department.</summary>
    Department,

    /// <summary>Company name.</summary>
    CompanyName,

    /// <summary>Mail address.</summary>
    Mail,

    /// <summary>City.</summary>
    City,

    /// <summary>State or province.</summary>
    State,

    /// <summary>Country, free text.</summary>
    Country,

    /// <summary>Postal code.</summary>
    PostalCode,

    /// <summary>Street address.</summary>
    StreetAddress,

    /// <summary>Office.</summary>
    OfficeLocation,

    /// <summary>Mobile telephone.</summary>
    MobilePhone,

    /// <summary>Fax.</summary>
    FaxNumber,

    /// <summary>Language, such as <c>en-US</c>.</summary>
    PreferredLanguage,

    /// <summary>Employee id.</summary>
    EmployeeId,

    /// <summary>Employee type.</summary>
    EmployeeType,

    /// <summary>When the employee starts; an ISO 8601 instant.</summary>
    EmployeeHireDate,

    /// <summary><c>Member</c> or <c>Guest</c>.</summary>
    UserType,

    /// <summary>Password policies.</summary>
    PasswordPolicies,

    /// <summary>Distinguished name on premises.</summary>
    OnPremisesDistinguishedName,

    /// <summary>Security identifier on premises.</summary>
    OnPremisesSecurityIdentifier,

    /// <summary>Immutable id on premises.</summary>
    OnPremisesImmutableId,

    /// <summary>Business telephones; several values, separated by line feeds.</summary>
    BusinessPhones,

    /// <summary>Other mail addresses; several values, separated by line feeds.</summary>
    OtherMails,

    /// <summary>Proxy addresses; several values, separated by line feeds.</summary>
    ProxyAddresses,

    /// <summary>The first of fifteen extension attributes; the others follow.</summary>
    ExtensionAttribute1 = 64,

    /// <summary>The last of fifteen extension attributes.</summary>
    ExtensionAttribute15 = 78,
}

/// <summary>A user of the tenant. Two users are equal when all their properties are.</summary>
/// <param name="Id">The object id.</param>
/// <param name="UserPrincipalName">The sign-in name; unique in the tenant, ignoring case.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="MailNickname">The mail alias.</param>
/// <param name="AccountEnabled">Whether the user can sign in.</param>
/// <param name="UsageLocation">ISO 3166-1 alpha-2, upper case; none by default (L20).</param>
/// <param name="CreatedAt">When the user came, by the tenant's clock.</param>
/// <param name="Attributes">Every other property that has a value.</param>
public sealed record User(
    Guid Id,
    string UserPrincipalName,
    string DisplayName,
    string? MailNickname,
    bool AccountEnabled,
    string? UsageLocation,
    DateTimeOffset CreatedAt,
    UserAttributes Attributes)
{
    /// <summary>The longest text a property may have, in characters.</summary>
    public const int LongestText = 1024;

    /// <summary>The longest user principal name, in characters.</summary>
    public const int LongestUserPrincipalName = 113;

    /// <summary>The longest display name, in characters.</summary>
    public const int LongestDisplayName = 256;

    /// <summary>The hash under which a user principal name is indexed, however its letters are written.</summary>
    internal static int HashOf(string userPrincipalName) => userPrincipalName.GetHashCode(StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the user has a user principal name, however its letters are written.</summary>
    internal bool IsNamed(string userPrincipalName) => UserPrincipalName.Equals(userPrincipalName, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The properties of a user that have a value, in the order of <see cref="UserAttribute"/>: most users have few.</summary>
/// <param name="Values">Ascending by attribute, each once, no null and no empty text.</param>
public readonly record struct UserAttributes(ValueArray<KeyValuePair<UserAttribute, string>> Values)
{
    // Departments and cities repeat; this bounded memory only saves space, it decides nothing.
    private static readonly string?[] Seen = new string?[1024];

    /// <summary>The value of an attribute, or null.</summary>
    public string? this[UserAttribute attribute]
    {
        get
        {
            foreach (KeyValuePair<UserAttribute, string> pair in Values.Span)
            {
                if (pair.Key == attribute)
                {
                    return pair.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The attributes with one changed; null or empty text takes it away.</summary>
    public UserAttributes With(UserAttribute attribute, string? value)
    {
        List<KeyValuePair<UserAttribute, string>> values = [.. Values.Where(pair => pair.Key != attribute)];
        if (!string.IsNullOrEmpty(value))
        {
            values.Add(new(attribute, One(value)));
        }

        return new UserAttributes(values.OrderBy(pair => pair.Key).ToValueArray());
    }

    private static string One(string value)
    {
        ref string? seen = ref Seen[value.GetHashCode(StringComparison.Ordinal) & (Seen.Length - 1)];
        string? candidate = seen;
        return candidate == value ? candidate : seen = value;
    }
}
