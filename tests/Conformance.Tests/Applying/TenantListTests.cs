using System.Text.Json;
using System.Net.Http.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Engine;
using Xunit;
using static Berth.Conformance.Tests.Applying.WritableTenant;

namespace Berth.Conformance.Tests.Applying;

/// <summary><c>berth bulk … --tenant NAME</c>: a list is decided on the copy, written to the tenant, and gone on with after a kill (B569, B579).</summary>
[Collection(nameof(RealTenant))]
public sealed class TenantListTests(RealTenant tenant)
{
    private readonly WritableTenant _copy = RealTenant.NewCopy();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_is_decided_on_the_copy_and_what_the_tenant_refuses_is_told_row_by_row()
    {
        // B569, B579
        _copy.Buy("ENTERPRISEPACK", 6);
        Guid[] users = _copy.Users(8);
        await tenant.FillAsync(_copy.Now);
        await PatchAsync(users[0], new { usageLocation = (string?)null });
        await tenant.PullAsync();

        // The copy believes in six seats, and somebody is quicker.
        await LicenseAsync(users[7], "ENTERPRISEPACK");
        string list = List("hires", [.. users.Take(7).Select(Name), "nobody@contoso.example", Name(users[0]).ToUpperInvariant()]);
        string[] command = ["assign", "--sku", "ENTERPRISEPACK", "--usage-location", "DE", "--csv", list];
        string[] before = await tenant.LicensesAsync(users);

        Ended foreseen = await BulkAsync([.. command, "--dry-run", "-o", "json"]);
        Assert.Equal((3, 6, 2, 1), (foreseen.ExitCode, Number(foreseen, "changed"), Number(foreseen, "failed"), Number(foreseen, "duplicate")));
        Assert.Equal(
            ["seatsExhausted", "resourceNotFound"],
            foreseen.Json.GetProperty("details").EnumerateArray().Where(static row => row.GetProperty("outcome").GetString() == "would fail").Select(static row => row.GetProperty("code").GetString()));
        Assert.Contains("would be assigned", foreseen.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(ResultOf(list)));
        Assert.Equal(before, await tenant.LicensesAsync(users));

        Ended done = await BulkAsync([.. command, "--confirm", "contoso.example", "-o", "json"]);
        Assert.True(done.ExitCode == 3, done.Errors);
        Assert.Equal((9, 5, 3, 1, 0), (Number(done, "rows"), Number(done, "changed"), Number(done, "failed"), Number(done, "duplicate"), Number(done, "left")));
        Assert.Contains("writes to Contoso (contoso.example", done.Errors, StringComparison.Ordinal);
        string[][] rows = Rows(list);
        Assert.Equal(
            ["assigned", "assigned", "assigned", "assigned", "assigned", "failed seatsExhausted", "failed seatsExhausted", "failed resourceNotFound", "duplicate duplicateUser"],
            rows.Select(static row => $"{row[1]} {row[2]}".Trim()));
        Assert.EndsWith("usage location set to DE", rows[0][3], StringComparison.Ordinal);
        Assert.Equal((false, true), (rows[5][3].Contains("on the copy", StringComparison.Ordinal), rows[6][3].Contains("on the copy", StringComparison.Ordinal)));
        Assert.Equal(5, (await tenant.LicensesAsync(users.Take(7))).Count(static text => text == "ENTERPRISEPACK/direct/Active-0"));
        Assert.Equal("DE", (await UserAsync(users[0])).GetProperty("usageLocation").GetString());

        // Seats come, the copy follows, and the same command does what is left; what was done keeps its line.
        await tenant.BuyAsync("ENTERPRISEPACK", 5);
        await tenant.PullAsync();
        Ended rest = await BulkAsync([.. command, "--confirm", "contoso.example", "-o", "json"]);
        Assert.Equal((3, 2, 5, 1), (rest.ExitCode, Number(rest, "changed"), Number(rest, "already"), Number(rest, "failed")));
        Assert.Equal((rows[0][3], "assigned"), (Rows(list)[0][3], Rows(list)[6][1]));
    }

