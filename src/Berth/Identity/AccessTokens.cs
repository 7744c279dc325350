using System.Security.Cryptography;
using System.Text;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>
/// Reads the token of a request. A good token is checked once and remembered by its hash until it ends, so that a request costs a
/// look-up; on a connection that sends the same token again, not even that.
/// </summary>
internal sealed class AccessTokens(SigningKeys keys, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    private static readonly object ConnectionSlot = new();

    private readonly JsonWebTokenHandler _reader = new() { MapInboundClaims = false };
    private readonly TokenMemory _memory = new(time);
    private readonly TokenValidationParameters _rules = new()
    {
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
        ValidTypes = ["JWT"],
        ValidAudience = OwnAddresses.Graph,

        // The issuer carries the host the client used and the time is the caller's: both are checked here by hand.
        ValidateIssuer = false,
        ValidateLifetime = false,
    };

    /// <summary>Tokens remembered now.</summary>
    public int Remembered => _memory.Count;

    /// <summary>Who sends a request, or why nobody knows.</summary>
    public ValueTask<Authentication> AuthenticateAsync(HttpContext context)
    {
        string? header = context.Request.Headers.Authorization;
        if (string.IsNullOrEmpty(header) || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length == Scheme.Length)
        {
            return ValueTask.FromResult<Authentication>(Refuse(context, "Access token is empty.", null));
        }

        DateTimeOffset now = time.GetUtcNow();

        // Kestrel hands out the same string again while a connection repeats a header.
        LastToken last = LastOf(context);
        if (ReferenceEquals(last.Header, header) && last.Good is { } known && now < known.Ends && known.Forgotten == keys.Forgotten)
        {
            return ValueTask.FromResult<Authentication>(known.Caller);
        }

        TokenHash hash = TokenHash.Of(header.AsSpan(Scheme.Length));
        if (_memory.Find(hash) is { } remembered && now < remembered.Ends && remembered.Forgotten == keys.Forgotten)
        {
            last.Set(header, remembered);
            return ValueTask.FromResult<Authentication>(remembered.Caller);
        }

        return CheckAsync(context, header, hash, last);
    }

    private async ValueTask<Authentication> CheckAsync(HttpContext context, string header, TokenHash hash, LastToken last)
    {
        string text = header[Scheme.Length..].Trim();
        int forgotten = keys.Forgotten;
        TokenValidationParameters rules = _rules.Clone();
        rules.IssuerSigningKey = await keys.FindOrReadAsync(KeyId.Of(_reader, text)).ConfigureAwait(false);
        TokenValidationResult result = await _reader.ValidateTokenAsync(text, rules).ConfigureAwait(false);
        if (!result.IsValid)
        {
            return Refuse(context, Reason(result.Exception), "invalid_token");
        }

        JsonWebToken token = (JsonWebToken)result.SecurityToken;
        DateTimeOffset now = time.GetUtcNow();
        if (now >= token.ValidTo)
        {
            return Refuse(context, "Lifetime validation failed, the token is expired.", "invalid_token");
        }

        if (now < token.ValidFrom)
        {
            return Refuse(context, "Lifetime validation failed, the token is not yet valid.", "invalid_token");
        }

        if (!token.TryGetPayloadValue("tid", out string tenant) || !Guid.TryParseExact(tenant, "D", out Guid tenantId)
            || !token.TryGetPayloadValue("appid", out string app) || !Guid.TryParseExact(app, "D", out Guid appId)
            || !token.TryGetPayloadValue("app_displayname", out string name)
            || ReadPermissions(token) is not { } permissions
            || !token.Issuer.EndsWith($"/{tenantId}/v2.0", StringComparison.Ordinal))
        {
            return Refuse(context, "Access token validation failure. The token lacks a claim.", "invalid_token");
        }

        Caller caller = new(tenantId, appId, name, permissions.Person, permissions.Granted);
        GoodToken good = new(new Authentication.Known(caller), token.ValidTo, forgotten);
        _memory.Add(hash, good);
        last.Set(header, good);
        return good.Caller;
    }

    // Of an application the roles, of a person the scopes; a token that has neither is none of ours.
    private static (PermissionSet Granted, SignedInUser? Person)? ReadPermissions(JsonWebToken token) =>
        !token.TryGetPayloadValue("idtyp", out string kind) || kind != "user"
            ? token.TryGetPayloadValue("roles", out string[] roles) ? (PermissionSet.Known(roles), null) : null
            : token.TryGetPayloadValue("scp", out string scopes)
                && token.TryGetPayloadValue("oid", out string id) && Guid.TryParseExact(id, "D", out Guid userId)
                && token.TryGetPayloadValue("upn", out string userPrincipalName)
                    ? (PermissionSet.Known(scopes.Split(' ')), new SignedInUser(userId, userPrincipalName))
                    : null;

    private static string Reason(Exception? why) => why switch
    {
        SecurityTokenInvalidAudienceException => "Access token validation failure. Invalid audience.",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException =>
            "Access token validation failure. Invalid signature.",
        SecurityTokenInvalidTypeException => "Access token validation failure. The token is not an access token.",
        _ => "Access token validation failure. The token is not well formed.",
    };

    private static Authentication.Refused Refuse(HttpContext context, string message, string? error)
    {
        string authority = OwnAddresses.AuthorityOf(context) + "/common/oauth2/v2.0/authorize";
        string challenge = $"Bearer realm=\"\", authorization_uri=\"{authority}\"";
        return new Authentication.Refused(message, error is null ? challenge : $"{challenge}, error=\"{error}\", error_description=\"{message}\"");
    }

    private static LastToken LastOf(HttpContext context)
    {
        IDictionary<object, object?>? items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null)
        {
            return new LastToken();
        }

        if (!items.TryGetValue(ConnectionSlot, out object? last) || last is not LastToken found)
        {
            items[ConnectionSlot] = found = new LastToken();
        }

        return found;
    }

    /// <summary>The token a connection sent last; HTTP/1.1 has one request at a time on a connection.</summary>
    private sealed class LastToken
    {
        public string? Header { get; private set; }

        public GoodToken? Good { get; private set; }

        public void Set(string header, GoodToken good) => (Header, Good) = (header, good);
    }
}

