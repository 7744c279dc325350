using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>Waste and forecast from the shell (B540, B544, B549).</summary>
[Collection(nameof(CliTenant))]
public sealed class FindingCommandTests(CliTenant tenant)
{
    private const string Sku = "ATP_ENTERPRISE";

    [Fact]
    public async Task What_is_wasted_is_told_saved_and_mended()
    {
        await tenant.BuyAsync(Sku, 9);
        string[] users = await tenant.PeopleAsync(3);
        Guid group = await tenant.GroupAsync("Guards of mail", users[0], users[1]);
        foreach (string target in users.Select(user => $"users/{user}").Append($"groups/{group}"))
        {
            using StringContent license = new($$"""{"addLicenses":[{"skuId":"{{CliTenant.SkuId(Sku)}}"}],"removeLicenses":[]}""", System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage assigned = await tenant.Http.PostAsync(new Uri($"v1.0/{target}/assignLicense", UriKind.Relative), license, TestContext.Current.CancellationToken);
            Assert.True(assigned.IsSuccessStatusCode);
        }

        // The first has it twice and cannot sign in; what is said of that account is enough.
        foreach (string user in new[] { users[0], users[2] })
        {
            using HttpResponseMessage response = await tenant.Http.PatchAsync(
                new Uri($"v1.0/users/{user}", UriKind.Relative), new StringContent("""{"accountEnabled":false}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode);
        }

        string file = Path.Combine(tenant.Folder, "waste.json");
        Ended told = await tenant.RunAsync("findings", "--sku", Sku, "--save", file);
        Assert.Equal((0, ""), (told.ExitCode, told.Errors));
        Assert.Matches("(?m)^redundantDirectLicense +2 +0$", told.Output);
        Assert.Matches("(?m)^disabledUserLicense +2 +2$", told.Output);
        Assert.Contains($"The account of {users[2]} is disabled, and it holds 1 seat: {Sku}.", told.Output, StringComparison.Ordinal);
        Assert.Contains("mended by 1 change, 1 seats freed, 1 users lose one.", told.Output, StringComparison.Ordinal);
        Assert.Contains("Saved 4 changes that mend 3 findings: 'berth plan -f waste.json' shows what they do.", told.Output, StringComparison.Ordinal);
        Assert.Contains("1 more can be mended, but not together with these", told.Output, StringComparison.Ordinal);

        Assert.Equal(4, (await tenant.RunAsync("plan", "-f", file)).ExitCode);
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", file, "--yes")).ExitCode);
        Assert.Equal([Sku], await tenant.LicensesAsync(users[1]));
        Assert.Equal(1, await tenant.TakenAsync(Sku));
        JsonElement left = (await tenant.RunAsync("findings", "--sku", Sku, "-o", "json")).Json;
        Assert.Empty(left.GetProperty("value").EnumerateArray());
        Ended none = await tenant.RunAsync("findings", "--sku", Sku, "--kind", "disabledUserLicense", "--save", Path.Combine(tenant.Folder, "none.json"));
        Assert.Equal((0, "Nothing was found.\nNothing can be mended by a change: no file was written.\n"), (none.ExitCode, none.Output));
        Assert.Equal(3, (await tenant.RunAsync("findings", "--kind", "waste")).ExitCode);
    }

    [Fact]
    public async Task Changes_that_want_the_same_seat_are_not_saved_together()
    {
        // Two Cloud PCs lack what one free seat of a suite would give.
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        await using CliTenant own = await CliTenant.OfAsync(berth);
        await own.BuyAsync("CPC_E_2C_4GB_64GB", 2);
        await own.BuyAsync("SPB", 1);
        string[] users = await own.PeopleAsync(2);
        Guid group = await own.GroupAsync("Desks", users);
        string policy = """{"displayName":"p","imageId":"microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc","imageType":"gallery","domainJoinConfigurations":[{"domainJoinType":"azureADJoin","regionName":"eastus","regionGroup":"usEast"}]}""";
        JsonElement made = await PostAsync("v1.0/deviceManagement/virtualEndpoint/provisioningPolicies", policy);
        await PostAsync(
            $"v1.0/deviceManagement/virtualEndpoint/provisioningPolicies/{made.GetProperty("id").GetString()}/assign",
            $$$"""{"assignments":[{"target":{"@odata.type":"microsoft.graph.cloudPcManagementGroupAssignmentTarget","groupId":"{{{group}}}"}}]}""");
        Assert.Equal(0, (await own.RunAsync("group", "license", "add", group.ToString(), "--sku", "CPC_E_2C_4GB_64GB")).ExitCode);

        string file = Path.Combine(own.Folder, "companions.json");
        Ended told = await own.RunAsync("findings", "--kind", "missingCompanions", "--save", file);
        Assert.Equal((0, ""), (told.ExitCode, told.Errors));
        Assert.Contains("Saved 1 changes that mend 1 findings", told.Output, StringComparison.Ordinal);
        Assert.Contains("1 more can be mended, but not together with these: apply the file, and ask again.", told.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await own.RunAsync("apply", "-f", file, "--yes")).ExitCode);
        Assert.Equal(1, await own.TakenAsync("SPB"));

        async Task<JsonElement> PostAsync(string path, string json)
        {
            using StringContent body = new(json, System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await own.Http.PostAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, text);
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
        }
    }

    [Fact]
    public async Task The_day_on_which_the_seats_run_out_is_told()
    {
        await tenant.BuyAsync("WIN10_VDA_E3", 2);
        string[] users = await tenant.PeopleAsync(2);
        Assert.Equal(0, (await tenant.RunAsync("user", "license", "add", users[0], "--sku", "WIN10_VDA_E3")).ExitCode);

        Ended told = await tenant.RunAsync("forecast", "--sku", "WIN10_VDA_E3", "--days", "30");
        Assert.Equal((0, ""), (told.ExitCode, told.Errors));
        Assert.Matches("(?m)^WIN10_VDA_E3 +2 +1 +1 +0 +1 +0 +0 +not in 30 days$", told.Output);
        Assert.Equal(0, (await tenant.RunAsync("user", "license", "add", users[1], "--sku", "WIN10_VDA_E3")).ExitCode);
        JsonElement row = Assert.Single((await tenant.RunAsync("forecast", "--sku", "WIN10_VDA_E3", "-o", "json")).Json.GetProperty("value").EnumerateArray());
        Assert.Equal((0, JsonValueKind.String), (row.GetProperty("free").GetInt32(), row.GetProperty("runsOutDate").ValueKind));

        Assert.Contains("There is nothing to forecast", (await tenant.RunAsync("forecast", "--sku", tenant.Foreign("MCOPSTN2"))).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await tenant.RunAsync("forecast", "--sku", "NO_SUCH_SKU")).ExitCode);
        Assert.Equal(3, (await tenant.RunAsync("forecast", "--days", "366")).ExitCode);
    }
}
