namespace Berth.CommandLine.Client.Bulk;

/// <summary>What became of a row, or in a dry run would become of it.</summary>
internal enum RowFate
{
    /// <summary>What was asked was done by this run; in a dry run: would be done.</summary>
    Changed,

    /// <summary>It was so already: nothing was written.</summary>
    Already,

    /// <summary>An earlier row names the same user.</summary>
    Duplicate,

    /// <summary>It did not work; the row can be run again.</summary>
    Failed,

    /// <summary>The job does not concern this user: nothing was written (B592).</summary>
    LeftAlone,

    /// <summary>Graph took it, and it was not seen yet: only at a tenant that was added (B579).</summary>
    Accepted,
}

/// <summary>The outcome of a row.</summary>
/// <param name="Fate">What became of it.</param>
/// <param name="Code">Of a failure the machine code; else empty.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record RowOutcome(RowFate Fate, string Code, string Message)
{
    /// <summary>A failure.</summary>
    public static RowOutcome Failure(string code, string message) => new(RowFate.Failed, code, message);
}

/// <summary>What outcomes are called.</summary>
/// <param name="Done">The word for what was done, such as <c>assigned</c>.</param>
/// <param name="IsDryRun">Whether nothing is done.</param>
internal sealed record OutcomeWords(string Done, bool IsDryRun)
{
    /// <summary>The word of the result file.</summary>
    public string For(RowFate fate) => (fate, IsDryRun) switch
    {
        (RowFate.Changed, _) => (IsDryRun ? "would be " : "") + Done,
        (RowFate.Already, _) => "already",
        (RowFate.Duplicate, _) => "duplicate",
        (RowFate.Failed, false) => "failed",
        (RowFate.Failed, true) => "would fail",
        (RowFate.LeftAlone, _) => "left alone",
        (RowFate.Accepted, _) => "accepted",
    };
}
