using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Groups whose members follow from a rule, over real HTTP (L122, L123, L140, L141, L145, B120, B132 to B135).</summary>
public sealed class DynamicGroups
{
    private const string Sales = "user.department -eq \\\"Sales\\\"";

    [Fact]
    public async Task Membership_follows_a_change_of_a_user_in_the_same_request_and_licenses_follow_membership()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync("SPE_E3", 5);
        Guid ada = await room.AddUserAsync("ada");
        JsonElement made = await room.DoAsync("POST", "/v1.0/groups", Body(Sales));
        Guid group = made.GetProperty("id").GetGuid();
        Assert.Equal(("user.department -eq \"Sales\"", "On"), (made.GetProperty("membershipRule").GetString(), made.GetProperty("membershipRuleProcessingState").GetString()));
        Assert.Equal(["DynamicMembership"], made.GetProperty("groupTypes").EnumerateArray().Select(type => type.GetString()));
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E3")], []));
        Assert.Empty(await MembersAsync(room, group));

        long before = room.Desk.RuleEvaluations;
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"department":"Sales"}""");
        Assert.Equal([ada], await MembersAsync(room, group));
        Assert.Equal(["SPE_E3 group Active None"], await room.StatesAsync(ada));
        Assert.Equal(before + 1, room.Desk.RuleEvaluations);
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"city":"Oslo"}""");
        Assert.Equal(before + 1, room.Desk.RuleEvaluations);
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"department":null}""");
        Assert.Empty(await MembersAsync(room, group));
        Assert.Empty(await room.StatesAsync(ada));

        foreach (string filter in new[]
        {
            "groupTypes/any(c:c eq 'DynamicMembership')", "membershipRuleProcessingState eq 'On'", "startswith(membershipRule,'user.department')",
            "membershipRule eq 'user.department -eq \"Sales\"'",
        })
        {
            JsonElement found = await room.DoAsync("GET", $"/v1.0/groups?$filter={Uri.EscapeDataString(filter)}");
            Assert.Equal(group, Assert.Single(found.GetProperty("value").EnumerateArray()).GetProperty("id").GetGuid());
        }
    }

    [Fact]
    public async Task Nobody_is_added_or_removed_by_hand()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Guid group = (await room.DoAsync("POST", "/v1.0/groups", Body("user.objectId -ne null"))).GetProperty("id").GetGuid();
        string link = $"\"https://graph.microsoft.com/v1.0/directoryObjects/{ada}\"";

        foreach ((string method, string path, string? body) in new[]
        {
            ("POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":{{link}}}"""),
            ("DELETE", $"/v1.0/groups/{group}/members/{ada}/$ref", null),
            ("PATCH", $"/v1.0/groups/{group}", $$"""{"members@odata.bind":[{{link}}]}"""),
            ("POST", "/v1.0/groups", Body(Sales, $",\"members@odata.bind\":[{link}]")),
        })
        {
            string message = await room.RefusedAsync(403, "groupIsDynamic", method, path, body);
            Assert.StartsWith("Insufficient privileges to complete the operation.", message, StringComparison.Ordinal);
        }

        Assert.Equal([ada], await MembersAsync(room, group));
    }

    [Fact]
    public async Task A_group_becomes_dynamic_and_static_again_as_scripts_of_Microsoft_do_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"department":"Sales"}""");
        Guid group = await room.AddGroupAsync("sales", bob);

        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"groupTypes":["DynamicMembership"],"membershipRuleProcessingState":"On","membershipRule":"{{Sales}}"}""");
        Assert.Equal([ada], await MembersAsync(room, group));
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", """{"membershipRuleProcessingState":"Paused"}""");
        await room.DoAsync("PATCH", $"/v1.0/users/{bob}", """{"department":"Sales"}""");
        Assert.Equal([ada], await MembersAsync(room, group));
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", """{"membershipRuleProcessingState":"On"}""");
        Assert.Equal(new[] { ada, bob }.Order(), (await MembersAsync(room, group)).Order());

        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", """{"groupTypes":[],"membershipRuleProcessingState":"Paused"}""");
        JsonElement now = await room.DoAsync("GET", $"/v1.0/groups/{group}");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (now.GetProperty("membershipRule").ValueKind, now.GetProperty("membershipRuleProcessingState").ValueKind));
        await room.DoAsync("DELETE", $"/v1.0/groups/{group}/members/{bob}/$ref");
        Assert.Equal([ada], await MembersAsync(room, group));
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"groupTypes":["DynamicMembership"],"membershipRule":"{{Sales}}"}""");
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", """{"groupTypes":[],"membershipRule":null}""");
        Assert.Equal(2, (await MembersAsync(room, group)).Length);
    }

    [Fact]
    public async Task Type_and_rule_go_together_and_both_are_named()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid dynamic = (await room.DoAsync("POST", "/v1.0/groups", Body(Sales))).GetProperty("id").GetGuid(), byHand = await room.AddGroupAsync("hand");
        foreach ((string path, string body) in new[]
        {
            ($"/v1.0/groups/{dynamic}", """{"groupTypes":[]}"""),
            ($"/v1.0/groups/{dynamic}", """{"membershipRule":null}"""),
            ($"/v1.0/groups/{byHand}", """{"groupTypes":["DynamicMembership"]}"""),
            ($"/v1.0/groups/{byHand}", $$"""{"membershipRule":"{{Sales}}"}"""),
            ($"/v1.0/groups/{byHand}", """{"membershipRuleProcessingState":"On"}"""),
        })
        {
            string message = await room.RefusedAsync(400, "membershipRuleMismatch", "PATCH", path, body);
            Assert.Contains("'groupTypes' and 'membershipRule'", message, StringComparison.Ordinal);
        }

        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/groups/{dynamic}", """{"membershipRuleProcessingState":"Off"}""");
        await room.RefusedAsync(400, "typeWrong", "PATCH", $"/v1.0/groups/{dynamic}", """{"membershipRule":7}""");
    }

    [Fact]
    public async Task A_malformed_rule_names_the_position_and_what_was_expected()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Equal(
            "Invalid value specified for property 'membershipRule' of resource 'Group'. "
            + "Dynamic membership rule validation error: at character 17: found 'xyz', expected an operator such as -eq.",
            await room.RefusedAsync(400, "membershipRuleInvalid", "POST", "/v1.0/groups", Body("user.department xyz \\\"Sales\\\"")));

        // L122: below, at and above the longest rule.
        foreach (int length in new[] { 3071, 3072 })
        {
            await room.DoAsync("POST", "/v1.0/groups", Body(Sales + new string(' ', length - 27)));
        }

        string message = await room.RefusedAsync(400, "membershipRuleInvalid", "POST", "/v1.0/groups", Body(Sales + new string(' ', 3073 - 27)));
        Assert.Contains("at character 3073", message, StringComparison.Ordinal);
        Assert.Contains("at most 3072", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_about_devices_are_read_and_refused_where_licenses_are_and_sources_must_be_there()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync("SPE_E3", 5);
        Guid devices = (await room.DoAsync("POST", "/v1.0/groups", Body("device.deviceOSType -eq \\\"Windows\\\""))).GetProperty("id").GetGuid();
        string license = RunningRoom.Licenses([room.Sku("SPE_E3")], []);

        Assert.Contains("only users hold licenses", await room.RefusedAsync(400, "deviceRuleNotAllowed", "POST", $"/v1.0/groups/{devices}/assignLicense", license), StringComparison.Ordinal);
        Guid source = await room.AddGroupAsync("source"), licensed = await room.AddGroupAsync("licensed");
        await room.DoAsync("POST", $"/v1.0/groups/{licensed}/assignLicense", license);
        await room.RefusedAsync(
            400, "deviceRuleNotAllowed", "PATCH", $"/v1.0/groups/{licensed}", """{"groupTypes":["DynamicMembership"],"membershipRule":"device.isRooted -eq false"}""");

        string over = $"user.memberof -any (group.objectId -in ['{source}'])";
        Guid follower = (await room.DoAsync("POST", "/v1.0/groups", Body(over))).GetProperty("id").GetGuid();
        Guid nobody = Guid.NewGuid();
        Assert.Contains($"{nobody}", await room.RefusedAsync(400, "memberOfSourceNotFound", "POST", "/v1.0/groups", Body($"user.memberof -any (group.objectId -in ['{nobody}'])")), StringComparison.Ordinal);
        Assert.Contains($"{follower}", await room.RefusedAsync(400, "memberOfSourceNotAllowed", "POST", "/v1.0/groups", Body($"user.memberof -any (group.objectId -in ['{follower}'])")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memberOf", 500, "tooManyMemberOfGroups")]
    [InlineData("department", 15_000, "tooManyDynamicGroups")]
    public async Task A_tenant_has_only_so_many_dynamic_groups(string about, int most, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid source = await room.AddGroupAsync("source");
        string rule = about == "memberOf" ? $"user.memberOf -any (group.objectId -in ['{source}'])" : Sales;
        StringBuilderLines lines = new();
        for (int i = 0; i <= most; i++)
        {
            lines.Add($$$"""{"group":{"displayName":"group {{{i}}}","groupTypes":["DynamicMembership"],"membershipRule":"{{{rule}}}"}}""");
        }

        JsonElement report = (await room.SendAsync("POST", "/berth/v1/import", lines.Content())).Json;
        Assert.Equal(most, report.GetProperty("groups").GetInt32());
        JsonElement error = Assert.Single(report.GetProperty("errors").EnumerateArray());
        Assert.Equal((most + 1, code), (error.GetProperty("line").GetInt32(), error.GetProperty("code").GetString()));
        await room.RefusedAsync(400, code, "POST", "/v1.0/groups", Body(rule));
    }

    [Fact]
    public async Task Beta_shows_how_processing_went_and_v1_does_not_know_the_property()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid group = (await room.DoAsync("POST", "/beta/groups", Body("user.objectId -ne null"))).GetProperty("id").GetGuid();
        Guid paused = (await room.DoAsync("POST", "/beta/groups", Body(Sales, ",\"membershipRuleProcessingState\":\"Paused\""))).GetProperty("id").GetGuid();
        Guid byHand = await room.AddGroupAsync("hand");
        await room.AddUserAsync("ada");

        JsonElement status = (await StatusAsync(group)).GetProperty("membershipRuleProcessingStatus");
        Assert.Equal(("Succeeded", JsonValueKind.Null), (status.GetProperty("status").GetString(), status.GetProperty("errorMessage").ValueKind));
        Assert.Equal(room.Tenant.Groups[room.Tenant.FindGroup(group)].MembershipUpdatedAt, status.GetProperty("lastMembershipUpdated").GetDateTimeOffset());
        Assert.Equal("NotStarted", (await StatusAsync(paused)).GetProperty("membershipRuleProcessingStatus").GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, (await StatusAsync(byHand)).GetProperty("membershipRuleProcessingStatus").ValueKind);
        Assert.False((await room.DoAsync("GET", $"/beta/groups/{group}")).TryGetProperty("membershipRuleProcessingStatus", out _));
        Assert.Equal(400, (await room.SendAsync("GET", $"/v1.0/groups/{group}?$select=membershipRuleProcessingStatus")).Status);

        Task<JsonElement> StatusAsync(Guid id) => room.DoAsync("GET", $"/beta/groups/{id}?$select=id,membershipRuleProcessingStatus");
    }

    // B513
    [Fact]
    public async Task A_rule_says_whom_it_would_take_before_any_group_has_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        const string Path = "/berth/v1/groups/evaluateMembershipRule";
        const string Rule = $$"""{"membershipRule":"{{Sales}}"}""";
        JsonElement nobody = await room.DoAsync("POST", Path, Rule);
        Assert.Equal((0, 0), (nobody.GetProperty("matching").GetInt32(), nobody.GetProperty("value").GetArrayLength()));
        int before = nobody.GetProperty("users").GetInt32();
        for (int i = 0; i <= GraphLimits.MatchesNamed; i++)
        {
            Guid one = await room.AddUserAsync($"seller{i}");
            await room.DoAsync("PATCH", $"/v1.0/users/{one}", """{"department":"Sales"}""");
            if (i == 0)
            {
                await room.AddUserAsync("buyer");
            }

            if (i >= GraphLimits.MatchesNamed - 2)
            {
                JsonElement some = await room.DoAsync("POST", Path, Rule);
                Assert.Equal((before + i + 2, i + 1, Math.Min(i + 1, GraphLimits.MatchesNamed)),
                    (some.GetProperty("users").GetInt32(), some.GetProperty("matching").GetInt32(), some.GetProperty("value").GetArrayLength()));
            }
        }

        JsonElement all = await room.DoAsync("POST", Path, Rule);
        Assert.Equal(Enumerable.Range(0, GraphLimits.MatchesNamed).Select(i => $"seller{i}"), all.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("displayName").GetString()));

        // The very people whom a group with the rule gets.
        Guid group = (await room.DoAsync("POST", "/beta/groups", Body(Sales))).GetProperty("id").GetGuid();
        JsonElement members = await room.DoAsync("GET", $"/v1.0/groups/{group}/members?$top=999&$select=id");
        Assert.Equal(all.GetProperty("matching").GetInt32(), members.GetProperty("value").GetArrayLength());
        HashSet<Guid> ids = [.. members.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetGuid())];
        Assert.All(all.GetProperty("value").EnumerateArray(), one => Assert.Contains(one.GetProperty("id").GetGuid(), ids));

        // A rule about devices is about nobody.
        Assert.Equal(0, (await room.DoAsync("POST", Path, """{"membershipRule":"device.isRooted -eq true"}""")).GetProperty("matching").GetInt32());
        Assert.Contains("at character 1:", await room.RefusedAsync(400, "membershipRuleInvalid", "POST", Path, """{"membershipRule":"x"}"""), StringComparison.Ordinal);
        await room.RefusedAsync(400, "valueMissing", "POST", Path, "{}");
        await room.RefusedAsync(400, "propertyUnknown", "POST", Path, """{"rule":"x"}""");
        await room.RefusedAsync(403, "permissionMissing", "POST", Path, Rule, "Group.Read.All");
        Assert.Equal(200, (await room.SendAsync("POST", Path, Rule, "User.Read.All")).Status);
    }

    [Fact]
    public async Task A_rule_is_evaluated_for_one_member_with_the_reasons_in_both_forms()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"department":"Sales"}""");
        Guid group = (await room.DoAsync("POST", "/beta/groups", Body($"({Sales})"))).GetProperty("id").GetGuid(), byHand = await room.AddGroupAsync("hand");

        foreach (string action in new[] { "evaluateDynamicMembership", "microsoft.graph.evaluateDynamicMembership" })
        {
            JsonElement own = await room.DoAsync("POST", $"/beta/groups/{group}/{action}", $$"""{"memberId":"{{ada}}"}""");
            Assert.Equal(("(user.department -eq \"Sales\")", true), (own.GetProperty("membershipRule").GetString(), own.GetProperty("membershipRuleEvaluationResult").GetBoolean()));
            JsonElement details = own.GetProperty("membershipRuleEvaluationDetails");
            Assert.Equal(("user.department -eq \"Sales\"", true), (details.GetProperty("expression").GetString(), details.GetProperty("expressionResult").GetBoolean()));
            JsonElement property = details.GetProperty("propertyToEvaluate");
            Assert.Equal(("department", "Sales"), (property.GetProperty("propertyName").GetString(), property.GetProperty("propertyValue").GetString()));

            string body = $$"""{"memberId":"{{ada}}","membershipRule":"user.city -eq \"Oslo\" -or -not ({{Sales}})"}""";
            foreach (string path in new[] { $"/beta/groups/{action}", $"/beta/groups/{byHand}/{action}" })
            {
                JsonElement given = await room.DoAsync("POST", path, body);
                Assert.False(given.GetProperty("membershipRuleEvaluationResult").GetBoolean());
                JsonElement[] parts = [.. given.GetProperty("membershipRuleEvaluationDetails").GetProperty("expressionEvaluationDetails").EnumerateArray()];
                Assert.Equal(["user.city -eq \"Oslo\"", "-not (user.department -eq \"Sales\")"], parts.Select(part => part.GetProperty("expression").GetString()));
                JsonElement inner = Assert.Single(parts[1].GetProperty("expressionEvaluationDetails").EnumerateArray());
                Assert.Equal((true, "Sales"), (inner.GetProperty("expressionResult").GetBoolean(), inner.GetProperty("propertyToEvaluate").GetProperty("propertyValue").GetString()));
            }
        }

        string ask = $"/beta/groups/{group}/evaluateDynamicMembership", by = "/beta/groups/evaluateDynamicMembership", member = $$"""{"memberId":"{{ada}}"}""";
        await room.RefusedAsync(400, "valueMissing", "POST", ask, "{}");
        await room.RefusedAsync(400, "valueMissing", "POST", by, member);
        await room.RefusedAsync(400, "propertyUnknown", "POST", by, """{"user":1}""");
        await room.RefusedAsync(400, "groupNotDynamic", "POST", $"/beta/groups/{byHand}/evaluateDynamicMembership", member);
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/beta/groups/{Guid.NewGuid()}/evaluateDynamicMembership", member);
        await room.RefusedAsync(404, "resourceNotFound", "POST", ask, $$"""{"memberId":"{{group}}"}""");
        await room.RefusedAsync(400, "deviceRuleNotAllowed", "POST", by, $$"""{"memberId":"{{ada}}","membershipRule":"device.isRooted -eq true"}""");
        Assert.Contains("at character 1:", await room.RefusedAsync(400, "membershipRuleInvalid", "POST", by, $$"""{"memberId":"{{ada}}","membershipRule":"x"}"""), StringComparison.Ordinal);
        Assert.Equal(400, (await room.SendAsync("POST", $"/v1.0/groups/{group}/evaluateDynamicMembership", member)).Status);

        // Group.Read.All and User.Read.All, together; an application is enough.
        await room.RefusedAsync(403, "permissionMissing", "POST", ask, member, "Group.Read.All");
        Assert.Equal(200, (await room.SendAsync("POST", ask, member, "Group.Read.All User.Read.All")).Status);
    }

    [Fact]
    public async Task Moving_the_clock_lets_people_in_whose_time_has_come()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        string hired = DateTime.UtcNow.AddDays(3).ToString("O", CultureInfo.InvariantCulture);
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", $$"""{"employeeHireDate":"{{hired}}"}""");
        Guid group = (await room.DoAsync("POST", "/v1.0/groups", Body("user.employeeHireDate -le system.now -plus p1d"))).GetProperty("id").GetGuid();
        Assert.Empty(await MembersAsync(room, group));

        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P1D"}""");
        Assert.Empty(await MembersAsync(room, group));
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P7D"}""");
        Assert.Equal([ada], await MembersAsync(room, group));
    }

    [Fact]
    public async Task An_import_brings_dynamic_groups_and_refuses_members_by_hand()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = Guid.NewGuid(), group = Guid.NewGuid();
        StringBuilderLines lines = new();
        lines.Add($$$"""{"group":{"id":"{{{group}}}","displayName":"sales","groupTypes":["DynamicMembership"],"membershipRule":"{{{Sales}}}"}}""");
        lines.Add($$$"""{"user":{"id":"{{{ada}}}","displayName":"n","userPrincipalName":"ada@fabrikam.example","department":"Sales"}}""");
        lines.Add($$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{ada}}}"}}""");
        lines.Add("""{"group":{"displayName":"bad","groupTypes":["DynamicMembership"],"membershipRule":"user.x"}}""");

        JsonElement report = (await room.SendAsync("POST", "/berth/v1/import", lines.Content())).Json;
        Assert.Equal(["groupIsDynamic", "membershipRuleInvalid"], report.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()));
        Assert.Equal([ada], await MembersAsync(room, group));
    }

    private static string Body(string rule, string more = "") =>
        $$"""{"displayName":"dynamic","mailEnabled":false,"mailNickname":"dynamic","securityEnabled":true,"groupTypes":["DynamicMembership"],"membershipRule":"{{rule}}"{{more}}}""";

    private static async Task<Guid[]> MembersAsync(RunningRoom room, Guid group) =>
        [.. (await room.DoAsync("GET", $"/v1.0/groups/{group}/members?$select=id")).GetProperty("value").EnumerateArray().Select(member => member.GetProperty("id").GetGuid())];

    private sealed class StringBuilderLines
    {
        private readonly System.Text.StringBuilder _text = new();

        public void Add(string line) => _text.Append(line).Append('\n');

        public StringContent Content() => new(_text.ToString(), new System.Text.UTF8Encoding(false), "application/x-ndjson");
    }
}
