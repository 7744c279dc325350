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

    // With what the paths of these routes begin: any other request passes after a look at its beginning.
    private static readonly (string Beginning, int Prefix, GraphVersion Version)[] Beginnings =
    [
        .. InstallationRoutes.Table.Routes
            .SelectMany(route => Prefixes.Where(one => route.Versions.HasFlag((RouteVersions)(1 << (int)one.Version))).Select(one => ($"{one.Prefix}/{route.Template.Split('/')[1]}", one.Prefix.Length, one.Version)))
            .Distinct(),
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
        foreach ((string beginning, int prefix, GraphVersion version) in Beginnings)
        {
            if (text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase) && (text.Length == beginning.Length || text[beginning.Length] == '/'))
            {
                if (GraphPath.Read(text[prefix..].TrimEnd('/')).Path is { } path
                    && InstallationRoutes.Table.Find(version, MethodOf(context.Request.Method), path) is { } match
                    && (match.Route is not null || match.Error!.Status == StatusCodes.Status405MethodNotAllowed))
                {
                    return AnswerAsync(context, match);
                }

                break;
            }
        }

        return _next(context);
    }

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
