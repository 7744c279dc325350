using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>The same work at growing sizes, per user: what stays flat, and where it bends. Each user is in five of 2,000 groups, of which a hundred are licensed.</summary>
internal static class GrowthBench
{
    /// <summary>The cost of a user at any size may be this many times that at the smallest at which nothing fixed counts.</summary>
    private const double Flat = 1.5;

    private const int Rounds = 3;

    private static readonly Actor _caller = new(ActorKind.Application, Guid.Parse("00000000-0000-4000-8000-000000000001"), "berth-bench");
    private static readonly string[] _works = ["full evaluation", "a group of all licensed, through the ledger", "plan of the same", "snapshot written", "recovered from it", "memory, live"];

    /// <param name="args">The sizes; the second is what the others are compared with.</param>
    public static async Task<int> Run(string[] args)
    {
        int[] sizes = args.Length > 0 ? [.. args.Select(static size => int.Parse(size, CultureInfo.InvariantCulture))] : [10_000, 100_000, 1_000_000];
        List<double[]> costs = [];
        foreach (int users in sizes)
        {
            costs.Add(await At(users));
            Console.WriteLine(Invariant($"{users:N0} users: {string.Join("; ", _works.Select((work, i) => Invariant($"{work} {costs[^1][i]:F2}")))}"));
        }

        double[] level = costs[Math.Min(1, costs.Count - 1)];
        for (int i = 0; i < _works.Length; i++)
        {
            double most = costs.Skip(1).Select(cost => cost[i]).DefaultIfEmpty(level[i]).Max();
            string unit = i == _works.Length - 1 ? "B" : "us";
            Row.Add(
                $"growth: {_works[i]}, per user", string.Join(", ", sizes.Select((users, at) => Invariant($"{costs[at][i]:F2} {unit} at {users:N0}"))), "", most / level[i],
                Invariant($"<= {Flat} times that at {sizes[Math.Min(1, sizes.Length - 1)]:N0}"), most <= Flat * level[i]);
        }

        Row.Print();
        return 0;
    }

    // Microseconds a user, and bytes a user at the end.
    private static async Task<double[]> At(int users)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("berth-bench-");
        try
        {
            string path = Path.Combine(folder.FullName, "berth.db");
            double[] costs = new double[_works.Length];
            await Work(path, users, costs);
            EngineBench.Memory();
            await Recover(path, users, costs);
            return costs;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task Work(string path, int users, double[] costs)
    {
        await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(path), TimeProvider.System);
        TenantDesk desk = LedgerBench.Build(door, users);
        Tenant tenant = desk.Current;
        Guid everybody = tenant.Groups[tenant.Groups.Count - 1]!.Id, sku = SkuCatalog.BuiltIn.FindByPartNumber("FLOW_FREE").Single().Id;
        Command give = new Command.AssignGroupLicenses(everybody, [new LicenseRequest(sku, [])], []), take = new Command.AssignGroupLicenses(everybody, [], [sku]);
        DecisionContext context = new(DateTimeOffset.UtcNow, _caller);
        costs[0] = Best(users, () => WholeTenant.Evaluate(tenant));
        costs[2] = Best(users, () => _ = Plan.Of(tenant, [give], context, out _) ?? throw new InvalidOperationException("The plan is refused."));
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            await Do(desk, give);
            best = Math.Min(best, watch.Elapsed.TotalMicroseconds);
            await Do(desk, take);
        }

        costs[1] = best / users;
        Stopwatch snapshot = Stopwatch.StartNew();
        await door.TakeSnapshotAsync(desk);
        costs[3] = snapshot.Elapsed.TotalMicroseconds / users;
    }

    private static async Task Do(TenantDesk desk, Command command)
    {
        if (await desk.SubmitAsync(command, _caller) is not Submission.Done { Decision: Decision.Accepted })
        {
            throw new InvalidOperationException($"{command} was refused.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task Recover(string path, int users, double[] costs)
    {
        long before = EngineBench.Memory();
        Stopwatch watch = Stopwatch.StartNew();
        await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(path), TimeProvider.System);
        costs[4] = watch.Elapsed.TotalMicroseconds / users;
        costs[5] = (EngineBench.Memory() - before) / (double)users;
        GC.KeepAlive(door);
    }

    private static double Best(int users, Action work)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            work();
            best = Math.Min(best, watch.Elapsed.TotalMicroseconds / users);
        }

        return best;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
