using System.Diagnostics;
using System.Globalization;
using Berth.Bench.Http;
using Berth.Bench.Sql;
using Berth.Engine;
using Berth.Engine.Licensing;
using Berth.Ledger.Stores;

namespace Berth.Bench.Scale;

/// <summary>
/// A small real cluster, three nodes on one PostgreSQL and all of it on this machine, beside one node on the same: reads and durable writes of many tenants at several numbers of callers, what its parts cost by themselves, and
/// what it takes with nobody there. Writes down what <see cref="SimulateBench"/> needs.
/// </summary>
internal static class ClusterBench
{
    private const int Nodes = 3;
    private const int FewTenants = 40;
    private const int Warm = 3;
    private const int Rows = 256;

    /// <summary>Fewer than a tenant's people, so that no writer gives what another one takes.</summary>
    private static readonly int[] _callers = [1, 4, 16, 48];
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(10);

    /// <param name="args">The program, the tenants, and the file to write.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 240;
        string file = args.ElementAtOrDefault(2) ?? Measured.File;
        Environment.SetEnvironmentVariable("PGPASSWORD", "berth");
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            using PostgresServer postgres = new(GroupBench.Repository);
            Parts parts = Alone(postgres);
            List<Point> points = [];
            (double Nodes, double Database) few, many;
            string database = postgres.NewDatabase();
            SmallTenant[] tenants = await SmallTenants.Make(PostgresStore.Open(PostgresAddress.Read(database)), count);
            await using (Together one = await Together.Start(program, database, data, 1, tenants))
            {
                await Measure(one, postgres, points);
            }

            await using (Together three = await Together.Start(program, database, data, Nodes, tenants))
            {
                many = await Idle(three, postgres);
                await Measure(three, postgres, points);
            }

            string small = postgres.NewDatabase();
            SmallTenant[] those = await SmallTenants.Make(PostgresStore.Open(PostgresAddress.Read(small)), FewTenants);
            await using (Together three = await Together.Start(program, small, data, Nodes, those))
            {
                few = await Idle(three, postgres);
            }

