using System.Net.Http.Json;
using System.Text.Json;

namespace Berth.Portal.Tests;

/// <summary>The place where ways into networks of one's own are.</summary>
[Collection(Machines.Name)]
public sealed class NetworkConnections(PortalUnderTest portal) : PortalTests(portal)
{
    private const string Root = "/v1.0/deviceManagement/virtualEndpoint/onPremisesConnections";
    private const string Subscription = "0ac520ee-14c0-480f-b6c9-0a90c585ad47";

    // B611, B630, B631
    [Fact]
    public async Task A_person_makes_a_connection_by_keys_alone_and_sees_that_its_checks_have_passed()
    {
        await using Window window = await Portal.OpenSignedInAsync("network-connections");
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "New connection" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New network connection", Exact = true })).ToBeFocusedAsync();

        await page.GetByLabel("Name", new() { Exact = true }).FocusAsync();
        await page.Keyboard.TypeAsync("Harbor");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByLabel("Hybrid join")).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync($"/subscriptions/{Subscription}/resourceGroups/Desk/providers/Microsoft.Network/virtualNetworks/Desk/subnets/pcs");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByLabel("Virtual network")).ToHaveValueAsync("Desk");
        await Expect(page.GetByLabel("Azure subscription ID")).ToHaveValueAsync(Subscription);
        await page.GetByLabel("The network's region").FocusAsync();
        await page.Keyboard.TypeAsync("westeurope");
        await window.PictureAsync("connection-wizard-light");
        await window.IsAccessibleAsync();
        await page.GetByLabel("Virtual network").FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Domain", Exact = true })).ToBeFocusedAsync();
        foreach (string text in (string[])["corp.contoso.example", "", "joiner@corp.contoso.example", "a password nobody keeps"])
        {
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.TypeAsync(text);
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Review", Exact = true })).ToBeFocusedAsync();
        await window.PictureAsync("connection-review-light");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the connection" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = "Harbor" });
        await Expect(panel.GetByText("Passed. Cloud PCs are made through it.")).ToBeVisibleAsync();
        await Expect(panel.GetByText("DNS can resolve Active Directory domain")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Grid).GetByText("Passed")).ToBeVisibleAsync();

        using HttpClient client = await ClientAsync();
        using JsonDocument made = JsonDocument.Parse(await client.GetStringAsync(new Uri(Root + "/" + page.Url.Split('/')[^1], UriKind.Relative), Cancel));
        Assert.Equal(
            ("Harbor", "hybridAzureADJoin", $"/subscriptions/{Subscription}/resourceGroups/Desk", "westeurope", "corp.contoso.example"),
            (made.RootElement.GetProperty("displayName").GetString(), made.RootElement.GetProperty("connectionType").GetString(), made.RootElement.GetProperty("resourceGroupId").GetString(),
                made.RootElement.GetProperty("virtualNetworkLocation").GetString(), made.RootElement.GetProperty("adDomainName").GetString()));

        await panel.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete the network connection Harbor" });
        await Expect(dialog.GetByText("No policy names it.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete it" }).ClickAsync();
        await Expect(panel).ToHaveCountAsync(0);
    }

    // B601, B611, B631
    [Fact]
    public async Task A_check_that_failed_says_what_to_do_and_passes_when_it_is_run_again_after_the_mending()
    {
        using HttpClient client = await ClientAsync();
        string net = $"/subscriptions/{Subscription}/resourceGroups/Quay/providers/Microsoft.Network/virtualNetworks/Quay";
        using HttpResponseMessage made = await client.PostAsJsonAsync(new Uri(Root, UriKind.Relative), new
        {
            displayName = "Quay", connectionType = "azureADJoin", subscriptionId = Subscription, resourceGroupId = $"/subscriptions/{Subscription}/resourceGroups/Quay",
            virtualNetworkId = net, subnetId = net + "/subnets/pcs", virtualNetworkLocation = "westeurope",
        }, Cancel);
        using JsonDocument body = JsonDocument.Parse(await made.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancel));
        string id = body.RootElement.GetProperty("id").GetString()!;
        await SimulateAsync(client, id, new { checks = new[] { new { errorType = "resourceAvailabilityCheckNoSubnetIP", additionalDetail = "0 of 251 addresses are free." } } });
        await CheckAsync(client, id, "failed");
        await SimulateAsync(client, id, new { checks = Array.Empty<object>() });

        await using (Window dark = await Portal.OpenSignedInAsync("network-connections/" + id, ColorScheme.Dark, 400))
        {
            await Expect(dark.Page.GetByText("Failed: No subnet IP.")).ToBeVisibleAsync();
            await dark.PictureAsync("connection-failed-dark-400");
            await dark.IsAccessibleAsync();
        }

        await using Window window = await Portal.OpenSignedInAsync("network-connections/" + id);
        IPage page = window.Page;
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = "Quay" });
        await Expect(panel.GetByText("No Cloud PC is made through it until its checks pass")).ToBeVisibleAsync();
        await Expect(panel.GetByText("0 of 251 addresses are free.")).ToBeVisibleAsync();
        await Expect(panel.GetByText("Free addresses of the subnet, or name a larger one.")).ToBeVisibleAsync();
        await window.PictureAsync("connection-failed-light");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Run the checks again" }).ClickAsync();
        await Expect(panel.GetByText("Passed. Cloud PCs are made through it.")).ToBeVisibleAsync();

        await panel.GetByRole(AriaRole.Link, new() { Name = "Change" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Quay West");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the changes" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Quay West", Exact = true })).ToBeFocusedAsync();
        (await client.DeleteAsync(new Uri($"{Root}/{id}", UriKind.Relative), Cancel)).Dispose();
    }

    private static async Task SimulateAsync(HttpClient client, string id, object checks) =>
        (await client.PutAsJsonAsync(new Uri($"/berth/v1/onPremisesConnections/{id}/simulatedChecks", UriKind.Relative), checks, Cancel)).EnsureSuccessStatusCode().Dispose();

    // Runs the checks and waits for what they find.
    private static async Task CheckAsync(HttpClient client, string id, string status)
    {
        for (bool asked = false; ; await Task.Delay(100, Cancel))
        {
            string now = await client.GetStringAsync(new Uri($"{Root}/{id}", UriKind.Relative), Cancel);
            if (now.Contains($"\"healthCheckStatus\":\"{status}\"", StringComparison.Ordinal))
            {
                return;
            }

            if (!asked && !now.Contains("\"running\"", StringComparison.Ordinal) && !now.Contains("\"pending\"", StringComparison.Ordinal))
            {
                (await client.PostAsync(new Uri($"{Root}/{id}/runHealthChecks", UriKind.Relative), null, Cancel)).EnsureSuccessStatusCode().Dispose();
                asked = true;
            }
        }
    }
}
