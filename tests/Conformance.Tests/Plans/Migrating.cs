using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>What <c>/berth/v1/migrations</c> says (B595, B596, B597, B598, B599); that its steps do it is proven on random tenants.</summary>
public sealed class Migrating : IAsyncLifetime
{
    private const string Suite = "SPE_E3";

    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync() => _room = await RunningRoom.OpenAsync();

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task Direct_licenses_give_way_to_those_of_a_group_and_who_would_lose_a_plan_stays()
    {
        await _room.BuyAsync(Suite, 5);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), cid = await _room.AddUserAsync("cid"), group = await _room.AddGroupAsync("sales");
        foreach (Guid user in new[] { ada, bob })
        {
            await AssignAsync($"users/{user}", Suite);
        }

        // L78: the group leaves a plan off that bob and ada have on; nobody moves then, and the group that has none yet moves both.
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{_room.Sku(Suite)}}","disabledPlans":["{{_room.Plan("MCOSTANDARD")}}"]}],"removeLicenses":[]}""");
        JsonElement recipe = await DrawAsync($$"""{"kind":"directToGroup","skuIds":["{{_room.Sku(Suite)}}"],"toGroupId":"{{group}}"}""");
        Assert.Equal((0, 2, true), (Number(recipe, "moving"), Number(recipe, "staying"), recipe.GetProperty("safe").GetBoolean()));
        Assert.Equal(("losesPlan", "The user would lose the service plan MCOSTANDARD, which nothing at the new place gives (L78)."), (Text(recipe.GetProperty("usersStaying")[0], "reason"), Text(recipe.GetProperty("usersStaying")[0], "message")));
        Assert.Empty(recipe.GetProperty("steps").EnumerateArray());

        // Meant all the same: then it is said of whom, and when.
        recipe = await DrawAsync($$"""{"kind":"directToGroup","skuIds":["{{_room.Sku(Suite)}}"],"toGroupId":"{{group}}","acceptLosses":true}""");
        Assert.Equal((2, false, 2), (Number(recipe, "moving"), recipe.GetProperty("safe").GetBoolean(), recipe.GetProperty("hurt").GetArrayLength()));
        Assert.Equal((0, 2), (recipe.GetProperty("steps")[0].GetProperty("plansLost").GetArrayLength(), recipe.GetProperty("steps")[1].GetProperty("plansLost").GetArrayLength()));

        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([], [_room.Sku(Suite)]));
        recipe = await DrawAsync($$"""{"kind":"directToGroup","skuIds":["{{_room.Sku(Suite)}}"],"toGroupId":"{{group}}","userIds":["{{ada}}","{{bob}}","{{cid}}"]}""");
        Assert.Equal((2, 1, "nothingToMove"), (Number(recipe, "moving"), Number(recipe, "staying"), Text(recipe.GetProperty("usersStaying")[0], "reason")));
        Assert.Equal(["licenseGroup", "join", "takeDirect"], recipe.GetProperty("steps").EnumerateArray().Select(step => Text(step, "name")));
        Assert.Equal("The direct copies of SPE_E3 go from 2 users: the group gives all that is on.", Text(recipe.GetProperty("steps")[2], "description"));
        Assert.All(recipe.GetProperty("seats").EnumerateArray(), seat => Assert.Equal(0, Number(seat, "needed")));
        await ApplyAsync(recipe);
        Assert.Equal((2, "SPE_E3"), (_room.Tenant.HoldersOf(_room.Tenant.Catalog.FindByPartNumber(Suite).First().Index).Count, (await _room.StatesAsync(ada))[0].Split(' ')[0]));
        JsonElement states = (await _room.DoAsync("GET", $"/v1.0/users/{ada}?$select=licenseAssignmentStates")).GetProperty("licenseAssignmentStates");
        Assert.DoesNotContain(states.EnumerateArray(), static state => state.GetProperty("assignedByGroup").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task A_group_that_excludes_the_other_lets_people_in_when_they_leave_and_seats_are_said_beforehand()
    {
        await _room.BuyAsync("EXCHANGEDESKLESS", 5);
        await _room.BuyAsync("EXCHANGEENTERPRISE", 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob");
        Guid old = await _room.AddGroupAsync("old", ada, bob), young = await _room.AddGroupAsync("young");
        await AssignAsync($"groups/{old}", "EXCHANGEDESKLESS");
        await AssignAsync($"groups/{young}", "EXCHANGEENTERPRISE");

        JsonElement recipe = await DrawAsync($$"""{"kind":"groupToGroup","fromGroupId":"{{old}}","toGroupId":"{{young}}"}""");
        Assert.Equal((1, 1, "inError"), (Number(recipe, "moving"), Number(recipe, "staying"), Text(recipe.GetProperty("usersStaying")[0], "reason")));
        JsonElement seat = recipe.GetProperty("seats").EnumerateArray().Single(one => one.GetProperty("skuId").GetGuid() == _room.Sku("EXCHANGEENTERPRISE"));
        Assert.Equal((2, 1, 1), (Number(seat, "needed"), Number(seat, "free"), Number(seat, "short")));
        JsonElement[] steps = [.. recipe.GetProperty("steps").EnumerateArray()];
        Assert.Equal((1, 0), (Number(steps[0].GetProperty("summary"), "usersInError"), Number(steps[0], "plansReplaced")));
        Assert.Equal((1, 1), (Number(steps[1].GetProperty("summary"), "usersGaining"), Number(steps[1], "plansReplaced")));
        await ApplyAsync(recipe);
        Assert.Equal(1, _room.Tenant.HoldersOf(_room.Tenant.Catalog.FindByPartNumber("EXCHANGEENTERPRISE").First().Index).Count);

        // L81, and what it would cost: a switch is for all members, so it names whom it hurts.
        recipe = await DrawAsync($$"""{"kind":"switchSku","skuIds":["{{_room.Sku("EXCHANGEDESKLESS")}}","{{_room.Sku("EXCHANGEENTERPRISE")}}"],"toGroupId":"{{old}}"}""");
        Assert.Equal("switch", Text(Assert.Single(recipe.GetProperty("steps").EnumerateArray()), "name"));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_by_name()
    {
        await _room.BuyAsync(Suite, 1);
        Guid group = await _room.AddGroupAsync("sales"), mailing = await _room.AddGroupAsync("mailing", securityEnabled: false), ada = await _room.AddUserAsync("ada");
        await AssignAsync($"users/{ada}", Suite);
        Guid sku = _room.Sku(Suite);
        string Ids(int count) => string.Join(',', Enumerable.Range(0, count).Select(static _ => $"\"{Guid.NewGuid()}\""));
        foreach ((string body, int status) in new[]
        {
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{mailing}}"}""", 400),
            ($$"""{"kind":"directToGroup","skuIds":["{{Guid.NewGuid()}}"],"toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{Guid.NewGuid()}}"}""", 404),
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{group}}","userIds":["{{Guid.NewGuid()}}"]}""", 404),
            ($$"""{"kind":"directToGroup","skuIds":[],"toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}","{{sku}}"],"toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{group}}","fromGroupId":"{{mailing}}"}""", 400),
            ($$"""{"kind":"groupToGroup","toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"groupToGroup","fromGroupId":"{{group}}","toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"groupToGroup","fromGroupId":"{{mailing}}","toGroupId":"{{group}}","skuIds":["{{sku}}"]}""", 400),
            ($$"""{"kind":"switchSku","skuIds":["{{sku}}"],"toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"sideways","toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{group}}","userIds":[{{Ids(5_001)}}]}""", 400),
            ($$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{group}}","userIds":[{{Ids(5_000)}}]}""", 404),
            ($$"""{"kind":"directToGroup","skuIds":[{{Ids(21)}}],"toGroupId":"{{group}}"}""", 400),
            ($$"""{"toGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"groupToGroup","fromGroupId":"{{group}}"}""", 400),
            ($$"""{"kind":"groupToGroup","fromGroupId":"{{mailing}}","toGroupId":"{{group}}","now":true}""", 400),
        })
        {
            Answer answer = await _room.SendAsync("POST", "/berth/v1/migrations", body);
            Assert.True(answer.Status == status, $"{body[..Math.Min(200, body.Length)]}: {answer.Status} {answer.Text}");
        }

        Assert.Equal(403, (await _room.SendAsync("POST", "/berth/v1/migrations", "{}", token: "CloudPC.Read.All")).Status);
        string good = $$"""{"kind":"directToGroup","skuIds":["{{sku}}"],"toGroupId":"{{group}}"}""";
        Assert.Equal(200, (await _room.SendAsync("POST", "/berth/v1/migrations", good, token: "LicenseAssignment.Read.All")).Status);
    }

    private Task<JsonElement> DrawAsync(string body) => _room.DoAsync("POST", "/berth/v1/migrations", body);

    private async Task ApplyAsync(JsonElement recipe)
    {
        foreach (JsonElement step in recipe.GetProperty("steps").EnumerateArray())
        {
            await _room.DoAsync("POST", "/berth/v1/apply", $$"""{"changes":{{step.GetProperty("changes").GetRawText()}}}""");
        }
    }

    private Task<JsonElement> AssignAsync(string target, string sku) => _room.DoAsync("POST", $"/v1.0/{target}/assignLicense", RunningRoom.Licenses([_room.Sku(sku)], []));

    private static string? Text(JsonElement one, string name) => one.GetProperty(name).GetString();

    private static int Number(JsonElement one, string name) => one.GetProperty(name).GetInt32();
}
