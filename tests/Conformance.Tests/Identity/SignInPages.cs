using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>The two pages on which people sign in: for a device (B207), and for a program with a browser (B208).</summary>
public sealed class SignInPages(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private const string Scope = "https://graph.microsoft.com/User.Read offline_access openid profile";
    private const string Redirect = "http://localhost:8400/callback";
    private const string Verifier = "a-verifier-of-the-length-that-the-standard-asks-for-0123456789";

    private static readonly (string Name, string Value)[] _admin = [("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BerthProcess Berth => demo.Berth;

    [Theory]
    [InlineData("device_code", "device_code")]
    [InlineData(IdentityCalls.DeviceGrant, "device_code")]
    [InlineData(IdentityCalls.DeviceGrant, "code")]
    public async Task A_device_gets_its_token_once_a_person_has_typed_its_code(string grant, string parameter)
    {
        JsonElement device = await BeginAsync();
        (string, string?)[] question = [("grant_type", grant), (parameter, device.Text("device_code"))];
        (await Berth.AskAsync(question)).IsRefusal(400, "authorization_pending", 70016);

        // B774
        (await Berth.AskAsync(question)).IsRefusal(400, "slow_down", 50196);

        using HttpClient browser = Berth.Browser();
        string typed = device.Text("user_code").ToLowerInvariant().Insert(4, " ");
        using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(browser, device.Text("verification_uri"), [("user_code", typed), .. _admin]);
        (int status, JsonElement answer) = await Berth.AskAsync(question);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("is signed in as admin@contoso.example", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal((200, "User.Read openid profile"), (status, answer.Text("scope")));
        Assert.NotEmpty(answer.Text("id_token"));
        Assert.NotEmpty(answer.Text("refresh_token"));
        (await Berth.AskAsync(question)).IsRefusal(400, "bad_verification_code", 70018);
    }

    [Fact]
    public async Task A_device_is_told_where_and_how_long()
    {
        JsonElement device = await BeginAsync();
        string page = new Uri(Berth.Http!, "devicelogin").ToString();

        Assert.Equal(page, device.Text("verification_uri"));
        Assert.Equal((900, 5), (device.GetProperty("expires_in").GetInt32(), device.GetProperty("interval").GetInt32()));
        Assert.Equal($"To sign in, use a web browser to open the page {page} and enter the code {device.Text("user_code")} to authenticate.", device.Text("message"));
        Assert.Matches("^[A-Z0-9]{9}$", device.Text("user_code"));
    }

    [Fact]
    public async Task A_person_may_decline()
    {
        JsonElement device = await BeginAsync();
        using HttpClient browser = Berth.Browser();
        using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(
            browser, "/devicelogin?user_code=" + device.Text("user_code"), ("user_code", device.Text("user_code")), ("answer", "no"));

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        (await Berth.AskAsync(("grant_type", "device_code"), ("device_code", device.Text("device_code")))).IsRefusal(400, "authorization_declined", 70017);
    }

    [Fact]
    public async Task A_page_that_is_answered_wrongly_says_why_and_signs_nobody_in()
    {
        JsonElement device = await BeginAsync();
        using HttpClient browser = Berth.Browser();
        foreach ((string code, string name, string password, string told) in ((string, string, string, string)[])
            [
                ("WRONGCODE", IdentityCalls.Admin, IdentityCalls.AdminPassword, "This code is not known"),
                (device.Text("user_code"), IdentityCalls.Admin, "wrong", "AADSTS50126"),
                (device.Text("user_code"), "<script>@contoso.example", "wrong", "AADSTS50034"),
            ])
        {
            using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(browser, "/devicelogin", ("user_code", code), ("username", name), ("password", password));
            string text = await page.Content.ReadAsStringAsync(Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
            Assert.Contains(told, text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
            Assert.DoesNotContain(IdentityCalls.AdminPassword, text, StringComparison.Ordinal);
        }

        (await Berth.AskAsync(("grant_type", "device_code"), ("device_code", device.Text("device_code")))).IsRefusal(400, "authorization_pending", 70016);
    }

    [Theory]
    [InlineData("/devicelogin")]
    [InlineData("/common/oauth2/v2.0/authorize?client_id=" + BerthProcess.DemoClient + "&response_type=code&scope=openid&redirect_uri=http://localhost:8400/callback")]
    public async Task A_page_asks_nobody_else_for_anything_and_takes_its_own_form_only(string address)
    {
        using HttpClient browser = Berth.Browser();
        using HttpResponseMessage page = await browser.GetAsync(new Uri(address, UriKind.Relative), Cancel);
        string text = await page.Content.ReadAsStringAsync(Cancel);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();

        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        Assert.DoesNotContain("://", text.Replace("redirect_uri=http://", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", text, StringComparison.Ordinal);
        foreach (string field in (string[])["username", "password"])
        {
            Assert.Contains($"<label for=\"{field}\">", text, StringComparison.Ordinal);
        }

        string cookie = page.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        foreach (string token in (string[])["", "guessed"])
        {
            using FormUrlEncodedContent form = new([KeyValuePair.Create("anti-forgery", token), .. _admin.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
            using HttpResponseMessage refused = await browser.PostAsync(new Uri(address, UriKind.Relative), form, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("This form did not come from this page", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        using HttpResponseMessage put = await browser.PutAsync(new Uri(address, UriKind.Relative), null, Cancel);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
    }

    [Fact]
    public async Task A_device_without_a_client_or_with_an_unknown_scope_gets_no_code()
    {
        using HttpClient http = await Berth.ClientAsync(authenticated: false);

        (await http.AskAsync("/common/oauth2/v2.0/devicecode", ("client_id", "x"), ("scope", "openid"))).IsRefusal(400, "unauthorized_client", 700016);
        (await http.AskAsync("/common/oauth2/v2.0/devicecode")).IsRefusal(400, "invalid_request", 900144);
        (await http.AskAsync("/fabrikam.example/oauth2/v2.0/devicecode", ("scope", "openid"))).IsRefusal(400, "invalid_request", 90002);
        (await http.AskAsync("/common/oauth2/v2.0/devicecode", ("scope", "https://vault.azure.net/.default"))).IsRefusal(400, "invalid_resource", 500011);
        (await Berth.AskAsync(("grant_type", "device_code"), ("device_code", "guessed"))).IsRefusal(400, "bad_verification_code", 70018);
        (await Berth.AskAsync(("grant_type", "device_code"))).IsRefusal(400, "invalid_request", 900144);
    }

    [Fact]
    public async Task A_program_redeems_its_code_with_the_verifier_once()
    {
        Dictionary<string, string> sent = await AuthorizeAsync(("state", "a b&c"), ("nonce", "n-1"), ("code_challenge", Challenge(Verifier)), ("code_challenge_method", "S256"));
        Assert.Equal("a b&c", sent["state"]);

        (int status, JsonElement answer) = await RedeemAsync(sent["code"], Redirect, Verifier);

        Assert.Equal((200, "User.Read openid profile"), (status, answer.Text("scope")));
        Assert.Equal("n-1", IdentityCalls.ClaimsOf(answer.Text("id_token")).Text("nonce"));
        (await RedeemAsync(sent["code"], Redirect, Verifier)).IsRefusal(400, "invalid_grant", 54005);
    }

    [Fact]
    public async Task A_code_without_a_challenge_is_the_applications_with_its_secret()
    {
        (await RedeemAsync((await AuthorizeAsync())["code"], Redirect, null)).IsRefusal(401, "invalid_client", 7000218);
        Assert.Equal(200, (await RedeemAsync((await AuthorizeAsync())["code"], Redirect, null, BerthProcess.DemoSecret)).Status);
    }

    [Fact]
    public async Task A_code_that_does_not_fit_is_refused()
    {
        (string, string)[] challenge = [("code_challenge", Challenge(Verifier)), ("code_challenge_method", "S256")];

        (await RedeemAsync((await AuthorizeAsync(challenge))["code"], Redirect, Verifier + "x")).IsRefusal(400, "invalid_grant", 501481);
        (await RedeemAsync((await AuthorizeAsync(challenge))["code"], Redirect, null)).IsRefusal(400, "invalid_grant", 501481);
        (await RedeemAsync((await AuthorizeAsync(challenge))["code"], "http://localhost:8401/callback", Verifier)).IsRefusal(400, "invalid_grant", 500112);
        (await RedeemAsync("guessed", Redirect, Verifier)).IsRefusal(400, "invalid_grant", 70000);
        (await RedeemAsync("", Redirect, Verifier)).IsRefusal(400, "invalid_request", 900144);
    }

    [Theory]
    [InlineData("client_id", "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a21", "AADSTS700016")]
    [InlineData("redirect_uri", "https://evil.example/", "AADSTS50011")]
    [InlineData("redirect_uri", "http://localhost.evil.example/", "AADSTS50011")]
    [InlineData("redirect_uri", "http://user@localhost/", "AADSTS50011")]
    [InlineData("redirect_uri", "javascript:alert(1)", "AADSTS50011")]
    [InlineData("redirect_uri", "", "AADSTS50011")]
    public async Task A_stranger_is_sent_nowhere(string name, string value, string told)
    {
        using HttpClient browser = Berth.Browser();
        using HttpResponseMessage page = await browser.GetAsync(new Uri(Address((name, value)), UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Null(page.Headers.Location);
        Assert.Contains(told, await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state", 4096, HttpStatusCode.OK)]
    [InlineData("state", 4097, HttpStatusCode.BadRequest)]
    [InlineData("nonce", 4096, HttpStatusCode.OK)]
    [InlineData("nonce", 4097, HttpStatusCode.BadRequest)]
    public async Task State_and_nonce_have_at_most_4096_characters(string name, int length, HttpStatusCode status)
    {
        using HttpClient browser = Berth.Browser();
        using HttpResponseMessage page = await browser.GetAsync(new Uri(Address((name, new string('s', length))), UriKind.Relative), Cancel);

        Assert.Equal(status, page.StatusCode);
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_mode", "form_post", "unsupported_response_type")]
    [InlineData("scope", "", "invalid_request")]
    [InlineData("scope", "https://vault.azure.net/.default", "invalid_resource")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("prompt", "none", "login_required")]
    public async Task What_cannot_be_granted_is_told_to_the_program(string name, string value, string error)
    {
        using HttpClient browser = Berth.Browser();
        using HttpResponseMessage page = await browser.GetAsync(new Uri(Address((name, value), ("state", "s")), UriKind.Relative), Cancel);
        Dictionary<string, string> sent = Sent(page);

        Assert.Equal((error, "s"), (sent["error"], sent["state"]));
        Assert.StartsWith("AADSTS", sent["error_description"], StringComparison.Ordinal);
    }

    private static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private static string Address(params (string Name, string Value)[] changes)
    {
        Dictionary<string, string?> query = new()
        {
            ["client_id"] = BerthProcess.DemoClient,
            ["response_type"] = "code",
            ["redirect_uri"] = Redirect,
            ["scope"] = Scope,
        };
        foreach ((string name, string value) in changes)
        {
            query[name] = value;
        }

        return QueryHelpers.AddQueryString("/organizations/oauth2/v2.0/authorize", query);
    }

    private static Dictionary<string, string> Sent(HttpResponseMessage page)
    {
        Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
        Assert.StartsWith(Redirect + "?", page.Headers.Location!.OriginalString, StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(page.Headers.Location.Query).ToDictionary(entry => entry.Key, entry => entry.Value.ToString());
    }

    private async Task<Dictionary<string, string>> AuthorizeAsync(params (string Name, string Value)[] parameters)
    {
        using HttpClient browser = Berth.Browser();
        using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(browser, Address(parameters), _admin);
        return Sent(page);
    }

    private async Task<JsonElement> BeginAsync()
    {
        using HttpClient http = await Berth.ClientAsync(authenticated: false);
        (int status, JsonElement device) = await http.AskAsync("/organizations/oauth2/v2.0/devicecode", ("scope", Scope));
        Assert.Equal(200, status);
        return device;
    }

    private Task<(int Status, JsonElement Body)> RedeemAsync(string code, string redirect, string? verifier, string? secret = null) => Berth.AskAsync(
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", verifier), ("client_secret", secret));
}
