using System.Collections.Frozen;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Identity;
using Berth.Ledger;
using Route = Berth.Graph.Routes.Route;

namespace Berth.Serving;

/// <summary>What answers a route beside the room: null when it has, or the refusal.</summary>
/// <param name="context">The request.</param>
/// <param name="caller">Who sends it; they may.</param>
/// <param name="keys">The values of the template's braces.</param>
internal delegate Task<GraphError?> InstallationAnswer(HttpContext context, Caller caller, RouteKeys keys);

/// <summary>
/// Answers the routes beside the room (<see cref="InstallationRoutes"/>) in the order of every other: who is it, is there such a route and method, may they.
/// Everything else goes on.
/// </summary>
internal sealed class InstallationEndpoint
{
    private static readonly (string Prefix, GraphVersion Version)[] Prefixes = [("/berth/v1", GraphVersion.Berth), ("/v1.0", GraphVersion.V1), ("/beta", GraphVersion.Beta)];

    // The first segments of these routes, below each prefix: any other request passes after a look at its own.
    private static readonly (string Prefix, GraphVersion Version, FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Segments)[] Beginnings =
    [
        .. Prefixes.Select(one => (
            $"{one.Prefix}/",
            one.Version,
            InstallationRoutes.Table.Routes.Where(route => route.Versions.HasFlag((RouteVersions)(1 << (int)one.Version))).Select(route => route.Template.Split('/')[1])
                .ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>())),
    ];

    private readonly Dictionary<Route, InstallationAnswer> _answers;
    private readonly LedgerDoor _ledger;
    private readonly AccessTokens _tokens;
    private readonly TimeProvider _time;
    private readonly RequestDelegate _next;

    /// <summary>An endpoint with an answer for every route there is.</summary>
    public InstallationEndpoint(IEnumerable<(Route Route, InstallationAnswer Answer)> answers, LedgerDoor ledger, AccessTokens tokens, TimeProvider time, RequestDelegate next)
    {
        (_ledger, _tokens, _time, _next) = (ledger, tokens, time, next);
        _answers = answers.ToDictionary(one => one.Route, one => one.Answer);
        if (InstallationRoutes.Table.Routes.FirstOrDefault(route => !_answers.ContainsKey(route)) is { } forgotten)
        {
            throw new InvalidOperationException($"Nothing answers {forgotten}.");
        }
    }

    /// <summary>Answers the routes beside the room.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        string text = context.Request.Path.Value ?? "";
        foreach ((string prefix, GraphVersion version, FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> segments) in Beginnings)
        {
            if (text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                ReadOnlySpan<char> path = text.AsSpan(prefix.Length);
                int slash = path.IndexOf('/');
                return segments.Contains(slash < 0 ? path : path[..slash]) && Find(version, context.Request.Method, text[(prefix.Length - 1)..]) is { } match
                    ? AnswerAsync(context, match)
                    : _next(context);
            }
        }

        return _next(context);
    }

    private static RouteMatch? Find(GraphVersion version, string method, string text) =>
        GraphPath.Read(text.TrimEnd('/')).Path is { } path && InstallationRoutes.Table.Find(version, MethodOf(method), path) is { } match
            && (match.Route is not null || match.Error!.Status == StatusCodes.Status405MethodNotAllowed)
            ? match
            : null;

    private async Task AnswerAsync(HttpContext context, RouteMatch match)
    {
        GraphError? error = await _tokens.AuthenticateAsync(context).ConfigureAwait(false) switch
        {
            Authentication.Refused refused => GraphError.Unauthenticated(refused.Message, refused.Challenge),
            Authentication.Known { Caller: var caller } when _ledger.Find(caller.TenantId) is null => GraphError.Unauthenticated($"The token's tenant '{caller.TenantId}' is not here.", "Bearer"),
            Authentication.Known { Caller: var caller } => match.Route is not { } route ? match.Error
                : !route.Access.Allows(caller.Permissions) ? GraphError.Denied
                : await _answers[route](context, caller, match.Keys).ConfigureAwait(false),
            _ => throw new InvalidOperationException("A caller is known or refused."),
        };
        if (error is not null)
        {
            await context.WriteErrorAsync(error, _time).ConfigureAwait(false);
        }
    }

    private static GraphMethod MethodOf(string method) => Enum.TryParse(method, ignoreCase: true, out GraphMethod known) ? known : GraphMethod.Other;
}
