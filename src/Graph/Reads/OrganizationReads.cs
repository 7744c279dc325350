using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>The organization: a collection of one, the tenant itself.</summary>
internal static class OrganizationReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    private static readonly Shape<OrganizationRow> Domain = new(
        "verifiedDomain",
        new TextProperty<OrganizationRow>("capabilities", static _ => "Email, OfficeCommunicationsOnline"),
        new FlagProperty<OrganizationRow>("isDefault", static _ => true),
        new FlagProperty<OrganizationRow>("isInitial", static _ => true),
        new TextProperty<OrganizationRow>("name", static row => row.Tenant.Profile.Domain),
        new TextProperty<OrganizationRow>("type", static _ => "Managed"));

    /// <summary>How they are answered.</summary>
    public static Resource<OrganizationRow> Organizations { get; } = new(
        Shape<OrganizationRow>.Entity(
            "organization",
            [
                new ObjectIdProperty<OrganizationRow>("id", static row => row.Tenant.Profile.Id) { IsDefault = true },
                new TimeProperty<OrganizationRow>("deletedDateTime", static _ => null) { IsDefault = true },
                new TextProperty<OrganizationRow>("countryLetterCode", static row => row.Tenant.Profile.Country) { IsDefault = true },
                new TimeProperty<OrganizationRow>("createdDateTime", static row => row.Tenant.Profile.CreatedAt) { IsDefault = true },
                new TextProperty<OrganizationRow>("displayName", static row => row.Tenant.Profile.DisplayName) { IsDefault = true },
                new FlagProperty<OrganizationRow>("onPremisesSyncEnabled", static _ => null) { IsDefault = true },
                new TextProperty<OrganizationRow>("tenantType", static _ => "AAD") { IsDefault = true },
                new PartsProperty<OrganizationRow, OrganizationRow>("verifiedDomains", Domain, static row => [row]) { IsDefault = true },
            ]),
        "organization",
        QueryOptions.Select);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/organization", Read, static (tenant, request, _) =>
            Organizations.Page(request, (_, after) => (after < 0 ? [new OrganizationRow(tenant)] : [], 1))),
        new(GraphMethod.Get, "/organization/{organization}", Read, static (tenant, request, keys) =>
            Guid.TryParse(keys[0], out Guid id) && id == tenant.Profile.Id
                ? Organizations.One(request, new OrganizationRow(tenant))
                : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
    ];
}
