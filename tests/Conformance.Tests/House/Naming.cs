using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>Names say what a thing is about.</summary>
public sealed class Naming
{
    /// <summary>Words that fit everything and so say nothing.</summary>
    private static readonly HashSet<string> _empty = new(StringComparer.OrdinalIgnoreCase)
    {
        "Core", "Common", "Shared", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Manager", "Managers", "Service", "Services",
    };

    private static readonly Regex _word = new("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+");
    private static readonly Regex _declared = new(@"\b(?:class|record|struct|interface|enum)\s+(?<name>[A-Z]\w*)|^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline);
    private static readonly Regex _test = new(@"\[(?:Fact|Theory)\b[^\n]*\n(?:\s*\[[^\n]*\n)*\s*public\s+(?:async\s+)?(?:static\s+)?\S+\s+(?<name>\w+)\(");

    [Fact]
    public void No_type_or_namespace_has_an_empty_name() =>
        Repository.Nothing(
            "A name that says nothing",
            Repository.Files.Where(file => Repository.Is(file, ".cs")).SelectMany(file => _declared.Matches(Repository.Read(file))
                .Select(match => match.Groups["name"].Value)
                .Where(SaysNothing)
                .Select(name => $"{file}: {name}")));

    [Fact]
    public void No_file_or_folder_has_an_empty_name() =>
        Repository.Nothing("A name that says nothing", Repository.Files.Where(SaysNothing));

    [Fact]
    public void A_test_is_named_by_a_sentence() =>
        Repository.Nothing(
            "A test whose name is not a sentence (words with underscores, three at least)",
            Repository.Files.Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && Repository.Is(file, ".cs"))
                .SelectMany(file => _test.Matches(Repository.Read(file))
                    .Select(match => match.Groups["name"].Value)
                    .Where(name => name.Count(letter => letter == '_') < 2)
                    .Select(name => $"{file}: {name}")));

    /// <summary>A service plan is the field's own word, and the ending of a unit systemd's.</summary>
    private static bool SaysNothing(string name) =>
        _word.Matches(Regex.Replace(name, @"service-?plan|@\.service$", "Plan", RegexOptions.IgnoreCase)).Any(word => _empty.Contains(word.Value));
}
