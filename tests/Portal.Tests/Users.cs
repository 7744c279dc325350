using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Berth.Portal.Tests;

/// <summary>The place where users are.</summary>
[Collection(Portal.Name)]
public sealed class Users(PortalUnderTest portal)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B612
    [Fact]
    public async Task A_list_has_the_rows_that_can_be_seen_and_is_gone_through_by_keys()
    {
        await using Window window = await portal.OpenSignedInAsync("users");
        IPage page = window.Page;
        ILocator grid = page.GetByRole(AriaRole.Grid, new() { Name = "Users" });
        await Expect(page.GetByText("250 users.")).ToBeVisibleAsync();

        Assert.InRange(await grid.Locator(".grid-row").CountAsync(), 10, 40);
        await Expect(grid).ToHaveAttributeAsync("aria-rowcount", "251");

        await grid.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(ActiveOf(page)).ToHaveAttributeAsync("aria-rowindex", "251");
        await Expect(ActiveOf(page)).ToBeInViewportAsync();
        Assert.InRange(await grid.Locator(".grid-row").CountAsync(), 10, 40);

        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await Expect(page.GetByText("250 users, 3 selected.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+a");
        await Expect(page.GetByText("250 users, 250 selected.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_types_finds_a_user_opens_the_panel_by_keys_and_sees_each_license_with_its_way()
    {
        using HttpClient client = await portal.Berth.ClientAsync();
        using JsonDocument found = JsonDocument.Parse(await client.GetStringAsync(
            new Uri("/v1.0/users?$select=id,displayName,licenseAssignmentStates&$top=999", UriKind.Relative), Cancel));
        JsonElement user = found.RootElement.GetProperty("value").EnumerateArray().First(one => one.GetProperty("licenseAssignmentStates").EnumerateArray()
            .Any(state => state.GetProperty("assignedByGroup").ValueKind == JsonValueKind.String));
        string name = user.GetProperty("displayName").GetString()!;
        string group = user.GetProperty("licenseAssignmentStates").EnumerateArray()
            .Select(state => state.GetProperty("assignedByGroup").GetString()).OfType<string>().First();
        using JsonDocument named = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1.0/groups/" + group, UriKind.Relative), Cancel));

        await using Window window = await portal.OpenSignedInAsync("users");
        IPage page = window.Page;
        await page.GetByLabel("Search by name").FocusAsync();
        await page.Keyboard.TypeAsync(name);
        await Expect(page.GetByText("1 user.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");

        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = name });
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeFocusedAsync();
        await Expect(panel.GetByText($"Through {named.RootElement.GetProperty("displayName").GetString()}").First).ToBeVisibleAsync();
        Assert.EndsWith("/portal/users/" + user.GetProperty("id").GetString(), page.Url, StringComparison.Ordinal);
        await window.PictureAsync("user-panel-light");

        await page.Keyboard.PressAsync("Escape");
        await Expect(panel).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Grid)).ToBeFocusedAsync();
    }

    // B601, B611
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Dark, 400)]
    public async Task A_link_to_a_user_opens_the_panel_and_axe_finds_nothing_serious(ColorScheme scheme, int width)
    {
        await using Window window = await portal.OpenSignedInAsync("users/" + PortalUnderTest.Admin, scheme, width);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Administrator" })).ToBeVisibleAsync();
        await Expect(window.Page.GetByText(PortalUnderTest.Admin).Last).ToBeVisibleAsync();

        await window.PictureAsync(string.Create(CultureInfo.InvariantCulture, $"user-link-{scheme}-{width}"));
        await window.IsAccessibleAsync();
    }

    private static ILocator ActiveOf(IPage page) => page.Locator(".grid-row.is-active");
}
