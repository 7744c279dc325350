using System.Net.Http.Json;
using System.Text.Json;

namespace Berth.Portal.Tests;

/// <summary>The place where it is seen what the tenant owns, who has it and who waits for it.</summary>
[Collection(People.Name)]
public sealed class Licenses(PortalUnderTest portal) : PortalTests(portal)
{
    /// <summary>A SKU of which nobody else here knows.</summary>
    private const string Sku = "Microsoft365_Lighthouse";

    // B611, B640, B641, B642
    [Fact]
    public async Task Each_number_leads_to_the_list_that_has_as_many_rows_and_units_are_bought_until_nobody_waits()
    {
        using HttpClient client = await ClientAsync();
        string sku = await PostAsync(client, "/berth/v1/subscriptions", new { skuPartNumber = Sku, units = 2 }, "skuId");
        JsonElement[] people = await AllAsync(client, "/v1.0/users?$count=true&$top=4&$select=id,displayName&$filter=" + Uri.EscapeDataString("department eq 'Operations' and accountEnabled eq true and usageLocation ne null"));
        string[] ids = [.. people.Select(one => one.GetProperty("id").GetString()!)];
        string desk = await GroupAsync(client, "Analysts by desk", ids[..3], sku), shift = await GroupAsync(client, "Analysts by shift", ids, sku);

        // Whoever came too late waits, one of them for two groups; whoever has it has it twice.
        string[] holders = await IdsAsync(client, $"assignedLicenses/any(l:l/skuId eq {sku})");
        Assert.Equal(2, holders.Length);
        await PostAsync(client, $"/v1.0/users/{holders[0]}/assignLicense", new { addLicenses = new[] { new { skuId = sku, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>() }, "id");
        JsonElement[] places = await AllAsync(client, $"/berth/v1/waiting?skuId={sku}");
        string first = places[0].GetProperty("userId").GetString()!;

        await using Window window = await Portal.OpenSignedInAsync("licenses", ColorScheme.Dark);
        IPage page = window.Page;
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"2 bought of {Sku}" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = $"2 waiting for {Sku}" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = Sku });
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = Sku, Exact = true })).ToBeFocusedAsync();
        await Expect(panel.GetByText("2 people wait.")).ToBeVisibleAsync();
        ILocator rows = panel.GetByRole(AriaRole.Grid, new() { Name = $"Waiting for {Sku}" }).Locator(".grid-window .grid-row");
        await Expect(rows.First).ToContainTextAsync(NameOf(people, first));
        string[] through = [.. places.Where(place => place.GetProperty("userId").GetString() == first).Select(place => place.GetProperty("groupId").GetString() == desk ? "Analysts by desk" : "Analysts by shift")];
        await Expect(rows.First).ToContainTextAsync(string.Join(", ", through));
        await window.PictureAsync("licenses-waiting");

        // By keys to the holders, and to those of one path.
        await panel.GetByRole(AriaRole.Tab, new() { Name = "Waiting" }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(panel.GetByText("2 holders.")).ToBeVisibleAsync();
        ILocator paths = panel.GetByRole(AriaRole.Table, new() { Name = "Paths" });
        await Expect(paths.GetByRole(AriaRole.Row, new() { Name = "Every path 2" })).ToBeVisibleAsync();
        await Expect(paths.GetByRole(AriaRole.Row, new() { Name = "Through Analysts by desk" })).ToBeVisibleAsync();
        await paths.GetByRole(AriaRole.Link, new() { Name = "Directly" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(panel.GetByText("1 holder.")).ToBeVisibleAsync();
        ILocator held = panel.GetByRole(AriaRole.Grid, new() { Name = $"Holders of {Sku}" });
        await Expect(held).ToContainTextAsync("directly, through ");
        await window.PictureAsync("licenses-holders-dark");
        await window.IsAccessibleAsync();
        await page.SetViewportSizeAsync(400, 800);
        await Expect(held).ToBeVisibleAsync();
        await window.PictureAsync("licenses-holders-400");
        await window.IsAccessibleAsync();
        await page.SetViewportSizeAsync(1280, 800);

        // Whoever buys sees first who gets one by it.
        await panel.GetByRole(AriaRole.Tab, new() { Name = "Subscriptions" }).ClickAsync();
        await panel.GetByLabel("Units in all").FillAsync("5");
        await panel.GetByLabel("Units in all").PressAsync("Enter");
        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { Name = $"Have 5 units of {Sku} in place of 2" });
        await Expect(plan.GetByText("2 users get a license")).ToBeVisibleAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Buy them" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"5 bought of {Sku}" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"4 used of {Sku}" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"waiting for {Sku}" })).ToHaveCountAsync(0);
        await Expect(panel.GetByText("5 can be given now.")).ToBeVisibleAsync();
        await window.PictureAsync("licenses-subscriptions");
        Assert.Equal(4, (await IdsAsync(client, $"assignedLicenses/any(l:l/skuId eq {sku})")).Length);
        await panel.GetByRole(AriaRole.Tab, new() { Name = "Subscriptions" }).PressAsync("Escape");
        await Expect(panel).ToHaveCountAsync(0);
    }

    // B611, B642
    [Fact]
    public async Task A_license_that_the_tenant_does_not_own_is_found_by_its_name_and_bought_after_its_plan_was_seen()
    {
        await using Window window = await Portal.OpenSignedInAsync();
        IPage page = window.Page;
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What was done last" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(6);
        await Expect(page.GetByText("Being read.")).ToHaveCountAsync(0);
        await window.IsAccessibleAsync();
        await window.PictureAsync("home");
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Licenses" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Licenses", Exact = true })).ToBeFocusedAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "170 bought of SPE_E3" })).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("licenses");
        await page.GetByRole(AriaRole.Button, new() { Name = "Buy another license" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Buy another license" });
        await dialog.GetByLabel("Search by name or part number").FillAsync("intune suite");
        await Expect(dialog.GetByText("1 of ")).ToBeVisibleAsync();
        await dialog.GetByLabel("License", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Microsoft Intune Suite (Microsoft_Intune_Suite)" });
        await dialog.GetByLabel("Units to buy").FillAsync("7");
        await window.IsAccessibleAsync();
        await window.PictureAsync("licenses-buy");
        await page.Keyboard.PressAsync("Enter");
        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Buy 7 units of Microsoft_Intune_Suite" });
        await Expect(plan.GetByRole(AriaRole.Button, new() { Name = "Buy them" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog.GetByLabel("Units to buy")).ToHaveValueAsync("7");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Buy them" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = "Microsoft_Intune_Suite" });
        await Expect(panel.GetByText("7 can be given now.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "7 bought of Microsoft_Intune_Suite" })).ToBeVisibleAsync();
    }

    private static string NameOf(JsonElement[] people, string id) => people.First(one => one.GetProperty("id").GetString() == id).GetProperty("displayName").GetString()!;

    private static async Task<string> GroupAsync(HttpClient client, string name, string[] members, string sku)
    {
        string id = await PostAsync(client, "/v1.0/groups", new { displayName = name, mailNickname = name.Replace(" ", "", StringComparison.Ordinal), mailEnabled = false, securityEnabled = true }, "id");
        foreach (string member in members)
        {
            (await client.PostAsJsonAsync(new Uri($"/v1.0/groups/{id}/members/$ref", UriKind.Relative), new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/directoryObjects/{member}" }, Cancel))
                .EnsureSuccessStatusCode().Dispose();
        }

        await PostAsync(client, $"/v1.0/groups/{id}/assignLicense", new { addLicenses = new[] { new { skuId = sku, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>() }, "id");
        return id;
    }

    private static async Task<string> PostAsync<T>(HttpClient client, string address, T body, string answered) => (await SendAsync(client, address, body)).GetProperty(answered).GetString()!;

    private static async Task<JsonElement[]> AllAsync(HttpClient client, string address)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Add("ConsistencyLevel", "eventual");
        using HttpResponseMessage answer = await client.SendAsync(request, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        using JsonDocument list = JsonDocument.Parse(text);
        return [.. list.RootElement.GetProperty("value").EnumerateArray().Select(one => one.Clone())];
    }

    private static async Task<string[]> IdsAsync(HttpClient client, string filter) =>
        [.. (await AllAsync(client, $"/v1.0/users?$count=true&$select=id&$filter={Uri.EscapeDataString(filter)}")).Select(one => one.GetProperty("id").GetString()!)];
}
