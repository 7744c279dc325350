using System.Text.RegularExpressions;
using Berth.Engine.Tests.Comparison;
using Xunit;

namespace Berth.Engine.Tests.Golden;

/// <summary>The rule book can be read by a program, and what is cited from it exists.</summary>
public sealed partial class RuleBookTests
{
    private static readonly string[] Citing = ["spec/Oracle", "src/Engine", "src/Graph/Errors"];

    private static readonly (string Id, bool Reachable)[] Rules =
    [
        .. RuleLines().Select(line => Rule().Match(line)).Where(match => match.Success).Select(match => (match.Groups["id"].Value, !match.Groups["unreachable"].Success)),
    ];

    private static readonly HashSet<string> Ids = [.. Rules.Select(rule => rule.Id)];

    [Fact]
    public void Every_line_of_the_rule_book_that_begins_like_a_rule_is_one_and_no_id_occurs_twice()
    {
        Assert.DoesNotContain(RuleLines(), line => !Rule().IsMatch(line));
        Assert.Empty(Rules.GroupBy(rule => rule.Id).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Every_rule_that_licensing_and_its_oracle_and_cases_cite_is_in_the_book()
    {
        IEnumerable<string> sources = Citing
            .SelectMany(folder => new DirectoryInfo(Path.Combine(SpecFiles.Root, folder)).GetFiles("*.cs", SearchOption.AllDirectories))
            .SelectMany(file => File.ReadLines(file.FullName))
            .SelectMany(line => Comment().Matches(line).SelectMany(comment => Cited().Matches(comment.Value)).Concat(Quoted().Matches(line)))
            .Select(match => match.Groups["id"].Value);
        Assert.Empty(sources.Concat(Cases().SelectMany(golden => golden.Rules)).Distinct().Except(Ids));
    }

    [Fact]
    public void Every_refusal_and_every_error_that_can_occur_has_a_golden_case()
    {
        // E12 is about rights, which the engine does not know: the routes prove it.
        IEnumerable<string> reachable = Rules.Where(rule => rule.Reachable && (rule.Id[0] is 'E' or 'G') && rule.Id != "E12").Select(rule => rule.Id);
        Assert.Empty(reachable.Except(Cases().SelectMany(golden => golden.Rules)));
    }

    [Fact]
    public void Every_golden_case_says_what_it_is_about()
    {
        Assert.Empty(Cases().Where(golden => golden.Case.Length == 0 || golden.Rules.Length == 0 || golden.Steps.Length == 0).Select(golden => golden.Case));
        Assert.Empty(Cases().GroupBy(golden => golden.Case).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    private static IEnumerable<string> RuleLines() => new DirectoryInfo(SpecFiles.RulesFolder).GetFiles("*.md")
        .SelectMany(file => File.ReadLines(file.FullName)).Where(line => line.StartsWith("- ", StringComparison.Ordinal));

    private static IEnumerable<GoldenCase> Cases() => ((string[])[SpecFiles.GoldenFolder, SpecFiles.CloudPcFolder, SpecFiles.FrontlineFolder, SpecFiles.CloudAppFolder])
        .SelectMany(folder => new DirectoryInfo(folder).GetFiles("*.json")).Select(file => GoldenCase.Read(file.FullName));

    [GeneratedRegex(@"^- \*\*(?<id>[A-Z]\d+[ab]?)\*\* (?<unreachable>\(unreachable\) )?[^ ].*[.:] _\(source: [^()]+\)_$")]
    private static partial Regex Rule();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?<id>[LEGBC]\d{1,3}[ab]?)\b")]
    private static partial Regex Cited();

    [GeneratedRegex("\"(?<id>[LEGBC]\\d{1,3}[ab]?)\"")]
    private static partial Regex Quoted();
}
