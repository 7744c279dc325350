using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>Names who the token is about; the token itself is written by <see cref="TokenWriter"/>.</summary>
internal sealed class TokenIssue : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        AppRegistration app = TokenExchange.Of(context.Transaction.HttpContext()).App!;
        ClaimsIdentity identity = new(TokenValidationParameters.DefaultAuthenticationType);
        identity.SetClaim(Claims.Subject, app.ObjectId.ToString());
        context.SignIn(new ClaimsPrincipal(identity));
        return ValueTask.CompletedTask;
    }
}

/// <summary>Writes the claims that Graph's clients read from an application's token, in the spelling of Entra.</summary>
internal sealed class TokenWriter(TimeProvider time) : IOpenIddictServerHandler<GenerateTokenContext>
{
    /// <summary>How long a token is good; the answer says it in <c>expires_in</c>.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3599);

    /// <summary>How far before its making a token is good, so that a node whose clock lags takes it.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        HttpContext http = context.Transaction.HttpContext();
        AppRegistration app = TokenExchange.Of(http).App!;
        DateTime now = time.GetUtcNow().UtcDateTime;
        SecurityTokenDescriptor token = context.SecurityTokenDescriptor;
        token.TokenType = "JWT";
        token.Issuer = IdentityPaths.IssuerOf(http.Request, app.TenantId);
        token.Audience = OwnAddresses.Graph;
        token.IssuedAt = now;
        token.NotBefore = now - Backdated;
        token.Expires = now + Lifetime;
        token.Subject = null;
        token.Claims = new Dictionary<string, object>
        {
            ["app_displayname"] = app.DisplayName,
            ["appid"] = app.ClientId.ToString(),
            ["appidacr"] = "1",
            ["idtyp"] = "app",
            ["oid"] = app.ObjectId.ToString(),
            ["roles"] = app.Permissions.ToArray(),
            ["sub"] = app.ObjectId.ToString(),
            ["tid"] = app.TenantId.ToString(),
            ["uti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            ["ver"] = "1.0",
        };
        return ValueTask.CompletedTask;
    }
}
