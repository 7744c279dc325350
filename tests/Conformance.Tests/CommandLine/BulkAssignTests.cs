using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>Lists of users, from the shell, against a running Berth.</summary>
[Collection(nameof(CliTenant))]
public sealed class BulkAssignTests(CliTenant tenant)
{
    private const int SigInt = 2;
    private const int SigKill = 9;
    private const int Long = 1_000;
    private const int Tiring = 200;

    [Fact]
    public async Task Every_row_gets_its_outcome_and_a_rerun_does_only_what_is_left()
    {
        await tenant.BuyAsync("SPE_E3", 50);
        string[] users = await tenant.PeopleAsync(4);
        string abroad = Assert.Single(await tenant.PeopleAsync(1, null));
        string byId = (await tenant.UserAsync(users[2])).GetProperty("id").GetString()!;
        string list = tenant.Write("people.csv", $"""
            Name;User principal name;Note
            One;{users[0]};
            Two;{users[1].ToUpperInvariant()};"kept; as it is"

            Three by id;{byId};
            Three again;{users[2]};
            One again;{users[0]};
            Nobody;ghost@contoso.example;
            No country;{abroad};
            Empty;;
            Broken;not a user;
            Four;{users[3]};x;y
            """);

        Ended first = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "Microsoft 365 E3", "--disable-plan", "SWAY");

        string[] rows = Result(list);
        Assert.Equal(3, first.ExitCode);
        Assert.Equal("Name;User principal name;Note;outcome;code;message;at", rows[0]);
        Assert.Equal(
            ["assigned:", "assigned:", "assigned:", "duplicate:duplicateUser", "duplicate:duplicateUser", "failed:resourceNotFound", "failed:usageLocationMissing", "failed:userMissing", "failed:malformedUser", "failed:malformedRow"],
            Outcomes(rows));
        Assert.Contains("\"kept; as it is\"", rows[2], StringComparison.Ordinal);
        Assert.Contains("--usage-location", first.Errors, StringComparison.Ordinal);
        Assert.Equal(3, await tenant.TakenAsync("SPE_E3"));
        Assert.Equal("SWAY", (await tenant.RunAsync("user", "license", "list", users[1], "-o", "json"))
            .Json.GetProperty("licenses")[0].GetProperty("disabledPlans")[0].GetProperty("servicePlanName").GetString());

