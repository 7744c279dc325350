using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>One user, one group, one SKU at a time, from the shell.</summary>
[Collection(nameof(CliTenant))]
public sealed class LicenseCommandTests(CliTenant tenant)
{
    [Fact]
    public async Task Sku_list_shows_what_is_bought_assigned_and_free()
    {
        await tenant.BuyAsync("VISIOCLIENT", 3);
        string user = Assert.Single(await tenant.PeopleAsync(1));
        await tenant.RunAsync("user", "license", "add", user, "--sku", "VISIOCLIENT");

        Ended text = await tenant.RunAsync("sku", "list"), json = await tenant.RunAsync("sku", "list", "-o", "json");

        Assert.Equal((0, 0), (text.ExitCode, json.ExitCode));
        Assert.Matches(@"(?m)^VISIOCLIENT +Visio Plan 2 +Enabled +3 +1 +2 +c5928f49-12ba-48f7-ada3-0d743a3601d5$", text.Output);
        JsonElement sku = json.Json.GetProperty("value").EnumerateArray().Single(one => one.GetProperty("skuPartNumber").GetString() == "VISIOCLIENT");
        Assert.Equal((1, 2), (sku.GetProperty("assigned").GetInt32(), sku.GetProperty("free").GetInt32()));
        Assert.Equal(("", ""), (text.Errors, json.Errors));
    }

    [Fact]
    public async Task A_user_gets_keeps_and_loses_a_license_by_any_name_of_it()
    {
        await tenant.BuyAsync("POWER_BI_PRO", 2);
        string user = Assert.Single(await tenant.PeopleAsync(1));

        Ended added = await tenant.RunAsync("user", "license", "add", user, "--sku", "Power BI Pro", "--disable-plan", "BI_AZURE_P2");
        Assert.Equal(0, added.ExitCode);
        Assert.Equal(["POWER_BI_PRO"], await tenant.LicensesAsync(user));

        Ended listed = await tenant.RunAsync("user", "license", "list", "--user", user, "-o", "json");
        JsonElement license = Assert.Single(listed.Json.GetProperty("licenses").EnumerateArray());
        Assert.Equal(("direct", "Active", "None"), (Text(license, "source"), Text(license, "state"), Text(license, "error")));
        Assert.Equal("BI_AZURE_P2", Text(Assert.Single(license.GetProperty("disabledPlans").EnumerateArray()), "servicePlanName"));

        Ended removed = await tenant.RunAsync("user", "license", "remove", user, "--sku", "f8a1db68-be16-40ed-86d5-cb42ce701560");
        Assert.Equal(0, removed.ExitCode);
        Assert.Contains("No license.", removed.Output, StringComparison.Ordinal);
        Assert.Empty(await tenant.LicensesAsync(user));
    }

