using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>What <c>/berth/v1/users/{id}/explain</c> says (B530 to B535); that it equals the engine is proven on random cases.</summary>
public sealed class Explaining : IAsyncLifetime
{
    private const string Size = "CPC_E_2C_8GB_128GB";

    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync() => _room = await RunningRoom.OpenAsync();

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task Who_waits_is_told_the_place_who_is_ahead_and_what_helps()
    {
        await _room.BuyAsync(Size, 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), cid = await _room.AddUserAsync("cid");
        Guid group = await _room.AddGroupAsync("sales", ada);
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Size)], []));
        await JoinAsync(group, bob);
        await JoinAsync(group, cid);

        JsonElement one = await ExplainAsync(cid, Size);

        Assert.Equal((false, "Error", "CountViolation"), (one.GetProperty("has").GetBoolean(), Text(one.GetProperty("paths")[0], "state"), Text(one.GetProperty("paths")[0], "error")));
        JsonElement blocker = Assert.Single(one.GetProperty("blockers").EnumerateArray());
        Assert.Equal(("G1", "seatsExhausted", group.ToString()), (Text(blocker, "rule"), Text(blocker, "code"), Text(blocker, "source")));
        JsonElement queue = one.GetProperty("queue");
        Assert.Equal((2, 1, bob), (queue.GetProperty("position").GetInt32(), queue.GetProperty("ahead").GetInt32(), queue.GetProperty("first")[0].GetProperty("userId").GetGuid()));
        JsonElement machine = Assert.Single(one.GetProperty("cloudPcs").EnumerateArray());
        Assert.Equal(("license", null), (Text(machine, "lacks"), Text(machine, "status")));

        // Two units more: one for who is ahead. Every fix can be applied as it stands.
        JsonElement fix = one.GetProperty("fixes").EnumerateArray().First(each => Text(each, "kind") == "buyUnits");
        Assert.Equal((3, 2), (fix.GetProperty("changes")[0].GetProperty("units").GetInt32(), fix.GetProperty("usersGaining").GetInt32()));
        await _room.DoAsync("POST", "/berth/v1/apply", $$"""{"changes":{{fix.GetProperty("changes").GetRawText()}}}""");
        one = await ExplainAsync(cid, Size);
        Assert.Equal((true, 0, JsonValueKind.Null), (one.GetProperty("has").GetBoolean(), one.GetProperty("fixes").GetArrayLength(), one.GetProperty("queue").ValueKind));
        Assert.Equal("policy", Text(one.GetProperty("cloudPcs")[0], "lacks"));
    }

    [Fact]
    public async Task Who_has_no_path_is_told_what_a_direct_assignment_would_be_told()
    {
        await _room.BuyAsync(Size, 1);
        Guid ada = await _room.AddUserAsync("ada", usageLocation: null);
        JsonElement one = await ExplainAsync(ada, Size);
        Assert.Equal("E3", Text(Assert.Single(one.GetProperty("blockers").EnumerateArray()), "rule"));
        JsonElement fix = Assert.Single(one.GetProperty("fixes").EnumerateArray());
        Assert.Equal(("setUsageLocation", 2), (Text(fix, "kind"), fix.GetProperty("changes").GetArrayLength()));
        Assert.Equal("Set the usage location to US, and assign the license directly.", Text(fix, "description"));
        await _room.DoAsync("POST", "/berth/v1/apply", $$"""{"changes":{{fix.GetProperty("changes").GetRawText()}}}""");
        Assert.True((await ExplainAsync(ada, Size)).GetProperty("has").GetBoolean());
    }

    [Fact]
    public async Task A_group_inside_a_licensed_group_gives_nothing_and_that_is_said()
    {
        await _room.BuyAsync(Size, 5);
        Guid ada = await _room.AddUserAsync("ada"), inner = await _room.AddGroupAsync("team", ada), outer = await _room.AddGroupAsync("sales");
        await _room.DoAsync("POST", $"/v1.0/groups/{outer}/members/$ref", $$"""{"@odata.id":"https://x/directoryObjects/{{inner}}"}""");
        await _room.DoAsync("POST", $"/v1.0/groups/{outer}/assignLicense", RunningRoom.Licenses([_room.Sku(Size)], []));

        JsonElement one = await ExplainAsync(ada, Size);

        JsonElement nested = Assert.Single(one.GetProperty("blockers").EnumerateArray());
        Assert.Equal(("L38", outer.ToString()), (Text(nested, "rule"), Text(nested, "source")));
        Assert.Contains(one.GetProperty("fixes").EnumerateArray(), fix => Text(fix, "kind") == "joinGroup" && fix.GetProperty("changes")[0].GetProperty("groupId").GetGuid() == outer);
    }

    [Fact]
    public async Task Plans_that_exclude_each_other_are_named_and_the_seat_of_a_disabled_account_is_offered()
    {
        await _room.BuyAsync("EXCHANGESTANDARD", 1);
        await _room.BuyAsync("EXCHANGEENTERPRISE", 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob");
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([_room.Sku("EXCHANGESTANDARD")], []));
        JsonElement one = await ExplainAsync(ada, "EXCHANGEENTERPRISE");
        JsonElement blocker = Assert.Single(one.GetProperty("blockers").EnumerateArray());
        Assert.Equal(("E4", 2), (Text(blocker, "rule"), blocker.GetProperty("plans").GetArrayLength()));
        Assert.Contains(one.GetProperty("fixes").EnumerateArray(), fix => Text(fix, "kind") == "switch");

        await _room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"accountEnabled":false}""");
        JsonElement other = await ExplainAsync(bob, "EXCHANGESTANDARD");
        JsonElement take = other.GetProperty("fixes").EnumerateArray().Single(fix => Text(fix, "kind") == "takeFromDisabled");
        Assert.Equal((1, 1), (take.GetProperty("usersGaining").GetInt32(), take.GetProperty("usersLosing").GetInt32()));
    }

    [Fact]
    public async Task Everything_of_a_user_is_explained_when_no_SKU_is_named_and_what_is_not_there_is_refused()
    {
        await _room.BuyAsync(Size, 1);
        Guid ada = await _room.AddUserAsync("ada");
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([_room.Sku(Size)], []));
        JsonElement all = await _room.DoAsync("GET", "/berth/v1/users/ada@fabrikam.example/explain");
        Assert.Equal(_room.Sku(Size), Assert.Single(all.GetProperty("value").EnumerateArray()).GetProperty("skuId").GetGuid());
        JsonElement blind = (await _room.SendAsync("GET", $"/berth/v1/users/{ada}/explain?skuId={_room.Sku(Size)}", token: "LicenseAssignment.Read.All")).Json;
        Assert.Equal(0, blind.GetProperty("cloudPcs").GetArrayLength());
        await _room.RefusedAsync(404, "resourceNotFound", "GET", "/berth/v1/users/nobody@fabrikam.example/explain");
        await _room.RefusedAsync(400, "queryInvalid", "GET", $"/berth/v1/users/{ada}/explain?skuId=all");
        await _room.RefusedAsync(400, "queryInvalid", "GET", $"/berth/v1/users/{ada}/explain?sku=all");
        await _room.RefusedAsync(400, "skuNotInTenant", "GET", $"/berth/v1/users/{ada}/explain?skuId={Guid.NewGuid()}");
    }

    private Task<JsonElement> ExplainAsync(Guid user, string sku) => _room.DoAsync("GET", $"/berth/v1/users/{user}/explain?skuId={_room.Sku(sku)}");

    private Task<JsonElement> JoinAsync(Guid group, Guid user) => _room.DoAsync("POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://x/directoryObjects/{{user}}"}""");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
