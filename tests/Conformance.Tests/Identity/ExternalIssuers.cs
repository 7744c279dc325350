using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Process;
using Berth.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>People sign in at another issuer, a second Berth, and come back (B739, B740); and which tokens of an issuer count.</summary>
public sealed partial class ExternalIssuers
{
    private const string Password = "Correct-horse-9", App = "http://localhost:8400/";
    private static readonly string _verifier = new('v', 43);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B739_a_person_signs_in_at_a_second_Berth_and_comes_back_with_a_token_of_this_one()
    {
        await using BerthProcess issuer = await BerthProcess.StartEmptyDemoAsync();
        (_, string name) = await issuer.CreateUserAsync(Password);
        (_, string stranger) = await issuer.CreateUserAsync(Password);
        JsonElement client = await PostAsync(issuer, "/berth/v1/applications", """{"displayName":"The other Berth","permissions":[]}""");
        string secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, client.Text("clientSecret"), Cancel);
        string address = new Uri(issuer.Http!, $"{BerthProcess.DemoTenant}/v2.0").ToString();
        string[] told = ["--demo", "--seed", "none", "--oidc-issuer", address, "--oidc-client-id", client.Text("clientId"), "--oidc-secret-file", secret];
        await using BerthProcess berth = await BerthProcess.StartAsync(
            null, [.. told, "--oidc-only", "--oidc-roles-claim", "preferred_username", "--oidc-role", $"{name}=License Administrator"]);
        JsonElement user = await PostAsync(berth, "/v1.0/users", $$"""{"accountEnabled":true,"displayName":"Ada","mailNickname":"ada","userPrincipalName":"{{name}}","passwordProfile":{"password":"{{Password}}"} }""");

        using HttpClient browser = berth.Browser();
        string back = await ThereAndBackAsync(browser, name);
        using HttpResponseMessage home = await browser.GetAsync(new Uri(back), Cancel);
        Assert.Equal(HttpStatusCode.SeeOther, home.StatusCode);
        Assert.StartsWith(App, home.Headers.Location!.ToString(), StringComparison.Ordinal);
        Dictionary<string, Microsoft.Extensions.Primitives.StringValues> answer = QueryHelpers.ParseQuery(home.Headers.Location.Query);
        Assert.Equal("mine", answer["state"]);
        (int status, JsonElement token) = await berth.AskAsync(
            ("grant_type", "authorization_code"), ("code", answer["code"]), ("redirect_uri", App), ("code_verifier", _verifier));
        Assert.True(status == 200, token.GetRawText());
        JsonElement claims = IdentityCalls.ClaimsOf(token.Text("access_token"));
        Assert.Equal((user.Text("id"), name, BerthProcess.DemoTenant), (claims.Text("oid"), claims.Text("upn"), claims.Text("tid")));
        Assert.Equal("mine too", IdentityCalls.ClaimsOf(token.Text("id_token")).Text("nonce"));

        // B740: the issuer's word for a role.
        Assert.Contains("LicenseAssignment.ReadWrite.All", claims.Text("scp").Split(' '));
        Assert.DoesNotContain("User.ReadWrite.All", claims.Text("scp").Split(' '));
        Assert.Contains("4d6ac14f-3453-41d0-bef9-a3e0c569773a", claims.GetProperty("wids").GetRawText(), StringComparison.Ordinal);
        (status, JsonElement again) = await berth.AskAsync(("grant_type", "refresh_token"), ("refresh_token", token.Text("refresh_token")));
        Assert.True(status == 200, again.GetRawText());
        Assert.Contains("LicenseAssignment.ReadWrite.All", IdentityCalls.ClaimsOf(again.Text("access_token")).Text("scp").Split(' '));

        // What came back once comes back no more, nor to another browser, nor without a sign-in, nor to a foreign address.
        await IsRefusedAsync(browser, back, 400, "not on its way here");
        string stolen = await ThereAndBackAsync(browser, name);
        using HttpClient thief = berth.Browser();
        await IsRefusedAsync(thief, stolen, 400, "began in another browser");
        await IsRefusedAsync(browser, "/sign-in/external/callback?code=x&state=y", 400, "not on its way here");
        foreach (string foreign in (string[])["https://evil.example/", "//evil.example/oauth2/v2.0/authorize?x=1", "/v1.0/users?x=1", ""])
        {
            await IsRefusedAsync(browser, $"/sign-in/external?return={Uri.EscapeDataString(foreign)}", 400, "no sign-in to go on with");
        }

