using System.Text.Json;
using Berth.CommandLine.Client.Plans;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>See it before it happens, from the shell: plan, apply, explain, history, undo (B500 to B535).</summary>
[Collection(nameof(CliTenant))]
public sealed class PlanCommandTests(CliTenant tenant)
{
    private const int Most = PlanTable.MostRows;

    [Fact]
    public async Task A_plan_by_names_says_who_gets_what_and_is_applied_and_taken_back()
    {
        await tenant.BuyAsync("OFFICESUBSCRIPTION", 1);
        string[] users = await tenant.PeopleAsync(2);
        Guid group = await tenant.GroupAsync("Planners of projects", users);
        string file = tenant.Write("changes.json", """[{"kind":"groupLicense","groupId":"Planners of projects","add":[{"skuId":"OFFICESUBSCRIPTION"}]}]""");

        // Who of two is first is a matter of their ids.
        JsonElement rows = (await tenant.RunAsync("plan", "--file", file, "-o", "json")).Json.GetProperty("users");
        string served = rows.EnumerateArray().Single(row => row.GetProperty("after").GetString() == "Active").GetProperty("userPrincipalName").GetString()!;
        users = [served, users.Single(user => user != served)];

        Ended planned = await tenant.RunAsync("plan", "--file", file);
        Assert.Equal((4, ""), (planned.ExitCode, planned.Errors));
        Assert.Matches($@"(?m)^Cannot be given:\n.*\n{users[1]} +OFFICESUBSCRIPTION +{group} +nothing +Error +CountViolation: No seat is free", planned.Output);
        Assert.Matches($@"(?m)^Given or changed:\n.*\n{users[0]} +OFFICESUBSCRIPTION +{group} +nothing +Active +The group gives it", planned.Output);
        Assert.Matches(@"(?m)^OFFICESUBSCRIPTION +1 +0 +1 +0 +1$", planned.Output);
        Assert.Contains("1 users gain a license, 1 users get an error.", planned.Output, StringComparison.Ordinal);
        Assert.Equal(0, await tenant.TakenAsync("OFFICESUBSCRIPTION"));

        Assert.Equal(1, (await tenant.RunAsync("apply", "-f", file)).ExitCode);
        Ended applied = await tenant.RunAsync("apply", "-f", file, "--yes", "-o", "json");
        Assert.Equal((0, "succeeded"), (applied.ExitCode, applied.Json.GetProperty("state").GetString()));
        Assert.Equal(1, await tenant.TakenAsync("OFFICESUBSCRIPTION"));

        Ended again = await tenant.RunAsync("plan", "-f", file);
        Assert.Equal((0, "Nothing would change."), (again.ExitCode, again.Output.Trim().Split('\n')[^1]));

        Ended waits = await tenant.RunAsync("explain", users[1], "--sku", "OFFICESUBSCRIPTION");
        Assert.Contains($"{users[1]} does not have OFFICESUBSCRIPTION.", waits.Output, StringComparison.Ordinal);
        Assert.Contains("at place 1", waits.Output, StringComparison.Ordinal);
        Assert.Contains("would help: Have 2 units of OFFICESUBSCRIPTION, where there are 1.", waits.Output, StringComparison.Ordinal);

        string operation = applied.Json.GetProperty("id").GetString()!;
        Ended history = await tenant.RunAsync("history", "--user", users[0], "--sku", "OFFICESUBSCRIPTION");
        Assert.Matches($@"(?m)applyChanges +groupLicenses 1, licenses 1 +{operation}$", history.Output);
        Ended undone = await tenant.RunAsync("undo", operation, "--yes");
        Assert.Equal(0, undone.ExitCode);
        Assert.Matches($@"(?m)^Taken away:\n.*\n{users[0]} +OFFICESUBSCRIPTION", undone.Output);
        Assert.Equal(0, await tenant.TakenAsync("OFFICESUBSCRIPTION"));
        Ended twice = await tenant.RunAsync("undo", operation, "--yes");
        Assert.Equal((0, "Nothing would change."), (twice.ExitCode, twice.Output.Trim()));
    }

