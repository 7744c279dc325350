using System.Diagnostics;
using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;

namespace Berth.Bench;

/// <summary>A plan over everybody: what licensing a group of all users, and taking its license away again, would do to each of them. Beside it the evaluation of all users, in the same run.</summary>
internal static class PlanBench
{
    private const int Rounds = 3;

    public static Task<int> Run(string[] args)
    {
        int[] sizes = args.Length > 0 ? [.. args.Select(static size => int.Parse(size, CultureInfo.InvariantCulture))] : [100_000, 1_000_000];
        foreach (int users in sizes)
        {
            Tenant tenant = Tenant.Unborn;
            DecisionContext context = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), Actor.Berth);
            Guid[] groups = EngineBench.Build(users, new Random(20261123), command => tenant = Decide(tenant, command, context));
            Guid everybody = groups[^1];
            Command give = new Command.AssignGroupLicenses(everybody, [new LicenseRequest(Sku(tenant, "SPE_E3"), [])], []);
            Command take = new Command.AssignGroupLicenses(everybody, [], [Sku(tenant, "SPE_E3")]);
            double slowest = 0, most = 0;
            for (int round = 0; round < Rounds; round++)
            {
                Keep(Measure(tenant, give, context, "give"), round);
            }

            tenant = Decide(tenant, give, context);
            for (int round = 0; round < Rounds; round++)
            {
                Keep(Measure(tenant, take, context, "take"), round);
            }

            int limit = users > 100_000 ? 5 : 1;
            Row.Add(
                string.Create(CultureInfo.InvariantCulture, $"plan over {users:N0} users, the slower of giving and taking, warm"),
                string.Create(CultureInfo.InvariantCulture, $"{slowest:F2} s, {most:F0} B/user allocated"), "", null, $"<= {limit} s", slowest <= limit);

            Stopwatch watch = Stopwatch.StartNew();
            (long evaluated, _) = WholeTenant.Evaluate(tenant);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"full evaluation beside: {users:N0} users, {evaluated:N0} pairs in {watch.Elapsed.TotalMilliseconds:F0} ms"));

            // The first round is the compiler's.
            void Keep((double Seconds, double Bytes) measured, int round) =>
                (slowest, most) = round == 0 ? (slowest, most) : (Math.Max(slowest, measured.Seconds), Math.Max(most, measured.Bytes));
        }

        return Task.FromResult(0);
    }

    private static (double Seconds, double Bytes) Measure(Tenant tenant, Command command, DecisionContext context, string what)
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        Stopwatch watch = Stopwatch.StartNew();
        Plan plan = Plan.Of(tenant, [command], context, out Refusal? refusal) ?? throw new InvalidOperationException($"The plan is refused: {refusal}");
        double seconds = watch.Elapsed.TotalSeconds;
        double allocated = (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)tenant.UserCount;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"plan, {what}: {plan.Licenses.Count:N0} rows over {tenant.UserCount:N0} users in {seconds:F2} s, {allocated:F0} B/user allocated"));
        return (seconds, allocated);
    }

    private static Guid Sku(Tenant tenant, string partNumber) => tenant.Catalog.FindByPartNumber(partNumber).First().Id;

    private static Tenant Decide(Tenant tenant, Command command, DecisionContext context) =>
        Deciding.Decide(tenant, command, context) is Decision.Accepted accepted ? accepted.Next : throw new InvalidOperationException($"{command} was refused.");
}
