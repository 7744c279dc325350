using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>Where people sign in beside their password here, as <c>berth serve</c> was told (B739).</summary>
/// <param name="Issuer">The issuer: discovery lies below it, and every token names it.</param>
/// <param name="ClientId">What this Berth calls itself there.</param>
/// <param name="Secret">Its secret there; null for a public client, which the challenge protects.</param>
/// <param name="UserClaim">Which claim says who somebody is.</param>
/// <param name="RolesClaim">Which claim names roles; null when the issuer gives none.</param>
/// <param name="Roles">What a value of it means here.</param>
/// <param name="Only">Whether passwords are taken no more.</param>
internal sealed record ExternalIssuerOptions(
    Uri Issuer, string ClientId, string? Secret, ExternalUserClaim UserClaim, string? RolesClaim, IReadOnlyDictionary<string, DirectoryRole> Roles, bool Only)
{
    /// <summary>Without the secret, so that no message has it.</summary>
    public override string ToString() => Issuer.ToString();
}

/// <summary>Which claim of the issuer says who somebody is here.</summary>
internal enum ExternalUserClaim
{
    /// <summary><c>preferred_username</c> is the sign-in name.</summary>
    PreferredUsername,

    /// <summary><c>email</c> is the sign-in name, when the issuer says that it was verified.</summary>
    Email,

    /// <summary><c>oid</c> is the object id.</summary>
    ObjectId,

    /// <summary><c>sub</c> is the object id.</summary>
    Subject,
}

/// <summary>What an issuer said of somebody, checked: who, and the values of the claim for roles.</summary>
internal sealed record ExternalPerson(string Name, IReadOnlyList<DirectoryRole> Roles);

/// <summary>
/// The issuer as a client sees it (OpenID Connect Core, 3.1): its addresses and keys, the code for a token, and whether the token is good. It is asked only on the way of
/// a person who signs in, and what it answers is bounded. For any number of threads.
/// </summary>
internal sealed class ExternalIssuer(ExternalIssuerOptions options, TimeProvider time) : IDisposable
{
    /// <summary>The longest answer of the issuer, in bytes.</summary>
    public const int LongestAnswer = 256 * 1024;

