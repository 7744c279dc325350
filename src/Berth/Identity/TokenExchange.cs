using Berth.Graph.Requests;
using Berth.Ledger;
using OpenIddict.Abstractions;

namespace Berth.Identity;

/// <summary>One request at the identity endpoints, from the rewritten path to the answer; lives in the request's features.</summary>
/// <param name="tenantName">The tenant as the path names it.</param>
internal sealed class TokenExchange(string tenantName)
{
    /// <summary>The tenant as the path names it: a GUID, a verified domain, <c>common</c> or <c>organizations</c>.</summary>
    public string TenantName { get; } = tenantName;

    /// <summary>Whether the path leaves it to the application which tenant is meant.</summary>
    public bool AnyTenant =>
        TenantName.Equals("common", StringComparison.OrdinalIgnoreCase) || TenantName.Equals("organizations", StringComparison.OrdinalIgnoreCase);

    /// <summary>The application, once its secret was right.</summary>
    public AppRegistration? App { get; set; }

    /// <summary>The request for a token as it came; OpenIddict sees a plainer one (<see cref="TokenRequestReading"/>).</summary>
    public OpenIddictRequest Asked { get; set; } = new();

    /// <summary>Whether it came to the endpoint of version 1, which names a resource instead of scopes.</summary>
    public bool IsVersion1 { get; set; }

    /// <summary>The person the token is for, once they are known; null for an application's own.</summary>
    public SignedInPerson? Person { get; set; }

    /// <summary>What the program asked for in the person's name.</summary>
    public AskedScopes? Scopes { get; set; }

    /// <summary>What of it is granted.</summary>
    public PermissionSet Granted { get; set; }

    /// <summary>The roles of the person.</summary>
    public IReadOnlyList<DirectoryRole> Roles { get; set; } = [];

    /// <summary>Goes into the id token.</summary>
    public string? Nonce { get; set; }

    /// <summary>Whether the application showed a secret or an assertion.</summary>
    public bool IsAuthenticated { get; set; }

    /// <summary>Why there is no token.</summary>
    public TokenRefusal? Refusal { get; set; }

    /// <summary>The exchange that a request is.</summary>
    public static TokenExchange Of(HttpContext http) =>
        http.Features.Get<TokenExchange>() ?? throw new InvalidOperationException("The request came past the identity paths.");

    /// <summary>The tenant the path names, or null when there is none or the path leaves it open.</summary>
    public TenantDesk? FindTenant(LedgerDoor ledger) =>
        Guid.TryParseExact(TenantName, "D", out Guid id) ? ledger.Find(id) : AnyTenant ? null : ledger.FindByDomain(TenantName);
}
