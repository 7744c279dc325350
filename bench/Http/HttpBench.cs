using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Berth.Bench.Http;

/// <summary>
/// The served program against bare Kestrel: reads, durable writes, a group of a hundred thousand, start-up. Rounds of the two alternate. Machines change their speed within seconds, so each round is measured by the two of the
/// other around it, and the ratio is the median of these; the absolute figures are this machine's of this minute.
/// </summary>
internal static class HttpBench
{
    private const int Rounds = 5;
    private const int ComparedRounds = 11;
    private const int WarmAnswers = 100_000;
    private const int MostWarmRounds = 20;
    private const int Readers = 32;
    private const int Writers = 256;
    private const int Everybody = 100_000;
    private const string CloudPc = "e2aebe6c-897d-480f-9d62-fff1381581f7";
    private const string E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private static string _only = "";

    /// <summary>Runs everything. <c>--only TEXT</c> leaves out the comparisons without it in their name; another argument names the program, a published one say.</summary>
    public static async Task<int> Run(string[] args)
    {
        if (args.AsSpan().IndexOf("--only") is >= 0 and int at)
        {
            _only = args[at + 1];
            args = [.. args[..at], .. args[(at + 2)..]];
        }

        string program = Program(args.Length > 0 ? args[0] : null);
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            Console.WriteLine($"{program}; {Environment.ProcessorCount} cores");
            if (_only.Length == 0)
            {
                await StartUp(program, data);
            }

            await Serving(program, Path.Combine(data, "serving"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    /// <summary>The program under load: the named one, or the one that was built beside this.</summary>
    internal static string Program(string? named) => Path.GetFullPath(
        named ?? Path.Combine(AppContext.BaseDirectory, "..", "..", "Berth", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "berth"));

    private static async Task StartUp(string program, string data)
    {
        List<double> first = [], again = [];
        for (int i = 0; i < Rounds; i++)
        {
            string folder = Path.Combine(data, $"start{i}");
            (Child child, TimeSpan fresh) = await Child.Berth(program, folder, "contoso");
            await child.DisposeAsync();
            (child, TimeSpan known) = await Child.Berth(program, folder, "contoso");
            await child.DisposeAsync();
            first.Add(fresh.TotalSeconds);
            again.Add(known.TotalSeconds);
        }

        Row.Add("start to the first answer with the demo tenant, published", Invariant($"{Median(again):F2} s; {Median(first):F2} s when it is made"), "", null, "<= 1.5 s", Median(again) <= 1.5);
    }

    private static async Task Serving(string program, string data)
    {
        await using Child bare = await Child.Bare();
        (Child berth, _) = await Child.Berth(program, data, "none");
        await using Child owned = berth;
        await berth.SignIn();
        long empty = berth.Resident;

        foreach ((string sku, int units) in ((string, int)[])[(CloudPc, 2 * Everybody), (E5, 1000)])
        {
            await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{sku}}","units":{{units}}}""");
        }

        Guid[] users = [.. Enumerable.Range(0, Everybody).Select(_ => Guid.NewGuid())];
        Guid group = Guid.NewGuid();
        Stopwatch watch = Stopwatch.StartNew();
        await Import(berth, users, group);
        Console.WriteLine(Invariant($"import of {Everybody:N0} users into one group: {watch.Elapsed.TotalSeconds:F2} s; {(berth.Resident - empty) / (double)Everybody:F0} B of resident memory a user"));

        watch.Restart();
        await berth.Post($"/v1.0/groups/{group}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{CloudPc}}","disabledPlans":[]}],"removeLicenses":[]}""");
        while ((await berth.Send(HttpMethod.Get, $"/v1.0/groups/{group}?$select=licenseProcessingState")).GetProperty("licenseProcessingState").GetProperty("state").GetString() != "ProcessingComplete")
        {
        }

        double seconds = watch.Elapsed.TotalSeconds;
        int consumed = (await berth.Send(HttpMethod.Get, "/v1.0/subscribedSkus")).GetProperty("value").EnumerateArray().Single(sku => sku.GetProperty("skuId").GetString() == CloudPc).GetProperty("consumedUnits").GetInt32();
        Console.WriteLine(Invariant($"license a group of {Everybody:N0} over HTTP, POST to ProcessingComplete: {seconds:F2} s, {consumed:N0} hold it (limit 2 s for 1,000,000)"));

        await berth.Post($"/v1.0/users/{users[1]}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{E5}}","disabledPlans":[]}],"removeLicenses":[]}""");
        await Compare("GET licenseDetails, one Windows 365 license", 0.85, Readers, bare, Get(bare, "/small"), berth, Get(berth, $"/v1.0/users/{users[0]}/licenseDetails"), 200);
        await Compare("GET licenseDetails, with Microsoft 365 E5 too", 0.85, Readers, bare, Get(bare, "/plans/75"), berth, Get(berth, $"/v1.0/users/{users[1]}/licenseDetails"), 200);
        await Compare("page of 10 users, startswith(displayName)", 0.75, Readers, bare, Get(bare, "/small"), berth, Page(berth, "startswith(displayName,'User 000')&$top=10&$select=id,displayName"), 200);
        await Compare("page of 10 users who hold a SKU", 0.75, Readers, bare, Get(bare, "/small"), berth, Page(berth, $"assignedLicenses/any(x:x/skuId eq {CloudPc})&$top=10&$select=id,displayName"), 200);
        await Compare("page of 10 users in a department of ten thousand", 0.75, Readers, bare, Get(bare, "/small"), berth, Page(berth, "department eq 'D7' and accountEnabled eq true&$top=10&$select=id,displayName"), 200);
        await Compare("one user by userPrincipalName", 0.75, Readers, bare, Get(bare, "/small"), berth, Page(berth, $"userPrincipalName eq 'user{Everybody / 2}@contoso.example'&$select=id,displayName"), 200);

        string post = $$"""{"addLicenses":[{"skuId":"{{CloudPc}}","disabledPlans":[]}],"removeLicenses":[]}""";
        await Compare(
            "durable assignLicense", 0.5, Writers,
            bare, _ => [Load.Request("POST", "/small", null, post)],
            berth, i => [.. Enumerable.Range(0, 8).SelectMany(n => (byte[][])
            [
                Load.Request("POST", $"/v1.0/users/{users[1000 + (i * 8) + n]}/assignLicense", berth.Token, post),
                Load.Request("POST", $"/v1.0/users/{users[1000 + (i * 8) + n]}/assignLicense", berth.Token, $$"""{"addLicenses":[],"removeLicenses":["{{CloudPc}}"]}"""),
            ])],
            200);
    }

    private static Func<int, byte[][]> Get(Child child, string path) => _ => [Load.Request("GET", path, child.Token.Length == 0 ? null : child.Token)];

    private static Func<int, byte[][]> Page(Child child, string filter) => Get(child, "/v1.0/users?$filter=" + filter.Replace(" ", "%20", StringComparison.Ordinal));

    private static async Task Compare(
        string what, double limit, int connections, Child bare, Func<int, byte[][]> bareRequests, Child berth, Func<int, byte[][]> berthRequests, int status)
    {
        if (!what.Contains(_only, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        List<Round> ofBare = [], ofBerth = [];
        await WarmUp(bare, connections, bareRequests, status);
        await WarmUp(berth, connections, berthRequests, status);
        ofBare.Add(await Load.Run(bare, connections, Short, bareRequests, status));
        for (int round = 0; round < ComparedRounds; round++)
        {
            ofBerth.Add(await Load.Run(berth, connections, Short, berthRequests, status));
            ofBare.Add(await Load.Run(bare, connections, Short, bareRequests, status));
        }

        double ratio = Median(ofBerth.Select((round, i) => 2 * round.PerSecond / (ofBare[i].PerSecond + ofBare[i + 1].PerSecond)));

        double rate = Median(ofBerth.Select(r => r.PerSecond)), limitRate = Median(ofBare.Select(r => r.PerSecond));
        double cpu = Median(ofBerth.Select(r => r.Cpu.TotalMicroseconds)), limitCpu = Median(ofBare.Select(r => r.Cpu.TotalMicroseconds));
        Row.Add(what + " over HTTP", Invariant($"{rate:N0}/s, {cpu:F0} us of processor time"), Invariant($"{limitRate:N0}/s, {limitCpu:F0} us, bare Kestrel"), ratio, Invariant($">= {limit:F2}"), ratio >= limit);
        Console.WriteLine(Invariant(
            $"    {rate:N0}/s of {ofBerth[0].Bytes:N0} B, {cpu:F1} us, p50 {Median(ofBerth.Select(r => r.P50.TotalMilliseconds)):F2} ms, p99 {Median(ofBerth.Select(r => r.P99.TotalMilliseconds)):F2} ms; bare {limitRate:N0}/s of {ofBare[0].Bytes:N0} B, {limitCpu:F1} us; ratio {ratio:F3}"));
    }

    // Until the compiler has had its last word: on a busy machine that takes answers, not seconds.
    private static async Task WarmUp(Child server, int connections, Func<int, byte[][]> requests, int status)
    {
        for (double answers = 0, rounds = 0; answers < WarmAnswers && rounds < MostWarmRounds; rounds++)
        {
            answers += (await Load.Run(server, connections, Long, requests, status)).PerSecond * Long.TotalSeconds;
        }
    }

    internal static async Task Import(Child berth, Guid[] users, Guid group)
    {
        StringBuilder lines = new();
        lines.Append(CultureInfo.InvariantCulture, $$$"""{"group":{"id":"{{{group}}}","displayName":"Everybody","mailNickname":"everybody","mailEnabled":false,"securityEnabled":true}}""").Append('\n');
        for (int i = 0; i < users.Length; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"user":{"id":"{{{users[i]}}}","userPrincipalName":"user{{{i}}}@contoso.example","displayName":"User {{{i:D6}}}","mailNickname":"user{{{i}}}","accountEnabled":true,"usageLocation":"US","department":"D{{{i % 10}}}"}}""").Append('\n');
        }

        foreach (Guid user in users)
        {
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{user}}}"}}""").Append('\n');
        }

        StringContent content = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        await berth.Send(HttpMethod.Post, "/berth/v1/import", content);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
