using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Users and groups where a client knows the id and not the kind.</summary>
internal static class DirectoryObjectReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf("Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/directoryObjects/{object}", Read, static (tenant, request, keys) => Find(tenant, keys[0]) is { } row
            ? MemberReads.Members.One(request, row)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
    ];

    /// <summary>The user or group of a key: an object id.</summary>
    public static MemberRow? Find(Tenant tenant, string key) => Guid.TryParse(key, out Guid id) ? Find(tenant, id) : null;

    /// <summary>The user or group of an object id, or null.</summary>
    public static MemberRow? Find(Tenant tenant, Guid id) =>
        tenant.FindUser(id) is >= 0 and int user ? MemberRow.OfUser(tenant, user)
        : tenant.FindGroup(id) is >= 0 and int group ? MemberRow.OfGroup(tenant, group)
        : null;
}
