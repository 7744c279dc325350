using System.Text;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Identity;

namespace Berth.Conformance.Tests.Completeness;

/// <summary><c>docs/permissions.md</c> as the route tables would write it (B733).</summary>
internal static class PermissionTable
{
    public const string File = "docs/permissions.md";

    /// <summary>The command that writes it anew.</summary>
    public const string Command = "BERTH_PERMISSIONS=write eng/test Conformance.Tests";

    /// <summary>Whether this run is to write it.</summary>
    public static bool IsToBeWritten => Environment.GetEnvironmentVariable("BERTH_PERMISSIONS") == "write";

    /// <summary>Every route that asks for a token: of the room and beside it.</summary>
    public static IEnumerable<Route> Routes => GraphRoom.Table.Routes.Concat(InstallationRoutes.Table.Routes);

    /// <summary>The text: a row for every route.</summary>
    public static string Write()
    {
        StringBuilder text = new();
        text.Append(
            $"""
            # Permissions

            Which permission each route asks for, by Graph's names. The first of a cell is the least; any one of those behind it is enough as well, and names with a plus are needed
            together. A token in a person's name has its permissions in `scp`, an application's own in `roles`. Nobody keeps this page by hand: a test compares it with the route
            tables of the program; to write it anew:

                {Command}

            A path without a version is in both of Graph's interfaces, `/v1.0` and `/beta`.

            | route | in a person's name | an application's own |
            |---|---|---|

            """);
        foreach (Route route in Routes.OrderBy(route => route.Versions is RouteVersions.Berth or RouteVersions.Scim ? route.Versions : RouteVersions.Graph).ThenBy(route => route.Template, StringComparer.Ordinal).ThenBy(route => route.Method).ThenBy(route => route.Versions))
        {
            string name = route.Versions switch
            {
                RouteVersions.Graph or RouteVersions.Berth or RouteVersions.Scim => $"{route}",
                RouteVersions.V1 => $"{route}".Replace(" /", " /v1.0/", StringComparison.Ordinal),
                RouteVersions.Beta => $"{route}".Replace(" /", " /beta/", StringComparison.Ordinal),
                _ => throw new InvalidOperationException($"{route} is in interfaces that the page has no word for."),
            };
            text.Append($"| `{name}` | {Cell(route, PermissionSet.OfApplicationsOnly)} | {Cell(route, PermissionSet.OfPersons)} |\n");
        }

        text.Append(
            """

            ## Roles

            A token in a person's name holds what the program asks for, is registered for, and the person's roles hold (B204, B735); who has no role has `User.Read`. Microsoft says of each role
            [what it may do](https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference); where its actions are finer than a permission of Graph, the role
            has the permission only when it may do all that the permission opens here.

            | role | template id | permissions |
            |---|---|---|

            """);
        foreach (DirectoryRole role in DirectoryRole.All)
        {
            text.Append($"| {role.DisplayName} | `{role.TemplateId}` | {(role == DirectoryRole.GlobalAdministrator ? "every one that a person can have" : string.Join(", ", role.Permissions.ToNames().Select(name => $"`{name}`")))} |\n");
        }

        text.Append(
            """

            Without a token answer `/berth/v1/setup` (who reads the console has a code), `/healthz/live`, `/healthz/ready`, `/metrics`, the admin center's own files, and the
            endpoints that give tokens.

            """);
        return text.ToString();
    }

    private static string Cell(Route route, IEnumerable<string> others)
    {
        if (route.Access.Why is { } why)
        {
            return $"any token: {why}";
        }

        PermissionSet not = PermissionSet.Known(others);
        string[] sets = [.. route.Access.Sets.Where(set => (set.Bits & not.Bits) == 0).Select(set => string.Join(" + ", set.ToNames().Select(name => $"`{name}`")))];
        string oneself = route.Access.OfOneself is { } own && !PermissionSet.OfPersons.SequenceEqual(others) ? $"; of oneself `{own}`" : "";
        return sets.Length == 0 ? "–" : string.Join(", ", sets) + oneself;
    }
}
