using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Who reports to whom, over real HTTP (B140, B141, B142).</summary>
public sealed class ReportingLines
{
    [Fact]
    public async Task A_manager_is_set_replaced_shown_and_taken_away()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");

        Answer set = await room.SendAsync("PUT", $"/v1.0/users/{ada}/manager/$ref", $$"""{"@odata.id":"https://graph.microsoft.com/v1.0/users/{{bob}}"}""");
        Assert.Equal((204, 0), (set.Status, set.Body.Length));
        JsonElement manager = await room.DoAsync("GET", $"/v1.0/users/ada@fabrikam.example/manager?$select=id,displayName");
        Assert.EndsWith("/v1.0/$metadata#directoryObjects(id,displayName)/$entity", manager.GetProperty("@odata.context").GetString()!, StringComparison.Ordinal);
        Assert.Equal(("#microsoft.graph.user", bob), (manager.GetProperty("@odata.type").GetString(), manager.GetProperty("id").GetGuid()));

        // As m365 writes it, and as the directory itself does.
        await room.DoAsync("PUT", $"/v1.0/users/{ada}/manager/$ref", """{"@odata.id":"https://graph.microsoft.com/v1.0/users/eve@fabrikam.example"}""");
        Assert.Equal(eve, await ManagerOf(room, ada));
        await room.DoAsync(
            "PUT", $"/v1.0/users/{bob}/manager/$ref", $$"""{"@odata.id":"https://graph.microsoft.com/v2/x/directoryObjects/{{eve}}/Microsoft.DirectoryServices.User"}""");
        JsonElement reference = await room.DoAsync("GET", $"/v1.0/users/{ada}/manager/$ref");
        Assert.EndsWith($"/v1.0/directoryObjects/{eve}", reference.GetProperty("@odata.id").GetString()!, StringComparison.Ordinal);

