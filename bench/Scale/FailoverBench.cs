using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Bench.Http;
using Berth.Bench.Sql;
using Berth.Ledger.Stores;

namespace Berth.Bench.Scale;

/// <summary>
/// One of three nodes on one PostgreSQL is killed with SIGKILL while somebody writes to every tenant, at any node that answers: how long the longest tenant waited between two of its answers, and whether
/// everything that was answered is there afterwards.
/// </summary>
internal static class FailoverBench
{
    private const int Nodes = 3;
    private const int Tenants = 30;
    private const int Rounds = 3;
    private static readonly TimeSpan _before = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _after = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _aim = TimeSpan.FromSeconds(5);

    /// <param name="args">The program.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0));
        Environment.SetEnvironmentVariable("PGPASSWORD", "berth");
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        List<double> gaps = [];
        long answered = 0, lost = 0;
        try
        {
            using PostgresServer postgres = new(GroupBench.Repository);
            for (int round = 0; round < Rounds; round++)
            {
                string database = postgres.NewDatabase();
                SmallTenant[] tenants = await SmallTenants.Make(PostgresStore.Open(PostgresAddress.Read(database)), Tenants);
                await using Together three = await Together.Start(program, database, data, Nodes, tenants);
                (TimeSpan[] waits, long said, long missing) = await Kill(three);
                gaps.Add(waits[^1].TotalSeconds);
                answered += said;
                lost += missing;
                Console.WriteLine(Invariant($"{three.Asked.Length} tenants: {said:N0} writes answered, {missing} of them not there; the longest wait of a tenant {waits[^1].TotalSeconds:F2} s, of the one in the middle, which was at another node, {waits[waits.Length / 2].TotalMilliseconds:F0} ms"));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        gaps.Sort();
        Row.Add(
            "failover after kill -9 of one of three nodes, the longest wait of a tenant that is written to, the slowest of three",
            Invariant($"{gaps[^1]:F2} s; {answered:N0} writes answered, {lost} of them lost"), "", null, "<= 5 s, nothing lost", gaps[^1] <= _aim.TotalSeconds && lost == 0);
        return 0;
    }

    // The longest wait of each tenant, ascending.
    private static async Task<(TimeSpan[] Waits, long Answered, long Lost)> Kill(Together cluster)
    {
        using CancellationTokenSource end = new();
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(30) };
        ConcurrentBag<(TimeSpan Gap, long Answered)> said = [];
        bool[] last = new bool[cluster.Asked.Length];
        long killed = long.MaxValue;
        Stopwatch watch = Stopwatch.StartNew();
        Task[] writers = [.. Enumerable.Range(0, cluster.Asked.Length).Select(i => Task.Run(async () =>
        {
            TimeSpan longest = TimeSpan.Zero, from = watch.Elapsed;
            int node = i;
            long answers = 0;
            while (!end.IsCancellationRequested)
            {
                // The same request until it is answered: what was done and not heard of is not done twice.
                string id = Guid.NewGuid().ToString();
                while (!await Write(client, cluster.Nodes[node % Nodes], cluster.Asked[i], cluster.Tokens[i], !last[i], id))
                {
                    node++;
                    await Task.Delay(_again);
                }

                last[i] = !last[i];
                answers++;
                TimeSpan now = watch.Elapsed;

                // What came before is how long a program that has just started takes.
                longest = now.Ticks > Volatile.Read(ref killed) && now - from > longest ? now - from : longest;
                from = now;
            }

            said.Add((longest, answers));
        }))];
        await Task.Delay(_before);
        Volatile.Write(ref killed, watch.Elapsed.Ticks);
        await cluster.Nodes[0].KillAsync();
        await Task.Delay(_after);
        await end.CancelAsync();
        await Task.WhenAll(writers);
        long lost = 0;
        for (int i = 0; i < cluster.Asked.Length; i++)
        {
            using HttpRequestMessage read = new(HttpMethod.Get, new Uri(cluster.Nodes[1].Address, $"/v1.0/users/{cluster.Asked[i].Users[0]}?$select=assignedLicenses"));
            read.Headers.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Tokens[i]);
            using HttpResponseMessage answer = await client.SendAsync(read);
            answer.EnsureSuccessStatusCode();
            using JsonDocument user = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            bool has = user.RootElement.GetProperty("assignedLicenses").EnumerateArray().Any(static license => license.GetProperty("skuId").GetGuid() == SmallTenants.Spare);
            lost += has == last[i] ? 0 : 1;
        }

        return ([.. said.Select(static one => one.Gap).Order()], said.Sum(static one => one.Answered), lost);
    }

    private static async Task<bool> Write(HttpClient client, Child node, SmallTenant tenant, string token, bool give, string id)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(node.Address, $"/v1.0/users/{tenant.Users[0]}/assignLicense"))
        {
            Content = new StringContent(
                give ? $$"""{"addLicenses":[{"skuId":"{{SmallTenants.Spare}}","disabledPlans":[]}],"removeLicenses":[]}""" : $$"""{"addLicenses":[],"removeLicenses":["{{SmallTenants.Spare}}"]}""",
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Repeatability-Request-ID", id);
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
