using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>No regular expression of the product can take long, whatever it is given (B768).</summary>
public sealed partial class Regexes
{
    [Fact]
    public void B768_a_regular_expression_has_an_automaton_or_an_end()
    {
        string[] sources = [.. Repository.ProductSources];
        (string File, string Line)[] lines = [.. sources.SelectMany(file => Repository.Read(file).Split('\n').Select(line => (file, line))).Where(line => Made().IsMatch(line.line))];
        Assert.True(lines.Length > 10, $"{lines.Length} regular expressions were found: there are more.");
        Repository.Nothing(
            "A regular expression without RegexOptions.NonBacktracking and without an end of a second or less; write [GeneratedRegex(\"...\", RegexOptions.None, 1000)]",
            lines.Where(line => !line.Line.Contains("RegexOptions.NonBacktracking", StringComparison.Ordinal) && !Ends().IsMatch(line.Line)).Select(line => $"{line.File}: {line.Line.Trim()}"));
    }

    [GeneratedRegex(@"\[GeneratedRegex\(|\bnew Regex\(|\bRegex\.(IsMatch|Match|Matches|Replace|Split|Count|EnumerateMatches)\(")]
    private static partial Regex Made();

    [GeneratedRegex(@"\[GeneratedRegex\(.*, (1000|[1-9]\d{0,2})\)\]")]
    private static partial Regex Ends();
}
