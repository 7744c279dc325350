using Berth.Ledger;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>Who gets a token: checks a client-credentials request (RFC 6749, 4.4) in the order of <see cref="TokenRefusalCode"/>.</summary>
internal sealed class TokenRequestRules(LedgerDoor ledger, AppRegistrations apps, OwnAddresses addresses)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    private const string DefaultSuffix = "/.default";

    /// <inheritdoc/>
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        HttpContext http = context.Transaction.HttpContext();
        TokenExchange exchange = TokenExchange.Of(http);
        exchange.Refusal = Check(context, exchange, http.Request);
        if (exchange.Refusal is { } refusal)
        {
            context.Reject(refusal.Error);
        }

        return ValueTask.CompletedTask;
    }

    private TokenRefusal? Check(ValidateTokenRequestContext context, TokenExchange exchange, HttpRequest request)
    {
        foreach (string name in (ReadOnlySpan<string>)[Parameters.GrantType, Parameters.ClientId, Parameters.ClientSecret, Parameters.Scope])
        {
            if (request.Form[name].Count > 1)
            {
                return new TokenRefusal(TokenRefusalCode.ParameterInvalid, $"The parameter '{name}' is given twice.");
            }
        }

        if (Missing(Parameters.GrantType, context.Request.GrantType) is { } noGrant)
        {
            return noGrant;
        }

        if (context.Request.GrantType != GrantTypes.ClientCredentials)
        {
            return new TokenRefusal(TokenRefusalCode.GrantUnsupported, Shown(context.Request.GrantType!));
        }

        TenantDesk? tenant = exchange.FindTenant(ledger);
        if (tenant is null && !exchange.AnyTenant)
        {
            return new TokenRefusal(TokenRefusalCode.TenantNotFound, Shown(exchange.TenantName));
        }

        if ((Missing(Parameters.ClientId, context.Request.ClientId) ?? Missing(Parameters.Scope, context.Request.Scope)) is { } missing)
        {
            return missing;
        }

        string scope = context.Request.Scope!;
        if (scope.Contains(' ', StringComparison.Ordinal) || !scope.EndsWith(DefaultSuffix, StringComparison.Ordinal))
        {
            return new TokenRefusal(TokenRefusalCode.ScopeInvalid, Shown(scope));
        }

        string resource = scope[..^DefaultSuffix.Length].TrimEnd('/');
        if (!addresses.IsGraph(resource, request))
        {
            return new TokenRefusal(TokenRefusalCode.ResourceUnknown, Shown(resource));
        }

        if (!Guid.TryParseExact(context.Request.ClientId, "D", out Guid clientId)
            || apps.Find(clientId) is not { } app
            || (tenant is not null && app.TenantId != tenant.Id))
        {
            return new TokenRefusal(TokenRefusalCode.ClientUnknown, Shown(context.Request.ClientId!));
        }

        if (!string.IsNullOrEmpty(context.Request.ClientAssertion))
        {
            return new TokenRefusal(TokenRefusalCode.AssertionUnsupported);
        }

        if (string.IsNullOrEmpty(context.Request.ClientSecret))
        {
            return new TokenRefusal(TokenRefusalCode.SecretMissing);
        }

        if (!app.Secret.Matches(context.Request.ClientSecret))
        {
            return new TokenRefusal(TokenRefusalCode.SecretWrong, app.ClientId.ToString());
        }

        exchange.App = app;
        return null;
    }

    private static TokenRefusal? Missing(string name, string? value) =>
        string.IsNullOrEmpty(value) ? new TokenRefusal(TokenRefusalCode.ParameterMissing, name) : null;

    // What a stranger sent is shown back, but not at any length.
    private static string Shown(string text) => text.Length <= 200 ? text : text[..200];
}
