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

    /// <summary>Who may change groups.</summary>
    public static readonly RouteAccess Write = RouteAccess.AnyOf("Group.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>Who may change members of groups.</summary>
    public static readonly RouteAccess Members = RouteAccess.AnyOf("GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/groups", Make, Create),
        new(GraphMethod.Patch, "/groups/{group}", Members, Change),
        new(GraphMethod.Delete, "/groups/{group}", Write, Delete),
        new(GraphMethod.Post, "/groups/{group}/members/$ref", Members, AddMember),
        new(GraphMethod.Delete, "/groups/{group}/members/{member}/$ref", Members, RemoveMember),
        new(GraphMethod.Post, "/groups/{group}/owners/$ref", Write, AddOwner),
        new(GraphMethod.Delete, "/groups/{group}/owners/{owner}/$ref", Write, RemoveOwner),
    ];

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        GroupBody.Resource,
        (read, body) => GroupBody.Create(read, body, Guid.NewGuid(), tenant),
        read => request.Submit(
            read.Group.DisplayName,
            new Command.CreateGroup(read.Group, read.Members) { Owners = OwnersOf(tenant, request, read.Group, read.Owners) },
            accepted => Entities.Group(accepted.Next, request, 201, read.Group.Id)));

    // B145
    private static ValueArray<Guid> OwnersOf(Tenant tenant, GraphRequest request, GroupProfile group, ValueArray<Guid> owners) =>
        owners.Count == 0 && group.GroupTypes.Contains("Unified") && request.Caller.User is { } person && tenant.FindUser(person.Id) >= 0 ? [person.Id] : owners;

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
                (GroupProfile Group, ValueArray<Guid> Members, ValueArray<Guid> Owners) change = GroupBody.Change(read, body, before, tenant, out bool propertiesGiven);
                if (propertiesGiven && !Write.Allows(request.Caller.Permissions))
                {
                    read.Fail(GraphError.Denied);
                }

                return change;
            },
            change => request.Submit(
                key,
                new Command.UpdateGroup(change.Group, change.Members) { Basis = before, NewOwners = change.Owners },
                static _ => GraphResponse.Empty()));
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

    private static Handling AddOwner(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return request.Reading(
            GroupBody.Resource,
            (read, body) => MemberLinks.ReadReference(read, body, tenant),
            owner => request.Submit(key, new Command.AddOwners(Submitting.GroupId(key), [owner]), static _ => GraphResponse.Empty()));
    }

    private static Handling RemoveOwner(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Guid.TryParseExact(keys.Second, "D", out Guid owner)
            ? request.Submit(keys.First, new Command.RemoveOwner(Submitting.GroupId(keys.First), owner), static _ => GraphResponse.Empty())
            : GraphResponse.Error(request, GraphError.NotFound(keys.Second));
}
