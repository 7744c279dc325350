using System.Globalization;

namespace Berth.Portal.Tests;

/// <summary>
/// How long the list of users takes until it says how many there are, from nothing and from what the browser has kept. Asked for by name only, at a published program (B649):
/// <c>Berth.Portal.Tests -class '*Startup' -explicit only -showLiveOutput</c>.
/// </summary>
[Collection(People.Name)]
public sealed class Startup(PortalUnderTest portal, ITestOutputHelper output) : PortalTests(portal)
{
    private const int Times = 7;

    // B649
    [Fact(Explicit = true)]
    public async Task The_list_of_users_is_there_this_fast()
    {
        List<Load> cold = [], warm = [];
        for (int i = 0; i < Times; i++)
        {
            await using IBrowserContext context = await Portal.NewContextAsync();
            cold.Add(await LoadAsync(context));

            // The browser keeps what it compiled a moment after the page was there.
            await Task.Delay(2000, TestContext.Current.CancellationToken);
            await LoadAsync(context);
            warm.Add(await LoadAsync(context));
        }

        Tell("cold", cold);
        Tell("warm", warm);
        Assert.All(cold, load => Assert.InRange(load.Bytes, 2_000_000, 3_500_000));
        Assert.True(cold[0].Bytes > warm[0].Bytes, "nothing was kept: a warm load brought as much as a cold one");
    }

    private async Task<Load> LoadAsync(IBrowserContext context)
    {
        IPage page = await context.NewPageAsync();
        await Portal.TakeOverSessionAsync(page);
        ICDPSession devTools = await context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Performance.enable", new Dictionary<string, object> { ["timeDomain"] = "threadTicks" });
        await page.GotoAsync("/portal/users", new() { WaitUntil = WaitUntilState.Commit });
        await page.WaitForFunctionAsync("() => /users\\.$/.test(document.querySelector('.grid-foot')?.textContent ?? '') && (window.there ??= performance.now())", null, new() { PollingInterval = 10 });
        double wall = await page.EvaluateAsync<double>("() => window.there");
        double bytes = await page.EvaluateAsync<double>("() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')].reduce((sum, one) => sum + one.transferSize, 0)");
        double thread = (await devTools.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray()
            .Single(one => one.GetProperty("name").GetString() == "TaskDuration").GetProperty("value").GetDouble();
        double data = await page.EvaluateAsync<double>("() => Math.max(...performance.getEntriesByType('resource').filter(one => /\\/v1\\.0\\/users/.test(one.name)).map(one => one.responseEnd - one.startTime))");
        await page.CloseAsync();
        return new Load(wall, thread * 1000, data, bytes);
    }

    private void Tell(string kind, List<Load> loads) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{kind}: {Middle(loads, load => load.Wall):N0} ms (fastest {loads.Min(load => load.Wall):N0}), main thread {Middle(loads, load => load.Thread):N0} ms (least {loads.Min(load => load.Thread):N0}), the data {Middle(loads, load => load.Data):N0} ms, {Middle(loads, load => load.Bytes) / 1000:N0} kB; {Times} loads, machine load {Load1()}"));

    private static double Middle(List<Load> loads, Func<Load, double> of) => loads.Select(of).Order().ElementAt(loads.Count / 2);

    private static string Load1() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "not known";

    /// <summary>One load of the page.</summary>
    /// <param name="Wall">From the navigation until the list says how many there are, in ms.</param>
    /// <param name="Thread">What the main thread worked for it, in ms of processor.</param>
    /// <param name="Data">From asking for the users until they were here, in ms.</param>
    /// <param name="Bytes">What came over the wire.</param>
    private sealed record Load(double Wall, double Thread, double Data, double Bytes);
}
