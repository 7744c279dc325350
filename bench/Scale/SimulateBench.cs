using System.Globalization;

namespace Berth.Bench.Scale;

/// <summary>
/// A simulation of nodes and databases from what <see cref="ClusterBench"/> measured. First it does over what was measured, some of which its costs come from and some not, and says how far it is off; then it goes on to what nobody
/// has measured: a region. The same seed gives the same figures.
/// </summary>
internal static class SimulateBench
{
    /// <summary>The callers of the rounds that costs are taken from; the other rounds are predicted. With many, what a process does by itself counts least.</summary>
    private const int Alone = 1, Many = 48;

    private const int Seed = 20261127;

    /// <summary>Resources are planned to be used so far, so that the rest of the day has room for a lost node.</summary>
    private const double Half = 0.5;

    /// <summary>The part of a node's memory that tenants may fill; the rest is for what comes and goes.</summary>
    private const double OfMemory = 0.6;

    private const int LeastNodes = 3;

    /// <param name="args">The file of <c>bench cluster</c>, then options as <c>--name value</c>.</param>
    public static Task<int> Run(string[] args)
    {
        string file = args.Length > 0 && !args[0].StartsWith("--", StringComparison.Ordinal) ? args[0] : Measured.File;
        double Option(string name, double otherwise) => Array.IndexOf(args, "--" + name) is >= 0 and int at ? double.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
        Measured measured = Measured.Read(file);
        // What the machine gave to all of it when there was as much to do as it could: less than its cores where others used them too.
        Point full = measured.Of(1, false, Many);
        double had = full.PerSecond * (full.NodeCpu + full.CallerCpu + full.DatabaseCpu) / 1e6;
        OneMachine shared = new(measured.Cores, Math.Max(1, measured.Cores / had));
        Costs costs = From(measured, shared);
        Parts parts = measured.Parts;
        Console.WriteLine(Invariant($"costs of {file} ({measured.At:yyyy-MM-dd HH:mm}Z, {measured.Cores} cores), us: read {costs.Read:F0}, write {costs.Write:F0} and {parts.Decide:F1} to decide, sending on {costs.Forward:F0}, caller {costs.Caller:F0}, waking {costs.Wake:F0};"));
        Console.WriteLine(Invariant($"    commit {parts.CommitOfNode:F0} + {parts.CommitOfNodeRow:F1} a row at the node, {parts.CommitOfDatabase:F0} + {parts.CommitOfDatabaseRow:F1} at PostgreSQL, flush {parts.Flush:F0}; tending a second: node {parts.TendOfNode:F0} + {parts.TendOfNodeTenant:F2} a tenant, PostgreSQL {parts.TendOfDatabase:F0} + {parts.TendOfDatabaseTenant:F2}"));
        Console.WriteLine(Invariant($"    of {measured.Cores} cores the run had {had:F1}"));
        Again(measured, costs, shared);
        Region(measured, costs, new Load(
            Option("users", 1_000), Option("reads", 10), Option("writes", 0.5), Option("peak", 0.2), Option("user-bytes", 480), Option("tenant-bytes", 28 * 1024), Option("zipf", 0.8),
            (int)Option("cores", 8), Option("memory", 64), (int)Option("database-cores", 16), Option("start-of-tenant", 0.8), Option("start-of-person", 2.6)));
        return Task.FromResult(0);
    }

    // What a round of some callers at one node, and one of three nodes, say of parts that cannot be measured by themselves.
    private static Costs From(Measured measured, OneMachine shared)
    {
        Point read = measured.Of(1, false, Many), forwarded = measured.Of(3, false, Many), write = measured.Of(1, true, Many), alone = measured.Of(1, false, Alone);
        Parts parts = measured.Parts;
        double tending = forwarded.Nodes * (parts.TendOfNode + (forwarded.Tenants * parts.TendOfNodeTenant)) / forwarded.PerSecond;
        Costs costs = new(
            read.NodeCpu,
            0,
            Math.Max(0, (forwarded.NodeCpu - tending - read.NodeCpu) / (2.0 / 3)),
            read.CallerCpu,
            Math.Max(0, ((alone.Mean / shared.Pace) - read.NodeCpu - read.CallerCpu) / 2));

        // How many commands share a commit depends on what they cost, and the other way round.
        double batch = Many / 2.0;
        for (int round = 0; round < 8; round++)
        {
            costs = costs with { Write = Math.Max(0, write.NodeCpu - parts.Decide - parts.CommitOfNodeRow - (parts.CommitOfNode / batch)) };
            batch = Cell.Closed(costs, parts, 1, write.Tenants, Many, true, shared, 1, Seed).Batch;
        }

        return costs;
    }

