using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>What a property holds, which decides how it can be compared.</summary>
internal enum RuleType
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>An instant.</summary>
    Time,

    /// <summary>Texts, kept as one with line feeds between them.</summary>
    Texts,

    /// <summary>The assigned plans.</summary>
    Plans,

    /// <summary>The groups one belongs to.</summary>
    Groups,
}

/// <summary>A property of users or devices that a rule can name (L132 to L136).</summary>
/// <param name="Name">As Graph spells it, without the object.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Reads">What of a user it is made of; nothing for what never changes and for devices.</param>
/// <param name="Get">The value of a user as text; null when there is none, and for plans and groups.</param>
internal sealed record RuleProperty(string Name, RuleType Type, RuleReads Reads, Func<User, string?> Get)
{
    private const int ExtensionAttributes = 15;
    private const int FarthestName = 3;

    /// <summary>A property whose value lies in the user.</summary>
    public RuleProperty(string name, RuleType type, RuleReads reads, Func<User, Utf8Text> get)
        : this(name, type, reads, user => get(user).Text)
    {
        Utf8 = get;
    }

    /// <summary>The value of a user where it lies, so that no string is made for each; null for what is put together.</summary>
    public Func<User, Utf8Text>? Utf8 { get; }

    private static readonly Dictionary<string, RuleProperty> OfUser = Table(
        new("accountEnabled", RuleType.Flag, RuleReads.AccountEnabled, static user => user.AccountEnabled ? "true" : "false"),
        new("dirSyncEnabled", RuleType.Flag, RuleReads.None, static _ => null),
        Attribute("employeeHireDate", UserAttribute.EmployeeHireDate, RuleType.Time),
        Attribute("city", UserAttribute.City),
        Attribute("country", UserAttribute.Country),
        Attribute("companyName", UserAttribute.CompanyName),
        Attribute("department", UserAttribute.Department),
        new("displayName", RuleType.Text, RuleReads.DisplayName, static user => user.DisplayNameUtf8()),
        Attribute("employeeId", UserAttribute.EmployeeId),
        Attribute("facsimileTelephoneNumber", UserAttribute.FaxNumber),
        Attribute("givenName", UserAttribute.GivenName),
        Attribute("jobTitle", UserAttribute.JobTitle),
        Attribute("mail", UserAttribute.Mail),
        new("mailNickName", RuleType.Text, RuleReads.MailNickname, static user => user.MailNicknameUtf8()),
        Attribute("mobile", UserAttribute.MobilePhone),
        new("objectId", RuleType.Text, RuleReads.None, static user => user.Id.ToString()),
        Attribute("onPremisesDistinguishedName", UserAttribute.OnPremisesDistinguishedName),
        Attribute("onPremisesSecurityIdentifier", UserAttribute.OnPremisesSecurityIdentifier),
        Attribute("passwordPolicies", UserAttribute.PasswordPolicies),
        Attribute("physicalDeliveryOfficeName", UserAttribute.OfficeLocation),
        Attribute("postalCode", UserAttribute.PostalCode),
        Attribute("preferredLanguage", UserAttribute.PreferredLanguage),
        new("sipProxyAddress", RuleType.Text, RuleReads.None, static _ => null),
        Attribute("state", UserAttribute.State),
        Attribute("streetAddress", UserAttribute.StreetAddress),
        Attribute("surname", UserAttribute.Surname),
        new("telephoneNumber", RuleType.Text, RuleReads.Of(UserAttribute.BusinessPhones), static user => First(user.Attributes[UserAttribute.BusinessPhones])),
        new("usageLocation", RuleType.Text, RuleReads.UsageLocation, static user => user.UsageLocation),
        new("userPrincipalName", RuleType.Text, RuleReads.UserPrincipalName, static user => user.UserPrincipalNameUtf8()),
        new("userType", RuleType.Text, RuleReads.Of(UserAttribute.UserType), static user => user.Attributes[UserAttribute.UserType] ?? "Member"),
        Attribute("otherMails", UserAttribute.OtherMails, RuleType.Texts),
        Attribute("proxyAddresses", UserAttribute.ProxyAddresses, RuleType.Texts),
        new("assignedPlans", RuleType.Plans, RuleReads.AssignedPlans, static _ => null),
        new("memberOf", RuleType.Groups, RuleReads.Memberships, static _ => null));

    private static readonly Dictionary<string, RuleProperty> OfDevice = Table(
    [
        .. Devices(RuleType.Flag, "accountEnabled", "isRooted"),
        .. Devices(RuleType.Texts, "devicePhysicalIds", "systemLabels"),
        .. Devices(RuleType.Groups, "memberOf"),
        .. Devices(
            RuleType.Text,
            "deviceCategory",
            "deviceId",
            "deviceManagementAppId",
            "deviceManufacturer",
            "deviceModel",
            "displayName",
            "deviceOSType",
            "deviceOSVersion",
            "deviceOwnership",
            "deviceTrustType",
            "enrollmentProfileName",
            "managementType",
            "objectId",
            "profileType"),
    ]);

    /// <summary>The property of a name, ignoring case, or null.</summary>
    public static RuleProperty? Find(bool ofDevice, string name) => (ofDevice ? OfDevice : OfUser).GetValueOrDefault(name);

    /// <summary>The names most like a wrong one, the most similar first; none when nothing is near.</summary>
    public static IEnumerable<string> Near(bool ofDevice, string name) => (ofDevice ? OfDevice : OfUser).Values
        .Select(property => (property.Name, Distance: Distance(property.Name, name)))
        .Where(one => one.Distance <= FarthestName)
        .OrderBy(one => one.Distance).ThenBy(one => one.Name, StringComparer.Ordinal)
        .Select(one => one.Name).Take(3);

    private static Dictionary<string, RuleProperty> Table(params RuleProperty[] properties)
    {
        Dictionary<string, RuleProperty> table = new(StringComparer.OrdinalIgnoreCase);
        foreach (RuleProperty property in properties)
        {
            table.Add(property.Name, property);
        }

        bool ofUser = table.ContainsKey("userPrincipalName");
        for (int i = 0; i < ExtensionAttributes; i++)
        {
            string name = $"extensionAttribute{i + 1}";
            table.Add(name, ofUser ? Attribute(name, (UserAttribute)((int)UserAttribute.ExtensionAttribute1 + i)) : Devices(RuleType.Text, name).Single());
        }

        return table;
    }

    private static RuleProperty Attribute(string name, UserAttribute attribute, RuleType type = RuleType.Text) =>
        new(name, type, RuleReads.Of(attribute), user => user.Attributes.Utf8(attribute));

    private static IEnumerable<RuleProperty> Devices(RuleType type, params string[] names) =>
        names.Select(name => new RuleProperty(name, type, RuleReads.None, static _ => null));

    private static string? First(string? lines)
    {
        int end = lines?.IndexOf('\n', StringComparison.Ordinal) ?? -1;
        return end < 0 ? lines : lines![..end];
    }

    // How many characters must be put in, taken out or replaced; names are short.
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > FarthestName)
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
