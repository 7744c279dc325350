using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Berth.Conformance.Tests.Ledger;
using Berth.Conformance.Tests.Process;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Xunit;
using static Berth.Conformance.Tests.Identity.TenantCalls;

namespace Berth.Conformance.Tests.Identity;

/// <summary>A tenant leaves as a file by who administers the installation, and comes back from it (B750 to B752).</summary>
public sealed class ExportedTenants
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B749, B750, B751, B752
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_fetched_while_it_was_written_to_comes_back_after_the_removal_and_half_of_it_does_not(bool isServer)
    {
        string data = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N")), file = data + ".berth";
        string[] place = isServer ? ["--db", PostgresServer.OfThisRun.NewDatabase(), "--data", data] : ["--data", data];
        string tenant, client, secret, users, history;
        await using (BerthProcess berth = await StartAsync())
        {
            using HttpClient http = await berth.ClientAsync(authenticated: false);
            string home = await berth.TokenAsync();
            (tenant, client, secret) = await MakeAsync(http, home);
            string own = await TokenAsync(berth, client, secret);
            Assert.Equal(201, (await SendAsync(http, own, "POST", "/berth/v1/subscriptions", """{"skuPartNumber":"SPE_E5","units":3}""")).Status);

            // While others write.
            int made = 0;
            using CancellationTokenSource over = new();
            Task[] writers = [.. Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                while (!over.IsCancellationRequested)
                {
                    string name = $"u{writer}-{Interlocked.Increment(ref made)}";
                    (int status, JsonElement answer) = await SendAsync(
                        http, own, "POST", "/v1.0/users", $$$"""{"accountEnabled":true,"displayName":"{{{name}}}","mailNickname":"{{{name}}}","userPrincipalName":"{{{name}}}@fabrikam.example","passwordProfile":{"password":"a long enough one"}}""");
                    Assert.True(status == 201, answer.ToString());
                }
            }))];
            for (int round = 0; round < 3; round++)
            {
                int before = Volatile.Read(ref made);
                while (Volatile.Read(ref made) < before + 10)
                {
                    await Task.Delay(1, Cancel);
                }

                (byte[] some, long at) = await FetchAsync(http, home, tenant);
                await File.WriteAllBytesAsync(file, some, Cancel);
                Assert.Equal(at, Assert.Single(LedgerImport.Read(file, Cancel).Tenants).Version);
            }

            await over.CancelAsync();
            await Task.WhenAll(writers);
            (users, history) = (await TextAsync(http, own, "/v1.0/users?$top=999"), await TextAsync(http, own, "/berth/v1/history"));
            (byte[] bytes, long version) = await FetchAsync(http, home, tenant);
            (int exit, _, string errors) = await BerthProcess.CommandAsync(["db", "export", "--tenant", tenant, "--to", file + ".cli", .. place]);
            Assert.True(exit == 0, errors);
            Assert.Equal(await File.ReadAllBytesAsync(file + ".cli", Cancel), bytes);
            await File.WriteAllBytesAsync(file, bytes, Cancel);
            await File.WriteAllBytesAsync(file + ".half", bytes[..(bytes.Length / 2)], Cancel);

            JsonElement told = (await SendAsync(http, home, "GET", "/v1.0/auditLogs/directoryAudits?$top=1")).Body.GetProperty("value")[0];
            Assert.Equal(("Export company", "Berth demo client"), (told.Text("activityDisplayName"), told.GetProperty("initiatedBy").GetProperty("app").Text("displayName")));
            Assert.Equal((tenant, "Fabrikam"), (told.GetProperty("targetResources")[0].Text("id"), told.GetProperty("targetResources")[0].Text("displayName")));

            Assert.Equal(204, (await SendAsync(http, home, "DELETE", $"{Tenants}/{tenant}?confirm=fabrikam.example&version={version}")).Status);
            Assert.Equal(404, (await SendAsync(http, home, "GET", $"{Tenants}/{tenant}/export")).Status);
            Assert.Equal(0, await berth.StopAsync());
        }

        (int half, _, string why) = await BerthProcess.CommandAsync(["db", "import", file + ".half", .. place]);
        Assert.Equal(2, half);
        Assert.Contains("is cut off: its end is missing. Nothing was imported", why, StringComparison.Ordinal);
        (int code, _, string wrong) = await BerthProcess.CommandAsync(["db", "import", file, .. place]);
        Assert.True(code == 0, wrong);
        await using (BerthProcess berth = await StartAsync())
        {
            using HttpClient http = await berth.ClientAsync(authenticated: false);
            string own = await TokenAsync(berth, client, secret);
            Assert.Equal(users, await TextAsync(http, own, "/v1.0/users?$top=999"));
            Assert.Equal(history, await TextAsync(http, own, "/berth/v1/history"));
            Assert.Equal(200, (await SignInAsync(http, client)).Status);
        }

        foreach (string one in (string[])["", ".cli", ".half"])
        {
            File.Delete(file + one);
        }

        Directory.Delete(data, recursive: true);

        Task<BerthProcess> StartAsync() => BerthProcess.StartAsync(data, isServer ? ["--demo", "--seed", "none", "--db", place[1]] : ["--demo", "--seed", "none"]);

        static async Task<string> TextAsync(HttpClient http, string token, string path) => (await SendAsync(http, token, "GET", path)).Body.GetProperty("value").GetRawText();
    }

    // B750
    [Fact]
    public async Task Nobody_else_gets_a_file_and_no_slip_does()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        string home = await berth.TokenAsync();
        (string tenant, string client, string secret) = await MakeAsync(http, home);
        string own = await TokenAsync(berth, client, secret);
        (_, JsonElement reader) = await SendAsync(http, home, "POST", "/berth/v1/applications", """{"displayName":"Reader","permissions":["Organization.Read.All","Directory.ReadWrite.All"]}""");
        using HttpResponseMessage answer = await berth.AskForTokenAsync("contoso.example", reader.Text("clientId"), reader.Text("clientSecret"));
        string reads = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.Text("access_token");
        foreach ((string token, string path, int status) in ((string, string, int)[])
        [
            (own, $"{Tenants}/{tenant}/export", 403), (own, $"{Tenants}/{BerthProcess.DemoTenant}/export", 403), (reads, $"{Tenants}/{tenant}/export", 403), ("nobody", $"{Tenants}/{tenant}/export", 401),
            (home, $"{Tenants}/{Guid.NewGuid()}/export", 404), (home, $"{Tenants}/fabrikam.example/export", 404), (home, $"{Tenants}/{tenant.Replace("-", "", StringComparison.Ordinal)}/export", 404),
        ])
        {
            (int got, JsonElement refused) = await SendAsync(http, token, "GET", path);
            Assert.Equal((path, status), (path, got));
            Assert.True(refused.TryGetProperty("error", out _), path);
        }

        Assert.Equal(405, (await SendAsync(http, home, "POST", $"{Tenants}/{tenant}/export", "{}")).Status);
        JsonElement audits = (await SendAsync(http, home, "GET", "/v1.0/auditLogs/directoryAudits")).Body.GetProperty("value");
        Assert.DoesNotContain("Export company", audits.EnumerateArray().Select(one => one.Text("activityDisplayName")));

        // The installation's own tenant can be exported too; the file tells that it was.
        (byte[] bytes, long version) = await FetchAsync(http, home, BerthProcess.DemoTenant);
        Assert.True(version > 0 && bytes.AsSpan().StartsWith("BERTHDB1"u8));
        (_, JsonElement history) = await SendAsync(http, home, "GET", "/berth/v1/history?$top=1");
        Assert.Equal("tenantExported", history.GetProperty("value")[0].GetProperty("after").GetProperty("identity")[0].Text("act"));
    }

    // B752
    [Fact]
    public async Task Who_leaves_in_the_middle_leaves_nothing_behind()
    {
        string data = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N")), database = PostgresServer.OfThisRun.NewDatabase();
        string[] arguments = ["--demo", "--seed", "none", "--db", database];
        await using (BerthProcess berth = await BerthProcess.StartAsync(data, arguments))
        {
            Assert.Equal(0, await berth.StopAsync());
        }

        // More than the buffers between the two of them hold.
        Guid id = Guid.Parse(BerthProcess.DemoTenant);
        using (PostgresStore store = PostgresStore.Open(PostgresAddress.Read(database)))
        {
            Claim claim = store.TakeEpoch(id);
            for (int answer = 0; answer < 48; answer++)
            {
                store.Append([claim], [], [new AnswerRow(id, $"{answer}", new byte[] { 1 }, TimeProvider.System.GetUtcNow().UtcTicks, new byte[1 << 20])]);
            }
        }

        await using (BerthProcess berth = await BerthProcess.StartAsync(data, arguments))
        {
            using HttpClient http = await berth.ClientAsync();
            using (HttpResponseMessage response = await http.GetAsync(new Uri($"{Tenants}/{id}/export", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel))
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                await using Stream body = await response.Content.ReadAsStreamAsync(Cancel);
                await body.ReadExactlyAsync(new byte[100_000], Cancel);
                Assert.True(PostgresExportSuite.IsHeld(database));
            }

            while (PostgresExportSuite.IsHeld(database))
            {
                await Task.Delay(20, Cancel);
            }

            // And the next one gets all of it.
            Assert.True((await FetchAsync(http, await berth.TokenAsync(), $"{id}")).Bytes.Length > 48 << 20);
            Assert.Equal(0, await berth.StopAsync());
            Assert.DoesNotContain("xception", berth.Errors, StringComparison.Ordinal);
        }

        Directory.Delete(data, recursive: true);
    }

    /// <summary>Fetches the file of a tenant, with the version that the answer tells.</summary>
    internal static async Task<(byte[] Bytes, long Version)> FetchAsync(HttpClient http, string token, string tenant)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"{Tenants}/{tenant}/export", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string version = Assert.Single(response.Headers.GetValues("Berth-Tenant-Version"));
        Assert.Equal(("application/octet-stream", "no-store"), (response.Content.Headers.ContentType!.MediaType, response.Headers.CacheControl!.ToString()));
        Assert.Matches($@"\A[a-z]+\.example-{version}\.berth\z", response.Content.Headers.ContentDisposition!.FileName);
        return (await response.Content.ReadAsByteArrayAsync(Cancel), long.Parse(version, System.Globalization.CultureInfo.InvariantCulture));
    }
}
