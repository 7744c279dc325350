using System.Collections;
using System.Text;
using Berth.CommandLine.Client;
using Berth.CommandLine.Client.Plans;
using Berth.CommandLine.Client.Wire;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Connect;
using Berth.Connect;
using Berth.Connect.Profiles;
using Berth.Connect.Pulling;
using Berth.Connect.Wire;
using Berth.Connect.Writing;
using Berth.PowerShell;
using Berth.PowerShell.Names;
using Berth.PowerShell.Plans;
using Berth.PowerShell.Wire;
using Xunit;

namespace Berth.Conformance.Tests.Limits;

/// <summary>What odd inputs found in what others answer and in files of the command line, each once by itself (B760).</summary>
public sealed class FoundElsewhere : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-found-elsewhere-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // B760: null in a list ended with a stack trace, and pages that lead in a circle were followed for ever.
    [Theory]
    [InlineData("""{"value":[null]}""", "null in place of an item")]
    [InlineData("""{"value":[{"id":"11111111-1111-4111-8111-111111111111","verifiedDomains":[null]}]}""", "null in place of an item")]
    [InlineData("""{"value":[{"id":"11111111-1111-4111-8111-111111111111","displayName":"\ud800"}]}""", "half a character")]
    [InlineData("""{"value":[],"@odata.nextLink":"AT/v1.0/organization"}""", "lead in a circle")]
    [InlineData("""{"value":[],"@odata.nextLink":"/v1.0/organization"}""", "lead in a circle")]
    public async Task What_no_Graph_answers_is_told_in_words(string answer, string words)
    {
        string at = "";
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, answer.Replace("AT", at, StringComparison.Ordinal)));
        at = server.Address.GetLeftPart(UriPartial.Authority);
        using GraphPort port = Port(server);
        ConnectFailedException refused = await Assert.ThrowsAsync<ConnectFailedException>(() => Pull.OrganizationAsync(port, Cancel));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    // B760: both ended with a stack trace.
    [Fact]
    public async Task Half_a_character_in_a_batch_and_members_without_ids_are_told_in_words()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static asked => new Scripted(200, asked.Target.Contains("$batch", StringComparison.Ordinal) ? """{"responses":[{"id":"0","status":200,"body":{"id":["\udc00"]}}]}""" : """{"value":[1]}"""));
        using GraphPort port = Port(server);
        Assert.NotEmpty((await Assert.ThrowsAsync<ConnectFailedException>(() => port.BatchAsync([PortCall.Get("/v1.0/users/1")], Cancel))).Message);
        Assert.NotEmpty((await Assert.ThrowsAsync<ConnectFailedException>(() => new TenantLook(port).AtAsync([new Wish.NoMember(Guid.NewGuid(), Guid.NewGuid())], default, Cancel))).Message);
    }

    // B760: a name twice, and one that is not UTF-8, ended with a stack trace.
    [Theory]
    [InlineData("""{"changes":[],"changes":[]}""")]
    [InlineData("""{"changes":[{"kind":"userLicense","kind":"user"}]}""")]
    [InlineData("""{"\ud800":1,"changes":[]}""")]
    [InlineData("{\"changes\":[],\"\u00ff\":1}")]
    public async Task A_file_of_changes_that_cannot_be_read_is_told_in_words(string text)
    {
        FileInfo file = new(Path.Combine(_folder, "plan.json"));
        await File.WriteAllBytesAsync(file.FullName, Encoding.Latin1.GetBytes(text), Cancel);
        Uri nowhere = new("http://127.0.0.1:1");
        using GraphClient graph = new(new Connection(nowhere, nowhere, "x.example", "client", "secret"), TimeProvider.System);
        using StringWriter output = new(), error = new();
        Assert.Null(await ChangeFile.ReadAsync(new Session(graph, new Screen(output, error, false), TimeProvider.System), file, Cancel));
        Assert.Contains("plan.json cannot be read", error.ToString(), StringComparison.Ordinal);
    }

    // B760: null in place of a call or of a line, a call without wishes, and a head without an address ended with a stack trace.
    [Theory]
    [InlineData("calls.ndjson", "null")]
    [InlineData("calls.ndjson", """{"number":0,"stage":"UserLicenses","wishes":[],"after":[]}""")]
    [InlineData("calls.ndjson", """{"number":0,"stage":"UserLicenses","wishes":[null],"after":[]}""")]
    [InlineData("calls.ndjson", """{"number":0,"stage":"UserLicenses","after":[]}""")]
    [InlineData("calls.ndjson", """{"number":0,"stage":"Properties","wishes":[{"kind":"properties","userId":"11111111-1111-4111-8111-111111111111","set":[]}],"after":[]}""")]
    [InlineData("calls.ndjson", """{"number":0,"stage":"UserLicenses","wishes":[{"kind":"userLicense","userId":"11111111-1111-4111-8111-111111111111","add":null,"remove":[]}],"after":[]}""")]
    [InlineData("progress.ndjson", "null")]
    [InlineData("progress.ndjson", """{"begin":[null]}""")]
    [InlineData("run.json", """{"version":1,"id":"x","tenantName":"F","domain":"f.example","calls":1,"rows":1}""")]
    [InlineData("run.json", """{"version":1,"id":"x","tenantName":"F","domain":"f.example","graph":"x","calls":1,"rows":1}""")]
    public void A_run_that_somebody_touched_is_told_in_words(string name, string line)
    {
        string id = RunFolder.NewId(DateTimeOffset.UnixEpoch);
        RunFolder.Create(_folder, new RunHead(1, id, Guid.NewGuid(), "F", "f.example", new Uri("https://graph.example"), default, 1, 1), [new PlannedCall(0, CallStage.Deletions, [new Wish.NoUser(Guid.NewGuid())], [])]).Dispose();
        File.WriteAllText(Path.Combine(_folder, id, name), line + "\n");
        Assert.Contains($"the run {id}", Assert.Throws<ConnectFailedException>(() => RunFolder.Open(_folder, id)).Message, StringComparison.Ordinal);
    }

    // B760: a list that holds itself ended PowerShell, and a number that is none had no words.
    [Fact]
    public async Task Changes_that_cannot_be_written_down_are_told_in_words()
    {
        ArrayList loop = [];
        loop.Add(loop);
        Assert.Equal("changeUnreadable", Assert.Throws<BerthException>(() => ChangeNames.Spread(loop).ToArray()).Code);
        await using ScriptedServer server = await ScriptedServer.StartAsync(static _ => new Scripted(200, """{"value":[]}"""));
        using BerthClient client = new(new Uri(server.Address.GetLeftPart(UriPartial.Authority)), new Berth.PowerShell.Connecting.SecretSignIn("x.example", "client", new System.Security.SecureString()));
        SkuNames skus = SkuNames.Read(client, Cancel);
        foreach (object value in (object[])[double.NaN, 1e300, "\ud800"])
        {
            Hashtable change = new() { ["kind"] = "subscription", ["units"] = value };
            try
            {
                Assert.NotEmpty(ChangeNames.Body(client, skus, [change], Cancel));
                Assert.IsType<string>(value);
            }
            catch (BerthException refused)
            {
                Assert.Equal("changeUnreadable", refused.Code);
            }
        }

        // Names that are one in JSON.
        Assert.Equal("changeUnreadable", Assert.Throws<BerthException>(() => ChangeNames.Body(client, skus, [new Hashtable { [1] = "a", ["1"] = "b" }], Cancel)).Code);
    }

    // B760: a server that is no Berth was told of in words of the runtime, and followed in a circle for ever.
    [Theory]
    [InlineData("""{"value":[{"skuId":"x","skuPartNumber":"A"}]}""")]
    [InlineData("""{"value":[{"skuPartNumber":"\ud800","skuId":"11111111-1111-4111-8111-111111111111"}]}""")]
    [InlineData("""{"value":[],"@odata.nextLink":"AT/v1.0/subscribedSkus"}""")]
    public async Task What_no_Berth_answers_is_told_in_words_to_scripts(string answer)
    {
        string at = "";
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, answer.Replace("AT", at, StringComparison.Ordinal)));
        at = server.Address.GetLeftPart(UriPartial.Authority);
        using BerthClient client = new(new Uri(at), new Berth.PowerShell.Connecting.SecretSignIn("x.example", "client", new System.Security.SecureString()));
        Assert.Equal("answerUnreadable", Assert.Throws<BerthException>(() => SkuNames.Read(client, Cancel)).Code);
    }

    private static GraphPort Port(ScriptedServer server)
    {
        Uri there = new(server.Address.GetLeftPart(UriPartial.Authority));
        return new GraphPort(new TenantProfile("odd", "fabrikam.example", Guid.Empty.ToString(), CredentialKind.ClientSecret, there, there), new Afar.GivenToken("x"), new HastyClock());
    }
}
