using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Sync;

/// <summary><c>berth sync csv</c>: tables of users and members (B816), licenses with them; what cannot be read changes nothing (B814).</summary>
[Collection(nameof(CliTenant))]
public sealed class CsvSyncs(CliTenant tenant)
{
    [Fact]
    public async Task B816_tables_come_and_change_and_licenses_of_a_group_follow_them()
    {
        const string Part = "M365_F1_COMM";
        await tenant.BuyAsync(Part, 5);
        Guid licensed = await tenant.GroupAsync("Engineers of tables");
        string users = tenant.Write("users.csv", """
            Key;User Principal Name;displayName;usage_location;department;accountEnabled;shoe size
            1;csv-ada@contoso.example;Ada;us;Flight;yes;38
            2;csv-bob@contoso.example;Bob;DE;;;
            3;csv-eve@contoso.example;Eve;XX;;;
            4;csv-max@contoso.example;Max;DE;;perhaps;
            """);
        string members = tenant.Write("members.csv", """
            group,user
            Engineers of tables,1
            Engineers of tables,csv-bob@contoso.example
            Engineers of tables,nobody
            Others of tables,2
            Empty of tables,
            """);
        Ended refused = await tenant.RunAsync("group", "license", "add", "--group", "Engineers of tables", "--sku", Part);
        Assert.Equal(0, refused.ExitCode);

        // What can be done is done, and each of the others is told.
        string[] sync = ["sync", "csv", "--name", "tables", "--users", users, "--members", members, "--take-over-groups"];
        Ended first = await tenant.RunAsync(sync);
        Assert.Equal(3, first.ExitCode);
        Assert.Contains("tables: 4 users and 3 groups in the source; addMember 3, createGroup 2, createUser 3, updateGroup 1; 0 as they are.", first.Output, StringComparison.Ordinal);
        string[] troubles = first.Errors.Trim().Split('\n');
        Assert.Equal(4, troubles.Length);
        Assert.Contains("the column 'shoe size' is none that is known", troubles[0], StringComparison.Ordinal);
        Assert.Contains("users.csv, line 5: accountEnabled is 'perhaps'", troubles[1], StringComparison.Ordinal);
        Assert.Contains("members.csv, line 4: 'nobody' is none of the users", troubles[2], StringComparison.Ordinal);
        Assert.Contains("csv-eve@contoso.example (comes) was refused: Invalid value specified for property 'usageLocation'", troubles[3], StringComparison.Ordinal);
        Assert.Equal([Part], await tenant.LicensesAsync("csv-ada@contoso.example"));
        Assert.Equal("US", (await tenant.UserAsync("csv-ada@contoso.example")).Text("usageLocation"));
        Assert.Equal(2, await tenant.TakenAsync(Part));

        // A new name and a new department; the key says who it is. Bob leaves, and his license with him.
        string before = (await tenant.UserAsync("csv-ada@contoso.example")).Text("id");
        File.WriteAllText(users, """
            key,userPrincipalName,displayName,department
            1,csv-lovelace@contoso.example,Ada,Air
            2,csv-bob@contoso.example,Bob,
            """);
        File.WriteAllText(members, "group,user\nEngineers of tables,1\nOthers of tables,2\n");
        Ended kept = await tenant.RunAsync([.. sync, "--dry-run", "-o", "json"]);
        Assert.Equal(4, kept.ExitCode);
        Assert.Equal("""{"updateUser":1}""", JsonSerializer.Serialize(kept.Json.GetProperty("counts")));
        Ended second = await tenant.RunAsync([.. sync, "--missing", "disable"]);
        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Contains("removeMember 1, updateUser 1", second.Output, StringComparison.Ordinal);
        Assert.Equal(before, (await tenant.UserAsync("csv-lovelace@contoso.example")).Text("id"));
        Assert.Equal((1, 0), (await tenant.TakenAsync(Part), (await tenant.LicensesAsync("csv-bob@contoso.example")).Length));
        JsonElement group = await tenant.Http.GetFromJsonAsync<JsonElement>($"v1.0/groups/{licensed}?$expand=members", TestContext.Current.CancellationToken);
        Assert.Equal(["csv-lovelace@contoso.example"], group.GetProperty("members").EnumerateArray().Select(member => member.Text("userPrincipalName")));
    }

    [Fact]
    public async Task More_users_than_a_portion_and_a_page_have_come_once_and_are_found_again()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        await using CliTenant own = await CliTenant.OfAsync(berth);
        const int Count = 1002;
        string users = own.Write("users.csv", "userPrincipalName\n" + string.Concat(Enumerable.Range(0, Count).Select(i => $"many{i}@contoso.example\n")));
        string members = own.Write("members.csv", "group,user\n" + string.Concat(Enumerable.Range(0, Count).Select(i => $"All,many{i}@contoso.example\n")));
        string[] sync = ["sync", "csv", "--name", "many", "--users", users, "--members", members];
        Ended first = await own.RunAsync(sync);
        Assert.True(first.ExitCode == 0, first.Errors);
        Assert.Contains($"addMember {Count}, createGroup 1, createUser {Count}; 0 as they are.", first.Output, StringComparison.Ordinal);
        Assert.Contains($"nothing to do; {Count + 1} as they are.", (await own.RunAsync(sync)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task B814_what_cannot_be_read_is_told_and_changes_nothing()
    {
        string users = tenant.Write("users.csv", "displayName\nAda\n"), members = tenant.Write("members.csv", "group\nx\n");
        foreach ((string[] arguments, string why) in ((string[], string)[])
        [
            (["--name", "x", "--users", users], "has no column"),
            (["--name", "x", "--users", users + ".none"], "does not exist"),
            (["--name", "X", "--users", users], "--name: 1 to 20 small letters"),
            (["--name", "x", "--users", users, "--every", "10s"], "is no pause from 1m to 7d"),
            (["--name", "x", "--users", users, "--every", "1h", "--allow-mass-removal"], "is for one run"),
            (["--name", "x", "--users", tenant.Write("good.csv", "userPrincipalName\ncsv-x@contoso.example\n"), "--members", members], "members.csv"),
        ])
        {
            Ended ended = await tenant.RunAsync(["sync", "csv", .. arguments]);
            Assert.Equal(2, ended.ExitCode);
            Assert.Contains(why, Assert.Single(ended.Errors.Trim().Split('\n')), StringComparison.Ordinal);
        }
    }
}
