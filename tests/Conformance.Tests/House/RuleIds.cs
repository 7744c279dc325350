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

    /// <summary>Rules of a part that is being built: their tests come with it.</summary>
    private static readonly string[] _coming =
    [
        "B260", "B261", "B262", "B263", "B264", "B265", "B266", "B267", "B268", "B269", "B270", "B271", "B272", "B273",
        "B274", "B275", "B276", "B277", "B278", "B279", "B280", "B281", "B282", "B283", "B284", "B285", "B286",
        "B290", "B291", "B292", "B293", "B294", "B295", "C1", "C123", "C2", "C3", "C4", "C5", "C6", "C7", "C9",
        "C10", "C11", "C12", "C13", "C14", "C15", "C16", "C17", "C18", "C24", "C25", "C26", "C27",
        "C33", "C34", "C36", "C37", "C38", "C40", "C41", "C42", "C43", "C44",
        "C45", "C46", "C47", "C48", "C49", "C50", "C51", "C52", "C53", "C54", "C55", "C56", "C57", "C58",
        "C60", "C61", "C63", "C64", "C65", "C66", "C67", "C68", "C70", "C71", "C77", "C79", "C130", "C131",
        "C132", "C133", "C134", "C137", "C138", "C139", "C140", "C141", "C142", "C143", "C144", "C145", "C147", "C148",
        "C149", "C150", "C151", "C152", "C153", "C154", "C155", "C156", "C157", "C158", "C159", "C160", "C163", "C164",
        "C166", "C167", "C168", "C169", "C171", "C172", "C173", "C174", "C175", "C176", "C177", "C179", "C180", "C181",
        "C182", "C183", "C188", "C189", "C190", "C191", "C192", "C193", "C197", "C198", "C200", "C203", "C204",
        "C257",
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
        Repository.Nothing("A rule that no test in tests/ and no case in spec/golden/ cites", _rules.Except(cited).Except(untestable).Except(_owed).Except(_coming));
        Repository.Nothing("A rule in the list of those without a test that has one, or that does not exist: take it off", _owed.Where(id => cited.Contains(id) || !_rules.Contains(id)));
    }

    private static bool IsBook(string file) => file.StartsWith("spec/rules/", StringComparison.Ordinal) && Repository.Is(file, ".md");
}
