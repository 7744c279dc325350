using Berth.Engine.Directory;
using Berth.Graph.Queries;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Members of groups, direct and at any depth, and the members whose licenses are in error.</summary>
internal static class MemberReads
{
    /// <summary>How users and groups are answered where both can stand.</summary>
    public static Resource<MemberRow> Members { get; } =
        new(DirectoryShapes.Member, "directoryObjects", DirectoryCapabilities.Member) { TypeOf = DirectoryShapes.TypeOf };

    private static readonly RouteAccess Read = RouteAccess.AnyOf(
        "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        .. Relations.Of("/groups/{group}/members", Read, Relations.MemberKinds, static (tenant, key) => GroupReads.Find(tenant, key) is { } row
            ? new Related(tenant, IndexList.Of(row.Group.Members), IndexList.Of(row.Group.MemberGroups.ToArray()))
            : null),
        .. Relations.Of("/groups/{group}/transitiveMembers", Read, Relations.MemberKinds, isTransitive: true, find: static (tenant, key) =>
        {
            if (GroupReads.Find(tenant, key) is not { } row)
            {
                return null;
            }

            int[] inside = Nesting.Inside(tenant, row.Position);
            return new Related(tenant, IndexList.Of([row.Group.Members, .. inside.Select(group => tenant.Groups[group].Members)]), IndexList.Of(inside));
        }),
        .. Relations.Of("/groups/{group}/membersWithLicenseErrors", Read, ["user"], static (tenant, key) => GroupReads.Find(tenant, key) is { } row
            ? new Related(tenant, IndexList.Of(row.Group.Troubled), IndexList.Empty)
            : null),
    ];
}
