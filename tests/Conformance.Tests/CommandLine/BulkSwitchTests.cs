using System.Net.Http.Json;
using System.Text.Json;
using Berth.CommandLine.Client.Bulk;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>Switches of licenses for lists of users, from the shell, against a running Berth: B590 to B594.</summary>
[Collection(nameof(CliTenant))]
public sealed class BulkSwitchTests(CliTenant tenant)
{
    // B592, and B590: the old seats are all that there are of the new one, so each seat must come and go in one call.
    [Fact]
    public async Task A_swap_keeps_plans_off_needs_no_second_seat_and_leaves_alone_who_has_nothing_to_swap()
    {
        await tenant.BuyAsync("ENTERPRISEPACK", 3);
        await tenant.BuyAsync("ENTERPRISEPREMIUM", 3);
        string[] users = await tenant.PeopleAsync(4);
        await GiveAsync($"users/{users[0]}", "ENTERPRISEPACK", "SWAY");
        await GiveAsync($"users/{users[1]}", "ENTERPRISEPACK", "SWAY");
        await GiveAsync($"users/{users[2]}", "ENTERPRISEPACK");
        string list = List("graduates.csv", users), newest = await tenant.NewestChangeAsync();

        Ended dry = await tenant.RunAsync("bulk", "swap", "ENTERPRISEPACK", "ENTERPRISEPREMIUM", "--csv", list, "--dry-run", "-o", "json");
        Assert.Empty(await tenant.ChangedSinceAsync(newest));
        Ended swap = await tenant.RunAsync("bulk", "swap", "ENTERPRISEPACK", "ENTERPRISEPREMIUM", "--csv", list, "-o", "json");

        Assert.Equal((0, 3, 1), (dry.ExitCode, Number(dry, "changed"), Number(dry, "leftAlone")));
        Assert.Equal((0, 3, 1), (swap.ExitCode, Number(swap, "changed"), Number(swap, "leftAlone")));
        Assert.Equal(["swapped", "swapped", "swapped", "left alone"], Outcomes(list));
        Assert.Contains("swapped ENTERPRISEPACK for ENTERPRISEPREMIUM; off as before: SWAY", await File.ReadAllTextAsync(ResultOf(list), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal((0, 3), (await tenant.TakenAsync("ENTERPRISEPACK"), await tenant.TakenAsync("ENTERPRISEPREMIUM")));
        int[] off = await Task.WhenAll(users[..3].Select(OffAsync));
        Assert.Equal([1, 1, 0], off);
        Assert.Empty(await tenant.LicensesAsync(users[3]));

        // One change for each of the three, and a rerun writes nothing and forgets nothing.
        Assert.Equal(3, (await tenant.ChangedSinceAsync(newest)).Distinct().Count());
        newest = await tenant.NewestChangeAsync();
        Assert.Equal(0, (await tenant.RunAsync("bulk", "swap", "ENTERPRISEPACK", "ENTERPRISEPREMIUM", "--csv", list)).ExitCode);
        Assert.Empty(await tenant.ChangedSinceAsync(newest));
        Assert.Equal(["swapped", "swapped", "swapped", "left alone"], Outcomes(list));

        // Back again, with plans named in place of those that were off; and who has the new one already only loses the old one.
        await GiveAsync($"users/{users[0]}", "ENTERPRISEPACK");
        await tenant.RunAsync("bulk", "swap", "ENTERPRISEPREMIUM", "ENTERPRISEPACK", "--csv", List("back.csv", users[..1]));
        await tenant.RunAsync("bulk", "swap", "ENTERPRISEPREMIUM", "ENTERPRISEPACK", "--csv", List("named.csv", users[1..2]), "--disable-plan", "FORMS_PLAN_E3");
        Assert.Equal("ENTERPRISEPACK", Assert.Single(await tenant.LicensesAsync(users[0])));
        off = await Task.WhenAll(users[..2].Select(OffAsync));
        Assert.Equal([0, 1], off);
        Assert.Equal(Plan("FORMS_PLAN_E3"), (await tenant.UserAsync(users[1])).GetProperty("assignedLicenses")[0].GetProperty("disabledPlans")[0].GetGuid());
    }

    // B591
    [Fact]
    public async Task A_replacement_makes_direct_licenses_exactly_these_and_leaves_what_groups_give()
    {
        await tenant.BuyAsync("CPC_E_1C_2GB_64GB", 5);
        await tenant.BuyAsync("CPC_E_2C_4GB_256GB", 5);
        await tenant.BuyAsync("CPC_E_2C_4GB_128GB", 5);
        string[] users = await tenant.PeopleAsync(3);
        Guid group = await tenant.GroupAsync("Readers", users[0]);
        foreach (string target in (string[])[$"groups/{group}", $"users/{users[0]}", $"users/{users[1]}"])
        {
            await GiveAsync(target, "CPC_E_1C_2GB_64GB");
        }

        await GiveAsync($"users/{users[0]}", "CPC_E_2C_4GB_128GB");
        await GiveAsync($"users/{users[1]}", "CPC_E_2C_4GB_128GB");
        await GiveAsync($"users/{users[2]}", "CPC_E_2C_4GB_256GB");
        string list = List("replaced.csv", users), newest = await tenant.NewestChangeAsync();

        Ended replaced = await tenant.RunAsync("bulk", "replace", "--csv", list, "--sku", "CPC_E_2C_4GB_256GB", "-o", "json");

        Assert.Equal((0, 2, 1), (replaced.ExitCode, Number(replaced, "changed"), Number(replaced, "already")));
        Assert.Equal(["replaced", "replaced", "already"], Outcomes(list));
        Assert.Contains("direct licenses are CPC_E_2C_4GB_256GB; gone: ", await File.ReadAllTextAsync(ResultOf(list), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("; a group still gives CPC_E_1C_2GB_64GB", await File.ReadAllTextAsync(ResultOf(list), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("CPC_E_1C_2GB_64GB CPC_E_2C_4GB_256GB", string.Join(' ', await tenant.LicensesAsync(users[0])));
        Assert.Equal("CPC_E_2C_4GB_256GB", Assert.Single(await tenant.LicensesAsync(users[1])));
        Assert.Equal(2, (await tenant.ChangedSinceAsync(newest)).Distinct().Count());
    }

    // B593: E6 in words, before anything is sent.
    [Fact]
    public async Task What_only_a_group_gives_is_named_and_not_asked_for()
    {
        await tenant.BuyAsync("CPC_E_2C_8GB_256GB", 5);
        await tenant.BuyAsync("CPC_E_4C_16GB_128GB", 5);
        string[] users = await tenant.PeopleAsync(2);
        Guid group = await tenant.GroupAsync("Analysts", users[0]);
        await GiveAsync($"groups/{group}", "CPC_E_2C_8GB_256GB");
        await GiveAsync($"users/{users[1]}", "CPC_E_2C_8GB_256GB");
        string list = List("analysts.csv", users), other = List("swapped.csv", users[..1]), newest = await tenant.NewestChangeAsync();

        Ended swap = await tenant.RunAsync("bulk", "swap", "CPC_E_2C_8GB_256GB", "CPC_E_4C_16GB_128GB", "--csv", other, "-o", "json");
        Assert.Empty(await tenant.ChangedSinceAsync(newest));
        Ended remove = await tenant.RunAsync("bulk", "remove", "--csv", list, "--sku", "CPC_E_2C_8GB_256GB", "-o", "json");

        Assert.Equal((3, 3), (swap.ExitCode, remove.ExitCode));
        Assert.Equal(["failed"], Outcomes(other));
        Assert.Equal(["failed", "removed"], Outcomes(list));
        Assert.All((Ended[])[swap, remove], run =>
        {
            JsonElement row = Assert.Single(run.Json.GetProperty("details").EnumerateArray());
            Assert.Equal("inheritedFromGroup", row.GetProperty("code").GetString());
            Assert.Contains($"from group {group} only", row.GetProperty("message").GetString(), StringComparison.Ordinal);
        });
        Assert.Empty(await tenant.LicensesAsync(users[1]));
        Assert.Equal(0, (await tenant.RunAsync("bulk", "remove", "--csv", List("gone.csv", users[1..]), "--sku", "CPC_E_2C_8GB_256GB")).ExitCode);
    }

    // B594: at the measure, and above it.
    [Fact]
    public async Task Many_who_would_lose_a_license_are_asked_about_before_the_first_loses_it()
    {
        await tenant.BuyAsync("CPC_E_8C_32GB_128GB", 40);
        await tenant.BuyAsync("CPC_E_8C_32GB_256GB", 40);
        string[] users = await tenant.PeopleAsync(34);
        await tenant.RunAsync("bulk", "assign", "--csv", List("planners.csv", users), "--sku", "CPC_E_8C_32GB_128GB");
        string nine = List("nine.csv", users[..9]), most = List("most.csv", users[9..17]), many = List("many.csv", users[17..]);

        // Nine are never many, and 10 of 34 are below 30 %; 17 of 25 are above it.
        Assert.Equal(0, (await tenant.RunAsync("bulk", "remove", "--csv", nine, "--sku", "CPC_E_8C_32GB_128GB")).ExitCode);
        Assert.Equal(25, await tenant.TakenAsync("CPC_E_8C_32GB_128GB"));
        string newest = await tenant.NewestChangeAsync();
        foreach (string[] command in (string[][])
            [
                ["bulk", "remove", "--csv", many, "--sku", "CPC_E_8C_32GB_128GB"], ["bulk", "replace", "--csv", many, "--sku", "CPC_E_8C_32GB_256GB"],
                ["bulk", "assign", "--csv", many, "--remove", "CPC_E_8C_32GB_128GB"], ["bulk", "remove", "--csv", many, "--sku", "CPC_E_8C_32GB_128GB", "--dry-run"],
            ])
        {
            Ended refused = await tenant.RunAsync(command);
            Assert.Equal(3, refused.ExitCode);
            Assert.Contains("--allow-mass-removal", refused.Errors, StringComparison.Ordinal);
            Assert.False(File.Exists(ResultOf(many)));
        }

        Assert.Empty(await tenant.ChangedSinceAsync(newest));
        Assert.Equal(0, (await tenant.RunAsync("bulk", "remove", "--csv", most, "--sku", "CPC_E_8C_32GB_128GB")).ExitCode);
        Ended asked = await tenant.RunAsync("bulk", "remove", "--csv", many, "--sku", "CPC_E_8C_32GB_128GB", "--allow-mass-removal", "-o", "json");
        Assert.Equal((0, 17, 0), (asked.ExitCode, Number(asked, "changed"), await tenant.TakenAsync("CPC_E_8C_32GB_128GB")));
    }

    // B594 by itself: the measure of B505.
    [Theory]
    [InlineData(9, 9, false)]
    [InlineData(10, 10, true)]
    [InlineData(10, 33, true)]
    [InlineData(10, 34, false)]
    [InlineData(30, 100, false)]
    [InlineData(31, 100, true)]
    public void Many_are_ten_and_more_than_thirty_percent(int losing, int holders, bool expected) => Assert.Equal(expected, RemovalGuard.IsMany(losing, holders));

    [Fact]
    public async Task What_cannot_be_meant_is_refused_before_anything_is_read()
    {
        await tenant.BuyAsync("CPC_E_8C_32GB_512GB", 1);
        string list = List("meant.csv", await tenant.PeopleAsync(1));

        Ended same = await tenant.RunAsync("bulk", "swap", "CPC_E_8C_32GB_512GB", "CPC_E_8C_32GB_512GB", "--csv", list);
        Ended foreign = await tenant.RunAsync("bulk", "swap", "CPC_E_8C_32GB_512GB", tenant.Foreign("WIN10_PRO_ENT_SUB"), "--csv", list);
        Ended plan = await tenant.RunAsync("bulk", "swap", "CPC_E_8C_32GB_512GB", "CPC_E_8C_32GB_512GB", "--csv", list, "--disable-plan", "NOPLAN");

        Assert.Equal((2, 2, 2), (same.ExitCode, foreign.ExitCode, plan.ExitCode));
        Assert.Contains("cannot be swapped for itself", same.Errors, StringComparison.Ordinal);
        Assert.Contains("no subscription", foreign.Errors, StringComparison.Ordinal);
        Assert.Contains("NOPLAN", plan.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(ResultOf(list)));
    }

    private static int Number(Ended ended, string name) => ended.Json.GetProperty(name).GetInt32();

    private static string ResultOf(string list) => Path.ChangeExtension(list, null) + ".result.csv";

    private static IEnumerable<string> Outcomes(string list) => File.ReadAllLines(ResultOf(list)).Skip(1).Select(line => line.Split(',')[1]);

    private string List(string name, string[] users) => tenant.Write($"switch-{name}", "userPrincipalName\n" + string.Join('\n', users) + "\n");

    private static Guid Plan(string name) => SkuCatalog.BuiltIn.Plans.Single(plan => plan.Name == name).Id;

    private async Task GiveAsync(string target, string partNumber, params string[] off)
    {
        using HttpResponseMessage response = await tenant.Http.PostAsJsonAsync(
            $"v1.0/{target}/assignLicense",
            new { addLicenses = new[] { new { skuId = CliTenant.SkuId(partNumber), disabledPlans = off.Select(Plan).ToArray() } }, removeLicenses = Array.Empty<Guid>() },
            TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    // How many plans are off in all of a user's licenses.
    private async Task<int> OffAsync(string user) => (await tenant.UserAsync(user)).GetProperty("assignedLicenses").EnumerateArray().Sum(license => license.GetProperty("disabledPlans").GetArrayLength());
}
