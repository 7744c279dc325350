using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Berth.Bench.Http;

/// <summary>Recipes of migrations at their limit, over HTTP: so many users move from direct licenses to a group, from a group to another one, and a group of all gets another SKU.</summary>
internal static class MigrateBench
{
    private const int Rounds = 3;
    private const string E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965";
    private const string E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";

    /// <param name="args">The users of the tenant, those who move, and the program when it is not the one beside.</param>
    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        int movers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5_000;
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (Child berth, _) = await Child.Berth(HttpBench.Program(args.ElementAtOrDefault(2)), data, "none");
            await using Child owned = berth;
            await berth.SignIn();
            foreach (string sku in (string[])[E3, E5])
            {
                await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{sku}}","units":{{2 * users}}}""");
            }

            Guid[] ids = [.. Enumerable.Range(0, users).Select(static _ => Guid.NewGuid())];
            Guid everybody = Guid.NewGuid();
            await HttpBench.Import(berth, ids, everybody);
            (string to, string from) = (await Group(berth, "To"), await Group(berth, "From"));
            await Apply(berth, string.Join(',', ids.Take(movers).Select(static id => $$"""{"kind":"userLicense","userId":"{{id}}","add":[{"skuId":"{{E3}}","disabledPlans":[]}],"remove":[]}""")));
            await Apply(berth, $$"""{"kind":"groupLicense","groupId":"{{from}}","add":[{"skuId":"{{E5}}","disabledPlans":[]}],"remove":[]},{"kind":"membership","groupId":"{{from}}","addMembers":[{{string.Join(',', ids.TakeLast(movers).Select(static id => $"\"{id}\""))}}]}""");
            Console.WriteLine(Invariant($"{users:N0} users, {movers:N0} of them move; {Environment.ProcessorCount} cores"));
            for (int round = 0; round < Rounds; round++)
            {
                await Measure(berth, "direct to group", $$"""{"kind":"directToGroup","skuIds":["{{E3}}"],"toGroupId":"{{to}}"}""");
                await Measure(berth, "group to group", $$"""{"kind":"groupToGroup","skuIds":["{{E5}}"],"fromGroupId":"{{from}}","toGroupId":"{{to}}"}""");
                await Measure(berth, "switch of a SKU", $$"""{"kind":"switchSku","skuIds":["{{E5}}","{{E3}}"],"toGroupId":"{{from}}"}""");
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    private static async Task Measure(Child berth, string what, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        TimeSpan cpu = berth.Cpu;
        Stopwatch watch = Stopwatch.StartNew();
        using HttpResponseMessage response = await berth.Client.PostAsync("/berth/v1/migrations", content);
        string text = await response.Content.ReadAsStringAsync();
        double seconds = watch.Elapsed.TotalSeconds;
        if (!response.IsSuccessStatusCode)
        {
            throw new IOException($"{what}: {text}");
        }

        JsonElement recipe = JsonDocument.Parse(text).RootElement;
        Console.WriteLine(Invariant(
            $"recipe, {what}: {seconds:F2} s, {(berth.Cpu - cpu).TotalSeconds:F2} s of processor time; {recipe.GetProperty("steps").GetArrayLength()} steps, {recipe.GetProperty("usersStaying").GetArrayLength()} stay, {recipe.GetProperty("hurt").GetArrayLength()} hurt, safe {recipe.GetProperty("safe")}; answer {text.Length / 1e6:F1} MB; process {berth.Resident >> 20} MiB"));
    }

    private static async Task<string> Group(Child berth, string name) =>
        (await berth.Post("/v1.0/groups", $$"""{"displayName":"{{name}}","mailNickname":"{{name}}","mailEnabled":false,"securityEnabled":true}""")).GetProperty("id").GetString()!;

    private static Task<JsonElement> Apply(Child berth, string changes) => berth.Post("/berth/v1/apply", $$"""{"changes":[{{changes}}]}""");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
