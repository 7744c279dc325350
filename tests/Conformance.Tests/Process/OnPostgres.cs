using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>The whole program on PostgreSQL: set up, killed, started on an empty folder, and with a database that goes away meanwhile (B700, B702, B703, B704); a company that moves there and back in time (B706, B707, B708, B709, B710).</summary>
public sealed class OnPostgres
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_answered_is_there_after_kill_9_and_on_an_empty_folder()
    {
        string database = PostgresServer.OfThisRun.NewDatabase();
        Credentials who;
        string user, sku;
        await using (BerthProcess first = await BerthProcess.StartAsync(null, "--db", database))
        {
            who = await SetUpAsync(first);
            using HttpClient client = await ClientAsync(first, who);
            sku = await BuyAsync(client);
            user = await CreateAsync(client, "one@company.example");
            await AssignAsync(client, user, sku);
            Assert.DoesNotContain(first.Lines, line => line.Contains(first.Data, StringComparison.Ordinal));
            Assert.Empty(Directory.GetFiles(first.Data));

            // While it runs, nobody else gets the database.
            await using BerthProcess second = BerthProcess.Launch(null, "--db", database);
            Assert.Equal(2, await second.ExitAsync());
            Assert.Contains("in use by another Berth process", Assert.Single(second.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            await first.KillAsync();
        }

        await using BerthProcess again = await BerthProcess.StartAsync(null, "--db", database);
        using HttpClient client2 = await ClientAsync(again, who);
        using JsonDocument found = JsonDocument.Parse(await client2.GetStringAsync(new Uri($"/v1.0/users/{user}?$select=id,assignedLicenses", UriKind.Relative), Cancel));
        Assert.Equal(sku, Assert.Single(found.RootElement.GetProperty("assignedLicenses").EnumerateArray()).GetProperty("skuId").GetString());
        Assert.Equal(0, await again.StopAsync());
        Assert.Empty(again.Errors);
    }

    [Fact]
    public async Task A_database_that_goes_away_costs_503_and_no_restart()
    {
        using PostgresServer server = new();
        string database = server.NewDatabase();
        await using BerthProcess berth = await BerthProcess.StartAsync(null, "--db", database);
        Credentials who = await SetUpAsync(berth);
        using HttpClient client = await ClientAsync(berth, who);
        string user = await CreateAsync(client, "one@company.example");

        server.Crash();
        for (int attempt = 0; attempt < 3; attempt++)
        {
            using HttpResponseMessage refused = await PostAsync(client, "/v1.0/users", User("two@company.example"), "the second");
            await IsAwayAsync(refused);
        }

        using (HttpResponseMessage past = await client.GetAsync(new Uri("/berth/v1/history", UriKind.Relative), Cancel))
        {
            await IsAwayAsync(past);
        }

        using (HttpResponseMessage application = await PostAsync(client, "/berth/v1/applications", """{"displayName":"A program","permissions":["User.Read.All"]}"""))
        {
            await IsAwayAsync(application);
        }

        using HttpResponseMessage present = await client.GetAsync(new Uri($"/v1.0/users/{user}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, present.StatusCode);
        Assert.StartsWith("read-only: ", await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancel), StringComparison.Ordinal);

        server.Restart();
        HttpStatusCode status;
        do
        {
            using HttpResponseMessage repeated = await PostAsync(client, "/v1.0/users", User("two@company.example"), "the second");
            status = repeated.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable);

        Assert.Equal(HttpStatusCode.Created, status);
        using JsonDocument users = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1.0/users?$select=userPrincipalName", UriKind.Relative), Cancel));
        Assert.Equal(2, users.RootElement.GetProperty("value").GetArrayLength());

        // The database is asked once a second at most (B783).
        while (await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancel) != "ok\n")
        {
            await Task.Delay(50, Cancel);
        }

        // It goes down in good order also while the database is away.
        server.Crash();
        Assert.Equal(0, await berth.StopAsync());
    }

    [Fact]
    public async Task A_database_that_cannot_be_had_is_one_line_and_exit_code_2()
    {
        foreach ((string connection, string mention) in new[]
        {
            (PostgresServer.OfThisRun.Network("postgres", "a wrong secret"), "refuses the password of berth"),
            ("Host=127.0.0.1;Port=1;Database=berth;Username=berth;Password=a wrong secret", "Nothing answers as the database berth at 127.0.0.1:1"),
            ("Database=berth;Password=a wrong secret", "--db: The connection string"),
        })
        {
            await using BerthProcess berth = BerthProcess.Launch(null, "--db", connection);
            Assert.Equal(2, await berth.ExitAsync());
            string line = Assert.Single(berth.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains(mention, line, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_demo_company_moves_to_PostgreSQL_while_it_is_served_and_back_to_an_earlier_version()
    {
        DirectoryInfo files = Directory.CreateTempSubdirectory("berth-db-");
        try
        {
            string database = PostgresServer.OfThisRun.NewDatabase(), now = Path.Combine(files.FullName, "now.berth"), earlier = Path.Combine(files.FullName, "earlier.berth");
            await using BerthProcess berth = await BerthProcess.StartDemoAsync();
            using HttpClient client = await berth.ClientAsync();
            string before = await LicensesAsync(client);
            string user = await CreateAsync(client, "late@contoso.example");

            // Beside the server that has the file; the version before the last event, and then all of it.
            Assert.Contains("events without a gap", await RunAsync("db", "check", "--data", berth.Data), StringComparison.Ordinal);
            string told = await RunAsync("db", "export", "--data", berth.Data, "--tenant", BerthProcess.DemoTenant, "--to", now);
            int newest = int.Parse(told.Split("up to event ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            await RunAsync("db", "export", "--data", berth.Data, "--tenant", BerthProcess.DemoTenant, "--at", $"{newest - 1}", "--to", earlier);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(now));
            }

            await RefusedAsync("is in use by another Berth process", "db", "import", earlier, "--replace", "--data", berth.Data);
            await RefusedAsync("is there already", "db", "export", "--data", berth.Data, "--to", now);
            Assert.Contains($"from version 0 to {PostgresStore.SchemaVersion}", await RunAsync("db", "migrate", "--db", database), StringComparison.Ordinal);
            await RunAsync("db", "import", now, "--db", database);
            await using (BerthProcess moved = await BerthProcess.StartAsync(null, "--demo", "--db", database))
            {
                using HttpClient there = await moved.ClientAsync();
                Assert.Equal(await LicensesAsync(client), await LicensesAsync(there));
                Assert.Contains(user, await there.GetStringAsync(new Uri($"/v1.0/users/{user}", UriKind.Relative), Cancel), StringComparison.Ordinal);
                Assert.Contains("events without a gap", await RunAsync("db", "check", "--db", database), StringComparison.Ordinal);
                Assert.Equal(0, await moved.StopAsync());
            }

            await RefusedAsync("--replace puts the file's in its place", "db", "import", earlier, "--db", database);
            await RunAsync("db", "import", earlier, "--replace", "--db", database);
            await using BerthProcess back = await BerthProcess.StartAsync(null, "--demo", "--db", database);
            using HttpClient old = await back.ClientAsync();
            Assert.Equal(before, await LicensesAsync(old));
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("db export --to x --at 5", "--at is for one tenant")]
    [InlineData("db export --to x --tenant 6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10 --at yesterday", "neither a version nor a moment")]
    [InlineData("db export --to x --tenant 6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10 --at 2026-11-27T08:00:00", "neither a version nor a moment")]
    [InlineData("db check --data nowhere-at-all", "There is no database")]
    [InlineData("db import nothing.berth --data nowhere-at-all", "cannot be read")]
    [InlineData("db migrate --db Host=x", "--db: The connection string")]
    public Task What_cannot_be_done_with_a_database_is_one_line_and_exit_code_2(string line, string mention) => RefusedAsync(mention, line.Split(' '));

    // Who has what, without the address of the server that was asked.
    private static async Task<string> LicensesAsync(HttpClient client)
    {
        string page = await client.GetStringAsync(new Uri("/v1.0/users?$select=id,userPrincipalName,assignedLicenses&$top=999", UriKind.Relative), Cancel);
        Assert.Contains("skuId", page, StringComparison.Ordinal);
        return page.Replace(client.BaseAddress!.ToString(), "", StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(params string[] line)
    {
        (int exitCode, string output, string errors) = await BerthProcess.CommandAsync(line);
        Assert.True(exitCode == 0, $"{string.Join(' ', line)}: {exitCode} {output}{errors}");
        return output;
    }

    private static async Task RefusedAsync(string mention, params string[] line)
    {
        (int exitCode, string output, string errors) = await BerthProcess.CommandAsync(line);
        Assert.True(exitCode == 2, $"{string.Join(' ', line)}: {exitCode} {output}{errors}");
        Assert.Contains(mention, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(Directory.Exists("nowhere-at-all"));
    }

    private static string User(string name) =>
        $$"""{"accountEnabled":true,"displayName":"Somebody","mailNickname":"somebody","userPrincipalName":"{{name}}","usageLocation":"US","passwordProfile":{"password":"A-long-Password-1"} }""";

    private static async Task<Credentials> SetUpAsync(BerthProcess berth)
    {
        string code = berth.Lines.Single(line => line.StartsWith("Set-up code: ", StringComparison.Ordinal))["Set-up code: ".Length..];
        using HttpClient client = new(berth.Handler()) { BaseAddress = berth.Http };
        using HttpResponseMessage created = await PostAsync(client, "/berth/v1/setup", $$"""{"code":"{{code}}","displayName":"Company","domain":"company.example","country":"US"}""");
        using JsonDocument body = await ReadAsync(created, HttpStatusCode.Created);
        string Text(string name) => body.RootElement.GetProperty(name).GetString()!;
        return new Credentials(Text("tenantId"), Text("clientId"), Text("clientSecret"));
    }

    private static async Task<HttpClient> ClientAsync(BerthProcess berth, Credentials who)
    {
        using HttpResponseMessage token = await berth.AskForTokenAsync(who.Tenant, who.Client, who.Secret);
        using JsonDocument body = await ReadAsync(token, HttpStatusCode.OK);
        HttpClient client = new(berth.Handler()) { BaseAddress = berth.Http };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", body.RootElement.GetProperty("access_token").GetString());
        return client;
    }

    private static async Task<string> BuyAsync(HttpClient client)
    {
        using HttpResponseMessage bought = await PostAsync(client, "/berth/v1/subscriptions", """{"skuPartNumber":"SPE_E5","units":5}""");
        using JsonDocument body = await ReadAsync(bought, HttpStatusCode.Created);
        return body.RootElement.GetProperty("skuId").GetString()!;
    }

    private static async Task<string> CreateAsync(HttpClient client, string name)
    {
        using HttpResponseMessage created = await PostAsync(client, "/v1.0/users", User(name));
        using JsonDocument body = await ReadAsync(created, HttpStatusCode.Created);
        return body.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task AssignAsync(HttpClient client, string user, string sku)
    {
        using HttpResponseMessage assigned = await PostAsync(client, $"/v1.0/users/{user}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{sku}}","disabledPlans":[]}],"removeLicenses":[]}""");
        using JsonDocument body = await ReadAsync(assigned, HttpStatusCode.OK);
    }

    private static async Task IsAwayAsync(HttpResponseMessage response)
    {
        using JsonDocument body = await ReadAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("serviceNotAvailable", body.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("database", body.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == expected, $"{response.RequestMessage!.RequestUri}: {(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body, string? repeatability = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (repeatability is not null)
        {
            request.Headers.Add("Repeatability-Request-ID", repeatability);
        }

        return await client.SendAsync(request, Cancel);
    }

    private sealed record Credentials(string Tenant, string Client, string Secret);
}
