using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Cluster.Membership;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>
/// Three nodes on one PostgreSQL: any of them serves any tenant, they are stopped one after the other without a failed call, killed and stood still under load, and what was acknowledged is there
/// (B711, B712, B713, B715, B716, B717, B718, B719, B720, B721, B722).
/// </summary>
public sealed class ClusterTests(ThreeNodes nodes) : IClassFixture<ThreeNodes>
{
    /// <summary>Set to 1 for the long run.</summary>
    private const string LongSwitch = "BERTH_LONG";

    private const int Signal9 = 9;
    private const int SignalStop = 19;
    private const int SignalContinue = 18;

    private static bool IsLong => Environment.GetEnvironmentVariable(LongSwitch) == "1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B715, B718, B719
    [Fact]
    public async Task A_tenant_made_at_one_node_is_served_by_all_of_them_at_once()
    {
        (HttpStatusCode status, JsonElement made) = await nodes.SendAsync(
            nodes[0].Http!, HttpMethod.Post, "/berth/v1/tenants", new { displayName = "Fabrikam", domain = "fabrikam.example", country = "DE", administrator = new { userPrincipalName = "root@fabrikam.example", password = "A-long-Password-1" } });
        Assert.True(status == HttpStatusCode.Created, $"{status} {made}");
        string tenant = made.GetProperty("tenantId").GetString()!, client = made.GetProperty("clientId").GetString()!, secret = made.GetProperty("clientSecret").GetString()!;
        HashSet<string> seen = [];
        for (int number = 0; number < nodes.Count; number++)
        {
            // By id, by domain, and where only the application says which tenant is meant.
            foreach (string path in (string[])[tenant, "fabrikam.example", "common"])
            {
                using HttpResponseMessage answer = await nodes[number].AskForTokenAsync(path, client, secret);
                string text = await answer.Content.ReadAsStringAsync(Cancel);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} at node {number}: {answer.StatusCode} {text}");
                using HttpClient http = new(nodes[number].Handler()) { BaseAddress = nodes[number].Http };
                http.DefaultRequestHeaders.Authorization = new("Bearer", JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString());
                seen.Add(JsonDocument.Parse(await http.GetStringAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel)).RootElement.GetProperty("value")[0].GetProperty("id").GetString()!);
            }

