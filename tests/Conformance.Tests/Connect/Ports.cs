using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Faults;
using Berth.Connect;
using Berth.Connect.Profiles;
using Berth.Connect.Wire;
using Xunit;

namespace Berth.Conformance.Tests.Connect;

/// <summary>The way to somebody else's Graph: waiting, sending again, and never blindly (B561). Faults make the day bad; nobody really waits.</summary>
[Collection(nameof(Afar))]
public sealed class Ports(Afar afar)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, 7, 7)]
    [InlineData(503, 3, 3)]
    [InlineData(429, 0, 2)]
    public async Task A_request_waits_as_long_as_it_is_told_to(int status, int retryAfter, int waits)
    {
        HastyClock clock = new();
        using GraphPort port = await afar.PortAsync(clock);
        int[] fired = await afar.UnderAsync([new { kind = "throttle", route = "GET /organization", status, retryAfter, count = 2 }], async () =>
        {
            PortAnswer answer = await port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel);
            Assert.True(answer.IsDone, answer.Message);
        });

        Assert.Equal([2], fired);
        Assert.Equal([TimeSpan.FromSeconds(waits), TimeSpan.FromSeconds(waits)], clock.Waits.Where(wait => wait > TimeSpan.Zero && wait < ConnectLimits.Request));
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public async Task A_wait_of_more_than_five_minutes_is_an_answer(int retryAfter, bool isWaitedFor)
    {
        using GraphPort port = await afar.PortAsync(new HastyClock());
        await afar.UnderAsync([new { kind = "throttle", route = "GET /organization", retryAfter, count = 1 }], async () =>
        {
            PortAnswer answer = await port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel);
            Assert.Equal(isWaitedFor ? 200 : 429, answer.Status);
        });
    }

    [Theory]
    [InlineData(29, 200)]
    [InlineData(30, 429)]
    public async Task Patience_ends_after_thirty_attempts(int count, int status)
    {
        using GraphPort port = await afar.PortAsync(new HastyClock());
        int[] fired = await afar.UnderAsync([new { kind = "throttle", route = "GET /organization", retryAfter = 1, count }], async () =>
            Assert.Equal(status, (await port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel)).Status));
        Assert.Equal([count], fired);
    }

    [Fact]
    public async Task Each_item_of_a_batch_waits_for_its_own_time_and_comes_back_in_its_place()
    {
        HastyClock clock = new();
        using GraphPort port = await afar.PortAsync(clock);
        List<(TimeSpan Wait, string Path)> told = [];
        using GraphPort listening = new(afar.Profile, new Afar.GivenToken(await afar.Berth.TokenAsync()), clock) { OnWait = (wait, call) => told.Add((wait, call.Path)) };
        int[] fired = await afar.UnderAsync(
            [
                new { kind = "throttle", route = "GET /organization", scope = "batchItem", retryAfter = 9, count = 1 },
                new { kind = "throttle", route = "GET /subscribedSkus", scope = "batchItem", status = 503, retryAfter = 4, count = 2 },
                new { kind = "error", route = "GET /groups", scope = "batchItem", status = 502, count = 1 },
            ],
            async () =>
            {
                IReadOnlyList<PortAnswer> answers = await listening.BatchAsync(
                    [PortCall.Get("/v1.0/organization"), PortCall.Get("/v1.0/subscribedSkus"), PortCall.Get("/v1.0/groups?$top=1"), PortCall.Get("/v1.0/users/nobody@contoso.example")], Cancel);
                Assert.Equal([200, 200, 200, 404], answers.Select(answer => answer.Status));
                using JsonDocument organization = answers[0].Json();
                Assert.Equal("Contoso", organization.RootElement.GetProperty("value")[0].GetProperty("displayName").GetString());
                Assert.Equal("Request_ResourceNotFound", answers[3].Code);
            });

        Assert.Equal([1, 2, 1], fired);
        Assert.Equal(
            [(TimeSpan.FromSeconds(9), "/v1.0/organization"), (TimeSpan.FromSeconds(4), "/v1.0/subscribedSkus"), (TimeSpan.FromSeconds(4), "/v1.0/subscribedSkus")], told);
    }

    [Fact]
    public async Task Each_write_of_a_batch_that_is_sent_again_counts()
    {
        // B574
        List<int> again = [];
        using GraphPort port = new(afar.Profile, new Afar.GivenToken(await afar.Berth.TokenAsync()), new HastyClock())
        {
            OnAgain = (writes, _) =>
            {
                again.Add(writes);
                return Task.CompletedTask;
            },
        };
        PortCall write = new(HttpMethod.Patch, "/v1.0/users/admin@contoso.example", "{\"city\":\"Bergen\"}"u8.ToArray());
        PortCall[] batch = [write, write, PortCall.Get("/v1.0/organization"), write];

        // The whole batch twice, of which the read is no write; then two of its items, each by itself or both together; then a write alone.
        int[] fired = await afar.UnderAsync([new { kind = "throttle", route = "POST /$batch", retryAfter = 1, count = 2 }], async () => Assert.All(await port.BatchAsync(batch, Cancel), static one => Assert.True(one.IsDone)));
        Assert.Equal([2], fired);
        Assert.Equal([3, 3], again);
        again.Clear();
        await afar.UnderAsync([new { kind = "throttle", route = "PATCH /users/{id}", scope = "batchItem", retryAfter = 1, count = 2 }], async () => Assert.All(await port.BatchAsync(batch, Cancel), static one => Assert.True(one.IsDone)));
        Assert.Equal(2, again.Sum());
        again.Clear();
        await afar.UnderAsync([new { kind = "throttle", route = "PATCH /users/{id}", retryAfter = 1, count = 3 }], async () => Assert.True((await port.SendAsync(write, Cancel)).IsDone));
        Assert.Equal([1, 1, 1], again);

        // What goes out for the first time, and what is only read, is nobody's concern.
        again.Clear();
        await afar.UnderAsync([new { kind = "throttle", route = "GET /organization", retryAfter = 1, count = 1 }], async () => Assert.True((await port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel)).IsDone));
        await port.BatchAsync(batch, Cancel);
        Assert.Empty(again);
    }

    [Fact]
    public async Task A_write_that_has_to_wait_for_another_request_counts_when_it_goes()
    {
        // B574
        List<int> again = [];
        ManualTime time = new();
        using GraphPort port = new(afar.Profile, new Afar.GivenToken(await afar.Berth.TokenAsync()), time)
        {
            OnAgain = (writes, _) =>
            {
                again.Add(writes);
                return Task.CompletedTask;
            },
        };
        await afar.UnderAsync([new { kind = "throttle", route = "GET /organization", retryAfter = 5, count = 1 }], async () =>
        {
            Task<PortAnswer> read = port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel);
            await time.SomebodyWaitsAsync(Cancel);
            Task<PortAnswer> write = port.SendAsync(new(HttpMethod.Patch, "/v1.0/users/admin@contoso.example", "{\"city\":\"Bergen\"}"u8.ToArray()), Cancel);
            await time.SomebodyWaitsAsync(Cancel);
            Assert.Empty(again);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.True((await read).IsDone && (await write).IsDone);
            Assert.Equal([1], again);
        });
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task A_read_that_was_lost_is_sent_again_and_a_write_is_told_to_be_lost(int status)
    {
        using GraphPort port = await afar.PortAsync(new HastyClock());
        await afar.UnderAsync([new { kind = "error", route = "/users/{id}", status, count = 1, scope = "request" }], async () =>
            Assert.True((await port.SendAsync(PortCall.Get("/v1.0/users/admin@contoso.example"), Cancel)).IsDone));
        PortCall write = new(HttpMethod.Patch, "/v1.0/users/admin@contoso.example", """{"city":"Bergen"}"""u8.ToArray());
        await afar.UnderAsync([new { kind = "error", route = "/users/{id}", status, count = 2 }], async () =>
        {
            Assert.True((await port.SendAsync(write, Cancel)).IsLost);
            Assert.True((await port.BatchAsync([write], Cancel))[0].IsLost);
            Assert.True((await port.SendAsync(write with { CanRepeat = true }, Cancel)).IsDone);
        });
    }

    [Fact]
    public async Task A_connection_that_breaks_is_the_same_as_an_answer_that_was_lost()
    {
        using GraphPort port = await afar.PortAsync(new HastyClock());
        PortCall write = new(HttpMethod.Patch, "/v1.0/users/admin@contoso.example", """{"city":"Oslo"}"""u8.ToArray());
        int[] fired = await afar.UnderAsync([new { kind = "drop", route = "/users/{id}", moment = "after", count = 5 }], async () =>
        {
            Assert.True((await port.SendAsync(write, Cancel)).IsLost);
            Assert.Equal("Oslo", (await Read(port)).GetProperty("city").GetString());
        });
        Assert.Equal([5], fired);

        await afar.UnderAsync([new { kind = "drop", route = "/users/{id}", count = 5 }], async () =>
            Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<ConnectFailedException>(() => port.SendAsync(PortCall.Get("/v1.0/users/admin@contoso.example"), Cancel))).Message, StringComparison.Ordinal));

        static async Task<JsonElement> Read(GraphPort port) =>
            JsonDocument.Parse((await port.SendAsync(PortCall.Get("/v1.0/users/admin@contoso.example?$select=city"), Cancel)).Body).RootElement;
    }

    [Fact]
    public async Task A_challenge_is_answered_with_a_new_token_once()
    {
        using GraphPort port = await afar.PortAsync(new HastyClock());
        await afar.UnderAsync([new { kind = "challenge", route = "GET /organization", count = 1 }], async () =>
            Assert.True((await port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel)).IsDone));
        await afar.UnderAsync([new { kind = "challenge", route = "GET /organization", count = 2 }], async () =>
            Assert.Equal(401, (await port.SendAsync(PortCall.Get("/v1.0/organization"), Cancel)).Status));
    }

    [Fact]
    public async Task The_token_goes_nowhere_else()
    {
        using GraphPort port = await afar.PortAsync();
        ConnectFailedException refused = await Assert.ThrowsAsync<ConnectFailedException>(() => port.SendAsync(PortCall.Get("https://elsewhere.example/v1.0/users"), Cancel));
        Assert.Contains("the token is not sent there", refused.Message, StringComparison.Ordinal);
        Assert.True((await port.SendAsync(PortCall.Get($"{afar.Profile.Graph}v1.0/organization"), Cancel)).IsDone);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    [InlineData(0, false)]
    public async Task A_batch_has_one_to_twenty_items(int count, bool isGood)
    {
        using GraphPort port = await afar.PortAsync();
        Task<IReadOnlyList<PortAnswer>> batch = port.BatchAsync([.. Enumerable.Repeat(PortCall.Get("/v1.0/organization"), count)], Cancel);
        if (isGood)
        {
            Assert.All(await batch, answer => Assert.True(answer.IsDone));
        }
        else
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => batch);
        }
    }

    [Fact]
    public async Task Whoever_is_not_there_or_lets_nobody_in_is_told_in_a_sentence()
    {
        using GraphPort nobody = new(afar.Profile with { Graph = new Uri("http://127.0.0.1:9") }, new Afar.GivenToken("x"), new HastyClock());
        Assert.Equal("nothing answers at http://127.0.0.1:9/.", (await Assert.ThrowsAsync<ConnectFailedException>(() => nobody.SendAsync(PortCall.Get("/v1.0/organization"), Cancel))).Message);

        using GraphPort stranger = new(afar.Profile, new Afar.GivenToken("not-a-token"), new HastyClock());
        Assert.Equal(401, (await stranger.SendAsync(PortCall.Get("/v1.0/organization"), Cancel)).Status);
    }
}
