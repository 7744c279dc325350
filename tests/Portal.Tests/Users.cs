using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Berth.Portal.Tests;

/// <summary>The place where users are.</summary>
[Collection(People.Name)]
public sealed class Users(PortalUnderTest portal) : PortalTests(portal)
{
    // B612
    [Fact]
    public async Task A_list_has_the_rows_that_can_be_seen_and_is_gone_through_by_keys()
    {
        await using Window window = await Portal.OpenSignedInAsync("users");
        IPage page = window.Page;
        ILocator grid = page.GetByRole(AriaRole.Grid, new() { Name = "Users" });
        ILocator foot = page.GetByText(new Regex(@"^\d+ users\.$"));
        await Expect(foot).ToBeVisibleAsync();
        string total = (await foot.TextContentAsync())!.Split(' ')[0];
        string rows = $"{int.Parse(total, CultureInfo.InvariantCulture) + 1}";

        Assert.InRange(await grid.Locator(".grid-row").CountAsync(), 10, 40);
        await Expect(grid).ToHaveAttributeAsync("aria-rowcount", rows);

        await grid.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(ActiveOf(page)).ToHaveAttributeAsync("aria-rowindex", rows);
        await Expect(ActiveOf(page)).ToBeInViewportAsync();
        Assert.InRange(await grid.Locator(".grid-row").CountAsync(), 10, 40);

        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await Expect(page.GetByText($"{total} users, 3 selected.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+a");
        await Expect(page.GetByText($"{total} users, {total} selected.")).ToBeVisibleAsync();

        // Whoever leaves before the browser has drawn a frame: what the list would have been told then is told to nobody.
        await page.AddInitScriptAsync("""
            const held = new Map();
            let last = 0;
            window.requestAnimationFrame = frame => { held.set(++last, frame); return last; };
            window.cancelAnimationFrame = id => held.delete(id);
            addEventListener("focusin", event => event.target.tagName === "H1" && event.target.textContent === "Groups" && setTimeout(() => {
                held.forEach(frame => frame(0));
                setTimeout(() => window.drawn = true);
            }), true);
            """);
        await page.ReloadAsync();
        await Expect(foot).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Groups", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Groups", Exact = true })).ToBeFocusedAsync();
        await page.WaitForFunctionAsync("() => window.drawn", null, new() { PollingInterval = 100 });
    }

    [Fact]
    public async Task Whoever_types_finds_a_user_opens_the_panel_by_keys_and_sees_each_license_with_its_way()
    {
        using HttpClient client = await ClientAsync();
        using JsonDocument found = JsonDocument.Parse(await client.GetStringAsync(
            new Uri("/v1.0/users?$select=id,displayName,licenseAssignmentStates&$top=999", UriKind.Relative), Cancel));
        JsonElement user = found.RootElement.GetProperty("value").EnumerateArray().First(one => one.GetProperty("licenseAssignmentStates").EnumerateArray()
            .Any(state => state.GetProperty("assignedByGroup").ValueKind == JsonValueKind.String));
        string name = user.GetProperty("displayName").GetString()!;
        string group = user.GetProperty("licenseAssignmentStates").EnumerateArray()
            .Select(state => state.GetProperty("assignedByGroup").GetString()).OfType<string>().First();
        using JsonDocument named = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1.0/groups/" + group, UriKind.Relative), Cancel));

        await using Window window = await Portal.OpenSignedInAsync("users");
        IPage page = window.Page;
        await page.GetByLabel("Search by name").FocusAsync();
        await page.Keyboard.TypeAsync(name);
        await Expect(page.GetByText("1 user.")).ToBeVisibleAsync();
        ILocator list = page.GetByRole(AriaRole.Grid);
        for (int tabs = 0; tabs < 10 && !await list.EvaluateAsync<bool>("list => list === document.activeElement"); tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");

        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = name });
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true })).ToBeFocusedAsync();
        await Expect(panel.GetByText($"Through {named.RootElement.GetProperty("displayName").GetString()}").First).ToBeVisibleAsync();
        Assert.EndsWith("/portal/users/" + user.GetProperty("id").GetString(), page.Url, StringComparison.Ordinal);
        await window.PictureAsync("user-panel-light");

        await page.Keyboard.PressAsync("Escape");
        await Expect(panel).ToHaveCountAsync(0);
        await Expect(list).ToBeFocusedAsync();
    }

    // B620, B645
    [Fact]
    public async Task Selected_users_get_a_license_that_is_replaced_and_taken_away_again_each_time_after_its_plan_was_seen()
    {
        // Somebody found by one filter and somebody found by another one, together.
        await using Window window = await Portal.OpenSignedInAsync("users?show=unlicensed");
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select Contoso Administrator" }).CheckAsync();
        await page.GetByLabel("Show", new() { Exact = true }).SelectOptionAsync("");
        await page.GetByLabel("License", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "PROJECTPROFESSIONAL" });
        await Expect(page.GetByText("12 users, 1 selected.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Grid).FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Space");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add licenses" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Licenses of" });
        await dialog.GetByLabel("EMSPREMIUM", new() { Exact = true }).CheckAsync();
        await Expect(dialog.GetByText("EMSPREMIUM: up to 2 needed, 1 free.")).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("licenses-short");

        // Whoever goes on all the same is told which license it is, by its part number.
        window.Forgive("400 (Bad Request)");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Give EMSPREMIUM to" }).GetByRole(AriaRole.Alert)).ToContainTextAsync("Subscription with SKU EMSPREMIUM does not have any available licenses");
        await window.PictureAsync("licenses-refused");
        await page.Keyboard.PressAsync("Escape");
        await dialog.GetByLabel("EMSPREMIUM", new() { Exact = true }).UncheckAsync();
        await dialog.GetByLabel("VISIOCLIENT", new() { Exact = true }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();

        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Give VISIOCLIENT to" });
        await Expect(plan.GetByText("2 users get a license")).ToBeVisibleAsync();
        await window.PictureAsync("licenses-plan");
        await plan.GetByRole(AriaRole.Button, new() { Name = "Give it" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(page.GetByText("12 users.")).ToBeVisibleAsync();
        Assert.Equal(["VISIOCLIENT"], await LicensesOfAdminAsync());

        // The same of one user, from the panel.
        await page.GotoAsync("/portal/users/" + PortalUnderTest.Admin);
        await Expect(page.GetByText("Directly: Active")).ToBeVisibleAsync();
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = "Contoso Administrator" });
        await panel.GetByRole(AriaRole.Button, new() { Name = "Replace a license" }).ClickAsync();
        dialog = panel.GetByRole(AriaRole.Dialog, new() { Name = "Licenses of Contoso Administrator" });
        await dialog.GetByLabel("License to take").SelectOptionAsync(new SelectOptionValue { Label = "VISIOCLIENT" });
        await dialog.GetByLabel("PROJECTPROFESSIONAL", new() { Exact = true }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Give PROJECTPROFESSIONAL in place of VISIOCLIENT to Contoso Administrator" });
        await plan.GetByRole(AriaRole.Button, new() { Name = "Replace it" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = "PROJECTPROFESSIONAL", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["PROJECTPROFESSIONAL"], await LicensesOfAdminAsync());

        await panel.GetByRole(AriaRole.Button, new() { Name = "Remove licenses" }).ClickAsync();
        await dialog.GetByLabel("PROJECTPROFESSIONAL", new() { Exact = true }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Take PROJECTPROFESSIONAL from Contoso Administrator" });

        // Who thinks better of it changes nothing and is back where they chose.
        await Expect(plan.GetByText("1 user loses a license")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(plan).ToBeHiddenAsync();
        Assert.Equal(["PROJECTPROFESSIONAL"], await LicensesOfAdminAsync());
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Take it away" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(panel.GetByText("No license, and none on the way.")).ToBeVisibleAsync();
        Assert.Empty(await LicensesOfAdminAsync());
    }

    // B621, B622
    [Fact]
    public async Task The_tabs_of_a_user_switch_apps_explain_what_is_missing_and_tell_what_happened()
    {
        using HttpClient client = await ClientAsync();
        const string holder = PortalUnderTest.Admin;
        await AssignAsync(client, "{\"addLicenses\":[{\"skuId\":\"53818b1b-4a27-454b-8896-0dba576410e6\"}],\"removeLicenses\":[]}");
        await using Window window = await Portal.OpenSignedInAsync("users/" + holder);
        IPage page = window.Page;
        ILocator license = page.GetByRole(AriaRole.Region, new() { Name = "PROJECTPROFESSIONAL", Exact = true });
        await license.Locator("summary").ClickAsync();
        ILocator app = license.GetByRole(AriaRole.Checkbox).First;
        string name = await license.Locator("label").First.InnerTextAsync();
        await app.UncheckAsync();
        await license.GetByRole(AriaRole.Button, new() { Name = "Save the switches" }).ClickAsync();
        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Switch apps of PROJECTPROFESSIONAL" });
        await plan.GetByRole(AriaRole.Button, new() { Name = "Switch them" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        using JsonDocument after = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1.0/users/{holder}/licenseDetails", UriKind.Relative), Cancel));
        Assert.Equal("Disabled", after.RootElement.GetProperty("value").EnumerateArray().SelectMany(one => one.GetProperty("servicePlans").EnumerateArray())
            .First(one => one.GetProperty("servicePlanName").GetString() == name.Trim()).GetProperty("provisioningStatus").GetString());
        await window.PictureAsync("user-licenses");

        // By keys from tab to tab; the address says which one it is.
        await page.GetByRole(AriaRole.Tab, new() { Name = "Licenses and apps" }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "History" })).ToBeFocusedAsync();
        await Expect(page.GetByText($"without {name.Trim()} now, all on before")).ToBeVisibleAsync();
        Assert.EndsWith("/history", page.Url, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.GetByText("No Cloud PC.").Or(page.GetByRole(AriaRole.Table, new() { Name = "Cloud PCs" }))).ToBeVisibleAsync();

        await AssignAsync(client, "{\"addLicenses\":[],\"removeLicenses\":[\"53818b1b-4a27-454b-8896-0dba576410e6\"]}");

        // Somebody who waits for a seat: the fix that buys one is decided and done from here.
        using JsonDocument waiting = JsonDocument.Parse(await client.GetStringAsync(new Uri("/berth/v1/waiting?skuId=9fb0ba5f-4825-4e84-b239-5167a3a5d4dc", UriKind.Relative), Cancel));
        string waits = waiting.RootElement.GetProperty("value")[0].GetProperty("userId").GetString()!;
        await page.GotoAsync($"/portal/users/{waits}/explain");
        ILocator why = page.GetByRole(AriaRole.Region, new() { Name = "CPC_E_8C_32GB_512GB", Exact = true });
        await Expect(why.GetByText("Rule G1: Subscription with SKU CPC_E_8C_32GB_512GB does not have any available licenses.")).ToBeVisibleAsync();
        await window.PictureAsync("user-explain");
        await window.IsAccessibleAsync();
        await why.GetByRole(AriaRole.Button, new() { Name = "See what this does: Have" }).First.ClickAsync();
        plan = page.GetByRole(AriaRole.Dialog, new() { Name = "units of CPC_E_8C_32GB_512GB" });
        await plan.GetByRole(AriaRole.Button, new() { Name = "Do it" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(why.GetByText("has it", new() { Exact = true })).ToBeVisibleAsync();
    }

    private static async Task AssignAsync(HttpClient client, string body)
    {
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
        (await client.PostAsync(new Uri($"/v1.0/users/{PortalUnderTest.Admin}/assignLicense", UriKind.Relative), content, Cancel)).EnsureSuccessStatusCode().Dispose();
    }

    private async Task<string[]> LicensesOfAdminAsync()
    {
        using HttpClient client = await ClientAsync();
        using JsonDocument details = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1.0/users/{PortalUnderTest.Admin}/licenseDetails", UriKind.Relative), Cancel));
        return [.. details.RootElement.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("skuPartNumber").GetString()!)];
    }

    // B601, B611
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 400)]
    public async Task A_link_to_a_user_opens_the_panel_and_axe_finds_nothing_serious(ColorScheme scheme, int width)
    {
        await using Window window = await Portal.OpenSignedInAsync("users/" + PortalUnderTest.Admin, scheme, width);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Administrator", Exact = true })).ToBeVisibleAsync();
        await Expect(window.Page.GetByText(PortalUnderTest.Admin).Last).ToBeVisibleAsync();

        await window.PictureAsync(string.Create(CultureInfo.InvariantCulture, $"user-link-{scheme}-{width}"));
        await window.IsAccessibleAsync();
    }

    // B611
    [Fact]
    public async Task What_axe_calls_critical_fails_a_test()
    {
        await using Window window = await Portal.OpenSignedInAsync("users/" + PortalUnderTest.Admin);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Administrator", Exact = true })).ToBeVisibleAsync();
        await window.Page.EvaluateAsync("() => document.querySelector('main').append(document.createElement('select'))");

        Exception wrong = await Assert.ThrowsAnyAsync<Exception>(window.IsAccessibleAsync);

        Assert.StartsWith("select-name: ", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    // B654
    [Fact]
    public async Task Back_takes_back_what_narrowed_the_list()
    {
        await using Window window = await Portal.OpenSignedInAsync("users");
        IPage page = window.Page;
        ILocator show = page.GetByLabel("Show", new() { Exact = true }), license = page.GetByLabel("License", new() { Exact = true });
        await license.SelectOptionAsync(new SelectOptionValue { Label = "VISIOCLIENT" });
        string sku = await license.InputValueAsync();
        await show.SelectOptionAsync("error");
        await show.SelectOptionAsync("disabled");
        await Expect(page).ToHaveURLAsync(new Regex("show=disabled"));

        await page.GoBackAsync();
        await Expect(show).ToHaveValueAsync("error");
        await Expect(license).ToHaveValueAsync(sku);
        await page.GoBackAsync();
        await Expect(show).ToHaveValueAsync("");
        await page.GoBackAsync();
        await Expect(license).ToHaveValueAsync("");
    }

    private static ILocator ActiveOf(IPage page) => page.Locator(".grid-row.is-active");
}
