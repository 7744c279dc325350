using System.Diagnostics;
using System.Globalization;
using Berth.Bench.Http;
using Npgsql;

namespace Berth.Bench.Scale;

/// <summary>Nodes on one database, with the tenants that are asked: as many at each node.</summary>
internal sealed class Together : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private Together(Child[] nodes) => Nodes = nodes;

    public Child[] Nodes { get; }

    public SmallTenant[] Asked { get; private set; } = [];

    public string[] Tokens { get; private set; } = [];

    public TimeSpan Cpu => Nodes.Aggregate(TimeSpan.Zero, static (sum, node) => sum + node.Cpu);

    public static async Task<Together> Start(string program, string database, string data, int nodes, SmallTenant[] tenants)
    {
        string[] joining = nodes == 1 ? [] : ["--cluster", "--silo-port", "0"];
        (Child Child, TimeSpan)[] children = await Task.WhenAll(Enumerable.Range(0, nodes).Select(number => Child.Serve(
            program, ["--db", database, "--data", Path.Combine(data, Guid.NewGuid().ToString("N")), .. joining])));
        Together all = new([.. children.Select(child => child.Child)]);
        try
        {
            all.Asked = nodes == 1 ? tenants : await Balanced(database, nodes, tenants);
            all.Tokens = await SmallTenants.SignIn(all.Nodes[0], all.Asked);
            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Child node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    // The node that came first has all of them; ten seconds later they move to where they belong (B715).
    private static async Task<SmallTenant[]> Balanced(string database, int nodes, SmallTenant[] tenants)
    {
        Dictionary<Guid, SmallTenant> byId = tenants.ToDictionary(static tenant => tenant.Id);
        await using NpgsqlConnection line = new($"{database};Search Path=berth;Pooling=false");
        await line.OpenAsync();
        Stopwatch watch = Stopwatch.StartNew();
        int atRest = 0;
        string before = "";
        while (true)
        {
            Dictionary<long, List<SmallTenant>> places = [];
            await using (NpgsqlCommand select = new("SELECT tenant.id, node.number FROM tenant JOIN node ON node.number = tenant.node WHERE node.until > clock_timestamp() ORDER BY tenant.id", line))
            await using (NpgsqlDataReader reader = await select.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                    if (!places.TryGetValue(reader.GetInt64(1), out List<SmallTenant>? there))
                    {
                        places[reader.GetInt64(1)] = there = [];
                    }

                    there.Add(byId[reader.GetGuid(0)]);
                }
            }

            string now = string.Join(", ", places.OrderBy(place => place.Key).Select(place => place.Value.Count));
            atRest = now == before ? atRest + 1 : 0;
            before = now;
            bool isOver = watch.Elapsed > _patience;
            if (isOver && places.Count < nodes)
            {
                throw new TimeoutException($"After {_patience} only {places.Count} of {nodes} nodes had tenants: {now}. The machine is too busy to measure a cluster on it.");
            }

            if (isOver || (places.Count == nodes && places.Values.Sum(static there => there.Count) == tenants.Length && atRest >= 15))
            {
                int each = places.Values.Min(static there => there.Count);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tenants at the nodes after {watch.Elapsed.TotalSeconds - atRest:F0} s: {now}; {each} of each are asked"));
                return [.. Enumerable.Range(0, each).SelectMany(i => places.Values.Select(there => there[i]))];
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }
}
