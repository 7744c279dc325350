using System.Diagnostics;
using System.Globalization;
using Berth.Bench.Http;
using Berth.Ledger.Stores;

namespace Berth.Bench.Scale;

/// <summary>
/// One node with many small tenants: how long it takes to start, what memory a tenant takes, how long the first request of a tenant waits, reads and writes over all of them beside those of one tenant, and what else grows
/// with their number. At a hundredth, a tenth and all of them, so that a bend is seen.
/// </summary>
internal static class TenantsBench
{
    private const int Readers = 32;
    /// <summary>Fewer than people, so that nobody gives what another one takes.</summary>
    private const int Writers = 48;

    private const int TenantsOfWriter = 8;
    private const int Sample = 2_000;
    private const int WarmRounds = 3;
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(5);

    private static readonly string[] _works =
    [
        "start to the first answer, s", "of it processor time, s", "database, KiB a tenant", "resident after the start, MiB", "processor time with nobody there, ms a second", "first request of a tenant, p50 ms", "the same, p99 ms",
        "reads of all tenants, a second", "the same, p50 ms", "the same, p99 ms", "reads of one tenant, a second", "the same, p99 ms", "writes to all tenants, a second", "the same, p50 ms", "the same, p99 ms",
        "writes to one tenant, a second", "the same, p99 ms", "one more tenant over HTTP, ms", "a look at /metrics, ms", "its size, KiB", "resident at the end, MiB",
    ];

    /// <param name="args">The program, then the tenants.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        int most = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
        int[] sizes = [Math.Max(1, most / 100), Math.Max(1, most / 10), most];
        List<double[]> all = [];
        foreach (int tenants in sizes)
        {
            all.Add(await At(program, tenants));
        }

