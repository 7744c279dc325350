using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Berth.Portal.Tests;

/// <summary>The place where the Cloud PCs are.</summary>
[Collection(Portal.Name)]
public sealed class CloudPcs(PortalUnderTest portal)
{
    private const string Root = "/beta/deviceManagement/virtualEndpoint/cloudPCs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B601, B611, B634
    [Fact]
    public async Task A_person_finds_a_Cloud_PC_by_its_status_reads_its_story_and_sees_what_making_it_anew_destroys()
    {
        using HttpClient client = await portal.Berth.ClientAsync();
        using JsonDocument ready = JsonDocument.Parse(await client.GetStringAsync(new Uri($"{Root}?$filter=status eq 'provisioned'", UriKind.Relative), Cancel));
        JsonElement first = ready.RootElement.GetProperty("value")[0];
        string id = first.GetProperty("id").GetString()!, name = first.GetProperty("managedDeviceName").GetString()!;

        await using Window window = await portal.OpenSignedInAsync("cloud-pcs");
        IPage page = window.Page;
        await page.GetByLabel("Status").SelectOptionAsync("provisioned");
        await Expect(page).ToHaveURLAsync(new Regex(@"cloud-pcs\?status=provisioned$"));
        ILocator grid = page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs" });
        await Expect(grid.GetByText("Ready", new() { Exact = true }).First).ToBeVisibleAsync();
        await grid.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");

        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = name });
        await Expect(panel.GetByRole(AriaRole.Table, new() { Name = "What happened" })).ToBeVisibleAsync();
        await window.PictureAsync("cloud-pc-light");
        await window.IsAccessibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Make anew" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { NameRegex = new Regex("^Make anew " + Regex.Escape(name)) });
        await Expect(dialog.GetByText("1 Cloud PC loses its data")).ToBeVisibleAsync();
        await window.PictureAsync("cloud-pc-anew-light");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make it anew" }).ClickAsync();
        await Expect(dialog.GetByText("Done.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        string timeline = await client.GetStringAsync(new Uri($"/berth/v1/cloudPcs/{id}/timeline", UriKind.Relative), Cancel);
        Assert.Contains("reprovision", timeline, StringComparison.OrdinalIgnoreCase);

        await using Window narrow = await portal.OpenSignedInAsync("cloud-pcs/" + id, ColorScheme.Dark, 400);
        await Expect(narrow.Page.GetByRole(AriaRole.Table, new() { Name = "What happened" })).ToBeVisibleAsync();
        await narrow.PictureAsync("cloud-pc-dark-400");
        await narrow.IsAccessibleAsync();
    }
}
