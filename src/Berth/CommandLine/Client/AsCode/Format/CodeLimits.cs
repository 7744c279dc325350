namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>Every limit of a file of licenses (B551).</summary>
internal static class CodeLimits
{
    /// <summary>The largest file, in bytes.</summary>
    public const int Bytes = 16 * 1024 * 1024;

    /// <summary>The most items of lists and keys of maps together.</summary>
    public const int Entries = 250_000;

    /// <summary>The deepest nesting, in lists and maps; the deepest that means something has six.</summary>
    public const int Depth = 16;

    /// <summary>The longest name or key, in characters.</summary>
    public const int TextCharacters = 1_024;

    /// <summary>The most problems that are told at once; the others are counted.</summary>
    public const int Problems = 20;

    /// <summary>The most members of one change: what a plan takes (PlanBody).</summary>
    public const int MembersOfOneChange = 20_000;

    /// <summary>The most lines that say what comes; what goes is told whole.</summary>
    public const int ToldChanges = 50;
}
