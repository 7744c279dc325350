using System.Diagnostics;
using System.Globalization;

namespace Berth.Bench.Http;

/// <summary>
/// A day at speed: the clock of an emulator's tenant is moved through it hour by hour while people read and write as fast as they are answered. Cloud PCs come and go meanwhile, with what their licenses bring. Says of each hour
/// what its slowest reads took and what memory the process has, and in the end whether either grew.
/// </summary>
internal static class SoakBench
{
    private const int Users = 10_000;
    private const int Readers = 8;
    private const int Writers = 8;
    private const int PeopleOfWriter = 16;
    private const int Steps = 6;
    private const string CloudPc = "e2aebe6c-897d-480f-9d62-fff1381581f7";
    private const string E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";

    /// <summary>The last quarter may take so many times what the second takes: the first is still warming up.</summary>
    private const double MemoryMayGrow = 1.1, TailMayGrow = 1.5;

    /// <param name="args">The program, the hours of the tenant's clock, and the minutes that they take.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        int hours = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 24;
        double minutes = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 12;
        TimeSpan step = TimeSpan.FromMinutes(minutes / hours / Steps);
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (Child berth, _) = await Child.Berth(program, data, "none");
            await using Child owned = berth;
            await berth.SignIn();
            foreach ((string sku, int units) in ((string, int)[])[(CloudPc, Users), (E5, Users)])
            {
                await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{sku}}","units":{{units}}}""");
            }

            Guid[] users = [.. Enumerable.Range(0, Users).Select(static _ => Guid.NewGuid())];
            Guid group = Guid.NewGuid();
            await HttpBench.Import(berth, users, group);
            await berth.Post($"/v1.0/groups/{group}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{E5}}","disabledPlans":[]}],"removeLicenses":[]}""");
            await berth.Post("/berth/v1/clock", """{"mode":"frozen"}""");

            byte[] Get(string path) => Load.Request("GET", path, berth.Token);
            byte[][] Reads(int reader) =>
            [
                .. Enumerable.Range(0, 200).SelectMany(i => (byte[][])
                [
                    Get($"/v1.0/users/{users[((reader * 200) + i) * 7 % Users]}/licenseDetails"), Get($"/v1.0/users/{users[((reader * 200) + i) * 11 % Users]}"),
                    Get($"/beta/users/{users[i]}/cloudPCs"), Get("/v1.0/users?$filter=" + $"department%20eq%20'D{i % 10}'%20and%20accountEnabled%20eq%20true&$top=10&$select=id,displayName"), Get("/v1.0/subscribedSkus"),
                ]),
            ];
            byte[][] Writes(int writer) =>
            [
                .. Enumerable.Range(writer * PeopleOfWriter, PeopleOfWriter).SelectMany(i => (byte[][])
                [
                    Load.Request("POST", $"/v1.0/users/{users[i]}/assignLicense", berth.Token, $$"""{"addLicenses":[{"skuId":"{{CloudPc}}","disabledPlans":[]}],"removeLicenses":[]}"""),
                    Load.Request("POST", $"/v1.0/users/{users[i]}/assignLicense", berth.Token, $$"""{"addLicenses":[],"removeLicenses":["{{CloudPc}}"]}"""),
                ]),
            ];

            List<(Round[] Reads, long Resident, long Live)> all = [];
            Collector first = await berth.Collected();
            long written = 0;
            Stopwatch watch = Stopwatch.StartNew();
            for (int hour = 0; hour < hours; hour++)
            {
                List<Round> reads = [];
                double writes = 0;
                for (int i = 0; i < Steps; i++)
                {
                    await berth.Post("/berth/v1/clock", $$"""{"advance":"PT{{60 / Steps}}M"}""");
                    Task<Round> reading = Load.Run(berth, Readers, step, Reads, 200), writing = Load.Run(berth, Writers, step, Writes, 200);
                    reads.Add(await reading);
                    writes += (await writing).PerSecond;
                }

                written += (long)(writes * step.TotalSeconds);
                Collector collected = await berth.Collected();
                all.Add(([.. reads], berth.Resident, collected.Live));
                Console.WriteLine(Invariant(
                    $"hour {hour + 1}: reads {reads.Average(round => round.PerSecond):N0}/s, p50 {Middle(reads.Select(round => round.P50)):F2} ms, p99 {Middle(reads.Select(round => round.P99)):F2} ms, longest {reads.Max(round => round.Longest).TotalMilliseconds:F1} ms; writes {writes / Steps:N0}/s; resident {berth.Resident >> 20} MiB, heap {collected.Live >> 20} MiB; collections {collected.Gen0}, {collected.Gen1}, {collected.Gen2}, paused {collected.Paused.TotalMilliseconds:F0} ms together"));
            }

            Collector last = await berth.Collected();
            int quarter = Math.Max(1, hours / 4);
            (Round[] Reads, long Resident, long Live)[] second = [.. all.Skip(quarter).Take(quarter)], end = [.. all.TakeLast(quarter)];
            double tailBefore = Middle(second.SelectMany(one => one.Reads).Select(round => round.P99)), tailAfter = Middle(end.SelectMany(one => one.Reads).Select(round => round.P99));
            double residentBefore = second.Average(one => one.Resident / 1048576.0), residentAfter = end.Average(one => one.Resident / 1048576.0);
            double liveBefore = second.Min(one => one.Live / 1048576.0), liveAfter = end.Min(one => one.Live / 1048576.0);
            Console.WriteLine(Invariant(
                $"{hours} hours in {watch.Elapsed.TotalMinutes:F1} min, {written:N0} writes; collections {last.Gen0 - first.Gen0}, {last.Gen1 - first.Gen1}, {last.Gen2 - first.Gen2}, paused {(last.Paused - first.Paused).TotalMilliseconds:F0} ms of {watch.Elapsed.TotalMilliseconds:F0}"));
            Row.Add(Invariant($"{hours} hours at speed: p99 of reads, second quarter and last"), Invariant($"{tailAfter:F2} ms"), Invariant($"{tailBefore:F2} ms"), tailAfter / tailBefore, Invariant($"<= {TailMayGrow}"), tailAfter <= TailMayGrow * tailBefore);
            Row.Add("the same: memory of the process", Invariant($"{residentAfter:F0} MiB"), Invariant($"{residentBefore:F0} MiB"), residentAfter / residentBefore, Invariant($"<= {MemoryMayGrow}"), residentAfter <= MemoryMayGrow * residentBefore);
            Row.Add("the same: least heap after a collection", Invariant($"{liveAfter:F0} MiB"), Invariant($"{liveBefore:F0} MiB"), liveAfter / liveBefore, Invariant($"<= {MemoryMayGrow}"), liveAfter <= MemoryMayGrow * liveBefore);
            Row.Add("the same: longest read", Invariant($"{all.SelectMany(one => one.Reads).Max(round => round.Longest).TotalMilliseconds:F0} ms"), "", null, "<= 500 ms", all.SelectMany(one => one.Reads).All(round => round.Longest <= TimeSpan.FromMilliseconds(500)));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        Row.Print();
        return 0;
    }

    private static double Middle(IEnumerable<TimeSpan> times) => times.Select(static time => time.TotalMilliseconds).Order().ToArray() is { } sorted ? sorted[sorted.Length / 2] : 0;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