        string newest = await tenant.NewestChangeAsync();
        Ended again = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "SPE_E3", "--disable-plan", "SWAY", "--usage-location", "NL", "-o", "json");

        Assert.Equal((3, 3, 1, 2, 4), (again.ExitCode, Number(again, "already"), Number(again, "changed"), Number(again, "duplicate"), Number(again, "failed")));
        string[] later = Result(list);
        Assert.Equal(rows[1], later[1]);
        Assert.Contains("usage location set to NL", later[7], StringComparison.Ordinal);
        Assert.Equal([abroad, abroad], await tenant.ChangedSinceAsync(newest));
        Assert.Equal(4, await tenant.TakenAsync("SPE_E3"));
    }

    [Fact]
    public async Task When_all_is_done_a_rerun_writes_nothing()
    {
        await tenant.BuyAsync("STANDARDPACK", 10);
        string list = List("done.csv", await tenant.PeopleAsync(10));
        Assert.Equal(0, (await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "STANDARDPACK")).ExitCode);
        string[] rows = Result(list);
        string newest = await tenant.NewestChangeAsync();

        Ended again = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "STANDARDPACK", "-o", "json");

        Assert.Equal((0, 10, 0), (again.ExitCode, Number(again, "already"), Number(again, "changed")));
        Assert.Empty(await tenant.ChangedSinceAsync(newest));
        Assert.Equal(rows, Result(list));
    }

    [Fact]
    public async Task Another_job_on_the_same_list_is_not_mistaken_for_done()
    {
        await tenant.BuyAsync("PROJECTESSENTIALS", 10);
        await tenant.BuyAsync("AAD_PREMIUM_P2", 10);
        string list = List("twice.csv", await tenant.PeopleAsync(5));

        Assert.Equal(0, (await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "PROJECTESSENTIALS")).ExitCode);
        Assert.Equal(0, (await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "AAD_PREMIUM_P2")).ExitCode);

        Assert.Equal(5, await tenant.TakenAsync("AAD_PREMIUM_P2"));
        Assert.All(Result(list).Skip(1), row => Assert.Contains("AAD_PREMIUM_P2", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_switch_of_SKUs_is_one_step_for_those_who_have_the_old_one_and_for_those_who_have_not()
    {
        await tenant.BuyAsync("EXCHANGESTANDARD", 5);
        await tenant.BuyAsync("EXCHANGEENTERPRISE", 5);
        string[] users = await tenant.PeopleAsync(3);
        await tenant.RunAsync("bulk", "assign", "--csv", List("old.csv", users[..2]), "--sku", "EXCHANGESTANDARD");

        Ended switched = await tenant.RunAsync("bulk", "assign", "--csv", List("new.csv", users), "--sku", "EXCHANGEENTERPRISE", "--remove", "EXCHANGESTANDARD");

        Assert.Equal((0, ""), (switched.ExitCode, switched.Errors));
        Assert.Equal((0, 3), (await tenant.TakenAsync("EXCHANGESTANDARD"), await tenant.TakenAsync("EXCHANGEENTERPRISE")));
    }

    [Fact]
    public async Task What_only_a_group_gives_cannot_be_taken_away_from_its_members()
    {
        await tenant.BuyAsync("FLOW_FREE", 5);
        string user = Assert.Single(await tenant.PeopleAsync(1));
        Guid group = await tenant.GroupAsync("Flow", user);
        Assert.Equal(0, (await tenant.RunAsync("group", "license", "add", $"{group}", "--sku", "FLOW_FREE")).ExitCode);
        string list = List("inherited.csv", [user]);

        Ended dry = await tenant.RunAsync("bulk", "assign", "--csv", list, "--remove", "FLOW_FREE", "--dry-run", "-o", "json");
        Ended run = await tenant.RunAsync("bulk", "assign", "--csv", list, "--remove", "FLOW_FREE");

        Assert.Equal((3, "inheritedFromGroup"), (dry.ExitCode, dry.Json.GetProperty("details")[0].GetProperty("code").GetString()));
        Assert.Equal(3, run.ExitCode);
        Assert.Equal(["failed:inheritedFromGroup"], Outcomes(Result(list)));
    }

    [Fact]
    public async Task A_dry_run_says_for_each_row_what_would_happen_and_changes_nothing()
    {
        await tenant.BuyAsync("DESKLESSPACK", 3);
        string[] users = await tenant.PeopleAsync(5);
        string abroad = Assert.Single(await tenant.PeopleAsync(1, null));
        await tenant.RunAsync("user", "license", "add", users[0], "--sku", "DESKLESSPACK");
        string list = List("plan.csv", [users[1], users[0], abroad, "ghost@contoso.example", users[1], users[2], users[3]]);
        string newest = await tenant.NewestChangeAsync();

        Ended dry = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "DESKLESSPACK", "--dry-run", "-o", "json");
        Ended text = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "DESKLESSPACK", "--dry-run");

        Assert.Equal((3, 3), (dry.ExitCode, text.ExitCode));
        Assert.Equal(
            ["would be assigned:", "already:", "would fail:usageLocationMissing", "would fail:resourceNotFound", "duplicate:duplicateUser", "would be assigned:", "would fail:seatsExhausted"],
            dry.Json.GetProperty("details").EnumerateArray().Select(row => $"{row.GetProperty("outcome").GetString()}:{row.GetProperty("code").GetString()}"));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8], dry.Json.GetProperty("details").EnumerateArray().Select(row => row.GetProperty("line").GetInt32()));
        Assert.Matches($"(?m)^2 +{users[1]} +would be assigned +added DESKLESSPACK$", text.Output);
        Assert.Empty(await tenant.ChangedSinceAsync(newest));
        Assert.False(File.Exists(ResultOf(list)));
    }

    [Fact]
    public async Task A_dry_run_foretells_the_run()
    {
        await tenant.BuyAsync("CPC_E_4C_16GB_256GB", 30);
        string[] users = [.. (await tenant.PeopleAsync(25)).Zip(await tenant.PeopleAsync(25, null), (one, other) => new[] { one, other }).SelectMany(pair => pair), .. await tenant.PeopleAsync(10)];
        string list = List("foretold.csv", users);

        Ended dry = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "CPC_E_4C_16GB_256GB", "--dry-run", "-o", "json");
        Ended run = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "CPC_E_4C_16GB_256GB", "-o", "json");

        Assert.Equal((30, 30), (Number(dry, "changed"), Number(run, "changed")));
        Assert.Equal(Number(dry, "failed"), Number(run, "failed"));
        Assert.Equal(5, run.Json.GetProperty("details").EnumerateArray().Count(row => row.GetProperty("code").GetString() == "seatsExhausted"));
    }

    [Fact]
    public async Task Ctrl_C_leaves_a_whole_result_and_the_same_command_does_the_rest()
    {
        await tenant.BuyAsync("SPE_F1", Long);
        string list = List("interrupted.csv", await tenant.PeopleAsync(Long));
        await tenant.TireAfterAsync(Tiring);

        Ended stopped = await tenant.InterruptAsync(SigInt, IsHalfDoneAsync(tenant, "SPE_F1", list), "bulk", "assign", "--csv", list, "--sku", "SPE_F1");
        await tenant.RestAsync();

        int done = await tenant.TakenAsync("SPE_F1");
        Assert.Equal(3, stopped.ExitCode);
        Assert.InRange(done, Tiring, Long - 1);
        Assert.Contains("Run the same command again", stopped.Errors, StringComparison.Ordinal);
        Assert.Equal(done, Outcomes(Result(list)).Count(outcome => outcome == "assigned:"));

        Ended rest = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "SPE_F1", "-o", "json");

        Assert.Equal((0, done, Long - done), (rest.ExitCode, Number(rest, "already"), Number(rest, "changed")));
        Assert.Equal(Long, Outcomes(Result(list)).Count(outcome => outcome == "assigned:"));
        Assert.Equal(Long, await tenant.TakenAsync("SPE_F1"));
    }

    [Fact]
    public async Task A_run_that_was_killed_is_finished_by_the_next()
    {
        await tenant.BuyAsync("SPE_E5", Long);
        string list = List("killed.csv", await tenant.PeopleAsync(Long));
        await tenant.TireAfterAsync(Tiring);

        Ended killed = await tenant.InterruptAsync(SigKill, IsHalfDoneAsync(tenant, "SPE_E5", list), "bulk", "assign", "--csv", list, "--sku", "SPE_E5");
        await tenant.RestAsync();
        Assert.Equal(128 + SigKill, killed.ExitCode);
        Assert.InRange(Outcomes(Result(list)).Count(), 1, Long - 1);

        Ended rest = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "SPE_E5");

        Assert.Equal(0, rest.ExitCode);
        Assert.Equal(Long, await tenant.TakenAsync("SPE_E5"));
        Assert.Equal(Long, Outcomes(Result(list)).Count(outcome => outcome is "assigned:" or "already:"));
    }

    [Fact]
    public async Task A_server_that_goes_away_leaves_rows_for_the_run_after_its_return()
    {
        string data = Path.Combine(tenant.Folder, "orphaned");
        BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data);
        try
        {
            await using CliTenant own = await CliTenant.OfAsync(berth);
            await own.BuyAsync("SPE_E3", Long);
            string list = List("orphaned.csv", await own.PeopleAsync(Long));
            await own.TireAfterAsync(Tiring);

            Ended orphaned = await own.DuringAsync(IsHalfDoneAsync(own, "SPE_E3", list), _ => berth.KillAsync(), "bulk", "assign", "--csv", list, "--sku", "SPE_E3");
            Assert.Equal(3, orphaned.ExitCode);
            Assert.Contains("Run the same command again", orphaned.Errors, StringComparison.Ordinal);
            int done = Outcomes(Result(list)).Count(outcome => outcome == "assigned:");
            Assert.InRange(done, 1, Long - 1);

            await berth.DisposeAsync();
            berth = await BerthProcess.StartEmptyDemoAsync(data);
            await using CliTenant back = await CliTenant.OfAsync(berth);
            Ended rest = await back.RunAsync("bulk", "assign", "--csv", list, "--sku", "SPE_E3", "-o", "json");

            Assert.Equal(0, rest.ExitCode);
            Assert.InRange(Number(rest, "already"), done, Long - 1);
            Assert.Equal(Long, await back.TakenAsync("SPE_E3"));
        }
        finally
        {
            await berth.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_refuses_everything_is_not_asked_for_every_row()
    {
        int batches = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target.EndsWith("/$batch", StringComparison.Ordinal)
            ? new Scripted(Interlocked.Increment(ref batches) > 0 ? 403 : 0, """{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}""")
            : new Scripted(200, $$"""{"value":[{"skuId":"{{CliTenant.SkuId("SPE_E3")}}","skuPartNumber":"SPE_E3","consumedUnits":0,"prepaidUnits":{"enabled":1} }]}"""));
        string list = List("denied.csv", Enumerable.Range(0, Long).Select(number => $"x{number}@contoso.example"));

        Ended denied = await CliTenant.RunAsync(new Dictionary<string, string?>(), "bulk", "assign", "--csv", list, "--sku", "SPE_E3", "--graph", $"{server.Address}");

        Assert.Equal(3, denied.ExitCode);
        Assert.Contains("refuses everything", denied.Errors, StringComparison.Ordinal);
        Assert.Contains("LicenseAssignment.ReadWrite.All", denied.Errors, StringComparison.Ordinal);
        Assert.InRange(batches, 2, 20);
    }

    [Fact]
    public async Task A_SKU_that_the_tenant_does_not_have_is_refused_before_the_first_row()
    {
        string list = List("foreign.csv", await tenant.PeopleAsync(1));

        Ended ended = await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", tenant.Foreign("CPC_B_1C_2RAM_64GB"));

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("no subscription of CPC_B_1C_2RAM_64GB", ended.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(ResultOf(list)));
    }

    [Fact]
    public async Task The_list_itself_is_never_overwritten()
    {
        await tenant.BuyAsync("AAD_PREMIUM", 1);
        string list = List("itself.csv", await tenant.PeopleAsync(1));
        string before = File.ReadAllText(list);

        Assert.Equal(2, (await tenant.RunAsync("bulk", "assign", "--csv", list, "--sku", "AAD_PREMIUM", "--out", list)).ExitCode);

        Assert.Equal(before, File.ReadAllText(list));
    }

    // The server has begun to tire, and the command has put down what became of some rows.
    private static Func<Task<bool>> IsHalfDoneAsync(CliTenant where, string sku, string list) =>
        async () => File.Exists(ResultOf(list)) && Result(list).Length > 1 && await where.TakenAsync(sku) >= Tiring;

    private string List(string name, IEnumerable<string> users) => tenant.Write(name, "userPrincipalName\n" + string.Join('\n', users) + "\n");

    private static string ResultOf(string list) => list[..^".csv".Length] + ".result.csv";

    private static string[] Result(string list) => File.ReadAllText(ResultOf(list)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    // Outcome and code stand in the fourth and third field from the end; only they and the message, which is last but one, matter here.
    private static IEnumerable<string> Outcomes(string[] rows)
    {
        char separator = rows[0].Contains(';', StringComparison.Ordinal) ? ';' : ',';
        int column = Array.IndexOf(rows[0].Split(separator), "outcome");
        return rows.Skip(1).Select(row => System.Text.RegularExpressions.Regex.Replace(row, "\"[^\"]*\"", "\"\"").Split(separator)).Select(fields => $"{fields[column]}:{fields[column + 1]}");
    }

    private static int Number(Ended ended, string property) => ended.Json.GetProperty(property).GetInt32();
}