            (_, JsonElement list) = await nodes.SendAsync(nodes[number].Http!, HttpMethod.Get, "/berth/v1/tenants");
            Assert.Contains(tenant, list.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("tenantId").GetString()));
        }

        Assert.Equal(tenant, Assert.Single(seen));
        (status, _) = await nodes.SendAsync(nodes[2].Http!, HttpMethod.Post, "/berth/v1/tenants", new { displayName = "Fabrikam", domain = "FABRIKAM.example", country = "DE" });
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    // B744
    [Fact]
    public async Task A_tenant_removed_at_one_node_is_at_none_of_them_when_that_is_answered()
    {
        for (int number = 0; number < nodes.Count; number++)
        {
            // Made at different nodes, so that one of them has it that is not asked to remove it.
            (HttpStatusCode status, JsonElement made) = await nodes.SendAsync(nodes[number].Http!, HttpMethod.Post, "/berth/v1/tenants", new { displayName = "Gone", domain = $"gone{number}.example", country = "DE" });
            Assert.True(status == HttpStatusCode.Created, $"{status} {made}");
            string tenant = made.GetProperty("tenantId").GetString()!, client = made.GetProperty("clientId").GetString()!, secret = made.GetProperty("clientSecret").GetString()!;
            using HttpResponseMessage answer = await nodes[number].AskForTokenAsync(tenant, client, secret);
            string token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("access_token").GetString()!;
            (status, JsonElement refused) = await nodes.SendAsync(nodes[(number + 1) % nodes.Count].Http!, HttpMethod.Delete, $"/berth/v1/tenants/{tenant}?confirm=gone{number}.example");
            Assert.True(status == HttpStatusCode.NoContent, $"{status} {refused}");
            for (int asked = 0; asked < nodes.Count; asked++)
            {
                using HttpClient http = new(nodes[asked].Handler()) { BaseAddress = nodes[asked].Http };
                http.DefaultRequestHeaders.Authorization = new("Bearer", token);
                using HttpResponseMessage users = await http.GetAsync(new Uri("/v1.0/users", UriKind.Relative), Cancel);
                Assert.Equal((asked, HttpStatusCode.Unauthorized), (asked, users.StatusCode));
                foreach (string path in (string[])[tenant, "common"])
                {
                    using HttpResponseMessage again = await nodes[asked].AskForTokenAsync(path, client, secret);
                    Assert.False(again.IsSuccessStatusCode, $"{path} at node {asked}");
                }

                (_, JsonElement list) = await nodes.SendAsync(nodes[asked].Http!, HttpMethod.Get, "/berth/v1/tenants");
                Assert.DoesNotContain(tenant, list.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("tenantId").GetString()));
            }
        }
    }

    // B750
    [Fact]
    public async Task A_tenant_is_exported_by_each_node_as_the_same_bytes_whichever_has_it()
    {
        (HttpStatusCode status, JsonElement made) = await nodes.SendAsync(nodes[0].Http!, HttpMethod.Post, "/berth/v1/tenants", new { displayName = "Filed", domain = "filed.example", country = "DE" });
        Assert.True(status == HttpStatusCode.Created, $"{status} {made}");
        string token = await nodes[1].TokenAsync();
        HashSet<string> seen = [];
        for (int number = 0; number < nodes.Count; number++)
        {
            using HttpClient http = new(nodes[number].Handler()) { BaseAddress = nodes[number].Http };
            (byte[] bytes, _) = await ExportedTenants.FetchAsync(http, token, made.GetProperty("tenantId").GetString()!);
            seen.Add(Convert.ToHexString(bytes));
        }

        Assert.NotEmpty(Assert.Single(seen));
    }

    // B718
    [Fact]
    public async Task What_a_stranger_says_of_nodes_is_not_heeded()
    {
        for (int number = 0; number < nodes.Count; number++)
        {
            (HttpStatusCode status, JsonElement page) = await nodes.SendAsync(nodes[number].Http!, HttpMethod.Get, "/v1.0/users?$top=1", mark: "guess 2 https 203.0.113.7");
            Assert.Equal(HttpStatusCode.OK, status);

            // Addresses in answers are those of the node that was asked, wherever the tenant is.
            Assert.StartsWith(nodes[number].Http!.ToString(), page.GetProperty("@odata.context").GetString(), StringComparison.Ordinal);
        }
    }

    // B721
    [Fact]
    public async Task The_code_of_a_device_is_typed_at_any_node()
    {
        for (int number = 0; number < nodes.Count; number++)
        {
            JsonElement device = (await AskAsync("devicecode", ("client_id", BerthProcess.DemoClient), ("scope", "https://graph.microsoft.com/User.Read"))).Body;
            using HttpClient browser = nodes[number].Browser();
            (string, string)[] answers = [("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword)];
            using HttpResponseMessage wrong = await IdentityCalls.AnswerPageAsync(browser, "/devicelogin", [("user_code", "WRONGCODE"), .. answers]);
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            Assert.Contains("This code is not known", await wrong.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(browser, "/devicelogin", [("user_code", device.GetProperty("user_code").GetString()!), .. answers]);
            Assert.True(page.StatusCode == HttpStatusCode.OK, $"node {number}: {await page.Content.ReadAsStringAsync(Cancel)}");
            (HttpStatusCode status, JsonElement token) = await AskAsync(
                "token", ("client_id", BerthProcess.DemoClient), ("grant_type", IdentityCalls.DeviceGrant), ("device_code", device.GetProperty("device_code").GetString()!));
            Assert.True(status == HttpStatusCode.OK, $"node {number}: {token}");
        }

        async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(string endpoint, params (string Name, string Value)[] form)
        {
            using HttpClient http = new(nodes[0].Handler()) { BaseAddress = nodes[0].Http };
            using FormUrlEncodedContent content = new(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            using HttpResponseMessage answer = await http.PostAsync(new Uri($"/{BerthProcess.DemoTenant}/oauth2/v2.0/{endpoint}", UriKind.Relative), content, Cancel);
            return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement);
        }
    }

    // B722
    [Fact]
    public async Task Whoever_does_not_show_the_certificate_of_the_database_is_cut_off_where_nodes_tell_that_they_live()
    {
        (IPEndPoint[] silos, byte[] kept) = await nodes.MembershipAsync();
        using X509Certificate2 own = NodeCertificate.Read(kept);
        using ECDsa key = ECDsa.Create();
        using X509Certificate2 alike = new CertificateRequest(own.SubjectName, key, HashAlgorithmName.SHA256).CreateSelfSigned(own.NotBefore, own.NotAfter);
        Assert.NotEqual(0, await ReadAsync(own));
        Assert.Equal(0, await ReadAsync(alike));
        Assert.Equal(0, await ReadAsync(null));

        // How much the silo says first, which it does to whom it takes for another one. With TLS 1.3 a refusal comes as the first thing that is read.
        async Task<int> ReadAsync(X509Certificate2? shown)
        {
            try
            {
                await using SslStream there = await ShakeAsync(shown);
                return await there.ReadAsync(new byte[16], Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            }
            catch (Exception cut) when (cut is IOException or AuthenticationException)
            {
                return 0;
            }
        }

        // Those of nodes that other tests killed are told for a while still.
        async Task<TcpClient> AnyAsync()
        {
            foreach (IPEndPoint silo in silos)
            {
                TcpClient connection = new();
                try
                {
                    await connection.ConnectAsync(silo, Cancel);
                    return connection;
                }
                catch (SocketException)
                {
                    connection.Dispose();
                }
            }

            throw new InvalidOperationException($"No node listens at any of {string.Join<IPEndPoint>(", ", silos)}.");
        }

        async Task<SslStream> ShakeAsync(X509Certificate2? shown)
        {
            TcpClient connection = await AnyAsync();
            SslStream ssl = new(connection.GetStream(), leaveInnerStreamOpen: false);
            await ssl.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "berth", ClientCertificates = shown is null ? [] : [shown], RemoteCertificateValidationCallback = (_, told, _, _) => told?.GetRawCertData().AsSpan().SequenceEqual(own.RawData) == true }, Cancel);
            return ssl;
        }
    }

    // B711
    [Fact]
    public async Task A_process_that_wants_the_database_for_itself_is_refused_beside_a_cluster()
    {
        (int exitCode, _, string errors) = await BerthProcess.CommandAsync("serve", "--db", nodes.Database, "--data", Path.Combine(Path.GetTempPath(), "berth-beside"), "--urls", "http://127.0.0.1:0");
        Assert.Equal(2, exitCode);
        Assert.Contains("is in use by another Berth process", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    // B716, B720
    [Fact]
    public async Task Nodes_are_stopped_and_started_one_after_the_other_and_no_call_fails()
    {
        ClusterLoad load = new(nodes, "rolling", "SPE_E5");
        await load.BeginAsync();
        int owner = await nodes.OwnerAsync();
        foreach (int number in (int[])[owner, (owner + 1) % nodes.Count])
        {
            await load.MoreAsync(60);
            Assert.Equal(0, await nodes[number].StopAsync());
            await load.MoreAsync(60);
            await nodes.StartAgainAsync(number);
        }

        await load.MoreAsync(60);
        await load.EndAsync(everythingIsKnown: true);
        Tell("rolling restart of 2 nodes", load);
    }

    // B712, B713, B715, B720
    [Fact]
    public async Task What_was_acknowledged_survives_kill_9_of_the_node_that_has_the_tenant()
    {
        ClusterLoad load = new(nodes, "killed", "SPE_E3");
        await load.BeginAsync();
        List<TimeSpan> gaps = [];
        for (int round = 0; round < (IsLong ? 25 : 1); round++)
        {
            await load.MoreAsync(100);
            int owner = await nodes.OwnerAsync();
            nodes[owner].Signal(Signal9);
            gaps.Add(await GapAsync(owner));
            await load.MoreAsync(60);
            await nodes.StartAgainAsync(owner);
        }

        await load.EndAsync(everythingIsKnown: false);
        Tell($"{gaps.Count} kill -9 of the owner, longest without an answer {gaps.Max().TotalSeconds:0.0} s", load);
        await CheckAsync();
    }

    // B712, B713, B717
    [Fact]
    public async Task A_node_that_stood_still_acknowledges_nothing_any_more_and_comes_back()
    {
        ClusterLoad load = new(nodes, "still", "SPE_F1");
        await load.BeginAsync();
        List<TimeSpan> gaps = [];
        for (int round = 0; round < (IsLong ? 25 : 1); round++)
        {
            await load.MoreAsync(100);
            int owner = await nodes.OwnerAsync();
            nodes[owner].Signal(SignalStop);
            gaps.Add(await GapAsync(owner));
            Assert.NotEqual(owner, await nodes.OwnerAsync());
            await load.MoreAsync(60);
            nodes[owner].Signal(SignalContinue);
            await nodes.WaitUntilReadyAsync();
            Assert.False(nodes[owner].HasExited, nodes[owner].Errors);
        }

        await load.MoreAsync(60);
        await load.EndAsync(everythingIsKnown: false);
        Tell($"{gaps.Count} SIGSTOP of the owner, longest without an answer {gaps.Max().TotalSeconds:0.0} s", load);
        await CheckAsync();
    }

    // Until another node answers for the tenant.
    private async Task<TimeSpan> GapAsync(int gone)
    {
        long began = Stopwatch.GetTimestamp();
        while ((await nodes.SendAsync(nodes[(gone + 1) % nodes.Count].Http!, HttpMethod.Get, "/v1.0/organization")).Status != HttpStatusCode.OK)
        {
        }

        return Stopwatch.GetElapsedTime(began);
    }

    private async Task CheckAsync()
    {
        (int exitCode, string output, string errors) = await BerthProcess.CommandAsync("db", "check", "--db", nodes.Database);
        Assert.True(exitCode == 0, output + errors);
    }

    private static void Tell(string what, ClusterLoad load) =>
        TestContext.Current.TestOutputHelper!.WriteLine($"{what}: {load.Answers} calls answered, {load.Unknown} without an outcome, {load.Sessions} sessions");
}
