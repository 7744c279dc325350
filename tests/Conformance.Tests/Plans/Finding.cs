using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>What <c>/berth/v1/findings</c> says (B544, B545, B546, B547, B548, B549; L77, L78, L82, L83); that it is there and is mended as promised is proven on random tenants.</summary>
public sealed class Finding : IAsyncLifetime
{
    private const string Suite = "SPE_E3", Size = "CPC_E_2C_4GB_64GB";

    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync()
    {
        _room = await RunningRoom.OpenAsync();
        await _room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
    }

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task A_direct_copy_beside_a_group_is_told_and_its_changes_are_what_a_plan_takes()
    {
        await _room.BuyAsync(Suite, 3);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob");
        Guid group = await _room.AddGroupAsync("sales", ada, bob);
        await AssignAsync($"users/{ada}", Suite);
        await AssignAsync($"groups/{group}", Suite);

        JsonElement one = Assert.Single(await FindAsync("?kind=redundantDirectLicense"));

        Assert.Equal((ada.ToString(), _room.Sku(Suite), 0), (Text(one, "userId"), one.GetProperty("skuIds")[0].GetGuid(), Number(one, "seatsFreed")));
        Assert.StartsWith("ada@fabrikam.example has SPE_E3 directly, and groups give every service plan of it that is on", Text(one, "message"), StringComparison.Ordinal);
        await ApplyAsync(one);
        Assert.Empty(await FindAsync("?kind=redundantDirectLicense"));
        Assert.Equal(["SPE_E3 group Active None"], [.. (await _room.StatesAsync(ada)).Select(static state => state.Replace("sales", "group", StringComparison.Ordinal))]);
    }