    [Fact]
    public async Task A_refusal_says_what_happened_to_whom_by_which_rule_and_what_to_do()
    {
        await tenant.BuyAsync("PROJECTPROFESSIONAL", 1);
        string[] users = await tenant.PeopleAsync(2);
        await tenant.RunAsync("user", "license", "add", users[0], "--sku", "PROJECTPROFESSIONAL");

        Ended refused = await tenant.RunAsync("user", "license", "add", users[1], "--sku", "PROJECTPROFESSIONAL", "-o", "json");

        Assert.Equal((3, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(users[1], refused.Errors, StringComparison.Ordinal);
        Assert.Contains("does not have any available licenses", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("[seatsExhausted]", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("berth sku list", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_a_country_is_refused_until_one_is_given()
    {
        await tenant.BuyAsync("EMSPREMIUM", 2);
        string user = Assert.Single(await tenant.PeopleAsync(1, null));

        Ended refused = await tenant.RunAsync("user", "license", "add", user, "--sku", "EMSPREMIUM");
        Ended done = await tenant.RunAsync("user", "license", "add", user, "--sku", "EMSPREMIUM", "--usage-location", "nl");

        Assert.Equal((3, 0), (refused.ExitCode, done.ExitCode));
        Assert.Contains("--usage-location", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("NL", (await tenant.UserAsync(user)).GetProperty("usageLocation").GetString());
    }

    [Fact]
    public async Task A_country_that_a_user_has_is_never_replaced()
    {
        await tenant.BuyAsync("EMS", 1);
        string user = Assert.Single(await tenant.PeopleAsync(1, "DE"));

        Assert.Equal(0, (await tenant.RunAsync("user", "license", "add", user, "--sku", "EMS", "--usage-location", "FR")).ExitCode);

        Assert.Equal("DE", (await tenant.UserAsync(user)).GetProperty("usageLocation").GetString());
    }

    [Theory]
    [InlineData("SPE_E33", "SPE_E3")]
    [InlineData("MCOPSTN5", "d43177b5-475b-4880-92d4-d54c27b5efbd")]
    [InlineData("MCOPSTN5", "54a152dc-90de-4996-93d2-bc47e670fc06")]
    public async Task An_unclear_SKU_changes_nothing_and_says_what_to_write(string name, string mention)
    {
        Ended ended = await tenant.RunAsync("user", "license", "add", "admin@contoso.example", "--sku", name);

        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        Assert.Contains(mention, ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_user_is_refused_by_name()
    {
        Ended ended = await tenant.RunAsync("user", "license", "list", "o'brien+#%@contoso.example");

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("Resource 'o'brien+#%@contoso.example' does not exist", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_gives_its_members_what_seats_allow_and_takes_it_back()
    {
        await tenant.BuyAsync("CPC_E_2C_8GB_128GB", 2);
        string[] members = await tenant.PeopleAsync(3);
        Guid group = await tenant.GroupAsync("Cloud PC o'clock", members);

        Ended added = await tenant.RunAsync("group", "license", "add", "Cloud PC o'clock", "--sku", "CPC_E_2C_8GB_128GB");
        Ended listed = await tenant.RunAsync("group", "license", "list", $"{group}", "-o", "json");

        Assert.Equal((0, 0), (added.ExitCode, listed.ExitCode));
        Assert.Equal(("ProcessingComplete", 1), (Text(listed.Json, "processingState"), listed.Json.GetProperty("membersInError").GetInt32()));
        Assert.Equal("CPC_E_2C_8GB_128GB", Text(Assert.Single(listed.Json.GetProperty("licenses").EnumerateArray()), "skuPartNumber"));
        Assert.Equal(2, await tenant.TakenAsync("CPC_E_2C_8GB_128GB"));

        string[][] held = [.. await Task.WhenAll(members.Select(tenant.LicensesAsync))];
        Ended shown = await tenant.RunAsync("user", "license", "list", members[Array.FindIndex(held, one => one.Length == 0)]);
        Assert.Matches("group Cloud PC o'clock +Error +CountViolation", shown.Output);

        string holder = members[Array.FindIndex(held, one => one.Length == 1)];
        Ended inherited = await tenant.RunAsync("user", "license", "remove", holder, "--sku", "CPC_E_2C_8GB_128GB");
        Assert.Equal(3, inherited.ExitCode);
        Assert.Contains("[inheritedFromGroup]", inherited.Errors, StringComparison.Ordinal);

        Ended removed = await tenant.RunAsync("group", "license", "remove", "--group", $"{group}", "--sku", "CPC_E_2C_8GB_128GB");
        Assert.Equal(0, removed.ExitCode);
        Assert.Equal(0, await tenant.TakenAsync("CPC_E_2C_8GB_128GB"));
    }

    [Fact]
    public async Task Two_groups_of_one_name_are_told_apart_by_id()
    {
        Guid one = await tenant.GroupAsync("Twins"), other = await tenant.GroupAsync("Twins");

        Ended ended = await tenant.RunAsync("group", "license", "list", "Twins");

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains($"{one}", ended.Errors, StringComparison.Ordinal);
        Assert.Contains($"{other}", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(3, (await tenant.RunAsync("group", "license", "list", "Nobody's group")).ExitCode);
    }

    [Fact]
    public async Task The_catalog_lists_what_was_imported()
    {
        string file = tenant.Write("products.csv", """
            Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names
            Harbor Plan 1,HARBOR_P1,5b0c7b0e-58b4-4b4e-9d0d-0d8f3f6f6a11,HARBOR_DOCK,0f4ad6b4-55a5-4a5c-8f7b-6d5a3c0f9b22,Harbor Dock
            Harbor Plan 1,HARBOR_P1,5b0c7b0e-58b4-4b4e-9d0d-0d8f3f6f6a11,HARBOR_CRANE,0f4ad6b4-55a5-4a5c-8f7b-6d5a3c0f9b23,Harbor Crane
            """);

        Ended imported = await tenant.RunAsync("catalog", "import", file, "-o", "json");
        Ended again = await tenant.RunAsync("catalog", "import", file);
        Ended listed = await tenant.RunAsync("catalog", "list", "harbor", "-o", "json");
        Ended all = await tenant.RunAsync("catalog", "list");

        Assert.Equal((0, 0, 0, 0), (imported.ExitCode, again.ExitCode, listed.ExitCode, all.ExitCode));
        Assert.Equal(2, imported.Json.GetProperty("rows").GetInt32());
        JsonElement sku = Assert.Single(listed.Json.GetProperty("value").EnumerateArray());
        Assert.Equal("HARBOR_P1", Text(sku, "skuPartNumber"));
        Assert.Equal(["HARBOR_DOCK", "HARBOR_CRANE"], sku.GetProperty("servicePlans").EnumerateArray().Select(plan => Text(plan, "servicePlanName")));
        Assert.Matches("(?m)^SPE_E3 +Microsoft 365 E3 ", all.Output);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("a,b\n1,2\n", "line 1")]
    [InlineData("skuPartNumber,skuId,productName,servicePlanName,servicePlanId,friendlyName\nX,no-guid,X,X,X,X\n", "line 2")]
    public async Task A_table_that_cannot_be_read_is_refused_by_line(string text, string line)
    {
        Ended ended = await tenant.RunAsync("catalog", "import", tenant.Write("broken.csv", text));

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(line, ended.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":{"code":"BadRequest","message":"Invalid version: berth"}}""")]
    [InlineData(404, "")]
    public async Task A_server_that_is_no_Berth_has_no_catalog(int status, string body)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(status, body));

        Ended ended = await CliTenant.RunAsync(new Dictionary<string, string?>(), "catalog", "list", "--graph", $"{server.Address}");

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("no Berth", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_is_one_line_and_exit_code_2()
    {
        Ended ended = await CliTenant.RunAsync(new Dictionary<string, string?> { ["BERTH_CLIENT_SECRET"] = "wrong" }, "sku", "list", "--graph", tenant.Graph);

        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        Assert.Contains("BERTH_CLIENT_SECRET", Assert.Single(ended.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sku list --client-id 3b1c9a54-0f2e-4ad0-9a3a-1f2e3d4c5b6a", "BERTH_CLIENT_SECRET")]
    [InlineData("sku list --graph ftp://graph", "--graph")]
    [InlineData("sku list --authority nowhere", "--authority")]
    [InlineData("sku list --tenant a/b", "--tenant")]
    [InlineData("sku list -o yaml", "yaml")]
    [InlineData("sku list --graph http://127.0.0.1:1", "berth serve --demo")]
    [InlineData("user license list", "which user")]
    [InlineData("user license list a@b --user c@d", "which user")]
    [InlineData("user license list ..", "neither a user principal name nor an id")]
    [InlineData("user license add a@b", "--sku")]
    [InlineData("user license add a@b --sku SPE_E3 --usage-location Germany", "--usage-location")]
    [InlineData("group license add --sku SPE_E3", "which group")]
    [InlineData("catalog import", "FILE")]
    [InlineData("catalog import no-such.csv", "no-such.csv")]
    [InlineData("bulk assign --sku SPE_E3", "--csv")]
    [InlineData("bulk assign --csv people.csv", "--sku NAME")]
    [InlineData("bulk assign --csv no-such.csv --sku SPE_E3", "no-such.csv")]
    public async Task Bad_usage_is_exit_code_2_and_says_what_is_wrong(string line, string mention)
    {
        Ended ended = await CliTenant.RunAsync(new Dictionary<string, string?>(), line.Split(' '));

        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        Assert.Contains(mention, ended.Errors, StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
