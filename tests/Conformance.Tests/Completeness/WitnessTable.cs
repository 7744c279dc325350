using System.Text;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Conformance.Tests.Completeness;

/// <summary><c>docs/witnesses.md</c> as this run of the tests would write it.</summary>
internal static class WitnessTable
{
    public const string File = "docs/witnesses.md";

    /// <summary>The command that writes it anew.</summary>
    public const string Command = "BERTH_WITNESSES=write eng/test Conformance.Tests";

    /// <summary>Whether this run is to write it.</summary>
    public static bool IsToBeWritten => Environment.GetEnvironmentVariable("BERTH_WITNESSES") == "write";

    /// <summary>The text: a row for every route of Graph and every request for a token, with who asked for it and was answered with success.</summary>
    public static string Write()
    {
        StringBuilder text = new();
        text.Append(
            $"""
            # Witnesses

            Which client that nobody here wrote proved which route: it asked for it and was answered with success, over real HTTP, while the tests ran. Nobody keeps this table by
            hand. The tests look at every request on its way, at what the client says of itself in it, and at the status of the answer (in a batch, at each item); a route
            that no client stands beside was asked for with success by plain HTTP requests only. A test compares this page with what its run saw; to write it anew:

                {Command}

            ## Microsoft Graph

            | route | v1.0 | beta |
            |---|---|---|

            """);
        foreach (Route route in PermissionTable.Routes.Where(route => route.Versions is not (RouteVersions.Berth or RouteVersions.Scim)).OrderBy(route => route.Template, StringComparer.Ordinal).ThenBy(route => route.Method))
        {
            text.Append($"| `{route}` | {Cell(route, RouteVersions.V1, GraphVersion.V1)} | {Cell(route, RouteVersions.Beta, GraphVersion.Beta)} |\n");
        }

        text.Append(
            """

            ## Tokens

            | request | clients |
            |---|---|

            """);
        foreach ((string request, IEnumerable<string> clients) in Evidence.IdentityWitnesses)
        {
            text.Append($"| `{request}` | {Names(clients)} |\n");
        }

        return text.ToString();
    }

    private static string Cell(Route route, RouteVersions offered, GraphVersion version) => route.Versions.HasFlag(offered)
        ? Evidence.WitnessesOf(route, version).ToArray() is { Length: > 0 } clients ? Names(clients) : "plain HTTP"
        : "–";

    // A sign that marks a name in a page of a code host would call somebody.
    private static string Names(IEnumerable<string> clients) => string.Join(", ", clients.Select(client => $"`{client}`"));
}
