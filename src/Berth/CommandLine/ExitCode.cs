namespace Berth.CommandLine;

/// <summary>What the program's exit code says to a script.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked is done.</summary>
    public const int Done = 0;

    /// <summary>It was stopped before it was done.</summary>
    public const int Failed = 1;

    /// <summary>
    /// Bad usage, or a start that could not work: wrong options, port in use, folder not writable, newer database; of a client, no server there or no way in.
    /// </summary>
    public const int BadUsage = 2;

    /// <summary>The server refused it, or a guard did; of a list, some rows failed or are left, and the result file names them.</summary>
    public const int SomeRowsFailed = 3;

    /// <summary>Of <c>plan</c>: there is something to do; of <c>pull --check</c>: something differs.</summary>
    public const int Changes = 4;

    /// <summary>Of <c>apply --tenant NAME</c>: it came to its end, and not every change was seen in the tenant; the answer names the others (B578).</summary>
    public const int Partly = 5;

    /// <summary>Of <c>exec</c>: the command is there and cannot be run. Shells say the same.</summary>
    public const int CannotRun = 126;

    /// <summary>Of <c>exec</c>: there is no such command. Shells say the same.</summary>
    public const int NotFound = 127;
}
