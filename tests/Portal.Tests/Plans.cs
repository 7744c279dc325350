using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Portal.Tests;

/// <summary>The place where changes are put together before any is made.</summary>
[Collection(Machines.Name)]
public sealed class Plans(PortalUnderTest portal) : PortalTests(portal)
{
    private const string Sku = "FLOW_FREE";

    // B611, B663, B664, B665, B666, B667
    [Fact]
    public async Task Changes_of_all_kinds_are_composed_ordered_kept_in_a_file_looked_at_applied_and_watched()
    {
        using HttpClient client = await ClientAsync();
        (string group, JsonElement joins, JsonElement gets) = await MakeAsync(client);
        string joining = joins.GetProperty("displayName").GetString()!, getting = gets.GetProperty("displayName").GetString()!;
        await using Window window = await Portal.OpenSignedInAsync("plan");
        IPage page = window.Page;
        await Expect(page.GetByText("None yet.")).ToBeVisibleAsync();
        ILocator kind = page.GetByLabel("Kind of change");
        ILocator put = page.GetByRole(AriaRole.Button, new() { Name = "Put it into the plan" });
        ILocator list = page.GetByRole(AriaRole.Grid, new() { Name = "Changes" });

        await kind.SelectOptionAsync("membership");
        await FindAsync(page, "Find the group", "Planners of things");
        await FindAsync(page, "Find who becomes a member", joins.GetProperty("userPrincipalName").GetString()!);
        await put.ClickAsync();
        await Expect(list.GetByTitle($"Make {joining} a member of Planners of things")).ToBeVisibleAsync();

        await kind.SelectOptionAsync("groupLicense");
        await FindAsync(page, "Find a group", "Planners of things");
        await LicenseAsync(page, "Planners of things");
        await Expect(list.GetByTitle($"Give {Sku} to the group Planners of things")).ToBeVisibleAsync();

        await kind.SelectOptionAsync("userLicense");
        await FindAsync(page, "Find a user", gets.GetProperty("userPrincipalName").GetString()!);
        await LicenseAsync(page, getting);
        await Expect(list.GetByTitle($"Give {Sku} to {getting}")).ToBeVisibleAsync();

        await kind.SelectOptionAsync("subscription");
        await page.GetByLabel("License", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = Sku });
        await page.GetByLabel("Units").FillAsync("4");
        await put.ClickAsync();
        await Expect(list.GetByTitle($"Have 4 units of {Sku}")).ToBeVisibleAsync();

        await kind.SelectOptionAsync("user");
        await FindAsync(page, "Find a user", joins.GetProperty("userPrincipalName").GetString()!);
        await page.GetByLabel("Property").SelectOptionAsync("department");
        await page.GetByLabel("Becomes").FillAsync("Planning");
        await put.ClickAsync();
        await Expect(list.GetByTitle($"Set department to Planning of {joining}")).ToBeVisibleAsync();

