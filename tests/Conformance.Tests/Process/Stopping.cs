using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>How the program ends, and what it finds when it starts again.</summary>
public sealed class Stopping
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public async Task A_signal_to_go_ends_with_exit_code_0(int signal)
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();

        berth.Signal(signal);

        Assert.Equal(0, await berth.ExitAsync());
        Assert.Empty(berth.Errors);
    }

    // B222
    [Fact]
    public async Task Whoever_is_delayed_by_a_fault_is_answered_before_the_process_goes()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync();
        using HttpResponseMessage fault = await http.PostAsJsonAsync("/berth/v1/faults", new { kind = "delay", delay = "PT10M" }, Cancel);
        Task<HttpResponseMessage> delayed = http.GetAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel);
        while ((await http.GetFromJsonAsync<JsonElement>("/berth/v1/faults/1", Cancel)).GetProperty("fired").GetInt32() == 0)
        {
            await Task.Yield();
        }

        berth.Signal(15);

        using HttpResponseMessage answer = await delayed;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await berth.ExitAsync());
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_before_the_process_goes()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        byte[] body = Encoding.ASCII.GetBytes(
            $"grant_type=client_credentials&client_id={BerthProcess.DemoClient}&client_secret={BerthProcess.DemoSecret}&scope={BerthProcess.GraphScope}");
        using TcpClient connection = new("127.0.0.1", berth.Http!.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"),
            Cancel);
        byte[] buffer = new byte[16 * 1024];

        // The server asks for the body: the request is in its hands.
        int read = await stream.ReadAsync(buffer, Cancel);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        berth.Signal(15);
        while (await IsListeningAsync(berth.Http.Port))
        {
            await Task.Yield();
        }

        await stream.WriteAsync(body, Cancel);
        StringBuilder answer = new();
        while ((read = await stream.ReadAsync(buffer, Cancel)) > 0)
        {
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        Assert.StartsWith("HTTP/1.1 200", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("access_token", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await berth.ExitAsync());
    }

    [Fact]
    public async Task A_token_outlives_a_restart()
    {
        await using BerthProcess first = await BerthProcess.StartEmptyDemoAsync();
        string token = await first.TokenAsync();
        Assert.Equal(0, await first.StopAsync());

        await using BerthProcess second = await BerthProcess.StartEmptyDemoAsync(first.Data);
        using HttpClient client = await second.ClientAsync(authenticated: false);
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);

        string organization = await client.GetStringAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel);
        Assert.Contains(BerthProcess.DemoTenant, organization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_finds_the_same_tenant_and_never_seeds_again()
    {
        await using BerthProcess first = await BerthProcess.StartEmptyDemoAsync();
        string before = await TenantLineAsync(first);
        Assert.Equal(0, await first.StopAsync());

        await using BerthProcess second = await BerthProcess.StartDemoAsync(first.Data);
        string after = await TenantLineAsync(second);
        await second.KillAsync();

        await using BerthProcess third = await BerthProcess.StartDemoAsync(first.Data);

        Assert.Contains("1 users, 0 groups, 0 subscriptions", before, StringComparison.Ordinal);
        Assert.Equal(before, after);
        Assert.Equal(before, await TenantLineAsync(third));
    }

    [Fact]
    public async Task Without_the_demo_switch_the_demo_secret_opens_nothing()
    {
        await using BerthProcess demo = await BerthProcess.StartEmptyDemoAsync();
        Assert.Equal(0, await demo.StopAsync());
        await using BerthProcess plain = await BerthProcess.StartAsync(demo.Data);

        using HttpResponseMessage refused = await plain.AskForTokenAsync();

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("AADSTS700016", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains(plain.Lines, line => line.Contains("--demo", StringComparison.Ordinal));
    }

    private static async Task<string> TenantLineAsync(BerthProcess berth)
    {
        using HttpClient client = await berth.ClientAsync(authenticated: false);
        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        string journal = metrics.Split('\n').Single(line => line.StartsWith("berth_journal_events_total{", StringComparison.Ordinal));
        return berth.Lines.Single(line => line.StartsWith("Tenant", StringComparison.Ordinal)) + journal;
    }

    private static async Task<bool> IsListeningAsync(int port)
    {
        using TcpClient probe = new();
        try
        {
            await probe.ConnectAsync("127.0.0.1", port, Cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
