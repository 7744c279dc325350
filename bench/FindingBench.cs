using System.Diagnostics;
using System.Globalization;
using Berth.Engine;
using Berth.Engine.Insight.Findings;
using Berth.Engine.Licensing;

namespace Berth.Bench;

/// <summary>Every finding of a tenant in which everybody has a direct copy of what a group gives: the walk with its counts, and a page with what mends each finding on it.</summary>
internal static class FindingBench
{
    private const int Rounds = 3;

    public static Task<int> Run(string[] args)
    {
        int[] sizes = args.Length > 0 ? [.. args.Select(static size => int.Parse(size, CultureInfo.InvariantCulture))] : [100_000, 1_000_000];
        foreach (int users in sizes)
        {
            Tenant tenant = Tenant.Unborn;
            DecisionContext context = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), Actor.Berth);
            Guid[] groups = EngineBench.Build(users, new Random(20261126), command => tenant = Decide(tenant, command, context));
            LicenseRequest sku = new(tenant.Catalog.FindByPartNumber("FLOW_FREE").First().Id, []);
            tenant = Decide(tenant, new Command.AssignGroupLicenses(groups[^1], [sku], []), context);

            // A direct copy for each of the first ten thousand, and as many accounts disabled.
            for (int user = 0; user < Math.Min(10_000, users); user++)
            {
                tenant = Decide(tenant, new Command.AssignUserLicenses(tenant.Users[user]!.Id, [sku], []), context);
                tenant = Decide(tenant, new Command.UpdateUser(tenant.Users[tenant.Users.Count - 1 - user]! with { AccountEnabled = false }), context);
            }

            FindingQuestion question = new(tenant, tenant.Now(context.Now), FindingQuestion.DefaultDays, -1);
            for (int round = 0; round < Rounds; round++)
            {
                Measure(question, context, 1);
                Measure(question, context, 50);
                Measure(question, context, FindingSearch.MostOnPage);
            }
        }

        return Task.FromResult(0);
    }

    private static void Measure(FindingQuestion question, DecisionContext context, int size)
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        Stopwatch watch = Stopwatch.StartNew();
        FindingPage page = FindingSearch.Page(question, Enum.GetValues<FindingKind>(), null, size, context);
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        int limit = question.Tenant.UserCount > 100_000 ? 10_000 : 1_000;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"findings: {page.Counts.Sum(static count => count.Findings):N0} over {question.Tenant.UserCount:N0} users, a page of {page.Findings.Count} in {milliseconds:F0} ms (limit {limit}), {(GC.GetTotalAllocatedBytes(precise: true) - bytes) / 1e6:F1} MB allocated"));
    }

    private static Tenant Decide(Tenant tenant, Command command, DecisionContext context) =>
        Deciding.Decide(tenant, command, context) is Decision.Accepted accepted ? accepted.Next : throw new InvalidOperationException($"{command} was refused.");
}
