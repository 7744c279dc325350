namespace Berth.CommandLine;

/// <summary>What the program's exit code says to a script.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked is done.</summary>
    public const int Done = 0;

    /// <summary>It was tried and did not work: the server refused or could not be reached.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage, or a start that could never work: wrong options, port in use, folder not writable, newer database.</summary>
    public const int BadUsage = 2;

    /// <summary>A list was worked off and some of its rows failed; the result file names them.</summary>
    public const int SomeRowsFailed = 3;
}