/// <summary>A token that was checked.</summary>
/// <param name="Caller">What it says.</param>
/// <param name="Ends">The first moment at which it is no longer good.</param>
/// <param name="Forgotten">How many keys had gone when it was checked: with another its own may be gone (B734).</param>
internal sealed record GoodToken(Authentication.Known Caller, DateTimeOffset Ends, int Forgotten = 0);

/// <summary>Which key a token says it was signed with.</summary>
internal static class KeyId
{
    /// <summary>The <c>kid</c> of a token; null when it has none or is no token.</summary>
    public static string? Of(JsonWebTokenHandler reader, string text)
    {
        if (!reader.CanReadToken(text))
        {
            return null;
        }

        try
        {
            return reader.ReadJsonWebToken(text).Kid;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
        {
            // Three parts that are no JSON, or five that are no Base64: the check of the whole says so.
            return null;
        }
    }
}

/// <summary>SHA-256 of a token: what is remembered is not what could be stolen.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The hash of a token's text.</summary>
    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        Span<byte> bytes = token.Length <= 4096 ? stackalloc byte[token.Length] : new byte[token.Length];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];

        // A character beyond ASCII makes no token: it becomes a question mark, and the hash is that of no good token.
        int written = Encoding.ASCII.GetBytes(token, bytes);
        SHA256.HashData(bytes[..written], hash);
        return new TokenHash(
            BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]), BitConverter.ToUInt64(hash[16..]), BitConverter.ToUInt64(hash[24..]));
    }
}
