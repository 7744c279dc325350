using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Berth.Portal.Tests;

/// <summary>The place where lists of users are worked off.</summary>
[Collection(People.Name)]
public sealed class Bulk(PortalUnderTest portal, ITestOutputHelper output) : PortalTests(portal)
{
    // B611, B650, B651, B652, B653: the seed's third route, to a list of users.
    [Fact]
    public async Task A_person_gives_a_license_to_a_list_by_keys_is_told_of_each_bad_line_and_has_the_result_after_a_reload()
    {
        using HttpClient client = await ClientAsync();
        await BuyAsync(client, "FLOW_FREE", 3);
        await using Team people = await Team.ComeAsync(client, "list", "abcdef", "c");
        await using Window window = await Portal.OpenSignedInAsync("bulk");
        window.Forgive("400 (Bad Request)");
        IPage page = window.Page;
        ILocator drop = page.GetByLabel("Drop a CSV file here");
        for (int tabs = 0; tabs < 40 && !await drop.EvaluateAsync<bool>("drop => drop === document.activeElement"); tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        IFileChooser chooser = await page.RunAndWaitForFileChooserAsync(() => page.Keyboard.PressAsync("Enter"));
        await chooser.SetFilesAsync(Csv(
            "new-hires.csv",
            "\uFEFFuserPrincipalName;note\r\nlist.a@contoso.example;\"starts \"\"Monday\"\"; early\"\r\nnobody.at.all@contoso.example;misspelled\r\n\r\nlist.b@contoso.example;\"two\r\nlines\"\r\n"
            + "list.c@contoso.example;without a country\r\nLIST.A@contoso.example;again\r\nlist.d@contoso.example;one;too many\r\nlist.d@contoso.example;\r\nlist.e@contoso.example;\r\nlist.f@contoso.example;\r\n"));
        await Expect(page.GetByText("new-hires.csv: 9 lines, 2 columns.")).ToBeVisibleAsync();
        await window.PictureAsync("bulk-list-light");
        await NextAsync(page, "Columns");

        await Expect(page.GetByLabel("Column that names the user")).ToHaveValueAsync("0");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "starts \"Monday\"; early" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(page.GetByText("Choose the license.", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByLabel("FLOW_FREE", new() { Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await window.PictureAsync("bulk-columns-light");
        await window.IsAccessibleAsync();
        await NextAsync(page, "Lines");

        await Expect(page.GetByText("5 lines are to be done.")).ToBeVisibleAsync();
        await Expect(page.GetByText("1 line names somebody a second time and is left out.")).ToBeVisibleAsync();
        await Expect(page.GetByText("3 lines have mistakes and are left out.")).ToBeVisibleAsync();
        await page.GetByLabel("Show", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Mistake (3)" });
        await Expect(RowOf(page, "3", "This tenant has no user 'nobody.at.all@contoso.example'.")).ToBeVisibleAsync();
        await Expect(RowOf(page, "7", "list.c@contoso.example has no usage location")).ToBeVisibleAsync();
        await Expect(RowOf(page, "9", "more fields than there are columns")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Grid).FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Line 3, nobody.at.all@contoso.example: This tenant has no user")).ToBeVisibleAsync();
        await window.PictureAsync("bulk-lines-light");
        await window.IsAccessibleAsync();
        await NextAsync(page, "Plan");

        // Three seats for five who are in order: the last two are told, and nothing was done yet.
        await Expect(page.GetByText("3 users get a license")).ToBeVisibleAsync();
        await Expect(page.GetByText("FLOW_FREE: 0 of 3 used now, 3 afterwards.")).ToBeVisibleAsync();
        await Expect(page.GetByText("5 lines are left out")).ToBeVisibleAsync();
        await Expect(RowOf(page, "2", "gets FLOW_FREE")).ToBeVisibleAsync();
        await Expect(RowOf(page, "11", "does not have any available licenses")).ToBeVisibleAsync();
        await Expect(RowOf(page, "12", "No seat of FLOW_FREE is left when line 11 is reached")).ToBeVisibleAsync();
        Assert.Empty(await people.LicensesOfAsync('a'));
        await window.PictureAsync("bulk-plan-light");
        await window.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Assign for 3 lines" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What became of new-hires.csv" })).ToBeFocusedAsync();
        await Expect(page.GetByText("Done. Every line is told below.")).ToBeVisibleAsync();
        await Expect(page.GetByText("3 assigned", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["FLOW_FREE"], await people.LicensesOfAsync('a'));
        Assert.Empty(await people.LicensesOfAsync('e'));
        Assert.Contains("/portal/bulk?operation=", page.Url, StringComparison.Ordinal);
        string result = await DownloadAsync(page, "new-hires.result.csv");

        await page.ReloadAsync();
        await Expect(page.GetByText("Done. Every line is told below.")).ToBeVisibleAsync();
        await Expect(page.GetByText("5 failed", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("1 duplicate", new() { Exact = true })).ToBeVisibleAsync();
        await window.PictureAsync("bulk-result-light");
        await window.IsAccessibleAsync();
        Assert.Equal(result, await DownloadAsync(page, "new-hires.result.csv"));
        string[] lines = [.. result.Split('\n').Select(static line => System.Text.RegularExpressions.Regex.Replace(line, "[0-9-]{10}T[0-9:]{8}Z", "AT"))];
        Assert.StartsWith("\uFEFFuserPrincipalName;note;outcome;code;message;at", result, StringComparison.Ordinal);
        Assert.Contains("list.a@contoso.example;\"starts \"\"Monday\"\"; early\";assigned;;added FLOW_FREE;AT", lines);
        Assert.Contains("nobody.at.all@contoso.example;misspelled;failed;Request_ResourceNotFound;This tenant has no user 'nobody.at.all@contoso.example'.;AT", lines);
        Assert.Contains("LIST.A@contoso.example;again;duplicate;duplicateUser;The same user as in line 2.;AT", lines);
        Assert.Contains(lines, static line => line.StartsWith("list.e@contoso.example;;failed;seatsExhausted;", StringComparison.Ordinal));

        // The same list again: what is done is left alone, and nothing is left to do.
        await page.GetByRole(AriaRole.Button, new() { Name = "Another list" }).ClickAsync();
        await ChooseAsync(page, Csv("again.csv", "upn\nlist.a@contoso.example\nlist.b@contoso.example\n"));
        await NextAsync(page, "Columns");
        await page.GetByLabel("FLOW_FREE", new() { Exact = true }).CheckAsync();
        await NextAsync(page, "Lines");
        await Expect(page.GetByText("2 lines need nothing.")).ToBeVisibleAsync();
        await NextAsync(page, "Plan");
        await page.GetByRole(AriaRole.Button, new() { Name = "See the result" }).ClickAsync();
        await Expect(page.GetByText("Nothing was to be done, and nothing was sent.")).ToBeVisibleAsync();
        Assert.Contains("list.b@contoso.example,already,,list.b@contoso.example has it already.,", await DownloadAsync(page, "again.result.csv"), StringComparison.Ordinal);
    }

    // B650, B651, B652, B653: more than a plan takes.
    [Fact]
    public Task A_list_of_twenty_five_thousand_lines_is_done_part_by_part() => LongListAsync(25_000);

    /// <summary>As long as a list may be; by name only: <c>Berth.Portal.Tests -class '*.Bulk' -explicit only -showLiveOutput</c>.</summary>
    [Fact(Explicit = true)]
    public Task A_list_of_a_hundred_thousand_lines_is_done_part_by_part() => LongListAsync(100_000);

    private async Task LongListAsync(int all)
    {
        const int OfOnePlan = 20_000;
        await using OwnCompany company = await OwnCompany.StartAsync();
        string sku = await company.BuyAsync("FLOW_FREE", all);
        await company.CrowdAsync(all);
        await using Window window = await company.OpenAsync(Portal, "bulk");
        IPage page = window.Page;
        await Expect(page.GetByText("At most 8 MiB")).ToBeVisibleAsync();
        Stopwatch watch = Stopwatch.StartNew();
        StringBuilder text = new("userPrincipalName\n");
        for (int person = 0; person < all; person++)
        {
            text.Append(CultureInfo.InvariantCulture, $"crowd{person:D5}@contoso.example\n");
        }

        await ChooseAsync(page, Csv("crowd.csv", text.ToString()));
        await Expect(page.GetByText(string.Create(CultureInfo.InvariantCulture, $"crowd.csv: {all:N0} lines, 1 column."))).ToBeVisibleAsync();
        Tell("is read");
        await NextAsync(page, "Columns");
        await page.GetByLabel("FLOW_FREE", new() { Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        for (int done = 0; done < all; done += OfOnePlan)
        {
            int part = Math.Min(OfOnePlan, all - done);
            await Expect(page.GetByText(string.Create(CultureInfo.InvariantCulture, $"{all - done:N0} lines are to be done."))).ToBeVisibleAsync(new() { Timeout = 4 * PortalUnderTest.Patience });
            Tell("everybody is looked up");
            await NextAsync(page, "Plan");
            await Expect(page.GetByText(string.Create(CultureInfo.InvariantCulture, $"{part:N0} users get a license"))).ToBeVisibleAsync();
            Tell("a part is planned");
            await page.GetByRole(AriaRole.Button, new() { Name = string.Create(CultureInfo.InvariantCulture, $"Assign for {part:N0} lines") }).ClickAsync();
            await Expect(page.GetByText("Done. Every line is told below.")).ToBeVisibleAsync();
            await Expect(page.GetByText(string.Create(CultureInfo.InvariantCulture, $"{done + part:N0} assigned"), new() { Exact = true })).ToBeVisibleAsync();
            Tell("a part is done");
            if (done + part < all)
            {
                await page.GetByRole(AriaRole.Button, new() { Name = string.Create(CultureInfo.InvariantCulture, $"Go on with the other {all - done - part:N0}") }).ClickAsync();
            }
        }

        Assert.Equal(all, (int)(await company.GetAsync("/v1.0/subscribedSkus"))["value"]!.AsArray().Single(one => (string)one!["skuId"]! == sku)!["consumedUnits"]!);
        Assert.Equal(all + 1, (await DownloadAsync(page, "crowd.result.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Tell("the result is here");

        void Tell(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalSeconds:N1} s"));
    }

    // B611, B650, B651, B653
    [Fact]
    public async Task A_dropped_list_of_employee_numbers_swaps_what_each_line_names_and_mistakes_in_files_are_told()
    {
        using HttpClient client = await ClientAsync();
        await BuyAsync(client, "WIN10_VDA_E5", 5);
        await BuyAsync(client, "WIN10_VDA_E3", 5);
        await using Team people = await Team.ComeAsync(client, "swap", "abc", "");
        await people.AssignAsync('a', "WIN10_VDA_E5");
        await using Window window = await Portal.OpenSignedInAsync("bulk", ColorScheme.Dark, width: 400);
        IPage page = window.Page;
        await Expect(page.GetByText("At most 8 MiB")).ToBeVisibleAsync();
        foreach ((byte[] file, string sentence) in new (byte[], string)[]
        {
            (Encoding.UTF8.GetBytes("upn\n\"a@contoso.example\n"), "A double quote in line 2 or above is not closed properly"),
            (Encoding.UTF8.GetBytes("upn\na\"b@contoso.example\n"), "A double quote in line 2 or above is not closed properly"),
            (Encoding.UTF8.GetBytes("a@contoso.example\nb@contoso.example\n"), "is a user, not the names of the columns"),
            (Encoding.UTF8.GetBytes("upn;x\n\n"), "has names of columns and no line below them"),
            (Encoding.UTF8.GetBytes(" \n"), "is empty"),
            (Encoding.Latin1.GetBytes("upn\nm\u00FCller@contoso.example\n"), "is not UTF-8 text"),
            (new byte[(8 * 1024 * 1024) + 1], "was not read: a list has at most 8 MiB"),
            (Encoding.UTF8.GetBytes("upn\n" + new string('x', 5000) + "\n"), "a field is longer than 4096 characters"),
        })
        {
            await ChooseAsync(page, new FilePayload { Name = "bad.csv", MimeType = "text/csv", Buffer = file });
            await Expect(page.GetByRole(AriaRole.Alert).GetByText(sentence)).ToBeVisibleAsync();
        }

        await window.PictureAsync("bulk-refused-400");
        await window.IsAccessibleAsync();

        // As a spreadsheet says which separator it took, in UTF-16, dropped onto the page.
        string path = Path.Combine(Path.GetTempPath(), $"berth-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(path, "sep=|\r\nemployeeId|product\r\nswap-1|Windows 10/11 Enterprise E3\r\nswap-2|WIN10_VDA_E3\r\nswap-3|No such license\r\nswap-9|WIN10_VDA_E3\r\n", Encoding.Unicode, Cancel);
        try
        {
            await DropAsync(page, path);
            await Expect(page.GetByText("4 lines, 2 columns.")).ToBeVisibleAsync();
        }
        finally
        {
            File.Delete(path);
        }

        await NextAsync(page, "Columns");
        await Expect(page.GetByLabel("What it says of the user")).ToHaveValueAsync("EmployeeId");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Swap" }).CheckAsync();
        await page.GetByLabel("License that goes").SelectOptionAsync(new SelectOptionValue { Label = "WIN10_VDA_E5" });
        await Expect(page.GetByLabel("License in its place")).ToHaveValueAsync("1");
        await window.PictureAsync("bulk-columns-400");
        await window.IsAccessibleAsync();
        await NextAsync(page, "Lines");
        await Expect(page.GetByText("1 line is to be done.")).ToBeVisibleAsync();
        await Expect(page.GetByText("2 lines have mistakes and are left out.")).ToBeVisibleAsync();
        await page.GetByText("swap-3").ClickAsync();
        await Expect(page.GetByText("Line 5, swap-3: This tenant has no license 'No such license'.")).ToBeVisibleAsync();
        await window.PictureAsync("bulk-lines-400");
        await window.IsAccessibleAsync();
        await NextAsync(page, "Plan");
        await page.GetByText("swap-1").ClickAsync();
        await Expect(page.GetByText("Line 3, swap-1: loses WIN10_VDA_E5; gets WIN10_VDA_E3")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Swap for 1 line" }).ClickAsync();
        await Expect(page.GetByText("1 swapped", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("1 left alone", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["WIN10_VDA_E3"], await people.LicensesOfAsync('a'));
        Assert.Contains("swap-1|Windows 10/11 Enterprise E3|swapped||swapped WIN10_VDA_E5 for WIN10_VDA_E3|", await DownloadAsync(page, ".result.csv"), StringComparison.Ordinal);

        // Somebody else who is sent the address has no list, and is told what the operation did.
        await using Window other = await Portal.OpenSignedInAsync(page.Url.Split("/portal/")[1], ColorScheme.Dark);
        await Expect(other.Page.GetByText("This window does not have the list any more")).ToBeVisibleAsync();
        await Expect(RowOf(other.Page, "swap.a@contoso.example", "added WIN10_VDA_E3, removed WIN10_VDA_E5")).ToBeVisibleAsync();
        await other.PictureAsync("bulk-other-dark");
        await other.IsAccessibleAsync();
        Assert.Contains("swap.a@contoso.example,replaced,,\"added WIN10_VDA_E3, removed WIN10_VDA_E5\",", await DownloadAsync(other.Page, ".result.csv"), StringComparison.Ordinal);
    }

    private static FilePayload Csv(string name, string text) => new() { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) };

    private static ILocator RowOf(IPage page, string first, string text) =>
        page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Gridcell, new() { Name = first, Exact = true }) }).Filter(new() { HasText = text });

    private static async Task NextAsync(IPage page, string step)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = step, Exact = true })).ToBeFocusedAsync();
    }

    private static async Task ChooseAsync(IPage page, FilePayload file)
    {
        IFileChooser chooser = await page.RunAndWaitForFileChooserAsync(() => page.Locator("label.drop").ClickAsync());
        await chooser.SetFilesAsync(file);
    }

    private static async Task<string> DownloadAsync(IPage page, string name)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Download the result" }).ClickAsync());
        Assert.EndsWith(name, download.SuggestedFilename, StringComparison.Ordinal);
        return Encoding.UTF8.GetString(await File.ReadAllBytesAsync(await download.PathAsync(), Cancel));
    }

    // As a hand does it: the browser itself is told that a file is dragged over the page and let go.
    private static async Task DropAsync(IPage page, string path)
    {
        LocatorBoundingBoxResult box = (await page.Locator("label.drop").BoundingBoxAsync())!;
        ICDPSession mouse = await page.Context.NewCDPSessionAsync(page);
        foreach (string type in (string[])["dragEnter", "dragOver", "drop"])
        {
            await mouse.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = box.X + (box.Width / 2),
                ["y"] = box.Y + (box.Height / 2),
                ["data"] = new Dictionary<string, object> { ["items"] = Array.Empty<object>(), ["files"] = new[] { path }, ["dragOperationsMask"] = 1 },
            });
        }
    }

    private static async Task BuyAsync(HttpClient client, string sku, int units) =>
        (await client.PostAsJsonAsync(new Uri("/berth/v1/subscriptions", UriKind.Relative), new { skuPartNumber = sku, units }, Cancel)).EnsureSuccessStatusCode().Dispose();

    /// <summary>People of a test's own, who are gone afterwards: the others count on everybody else.</summary>
    private sealed class Team(HttpClient client) : IAsyncDisposable
    {
        private readonly Dictionary<char, string> _ids = [];

        public static async Task<Team> ComeAsync(HttpClient client, string team, string letters, string withoutCountry)
        {
            Team people = new(client);
            foreach (char letter in letters)
            {
                string name = $"{team}.{letter}";
                using HttpResponseMessage made = await client.PostAsJsonAsync(new Uri("/v1.0/users", UriKind.Relative), new
                {
                    accountEnabled = true, displayName = $"Of the list {name}", mailNickname = name, userPrincipalName = $"{name}@contoso.example",
                    employeeId = string.Create(CultureInfo.InvariantCulture, $"{team}-{letter - 'a' + 1}"), usageLocation = withoutCountry.Contains(letter, StringComparison.Ordinal) ? null : "US",
                    passwordProfile = new { password = "a password nobody keeps" },
                }, Cancel);
                using JsonDocument user = JsonDocument.Parse(await made.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancel));
                people._ids[letter] = user.RootElement.GetProperty("id").GetString()!;
            }

            return people;
        }

        public async Task AssignAsync(char letter, string sku)
        {
            using JsonDocument skus = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1.0/subscribedSkus", UriKind.Relative), Cancel));
            string id = skus.RootElement.GetProperty("value").EnumerateArray().First(one => one.GetProperty("skuPartNumber").GetString() == sku).GetProperty("skuId").GetString()!;
            (await client.PostAsJsonAsync(new Uri($"/v1.0/users/{_ids[letter]}/assignLicense", UriKind.Relative), new
            {
                addLicenses = new[] { new { skuId = id, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>(),
            }, Cancel)).EnsureSuccessStatusCode().Dispose();
        }

        public async Task<string[]> LicensesOfAsync(char letter)
        {
            using JsonDocument details = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1.0/users/{_ids[letter]}/licenseDetails", UriKind.Relative), Cancel));
            return [.. details.RootElement.GetProperty("value").EnumerateArray().Select(static one => one.GetProperty("skuPartNumber").GetString()!)];
        }

        public async ValueTask DisposeAsync()
        {
            foreach (string id in _ids.Values)
            {
                (await client.DeleteAsync(new Uri($"/v1.0/users/{id}", UriKind.Relative), CancellationToken.None)).Dispose();
            }
        }
    }
}
