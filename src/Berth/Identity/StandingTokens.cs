using System.Collections.Concurrent;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;
using Berth.Serving;

namespace Berth.Identity;

/// <summary>
/// Bearer tokens that do not end, for identity providers that can keep nothing else (B801): an application's client id, a dot and its secret. They are good below
/// <c>/scim/v2</c> alone, and until the application gets another secret or goes. Everything else is an access token. Wrong ones count against the address they come from,
/// whose turn to wait comes before they are looked at (B771).
/// </summary>
internal sealed class StandingTokens(AppRegistrations apps, AccessTokens tokens, Strangers strangers)
{
    /// <summary>The most tokens that are remembered as good; checking one again may cost what a stolen hash of it would cost to try.</summary>
    public const int MostRemembered = 1024;

    private const string Scheme = "Bearer ";
    private const int IdCharacters = 36;

    private readonly ConcurrentDictionary<TokenHash, AppRegistration> _good = new();

    /// <summary>Who sends a request, or why nobody knows.</summary>
    public ValueTask<Authentication> AuthenticateAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/scim/v2", StringComparison.OrdinalIgnoreCase) || Read(context.Request.Headers.Authorization.ToString()) is not { } named)
        {
            return tokens.AuthenticateAsync(context);
        }

        AppRegistration? app = apps.Find(named.Client);
        TokenHash hash = TokenHash.Of(named.Token);

        // Whose secret or permissions changed is another value: what is remembered of the old one is worth nothing.
        if (app is not null && _good.TryGetValue(hash, out AppRegistration? remembered) && ReferenceEquals(remembered, app))
        {
            return ValueTask.FromResult<Authentication>(Known(app));
        }

        string address = Strangers.AddressOf(context);
        int seconds = strangers.Take(address);
        if (seconds > 0)
        {
            return ValueTask.FromResult<Authentication>(new Authentication.TooMany(seconds));
        }

        if (app is null || !app.Secret.Matches(named.Token[(IdCharacters + 1)..]))
        {
            return tokens.AuthenticateAsync(context);
        }

        strangers.GiveBack(address);
        if (_good.Count >= MostRemembered)
        {
            _good.Clear();
        }

        _good[hash] = app;
        return ValueTask.FromResult<Authentication>(Known(app));
    }

    private static Authentication.Known Known(AppRegistration app) => new(new Caller(app.TenantId, app.ClientId, app.DisplayName, null, PermissionSet.Known(app.Permissions)));

    private static (Guid Client, string Token)? Read(string header)
    {
        string token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        return token.Length is > IdCharacters + 1 and <= IdCharacters + 1 + ClientSecret.LongestSecret && token[IdCharacters] == '.' && Guid.TryParseExact(token.AsSpan(0, IdCharacters), "D", out Guid id)
            ? (id, token)
            : null;
    }
}
