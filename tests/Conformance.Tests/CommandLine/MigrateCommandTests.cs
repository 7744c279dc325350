using System.Text;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>Recipes from the shell: each step is shown, saved, and applied as it was saved (B595, B596).</summary>
[Collection(nameof(CliTenant))]
public sealed class MigrateCommandTests(CliTenant tenant)
{
    private const string Old = "AAD_BASIC", Young = "WIN10_VDA_E5";

    [Fact]
    public async Task Licenses_move_to_a_group_then_to_another_one_and_then_the_group_changes_its_SKU()
    {
        await tenant.BuyAsync(Old, 3);
        await tenant.BuyAsync(Young, 3);
        string[] users = await tenant.PeopleAsync(2);
        Guid first = await tenant.GroupAsync("Keepers of mail"), second = await tenant.GroupAsync("Keepers of everything");
        await PostAsync($"v1.0/users/{users[0]}/assignLicense");

        string folder = Path.Combine(tenant.Folder, "recipe");
        Ended told = await tenant.RunAsync("migrate", "direct-to-group", "--sku", Old, "--group", "Keepers of mail", "--folder", folder);
        Assert.Equal((0, ""), (told.ExitCode, told.Errors));
        Assert.Contains($"Step 1: The group Keepers of mail gets {Old}.", told.Output, StringComparison.Ordinal);
        Assert.Contains("1 move. Nobody loses a service plan or a Cloud PC after any of the steps.", told.Output, StringComparison.Ordinal);
        Assert.Contains("Saved step1.json, step2.json, step3.json: 'berth apply -f step1.json' makes the first", told.Output, StringComparison.Ordinal);
        for (int step = 1; step <= 3; step++)
        {
            Assert.Equal(0, (await tenant.RunAsync("apply", "-f", Path.Combine(folder, $"step{step}.json"), "--yes")).ExitCode);
            Assert.Equal([Old], await tenant.LicensesAsync(users[0]));
        }

        Assert.Equal(first.ToString(), (await tenant.UserAsync(users[0])).GetProperty("licenseAssignmentStates")[0].GetProperty("assignedByGroup").GetString());
        told = await tenant.RunAsync("migrate", "group-to-group", "--sku", Old, "--from", first.ToString(), "--to", second.ToString(), "--user", users[0], "--user", users[1], "--folder", folder, "-o", "json");
        Assert.Equal((0, 1, 1), (told.ExitCode, told.Json.GetProperty("moving").GetInt32(), told.Json.GetProperty("staying").GetInt32()));
        for (int step = 1; step <= 3; step++)
        {
            Assert.Equal(0, (await tenant.RunAsync("apply", "-f", Path.Combine(folder, $"step{step}.json"), "--yes")).ExitCode);
        }

        Assert.Equal(second.ToString(), (await tenant.UserAsync(users[0])).GetProperty("licenseAssignmentStates")[0].GetProperty("assignedByGroup").GetString());

        // Not the same plans: what goes without a replacement is said, and the exit code says so too.
        told = await tenant.RunAsync("migrate", "switch-sku", "--group", "Keepers of everything", "--from-sku", Old, "--to-sku", Young, "--folder", folder);
        Assert.Equal((3, ""), (told.ExitCode, told.Errors));
        Assert.Contains($"Hurt: {users[0]} would lose the service plan ", told.Output, StringComparison.Ordinal);
        Assert.Contains("It is not safe", told.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await tenant.RunAsync("migrate", "direct-to-group", "--sku", Old, "--group", "Nobody's group")).ExitCode);
    }

    [Fact]
    public async Task A_switch_that_loses_nothing_is_done()
    {
        await tenant.BuyAsync("WIN_ENT_E5", 1);
        await tenant.BuyAsync("SHAREPOINTSTANDARD", 1);
        await tenant.GroupAsync("Nobody yet");
        string file = tenant.Write("nobody.json", """[{"kind":"groupLicense","groupId":"Nobody yet","add":[{"skuId":"SHAREPOINTSTANDARD"}]}]""");
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", file, "--yes")).ExitCode);
        Assert.Equal(0, (await tenant.RunAsync("migrate", "switch-sku", "--group", "Nobody yet", "--from-sku", "SHAREPOINTSTANDARD", "--to-sku", "WIN_ENT_E5", "--folder", Path.Combine(tenant.Folder, "switch"))).ExitCode);
    }

    private async Task PostAsync(string path)
    {
        using StringContent body = new($$"""{"addLicenses":[{"skuId":"{{CliTenant.SkuId(Old)}}"}],"removeLicenses":[]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await tenant.Http.PostAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