    [Fact]
    public async Task A_disabled_account_gives_its_seats_back_and_what_a_rule_gives_is_said()
    {
        await _room.BuyAsync(Suite, 3);
        await _room.BuyAsync("EXCHANGEENTERPRISE", 3);
        Guid ada = await _room.AddUserAsync("ada"), group = await _room.AddGroupAsync("sales", ada);
        await AssignAsync($"users/{ada}", "EXCHANGEENTERPRISE");
        await AssignAsync($"groups/{group}", Suite);
        await _room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"accountEnabled":false,"department":"Sales"}""");

        JsonElement one = Assert.Single(await FindAsync("?kind=disabledUserLicense"));
        Assert.Equal((2, 2, 2), (Number(one, "seats"), Number(one, "seatsFreed"), one.GetProperty("changes").GetArrayLength()));
        Assert.Single(await FindAsync($"?kind=disabledUserLicense&skuId={_room.Sku(Suite)}"));

        // By a rule the license stays: a sentence says whose.
        string rule = """{"groupTypes":["DynamicMembership"],"membershipRule":"user.department -eq \"Sales\"","membershipRuleProcessingState":"On"}""";
        await _room.DoAsync("PATCH", $"/v1.0/groups/{group}", rule);
        one = Assert.Single(await FindAsync("?kind=disabledUserLicense"));
        Assert.Equal((2, 1, "What is left: a rule decides who belongs to sales: change the rule, for example with and (user.accountEnabled -eq true), or what it reads."), (Number(one, "seats"), Number(one, "seatsFreed"), Text(one, "unmended")));
        await ApplyAsync(one);
        one = Assert.Single(await FindAsync("?kind=disabledUserLicense"));
        Assert.Equal((1, 0), (Number(one, "seats"), one.GetProperty("changes").GetArrayLength()));
    }

    [Fact]
    public async Task A_Cloud_PC_that_nobody_uses_and_one_in_grace_are_told_by_days()
    {
        await _room.BuyAsync(Size, 2);
        Guid ada = await _room.AddUserAsync("ada"), group = await _room.AddGroupAsync("sales", ada);
        await CloudPcAsync(group);
        await AssignAsync($"users/{ada}", Size);
        JsonElement lacking = Assert.Single(await FindAsync("?kind=missingCompanions"));
        Assert.Equal(3, lacking.GetProperty("servicePlanIds").GetArrayLength());
        Assert.StartsWith("No SKU of the tenant with a free seat has all that is missing", Text(lacking, "unmended"), StringComparison.Ordinal);
        await _room.BuyAsync(Suite, 1);
        await ApplyAsync(Assert.Single(await FindAsync("?kind=missingCompanions")));
        Assert.Empty(await FindAsync("?kind=missingCompanions"));

        await _room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P10D"}""");
        Assert.Empty(await FindAsync("?kind=unusedCloudPc&days=11"));
        JsonElement unused = Assert.Single(await FindAsync("?kind=unusedCloudPc&days=10"));
        Assert.EndsWith(", 10 days ago.", Text(unused, "message"), StringComparison.Ordinal);
        Assert.Equal((1, 1, ada.ToString()), (Number(unused, "seatsFreed"), Number(unused, "cloudPcsLosingData"), Text(unused, "userId")));
        await ApplyAsync(unused);
        JsonElement grace = Assert.Single(await FindAsync("?kind=seatHeldByGrace"));
        Assert.Equal((Text(unused, "cloudPcId"), "cloudPcAction"), (Text(grace, "cloudPcId"), Text(grace.GetProperty("changes")[0], "kind")));
        await ApplyAsync(grace);
        Assert.Empty(await FindAsync("?kind=seatHeldByGrace"));

        // Who may not read Cloud PCs is told that there is something withheld, and nothing of it.
        JsonElement blind = (await _room.SendAsync("GET", "/berth/v1/findings", token: "LicenseAssignment.Read.All")).Json;
        Assert.Equal(["unusedCloudPc", "seatHeldByGrace", "missingCompanions"], blind.GetProperty("withheld").EnumerateArray().Select(kind => kind.GetString()));
        Assert.Equal(6, blind.GetProperty("counts").GetArrayLength());
        Assert.Equal(403, (await _room.SendAsync("GET", "/berth/v1/findings?kind=unusedCloudPc", token: "LicenseAssignment.Read.All")).Status);
        Assert.Equal(403, (await _room.SendAsync("GET", "/berth/v1/findings", token: "CloudPC.Read.All")).Status);
    }

    [Fact]
    public async Task P1_is_missing_by_number_and_a_group_inside_a_group_gets_nothing()
    {
        await _room.BuyAsync("EXCHANGEENTERPRISE", 9);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), cid = await _room.AddUserAsync("cid");
        Guid outer = await _room.AddGroupAsync("sales", ada, bob), inner = await _room.AddGroupAsync("team", cid);
        await _room.DoAsync("POST", $"/v1.0/groups/{outer}/members/$ref", $$"""{"@odata.id":"https://x/directoryObjects/{{inner}}"}""");
        await AssignAsync($"groups/{outer}", "EXCHANGEENTERPRISE");
        await _room.BuyAsync("AAD_PREMIUM", 1);

        JsonElement missing = Assert.Single(await FindAsync("?kind=missingEntraP1"));
        Assert.Equal(2, Number(missing, "users"));
        JsonElement buy = Assert.Single(missing.GetProperty("changes").EnumerateArray());
        Assert.Equal((_room.Sku("AAD_PREMIUM"), 2), (buy.GetProperty("skuId").GetGuid(), Number(buy, "units")));
        await ApplyAsync(missing);
        Assert.Empty(await FindAsync("?kind=missingEntraP1"));

        JsonElement nested = Assert.Single(await FindAsync("?kind=nestedGroup"));
        Assert.Equal((outer.ToString(), inner.ToString(), 1, 1), (Text(nested, "groupId"), Text(nested, "innerGroupId"), Number(nested, "users"), Number(nested, "usersGaining")));
        await ApplyAsync(nested);
        Assert.Empty(await FindAsync("?kind=nestedGroup"));
    }

    [Fact]
    public async Task A_plan_that_a_SKU_gained_is_on_where_others_are_off_and_what_people_buy_is_left_alone()
    {
        await _room.BuyAsync(Suite, 2);
        Guid ada = await _room.AddUserAsync("ada");
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{_room.Sku(Suite)}}","disabledPlans":["{{_room.Plan("MCOSTANDARD")}}"]}],"removeLicenses":[]}""");
        Assert.Empty(await FindAsync("?kind=planSwitchedOn"));
        Guid plan = Guid.NewGuid(), sku = Guid.NewGuid();
        string csv = "skuPartNumber,skuId,productName,servicePlanName,servicePlanId,friendlyName\n"
            + $"{Suite},{_room.Sku(Suite)},Microsoft 365 E3,NEW_THING,{plan},A new thing\nVISIO_PLAN1_DEPT,{sku},Visio Plan 1,VISIO,{Guid.NewGuid()},Visio\n";
        using StringContent body = new(csv, System.Text.Encoding.UTF8, "text/csv");
        Assert.Equal(200, (await _room.SendAsync("POST", "/berth/v1/catalog/import", body)).Status);

        JsonElement one = Assert.Single(await FindAsync("?kind=planSwitchedOn"));
        Assert.Equal((ada.ToString(), plan), (Text(one, "userId"), Assert.Single(one.GetProperty("servicePlanIds").EnumerateArray()).GetGuid()));
        await ApplyAsync(one);
        Assert.Empty(await FindAsync("?kind=planSwitchedOn"));

        Assert.Empty(await FindAsync("?kind=selfServiceSubscription"));
        await _room.DoAsync("POST", "/berth/v1/subscriptions", $$"""{"skuId":"{{sku}}","units":3}""");
        one = Assert.Single(await FindAsync("?kind=selfServiceSubscription"));
        Assert.Equal((0, "It cannot be given or taken by an administrator until the purchase is taken over from who made it (L25)."), (one.GetProperty("changes").GetArrayLength(), Text(one, "unmended")));

        // B512: what a person owns is told by that, whatever its name.
        await _room.DoAsync("POST", "/berth/v1/subscriptions", """{"skuPartNumber":"POWER_BI_PRO","units":3,"ownerType":"Company"}""");
        Assert.Single(await FindAsync("?kind=selfServiceSubscription"));
        await _room.DoAsync("POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"POWER_BI_PRO","units":3,"ownerType":"user","ownerId":"{{ada}}"}""");
        one = Assert.Single(await FindAsync($"?kind=selfServiceSubscription&skuId={_room.Sku("POWER_BI_PRO")}"));
        Assert.Equal(ada, Assert.Single(one.GetProperty("userIds").EnumerateArray()).GetGuid());
        Assert.Contains("(ada@", Text(one, "message"), StringComparison.Ordinal);
        Assert.StartsWith("If they bought it for themselves", Text(one, "unmended"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_have_each_finding_once_and_the_counts_are_of_all()
    {
        await _room.BuyAsync(Suite, 5);
        for (int i = 0; i < 5; i++)
        {
            Guid user = await _room.AddUserAsync($"u{i}");
            await AssignAsync($"users/{user}", Suite);
            await _room.DoAsync("PATCH", $"/v1.0/users/{user}", """{"accountEnabled":false}""");
        }

        List<string> users = [];
        string? next = "/berth/v1/findings?$top=2";
        int pages = 0;
        while (next is not null)
        {
            JsonElement page = await _room.DoAsync("GET", next);
            users.AddRange(page.GetProperty("value").EnumerateArray().Select(one => Text(one, "userId")!));
            JsonElement count = page.GetProperty("counts").EnumerateArray().Single(each => Text(each, "kind") == "disabledUserLicense");
            Assert.Equal((5, 5), (Number(count, "findings"), Number(count, "seats")));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? new Uri(link.GetString()!).PathAndQuery : null;
            pages++;
        }

        Assert.Equal((3, 5), (pages, users.Distinct().Count()));
        Assert.Equal(users.Order(StringComparer.Ordinal), users);
    }

    [Theory]
    [InlineData("?days=1", 200)]
    [InlineData("?days=365", 200)]
    [InlineData("?days=0", 400)]
    [InlineData("?days=366", 400)]
    [InlineData("?$top=1", 200)]
    [InlineData("?$top=200", 200)]
    [InlineData("?$top=0", 400)]
    [InlineData("?$top=201", 400)]
    [InlineData("?kind=waste", 400)]
    [InlineData("?skuId=SPE_E3", 400)]
    [InlineData("?skuId=11111111-1111-1111-1111-111111111111", 400)]
    [InlineData("?$skiptoken=bm9uc2Vuc2U", 400)]
    [InlineData("?$filter=x", 400)]
    public async Task What_is_asked_has_its_limits(string query, int status) => Assert.Equal(status, (await _room.SendAsync("GET", "/berth/v1/findings" + query)).Status);

    private async Task CloudPcAsync(Guid group)
    {
        string policy = """{"displayName":"p","imageId":"microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc","imageType":"gallery","domainJoinConfigurations":[{"domainJoinType":"azureADJoin","regionName":"eastus","regionGroup":"usEast"}]}""";
        string id = (await _room.DoAsync("POST", "/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies", policy)).GetProperty("id").GetString()!;
        await _room.DoAsync(
            "POST", $"/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies/{id}/assign",
            $$$"""{"assignments":[{"target":{"@odata.type":"microsoft.graph.cloudPcManagementGroupAssignmentTarget","groupId":"{{{group}}}"}}]}""");
    }

    private Task<JsonElement> AssignAsync(string target, string sku) => _room.DoAsync("POST", $"/v1.0/{target}/assignLicense", RunningRoom.Licenses([_room.Sku(sku)], []));

    private async Task<JsonElement[]> FindAsync(string query) => [.. (await _room.DoAsync("GET", "/berth/v1/findings" + query)).GetProperty("value").EnumerateArray()];

    // As it stands: first the plan that says what it does, then the deed.
    private async Task ApplyAsync(JsonElement finding)
    {
        string changes = finding.GetProperty("changes").GetRawText();
        JsonElement plan = await _room.DoAsync("POST", "/berth/v1/plan", $$"""{"changes":{{changes}}}""");
        Assert.Equal(Number(finding, "usersLosing"), Number(plan.GetProperty("summary"), "usersLosing"));
        await _room.DoAsync("POST", "/berth/v1/apply", $$"""{"changes":{{changes}}}""");
    }

    private static string? Text(JsonElement one, string name) => one.GetProperty(name).GetString();

    private static int Number(JsonElement one, string name) => one.GetProperty(name).GetInt32();
}
