using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>What was deleted and can be restored (B146): users and groups each by themselves, and one by its id. What has had its time does not show (B147).</summary>
internal static class DeletedItemReads
{
    /// <summary>Who may see deleted users.</summary>
    public static RouteAccess Users { get; } = RouteAccess.AnyOf(
        "User.Read.All", "User.DeleteRestore.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>Who may see deleted groups.</summary>
    public static RouteAccess Groups { get; } = RouteAccess.AnyOf("Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    private static readonly RouteAccess Either = Users.Or(Groups);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/directory/deletedItems/graph.user", Users, static (tenant, request, _) =>
            UserReads.Users.Page(request, (_, after) => (UsersAfter(tenant, request, after), null))),
        new(GraphMethod.Get, "/directory/deletedItems/graph.user/$count", Users, static (tenant, request, _) =>
            UserReads.Users.Count(request, (_, after) => (UsersAfter(tenant, request, after), null))),
        new(GraphMethod.Get, "/directory/deletedItems/graph.group", Groups, static (tenant, request, _) =>
            GroupReads.Groups.Page(request, (_, after) => (GroupsAfter(tenant, request, after), null))),
        new(GraphMethod.Get, "/directory/deletedItems/graph.group/$count", Groups, static (tenant, request, _) =>
            GroupReads.Groups.Count(request, (_, after) => (GroupsAfter(tenant, request, after), null))),
        new(GraphMethod.Get, "/directory/deletedItems/{item}", Either, static (tenant, request, keys) => Find(tenant, request, keys[0]) is not { } item
            ? GraphResponse.Error(request, GraphError.NotFound(keys[0]))
            : (item.User is null ? Groups : Users).Allows(request.Caller.Permissions)
                ? MemberReads.Members.One(request, item)
                : GraphResponse.Error(request, GraphError.Denied)),
        new(GraphMethod.Get, "/directory/deletedItems/{item}/graph.user", Users, static (tenant, request, keys) => Find(tenant, request, keys[0]) is { User: { } user }
            ? UserReads.Users.One(request, user)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, "/directory/deletedItems/{item}/graph.group", Groups, static (tenant, request, keys) => Find(tenant, request, keys[0]) is { Group: { } group }
            ? GroupReads.Groups.One(request, group)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
    ];

    /// <summary>The item of a key, an object id.</summary>
    public static MemberRow? Find(Tenant tenant, GraphRequest request, string key)
    {
        if (!Guid.TryParse(key, out Guid id))
        {
            return null;
        }

        MemberRow? row = tenant.Deleted.FindUser(id) is >= 0 and int user ? new MemberRow(UserRow.OfDeleted(tenant, user), null)
            : tenant.Deleted.FindGroup(id) is >= 0 and int group ? MemberRow.OfGroup(tenant, group)
            : null;
        DateTimeOffset? at = row?.User?.DeletedAt ?? row?.Group?.DeletedAt;
        return at is { } deleted && DeletedItems.IsThere(deleted, tenant.Now(request.ReceivedAt)) ? row : null;
    }

    /// <summary>The deleted groups that a user owned, whether the user is deleted too or not.</summary>
    public static IEnumerable<MemberRow> OwnedBy(Tenant tenant, GraphRequest request, int user)
    {
        bool deleted = tenant.Deleted.Users.TryGetValue(user, out DeletedUser? absent);
        return GroupsAfter(tenant, request, -1)
            .Where(group => tenant.Deleted.Groups[group.Position].Owners.Span.Contains(user) || (deleted && absent!.Owned.Span.Contains(group.Position)))
            .Select(group => new MemberRow(null, group));
    }

    private static IEnumerable<UserRow> UsersAfter(Tenant tenant, GraphRequest request, int after)
    {
        DateTimeOffset now = tenant.Now(request.ReceivedAt);
        foreach ((int index, DeletedUser item) in tenant.Deleted.Users)
        {
            if (index > after && DeletedItems.IsThere(item.DeletedAt, now))
            {
                yield return UserRow.OfDeleted(tenant, index);
            }
        }
    }

    private static IEnumerable<GroupRow> GroupsAfter(Tenant tenant, GraphRequest request, int after)
    {
        DateTimeOffset now = tenant.Now(request.ReceivedAt);
        foreach ((int index, DeletedGroup item) in tenant.Deleted.Groups)
        {
            if (index > after && DeletedItems.IsThere(item.DeletedAt, now))
            {
                yield return new GroupRow(tenant, index, tenant.Groups[index]);
            }
        }
    }
}
