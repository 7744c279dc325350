using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>What a running Berth tells collectors: metrics by standard names, traces by OTLP, lines of the log (B780, B781, B782).</summary>
public sealed class Telling
{
    private const string Secret = "Zebra-Crossing-1!";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_and_commits_are_told_by_route_and_never_by_what_they_ask()
    {
        using HttpListener collector = new();
        int port = FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/collector/");
        collector.Start();
        await using BerthProcess berth = await BerthProcess.StartAsync(
            null, "--demo", "--seed", "none", "--otlp", $"http://127.0.0.1:{port}/collector", "--log-level", "information", "--log-format", "json");
        using HttpClient client = await berth.ClientAsync();
        const string Parent = "4bf92f3577b34da6a3ce929d0e0e4736";
        using (HttpRequestMessage create = new(HttpMethod.Post, "/v1.0/users")
        {
            Headers = { { "traceparent", $"00-{Parent}-00f067aa0ba902b7-01" } },
            Content = new StringContent(
                $$"""{"accountEnabled":true,"displayName":"Zebra","mailNickname":"zebra","userPrincipalName":"zebra@contoso.example","passwordProfile":{"password":"{{Secret}}"} }""",
                Encoding.UTF8,
                "application/json"),
        })
        using (HttpResponseMessage created = await client.SendAsync(create, Cancel))
        {
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        using (HttpResponseMessage found = await client.GetAsync(new Uri("/v1.0/users/zebra@contoso.example?$select=id&$filter=zebra", UriKind.Relative), Cancel))
        {
            Assert.True(found.Headers.Contains("request-id"));
        }

        // Standard names, by route (B780).
        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        Assert.Contains("http_server_request_duration_seconds_count{", metrics, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/v1.0/users/{user}\"", metrics, StringComparison.Ordinal);
        Assert.Contains("berth_ledger_commit_duration_seconds_count{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("zebra", metrics, StringComparison.OrdinalIgnoreCase);

        // Stopping sends what waits; the collector has answered every batch by then.
        Task<List<byte[]>> collecting = CollectAsync(collector);
        Assert.Equal(0, await berth.StopAsync());
        collector.Stop();
        string traces = string.Concat((await collecting).Select(Encoding.Latin1.GetString));
        Assert.Contains("POST /v1.0/users", traces, StringComparison.Ordinal);
        Assert.Contains("/v1.0/users/{user}", traces, StringComparison.Ordinal);
        Assert.Contains("ledger commit", traces, StringComparison.Ordinal);
        Assert.Contains(Encoding.Latin1.GetString(Convert.FromHexString(Parent)), traces, StringComparison.Ordinal);
        Assert.DoesNotContain("$filter=zebra", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("/metrics", traces, StringComparison.Ordinal);

        // A line each, every line an object.
        List<string> told = [];
        foreach (string line in berth.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            Assert.EndsWith("Z", entry.RootElement.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
            if (entry.RootElement.GetProperty("Category").GetString() == "Berth.Requests")
            {
                JsonElement state = entry.RootElement.GetProperty("State");
                told.Add($"{state.GetProperty("Method").GetString()} {state.GetProperty("Route").GetString()} {state.GetProperty("Status").GetInt32()}");
                Assert.Equal(state.GetProperty("Route").GetString() is "(none)" ? 0 : 36, state.GetProperty("RequestId").GetString()!.Length);
            }
        }

        Assert.Contains("POST /v1.0/users 201", told);
        Assert.Contains(told, line => line.StartsWith("GET /v1.0/users/{user} ", StringComparison.Ordinal));

        string token = await berth.TokenAsync();
        foreach (string text in (string[])[berth.Errors, traces])
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(BerthProcess.DemoSecret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("zebra", berth.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Pools_are_told_by_SKU_and_size()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient client = await berth.ClientAsync();
        foreach ((string part, int units) in new (string, int)[] {("CPC_E_2C_4GB_128GB", 7), ("Windows_365_S_2vCPU_8GB_128GB", 3) })
        {
            using StringContent bought = new($$"""{"skuPartNumber":"{{part}}","units":{{units}}}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync(new Uri("/berth/v1/subscriptions", UriKind.Relative), bought, Cancel);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        string tenant = $"tenant=\"{BerthProcess.DemoTenant}\"";
        Assert.Contains($"berth_sku_assignable{{otel_scope_name=\"Berth\",sku=\"CPC_E_2C_4GB_128GB\",{tenant}}} 7", metrics, StringComparison.Ordinal);
        Assert.Contains($"berth_sku_consumed{{otel_scope_name=\"Berth\",sku=\"CPC_E_2C_4GB_128GB\",{tenant}}} 0", metrics, StringComparison.Ordinal);
        Assert.Contains($"berth_sku_waiting{{otel_scope_name=\"Berth\",sku=\"CPC_E_2C_4GB_128GB\",{tenant}}} 0", metrics, StringComparison.Ordinal);
        Assert.Contains($"berth_frontline_licenses{{otel_scope_name=\"Berth\",plan=\"Cloud PC Frontline 2vCPU/8GB/128GB\",{tenant}}} 3", metrics, StringComparison.Ordinal);
        Assert.Contains($"berth_frontline_buffer_blocked{{otel_scope_name=\"Berth\",plan=\"Cloud PC Frontline 2vCPU/8GB/128GB\",{tenant}}} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("berth_ledger_writable{otel_scope_name=\"Berth\"} 1", metrics, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private static async Task<List<byte[]>> CollectAsync(HttpListener collector)
    {
        List<byte[]> bodies = [];
        try
        {
            while (true)
            {
                HttpListenerContext context = await collector.GetContextAsync();
                using MemoryStream body = new();
                await context.Request.InputStream.CopyToAsync(body, Cancel);
                Assert.Equal("/collector/v1/traces", context.Request.Url!.AbsolutePath);
                bodies.Add(body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            return bodies;
        }
    }
}
