using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Berth.Serving;

namespace Berth.Gateway;

/// <summary>
/// The program that <c>berth exec</c> runs. It has this process's input, output and error stream as its own, and the signals that mean it are passed on.
/// </summary>
internal sealed class ChildProgram : IDisposable
{
    private const int StillHere = 128;

    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private Process? _process;
    private int _signal;

    /// <summary>Takes the signals of this process from now on: one that comes before the program is started keeps it from starting.</summary>
    public ChildProgram()
    {
        foreach ((PosixSignal signal, int number) in (ReadOnlySpan<(PosixSignal, int)>)
            [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15)])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Pass(number);
            }));
        }
    }

    /// <summary>The file that a command names: itself when it has a separator, else the first of that name in PATH that can be run.</summary>
    /// <returns>The file, or the exit code that shells give to what they cannot find (127) or not run (126).</returns>
    public static (string? File, int ExitCode) Find(string command)
    {
        if (OperatingSystem.IsWindows())
        {
            return (command, 0);
        }

        if (command.Contains('/', StringComparison.Ordinal))
        {
            return IsRunnable(command) ? (Path.GetFullPath(command), 0) : (null, Path.Exists(command) ? CommandLine.ExitCode.CannotRun : CommandLine.ExitCode.NotFound);
        }

        bool found = false;
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            string file = Path.Combine(folder.Length == 0 ? "." : folder, command);
            if (IsRunnable(file))
            {
                return (Path.GetFullPath(file), 0);
            }

            found |= File.Exists(file);
        }

        return (null, found ? CommandLine.ExitCode.CannotRun : CommandLine.ExitCode.NotFound);
    }

    /// <summary>Runs it to its end; the result is its exit code, 128 and the number when a signal ended it.</summary>
    /// <exception cref="StartRefusedException">The system does not start it.</exception>
    public async Task<int> RunAsync(ProcessStartInfo start)
    {
        lock (_lock)
        {
            if (_signal != 0)
            {
                return StillHere + _signal;
            }

            try
            {
                _process = Process.Start(start);
            }
            catch (Win32Exception e)
            {
                throw new StartRefusedException($"cannot run {start.FileName}: {e.Message}", e);
            }
        }

        // The end of the program counts, not that of what it left running with its streams.
        await _process!.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _process?.Dispose();
    }

    private void Pass(int signal)
    {
        lock (_lock)
        {
            if (_process is null)
            {
                _signal = signal;
            }
            else if (!_process.HasExited && !OperatingSystem.IsWindows() && !(signal is 2 or 3 && IsTypedAtTerminal()))
            {
                _ = kill(_process.Id, signal);
            }
        }
    }

    // A terminal sends what is typed (Ctrl-C, Ctrl-\) to the whole group in its foreground, the program included: passed on, it would come twice.
    private static bool IsTypedAtTerminal()
    {
        for (int stream = 0; stream <= 2; stream++)
        {
            int foreground = tcgetpgrp(stream);
            if (foreground > 0)
            {
                return foreground == getpgrp();
            }
        }

        return false;
    }

    private static bool IsRunnable(string file) =>
        OperatingSystem.IsWindows() || (File.Exists(file) && access(file, 1) == 0);

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    [DllImport("libc")]
    private static extern int tcgetpgrp(int stream);

    [DllImport("libc")]
    private static extern int getpgrp();

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int access(string path, int mode);
}
