using System.Diagnostics;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Connect;

/// <summary>The real program against a tenant elsewhere: it signs in with Azure.Identity, pulls, and asks the copy (B560 to B568).</summary>
[Collection(nameof(Afar))]
public sealed class AtATenant(Afar afar) : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("berth-tenants-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_tenant_is_added_pulled_asked_and_forgotten()
    {
        Ended added = await RunAsync("tenant", "add", "contoso", "--tenant", "contoso.example", "--client-id", BerthProcess.DemoClient, "--credential", "secret", "--secret-variable", "AFAR_SECRET", "--graph", $"{afar.Profile.Graph}", "--authority", $"{afar.Https}");
        Assert.True(added.ExitCode == 0, added.Errors);
        Assert.Equal($"contoso is Contoso (contoso.example, {BerthProcess.DemoTenant}). 'berth pull contoso' copies it.\n", added.Output);
        Assert.DoesNotContain(Directory.EnumerateFiles(_data, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(BerthProcess.DemoSecret, StringComparison.Ordinal));

        Ended early = await RunAsync("explain", "admin@contoso.example", "--tenant", "contoso");
        Assert.Equal((2, "berth: there is no copy of contoso yet: 'berth pull contoso' makes one.\n"), (early.ExitCode, early.Errors));

        Ended pulled = await RunAsync("pull", "contoso", "--check", "-o", "json");
        Assert.True(pulled.ExitCode == 0, pulled.Errors + pulled.Output);
        Assert.True(pulled.Json.GetProperty("full").GetBoolean());
        Assert.Equal(0, pulled.Json.GetProperty("differences").GetArrayLength());

        // What is asked of the copy is what the tenant itself would say.
        string user = pulled.Json.GetProperty("users").GetInt32() > 0 ? (await afar.GetAsync("v1.0/users?$filter=startswith(displayName,'A')&$top=1&$select=userPrincipalName")).GetProperty("value")[0].GetProperty("userPrincipalName").GetString()! : "";
        foreach (string[] command in new[] { ["user", "license", "list", user, "-o", "json"], new[] { "explain", user } })
        {
            Ended there = await CliTenant.RunAsync(new Dictionary<string, string?>(), [.. command, "--graph", $"{afar.Profile.Graph}"]), here = await RunAsync([.. command, "--tenant", "contoso"]);
            Assert.Equal((there.ExitCode, there.Output), (here.ExitCode, here.Output));
            Assert.NotEmpty(here.Output);
        }

        string changes = Path.Combine(_data, "changes.json");
        await File.WriteAllTextAsync(changes, $$$"""[{"kind":"user","userId":"{{{user}}}","set":{"department":"Somewhere else"}}]""", TestContext.Current.CancellationToken);
        Ended plan = await RunAsync("plan", "-f", changes, "--tenant", "contoso", "-o", "json");
        Assert.True(plan.ExitCode is 0 or 4, plan.Errors);
        Assert.Equal(JsonValueKind.Array, plan.Json.GetProperty("users").ValueKind);

        Ended refused = await RunAsync("user", "license", "add", user, "--sku", "FLOW_FREE", "--tenant", "contoso");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("Nothing was changed: contoso is a copy of a tenant, and a copy is only read.", refused.Errors, StringComparison.Ordinal);

        Ended past = await RunAsync("sku", "list", "--as-of", "1", "--tenant", "contoso");
        Assert.Contains("has no other past", past.Errors, StringComparison.Ordinal);

        // B562: a pull that is killed leaves the copy that was there, and the next one goes on from it.
        string copy = Path.Combine(_data, "tenants", "contoso", "copy.ndjson");
        byte[] before = await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken);
        await afar.UnderAsync([new { kind = "delay", route = "/deviceManagement/virtualEndpoint/cloudPCs", version = "beta", delay = "PT5M", count = 1 }], async () =>
        {
            ProcessStartInfo start = new(BerthProcess.Program, ["pull", "contoso", "--data", _data]) { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach ((string name, string? value) in afar.Environment)
            {
                start.Environment[name] = value;
            }

            using System.Diagnostics.Process pull = System.Diagnostics.Process.Start(start)!;
            while ((await afar.GetAsync("berth/v1/faults")).GetProperty("value")[0].GetProperty("matched").GetInt32() == 0)
            {
                Assert.False(pull.HasExited);
            }

            pull.Kill();
            await pull.WaitForExitAsync(TestContext.Current.CancellationToken);
        });
        Assert.Equal(before, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
        Ended next = await RunAsync("pull", "contoso", "-o", "json");
        Assert.False(next.Json.GetProperty("full").GetBoolean());

        Ended listed = await RunAsync("tenant", "list", "-o", "json");
        Assert.Equal("Contoso", listed.Json.GetProperty("value")[0].GetProperty("displayName").GetString());
        Assert.Equal(0, (await RunAsync("tenant", "remove", "contoso")).ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_data, "tenants")));
        Ended nobody = await RunAsync("sku", "list", "--tenant", "contoso");
        Assert.Equal(2, nobody.ExitCode);
        Assert.Contains("there is no tenant 'contoso'", nobody.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_not_sign_in_is_told_why_and_nothing_is_kept()
    {
        Dictionary<string, string?> wrong = new(afar.Environment) { ["AFAR_SECRET"] = "wrong" };
        Ended refused = await CliTenant.RunAsync(wrong, "tenant", "add", "contoso", "--tenant", BerthProcess.DemoTenant, "--client-id", BerthProcess.DemoClient, "--credential", "secret", "--secret-variable", "AFAR_SECRET", "--graph", $"{afar.Profile.Graph}", "--authority", $"{afar.Https}", "--data", _data);
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("berth: the authority does not sign in:", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused.Errors.Replace("wrong secret", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_data));

        Ended bad = await RunAsync("tenant", "add", "Contoso", "--tenant", "x.example", "--client-id", BerthProcess.DemoClient);
        Assert.Equal(2, bad.ExitCode);
        Assert.Contains("no name of a tenant", bad.Errors, StringComparison.Ordinal);
    }

    private Task<Ended> RunAsync(params string[] arguments) => CliTenant.RunAsync(afar.Environment, [.. arguments, "--data", _data]);
}
