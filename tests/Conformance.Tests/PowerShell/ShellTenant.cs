using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.House;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>Tests of the PowerShell module. One after another: the newest connection belongs to the process.</summary>
[CollectionDefinition(nameof(ShellTenant))]
public sealed class ShellTenantCollection : ICollectionFixture<ShellTenant>;

/// <summary>A running Berth without a company, and the module as <c>dotnet publish src/PowerShell</c> makes it.</summary>
public sealed class ShellTenant : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-shell-").FullName;

    /// <summary>The server; each test brings its own people and its own SKU.</summary>
    public CliTenant Server { get; } = new();

    /// <summary>The published folder.</summary>
    public string Module => Path.Combine(_folder, "Berth.PowerShell");

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        await PublishAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Files of the running test.</summary>
    public string Write(string name, string text) => Server.Write(name, text);

    /// <summary>The tenant's version.</summary>
    public async Task<long> VersionAsync() =>
        (await Server.Http.GetFromJsonAsync<JsonElement>("berth/v1/history?$top=1")).GetProperty("value")[0].GetProperty("version").GetInt64();

    /// <summary>A shell that is connected to the server.</summary>
    internal Shell Connected()
    {
        Shell shell = Shell.Open(Module);
        shell.Run("param($server) Connect-Berth $server -Demo", ("server", Server.Graph)).Clean();
        return shell;
    }

    /// <summary>A shell that is connected to nothing.</summary>
    internal Shell Unconnected()
    {
        Shell shell = Shell.Open(Module);
        shell.Run("Disconnect-Berth").Clean();
        return shell;
    }

    // As docs/powershell.md says it, of what was built with these tests.
    private async Task PublishAsync()
    {
        string built = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        using System.Diagnostics.Process publish = System.Diagnostics.Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", Repository.PathOf("src/PowerShell"), "-c", built == "debug" ? "Debug" : "Release", "-o", Module, "--no-build", "--nologo", "-v", "q"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_NOLOGO"] = "1" },
        })!;
        Task<string> output = publish.StandardOutput.ReadToEndAsync(), errors = publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, $"{await output}{await errors}");
    }
}
