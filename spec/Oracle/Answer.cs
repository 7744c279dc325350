namespace Berth.Oracle;

/// <summary>What a command answers.</summary>
/// <param name="Happened">False: refused, and nothing changed. A reprocess that leaves an error happened all the same (B36).</param>
/// <param name="Rule">The id of the rule that refuses, for people.</param>
/// <param name="Code">The machine code (B70), or null when all is well.</param>
/// <param name="About">Ids the code speaks about, in the order the rule gives.</param>
public sealed record Answer(bool Happened, string? Rule, string? Code, IReadOnlyList<string> About)
{
    /// <summary>Carried out.</summary>
    public static Answer Done { get; } = new(true, null, null, []);

    /// <summary>Refused: nothing changed.</summary>
    public static Answer Refused(string rule, string code, params IEnumerable<string> about) => new(false, rule, code, [.. about]);

    /// <summary>Carried out but for some lines of an import.</summary>
    public static Answer Without(IEnumerable<string> lines) => Done with { Lines = [.. lines] };

    /// <summary>Lines of an import that were not taken: number, code and ids.</summary>
    public IReadOnlyList<string> Lines { get; private init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Code is not null ? $"{(Happened ? "done, still" : "refused")} {Code} {string.Join(' ', About)}".TrimEnd()
        : Lines.Count > 0 ? $"done without {string.Join(", ", Lines)}"
        : "done";
}
