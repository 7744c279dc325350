using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>
/// Whether an assertion is an application's own (RFC 7523, 3): signed with the key of a certificate it registered, about itself, for this authority, and not
/// over. It may come again until it ends, as at Entra: MSAL for Node sends one several times (B201).
/// </summary>
internal sealed class ClientAssertions(OwnAddresses addresses, TimeProvider time)
{
    /// <summary>The kind of assertion that is taken.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly JsonWebTokenHandler _reader = new() { MapInboundClaims = false };

    /// <summary>Null when it is good.</summary>
    public async ValueTask<TokenRefusal?> CheckAsync(AppRegistration app, string assertion, HttpContext http, TokenExchange exchange)
    {
        JsonWebToken token;
        try
        {
            token = _reader.ReadJsonWebToken(assertion);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or SecurityTokenException or System.Text.Json.JsonException)
        {
            return new TokenRefusal(TokenRefusalCode.AssertionMalformed);
        }

        if (FindCertificate(app, token) is not { } certificate)
        {
            return new TokenRefusal(TokenRefusalCode.AssertionUnverified, "The key was not found");
        }

        using X509Certificate2 own = certificate;
        TokenValidationResult result = await _reader.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = new X509SecurityKey(own),
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        }).ConfigureAwait(false);
        if (!result.IsValid)
        {
            return new TokenRefusal(TokenRefusalCode.AssertionUnverified, "The key was found, but the signature does not match");
        }

        string client = app.ClientId.ToString();
        if (!client.Equals(token.Issuer, StringComparison.OrdinalIgnoreCase) || !client.Equals(token.Subject, StringComparison.OrdinalIgnoreCase))
        {
            return new TokenRefusal(TokenRefusalCode.AssertionOfAnother);
        }

        DateTimeOffset now = time.GetUtcNow();
        if (!token.TryGetPayloadValue("exp", out long _) || now >= token.ValidTo + IdentityLimits.Skew || token.ValidTo > now + IdentityLimits.Assertion
            || token.ValidFrom > now + IdentityLimits.Skew || now >= own.NotAfter.ToUniversalTime() || now < own.NotBefore.ToUniversalTime())
        {
            return new TokenRefusal(TokenRefusalCode.AssertionOver);
        }

        return token.Audiences.Any(audience => IsForUs(audience, app, http, exchange)) ? null : new TokenRefusal(TokenRefusalCode.AssertionForAnother);
    }

    // By the hash of the certificate in one of the spellings that are about: SHA-256 or SHA-1 in Base64Url, or the hexadecimal thumbprint.
    private static X509Certificate2? FindCertificate(AppRegistration app, JsonWebToken token)
    {
        token.TryGetHeaderValue("x5t#S256", out string? sha256);
        foreach (Engine.Collections.ValueArray<byte> kept in app.Certificates)
        {
            ReadOnlySpan<byte> raw = kept.Span;
            byte[] long256 = SHA256.HashData(raw);
#pragma warning disable CA5350 // The name of a certificate, no protection: whoever found another one with this hash would still lack the key.
            byte[] short160 = SHA1.HashData(raw);
#pragma warning restore CA5350
            if (Base64Url.EncodeToString(long256) == sha256
                || Base64Url.EncodeToString(short160) == token.X5t
                || (sha256 is null && token.X5t is null or "" && token.Kid is { Length: > 0 } kid
                    && (kid.Equals(Convert.ToHexString(short160), StringComparison.OrdinalIgnoreCase)
                        || kid.Equals(Convert.ToHexString(long256), StringComparison.OrdinalIgnoreCase)
                        || kid == Base64Url.EncodeToString(short160) || kid == Base64Url.EncodeToString(long256))))
            {
                return X509CertificateLoader.LoadCertificate(raw);
            }
        }

        return null;
    }

    // The address of the token endpoint or the issuer, at a name of this authority, and of the tenant that is asked.
    private bool IsForUs(string audience, AppRegistration app, HttpContext http, TokenExchange exchange)
    {
        if (!Uri.TryCreate(audience, UriKind.Absolute, out Uri? uri) || !addresses.IsAuthority(uri, http.Request) || uri.Segments.Length < 2)
        {
            return false;
        }

        string tenant = uri.Segments[1].Trim('/');
        string rest = uri.AbsolutePath[(1 + tenant.Length)..].TrimEnd('/');
        return (tenant.Equals(exchange.TenantName, StringComparison.OrdinalIgnoreCase) || tenant.Equals(app.TenantId.ToString(), StringComparison.OrdinalIgnoreCase))
            && rest is IdentityPaths.Token or IdentityPaths.OldToken or "/v2.0" or "";
    }
}
