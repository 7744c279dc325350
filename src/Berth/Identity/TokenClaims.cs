using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>The claims of access and id tokens (protocol 4.4, 5.9).</summary>
internal static class TokenClaims
{
    /// <summary>How long a token is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3599);

    /// <summary>What Entra's tokens say of every member beside their roles: the template id of the role User.</summary>
    private const string EveryMember = "b79fbf4d-3ef9-4689-8143-76b194e85509";

    /// <summary>How far before its making a token is good, so that a node whose clock lags takes it.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    private static readonly JsonWebTokenHandler Tokens = new();

    /// <summary>Makes a descriptor that of an access token: an application's own (<c>roles</c>), or in a person's name (<c>scp</c>).</summary>
    public static void Describe(SecurityTokenDescriptor token, AppRegistration app, TokenExchange exchange, string issuer, DateTime now)
    {
        Dictionary<string, object> claims = new()
        {
            ["app_displayname"] = app.DisplayName,
            ["appid"] = app.ClientId.ToString(),
            ["appidacr"] = exchange.Person is null || exchange.IsAuthenticated ? "1" : "0",
            ["tid"] = app.TenantId.ToString(),
            ["uti"] = NewId(),
            ["ver"] = "1.0",
        };
        if (exchange.Person is { } person)
        {
            claims["idtyp"] = "user";
            claims["name"] = person.DisplayName;
            claims["oid"] = person.Id.ToString();
            claims["scp"] = exchange.Scopes!.Text(exchange.Granted);
            claims["sub"] = person.Id.ToString();
            claims["unique_name"] = person.UserPrincipalName;
            claims["upn"] = person.UserPrincipalName;
            claims["wids"] = exchange.Roles.Select(role => role.TemplateId.ToString()).Append(EveryMember).ToArray();
        }
        else
        {
            claims["idtyp"] = "app";
            claims["oid"] = app.ObjectId.ToString();
            claims["roles"] = app.Permissions.Except(Graph.Requests.PermissionSet.OfPersons).ToArray();
            claims["sub"] = app.ObjectId.ToString();
        }

        Date(token, issuer, OwnAddresses.Graph, now);
        token.Subject = null;
        token.Claims = claims;
    }

    /// <summary>Writes an access token past OpenIddict, for a managed identity.</summary>
    public static string WriteAccessToken(SigningCredentials signer, AppRegistration app, string issuer, DateTime now)
    {
        SecurityTokenDescriptor token = new() { SigningCredentials = signer };
        Describe(token, app, new TokenExchange(app.TenantId.ToString()), issuer, now);
        return Tokens.CreateToken(token);
    }

    /// <summary>Writes an id token: who signed in, for the program to read (OpenID Connect Core, 2). Its audience is the program: Graph takes none.</summary>
    public static string WriteIdToken(SigningCredentials signer, AppRegistration app, SignedInPerson person, string? nonce, string issuer, DateTime now)
    {
        SecurityTokenDescriptor token = new()
        {
            SigningCredentials = signer,
            Claims = new Dictionary<string, object>
            {
                ["name"] = person.DisplayName,
                ["oid"] = person.Id.ToString(),
                ["preferred_username"] = person.UserPrincipalName,
                ["sub"] = person.Id.ToString(),
                ["tid"] = person.TenantId.ToString(),
                ["uti"] = NewId(),
                ["ver"] = "2.0",
            },
        };
        if (nonce is not null)
        {
            token.Claims["nonce"] = nonce;
        }

        Date(token, issuer, app.ClientId.ToString(), now);
        return Tokens.CreateToken(token);
    }

    /// <summary>Who signed in, as MSAL keeps its accounts.</summary>
    public static string ClientInfo(SignedInPerson person) =>
        Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes($"{{\"uid\":\"{person.Id}\",\"utid\":\"{person.TenantId}\"}}"));

    private static void Date(SecurityTokenDescriptor token, string issuer, string audience, DateTime now)
    {
        token.TokenType = "JWT";
        token.Issuer = issuer;
        token.Audience = audience;
        token.IssuedAt = now;
        token.NotBefore = now - Backdated;
        token.Expires = now + Lifetime;
    }

    private static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
}
