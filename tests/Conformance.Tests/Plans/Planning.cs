using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine.Directory;
using Berth.Graph.Plans;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>
/// What <c>/berth/v1/plan</c> says of every kind of change (B500, B501, B503, B508, B632), and what <c>/berth/v1/apply</c> then does (B502, B504, B505, B506, B507).
/// </summary>
public sealed class Planning : IAsyncLifetime
{
    private const string Suite = "SPE_E3";
    private const string Size = "CPC_E_2C_8GB_128GB";

    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync() => _room = await RunningRoom.OpenAsync();

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task A_group_license_names_who_gets_it_who_waits_and_the_pool()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), group = await _room.AddGroupAsync("sales", ada, bob);
        long version = _room.Tenant.Version;

        JsonElement plan = await PlanAsync(GroupLicense(group, [Suite], []));

        Assert.Equal(version, plan.GetProperty("version").GetInt64());
        Assert.Equal(version, _room.Tenant.Version);
        JsonElement[] rows = [.. plan.GetProperty("users").EnumerateArray()];
        Assert.Equal(2, rows.Length);
        Assert.Equal((null, "Error", "CountViolation"), (Text(rows[0], "before"), Text(rows[0], "after"), Text(rows[0], "error")));
        Assert.Equal((null, "Active", "None", group.ToString()), (Text(rows[1], "before"), Text(rows[1], "after"), Text(rows[1], "error"), Text(rows[1], "source")));
        Assert.Equal(new[] { ada, bob }.Order(), rows.Select(row => row.GetProperty("userId").GetGuid()).Order());
        JsonElement summary = plan.GetProperty("summary");
        Assert.Equal((1, 0, 1), (summary.GetProperty("usersGaining").GetInt32(), summary.GetProperty("usersLosing").GetInt32(), summary.GetProperty("usersInError").GetInt32()));
        JsonElement pool = Assert.Single(plan.GetProperty("pools").EnumerateArray());
        Assert.Equal(
            (1, 0, 1, 0, 1),
            (pool.GetProperty("assignable").GetInt32(), pool.GetProperty("consumedBefore").GetInt32(), pool.GetProperty("consumedAfter").GetInt32(),
                pool.GetProperty("waitingBefore").GetInt32(), pool.GetProperty("waitingAfter").GetInt32()));
    }

    [Fact]
    public async Task What_leaves_comes_first_and_a_seat_that_is_freed_is_taken_in_the_same_plan()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), group = await _room.AddGroupAsync("sales", ada);
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));

        JsonElement plan = await PlanAsync($$"""{"kind":"membership","groupId":"{{group}}","addMembers":["{{bob}}"],"removeMembers":["{{ada}}"]}""");

        Assert.Equal(
            [(ada, "Active", null), (bob, null, "Active")],
            plan.GetProperty("users").EnumerateArray().Select(row => (row.GetProperty("userId").GetGuid(), Text(row, "before"), Text(row, "after"))));
        JsonElement summary = plan.GetProperty("summary");
        Assert.Equal((1, 1, 0), (summary.GetProperty("usersGaining").GetInt32(), summary.GetProperty("usersLosing").GetInt32(), summary.GetProperty("usersInError").GetInt32()));
    }

    [Fact]
    public async Task Every_kind_of_change_is_made_as_it_was_planned()
    {
        await _room.BuyAsync(Suite, 2);
        Guid ada = await _room.AddUserAsync("ada", usageLocation: null), bob = await _room.AddUserAsync("bob"), cid = await _room.AddUserAsync("cid"), group = await _room.AddGroupAsync("sales", bob);
        string changes = string.Join(
            ',',
            $$"""{"kind":"subscription","skuId":"{{_room.Sku(Suite)}}","units":3}""",
            $$"""{"kind":"user","userId":"{{ada}}","set":{"usageLocation":"US","department":"Sales"} }""",
            UserLicense(ada, [Suite], []),
            GroupLicense(group, [Suite], []),
            $$"""{"kind":"membership","groupId":"{{group}}","addMembers":["{{ada}}"]}""",
            $$"""{"kind":"deleteUser","userId":"{{cid}}"}""");
        JsonElement plan = await PlanAsync(changes);

        JsonElement done = await ApplyAsync($$"""{"changes":[{{changes}}],"expectedVersion":{{plan.GetProperty("version").GetInt64()}}}""");

        Assert.Equal("succeeded", Text(done, "state"));
        Assert.Equal(plan.GetProperty("version").GetInt64() + 1, _room.Tenant.Version);
        Assert.Equal(3, _room.Tenant.PrepaidUnitsOf(_room.Tenant.Catalog.FindByPartNumber(Suite).First().Index).Assignable);
        Assert.Equal(2, (await _room.StatesAsync(ada)).Length);
        Assert.True(_room.Tenant.FindUser(cid) < 0);
        JsonElement operation = await _room.DoAsync("GET", $"/berth/v1/operations/{Text(done, "id")}");
        Assert.Equal("applyChanges", Text(operation, "kind"));
        Assert.Equal(
            plan.GetProperty("users").EnumerateArray().Select(row => (Text(row, "userId"), Text(row, "source"), Text(row, "after"))).Order(),
            operation.GetProperty("results").EnumerateArray().Where(row => Text(row, "kind") == "license").Select(row => (Text(row, "userId"), Text(row, "source"), Text(row, "after"))).Order());
    }

    // B632
    [Fact]
    public async Task A_policy_is_planned_with_its_groups_before_it_is_there_and_made_in_one_with_them()
    {
        await _room.BuyAsync(Size, 1);
        Guid ada = await _room.AddUserAsync("ada"), group = await _room.AddGroupAsync("sales", ada), id = Guid.NewGuid();
        await _room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([_room.Sku(Size)], []));
        string Change(string policy, string groups) => $$"""{"kind":"policyAssignment","policyId":"{{id}}","policy":{{policy}},"assignments":[{{groups}}]}""";
        string target = $$"""{"target":{"groupId":"{{group}}"} }""";
        const string Policy = """{"displayName":"Sales","imageId":"microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc","domainJoinConfigurations":[{"regionName":"eastus"}]}""";

        JsonElement plan = await PlanAsync(Change(Policy, target));
        JsonElement planned = Assert.Single(plan.GetProperty("cloudPcs").EnumerateArray());
        Assert.Equal((ada.ToString(), "provisioned"), (Text(planned, "userId"), Text(planned, "effect")));
        Assert.Empty(_room.Tenant.Fleet.Policies);

        // What Graph would refuse of the policy, or of its groups, makes neither.
        await _room.RefusedAsync(400, "valueMissing", "POST", "/berth/v1/plan", $$"""{"changes":[{{Change("""{"displayName":"Sales"}""", target)}}]}""");
        await _room.RefusedAsync(400, "valueInvalid", "POST", "/berth/v1/apply", $$"""{"changes":[{{Change(Policy.Replace("Sales", "a<b", StringComparison.Ordinal), target)}}]}""");
        Answer nobody = await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"changes":[{{Change(Policy, $$"""{"target":{"groupId":"{{Guid.NewGuid()}}"} }""")}}]}""");
        Assert.InRange(nobody.Status, 400, 404);
        Assert.Empty(_room.Tenant.Fleet.Policies);

        await ApplyAsync($$"""{"planId":"{{Text(plan, "id")}}"}""");
        JsonElement made = await _room.DoAsync("GET", $"/beta/deviceManagement/virtualEndpoint/provisioningPolicies/{id}?$expand=assignments");
        Assert.Equal(("Sales", 1), (Text(made, "displayName"), made.GetProperty("assignments").GetArrayLength()));
        Assert.NotNull(Text(made, "createdBy"));

        // The same of a policy that is there is a PATCH of it.
        await ApplyAsync($$"""{"changes":[{{Change("""{"displayName":"Sales desks"}""", target)}}]}""");
        made = await _room.DoAsync("GET", $"/beta/deviceManagement/virtualEndpoint/provisioningPolicies/{id}");
        Assert.Equal(("Sales desks", "eastus"), (Text(made, "displayName"), Text(made.GetProperty("domainJoinConfigurations")[0], "regionName")));
    }

    [Fact]
    public async Task Of_several_changes_of_one_user_each_sets_what_it_says_and_leaves_what_the_others_set()
    {
        Guid ada = await _room.AddUserAsync("ada", usageLocation: "BR");
        string Set(string name, string value) => $$"""{"kind":"user","userId":"{{ada}}","set":{"{{name}}":"{{value}}"} }""";
        string changes = string.Join(',', Set("usageLocation", "US"), Set("department", "Sales"), Set("usageLocation", "BR"));
        await ApplyAsync($$"""{"changes":[{{changes}}],"expectedVersion":{{_room.Tenant.Version}}}""");
        User user = _room.Tenant.Users[_room.Tenant.FindUser(ada)]!;
        Assert.Equal(("BR", "Sales"), (user.UsageLocation, user.Attributes[UserAttribute.Department]));
    }

    [Fact]
    public async Task What_changes_nothing_is_no_operation_and_names_nobody_elses()
    {
        Guid ada = await _room.AddUserAsync("ada");
        long version = _room.Tenant.Version;
        Answer done = await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"changes":[{"kind":"user","userId":"{{ada}}","set":{"usageLocation":"US"} }]}""");
        Assert.Equal((202, null, false), (done.Status, Text(done.Json, "id"), done.Json.GetProperty("changed").GetBoolean()));
        Assert.Null(done.Location);
        Assert.Equal(version, _room.Tenant.Version);
        await _room.RefusedAsync(400, "valueMissing", "POST", "/berth/v1/apply", $$"""{"changes":[],"planId":"{{Guid.NewGuid()}}"}""");
    }

    [Fact]
    public async Task An_undo_that_takes_from_many_names_them_and_is_not_stopped()
    {
        await _room.BuyAsync(Suite, 12);
        List<Guid> users = [];
        for (int i = 0; i < 12; i++)
        {
            users.Add(await _room.AddUserAsync($"u{i}"));
        }

        Guid group = await _room.AddGroupAsync("sales", [.. users]);
        string id = Text(await ApplyAsync($$"""{"changes":[{{GroupLicense(group, [Suite], [])}}]}"""), "id")!;
        JsonElement plan = await _room.DoAsync("GET", $"/berth/v1/history/{id}/undo");
        Assert.Equal((12, 1), (plan.GetProperty("users").GetArrayLength(), plan.GetProperty("guards").GetArrayLength()));
        await _room.DoAsync("POST", $"/berth/v1/history/{id}/undo");
        Assert.Empty(await _room.StatesAsync(users[0]));
    }

    [Fact]
    public async Task A_change_that_Graph_would_refuse_refuses_them_all_in_its_words_and_is_named()
    {
        Guid ada = await _room.AddUserAsync("ada"), group = await _room.AddGroupAsync("sales");
        string changes = $$"""{"changes":[{"kind":"membership","groupId":"{{group}}","addMembers":["{{ada}}"]},{{UserLicense(ada, [Suite], [])}}]}""";
        long version = _room.Tenant.Version;
        foreach (string path in new[] { "/berth/v1/plan", "/berth/v1/apply" })
        {
            Answer answer = await _room.SendAsync("POST", path, changes);
            Assert.Equal((400, "skuNotInTenant"), (answer.Status, answer.InnerCode));
            Assert.Contains("changes[1]", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(version, _room.Tenant.Version);
    }

    [Theory]
    [InlineData("""{}""", "valueMissing")]
    [InlineData("""{"changes":[{"kind":"party"}]}""", "valueInvalid")]
    [InlineData("""{"changes":[{"kind":"userLicense","add":[]}]}""", "valueMissing")]
    [InlineData("""{"changes":[{"kind":"deleteUser","userId":"me"}]}""", "guidInvalid")]
    [InlineData("""{"changes":[{"kind":"subscription","skuId":"05e9a617-0261-4cee-bb44-138d3ef5d965"}]}""", "valueMissing")]
    [InlineData("""{"changes":[{"kind":"subscription","skuId":"05e9a617-0261-4cee-bb44-138d3ef5d965","units":-1}]}""", "valueInvalid")]
    [InlineData("""{"changes":[{"kind":"user","userId":"05e9a617-0261-4cee-bb44-138d3ef5d965","set":{"passwordProfile":{"password":"Never-1"}}}]}""", "valueInvalid")]
    [InlineData("""{"changes":[],"when":"now"}""", "propertyUnknown")]
    public async Task What_is_no_plan_says_so(string body, string code) => await _room.RefusedAsync(400, code, "POST", "/berth/v1/plan", body);

    [Fact]
    public async Task A_plan_takes_twenty_thousand_changes_and_a_change_as_many_members_and_no_more()
    {
        Guid group = await _room.AddGroupAsync("sales");
        string one = $$"""{"kind":"membership","groupId":"{{group}}"}""";
        Assert.Equal(200, (await _room.SendAsync("POST", "/berth/v1/plan", $$"""{"changes":[{{string.Join(',', Enumerable.Repeat(one, Berth.Engine.Insight.Plan.MostChanges))}}]}""")).Status);
        await _room.RefusedAsync(400, "valueInvalid", "POST", "/berth/v1/plan", $$"""{"changes":[{{string.Join(',', Enumerable.Repeat(one, Berth.Engine.Insight.Plan.MostChanges + 1))}}]}""");
        string Many(int members) => $$"""{"changes":[{"kind":"membership","groupId":"{{group}}","removeMembers":[{{string.Join(',', Enumerable.Range(0, members).Select(_ => $"\"{Guid.NewGuid()}\""))}}]}]}""";
        await _room.RefusedAsync(404, "resourceNotFound", "POST", "/berth/v1/plan", Many(PlanBody.MostMembers));
        await _room.RefusedAsync(400, "valueInvalid", "POST", "/berth/v1/plan", Many(PlanBody.MostMembers + 1));
    }

    [Fact]
    public async Task A_version_that_has_passed_is_not_applied()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada");
        JsonElement plan = await PlanAsync(UserLicense(ada, [Suite], []));
        await _room.AddUserAsync("bob");
        await _room.RefusedAsync(
            409, "versionMoved", "POST", "/berth/v1/apply", $$"""{"changes":[{{UserLicense(ada, [Suite], [])}}],"expectedVersion":{{plan.GetProperty("version").GetInt64()}}}""");
        Assert.Empty(await _room.StatesAsync(ada));
    }

    [Fact]
    public async Task A_saved_plan_is_applied_when_others_did_something_else_meanwhile()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada");
        string id = Text(await PlanAsync(UserLicense(ada, [Suite], [])), "id")!;
        await _room.AddUserAsync("bob");
        (string, string) once = ("Repeatability-Request-ID", "again");
        Answer done = await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"planId":"{{id}}"}""", headers: once);
        Assert.Equal(202, done.Status);
        Assert.Equal([$"direct Active None"], [.. (await _room.StatesAsync(ada)).Select(state => state[(state.IndexOf("direct", StringComparison.Ordinal))..])]);

        // Sent again it is the same answer, although the plan would do something else by now.
        Assert.Equal(done.Text, (await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"planId":"{{id}}"}""", headers: once)).Text);
        await _room.RefusedAsync(409, "planOutdated", "POST", "/berth/v1/apply", $$"""{"planId":"{{id}}"}""");
    }

    [Fact]
    public async Task A_saved_plan_that_would_come_out_otherwise_is_refused_and_says_how()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), group = await _room.AddGroupAsync("sales", ada);
        string id = Text(await PlanAsync(GroupLicense(group, [Suite], [])), "id")!;
        await _room.DoAsync("POST", $"/v1.0/users/{bob}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));

        Answer answer = await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"planId":"{{id}}"}""");

        Assert.Equal((409, "planOutdated"), (answer.Status, answer.InnerCode));
        Assert.Contains("Error with CountViolation", answer.Text, StringComparison.Ordinal);
        Assert.Contains("0 seats and +1 waiting, where the plan says +1 and 0", answer.Text, StringComparison.Ordinal);
        Assert.Empty(await _room.StatesAsync(ada));
        await _room.RefusedAsync(404, "planNotFound", "POST", "/berth/v1/apply", $$"""{"planId":"{{Guid.NewGuid()}}"}""");
    }

    [Fact]
    public async Task A_plan_is_kept_for_an_hour_and_fifty_of_them()
    {
        Faults.ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        Guid ada = await room.AddUserAsync("ada");
        async Task<string> Draw(int i) =>
            (await room.DoAsync("POST", "/berth/v1/plan", $$"""{"changes":[{"kind":"user","userId":"{{ada}}","set":{"department":"d{{i}}"} }]}""")).GetProperty("id").GetString()!;
        async Task<string?> Apply(string plan) => await room.SendAsync("POST", "/berth/v1/apply", $$"""{"planId":"{{plan}}"}""") is { Status: not 202 } no ? no.InnerCode : null;
        string first = await Draw(0), second = await Draw(1);
        for (int i = 2; i <= PlanShelf.MostPlans; i++)
        {
            await Draw(i);
        }

        Assert.Equal("planNotFound", await Apply(first));
        time.Advance(PlanShelf.Kept - TimeSpan.FromSeconds(1));
        Assert.Null(await Apply(second));
        string third = await Draw(99);
        time.Advance(PlanShelf.Kept);
        Assert.Equal("planNotFound", await Apply(third));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Plans_are_kept_up_to_a_size_together_and_the_newest_always(int more, bool kept)
    {
        // B506.
        Faults.ManualTime time = new();
        PlanShelf shelf = new(time);
        DrawnPlan first = new(Guid.NewGuid(), [], _room.Tenant, time.GetUtcNow(), 1), second = first with { Id = Guid.NewGuid(), Bytes = (int)PlanShelf.MostBytes - 1 + more };
        shelf.Keep(RunningRoom.TenantId, first);
        shelf.Keep(RunningRoom.TenantId, second);
        Assert.Equal(kept, shelf.Find(RunningRoom.TenantId, first.Id) is not null);
        DrawnPlan large = first with { Id = Guid.NewGuid(), Bytes = (int)PlanShelf.MostBytes + 1 };
        shelf.Keep(RunningRoom.TenantId, large);
        Assert.Null(shelf.Find(RunningRoom.TenantId, second.Id));
        Assert.Same(large, shelf.Find(RunningRoom.TenantId, large.Id));
    }

    [Fact]
    public async Task A_long_list_is_planned_applied_and_taken_back_while_others_write_all_the_time()
    {
        // B509, B510: what takes long to decide comes through although the tenant never stands still for others.
        const int Many = 1_500;
        await _room.BuyAsync(Suite, Many);
        Guid[] users = [.. Enumerable.Range(0, Many).Select(_ => Guid.NewGuid())];
        Guid writer = await _room.AddUserAsync("writer");
        using StringContent lines = new(
            string.Join('\n', users.Select((id, at) => $$$"""{"user":{"id":"{{{id}}}","userPrincipalName":"u{{{at}}}@contoso.example","displayName":"U","mailNickname":"u{{{at}}}","accountEnabled":true,"usageLocation":"US"}}""")),
            new UTF8Encoding(false),
            "application/x-ndjson");
        Assert.Equal(200, (await _room.SendAsync("POST", "/berth/v1/import", lines)).Status);
        int sku = _room.Tenant.Catalog.FindByPartNumber(Suite).First().Index;
        using CancellationTokenSource done = new();
        Task others = Task.Run(async () =>
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                await _room.DoAsync("PATCH", $"/v1.0/users/{writer}", $$"""{"jobTitle":"{{i}}"}""");
            }
        }, TestContext.Current.CancellationToken);
        JsonElement plan = await _room.DoAsync("POST", "/berth/v1/plan", $$"""{"changes":[{{string.Join(',', users.Select(Gives))}}]}""");
        Assert.Equal(Many, plan.GetProperty("users").GetArrayLength());
        Answer applied = await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"planId":"{{Text(plan, "id")}}"}""");
        Assert.Equal(202, applied.Status);
        Assert.Equal(Many, _room.Tenant.HoldersOf(sku).Count);
        string operation = Text(applied.Json, "id")!;
        JsonElement rows = await _room.DoAsync("GET", $"/berth/v1/operations/{operation}");
        Assert.Equal((Many, 1_000), (rows.GetProperty("progress").GetProperty("total").GetInt32(), rows.GetProperty("results").GetArrayLength()));
        Answer undone = await _room.SendAsync("POST", $"/berth/v1/history/{operation}/undo", "");
        Assert.Equal(200, undone.Status);
        Assert.Equal(0, _room.Tenant.HoldersOf(sku).Count);
        await done.CancelAsync();
        await others;

        string Gives(Guid user) => $$"""{"kind":"userLicense","userId":"{{user}}","add":[{"skuId":"{{_room.Sku(Suite)}}","disabledPlans":[]}],"remove":[]}""";
    }

    [Theory]
    [InlineData(9, 9, false)]
    [InlineData(10, 10, true)]
    [InlineData(40, 12, false)]
    [InlineData(40, 13, true)]
    public async Task Taking_a_license_from_many_needs_a_word_more(int holders, int losing, bool guarded)
    {
        await _room.BuyAsync(Suite, holders);
        List<Guid> users = [];
        for (int i = 0; i < holders; i++)
        {
            users.Add(await _room.AddUserAsync($"u{i}"));
        }

        Guid group = await _room.AddGroupAsync("sales");
        await ApplyAsync($$"""{"changes":[{"kind":"membership","groupId":"{{group}}","addMembers":[{{string.Join(',', users.Select(user => $"\"{user}\""))}}]}]}""");
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        string change = $$"""{"kind":"membership","groupId":"{{group}}","removeMembers":[{{string.Join(',', users.Take(losing).Select(user => $"\"{user}\""))}}]}""";

        JsonElement plan = await PlanAsync(change);
        Assert.Equal(guarded ? 1 : 0, plan.GetProperty("guards").GetArrayLength());
        Assert.Equal(losing, plan.GetProperty("summary").GetProperty("usersLosing").GetInt32());
        Answer answer = await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"changes":[{{change}}]}""");
        Assert.Equal(guarded ? 409 : 202, answer.Status);
        if (guarded)
        {
            Assert.Equal("massRemoval", answer.InnerCode);
            Assert.Equal(202, (await _room.SendAsync("POST", "/berth/v1/apply", $$"""{"changes":[{{change}}],"allowMassRemoval":true}""")).Status);
        }
    }

    [Fact]
    public async Task Each_sees_of_a_plan_what_they_may_read_and_applies_what_they_may_change()
    {
        await _room.BuyAsync(Suite, 1);
        Guid ada = await _room.AddUserAsync("ada");
        string body = $$"""{"changes":[{{UserLicense(ada, [Suite], [])}}]}""";
        JsonElement blind = (await _room.SendAsync("POST", "/berth/v1/plan", body, token: "CloudPC.Read.All")).Json;
        Assert.Equal((0, 1), (blind.GetProperty("users").GetArrayLength(), blind.GetProperty("summary").GetProperty("usersGaining").GetInt32()));
        Assert.Contains("LicenseAssignment.Read.All", blind.GetProperty("warnings").EnumerateArray().Last().GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await _room.SendAsync("POST", "/berth/v1/plan", body, token: "LicenseAssignment.Read.All")).Json.GetProperty("users").GetArrayLength());
        Assert.Equal(403, (await _room.SendAsync("POST", "/berth/v1/plan", body, token: "Group.Read.All")).Status);
        Assert.Equal(403, (await _room.SendAsync("POST", "/berth/v1/apply", body, token: "GroupMember.ReadWrite.All")).Status);
        string delete = $$"""{"changes":[{{UserLicense(ada, [Suite], [])}},{"kind":"deleteUser","userId":"{{ada}}"}]}""";
        Assert.Equal(403, (await _room.SendAsync("POST", "/berth/v1/apply", delete, token: "LicenseAssignment.ReadWrite.All")).Status);
        Assert.Equal(202, (await _room.SendAsync("POST", "/berth/v1/apply", body, token: "LicenseAssignment.ReadWrite.All")).Status);
    }

    private string UserLicense(Guid user, string[] add, string[] remove) => $$"""{"kind":"userLicense","userId":"{{user}}",{{Lists(add, remove)}}}""";

    private string GroupLicense(Guid group, string[] add, string[] remove) => $$"""{"kind":"groupLicense","groupId":"{{group}}",{{Lists(add, remove)}}}""";

    private string Lists(string[] add, string[] remove) =>
        $"\"add\":[{string.Join(',', add.Select(sku => $"{{\"skuId\":\"{_room.Sku(sku)}\"}}"))}],\"remove\":[{string.Join(',', remove.Select(sku => $"\"{_room.Sku(sku)}\""))}]";

    private Task<JsonElement> PlanAsync(string changes) => _room.DoAsync("POST", "/berth/v1/plan", $$"""{"changes":[{{changes}}]}""");

    private Task<JsonElement> ApplyAsync(string body) => _room.DoAsync("POST", "/berth/v1/apply", body);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
