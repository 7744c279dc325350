using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Tokens in a person's name: by password and by refresh token, and what they open (B202, B203, B204, B205, B206).</summary>
public sealed class PersonTokens(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private const string Password = "Correct-horse-9";

    private BerthProcess Berth => demo.Berth;

    [Fact]
    public async Task An_administrator_signs_in_with_everything_the_application_may()
    {
        (int status, JsonElement answer) = await Berth.SignInAsync();
        JsonElement claims = IdentityCalls.ClaimsOf(answer.Text("access_token"));
        JsonElement id = IdentityCalls.ClaimsOf(answer.Text("id_token"));
        using JsonDocument account = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(answer.Text("client_info")));

        Assert.Equal(200, status);
        Assert.Equal(("Bearer", 3599), (answer.Text("token_type"), answer.GetProperty("expires_in").GetInt32()));
        Assert.Equal(
            ("user", BerthProcess.DemoTenant, BerthProcess.DemoClient, IdentityCalls.Admin, "https://graph.microsoft.com"),
            (claims.Text("idtyp"), claims.Text("tid"), claims.Text("appid"), claims.Text("upn"), claims.Text("aud")));
        Assert.False(claims.TryGetProperty("roles", out _));
        Assert.Superset(new HashSet<string> { "User.Read", "User.ReadWrite.All", "Directory.ReadWrite.All", "openid", "profile" }, claims.Text("scp").Split(' ').ToHashSet());
        Assert.DoesNotContain("offline_access", claims.Text("scp").Split(' '));
        Assert.Equal(claims.Text("scp"), answer.Text("scope"));
        Assert.Equal((BerthProcess.DemoClient, IdentityCalls.Admin, claims.Text("oid")), (id.Text("aud"), id.Text("preferred_username"), id.Text("oid")));
        Assert.Equal((claims.Text("oid"), BerthProcess.DemoTenant), (account.RootElement.Text("uid"), account.RootElement.Text("utid")));
        Assert.Contains(IdentityCalls.Admin, (await Berth.GetAsync("/v1.0/me", answer.Text("access_token"))).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await Berth.GetAsync("/v1.0/users", answer.Text("access_token"))).Status);
    }

    [Fact]
    public async Task An_id_token_and_a_refresh_token_open_nothing()
    {
        (_, JsonElement answer) = await Berth.SignInAsync();

        Assert.Equal(401, (await Berth.GetAsync("/v1.0/me", answer.Text("id_token"))).Status);
        Assert.Equal(401, (await Berth.GetAsync("/v1.0/me", answer.Text("refresh_token"))).Status);
    }

    [Fact]
    public async Task Who_is_no_administrator_reads_themselves_and_nobody_else()
    {
        (string id, string name) = await Berth.CreateUserAsync(Password);
        (string otherId, string otherName) = await Berth.CreateUserAsync(Password);
        (int status, JsonElement answer) = await Berth.SignInAsync(name, Password);
        string token = answer.Text("access_token");

        Assert.Equal(200, status);
        Assert.Equal("User.Read openid profile", IdentityCalls.ClaimsOf(token).Text("scp"));
        foreach (string own in (string[])["/v1.0/me", $"/v1.0/users/{id}", $"/v1.0/users/{name}", "/v1.0/me/licenseDetails", "/v1.0/me/memberOf", "/beta/me", "/v1.0/me?$select=id"])
        {
            Assert.Equal((200, own), ((await Berth.GetAsync(own, token)).Status, own));
        }

        foreach (string others in (string[])
            [
                "/v1.0/users", $"/v1.0/users/{otherId}", $"/v1.0/users/{otherName}", $"/v1.0/users/{otherId}/licenseDetails", $"/v1.0/users/{otherId}/memberOf",
                "/v1.0/groups", "/v1.0/organization", "/v1.0/subscribedSkus", "/v1.0/me?$expand=manager", "/v1.0/me?%24expand=memberOf", "/v1.0/auditLogs/directoryAudits",
                "/berth/v1/settings", $"/v1.0/users/{Guid.NewGuid()}",
            ])
        {
            Assert.Equal((403, others), ((await Berth.GetAsync(others, token)).Status, others));
        }

        Assert.Equal(403, await Berth.PatchUserAsync(id, new { displayName = "Boss" }, token));
    }

    [Theory]
    [InlineData("https://graph.microsoft.com/User.Read.All", "User.Read.All")]
    [InlineData("User.Read.All Mail.Send", "User.Read.All")]
    [InlineData("https://graph.microsoft.com/user.read openid", "User.Read openid")]
    [InlineData("openid profile offline_access", "openid profile")]
    [InlineData("00000003-0000-0000-c000-000000000000/Group.Read.All", "Group.Read.All")]
    public async Task A_token_has_what_was_asked_for_and_is_registered(string scope, string granted)
    {
        (int status, JsonElement answer) = await Berth.SignInAsync(scope: scope);

        Assert.Equal((200, granted), (status, answer.Text("scope")));
        Assert.Equal(scope.Contains("offline_access", StringComparison.Ordinal), answer.TryGetProperty("refresh_token", out _));
        Assert.Equal(scope.Contains("openid", StringComparison.Ordinal), answer.TryGetProperty("id_token", out _));
    }

    [Fact]
    public async Task Everybody_who_is_created_at_once_can_sign_in_at_once()
    {
        (string Id, string Name)[] users = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Berth.CreateUserAsync($"{Password}{number}")));
        int[] statuses = await Task.WhenAll(users.Select(async (user, number) => (await Berth.SignInAsync(user.Name, $"{Password}{number}")).Status));

        Assert.All(statuses, status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task A_scope_that_gives_nothing_is_refused()
    {
        (_, string name) = await Berth.CreateUserAsync(Password);

        (await Berth.SignInAsync(name, Password, "https://graph.microsoft.com/User.Read.All")).IsRefusal(400, "invalid_grant", 65001);
        (await Berth.SignInAsync(scope: "Mail.Send")).IsRefusal(400, "invalid_grant", 65001);
        (await Berth.SignInAsync(scope: "https://vault.azure.net/.default")).IsRefusal(400, "invalid_resource", 500011);
        (await Berth.SignInAsync(scope: "https://graph.microsoft.com/")).IsRefusal(400, "invalid_scope", 70011);
        (await Berth.SignInAsync(scope: "")).IsRefusal(400, "invalid_request", 900144);
    }

    [Fact]
    public async Task A_sign_in_is_refused_in_Entras_words()
    {
        (_, string disabled) = await Berth.CreateUserAsync(Password, enabled: false);

        (await Berth.SignInAsync("nobody@contoso.example", Password)).IsRefusal(400, "invalid_grant", 50034);
        (await Berth.SignInAsync(password: "berth-demo-passworD")).IsRefusal(400, "invalid_grant", 50126);
        (await Berth.SignInAsync(password: new string('x', 5_000))).IsRefusal(400, "invalid_grant", 50126);
        (await Berth.SignInAsync(disabled, "wrong")).IsRefusal(400, "invalid_grant", 50126);
        (await Berth.SignInAsync(disabled, Password)).IsRefusal(400, "invalid_grant", 50057);
        (await Berth.SignInAsync(password: "")).IsRefusal(400, "invalid_request", 900144);
        (await Berth.AskAsync(("client_id", Guid.NewGuid().ToString()), ("grant_type", "password"), ("username", "x"), ("password", "x"), ("scope", "openid")))
            .IsRefusal(400, "unauthorized_client", 700016);
        (await Berth.AskAsync(
            ("grant_type", "password"), ("client_secret", "wrong"), ("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword), ("scope", "openid")))
            .IsRefusal(401, "invalid_client", 7000215);
        (await Berth.AskAsync(("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer"))).IsRefusal(400, "unsupported_grant_type", 70003);
    }

    [Theory]
    [InlineData(9, 200)]
    [InlineData(10, 400)]
    public async Task Ten_wrong_passwords_lock_a_name_for_a_while(int wrong, int status)
    {
        (_, string name) = await Berth.CreateUserAsync(Password);
        for (int i = 0; i < wrong; i++)
        {
            (await Berth.SignInAsync(i % 2 == 0 ? name : name.ToUpperInvariant(), "wrong")).IsRefusal(400, "invalid_grant", 50126);
        }

        (int Status, JsonElement Body) last = await Berth.SignInAsync(name, Password);

        Assert.Equal(status, last.Status);
        if (status == 400)
        {
            last.IsRefusal(400, "invalid_grant", 50053);
        }
    }

    [Fact]
    public async Task A_patched_password_takes_the_place_of_the_old_one_at_once()
    {
        (string id, string name) = await Berth.CreateUserAsync(Password);
        Assert.Equal(204, await Berth.PatchUserAsync(id, new { passwordProfile = new { password = "Another-one-10" } }));

        (await Berth.SignInAsync(name, Password)).IsRefusal(400, "invalid_grant", 50126);
        Assert.Equal(200, (await Berth.SignInAsync(name, "Another-one-10")).Status);
    }

    [Fact]
    public async Task B205_an_administrators_password_is_not_everybodys_to_change()
    {
        (string id, _) = await Berth.CreateUserAsync(Password);
        string writer = (await Berth.SignInAsync(scope: "User.ReadWrite.All")).Body.Text("access_token");
        object change = new { passwordProfile = new { password = "Taken-over-11" } };

        Assert.Equal(403, await Berth.PatchUserAsync(IdentityCalls.Admin, change, writer));
        Assert.Equal(200, (await Berth.SignInAsync()).Status);
        Assert.Equal(204, await Berth.PatchUserAsync(id, change, writer));
        Assert.Equal(204, await Berth.PatchUserAsync(IdentityCalls.Admin, new { jobTitle = "Chief" }, writer));
    }

    [Fact]
    public async Task Passwords_stand_nowhere_in_the_data()
    {
        string password = $"Secret-{Guid.NewGuid():N}";
        (string id, string name) = await Berth.CreateUserAsync(password);
        await Berth.PatchUserAsync(id, new { passwordProfile = new { password = password + "2" } });
        Assert.Equal(200, (await Berth.SignInAsync(name, password + "2")).Status);

        foreach (string file in Directory.GetFiles(Berth.Data).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(stream, Encoding.Latin1);
            Assert.DoesNotContain(password, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refresh_token_may_be_used_again_and_ends_with_the_account()
    {
        (string id, string name) = await Berth.CreateUserAsync(Password);
        (_, JsonElement first) = await Berth.SignInAsync(name, Password);
        string refresh = first.Text("refresh_token");

        for (int i = 0; i < 2; i++)
        {
            (int status, JsonElement answer) = await RefreshAsync(refresh);
            Assert.Equal((200, id), (status, IdentityCalls.ClaimsOf(answer.Text("access_token")).Text("oid")));
            Assert.Equal(first.Text("scope"), answer.Text("scope"));
        }

        Assert.Equal("User.Read", (await RefreshAsync(refresh, scope: "https://graph.microsoft.com/User.Read")).Body.Text("scope"));
        Assert.Equal(204, await Berth.PatchUserAsync(id, new { accountEnabled = false }));
        (await RefreshAsync(refresh)).IsRefusal(400, "invalid_grant", 50057);
        Assert.Equal(204, await Berth.PatchUserAsync(id, new { accountEnabled = true }));
        Assert.Equal(200, (await RefreshAsync(refresh)).Status);
        Assert.Equal(204, await Berth.PatchUserAsync(id, new { passwordProfile = new { password = "Another-one-10" } }));
        (await RefreshAsync(refresh)).IsRefusal(400, "invalid_grant", 50173);
        using HttpClient http = await Berth.ClientAsync();
        using HttpResponseMessage deleted = await http.DeleteAsync(new Uri($"/v1.0/users/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        (await RefreshAsync(refresh)).IsRefusal(400, "invalid_grant", 50034);
    }

    [Fact]
    public async Task A_refresh_token_that_is_none_is_refused()
    {
        (_, JsonElement first) = await Berth.SignInAsync();
        string refresh = first.Text("refresh_token");

        (await RefreshAsync("nonsense")).IsRefusal(400, "invalid_grant", 70000);
        (await RefreshAsync(refresh[..^4] + (refresh.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"))).IsRefusal(400, "invalid_grant", 70000);
        (await RefreshAsync(first.Text("access_token"))).IsRefusal(400, "invalid_grant", 70000);
        (await RefreshAsync(first.Text("id_token"))).IsRefusal(400, "invalid_grant", 70000);
        (await RefreshAsync("")).IsRefusal(400, "invalid_request", 900144);
    }

    [Fact]
    public async Task Version_1_asks_for_a_resource()
    {
        using HttpClient http = await Berth.ClientAsync(authenticated: false);
        (int status, JsonElement own) = await http.AskAsync(
            $"/{BerthProcess.DemoTenant}/oauth2/token", ("grant_type", "client_credentials"), ("client_secret", BerthProcess.DemoSecret), ("resource", "https://graph.microsoft.com/"));
        (int signedIn, JsonElement persons) = await http.AskAsync(
            "/common/oauth2/token",
            ("grant_type", "password"), ("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword), ("resource", "https://graph.microsoft.com"));

        Assert.Equal((200, "https://graph.microsoft.com"), (status, own.Text("resource")));
        Assert.True(long.Parse(own.Text("expires_on")) > 0);
        Assert.Equal(200, (await Berth.GetAsync("/v1.0/users", own.Text("access_token"))).Status);
        Assert.Equal(200, signedIn);
        Assert.Equal(200, (await Berth.GetAsync("/v1.0/me", persons.Text("access_token"))).Status);
        (await http.AskAsync("/common/oauth2/token", ("grant_type", "client_credentials"), ("client_secret", BerthProcess.DemoSecret)))
            .IsRefusal(400, "invalid_request", 900144);
    }

    private Task<(int Status, JsonElement Body)> RefreshAsync(string token, string? scope = null) =>
        Berth.AskAsync(("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope));
}
