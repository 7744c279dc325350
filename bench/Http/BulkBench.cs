using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Berth.Bench.Http;

/// <summary>
/// One license for a list of people on a bad day, one assignment in ten answered with 429, by three ways of doing it: the requests that a loop of Graph PowerShell sends, those that CIPP sends (batches of twenty, nothing sent again),
/// and <c>berth bulk assign</c>. What they say is held against what the tenant has afterwards.
/// </summary>
internal static class BulkBench
{
    private const int BatchItems = 20;

    /// <summary>How often the SDK of Graph PowerShell sends a throttled request again, as its documentation says.</summary>
    private const int Retries = 3;

    private const string Sku = "e2aebe6c-897d-480f-9d62-fff1381581f7";

    /// <param name="args">The program, then the people.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        int people = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
        await Way(program, people, "a loop of Graph PowerShell, one request a person", (berth, ids, _) => Loop(berth, ids));
        await Way(program, people, "CIPP, batches of twenty", (berth, ids, _) => Batches(berth, ids));
        await Way(program, people, "berth bulk assign", (berth, ids, folder) => Bulk(program, berth, ids, folder));
        return 0;
    }

    /// <param name="Done">Whom it says it licensed.</param>
    /// <param name="Failed">Whom it says it did not.</param>
    /// <param name="Calls">HTTP requests it sent.</param>
    /// <param name="Waits">What it would have waited because it was told to, without having done so.</param>
    private sealed record Said(int Done, int Failed, int Calls, TimeSpan Waits);

    // Each way has a server of its own with the same faults, so that none profits from another.
    private static async Task Way(string program, int people, string name, Func<Child, Guid[], string, Task<Said>> way)
    {
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (Child berth, _) = await Child.Berth(program, Path.Combine(data, "berth"), "none");
            await using Child owned = berth;
            await berth.SignIn();
            await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{Sku}}","units":{{people}}}""");
            Guid[] ids = [.. Enumerable.Range(0, people).Select(static _ => Guid.NewGuid())];
            await HttpBench.Import(berth, ids, Guid.NewGuid());
            await berth.Post("/berth/v1/faults", """{"kind":"throttle","route":"POST /users/{id}/assignLicense","probability":0.1,"seed":7,"retryAfter":1}""");
            Stopwatch watch = Stopwatch.StartNew();
            Said said = await way(berth, ids, data);
            TimeSpan took = watch.Elapsed + said.Waits;
            int right = (await berth.Send(HttpMethod.Get, "/v1.0/subscribedSkus")).GetProperty("value").EnumerateArray().Single(sku => sku.GetProperty("skuId").GetString() == Sku).GetProperty("consumedUnits").GetInt32();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {right:N0} rows right, {people - right:N0} wrong, of which {Math.Max(0, said.Done - right):N0} said to be done; {said.Failed:N0} said to have failed; {said.Calls:N0} calls; {took.TotalSeconds:F1} s, of which {said.Waits.TotalSeconds:F0} s are waits that were counted and not waited"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<Said> Loop(Child berth, Guid[] ids)
    {
        int done = 0, failed = 0, calls = 0;
        TimeSpan waits = default;
        foreach (Guid id in ids)
        {
            for (int attempt = 0; ; attempt++)
            {
                using StringContent body = new($$"""{"addLicenses":[{"skuId":"{{Sku}}"}],"removeLicenses":[]}""", Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await berth.Client.PostAsync($"/v1.0/users/{id}/assignLicense", body);
                calls++;
                if (answer.StatusCode != HttpStatusCode.TooManyRequests || attempt == Retries)
                {
                    _ = answer.IsSuccessStatusCode ? done++ : failed++;
                    break;
                }

                waits += answer.Headers.RetryAfter is { Delta: { } delta } ? delta : TimeSpan.FromSeconds(1);
            }
        }

        return new Said(done, failed, calls, waits);
    }

    private static async Task<Said> Batches(Child berth, Guid[] ids)
    {
        int done = 0, failed = 0, calls = 0;
        foreach (Guid[] twenty in ids.Chunk(BatchItems))
        {
            string requests = string.Join(',', twenty.Select((id, at) =>
                $$$"""{"id":"{{{at}}}","method":"POST","url":"/users/{{{id}}}/assignLicense","headers":{"Content-Type":"application/json"},"body":{"addLicenses":[{"skuId":"{{{Sku}}}","disabledPlans":[]}],"removeLicenses":[]}}"""));
            JsonElement answer = await berth.Post("/v1.0/$batch", $$"""{"requests":[{{requests}}]}""");
            calls++;
            foreach (JsonElement response in answer.GetProperty("responses").EnumerateArray())
            {
                _ = response.GetProperty("status").GetInt32() < 300 ? done++ : failed++;
            }
        }

        return new Said(done, failed, calls, default);
    }

    private static async Task<Said> Bulk(string program, Child berth, Guid[] ids, string folder)
    {
        string list = Path.Combine(folder, "people.csv"), results = Path.Combine(folder, "results.csv");
        await File.WriteAllTextAsync(list, "userPrincipalName\n" + string.Concat(ids.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"user{at}@contoso.example\n"))));
        double before = await Requests(berth);
        ProcessStartInfo start = new(program, ["bulk", "assign", "--csv", list, "--sku", Sku, "--out", results, "--graph", berth.Address.ToString().TrimEnd('/')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        string[] rows = File.Exists(results) ? await File.ReadAllLinesAsync(results) : throw new IOException($"berth bulk assign: {await output}{await errors}");
        int failed = rows.Skip(1).Count(row => row.Contains("failed", StringComparison.OrdinalIgnoreCase));
        return new Said(rows.Length - 1 - failed, failed, (int)(await Requests(berth) - before), default);
    }

    // What the server counted, but for the question itself.
    private static async Task<double> Requests(Child berth)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", berth.Token);
        using HttpResponseMessage response = await berth.Client.SendAsync(request);
        return (await response.Content.ReadAsStringAsync()).Split('\n')
            .Where(line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal) && !line.Contains("/metrics", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
