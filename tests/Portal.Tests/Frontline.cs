using System.Net.Http.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Berth.Portal.Tests;

/// <summary>The place where it is seen how shared licenses stand.</summary>
[Collection(Portal.Name)]
public sealed class Frontline(PortalUnderTest portal)
{
    // B601, B611, B635
    [Fact]
    public async Task Pools_say_how_they_stand_and_a_simulation_how_many_licenses_are_needed()
    {
        using HttpClient client = await portal.Berth.ClientAsync();
        (await client.PostAsJsonAsync(
            new Uri("/berth/v1/subscriptions", UriKind.Relative), new { skuPartNumber = "Windows_365_S_8vCPU_32GB_128GB", units = 2 }, TestContext.Current.CancellationToken))
            .EnsureSuccessStatusCode().Dispose();

        await using Window window = await portal.OpenSignedInAsync("frontline");
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "8vCPU/32GB/128GB" }).ClickAsync();
        await Expect(page.GetByText("No group has a share")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "8vCPU/32GB/128GB" }).GetByText("0 of 6")).ToBeVisibleAsync();
        await window.PictureAsync("frontline-light");
        await window.IsAccessibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "How many licenses do we need?" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How many Frontline licenses do we need?" })).ToBeFocusedAsync();
        await page.GetByLabel("People").First.FillAsync("6");
        await page.GetByLabel("People").Nth(1).FillAsync("6");
        await page.GetByLabel("Days played").FillAsync("5");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "for 12 people" })).ToBeFocusedAsync();
        Assert.True(await page.GetByRole(AriaRole.Img, new() { Name = "People at work" }).EvaluateAsync<bool>("image => image.decode().then(() => image.naturalWidth > 0)"));
        await window.PictureAsync("simulation-light");
        await window.IsAccessibleAsync();

        await using Window narrow = await portal.OpenSignedInAsync("frontline", ColorScheme.Dark, 400);
        await Expect(narrow.Page.GetByRole(AriaRole.Table, new() { Name = "Pools" })).ToBeVisibleAsync();
        await narrow.PictureAsync("frontline-dark-400");
        await narrow.IsAccessibleAsync();
    }
}
