using System.Net.Http.Json;
using System.Text.Json;

namespace Berth.Portal.Tests;

/// <summary>The place where it stands what happened, what was, and how it is taken back.</summary>
[Collection(People.Name)]
public sealed class History(PortalUnderTest portal) : PortalTests(portal)
{
    private const string Sku = "ATP_ENTERPRISE";

    // B611, B660, B661, B662
    [Fact]
    public async Task An_operation_is_found_read_in_words_and_undone_and_a_group_is_seen_as_it_was()
    {
        using HttpClient client = await ClientAsync();
        (string group, string stays, string leaves) = await MakeAsync(client);
        await using Window window = await Portal.OpenSignedInAsync("history");
        IPage page = window.Page;
        await Expect(page.GetByRole(AriaRole.Grid, new() { Name = "Operations" }).GetByText("Remove member").First).ToBeVisibleAsync();

        // By keys: the group, then its newest operation.
        await page.GetByLabel("Find a user or a group").FocusAsync();
        await page.Keyboard.TypeAsync("Keepers of the past");
        await Expect(page.GetByText("1 found.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("5 operations.")).ToBeVisibleAsync();
        Assert.Contains("group=" + group, page.Url, StringComparison.Ordinal);
        ILocator list = page.GetByRole(AriaRole.Grid, new() { Name = "Operations" });
        await list.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = "Remove member" });
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = "Remove member", Exact = true })).ToBeFocusedAsync();
        await Expect(panel.GetByText($"{Sku} through Keepers of the past was taken away: ")).ToBeVisibleAsync();
        await Expect(panel.GetByText($"Left Keepers of the past: {leaves}")).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("history-operation");
        await panel.GetByRole(AriaRole.Tab, new() { Name = "Row by row" }).ClickAsync();
        await Expect(panel.GetByText($"{Sku} through Keepers of the past")).ToBeVisibleAsync();
        await Expect(panel.GetByText("Taken away")).ToBeVisibleAsync();
        Assert.Contains("/rows?", page.Url, StringComparison.Ordinal);

        // What narrows the list stands in the address.
        await page.GetByLabel("License", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = Sku });
        await Expect(page.GetByText("2 operations.")).ToBeVisibleAsync();
        await page.GetByLabel("From (UTC)").FillAsync("2199-01-01");
        await Expect(page.GetByText("0 operations.")).ToBeVisibleAsync();
        Assert.Contains("since=2199-01-01", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("From (UTC)").FillAsync("");
        await page.GetByLabel("License", new() { Exact = true }).SelectOptionAsync("");
        await Expect(page.GetByText("5 operations.")).ToBeVisibleAsync();

        // Taken back, after its plan was seen.
        await panel.GetByRole(AriaRole.Button, new() { Name = "Undo this operation" }).ClickAsync();
        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Undo remove member of" });
        await Expect(plan.GetByText("1 user gets a license")).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("history-undo");
        Assert.Equal(1, await MembersAsync(client, group));
        await plan.GetByRole(AriaRole.Button, new() { Name = "Undo it" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.GetByText("6 operations.")).ToBeVisibleAsync();
        Assert.Equal(2, await MembersAsync(client, group));
        await panel.GetByRole(AriaRole.Button, new() { Name = "Open the operation that undid it" }).ClickAsync();
        panel = page.GetByRole(AriaRole.Region, new() { Name = "Apply changes" });
        await Expect(panel.GetByText($"Joined Keepers of the past: {leaves}")).ToBeVisibleAsync();

        // As it was: the slider goes from operation to operation, also by keys.
        await panel.GetByRole(AriaRole.Button, new() { Name = "As it was before" }).ClickAsync();
        ILocator slider = page.GetByRole(AriaRole.Slider, new() { Name = "Moment" });
        ILocator licenses = page.GetByRole(AriaRole.Table, new() { Name = "Licenses of the group Keepers of the past" });
        ILocator pools = page.GetByRole(AriaRole.Table, new() { Name = "Pools" });
        await Expect(pools.GetByRole(AriaRole.Row, new() { Name = $"{Sku} 1 of 5 used 2 of 5 used changed" })).ToBeVisibleAsync();
        await slider.FocusAsync();
        window.Forgive("404 (Not Found)");
        await page.Keyboard.PressAsync("Home");
        await Expect(page.GetByText("It was not there then.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("Create group by"));
        await Expect(licenses.GetByRole(AriaRole.Row, new() { Name = $"{Sku} The group None Given to members changed" })).ToBeVisibleAsync();
        await Expect(page.GetByText("is being read.")).ToHaveCountAsync(0);
        await window.IsAccessibleAsync();
        await window.PictureAsync("history-then");
        await page.ReloadAsync();
        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("Create group by"));
        await slider.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(licenses.GetByRole(AriaRole.Row, new() { Name = $"{Sku} The group Given to members Given to members" })).ToBeVisibleAsync();

        // The same of a user, at a time, in the dark and on a narrow screen.
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(400, 800);
        await page.GetByRole(AriaRole.Button, new() { Name = "Group Keepers of the past" }).ClickAsync();
        await page.GetByLabel("Find a user or a group").FillAsync(stays);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Only {stays}" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = $"Licenses of {stays}" }).GetByText("Through Keepers of the past")).ToBeVisibleAsync();
        await page.GetByLabel("At another time (UTC)").FillAsync("2199-01-01T00:00:01");
        await page.Keyboard.PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at that time" }).ClickAsync();
        window.Forgive("400 (Bad Request)");
        await Expect(page.GetByText("what will be is not known")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Slider, new() { Name = "Moment" }).FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(page.GetByText("what will be is not known")).ToHaveCountAsync(0);
        await Expect(page.GetByText("is being read.")).ToHaveCountAsync(0);
        await window.IsAccessibleAsync();
        await window.PictureAsync("history-then-400");
        await page.GetByRole(AriaRole.Tab, new() { Name = "What happened" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Grid, new() { Name = "Operations" })).ToBeVisibleAsync();
        await window.PictureAsync("history-list-400");
        await page.SetViewportSizeAsync(1280, 800);
        await window.IsAccessibleAsync();
        await window.PictureAsync("history-list-dark");
    }

    // A group with two members and a license of which nobody else has any; then one of them leaves.
    private static async Task<(string Group, string Stays, string Leaves)> MakeAsync(HttpClient client)
    {
        string sku = (await SendAsync(client, "/berth/v1/subscriptions", new { skuPartNumber = Sku, units = 5 })).GetProperty("skuId").GetString()!;
        JsonElement[] users = [.. (await GetAsync(client, "/v1.0/users?$orderby=displayName desc&$top=2&$select=id,displayName")).GetProperty("value").EnumerateArray()];
        string group = (await SendAsync(client, "/v1.0/groups", new { displayName = "Keepers of the past", mailEnabled = false, mailNickname = "keepers", securityEnabled = true })).GetProperty("id").GetString()!;
        foreach (JsonElement user in users)
        {
            await SendAsync(client, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{user.GetProperty("id").GetString()}" });
        }

        await SendAsync(client, $"/v1.0/groups/{group}/assignLicense", new { addLicenses = new[] { new { skuId = sku, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>() });
        (await client.DeleteAsync(new Uri($"/v1.0/groups/{group}/members/{users[1].GetProperty("id").GetString()}/$ref", UriKind.Relative), Cancel)).EnsureSuccessStatusCode().Dispose();
        return (group, users[0].GetProperty("displayName").GetString()!, users[1].GetProperty("displayName").GetString()!);
    }

    private static async Task<int> MembersAsync(HttpClient client, string group) =>
        (await GetAsync(client, $"/v1.0/groups/{group}/members?$select=id")).GetProperty("value").GetArrayLength();
}
