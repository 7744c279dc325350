using System.Globalization;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>The audit log: the journal as activities (L86 to L88).</summary>
public sealed class AuditLog
{
    private const string Worker = "Microsoft Entra ID Group-Based Licensing";

    [Fact]
    public async Task What_administrators_did_is_listed_newest_first_with_who_what_and_the_values_before_and_after()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"usageLocation":"DE","department":"Sales"}""");
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"description":"sellers","members@odata.bind":["https://x/users/{{ada}}"]}""");
        await room.DoAsync("DELETE", $"/v1.0/groups/{group}/members/{ada}/$ref");
        await room.DoAsync("DELETE", $"/v1.0/groups/{group}");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");

        JsonElement[] audits = await List(room, "");
        Assert.Equal(
            ["Delete user", "Delete group", "Remove member from group", "Add member to group", "Update group", "Update user", "Add group", "Add user"],
            audits.Select(Activity));
        Assert.Equal(
            ["UserManagement", "GroupManagement", "GroupManagement", "GroupManagement", "GroupManagement", "UserManagement", "GroupManagement", "UserManagement"],
            audits.Select(audit => audit.GetProperty("category").GetString()));
        Assert.All(audits, audit =>
        {
            Assert.Equal(("success", "Core Directory", ""), (Text(audit, "result"), Text(audit, "loggedByService"), Text(audit, "resultReason")));
            Assert.Equal(("Test client", "0b6c8b1e-93d4-4a0e-9c1c-6f1f5b0a7d21"), (Text(audit.GetProperty("initiatedBy").GetProperty("app"), "displayName"), Text(audit.GetProperty("initiatedBy").GetProperty("app"), "appId")));
            Assert.Equal(JsonValueKind.Null, audit.GetProperty("initiatedBy").GetProperty("user").ValueKind);
        });

        // A deleted user keeps its name in what happened before.
        Assert.All(audits.Where(audit => Activity(audit).Contains("user", StringComparison.Ordinal)), audit => Assert.Equal(
            ($"{ada}", "ada@fabrikam.example"), (Text(Target(audit), "id"), Text(Target(audit), "userPrincipalName"))));
        Assert.Equal($"{ada}", Text(Target(audits[3]), "id"));
        Assert.Equal($"{group}", Text(audits[3].GetProperty("targetResources")[1], "id"));

        JsonElement[] changes = [.. Target(audits[5]).GetProperty("modifiedProperties").EnumerateArray()];
        Assert.Equal(
            [("UsageLocation", "[\"US\"]", "[\"DE\"]"), ("Department", "[]", "[\"Sales\"]")],
            changes.Select(change => (Text(change, "displayName"), Text(change, "oldValue"), Text(change, "newValue"))));
        JsonElement described = Assert.Single(Target(audits[4]).GetProperty("modifiedProperties").EnumerateArray().ToArray());
        Assert.Equal(("Description", "[]", "[\"sellers\"]"), (Text(described, "displayName"), Text(described, "oldValue"), Text(described, "newValue")));
    }

    [Fact]
    public async Task A_signed_in_user_is_the_initiator()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.SendAsync("PATCH", $"/v1.0/users/{ada}", """{"city":"Kyiv"}""", $"user {ada} *");
        JsonElement initiator = (await List(room, ""))[0].GetProperty("initiatedBy");
        Assert.Equal((JsonValueKind.Null, $"{ada}"), (initiator.GetProperty("app").ValueKind, Text(initiator.GetProperty("user"), "id")));
    }

    [Fact]
    public async Task A_direct_license_is_the_callers_change_with_the_licenses_before_and_after()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.BuyAsync("SPE_E5", 1);
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        JsonElement audit = Assert.Single(await List(room, "$filter=activityDisplayName eq 'Change user license'"));
        Assert.Equal("Test client", Text(audit.GetProperty("initiatedBy").GetProperty("app"), "displayName"));
        JsonElement change = Assert.Single(Target(audit).GetProperty("modifiedProperties").EnumerateArray().ToArray());
        Assert.Equal(("AssignedLicense", "[]"), (Text(change, "displayName"), Text(change, "oldValue")));
        Assert.Contains($"SkuName=SPE_E5, AccountId={RunningRoom.TenantId}, SkuId={room.Sku("SPE_E5")}, DisabledPlans=[]", Text(change, "newValue")!, StringComparison.Ordinal);
    }

    // L64, L86, L87
    [Fact]
    public async Task Group_work_starts_finishes_with_its_result_and_names_every_user_it_failed_for()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid[] users = [await room.AddUserAsync("ada"), await room.AddUserAsync("bob"), await room.AddUserAsync("eve")];
        Guid group = await room.AddGroupAsync("sales", users);
        await room.BuyAsync("SPE_E5", 2);
        Guid e5 = room.Sku("SPE_E5");
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([e5], []));

        JsonElement[] audits = await List(room, "$top=6");
        Assert.Equal(
            [
                "Finish applying group based license to users", "Change user license", "Change user license", "Change user license",
                "Start applying group based license to users", "Set group license",
            ],
            audits.Select(Activity));
        Assert.Single(audits.Select(audit => Text(audit, "correlationId")).Distinct());
        Assert.Equal([Worker, Worker, Worker, Worker, Worker, "Test client"], audits.Select(audit => Text(audit.GetProperty("initiatedBy").GetProperty("app"), "displayName")));

        JsonElement result = Target(audits[0]).GetProperty("modifiedProperties")[0];
        Assert.Equal("Result", Text(result, "displayName"));
        Assert.Equal("[Users successfully assigned licenses: 2, Users for whom license assignment failed: 1.]", Text(result, "newValue"));
        Assert.Contains("SPE_E5", Text(Target(audits[5]).GetProperty("modifiedProperties")[0], "newValue")!, StringComparison.Ordinal);
        Assert.Contains("SPE_E5", Text(Target(audits[4]).GetProperty("modifiedProperties")[0], "newValue")!, StringComparison.Ordinal);

        JsonElement failed = Assert.Single(audits, audit => Text(audit, "result") == "failure");
        Assert.StartsWith("Not enough licenses are available to complete this operation.", Text(failed, "resultReason")!, StringComparison.Ordinal);
        Assert.Contains("SPE_E5", Text(failed, "resultReason")!, StringComparison.Ordinal);
        Assert.Equal($"{users.Max()}", Text(Target(failed), "id"));
        Assert.Equal($"{group}", Text(failed.GetProperty("targetResources")[1], "id"));

        await room.DoAsync("POST", $"/berth/v1/groups/{group}/reprocess");
        Assert.Equal("Trigger group license recalculation", (await List(room, "$top=4")).Select(Activity).First(name => name.StartsWith("Trigger", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_conflict_and_a_missing_prerequisite_are_told_in_the_words_of_E4_and_E5()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob", "DE"), group = await room.AddGroupAsync("sales", ada), base1 = await room.AddGroupAsync("base", bob);
        foreach (string part in (string[])["STANDARDPACK", "EXCHANGEENTERPRISE", "MCOMEETADV"])
        {
            await room.BuyAsync(part, 9);
        }

        Guid e1 = room.Sku("STANDARDPACK"), exchange = room.Sku("EXCHANGEENTERPRISE"), audio = room.Sku("MCOMEETADV");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([e1], []));
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([exchange], []));
        const string Failures = "$filter=activityDisplayName eq 'Change user license' and result eq 'failure' and initiatedBy/app/displayName eq '" + Worker + "'";
        JsonElement conflict = Assert.Single(await List(room, Failures));
        Assert.Equal(
            $"License assignment failed because service plans {room.Plan("EXCHANGE_S_STANDARD")}, {room.Plan("EXCHANGE_S_ENTERPRISE")} are mutually exclusive.",
            Text(conflict, "resultReason"));

        // Audio Conferencing, given directly, needs what the group gives: leaving the group cannot take it away.
        await room.DoAsync("POST", $"/v1.0/groups/{base1}/assignLicense", RunningRoom.Licenses([e1], []));
        await room.DoAsync("POST", $"/v1.0/users/{bob}/assignLicense", RunningRoom.Licenses([audio], []));
        await room.DoAsync("DELETE", $"/v1.0/groups/{base1}/members/{bob}/$ref");
        JsonElement held = (await List(room, Failures))[0];
        Assert.StartsWith($"License assignment failed because service plan {room.Plan("MCOMEETADV")} depends on the service plan(s) ", Text(held, "resultReason")!, StringComparison.Ordinal);

        // When the pair has moved on, the plans are no longer known, but the kind of failure is.
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([], [e1]));
        Assert.Contains("are mutually exclusive", Text((await List(room, Failures))[^1], "resultReason")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seat_that_comes_back_is_the_workers_success_for_the_one_who_waited()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales", ada);
        Guid subscription = await room.BuyAsync("SPE_E5", 0);
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{subscription}", """{"units":1}""");

        JsonElement[] audits = await List(room, $"$filter=targetResources/any(t:t/id eq '{ada}') and activityDisplayName eq 'Change user license'");
        Assert.Equal(["success", "failure"], audits.Select(audit => Text(audit, "result")));
    }

    [Fact]
    public async Task Filters_combine_and_select_chooses()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2126-01-01T00:00:00Z"}""");
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P1D"}""");
        await room.AddUserAsync("bob");
        await room.AddGroupAsync("sales", ada);

        async Task<int> Count(string filter) => (await List(room, $"$filter={filter}")).Length;
        Assert.Equal(4, await Count("loggedByService eq 'Core Directory'"));
        Assert.Equal(2, await Count("category eq 'GroupManagement'"));
        Assert.Equal(2, await Count("not (category eq 'GroupManagement')"));
        Assert.Equal(2, await Count("activityDisplayName eq 'Add user' and result eq 'success'"));
        Assert.Equal(3, await Count("activityDisplayName eq 'Add user' or activityDisplayName eq 'Add group'"));
        Assert.Equal(1, await Count("activityDateTime lt 2126-01-02T00:00:00Z"));
        Assert.Equal(3, await Count("activityDateTime ge 2126-01-02T00:00:00Z"));
        Assert.Equal(0, await Count("activityDateTime gt 2126-01-02T00:00:00Z"));
        Assert.Equal(4, await Count("activityDateTime le 2126-01-02T00:00:00Z"));
        Assert.Equal(1, await Count("activityDateTime eq 2126-01-01T00:00:00Z"));
        Assert.Equal(2, await Count($"targetResources/any(t:t/id eq '{ada}')"));
        Assert.Equal(4, await Count("initiatedBy/app/displayName eq 'Test client'"));
        Assert.Equal(0, await Count("initiatedBy/user/displayName eq 'Test client'"));

        JsonElement selected = (await List(room, "$select=id,activityDisplayName&$top=1&$orderby=activityDateTime desc"))[0];
        Assert.Equal(["id", "activityDisplayName"], selected.EnumerateObject().Select(property => property.Name));
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/auditLogs/directoryAudits?$orderby=activityDateTime")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/auditLogs/directoryAudits?$orderby=category desc")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/auditLogs/directoryAudits?$filter=nothing eq 1")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/auditLogs/directoryAudits?$top=1000")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/auditLogs/directoryAudits?$skiptoken=abc")).Status);
    }

    [Fact]
    public async Task Pages_cover_everything_once_and_an_activity_keeps_its_id()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        StringBuilder lines = new();
        for (int i = 0; i < 25; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"user":{"displayName":"u{{{i}}}","userPrincipalName":"u{{{i}}}@fabrikam.example"}}""").Append('\n');
        }

        using (StringContent content = new(lines.ToString(), new UTF8Encoding(false), "application/x-ndjson"))
        {
            await room.SendAsync("POST", "/berth/v1/import", content);
        }

        for (int i = 0; i < 5; i++)
        {
            await room.AddGroupAsync($"g{i}");
        }

        string[] whole = [.. (await List(room, "")).Select(audit => Text(audit, "id")!)];
        Assert.Equal((30, 30), (whole.Length, whole.Distinct().Count()));
        foreach (int top in (int[])[1, 7, 30])
        {
            List<string> paged = [];
            for (string? next = $"/v1.0/auditLogs/directoryAudits?$top={top}"; next is not null;)
            {
                JsonElement page = await room.DoAsync("GET", next);
                Assert.True(page.GetProperty("value").GetArrayLength() <= top);
                paged.AddRange(page.GetProperty("value").EnumerateArray().Select(audit => Text(audit, "id")!));
                next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString() : null;
            }

            Assert.Equal(whole, paged);
        }

        await room.AddUserAsync("later");
        foreach (string id in (string[])[whole[0], whole[12], whole[^1]])
        {
            Assert.Equal(id, Text(await room.DoAsync("GET", $"/v1.0/auditLogs/directoryAudits/{id}"), "id"));
        }

        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/auditLogs/directoryAudits/{whole[0]}9");
        await room.RefusedAsync(404, "resourceNotFound", "GET", "/v1.0/auditLogs/directoryAudits/x");
    }

    [Fact]
    public async Task A_page_looks_at_a_bounded_number_of_activities_and_goes_on_with_a_link()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddGroupAsync("needle");
        StringBuilder lines = new();
        for (int i = 0; i < GraphLimits.AuditScanRows; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"user":{"displayName":"u","userPrincipalName":"u{{{i}}}@fabrikam.example"}}""").Append('\n');
        }

        using (StringContent content = new(lines.ToString(), new UTF8Encoding(false), "application/x-ndjson"))
        {
            await room.SendAsync("POST", "/berth/v1/import", content);
        }

        JsonElement first = await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Add group'");
        Assert.Equal(0, first.GetProperty("value").GetArrayLength());
        JsonElement second = await room.DoAsync("GET", first.GetProperty("@odata.nextLink").GetString()!);
        Assert.Equal(1, second.GetProperty("value").GetArrayLength());
        Assert.False(second.TryGetProperty("@odata.nextLink", out _));
    }

    [Fact]
    public async Task A_page_reads_a_bounded_number_of_entries_of_the_journal()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddGroupAsync("needle");
        for (int i = 0; i < GraphLimits.AuditScanEntries; i++)
        {
            Command settings = new Command.UpdateSettings(room.Tenant.Settings with { BufferExcess = i });
            await room.Desk.SubmitAsync(settings, Actor.Berth, null, TestContext.Current.CancellationToken);
        }

        JsonElement first = await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits");
        Assert.Equal(0, first.GetProperty("value").GetArrayLength());
        JsonElement second = await room.DoAsync("GET", first.GetProperty("@odata.nextLink").GetString()!);
        Assert.Equal(1, second.GetProperty("value").GetArrayLength());
    }

    // L88
    [Fact]
    public async Task Activities_are_kept_for_thirty_days_of_the_tenants_time()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2126-01-01T00:00:00Z"}""");
        await room.AddUserAsync("ada");
        string id = Text((await List(room, ""))[0], "id")!;
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P30D"}""");
        Assert.Single(await List(room, ""));
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT1S"}""");
        Assert.Empty(await List(room, ""));
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/auditLogs/directoryAudits/{id}");
    }

    [Fact]
    public async Task Only_who_may_read_the_audit_log_reads_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.RefusedAsync(403, "permissionMissing", "GET", "/v1.0/auditLogs/directoryAudits", null, "Directory.ReadWrite.All User.Read.All");
        Assert.Equal(200, (await room.SendAsync("GET", "/beta/auditLogs/directoryAudits", token: "AuditLog.Read.All")).Status);
    }

    private static async Task<JsonElement[]> List(RunningRoom room, string query) =>
        [.. (await room.DoAsync("GET", $"/v1.0/auditLogs/directoryAudits?{query}")).GetProperty("value").EnumerateArray()];

    private static string Activity(JsonElement audit) => audit.GetProperty("activityDisplayName").GetString()!;

    private static JsonElement Target(JsonElement audit) => audit.GetProperty("targetResources")[0];

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
