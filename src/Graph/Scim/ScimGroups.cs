using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Scim;

/// <summary>Groups over SCIM (B800, B807): their name and their members.</summary>
internal static class ScimGroups
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        ScimUsers.Route(GraphMethod.Get, "/Groups", GroupReads.Read, static (tenant, request, _) => ScimLists.Reading(request, query => Page(tenant, request, query))),
        ScimUsers.Route(GraphMethod.Post, "/Groups/.search", GroupReads.Read, static (tenant, request, _) => ScimLists.Search(request, query => Page(tenant, request, query))),
        ScimUsers.Route(GraphMethod.Get, "/Groups/{group}", GroupReads.Read, Read),
        ScimUsers.Route(GraphMethod.Post, "/Groups", GroupWrites.Write, Create),
        ScimUsers.Route(GraphMethod.Put, "/Groups/{group}", GroupWrites.Write, Replace),
        ScimUsers.Route(GraphMethod.Patch, "/Groups/{group}", GroupWrites.Write, Change),
        ScimUsers.Route(GraphMethod.Delete, "/Groups/{group}", GroupWrites.Write, Delete),
    ];

    private static GraphResponse Page(Tenant tenant, GraphRequest request, ScimQuery query) => ScimLists.Page(
        request, ScimGroupShape.Groups, query, Rows(tenant, query.Filter), tenant.GroupCount, query.Shows(null, "members") ? ScimGroupShape.CountOf : null);

    private static Handling Read(Tenant tenant, GraphRequest request, RouteKeys keys) => ScimLists.Reading(
        request,
        query => Find(tenant, keys.First) is { } row ? One(request, query, row, 200) : ScimError.Response(ScimError.NotFound(keys.First)));

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        GroupBody.Resource,
        (read, body) =>
        {
            GroupProfile blank = new(Guid.NewGuid(), "", null, null, MailEnabled: false, SecurityEnabled: true, [], null, default);
            return Whole(read, body, blank, tenant);
        },
        group => request.Submit(
            $"{group.Profile!.Id}",
            new Command.CreateGroup(group.Profile, group.Members!.Against(null).Added.ToValueArray()),
            accepted => One(request, new ScimQuery(), Find(accepted.Next, $"{group.Profile.Id}")!.Value, 201)));

    private static Handling Replace(Tenant tenant, GraphRequest request, RouteKeys keys) => Update(
        tenant, request, keys.First, (now, read, body, row) => Whole(read, body, row.Group.Profile, now), answersGroup: true);

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys) => Update(tenant, request, keys.First, Patched, answersGroup: false);

    private static Handling.Wanted Delete(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        request.Submit(keys.First, new Command.DeleteGroup(Submitting.GroupId(keys.First)), static _ => GraphResponse.Empty());

    // Who comes and who goes is seen on the newest members, which stand still until it is decided: two clients at once add to each other's.
    private static Handling Update(
        Tenant tenant,
        GraphRequest request,
        string key,
        Func<Tenant, BodyReader, JsonElement, GroupRow, (GroupProfile? Profile, ScimMemberChange? Members)> read,
        bool answersGroup)
    {
        // A command that nobody can carry out stands for what cannot be read any more: its decision is not looked at.
        Handling? wrong = null;
        if (Make(tenant) is null)
        {
            return wrong!;
        }

        return new Handling.Deliberate(now => Make(now) ?? new Handling.Wanted(
            new Command.DeleteGroup(Guid.Empty), _ => wrong is Handling.Answered answered ? answered.Response : GraphResponse.Error(request, ScimError.NotFound(key))));

        Handling.Wanted? Make(Tenant now)
        {
            if (Find(now, key) is not { } row)
            {
                wrong = GraphResponse.Error(request, ScimError.NotFound(key));
                return null;
            }

            Handling handling = request.Reading(
                GroupBody.Resource,
                (reader, body) => read(now, reader, body, row),
                group => request.Submit(
                    $"{row.Group.Id}",
                    CommandFor(row, group.Profile!, group.Members!),
                    accepted => answersGroup ? One(request, new ScimQuery(), Find(accepted.Next, key)!.Value, 200) : GraphResponse.Empty()));
            wrong = handling;
            return handling as Handling.Wanted;
        }
    }

    private static Command CommandFor(GroupRow row, GroupProfile profile, ScimMemberChange members)
    {
        (IReadOnlyList<Guid> added, IReadOnlyList<Guid> removed) = members.Against(row);
        Command update = new Command.UpdateGroup(profile, added.ToValueArray()) { Basis = row.Group.Profile };
        return removed.Count == 0 ? update
            : added.Count == 0 && profile == row.Group.Profile && removed.Count == 1 ? new Command.RemoveMember(profile.Id, removed[0])
            : new Command.ApplyChanges([update, new Command.RemoveMembers(profile.Id, removed.ToValueArray())]) { MayRemoveMany = true };
    }

    private static (GroupProfile? Profile, ScimMemberChange? Members) Whole(BodyReader read, JsonElement body, GroupProfile before, Tenant tenant)
    {
        (JsonNode? tree, GraphError? error) = ScimTree.Read(body);
        if (error is not null || tree is not JsonObject group)
        {
            read.Fail(error ?? ScimError.Syntax("A group is an object."));
            return default;
        }

        if (ScimMatch.Text(group["id"]) is { } id && before.DisplayName.Length > 0 && id != $"{before.Id}")
        {
            read.Fail(ScimError.Mutability("The id of a resource does not change."));
        }

        ScimMemberChange members = new(tenant);
        if (group.ContainsKey("members") && members.Take(new ScimOperation(ScimVerb.Replace, new ScimPath(new ScimName(null, "members", null), null, null), group["members"])) is { } wrong)
        {
            read.Fail(wrong);
        }

        bool named = group.ContainsKey("displayName") || before.DisplayName.Length == 0;
        return (named ? Named(read, ScimTree.Single(group["displayName"]), before) : before, members);
    }

    private static (GroupProfile? Profile, ScimMemberChange? Members) Patched(Tenant tenant, BodyReader read, JsonElement body, GroupRow row)
    {
        GroupProfile profile = row.Group.Profile;
        ScimMemberChange members = new(tenant);
        (IReadOnlyList<ScimOperation> operations, GraphError? error) = ScimPatch.Read(body);
        foreach (ScimOperation operation in operations)
        {
            string attribute = operation.Path.Name.Attribute.ToUpperInvariant();
            JsonNode? single = ScimTree.Single(operation.Value);
            error ??= attribute switch
            {
                "MEMBERS" => members.Take(operation),
                "ID" when ScimMatch.Text(single) != $"{profile.Id}" => ScimError.Mutability("The id of a resource does not change."),
                "META" => ScimError.Mutability("'meta' is read-only."),
                "DISPLAYNAME" when operation.Verb == ScimVerb.Remove => ScimError.Mutability("A group always has a displayName: replace it instead."),
                _ => null,
            };
            if (attribute == "DISPLAYNAME" && error is null && read.Error is null)
            {
                profile = Named(read, single, profile);
            }
        }

        if (error is not null)
        {
            read.Fail(error);
        }

        return (profile, members);
    }

    private static GroupProfile Named(BodyReader read, JsonNode? name, GroupProfile before)
    {
        JsonObject graph = new() { ["displayName"] = name?.DeepClone() };
        using JsonDocument document = JsonSerializer.SerializeToDocument(graph, ScimJson.Default.JsonObject);
        return GroupBody.Change(read, document.RootElement, before, Tenant.Unborn, out _).Group;
    }

    private static GraphResponse One(GraphRequest request, ScimQuery query, GroupRow row, int status) =>
        query.Shows(null, "members") && ScimGroupShape.CountOf(row) > ScimLimits.MembersShown && status == 200 && request.Method == GraphMethod.Get
            ? ScimLists.TooManyMembers
            : ScimLists.One(request, ScimGroupShape.Groups, query, row, status);

    private static GroupRow? Find(Tenant tenant, string key) =>
        Guid.TryParseExact(key, "D", out Guid id) && tenant.FindGroup(id) is >= 0 and int index ? new GroupRow(tenant, index, tenant.Groups[index]) : null;

    // An id in the filter leads to one group through an index.
    private static IEnumerable<GroupRow> Rows(Tenant tenant, ScimFilter? filter) =>
        Named(filter) is { } id ? (Find(tenant, id) is { } row ? [row] : []) : All(tenant);

    private static IEnumerable<GroupRow> All(Tenant tenant)
    {
        PagedVector<Group> groups = tenant.Groups;
        for (int index = 0; index < groups.Count; index++)
        {
            if (!groups[index].IsDeleted)
            {
                yield return new GroupRow(tenant, index, groups[index]);
            }
        }
    }

    private static string? Named(ScimFilter? filter) => filter switch
    {
        ScimFilter.And and => Named(and.Left) ?? Named(and.Right),
        ScimFilter.Compare { Operator: ScimOperator.Equal, Value: { } value, Name: { Sub: null } name } when name.Attribute.Equals("id", StringComparison.OrdinalIgnoreCase) => value,
        _ => null,
    };
}
