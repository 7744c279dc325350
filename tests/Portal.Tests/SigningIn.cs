using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Berth.Portal.Tests;

/// <summary>How people come in, and out again.</summary>
[Collection(People.Name)]
public sealed class SigningIn(PortalUnderTest portal) : PortalTests(portal)
{
    private const string ClientId = "3f0c6d0a-6f5d-4c0f-9a55-be47b0a7d1c6";

    // Other tests make people, too.
    private static readonly Regex _users = new(@"^\d+ users\.$");

    // B604, B606, B611, B615
    [Fact]
    public async Task A_person_signs_in_by_keys_alone_is_where_they_wanted_to_go_stays_over_a_reload_and_signs_out()
    {
        await using Window window = await Portal.OpenAsync();
        await window.Page.GotoAsync("/portal/users");
        await window.SignInAsync(PortalUnderTest.Admin, PortalUnderTest.Password);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Users", Exact = true })).ToBeVisibleAsync();

        await window.Page.ReloadAsync();
        await Expect(window.Page.GetByText(_users)).ToBeVisibleAsync();

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "You are signed out", Exact = true })).ToBeFocusedAsync();

        // An address that looks like somebody else's leads nowhere but here.
        await window.Page.GotoAsync("/portal///elsewhere.example/");
        await window.SignInAsync(PortalUnderTest.Admin, PortalUnderTest.Password);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "There is no such page", Exact = true })).ToBeVisibleAsync();
        Assert.StartsWith($"{Portal.Berth.Http}portal/", window.Page.Url, StringComparison.Ordinal);
    }

    // B606
    [Fact]
    public async Task A_token_that_is_over_is_renewed_and_a_sign_in_that_is_over_leads_to_the_page_and_back()
    {
        await using Window window = await Portal.OpenAsync();
        await window.Page.GotoAsync("/portal/users");
        await window.SignInAsync(PortalUnderTest.Admin, PortalUnderTest.Password);
        await Expect(window.Page.GetByText(_users)).ToBeVisibleAsync();

        await ChangeKeptAsync(window, "kept.Ends = '2020-01-01T00:00:00Z'");
        Task<IRequest> renewal = window.Page.WaitForRequestAsync("**/oauth2/v2.0/token");
        await window.Page.ReloadAsync();
        Assert.Contains("grant_type=refresh_token", (await renewal).PostData, StringComparison.Ordinal);
        await Expect(window.Page.GetByText(_users)).ToBeVisibleAsync();

        window.Forgive("400 (Bad Request)");
        await ChangeKeptAsync(window, "kept.Ends = '2020-01-01T00:00:00Z'; kept.RefreshToken = 'over'");
        await window.Page.ReloadAsync();
        await window.SignInAsync(PortalUnderTest.Admin, PortalUnderTest.Password);
        await Expect(window.Page.GetByText(_users)).ToBeVisibleAsync();
    }

    // B607
    [Fact]
    public async Task A_sign_in_that_fails_says_why_in_words()
    {
        await using Window window = await Portal.OpenAsync();
        await window.Page.GotoAsync("/portal/");
        await window.Page.GetByLabel("Sign-in name").FillAsync(PortalUnderTest.Admin);
        await window.Page.GetByLabel("Password").FillAsync("not-it");
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("invalid username or password");
        await window.PictureAsync("sign-in-refused");
        window.Forgive("400 (Bad Request)");

        await window.Page.GotoAsync("/portal/sign-in?code=stolen&state=of-another-tab");
        await Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not belong to a sign-in of this tab");
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in again" })).ToBeVisibleAsync();

        await window.Page.GotoAsync("/portal/sign-in?error=access_denied&error_description=Somebody%20said%20no.");
        await Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    // B605
    [Fact]
    public async Task Nobody_gets_a_token_of_the_admin_center_by_password_by_device_or_at_another_address()
    {
        using HttpClient client = new() { BaseAddress = Portal.Berth.Http };
        foreach ((string path, Dictionary<string, string> form) in new (string, Dictionary<string, string>)[]
        {
            ("token", new() { ["grant_type"] = "password", ["username"] = PortalUnderTest.Admin, ["password"] = PortalUnderTest.Password, ["scope"] = "User.Read" }),
            ("devicecode", new() { ["scope"] = "User.Read" }),
        })
        {
            form["client_id"] = ClientId;
            using FormUrlEncodedContent content = new(form);
            using HttpResponseMessage refused = await client.PostAsync(new Uri("/organizations/oauth2/v2.0/" + path, UriKind.Relative), content, Cancel);
            using JsonDocument body = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancel));
            Assert.Equal((HttpStatusCode.BadRequest, 70001), (refused.StatusCode, body.RootElement.GetProperty("error_codes")[0].GetInt32()));
        }

        foreach (string elsewhere in (string[])["http://127.0.0.1:1/portal/sign-in", $"{Portal.Berth.Http}portal/", "https://attacker.example/portal/sign-in"])
        {
            using HttpResponseMessage page = await client.GetAsync(
                new Uri($"/organizations/oauth2/v2.0/authorize?client_id={ClientId}&response_type=code&scope=User.Read&redirect_uri={Uri.EscapeDataString(elsewhere)}", UriKind.Relative), Cancel);
            Assert.Contains("AADSTS50011", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    private static async Task ChangeKeptAsync(Window window, string change) => await window.Page.EvaluateAsync(
        $"() => {{ const kept = JSON.parse(sessionStorage.getItem('berth.session')); {change}; sessionStorage.setItem('berth.session', JSON.stringify(kept)); }}");
}
