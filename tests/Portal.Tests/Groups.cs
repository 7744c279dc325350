using System.Text.Json;
using System.Text.RegularExpressions;

namespace Berth.Portal.Tests;

/// <summary>The place where groups are.</summary>
[Collection(People.Name)]
public sealed class Groups(PortalUnderTest portal) : PortalTests(portal)
{
    // B620, B623
    [Fact]
    public async Task A_group_gets_a_license_after_its_plan_was_seen_its_members_have_it_and_it_is_processed_again()
    {
        await using Window window = await Portal.OpenSignedInAsync("groups");
        IPage page = window.Page;
        await page.GetByLabel("Search by name").FillAsync("Cloud PC Data");
        await Expect(page.GetByText("1 group.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.GetByRole(AriaRole.Grid, new() { Name = "Groups" }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        ILocator panel = page.GetByRole(AriaRole.Region, new() { Name = "Cloud PC Data Science" });
        await panel.GetByRole(AriaRole.Button, new() { Name = "Add licenses" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Licenses of Cloud PC Data Science" });
        await dialog.GetByLabel("Microsoft_365_Copilot", new() { Exact = true }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        ILocator plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Give Microsoft_365_Copilot to Cloud PC Data Science" });
        await Expect(plan.GetByText("Microsoft_365_Copilot: 6 of 10 used now, 10 afterwards; 0 waiting now,")).ToBeVisibleAsync();
        await window.PictureAsync("group-plan");
        await plan.GetByRole(AriaRole.Button, new() { Name = "Give it" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Cell, new() { Name = "Microsoft_365_Copilot" })).ToBeVisibleAsync();

        await panel.GetByRole(AriaRole.Tab, new() { Name = "Members" }).ClickAsync();
        await panel.GetByLabel("Show").SelectOptionAsync(new SelectOptionValue { Label = "Members with a license in error" });
        await Expect(panel.GetByText("In error: no seat is left (Microsoft_365_Copilot)").First).ToBeVisibleAsync();
        await window.PictureAsync("group-members");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Process the group again" }).ClickAsync();
        await Expect(panel.GetByText("every member was looked at anew")).ToBeVisibleAsync();
        await window.IsAccessibleAsync();

        await panel.GetByRole(AriaRole.Tab, new() { Name = "Licenses" }).ClickAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Remove licenses" }).ClickAsync();
        await dialog.GetByLabel("Microsoft_365_Copilot", new() { Exact = true }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "See what this does" }).ClickAsync();
        plan = page.GetByRole(AriaRole.Dialog, new() { Name = "Take Microsoft_365_Copilot from Cloud PC Data Science" });
        if (await plan.GetByRole(AriaRole.Checkbox).CountAsync() > 0)
        {
            await plan.GetByRole(AriaRole.Checkbox).CheckAsync();
        }

        await plan.GetByRole(AriaRole.Button, new() { Name = "Take it away" }).ClickAsync();
        await plan.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Cell, new() { Name = "Microsoft_365_Copilot" })).ToHaveCountAsync(0);
    }

    // B611, B624
    [Fact]
    public async Task A_group_with_a_rule_is_made_by_writing_one_that_is_checked_and_tried_first()
    {
        await using Window window = await Portal.OpenSignedInAsync("groups", ColorScheme.Dark, width: 400);
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "New group" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "New group" });
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("People who administer");
        await dialog.GetByLabel("Are chosen by a rule").CheckAsync();
        await dialog.GetByLabel("Membership rule").FillAsync("user.jobTitle xyz");
        await Expect(dialog.GetByText("expected an operator such as -eq")).ToBeVisibleAsync();
        window.Forgive("400 (Bad Request)");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Make the group" })).ToHaveAttributeAsync("disabled", "");

        await dialog.GetByLabel("Membership rule").FillAsync("user.jobTitle -eq \"Administrator\"");
        await Expect(dialog.GetByText(new Regex(@"^1 of \d+ people would be in\.$"))).ToBeVisibleAsync();
        await dialog.GetByText("Who they are").ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Listitem).Filter(new() { HasText = PortalUnderTest.Admin })).ToBeVisibleAsync();
        await dialog.GetByLabel("Would somebody be in?").FillAsync("Contoso Admin");
        await Expect(dialog.GetByText("Contoso Administrator: in")).ToBeVisibleAsync();
        await window.PictureAsync("group-rule-400");
        await window.IsAccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the group" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "People who administer" })).ToBeVisibleAsync();

        using HttpClient client = await ClientAsync();
        using JsonDocument members = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1.0/groups/{page.Url.Split('/')[^1]}/members?$select=displayName", UriKind.Relative), Cancel));
        Assert.Equal("Contoso Administrator", Assert.Single(members.RootElement.GetProperty("value").EnumerateArray()).GetProperty("displayName").GetString());
    }
}
