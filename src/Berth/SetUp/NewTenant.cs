using System.Text.RegularExpressions;
using Berth.Engine;
using Berth.Engine.Catalog;

namespace Berth.SetUp;

/// <summary>A tenant as somebody wants it, as it comes in.</summary>
/// <param name="DisplayName">The organization's name.</param>
/// <param name="Domain">Its verified domain.</param>
/// <param name="Country">ISO 3166-1 alpha-2: where its users are who say nothing else.</param>
/// <param name="Kind"><c>production</c>, <c>emulator</c> or <c>demo</c>; null for the first.</param>
/// <param name="Administrator">Who administers it; without one only its first application gets in.</param>
internal sealed partial record NewTenant(string? DisplayName, string? Domain, string? Country, string? Kind = null, SetUpAdministrator? Administrator = null)
{
    /// <summary>The longest name of an organization, in characters.</summary>
    public const int LongestDisplayName = 256;

    /// <summary>The longest domain, in characters (RFC 1035, 2.3.4).</summary>
    public const int LongestDomain = 253;

    private static readonly TenantKind[] Kinds = [TenantKind.Production, TenantKind.Emulator, TenantKind.Demo];

    /// <summary>What is wrong with it, for people, or null. Asked before anything is done.</summary>
    public string? Problem() =>
        string.IsNullOrWhiteSpace(DisplayName) || DisplayName.Length > LongestDisplayName
            ? $"'displayName' must be the organization's name, 1 to {LongestDisplayName} characters."
        : Domain is null || Domain.Length > LongestDomain || !DomainName().IsMatch(Domain) ? "'domain' must be a domain name such as contoso.example."
        : !Countries.IsKnown(Country) ? $"'country' must be an ISO 3166-1 alpha-2 country code; '{Country}' is none."
        : KindOf() is null ? "'kind' must be 'production', 'emulator' or 'demo'."
        : FirstAdministrator.Problem(Administrator, Domain);

    /// <summary>The tenant, with an id that nothing has.</summary>
    public TenantProfile Profile() => new(Guid.NewGuid(), DisplayName!.Trim(), Domain!.ToLowerInvariant(), Country!.ToUpperInvariant(), KindOf()!.Value, default);

    /// <summary>A kind as it is written.</summary>
    public static string NameOf(TenantKind kind) => kind switch
    {
        TenantKind.Production => "production",
        TenantKind.Emulator => "emulator",
        TenantKind.Demo => "demo",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private TenantKind? KindOf() => Kind is null ? TenantKind.Production : Kinds.Cast<TenantKind?>().FirstOrDefault(one => NameOf(one!.Value) == Kind);

    [GeneratedRegex(@"^(?=.{4,253}\z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DomainName();
}
