using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Berth.Engine.Directory;
using Berth.Ledger;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Identity;

/// <summary>
/// The way of a person to the issuer and back (B739, B740): <c>/sign-in/external</c> sends the browser there with state, nonce and challenge (RFC 7636), and
/// <c>/sign-in/external/callback</c> takes what it brings back and goes on where the sign-in began. What waits lies in memory, bounded, for ten minutes and the one browser.
/// </summary>
internal sealed class ExternalSignIn(ExternalIssuer issuer, LedgerDoor ledger, OwnAddresses addresses, TimeProvider time)
{
    /// <summary>Where a sign-in at the issuer begins; <c>return</c> says where it goes on.</summary>
    public const string BeginPath = "/sign-in/external";

    /// <summary>Where the issuer sends the browser back to: the redirect address that is registered there.</summary>
    public const string CallbackPath = "/sign-in/external/callback";

    /// <summary>The most sign-ins on their way.</summary>
    public const int Most = 1_000;

    /// <summary>How long one may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>How long what the issuer said holds without asking it again: then the person goes there anew (B740).</summary>
    public static readonly TimeSpan Holds = TimeSpan.FromHours(12);

    private const string Cookie = "berth-external";
    private const string Title = "Sign in";
    private const string StampBegin = "external";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<(string State, DateTimeOffset Ends)> _order = [];

    /// <summary>The issuer's name, for the page.</summary>
    public string Name => issuer.Name;

    /// <summary>Whether passwords are taken no more.</summary>
    public bool IsOnly => issuer.Options.Only;

    /// <summary>The link on the page that begins it.</summary>
    public static string LinkFrom(HttpContext context) => $"{BeginPath}?return={Uri.EscapeDataString(context.Request.PathBase + context.Request.Path + context.Request.QueryString)}";

