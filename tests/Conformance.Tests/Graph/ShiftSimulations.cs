using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Berth.Engine.Catalog;
using Berth.Engine.Insight.Shifts;
using Berth.Graph.Frontline;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>The simulation of shifts as a document, over HTTP and as a picture (B460 to B467).</summary>
public sealed class ShiftSimulations
{
    /// <summary>A simulation that takes no time.</summary>
    public const string Small = """{"start":"2026-11-30","days":1,"patterns":[{"name":"day","start":"09:00","end":"17:00"}],"people":[{"pattern":"day"}]}""";

    private const string Office = """{"name":"office","start":"09:00","end":"17:00"}""";

    [Fact]
    public async Task A_simulation_by_HTTP_answers_with_the_smallest_number_and_has_run_one_less()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        long version = room.Tenant.Version;
        JsonElement answer = await room.DoAsync("POST", "/berth/v1/frontline/simulate", Document(
            $"[{Office}]", """[{"pattern":"Office","count":5},{"name":"Ada","pattern":"office"}]""", "\"bufferExcess\":0,\"licenses\":2,\"plot\":\"svg\""));
        Assert.Equal(
            (6, 6, 6, 0, 5, 4),
            (Number(answer, "people"), Number(answer, "peak"), Number(answer, "smallest"), Number(answer.GetProperty("checked").GetProperty("n"), "refusals"),
                Number(answer.GetProperty("checked").GetProperty("nMinus1"), "licenses"), answer.GetProperty("runs")[0].GetProperty("refused").GetArrayLength()));
        Assert.Equal(["asked", "smallest", "oneLess"], answer.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("role").GetString()));
        Assert.True(Number(answer.GetProperty("checked").GetProperty("nMinus1"), "refusals") > 0);
        JsonElement nine = answer.GetProperty("runs")[0].GetProperty("hours")[9];
        Assert.Equal(("2026-11-30T09:00:00", 2, 16, 4), (nine.GetProperty("at").GetString(), Number(nine, "sessionsMax"), Number(nine, "refusals"), Number(nine, "waitingMax")));
        Assert.Contains("6 people work in shifts", Picture(answer.GetProperty("plot").GetString()!), StringComparison.Ordinal);
        Assert.Equal(version, room.Tenant.Version);
    }

    [Theory]
    [InlineData("""{"days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[]}""", "valueMissing", "start")]
    [InlineData("""{"start":"2026-11-30","patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[]}""", "valueMissing", "days")]
    [InlineData("""{"start":"2026-11-30","days":1,"people":[]}""", "valueMissing", "patterns")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"}]}""", "valueMissing", "people")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00"}],"people":[]}""", "valueMissing", "patterns[0].end")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"9","end":"17:00"}],"people":[]}""", "valueInvalid", "patterns[0].start")]
    [InlineData("""{"start":"30.11.2026","days":1,"patterns":[],"people":[]}""", "valueInvalid", "start")]
    [InlineData("""{"start":"2026-11-30","days":0,"patterns":[],"people":[]}""", "valueInvalid", "days")]
    [InlineData("""{"start":"2026-11-30","days":93,"patterns":[],"people":[]}""", "valueInvalid", "days")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","days":[]}],"people":[]}""", "valueInvalid", "patterns[0].days")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","days":["noday"]}],"people":[]}""", "valueInvalid", "patterns[0].days")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","days":["mon"],"cycle":{"on":1}}],"people":[]}""", "valueInvalid", "patterns[0].cycle")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","cycle":{"off":1}}],"people":[]}""", "valueMissing", "patterns[0].cycle.on")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","breaks":[{"start":"08:00","minutes":5}]}],"people":[]}""", "valueInvalid", "patterns[0].breaks")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","breaks":[{"start":"10:00"}]}],"people":[]}""", "valueMissing", "patterns[0].breaks[0].minutes")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"},{"name":"A","start":"09:00","end":"17:00"}],"people":[]}""", "valueInvalid", "patterns")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[{"pattern":"b"}]}""", "valueInvalid", "people[0].pattern")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[{"name":"x"}]}""", "valueMissing", "people[0].pattern")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[{"name":"x","count":2,"pattern":"a"}]}""", "valueInvalid", "people[0].count")]
    [InlineData("""{"start":"2026-11-30","days":1,"patterns":[{"name":"a","start":"09:00","end":"17:00","length":3}],"people":[]}""", "propertyUnknown", "patterns[0].length")]
    [InlineData("""{"start":"2026-11-30","days":1,"servicePlanId":"3efff3fe-528a-4fc5-b1ba-845802cc764f","patterns":[{"name":"a","start":"09:00","end":"17:00"}],"people":[]}""", "valueInvalid", "servicePlanId")]
    public async Task A_bad_document_is_refused_and_says_where(string document, string code, string where)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Contains($"'{where}'", await room.RefusedAsync(400, code, "POST", "/berth/v1/frontline/simulate", document), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_limit_is_reached_and_not_passed()
    {
        // B466; what is at a limit is read and not run.
        Assert.Equal(ShiftPlan.MostPeople, Read(Document($"[{Office}]", People(ShiftPlan.MostPeople - 1, 1)))!.People.Count);
        Assert.Equal(ShiftPlan.MostPeople - 1, Read(Document($"[{Office}]", People(ShiftPlan.MostPeople - 2, 1)))!.People.Count);
        Assert.Null(Read(Document($"[{Office}]", People(ShiftPlan.MostPeople, 1))));
        Assert.Equal(ShiftPlan.MostPatterns - 1, Read(Document(Patterns(ShiftPlan.MostPatterns - 1), "[]"))!.Patterns.Count);
        Assert.Equal(ShiftPlan.MostPatterns, Read(Document(Patterns(ShiftPlan.MostPatterns), "[]"))!.Patterns.Count);
        Assert.Null(Read(Document(Patterns(ShiftPlan.MostPatterns + 1), "[]")));
        Assert.Equal(ShiftPlan.MostDays, Read(Document($"[{Office}]", "[]", days: ShiftPlan.MostDays))!.Days);
        Assert.Equal(new string('x', ShiftPlan.LongestName), Read(Document($"[{Office.Replace("office", new string('x', ShiftPlan.LongestName), StringComparison.Ordinal)}]", "[]"))!.Patterns[0].Name);
        Assert.Null(Read(Document($"[{Office.Replace("office", new string('x', ShiftPlan.LongestName + 1), StringComparison.Ordinal)}]", "[]")));

        // 3,000 people on 20 days are the most stretches there can be.
        Assert.NotNull(Read(Document($"[{Office}]", People(ShiftPlan.MostPeople - 1, 1), days: ShiftPlan.MostStretches / ShiftPlan.MostPeople)));
        Assert.Null(Read(Document($"[{Office}]", People(ShiftPlan.MostPeople - 1, 1), days: (ShiftPlan.MostStretches / ShiftPlan.MostPeople) + 1)));
        foreach ((string property, int least, int most) in ((string, int, int)[])[("retryMinutes", 1, ShiftPlan.LongestRetry), ("licenses", 0, ShiftDocument.MostLicenses), ("bufferExcess", 0, ShiftPlan.MostPeople)])
        {
            Assert.Null(Read(Document($"[{Office}]", "[]", $"\"{property}\":{least - 1}")));
            Assert.NotNull(Read(Document($"[{Office}]", "[]", $"\"{property}\":{least}")));
            Assert.NotNull(Read(Document($"[{Office}]", "[]", $"\"{property}\":{most}")));
            Assert.Null(Read(Document($"[{Office}]", "[]", $"\"{property}\":{most + 1}")));
        }

        foreach ((string property, int least, int most) in ((string, int, int)[])
            [("attendancePercent", 0, 100), ("arriveJitterMinutes", 0, ShiftPattern.MostJitter), ("leaveJitterMinutes", 0, ShiftPattern.MostJitter)])
        {
            Assert.Null(Read(Document($"[{Office[..^1]},\"{property}\":{least - 1}}}]", "[]")));
            Assert.NotNull(Read(Document($"[{Office[..^1]},\"{property}\":{least}}}]", "[]")));
            Assert.NotNull(Read(Document($"[{Office[..^1]},\"{property}\":{most}}}]", "[]")));
            Assert.Null(Read(Document($"[{Office[..^1]},\"{property}\":{most + 1}}}]", "[]")));
        }

        Assert.NotNull(Read(Document(Breaks(ShiftPattern.MostBreaks), "[]")));
        Assert.Null(Read(Document(Breaks(ShiftPattern.MostBreaks + 1), "[]")));

        static string People(int some, int more) => $$"""[{"pattern":"office","count":{{some}}},{"pattern":"office","count":{{more}}}]""";

        static string Patterns(int count) => $"[{string.Join(',', Enumerable.Range(0, count).Select(i => Office.Replace("office", $"p{i}", StringComparison.Ordinal)))}]";

        static string Breaks(int count) => $"[{Office[..^1]},\"breaks\":[{string.Join(',', Enumerable.Range(1, count).Select(i => $$"""{"start":"09:{{i * 3:00}}","minutes":1}"""))}]}}]";
    }

    [Fact]
    public void The_picture_is_whole_and_fetches_nothing()
    {
        // B467
        ShiftPlan plan = Read(Document($"[{Office}]", """[{"pattern":"office","count":4},{"pattern":"office","name":"<Ada & \"Bob\">"}]""", "\"licenses\":1,\"bufferExcess\":1", 3))!;
        ShiftAnswer answer = ShiftSimulation.Of(plan, SkuCatalog.BuiltIn, TestContext.Current.CancellationToken);
        string words = Picture(ShiftPlot.Draw(answer));
        Assert.Contains("asked for", words, StringComparison.Ordinal);
        Assert.Contains("refuses nobody is 4", words, StringComparison.Ordinal);
    }

    private static string Picture(string svg)
    {
        XElement root = XDocument.Parse(svg).Root!;
        XNamespace space = "http://www.w3.org/2000/svg";
        Assert.All(root.DescendantsAndSelf(), element =>
        {
            Assert.Equal(space, element.Name.Namespace);
            Assert.DoesNotContain(element.Name.LocalName, (string[])["script", "image", "foreignObject", "use", "a"]);
            Assert.All(element.Attributes(), attribute => Assert.True(!attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) && attribute.Name.LocalName != "href"));
        });
        Assert.DoesNotContain("url(h", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        return root.Element(space + "desc")!.Value;
    }

    private static ShiftPlan? Read(string document)
    {
        bool good = ShiftDocument.TryRead(Encoding.UTF8.GetBytes(document), SkuCatalog.BuiltIn, out ShiftPlan? plan, out string? error);
        Assert.Equal(good, error is null);
        return plan;
    }

    private static string Document(string patterns, string people, string more = "\"seed\":1", int days = 1) =>
        $$"""{"start":"2026-11-30","days":{{days}},"patterns":{{patterns}},"people":{{people}},{{more}}}""";

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