    [Fact]
    public async Task A_saved_plan_is_applied_unless_it_would_come_out_otherwise()
    {
        await tenant.BuyAsync("WACONEDRIVEENTERPRISE", 2);
        string[] users = await tenant.PeopleAsync(3);
        string Change(int user) => $$"""{"changes":[{"kind":"userLicense","userId":"{{users[user]}}","add":[{"skuId":"WACONEDRIVEENTERPRISE"}]}]}""";
        string first = Path.Combine(tenant.Folder, "first.plan"), second = Path.Combine(tenant.Folder, "second.plan");
        await tenant.RunAsync("plan", "-f", tenant.Write("first.json", Change(0)), "--save", first);
        await tenant.RunAsync("plan", "-f", tenant.Write("second.json", Change(1)), "--save", second);

        // Somebody else takes one of two seats: the first plan still does what it says, the second cannot.
        await tenant.RunAsync("user", "license", "add", users[2], "--sku", "WACONEDRIVEENTERPRISE");
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", first, "--yes")).ExitCode);
        Assert.Equal(["WACONEDRIVEENTERPRISE"], await tenant.LicensesAsync(users[0]));
        Ended refused = await tenant.RunAsync("apply", "-f", second, "--yes");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("[seatsExhausted]", refused.Errors, StringComparison.Ordinal);
        Ended stale = await tenant.RunAsync("apply", "-f", first, "--yes");
        Assert.Equal(3, stale.ExitCode);
        Assert.Contains("no longer: user", stale.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taking_a_license_from_many_is_refused_by_a_guard_until_it_is_meant()
    {
        await tenant.BuyAsync("INTUNE_A", 12);
        string[] users = await tenant.PeopleAsync(12);
        Guid group = await tenant.GroupAsync("Many", users);
        string give = tenant.Write("give.json", $$"""[{"kind":"groupLicense","groupId":"{{group}}","add":[{"skuId":"INTUNE_A"}]}]""");
        string take = tenant.Write("take.json", $$"""[{"kind":"groupLicense","groupId":"{{group}}","remove":["INTUNE_A"]}]""");
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", give, "--yes")).ExitCode);

        Ended plan = await tenant.RunAsync("plan", "-f", take), applied = await tenant.RunAsync("apply", "-f", take, "--yes");
        Assert.Equal((3, 3), (plan.ExitCode, applied.ExitCode));
        Assert.Equal(12, users.Count(user => plan.Output.Contains(user, StringComparison.Ordinal)));
        Assert.Equal(12, await tenant.TakenAsync("INTUNE_A"));
        Assert.Equal(4, (await tenant.RunAsync("plan", "-f", take, "--allow-mass-removal")).ExitCode);
        Assert.Equal(0, (await tenant.RunAsync("apply", "-f", take, "--yes", "--allow-mass-removal")).ExitCode);
        Assert.Equal(0, await tenant.TakenAsync("INTUNE_A"));
    }

    [Fact]
    public async Task Of_what_comes_so_many_rows_are_shown_and_the_rest_is_counted()
    {
        await tenant.BuyAsync("O365_BUSINESS_ESSENTIALS", 100);
        string[] users = await tenant.PeopleAsync(Most + 1);
        Assert.DoesNotContain(" more", (await ShownAsync(Most - 1)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" more", (await ShownAsync(Most)).Output, StringComparison.Ordinal);
        Ended above = await ShownAsync(Most + 1);
        Assert.Contains("1 more", above.Output, StringComparison.Ordinal);
        Assert.Equal(Most, users.Count(user => above.Output.Contains($"{user} ", StringComparison.Ordinal)));

        Task<Ended> ShownAsync(int count) => tenant.RunAsync("plan", "-f", tenant.Write(
            $"{Guid.NewGuid()}.json", $"[{string.Join(',', users.Take(count).Select(user => $$"""{"kind":"userLicense","userId":"{{user}}","add":[{"skuId":"O365_BUSINESS_ESSENTIALS"}]}"""))}]"));
    }

    [Fact]
    public async Task What_was_is_read_with_a_moment()
    {
        // B528, B529
        await tenant.BuyAsync("EXCHANGEARCHIVE_ADDON", 1);
        string user = Assert.Single(await tenant.PeopleAsync(1));
        string version = (await tenant.RunAsync("history", "--user", user, "-o", "json")).Json.GetProperty("value")[0].GetProperty("version").ToString();
        Assert.Equal(0, (await tenant.RunAsync("user", "license", "add", user, "--sku", "EXCHANGEARCHIVE_ADDON")).ExitCode);

        Assert.Contains("EXCHANGEARCHIVE_ADDON", (await tenant.RunAsync("user", "license", "list", user)).Output, StringComparison.Ordinal);
        Ended was = await tenant.RunAsync("user", "license", "list", user, "--as-of", version);
        Assert.Equal((0, ""), (was.ExitCode, was.Errors));
        Assert.Contains("No license.", was.Output, StringComparison.Ordinal);
        Assert.Contains("does not have EXCHANGEARCHIVE_ADDON", (await tenant.RunAsync("explain", user, "--sku", "EXCHANGEARCHIVE_ADDON", "--as-of", version)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await tenant.RunAsync("sku", "list", "--as-of", version)).ExitCode);
        Assert.Contains("There is no Cloud PC.", (await tenant.RunAsync("cloud-pc", "list", "--as-of", "1")).Output, StringComparison.Ordinal);
        Assert.Empty((await tenant.RunAsync("cloud-pc", "list", "--user", user, "-o", "json")).Json.GetProperty("value").EnumerateArray());
        Assert.Equal(2, (await tenant.RunAsync("cloud-pc", "list", "--as-of", "yesterday")).ExitCode);
        Ended future = await tenant.RunAsync("cloud-pc", "list", "--as-of", "2999-01-01T00:00Z");
        Assert.Equal(3, future.ExitCode);
        Assert.Contains("what will be is not known", future.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("{}", "has no changes")]
    [InlineData("""[{"kind":"userLicense","userId":"somebody","add":[{"skuId":"SPE_E3"}]}]""", "neither a user principal name nor an id")]
    [InlineData("""[{"kind":"userLicense","userId":"a@b.example","add":[{"skuId":"SPE_E99"}]}]""", "SPE_E99")]
    [InlineData("""[{"kind":"groupLicense","groupId":"Nobody's group","add":[]}]""", "no group is called 'Nobody's group'")]
    public async Task A_file_that_means_nothing_is_said_to(string text, string message)
    {
        Ended ended = await tenant.RunAsync("plan", "-f", tenant.Write($"{Guid.NewGuid()}.json", text));
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(message, ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_change_is_told_as_Graph_tells_it()
    {
        string user = Assert.Single(await tenant.PeopleAsync(1));
        Ended ended = await tenant.RunAsync("plan", "-f", tenant.Write("refused.json", $$"""[{"kind":"userLicense","userId":"{{user}}","add":[{"skuId":"{{tenant.Foreign("MCOIMP")}}"}]}]"""));
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("[skuNotInTenant]", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(3, (await tenant.RunAsync("undo", Guid.NewGuid().ToString(), "--yes")).ExitCode);
        Assert.Equal(3, (await tenant.RunAsync("explain", "nobody@contoso.example")).ExitCode);
    }
}
