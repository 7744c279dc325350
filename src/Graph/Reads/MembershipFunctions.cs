using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Reads;

/// <summary>
/// <c>getMemberGroups</c>, <c>getMemberObjects</c>, <c>checkMemberGroups</c> and <c>checkMemberObjects</c>: what somebody belongs to at any depth
/// (L159b). Berth has neither directory roles nor administrative units, so objects are groups.
/// </summary>
internal static class MembershipFunctions
{
    private static readonly string[] UserReaders = ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"];
    private static readonly string[] GroupReaders = ["GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All"];

    // Groups of a user are read with a right to users and one to groups.
    private static readonly RouteAccess GroupsOfUser = new(
    [
        .. UserReaders.SelectMany(static user => GroupReaders.Select(group => PermissionSet.Of(user, group))),
        PermissionSet.Of("Directory.Read.All"), PermissionSet.Of("Directory.ReadWrite.All"),
    ]);

    private static readonly RouteAccess ObjectsOfUser = RouteAccess.AnyOf("User.Read.All", "Directory.Read.All", "User.ReadWrite.All", "Directory.ReadWrite.All");

    private static readonly RouteAccess OfGroup = RouteAccess.AnyOf(
        "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All");

    private static readonly RouteAccess ObjectsOfAny = RouteAccess.AnyOf("Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        .. Of("/users/{user}", GroupsOfUser, ObjectsOfUser, User),
        .. Of("/groups/{group}", OfGroup, OfGroup, Group),
        .. Of("/directoryObjects/{object}", GroupsOfUser, ObjectsOfAny, static (tenant, key) => Guid.TryParse(key, out _) ? User(tenant, key) ?? Group(tenant, key) : null),
    ];

    private static Somebody? User(Tenant tenant, string key) =>
        UserReads.Find(tenant, key) is { } user ? new Somebody(IsUser: true, () => Nesting.OverUser(tenant, user.Position)) : null;

    private static Somebody? Group(Tenant tenant, string key) =>
        GroupReads.Find(tenant, key) is { } group ? new Somebody(IsUser: false, () => Nesting.OverGroup(tenant, group.Position)) : null;

    private static IEnumerable<Route> Of(string template, RouteAccess groups, RouteAccess objects, Func<Tenant, string, Somebody?> find)
    {
        yield return Post("getMemberGroups", groups, Get);
        yield return Post("getMemberObjects", objects, Get);
        yield return Post("checkMemberGroups", groups, static (tenant, request, somebody) => Check(tenant, request, somebody, "groupIds"));
        yield return Post("checkMemberObjects", objects, static (tenant, request, somebody) => Check(tenant, request, somebody, "ids"));

        Route Post(string name, RouteAccess access, Func<Tenant, GraphRequest, Somebody, Handling> answer) =>
            new(GraphMethod.Post, $"{template}/{name}", access, (tenant, request, keys) => find(tenant, keys[0]) is { } somebody
                ? answer(tenant, request, somebody)
                : GraphResponse.Error(request, GraphError.NotFound(keys[0])));
    }

    private static Handling Get(Tenant tenant, GraphRequest request, Somebody somebody) => request.Reading(
        "getMemberGroups",
        (read, body) =>
        {
            bool securityEnabledOnly = false;
            foreach ((string name, JsonElement value) in read.Properties(body, "parameters"))
            {
                if (!name.Equals("securityEnabledOnly", StringComparison.OrdinalIgnoreCase))
                {
                    read.FailUnknown(name, "The one parameter is securityEnabledOnly.");
                }
                else if (value.ValueKind != JsonValueKind.Null)
                {
                    securityEnabledOnly = read.Flag(value, name);
                }
            }

            if (securityEnabledOnly && !somebody.IsUser)
            {
                read.Fail("securityEnabledOnlyOfGroup", "The parameter 'securityEnabledOnly' can be true for a user only; for a group send false.");
            }

            return securityEnabledOnly;
        },
        securityEnabledOnly =>
        {
            Guid[] ids = [.. somebody.Groups().Select(index => tenant.Groups[index].Profile).Where(group => !securityEnabledOnly || group.SecurityEnabled).Select(group => group.Id)];
            return ids.Length <= GraphLimits.Memberships ? Ids(request, ids) : GraphResponse.Error(request, new GraphError(
                400,
                "Directory_ResultSizeLimitExceeded",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The result has {ids.Length} memberships, which exceeds the limit of {GraphLimits.Memberships}. Read them page by page from transitiveMemberOf."),
                "tooManyMemberships"));
        });

    private static Handling Check(Tenant tenant, GraphRequest request, Somebody somebody, string parameter) => request.Reading(
        "checkMemberGroups",
        (read, body) =>
        {
            List<Guid>? ids = null;
            foreach ((string name, JsonElement value) in read.Properties(body, "parameters"))
            {
                if (!name.Equals(parameter, StringComparison.OrdinalIgnoreCase))
                {
                    read.FailUnknown(name, $"The one parameter is {parameter}.");
                    continue;
                }

                ids = [];
                foreach (JsonElement item in read.Items(value, name))
                {
                    string id = read.Required(item, name, GraphLimits.PathCharacters);
                    if (ids.Count == GraphLimits.CheckedIds)
                    {
                        read.FailValue(name, string.Create(CultureInfo.InvariantCulture, $"At most {GraphLimits.CheckedIds} ids can be checked at once."));
                    }
                    else if (!Guid.TryParse(id, out Guid guid))
                    {
                        read.Fail("guidInvalid", $"Invalid object identifier '{id}'.");
                    }
                    else
                    {
                        ids.Add(guid);
                    }

                    if (read.Error is not null)
                    {
                        break;
                    }
                }
            }

            if (ids is null)
            {
                read.Fail("parameterMissing", $"The parameter '{parameter}' is missing: send the ids to check.");
            }

            return ids ?? [];
        },
        ids =>
        {
            HashSet<Guid> all = [.. somebody.Groups().Select(index => tenant.Groups[index].Id)];
            return Ids(request, ids.Distinct().Where(all.Contains));
        });

    private static GraphResponse Ids(GraphRequest request, IEnumerable<Guid> ids) => GraphResponse.Json(200, (request, ids), static (json, s) =>
    {
        json.WriteStartObject();
        if (!s.request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(Edm.String)");
        }

        json.WriteStartArray("value"u8);
        foreach (Guid id in s.ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The user or group that is asked about.</summary>
    /// <param name="IsUser">Whether it is a user.</param>
    /// <param name="Groups">The indexes of the groups it belongs to.</param>
    private sealed record Somebody(bool IsUser, Func<int[]> Groups);
}
