using System.Collections.Concurrent;
using System.Globalization;
using Berth.Conformance.Tests.Process;
using Deque.AxeCore.Commons;

namespace Berth.Portal.Tests;

/// <summary>
/// One published Berth with its demo company, and one Chromium, for all tests of a collection; each test has a window of its own, with nothing kept from
/// another. Whatever asks another origin, breaks the content security policy or stops with a mistake fails the test that saw it.
/// </summary>
public sealed class PortalUnderTest : IAsyncLifetime
{
    public const string Admin = "admin@contoso.example";
    public const string Password = "berth-demo-password";

    /// <summary>How long a test waits for something to be seen before it fails.</summary>
    public const float Patience = 90_000;

    private static readonly string[] _switches =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
    ];

    private Task<BerthProcess>? _berth;
    private IPlaywright? _driver;
    private IBrowser? _browser;
    private IBrowserContext? _context;
    private string? _signedIn;

    /// <summary>The server.</summary>
    public BerthProcess Berth { get; private set; } = null!;

    /// <summary>Where screenshots go.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "portal-pictures")).FullName;

    public async ValueTask InitializeAsync()
    {
        _berth = BerthProcess.StartDemoAsync();
        _driver = await Playwright.CreateAsync();
        _browser = await _driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("BERTH_BROWSER") is { Length: > 0 } named ? named : "/usr/bin/chromium",
            Args = _switches,
        });
        Berth = await _berth;
        _context = await NewContextAsync();
        _context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        // What a failed start has not come to is not there.
        if (_context is not null)
        {
            await _context.DisposeAsync();
        }

        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _driver?.Dispose();
        if (_berth is not null)
        {
            await (await _berth).DisposeAsync();
        }
    }

    /// <summary>A new window at nothing yet. All share the browser's cache, as a person's do; who is signed in is each window's own.</summary>
    public async Task<Window> OpenAsync(ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800, Uri? at = null)
    {
        IPage page = await _context!.NewPageAsync();
        await page.SetViewportSizeAsync(width, height);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        return new Window(page, at ?? Berth.Http!);
    }

    /// <summary>A new window in which the demo's admin is signed in and looks at an address of the portal. The first one signs in; the others take over what that one kept.</summary>
    public async Task<Window> OpenSignedInAsync(string address = "", ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        Window window = await OpenAsync(scheme, width, height);
        await TakeOverSessionAsync(window.Page);
        await window.Page.GotoAsync("/portal/" + address);
        return window;
    }

    /// <summary>Lets a page begin with the sign-in of the demo's admin.</summary>
    public async Task TakeOverSessionAsync(IPage page)
    {
        if (_signedIn is null)
        {
            await using Window first = await OpenAsync();
            await first.Page.GotoAsync("/portal/");
            await first.SignInAsync(Admin, Password);
            _signedIn = await first.Page.EvaluateAsync<string>("() => sessionStorage.getItem('berth.session')");
        }

        await page.AddInitScriptAsync($"sessionStorage.setItem('berth.session', {System.Text.Json.JsonSerializer.Serialize(_signedIn)})");
    }

    /// <summary>A browser that has kept nothing.</summary>
    public Task<IBrowserContext> NewContextAsync() => _browser!.NewContextAsync(new BrowserNewContextOptions { BaseURL = Berth.Http!.ToString() });
}

/// <summary>Tests of people and what they hold, one after another at one server; <see cref="Machines"/> has another, so that two tests run at a time.</summary>
[CollectionDefinition(Name)]
public sealed class People : ICollectionFixture<PortalUnderTest>
{
    public const string Name = "people";
}

/// <summary>Tests of Cloud PCs and what they need.</summary>
[CollectionDefinition(Name)]
public sealed class Machines : ICollectionFixture<PortalUnderTest>
{
    public const string Name = "machines";
}