        // What all of it does together, with nobody asking for it.
        await Expect(page.GetByText("2 users get a license")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = $"{Sku} 4 0 2 0 0" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Grid, new() { Name = "Users whose licenses change" }).GetByText("Given. The group gives it.")).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("plan-light");

        // Another order and one less, by keys: the units first, the department not at all.
        await list.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("Delete");
        await Expect(list.GetByTitle("Set department")).ToHaveCountAsync(0);
        await Expect(page.GetByText("4 changes.")).ToBeVisibleAsync();
        for (int moves = 3; moves > 0; moves--)
        {
            await page.Keyboard.PressAsync("Alt+ArrowUp");
            await Expect(page.GetByText($"The change is number {moves} now.")).ToBeVisibleAsync();
            await Expect(list.Locator(".grid-row.is-active").GetByTitle("Have 4 units")).ToBeVisibleAsync();
        }

        await Expect(list.Locator(".grid-row").First.GetByTitle("Have 4 units")).ToBeVisibleAsync();

        // A file that the API takes as it is.
        IDownload saved = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Save to a file" }).ClickAsync());
        string file = Path.Combine(Path.GetTempPath(), $"berth-plan-{Guid.NewGuid():N}.json");
        await saved.SaveAsAsync(file);
        string text = await File.ReadAllTextAsync(file, Cancel);
        Assert.Equal(["subscription", "membership", "groupLicense", "userLicense"], JsonElement.Parse(text).GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("kind").GetString()));
        using StringContent body = new(text, System.Text.Encoding.UTF8, "application/json");
        (await client.PostAsync(new Uri("/berth/v1/plan", UriKind.Relative), body, Cancel)).EnsureSuccessStatusCode().Dispose();

        // So does the command line, for which there is something to do.
        (int code, string told, string errors) = await OwnCompany.ShellAsync(Portal.Berth, "plan", "-f", file);
        Assert.True(code == 4, $"{code}: {told}{errors}");
        Assert.Contains(gets.GetProperty("userPrincipalName").GetString()!, told, StringComparison.Ordinal);

        // A reload loses nothing.
        await page.ReloadAsync();
        await Expect(page.GetByText("4 changes.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Empty the list" }).ClickAsync();
        await Expect(page.GetByText("None yet.")).ToBeVisibleAsync();

        // Kinds that cost something: composed, told, and taken out again.
        await kind.SelectOptionAsync("cloudPcAction");
        await page.GetByLabel("Action", new() { Exact = true }).SelectOptionAsync("reprovision");
        await FindAsync(page, "Find whose Cloud PC it is", await OwnerAsync(client));
        await put.ClickAsync();
        await Expect(list.GetByTitle("Make anew the Cloud PC")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs that change" }).GetByText("Made anew, with its data")).ToBeVisibleAsync();
        await Expect(page.GetByText("is destroyed at").First).ToBeVisibleAsync();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await window.IsAccessibleAsync();
        await window.PictureAsync("plan-dark");
        await page.GetByRole(AriaRole.Button, new() { Name = "Empty the list" }).ClickAsync();
        await kind.SelectOptionAsync("deleteUser");
        await FindAsync(page, "Find a user", gets.GetProperty("userPrincipalName").GetString()!);
        await put.ClickAsync();
        await Expect(list.GetByTitle($"Delete {getting}")).ToBeVisibleAsync();
        await kind.SelectOptionAsync("policyAssignment");
        await page.GetByLabel("Provisioning policy").SelectOptionAsync(new SelectOptionValue { Label = await PolicyAsync(client) });
        await page.Locator(".composer").GetByRole(AriaRole.Button, new() { NameRegex = new System.Text.RegularExpressions.Regex("^Take .+ out$") }).First.ClickAsync();
        await put.ClickAsync();
        await Expect(list.GetByTitle("Give the policy")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs that change" })).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(400, 800);
        await window.IsAccessibleAsync();
        await window.PictureAsync("plan-400");
        await page.SetViewportSizeAsync(1280, 800);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.GetByRole(AriaRole.Button, new() { Name = "Empty the list" }).ClickAsync();

        // People name things as they know them; what is wrong is said, and the list stays as it was.
        await OpenAsync(page, """[{"kind":"membership","groupId":"No such group","addMembers":[]}]""");
        await Expect(page.GetByText("No group of this tenant is called 'No such group'.")).ToBeVisibleAsync();
        await OpenAsync(page, """{"changes":[{"kind":"deleteUser","user":"x"}]}""");
        await Expect(page.GetByText("Change 1 cannot be read")).ToBeVisibleAsync();

        // What takes a license from many has to be allowed expressly.
        await OpenAsync(page, $$"""[{"kind":"groupLicense","groupId":"{{await LargeAsync(client)}}","remove":["SPE_F1"]}]""");
        ILocator apply = page.GetByRole(AriaRole.Button, new() { Name = "Make this change" });
        ILocator allow = page.GetByLabel("Take licenses from that many people at once");
        await Expect(allow).ToBeVisibleAsync();
        await Expect(apply).ToHaveAttributeAsync("disabled", "");
        await allow.CheckAsync();
        await Expect(apply).Not.ToHaveAttributeAsync("disabled", "");
        await page.GetByRole(AriaRole.Button, new() { Name = "Empty the list" }).ClickAsync();

        // One that would be refused is named.
        await OpenAsync(page, $$"""{"changes":[{"kind":"subscription","skuId":"{{Sku}}","units":4},{"kind":"membership","groupId":"Planners of things","removeMembers":["{{gets.GetProperty("userPrincipalName").GetString()}}"]}]}""");
        window.Forgive("(Not Found)");
        window.Forgive("(Bad Request)");
        await Expect(page.GetByText("Change 2 would be refused.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Empty the list" }).ClickAsync();

        // The file that was kept: done, watched, and still told after a reload.
        await OpenAsync(page, text);
        await Expect(page.GetByText("2 users get a license")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make these 4 changes" }).ClickAsync();
        await Expect(page.GetByText("All changes are made. 2 of 2.")).ToBeVisibleAsync();
        Assert.Contains("operation=", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Expect(page.GetByText("All changes are made. 2 of 2.")).ToBeVisibleAsync();
        await Expect(page.GetByText($"{Sku} through Planners of things")).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await window.PictureAsync("plan-applied");
        Assert.Equal(1, (await GetAsync(client, $"/v1.0/groups/{group}/members?$select=id")).GetProperty("value").GetArrayLength());
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the operation in the history" }).ClickAsync();
        await Expect(page.GetByText($"{Sku} was given directly: ")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Plan", Exact = true }).ClickAsync();
        await Expect(page.GetByText("None yet.")).ToBeVisibleAsync();
        File.Delete(file);
    }

    // B613, B614, B657, B663, B665
    [Fact]
    public async Task Cloud_PCs_are_resized_put_back_and_taken_down_by_a_plan_and_one_that_is_out_of_date_says_so_and_is_worked_out_anew()
    {
        // Ada and Ben are ready with restore points; Cem's is in its grace period; Dia's was made just now and has none.
        await using OwnCompany company = await OwnCompany.StartAsync();
        string small = await company.BuyAsync("CPC_E_2C_8GB_128GB", 4);
        await company.BuyAsync("CPC_E_4C_16GB_128GB", 1);
        await company.BuyAsync(Sku, 5);
        Dictionary<string, string> people = [];
        foreach (string name in (string[])["Ada Adler", "Ben Baum", "Cem Can", "Dia Diaz"])
        {
            people[name[..3]] = await company.UserAsync(name);
        }

        string group = await company.GroupAsync("Planners", [people["Ada"]]);
        await company.PolicyAsync("Desks", "dedicated", new { groupId = await company.GroupAsync("Desks", people.Values) });
        foreach (string name in (string[])["Ada", "Ben", "Cem"])
        {
            await company.LicenseAsync(people[name], small);
        }

        await company.SendAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        await company.SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT13H" });
        await company.LicenseAsync(people["Dia"], small);
        await company.SendAsync(HttpMethod.Post, $"/v1.0/users/{people["Cem"]}/assignLicense", new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { small } });

        await using Window window = await company.OpenAsync(Portal, "plan");
        IPage page = window.Page;
        ILocator put = page.GetByRole(AriaRole.Button, new() { Name = "Put it into the plan" }), list = page.GetByRole(AriaRole.Grid, new() { Name = "Changes" });
        await ComposeAsync("resize", "ada");
        await page.GetByLabel("New size").SelectOptionAsync(new SelectOptionValue { Label = "Cloud PC Enterprise 4vCPU/16GB/128GB" });
        await put.ClickAsync();
        await Expect(list.GetByTitle("Resize the Cloud PC")).ToBeVisibleAsync();
        await ComposeAsync("restore", "dia");
        await put.ClickAsync();
        await Expect(page.GetByText("has no restore point to be put back to")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Dia" }).UncheckAsync();
        await FindAsync(page, "Find whose Cloud PC it is", "ben@contoso.example");
        await put.ClickAsync();
        await Expect(list.GetByTitle("Put back to a restore point the Cloud PC")).ToBeVisibleAsync();
        await ComposeAsync("endGracePeriod", "cem");
        await put.ClickAsync();
        await Expect(list.GetByTitle("End the grace period of the Cloud PC")).ToBeVisibleAsync();
        ILocator machines = page.GetByRole(AriaRole.Grid, new() { Name = "Cloud PCs that change" });
        await Expect(machines.GetByRole(AriaRole.Row)).ToHaveCountAsync(4);
        await Expect(page.GetByText("1 Cloud PC gets another size and keeps its data")).ToBeVisibleAsync();
        await Expect(page.GetByText("1 Cloud PC is put back to a restore point")).ToBeVisibleAsync();
        await Expect(page.GetByText("1 Cloud PC is taken down")).ToBeVisibleAsync();
        await page.GetByLabel("Kind of change").SelectOptionAsync("groupLicense");
        await FindAsync(page, "Find a group", "Planners");
        await LicenseAsync(page, "Planners");

        // The plan before had a user who gets a license too; the seats of this one are in the new plan only.
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What it does" }).GetByText(Sku).First).ToBeVisibleAsync();
        await Expect(page.GetByText("1 user gets a license")).ToBeVisibleAsync();
        await window.PictureAsync("plan-actions-light");

        // Somebody is faster: what was looked at is not done, what differs is said, and a click shows what it does now.
        await company.SendAsync(HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"{window.Origin}v1.0/directoryObjects/{people["Ben"]}" });
        window.Forgive("(Conflict)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make these 4 changes" }).ClickAsync();
        await Expect(page.GetByText("The tenant has changed since, so that the plan would do something else. Nothing was changed")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What it does" }).GetByText("ben@contoso.example")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make these 4 changes" })).ToHaveCountAsync(0);
        await window.IsAccessibleAsync();
        await window.PictureAsync("plan-outdated-light");
        await page.GetByRole(AriaRole.Button, new() { Name = "Work it out again" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("2 users get a license")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make these 4 changes" }).ClickAsync();
        await Expect(page.GetByText("All changes are made.")).ToBeVisibleAsync();
        JsonNode[] all = [.. (await company.GetAsync(OwnCompany.Endpoint + "/cloudPCs"))["value"]!.AsArray().Select(one => one!)];
        Assert.Equal(["ada", "ben", "dia"], all.Select(one => ((string)one["userPrincipalName"]!)[..3]).Order());
        Assert.Equal("Cloud PC Enterprise 4vCPU/16GB/128GB", (string)all.Single(one => ((string)one["userPrincipalName"]!).StartsWith("ada", StringComparison.Ordinal))["servicePlanName"]!);

        async Task ComposeAsync(string action, string whose)
        {
            await page.GetByLabel("Kind of change").SelectOptionAsync("cloudPcAction");
            await page.GetByLabel("Action", new() { Exact = true }).SelectOptionAsync(action);
            await FindAsync(page, "Find whose Cloud PC it is", whose + "@contoso.example");
        }
    }

    // B613: a plan takes 20,000.
    [Fact]
    public async Task A_list_that_is_longer_than_a_plan_is_made_in_parts_each_on_what_the_one_before_has_left()
    {
        const int All = 20_100;
        await using OwnCompany company = await OwnCompany.StartAsync();
        string sku = await company.BuyAsync(Sku, 20_050);
        string[] people = await company.CrowdAsync(All);
        await using Window window = await company.OpenAsync(Portal, "plan");
        IPage page = window.Page;
        await Expect(page.GetByText("None yet.")).ToBeVisibleAsync();
        await OpenAsync(page, JsonSerializer.Serialize(people.Select(user => new { kind = "userLicense", userId = user, add = new[] { new { skuId = sku, disabledPlans = Array.Empty<string>() } } })));
        await Expect(page.GetByText("20,100 changes of kept.json.")).ToBeVisibleAsync();
        await Expect(page.GetByText("This is of the first 20,000, which are made together or not at all; the 100 after them stay in the list")).ToBeVisibleAsync();
        await Expect(page.GetByText("20,000 users get a license")).ToBeVisibleAsync();
        await window.PictureAsync("plan-part-light");
        await window.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the first 20,000 changes" }).ClickAsync();
        await Expect(page.GetByText("All changes are made. 20,000 of 20,000.")).ToBeVisibleAsync();
        await Expect(page.GetByText("100 changes of the list are still to be made.")).ToBeVisibleAsync();

        // The rest, also after a reload: it meets the end of the seats, and is refused as a whole.
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "See what the next part does" }).ClickAsync();
        await Expect(page.GetByText("100 changes.", new() { Exact = true })).ToBeVisibleAsync();
        window.Forgive("(Bad Request)");
        await Expect(page.GetByText("Change 51 would be refused.")).ToBeVisibleAsync();
        await company.BuyAsync(Sku, 50);
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make these 100 changes" }).ClickAsync();
        await Expect(page.GetByText("All changes are made. 100 of 100.")).ToBeVisibleAsync();
        Assert.Equal(All, (int)(await company.GetAsync("/v1.0/subscribedSkus"))["value"]!.AsArray().Single(one => (string)one!["skuId"]! == sku)!["consumedUnits"]!);
    }

    private static async Task FindAsync(IPage page, string label, string text)
    {
        await page.GetByLabel(label, new() { Exact = true }).FocusAsync();
        await page.Keyboard.TypeAsync(text);
        await Expect(page.GetByRole(AriaRole.List, new() { Name = $"{label}: found" })).ToBeVisibleAsync();
        await Expect(page.GetByText("1 found.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("1 found.")).ToHaveCountAsync(0);
    }

    private static async Task LicenseAsync(IPage page, string whom)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose the licenses" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = $"Licenses of {whom}" });
        await dialog.GetByLabel(Sku, new() { Exact = true }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Put it into the plan" }).ClickAsync();
    }

    private static async Task OpenAsync(IPage page, string text)
    {
        IFileChooser chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByText("Open a file", new() { Exact = true }).ClickAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = "kept.json", MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(text) });
    }

    // A group of nobody, a license of which nobody has any, and two people.
    private static async Task<(string Group, JsonElement Joins, JsonElement Gets)> MakeAsync(HttpClient client)
    {
        await SendAsync(client, "/berth/v1/subscriptions", new { skuPartNumber = Sku, units = 3 });
        JsonElement[] users = [.. (await GetAsync(client, "/v1.0/users?$orderby=displayName desc&$top=4&$select=id,displayName,userPrincipalName")).GetProperty("value").EnumerateArray()];
        string group = (await SendAsync(client, "/v1.0/groups", new { displayName = "Planners of things", mailEnabled = false, mailNickname = "planners", securityEnabled = true })).GetProperty("id").GetString()!;
        return (group, users[2], users[3]);
    }

    private static async Task<string> OwnerAsync(HttpClient client) =>
        (await GetAsync(client, "/beta/deviceManagement/virtualEndpoint/cloudPCs?$top=1&$filter=status eq 'provisioned'&$select=id,userPrincipalName"))
            .GetProperty("value")[0].GetProperty("userPrincipalName").GetString()!;

    private static async Task<string> PolicyAsync(HttpClient client) =>
        (await GetAsync(client, "/beta/deviceManagement/virtualEndpoint/provisioningPolicies?$expand=assignments")).GetProperty("value").EnumerateArray()
            .First(policy => policy.GetProperty("provisioningType").GetString() == "dedicated" && policy.GetProperty("assignments").GetArrayLength() > 0).GetProperty("displayName").GetString()!;

    private static async Task<string> LargeAsync(HttpClient client)
    {
        string sku = (await GetAsync(client, "/v1.0/subscribedSkus")).GetProperty("value").EnumerateArray()
            .First(one => one.GetProperty("skuPartNumber").GetString() == "SPE_F1").GetProperty("skuId").GetString()!;
        return (await GetAsync(client, $"/v1.0/groups?$filter=assignedLicenses/any(l:l/skuId eq {sku})&$select=id")).GetProperty("value")[0].GetProperty("id").GetString()!;
    }
}