    private static void Again(Measured measured, Costs costs, OneMachine shared)
    {
        Console.WriteLine();
        Console.WriteLine("| nodes | work | callers | a second, measured | simulated | off by | p50, ms, measured | simulated | off by | mean, ms, measured | simulated | off by | |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        List<double> off = [], ofMedians = [];
        foreach (Point point in measured.Points)
        {
            Cell cell = Cell.Closed(costs, measured.Parts, point.Nodes, point.Tenants, point.Callers, point.Writes, shared, 5, Seed);
            List<double> latencies = point.Writes ? cell.Writes : cell.Reads;
            double perSecond = latencies.Count / cell.Measured * 1e6, mean = latencies.Average(), median = Cell.At(latencies, 0.5);
            bool isKnown = point is { Nodes: 1, Callers: Many } or { Nodes: 3, Writes: false, Callers: Many } or { Nodes: 1, Writes: false, Callers: Alone };
            double ofRate = Math.Round((perSecond / point.PerSecond) - 1, 2), ofMean = Math.Round((mean / point.Mean) - 1, 2), ofMedian = Math.Round((median / point.P50) - 1, 2);
            if (!isKnown)
            {
                off.Add(Math.Abs(ofRate));
                ofMedians.Add(Math.Abs(ofMedian));
            }

            Console.WriteLine(Invariant(
                $"| {point.Nodes} | {(point.Writes ? "writes" : "reads")} | {point.Callers} | {point.PerSecond:N0} | {perSecond:N0} | {ofRate:+0%;-0%;0%} | {point.P50 / 1000:F2} | {median / 1000:F2} | {ofMedian:+0%;-0%;0%} | {point.Mean / 1000:F2} | {mean / 1000:F2} | {ofMean:+0%;-0%;0%} | {(isKnown ? "costs come from it" : "predicted")} |"));
        }

        off.Sort();
        ofMedians.Sort();
        Console.WriteLine();
        Console.WriteLine(Invariant($"the rounds that no cost comes from: off by {off[off.Count / 2]:P0} in the middle, {off[^1]:P0} at worst; their p50 by {ofMedians[off.Count / 2]:P0} and {ofMedians[^1]:P0}"));
    }

    private static void Region(Measured measured, Costs costs, Load load)
    {
        Console.WriteLine();
        Console.WriteLine(Invariant(
            $"assumed: {load.Users:N0} people a tenant on average, sizes as rank^-{load.Zipf}; each person {load.Reads} reads and {load.Writes} writes a day, {load.Peak:P0} of them in one hour; a person {load.UserBytes:N0} B, a tenant {load.TenantBytes / 1024:N0} KiB; nodes of {load.Cores} cores and {load.Memory} GiB, PostgreSQL of {load.DatabaseCores} cores; recovery {load.StartOfTenant} ms a tenant and {load.StartOfPerson} us a person of processor time; cores are planned to be half used, memory to {OfMemory:P0}"));
        Console.WriteLine();
        Console.WriteLine("| tenants | people | reads and writes a second | databases | nodes a database | nodes | memory: mean, fullest node | cores of nodes: mean, busiest | writer: deciding, committing | PostgreSQL: cores, log | read p50, p99 ms | write p50, p99 ms | a lost node, s | what bounds it |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (int tenants in (int[])[1_000, 10_000, 100_000])
        {
            Plan plan = Plan.Of(measured.Parts, costs, load, tenants);
            Cell cell = Cell.Open(
                costs, measured.Parts, plan.PeopleOfNode, plan.Here, plan.Reads * plan.Share, plan.Writes * plan.Share, load.Cores, load.DatabaseCores, 10, Seed);
            double bytes = load.Memory * (1L << 30);
            double mean = plan.MemoryOfNode.Average() / bytes, fullest = plan.MemoryOfNode.Max() / bytes;

            // A log that is always being flushed is no bound: who comes meanwhile is in the next flush.
            (string Name, double Used)[] used =
            [
                ("memory of nodes", fullest / OfMemory), ("cores of nodes", cell.Nodes.Most / Half), ("a node's writer", cell.Writer.Deciding / Half), ("cores of PostgreSQL", cell.Store.Cores / Half),
            ];

            // Processor time until what was at one node is recovered by others.
            double lost = ((plan.Here * load.StartOfTenant * 1000) + (plan.PeopleOfNode.Sum() * load.StartOfPerson)) / plan.PeopleOfNode.Length / 1e6;
            (string name, double most) = used.MaxBy(static one => one.Used);
            Console.WriteLine(Invariant(
                $"| {tenants:N0} | {tenants * load.Users:N0} | {plan.Reads:N0} and {plan.Writes:N0} | {plan.Databases} | {plan.PeopleOfNode.Length} | {plan.Databases * plan.PeopleOfNode.Length} | {mean:P0}, {fullest:P0} | {cell.Nodes.Mean:P0}, {cell.Nodes.Most:P0} | {cell.Writer.Deciding:P1}, {cell.Writer.Committing:P0} | {cell.Store.Cores:P1}, {cell.Store.Log:P0} | {Cell.At(cell.Reads, 0.5) / 1000:F2}, {Cell.At(cell.Reads, 0.99) / 1000:F2} | {Cell.At(cell.Writes, 0.5) / 1000:F2}, {Cell.At(cell.Writes, 0.99) / 1000:F2} | {lost:F0} | {name}, {most:P0} of what is planned |"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a region does, what machines there are, and what it takes to recover a tenant (ms) and a person (us).</summary>
    private sealed record Load(double Users, double Reads, double Writes, double Peak, double UserBytes, double TenantBytes, double Zipf, int Cores, double Memory, int DatabaseCores, double StartOfTenant, double StartOfPerson);

    /// <summary>How many databases and nodes a number of tenants needs: as few as keep memory and cores within what is planned. The database with the largest tenant is reckoned, and the others are like it.</summary>
    private sealed record Plan(int Databases, double Reads, double Writes, double Share, int Here, double[] PeopleOfNode, double[] MemoryOfNode)
    {
        public static Plan Of(Parts parts, Costs costs, Load load, int tenants)
        {
            double people = tenants * load.Users, reads = people * load.Reads * load.Peak / 3600, writes = people * load.Writes * load.Peak / 3600;
            double[] all = Sizes(tenants, people, load.Zipf);
            for (int databases = 1; ; databases++)
            {
                // Dealt out by rank; the first database has the largest tenant.
                double[] sizes = [.. all.Where((_, rank) => rank % databases == 0)];
                int here = sizes.Length;
                double share = sizes.Sum() / people;
                double cpu = ((reads * (costs.Read + costs.Forward)) + (writes * (costs.Write + costs.Forward + parts.Decide + parts.CommitOfNode + parts.CommitOfNodeRow))) * share / 1e6;
                double tend = (parts.TendOfNode + (here * parts.TendOfNodeTenant)) / 1e6;
                int nodes = LeastNodes;
                while (((cpu / nodes) + tend) > load.Cores * Half && tend < load.Cores * Half)
                {
                    nodes++;
                }

                // Tenants are at nodes by a hash of their ids, whatever their size (PreferredNode): the fullest has to have room.
                (double[] ofPeople, double[] memory) = Placed(sizes, nodes, load);
                while (memory.Max() > load.Memory * (1L << 30) * OfMemory)
                {
                    nodes++;
                    (ofPeople, memory) = Placed(sizes, nodes, load);
                }

                double database = ((writes * share * (parts.CommitOfDatabase + parts.CommitOfDatabaseRow)) + (nodes * (parts.TendOfDatabase + (here * parts.TendOfDatabaseTenant)))) / 1e6;
                if ((tend < load.Cores * Half / 5 && database < load.DatabaseCores * Half) || here <= 100)
                {
                    return new Plan(databases, reads, writes, share, here, ofPeople, memory);
                }
            }
        }

        private static double[] Sizes(int tenants, double people, double zipf)
        {
            double[] sizes = [.. Enumerable.Range(1, tenants).Select(rank => Math.Pow(rank, -zipf))];
            double sum = sizes.Sum();
            return [.. sizes.Select(size => size / sum * people)];
        }

        private static (double[] People, double[] Memory) Placed(double[] sizes, int nodes, Load load)
        {
            Random random = new(Seed);
            double[] people = new double[nodes], memory = new double[nodes];
            foreach (double size in sizes)
            {
                int node = random.Next(nodes);
                people[node] += size;
                memory[node] += (size * load.UserBytes) + load.TenantBytes;
            }

            return (people, memory);
        }
    }
}
