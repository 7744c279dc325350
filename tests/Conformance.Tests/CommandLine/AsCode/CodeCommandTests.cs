using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.House;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Berth.Engine.Insight;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine.AsCode;

/// <summary>Licenses as code with the real program: plan, apply, drift, export (B550, B554, B557, B558).</summary>
[Collection(nameof(CliTenant))]
public sealed class CodeCommandTests(CliTenant tenant)
{
    private const string Policies = "beta/deviceManagement/virtualEndpoint/provisioningPolicies";

    private static readonly string[] _dynamic = ["DynamicMembership"];
    private static readonly string[] _starts = ["  - group: ", "  - policy: ", "  - sku: "];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_planned_applied_and_then_nothing_is_left_until_somebody_drifts()
    {
        await tenant.BuyAsync("SHAREPOINTENTERPRISE", 5);
        string[] users = await tenant.PeopleAsync(4);
        await tenant.GroupAsync("Code readers", users[0], users[1]);
        Guid others = await tenant.GroupAsync("Code others");
        string file = tenant.Write("licenses.yaml", $"""
            licenses: 1
            groups:
              - group: code READERS
                licenses: [SHAREPOINTENTERPRISE]
                members: [{users[1]}, {users[2]}]
                exclusive: [licenses, members]
            users:
              - user: {users[3]}
                licenses:
                  - sku: SharePoint Online (Plan 2)
                    disabledPlans: []
            skus:
              - sku: SHAREPOINTENTERPRISE
                exclusive: [users, groups]
            """);

        Ended planned = await tenant.RunAsync("plan", "-f", file);
        Assert.Equal((4, ""), (planned.ExitCode, planned.Errors));
        Assert.StartsWith(
            $"""
            To be as licenses.yaml says (4):
              group Code readers: added SHAREPOINTENTERPRISE
              group Code readers: added {users[2]}
              group Code readers: removed {users[0]}
              user {users[3]}: added SHAREPOINTENTERPRISE

            """,
            planned.Output,
            StringComparison.Ordinal);
        Assert.Equal(0, await tenant.TakenAsync("SHAREPOINTENTERPRISE"));

        Ended applied = await tenant.RunAsync("apply", "-f", file, "--yes");
        Assert.Equal((0, ""), (applied.ExitCode, applied.Errors));
        Assert.Equal([[], ["SHAREPOINTENTERPRISE"], ["SHAREPOINTENTERPRISE"], ["SHAREPOINTENTERPRISE"]], await Task.WhenAll(users.Select(tenant.LicensesAsync)));
        Ended again = await tenant.RunAsync("plan", "-f", file);
        Assert.Equal((0, "Everything is as licenses.yaml says.\nNothing would change.\n", ""), (again.ExitCode, again.Output, again.Errors));

        // Two others give it away and take it: B553, whoever the file does not name with the SKU.
        await GiveAsync($"groups/{others}", "SHAREPOINTENTERPRISE");
        await GiveAsync($"users/{users[0]}", "SHAREPOINTENTERPRISE");

        // As a saved plan it is applied like any other.
        string saved = Path.Combine(tenant.Folder, "code.plan");
        Ended drifted = await tenant.RunAsync("plan", "-f", file, "--save", saved);
        Assert.Equal(4, drifted.ExitCode);
        Assert.StartsWith(
            $"To be as licenses.yaml says (2):\n  group Code others: removed SHAREPOINTENTERPRISE\n  user {users[0]}: removed SHAREPOINTENTERPRISE\n", drifted.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", saved, "--yes")).ExitCode);
        Assert.Equal(3, await tenant.TakenAsync("SHAREPOINTENTERPRISE"));
    }

    // B552: a license that is there keeps its plans unless the file speaks of them.
    [Fact]
    public async Task Plans_stay_as_they_are_until_the_file_names_them()
    {
        await tenant.BuyAsync("O365_BUSINESS_PREMIUM", 2);
        string[] users = await tenant.PeopleAsync(2);
        Assert.All(await Task.WhenAll(users.Select(user => GiveAsync($"users/{user}", "O365_BUSINESS_PREMIUM", "a23b959c-7ce8-4e57-9140-b90eb88a9e97"))), Assert.True);
        string File(string one, string other) => tenant.Write(
            $"{Guid.NewGuid()}.yaml", $"licenses: 1\nusers:\n- {{user: {users[0]}, licenses: [{one}]}}\n- {{user: {users[1]}, licenses: [{other}]}}");

        Assert.Equal(0, (await tenant.RunAsync("plan", "-f", File("O365_BUSINESS_PREMIUM", "{sku: O365_BUSINESS_PREMIUM, disabledPlans: [Sway]}"))).ExitCode);
        Ended named = await tenant.RunAsync("plan", "-f", File("{sku: O365_BUSINESS_PREMIUM, disabledPlans: []}", "{sku: O365_BUSINESS_PREMIUM, disabledPlans: [SWAY, Deskless]}"));
        Assert.Equal(4, named.ExitCode);
        Assert.Contains($"(2):\n  user {users[0]}: added O365_BUSINESS_PREMIUM\n  user {users[1]}: added O365_BUSINESS_PREMIUM without", named.Output, StringComparison.Ordinal);
    }

    // B505, B557.
    [Fact]
    public async Task Taking_a_license_from_many_is_refused_by_the_guard_until_it_is_meant()
    {
        await tenant.BuyAsync("MCOSTANDARD", 12);
        string[] users = await tenant.PeopleAsync(12);
        Guid many = await tenant.GroupAsync("Code many", users);
        await GiveAsync($"groups/{many}", "MCOSTANDARD");
        string file = tenant.Write("none.yaml", "licenses: 1\ngroups:\n- group: Code many\n  licenses: []\n  exclusive: [licenses]\n");
        Assert.Equal(3, (await tenant.RunAsync("plan", "-f", file)).ExitCode);
        Assert.Equal(12, await tenant.TakenAsync("MCOSTANDARD"));
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", file, "--yes", "--allow-mass-removal")).ExitCode);
        Assert.Equal(0, await tenant.TakenAsync("MCOSTANDARD"));
    }

    // B554.
    [Fact]
    public async Task Names_that_nobody_or_two_have_are_told_at_their_place_with_what_may_have_been_meant()
    {
        Guid[] twins = [await tenant.GroupAsync("Code twins"), await tenant.GroupAsync("Code twins")];
        string user = Assert.Single(await tenant.PeopleAsync(1));
        using HttpResponseMessage made = await tenant.Http.PostAsJsonAsync("v1.0/groups", new
        {
            displayName = "Code by rule", mailNickname = "codebyrule", mailEnabled = false, securityEnabled = true, groupTypes = _dynamic,
            membershipRule = "user.department -eq \"Nowhere\"", membershipRuleProcessingState = "On",
        }, Cancel);
        Assert.True(made.IsSuccessStatusCode);
        Ended ended = await tenant.RunAsync("plan", "-f", tenant.Write("wrong.yaml", $$"""
            licenses: 1
            groups:
              - group: Code twins
              - group: Code twinz
                licenses: [MCOPSTN5, SPE_E33, {sku: SPE_E3, disabledPlans: [SWAI]}]
              - group: Code by rule
                members: [somebody, {{user}}m, 0da63026-e422-4390-89e8-b14520d7e699]
            policies:
              - policy: Nobody's desks
            users:
              - user: {{user}}
              - user: {{await IdAsync(user)}}
            """));
        Assert.Equal(2, ended.ExitCode);
        string[] lines = ended.Errors.Split('\n');
        (int Line, int Column, string Sentence)[] expected =
        [
            (3, 12, $"2 of kind group are called 'Code twins', so say which by its id: {string.Join(" or ", twins.Order())}."),
            (4, 12, "no group is called 'Code twinz'. Did you mean Code twins?"),
            (5, 16, "'MCOPSTN5' names 2 SKUs, so say which by its id: 54a152dc-90de-4996-93d2-bc47e670fc06"),
            (5, 26, "no SKU is called 'SPE_E33'. Did you mean SPE_E3"),
            (5, 65, "'SWAI' is no plan of SPE_E3. Did you mean SWAY"),
            (6, 12, "'Code by rule' is a dynamic group: its rule says who is a member"),
            (7, 15, "'somebody' is neither a user principal name nor an id."),
            (7, 25, $"no user is called '{user}m'. Did you mean {user}"),
            (7, 26 + user.Length + 2, "there is no user 0da63026-e422-4390-89e8-b14520d7e699."),
            (9, 13, "no provisioning policy is called 'Nobody's desks'."),
            (12, 11, $"'{await IdAsync(user)}' is named a second time; the first is at line 11, column 11."),
        ];
        Assert.Equal(expected.Length + 2, lines.Length);
        Assert.All(expected.Zip(lines), pair => Assert.StartsWith($"berth: wrong.yaml, line {pair.First.Line}, column {pair.First.Column}: {pair.First.Sentence}", pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frontline_is_assigned_by_names_and_what_others_assigned_stays_until_the_list_is_exclusive()
    {
        const string Sku = "Windows_365_S_4vCPU_16GB_512GB";
        await tenant.BuyAsync(Sku, 10);
        Guid crew = await tenant.GroupAsync("Code crew"), night = await tenant.GroupAsync("Code night");
        using HttpResponseMessage made = await tenant.Http.PostAsJsonAsync(Policies, new
        {
            displayName = "Code shifts", provisioningType = "sharedByUser", imageType = "gallery", imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { domainJoinType = "azureADJoin", regionName = "eastus", regionGroup = "usEast" } },
        }, Cancel);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(Cancel));
        JsonElement sizes = await tenant.Http.GetFromJsonAsync<JsonElement>("v1.0/deviceManagement/virtualEndpoint/servicePlans", Cancel);
        string size = sizes.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("displayName").GetString()!).Single(name => name.Contains("4vCPU/16GB/512GB", StringComparison.Ordinal) && name.Contains("Frontline", StringComparison.Ordinal));
        string File(string group, string plan, int licenses, string more) => tenant.Write($"{Guid.NewGuid()}.yaml", $$"""
            licenses: 1
            policies:
              - policy: Code shifts
                assignments:
                  - {group: {{group}}, servicePlan: {{plan}}, allotment: {{group}}, licenses: {{licenses}}}
            {{more}}
            """);

        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", File("Code crew", $"\"{size}\"", 4, ""), "--yes")).ExitCode);
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", File("Code night", Sku, 6, ""), "--yes")).ExitCode);
        Assert.Equal([(crew, 4), (night, 6)], await AssignedAsync("Code shifts"));
        Ended export = await tenant.RunAsync("export", "--policy", "Code shifts");
        Assert.EndsWith(
            $"""
            policies:
              - policy: Code shifts
                assignments:
                  - group: Code crew
                    servicePlan: {size}
                    allotment: Code crew
                    licenses: 4
                  - group: Code night
                    servicePlan: {size}
                    allotment: Code night
                    licenses: 6

            """,
            export.Output,
            StringComparison.Ordinal);

        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", File("Code night", Sku, 10, "    exclusive: [assignments]"), "--yes")).ExitCode);
        Assert.Equal([(night, 10)], await AssignedAsync("Code shifts"));
    }

    // B502, B552, B556: units of a SKU, and a file that asks for more than a plan takes.
    [Fact]
    public async Task Units_follow_the_file_and_more_than_a_plan_takes_is_refused_before_anything_is_done()
    {
        await tenant.BuyAsync("EXCHANGEDESKLESS", 3);
        string file = tenant.Write("units.yaml", "licenses: 1\nskus: [{sku: EXCHANGEDESKLESS, units: 1001}]");
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", file, "--yes")).ExitCode);

        string[] users = await tenant.PeopleAsync(1000);
        Ended fits = await tenant.RunAsync("plan", "-f", tenant.Write("fits.yaml", Of(users)));
        Assert.Equal((4, ""), (fits.ExitCode, fits.Errors));
        Assert.Contains("  ... and 950 more, which take nothing away.", fits.Output, StringComparison.Ordinal);

        // So many people would make the tenant slow for the other tests.
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        CliTenant own = await CliTenant.OfAsync(berth);
        await using (own)
        {
            await own.BuyAsync("EXCHANGEDESKLESS", 1);
            users = await own.PeopleAsync(Plan.MostChanges + 1);
            Ended refused = await own.RunAsync("plan", "-f", own.Write("refused.yaml", Of(users)));
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains($"the file asks for {users.Length} changes", refused.Errors, StringComparison.Ordinal);
        }

        static string Of(string[] users) => "licenses: 1\nusers:\n" + string.Concat(users.Select(user => $"- {{user: {user}, licenses: [EXCHANGEDESKLESS]}}\n"));
    }

    [Fact]
    public async Task An_export_of_what_is_not_there_says_so()
    {
        Ended ended = await tenant.RunAsync("export", "--group", "Nobody's code", "--sku", "MCOPSTN5", "--user", "nobody@contoso.example", "--policy", "None");
        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        Assert.All(
            ["no group is called 'Nobody's code'", "'MCOPSTN5' names 2 SKUs", "no user is called 'nobody@contoso.example'", "no provisioning policy is called 'None'"],
            sentence => Assert.Contains(sentence, ended.Errors, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_example_of_the_how_to_does_what_it_says_and_an_export_of_the_demo_changes_nothing()
    {
        await using BerthProcess berth = await BerthProcess.StartDemoAsync();
        CliTenant contoso = await CliTenant.OfAsync(berth);
        await using (contoso)
        {
            string howTo = Repository.Read("docs/how-to/licenses-as-code.md");
            string example = howTo[(howTo.IndexOf("<<'END'\n", StringComparison.Ordinal) + "<<'END'\n".Length)..howTo.IndexOf("    END\n", StringComparison.Ordinal)];
            string file = contoso.Write("licenses.yaml", string.Join('\n', example.Split('\n').Select(line => line.Length > 4 ? line[4..] : "")));
            await ExportedAsync(contoso);

            Assert.Equal(0, (await contoso.RunAsync("apply", "-f", file, "--yes")).ExitCode);
            Assert.Equal(0, (await contoso.RunAsync("plan", "-f", file)).ExitCode);
            Assert.Equal(0, await contoso.TakenAsync("Microsoft_365_Copilot"));
            Assert.Equal(["CPC_E_4C_16GB_512GB"], await GroupAsync(contoso, "Legal"));
            Assert.Equal(["VISIOCLIENT"], await GroupAsync(contoso, "IT"));
        }
    }

    // Whole and exclusive, and a SKU alone: planned at once, each is nothing to do.
    private static async Task ExportedAsync(CliTenant contoso)
    {
        string whole = Path.Combine(contoso.Folder, "whole.yaml");
        Ended written = await contoso.RunAsync("export", "--exclusive", "--file", whole);
        Assert.Equal((0, ""), (written.ExitCode, written.Errors));
        string text = await System.IO.File.ReadAllTextAsync(whole, Cancel);
        Assert.Equal([13, 3, 12], _starts.Select(start => text.Split('\n').Count(line => line.StartsWith(start, StringComparison.Ordinal))));
        (string Name, string Text)[] files =
        [
            ("whole.yaml", text),
            ("part.yaml", (await contoso.RunAsync("export", "--sku", "SPE_E3", "--exclusive")).Output),
        ];
        foreach ((string name, string yaml) in files)
        {
            Ended planned = await contoso.RunAsync("plan", "-f", contoso.Write(name, yaml));
            Assert.Equal((0, $"Everything is as {name} says.\nNothing would change.\n"), (planned.ExitCode, planned.Output));
        }
    }

    private static async Task<string[]> GroupAsync(CliTenant contoso, string name)
    {
        JsonElement groups = await contoso.Http.GetFromJsonAsync<JsonElement>($"v1.0/groups?$filter=displayName eq '{name}'&$select=id,assignedLicenses", Cancel);
        return [.. groups.GetProperty("value")[0].GetProperty("assignedLicenses").EnumerateArray().Select(one => SkuCatalog.BuiltIn.TryGetSku(one.GetProperty("skuId").GetGuid(), out Sku? sku) ? sku.PartNumber : "?")];
    }

    private async Task<string> IdAsync(string user) => (await tenant.UserAsync(user)).GetProperty("id").GetString()!;

    private async Task<bool> GiveAsync(string path, string sku, params string[] disabledPlans)
    {
        using HttpResponseMessage given = await tenant.Http.PostAsJsonAsync(
            $"v1.0/{path}/assignLicense", new { addLicenses = new[] { new { skuId = CliTenant.SkuId(sku), disabledPlans } }, removeLicenses = Array.Empty<Guid>() }, Cancel);
        return given.IsSuccessStatusCode;
    }

    private async Task<(Guid Group, int Licenses)[]> AssignedAsync(string policy)
    {
        JsonElement policies = await tenant.Http.GetFromJsonAsync<JsonElement>($"{Policies}?$expand=assignments", Cancel);
        return
        [
            .. policies.GetProperty("value").EnumerateArray().Single(one => one.GetProperty("displayName").GetString() == policy).GetProperty("assignments").EnumerateArray()
                .Select(one => one.GetProperty("target")).Select(one => (one.GetProperty("groupId").GetGuid(), one.GetProperty("allotmentLicensesCount").GetInt32())),
        ];
    }
}
