using Berth.Engine.Catalog;

namespace Berth.Engine.Insight.Shifts;

/// <summary>How many Frontline licenses people who work in shifts need (B460 to B466). Deterministic: the same plan has the same answer everywhere.</summary>
public static class ShiftSimulation
{
    /// <summary>Runs a simulation. The plan keeps the limits of <see cref="ShiftPlan"/>, and its service plan is a Frontline plan of the catalog.</summary>
    public static ShiftAnswer Of(ShiftPlan plan, SkuCatalog catalog, CancellationToken cancel = default)
    {
        ShiftStretch[] stretches = ShiftRoster.Draw(plan);
        Dictionary<int, ShiftOutcome> runs = [];
        int peak = Peak(stretches);

        // So many always suffice: everybody who comes has a machine, and nobody is above the limit.
        int people = stretches.Select(one => one.Person).Distinct().Count();
        int most = Math.Max(peak, Licenses(plan.People.Count)), least = people == 0 ? 0 : 1;
        while (least < most)
        {
            int middle = least + ((most - least) / 2);
            (least, most) = Run(middle).Refusals == 0 ? (least, middle) : (middle + 1, most);
        }

        // More licenses can begin uses of the buffer at other times, so that one less is looked at and not inferred (B464).
        while (least > 0 && Run(least - 1).Refusals == 0)
        {
            least--;
        }

        return new ShiftAnswer(plan.People.Count, peak, Run(least), least > 0 ? Run(least - 1) : null, plan.Licenses is { } asked ? Run(asked) : null);

        ShiftOutcome Run(int licenses)
        {
            cancel.ThrowIfCancellationRequested();
            return runs.TryGetValue(licenses, out ShiftOutcome? known) ? known : runs[licenses] = ShiftRun.Of(plan, stretches, catalog, licenses);
        }
    }

    /// <summary>How many stretches of work a plan has, for <see cref="ShiftPlan.MostStretches"/>.</summary>
    public static int Stretches(ShiftPlan plan) => ShiftRoster.Draw(plan).Length;

    private static int Licenses(int machines) => (machines + 2) / 3;

    private static int Peak(ShiftStretch[] stretches)
    {
        int peak = 0, now = 0;
        foreach ((int _, int step) in stretches.SelectMany(one => new[] { (one.From, 1), (one.To, -1) }).OrderBy(one => one.Item1).ThenBy(one => one.Item2))
        {
            now += step;
            peak = Math.Max(peak, now);
        }

        return peak;
    }
}
