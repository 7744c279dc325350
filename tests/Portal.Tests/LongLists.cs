using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Berth.Portal.Tests;

/// <summary>Users of a tenant with a hundred thousand of them. Who answers for them is the test: a server that has them takes longer to fill than all other tests.</summary>
[Collection(People.Name)]
public sealed partial class LongLists(PortalUnderTest portal) : PortalTests(portal)
{
    private const int All = 100_000;

    // B646, B649
    [Fact]
    public async Task The_end_of_a_long_list_is_one_page_away_and_its_middle_is_read_with_large_pages_that_can_be_stopped()
    {
        await using Window window = await Portal.OpenSignedInAsync();
        IPage page = window.Page;
        using AnsweredUsers users = await AnsweredUsers.BeginAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "Users", Exact = true }).ClickAsync();
        ILocator grid = page.GetByRole(AriaRole.Grid, new() { Name = "Users" });
        await Expect(page.GetByText("100,000 users.")).ToBeVisibleAsync();
        Assert.Equal(["60 from 0"], users.Asked);

        await grid.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator(".grid-row.is-active")).ToContainTextAsync("Person 99999");
        Assert.Equal(["60 from 0", "200 from the end, 0"], users.Asked);

        // Upwards from the end likewise, and down from the beginning.
        await grid.EvaluateAsync("grid => grid.scrollTop -= 12000");
        await Expect(grid.GetByText("Person 99695", new() { Exact = true })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Home");
        await grid.EvaluateAsync("grid => grid.scrollTop = 4000");
        await Expect(grid.GetByText("Person 00105", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["60 from 0", "200 from the end, 0", "200 from the end, 200", "200 from 60"], users.Asked);

        // Into the middle, where each page takes as long as the test likes.
        users.Hold();
        await grid.EvaluateAsync("grid => grid.scrollTop = 40 * 40000");
        await Expect(page.GetByText(Far())).ToBeVisibleAsync();
        await users.LetThroughAsync(2);
        await Expect(page.GetByText(new Regex("^(1,99|2,00)[0-9] of 39,"))).ToBeVisibleAsync();
        await window.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.GetByText("100,000 users. Reading was stopped.")).ToBeVisibleAsync();
        int asked = users.Asked.Count;
        users.LetAllThrough();
        await grid.EvaluateAsync("grid => grid.scrollTop = 40 * 3000");
        await Expect(grid.GetByText("Person 03005", new() { Exact = true })).ToBeVisibleAsync();
        Assert.All(users.Asked.Skip(asked - 2), one => Assert.StartsWith("999 from ", one, StringComparison.Ordinal));
        Assert.InRange(users.Asked.Count, asked, asked + 2);
    }

    // B647, B648
    [Fact]
    public async Task Whoever_selects_all_sees_how_far_it_is_can_stop_and_more_than_a_plan_takes_are_done_as_a_list()
    {
        await using Window window = await Portal.OpenSignedInAsync();
        IPage page = window.Page;
        using AnsweredUsers users = await AnsweredUsers.BeginAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "Users", Exact = true }).ClickAsync();
        ILocator grid = page.GetByRole(AriaRole.Grid, new() { Name = "Users" });
        await Expect(page.GetByText("100,000 users.")).ToBeVisibleAsync();

        users.Hold();
        await grid.FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        await users.LetThroughAsync(3);
        await Expect(page.GetByText("2,997 of 100,000 are read.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.GetByText("100,000 users, 2,997 selected. Reading was stopped.")).ToBeVisibleAsync();

        // A plan takes 20,000 of them, in one dialog.
        users.LetAllThrough();
        await users.OnlyAsync(20_000, page);
        await SelectAllAsync("20,000 users, 20,000 selected.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add licenses" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Licenses of Person 00000 and 19,999 others" });
        await Expect(dialog).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Select nobody" }).ClickAsync();

        // One more is a list.
        await users.OnlyAsync(20_001, page);
        await SelectAllAsync("20,001 users, 20,001 selected.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove licenses" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Bulk", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "The first lines of the list" })).ToContainTextAsync("person00000@contoso.example");
        await Expect(page.GetByLabel("Column that names the user")).ToHaveValueAsync("0");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Remove" })).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
        await Expect(page.GetByText("selected-users.csv: 20,001 lines, 1 column.")).ToBeVisibleAsync();

        async Task SelectAllAsync(string said)
        {
            await grid.FocusAsync();
            await page.Keyboard.PressAsync("Control+a");
            await Expect(page.GetByText(said)).ToBeVisibleAsync();
        }
    }

    [GeneratedRegex(@"/v1\.0/users\?")]
    private static partial Regex ListOfUsers();

    [GeneratedRegex(@"^0 of 39,\d\d\d are read\.$")]
    private static partial Regex Far();

    /// <summary>Answers for the list of users, as Graph does, and says which pages were asked for.</summary>
    private sealed class AnsweredUsers : IDisposable
    {
        private readonly List<string> _asked = [];
        private readonly SemaphoreSlim _gate = new(0);
        private bool _isHeld;
        private int _all = All;

        public IReadOnlyList<string> Asked
        {
            get
            {
                lock (_asked)
                {
                    return [.. _asked];
                }
            }
        }

        public static async Task<AnsweredUsers> BeginAsync(IPage page)
        {
            AnsweredUsers users = new();
            await page.RouteAsync(ListOfUsers(), users.AnswerAsync);
            return users;
        }

        /// <summary>The next pages wait until they are let through.</summary>
        public void Hold() => _isHeld = true;

        public void Dispose() => _gate.Dispose();

        /// <summary>Lets some pages through and waits until they were asked for, with the one after them.</summary>
        public async Task LetThroughAsync(int pages)
        {
            int before = Asked.Count;
            _gate.Release(pages);
            while (Asked.Count < before + pages)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        public void LetAllThrough()
        {
            _isHeld = false;
            _gate.Release(1000);
        }

        /// <summary>From now on there are so many, and the list is read anew.</summary>
        public async Task OnlyAsync(int all, IPage page)
        {
            _all = all;
            await page.GetByLabel("Search by name").FillAsync(all.ToString(CultureInfo.InvariantCulture));
            await Expect(page.GetByText(string.Create(CultureInfo.InvariantCulture, $"{all:N0} users"))).ToBeVisibleAsync();
        }

        private async Task AnswerAsync(IRoute route)
        {
            Dictionary<string, string> query = new Uri(route.Request.Url).Query[1..].Split('&').Select(one => one.Split('=', 2)).ToDictionary(one => one[0], one => Uri.UnescapeDataString(one[1]));
            int from = int.Parse(query.GetValueOrDefault("$skiptoken", "0"), CultureInfo.InvariantCulture), size = int.Parse(query["$top"], CultureInfo.InvariantCulture);
            bool isFromEnd = query.GetValueOrDefault("$orderby") == "displayName desc";
            if (size > 1)
            {
                // Home asks for one, to count.
                lock (_asked)
                {
                    _asked.Add(string.Create(CultureInfo.InvariantCulture, $"{size} from {(isFromEnd ? "the end, " : "")}{from}"));
                }
            }

            if (_isHeld)
            {
                await _gate.WaitAsync(TestContext.Current.CancellationToken);
            }

            int all = _all;
            Dictionary<string, object> answer = new()
            {
                ["@odata.count"] = all,
                ["value"] = Enumerable.Range(from, Math.Min(size, all - from)).Select(place => isFromEnd ? all - 1 - place : place).Select(number => new
                {
                    id = new Guid(number, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
                    displayName = string.Create(CultureInfo.InvariantCulture, $"Person {number:D5}"),
                    userPrincipalName = string.Create(CultureInfo.InvariantCulture, $"person{number:D5}@contoso.example"),
                    usageLocation = "US",
                    accountEnabled = true,
                }).ToArray(),
            };
            if (from + size < all)
            {
                Uri asked = new(route.Request.Url);
                string rest = string.Join('&', asked.Query[1..].Split('&').Where(one => !one.StartsWith("$skiptoken=", StringComparison.Ordinal)));
                answer["@odata.nextLink"] = string.Create(CultureInfo.InvariantCulture, $"{asked.GetLeftPart(UriPartial.Path)}?{rest}&$skiptoken={from + size}");
            }

            try
            {
                await route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = JsonSerializer.Serialize(answer) });
            }
            catch (PlaywrightException)
            {
                // The page has given up the request: that is what it was asked to do.
            }
        }
    }
}
