using Berth.Bench;
using Berth.Bench.Http;

// One file a benchmark; each prints its figures with the limit beside.
Dictionary<string, Func<string[], Task<int>>> benchmarks = new(StringComparer.Ordinal)
{
    ["engine"] = EngineBench.Run,
    ["table"] = TableBench.Run,
    ["group"] = GroupBench.Run,
    ["bulk"] = BulkBench.Run,
    ["tails"] = TailBench.Run,
    ["pauses"] = PauseBench.Run,
    ["growth"] = GrowthBench.Run,
    ["plan"] = PlanBench.Run,
    ["findings"] = FindingBench.Run,
    ["ledger"] = LedgerBench.Run,
    ["postgres"] = PostgresBench.Run,
    ["sessions"] = SessionBench.Run,
    ["http"] = HttpBench.Run,
    ["bare"] = BareServer.Run,
    ["recovery"] = RecoveryBench.Run,
    ["past"] = PastBench.Run,
    ["migrate"] = MigrateBench.Run,
    ["apply"] = ApplyBench.Run,
    ["rules"] = RulesBench.Run,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out Func<string[], Task<int>>? benchmark))
{
    Console.Error.WriteLine($"usage: berth-bench {string.Join("|", benchmarks.Keys)}");
    return 2;
}

return await benchmark(args[1..]);