        Console.WriteLine();
        Console.WriteLine($"| one node, tenants of {SmallTenants.Users} people | {string.Join(" | ", sizes.Select(size => $"{size.ToString("N0", CultureInfo.InvariantCulture)} tenants"))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", sizes.Length))}");
        for (int i = 0; i < _works.Length; i++)
        {
            Console.WriteLine($"| {_works[i]} | {string.Join(" | ", all.Select(one => Number(one[i])))} |");
        }

        // What each further tenant takes: what the program takes without any does not count.
        double first = Slope(all[0], all[1], sizes[0], sizes[1], 3), last = Slope(all[1], all[2], sizes[1], sizes[2], 3);
        Row.Add(
            "memory of a further tenant after the start", $"{Number(first * 1024)} KiB up to {sizes[1]:N0}, {Number(last * 1024)} KiB up to {sizes[2]:N0}", "", last / first, "<= 1.5 times as much", last <= 1.5 * first);
        double soon = Slope(all[0], all[1], sizes[0], sizes[1], 1), late = Slope(all[1], all[2], sizes[1], sizes[2], 1);
        Row.Add(
            "processor time of the start for a further tenant", $"{Number(soon * 1000)} ms up to {sizes[1]:N0}, {Number(late * 1000)} ms up to {sizes[2]:N0}", "", late / soon, "<= 1.5 times as much", late <= 1.5 * soon);
        double[] many = all[2];
        Row.Add($"reads of {most:N0} tenants", $"{Number(many[7])}/s", $"{Number(many[10])}/s of one tenant", many[7] / many[10], ">= 0.67", many[7] >= many[10] / 1.5);
        Row.Add($"writes to {most:N0} tenants", $"{Number(many[12])}/s", $"{Number(many[15])}/s to one tenant", many[12] / many[15], ">= 0.67", many[12] >= many[15] / 1.5);
        Row.Print();
        return 0;
    }

    private static async Task<double[]> At(string program, int count)
    {
        double[] f = new double[_works.Length];
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            SmallTenant[] tenants = await SmallTenants.Make(SqliteStore.Open(Path.Combine(data, "berth.db")), count);
            Console.WriteLine($"{count:N0} tenants of {SmallTenants.Users} people made in {watch.Elapsed.TotalSeconds:F1} s at the ledger's door");
            f[2] = Directory.EnumerateFiles(data, "berth.db*").Sum(path => new FileInfo(path).Length) / 1024.0 / count;
            (Child berth, TimeSpan ready) = await Child.Serve(program, ["--data", data]);
            await using Child owned = berth;
            (f[0], f[1]) = (ready.TotalSeconds, berth.Cpu.TotalSeconds);
            await Task.Delay(_idle);
            TimeSpan before = berth.Cpu;
            await Task.Delay(_idle);
            f[4] = (berth.Cpu - before).TotalMilliseconds / _idle.TotalSeconds;
            f[3] = berth.Resident / 1048576.0;

            // Those that are asked, in a random order that is the same each time.
            Random random = new(20261127);
            SmallTenant[] asked = [.. tenants.OrderBy(_ => random.Next()).Take(Sample)];
            watch.Restart();
            string[] tokens = await SmallTenants.SignIn(berth, asked);
            Console.WriteLine($"{asked.Length:N0} tokens: {asked.Length / watch.Elapsed.TotalSeconds:N0}/s");
            await Warm(berth, _ => [SmallTenants.Read(asked[0], 0, tokens[0])]);

            Round first = await Load.Once(berth, [.. asked.Skip(1).Select((tenant, i) => SmallTenants.Read(tenant, random.Next(SmallTenants.Users), tokens[i + 1]))], 200);
            (f[5], f[6]) = (first.P50.TotalMilliseconds, first.P99.TotalMilliseconds);

            byte[][] Everywhere(int connection)
            {
                Random own = new(connection);
                return [.. Enumerable.Range(0, 1_000).Select(_ => own.Next(asked.Length)).Select(i => SmallTenants.Read(asked[i], own.Next(SmallTenants.Users), tokens[i]))];
            }

            await Warm(berth, Everywhere);
            Round reads = await Load.Run(berth, Readers, _turn, Everywhere, 200);
            Round readsOfOne = await Load.Run(berth, Readers, _turn, connection => [SmallTenants.Read(asked[0], connection, tokens[0])], 200);
            byte[][] Writes(int connection) =>
                [.. Enumerable.Range(0, TenantsOfWriter).Select(n => ((connection * TenantsOfWriter) + n) % asked.Length).SelectMany(i => SmallTenants.GiveAndTake(asked[i], connection % SmallTenants.Users, tokens[i]))];
            byte[][] WritesToOne(int connection) => SmallTenants.GiveAndTake(asked[0], connection % SmallTenants.Users, tokens[0]);
            await Load.Run(berth, Writers, _turn, Writes, 200);
            Round writes = await Load.Run(berth, Writers, _turn, Writes, 200);
            Round writesToOne = await Load.Run(berth, Writers, _turn, WritesToOne, 200);
            (f[7], f[8], f[9]) = (reads.PerSecond, reads.P50.TotalMilliseconds, reads.P99.TotalMilliseconds);
            (f[10], f[11]) = (readsOfOne.PerSecond, readsOfOne.P99.TotalMilliseconds);
            (f[12], f[13], f[14]) = (writes.PerSecond, writes.P50.TotalMilliseconds, writes.P99.TotalMilliseconds);
            (f[15], f[16]) = (writesToOne.PerSecond, writesToOne.P99.TotalMilliseconds);

            berth.Client.DefaultRequestHeaders.Authorization = new("Bearer", await berth.TokenOf(tenants[0].Id.ToString(), tenants[0].Client.ToString(), SmallTenants.Secret));
            double[] making = new double[5];
            for (int i = 0; i < making.Length; i++)
            {
                watch.Restart();
                await berth.Post("/berth/v1/tenants", $$"""{"displayName":"One more","domain":"more{{i}}.example","country":"US","kind":"emulator"}""");
                making[i] = watch.Elapsed.TotalMilliseconds;
            }

            f[17] = making.Order().ElementAt(making.Length / 2);
            watch.Restart();
            f[19] = (await berth.Collected()).Length / 1024.0;
            f[18] = watch.Elapsed.TotalMilliseconds;
            f[20] = berth.Resident / 1048576.0;
            return f;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task Warm(Child berth, Func<int, byte[][]> requests)
    {
        for (int i = 0; i < WarmRounds; i++)
        {
            await Load.Run(berth, Readers, _turn, requests, 200);
        }
    }

    private static double Slope(double[] from, double[] to, int less, int more, int work) => more > less ? (to[work] - from[work]) / (more - less) : 0;

    private static string Number(double value) => value.ToString(Math.Abs(value) < 10 ? "0.00" : Math.Abs(value) < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