    [Fact]
    public async Task Throttled_and_killed_in_the_middle_a_list_goes_on_and_nobody_is_switched_twice()
    {
        // B579
        _copy.Buy("STANDARDPACK", 100);
        Guid[] users = _copy.Users(96);
        _copy.Do([.. users.Take(86).Select(static user => new Command.AssignUserLicenses(user, Of(License("STANDARDPACK", "SWAY")), []))]);
        await tenant.FillAsync(_copy.Now);
        await tenant.BuyAsync("ENTERPRISEPREMIUM", 100);
        await tenant.PullAsync();
        int[] watched = [.. Enumerable.Range(0, 14).Select(static number => number * 7)];
        int[] before = await Task.WhenAll(watched.Select(number => tenant.OperationsAsync(users[number])));
        string list = List("swap", [.. users.Select(Name)]);
        string[] command = ["swap", "STANDARDPACK", "ENTERPRISEPREMIUM", "--csv", list, "--confirm", "contoso.example"];

        string run = "";
        Ended killed = await tenant.HangAsync(
            40,
            "PT30S",
            process =>
            {
                run = tenant.NewestRun();
                return RealTenant.SignalAsync(process, 9);
            },
            async () =>
            {
                await tenant.FaultAsync(new { kind = "throttle", scope = "batchItem", route = "POST /users/{id}/assignLicense", probability = 0.2, seed = 3, retryAfter = 1, count = 10 });
                await tenant.FaultAsync(new { kind = "throttle", route = "POST /$batch", skip = 1, retryAfter = 1, count = 1 });
            },
            ["bulk", .. command, "--tenant", "second", "--data", tenant.Data, "--writes-per-second", "30"]);
        Assert.NotEqual(0, killed.ExitCode);
        Assert.Contains($"the same command with --resume {run} goes on", killed.Errors, StringComparison.Ordinal);
        int early = (await tenant.LicensesAsync(users)).Count(static text => text.StartsWith("ENTERPRISEPREMIUM", StringComparison.Ordinal));
        Assert.InRange(early, 1, 85);

        // What was said before anything went out is there; another command, or the same one anew, does not take the run for its own.
        Assert.Equal(10, Rows(list).Count(static row => row[1] == "left alone"));
        Ended another = await BulkAsync(["remove", "--sku", "STANDARDPACK", "--csv", list, "--confirm", "contoso.example", "--resume", run]);
        Assert.Equal((2, true), (another.ExitCode, another.Errors.Contains("is of another command (swapped STANDARDPACK", StringComparison.Ordinal)));
        Ended anew = await BulkAsync([.. command[..^1], "nobody.example"]);
        Assert.Equal((3, true), (anew.ExitCode, anew.Errors.Contains($"older than the run {run}", StringComparison.Ordinal)));

        Ended done = await BulkAsync([.. command, "--resume", run, "-o", "json"]);
        Assert.True(done.ExitCode == 0, done.Errors);
        Assert.Equal((96, 86, 10, 0, run), (Number(done, "rows"), Number(done, "changed"), Number(done, "leftAlone"), Number(done, "left"), done.Json.GetProperty("run").GetString()));
        Assert.All(await tenant.LicensesAsync(users.Take(86)), static text => Assert.Equal("ENTERPRISEPREMIUM/direct/Active-1", text));
        Assert.All(await tenant.LicensesAsync(users.Skip(86)), static text => Assert.Equal("", text));
        Assert.All(Rows(list).Take(86), static row => Assert.True(row[1] == "swapped" && row[3].Contains("off as before", StringComparison.Ordinal), string.Join(',', row)));
        int[] after = await Task.WhenAll(watched.Select(number => tenant.OperationsAsync(users[number])));
        Assert.Equal(watched.Select(static number => number < 86 ? 1 : 0), after.Zip(before, static (now, then) => now - then));
    }

