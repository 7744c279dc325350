using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>A disk that takes no further byte, as the operating system tells it to a process whose files may not grow (B783, B786).</summary>
public sealed class FullDisk
{
    private int _saidDone;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_reads_is_served_what_writes_is_refused_and_room_is_all_it_needs_to_go_on()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("berth-disk-");
        try
        {
            // A write beyond the limit fails instead of ending the process: the shell ignores the signal, and so does what it becomes.
            string script = Path.Combine(folder.FullName, "berth");
            await File.WriteAllTextAsync(script, $"trap '' XFSZ\nexec '{BerthProcess.Program}' \"$@\"\n", Cancel);
            await using BerthProcess berth = await BerthProcess.StartInShellAsync(script, "--demo", "--seed", "none", "--log-format", "json");
            using HttpClient client = await berth.ClientAsync();
            await LimitFilesAsync(berth, "1048576");
            int made = 0;
            HttpStatusCode status = await CreateAsync(client, made);
            while (status == HttpStatusCode.Created || _saidDone > 0)
            {
                made += 1;
                _saidDone = 0;
                status = await CreateAsync(client, made);
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.InRange(made, 1, 100_000);
            Assert.Equal(made + 1, await UsersAsync(client));
            Assert.StartsWith("read-only: Nothing was written", await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancel), StringComparison.Ordinal);
            using (HttpRequestMessage asked = new(HttpMethod.Get, "/healthz/ready") { Headers = { Accept = { new("application/json") } } })
            using (HttpResponseMessage answer = await client.SendAsync(asked, Cancel))
            using (JsonDocument health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)))
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal("degraded", health.RootElement.GetProperty("status").GetString());
                Assert.Equal(
                    ("ok", "degraded"),
                    (health.RootElement.GetProperty("parts").GetProperty("process").GetProperty("status").GetString(), health.RootElement.GetProperty("parts").GetProperty("ledger").GetProperty("status").GetString()));
            }

            Assert.Contains("berth_ledger_writable{otel_scope_name=\"Berth\"} 0", await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel), StringComparison.Ordinal);

            // Room again. Health finds out by itself, without anybody's command.
            await LimitFilesAsync(berth, "unlimited");
            while (await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancel) != "ok\n")
            {
                await Task.Delay(100, Cancel);
            }

            Assert.Equal(HttpStatusCode.Created, await CreateAsync(client, made));
            Assert.Equal(made + 2, await UsersAsync(client));

            // A scrape is answered from the one before for a moment.
            while (!(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel)).Contains("berth_ledger_writable{otel_scope_name=\"Berth\"} 1", StringComparison.Ordinal))
            {
                await Task.Delay(100, Cancel);
            }

            // What was answered is what is on the disk.
            await berth.KillAsync();
            await using BerthProcess again = await BerthProcess.StartEmptyDemoAsync(berth.Data);
            using HttpClient client2 = await again.ClientAsync();
            Assert.Equal(made + 2, await UsersAsync(client2));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // How long a file of the process may grow, in bytes: only the soft limit, which it may be given back.
    private static async Task LimitFilesAsync(BerthProcess berth, string most)
    {
        using System.Diagnostics.Process prlimit = System.Diagnostics.Process.Start("prlimit", ["--pid", $"{berth.Id}", $"--fsize={most}:unlimited"]);
        await prlimit.WaitForExitAsync(Cancel);
        Assert.Equal(0, prlimit.ExitCode);
    }

    private async Task<HttpStatusCode> CreateAsync(HttpClient client, int number)
    {
        // Long names fill a disk sooner.
        string body = $$"""{"accountEnabled":true,"displayName":"{{new string('x', 200)}}{{number}}","mailNickname":"u{{number}}","userPrincipalName":"u{{number}}@contoso.example","passwordProfile":{"password":"Full-{{number}}-of-it!"} }""";
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/v1.0/users", UriKind.Relative), content, Cancel);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            using JsonDocument error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
            string message = error.RootElement.GetProperty("error").GetProperty("message").GetString()!;
            Assert.Contains("Nothing was written", message, StringComparison.Ordinal);

            // The room that is left may be enough for the user and not for the password: then the answer says so (B203).
            _saidDone += message.StartsWith("What was asked for user", StringComparison.Ordinal) ? 1 : 0;
            Assert.NotNull(response.Headers.RetryAfter);
        }

        return response.StatusCode;
    }

    private static async Task<int> UsersAsync(HttpClient client)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1.0/users/$count") { Headers = { { "ConsistencyLevel", "eventual" } } };
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);
        return int.Parse(await response.Content.ReadAsStringAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture);
    }
}
