using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Who owns a group, over real HTTP (B143, B144, B145).</summary>
public sealed class Owners
{
    [Fact]
    public async Task Owners_come_with_a_group_by_a_change_and_one_by_one()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");
        Guid group = (await room.DoAsync("POST", "/v1.0/groups", GroupJson("crew", $$""","owners@odata.bind":["https://graph.microsoft.com/v1.0/users/{{ada}}"]"""))).GetProperty("id").GetGuid();

        // As m365 writes it: a change, in mixed case, with its own host.
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"owners@odata.bind":["https://graph.microsoft.com/v1.0/directoryObjects/{{bob}}"]}""");
        Answer added = await room.SendAsync("POST", $"/v1.0/groups/{group}/owners/$ref", Reference("users/eve@fabrikam.example"));
        Assert.Equal((204, 0), (added.Status, added.Body.Length));

        JsonElement owners = (await room.EventualAsync($"/v1.0/groups/{group}/Owners?$select=id,displayName,userPrincipalName,givenName,surname&$count=true")).Json;
        Assert.Equal(3, owners.GetProperty("@odata.count").GetInt32());
        Assert.Equal(
            [("#microsoft.graph.user", ada), ("#microsoft.graph.user", bob), ("#microsoft.graph.user", eve)],
            owners.GetProperty("value").EnumerateArray().Select(one => (one.GetProperty("@odata.type").GetString(), one.GetProperty("id").GetGuid())));
        Assert.Equal("1", (await room.EventualAsync($"/v1.0/groups/{group}/owners/$count?$filter=id eq '{bob}'")).Text);
        Assert.Equal("3", (await room.EventualAsync($"/v1.0/groups/{group}/owners/$count")).Text);
        Assert.Equal("3", (await room.EventualAsync($"/v1.0/groups/{group}/owners/microsoft.graph.user/$count")).Text);
        Assert.Equal(3, (await room.DoAsync("GET", $"/v1.0/groups/{group}/owners/microsoft.graph.user?$select=id")).GetProperty("value").GetArrayLength());
        JsonElement expanded = await room.DoAsync("GET", $"/v1.0/groups/{group}?$select=id&$expand=owners($select=displayName)");
        Assert.Equal(["ada", "bob", "eve"], expanded.GetProperty("owners").EnumerateArray().Select(one => one.GetProperty("displayName").GetString()));
        Assert.Empty((await room.DoAsync("GET", $"/v1.0/groups/{group}/members")).GetProperty("value").EnumerateArray());

        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/groups/{group}/owners/{bob}/$ref")).Status);
        Assert.Equal("2", (await room.EventualAsync($"/v1.0/groups/{group}/owners/$count")).Text);
    }

    [Fact]
    public async Task A_user_owns_groups_and_they_are_typed()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), first = await room.AddGroupAsync("first"), second = await room.AddGroupAsync("second");
        foreach (Guid group in new[] { second, first })
        {
            await room.DoAsync("POST", $"/v1.0/groups/{group}/owners/$ref", Reference($"users/{ada}"));
        }

        JsonElement owned = await room.DoAsync("GET", $"/v1.0/users/{ada}/ownedObjects?$top=1&$select=displayName");
        Assert.Equal("#microsoft.graph.group", owned.GetProperty("value")[0].GetProperty("@odata.type").GetString());
        JsonElement next = await room.DoAsync("GET", new Uri(owned.GetProperty("@odata.nextLink").GetString()!).PathAndQuery);
        Assert.Equal("second", Assert.Single(next.GetProperty("value").EnumerateArray()).GetProperty("displayName").GetString());
        JsonElement groups = await room.DoAsync("GET", $"/v1.0/users/{ada}/ownedObjects/microsoft.graph.group?$filter=displayName eq 'first'&$select=id");
        Assert.Equal(first, Assert.Single(groups.GetProperty("value").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal("2", (await room.EventualAsync($"/v1.0/users/{ada}/ownedObjects/$count")).Text);
        Assert.Equal("2", (await room.EventualAsync($"/v1.0/users/{ada}/ownedObjects/graph.group/$count")).Text);
        JsonElement user = await room.DoAsync("GET", $"/v1.0/users/{ada}?$select=id&$expand=ownedObjects($select=displayName)");
        Assert.Equal(2, user.GetProperty("ownedObjects").GetArrayLength());
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/users/{Guid.NewGuid()}/ownedObjects");
    }

    // B144
    [Fact]
    public async Task Owners_are_added_all_or_none_the_last_one_stays_and_each_refusal_has_its_text()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), inner = await room.AddGroupAsync("inner"), nobody = Guid.NewGuid();
        Guid group = await room.AddGroupAsync("sales", ada);
        string Bind(params Guid[] ids) => $$"""{"owners@odata.bind":[{{string.Join(',', ids.Select(id => $"\"https://x/directoryObjects/{id}\""))}}]}""";
        string path = $"/v1.0/groups/{group}";

        // Clients that take somebody out of a group ask for both roles and expect this 404 for the one not held.
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"{path}/owners/{ada}/$ref");
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"{path}/owners/nobody/$ref");
        await room.DoAsync("PATCH", path, Bind(ada));
        Assert.Equal(
            "The group must have at least one owner, hence this owner cannot be removed.",
            await room.RefusedAsync(400, "lastOwner", "DELETE", $"{path}/owners/{ada}/$ref"));
        const string Exists = "One or more added object references already exist for the following modified properties: 'owners'.";
        Assert.Equal(Exists, await room.RefusedAsync(400, "alreadyOwner", "PATCH", path, Bind(bob, ada)));
        Assert.Equal(Exists, await room.RefusedAsync(400, "alreadyOwner", "POST", $"{path}/owners/$ref", Reference($"users/{ada}")));
        Assert.Contains($"'{nobody}'", await room.RefusedAsync(404, "resourceNotFound", "PATCH", path, Bind(bob, nobody)), StringComparison.Ordinal);
        Assert.Contains($"'{inner}'", await room.RefusedAsync(404, "resourceNotFound", "POST", $"{path}/owners/$ref", Reference($"groups/{inner}")), StringComparison.Ordinal);
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/v1.0/groups/{nobody}/owners/$ref", Reference($"users/{ada}"));
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/groups/{nobody}/owners/{ada}/$ref");
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/groups/{nobody}/owners");
        await room.RefusedAsync(400, "typeWrong", "PATCH", path, """{"owners@odata.bind":"x"}""");
        await room.RefusedAsync(403, "permissionMissing", "PATCH", path, Bind(bob), "GroupMember.ReadWrite.All");
        await room.RefusedAsync(404, "resourceNotFound", "POST", "/v1.0/groups", GroupJson("x", $$""","owners@odata.bind":["https://x/users/{{nobody}}"]"""));
    }

    [Fact]
    public async Task One_request_adds_twenty_owners_and_a_group_has_one_hundred()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid group = await room.AddGroupAsync("sales");
        List<Guid> users = [];
        for (int i = 0; i < 101; i++)
        {
            users.Add(await room.AddUserAsync($"user{i}"));
        }

        string Bind(IEnumerable<Guid> ids) => $$"""{"owners@odata.bind":[{{string.Join(',', ids.Select(id => $"\"https://x/directoryObjects/{id}\""))}}]}""";
        Assert.EndsWith("One request adds at most 20 owners.", await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/groups/{group}", Bind(users[..21])), StringComparison.Ordinal);
        for (int i = 0; i < 100; i += 20)
        {
            await room.DoAsync("PATCH", $"/v1.0/groups/{group}", Bind(users[i..(i + 20)]));
        }

        Assert.Equal(
            "A group has at most 100 owners: remove some before you add others.",
            await room.RefusedAsync(400, "tooManyOwners", "POST", $"/v1.0/groups/{group}/owners/$ref", Reference($"users/{users[100]}")));
    }

    // B145
    [Fact]
    public async Task A_signed_in_person_owns_the_Microsoft_365_group_they_create_without_naming_owners()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        string unified = ",\"groupTypes\":[\"Unified\"]";
        string Person(Guid id) => $"user {id} *";

        Assert.Equal([ada], await OwnersOf(room, await room.SendAsync("POST", "/v1.0/groups", GroupJson("a", unified), Person(ada))));
        Assert.Equal([bob], await OwnersOf(room, await room.SendAsync("POST", "/v1.0/groups", GroupJson("b", unified + $$""","owners@odata.bind":["https://x/users/{{bob}}"]"""), Person(ada))));
        Assert.Empty(await OwnersOf(room, await room.SendAsync("POST", "/v1.0/groups", GroupJson("c", ""), Person(ada))));
        Assert.Empty(await OwnersOf(room, await room.SendAsync("POST", "/v1.0/groups", GroupJson("d", unified))));
        Assert.Empty(await OwnersOf(room, await room.SendAsync("POST", "/v1.0/groups", GroupJson("e", unified), Person(Guid.NewGuid()))));
    }

    [Fact]
    public async Task The_audit_log_tells_who_became_an_owner_of_what()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales");
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"owners@odata.bind":["https://x/users/{{ada}}","https://x/users/{{bob}}"]}""");
        await room.DoAsync("DELETE", $"/v1.0/groups/{group}/owners/{ada}/$ref");

        JsonElement log = await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits?$filter=category eq 'GroupManagement'&$top=3");
        string[] rows = [.. log.GetProperty("value").EnumerateArray().Select(row =>
            $"{row.GetProperty("activityDisplayName")} {row.GetProperty("operationType")} {string.Join(' ', row.GetProperty("targetResources").EnumerateArray().Select(target => target.GetProperty("displayName").GetString()))}")];
        Assert.Equal(["Remove owner from group Unassign ada sales", "Add owner to group Assign bob sales", "Add owner to group Assign ada sales"], rows);
    }

    private static string Reference(string to) => $$"""{"@odata.id":"https://graph.microsoft.com/v1.0/{{to}}"}""";

    private static string GroupJson(string name, string more) =>
        $$"""{"displayName":"{{name}}","mailEnabled":false,"mailNickname":"{{name}}","securityEnabled":true{{more}}}""";

    private static async Task<Guid[]> OwnersOf(RunningRoom room, Answer made)
    {
        Assert.Equal(201, made.Status);
        JsonElement owners = await room.DoAsync("GET", $"/v1.0/groups/{made.Json.GetProperty("id").GetGuid()}/owners");
        return [.. owners.GetProperty("value").EnumerateArray().Select(owner => owner.GetProperty("id").GetGuid())];
    }
}