    /// <summary>Sends the browser to the issuer.</summary>
    public async Task BeginAsync(HttpContext context)
    {
        string back = context.Request.Query["return"].ToString();
        if (!HttpMethods.IsGet(context.Request.Method) || !IsOwnPath(back))
        {
            await SignInPage.WriteTextAsync(context, Title, "There is no sign-in to go on with.", "Begin again at the program that sent you here.", StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        try
        {
            Uri there = await issuer.AuthorizationEndpointAsync(context.RequestAborted).ConfigureAwait(false);
            Waiting waiting = new(back, NewSecret(), NewSecret(), NewSecret(), addresses.PageOrigin(context) + CallbackPath, time.GetUtcNow() + Patience);
            string state = Add(waiting);
            context.Response.Cookies.Append(Cookie, waiting.Browser, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = BeginPath });
            Redirect(context, QueryHelpers.AddQueryString(there.AbsoluteUri, new Dictionary<string, string?>
            {
                ["client_id"] = issuer.Options.ClientId,
                ["response_type"] = "code",
                ["response_mode"] = "query",
                ["redirect_uri"] = waiting.Redirect,
                ["scope"] = "openid profile email",
                ["state"] = state,
                ["nonce"] = waiting.Nonce,
                ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(waiting.Verifier))),
                ["code_challenge_method"] = "S256",
            }));
        }
        catch (ExternalSignInException why)
        {
            await SignInPage.WriteTextAsync(context, Title, why.Message, "Nobody was signed in.", StatusCodes.Status502BadGateway).ConfigureAwait(false);
        }
    }

    /// <summary>Takes what the issuer sends back: the person and where they go on, or null when a page says why not.</summary>
    public async Task<(SignedInPerson Person, string Return)?> FinishAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        if (!HttpMethods.IsGet(context.Request.Method) || Take(query["state"].ToString(), context.Request.Cookies[Cookie]) is not { } waiting)
        {
            await RefuseAsync(context, "This sign-in is not on its way here: it is over, was used, or began in another browser.", StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return null;
        }

        context.Response.Cookies.Delete(Cookie, new CookieOptions { Path = BeginPath });
        try
        {
            if (query["code"].ToString() is not { Length: > 0 } code)
            {
                string why = query["error_description"].ToString() is { Length: > 0 } described ? described : query["error"].ToString();
                throw new ExternalSignInException($"{issuer.Name} signed nobody in: {TokenRequestRules.Shown(why.Length > 0 ? why : "it gave no reason")}");
            }

            ExternalPerson external = await issuer.RedeemAsync(code, waiting.Verifier, waiting.Nonce, waiting.Redirect, context.RequestAborted).ConfigureAwait(false);
            return (PersonOf(external), waiting.Return);
        }
        catch (ExternalSignInException why)
        {
            await RefuseAsync(context, why.Message, StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>Whether what was given to somebody who came from the issuer still holds: it is this issuer, and not too long ago.</summary>
    public bool Holding(string stamp) => stamp.Split('|') is [StampBegin, var of, var ends, _] && of == Mark() && time.GetUtcNow().ToUnixTimeSeconds() < long.Parse(ends, CultureInfo.InvariantCulture);

    /// <summary>Whether a stamp is of somebody who came from an issuer.</summary>
    public static bool IsExternal(string stamp) => stamp.StartsWith(StampBegin + "|", StringComparison.Ordinal);

    /// <summary>The roles that the issuer said somebody has (B740).</summary>
    public static IEnumerable<DirectoryRole> RolesOf(string stamp) =>
        IsExternal(stamp) ? stamp.Split('|')[^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => DirectoryRole.Find(Guid.Parse(id))).OfType<DirectoryRole>() : [];

    private SignedInPerson PersonOf(ExternalPerson external)
    {
        bool isId = issuer.Options.UserClaim is ExternalUserClaim.ObjectId or ExternalUserClaim.Subject;
        IEnumerable<TenantDesk> desks = isId ? ledger.Desks : ledger.FindByDomain(external.Name[(external.Name.LastIndexOf('@') + 1)..]) is { } desk ? [desk] : [];
        foreach (Engine.Tenant tenant in desks.Select(one => one.Current))
        {
            int index = !isId ? tenant.FindUser(external.Name) : Guid.TryParseExact(external.Name, "D", out Guid id) ? tenant.FindUser(id) : -1;
            if (tenant.TryGetUser(index, out User? user))
            {
                string roles = string.Join(',', external.Roles.Select(role => role.TemplateId));
                string stamp = string.Create(CultureInfo.InvariantCulture, $"{StampBegin}|{Mark()}|{(time.GetUtcNow() + Holds).ToUnixTimeSeconds()}|{roles}");
                return user.AccountEnabled
                    ? new SignedInPerson(tenant.Profile.Id, user.Id, user.UserPrincipalName, user.DisplayName, stamp)
                    : throw new ExternalSignInException($"The account {user.UserPrincipalName} is disabled here.");
            }
        }

        throw new ExternalSignInException($"{issuer.Name} says that you are '{TokenRequestRules.Shown(external.Name)}', and there is no such user here. Ask an administrator to create the user, or sign in there as somebody else.");
    }

    // The issuer in few characters; another issuer, or another name of ours there, is another mark.
    private string Mark() => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer.Options.Issuer} {issuer.Options.ClientId}")).AsSpan(0, 12));

    // Where a browser is sent after the sign-in must be a sign-in of this server.
    private static bool IsOwnPath(string path)
    {
        int question = path.IndexOf('?', StringComparison.Ordinal);
        return path.Length <= 16 * 1024 && question > 0 && IdentityPaths.TrySplit(path[..question], out _, out string? endpoint) && endpoint == IdentityPaths.Authorize;
    }

    private static Task RefuseAsync(HttpContext context, string why, int status) => SignInPage.WriteTextAsync(context, Title, why, "Begin again at the program that sent you here.", status);

    private static void Redirect(HttpContext context, string address)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = address;
    }

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private string Add(Waiting waiting)
    {
        string state = NewSecret();
        lock (_lock)
        {
            while (_order.TryPeek(out (string State, DateTimeOffset Ends) oldest) && (_order.Count >= Most || oldest.Ends <= time.GetUtcNow()))
            {
                _waiting.Remove(_order.Dequeue().State);
            }

            _waiting[state] = waiting;
            _order.Enqueue((state, waiting.Ends));
        }

        return state;
    }

    private Waiting? Take(string state, string? browser)
    {
        lock (_lock)
        {
            return _waiting.TryGetValue(state, out Waiting? waiting) && browser is not null
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(browser), Encoding.UTF8.GetBytes(waiting.Browser))
                && _waiting.Remove(state) && time.GetUtcNow() < waiting.Ends
                    ? waiting
                    : null;
        }
    }

    private sealed record Waiting(string Return, string Verifier, string Nonce, string Browser, string Redirect, DateTimeOffset Ends);
}
