using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Members of groups, all or of one kind, and the members whose licenses are in error.</summary>
internal static class MemberReads
{
    /// <summary>How users and groups are answered where both can stand.</summary>
    public static Resource<MemberRow> Members { get; } = new(DirectoryShapes.Member, "directoryObjects") { TypeOf = DirectoryShapes.TypeOf };

    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/groups/{group}/members", Read, Of((request, group) => Members.Page(request, (query, after) => All(group, query, after)))),
        new(GraphMethod.Get, "/groups/{group}/members/$count", Read, Of((request, group) => Members.Count(request, (query, after) => All(group, query, after)))),
        new(GraphMethod.Get, "/groups/{group}/members/graph.user", Read, Of((request, group) => UserReads.Users.Page(request, (query, after) => Users(group, group.Group.Members, after)))),
        new(GraphMethod.Get, "/groups/{group}/members/graph.user/$count", Read, Of((request, group) =>
            UserReads.Users.Count(request, (query, after) => Users(group, group.Group.Members, after)))),
        new(GraphMethod.Get, "/groups/{group}/members/graph.group", Read, Of((request, group) => GroupReads.Groups.Page(request, (query, after) => Groups(group, after)))),
        new(GraphMethod.Get, "/groups/{group}/membersWithLicenseErrors", Read, Of((request, group) => Members.Page(request, (query, after) =>
            (Users(group, group.Group.Troubled, after).Rows.Select(user => new MemberRow(user, null)), group.Group.Troubled.Count)))),
        new(GraphMethod.Get, "/groups/{group}/membersWithLicenseErrors/graph.user", Read, Of((request, group) =>
            UserReads.Users.Page(request, (query, after) => Users(group, group.Group.Troubled, after)))),
    ];

    private static RouteHandler Of(Func<GraphRequest, GroupRow, GraphResponse> answer) => (tenant, request, keys) =>
        GroupReads.Find(tenant, keys[0]) is { } group ? answer(request, group) : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    // A client that asks whether somebody is a member filters by id: that must not read a hundred thousand members.
    private static (IEnumerable<MemberRow> Rows, int? Count) All(GroupRow group, Query<MemberRow> query, int after)
    {
        foreach (Equality equality in query.Equalities)
        {
            if (equality.Path == "id")
            {
                return (equality.Values.Select(value => Named(group, value as string)).OfType<MemberRow>().DistinctBy(row => row.Position)
                    .Where(row => row.Position > after).OrderBy(row => row.Position), null);
            }
        }

        return (group.MembersAfter(after), group.Group.Members.Count + group.Group.MemberGroups.Count);
    }

    private static MemberRow? Named(GroupRow group, string? key)
    {
        if (!Guid.TryParse(key, out Guid id))
        {
            return null;
        }

        int user = group.Tenant.FindUser(id);
        int inner = group.Tenant.FindGroup(id);
        return user >= 0 && group.Group.Members.Contains(user) ? MemberRow.OfUser(group.Tenant, user)
            : inner >= 0 && group.Group.MemberGroups.Span.Contains(inner) ? MemberRow.OfGroup(group.Tenant, inner)
            : null;
    }

    private static (IEnumerable<UserRow> Rows, int? Count) Users(GroupRow group, SortedPages<int> users, int after) =>
        (users.From(after + 1).Select(index => UserReads.At(group.Tenant, index)).OfType<UserRow>(), users.Count);

    private static (IEnumerable<GroupRow> Rows, int? Count) Groups(GroupRow group, int after)
    {
        Tenant tenant = group.Tenant;
        return (group.Group.MemberGroups.Where(index => index > after).Select(index => new GroupRow(tenant, index, tenant.Groups[index])), group.Group.MemberGroups.Count);
    }
}
