using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Serving;

namespace Berth.Identity;

/// <summary>
/// <c>POST /berth/v1/applications/{clientId}/certificates</c>: an application signs in with this certificate from now on. The body is the certificate in PEM;
/// the answer 201 <c>{clientId, thumbprint, notAfter}</c> (B211). Needs <c>Application.ReadWrite.All</c>, in the application's own tenant.
/// </summary>
internal sealed class ApplicationCertificates(AppRegistrations apps, IdentityRecord record, TimeProvider time)
{
    /// <summary>The largest body, in bytes.</summary>
    public const int LongestBody = 16 * 1024;

    /// <summary>RSA keys outside of these are refused: too weak, or so long that checking them is work for free.</summary>
    private const int LeastKeyBits = 2048, MostKeyBits = 8192;

    private static GraphError TooMany => GraphError.BadRequest("certificateTooMany", $"An application has at most {IdentityLimits.Certificates} certificates.");

    /// <summary>Answers its route: an application of the caller's own tenant gets a certificate.</summary>
    public Task<GraphError?> AnswerAsync(HttpContext context, Caller caller, RouteKeys keys) =>
        Guid.TryParseExact(keys.First, "D", out Guid id) && apps.Find(id) is { } app && app.TenantId == caller.TenantId
            ? AddAsync(context, caller, app)
            : Task.FromResult<GraphError?>(GraphError.NotFound(TokenRequestRules.Shown(keys.First)));

    private async Task<GraphError?> AddAsync(HttpContext context, Caller caller, AppRegistration app)
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
                return TooMany;
            }

            await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.CertificateAdded, app.ClientId, app.DisplayName, $"certificate {own.Thumbprint}").ConfigureAwait(false);
            bool isRoom = true;
            bool isThere = await apps.ChangeAsync(
                app.ClientId,
                before =>
                {
                    isRoom = before.Certificates.Contains(raw) || before.Certificates.Count < IdentityLimits.Certificates;
                    return !isRoom || before.Certificates.Contains(raw) ? before : before with { Certificates = [.. before.Certificates, raw] };
                },
                CancellationToken.None).ConfigureAwait(false);
            if (!isRoom || !isThere)
            {
                return isRoom ? GraphError.NotFound(app.ClientId.ToString()) : TooMany;
            }
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
