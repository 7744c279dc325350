using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Groups: list, one, and the groups one belongs to, directly and at any depth.</summary>
internal static class GroupReads
{
    /// <summary>How groups are answered, also by writes.</summary>
    public static Resource<GroupRow> Groups { get; } = new(DirectoryShapes.Group, "groups", DirectoryCapabilities.Group);

    private static readonly Resource<GroupRow> BetaGroups = new(DirectoryShapes.BetaGroup, "groups", DirectoryCapabilities.Group);

    /// <summary>Who may read them.</summary>
    public static RouteAccess Read { get; } = RouteAccess.AnyOf(
        "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/groups", Read, static (tenant, request, _) => In(request).Page(request, (query, after) => Rows(tenant, query, after))),
        new(GraphMethod.Get, "/groups/$count", Read, static (tenant, request, _) => In(request).Count(request, (query, after) => Rows(tenant, query, after))),
        new(GraphMethod.Get, "/groups/{group}", Read, static (tenant, request, keys) => Find(tenant, keys[0]) is { } group
            ? In(request).One(request, group)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        .. Relations.Of("/groups/{group}/memberOf", Read, Relations.ContainerKinds, static (tenant, key) => Find(tenant, key) is { } group
            ? new Related(tenant, IndexList.Empty, IndexList.Of([.. tenant.ParentsOf(group.Position)]))
            : null),
        .. Relations.Of("/groups/{group}/transitiveMemberOf", Read, Relations.ContainerKinds, isTransitive: true, find: static (tenant, key) => Find(tenant, key) is { } group
            ? new Related(tenant, IndexList.Empty, IndexList.Of(Nesting.OverGroup(tenant, group.Position)))
            : null),
    ];

    private static Resource<GroupRow> In(GraphRequest request) => request.Version == GraphVersion.Beta ? BetaGroups : Groups;

    /// <summary>The group of a key: an object id.</summary>
    public static GroupRow? Find(Tenant tenant, string key) =>
        Guid.TryParse(key, out Guid id) && tenant.FindGroup(id) is >= 0 and int index ? new GroupRow(tenant, index, tenant.Groups[index]) : null;

    private static (IEnumerable<GroupRow> Rows, int? Count) Rows(Tenant tenant, Query<GroupRow> query, int after)
    {
        foreach (Equality equality in query.Equalities)
        {
            if (equality.Path == "id")
            {
                return (Named(tenant, equality.Values, after), null);
            }
        }

        return (All(tenant, after), query.Filter is null ? tenant.GroupCount : null);
    }

    private static IEnumerable<GroupRow> All(Tenant tenant, int after)
    {
        PagedVector<Group> groups = tenant.Groups;
        for (int index = after + 1; index < groups.Count; index++)
        {
            if (!groups[index].IsDeleted)
            {
                yield return new GroupRow(tenant, index, groups[index]);
            }
        }
    }

    private static IEnumerable<GroupRow> Named(Tenant tenant, object?[] values, int after)
    {
        foreach (int index in values.Select(value => Guid.TryParse(value as string, out Guid id) ? tenant.FindGroup(id) : -1).Where(index => index > after).Distinct().Order())
        {
            yield return new GroupRow(tenant, index, tenant.Groups[index]);
        }
    }
}
