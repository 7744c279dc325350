using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Ledger;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Directory;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Serving;
using Xunit;
using static Berth.Conformance.Tests.Identity.TenantCalls;

namespace Berth.Conformance.Tests.Identity;

/// <summary>A tenant is removed by who administers the installation, and by nobody else and no slip (B742 to B745, B749).</summary>
public sealed class RemovedTenants
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B742, B743, B745
    [Fact]
    public async Task A_removed_tenants_tokens_applications_and_people_get_in_no_more_and_the_installation_tells_who_did_it()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        string home = await berth.TokenAsync();
        (string tenant, string client, string secret) = await MakeAsync(http, home);
        JsonElement listed = (await SendAsync(http, home, "GET", Tenants)).Body.GetProperty("value")[1];
        Assert.Equal((tenant, "Berth demo client"), (listed.Text("tenantId"), listed.Text("createdBy")));
        string own = await TokenAsync(berth, client, secret);
        Assert.Equal(200, (await SendAsync(http, own, "GET", "/v1.0/users")).Status);
        Assert.Equal(201, (await SendAsync(http, own, "POST", "/berth/v1/subscriptions", """{"skuPartNumber":"SPE_E5","units":3}""")).Status);
        Assert.Equal(200, (await SignInAsync(http, client)).Status);

        // Nobody of the tenant itself, and nothing that could be a slip.
        Assert.Equal(403, (await SendAsync(http, own, "DELETE", $"{Tenants}/{tenant}?confirm=fabrikam.example")).Status);
        foreach ((string path, int status, string code) in ((string, int, string)[])
        [
            ($"{Tenants}/{tenant}", 400, "confirmationMissing"), ($"{Tenants}/{tenant}?confirm=", 400, "confirmationMissing"), ($"{Tenants}/{tenant}?confirm=contoso.example", 400, "confirmationMissing"),
            ($"{Tenants}/{tenant}?confirm={tenant}", 400, "confirmationMissing"), ($"{Tenants}/{tenant}?confirm=fabrikam.example&version=x", 400, "valueInvalid"),
            ($"{Tenants}/{tenant}?confirm=fabrikam.example&version=1", 409, "versionMoved"), ($"{Tenants}/{Guid.NewGuid()}?confirm=fabrikam.example", 404, "resourceNotFound"),
            ($"{Tenants}/fabrikam.example?confirm=fabrikam.example", 404, "resourceNotFound"), ($"{Tenants}/{BerthProcess.DemoTenant}?confirm=contoso.example", 400, "operationNotSupported"),
        ])
        {
            (int answer, JsonElement refused) = await SendAsync(http, home, "DELETE", path);
            Assert.Equal((path, status, code), (path, answer, refused.GetProperty("error").GetProperty("innerError").Text("code")));
        }

        Assert.Equal(405, (await SendAsync(http, home, "GET", $"{Tenants}/{tenant}")).Status);
        Assert.Equal(200, (await SendAsync(http, own, "GET", "/v1.0/users")).Status);

        Assert.Equal(204, (await SendAsync(http, home, "DELETE", $"{Tenants}/{tenant}?confirm=Fabrikam.Example")).Status);
        foreach (string path in (string[])["/v1.0/users", "/v1.0/directoryRoles", "/berth/v1/applications", "/berth/v1/history", Tenants])
        {
            (int status, JsonElement refused) = await SendAsync(http, own, "GET", path);
            Assert.Equal((path, 401, $"The token's tenant '{tenant}' is not here."), (path, status, refused.GetProperty("error").Text("message")));
        }

        Assert.Equal(401, (await SendAsync(http, own, "POST", "/v1.0/users", "{}")).Status);
        Assert.Equal(401, (await SendAsync(http, $"{client}.{secret}", "GET", "/scim/v2/Users")).Status);
        foreach (string path in (string[])["fabrikam.example", tenant, "common"])
        {
            using HttpResponseMessage answer = await berth.AskForTokenAsync(path, client, secret);
            Assert.False(answer.IsSuccessStatusCode, path);
        }

        Assert.Equal(400, (await SignInAsync(http, client)).Status);
        Assert.Equal(1, (await SendAsync(http, home, "GET", Tenants)).Body.GetProperty("value").GetArrayLength());
        Assert.Equal(404, (await SendAsync(http, home, "DELETE", $"{Tenants}/{tenant}?confirm=fabrikam.example")).Status);

        JsonElement done = (await SendAsync(http, home, "GET", "/v1.0/auditLogs/directoryAudits?$top=1")).Body.GetProperty("value")[0];
        Assert.Equal(("Delete company", "Berth demo client"), (done.Text("activityDisplayName"), done.GetProperty("initiatedBy").GetProperty("app").Text("displayName")));
        Assert.Equal((tenant, "Fabrikam"), (done.GetProperty("targetResources")[0].Text("id"), done.GetProperty("targetResources")[0].Text("displayName")));

        // The domain is free.
        Assert.NotEqual(tenant, (await MakeAsync(http, home)).Tenant);
    }

    // B749
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_exported_before_comes_back_with_its_people_applications_and_licenses(bool isServer)
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
            (users, history) = (await TextAsync(http, own, "/v1.0/users"), await TextAsync(http, own, "/berth/v1/history"));
            (int exit, string output, string errors) = await BerthProcess.CommandAsync(["db", "export", "--tenant", tenant, "--to", file, .. place]);
            Assert.True(exit == 0, errors);
            string version = output.Split("up to event ")[1].Split(' ')[0];
            Assert.Equal(204, (await SendAsync(http, home, "DELETE", $"{Tenants}/{tenant}?confirm=fabrikam.example&version={version}")).Status);
            Assert.Equal(0, await berth.StopAsync());
        }

        (int code, string told, string wrong) = await BerthProcess.CommandAsync(["db", "import", file, .. place]);
        Assert.True(code == 0, wrong);
        Assert.Contains($"Fabrikam (fabrikam.example) {tenant} is in ", told, StringComparison.Ordinal);
        await using (BerthProcess berth = await StartAsync())
        {
            using HttpClient http = await berth.ClientAsync(authenticated: false);
            string own = await TokenAsync(berth, client, secret);
            Assert.Equal(users, await TextAsync(http, own, "/v1.0/users"));
            Assert.Equal(history, await TextAsync(http, own, "/berth/v1/history"));
            Assert.Equal(200, (await SignInAsync(http, client)).Status);
            JsonElement listed = (await SendAsync(http, await berth.TokenAsync(), "GET", Tenants)).Body.GetProperty("value")[1];
            Assert.Equal((tenant, "Berth demo client"), (listed.Text("tenantId"), listed.Text("createdBy")));
        }

        File.Delete(file);
        Directory.Delete(data, recursive: true);

        Task<BerthProcess> StartAsync() => BerthProcess.StartAsync(data, isServer ? ["--demo", "--seed", "none", "--db", place[1]] : ["--demo", "--seed", "none"]);

        // What names the port of the server is not compared.
        static async Task<string> TextAsync(HttpClient http, string token, string path) => (await SendAsync(http, token, "GET", path)).Body.GetProperty("value").GetRawText();
    }

    // B741, B743
    [Fact]
    public async Task A_server_that_is_killed_while_tenants_come_and_go_has_them_whole_or_not_at_all_when_it_starts_again()
    {
        string data = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        Random random = new(20261127);
        int interrupted = 0;
        for (int round = 0; round < 5; round++)
        {
            await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data);
            using HttpClient http = await berth.ClientAsync(authenticated: false);
            string home = await berth.TokenAsync();
            int most = random.Next(1, 6), turn = 0;
            Task load = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        string domain = $"r{round}-{Interlocked.Increment(ref turn)}.example";
                        (string tenant, _, _) = await MakeAsync(http, home, Fabrikam.Replace("fabrikam.example", domain, StringComparison.Ordinal));
                        if (turn % 3 != 0)
                        {
                            Assert.Equal(204, (await SendAsync(http, home, "DELETE", $"{Tenants}/{tenant}?confirm={domain}")).Status);
                        }
                    }
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref interrupted);
                }
            }, Cancel);
            while (Volatile.Read(ref turn) <= most)
            {
                await Task.Yield();
            }

            await berth.KillAsync();
            await load;
            await CheckAsync(data);
        }

        (int exit, _, string errors) = await BerthProcess.CommandAsync("db", "check", "--data", data);
        Assert.True(exit == 0, errors);
        Assert.Equal(5, interrupted);
        Directory.Delete(data, recursive: true);
    }

    // What the next start finds: who is there has everything that one needs to get in, and of nobody else anything is left.
    private static async Task CheckAsync(string data)
    {
        await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(new DataFolder(data).Database), TimeProvider.System, JointIdentity.Values);
        using AppRegistrations apps = await AppRegistrations.OpenAsync(door, Cancel);
        using Administrators administrators = await Administrators.OpenAsync(door, Cancel);
        UserPasswords passwords = new(door);
        TenantDesk[] made = [.. door.Desks.Where(desk => desk.Id.ToString() != BerthProcess.DemoTenant)];
        foreach (TenantDesk desk in made)
        {
            RoleHolder holder = Assert.Single(administrators.Of(desk.Id));
            Assert.True(desk.Current.TryGetUser(desk.Current.FindUser($"root@{desk.Current.Profile.Domain}"), out User? root) && root.Id == holder.User);
            Assert.NotNull(await passwords.FindAsync(desk.Id, root.Id, Cancel));
            Assert.Single(apps.Of(desk.Id));
        }

        await door.DisposeAsync();
        using SqliteStore store = SqliteStore.Open(new DataFolder(data).Database);
        string[] ids = [.. made.Select(desk => desk.Id.ToString("D")), BerthProcess.DemoTenant];
        Assert.All(store.BlobNames("identity/password/").Concat(store.BlobNames("made/")), name => Assert.Contains(ids, id => name.Replace("-", "", StringComparison.Ordinal).Contains(id.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal)));
        Assert.Empty(store.BlobNames("gone/"));
        Assert.Equal(made.Select(static desk => AppRegistrations.Format.NameOf(desk.Id)).Order(StringComparer.Ordinal), store.BlobNames(AppRegistrations.Format.Beginning));
        Assert.Equal(made.Select(static desk => Administrators.Format.NameOf(desk.Id)).Order(StringComparer.Ordinal), store.BlobNames(Administrators.Format.Beginning));
    }
}
