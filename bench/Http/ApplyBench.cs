using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Berth.Bench.Http;

/// <summary>
/// The longest list of changes over HTTP: its plan, the apply, and the undo, with the longest that somebody else's write in the same tenant waits meanwhile.
/// </summary>
internal static class ApplyBench
{
    private const int Rounds = 3;
    private const string E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";

    /// <param name="args">The users, the changes, and the program when it is not the one beside.</param>
    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        int changes = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20_000;
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (Child berth, _) = await Child.Berth(HttpBench.Program(args.ElementAtOrDefault(2)), data, "none");
            await using Child owned = berth;
            await berth.SignIn();
            await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{E5}}","units":{{2 * users}}}""");
            Guid[] ids = [.. Enumerable.Range(0, users).Select(static _ => Guid.NewGuid())];
            await HttpBench.Import(berth, ids, Guid.NewGuid());
            Console.WriteLine(Invariant($"{users:N0} users, {changes:N0} changes; {Environment.ProcessorCount} cores; {berth.Resident >> 20} MiB"));
            for (int round = 0; round < Rounds; round++)
            {
                await Measure(berth, ids, "direct licenses", [.. ids.Take(changes).Select(static id => $$"""{"kind":"userLicense","userId":"{{id}}","add":[{"skuId":"{{E5}}","disabledPlans":[]}],"remove":[]}""")]);
                await Measure(berth, ids, "properties", [.. ids.Take(changes).Select(id => $$$"""{"kind":"user","userId":"{{{id}}}","set":{"department":"Round {{{round}}}"}}""")]);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    private static async Task Measure(Child berth, Guid[] users, string what, string[] changes)
    {
        string list = $"[{string.Join(',', changes)}]";
        TimeSpan cpu = berth.Cpu;
        Stopwatch watch = Stopwatch.StartNew();
        (string text, JsonElement plan) = await Ask(berth, HttpMethod.Post, "/berth/v1/plan", $$"""{"changes":{{list}}}""");
        Console.WriteLine(Invariant($"plan of {changes.Length:N0} {what}: {watch.Elapsed.TotalSeconds:F2} s for {list.Length / 1e6:F1} MB, answer {text.Length / 1e6:F1} MB; process {berth.Resident >> 20} MiB, {(berth.Cpu - cpu).TotalSeconds:F2} s of processor time"));
        (string applied, JsonElement operation) = await Beside(berth, users[^1], $"apply of {what}", () => Ask(
            berth, HttpMethod.Post, "/berth/v1/apply", $$"""{"changes":{{list}},"allowMassRemoval":true}"""));
        watch.Restart();
        int results = 0;
        for (string? page = $"/berth/v1/operations/{operation.GetProperty("id").GetString()}"; page is not null;)
        {
            (_, JsonElement rows) = await Ask(berth, HttpMethod.Get, page, null);
            results += rows.GetProperty("results").GetArrayLength();
            page = rows.TryGetProperty("@odata.nextLink", out JsonElement next) ? next.GetString() : null;
        }

        Console.WriteLine(Invariant($"    the operation: {results:N0} rows in {watch.Elapsed.TotalSeconds:F2} s"));
        watch.Restart();
        (text, _) = await Ask(berth, HttpMethod.Get, $"/berth/v1/history/{operation.GetProperty("id").GetString()}/undo", null);
        Console.WriteLine(Invariant($"    plan of the undo: {watch.Elapsed.TotalSeconds:F2} s, answer {text.Length / 1e6:F1} MB"));
        await Beside(berth, users[^1], $"undo of {what}", () => Ask(berth, HttpMethod.Post, $"/berth/v1/history/{operation.GetProperty("id").GetString()}/undo", null));
    }

    // Somebody else writes all the time, one write after the other, before, meanwhile and after.
    private static async Task<(string Text, JsonElement Json)> Beside(Child berth, Guid user, string what, Func<Task<(string Text, JsonElement Json)>> act)
    {
        using CancellationTokenSource done = new();
        double longest = 0;
        int writes = 0;
        Task others = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                Stopwatch one = Stopwatch.StartNew();
                await Ask(berth, HttpMethod.Patch, $"/v1.0/users/{user}", $$"""{"jobTitle":"{{writes}}"}""");
                (longest, writes) = (Math.Max(longest, one.Elapsed.TotalMilliseconds), writes + 1);
                await Task.Delay(10);
            }
        });
        Stopwatch watch = Stopwatch.StartNew();
        (string Text, JsonElement Json) answer = await act();
        double seconds = watch.Elapsed.TotalSeconds;
        await done.CancelAsync();
        await others;
        Console.WriteLine(Invariant($"{what}: {seconds:F2} s; the longest of {writes} writes beside waited {longest:F0} ms; process {berth.Resident >> 20} MiB"));
        return answer;
    }

    private static async Task<(string Text, JsonElement Json)> Ask(Child berth, HttpMethod method, string path, string? json)
    {
        using StringContent? content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using HttpRequestMessage request = new(method, path) { Content = content };
        using HttpResponseMessage response = await berth.Client.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? (body, body.Length == 0 ? default : JsonDocument.Parse(body).RootElement)
            : throw new IOException($"{method} {path}: {(int)response.StatusCode} {body[..Math.Min(body.Length, 500)]}");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
