using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>
/// Refresh tokens: signed notes of ours to ourselves, so that they outlive a restart and take no place. As Entra's they may be used again until they end, and
/// end early with the user, the account or the password (B206).
/// </summary>
internal sealed class RefreshTokens(SigningKeys keys, TimeProvider time)
{
    private const string Type = "rt+jwt";
    private const string Audience = "urn:berth:refresh";

    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };

    /// <summary>A token for a person and a program.</summary>
    public string Make(SignedInPerson person, AppRegistration app, AskedScopes asked)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return _tokens.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + IdentityLimits.RefreshToken,
            SigningCredentials = keys.Signer,
            Claims = new Dictionary<string, object>
            {
                ["tid"] = person.TenantId.ToString(),
                ["oid"] = person.Id.ToString(),
                ["appid"] = app.ClientId.ToString(),
                ["stamp"] = person.Stamp,
                ["scp"] = asked.ToString(),
            },
        });
    }

    /// <summary>What a token says, whether or not that is still true of the user; a refusal when it is none of ours, another program's, or over.</summary>
    public async ValueTask<(Note? Note, TokenRefusal? Refusal)> ReadAsync(string text, AppRegistration app)
    {
        TokenValidationResult result = await _tokens.ValidateTokenAsync(text, new TokenValidationParameters
        {
            IssuerSigningKey = await keys.FindOrReadAsync(KeyId.Of(_tokens, text)).ConfigureAwait(false),
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [Type],
            ValidAudience = Audience,
            ValidateIssuer = false,
            ValidateLifetime = false,
        }).ConfigureAwait(false);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token
            || !Guid.TryParseExact(Claim("tid"), "D", out Guid tenant) || !Guid.TryParseExact(Claim("oid"), "D", out Guid user)
            || Claim("appid") != app.ClientId.ToString() || (tenant != app.TenantId && app.TenantId != PortalApplication.AnyTenant))
        {
            return (null, new TokenRefusal(TokenRefusalCode.GrantInvalid));
        }

        return time.GetUtcNow() < token.ValidTo
            ? (new Note(tenant, user, Claim("stamp"), Claim("scp")), null)
            : (null, new TokenRefusal(TokenRefusalCode.RefreshTokenExpired));

        string Claim(string name) => token.TryGetPayloadValue(name, out string value) ? value : "";
    }

    /// <summary>What a refresh token says.</summary>
    internal sealed record Note(Guid TenantId, Guid UserId, string Stamp, string Scope);
}
