using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>A server that gives an application no more than Microsoft's directory does (B788, L164).</summary>
public sealed class Quotas
{
    /// <summary>Resource units of a small tenant in 10 seconds, and what one item of the batch costs.</summary>
    private const int Units = 3_500, ItemUnits = 4, Items = 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_beyond_them_is_429_on_every_interface_does_nothing_and_goes_through_after_Retry_After()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--throttle", "graph");
        using HttpClient client = await berth.ClientAsync();
        string user = await UserAsync(client), body = Batch(user);

        // So much that the quota is used up however slow the machine is: what is refused is charged too (L163).
        int refused = 0, retry = 0;
        for (int round = 0; refused == 0 && round < 100 * Units / (Items * ItemUnits); round++)
        {
            JsonElement[] answers = await BatchAsync(client, body);
            Assert.Equal(Items, answers.Length);
            foreach (JsonElement answer in answers.Where(answer => answer.GetProperty("status").GetInt32() == 429))
            {
                refused++;
                retry = Math.Max(retry, int.Parse(answer.GetProperty("headers").GetProperty("Retry-After").GetString()!, CultureInfo.InvariantCulture));
                Assert.Equal("TooManyRequests", answer.GetProperty("body").GetProperty("error").GetProperty("code").GetString());
            }
        }

        Assert.True(refused > 0);
        Assert.InRange(retry, 1, 60);
        HttpStatusCode own = await AskAsync(client, "/berth/v1/waiting"), scim = await AskAsync(client, "/scim/v2/Users");
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests), (own, scim));

        // Health and metrics are nobody's application, and a token is no resource.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, "/healthz/ready"));
        using (HttpResponseMessage token = await berth.AskForTokenAsync())
        {
            Assert.Equal(HttpStatusCode.OK, token.StatusCode);
        }

        HttpStatusCode again;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
            again = await AskAsync(client, $"/v1.0/users/{user}");
        }
        while (again == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, again);
    }

    private static async Task<string> UserAsync(HttpClient client)
    {
        using JsonDocument users = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1.0/users", UriKind.Relative), Cancel));
        return users.RootElement.GetProperty("value")[0].GetProperty("id").GetString()!;
    }

    private static string Batch(string user) => JsonSerializer.Serialize(new
    {
        requests = Enumerable.Range(0, Items).Select(id => new
        {
            id = $"{id}",
            method = "POST",
            url = $"/users/{user}/checkMemberGroups",
            headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" },
            body = new { groupIds = new[] { Guid.Empty.ToString() } },
        }),
    });

    private static async Task<JsonElement[]> BatchAsync(HttpClient client, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/v1.0/$batch", UriKind.Relative), content, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return [.. answer.RootElement.GetProperty("responses").EnumerateArray().Select(one => one.Clone())];
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            Assert.NotNull(response.Headers.RetryAfter);
        }

        return response.StatusCode;
    }
}
