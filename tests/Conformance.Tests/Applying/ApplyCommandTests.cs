using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Process;
using Berth.Engine;
using Xunit;
using static Berth.Conformance.Tests.Applying.WritableTenant;

namespace Berth.Conformance.Tests.Applying;

/// <summary><c>berth apply --tenant NAME</c> as people run it: asked, told, killed and gone on with (B573, B576, B577, B578).</summary>
[Collection(nameof(RealTenant))]
public sealed class ApplyCommandTests(RealTenant tenant)
{
    private static readonly string[] _size = ["SPE_E5"];

    private readonly WritableTenant _copy = RealTenant.NewCopy();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_is_written_to_by_whoever_names_its_domain()
    {
        // B576, B577, B578
        _copy.Buy("SPE_E5", 20);
        Guid[] users = _copy.Users(12);
        Guid group = _copy.Group(1);
        _copy.Do([.. users.Take(11).Select(static user => new Command.AssignUserLicenses(user, Of(License("SPE_E5", "TEAMS1")), []))]);
        await tenant.FillAsync(_copy.Now);
        await tenant.BuyAsync("FLOW_FREE", 5);
        await tenant.PullAsync();
        string file = Write(
        [
            new { kind = "userLicense", userId = users[0], add = new object[] { new { skuId = "SPE_E5" }, new { skuId = "FLOW_FREE" } } },
            new { kind = "groupLicense", groupId = group, add = new object[] { new { skuId = "SPE_E5" } } },
            new { kind = "membership", groupId = group, addMembers = new[] { users[1], users[11] } },
            new { kind = "userLicense", userId = users[1], remove = _size },
        ]);
        string[] before = await tenant.LicensesAsync(users);

        Ended silent = await ApplyAsync(file);
        Assert.Equal(2, silent.ExitCode);
        Assert.Contains("--confirm DOMAIN", silent.Errors, StringComparison.Ordinal);
        Ended other = await ApplyAsync(file, "--confirm", "contoso.example.com");
        Assert.Equal(3, other.ExitCode);
        Assert.Contains($"'contoso.example.com' is no verified domain of Contoso (contoso.example, {BerthProcess.DemoTenant})", other.Errors, StringComparison.Ordinal);
        Ended many = await ApplyAsync(Write([.. users.Take(11).Select(static user => new { kind = "userLicense", userId = user, remove = _size })]), "--confirm", "contoso.example");
        Assert.Equal((3, true), (many.ExitCode, many.Errors.Contains("--allow-mass-removal", StringComparison.Ordinal)));
        Ended bought = await ApplyAsync(Write([new { kind = "subscription", skuId = "FLOW_FREE", units = 9 }]), "--confirm", "contoso.example");
        Assert.Equal((3, true), (bought.ExitCode, bought.Errors.Contains("units of FLOW_FREE cannot be set", StringComparison.Ordinal)));
        Assert.Equal(2, (await tenant.RunAsync("apply", "-f", file, "--confirm", "contoso.example", "--graph", tenant.Http.BaseAddress!.ToString())).ExitCode);
        Assert.Equal(before, await tenant.LicensesAsync(users));

        Ended applied = await ApplyAsync(file, "--confirm", "contoso.example", "-o", "json");
        Assert.True(applied.ExitCode == 0, applied.Errors);
        JsonElement json = applied.Json;
        Assert.Equal((5, 5, 0, 0, 0), (Count("rows"), Count("applied"), Count("accepted"), Count("failed"), Count("left")));
        Assert.Contains("writes to Contoso (contoso.example", applied.Errors, StringComparison.Ordinal);
        string[] after = await tenant.LicensesAsync(users);
        Assert.Equal(["FLOW_FREE/direct/Active-0 SPE_E5/direct/Active-1", "SPE_E5/group/Active-0"], after.Take(2));
        Assert.Equal("SPE_E5/group/Active-0", after[11]);

        int Count(string name) => json.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Killed_at_any_row_it_goes_on_and_nothing_is_lost_or_done_twice()
    {
        // B573
        _copy.Buy("MCOSTANDARD", 400);
        Guid[] users = _copy.Users(300);
        await tenant.FillAsync(_copy.Now);
        await tenant.PullAsync();
        int[] watched = [.. Enumerable.Range(0, 20).Select(static number => number * 15)];
        int[] before = await Task.WhenAll(watched.Select(number => tenant.OperationsAsync(users[number])));
        string file = Write([.. users.Select(static user => new { kind = "userLicense", userId = user, add = new object[] { new { skuId = "MCOSTANDARD" } } })]);

        // The first time somebody presses Ctrl+C, then the process is killed, at other rows; in between a second one is not let in.
        Ended stopped = await HangAsync(20, "PT0.5S", process => RealTenant.SignalAsync(process, 2), "-f", file);
        Assert.Equal(1, stopped.ExitCode);
        string run = tenant.NewestRun();
        Assert.Contains($"berth apply --tenant second --resume {run}", stopped.Errors, StringComparison.Ordinal);
        int[] rows = [3, 31, 60];
        foreach (int row in rows)
        {
            Ended killed = await HangAsync(
                row,
                "PT30S",
                async process =>
                {
                    RealTenant.Signal(process, 19);
                    Ended second = row == rows[0] ? await ResumeAsync(run) : new Ended(2, "", "another process is at the run");
                    Assert.True(second.ExitCode == 2 && second.Errors.Contains("another process is at the run", StringComparison.Ordinal), $"{second.ExitCode} {second.Errors}");
                    RealTenant.Signal(process, 9);
                },
                "--resume", run);
            Assert.NotEqual(0, killed.ExitCode);
        }

        Ended done = await ResumeAsync(run, "-o", "json");
        Assert.True(done.ExitCode == 0, done.Errors);
        Assert.Equal((300, 300), (done.Json.GetProperty("rows").GetInt32(), done.Json.GetProperty("applied").GetInt32()));
        Assert.All(await tenant.LicensesAsync(users), static text => Assert.Equal("MCOSTANDARD/direct/Active-0", text));
        int[] after = await Task.WhenAll(watched.Select(number => tenant.OperationsAsync(users[number])));
        Assert.All(after.Zip(before, static (now, then) => now - then), static operations => Assert.Equal(1, operations));
    }

    [Theory]
    [InlineData("give the changes with --file", "apply", "--tenant", "second")]
    [InlineData("is no run", "apply", "--tenant", "second", "--resume", "yesterday")]
    [InlineData("--wait must be a whole number of seconds from 0 to 86400", "apply", "--tenant", "second", "--resume", "20261126-140312-9f3ab2", "--wait", "86401")]
    public async Task What_makes_no_sense_is_said_before_anything_is_asked(string words, params string[] arguments)
    {
        Ended ended = await tenant.RunAsync([.. arguments, "--data", tenant.Data]);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(words, ended.Errors, StringComparison.Ordinal);
    }

    private Task<Ended> ApplyAsync(string file, params string[] more) => RunAsync(["-f", file, .. more]);

    private Task<Ended> ResumeAsync(string run, params string[] more) => RunAsync(["--resume", run, "--confirm", "contoso.example", .. more]);

    private Task<Ended> RunAsync(params string[] more) => tenant.RunAsync(["apply", "--tenant", "second", "--data", tenant.Data, "--writes-per-second", "1000", "--wait", "20", .. more]);

    private async Task<Ended> HangAsync(int row, string delay, Func<System.Diagnostics.Process, Task> then, params string[] arguments) => await tenant.HangAsync(
        row, delay, then, static () => Task.CompletedTask, ["apply", "--tenant", "second", "--data", tenant.Data, "--confirm", "contoso.example", "--writes-per-second", "30", .. arguments]);

    private string Write(object[] changes)
    {
        string path = Path.Combine(tenant.Data, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, JsonSerializer.Serialize(changes));
        return path;
    }
}
