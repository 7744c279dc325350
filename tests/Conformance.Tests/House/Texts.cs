using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>What every committed text keeps to.</summary>
public sealed class Texts
{
    /// <summary>A source file longer than this is more than one idea.</summary>
    private const int LongestSource = 700;

    /// <summary>In pieces, so that this file does not name what it forbids.</summary>
    private static readonly Regex _british = new("licen" + "c", RegexOptions.IgnoreCase);
    private static readonly Regex _machine = new(@"(?<![\w.])/(?:home|root|Users|work)/\w|[A-Z]:\\Users");
    private static readonly Regex _registry = new(@"https?://[\w.-]*(?:nuget|npmjs|pypi|registry|artifactory|nexus|mirror|proxy)[\w.-]*[:/]", RegexOptions.IgnoreCase);
    private static readonly Regex _clock = new(
        @"\bDateTime(?:Offset)?\.(?:Utc)?Now\b|\bDateTime\.Today\b|\bEnvironment\.TickCount|\bThread\.Sleep\b");

    [Fact]
    public void A_license_is_spelled_the_American_way()
    {
        IEnumerable<string> lines = Repository.Texts.SelectMany(file => Repository.Places(file, _british));
        Repository.Nothing("The noun is license", lines.Concat(Repository.Files.Where(file => _british.IsMatch(file))));
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on() =>
        Repository.Nothing("A path of somebody's machine", Repository.Texts.SelectMany(file => Repository.Places(file, _machine)));

    [Fact]
    public void No_file_names_a_package_registry()
    {
        Repository.Nothing("An address of a package registry", Repository.Texts.SelectMany(file => Repository.Places(file, _registry)));
        Repository.Nothing("A registry belongs to the machine's settings", Repository.Files.Where(file =>
            Path.GetFileName(file).ToUpperInvariant() is "NUGET.CONFIG" or ".NPMRC"));
        Repository.Nothing(
            "A lock file that says where a package comes from: write it with npm install --package-lock-only --omit-lockfile-registry-resolved",
            Repository.Files.Where(file => Path.GetFileName(file) == "package-lock.json").SelectMany(file => Repository.Places(file, new Regex("\"resolved\": \"[^\"]*"))));
    }

    [Fact]
    public void Time_comes_from_a_time_provider()
    {
        Repository.Nothing("A clock read past the TimeProvider", Repository.ProductSources.SelectMany(file => Repository.Places(file, _clock)));
        Repository.Nothing(
            "The system's clock is chosen where a program is wired, in src/Berth and in the portal's own",
            Repository.ProductSources.Where(file => !file.StartsWith("src/Berth/", StringComparison.Ordinal) && file != "src/Portal/Program.cs")
                .SelectMany(file => Repository.Places(file, new Regex(@"\bTimeProvider\.System\b"))));
    }

    [Fact]
    public void Lines_end_as_editors_expect()
    {
        Repository.Nothing("A text without a line feed at its end, with a byte order mark or with carriage returns", Repository.Texts.Where(file => !Repository.Is(file, "packages.lock.json")).Where(file =>
        {
            byte[] bytes = File.ReadAllBytes(Repository.PathOf(file));
            return bytes.Length > 0 && (bytes[^1] != '\n' || bytes[0] == 0xEF || bytes.Contains((byte)'\r'));
        }));
        Repository.Nothing(
            "Blanks at the end of a line",
            Repository.Texts.Where(file => !Repository.Is(file, ".csv")).SelectMany(file => Repository.Places(file, new Regex(@"[ \t]+$"))));
    }

    [Fact]
    public void A_source_file_is_one_idea() =>
        Repository.Nothing(
            $"A source of more than {LongestSource} lines",
            Repository.ProductSources.Where(file => File.ReadLines(Repository.PathOf(file)).Count() > LongestSource));
}
