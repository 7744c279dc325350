using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Notifications;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>Alerts at a real server: over a restart, by every route and by every command (B789 to B796).</summary>
public sealed class AtAServer
{
    private static readonly string[] _blocksOnly = ["bufferBlocked"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_not_told_before_a_kill_is_told_after_it_and_nothing_twice()
    {
        // B792
        string data = Directory.CreateTempSubdirectory("berth-test-").FullName;
        await using Receiver receiver = await Receiver.StartAsync();
        string secret;
        bool refuses = false;
        TaskCompletionSource refused = new();
        receiver.OnDelivery = (context, _) =>
        {
            bool fails = Volatile.Read(ref refuses);
            context.Response.StatusCode = fails ? 500 : 204;
            if (fails)
            {
                refused.TrySetResult();
            }

            return Task.FromResult(!fails);
        };
        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            using HttpClient http = await berth.ClientAsync();
            JsonElement made = await DoAsync(http, HttpMethod.Post, "/berth/v1/alertReceivers", new { url = receiver.Url() });
            secret = made.GetProperty("secret").GetString()!;
            await FillAsync(http, "SPE_E5");
            Assert.Equal("SPE_E5", Name(Assert.Single((await receiver.NextAsync()).Notices)));

            // It is stored that this was taken before anything else is told.
            Volatile.Write(ref refuses, true);
            await FillAsync(http, "SPE_E3");
            await refused.Task.WaitAsync(TimeSpan.FromSeconds(100), Cancel);
            await berth.KillAsync();
            Assert.DoesNotContain(secret, berth.Errors, StringComparison.Ordinal);
        }

        Volatile.Write(ref refuses, false);
        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            Delivery delivery = await receiver.NextAsync();
            Assert.Equal(("SPE_E3", "began"), (Name(Assert.Single(delivery.Notices)), delivery.Notices[0].GetProperty("status").GetString()));
            Told.AssertSigned(delivery, secret);
            using HttpClient http = await berth.ClientAsync();
            Assert.Equal(2, (await DoAsync(http, HttpMethod.Get, "/berth/v1/alerts")).GetProperty("value").GetArrayLength());
            Assert.False(receiver.HasMore);
        }

        Directory.Delete(data, true);
    }

    [Fact]
    public async Task Every_route_and_every_command_does_what_it_is_asked()
    {
        // B789, B790, B796
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        await using CliTenant demo = await CliTenant.OfAsync(berth);
        await using Receiver receiver = await Receiver.StartAsync();
        HttpClient http = demo.Http;
        Assert.Equal("Nothing is wrong.\n", (await RunAsync(demo, "alerts")).Output);
        await FillAsync(http, "SPE_E5");
        Assert.Contains("the only seat is taken.", (await RunAsync(demo, "alerts")).Output, StringComparison.Ordinal);

        Ended added = await RunAsync(demo, "alert-receivers", "add", "--url", receiver.Url(), "--name", "the desk", "--kind", "poolExhausted", "--free-percent", "10", "--free-units", "1", "--waiting", "2", "--buffer-uses", "3", "-o", "json");
        string id = added.Json.GetProperty("id").GetString()!;
        Assert.Equal("""{"freeUnits":1,"freePercent":10,"waiting":2,"bufferUses":3}""", added.Json.GetProperty("thresholds").GetRawText());
        Told.AssertSigned(await receiver.NextAsync(), added.Json.GetProperty("secret").GetString()!);
        Assert.Contains("the only seat is taken.", (await RunAsync(demo, "alerts", "--receiver", id)).Output, StringComparison.Ordinal);
        Assert.Contains("took the test", (await RunAsync(demo, "alert-receivers", "test", id)).Output, StringComparison.Ordinal);
        Assert.Equal("test", (await receiver.NextAsync()).Notices.Single().GetProperty("status").GetString());
        await RunAsync(demo, "alert-receivers", "change", id, "--waiting", "5");
        Ended listed = await RunAsync(demo, "alert-receivers", "list");
        Assert.Contains("the desk", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(added.Json.GetProperty("secret").GetString()!, listed.Output, StringComparison.Ordinal);

        string one = $"/berth/v1/alertReceivers/{id}";
        Assert.Equal(5, (await DoAsync(http, HttpMethod.Get, one)).GetProperty("thresholds").GetProperty("waiting").GetInt32());
        Assert.Single((await DoAsync(http, HttpMethod.Get, "/berth/v1/alertReceivers")).GetProperty("value").EnumerateArray());
        Assert.Single((await DoAsync(http, HttpMethod.Get, "/berth/v1/alerts")).GetProperty("value").EnumerateArray());
        await DoAsync(http, HttpMethod.Patch, one, new { displayName = "another" });
        JsonElement second = await DoAsync(http, HttpMethod.Post, "/berth/v1/alertReceivers", new { url = receiver.Url("/second"), kinds = _blocksOnly });
        string other = $"/berth/v1/alertReceivers/{second.GetProperty("id").GetString()}";
        Assert.True((await DoAsync(http, HttpMethod.Post, other + "/test")).GetProperty("isTaken").GetBoolean());
        Assert.Equal("/second", (await receiver.NextAsync()).Path);
        await DoAsync(http, HttpMethod.Delete, other);

        await RunAsync(demo, "alert-receivers", "remove", id);
        Assert.Empty((await RunAsync(demo, "alert-receivers", "list", "-o", "json")).Json.GetProperty("value").EnumerateArray());
        Ended gone = await demo.RunAsync("alert-receivers", "test", id);
        Assert.Equal((3, true), (gone.ExitCode, gone.Errors.Contains("resourceNotFound", StringComparison.Ordinal)));
        Ended letters = await demo.RunAsync("alert-receivers", "add", "--mail", "desk@contoso.com");
        Assert.Equal((3, true), (letters.ExitCode, letters.Errors.Contains("--smtp", StringComparison.Ordinal)));
        Assert.Equal(2, (await demo.RunAsync("alert-receivers", "add")).ExitCode);
    }

    private static async Task<Ended> RunAsync(CliTenant demo, params string[] arguments)
    {
        Ended ended = await demo.RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', arguments)}: {ended.Errors}{ended.Output}");
        return ended;
    }

    private static async Task FillAsync(HttpClient http, string part)
    {
        JsonElement bought = await DoAsync(http, HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = part, units = 1 });
        JsonElement user = await DoAsync(http, HttpMethod.Post, "/v1.0/users", new
        {
            accountEnabled = true,
            displayName = part,
            mailNickname = part,
            userPrincipalName = $"{part}@contoso.example",
            usageLocation = "US",
            passwordProfile = new { password = "never-kept" },
        });
        await DoAsync(http, HttpMethod.Post, $"/v1.0/users/{user.GetProperty("id").GetString()}/assignLicense", new
        {
            addLicenses = new[] { new { skuId = bought.GetProperty("skuId").GetString() } },
            removeLicenses = Array.Empty<string>(),
        });
    }

    private static async Task<JsonElement> DoAsync(HttpClient http, HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    private static string? Name(JsonElement alert) => alert.GetProperty("displayName").GetString();
}
