using System.Text.Json;
using System.Xml.Linq;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary><c>berth frontline simulate</c>, without a server (B460 to B467).</summary>
public sealed class FrontlineCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-shifts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Simulate_tells_people_and_programs_the_same_and_draws_a_picture()
    {
        string file = Write("""
            { "start": "2026-11-30", "days": 2, "bufferExcess": 0,
              "patterns": [{ "name": "early", "start": "06:00", "end": "14:00" }, { "name": "late", "start": "14:00", "end": "22:00" }],
              "people": [{ "pattern": "early", "count": 4 }, { "pattern": "late", "count": 3 }] }
            """), svg = Path.Combine(_folder, "shifts.svg");
        Ended text = await CliTenant.RunAsync(new Dictionary<string, string?>(), "frontline", "simulate", "--shifts", file, "--licenses", "3");
        Ended json = await CliTenant.RunAsync(new Dictionary<string, string?>(), "frontline", "simulate", "--shifts", file, "-o", "json", "--svg", svg);

        Assert.Equal((0, "", 0, ""), (text.ExitCode, text.Errors, json.ExitCode, json.Errors));
        Assert.Contains("The smallest number of licenses that refuses nobody is 4", text.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^asked for +3 +64 +1 +0 +0 +0 +0 *$", text.Output);
        Assert.Matches("(?m)^smallest +4 +0 +0 +0 +0 +0 +0 *$", text.Output);
        Assert.Matches(@"(?m)^Mon 2026-11-30 06:00 +3 +3\.0 +0 +4 +1 *$", text.Output);
        Assert.Equal((4, 3), (Number(json.Json, "smallest"), Number(json.Json.GetProperty("checked").GetProperty("nMinus1"), "licenses")));
        Assert.Equal("svg", XDocument.Load(svg).Root!.Name.LocalName);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_right_or_cannot_be_drawn_into_is_one_line()
    {
        foreach ((string[] args, string what) in ((string[], string)[])
            [
                ([Path.Combine(_folder, "none.json")], "cannot be read"),
                ([Write("{")], "Line 1"),
                ([Write("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"25:00"}],"people":[]}""")], "'patterns[0].end'"),
                ([Write("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[]}"""), "--licenses", "-1"], "--licenses"),
            ])
        {
            Ended ended = await CliTenant.RunAsync(new Dictionary<string, string?>(), ["frontline", "simulate", "--shifts", .. args]);
            Assert.Equal((2, "", 1), (ended.ExitCode, ended.Output, ended.Errors.AsSpan().Trim().Count('\n') + 1));
            Assert.Contains(what, ended.Errors, StringComparison.Ordinal);
        }
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private string Write(string json)
    {
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, json);
        return file;
    }
}