        JsonElement reports = (await room.EventualAsync($"/v1.0/users/{eve}/directReports?$count=true&$select=id,displayName")).Json;
        Assert.Equal(2, reports.GetProperty("@odata.count").GetInt32());
        Assert.Equal([ada, bob], reports.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetGuid()));
        Assert.Equal("2", (await room.EventualAsync($"/v1.0/users/{eve}/directReports/$count")).Text);
        Assert.Equal("1", (await room.EventualAsync($"/v1.0/users/{eve}/directReports/microsoft.graph.user/$count?$filter=displayName eq 'bob'")).Text);
        JsonElement typed = await room.DoAsync("GET", $"/v1.0/users/{eve}/directReports/graph.user?$top=1&$select=userPrincipalName");
        Assert.Equal("ada@fabrikam.example", Assert.Single(typed.GetProperty("value").EnumerateArray()).GetProperty("userPrincipalName").GetString());
        string next = new Uri(typed.GetProperty("@odata.nextLink").GetString()!).PathAndQuery;
        JsonElement second = await room.DoAsync("GET", next);
        Assert.Equal("bob@fabrikam.example", Assert.Single(second.GetProperty("value").EnumerateArray()).GetProperty("userPrincipalName").GetString());

        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/users/{ada}/manager/$ref")).Status);
        Assert.Equal("1", (await room.EventualAsync($"/v1.0/users/{eve}/directReports/$count")).Text);
    }

    [Fact]
    public async Task Who_has_no_manager_is_told_so_and_nobody_is_their_own()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales"), nobody = Guid.NewGuid();
        const string None = "Resource 'manager' does not exist or one of its queried reference-property objects are not present.";

        Assert.Equal(None, await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/users/{ada}/manager"));
        Assert.Equal(None, await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/users/{ada}/manager/$ref"));
        Assert.Equal(None, await room.RefusedAsync(404, "managerMissing", "DELETE", $"/v1.0/users/{ada}/manager/$ref"));
        string path = $"/v1.0/users/{ada}/manager/$ref";
        Assert.Equal($"User {ada} cannot be their own manager: name somebody else.", await room.RefusedAsync(400, "managerOfItself", "PUT", path, Reference($"users/{ada}")));
        Assert.Contains($"'{nobody}'", await room.RefusedAsync(404, "resourceNotFound", "PUT", path, Reference($"users/{nobody}")), StringComparison.Ordinal);
        Assert.Contains($"'{group}'", await room.RefusedAsync(404, "resourceNotFound", "PUT", path, Reference($"groups/{group}")), StringComparison.Ordinal);
        Assert.Contains("'x@fabrikam.example'", await room.RefusedAsync(404, "resourceNotFound", "PUT", path, Reference("users/x@fabrikam.example")), StringComparison.Ordinal);
        await room.RefusedAsync(404, "resourceNotFound", "PUT", $"/v1.0/users/{nobody}/manager/$ref", Reference($"users/{ada}"));
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/users/{nobody}/manager/$ref");
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/users/{nobody}/directReports");
        await room.RefusedAsync(400, "valueInvalid", "PUT", path, Reference("users/ada"));
        await room.RefusedAsync(400, "valueMissing", "PUT", path, "{}");
        await room.RefusedAsync(400, "propertyUnknown", "PUT", path, """{"id":"x"}""");
        await room.RefusedAsync(400, "bodyMissing", "PUT", path);
        await room.RefusedAsync(403, "permissionMissing", "PUT", path, Reference($"users/{ada}"), "User.Read.All");
    }

    [Fact]
    public async Task A_manager_comes_with_a_user_and_by_a_change_and_shows_when_expanded()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        string withManager = RunningRoom.UserJson("bob").Replace(
            "\"accountEnabled\"", "\"manager@odata.bind\":\"https://graph.microsoft.com/v1.0/users/" + ada + "\",\"accountEnabled\"", StringComparison.Ordinal);
        Guid bob = (await room.DoAsync("POST", "/v1.0/users", withManager)).GetProperty("id").GetGuid();
        Guid eve = await room.AddUserAsync("eve");
        Assert.Equal(ada, await ManagerOf(room, bob));

        await room.DoAsync("PATCH", $"/v1.0/users/{eve}", $$"""{"city":"Kyiv","manager@odata.bind":"https://graph.microsoft.com/v1.0/directoryObjects/{{bob}}"}""");
        Assert.Equal(bob, await ManagerOf(room, eve));
        await room.RefusedAsync(404, "resourceNotFound", "PATCH", $"/v1.0/users/{eve}", $$"""{"city":"Rome","manager@odata.bind":"https://x/users/{{Guid.NewGuid()}}"}""");
        await room.RefusedAsync(400, "managerOfItself", "PATCH", $"/v1.0/users/{eve}", $$"""{"city":"Rome","manager@odata.bind":"https://x/users/{{eve}}"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/users/{eve}", """{"manager@odata.bind":"nobody"}""");

        JsonElement list = await room.DoAsync("GET", "/v1.0/users?$select=displayName&$expand=manager($select=id,displayName)");
        string[] rows = [.. list.GetProperty("value").EnumerateArray().Select(user =>
            $"{user.GetProperty("displayName")} {(user.TryGetProperty("manager", out JsonElement one) ? $"{one.GetProperty("@odata.type")} {one.GetProperty("id")} {one.GetProperty("displayName")}" : "nobody")}")];
        Assert.Equal(["ada nobody", $"bob #microsoft.graph.user {ada} ada", $"eve #microsoft.graph.user {bob} bob"], rows);
        JsonElement whole = (await room.DoAsync("GET", $"/v1.0/users/{bob}?$expand=manager,directReports($select=displayName)"));
        Assert.Equal("ada@fabrikam.example", whole.GetProperty("manager").GetProperty("userPrincipalName").GetString());
        Assert.Equal("eve", Assert.Single(whole.GetProperty("directReports").EnumerateArray()).GetProperty("displayName").GetString());
        await room.RefusedAsync(400, "queryInvalid", "GET", $"/v1.0/users/{bob}?$expand=manager($select=shoeSize)");
    }

    // B141
    [Fact]
    public async Task Whoever_is_deleted_is_nobodys_manager_any_more()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");
        await room.DoAsync("PUT", $"/v1.0/users/{bob}/manager/$ref", Reference($"users/{ada}"));
        await room.DoAsync("PUT", $"/v1.0/users/{eve}/manager/$ref", Reference($"users/{bob}"));

        await room.DoAsync("DELETE", $"/v1.0/users/{bob}");

        Assert.Equal(404, (await room.SendAsync("GET", $"/v1.0/users/{eve}/manager")).Status);
        Assert.Equal("0", (await room.EventualAsync($"/v1.0/users/{ada}/directReports/$count")).Text);
    }

    [Fact]
    public async Task The_audit_log_tells_who_became_whose_manager()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        await room.DoAsync("PUT", $"/v1.0/users/{bob}/manager/$ref", Reference($"users/{ada}"));
        await room.DoAsync("DELETE", $"/v1.0/users/{bob}/manager/$ref");

        JsonElement log = await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Set user manager'");
        string[] rows = [.. log.GetProperty("value").EnumerateArray().Select(row =>
            string.Join(' ', row.GetProperty("targetResources").EnumerateArray().Select(target => target.GetProperty("displayName").GetString())))];
        Assert.Equal(["bob", "bob ada"], rows);
    }

    private static string Reference(string to) => $$"""{"@odata.id":"https://graph.microsoft.com/v1.0/{{to}}"}""";

    private static async Task<Guid> ManagerOf(RunningRoom room, Guid user) => (await room.DoAsync("GET", $"/v1.0/users/{user}/manager")).GetProperty("id").GetGuid();
}
