using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>Every package has an owner's reason in docs/dependencies.md, and every reason a package.</summary>
public sealed class PackageList
{
    /// <summary>A row of a table whose first cell is a package's name in backticks and whose last is not empty.</summary>
    private static readonly Regex _row = new(@"^\| `(?<name>[\w.@/-]+)` \|(?:.*\|)? *\S[^|]* \|$", RegexOptions.Multiline);

    private static readonly Regex _exact = new(@"^\d+\.\d+\.\d+(-[\w.]+)?$");

    private static readonly string[] _explained = [.. _row.Matches(Repository.Read("docs/dependencies.md")).Select(match => match.Groups["name"].Value)];

    [Fact]
    public void Every_package_has_a_reason()
    {
        Repository.Nothing("A package without a row in docs/dependencies.md", Used().Append(Pinned()).Append(Clients()).SelectMany(names => names).Distinct().Except(_explained));
        Repository.Nothing("A row of docs/dependencies.md that no project needs", _explained.Except(Used().Append(Pinned()).Append(Clients()).SelectMany(names => names)));
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

    [Fact]
    public void Clients_of_other_languages_have_exact_versions_and_a_lock_file()
    {
        Repository.Nothing("A version of tests/clients/package.json that is not exact", Dependencies().Where(package => !_exact.IsMatch(package.Value.GetString()!)).Select(package => package.Name));
        using JsonDocument locked = JsonDocument.Parse(Repository.Read("tests/clients/package-lock.json"));
        JsonElement packages = locked.RootElement.GetProperty("packages");
        Assert.Equal(
            Dependencies().Select(package => $"{package.Name} {package.Value}"),
            Dependencies().Select(package => $"{package.Name} {packages.GetProperty($"node_modules/{package.Name}").GetProperty("version")}"));
        Repository.Nothing("A package without a hash", packages.EnumerateObject().Where(package => package.Name.Length > 0 && !package.Value.TryGetProperty("integrity", out _)).Select(package => package.Name));
    }

    private static IEnumerable<string> Clients() => Dependencies().Select(package => package.Name);

    private static JsonProperty[] Dependencies() =>
        [.. JsonDocument.Parse(Repository.Read("tests/clients/package.json")).RootElement.GetProperty("dependencies").EnumerateObject()];

    private static IEnumerable<string> Pinned() => Project.Includes(XDocument.Parse(Repository.Read("Directory.Packages.props")), "PackageVersion");
}
