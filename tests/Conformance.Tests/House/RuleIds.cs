using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>The rule book, the code and the tests speak of the same rules.</summary>
public sealed class RuleIds
{
    /// <summary>A rule stands at the beginning of its line: <c>- **L15** ...</c></summary>
    private static readonly Regex _rule = new(@"^- \*\*(?<id>[A-Z]+\d+[a-z]?)\*\*", RegexOptions.Multiline);

    /// <summary>A rule that says of itself that it can't happen here.</summary>
    private static readonly Regex _unreachable = new(@"^- \*\*(?<id>[A-Z]+\d+[a-z]?)\*\* \(unreachable\)", RegexOptions.Multiline);

    /// <summary>Rules whose test is still to be named. The list only shrinks: a rule that a test cites must leave it.</summary>
    private static readonly string[] _owed =
    [
        "B1", "B2", "B3", "B4", "B10", "B12", "B14", "B16", "B17", "B18", "B20", "B23", "B38", "B46", "B54", "B67",
        "B68", "B71", "B74", "B85", "L11", "L12", "L21", "L22", "L27", "L28",
        "L29", "L30", "L31", "L41", "L43", "L47", "L48", "L49", "L56", "L57", "L58", "L63", "L79", "L90",
        "L92", "L95", "L98", "L100", "L101", "L102", "L103", "L104", "L107", "L110", "L113", "L114", "L115", "L116", "L117", "L118", "L118a", "L119",
        "L133", "L158",
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
        IEnumerable<string> unreachable = Repository.Files.Where(IsBook)
            .SelectMany(file => _unreachable.Matches(Repository.Read(file)).Select(match => match.Groups["id"].Value));
        Repository.Nothing("A rule that no test in tests/ and no case in spec/golden/ cites", _rules.Except(cited).Except(unreachable).Except(_owed));
        Repository.Nothing("A rule in the list of those without a test that has one, or that does not exist: take it off", _owed.Where(id => cited.Contains(id) || !_rules.Contains(id)));
    }

    private static bool IsBook(string file) => file.StartsWith("spec/rules/", StringComparison.Ordinal) && Repository.Is(file, ".md");
}
