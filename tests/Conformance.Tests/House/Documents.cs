using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>Documents that a reader can follow.</summary>
public sealed class Documents
{
    private static readonly string[] _headings = ["## Context\n", "## Decision\n", "## Consequences\n"];
    private static readonly Regex _link = new(@"\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)");
    private static readonly Regex _decision = new(@"^docs/adr/(?<number>\d{4})-[a-z0-9-]+\.md$");

    [Fact]
    public void Every_link_leads_to_a_file() =>
        Repository.Nothing(
            "A link that leads nowhere",
            Repository.Files.Where(file => Repository.Is(file, ".md")).SelectMany(file => _link.Matches(Repository.Read(file))
                .Select(match => match.Groups["target"].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal))
                .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(Repository.PathOf(file))!, target)))
                .Select(target => $"{file}: {target}")));

    [Fact]
    public void Decision_records_are_numbered_without_gaps_and_listed()
    {
        string[] records = [.. Repository.Files.Where(file => file.StartsWith("docs/adr/", StringComparison.Ordinal) && file != "docs/adr/README.md")];
        Assert.NotEmpty(records);
        Repository.Nothing("A decision record that is not named NNNN-words.md", records.Where(file => !_decision.IsMatch(file)));
        Assert.Equal(Enumerable.Range(1, records.Length), records.Select(file => int.Parse(_decision.Match(file).Groups["number"].ValueSpan)));

        string list = Repository.Read("docs/adr/README.md");
        Repository.Nothing("A decision record that docs/adr/README.md does not list", records.Where(file => !list.Contains($"({Path.GetFileName(file)})", StringComparison.Ordinal)));
        Repository.Nothing("A decision record without context, decision and consequences", records.Where(file =>
        {
            string text = Repository.Read(file);
            return !_headings.All(heading => text.Contains(heading, StringComparison.Ordinal));
        }));
    }

    [Fact]
    public void Both_commands_of_the_readme_exist()
    {
        string readme = Repository.Read("README.md");
        Assert.Contains("dotnet run --project src/Berth -c Release -- serve --demo", readme, StringComparison.Ordinal);
        Assert.Contains("eng/test", readme, StringComparison.Ordinal);
        Assert.Contains("/eng/test\"", Repository.Read(".ci/run"), StringComparison.Ordinal);
    }
}