        // What the issuer or this server says no to is told in words.
        string denied = await LinkAsync(browser, berth);
        Uri there = (await browser.GetAsync(new Uri(denied, UriKind.Relative), Cancel)).Headers.Location!;
        string state = QueryHelpers.ParseQuery(there.Query)["state"]!;
        Assert.Equal(43, QueryHelpers.ParseQuery(there.Query)["code_challenge"].ToString().Length);
        await IsRefusedAsync(browser, $"/sign-in/external/callback?error=access_denied&error_description=Not%20today&state={state}", 400, "Not today");
        await IsRefusedAsync(browser, await ThereAndBackAsync(browser, stranger), 400, "no such user here");
        Assert.Equal(204, await berth.PatchUserAsync(user.Text("id"), new { accountEnabled = false }));
        await IsRefusedAsync(browser, await ThereAndBackAsync(browser, name), 400, "disabled here");
        (await berth.AskAsync(("grant_type", "refresh_token"), ("refresh_token", again.Text("refresh_token")))).IsRefusal(400, "invalid_grant", 50057);

        // With --oidc-only a password is worth nothing, not even the administrator's.
        (await berth.SignInAsync()).IsRefusal(400, "invalid_grant", 50144);
        Assert.DoesNotContain(client.Text("clientSecret"), berth.Errors + string.Join('\n', berth.Lines), StringComparison.Ordinal);

        // Without it both ways are on the page; and while the issuer is away the password is the one that works.
        await using BerthProcess both = await BerthProcess.StartAsync(null, told);
        Assert.Equal(200, (await both.SignInAsync()).Status);
        using HttpClient another = both.Browser();
        Assert.Contains("name=\"password\"", await another.GetStringAsync(new Uri(Authorize(), UriKind.Relative), Cancel), StringComparison.Ordinal);
        string link = await LinkAsync(another, both);
        await issuer.KillAsync();
        await IsRefusedAsync(another, link, 502, "cannot be asked for its discovery document");
        File.Delete(secret);

        async Task<string> ThereAndBackAsync(HttpClient with, string who)
        {
            using HttpResponseMessage begun = await with.GetAsync(new Uri(await LinkAsync(with, berth), UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.SeeOther, begun.StatusCode);
            Assert.StartsWith(issuer.Http!.ToString(), begun.Headers.Location!.ToString(), StringComparison.Ordinal);
            using HttpResponseMessage signed = await IdentityCalls.AnswerPageAsync(with, begun.Headers.Location.ToString(), ("username", who), ("password", Password), ("answer", "yes"));
            Assert.Equal(HttpStatusCode.SeeOther, signed.StatusCode);
            Assert.StartsWith(new Uri(berth.Http!, ExternalSignIn.CallbackPath).ToString(), signed.Headers.Location!.ToString(), StringComparison.Ordinal);
            return signed.Headers.Location.ToString();
        }
    }

    [Theory]
    [InlineData("good", null)]
    [InlineData("another issuer", "another issuer gave it")]
    [InlineData("another audience", "for another program")]
    [InlineData("another nonce", "answers another sign-in")]
    [InlineData("over", "its time is over")]
    [InlineData("another key", "its signature is not the issuer's")]
    [InlineData("symmetric", "its signature is not the issuer's")]
    [InlineData("unverified", "does not say that your address was verified")]
    [InlineData("nameless", "no claim 'email'")]
    [InlineData("no token", "gave no id token: The code is old")]
    public async Task B739_a_token_counts_when_the_issuer_signed_it_for_this_sign_in(string kind, string? refusal)
    {
        using RSA key = RSA.Create(2048), other = RSA.Create(2048);
        using HttpListener listener = new();
        string address = $"http://127.0.0.1:{FreePort()}";
        listener.Prefixes.Add(address + "/");
        listener.Start();
        JsonWebKey published = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(key.ExportParameters(false)) { KeyId = "k" });
        Task serving = ServeAsync();
        using ExternalIssuer issuer = new(
            new ExternalIssuerOptions(new Uri(address), "us", null, ExternalUserClaim.Email, "groups", new Dictionary<string, DirectoryRole> { ["desk"] = DirectoryRole.All[1] }, false), TimeProvider.System);

        Task<ExternalPerson> redeeming = issuer.RedeemAsync("code", _verifier, "nonce", "http://us/callback", Cancel);
        if (refusal is null)
        {
            ExternalPerson person = await redeeming;
            Assert.Equal(("ada@contoso.example", DirectoryRole.All[1]), (person.Name, Assert.Single(person.Roles)));
        }
        else
        {
            Assert.Contains(refusal, (await Assert.ThrowsAsync<ExternalSignInException>(() => redeeming)).Message, StringComparison.Ordinal);
        }

