using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Berth.Clustering;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.Limits;

/// <summary>What an address without a good secret can cost (B766, B767).</summary>
public sealed class StrangersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B766
    [Fact]
    public void An_address_has_600_refusals_at_once_and_ten_more_every_second()
    {
        HandSetTime time = new();
        Strangers strangers = new(time);
        for (int i = 0; i < ServerLimits.StrangerRefusals - 1; i++)
        {
            Assert.Equal(0, strangers.Take("a"));
        }

        // What is granted costs nothing.
        Assert.Equal(0, strangers.Take("a"));
        strangers.GiveBack("a");
        Assert.Equal(0, strangers.Take("a"));
        Assert.Equal(1, strangers.Take("a"));
        Assert.Equal(0, strangers.Take("b"));
        time.Now += TimeSpan.FromMilliseconds(99);
        Assert.Equal(1, strangers.Take("a"));
        time.Now += TimeSpan.FromSeconds(1);
        for (int i = 0; i < ServerLimits.StrangerRefusalsPerSecond; i++)
        {
            Assert.Equal(0, strangers.Take("a"));
        }

        Assert.Equal(1, strangers.Take("a"));

        // However long it is gone, it has no more than at the beginning.
        time.Now += TimeSpan.FromDays(1);
        Assert.Equal(ServerLimits.StrangerRefusals, Enumerable.Range(0, 2 * ServerLimits.StrangerRefusals).Count(_ => strangers.Take("a") == 0));
    }

    // B766
    [Fact]
    public void So_many_addresses_are_remembered_and_those_that_owe_most_the_longest()
    {
        HandSetTime time = new();
        Strangers strangers = new(time);
        for (int i = 0; i < ServerLimits.StrangerRefusals; i++)
        {
            strangers.Take("worst");
        }

        for (int i = 1; i <= ServerLimits.Strangers; i++)
        {
            strangers.Take($"address {i}");
        }

        Assert.NotEqual(0, strangers.Take("worst"));
    }

    // B766
    [Theory]
    [InlineData("192.0.2.7", "198.51.100.1", "192.0.2.7")]
    [InlineData("127.0.0.1", "", "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1")]
    [InlineData("127.0.0.1", "nonsense", "?")]
    [InlineData("::ffff:192.0.2.7", "", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "", "20010DB800010002")]
    [InlineData("::1", "2001:db8:1:2::9", "20010DB800010002")]
    [InlineData(null, "", "?")]
    public void Who_asks_is_the_connection_or_whom_a_proxy_of_this_machine_names(string? peer, string forwarded, string address) =>
        Assert.Equal(address, Strangers.AddressOf(peer is null ? null : IPAddress.Parse(peer), forwarded));

    // B766
    [Fact]
    public async Task Who_is_refused_again_and_again_is_told_to_wait_and_nobody_else_is()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = new(berth.Handler()) { BaseAddress = berth.Http };
        string token = await berth.TokenAsync();
        const string Stranger = "203.0.113.9";
        int looked = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), Cancel, async (_, _) =>
        {
            // Each of them until it is told so: 600, and what comes back meanwhile.
            while (true)
            {
                using HttpResponseMessage answer = await AskAsync(Stranger, Guid.NewGuid().ToString(), "x");
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    return;
                }

                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
                Assert.True(Interlocked.Increment(ref looked) < 100 * ServerLimits.StrangerRefusals, "It is never told to wait.");
            }
        });
        Assert.True(looked >= ServerLimits.StrangerRefusals, $"{looked}");

        // OAuth's form where OAuth is spoken, Graph's elsewhere, with the same wait.
        using HttpResponseMessage oauth = await UntilAsync(429, () => AskAsync(Stranger, Guid.NewGuid().ToString(), "x"));
        using JsonDocument told = JsonDocument.Parse(await oauth.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("temporarily_unavailable", told.RootElement.Text("error"));
        Assert.Contains("AADSTS50196", told.RootElement.Text("error_description"), StringComparison.Ordinal);
        Assert.InRange(oauth.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using HttpResponseMessage page = await UntilAsync(429, () => SendAsync(Stranger, HttpMethod.Post, "/devicelogin", []));
        using JsonDocument envelope = JsonDocument.Parse(await page.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("TooManyRequests", envelope.RootElement.GetProperty("error").Text("code"));
        Assert.NotNull(page.Headers.RetryAfter);

        // A wrong token that does not end counts with the rest, and waits in SCIM's form (B771).
        using HttpResponseMessage provider = await UntilAsync(429, async () =>
        {
            using HttpRequestMessage users = new(HttpMethod.Get, "/scim/v2/Users?count=1");
            users.Headers.Authorization = new AuthenticationHeaderValue("Bearer", $"{BerthProcess.DemoClient}.x");
            users.Headers.Add("X-Forwarded-For", Stranger);
            return await http.SendAsync(users, Cancel);
        });
        using JsonDocument scim = JsonDocument.Parse(await provider.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("429", scim.RootElement.Text("status"));
        Assert.NotNull(provider.Headers.RetryAfter);

        // Others are served, and so is who has a token at the same address.
        using HttpResponseMessage other = await AskAsync("198.51.100.1", BerthProcess.DemoClient, BerthProcess.DemoSecret);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using HttpRequestMessage read = new(HttpMethod.Get, "/v1.0/organization");
        read.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        read.Headers.Add("X-Forwarded-For", Stranger);
        using HttpResponseMessage organization = await http.SendAsync(read, Cancel);
        Assert.Equal(HttpStatusCode.OK, organization.StatusCode);

        // And it is over when it is over.
        using HttpResponseMessage again = await UntilAsync(200, () => AskAsync(Stranger, BerthProcess.DemoClient, BerthProcess.DemoSecret));

        Task<HttpResponseMessage> AskAsync(string from, string client, string secret) => SendAsync(
            from, HttpMethod.Post, "/contoso.example/oauth2/v2.0/token", new() { ["grant_type"] = "client_credentials", ["client_id"] = client, ["client_secret"] = secret, ["scope"] = BerthProcess.GraphScope });

        async Task<HttpResponseMessage> SendAsync(string from, HttpMethod method, string path, Dictionary<string, string> form)
        {
            using HttpRequestMessage request = new(method, path) { Content = new FormUrlEncodedContent(form) };
            request.Headers.Add("X-Forwarded-For", from);
            return await http.SendAsync(request, Cancel);
        }

        static async Task<HttpResponseMessage> UntilAsync(int status, Func<Task<HttpResponseMessage>> ask)
        {
            for (int asked = 0; ; asked++)
            {
                HttpResponseMessage answer = await ask();
                if ((int)answer.StatusCode == status)
                {
                    return answer;
                }

                Assert.True(asked < 50_000, $"{status} never comes, but {answer.StatusCode}.");
                answer.Dispose();
            }
        }
    }

    // B767
    [Fact]
    public async Task However_many_ask_for_what_is_not_there_the_database_answers_one_at_a_time()
    {
        int readings = 0, underWay = 0;
        TaskCompletionSource[] ends = [new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)];
        JoinedReading shared = new(async () =>
        {
            Assert.Equal(1, Interlocked.Increment(ref underWay));
            await ends[Interlocked.Increment(ref readings) - 1].Task;
            Interlocked.Decrement(ref underWay);
        });

        Task first = shared.AgainAsync(Cancel);
        Task[] crowd = [.. Enumerable.Range(0, 1000).Select(_ => shared.AgainAsync(Cancel))];
        using CancellationTokenSource gone = new();
        Task impatient = shared.AgainAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Equal(1, readings);
        ends[0].SetResult();
        await first;
        Assert.DoesNotContain(crowd, one => one.IsCompleted);
        ends[1].SetResult();
        await Task.WhenAll(crowd);
        Assert.Equal(2, readings);
    }
}
