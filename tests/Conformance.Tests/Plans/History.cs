using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Graph.History;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>What <c>/berth/v1/history</c> tells (B520, B521, B522), and how an operation is set back (B523, B524, B525, B527).</summary>
public sealed class History : IAsyncLifetime
{
    private const string Suite = "SPE_E3";

    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync() => _room = await RunningRoom.OpenAsync();

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task Operations_are_told_newest_first_with_what_was_and_what_became()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), group = await _room.AddGroupAsync("sales", ada, bob);
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));

        JsonElement[] all = await HistoryAsync("");
        Assert.Equal(["assignGroupLicenses", "createGroup", "createUser", "createUser", "createSubscription", "createTenant"], all.Select(one => Text(one, "kind")));
        JsonElement license = all[0];
        Assert.Equal(("application", _room.Tenant.Version), (Text(license.GetProperty("actor"), "kind"), license.GetProperty("version").GetInt64()));
        Assert.Equal(0, license.GetProperty("before").GetProperty("groupLicenses")[0].GetProperty("licenses").GetArrayLength());
        Assert.Equal(Suite, Text(license.GetProperty("after").GetProperty("groupLicenses")[0].GetProperty("licenses")[0], "skuPartNumber"));
        Assert.Equal(["Active", "Error"], license.GetProperty("after").GetProperty("licenses").EnumerateArray().Select(row => Text(row, "state")).Order());
        Assert.Equal(license.GetRawText(), (await _room.DoAsync("GET", $"/berth/v1/history/{Text(license, "id")}")).GetRawText());
        await _room.RefusedAsync(404, "resourceNotFound", "GET", $"/berth/v1/history/{Guid.NewGuid()}");

        // Of one user, group and SKU; the retry that a freed seat leads to belongs to the operation that freed it.
        Guid served = _room.Tenant.Users[_room.Tenant.HoldersOf(_room.Tenant.Catalog.FindByPartNumber(Suite).First().Index).First()]!.Id, waits = served == ada ? bob : ada;
        await _room.DoAsync("DELETE", $"/v1.0/groups/{group}/members/{served}/$ref");
        JsonElement[] ofWaiting = await HistoryAsync($"?userId={waits}");
        Assert.Equal(["removeMember", "assignGroupLicenses", "createGroup", "createUser"], ofWaiting.Select(one => Text(one, "kind")));
        Assert.Equal(
            ("Error", "Active"),
            (Text(ofWaiting[0].GetProperty("before").GetProperty("licenses")[0], "state"), Text(ofWaiting[0].GetProperty("after").GetProperty("licenses")[0], "state")));
        Assert.Equal(["removeMember", "assignGroupLicenses", "createSubscription"], (await HistoryAsync($"?skuId={_room.Sku(Suite)}")).Select(one => Text(one, "kind")));
        Assert.Equal(["removeMember", "assignGroupLicenses", "createGroup"], (await HistoryAsync($"?groupId={group}")).Select(one => Text(one, "kind")));
    }

    [Fact]
    public async Task Properties_are_told_as_they_were_and_as_they_became()
    {
        Guid ada = await _room.AddUserAsync("ada");
        await _room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"department":"Sales"}""");
        await _room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"department":"Legal"}""");
        await _room.DoAsync("PATCH", "/berth/v1/settings", """{"retry":"entra-strict"}""");
        JsonElement[] all = await HistoryAsync("");
        Assert.Equal(("fair", "entra-strict"), (Text(all[0].GetProperty("before").GetProperty("settings")[0], "retry"), Text(all[0].GetProperty("after").GetProperty("settings")[0], "retry")));
        Assert.Equal(("Sales", "Legal"), (Text(all[1].GetProperty("before").GetProperty("users")[0], "department"), Text(all[1].GetProperty("after").GetProperty("users")[0], "department")));
    }

    [Fact]
    public async Task The_history_comes_in_pages_and_between_two_times()
    {
        Faults.ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        for (int i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await room.AddUserAsync($"u{i}");
        }

        List<long> versions = [];
        string? path = "/berth/v1/history?$top=2";
        while (path is not null)
        {
            JsonElement page = await room.DoAsync("GET", path);
            versions.AddRange(page.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("version").GetInt64()));
            path = page.TryGetProperty("@odata.nextLink", out JsonElement next) ? new Uri(next.GetString()!).PathAndQuery : null;
        }

        Assert.Equal([6, 5, 4, 3, 2, 1], versions);
        string third = (await room.DoAsync("GET", "/berth/v1/history")).GetProperty("value")[2].GetProperty("at").GetString()!;
        Assert.Equal(new long[] { 6, 5, 4 }, await Versions($"since={third}"));
        Assert.Equal(new long[] { 3, 2, 1 }, await Versions($"until={third}"));
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/history?since=yesterday");
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/history?userId=me");
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/berth/v1/history?userId={Guid.NewGuid()}");
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/history?$top=0");
        Assert.Equal(200, (await room.SendAsync("GET", $"/berth/v1/history?$top={HistoryQuery.LargestPage}")).Status);
        await room.RefusedAsync(400, "queryInvalid", "GET", $"/berth/v1/history?$top={HistoryQuery.LargestPage + 1}");

        async Task<long[]> Versions(string query) =>
            [.. (await room.DoAsync("GET", $"/berth/v1/history?{query}")).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("version").GetInt64())];
    }

    [Fact]
    public async Task A_page_looks_at_so_many_entries_and_no_more_and_gives_a_link_beyond()
    {
        Guid ada = await _room.AddUserAsync("ada");
        await AddAsync(HistoryDesk.MostEntries - 2);
        Assert.Equal("2", await PageAsync());
        await AddAsync(1);
        Assert.Equal("2 and a link", await PageAsync());
        await AddAsync(1);
        Assert.Equal(" and a link", await PageAsync());

        async Task AddAsync(int entries)
        {
            for (int i = 0; i < entries; i++)
            {
                await _room.Desk.SubmitAsync(
                    new Command.UpdateSettings(_room.Tenant.Settings with { BufferExcess = (int)(_room.Tenant.Version % 100) }), Actor.Berth, null, TestContext.Current.CancellationToken);
            }
        }

        async Task<string> PageAsync()
        {
            JsonElement page = await _room.DoAsync("GET", $"/berth/v1/history?userId={ada}");
            return string.Join(' ', page.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("version").GetInt64())) + (page.TryGetProperty("@odata.nextLink", out _) ? " and a link" : "");
        }
    }

    [Fact]
    public async Task At_most_a_hundred_of_a_kind_are_told_and_the_rest_is_in_the_operation()
    {
        await _room.BuyAsync(Suite, 200);
        List<Guid> users = [];
        for (int i = 0; i <= OperationSides.Most; i++)
        {
            users.Add(await _room.AddUserAsync($"u{i}"));
        }

        Guid group = await _room.AddGroupAsync("sales");
        await _room.DoAsync(
            "POST", "/berth/v1/apply", $$"""{"changes":[{"kind":"membership","groupId":"{{group}}","addMembers":[{{string.Join(',', users.Select(user => $"\"{user}\""))}}]}]}""");
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        JsonElement newest = (await HistoryAsync("?$top=1"))[0];
        Assert.Equal((OperationSides.Most, true), (newest.GetProperty("after").GetProperty("licenses").GetArrayLength(), newest.GetProperty("truncated").GetBoolean()));
        JsonElement operation = await _room.DoAsync("GET", $"/berth/v1/operations/{Text(newest, "id")}");
        Assert.Equal(users.Order(), operation.GetProperty("results").EnumerateArray().Select(row => row.GetProperty("userId").GetGuid()).Order());
        await _room.RefusedAsync(404, "resourceNotFound", "GET", $"/berth/v1/operations/{Guid.NewGuid()}");
        await _room.RefusedAsync(400, "queryInvalid", "GET", $"/berth/v1/operations/{Text(newest, "id")}?$top=1");
    }

    [Fact]
    public async Task An_undo_is_a_plan_first_and_then_an_operation_that_can_be_undone()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada");
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        string id = Text((await HistoryAsync("?$top=1"))[0], "id")!;
        long version = _room.Tenant.Version;

        JsonElement plan = await _room.DoAsync("GET", $"/berth/v1/history/{id}/undo");
        Assert.Equal(("Active", null), (Text(plan.GetProperty("users")[0], "before"), Text(plan.GetProperty("users")[0], "after")));
        Assert.Equal((version, 0), (_room.Tenant.Version, plan.GetProperty("notUndone").GetArrayLength()));

        JsonElement undone = await _room.DoAsync("POST", $"/berth/v1/history/{id}/undo");
        Assert.Empty(await _room.StatesAsync(ada));
        await _room.RefusedAsync(409, "nothingToUndo", "POST", $"/berth/v1/history/{id}/undo");
        await _room.DoAsync("POST", $"/berth/v1/history/{Text(undone, "id")}/undo");
        Assert.Single(await _room.StatesAsync(ada));
        await _room.RefusedAsync(404, "resourceNotFound", "POST", $"/berth/v1/history/{Guid.NewGuid()}/undo");
    }

    [Fact]
    public async Task A_group_that_is_deleted_comes_back_with_its_id_and_members_and_what_others_did_since_stays()
    {
        await _room.BuyAsync(Suite, 2);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), group = await _room.AddGroupAsync("sales", ada, bob);
        await _room.DoAsync("DELETE", $"/v1.0/groups/{group}");
        string deleted = Text((await HistoryAsync("?$top=1"))[0], "id")!;
        await _room.DoAsync("POST", $"/berth/v1/history/{deleted}/undo");
        JsonElement members = await _room.DoAsync("GET", $"/v1.0/groups/{group}/members");
        Assert.Equal(new[] { ada, bob }.Order(), members.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetGuid()).Order());

        // Licensed for both SKUs' sake by two operations: undoing the first leaves what the second did.
        await _room.BuyAsync("EMS", 2);
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        string first = Text((await HistoryAsync("?$top=1"))[0], "id")!;
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku("EMS")], []));
        await _room.DoAsync("POST", $"/berth/v1/history/{first}/undo");
        JsonElement licensed = await _room.DoAsync("GET", $"/v1.0/groups/{group}?$select=assignedLicenses");
        Assert.Equal(_room.Sku("EMS"), Assert.Single(licensed.GetProperty("assignedLicenses").EnumerateArray()).GetProperty("skuId").GetGuid());
    }

    [Fact]
    public async Task Setting_back_takes_the_permission_of_what_it_does()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada");
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        string id = Text((await HistoryAsync("?$top=1"))[0], "id")!;
        Assert.Equal(403, (await _room.SendAsync("POST", $"/berth/v1/history/{id}/undo", token: "GroupMember.ReadWrite.All")).Status);
        Assert.Equal(403, (await _room.SendAsync("GET", $"/berth/v1/history/{id}/undo", token: "LicenseAssignment.ReadWrite.All")).Status);
        Assert.Equal(200, (await _room.SendAsync("POST", $"/berth/v1/history/{id}/undo", token: "LicenseAssignment.ReadWrite.All")).Status);
    }

    [Fact]
    public async Task The_clock_and_what_a_license_was_refused_for_are_told_when_they_stand_in_the_way()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob");
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([], [_room.Sku(Suite)]));
        string id = Text((await HistoryAsync("?$top=1"))[0], "id")!;
        await _room.DoAsync("POST", $"/v1.0/users/{bob}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        string why = await _room.RefusedAsync(400, "seatsExhausted", "POST", $"/berth/v1/history/{id}/undo");
        Assert.Contains("cannot be undone as things stand now", why, StringComparison.Ordinal);

        await _room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
        string clock = Text((await HistoryAsync("?$top=1"))[0], "id")!;
        Assert.Contains("never goes back", await _room.RefusedAsync(409, "nothingToUndo", "POST", $"/berth/v1/history/{clock}/undo"), StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> HistoryAsync(string query) => [.. (await _room.DoAsync("GET", "/berth/v1/history" + query)).GetProperty("value").EnumerateArray()];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
