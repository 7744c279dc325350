using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Notifications;

/// <summary>Subscriptions outlive the process, and nothing is lost between a commit and its delivery (B189).</summary>
public sealed class Surviving
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_committed_and_not_delivered_is_delivered_after_the_next_start(bool killed)
    {
        string data = Directory.CreateTempSubdirectory("berth-test-").FullName;
        await using Receiver receiver = await Receiver.StartAsync();
        TaskCompletionSource refused = new();
        bool refuses = true;
        receiver.OnDelivery = (context, _) =>
        {
            bool fails = Volatile.Read(ref refuses);
            context.Response.StatusCode = fails ? 503 : 202;
            if (fails)
            {
                refused.TrySetResult();
            }

            return Task.FromResult(!fails);
        };
        Guid subscription, ada;
        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            using HttpClient http = await berth.ClientAsync();
            using StringContent body = new(Subscribing.Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(2)), null, "application/json");
            using HttpResponseMessage made = await http.PostAsync("/v1.0/subscriptions", body, Cancel);
            Assert.True(made.StatusCode == System.Net.HttpStatusCode.Created, await made.Content.ReadAsStringAsync(Cancel));
            subscription = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
            using HttpResponseMessage user = await http.PostAsJsonAsync("/v1.0/users", new
            {
                accountEnabled = true,
                displayName = "Ada",
                mailNickname = "ada",
                userPrincipalName = "ada@contoso.example",
                passwordProfile = new { password = "never-kept" },
            }, Cancel);
            ada = (await user.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
            await refused.Task.WaitAsync(TimeSpan.FromSeconds(100), Cancel);
            if (killed)
            {
                await berth.KillAsync();
            }
            else
            {
                Assert.Equal(0, await berth.StopAsync());
            }

            Assert.DoesNotContain("the secret", berth.Errors, StringComparison.Ordinal);
        }

        Volatile.Write(ref refuses, false);
        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            JsonElement notice = (await receiver.NextAsync()).Notices[0];
            Assert.Equal(($"Users/{ada}", subscription, "the secret"), (notice.GetProperty("resource").GetString(), notice.GetProperty("subscriptionId").GetGuid(), notice.GetProperty("clientState").GetString()));
            using HttpClient http = await berth.ClientAsync();
            Assert.Equal(200, (int)(await http.GetAsync($"/v1.0/subscriptions/{subscription}", Cancel)).StatusCode);
        }

        Directory.Delete(data, true);
    }

    // B188
    [Fact]
    public async Task A_named_host_is_looked_up_and_may_not_lead_back_to_this_machine()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--notify-host", "ip6-localhost", "--notify-host", "hooks.fabrikam.example");
        using HttpClient http = await berth.ClientAsync();
        foreach ((string url, string innerCode) in ((string, string)[])[
            ("https://ip6-localhost:9/", "notificationUrlNotValidated"), ("http://hooks.fabrikam.example/", "notificationUrlInvalid"), ("https://elsewhere.example/", "notificationHostNotAllowed")])
        {
            using StringContent body = new(Subscribing.Body(url, DateTimeOffset.UtcNow.AddHours(2)), null, "application/json");
            using HttpResponseMessage answer = await http.PostAsync("/v1.0/subscriptions", body, Cancel);
            JsonElement error = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error");
            Assert.Equal((400, innerCode), ((int)answer.StatusCode, error.GetProperty("innerError").GetProperty("code").GetString()));
        }
    }

    [Theory]
    [InlineData("https://hooks.example")]
    [InlineData("hooks.example/path")]
    [InlineData("hooks.example:443")]
    [InlineData("two words")]
    [InlineData("")]
    public async Task A_host_that_is_no_name_is_refused_at_the_start(string host)
    {
        (int code, _, string errors) = await BerthProcess.CommandAsync("serve", "--demo", "--notify-host", host);
        Assert.Equal(2, code);
        Assert.Contains("--notify-host", errors, StringComparison.Ordinal);
    }
}
