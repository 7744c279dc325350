using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Writes;

/// <summary>Creating, changing and deleting groups, and who belongs to them.</summary>
internal static class GroupWrites
{
    private static readonly RouteAccess Make = RouteAccess.AnyOf("Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All");
    private static readonly RouteAccess Write = RouteAccess.AnyOf("Group.ReadWrite.All", "Directory.ReadWrite.All");
    private static readonly RouteAccess Members = RouteAccess.AnyOf("GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/groups", Make, Create),
        new(GraphMethod.Patch, "/groups/{group}", Members, Change),
        new(GraphMethod.Delete, "/groups/{group}", Write, Delete),
        new(GraphMethod.Post, "/groups/{group}/members/$ref", Members, AddMember),
        new(GraphMethod.Delete, "/groups/{group}/members/{member}/$ref", Members, RemoveMember),

        // Berth keeps no owners. Clients that remove somebody from a group ask for both roles and expect a 404 for the one not held.
        new(GraphMethod.Delete, "/groups/{group}/owners/{owner}/$ref", Members, static (_, request, keys) =>
            GraphResponse.Error(request, GraphError.NotFound(keys.Second))),
    ];

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        GroupBody.Resource,
        (read, body) => GroupBody.Create(read, body, Guid.NewGuid(), tenant),
        read => request.Submit(
            read.Group.DisplayName,
            new Command.CreateGroup(read.Group, read.Members),
            accepted => Entities.Group(accepted.Next, request, 201, read.Group.Id)));

    // Members alone take less than a change of the group itself (protocol 2.1).
    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        int index = Submitting.FindGroup(tenant, key);
        if (index < 0)
        {
            return GraphResponse.Error(request, GraphError.NotFound(key));
        }

        GroupProfile before = tenant.Groups[index].Profile;
        return request.Reading(
            GroupBody.Resource,
            (read, body) =>
            {
                (GroupProfile Group, ValueArray<Guid> Members) change = GroupBody.Change(read, body, before, tenant, out bool propertiesGiven);
                if (propertiesGiven && !Write.Allows(request.Caller.Permissions))
                {
                    read.Fail(GraphError.Denied);
                }

                return change;
            },
            change => request.Submit(
                key, new Command.UpdateGroup(change.Group, change.Members) { Basis = before }, static _ => GraphResponse.Empty()));
    }

    private static Handling.Wanted Delete(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        request.Submit(keys.First, new Command.DeleteGroup(Submitting.GroupId(keys.First)), static _ => GraphResponse.Empty());

    private static Handling AddMember(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return request.Reading(
            GroupBody.Resource,
            (read, body) => MemberLinks.ReadReference(read, body, tenant),
            member => request.Submit(key, new Command.AddMembers(Submitting.GroupId(key), [member]), static _ => GraphResponse.Empty()));
    }

    private static Handling RemoveMember(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Guid.TryParseExact(keys.Second, "D", out Guid member)
            ? request.Submit(keys.First, new Command.RemoveMember(Submitting.GroupId(keys.First), member), static _ => GraphResponse.Empty())
            : GraphResponse.Error(request, GraphError.NotFound(keys.Second));
}
