using System.Text.RegularExpressions;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>The repository as it is committed: every file but those that <c>.gitignore</c> names. Paths are relative, with slashes.</summary>
internal static class Repository
{
    private static readonly string[] _ignored = [.. File.ReadLines(PathOf(".gitignore")).Where(line => line.Length > 0 && line[0] != '#'), ".git"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    /// <summary>The C# sources of the product.</summary>
    public static IEnumerable<string> ProductSources => Files.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && Is(file, ".cs"));

    /// <summary>Every file that people read as text: all but pictures, pages of a journal and other bytes.</summary>
    public static IEnumerable<string> Texts => Files.Where(file => !Is(file, ".bin") && !Is(file, ".gz") && !Is(file, ".png") && !Is(file, ".ico"));

    public static bool Is(string file, string extension) => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    public static string Read(string file) => File.ReadAllText(PathOf(file));

    public static string PathOf(string file) => Path.Combine(FindRoot(), file);

    /// <summary>Every place in a file where a pattern matches, as <c>file:line: text</c>.</summary>
    public static IEnumerable<string> Places(string file, Regex pattern)
    {
        int number = 0;
        foreach (string line in File.ReadLines(PathOf(file)))
        {
            number++;
            foreach (Match match in pattern.Matches(line))
            {
                yield return $"{file}:{number}: {match.Value}";
            }
        }
    }

    /// <summary>Fails with the rule and everything that breaks it.</summary>
    public static void Nothing(string breaks, IEnumerable<string> offenders)
    {
        string[] all = [.. offenders];
        Assert.True(all.Length == 0, $"{breaks}:\n  {string.Join("\n  ", all)}");
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Berth.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No Berth.slnx above {AppContext.BaseDirectory}: house tests run inside a clone.");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
        {
            string name = Path.GetFileName(entry);
            if (_ignored.Any(pattern => pattern.StartsWith('*') ? name.EndsWith(pattern[1..], StringComparison.Ordinal) : name == pattern.TrimEnd('/')))
            {
                continue;
            }

            if (!Directory.Exists(entry))
            {
                yield return Path.GetRelativePath(Root, entry).Replace('\\', '/');
                continue;
            }

            foreach (string file in Walk(entry))
            {
                yield return file;
            }
        }
    }
}
