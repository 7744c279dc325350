using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Berth.Graph.Requests;
using Berth.Ledger;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>
/// Who gets a token: checks a request in the order of <see cref="TokenRefusalCode"/>: client credentials (RFC 6749, 4.4), a password (4.3), a refresh
/// token (6), an authorization code (4.1.3, RFC 7636) or a device code (RFC 8628, 3.4).
/// </summary>
internal sealed class TokenRequestRules(
    LedgerDoor ledger,
    AppRegistrations apps,
    OwnAddresses addresses,
    ClientAssertions assertions,
    SignIn signIn,
    Administrators administrators,
    RefreshTokens refreshTokens,
    AuthorizationCodes codes,
    WaitingDevices devices)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    /// <summary>Entra takes the short name too; Azure.Identity sends it.</summary>
    private const string ShortDeviceCode = "device_code";
    private const string DefaultSuffix = "/.default";

    private static readonly string[] Single =
    [
        Parameters.GrantType, Parameters.ClientId, Parameters.ClientSecret, Parameters.Scope, Parameters.ClientAssertion, Parameters.ClientAssertionType,
        Parameters.Username, Parameters.Password, Parameters.RefreshToken, Parameters.Code, Parameters.CodeVerifier, Parameters.RedirectUri, Parameters.DeviceCode,
    ];

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        HttpContext http = context.Transaction.HttpContext();
        TokenExchange exchange = TokenExchange.Of(http);
        exchange.Refusal = await CheckAsync(exchange, http).ConfigureAwait(false);
        if (exchange.Refusal is { } refusal)
        {
            context.Reject(refusal.Error);
        }
    }

    /// <summary>What a stranger sent is shown back, but not at any length.</summary>
    public static string Shown(string text) => text.Length <= 200 ? text : text[..200];

    /// <summary>The application of a request for a person's grant, in the tenant of the path.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="clientId">The application as it calls itself.</param>
    /// <param name="grant">The way in which it asks.</param>
    public (AppRegistration? App, TokenRefusal? Refusal) FindApp(TokenExchange exchange, string? clientId, string grant)
    {
        TenantDesk? tenant = exchange.FindTenant(ledger);
        if (tenant is null && !exchange.AnyTenant)
        {
            return (null, new TokenRefusal(TokenRefusalCode.TenantNotFound, Shown(exchange.TenantName)));
        }

        if (Missing(Parameters.ClientId, clientId) is { } missing)
        {
            return (null, missing);
        }

        if (!Guid.TryParseExact(clientId, "D", out Guid id))
        {
            return (null, new TokenRefusal(TokenRefusalCode.ClientUnknown, Shown(clientId!)));
        }

        // The admin center is at home in every tenant; when the path names none, who signs in decides it (B604).
        if (id == PortalApplication.ClientId)
        {
            return grant is GrantTypes.AuthorizationCode or GrantTypes.RefreshToken
                ? (PortalApplication.In(tenant?.Id ?? PortalApplication.AnyTenant), null)
                : (null, new TokenRefusal(TokenRefusalCode.GrantNotOfPortal, Shown(grant)));
        }

        // Of a tenant that was removed another node may know applications for a while (B744).
        return apps.Find(id) is { } app && (tenant is null ? ledger.Find(app.TenantId) is not null : app.TenantId == tenant.Id)
            ? (app, null)
            : (null, new TokenRefusal(TokenRefusalCode.ClientUnknown, Shown(clientId!)));
    }

    private async ValueTask<TokenRefusal?> CheckAsync(TokenExchange exchange, HttpContext http)
    {
        foreach (string name in Single)
        {
            if (http.Request.Form[name].Count > 1)
            {
                return new TokenRefusal(TokenRefusalCode.ParameterInvalid, $"The parameter '{name}' is given twice.");
            }
        }

        OpenIddictRequest asked = exchange.Asked;
        if (Missing(Parameters.GrantType, asked.GrantType) is { } noGrant)
        {
            return noGrant;
        }

        bool ofApplication = asked.GrantType == GrantTypes.ClientCredentials;
        if (!ofApplication && asked.GrantType is not (GrantTypes.Password or GrantTypes.RefreshToken or GrantTypes.AuthorizationCode or GrantTypes.DeviceCode or ShortDeviceCode))
        {
            return new TokenRefusal(TokenRefusalCode.GrantUnsupported, Shown(asked.GrantType!));
        }

        // Version 1 names a resource where version 2 names scopes.
        string? scope = exchange.IsVersion1 && http.Request.Form["resource"].ToString() is { Length: > 0 } resource ? resource.TrimEnd('/') + DefaultSuffix : asked.Scope;
        if (ofApplication)
        {
            return OfApplicationScope(exchange, asked, scope, http.Request) ?? await AuthenticateAsync(exchange, http, required: true).ConfigureAwait(false);
        }

        (AppRegistration? app, TokenRefusal? refusal) = FindApp(exchange, asked.ClientId, asked.GrantType!);
        exchange.App = app;
        return refusal
            ?? await AuthenticateAsync(exchange, http, required: false).ConfigureAwait(false)
            ?? (asked.GrantType switch
            {
                GrantTypes.Password => await OfPasswordAsync(exchange, http, scope).ConfigureAwait(false),
                GrantTypes.RefreshToken => await OfRefreshTokenAsync(exchange, http, scope).ConfigureAwait(false),
                GrantTypes.AuthorizationCode => await OfCodeAsync(exchange, http).ConfigureAwait(false),
                _ => await OfDeviceAsync(exchange, http).ConfigureAwait(false),
            })
            ?? Grant(exchange);
    }

    private TokenRefusal? OfApplicationScope(TokenExchange exchange, OpenIddictRequest asked, string? scope, HttpRequest request)
    {
        TenantDesk? tenant = exchange.FindTenant(ledger);
        if (tenant is null && !exchange.AnyTenant)
        {
            return new TokenRefusal(TokenRefusalCode.TenantNotFound, Shown(exchange.TenantName));
        }

        if ((Missing(Parameters.ClientId, asked.ClientId) ?? Missing(exchange.IsVersion1 ? Parameters.Resource : Parameters.Scope, scope)) is { } missing)
        {
            return missing;
        }

        if (scope!.Contains(' ', StringComparison.Ordinal) || !scope.EndsWith(DefaultSuffix, StringComparison.Ordinal))
        {
            return new TokenRefusal(TokenRefusalCode.ScopeInvalid, Shown(scope));
        }

        string resource = scope[..^DefaultSuffix.Length].TrimEnd('/');
        if (!addresses.IsGraph(resource, request))
        {
            return new TokenRefusal(TokenRefusalCode.ResourceUnknown, Shown(resource));
        }

        (exchange.App, TokenRefusal? refusal) = FindApp(exchange, asked.ClientId, GrantTypes.ClientCredentials);
        return refusal;
    }

    // A program on a person's machine keeps no secret: where a person signs in, none is asked for, but one that is shown must be right.
    private async ValueTask<TokenRefusal?> AuthenticateAsync(TokenExchange exchange, HttpContext http, bool required)
    {
        AppRegistration app = exchange.App!;
        OpenIddictRequest asked = exchange.Asked;
        if (!string.IsNullOrEmpty(asked.ClientAssertion))
        {
            if (asked.ClientAssertionType != ClientAssertions.Type)
            {
                return new TokenRefusal(TokenRefusalCode.AssertionMalformed);
            }

            if (await assertions.CheckAsync(app, asked.ClientAssertion, http, exchange).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }
        }
        else if (!string.IsNullOrEmpty(asked.ClientSecret))
        {
            if (!app.Secret.Matches(asked.ClientSecret))
            {
                return new TokenRefusal(TokenRefusalCode.SecretWrong, app.ClientId.ToString());
            }
        }
        else
        {
            return required ? new TokenRefusal(TokenRefusalCode.SecretMissing) : null;
        }

        exchange.IsAuthenticated = true;
        return null;
    }

    private async ValueTask<TokenRefusal?> OfPasswordAsync(TokenExchange exchange, HttpContext http, string? scope)
    {
        OpenIddictRequest asked = exchange.Asked;
        if ((Missing(Parameters.Username, asked.Username) ?? Missing(Parameters.Password, asked.Password) ?? Missing(Parameters.Scope, scope)) is { } missing)
        {
            return missing;
        }

        (exchange.Scopes, TokenRefusal? refusal) = AskedScopes.Read(scope!, addresses, http.Request);
        if (refusal is not null)
        {
            return refusal;
        }

        (exchange.Person, refusal) = await signIn.CheckAsync(exchange.App!.TenantId, asked.Username!, asked.Password!, http.RequestAborted).ConfigureAwait(false);
        return refusal;
    }

    private async ValueTask<TokenRefusal?> OfRefreshTokenAsync(TokenExchange exchange, HttpContext http, string? scope)
    {
        if (Missing(Parameters.RefreshToken, exchange.Asked.RefreshToken) is { } missing)
        {
            return missing;
        }

        (RefreshTokens.Note? note, TokenRefusal? refusal) = await refreshTokens.ReadAsync(exchange.Asked.RefreshToken!, exchange.App!).ConfigureAwait(false);
        if (note is null)
        {
            return refusal;
        }

        // Entra's refresh tokens are the program's, not the scopes': it may ask for others.
        (exchange.Scopes, refusal) = AskedScopes.Read(string.IsNullOrEmpty(scope) ? note.Scope : scope, addresses, http.Request);
        if (refusal is not null)
        {
            return refusal;
        }

        (exchange.Person, refusal) = await signIn.AgainAsync(note.TenantId, note.UserId, note.Stamp, http.RequestAborted).ConfigureAwait(false);
        return refusal;
    }

    private async ValueTask<TokenRefusal?> OfCodeAsync(TokenExchange exchange, HttpContext http)
    {
        OpenIddictRequest asked = exchange.Asked;
        if ((Missing(Parameters.Code, asked.Code) ?? Missing(Parameters.RedirectUri, asked.RedirectUri)) is { } missing)
        {
            return missing;
        }

        (GrantedCode? granted, TokenRefusal? refusal) = codes.Take(asked.Code!);
        if (granted is null)
        {
            return refusal;
        }

        if (granted.App.ClientId != exchange.App!.ClientId || (granted.App.TenantId != exchange.App.TenantId && exchange.App.TenantId != PortalApplication.AnyTenant))
        {
            return new TokenRefusal(TokenRefusalCode.GrantInvalid);
        }

        if (granted.RedirectUri != asked.RedirectUri)
        {
            return new TokenRefusal(TokenRefusalCode.RedirectMismatch);
        }

        // Without a challenge only the application itself may redeem the code.
        if (granted.Challenge is null ? !exchange.IsAuthenticated : !Meets(asked.CodeVerifier, granted.Challenge))
        {
            return new TokenRefusal(granted.Challenge is null ? TokenRefusalCode.SecretMissing : TokenRefusalCode.VerifierWrong);
        }

        (exchange.Scopes, exchange.Nonce) = (granted.Asked, granted.Nonce);
        (exchange.Person, refusal) = await signIn.AgainAsync(granted.Person.TenantId, granted.Person.Id, granted.Person.Stamp, http.RequestAborted).ConfigureAwait(false);
        return refusal;
    }

    private async ValueTask<TokenRefusal?> OfDeviceAsync(TokenExchange exchange, HttpContext http)
    {
        // The documentation of version 1 calls it code.
        string? code = exchange.Asked.DeviceCode ?? exchange.Asked.Code;
        if (Missing(Parameters.DeviceCode, code) is { } missing)
        {
            return missing;
        }

        (WaitingDevice? device, TokenRefusal? refusal) = devices.Ask(code!, exchange.App!);
        if (device is null)
        {
            return refusal;
        }

        exchange.Scopes = device.Asked;
        SignedInPerson person = device.Person!;
        (exchange.Person, refusal) = await signIn.AgainAsync(person.TenantId, person.Id, person.Stamp, http.RequestAborted).ConfigureAwait(false);
        return refusal;
    }

    private TokenRefusal? Grant(TokenExchange exchange)
    {
        SignedInPerson person = exchange.Person!;
        if (exchange.App!.TenantId == PortalApplication.AnyTenant)
        {
            exchange.App = PortalApplication.In(person.TenantId);
        }

        exchange.Roles = [.. administrators.RolesOf(person.TenantId, person.Id).Union(ExternalSignIn.RolesOf(person.Stamp))];
        if (exchange.Scopes!.Granted(exchange.App!, DirectoryRole.Held(exchange.Roles)) is not { } granted)
        {
            return new TokenRefusal(TokenRefusalCode.ConsentMissing, exchange.App!.ClientId.ToString());
        }

        exchange.Granted = granted;
        return null;
    }

    private static bool Meets(string? verifier, string challenge) =>
        verifier is { Length: >= 43 and <= 128 }
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), Encoding.ASCII.GetBytes(challenge));

    private static TokenRefusal? Missing(string name, string? value) =>
        string.IsNullOrEmpty(value) ? new TokenRefusal(TokenRefusalCode.ParameterMissing, name) : null;
}
