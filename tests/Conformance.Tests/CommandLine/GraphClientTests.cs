using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Berth.CommandLine.Client;
using Berth.CommandLine.Client.Wire;
using Berth.Connect;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>How the client gets through to a server that is busy, slow to page, or partly broken.</summary>
public sealed class GraphClientTests
{
    private const string Skus = "/v1.0/subscribedSkus";
    private static readonly GraphCall _write = GraphCall.Write(HttpMethod.Post, "/v1.0/users/a%40b/assignLicense", new WireChange([], []), WireJson.Default.WireChange);
    private readonly HastyClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_followed_to_the_last_one()
    {
        ScriptedServer? server = null;
        server = await ScriptedServer.StartAsync(asked => asked.Target == Skus
            ? new Scripted(200, $$"""{"value":[{{Sku("A")}}],"@odata.nextLink":"{{server!.Address}}v1.0/subscribedSkus?$skiptoken=2"}""")
            : new Scripted(200, $$"""{"value":[{{Sku("B")}}]}"""));
        await using ScriptedServer _ = server;
        using GraphClient graph = new(server.Connection, _clock);

        Reply<List<WireSku>> reply = await graph.GetAllAsync(Skus, WireJson.Default.PageWireSku, Cancel);

        Assert.Equal(["A", "B"], reply.Value!.Select(sku => sku.SkuPartNumber));
        Assert.Equal([Skus, Skus + "?$skiptoken=2"], server.Asked.Select(asked => asked.Target));
    }

