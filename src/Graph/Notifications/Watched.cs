using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.Notifications;

/// <summary>What a subscription looks at.</summary>
public enum WatchedKind
{
    /// <summary>Users, all or one.</summary>
    Users,

    /// <summary>Groups, all or one, with their members and owners.</summary>
    Groups,

    /// <summary>The members of one group.</summary>
    Members,

    /// <summary>The owners of one group.</summary>
    Owners,
}

/// <summary>The resource of a subscription, read.</summary>
/// <param name="Kind">What it looks at.</param>
/// <param name="Id">The one object; null for all.</param>
public sealed record Watched(WatchedKind Kind, Guid? Id)
{
    private static readonly PermissionSet[] ReadUsers = Sets("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");
    private static readonly PermissionSet[] ReadGroups = Sets("Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");
    private static readonly PermissionSet[] ReadMembers = [.. ReadGroups, .. Sets("GroupMember.Read.All", "GroupMember.ReadWrite.All")];

    /// <summary>Whether a caller may look at it: with the least permission of the resource, or a greater one.</summary>
    public bool Allows(PermissionSet granted) => (Kind switch
    {
        WatchedKind.Users => ReadUsers,
        WatchedKind.Groups or WatchedKind.Owners => ReadGroups,
        WatchedKind.Members => ReadMembers,
    }).Any(granted.Covers);

    /// <summary>Reads a resource such as <c>/users/{id}</c> or <c>groups/{id}/members</c>; a user can be named by principal name, and <c>me</c> is the caller.</summary>
    internal static (Watched? Watched, GraphError? Error) Read(string resource, Tenant tenant, Caller caller)
    {
        GraphPath? path = resource.Contains('?', StringComparison.Ordinal) ? null : GraphPath.Read(resource).Path;
        string[] names = path is null ? [] : [.. path.Segments.Select((segment, i) => i == 1 ? segment.Text : segment.Name.ToUpperInvariant())];
        switch (names)
        {
            case ["ME"] when caller.User is { } user:
                return (new Watched(WatchedKind.Users, user.Id), null);
            case ["USERS"]:
                return (new Watched(WatchedKind.Users, null), null);
            case ["GROUPS"]:
                return (new Watched(WatchedKind.Groups, null), null);
            case ["USERS", var key]:
                int at = Submitting.FindUser(tenant, key);
                return at < 0 ? (null, Missing(key)) : (new Watched(WatchedKind.Users, tenant.Users[at]!.Id), null);
            case ["GROUPS", var key, .. var rest] when rest is [] or ["MEMBERS"] or ["OWNERS"]:
                Guid id = Submitting.GroupId(key);
                WatchedKind kind = rest is ["MEMBERS"] ? WatchedKind.Members : rest is ["OWNERS"] ? WatchedKind.Owners : WatchedKind.Groups;
                return tenant.FindGroup(id) < 0 ? (null, Missing(key)) : (new Watched(kind, id), null);
            default:
                return (null, new GraphError(
                    400,
                    "InvalidRequest",
                    $"Resource '{resource}' is not supported for change notifications. Supported are /users, /users/{{id}}, /groups, /groups/{{id}}, /groups/{{id}}/members and /groups/{{id}}/owners.",
                    "resourceUnsupported") { Target = "resource" });
        }
    }

    private static GraphError Missing(string key) => new(404, "ResourceNotFound", $"Resource '{key}' does not exist or one of its queried reference-property objects are not present.", "resourceNotFound");

    private static PermissionSet[] Sets(params string[] names) => [.. names.Select(name => PermissionSet.Of(name))];
}
