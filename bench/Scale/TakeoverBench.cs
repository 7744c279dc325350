using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Berth.Bench.Http;
using Berth.Bench.Sql;
using Berth.Ledger.Stores;
using Npgsql;

namespace Berth.Bench.Scale;

/// <summary>
/// How long the slowest readers of small tenants wait while their node recovers a large tenant of another node that was killed: the same node, other tenants, and nobody asks for the large one but whoever waits
/// until it is there again.
/// </summary>
internal static class TakeoverBench
{
    private const int Small = 24;
    private const int Readers = 8;
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _piece = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(20);

    /// <param name="args">The program, then the people of the large tenant.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        int people = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
        Environment.SetEnvironmentVariable("PGPASSWORD", "berth");
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            using PostgresServer postgres = new(GroupBench.Repository);
            string database = postgres.NewDatabase();
            SmallTenant[] small = await SmallTenants.Make(PostgresStore.Open(PostgresAddress.Read(database)), Small);
            SmallTenant large = (await SmallTenants.Make(PostgresStore.Open(PostgresAddress.Read(database)), 1, people, Small)).Single();
            await using Together two = await Together.Start(program, database, data, 2, [.. small, large]);
            Dictionary<Guid, Uri> places = await Places(database);
            Child lost = two.Nodes.Single(node => node.Address == places[large.Id]), left = two.Nodes.Single(node => node != lost);
            SmallTenant[] there = [.. small.Where(tenant => places[tenant.Id] == left.Address)];
            string[] tokens = await SmallTenants.SignIn(left, [.. there, large]);
            byte[][] Reads(int connection) => [.. Enumerable.Range(0, 64).Select(i => (connection + i) % there.Length).Select(i => SmallTenants.Read(there[i], 0, tokens[i]))];
            await Load.Run(left, Readers, _turn, Reads, 200);
            Round quiet = await Load.Run(left, Readers, _turn, Reads, 200);

            await lost.KillAsync();
            Task<TimeSpan> back = Task.Run(() => Back(left, large, tokens[^1]));
            List<Round> rounds = [];
            for (Stopwatch after = new(); after.Elapsed < _settled;)
            {
                rounds.Add(await Load.Run(left, Readers, _piece, Reads, 200));
                if (back.IsCompleted)
                {
                    after.Start();
                }
            }

            TimeSpan took = await back;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"reads of {there.Length} small tenants while their node recovers one of {people:N0} people of a killed node, which is there again after {took.TotalSeconds:F2} s: p99 {rounds.Max(round => round.P99.TotalMilliseconds):F1} ms in the worst fifth of a second of {rounds.Count}, p50 {rounds.Average(round => round.P50.TotalMilliseconds):F2} ms, longest {rounds.Max(round => round.Longest.TotalMilliseconds):F1} ms (before: p99 {quiet.P99.TotalMilliseconds:F1} ms, p50 {quiet.P50.TotalMilliseconds:F2} ms, longest {quiet.Longest.TotalMilliseconds:F1} ms)"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    private static async Task<TimeSpan> Back(Child node, SmallTenant tenant, string token)
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(60) };
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            using HttpRequestMessage read = new(HttpMethod.Get, new Uri(node.Address, $"/v1.0/users/{tenant.Users[0]}/licenseDetails"));
            read.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage answer = await client.SendAsync(read);
            if (answer.IsSuccessStatusCode)
            {
                return watch.Elapsed;
            }

            await Task.Delay(_again);
        }
    }

    private static async Task<Dictionary<Guid, Uri>> Places(string database)
    {
        await using NpgsqlConnection line = new($"{database};Search Path=berth;Pooling=false");
        await line.OpenAsync();
        await using NpgsqlCommand select = new("SELECT tenant.id, node.url FROM tenant JOIN node ON node.number = tenant.node WHERE node.until > clock_timestamp()", line);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync();
        Dictionary<Guid, Uri> places = [];
        while (await reader.ReadAsync())
        {
            places[reader.GetGuid(0)] = new Uri(reader.GetString(1));
        }

        return places;
    }
}
