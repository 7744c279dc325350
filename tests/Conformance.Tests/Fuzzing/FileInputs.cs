using System.Text;
using System.Text.Json;
using Berth.CommandLine.Client;
using Berth.CommandLine.Client.Plans;
using Berth.CommandLine.Client.Wire;
using Berth.Conformance.Tests.CommandLine;
using Berth.Connect;
using Berth.Connect.Writing;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>Files that the command line writes and reads again: plans and runs (B760).</summary>
public sealed class FileInputs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-odd-files-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Odd_files_of_runs()
    {
        Guid ada = Guid.NewGuid(), sku = Guid.NewGuid();
        PlannedCall[] calls =
        [
            new(0, CallStage.UserLicenses, [new Wish.UserLicense(ada, [new WantedLicense(sku, [sku])], [sku])], [new Gain(ada, null, sku)]),
            new(1, CallStage.Joining, [new Wish.Member(ada, ada, [sku]), new Wish.Member(ada, sku, [])], []),
            new(2, CallStage.UserLicenses, [new Wish.Properties(ada, JsonDocument.Parse("""{"department":"Sales","businessPhones":["1"]}""").RootElement)], []),
            new(3, CallStage.UserLicenses, [new Wish.Policy(ada, [new WantedAssignment("a", ada, sku, "n", 3)])], []),
            new(4, CallStage.UserLicenses, [new Wish.CloudPcAction(ada, "resize", sku)], []),
        ];
        string id = RunFolder.NewId(DateTimeOffset.UnixEpoch);
        using (RunFolder run = RunFolder.Create(_folder, new RunHead(1, id, ada, "Fabrikam", "fabrikam.example", new Uri("https://graph.example"), DateTimeOffset.UnixEpoch, calls.Length, 6, "x"), calls))
        {
            run.Add([new ProgressLine { Begin = ["0", "1"] }, new ProgressLine { Call = "0", Status = 400, Code = "c", InnerCode = "i", Message = "m" }, new ProgressLine { Row = 0, Fate = RowFate.Failed, Message = "m" }]);
        }

        string[] files = [.. ((string[])["run.json", "calls.ndjson", "progress.ndjson"]).Select(name => Path.Combine(_folder, id, name))];
        byte[][] good = [.. files.Select(File.ReadAllBytes)];
        Trial.Each(
            Inputs.For(nameof(Odd_files_of_runs)),
            odd =>
            {
                int which = odd.Below(files.Length);
                return (Which: which, Bytes: odd.Once(3) ? odd.Mutated(good[which]) : Encoding.UTF8.GetBytes(string.Join('\n', Encoding.UTF8.GetString(good[which]).Split('\n').Select(line => line.Length > 0 && odd.Once(2) ? odd.Json(line) : line))));
            },
            input =>
            {
                for (int i = 0; i < files.Length; i++)
                {
                    File.WriteAllBytes(files[i], i == input.Which ? input.Bytes : good[i]);
                }

                try
                {
                    using RunFolder run = RunFolder.Open(_folder, id);
                    Assert.NotNull(run.Head.Graph);
                    _ = run.FateOf(0);
                    foreach (PlannedCall call in run.Calls)
                    {
                        _ = CallRequest.Of(call.Wishes, "https://graph.example/v1.0");
                        Assert.DoesNotContain(null, call.After);
                    }
                }
                catch (ConnectFailedException refused)
                {
                    Assert.NotEmpty(refused.Message);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(Encoding.UTF8.GetString(input.Bytes), e);
                }
            });
    }

    [Fact]
    public async Task Odd_files_of_plans()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static asked => new Scripted(200, asked.Target.Contains("$batch", StringComparison.Ordinal)
            ? $"{{\"responses\":[{string.Join(',', JsonDocument.Parse(asked.Body).RootElement.GetProperty("requests").EnumerateArray().Select(static item => $"{{\"id\":\"{item.GetProperty("id").GetString()}\",\"status\":200,\"body\":{{\"id\":\"11111111-1111-4111-8111-111111111111\"}}}}"))}]}}"
            : """{"value":[]}"""));
        using GraphClient graph = new(server.Connection, TimeProvider.System);
        FileInfo file = new(Path.Combine(_folder, "plan.json"));
        const string Good = """{"berthPlan":1,"changes":[{"kind":"userLicense","userId":"ada@x.example","add":[{"skuId":"c7df2760-2c81-4ef7-b578-5b5392b571df"}],"remove":["SPE_E5"]},{"kind":"membership","groupId":"Sales","addMembers":["bob@x.example"],"removeMembers":[]}],"plan":{"id":"x","users":[]}}""";
        await Trial.EachAsync(
            Inputs.For(nameof(Odd_files_of_plans)),
            static odd => odd.Once(3) ? odd.Mutated(Encoding.UTF8.GetBytes(Good)) : Encoding.UTF8.GetBytes(odd.Json(Good)),
            async bytes =>
            {
                await File.WriteAllBytesAsync(file.FullName, bytes, Cancel);
                file.Refresh();
                using StringWriter output = new(), error = new();
                try
                {
                    ChangeFile? read = await ChangeFile.ReadAsync(new Session(graph, new Screen(output, error, false), TimeProvider.System), file, Cancel);
                    Assert.True(read is not null || error.ToString().Length > 0);
                }
                catch (Exception refused) when (refused is ConnectionFailedException or ConnectFailedException)
                {
                    Assert.NotEmpty(refused.Message);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(Encoding.UTF8.GetString(bytes), e);
                }
            });
    }
}