/// <summary>A window of the browser, which sees everything that must not happen in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _wrongs = [];
    private readonly List<string> _forgiven = [];

    /// <summary>
    /// axe, asked in the page itself: axe's own package opens another window for each look and carries all that it found over the wire, which takes many times as
    /// long as looking. Elements are told of what breaks a rule only, and no page has a frame. A color that is on its way to another is none that anybody reads: what is
    /// under way ends first, and what is wrong must still be so a moment later.
    /// </summary>
    private const string Look = """
        async () => {
            const roots = root => [root, ...[...root.querySelectorAll("*")].filter(one => one.shadowRoot).flatMap(one => roots(one.shadowRoot))];
            const ends = one => one.effect?.getComputedTiming().endTime !== Infinity;
            for (let turn = 0; ; turn++) {
                await Promise.allSettled(roots(document).flatMap(root => root.getAnimations()).filter(ends).map(one => one.finished));
                const found = await axe.run(document, { resultTypes: ["violations"], iframes: false });
                const wrongs = found.violations.filter(one => one.impact === "serious" || one.impact === "critical");
                if (wrongs.length === 0 || turn === 3) {
                    return [`${found.passes.length}`, ...wrongs.map(one => `${one.id}: ${one.help} (${one.nodes.map(node => node.html).join(", ")})`)];
                }
                await new Promise(later => setTimeout(later, 500));
            }
        }
        """;

    /// <summary>What sticks out of the page to the right; empty when nothing does.</summary>
    private const string TooWide = """
        () => {
            const main = document.querySelector("main");
            if (!main || (main.scrollWidth <= main.clientWidth && document.documentElement.scrollWidth <= innerWidth)) {
                return "";
            }
            const edge = main.getBoundingClientRect().left + main.clientWidth;
            return [...main.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > edge + 1).map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 60)}`).join("\n") || "the page";
        }
        """;

    private static readonly string _axe = new BundledAxeScriptProvider().GetScript();

    public Window(IPage page, Uri origin)
    {
        (Page, Origin) = (page, origin);
        page.Request += (_, request) =>
        {
            Uri target = new(request.Url);
            if (target.Scheme is not ("data" or "blob") && target.Authority != origin.Authority)
            {
                _wrongs.Enqueue($"asked another origin: {request.Url}");
            }
        };

        // Asked for from the beginning: a key that opens a file dialog could be faster than the wish to have it.
        page.FileChooser += static (_, _) => { };
        page.PageError += (_, error) => _wrongs.Enqueue($"stopped: {error}");
        page.Console += (_, line) =>
        {
            if (line.Type == "error")
            {
                _wrongs.Enqueue($"console: {line.Text}");
            }
        };
    }

    /// <summary>The server.</summary>
    public Uri Origin { get; }

    /// <summary>What is in it.</summary>
    public IPage Page { get; }

    /// <summary>Fills the sign-in page by keys only and waits for the portal.</summary>
    public async Task SignInAsync(string name, string password)
    {
        // The first field has the focus.
        await Assertions.Expect(Page.GetByLabel("Sign-in name")).ToBeFocusedAsync();
        await Page.Keyboard.TypeAsync(name);
        await Page.Keyboard.PressAsync("Tab");
        await Page.Keyboard.TypeAsync(password);
        await Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true })).ToBeVisibleAsync();
    }

    /// <summary>What a test brings about on purpose is no mistake: lines of the console that contain this are let pass.</summary>
    public void Forgive(string text) => _forgiven.Add(text);

    /// <summary>Fails when axe finds something serious or critical in what is shown now (B611).</summary>
    public async Task IsAccessibleAsync()
    {
        if (!await Page.EvaluateAsync<bool>("() => window.axe !== undefined"))
        {
            await Page.EvaluateAsync(_axe);
        }

        // What is wider than the screen is half unseen (B659); a wide table scrolls in its own frame.
        Assert.Equal("", await Page.EvaluateAsync<string>(TooWide));
        string[] found = await Page.EvaluateAsync<string[]>(Look);
        Assert.True(int.Parse(found[0], CultureInfo.InvariantCulture) > 5, "axe looked at nothing");
        Assert.True(found.Length == 1, string.Join('\n', found[1..]));
    }

    /// <summary>Takes a picture for people to look at, when they ask for it (<c>BERTH_PICTURES=1</c>).</summary>
    public Task PictureAsync(string name) => Environment.GetEnvironmentVariable("BERTH_PICTURES") == "1"
        ? Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PortalUnderTest.Pictures, name + ".png") }) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        string[] wrongs = [.. _wrongs.Where(wrong => !_forgiven.Exists(text => wrong.Contains(text, StringComparison.Ordinal)))];
        if (wrongs.Length > 0)
        {
            Assert.Fail("In the window: " + string.Join('\n', wrongs));
        }
    }
}