    /// <summary>How long the issuer may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>How long its addresses and keys are remembered.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(12);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
    private readonly SemaphoreSlim _reading = new(1);
    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };
    private volatile Found? _found;

    /// <summary>What it was told.</summary>
    public ExternalIssuerOptions Options => options;

    /// <summary>Its name for people.</summary>
    public string Name => options.Issuer.Host;

    /// <summary>Where a person signs in.</summary>
    /// <exception cref="ExternalSignInException">The issuer does not answer as one.</exception>
    public async Task<Uri> AuthorizationEndpointAsync(CancellationToken cancel) => (await FindAsync(null, cancel).ConfigureAwait(false)).Authorize;

    /// <summary>Redeems a code and checks the token that comes for it.</summary>
    /// <exception cref="ExternalSignInException">It gives none, or one that is not good; the message is for people.</exception>
    public async Task<ExternalPerson> RedeemAsync(string code, string verifier, string nonce, string redirect, CancellationToken cancel)
    {
        Found found = await FindAsync(null, cancel).ConfigureAwait(false);
        Dictionary<string, string> form = new()
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = options.ClientId,
            ["code"] = code,
            ["code_verifier"] = verifier,
            ["redirect_uri"] = redirect,
        };
        if (options.Secret is { } secret)
        {
            form["client_secret"] = secret;
        }

        using FormUrlEncodedContent content = new(form);
        using JsonDocument answer = await SendAsync(new HttpRequestMessage(HttpMethod.Post, found.Token) { Content = content }, "its token endpoint", cancel).ConfigureAwait(false);
        string text = TextOf(answer.RootElement, "id_token") ?? throw new ExternalSignInException($"{Name} gave no id token: {TextOf(answer.RootElement, "error_description") ?? TextOf(answer.RootElement, "error") ?? "and no reason"}.");

        string? kid = KeyId.Of(_tokens, text);
        if (!found.Keys.Any(key => key.KeyId == kid))
        {
            found = await FindAsync(found, cancel).ConfigureAwait(false);
        }

        TokenValidationResult result = await _tokens.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = found.Issuer,
            ValidAudience = options.ClientId,
            IssuerSigningKeys = found.Keys,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256],
            ClockSkew = IdentityLimits.Skew,
            LifetimeValidator = (begins, ends, _, _) => ends is { } end && time.GetUtcNow() < end + IdentityLimits.Skew && (begins is not { } begin || time.GetUtcNow() > begin - IdentityLimits.Skew),
        }).ConfigureAwait(false);
        if (!result.IsValid)
        {
            throw new ExternalSignInException($"The token of {Name} is not good: {Reason(result.Exception)}.");
        }

        JsonWebToken token = (JsonWebToken)result.SecurityToken;
        if (!token.TryGetPayloadValue("nonce", out string answered) || answered != nonce)
        {
            throw new ExternalSignInException($"The token of {Name} answers another sign-in.");
        }

        return new ExternalPerson(NameOf(token), RolesOf(token));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _reading.Dispose();
    }

    private string NameOf(JsonWebToken token)
    {
        string claim = options.UserClaim switch
        {
            ExternalUserClaim.PreferredUsername => "preferred_username",
            ExternalUserClaim.Email => "email",
            ExternalUserClaim.ObjectId => "oid",
            _ => "sub",
        };
        if (!token.TryGetPayloadValue(claim, out string name) || name.Length == 0)
        {
            throw new ExternalSignInException($"The token of {Name} does not say who you are: it has no claim '{claim}'.");
        }

        // Whoever can write any address into a profile must not become its owner.
        return options.UserClaim != ExternalUserClaim.Email || (token.TryGetPayloadValue("email_verified", out object verified) && verified is true or "true")
            ? name
            : throw new ExternalSignInException($"{Name} does not say that your address was verified.");
    }

    private DirectoryRole[] RolesOf(JsonWebToken token) => options.RolesClaim is { } claim
        ? [.. token.Claims.Where(one => one.Type == claim).Select(one => options.Roles.GetValueOrDefault(one.Value)).OfType<DirectoryRole>().Distinct()]
        : [];

    private async Task<Found> FindAsync(Found? stale, CancellationToken cancel)
    {
        if (_found is { } known && known != stale && time.GetUtcNow() - known.At < Remembered)
        {
            return known;
        }

        await _reading.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_found is { } meanwhile && meanwhile != stale && time.GetUtcNow() - meanwhile.At < Remembered)
            {
                return meanwhile;
            }

            Uri discovery = new(options.Issuer.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration");
            using JsonDocument told = await SendAsync(new HttpRequestMessage(HttpMethod.Get, discovery), "its discovery document", cancel).ConfigureAwait(false);
            JsonElement root = told.RootElement;
            string? issuer = TextOf(root, "issuer");
            if (issuer?.TrimEnd('/') != options.Issuer.AbsoluteUri.TrimEnd('/'))
            {
                throw new ExternalSignInException($"{discovery} speaks for another issuer: '{TokenRequestRules.Shown(issuer ?? "")}'.");
            }

            Uri keys = AddressOf(root, "jwks_uri");
            using JsonDocument set = await SendAsync(new HttpRequestMessage(HttpMethod.Get, keys), "its keys", cancel).ConfigureAwait(false);
            return _found = new Found(issuer, AddressOf(root, "authorization_endpoint"), AddressOf(root, "token_endpoint"), [.. new JsonWebKeySet(set.RootElement.GetRawText()).GetSigningKeys()], time.GetUtcNow());
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or CryptographicException)
        {
            throw new ExternalSignInException($"The keys of {Name} cannot be read.");
        }
        finally
        {
            _reading.Release();
        }
    }

    private Uri AddressOf(JsonElement told, string name) =>
        Uri.TryCreate(TextOf(told, name), UriKind.Absolute, out Uri? address) && IsSafe(address)
            ? address
            : throw new ExternalSignInException($"The discovery document of {Name} has no '{name}' that is https.");

    /// <summary>Whether what goes to an address is seen by nobody on the way: https, or this machine.</summary>
    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && OwnAddresses.IsLoopback(address.Host));

    private async Task<JsonDocument> SendAsync(HttpRequestMessage request, string what, CancellationToken cancel)
    {
        using HttpRequestMessage own = request;
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(own, cancel).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);

            // A refusal of the token endpoint is JSON with its reason.
            return response.IsSuccessStatusCode || (own.Method == HttpMethod.Post && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized)
                ? JsonDocument.Parse(body)
                : throw new ExternalSignInException($"{Name} answers {(int)response.StatusCode} when it is asked for {what}.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ExternalSignInException($"{Name} cannot be asked for {what}. Try again later.");
        }
    }

    private static string? TextOf(JsonElement told, string name)
    {
        try
        {
            return told.ValueKind == JsonValueKind.Object && told.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a character is no text.
            return null;
        }
    }

    private static string Reason(Exception? why) => why switch
    {
        SecurityTokenInvalidIssuerException => "another issuer gave it",
        SecurityTokenInvalidAudienceException => "it is for another program",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => "its time is over or has not come; look at the clocks",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => "its signature is not the issuer's",
        _ => "it is not well formed",
    };

    private sealed record Found(string Issuer, Uri Authorize, Uri Token, IReadOnlyList<SecurityKey> Keys, DateTimeOffset At);
}

/// <summary>A sign-in at the issuer that came to nothing; the message is for people.</summary>
internal sealed class ExternalSignInException(string message) : Exception(message);
