using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace Berth.Conformance.Tests.Clients;

/// <summary>A program in a process of its own. Disposing ends it and what it started.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly System.Diagnostics.Process _process;
    private readonly List<string> _errors = [];
    private readonly Channel<string> _errorLines = Channel.CreateUnbounded<string>();

    /// <summary>Starts it, with these variables beside those of the tests.</summary>
    public RunningProgram(IReadOnlyDictionary<string, string> environment, string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = System.Diagnostics.Process.Start(start)!;
        _process.StandardInput.Close();
        _process.ErrorDataReceived += (_, line) => { _ = line.Data is null ? _errorLines.Writer.TryComplete() : _errorLines.Writer.TryWrite(line.Data); };
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until a line of its error stream matches; null when it ended without one.</summary>
    public async Task<Match?> SaysAsync(Regex pattern)
    {
        await foreach (string line in _errorLines.Reader.ReadAllAsync())
        {
            _errors.Add(line);
            if (pattern.Match(line) is { Success: true } match)
            {
                return match;
            }
        }

        return null;
    }

    /// <summary>Waits for its end; what it wrote.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync();
        await foreach (string line in _errorLines.Reader.ReadAllAsync())
        {
            _errors.Add(line);
        }

        await _process.WaitForExitAsync();
        return (_process.ExitCode, output, string.Join('\n', _errors));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(true);
        }

        _process.Dispose();
    }
}
