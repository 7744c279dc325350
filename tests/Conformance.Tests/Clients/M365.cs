using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>
/// The program <c>m365</c> of <c>@pnp/cli-microsoft365</c> behind <c>berth exec</c>, as one person uses it: it keeps its login in a home folder of its own. Its addresses are
/// Microsoft's and cannot be changed.
/// </summary>
public sealed class M365
{
    private readonly ClientTenant _tenant;
    private readonly Dictionary<string, string> _environment;

    /// <summary>Somebody who is not signed in yet.</summary>
    public M365(ClientTenant tenant)
    {
        _tenant = tenant;
        string home = tenant.Home();

        // It would send what it is used for to its makers and ask for newer versions of itself; behind the gateway it could not.
        string settings = Directory.CreateDirectory(Path.Combine(home, ".config", "configstore")).FullName;
        File.WriteAllText(Path.Combine(settings, "cli-m365-config.json"), """{"disableTelemetry":true}""");
        _environment = new Dictionary<string, string> { ["HOME"] = home, ["XDG_CONFIG_HOME"] = Path.Combine(home, ".config"), ["CLIMICROSOFT365_NOUPDATE"] = "1" };
    }

    /// <summary>Runs a command that must succeed; what it printed, as JSON, or nothing at all.</summary>
    public async Task<JsonElement> RunAsync(params string[] arguments)
    {
        (int code, string output, string errors) = await TryAsync(arguments);
        Assert.True(code == 0, $"m365 {string.Join(' ', arguments)} ended with exit code {code}: {output}{errors}");
        return output.Trim().Length == 0 ? default : JsonDocument.Parse(output).RootElement.Clone();
    }

    /// <summary>Runs a command that must fail; what it said.</summary>
    public async Task<string> FailAsync(params string[] arguments)
    {
        (int code, string output, string errors) = await TryAsync(arguments);
        Assert.True(code == 1, $"m365 {string.Join(' ', arguments)} ended with exit code {code}: {output}{errors}");
        return (output + errors).Trim();
    }

    /// <summary>Starts a command that talks with a person before its end.</summary>
    internal RunningProgram Start(params string[] arguments) => new(_environment, CommandLine(arguments));

    private Task<(int ExitCode, string Output, string Errors)> TryAsync(string[] arguments) => ClientTenant.RunAsync(_environment, CommandLine(arguments));

    private string[] CommandLine(string[] arguments) => _tenant.Exec([Path.Combine(NodePackages.Folder, "node_modules", ".bin", "m365"), .. arguments]);
}
