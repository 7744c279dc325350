using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Berth.Bench.Http;
using Berth.Bench.Sql;

namespace Berth.Bench;

/// <summary>
/// A group of a million licensed: by Berth through HTTP, from the POST until the group says ProcessingComplete, and by a set-based SQL implementation on SQLite and PostgreSQL, in one run. Everybody is in the group, and every
/// second one holds Microsoft 365 E5 through another group already.
/// </summary>
internal static class GroupBench
{
    private const string CloudPc = "e2aebe6c-897d-480f-9d62-fff1381581f7";
    private const string E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";
    private const string Visio = "c5928f49-12ba-48f7-ada3-0d743a3601d5";

    /// <summary>The folder of the repository that this was built from.</summary>
    internal static string Repository { get; } = Root();

    /// <param name="args">The users, and the program when it is not the one beside.</param>
    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        string folder = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (double WithCloudPcs, double Alone) berth = await OfBerth(users, HttpBench.Program(args.ElementAtOrDefault(1)), Path.Combine(folder, "berth"));
            using (SqliteLicensing sqlite = new(Path.Combine(folder, "licensing.db")))
            {
                OfSql(sqlite, users, berth);
            }

            using PostgresLicensing postgres = new(Repository);
            OfSql(postgres, users, berth);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task<(double WithCloudPcs, double Alone)> OfBerth(int users, string program, string data)
    {
        (Child berth, _) = await Child.Berth(program, data, "none");
        await using Child owned = berth;
        await berth.SignIn();
        long empty = berth.Resident;
        foreach (string sku in (string[])[CloudPc, E5, Visio])
        {
            await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{sku}}","units":{{2 * users}}}""");
        }

        Guid everybody = Guid.NewGuid(), second = Guid.NewGuid();
        Stopwatch watch = Stopwatch.StartNew();
        Guid[] ids = [.. Enumerable.Range(0, users).Select(static _ => Guid.NewGuid())];
        using (LinesOfPeople lines = new(ids, everybody, second))
        {
            await berth.Send(HttpMethod.Post, "/berth/v1/import", lines);
        }

        Console.WriteLine(Invariant($"Berth: {users:N0} users and {users * 3L / 2:N0} memberships came over HTTP in {watch.Elapsed.TotalSeconds:F1} s"));
        await License(berth, second, E5);
        double alone = (await License(berth, everybody, Visio)).TotalSeconds;
        Row.Add(Invariant($"a group of {users:N0} licensed over HTTP with a SKU without Cloud PCs"), Invariant($"{alone:F2} s"), "", null, "<= 2 s for 1,000,000", alone <= 2 * users / 1e6);
        double seconds = (await License(berth, everybody, CloudPc)).TotalSeconds;
        long consumed = (await berth.Send(HttpMethod.Get, "/v1.0/subscribedSkus")).GetProperty("value").EnumerateArray()
            .Single(sku => sku.GetProperty("skuId").GetString() == CloudPc).GetProperty("consumedUnits").GetInt64();
        Row.Add(Invariant($"a group of {users:N0} licensed over HTTP, POST to ProcessingComplete, {consumed:N0} seats taken"), Invariant($"{seconds:F2} s"), "", null, "<= 2 s for 1,000,000", seconds <= 2 * users / 1e6);
        Row.Add(
            Invariant($"memory of a tenant of {users:N0}, the process after the import and both groups"), Invariant($"{berth.Resident / 1e6:F0} MB resident, {(berth.Resident - empty) / 1e6:F0} MB more than empty"), "", null,
            "<= 600 MB", berth.Resident <= 600e6);
        return (seconds, alone);
    }

    private static async Task<TimeSpan> License(Child berth, Guid group, string sku)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await berth.Post($"/v1.0/groups/{group}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{sku}}","disabledPlans":[]}],"removeLicenses":[]}""");
        JsonElement state;
        do
        {
            state = (await berth.Send(HttpMethod.Get, $"/v1.0/groups/{group}?$select=licenseProcessingState")).GetProperty("licenseProcessingState");
        }
        while (state.GetProperty("state").GetString() != "ProcessingComplete");

        return watch.Elapsed;
    }

    private static void OfSql(SqlLicensing sql, int users, (double WithCloudPcs, double Alone) berth)
    {
        Stopwatch watch = Stopwatch.StartNew();
        sql.Load(users);
        Console.WriteLine(Invariant($"{sql.Name}: loaded in {watch.Elapsed.TotalSeconds:F1} s"));
        sql.License(group: 2, sku: 1);
        Console.WriteLine("    " + string.Join("\n    ", sql.Plan(1, 2)));
        (TimeSpan took, long active) = sql.License(group: 1, sku: 2);
        string limit = Invariant($"{took.TotalSeconds:F2} s, {sql.Name}"), beside = Invariant($"beside set-based SQL ({active:N0} seats taken)");
        double times = took.TotalSeconds / berth.Alone;
        Row.Add($"the same group with a SKU without Cloud PCs, {beside}", Invariant($"{berth.Alone:F2} s"), limit, times, ">= 15 times as long", times >= 15);

        // Not the same work, so nothing is aimed at.
        Row.Add($"the same group with its Cloud PCs, {beside}, which makes none", Invariant($"{berth.WithCloudPcs:F2} s"), limit, took.TotalSeconds / berth.WithCloudPcs, "", null);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetDirectoryName(Path.GetDirectoryName(here))!;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
