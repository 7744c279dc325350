using System.Globalization;
using System.Text.Json;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>Dresses the answer of the token endpoint as Entra's: lifetimes, or the number and ids of an error.</summary>
internal sealed class TokenAnswer(SigningKeys keys, RefreshTokens refreshTokens, TimeProvider time) : IOpenIddictServerHandler<ApplyTokenResponseContext>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        HttpContext http = context.Transaction.HttpContext();
        (Guid trace, Guid correlation) = Identify(http);
        OpenIddictResponse response = context.Response;
        TokenExchange exchange = TokenExchange.Of(http);
        if (string.IsNullOrEmpty(response.Error))
        {
            response.ExpiresIn = (long)TokenWriter.Lifetime.TotalSeconds;
            response.SetParameter("ext_expires_in", (long)TokenWriter.Lifetime.TotalSeconds);
            AddOfPerson(response, exchange, http);
            return ValueTask.CompletedTask;
        }

        TokenRefusal refusal = exchange.Refusal ?? (HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType
            ? new TokenRefusal(TokenRefusalCode.ParameterInvalid, response.ErrorDescription ?? "The request is not valid.")
            : new TokenRefusal(TokenRefusalCode.NotAForm));
        refusal.Describe(response, trace, correlation, time.GetUtcNow());
        return ValueTask.CompletedTask;
    }

    // What a person's sign-in brings beside the access token.
    private void AddOfPerson(OpenIddictResponse response, TokenExchange exchange, HttpContext http)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (exchange.IsVersion1)
        {
            response.SetParameter("expires_on", now.Add(TokenWriter.Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            response.SetParameter("resource", OwnAddresses.Graph);
        }

        if (exchange is not { Person: { } person, Scopes: { } scopes, App: { } app })
        {
            return;
        }

        response.Scope = scopes.Text(exchange.Granted);
        if (scopes.OfflineAccess || exchange.IsVersion1)
        {
            response.RefreshToken = refreshTokens.Make(person, app, scopes);
        }

        if (scopes.OpenId || exchange.IsVersion1)
        {
            response.IdToken = TokenClaims.WriteIdToken(
                keys.Signer, app, person, exchange.Nonce, IdentityPaths.IssuerOf(http.Request, app.TenantId), now.UtcDateTime);
            response.SetParameter("client_info", TokenClaims.ClientInfo(person));
        }
    }

    /// <summary>Answers a request that OpenIddict does not get to see.</summary>
    public static async Task WriteAsync(HttpContext http, TokenRefusal refusal, int status)
    {
        (Guid trace, Guid correlation) = Identify(http);
        OpenIddictResponse response = new();
        refusal.Describe(response, trace, correlation, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await using Utf8JsonWriter json = new(http.Response.BodyWriter);
        response.WriteTo(json);
    }

    private static (Guid Trace, Guid Correlation) Identify(HttpContext http)
    {
        Guid trace = Guid.NewGuid();
        http.Response.Headers["x-ms-request-id"] = trace.ToString();
        if (!Guid.TryParseExact(http.Request.Headers["client-request-id"], "D", out Guid correlation))
        {
            return (trace, trace);
        }

        http.Response.Headers["client-request-id"] = correlation.ToString();
        return (trace, correlation);
    }
}
