using Berth.Connect;
using Berth.Connect.Writing;
using Xunit;

namespace Berth.Conformance.Tests.Applying;

/// <summary>A run outlives its process: what is known is on the disk, and half a line is nothing (B573).</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly string _applies = Directory.CreateTempSubdirectory("berth-applies-").FullName;

    public void Dispose() => Directory.Delete(_applies, recursive: true);

    [Fact]
    public void What_was_put_down_is_there_for_the_next_process()
    {
        string id = Create(run =>
        {
            run.Add([new ProgressLine { Begin = ["0", "1"] }]);
            run.Add([new ProgressLine { Call = "0", Status = 200 }, new ProgressLine { Row = 0, Fate = RowFate.Applied }]);
        });
        using RunFolder again = RunFolder.Open(_applies, id);
        Assert.Equal(2, again.Calls.Count);
        Assert.Equal(CallRequest.Of(Calls[1].Wishes, ""), CallRequest.Of(again.Calls[1].Wishes, ""));
        Assert.Equal((true, true, false), (again.HasBegun("0"), again.HasBegun("1"), again.HasBegun("2")));
        Assert.True(again.Answer("0")!.IsDone);
        Assert.Null(again.Answer("1"));
        Assert.Equal((RowFate.Applied, null), again.FateOf(0));
        Assert.NotEqual(again.RepeatabilityId("0"), again.RepeatabilityId("1"));
    }

    [Theory]
    [InlineData("{\"call\":\"1\",\"status\":2")]
    [InlineData("{\"call\":\"1\",\"status\":204}")]
    [InlineData("{")]
    public void A_line_without_its_end_was_told_to_nobody_and_is_nothing(string torn)
    {
        string id = Create(run => run.Add([new ProgressLine { Call = "0", Status = 200 }]));
        string progress = Path.Combine(_applies, id, "progress.ndjson");
        File.AppendAllText(progress, torn);
        using (RunFolder again = RunFolder.Open(_applies, id))
        {
            Assert.NotNull(again.Answer("0"));
            Assert.Null(again.Answer("1"));
            again.Add([new ProgressLine { Call = "1", Status = 400, Code = "c", Message = "m" }]);
        }

        using RunFolder last = RunFolder.Open(_applies, id);
        Assert.Equal(new KnownAnswer(400, "c", "m"), last.Answer("1"));
    }

    [Fact]
    public void A_second_process_is_refused_and_the_id_of_the_run_stays_what_it_is()
    {
        string id = Create(static _ => { });
        using RunFolder first = RunFolder.Open(_applies, id);
        string repeatability = first.RepeatabilityId("7");
        Assert.Contains("another process is at the run", Assert.Throws<ConnectFailedException>(() => RunFolder.Open(_applies, id)).Message, StringComparison.Ordinal);
        first.Dispose();
        using RunFolder second = RunFolder.Open(_applies, id);
        Assert.Equal(repeatability, second.RepeatabilityId("7"));
    }

    [Fact]
    public void A_run_that_is_not_there_or_not_whole_is_said_to_be_so()
    {
        string id = Create(static _ => { });
        Assert.Contains("there is no run", Assert.Throws<ConnectFailedException>(() => RunFolder.Open(_applies, "../x")).Message, StringComparison.Ordinal);
        Assert.Contains("there is no run", Assert.Throws<ConnectFailedException>(() => RunFolder.Open(_applies, RunFolder.NewId(WritableTenant.Noon))).Message, StringComparison.Ordinal);
        string calls = Path.Combine(_applies, id, "calls.ndjson");
        File.WriteAllText(calls, File.ReadLines(calls).First() + "\n");
        Assert.Contains("is damaged", Assert.Throws<ConnectFailedException>(() => RunFolder.Open(_applies, id)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(_applies, id, "run.json"));
        Assert.Contains("there is no run", Assert.Throws<ConnectFailedException>(() => RunFolder.Open(_applies, id)).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PlannedCall> Calls { get; } =
    [
        new(0, CallStage.UserLicenses, [new Wish.UserLicense(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), [new WantedLicense(WritableTenant.Sku("SPE_E3"), [])], [])], []),
        new(1, CallStage.Joining, [new Wish.Member(Guid.Empty, Guid.Empty, []), new Wish.Member(Guid.Empty, Guid.Empty, [])], []),
    ];

    private string Create(Action<RunFolder> then)
    {
        string id = RunFolder.NewId(WritableTenant.Noon);
        using RunFolder run = RunFolder.Create(_applies, new RunHead(1, id, Guid.NewGuid(), "Fabrikam", "fabrikam.example", new Uri("https://graph.example"), WritableTenant.Noon, 2, 3), Calls);
        then(run);
        return id;
    }
}
