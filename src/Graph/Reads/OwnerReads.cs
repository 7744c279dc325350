using Berth.Engine;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Who owns a group, and what a user owns (B143).</summary>
internal static class OwnerReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    private static readonly RouteAccess ReadOwned = RouteAccess.AnyOf("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/groups/{group}/owners", Read, Of((request, group) => MemberReads.Members.Page(request, (_, after) => Owners(group, after)))),
        new(GraphMethod.Get, "/groups/{group}/owners/$count", Read, Of((request, group) => MemberReads.Members.Count(request, (_, after) => Owners(group, after)))),
        new(GraphMethod.Get, "/groups/{group}/owners/graph.user", Read, Of((request, group) => UserReads.Users.Page(request, (_, after) => Users(group, after)))),
        new(GraphMethod.Get, "/groups/{group}/owners/graph.user/$count", Read, Of((request, group) => UserReads.Users.Count(request, (_, after) => Users(group, after)))),
        new(GraphMethod.Get, "/users/{user}/ownedObjects", ReadOwned, By((request, user) => MemberReads.Members.Page(request, (_, after) => Owned(user, after)))),
        new(GraphMethod.Get, "/users/{user}/ownedObjects/$count", ReadOwned, By((request, user) => MemberReads.Members.Count(request, (_, after) => Owned(user, after)))),
        new(GraphMethod.Get, "/users/{user}/ownedObjects/graph.group", ReadOwned, By((request, user) => GroupReads.Groups.Page(request, (_, after) => Groups(user, after)))),
        new(GraphMethod.Get, "/users/{user}/ownedObjects/graph.group/$count", ReadOwned, By((request, user) => GroupReads.Groups.Count(request, (_, after) => Groups(user, after)))),
    ];

    private static RouteHandler Of(Func<GraphRequest, GroupRow, GraphResponse> answer) => (tenant, request, keys) =>
        GroupReads.Find(tenant, keys[0]) is { } group ? answer(request, group) : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    private static RouteHandler By(Func<GraphRequest, UserRow, GraphResponse> answer) => (tenant, request, keys) =>
        UserReads.Find(tenant, keys[0]) is { } user ? answer(request, user) : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    private static (IEnumerable<UserRow> Rows, int? Count) Users(GroupRow group, int after) =>
        (group.Owners().Where(owner => owner.Position > after), group.Group.Owners.Count);

    private static (IEnumerable<MemberRow> Rows, int? Count) Owners(GroupRow group, int after) =>
        (Users(group, after).Rows.Select(owner => new MemberRow(owner, null)), group.Group.Owners.Count);

    private static (IEnumerable<GroupRow> Rows, int? Count) Groups(UserRow user, int after) =>
        (user.Owned().Where(group => group.Position > after), user.Tenant.OwnedBy(user.Position).Count);

    private static (IEnumerable<MemberRow> Rows, int? Count) Owned(UserRow user, int after) =>
        (user.Owned().Select(group => new MemberRow(null, group)).Where(row => row.Position > after), user.Tenant.OwnedBy(user.Position).Count);
}
