using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;
using Berth.Serving;

namespace Berth.Identity;

/// <summary>
/// <c>POST /berth/v1/applications/{clientId}/certificates</c>: an application signs in with this certificate from now on. The body is the certificate in PEM;
/// the answer 201 <c>{clientId, thumbprint, notAfter}</c> (B211). Needs <c>Application.ReadWrite.All</c>, in the application's own tenant.
/// </summary>
internal sealed class ApplicationCertificates(AppRegistrations apps, AccessTokens tokens, TimeProvider time, RequestDelegate next)
{
    /// <summary>The largest body, in bytes.</summary>
    public const int LongestBody = 16 * 1024;

    private const string Before = "/berth/v1/applications/";
    private const string After = "/certificates";

    /// <summary>RSA keys outside of these are refused: too weak, or so long that checking them is work for free.</summary>
    private const int LeastKeyBits = 2048, MostKeyBits = 8192;

    private static readonly PermissionSet Needed = PermissionSet.Of("Application.ReadWrite.All");

    /// <summary>Answers the path; everything else goes on.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (!path.StartsWith(Before, StringComparison.OrdinalIgnoreCase) || !path.EndsWith(After, StringComparison.OrdinalIgnoreCase) || path.Length <= Before.Length + After.Length)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        GraphError? error = await AnswerAsync(context, path[Before.Length..^After.Length]).ConfigureAwait(false);
        if (error is not null)
        {
            await context.WriteErrorAsync(error, time).ConfigureAwait(false);
        }
    }

    private async Task<GraphError?> AnswerAsync(HttpContext context, string clientId)
    {
        switch (await tokens.AuthenticateAsync(context).ConfigureAwait(false))
        {
            case Authentication.Refused refused:
                return GraphError.Unauthenticated(refused.Message, refused.Challenge);
            case Authentication.Known { Caller: var caller }:
                if (!HttpMethods.IsPost(context.Request.Method))
                {
                    return GraphError.MethodNotAllowed("POST");
                }

                if (!caller.Permissions.Covers(Needed))
                {
                    return GraphError.Denied;
                }

                return Guid.TryParseExact(clientId, "D", out Guid id) && apps.Find(id) is { } app && app.TenantId == caller.TenantId
                    ? await AddAsync(context, app).ConfigureAwait(false)
                    : GraphError.NotFound(TokenRequestRules.Shown(clientId));
            default:
                throw new InvalidOperationException("A caller is known or refused.");
        }
    }

    private async Task<GraphError?> AddAsync(HttpContext context, AppRegistration app)
    {
        if (await context.ReadBodyAsync(LongestBody).ConfigureAwait(false) is not { } body)
        {
            return GraphError.BodyTooLarge(LongestBody);
        }

        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(System.Text.Encoding.UTF8.GetString(body.Span));
        }
        catch (CryptographicException)
        {
            return GraphError.BadRequest("certificateInvalid", "The body is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----. Send the certificate, not its key.");
        }

        using X509Certificate2 own = certificate;
        using RSA? key = own.GetRSAPublicKey();
        if (key is null || key.KeySize is < LeastKeyBits or > MostKeyBits || time.GetUtcNow() >= own.NotAfter.ToUniversalTime())
        {
            return GraphError.BadRequest(
                "certificateInvalid", $"The certificate must have an RSA key of {LeastKeyBits} to {MostKeyBits} bits and not be over.");
        }

        Engine.Collections.ValueArray<byte> raw = [.. own.RawData];
        if (!app.Certificates.Contains(raw))
        {
            if (app.Certificates.Count >= IdentityLimits.Certificates)
            {
                return GraphError.BadRequest("certificateTooMany", $"An application has at most {IdentityLimits.Certificates} certificates.");
            }

            await apps.ChangeAsync(app.ClientId, before => before with { Certificates = [.. before.Certificates, raw] }, CancellationToken.None).ConfigureAwait(false);
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json; charset=utf-8";
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("clientId", app.ClientId);
        json.WriteString("thumbprint", own.Thumbprint);
        json.WriteString("notAfter", own.NotAfter.ToUniversalTime());
        json.WriteEndObject();
        return null;
    }
}
