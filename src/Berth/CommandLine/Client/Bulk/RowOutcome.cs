namespace Berth.CommandLine.Client.Bulk;

/// <summary>What became of a row, or in a dry run would become of it.</summary>
internal enum RowFate
{
    /// <summary>The user has the licenses now, by this run; in a dry run: would get them.</summary>
    Assigned,

    /// <summary>The user had them already: nothing was written.</summary>
    Already,

    /// <summary>An earlier row names the same user.</summary>
    Duplicate,

    /// <summary>It did not work; the row can be run again.</summary>
    Failed,
}

/// <summary>The outcome of a row.</summary>
/// <param name="Fate">What became of it.</param>
/// <param name="Code">Of a failure the machine code; else empty.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record RowOutcome(RowFate Fate, string Code, string Message)
{
    /// <summary>The words of the result file.</summary>
    public static string Word(RowFate fate, bool isDryRun) => fate switch
    {
        RowFate.Assigned => isDryRun ? "would be assigned" : "assigned",
        RowFate.Already => "already",
        RowFate.Duplicate => "duplicate",
        RowFate.Failed => isDryRun ? "would fail" : "failed",
    };

    /// <summary>A failure.</summary>
    public static RowOutcome Failure(string code, string message) => new(RowFate.Failed, code, message);
}
