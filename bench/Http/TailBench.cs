using System.Globalization;

namespace Berth.Bench.Http;

/// <summary>How long the slowest readers wait while the served program does its heaviest work for the same tenant: a group of a million licensed, people imported; beside it the same reads with nothing else going on.</summary>
internal static class TailBench
{
    private const int Readers = 8;
    private const string CloudPc = "e2aebe6c-897d-480f-9d62-fff1381581f7";
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(3);

    /// <param name="args">The program, then the users.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        int users = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (Child berth, _) = await Child.Berth(program, data, "none");
            await using Child owned = berth;
            await berth.SignIn();
            await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{CloudPc}}","units":{{2 * users}}}""");
            Guid[] ids = [.. Enumerable.Range(0, users).Select(static _ => Guid.NewGuid())];
            Guid everybody = Guid.NewGuid(), second = Guid.NewGuid();
            using (LinesOfPeople lines = new(ids, everybody, second))
            {
                await berth.Send(HttpMethod.Post, "/berth/v1/import", lines);
            }

            byte[][] reads = [.. Enumerable.Range(0, 64).Select(i => Load.Request("GET", $"/v1.0/users/{ids[i * (users / 64)]}/licenseDetails", berth.Token))];
            await Load.Run(berth, Readers, _turn, _ => reads, 200);
            Round quiet = await Load.Run(berth, Readers, _turn, _ => reads, 200);
            Tell("nothing else", quiet, quiet);
            for (int round = 0; round < 3; round++)
            {
                Tell($"a group of {users:N0} licensed", await Beside(berth, reads, () => License(berth, everybody, true)), quiet);
                Tell($"its license taken away", await Beside(berth, reads, () => License(berth, everybody, false)), quiet);
            }

            Guid[] more = [.. Enumerable.Range(0, users / 10).Select(static _ => Guid.NewGuid())];
            Tell($"{users / 10:N0} people imported", await Beside(berth, reads, async () =>
            {
                using LinesOfPeople lines = new(more, Guid.NewGuid(), Guid.NewGuid(), "more");
                await berth.Send(HttpMethod.Post, "/berth/v1/import", lines);
            }), quiet);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    private static async Task License(Child berth, Guid group, bool give)
    {
        await berth.Post($"/v1.0/groups/{group}/assignLicense", give
            ? $$"""{"addLicenses":[{"skuId":"{{CloudPc}}","disabledPlans":[]}],"removeLicenses":[]}"""
            : $$"""{"addLicenses":[],"removeLicenses":["{{CloudPc}}"]}""");
        while ((await berth.Send(HttpMethod.Get, $"/v1.0/groups/{group}?$select=licenseProcessingState")).GetProperty("licenseProcessingState").GetProperty("state").GetString() != "ProcessingComplete")
        {
            await Task.Delay(10);
        }
    }

    // Rounds of a fifth of a second for as long as the work goes on; the last one ends after it.
    private static async Task<Round[]> Beside(Child berth, byte[][] reads, Func<Task> work)
    {
        List<Round> rounds = [];
        Task done = Task.Run(work);
        while (!done.IsCompleted)
        {
            rounds.Add(await Load.Run(berth, Readers, TimeSpan.FromSeconds(0.2), _ => reads, 200));
        }

        await done;
        return [.. rounds];
    }

    private static void Tell(string what, Round round, Round quiet) => Tell(what, [round], quiet);

    private static void Tell(string what, Round[] rounds, Round quiet) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"reads beside {what}: p99 {rounds.Max(round => round.P99.TotalMilliseconds):F1} ms in the worst fifth of a second of {rounds.Length}, p50 {rounds.Average(round => round.P50.TotalMilliseconds):F2} ms, longest {rounds.Max(round => round.Longest.TotalMilliseconds):F1} ms (with nothing else: p99 {quiet.P99.TotalMilliseconds:F1} ms, longest {quiet.Longest.TotalMilliseconds:F1} ms)"));
}
