using System.Collections.Concurrent;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;

namespace Berth.Identity;

/// <summary>
/// Bearer tokens that do not end, for identity providers that can keep nothing else (B801): an application's client id, a dot and its secret. They are good below
/// <c>/scim/v2</c> alone, and until the application gets another secret or goes. Everything else is an access token.
/// </summary>
internal sealed class StandingTokens(AppRegistrations apps, AccessTokens tokens)
{
    /// <summary>The most tokens that are remembered as good; checking one again costs what a stolen hash of it would cost to try.</summary>
    public const int MostRemembered = 1024;

    private const string Scheme = "Bearer ";
    private const int IdCharacters = 36;

    private readonly ConcurrentDictionary<TokenHash, AppRegistration> _good = new();

    /// <summary>Who sends a request, or why nobody knows.</summary>
    public ValueTask<Authentication> AuthenticateAsync(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/scim/v2", StringComparison.OrdinalIgnoreCase) && Find(context.Request.Headers.Authorization.ToString()) is { } app
            ? ValueTask.FromResult<Authentication>(new Authentication.Known(
                new Caller(app.TenantId, app.ClientId, app.DisplayName, null, PermissionSet.Known(app.Permissions))))
            : tokens.AuthenticateAsync(context);

    private AppRegistration? Find(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string token = header[Scheme.Length..].Trim();
        if (token.Length <= IdCharacters + 1 || token.Length > IdCharacters + 1 + ClientSecret.LongestSecret || token[IdCharacters] != '.'
            || !Guid.TryParseExact(token.AsSpan(0, IdCharacters), "D", out Guid id) || apps.Find(id) is not { } app)
        {
            return null;
        }

        // Whose secret or permissions changed is another value: what is remembered of the old one is worth nothing.
        TokenHash hash = TokenHash.Of(token);
        if (_good.TryGetValue(hash, out AppRegistration? remembered) && ReferenceEquals(remembered, app))
        {
            return app;
        }

        if (!app.Secret.Matches(token[(IdCharacters + 1)..]))
        {
            return null;
        }

        if (_good.Count >= MostRemembered)
        {
            _good.Clear();
        }

        _good[hash] = app;
        return app;
    }
}
