using Berth.Conformance.Tests.House;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>What a page of the documentation shows to be typed is typed, line by line, against the demo company that the page speaks of (B544, B595).</summary>
public sealed class DocumentedCommandTests
{
    [Theory]
    [InlineData("docs/how-to/find-waste.md")]
    [InlineData("docs/how-to/migrate.md")]
    public async Task Every_command_of_a_page_does_what_the_page_says(string page)
    {
        await using BerthProcess berth = await BerthProcess.StartDemoAsync();
        await using CliTenant demo = await CliTenant.OfAsync(berth);
        string[] lines = [.. Repository.Read(page).Split('\n').Where(static line => line.StartsWith("    berth ", StringComparison.Ordinal))];
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            Ended ended = await demo.RunInFolderAsync([.. Words(line).Skip(1)]);
            Assert.True(ended.ExitCode is 0 or 4 && ended.Errors.Length == 0, $"{line}\n{ended.ExitCode}: {ended.Errors}{ended.Output}");
        }
    }

    // As a shell takes a line apart: a comment at its end, and names with blanks between double quotes.
    private static IEnumerable<string> Words(string line)
    {
        string[] parts = line.Split(" # ")[0].Trim().Split('"');
        return parts.SelectMany(static (part, at) => at % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
