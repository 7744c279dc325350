using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>The rule book, the code and the tests speak of the same rules.</summary>
public sealed class RuleIds
{
    /// <summary>A rule stands at the beginning of its line: <c>- **L15** ...</c></summary>
    private static readonly Regex _rule = new(@"^- \*\*(?<id>[A-Z]+\d+[a-z]?)\*\*", RegexOptions.Multiline);

    /// <summary>A rule that says of itself that it can't happen here, or asks nothing of Berth.</summary>
    private static readonly Regex _untestable = new(@"^- \*\*(?<id>[A-Z]+\d+[a-z]?)\*\* \((?:unreachable|no duty)\)", RegexOptions.Multiline);

    /// <summary>Rules whose test is still to be named. The list only shrinks: a rule that a test cites must leave it.</summary>
    private static readonly string[] _owed =
    [
        "L21", "L43", "L47", "L104",
    ];

    private static readonly Regex _comment = new("//.*$", RegexOptions.Multiline);

    private static readonly string[] _rules =
        [.. Repository.Files.Where(IsBook).SelectMany(file => _rule.Matches(Repository.Read(file)).Select(match => match.Groups["id"].Value))];

    /// <summary>An id as a comment, a test or a golden case cites it: the letters of the book's ids, then a number.</summary>
    private static readonly Regex _id = new(
        $@"(?<![\w-])(?:{string.Join('|', _rules.Select(id => id.TrimEnd([.. "abcdefghijklmnopqrstuvwxyz"]).TrimEnd([.. "0123456789"])).Distinct())})\d+[a-z]?(?!\w)");

    [Fact]
    public void A_rule_has_an_id_of_its_own()
    {
        Assert.NotEmpty(_rules);
        Repository.Nothing("A rule id given twice", _rules.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void A_rule_that_the_product_cites_stands_in_the_rule_book() =>
        Repository.Nothing(
            "A rule id in a comment of the product that spec/rules does not have",
            Repository.ProductSources.SelectMany(file => _comment.Matches(Repository.Read(file))
                .SelectMany(comment => _id.Matches(comment.Value))
                .Select(id => id.Value)
                .Except(_rules)
                .Select(id => $"{file}: {id}")));

    [Fact]
    public void Every_rule_is_cited_by_a_test_or_a_golden_case()
    {
        HashSet<string> cited = [.. Repository.Files
            .Where(file => (file.StartsWith("tests/", StringComparison.Ordinal) && Repository.Is(file, ".cs") && !file.EndsWith("/RuleIds.cs", StringComparison.Ordinal))
                || file.StartsWith("spec/golden/", StringComparison.Ordinal))
            .SelectMany(file => _id.Matches(Repository.Read(file)).Select(id => id.Value))];
        IEnumerable<string> untestable = Repository.Files.Where(IsBook)
            .SelectMany(file => _untestable.Matches(Repository.Read(file)).Select(match => match.Groups["id"].Value));
        Repository.Nothing("A rule that no test in tests/ and no case in spec/golden/ cites", _rules.Except(cited).Except(untestable).Except(_owed));
        Repository.Nothing("A rule in the list of those without a test that has one, or that does not exist: take it off", _owed.Where(id => cited.Contains(id) || !_rules.Contains(id)));
    }

    private static bool IsBook(string file) => file.StartsWith("spec/rules/", StringComparison.Ordinal) && Repository.Is(file, ".md");
}
