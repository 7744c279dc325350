using System.Net;
using System.Net.Http.Json;
using Berth.Conformance.Tests.Process;

namespace Berth.Portal.Tests;

/// <summary>The first minutes of an installation that is no demo.</summary>
[Collection(Machines.Name)]
public sealed class SettingUp(PortalUnderTest portal) : PortalTests(portal)
{
    private static readonly Uri _setUp = new("/berth/v1/setup", UriKind.Relative);

    // B608, B609
    [Fact]
    public async Task Whoever_reads_the_console_sets_up_the_company_in_the_browser_and_signs_in_as_its_administrator()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        string code = CodeOf(berth);
        await using Window window = await Portal.OpenAsync(at: berth.Http);
        IPage page = window.Page;
        await page.GotoAsync(new Uri(berth.Http!, "/").ToString());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Set up this Berth", Exact = true })).ToBeFocusedAsync();
        await window.PictureAsync("set-up-light");
        await window.IsAccessibleAsync();

        await page.Keyboard.PressAsync("Tab");
        foreach (string text in (string[])["00000-00000-00000-00000", "Fabrikam", "fabrikam.example", "DE", "ada", "twelve chars"])
        {
            await page.Keyboard.PressAsync("Control+a");
            await page.Keyboard.TypeAsync(text);
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not the set-up code.");
        window.Forgive("403 (Forbidden)");

        await page.GetByLabel("Set-up code").FillAsync(code);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Fabrikam is set up", Exact = true })).ToBeFocusedAsync();
        await Expect(page.GetByText("Its secret is shown this once")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await window.SignInAsync("ada@fabrikam.example", "twelve chars");
        await Expect(page.GetByText("Fabrikam", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("This tenant owns no license yet.")).ToBeVisibleAsync();
    }

    // B608, B609
    [Fact]
    public async Task A_first_administrator_is_of_the_tenant_and_has_a_password_of_12_to_256_characters()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        string code = CodeOf(berth);
        using HttpClient client = new() { BaseAddress = berth.Http };
        Assert.Equal("{\"isNeeded\":true}", await client.GetStringAsync(_setUp, Cancel));

        // The one that is taken comes last: none before it used up the code.
        foreach ((string name, int characters, HttpStatusCode status) in new[]
        {
            ("ada@elsewhere.example", 12, HttpStatusCode.BadRequest),
            ("a da@fabrikam.example", 12, HttpStatusCode.BadRequest),
            ("@fabrikam.example", 12, HttpStatusCode.BadRequest),
            ("ada@fabrikam.example", 11, HttpStatusCode.BadRequest),
            ("ada@fabrikam.example", 257, HttpStatusCode.BadRequest),
            ("ada@fabrikam.example", 256, HttpStatusCode.Created),
        })
        {
            string password = new('p', characters);
            using HttpResponseMessage response = await client.PostAsJsonAsync(
                _setUp,
                new { code, displayName = "Fabrikam", domain = "fabrikam.example", country = "DE", administrator = new { userPrincipalName = name, password } },
                Cancel);
            Assert.Equal((name, characters, status), (name, characters, response.StatusCode));
        }

        Assert.Equal("{\"isNeeded\":false}", await client.GetStringAsync(_setUp, Cancel));
    }

    private static string CodeOf(BerthProcess berth) =>
        berth.Lines.Single(line => line.StartsWith("Set-up code: ", StringComparison.Ordinal))["Set-up code: ".Length..];
}
