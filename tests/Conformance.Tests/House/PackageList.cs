using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>Every package has an owner's reason in docs/dependencies.md, and every reason a package.</summary>
public sealed class PackageList
{
    /// <summary>A row of a table whose first cell is a package's name in backticks and whose last is not empty.</summary>
    private static readonly Regex _row = new(@"^\| `(?<name>[\w.]+)` \|(?:.*\|)? *\S[^|]* \|$", RegexOptions.Multiline);

    private static readonly string[] _explained = [.. _row.Matches(Repository.Read("docs/dependencies.md")).Select(match => match.Groups["name"].Value)];

    [Fact]
    public void Every_package_has_a_reason()
    {
        Repository.Nothing("A package without a row in docs/dependencies.md", Used().Append(Pinned()).SelectMany(names => names).Distinct().Except(_explained));
        Repository.Nothing("A row of docs/dependencies.md that no project needs", _explained.Except(Used().Append(Pinned()).SelectMany(names => names)));
    }

    [Fact]
    public void Versions_stand_in_one_place() =>
        Repository.Nothing(
            "A version outside Directory.Packages.props",
            Project.All.SelectMany(project => Repository.Places(project.File, new Regex("<PackageReference[^>]* Version(Override)?="))));

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Repository.Nothing(
            "A project without packages.lock.json: run dotnet restore and commit it",
            Project.All.Where(project => !Repository.Files.Contains(Path.GetDirectoryName(project.File)!.Replace('\\', '/') + "/packages.lock.json"))
                .Select(project => project.File));

    private static IEnumerable<IEnumerable<string>> Used() =>
        Project.All.Select(project => project.Packages.AsEnumerable())
            .Append(Project.Includes(XDocument.Parse(Repository.Read("Directory.Build.props")), "PackageReference"));

    private static IEnumerable<string> Pinned() => Project.Includes(XDocument.Parse(Repository.Read("Directory.Packages.props")), "PackageVersion");
}
