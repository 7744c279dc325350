using Berth.Graph.Queries;

namespace Berth.Graph.Reads;

/// <summary>
/// What can be asked about each property of users and groups (L155, L157): one row a property, from Graph's tables of filters and
/// sorting. Where two editions of the tables differ, the more generous one counts (B161).
/// </summary>
internal static class DirectoryCapabilities
{
    private static readonly Capability Plain = new(Support.Default, Support.Default, Support.Default);
    private static readonly Capability Sortable = Plain with { Sorted = Support.Default };
    private static readonly Capability Exact = new(Support.Default, Support.Advanced, Support.Advanced);
    private static readonly Capability Advanced = new(Support.Advanced, Support.Advanced, Support.Advanced);

    private static readonly KeyValuePair<string, Capability>[] OfUser =
    [
        new("accountEnabled", Exact),
        new("assignedLicenses", Plain),
        new("assignedPlans", Plain),
        new("businessPhones", Plain),
        new("city", Plain),
        new("companyName", Advanced),
        new("country", Plain),
        new("createdDateTime", Plain),
        new("deletedDateTime", Plain with { Sorted = Support.Advanced }),
        new("department", Plain),
        new("displayName", Sortable),
        new("employeeHireDate", Advanced),
        new("employeeId", Plain with { Ordered = Support.Advanced }),
        new("employeeType", Advanced),
        new("faxNumber", Advanced),
        new("givenName", Plain),
        new("id", Plain),
        new("jobTitle", Plain),

        // B71 wants it; Graph's tables do not have it.
        new("licenseAssignmentStates", Plain),
        new("mail", Plain),
        new("mailNickname", Plain),
        new("mobilePhone", Advanced),
        new("officeLocation", Advanced),
        new("onPremisesDistinguishedName", Advanced),
        new("onPremisesExtensionAttributes", Advanced),
        new("onPremisesImmutableId", Exact),
        new("onPremisesSecurityIdentifier", Exact),
        new("onPremisesSyncEnabled", Exact),
        new("otherMails", Plain),
        new("passwordPolicies", Advanced),
        new("postalCode", Advanced),
        new("preferredLanguage", Advanced),
        new("provisionedPlans", Advanced),
        new("proxyAddresses", Plain),
        new("state", Plain),
        new("streetAddress", Advanced),
        new("surname", Plain),
        new("usageLocation", Plain),
        new("userPrincipalName", Sortable),
        new("userType", Exact),
    ];

    private static readonly KeyValuePair<string, Capability>[] OfGroup =
    [
        new("assignedLicenses", Plain),
        new("createdDateTime", Advanced),
        new("deletedDateTime", Plain with { Sorted = Support.Advanced }),
        new("description", Advanced),
        new("displayName", Sortable),
        new("groupTypes", Plain),
        new("hasMembersWithLicenseErrors", Exact),
        new("id", Plain),
        new("mail", Plain),
        new("mailEnabled", Exact),
        new("mailNickname", Plain),
        new("membershipRule", Plain),
        new("membershipRuleProcessingState", Exact),
        new("onPremisesSyncEnabled", Exact),
        new("proxyAddresses", Plain),
        new("resourceProvisioningOptions", Plain),
        new("securityEnabled", Exact),
    ];

    /// <summary>Of users.</summary>
    public static Capabilities User { get; } = new("User", OfUser);

    /// <summary>Of groups.</summary>
    public static Capabilities Group { get; } = new("Group", OfGroup);

    /// <summary>Of both together: what can be asked of either, and by default what needs no advanced query for either.</summary>
    public static Capabilities Member { get; } = new(
        "DirectoryObject",
        OfUser.Concat(OfGroup).GroupBy(row => row.Key).Select(rows => KeyValuePair.Create(rows.Key, rows.Select(row => row.Value).Aggregate(Either))));

    /// <summary>Of a kind that Berth has none of: nothing is left to refuse.</summary>
    public static Capabilities None(string resource, IEnumerable<string> properties) =>
        new(resource, properties.Select(name => KeyValuePair.Create(name, Sortable)));

    private static Capability Either(Capability one, Capability other) => new(
        (Support)Math.Max((byte)one.Equal, (byte)other.Equal),
        (Support)Math.Max((byte)one.StartsWith, (byte)other.StartsWith),
        (Support)Math.Max((byte)one.Ordered, (byte)other.Ordered),
        (Support)Math.Max((byte)one.Sorted, (byte)other.Sorted));
}
