using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Berth.Identity;

/// <summary>
/// Tokens for programs that are given none: <c>GET /msi/token</c> as App Service has it, and <c>GET /metadata/identity/oauth2/token</c> as a virtual
/// machine has it. Only for programs on this machine, only in a demo, whose secret everybody knows anyway, and only with the header that no page of
/// another site can send (B209).
/// </summary>
internal sealed class ManagedIdentity(AppRegistrations apps, OwnAddresses addresses, SigningKeys keys, TimeProvider time)
{
    private const string AppServicePath = "/msi/token";
    private const string MachinePath = "/metadata/identity/oauth2/token";

    /// <summary>Whether a path is one of the two.</summary>
    public static bool Answers(PathString path) => path.Equals(AppServicePath, StringComparison.OrdinalIgnoreCase) || path.Equals(MachinePath, StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers a request at one of the two.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        bool isMachine = context.Request.Path.Equals(MachinePath, StringComparison.OrdinalIgnoreCase);
        AppRegistration? app = apps.Passing;
        IQueryCollection query = context.Request.Query;
        string wanted = query["client_id"].ToString() is { Length: > 0 } client ? client : query["clientid"].ToString();
        string version = query["api-version"].ToString();
        string resource = query["resource"].ToString().TrimEnd('/');
        bool hasHeader = isMachine
            ? context.Request.Headers["Metadata"].ToString().Equals("true", StringComparison.OrdinalIgnoreCase)
            : context.Request.Headers["X-IDENTITY-HEADER"].ToString().Length > 0 || context.Request.Headers["Secret"].ToString().Length > 0;
        string? problem =
            app is null || context.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(peer) || !OwnAddresses.IsLoopback(context.Request.Host.Host)
                ? "No managed identity is here: there is one for programs on the machine of a demo (berth serve --demo), at its loopback address."
            : !HttpMethods.IsGet(context.Request.Method) ? "A managed identity is asked with GET."
            : !hasHeader ? isMachine ? "Required metadata header not specified: send Metadata: true." : "The header X-IDENTITY-HEADER is missing."
            : version.Length == 0 ? "The parameter api-version is missing."
            : !(isMachine ? version is "2018-02-01" or "2019-08-01" or "2021-02-01" : version is "2019-08-01" or "2017-09-01")
                ? $"The api-version '{TokenRequestRules.Shown(version)}' is not supported."
            : resource.Length == 0 ? "The parameter resource is missing."
            : !addresses.IsGraph(resource, context.Request) ? $"The resource '{TokenRequestRules.Shown(resource)}' was not found: ask for https://graph.microsoft.com."
            : wanted.Length > 0 && !wanted.Equals(app.ClientId.ToString(), StringComparison.OrdinalIgnoreCase) ? "Identity not found: the demo's client is the only one."
            : null;

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        json.WriteStartObject();
        if (problem is not null)
        {
            json.WriteNumber("statusCode", context.Response.StatusCode);
            json.WriteString("error", "invalid_request");
            json.WriteString("error_description", problem);
            json.WriteString("message", problem);
            json.WriteEndObject();
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        json.WriteString("access_token", TokenClaims.WriteAccessToken(keys.Signer, app!, IdentityPaths.IssuerOf(context.Request, app!.TenantId), now.UtcDateTime));
        json.WriteString("client_id", app.ClientId);
        json.WriteString("expires_in", ((long)TokenClaims.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        json.WriteString("expires_on", now.Add(TokenClaims.Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        json.WriteString("not_before", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        json.WriteString("resource", resource);
        json.WriteString("token_type", "Bearer");
        json.WriteEndObject();
    }
}
