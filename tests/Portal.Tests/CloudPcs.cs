using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Berth.Portal.Tests;

/// <summary>The place where the Cloud PCs are.</summary>
[Collection(Machines.Name)]
public sealed class CloudPcs(PortalUnderTest portal) : PortalTests(portal)
{
    // B601, B611, B634, B636, B657
    [Fact]
    public async Task A_person_finds_Cloud_PCs_by_status_reads_the_story_of_one_and_sees_what_an_action_destroys_before_it_does()
    {
        // Two are ready, with restore points; one failed; one is in its grace period.
        await using OwnCompany company = await OwnCompany.StartAsync();
        string small = await company.BuyAsync("CPC_E_2C_8GB_128GB", 4);
        await company.BuyAsync("CPC_E_4C_16GB_128GB", 2);
        string[] people = [await company.UserAsync("Ada Adler"), await company.UserAsync("Ben Baum"), await company.UserAsync("Cem Can"), await company.UserAsync("Dia Diaz")];
        await company.PolicyAsync("Desks", "dedicated", new { groupId = await company.GroupAsync("Desks", people) });
        await company.LicenseAsync(people[0], small);
        await company.LicenseAsync(people[1], small);
        await company.LicenseAsync(people[2], small);
        await company.SendAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        await company.SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT13H" });
        await company.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { provision = 1 } });
        await company.LicenseAsync(people[3], small);
        await company.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { } });
        await company.SendAsync(HttpMethod.Post, $"/v1.0/users/{people[2]}/assignLicense", new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { small } });
        JsonNode[] all = [.. (await company.GetAsync(OwnCompany.Endpoint + "/cloudPCs"))["value"]!.AsArray().Select(one => one!)];
        string ada = NameOf(all, "ada"), ben = NameOf(all, "ben"), cem = NameOf(all, "cem");

        // Home's link; what is so is found in the list, the panel and the timeline.
        await using Window window = await company.OpenAsync(Portal, "cloud-pcs?status=inGracePeriod");
        IPage page = window.Page;
        await Expect(page.GetByText("1 Cloud PC.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Status")).ToHaveValueAsync("inGracePeriod");
        ILocator grid = page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs" });
        await grid.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = cem });
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = cem, Exact = true })).ToBeFocusedAsync();
        await Expect(panel.GetByRole(AriaRole.Table, new() { Name = "What happened" }).GetByText("because the license is gone")).ToBeVisibleAsync();
        await window.PictureAsync("cloud-pc-grace-light");
        await window.IsAccessibleAsync();

        // What it destroys is told before, and nothing happens until then.
        await panel.GetByRole(AriaRole.Button, new() { Name = "End the grace period" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = $"End the grace period of {cem} of cem@contoso.example" });
        await Expect(dialog.GetByText("1 Cloud PC loses its data")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(panel.GetByText("In grace until").First).ToBeVisibleAsync();

        // Another size keeps the data; the newest restore point does not keep what came after it.
        await page.GetByLabel("Status").SelectOptionAsync("");
        await Expect(page).ToHaveURLAsync(new Regex("/portal/cloud-pcs$"));
        await Expect(page.GetByText("4 Cloud PCs.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Row, new() { Name = ada }).ClickAsync();
        panel = page.GetByRole(AriaRole.Region, new() { Name = ada });
        await panel.GetByLabel("Another size").SelectOptionAsync(new SelectOptionValue { Label = "Cloud PC Enterprise 4vCPU/16GB/128GB, 2 free" });
        await panel.GetByRole(AriaRole.Button, new() { Name = "Resize" }).ClickAsync();
        dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Resize to Cloud PC Enterprise 4vCPU/16GB/128GB" });
        await Expect(dialog.GetByText("1 Cloud PC gets another size and keeps its data")).ToBeVisibleAsync();
        await window.PictureAsync("cloud-pc-resize-light");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Resize it" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Definition).GetByText("Cloud PC Enterprise 4vCPU/16GB/128GB")).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Put back to it" }).ClickAsync();
        dialog = page.GetByRole(AriaRole.Dialog, new() { Name = $"Put back {ada}" });
        await Expect(dialog.GetByText("1 Cloud PC is put back to a restore point")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await panel.GetByLabel("Name that its user sees").FillAsync("Ada's desk");
        await page.Keyboard.PressAsync("Enter");
        await Expect(panel.GetByText("Its user sees it as Ada's desk.")).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Close the panel" }).ClickAsync();

        // Many at once: each action is for those that can take it.
        await grid.FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        await Expect(page.GetByText("4 Cloud PCs, 4 selected.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart (3)" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = $"Restart {ada}, {ben}, {cem}" }).GetByRole(AriaRole.Button, new() { Name = "Restart them" }).ClickAsync();
        await Expect(page.GetByText("4 Cloud PCs.", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("#microsoft.graph.cloudPcBulkRestart", (string?)(await company.GetAsync(OwnCompany.Endpoint + "/bulkActions"))["value"]![0]!["@odata.type"]);
        await page.GetByRole(AriaRole.Checkbox, new() { Name = $"Select {ada}" }).CheckAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = $"Select {ben}" }).CheckAsync();

        // To the restore points of a moment: without one nothing is asked, and who has none by then is named.
        ILocator moment = page.GetByLabel("Put back to how they were at, UTC"), back = page.GetByRole(AriaRole.Button, new() { Name = "Put back (2)" });
        await back.ClickAsync();
        await Expect(page.GetByText("Choose the moment first: nothing was put back.")).ToBeVisibleAsync();
        await moment.FillAsync("2001-02-03T04:05");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText($"No restore point was there by 2001-02-03 04:05 UTC of {ada}, {ben}: nothing was put back.")).ToBeVisibleAsync();
        await moment.FillAsync("2099-02-03T04:05");
        await back.ClickAsync();
        dialog = page.GetByRole(AriaRole.Dialog, new() { Name = $"Put back {ada}, {ben}" });
        await Expect(dialog.GetByText("2 Cloud PCs are put back to a restore point")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make anew (2)" }).ClickAsync();
        dialog = page.GetByRole(AriaRole.Dialog, new() { Name = $"Make anew {ada}, {ben}" });
        await Expect(dialog.GetByText("2 Cloud PCs lose their data")).ToBeVisibleAsync();
        await dialog.GetByText("Which Cloud PCs").ClickAsync();
        await Expect(dialog.GetByText($"{ben} of ben@contoso.example: is made anew, and loses its data")).ToBeVisibleAsync();
        await window.PictureAsync("cloud-pcs-anew-light");
        await window.IsAccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make them anew" }).ClickAsync();
        await Expect(dialog.GetByText("Done.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.GetByText("4 Cloud PCs.", new() { Exact = true })).ToBeVisibleAsync();
        foreach (string name in (string[])["ada", "ben"])
        {
            string story = (await company.GetAsync($"/berth/v1/cloudPcs/{OwnCompany.Id(all.First(one => IsOf(one, name)))}/timeline")).ToJsonString();
            Assert.Contains("reprovision", story, StringComparison.OrdinalIgnoreCase);
        }

        // The same in the dark, and on a telephone.
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.GetByRole(AriaRole.Row, new() { Name = ada }).ClickAsync();
        panel = page.GetByRole(AriaRole.Region, new() { Name = ada });
        await Expect(panel.GetByRole(AriaRole.Table, new() { Name = "What happened" })).ToBeVisibleAsync();
        await window.PictureAsync("cloud-pc-dark");
        await page.SetViewportSizeAsync(400, 800);
        await window.PictureAsync("cloud-pc-dark-400");
        await window.IsAccessibleAsync();
    }

    private static bool IsOf(JsonNode cloudPc, string alias) => ((string)cloudPc["userPrincipalName"]!).StartsWith(alias, StringComparison.Ordinal);

    private static string NameOf(JsonNode[] all, string alias) => (string)all.First(one => IsOf(one, alias))["managedDeviceName"]!;
}
