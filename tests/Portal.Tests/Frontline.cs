using System.Text.Json.Nodes;

namespace Berth.Portal.Tests;

/// <summary>The place where it is seen how shared licenses stand.</summary>
[Collection(Machines.Name)]
public sealed class Frontline(PortalUnderTest portal) : PortalTests(portal)
{
    private const string Size = "Cloud PC Frontline 2vCPU/8GB/128GB";

    // B601, B611, B635, B655
    [Fact]
    public async Task A_pool_says_who_works_who_is_not_served_and_what_became_of_its_buffer_and_a_simulation_how_many_licenses_are_needed()
    {
        // One license, three machines for five nurses; whoever came second stayed too long four times, so that the buffer is blocked.
        await using OwnCompany company = await OwnCompany.StartAsync();
        string[] names = ["Eva Ernst", "Fay Frey", "Gil Gross", "Hal Haas", "Ida Ilic"];
        Dictionary<string, string> nurses = [];
        foreach (string name in names)
        {
            nurses[await company.UserAsync(name)] = name;
        }

        await company.BuyAsync("Windows_365_S_2vCPU_8GB_128GB", 1);
        string plan = (string)(await company.GetAsync(OwnCompany.Endpoint + "/servicePlans"))["value"]!.AsArray().First(one => (string)one!["displayName"]! == Size)!["id"]!;
        await company.PolicyAsync(
            "Wards", "sharedByUser", new { groupId = await company.GroupAsync("Nurses", nurses.Keys), servicePlanId = plan, allotmentDisplayName = "Share of the nurses", allotmentLicensesCount = 1 });
        JsonNode[] machines = [.. (await company.GetAsync(OwnCompany.Endpoint + "/cloudPCs"))["value"]!.AsArray().Select(one => one!)];
        (string User, string CloudPc)[] served = [.. machines.Where(one => (string)one["status"]! == "provisioned")
            .Select(one => (nurses.First(nurse => ((string)one["userPrincipalName"]!).StartsWith(nurse.Value[..3], StringComparison.OrdinalIgnoreCase)).Key, OwnCompany.Id(one)))];
        Assert.Equal(3, served.Length);
        await company.SendAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        await company.SendAsync(HttpMethod.Post, "/berth/v1/sessions", new { userId = served[0].User, cloudPcId = served[0].CloudPc });
        for (int use = 0; use < 4; use++)
        {
            JsonNode session = await company.SendAsync(HttpMethod.Post, "/berth/v1/sessions", new { userId = served[1].User, cloudPcId = served[1].CloudPc });
            await company.SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT1H10M" });
            await company.SendAsync(HttpMethod.Delete, $"/berth/v1/sessions/{OwnCompany.Id(session)}");
        }

        await company.RefusedAsync(HttpMethod.Post, "/berth/v1/sessions", new { userId = served[2].User, cloudPcId = served[2].CloudPc });

        await using Window window = await company.OpenAsync(Portal, "frontline");
        IPage page = window.Page;
        ILocator row = page.GetByRole(AriaRole.Table, new() { Name = "Pools" }).GetByRole(AriaRole.Row, new() { Name = Size });
        await Expect(row.GetByText("3 of 3")).ToBeVisibleAsync();
        await Expect(row.GetByText("1 of 1")).ToBeVisibleAsync();
        await Expect(row.GetByText("Blocked until")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Refused for want of a license" }).GetByText($"{nurses[served[2].User][..3]}@".ToLowerInvariant())).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = Size }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        ILocator pool = page.GetByRole(AriaRole.Region, new() { Name = Size });
        await Expect(pool.GetByText("4 of 4 times, 4 of them longer than an hour")).ToBeVisibleAsync();
        await Expect(pool.GetByRole(AriaRole.Table, new() { Name = "Shares of groups" }).GetByText("Share of the nurses")).ToBeVisibleAsync();
        foreach (string waiting in nurses.Where(nurse => served.All(one => one.User != nurse.Key)).Select(nurse => nurse.Value))
        {
            await Expect(pool.GetByRole(AriaRole.Table, new() { Name = "Not served" }).GetByText(waiting)).ToBeVisibleAsync();
        }

        await window.PictureAsync("frontline-light");
        await window.IsAccessibleAsync();

        // One more cannot be powered on while the only license is taken and the buffer is blocked.
        string late = nurses[served[2].User][..3].ToLowerInvariant();
        ILocator machine = pool.GetByRole(AriaRole.Table, new() { Name = "Cloud PCs" }).GetByRole(AriaRole.Row, new() { Name = $"{late}@" });
        await Expect(machine.GetByText("Off", new() { Exact = true })).ToBeVisibleAsync();
        await machine.GetByRole(AriaRole.Button, new() { Name = "Power on" }).ClickAsync();
        ILocator power = page.GetByRole(AriaRole.Dialog, new() { Name = "Power on" });
        await Expect(power.GetByText("takes a license of its size at once")).ToBeVisibleAsync();
        window.Forgive("(Conflict)");
        await power.GetByRole(AriaRole.Button, new() { Name = "Power it on" }).ClickAsync();
        await Expect(power.GetByRole(AriaRole.Alert).GetByText("Nothing was changed.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");

        // A block is lifted and a session ended only after it was said what that means.
        await pool.GetByRole(AriaRole.Button, new() { Name = "Lift the block" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = $"Lift the block of {Size}" }).GetByRole(AriaRole.Button, new() { Name = "Lift the block" }).ClickAsync();
        await Expect(row.GetByText("Available")).ToBeVisibleAsync();
        string atWork = nurses[served[0].User];
        await page.GetByRole(AriaRole.Button, new() { Name = $"Sign out {atWork}" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = $"Sign out {atWork}" }).GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByText("Nobody is signed in to a Cloud PC.")).ToBeVisibleAsync();
        await Expect(row.GetByText("0 of 1")).ToBeVisibleAsync();

        // Now it takes the license, and gives it back.
        await machine.GetByRole(AriaRole.Button, new() { Name = "Power on" }).ClickAsync();
        await power.GetByRole(AriaRole.Button, new() { Name = "Power it on" }).ClickAsync();
        await Expect(row.GetByText("1 of 1")).ToBeVisibleAsync();
        await machine.GetByRole(AriaRole.Button, new() { Name = "Power off" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Power off" }).GetByRole(AriaRole.Button, new() { Name = "Power it off" }).ClickAsync();
        await Expect(row.GetByText("0 of 1")).ToBeVisibleAsync();
        await Expect(machine.GetByText("Off", new() { Exact = true })).ToBeVisibleAsync();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(400, 800);
        await window.PictureAsync("frontline-dark-400");
        await window.IsAccessibleAsync();
        await page.SetViewportSizeAsync(1280, 800);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });

        await page.GetByRole(AriaRole.Link, new() { Name = "How many licenses do we need?" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How many Frontline licenses do we need?", Exact = true })).ToBeFocusedAsync();
        await page.GetByLabel("People").First.FillAsync("6");
        await page.GetByLabel("People").Nth(1).FillAsync("6");
        await page.GetByLabel("Days played").FillAsync("5");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "for 12 people" })).ToBeFocusedAsync();
        Assert.True(await page.GetByRole(AriaRole.Img, new() { Name = "People at work" }).EvaluateAsync<bool>("image => image.decode().then(() => image.naturalWidth > 0)"));
        ILocator plot = page.GetByRole(AriaRole.Img, new() { Name = "People at work" });
        await plot.ScrollIntoViewIfNeededAsync();
        await window.PictureAsync("simulation-light");
        await window.IsAccessibleAsync();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await window.PictureAsync("simulation-dark");
        await page.SetViewportSizeAsync(400, 800);
        await plot.ScrollIntoViewIfNeededAsync();
        await window.PictureAsync("simulation-dark-400");
        await window.IsAccessibleAsync();
        await page.SetViewportSizeAsync(1280, 800);

        // Many at once, of which one license without a buffer serves one: it is said how many stayed off.
        await company.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { bufferExcess = 0 });
        await page.GetByRole(AriaRole.Link, new() { Name = "Cloud PCs", Exact = true }).ClickAsync();
        await Expect(page.GetByText("5 Cloud PCs.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs" }).FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.GetByRole(AriaRole.Button, new() { Name = "Power off (2)" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Power off" }).GetByRole(AriaRole.Button, new() { Name = "Power them off" }).ClickAsync();
        await Expect(page.GetByText("Ready, off")).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs" }).FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.GetByRole(AriaRole.Button, new() { Name = "Power on (3)" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Power on" }).GetByRole(AriaRole.Button, new() { Name = "Power them on" }).ClickAsync();
        await Expect(page.GetByText("2 of 3 stayed off")).ToBeVisibleAsync();
        await Expect(page.GetByText("Ready, off")).ToHaveCountAsync(2);
        await window.PictureAsync("cloud-pcs-power-dark");
        await window.IsAccessibleAsync();
    }
}
