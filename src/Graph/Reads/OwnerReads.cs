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
        .. Relations.Of("/groups/{group}/owners", Read, ["user", "servicePrincipal"], static (tenant, key) => GroupReads.Find(tenant, key) is { } group
            ? new Related(tenant, IndexList.Of(group.Group.Owners.ToArray()), IndexList.Empty)
            : null),
        .. Relations.Of("/users/{user}/ownedObjects", ReadOwned, ["group", "application", "servicePrincipal"], static (tenant, key) => UserReads.Find(tenant, key) is { } user
            ? new Related(tenant, IndexList.Empty, IndexList.Of(tenant.OwnedBy(user.Position).ToArray()))
            : null),
    ];
}