        listener.Stop();
        await serving;

        string Token()
        {
            DateTime now = DateTime.UtcNow;
            SecurityKey signing = kind == "another key" ? new RsaSecurityKey(other) { KeyId = "k" }
                : kind == "symmetric" ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(published.N)) { KeyId = "k" }
                : new RsaSecurityKey(key) { KeyId = "k" };
            Dictionary<string, object> claims = new()
            {
                ["sub"] = "1", ["nonce"] = kind == "another nonce" ? "theirs" : "nonce", ["email_verified"] = kind != "unverified", ["groups"] = new[] { "desk", "unknown" },
            };
            if (kind != "nameless")
            {
                claims["email"] = "ada@contoso.example";
            }

            return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
            {
                Issuer = kind == "another issuer" ? "http://elsewhere" : address,
                Audience = kind == "another audience" ? "them" : "us",
                IssuedAt = now.AddHours(-2),
                NotBefore = now.AddHours(-2),
                Expires = kind == "over" ? now.AddMinutes(-6) : now.AddMinutes(5),
                Claims = claims,
                SigningCredentials = new SigningCredentials(signing, kind == "symmetric" ? SecurityAlgorithms.HmacSha256 : SecurityAlgorithms.RsaSha256),
            });
        }

        async Task ServeAsync()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                string path = context.Request.Url!.AbsolutePath;
                object answer = path.EndsWith("openid-configuration", StringComparison.Ordinal)
                        ? new { issuer = address, authorization_endpoint = address + "/a", token_endpoint = address + "/t", jwks_uri = address + "/k" }
                    : path == "/k" ? new { keys = new[] { new { kty = "RSA", use = "sig", kid = "k", n = published.N, e = published.E } } }
                    : kind == "no token" ? new { error = "invalid_grant", error_description = "The code is old" }
                    : new { id_token = Token() };
                context.Response.StatusCode = kind == "no token" && path == "/t" ? 400 : 200;
                await context.Response.OutputStream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer));
                context.Response.Close();
            }
        }
    }

    [Theory]
    [InlineData("--oidc-only", "belongs to an issuer")]
    [InlineData("--oidc-issuer http://login.example --oidc-client-id x", "begins with https://")]
    [InlineData("--oidc-issuer https://login.example", "needs --oidc-client-id")]
    [InlineData("--oidc-issuer https://login.example --oidc-client-id x --oidc-role a=License", "--oidc-roles-claim and --oidc-role go together")]
    [InlineData("--oidc-issuer https://login.example --oidc-client-id x --oidc-roles-claim groups --oidc-role a=King", "not of the form VALUE=ROLE")]
    [InlineData("--oidc-issuer https://login.example --oidc-client-id x --oidc-secret-file /nowhere/at/all", "is not there")]
    public async Task What_cannot_be_asked_is_refused_at_the_start(string arguments, string words)
    {
        (int code, _, string errors) = await BerthProcess.CommandAsync(["serve", .. arguments.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static string Authorize() => QueryHelpers.AddQueryString("/organizations/oauth2/v2.0/authorize", new Dictionary<string, string?>
    {
        ["client_id"] = BerthProcess.DemoClient,
        ["response_type"] = "code",
        ["redirect_uri"] = App,
        ["scope"] = "https://graph.microsoft.com/.default openid offline_access",
        ["state"] = "mine",
        ["nonce"] = "mine too",
        ["code_challenge"] = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(_verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        ["code_challenge_method"] = "S256",
    });

    // The page asks nobody for anything: the person takes its link.
    private static async Task<string> LinkAsync(HttpClient browser, BerthProcess berth)
    {
        string page = await browser.GetStringAsync(new Uri(berth.Http!, Authorize()), Cancel);
        return WebUtility.HtmlDecode(Link().Match(page).Groups["to"].Value);
    }

    private static async Task IsRefusedAsync(HttpClient browser, string address, int status, string words)
    {
        using HttpResponseMessage response = await browser.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute), Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(words, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> PostAsync(BerthProcess berth, string path, string body)
    {
        using HttpClient http = await berth.ClientAsync();
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.True(response.IsSuccessStatusCode, answer.RootElement.GetRawText());
        return answer.RootElement.Clone();
    }

    [GeneratedRegex("id=\"elsewhere\" href=\"(?<to>[^\"]+)\"")]
    private static partial Regex Link();
}