    [Theory]
    [InlineData("http://elsewhere.example/v1.0/subscribedSkus")]
    [InlineData("http://127.0.0.1:1/v1.0/subscribedSkus")]
    [InlineData("next page")]
    public async Task The_token_is_never_sent_to_another_server(string link)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, $$"""{"value":[],"@odata.nextLink":"{{link}}"}"""));
        using GraphClient graph = new(server.Connection, _clock);

        ConnectionFailedException failure = await Assert.ThrowsAsync<ConnectionFailedException>(() => graph.GetAllAsync(Skus, WireJson.Default.PageWireSku, Cancel));

        Assert.Contains(link, failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Asked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_answer_that_is_too_long_is_asked_for_once_and_said_to_be(int more)
    {
        // What has no length before it is found out while it is read.
        string body = new(' ', ConnectLimits.AnswerBytes + more);
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, body));
        using GraphClient graph = new(server.Connection, _clock);
        Task<GraphAnswer> asking = graph.SendAsync(_write, Cancel);
        if (more <= 0)
        {
            Assert.Equal(body.Length, (await asking).Body.Length);
        }
        else
        {
            Assert.Contains("more than 64 MiB", (await Assert.ThrowsAsync<ConnectionFailedException>(() => asking)).Message, StringComparison.Ordinal);
        }

        Assert.Single(server.Asked);
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "7", 7)]
    [InlineData(429, "Mon, 23 Nov 2026 12:00:09 GMT", 9)]
    [InlineData(429, null, 2)]
    public async Task It_waits_as_long_as_the_server_asks(int status, string? retryAfter, int seconds)
    {
        int calls = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => calls++ == 0 ? new Scripted(status, RetryAfter: retryAfter) : new Scripted(200));
        using GraphClient graph = new(server.Connection, _clock);

        GraphAnswer answer = await graph.SendAsync(_write, Cancel);

        Assert.Equal(200, answer.Status);
        Assert.Equal([TimeSpan.FromSeconds(seconds)], _clock.Waits);
    }

    [Fact]
    public async Task A_write_that_is_sent_again_keeps_its_repeatability_id()
    {
        int calls = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => calls++ switch
        {
            0 => new Scripted(429, RetryAfter: "1"),
            1 => null,
            2 => new Scripted(503),
            _ => new Scripted(200),
        });
        using GraphClient graph = new(server.Connection, _clock);

        Assert.Equal(200, (await graph.SendAsync(_write, Cancel)).Status);
        Assert.Equal(4, server.Asked.Count);
        Assert.True(Guid.TryParse(Assert.Single(server.Asked.Select(asked => asked.RepeatabilityId).Distinct()), out _));
    }

    [Fact]
    public async Task Two_writes_have_two_ids_and_a_read_has_none()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200));
        using GraphClient graph = new(server.Connection, _clock);
        GraphCall again = GraphCall.Write(HttpMethod.Post, _write.Path, new WireChange([], []), WireJson.Default.WireChange);

        await graph.SendAsync(_write, Cancel);
        await graph.SendAsync(again, Cancel);
        await graph.SendAsync(GraphCall.Get(Skus), Cancel);

        string?[] ids = [.. server.Asked.Select(asked => asked.RepeatabilityId)];
        Assert.NotEqual(ids[0], ids[1]);
        Assert.Null(ids[2]);
    }

    [Fact]
    public async Task A_server_that_is_always_busy_is_asked_thirty_times()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(429, """{"error":{"code":"TooManyRequests","message":"Slow down."}}""", "1"));
        using GraphClient graph = new(server.Connection, _clock);

        GraphAnswer answer = await graph.SendAsync(_write, Cancel);

        Assert.Equal(ConnectLimits.ThrottledAttempts, server.Asked.Count);
        Assert.Equal(("throttled", "Slow down."), (GraphRefusal.Of(answer).Code, GraphRefusal.Of(answer).Message));
    }

    [Theory]
    [InlineData(299, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public async Task A_wait_of_more_than_five_minutes_is_not_waited_for(int seconds, bool isWaited)
    {
        int calls = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => calls++ == 0 ? new Scripted(429, RetryAfter: $"{seconds}") : new Scripted(200));
        using GraphClient graph = new(server.Connection, _clock);

        Assert.Equal(isWaited ? 200 : 429, (await graph.SendAsync(_write, Cancel)).Status);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_gateway_without_an_answer_is_asked_five_times(int status)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(status, "<html>", ContentType: "text/html"));
        using GraphClient graph = new(server.Connection, _clock);

        GraphAnswer answer = await graph.SendAsync(_write, Cancel);

        Assert.Equal(status, answer.Status);
        Assert.Equal(ConnectLimits.LostAttempts, server.Asked.Count);
        Assert.Contains($"{status}", GraphRefusal.Of(answer).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_always_breaks_is_tried_five_times()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => null);
        using GraphClient graph = new(server.Connection, _clock);

        await Assert.ThrowsAsync<ConnectionFailedException>(() => graph.SendAsync(_write, Cancel));

        Assert.Equal(ConnectLimits.LostAttempts, server.Asked.Count);
    }

    [Fact]
    public async Task Where_nobody_listens_is_told_at_once()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Uri address = new($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}");
        free.Stop();
        using GraphClient graph = new(new Connection(address, address, "t", "c", "s"), _clock);

        ConnectionFailedException failure = await Assert.ThrowsAsync<ConnectionFailedException>(() => graph.SendAsync(_write, Cancel));

        Assert.Contains("berth serve --demo", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Token == "Bearer token-1" ? new Scripted(401) : new Scripted(200));
        using GraphClient graph = new(server.Connection, _clock);

        Assert.Equal(200, (await graph.SendAsync(_write, Cancel)).Status);
        Assert.Equal(200, (await graph.SendAsync(_write, Cancel)).Status);
        Assert.Equal(2, server.Tokens);
    }

    [Fact]
    public async Task A_token_that_is_always_refused_ends_the_attempt()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(401));
        using GraphClient graph = new(server.Connection, _clock);

        Assert.Equal(401, (await graph.SendAsync(_write, Cancel)).Status);
        Assert.Equal(2, server.Asked.Count);
    }

    [Fact]
    public async Task An_answer_that_is_not_Graphs_says_where_to_look()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, "<html>", ContentType: "text/html"));
        using GraphClient graph = new(server.Connection, _clock);

        ConnectionFailedException failure = await Assert.ThrowsAsync<ConnectionFailedException>(() => graph.GetAllAsync(Skus, WireJson.Default.PageWireSku, Cancel));

        Assert.Contains("--graph", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_batch_only_the_items_that_were_told_to_wait_are_sent_again()
    {
        int batches = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => new Scripted(200, Answers(asked, batches++ == 0
            ? id => id is "1" or "3" ? (429, "5") : (200, null)
            : _ => (200, null))));
        using GraphClient graph = new(server.Connection, _clock);

        GraphAnswer[] answers = await graph.SendBatchAsync([.. Enumerable.Range(0, 5).Select(User)], Cancel);

        Assert.Equal(["/users/0", "/users/1", "/users/2", "/users/3", "/users/4"], answers.Select(UrlIn));
        Assert.Equal(["0,1,2,3,4", "1,3"], server.Asked.Select(asked => string.Join(',', Ids(asked))));
        Assert.Equal([TimeSpan.FromSeconds(5)], _clock.Waits);
    }

    [Theory]
    [InlineData(19, "19")]
    [InlineData(20, "20")]
    [InlineData(21, "20,1")]
    [InlineData(45, "20,20,5")]
    public async Task A_batch_has_at_most_twenty_items(int calls, string sizes)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => new Scripted(200, Answers(asked, _ => (200, null))));
        using GraphClient graph = new(server.Connection, _clock);

        GraphAnswer[] answers = await graph.SendBatchAsync([.. Enumerable.Range(0, calls).Select(User)], Cancel);

        Assert.Equal(calls, answers.Length);
        Assert.Equal(sizes, string.Join(',', server.Asked.Select(asked => Ids(asked).Count())));
    }

    [Fact]
    public async Task A_write_in_a_batch_carries_its_id_and_keeps_it_when_sent_again()
    {
        int batches = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => new Scripted(200, Answers(asked, _ => batches++ == 0 ? (429, "1") : (200, null))));
        using GraphClient graph = new(server.Connection, _clock);

        await graph.SendBatchAsync([_write], Cancel);

        string[] ids = [.. server.Asked.Select(asked => Items(asked).Single().GetProperty("headers").GetProperty("Repeatability-Request-ID").GetString()!)];
        Assert.Equal([$"{_write.RepeatabilityId}", $"{_write.RepeatabilityId}"], ids);
    }

    [Fact]
    public async Task A_batch_that_leaves_an_item_unanswered_is_an_error()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, """{"responses":[]}"""));
        using GraphClient graph = new(server.Connection, _clock);

        await Assert.ThrowsAsync<ConnectionFailedException>(() => graph.SendBatchAsync([User(0)], Cancel));
    }

    [Fact]
    public async Task A_batch_that_is_refused_as_a_whole_refuses_every_item()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(403, """{"error":{"code":"Authorization_RequestDenied","message":"No."}}"""));
        using GraphClient graph = new(server.Connection, _clock);

        GraphAnswer[] answers = await graph.SendBatchAsync([User(0), User(1)], Cancel);

        Assert.All(answers, answer => Assert.Equal("permissionMissing", GraphRefusal.Of(answer).Code));
    }

    private static GraphCall User(int number) => GraphCall.Get($"/v1.0/users/{number}");

    private static string Sku(string name) => $$"""{"skuId":"{{Guid.NewGuid()}}","skuPartNumber":"{{name}}","consumedUnits":0}""";

    private static JsonElement.ArrayEnumerator Items(Asked asked) => JsonDocument.Parse(asked.Body).RootElement.GetProperty("requests").EnumerateArray();

    private static IEnumerable<string> Ids(Asked asked) => Items(asked).Select(item => item.GetProperty("id").GetString()!);

    private static string UrlIn(GraphAnswer answer) => JsonDocument.Parse(answer.Body).RootElement.GetProperty("url").GetString()!;

    // Answers may come in any order, so they come backwards here.
    private static string Answers(Asked asked, Func<string, (int Status, string? RetryAfter)> status) =>
        JsonSerializer.Serialize(new
        {
            responses = Items(asked).Reverse().Select(item =>
            {
                string id = item.GetProperty("id").GetString()!;
                (int code, string? wait) = status(id);
                Dictionary<string, string> headers = wait is null ? [] : new() { ["Retry-After"] = wait };
                return new { id, status = code, headers, body = new { url = item.GetProperty("url").GetString() } };
            }),
        });
}
