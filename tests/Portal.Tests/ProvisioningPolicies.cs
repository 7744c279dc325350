using System.Net.Http.Json;
using System.Text.Json;

namespace Berth.Portal.Tests;

/// <summary>The place where it is said what Cloud PCs are made from, and for whom.</summary>
[Collection(Machines.Name)]
public sealed class ProvisioningPolicies(PortalUnderTest portal) : PortalTests(portal)
{
    private const string Root = "/beta/deviceManagement/virtualEndpoint/provisioningPolicies";

    // B611, B630, B632, B633
    [Theory]
    [InlineData("Frontline, dedicated", "Windows_365_S_2vCPU_8GB_128GB", "sharedByUser", 2, "6 Cloud PCs are made", ColorScheme.Light, 1280)]
    [InlineData("Frontline, shared", "Windows_365_S_4vCPU_16GB_128GB", "sharedByEntraGroup", 3, "3 Cloud PCs are made", ColorScheme.Dark, 1280)]
    [InlineData("Enterprise", null, "dedicated", 0, "No Cloud PC comes, goes or changes.", ColorScheme.Dark, 400)]
    public async Task A_person_makes_a_policy_of_each_kind_sees_what_it_will_do_and_takes_it_back(
        string kind, string? sku, string type, int licenses, string outcome, ColorScheme scheme, int width)
    {
        using HttpClient client = await ClientAsync();
        if (sku is not null)
        {
            (await client.PostAsJsonAsync(new Uri("/berth/v1/subscriptions", UriKind.Relative), new { skuPartNumber = sku, units = 4 }, Cancel)).EnsureSuccessStatusCode().Dispose();
        }

        string name = $"Test of {kind}".Replace(",", "", StringComparison.Ordinal);
        await using Window window = await Portal.OpenSignedInAsync("provisioning-policies", scheme, width);
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "New policy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New provisioning policy", Exact = true })).ToBeFocusedAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByRole(AriaRole.Radio, new() { Name = kind }).CheckAsync();
        await page.GetByLabel("Where Cloud PCs are made").SelectOptionAsync("region:eastus");
        await window.PictureAsync($"policy-general-{type}");
        await NextAsync(page, "Image");
        await page.GetByLabel("Image of the gallery").SelectOptionAsync("microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc");
        await NextAsync(page, "Configuration");
        await NextAsync(page, "Assignments");
        await page.GetByLabel("Find a group by its name").FocusAsync();
        await page.Keyboard.TypeAsync("Customer Supp");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add Customer Support" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        ILocator group = page.GetByRole(AriaRole.Group, new() { Name = "Customer Support" });
        await Expect(group.GetByText("direct members.")).ToBeVisibleAsync();
        if (sku is not null)
        {
            await group.GetByLabel("Size").SelectOptionAsync(new SelectOptionValue { Index = await SizeOfAsync(group, sku) });
            await group.GetByLabel("Licenses").FillAsync("5");
            await Expect(page.GetByText("1 too many")).ToBeVisibleAsync();
            await group.GetByLabel("Licenses").FillAsync($"{licenses}");
            await Expect(page.GetByText("1 too many")).ToHaveCountAsync(0);
            await Expect(group.GetByText($"{licenses} licenses: ")).ToBeVisibleAsync();
        }

        await window.PictureAsync($"policy-groups-{type}");
        await window.IsAccessibleAsync();
        await NextAsync(page, "Review");
        await Expect(page.GetByText(outcome)).ToBeVisibleAsync();
        await window.PictureAsync($"policy-review-{type}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the policy" }).ClickAsync();

        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = name });
        await Expect(panel.GetByRole(AriaRole.Cell, new() { Name = "Customer Support" })).ToBeVisibleAsync();
        string id = page.Url.Split('/')[^1];
        using JsonDocument made = JsonDocument.Parse(await client.GetStringAsync(new Uri($"{Root}/{id}?$expand=assignments", UriKind.Relative), Cancel));
        JsonElement target = Assert.Single(made.RootElement.GetProperty("assignments").EnumerateArray()).GetProperty("target");
        Assert.Equal((name, type, "eastus"), (made.RootElement.GetProperty("displayName").GetString(), made.RootElement.GetProperty("provisioningType").GetString(),
            made.RootElement.GetProperty("domainJoinConfigurations")[0].GetProperty("regionName").GetString()));
        Assert.Equal<int?>(sku is null ? null : licenses, target.GetProperty("allotmentLicensesCount").ValueKind == JsonValueKind.Null ? null : target.GetProperty("allotmentLicensesCount").GetInt32());
        await window.PictureAsync($"policy-panel-{type}");
        await window.IsAccessibleAsync();

        // In use it is not deleted: it says who has it, and a plan says what taking it away does.
        await panel.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.GetByText("It is assigned to Customer Support.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Take from all groups" }).ClickAsync();
        ILocator taking = page.GetByRole(AriaRole.Dialog, new() { Name = $"Take {name} from Customer Support" });
        await taking.GetByRole(AriaRole.Button, new() { Name = "Take it away" }).ClickAsync();
        await taking.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(panel.GetByText("nobody gets a Cloud PC by this policy")).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete it" }).ClickAsync();
        await Expect(panel).ToHaveCountAsync(0);
    }

    // B601, B611, B630, B632
    [Fact]
    public async Task A_change_of_a_policy_that_is_there_keeps_what_was_not_touched()
    {
        using HttpClient client = await ClientAsync();
        using HttpResponseMessage answer = await client.PostAsJsonAsync(new Uri(Root, UriKind.Relative), new
        {
            displayName = "Kept", imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", cloudPcNamingTemplate = "DESK-%RAND:6%", windowsSetting = new { locale = "de-DE" },
            domainJoinConfigurations = new[] { new { regionName = "automatic", regionGroup = "usEast" }, new { regionName = "westeurope", regionGroup = "europeUnion" } },
        }, Cancel);
        using JsonDocument body = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancel));
        string id = body.RootElement.GetProperty("id").GetString()!;

        await using Window window = await Portal.OpenSignedInAsync($"provisioning-policies/{id}/edit");
        IPage page = window.Page;
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Kept well");
        TaskCompletionSource held = new();
        await page.RouteAsync("**/berth/v1/plan", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        foreach (string step in (string[])["Image", "Configuration", "Assignments", "Review"])
        {
            await NextAsync(page, step);
        }

        // Nobody saves before it is said what that does.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save the changes" })).ToBeDisabledAsync();
        held.SetResult();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the changes" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Kept well", Exact = true })).ToBeFocusedAsync();
        using JsonDocument kept = JsonDocument.Parse(await client.GetStringAsync(new Uri($"{Root}/{id}", UriKind.Relative), Cancel));
        Assert.Equal(
            ("Kept well", "DESK-%RAND:6%", "de-DE", "automatic", "usEast", "westeurope"),
            (kept.RootElement.GetProperty("displayName").GetString(), kept.RootElement.GetProperty("cloudPcNamingTemplate").GetString(),
                kept.RootElement.GetProperty("windowsSetting").GetProperty("locale").GetString(), kept.RootElement.GetProperty("domainJoinConfigurations")[0].GetProperty("regionName").GetString(),
                kept.RootElement.GetProperty("domainJoinConfigurations")[0].GetProperty("regionGroup").GetString(), kept.RootElement.GetProperty("domainJoinConfigurations")[1].GetProperty("regionName").GetString()));
        (await client.DeleteAsync(new Uri($"{Root}/{id}", UriKind.Relative), Cancel)).Dispose();
    }

    private static async Task NextAsync(IPage page, string step)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = step, Exact = true })).ToBeFocusedAsync();
    }

    // The sizes are called by processors, memory and disk; the part number has them, too.
    private static async Task<int> SizeOfAsync(ILocator group, string sku)
    {
        string wanted = sku["Windows_365_S_".Length..].Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        IReadOnlyList<string> names = await group.GetByLabel("Size").Locator("option").AllTextContentsAsync();
        return names.Select((name, index) => (name, index)).First(one => one.name.Replace("/", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()
            .Contains(wanted, StringComparison.Ordinal)).index;
    }
}
