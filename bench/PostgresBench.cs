using System.Diagnostics;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Npgsql;
using NpgsqlTypes;

namespace Berth.Bench;

/// <summary>
/// The ledger on PostgreSQL: three ways to write the rows of a commit, a bare loop of the fastest beside the store's own append, and the door beside a bare group commit.
/// Arguments: the connection strings of two empty databases of one server.
/// </summary>
internal static class PostgresBench
{
    private const int PayloadBytes = 120;
    private static readonly int[] Sizes = [1, 16, 256, 1024];
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    public static async Task<int> Run(string[] args)
    {
        if (args.Length != 2)
        {
            await Console.Error.WriteLineAsync("usage: berth-bench postgres CONNECTION CONNECTION   (two empty databases)");
            return 2;
        }

        Ways(args[1]);
        PostgresStore store = PostgresStore.Open(PostgresAddress.Read(args[0]));
        await using LedgerDoor door = LedgerDoor.Open(store, TimeProvider.System);
        TenantDesk desk = LedgerBench.Build(door, 10_000);
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id;
        Guid[] callers = LedgerBench.CallersOf(desk.Current);
        await LedgerBench.Door("durable assignLicense on PostgreSQL", store, desk, PostgresStore.Open(PostgresAddress.Read(args[1])), (caller, turn) => (turn & 1) == 0
            ? new Command.AssignUserLicenses(callers[caller], [new LicenseRequest(sku, [])], [])
            : new Command.AssignUserLicenses(callers[caller], [], [sku]));
        await LedgerBench.Snapshot(door, desk);
        return 0;
    }

    // Each way in turn for a second, three rounds; the median counts.
    private static void Ways(string connection)
    {
        using PostgresStore store = PostgresStore.Open(PostgresAddress.Read(connection));
        using NpgsqlDataSource source = NpgsqlDataSource.Create(connection + ";Search Path=berth");
        using NpgsqlConnection line = source.OpenConnection();
        Execute(line, "CREATE TABLE bare (LIKE journal INCLUDING ALL)");
        Claim claim = store.TakeEpoch(Guid.NewGuid());
        long own = 0, bare = 0;
        foreach (int size in Sizes)
        {
            (string Name, Action<int> Commit)[] ways =
            [
                ("store", rows => { store.Append([claim], Rows(claim, own, rows), []); own += rows; }),
                ("unnest", rows => { Unnest(line, Rows(claim, bare, rows)); bare += rows; }),
                ("batch", rows => { Batch(line, Rows(claim, bare, rows)); bare += rows; }),
                ("COPY", rows => { Copy(line, Rows(claim, bare, rows)); bare += rows; }),
            ];
            double[][] rates = [.. ways.Select(_ => new double[3])];
            for (int round = 0; round < 3; round++)
            {
                for (int way = 0; way < ways.Length; way++)
                {
                    rates[way][round] = Rate(ways[way].Commit, size);
                }
            }

            string figures = string.Join(", ", ways.Select((way, at) => $"{way.Name} {Median(rates[at]):N0}/s"));
            Console.WriteLine($"{size} rows a commit: {figures}; store/unnest {Median(rates[0]) / Median(rates[1]):F2}");
        }
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static double Rate(Action<int> commit, int size)
    {
        long done = 0;
        Stopwatch watch = Stopwatch.StartNew();
        for (; watch.Elapsed < Turn; done += size)
        {
            commit(size);
        }

        return done / watch.Elapsed.TotalSeconds;
    }

    private static JournalRow[] Rows(Claim claim, long after, int count) =>
        [.. Enumerable.Range(1, count).Select(at => new JournalRow(claim.Tenant, after + at, claim.Epoch, at, "Application 00000000-0000-4000-8000-000000000001 berth-bench", "AssignUserLicenses", new byte[PayloadBytes]))];

    private static void Unnest(NpgsqlConnection line, JournalRow[] rows)
    {
        using NpgsqlCommand command = new("INSERT INTO bare SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)", line)
        {
            Parameters =
            {
                new() { Value = Column(rows, row => row.Tenant) }, new() { Value = Column(rows, row => row.Sequence) }, new() { Value = Column(rows, row => row.Epoch) },
                new() { Value = Column(rows, row => row.At) }, new() { Value = Column(rows, row => row.Actor) }, new() { Value = Column(rows, row => row.Kind) },
                new() { Value = Column(rows, row => row.Payload.ToArray()) },
            },
        };
        command.Prepare();
        command.ExecuteNonQuery();
    }

    private static T[] Column<T>(JournalRow[] rows, Func<JournalRow, T> of) => [.. rows.Select(of)];

    private static void Batch(NpgsqlConnection line, JournalRow[] rows)
    {
        using NpgsqlBatch batch = new(line);
        foreach (JournalRow row in rows)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO bare VALUES($1, $2, $3, $4, $5, $6, $7)")
            {
                Parameters =
                {
                    new() { Value = row.Tenant }, new() { Value = row.Sequence }, new() { Value = row.Epoch }, new() { Value = row.At },
                    new() { Value = row.Actor }, new() { Value = row.Kind }, new() { Value = row.Payload.ToArray() },
                },
            });
        }

        batch.Prepare();
        batch.ExecuteNonQuery();
    }

    private static void Copy(NpgsqlConnection line, JournalRow[] rows)
    {
        using NpgsqlBinaryImporter copy = line.BeginBinaryImport("COPY bare FROM STDIN (FORMAT BINARY)");
        foreach (JournalRow row in rows)
        {
            copy.StartRow();
            copy.Write(row.Tenant, NpgsqlDbType.Uuid);
            copy.Write(row.Sequence, NpgsqlDbType.Bigint);
            copy.Write(row.Epoch, NpgsqlDbType.Bigint);
            copy.Write(row.At, NpgsqlDbType.Bigint);
            copy.Write(row.Actor, NpgsqlDbType.Text);
            copy.Write(row.Kind, NpgsqlDbType.Text);
            copy.Write(row.Payload.ToArray(), NpgsqlDbType.Bytea);
        }

        copy.Complete();
    }

    private static void Execute(NpgsqlConnection line, string sql)
    {
#pragma warning disable CA2100 // The text stands above.
        using NpgsqlCommand command = new(sql, line);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
