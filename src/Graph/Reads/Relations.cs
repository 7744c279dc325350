using Berth.Engine;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>
/// The routes of a relation: everything it leads to, one kind of it, and how many (protocol 1.2). Kinds that Berth has none of answer
/// as Graph does where there is none.
/// </summary>
internal static class Relations
{
    /// <summary>What members, owners and their kin can be.</summary>
    public static IReadOnlyList<string> MemberKinds { get; } = ["user", "group", "device", "servicePrincipal", "orgContact"];

    /// <summary>What can have members.</summary>
    public static IReadOnlyList<string> ContainerKinds { get; } = ["group", "directoryRole", "administrativeUnit"];

    private static readonly Dictionary<string, Resource<MemberRow>> Absent = new()
    {
        ["device"] = None("device", "devices", "accountEnabled", "deviceId", "operatingSystem", "operatingSystemVersion", "trustType"),
        ["servicePrincipal"] = None("servicePrincipal", "servicePrincipals", "appId", "appDisplayName", "servicePrincipalType", "accountEnabled"),
        ["application"] = None("application", "applications", "appId", "description", "publisherDomain", "signInAudience"),
        ["orgContact"] = None("orgContact", "contacts", "mail", "mailNickname", "givenName", "surname", "companyName", "department", "jobTitle"),
        ["directoryRole"] = None("directoryRole", "directoryRoles", "description", "roleTemplateId"),
        ["administrativeUnit"] = None("administrativeUnit", "administrativeUnits", "description", "visibility"),
    };

    /// <summary>The routes of one relation.</summary>
    /// <param name="template">Its path, such as <c>/groups/{group}/members</c>.</param>
    /// <param name="access">Who may read it.</param>
    /// <param name="kinds">What it can lead to.</param>
    /// <param name="find">Where it leads; null when the object of the path does not exist.</param>
    /// <param name="isTransitive">Whether it goes to any depth: then a cast is for advanced queries only (L153).</param>
    public static IEnumerable<Route> Of(string template, RouteAccess access, IEnumerable<string> kinds, Func<Tenant, string, Related?> find, bool isTransitive = false)
    {
        yield return Get("", (request, related) => MemberReads.Members.Page(request, related.Both));
        yield return Get("/$count", (request, related) => MemberReads.Members.Count(request, related.Both));
        foreach (string kind in kinds)
        {
            string? castOfAll = isTransitive ? $"microsoft.graph.{kind}" : null;
            yield return Get($"/graph.{kind}", (request, related) => kind switch
            {
                "user" => UserReads.Users.Page(request, related.OnlyUsers, castOfAll),
                "group" => GroupReads.Groups.Page(request, related.OnlyGroups, castOfAll),
                _ => Absent[kind].Page(request, static (_, _) => ([], 0), castOfAll),
            });
            yield return Get($"/graph.{kind}/$count", (request, related) => kind switch
            {
                "user" => UserReads.Users.Count(request, related.OnlyUsers),
                "group" => GroupReads.Groups.Count(request, related.OnlyGroups),
                _ => Absent[kind].Count(request, static (_, _) => ([], 0)),
            });
        }

        Route Get(string rest, Func<GraphRequest, Related, GraphResponse> answer) => new(GraphMethod.Get, template + rest, access, (tenant, request, keys) =>
            find(tenant, keys[0]) is { } related ? answer(request, related) : GraphResponse.Error(request, GraphError.NotFound(keys[0])));
    }

    private static Resource<MemberRow> None(string name, string set, params IReadOnlyList<string> more)
    {
        string[] names = ["id", "deletedDateTime", "displayName", .. more];
        return new(
            Shape<MemberRow>.Entity(name, names.Select(property => new TextProperty<MemberRow>(property, static _ => null) { IsDefault = true })),
            set,
            DirectoryCapabilities.None($"{char.ToUpperInvariant(name[0])}{name[1..]}", names));
    }
}
