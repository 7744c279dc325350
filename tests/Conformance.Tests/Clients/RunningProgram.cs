using System.Diagnostics;

namespace Berth.Conformance.Tests.Clients;

/// <summary>A program in a process of its own. Disposing ends it and what it started.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly System.Diagnostics.Process _process;
    private readonly Task<string> _errors;

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
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The next line of its output; null at the end.</summary>
    public Task<string?> LineAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Waits for its end; the output that nobody read yet, and the error stream.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync();
        string errors = await _errors;
        await _process.WaitForExitAsync();
        return (_process.ExitCode, output, errors);
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
