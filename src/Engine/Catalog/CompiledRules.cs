using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>The plan rules over bits: what evaluation touches for every user, so it is laid out once for a catalog.</summary>
internal sealed class CompiledRules
{
    private readonly int[] _bitOfPlan;
    private readonly PlanBits[] _excludes;
    private readonly PlanRegion?[] _region;

    public CompiledRules(PlanRules rules, Func<Guid, int> planIndex)
    {
        Guid[] relevant = [.. rules.Plans()];
        Dictionary<Guid, int> bits = relevant.Select((id, bit) => (id, bit)).ToDictionary(pair => pair.id, pair => pair.bit);
        PlanOfBit = relevant;
        int[] known = [.. relevant.Select(planIndex)];
        _bitOfPlan = new int[known.Append(-1).Max() + 1];
        Array.Fill(_bitOfPlan, -1);
        for (int bit = 0; bit < known.Length; bit++)
        {
            if (known[bit] >= 0)
            {
                _bitOfPlan[known[bit]] = bit;
            }
        }

        _excludes = new PlanBits[relevant.Length];
        foreach (ExclusiveSet set in rules.ExclusiveSets)
        {
            foreach (Guid first in set.Plans)
            {
                foreach (Guid second in set.Plans)
                {
                    bool allowed = rules.AllowedPairs.Any(pair =>
                        (pair.First == first && pair.Second == second) || (pair.First == second && pair.Second == first));
                    if (first != second && !allowed)
                    {
                        _excludes[bits[first]] |= PlanBits.Of(bits[second]);
                    }
                }
            }
        }

        ExclusivePairs =
        [
            .. from set in rules.ExclusiveSets
               from first in set.Plans.Distinct().Order()
               from second in set.Plans.Distinct().Order()
               where first.CompareTo(second) < 0 && _excludes[bits[first]].Has(bits[second])
               select (bits[first], bits[second]),
        ];
        Requirements =
        [
            .. from rule in rules.Requirements
               orderby rule.Plan
               select new Requirement(bits[rule.Plan], All(rule.AnyOf.Select(id => bits[id])), rule),
        ];
        Dependents = All(Requirements.Select(requirement => requirement.Dependent));
        Prerequisites = Requirements.Aggregate(PlanBits.None, (all, requirement) => all | requirement.AnyOf);
        _region = new PlanRegion?[relevant.Length];
        foreach (PlanRegion region in rules.Regions)
        {
            _region[bits[region.Plan]] = region;
            Regional |= PlanBits.Of(bits[region.Plan]);
        }
    }

    /// <summary>Plan ids by bit.</summary>
    public Guid[] PlanOfBit { get; }

    /// <summary>Pairs that exclude each other, in the order in which messages look: sets as the rules list them, inside a set ascending by plan id.</summary>
    public (int First, int Second)[] ExclusivePairs { get; }

    /// <summary>Dependencies, ascending by the id of the dependent plan: messages name the first that is not met.</summary>
    public Requirement[] Requirements { get; }

    /// <summary>Every plan with a requirement.</summary>
    public PlanBits Dependents { get; }

    /// <summary>Every plan that some requirement accepts.</summary>
    public PlanBits Prerequisites { get; }

    /// <summary>Every plan with a region rule.</summary>
    public PlanBits Regional { get; }

    /// <summary>The bit of a plan of the catalog, or -1 when no rule names it.</summary>
    public int BitOf(int plan) => (uint)plan < (uint)_bitOfPlan.Length ? _bitOfPlan[plan] : -1;

    /// <summary>Every plan that may not stand beside one of these in another SKU.</summary>
    public PlanBits ExcludedBy(PlanBits plans)
    {
        PlanBits all = PlanBits.None;
        for (int bit = plans.Next(0); bit >= 0; bit = plans.Next(bit + 1))
        {
            all |= _excludes[bit];
        }

        return all;
    }

    /// <summary>The first requirement of a plan among <paramref name="dependents"/> that nothing in <paramref name="all"/> meets, or null.</summary>
    public Requirement? Unmet(PlanBits dependents, PlanBits all)
    {
        if (dependents.Overlaps(Dependents))
        {
            foreach (Requirement requirement in Requirements)
            {
                if (dependents.Has(requirement.Dependent) && !all.Overlaps(requirement.AnyOf))
                {
                    return requirement;
                }
            }
        }

        return null;
    }

    /// <summary>The plans of a set that are not offered in a country.</summary>
    public PlanBits Prohibited(PlanBits plans, string country)
    {
        PlanBits prohibited = PlanBits.None;
        plans &= Regional;
        for (int bit = plans.Next(0); bit >= 0; bit = plans.Next(bit + 1))
        {
            PlanRegion region = _region[bit]!;
            if ((region.Allow.Count > 0 && !region.Allow.Contains(country, StringComparer.OrdinalIgnoreCase))
                || region.Deny.Contains(country, StringComparer.OrdinalIgnoreCase))
            {
                prohibited |= PlanBits.Of(bit);
            }
        }

        return prohibited;
    }

    /// <summary>Ids of plans, ascending.</summary>
    public ValueArray<Guid> Ids(PlanBits plans) => PlanOfBit.Where((_, bit) => plans.Has(bit)).Order().ToValueArray();

    private static PlanBits All(IEnumerable<int> bits) => bits.Aggregate(PlanBits.None, (all, bit) => all | PlanBits.Of(bit));

    internal readonly record struct Requirement(int Dependent, PlanBits AnyOf, PlanRequirement Rule);
}
