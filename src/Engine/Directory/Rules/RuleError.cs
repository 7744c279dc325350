namespace Berth.Engine.Directory.Rules;

/// <summary>The first thing that is wrong with a rule.</summary>
/// <param name="Position">The character it stands at, from 1.</param>
/// <param name="Found">What stands there, as a message shows it.</param>
/// <param name="Expected">What could stand there instead.</param>
public sealed record RuleError(int Position, string Found, string Expected)
{
    private const int LongestFound = 40;

    /// <summary>The error as people read it.</summary>
    public string Message => $"Dynamic membership rule validation error: at character {Position}: found {Found}, expected {Expected}.";

    /// <summary>A piece of the rule between quotes, shortened when it is long.</summary>
    internal static string Quoted(ReadOnlySpan<char> piece) => piece.Length <= LongestFound ? $"'{piece}'" : $"'{piece[..LongestFound]}...'";
}