    [Fact]
    public async Task What_is_not_seen_yet_is_accepted_and_what_needs_nothing_is_not_written()
    {
        // B579
        _copy.Buy("PROJECTESSENTIALS", 30);
        Guid[] users = _copy.Users(16);
        _copy.Do([.. users.Take(12).Select(static user => new Command.AssignUserLicenses(user, Of(License("PROJECTESSENTIALS")), []))]);
        await tenant.FillAsync(_copy.Now);
        await tenant.BuyAsync("INTUNE_A", 30);
        await tenant.PullAsync();
        string list = List("replace", [.. users.Skip(4).Select(Name)]);
        string[] command = ["replace", "--sku", "INTUNE_A", "--csv", list, "--confirm", "contoso.example", "-o", "json"];
        await tenant.FaultAsync(new { kind = "eventualConsistency", reads = "all", window = "PT1H", versions = 32, seed = 1 });
        Ended early = await BulkAsync([.. command, "--wait", "0"]);
        await tenant.EndFaultsAsync();
        int accepted = Number(early, "accepted");
        Assert.InRange(accepted, 1, 12);
        Assert.Equal((3, 12, 0), (early.ExitCode, accepted + Number(early, "changed"), Number(early, "failed")));
        Assert.Equal(accepted, Rows(list).Count(static row => row[1] == "accepted"));

        Ended late = await BulkAsync([.. command, "--resume", early.Json.GetProperty("run").GetString()!]);
        Assert.Equal((0, 12), (late.ExitCode, Number(late, "changed")));
        Assert.All(Rows(list), static row => Assert.Equal("replaced", row[1]));
        Assert.All(await tenant.LicensesAsync(users.Skip(4)), static text => Assert.Equal("INTUNE_A/direct/Active-0", text));

        // On the copy the first four have just this one: nothing is written, and nobody is asked anything.
        string others = List("others", [.. users.Take(4).Select(Name)]);
        Ended nothing = await BulkAsync(["replace", "--sku", "PROJECTESSENTIALS", "--csv", others, "--confirm", "contoso.example", "-o", "json"]);
        Assert.Equal((0, 4, JsonValueKind.Null), (nothing.ExitCode, Number(nothing, "already"), nothing.Json.GetProperty("run").ValueKind));
        Assert.All(Rows(others), static row => Assert.Equal("already", row[1]));
    }

    private Task<Ended> BulkAsync(string[] arguments) =>
        tenant.RunAsync(["bulk", .. arguments, "--tenant", "second", "--data", tenant.Data, "--writes-per-second", "1000", .. arguments.Contains("--wait") ? Array.Empty<string>() : ["--wait", "20"]]);

    private static int Number(Ended ended, string name) => ended.Json.GetProperty(name).GetInt32();

    private static string Name(Guid user) => $"u{user:N}@contoso.example";

    private string List(string name, string[] users)
    {
        string path = Path.Combine(tenant.Data, $"{name}-{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, "userPrincipalName\n" + string.Join('\n', users) + "\n");
        return path;
    }

    private static string ResultOf(string list) => Path.ChangeExtension(list, null) + ".result.csv";

    private static string[][] Rows(string list)
    {
        using CsvHelper.CsvParser parser = new(new StreamReader(ResultOf(list)), System.Globalization.CultureInfo.InvariantCulture);
        List<string[]> rows = [];
        while (parser.Read())
        {
            rows.Add(parser.Record!);
        }

        return [.. rows.Skip(1)];
    }

    private async Task PatchAsync<T>(Guid user, T change)
    {
        using HttpResponseMessage response = await tenant.Http.PatchAsJsonAsync($"v1.0/users/{user}", change, Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private async Task LicenseAsync(Guid user, string partNumber)
    {
        using HttpResponseMessage response = await tenant.Http.PostAsJsonAsync(
            $"v1.0/users/{user}/assignLicense", new { addLicenses = new[] { new { skuId = Sku(partNumber), disabledPlans = Array.Empty<Guid>() } }, removeLicenses = Array.Empty<Guid>() }, Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private Task<JsonElement> UserAsync(Guid user) => tenant.Http.GetFromJsonAsync<JsonElement>($"v1.0/users/{user}?$select=usageLocation", Cancel);
}