            double further = count - FewTenants;
            double ofNode = Math.Max(0, (many.Nodes - few.Nodes) / further), ofDatabase = Math.Max(0, (many.Database - few.Database) / further);
            parts = parts with
            {
                TendOfNode = Math.Max(0, few.Nodes - (FewTenants * ofNode)), TendOfNodeTenant = ofNode, TendOfDatabase = Math.Max(0, few.Database - (FewTenants * ofDatabase)), TendOfDatabaseTenant = ofDatabase,
            };
            Console.WriteLine(Invariant($"nobody there, a second and node: node {few.Nodes:F0} us with {FewTenants} tenants, {many.Nodes:F0} us with {count}; PostgreSQL {few.Database:F0} and {many.Database:F0} us"));
            new Measured(DateTime.UtcNow, Environment.ProcessorCount, parts, [.. points]).Write(file);
            Console.WriteLine($"written: {file}");
            Console.WriteLine();
            Console.WriteLine("| nodes | work | callers | tenants | a second | mean, ms | p50, ms | p99, ms | processor time an answer, us: nodes | PostgreSQL | callers |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (Point p in points)
            {
                Console.WriteLine(Invariant($"| {p.Nodes} | {(p.Writes ? "writes" : "reads")} | {p.Callers} | {p.Tenants} | {p.PerSecond:N0} | {p.Mean / 1000:F2} | {p.P50 / 1000:F2} | {p.P99 / 1000:F2} | {p.NodeCpu:F0} | {p.DatabaseCpu:F0} | {p.CallerCpu:F0} |"));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    private static async Task Measure(Together cluster, PostgresServer postgres, List<Point> points)
    {
        foreach (bool writes in (bool[])[false, true])
        {
            byte[][] Requests(int connection)
            {
                // Every writer has people of its own, so that each write changes something.
                Random own = new(connection);
                return writes
                    ? [.. Enumerable.Range(0, 16).Select(n => ((connection * 16) + n) % cluster.Asked.Length).SelectMany(i => SmallTenants.GiveAndTake(cluster.Asked[i], connection % SmallTenants.Users, cluster.Tokens[i]))]
                    : [.. Enumerable.Range(0, 500).Select(_ => own.Next(cluster.Asked.Length)).Select(i => SmallTenants.Read(cluster.Asked[i], own.Next(SmallTenants.Users), cluster.Tokens[i]))];
            }

            for (int i = 0; i < Warm; i++)
            {
                await Load.Run(cluster.Nodes, 32, _turn, Requests, 200);
            }

            foreach (int callers in _callers)
            {
                TimeSpan before = postgres.Cpu;
                Stopwatch watch = Stopwatch.StartNew();
                Round round = await Load.Run(cluster.Nodes, callers, _turn, Requests, 200);
                double database = (postgres.Cpu - before).TotalMicroseconds / (round.PerSecond * watch.Elapsed.TotalSeconds);
                points.Add(new Point(
                    cluster.Nodes.Length, writes, callers, cluster.Asked.Length, round.PerSecond, round.Mean.TotalMicroseconds, round.P50.TotalMicroseconds, round.P99.TotalMicroseconds,
                    round.Served.TotalMicroseconds, (round.Cpu - round.Served).TotalMicroseconds, database));
                Console.WriteLine(Invariant($"{cluster.Nodes.Length} nodes, {callers} callers, {(writes ? "writes" : "reads")}: {round.PerSecond:N0}/s, p50 {round.P50.TotalMilliseconds:F2} ms, p99 {round.P99.TotalMilliseconds:F2} ms"));
            }
        }
    }

    // Microseconds a node takes in a second, itself and of the database.
    private static async Task<(double Nodes, double Database)> Idle(Together cluster, PostgresServer postgres)
    {
        await Task.Delay(_idle);
        TimeSpan nodes = cluster.Cpu, database = postgres.Cpu;
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(_idle);
        double each = watch.Elapsed.TotalSeconds * cluster.Nodes.Length;
        return ((cluster.Cpu - nodes).TotalMicroseconds / each, (postgres.Cpu - database).TotalMicroseconds / each);
    }

    // One thread, nothing else: deciding, and committing to PostgreSQL.
    private static Parts Alone(PostgresServer postgres)
    {
        Tenant tenant = SmallTenants.Alone();
        double decide = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            const int Commands = 10_000;
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < Commands; i++)
            {
                Guid user = tenant.Users[i / 2 % tenant.UserCount]!.Id;
                Command command = (i & 1) == 0 ? new Command.AssignUserLicenses(user, [new LicenseRequest(SmallTenants.Spare, [])], []) : new Command.AssignUserLicenses(user, [], [SmallTenants.Spare]);
                tenant = ((Decision.Accepted)Deciding.Decide(tenant, command, new DecisionContext(DateTimeOffset.UtcNow, Actor.Berth))).Next;
            }

            decide = Math.Min(decide, watch.Elapsed.TotalMicroseconds / Commands);
        }

        using PostgresStore store = PostgresStore.Open(PostgresAddress.Read(postgres.NewDatabase()));
        Claim claim = store.TakeEpoch(Guid.NewGuid());
        long sequence = 0;
        Commits(store, claim, ref sequence, 1, postgres);
        (double wall, double own, double database) = Commits(store, claim, ref sequence, 1, postgres);
        Commits(store, claim, ref sequence, Rows, postgres);
        (double wallOfMany, double ownOfMany, double databaseOfMany) = Commits(store, claim, ref sequence, Rows, postgres);
        double row = Math.Max(0, (ownOfMany - own) / (Rows - 1)), databaseRow = Math.Max(0, (databaseOfMany - database) / (Rows - 1));
        Console.WriteLine(Invariant($"deciding: {decide:F1} us; a commit of 1 row: {wall:F0} us, of it processor time here {own:F0} us, of PostgreSQL {database:F0} us; of {Rows} rows: {wallOfMany:F0}, {ownOfMany:F0} and {databaseOfMany:F0} us"));
        return new Parts(decide, Math.Max(0, own - row), row, Math.Max(0, database - databaseRow), databaseRow, Math.Max(0, wall - own - database), 0, 0, 0, 0);
    }

    private static (double Wall, double Own, double Database) Commits(PostgresStore store, Claim claim, ref long sequence, int rows, PostgresServer postgres)
    {
        TimeSpan own = Environment.CpuUsage.TotalTime, database = postgres.Cpu;
        Stopwatch watch = Stopwatch.StartNew();
        int done = 0;
        for (; watch.Elapsed < _turn; done++)
        {
            long after = sequence;
            sequence += rows;
            store.Append([claim], [.. Enumerable.Range(1, rows).Select(at => new JournalRow(claim.Tenant, after + at, claim.Epoch, at, "Application 00000000-0000-4000-8000-000000000001 berth-bench", "AssignUserLicenses", new byte[120]))], []);
        }

        double wall = watch.Elapsed.TotalMicroseconds / done;
        return (wall, (Environment.CpuUsage.TotalTime - own).TotalMicroseconds / done, (postgres.Cpu - database).TotalMicroseconds / done);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
