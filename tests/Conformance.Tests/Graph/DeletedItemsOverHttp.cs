using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Soft delete, restore and deleting for good, over real HTTP (B74, B146 to B150).</summary>
public sealed class DeletedItemsOverHttp
{
    private const string Users = "/v1.0/directory/deletedItems/microsoft.graph.user";

    [Fact]
    public async Task A_deleted_user_is_listed_shown_restored_and_has_everything_again()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync("SPE_E5", 1);
        await room.BuyAsync("POWER_BI_PRO", 1);
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");
        Guid group = await room.AddGroupAsync("sales", ada), owned = await room.AddGroupAsync("owned");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("POWER_BI_PRO")], []));
        await room.DoAsync("PUT", $"/v1.0/users/{ada}/manager/$ref", Reference(bob));
        await room.DoAsync("PUT", $"/v1.0/users/{eve}/manager/$ref", Reference(ada));
        await room.DoAsync("POST", $"/v1.0/groups/{owned}/owners/$ref", Reference(ada));

        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");

        Assert.Equal(404, (await room.SendAsync("GET", $"/v1.0/users/{ada}")).Status);
        Assert.Equal(404, (await room.SendAsync("GET", "/v1.0/users/ada@fabrikam.example")).Status);
        Assert.Empty((await room.DoAsync("GET", $"/v1.0/groups/{group}/members")).GetProperty("value").EnumerateArray());
        JsonElement item = await room.DoAsync("GET", $"/v1.0/directory/deletedItems/{ada}?$select=id,deletedDateTime,userPrincipalName,assignedLicenses");
        Assert.EndsWith("/v1.0/$metadata#directoryObjects(id,deletedDateTime,userPrincipalName,assignedLicenses)/$entity", item.GetProperty("@odata.context").GetString()!, StringComparison.Ordinal);
        Assert.Equal("#microsoft.graph.user", item.GetProperty("@odata.type").GetString());
        Assert.Equal($"{ada:N}ada@fabrikam.example", item.GetProperty("userPrincipalName").GetString());
        Assert.Empty(item.GetProperty("assignedLicenses").EnumerateArray());
        Assert.InRange(item.GetProperty("deletedDateTime").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(10));
        Assert.Equal(ada, (await room.DoAsync("GET", $"/v1.0/directory/deletedItems/{ada}/graph.user")).GetProperty("id").GetGuid());
        Assert.Equal(404, (await room.SendAsync("GET", $"/v1.0/directory/deletedItems/{ada}/graph.group")).Status);
        Assert.Equal(ada, Assert.Single((await room.DoAsync("GET", Users)).GetProperty("value").EnumerateArray()).GetProperty("id").GetGuid());

        Answer restored = await room.SendAsync("POST", $"/v1.0/directory/deletedItems/{ada}/restore");
        Assert.Equal((200, "#microsoft.graph.user", "ada@fabrikam.example"),
            (restored.Status, restored.Json.GetProperty("@odata.type").GetString(), restored.Json.GetProperty("userPrincipalName").GetString()));
        Assert.Equal(["POWER_BI_PRO group Active None", "SPE_E5 direct Active None"], (await room.StatesAsync(ada)).Order(StringComparer.Ordinal));
        Assert.Equal(bob, (await room.DoAsync("GET", $"/v1.0/users/{ada}/manager")).GetProperty("id").GetGuid());
        Assert.Equal(ada, (await room.DoAsync("GET", $"/v1.0/users/{eve}/manager")).GetProperty("id").GetGuid());
        Assert.Equal(ada, Assert.Single((await room.DoAsync("GET", $"/v1.0/groups/{owned}/owners")).GetProperty("value").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(JsonValueKind.Null, (await room.DoAsync("GET", $"/v1.0/users/{ada}?$select=deletedDateTime")).GetProperty("deletedDateTime").ValueKind);
        Assert.Empty((await room.DoAsync("GET", Users)).GetProperty("value").EnumerateArray());
    }

    [Fact]
    public async Task Deleted_users_are_filtered_sorted_counted_and_paged()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (string name in new[] { "ada", "bob", "eve" })
        {
            Guid id = await room.AddUserAsync(name);
            await room.DoAsync("DELETE", $"/v1.0/users/{id}");
        }

        await room.AddUserAsync("zoe");
        Assert.Equal("3", (await room.EventualAsync($"{Users}/$count")).Text);
        JsonElement page = (await room.EventualAsync($"{Users}?$count=true&$orderby=deletedDateTime desc&$top=2&$select=displayName,deletedDateTime")).Json;
        Assert.Equal(3, page.GetProperty("@odata.count").GetInt32());
        Assert.Equal(["eve", "bob"], page.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("displayName").GetString()));
        JsonElement rest = (await room.EventualAsync(new Uri(page.GetProperty("@odata.nextLink").GetString()!).PathAndQuery)).Json;
        Assert.Equal("ada", Assert.Single(rest.GetProperty("value").EnumerateArray()).GetProperty("displayName").GetString());
        JsonElement found = await room.DoAsync("GET", $"{Users}?$filter=startswith(displayName,'b')&$select=displayName");
        Assert.Equal("bob", Assert.Single(found.GetProperty("value").EnumerateArray()).GetProperty("displayName").GetString());
        JsonElement sorted = await room.DoAsync("GET", $"{Users}?$orderby=displayName&$select=displayName&$top=1");
        Assert.Equal("ada", Assert.Single(sorted.GetProperty("value").EnumerateArray()).GetProperty("displayName").GetString());
    }

    // B146, B148
    [Fact]
    public async Task A_Microsoft_365_group_comes_back_with_its_members_and_a_security_group_does_not()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), security = await room.AddGroupAsync("security", ada);
        Guid unified = (await room.DoAsync("POST", "/v1.0/groups", $$"""
            {"displayName":"crew","mailEnabled":true,"mailNickname":"crew","securityEnabled":true,"groupTypes":["Unified"],
             "members@odata.bind":["https://x/users/{{ada}}","https://x/users/{{bob}}"],"owners@odata.bind":["https://x/users/{{bob}}"]}
            """)).GetProperty("id").GetGuid();
        await room.DoAsync("DELETE", $"/v1.0/groups/{unified}");
        await room.DoAsync("DELETE", $"/v1.0/groups/{security}");
        const string Groups = "/v1.0/directory/deletedItems/graph.group";

        JsonElement item = Assert.Single((await room.DoAsync("GET", $"{Groups}?$select=id,displayName,deletedDateTime")).GetProperty("value").EnumerateArray());
        Assert.Equal((unified, JsonValueKind.String), (item.GetProperty("id").GetGuid(), item.GetProperty("deletedDateTime").ValueKind));
        Assert.Equal("1", (await room.EventualAsync($"{Groups}/$count")).Text);
        Assert.Equal("crew", (await room.DoAsync("GET", $"/v1.0/directory/deletedItems/{unified}/microsoft.graph.group")).GetProperty("displayName").GetString());
        string byOwner = $$"""{"userId":"{{bob}}","type":"Group"}""";
        Assert.Equal(unified, Assert.Single((await room.DoAsync("POST", "/v1.0/directory/deletedItems/getUserOwnedObjects", byOwner)).GetProperty("value").EnumerateArray())
            .GetProperty("id").GetGuid());
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/v1.0/directory/deletedItems/{security}/restore");
        await room.RefusedAsync(400, "valueInvalid", "POST", $"/v1.0/directory/deletedItems/{unified}/restore", """{"newUserPrincipalName":"x@fabrikam.example"}""");

        await room.DoAsync("DELETE", $"/v1.0/users/{bob}");
        JsonElement restored = await room.DoAsync("POST", $"/v1.0/directory/deletedItems/{unified}/microsoft.graph.restore", "{}");
        Assert.Equal("#microsoft.graph.group", restored.GetProperty("@odata.type").GetString());
        Assert.Equal([ada], await IdsOf(room, $"/v1.0/groups/{unified}/members"));

        await room.DoAsync("POST", $"/v1.0/directory/deletedItems/{bob}/restore");
        Assert.Equal([ada, bob], await IdsOf(room, $"/v1.0/groups/{unified}/members"));
        Assert.Equal([bob], await IdsOf(room, $"/v1.0/groups/{unified}/owners"));
    }

    // B150
    [Fact]
    public async Task A_name_that_was_taken_meanwhile_stands_in_the_way_and_another_does_not()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        Guid other = await room.AddUserAsync("ada");
        string path = $"/v1.0/directory/deletedItems/{ada}/restore";

        Assert.Equal(
            "Another object with the same value for property userPrincipalName already exists.", await room.RefusedAsync(400, "userPrincipalNameTaken", "POST", path));
        await room.RefusedAsync(400, "userPrincipalNameTaken", "POST", path, """{"autoReconcileProxyConflict":true}""");
        await room.RefusedAsync(400, "valueInvalid", "POST", path, """{"newUserPrincipalName":"nobody"}""");
        await room.RefusedAsync(400, "typeWrong", "POST", path, """{"autoReconcileProxyConflict":"yes"}""");
        await room.RefusedAsync(400, "propertyUnknown", "POST", path, """{"newName":"x"}""");

        JsonElement restored = await room.DoAsync("POST", path, """{"newUserPrincipalName":"ada2@fabrikam.example","autoReconcileProxyConflict":false}""");
        Assert.Equal("ada2@fabrikam.example", restored.GetProperty("userPrincipalName").GetString());
        Assert.Equal((ada, other), (await IdAsync(room, "ada2"), await IdAsync(room, "ada")));
    }

    // B147
    [Fact]
    public async Task Thirty_days_later_an_item_is_gone_and_a_tick_before_it_is_there()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT1S"}""");
        await room.DoAsync("DELETE", $"/v1.0/users/{bob}");

        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P29DT23H59M58S"}""");
        Assert.Equal([ada, bob], await IdsOf(room, Users));
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT1S"}""");
        Assert.Equal([bob], await IdsOf(room, Users));
        Assert.Equal(404, (await room.SendAsync("GET", $"/v1.0/directory/deletedItems/{ada}")).Status);
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/v1.0/directory/deletedItems/{ada}/restore");
        Assert.False(room.Tenant.Deleted.Contains(ada));

        await room.DoAsync("POST", $"/v1.0/directory/deletedItems/{bob}/restore");
        JsonElement log = await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Hard Delete user'");
        JsonElement row = Assert.Single(log.GetProperty("value").EnumerateArray());
        Assert.Equal("ada", row.GetProperty("targetResources")[0].GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task An_item_is_deleted_for_good_and_the_audit_log_tells_all_of_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Guid crew = (await room.DoAsync(
            "POST", "/v1.0/groups", """{"displayName":"crew","mailEnabled":true,"mailNickname":"crew","securityEnabled":false,"groupTypes":["Unified"]}""")).GetProperty("id").GetGuid();
        foreach ((string method, string path) in new[]
            {
                ("DELETE", $"/v1.0/users/{ada}"), ("POST", $"/v1.0/directory/deletedItems/{ada}/restore"), ("DELETE", $"/v1.0/directoryObjects/{ada}"),
                ("DELETE", $"/v1.0/directory/deletedItems/{ada}"), ("DELETE", $"/v1.0/directoryObjects/{crew}"),
                ("POST", $"/v1.0/directory/deletedItems/{crew}/restore"), ("DELETE", $"/v1.0/groups/{crew}"), ("DELETE", $"/v1.0/directory/deletedItems/{crew}"),
            })
        {
            Answer answer = await room.SendAsync(method, path);
            Assert.Equal(method == "POST" ? 200 : 204, answer.Status);
        }

        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/directory/deletedItems/{ada}");
        JsonElement log = await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits?$top=8");
        Assert.Equal(
            [
                "Hard Delete group crew", "Delete group crew", "Restore group crew", "Delete group crew", "Hard Delete user ada", "Delete user ada", "Restore user ada", "Delete user ada",
            ],
            log.GetProperty("value").EnumerateArray().Select(row =>
                $"{row.GetProperty("activityDisplayName").GetString()} {row.GetProperty("targetResources")[0].GetProperty("displayName").GetString()}"));
        Assert.Null(room.Tenant.Deleted.NextPurge);
    }

    [Fact]
    public async Task Users_and_groups_take_a_permission_of_their_own_in_deleted_items()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Guid crew = (await room.DoAsync(
            "POST", "/v1.0/groups", """{"displayName":"crew","mailEnabled":true,"mailNickname":"crew","securityEnabled":false,"groupTypes":["Unified"]}""")).GetProperty("id").GetGuid();
        await room.RefusedAsync(403, "permissionMissing", "DELETE", $"/v1.0/directoryObjects/{crew}", null, "User.ReadWrite.All");
        await room.RefusedAsync(403, "permissionMissing", "DELETE", $"/v1.0/directoryObjects/{ada}", null, "Group.ReadWrite.All");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        await room.DoAsync("DELETE", $"/v1.0/groups/{crew}");

        Assert.Equal(200, (await room.SendAsync("GET", $"/v1.0/directory/deletedItems/{ada}", null as string, "User.Read.All")).Status);
        await room.RefusedAsync(403, "permissionMissing", "GET", $"/v1.0/directory/deletedItems/{ada}", null, "Group.Read.All");
        await room.RefusedAsync(403, "permissionMissing", "GET", $"/v1.0/directory/deletedItems/{crew}", null, "User.Read.All");
        foreach ((string method, string path) in new[] { ("POST", "{0}/restore"), ("DELETE", "{0}") })
        {
            await room.RefusedAsync(403, "permissionMissing", method, $"/v1.0/directory/deletedItems/{path.Replace("{0}", $"{crew}", StringComparison.Ordinal)}", null, "User.DeleteRestore.All");
            await room.RefusedAsync(403, "permissionMissing", method, $"/v1.0/directory/deletedItems/{path.Replace("{0}", $"{ada}", StringComparison.Ordinal)}", null, "Group.ReadWrite.All");
        }

        Assert.Equal(200, (await room.SendAsync("POST", $"/v1.0/directory/deletedItems/{ada}/restore", null as string, "User.DeleteRestore.All")).Status);
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/users/{ada}", null as string, "User.DeleteRestore.All")).Status);
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/directory/deletedItems/{ada}", null as string, "User.DeleteRestore.All")).Status);
    }

    // L161
    [Fact]
    public async Task Delta_tells_what_can_be_restored_what_was_and_what_is_gone_for_good()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Guid crew = (await room.DoAsync(
            "POST", "/v1.0/groups", """{"displayName":"crew","mailEnabled":true,"mailNickname":"crew","securityEnabled":false,"groupTypes":["Unified"]}""")).GetProperty("id").GetGuid();
        string users = (await RoundAsync("/v1.0/users/delta?$select=displayName")).Link, groups = (await RoundAsync("/v1.0/groups/delta?$select=displayName")).Link;

        foreach ((string method, string tail, string told) in new[]
            {
                ("DELETE", "", "changed"), ("POST", "/restore", "here"), ("DELETE", "", "changed"), ("PURGE", "", "deleted"),
            })
        {
            foreach ((string collection, Guid id) in new[] { ("users", ada), ("groups", crew) })
            {
                string path = method == "DELETE" ? $"/v1.0/{collection}/{id}" : $"/v1.0/directory/deletedItems/{id}{tail}";
                await room.DoAsync(method == "PURGE" ? "DELETE" : method, path);
            }

            (string[] items, users) = await RoundAsync(users);
            Assert.Equal([$"{ada} {told}"], items);
            (items, groups) = await RoundAsync(groups);
            Assert.Equal([$"{crew} {told}"], items);
        }

        async Task<(string[] Items, string Link)> RoundAsync(string link)
        {
            List<string> items = [];
            while (true)
            {
                JsonElement page = await room.DoAsync("GET", link.StartsWith('/') ? link : new Uri(link).PathAndQuery);
                items.AddRange(page.GetProperty("value").EnumerateArray().Select(item =>
                    $"{item.GetProperty("id").GetGuid()} {(item.TryGetProperty("@removed", out JsonElement removed) ? removed.GetProperty("reason").GetString() : "here")}"));
                if (page.TryGetProperty("@odata.deltaLink", out JsonElement end))
                {
                    return ([.. items], end.GetString()!);
                }

                link = page.GetProperty("@odata.nextLink").GetString()!;
            }
        }
    }

    private static string Reference(Guid id) => $$"""{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/{{id}}"}""";

    private static async Task<Guid[]> IdsOf(RunningRoom room, string path) =>
        [.. (await room.DoAsync("GET", path)).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetGuid())];

    private static async Task<Guid> IdAsync(RunningRoom room, string name) => (await room.DoAsync("GET", $"/v1.0/users/{name}@fabrikam.example")).GetProperty("id").GetGuid();
}
