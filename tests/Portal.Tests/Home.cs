using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Berth.Portal.Tests;

/// <summary>The first page: how the tenant is.</summary>
[Collection(People.Name)]
public sealed class Home(PortalUnderTest portal) : PortalTests(portal)
{
    // B611, B640, B643, B644
    [Fact]
    public async Task Each_number_of_home_leads_to_a_list_of_as_many_and_a_finding_is_mended_after_its_plan_was_seen()
    {
        using HttpClient client = await ClientAsync();

        // Somebody of IT leaves the group that gives the Cloud PC, so a grace period runs.
        string group = await FirstAsync(client, "/v1.0/groups?$select=id&$filter=" + Uri.EscapeDataString("displayName eq 'Cloud PC Workstation'"));
        string member = await FirstAsync(client, $"/v1.0/groups/{group}/members?$select=id");
        (await client.DeleteAsync(new Uri($"/v1.0/groups/{group}/members/{member}/$ref", UriKind.Relative), Cancel)).EnsureSuccessStatusCode().Dispose();

        await using Window window = await Portal.OpenSignedInAsync(scheme: ColorScheme.Dark);
        IPage page = window.Page;
        ILocator grace = page.GetByRole(AriaRole.Region, new() { Name = "Grace periods that end first" });
        await Expect(grace.GetByRole(AriaRole.Link, new() { Name = "in grace" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What was done last" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(6);
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Licenses" })).ToBeVisibleAsync();
        await Expect(page.GetByText("Being read.")).ToHaveCountAsync(0);
        await page.SetViewportSizeAsync(1280, 1300);
        await window.PictureAsync("home-dark");
        await window.IsAccessibleAsync();
        await page.SetViewportSizeAsync(400, 2000);
        await window.PictureAsync("home-400");
        await window.IsAccessibleAsync();
        await page.SetViewportSizeAsync(1280, 800);

        await LeadsAsync(page, new Regex("^[0-9,]+ used of SPE_E3$"), "holder");
        await LeadsAsync(page, new Regex("^[0-9,]+ waiting for CPC_E_2C_8GB_128GB$"), "person waits|people wait");
        await LeadsAsync(page, new Regex("^[0-9,]+ in error: no seat is left$"), "user");
        await LeadsAsync(page, new Regex("^[0-9,]+ users in error in all$"), "user");
        await LeadsAsync(page, new Regex("^[0-9,]+ Cloud PCs: In its grace period$"), "Cloud PC");
        await LeadsAsync(page, new Regex("^[0-9,]+ Cloud PCs in all$"), "Cloud PC");
        await LeadsAsync(page, new Regex("^[0-9,]+ findings: Disabled accounts that hold seats$"), "finding");

        // The list of findings is left by the way on which it was reached.
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("findings: Disabled accounts") }).PressAsync("Enter");
        ILocator findings = page.GetByRole(AriaRole.List).Filter(new() { HasText = "is disabled, and it holds" }).GetByRole(AriaRole.Listitem);
        await Expect(findings.First).ToBeVisibleAsync();
        int before = await findings.CountAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("findings");
        ILocator mendable = page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^See what mending this does: ") }).First;
        await mendable.ClickAsync();
        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { NameRegex = new Regex("^Mend: The account of ") });
        await Expect(plan.GetByText("1 user loses a license")).ToBeVisibleAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Do it" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(findings).ToHaveCountAsync(before - 1);

        // What may not be read says so where it would be, and the rest of Home is there.
        const string Findings = "**/berth/v1/findings*";
        window.Forgive("403 (Forbidden)");
        await page.RouteAsync(Findings, route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 403, ContentType = "application/json", Body = "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"Insufficient privileges to complete the operation.\"}}",
        }));
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Home" }).ClickAsync();
        ILocator section = page.GetByRole(AriaRole.Region, new() { Name = "Findings" });
        await Expect(section.GetByRole(AriaRole.Alert)).ToContainTextAsync("Insufficient privileges");
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Licenses" })).ToBeVisibleAsync();
        await page.UnrouteAsync(Findings);
        await section.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(section.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);

        (await client.PostAsJsonAsync(new Uri($"/v1.0/groups/{group}/members/$ref", UriKind.Relative), new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/directoryObjects/{member}" }, Cancel))
            .EnsureSuccessStatusCode().Dispose();
    }

    // The number of a link, by keys, is that of the rows at its end; then back.
    private static async Task LeadsAsync(IPage page, Regex name, string rows)
    {
        ILocator link = page.GetByRole(AriaRole.Link, new() { NameRegex = name });
        string number = (await link.InnerTextAsync()).Trim();
        Assert.True(int.Parse(number, NumberStyles.Number, CultureInfo.InvariantCulture) > 0, number);
        await link.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText(new Regex($"^{Regex.Escape(number)} ({rows})s?[.,]"))).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Home", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Being read.")).ToHaveCountAsync(0);
    }

    private static async Task<string> FirstAsync(HttpClient client, string address)
    {
        using JsonDocument found = JsonDocument.Parse(await client.GetStringAsync(new Uri(address, UriKind.Relative), Cancel));
        return found.RootElement.GetProperty("value")[0].GetProperty("id").GetString()!;
    }
}
