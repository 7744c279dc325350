namespace Berth.CommandLine.Client.Sync;

/// <summary>What a kind of directory calls things (B817).</summary>
/// <param name="Key">The attribute that names an entry for good.</param>
/// <param name="IsBinaryKey">Whether its value is 16 bytes.</param>
/// <param name="UserFilter">Which entries are users.</param>
/// <param name="GroupFilter">Which entries are groups.</param>
/// <param name="Attributes">Where properties come from, by Graph's names; the first that has a value.</param>
/// <param name="Members">The attributes of groups whose values are distinguished names of members.</param>
internal sealed record LdapKind(string Key, bool IsBinaryKey, string UserFilter, string GroupFilter, IReadOnlyDictionary<string, string[]> Attributes, string[] Members)
{
    /// <summary>Active Directory's flag of a disabled account in <c>userAccountControl</c>.</summary>
    public const int AccountDisabled = 2;

    private static readonly Dictionary<string, string[]> InBoth = new(StringComparer.Ordinal)
    {
        ["displayName"] = ["displayName", "cn"], ["givenName"] = ["givenName"], ["surname"] = ["sn"], ["mail"] = ["mail"], ["jobTitle"] = ["title"], ["city"] = ["l"],
        ["state"] = ["st"], ["postalCode"] = ["postalCode"], ["mobilePhone"] = ["mobile"], ["preferredLanguage"] = ["preferredLanguage"], ["usageLocation"] = ["c"],
        ["officeLocation"] = ["physicalDeliveryOfficeName"],
    };

    /// <summary>OpenLDAP and others with the schema of RFC 2798.</summary>
    public static LdapKind OpenLdap { get; } = new(
        "entryUUID",
        IsBinaryKey: false,
        "(objectClass=inetOrgPerson)",
        "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
        new Dictionary<string, string[]>(InBoth, StringComparer.Ordinal)
        {
            ["userPrincipalName"] = ["mail", "uid"], ["department"] = ["departmentNumber"], ["employeeId"] = ["employeeNumber"], ["employeeType"] = ["employeeType"], ["streetAddress"] = ["street"], ["companyName"] = ["o"],
        },
        ["member", "uniqueMember"]);

    /// <summary>Active Directory.</summary>
    public static LdapKind ActiveDirectory { get; } = new(
        "objectGUID",
        IsBinaryKey: true,
        "(&(objectCategory=person)(objectClass=user))",
        "(objectClass=group)",
        new Dictionary<string, string[]>(InBoth, StringComparer.Ordinal)
        {
            ["userPrincipalName"] = ["userPrincipalName", "sAMAccountName"], ["department"] = ["department"], ["companyName"] = ["company"], ["employeeId"] = ["employeeID"], ["streetAddress"] = ["streetAddress"], ["country"] = ["co"],
        },
        ["member"]);

    /// <summary>The kind of a name in the settings.</summary>
    public static LdapKind Of(string name) => name == "ad" ? ActiveDirectory : OpenLdap;
}
