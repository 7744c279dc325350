using System.Runtime.InteropServices;
using Berth.Bench;
using Berth.Bench.Http;
using Berth.Bench.Scale;

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
    ["soak"] = SoakBench.Run,
    ["mock"] = MockBench.Run,
    ["micro"] = MicroBench.Run,
    ["tenants"] = TenantsBench.Run,
    ["cluster"] = ClusterBench.Run,
    ["failover"] = FailoverBench.Run,
    ["takeover"] = TakeoverBench.Run,
    ["simulate"] = SimulateBench.Run,
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

// The runtime has no handler of its own for it: without one the servers that were started would stay.
using PosixSignalRegistration ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context =>
{
    context.Cancel = true;
    Environment.Exit(143);
});
try
{
    return await benchmark(args[1..]);
}
catch (Exception e)
{
    // Caught, so that the end of the process ends its children as well.
    Console.Error.WriteLine(e);
    return 1;
}
