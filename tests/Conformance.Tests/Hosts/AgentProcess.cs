using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Hosts;

/// <summary>The sample agent, samples/ProcessAgent, as a process of its own. Disposing kills it; the machines go with <see cref="EndMachines"/>.</summary>
internal sealed class AgentProcess : IDisposable
{
    private readonly System.Diagnostics.Process _process;
    private readonly List<string> _lines = [];

    private AgentProcess(System.Diagnostics.Process process, string name)
    {
        _process = process;
        Name = name;
        process.OutputDataReceived += Heard;
        process.ErrorDataReceived += Heard;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>How it calls itself.</summary>
    public string Name { get; }

    private static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "ProcessAgent", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "process-agent"));

    /// <summary>Starts it for a server and waits until it asks for work.</summary>
    public static async Task<AgentProcess> StartAsync(Uri server, string state, string name, params string[] arguments)
    {
        ProcessStartInfo start = new(
            Program,
            ["--server", server.ToString(), "--client-id", BerthProcess.DemoClient, "--state", state, "--name", name, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment["BERTH_CLIENT_SECRET"] = BerthProcess.DemoSecret;
        AgentProcess agent = new(System.Diagnostics.Process.Start(start)!, name);
        await agent.UntilItSaysAsync("ready");
        return agent;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors);
    }

    /// <summary>Waits until it wrote a line with a text.</summary>
    public Task UntilItSaysAsync(string text) => HostedCompany.UntilAsync(() =>
    {
        lock (_lines)
        {
            return _process.HasExited && !_lines.Exists(line => line.Contains(text, StringComparison.Ordinal))
                ? throw new InvalidOperationException($"The agent ended: {string.Join('\n', _lines)}")
                : Task.FromResult(_lines.Exists(line => line.Contains(text, StringComparison.Ordinal)) ? (bool?)true : null);
        }
    });

    /// <summary>Ends it as a power failure does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        Signal(15);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Stops it in the middle of whatever it does.</summary>
    public void Freeze() => Signal(OperatingSystem.IsMacOS() ? 17 : 19);

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Signal(OperatingSystem.IsMacOS() ? 19 : 18);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>The process of a machine, or null when it does not run.</summary>
    public static int? ProcessOf(string state, Guid cloudPc)
    {
        string folder = Path.Combine(state, cloudPc.ToString("D"));
        string running = Path.Combine(folder, "running.json");
        if (!File.Exists(running))
        {
            return null;
        }

        try
        {
            using FileStream held = new(Path.Combine(folder, "running.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (IOException)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(running));
            return json.RootElement.GetProperty("processId").GetInt32();
        }
    }

    /// <summary>Ends every machine of a folder and deletes it.</summary>
    public static void EndMachines(string state)
    {
        if (!Directory.Exists(state))
        {
            return;
        }

        foreach (string folder in Directory.EnumerateDirectories(state))
        {
            if (Guid.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out Guid id) && ProcessOf(state, id) is { } process)
            {
                using System.Diagnostics.Process machine = System.Diagnostics.Process.GetProcessById(process);
                machine.Kill();
                machine.WaitForExit();
            }
        }

        Directory.Delete(state, recursive: true);
    }

    private void Heard(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            lock (_lines)
            {
                _lines.Add(text);
            }
        }
    }

    private void Signal(int signal) => _ = kill(_process.Id, signal);

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
