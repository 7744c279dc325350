using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Applying;

/// <summary>What is asked of a person is asked on a terminal, a real one: whose tenant is meant (B576), and the secret that is kept nowhere (B560).</summary>
[Collection(nameof(RealTenant))]
public sealed class AskedOnATerminal(RealTenant tenant)
{
    private readonly WritableTenant _copy = RealTenant.NewCopy();

    [Fact]
    public async Task Nothing_is_written_but_for_who_types_the_tenants_domain()
    {
        // B576
        Guid[] users = _copy.Users(1);
        await tenant.FillAsync(_copy.Now);
        await tenant.PullAsync();
        string file = Path.Combine(tenant.Data, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new[] { new { kind = "user", userId = users[0], set = new { department = "Asked" } } }), TestContext.Current.CancellationToken);
        foreach ((string typed, int exitCode) in ((string, int)[])[("contoso", 3), ("Contoso.Example ", 0)])
        {
            Ended ended = await tenant.OnTerminalAsync("Type its domain to go on: ", typed, "apply", "--tenant", "second", "-f", file, "--data", tenant.Data, "--wait", "20");
            Assert.True(ended.ExitCode == exitCode, ended.Output);
            Assert.Contains($"This writes to Contoso (contoso.example, {BerthProcess.DemoTenant}).", ended.Output, StringComparison.Ordinal);
            Assert.Equal(exitCode == 3, ended.Output.Contains($"nothing was written: '{typed}' is no verified domain of Contoso", StringComparison.Ordinal));
            Assert.Equal(exitCode == 0 ? "Asked" : null, await tenant.DepartmentAsync(users[0]));
        }
    }

    [Fact]
    public async Task A_secret_is_typed_unseen_and_kept_nowhere()
    {
        // B560; the letter too many is taken back.
        string data = Directory.CreateTempSubdirectory("berth-asked-").FullName;
        try
        {
            Ended ended = await tenant.OnTerminalAsync($"Client secret of {BerthProcess.DemoClient}: ", BerthProcess.DemoSecret + "x\u007f", [.. tenant.AddArguments("asked"), "--data", data]);
            Assert.True(ended.ExitCode == 0, ended.Output);
            Assert.DoesNotContain(BerthProcess.DemoSecret, ended.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(BerthProcess.DemoSecret, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
