using System.Security.Claims;
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
        TokenExchange exchange = TokenExchange.Of(context.Transaction.HttpContext());
        ClaimsIdentity identity = new(TokenValidationParameters.DefaultAuthenticationType);
        identity.SetClaim(Claims.Subject, (exchange.Person?.Id ?? exchange.App!.ObjectId).ToString());
        context.SignIn(new ClaimsPrincipal(identity));
        return ValueTask.CompletedTask;
    }
}

/// <summary>Writes the claims that Graph's clients read from a token, in the spelling of Entra.</summary>
internal sealed class TokenWriter(SigningKeys keys, TimeProvider time) : IOpenIddictServerHandler<GenerateTokenContext>
{
    /// <summary>How long a token is good; the answer says it in <c>expires_in</c>.</summary>
    public static readonly TimeSpan Lifetime = TokenClaims.Lifetime;

    /// <inheritdoc/>
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        HttpContext http = context.Transaction.HttpContext();
        TokenExchange exchange = TokenExchange.Of(http);
        context.SecurityTokenDescriptor.SigningCredentials = keys.Signer;
        TokenClaims.Describe(
            context.SecurityTokenDescriptor, exchange.App!, exchange, IdentityPaths.IssuerOf(http.Request, exchange.App!.TenantId), time.GetUtcNow().UtcDateTime);
        return ValueTask.CompletedTask;
    }
}
