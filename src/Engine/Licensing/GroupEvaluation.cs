using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>What a group's evaluation for a user came to.</summary>
/// <param name="Applied">What is in force through the group from now on.</param>
/// <param name="Errors">What each SKU shows, ascending by SKU; empty on success.</param>
internal readonly record struct Outcome(LicenseSet Applied, ValueArray<SkuError> Errors);

/// <summary>
/// Evaluate(u, g) of the rule book: may what a group wants for a user come into force beside everything the user has from
/// other sources? Pure over bits; the common case, nothing in the way, is a handful of ANDs.
/// </summary>
internal readonly ref struct GroupEvaluation
{
    private readonly SkuCatalog _catalog;
    private readonly Seats _seats;
    private readonly UserLicenses _licenses;
    private readonly int _group;
    private readonly LicenseSet _wanted;
    private readonly LicenseSet _applied;
    private readonly string _country;
    private readonly PlanBits _others;

    public GroupEvaluation(SkuCatalog catalog, Seats seats, UserLicenses licenses, int group, LicenseSet wanted, string country)
    {
        _catalog = catalog;
        _seats = seats;
        _licenses = licenses;
        _group = group;
        _wanted = wanted;
        _applied = LicenseSet.Empty;
        _country = country;
        _others = licenses.Direct.For(catalog).Union;
        foreach (ref readonly GroupSource source in licenses.Groups.Span)
        {
            if (source.Group == group)
            {
                _applied = source.Applied;
            }
            else
            {
                _others |= source.Applied.For(catalog).Union;
            }
        }
    }

    /// <summary>The outcome in the tenant's mode.</summary>
    public Outcome Evaluate(GroupAtomicity mode) => IsClear() ? new Outcome(_wanted, []) : mode switch
    {
        GroupAtomicity.Atomic => Atomic(),
        GroupAtomicity.Independent => Independent(),
    };

    /// <summary>For people: the first violation of the pair in order of precedence, then of SKU id; null when there is none.</summary>
    public Refusal? FirstViolation(GroupAtomicity mode)
    {
        Outcome outcome = Evaluate(mode);
        SkuCatalog catalog = _catalog;
        return outcome.Errors.Count == 0 ? null : Details(outcome.Errors.OrderBy(error => error.Error).ThenBy(error => catalog.Skus[error.Sku].Id).First(), mode);
    }

    /// <summary>For people: the violation of one SKU as this evaluation finds it, with the plans it is about.</summary>
    public Refusal Details(SkuError first, GroupAtomicity mode)
    {
        Guid sku = _catalog.Skus[first.Sku].Id;
        SkuCatalog catalog = _catalog;
        CompiledRules rules = catalog.Compiled;
        PlanBits enabled = EnabledIn(_wanted, first.Sku);
        PlanBits all = _others | Facing(first.Sku, mode).For(catalog).Union;
        switch (first.Error)
        {
            case LicenseError.ProhibitedInUsageLocationViolation:
                return new Refusal(RefusalCode.ProhibitedInUsageLocation)
                {
                    Subject = sku,
                    Name = _country,
                    Ids = rules.Ids(rules.Prohibited(enabled, _country)),
                };
            case LicenseError.MutuallyExclusiveViolation:
                PlanBits beside = Beside(_wanted, first.Sku);
                (int one, int other) = rules.ExclusivePairs.First(pair =>
                    (enabled.Has(pair.First) && beside.Has(pair.Second)) || (enabled.Has(pair.Second) && beside.Has(pair.First)));
                return new Refusal(RefusalCode.PlansMutuallyExclusive) { Ids = [rules.PlanOfBit[one], rules.PlanOfBit[other]] };
            case LicenseError.DependencyViolation when rules.Unmet(enabled, all) is { } missing:
                return new Refusal(RefusalCode.MissingDependency) { Subject = rules.PlanOfBit[missing.Dependent], Ids = missing.Rule.AnyOf };
            case LicenseError.DependencyViolation:
                CompiledRules.Requirement stranded = Stranded(_others | _applied.For(catalog).Union, all).First();
                return new Refusal(RefusalCode.DependedUponByOther) { Subject = rules.PlanOfBit[stranded.Dependent], Ids = stranded.Rule.AnyOf };
            case LicenseError.CountViolation:
                return new Refusal(RefusalCode.SeatsExhausted) { Subject = sku };
            default:
                return new Refusal(RefusalCode.BlockedBySibling) { Subject = sku };
        }
    }

    // What a SKU was measured against: everything wanted or, in mode independent, what the passes before its own left (B33).
    private LicenseSet Facing(int sku, GroupAtomicity mode)
    {
        LicenseSet given = _wanted;
        while (mode == GroupAtomicity.Independent && Violations(given) is { Count: > 0 } violations && !violations.ContainsKey(sku))
        {
            given = given.With([], violations.Keys.ToValueArray());
        }

        return given;
    }

    private bool IsClear()
    {
        LicenseSet.Compiled wanted = _wanted.For(_catalog);
        PlanBits after = _others | wanted.Union;
        if (wanted.ConflictsInside || wanted.Excluded.Overlaps(_others) || (wanted.HasRegional && !_catalog.Compiled.Prohibited(wanted.Union, _country).IsEmpty))
        {
            return false;
        }

        if (wanted.HasDependents && _catalog.Compiled.Unmet(wanted.Union, after) is not null)
        {
            return false;
        }

        foreach (ref readonly License license in _wanted.Items.Span)
        {
            if (!_applied.Contains(license.Sku) && !_licenses.Holds(license.Sku) && !_seats.IsOpen(license.Sku))
            {
                return false;
            }
        }

        PlanBits before = _others | _applied.For(_catalog).Union;
        return !before.Without(after).Overlaps(_catalog.Compiled.Prerequisites) || Stranded(before, after).Count == 0;
    }

    private Outcome Atomic()
    {
        // The quick look of IsClear does not tell SKUs apart; only what is found here is in the way (L105).
        Dictionary<int, LicenseError> own = Violations(_wanted);
        HashSet<int> held = Held(_wanted);
        return own.Count + held.Count == 0 ? new Outcome(_wanted, []) : StaysAsItWas(own, held);
    }

    private Outcome Independent()
    {
        Dictionary<int, LicenseError> dropped = [];
        LicenseSet given = _wanted;
        for (Dictionary<int, LicenseError> violations = Violations(given); violations.Count > 0; violations = Violations(given))
        {
            foreach ((int sku, LicenseError error) in violations)
            {
                dropped.Add(sku, error);
            }

            given = given.With([], violations.Keys.ToValueArray());
        }

        // A source never breaks what another source needs: then the pair stays, as in mode atomic.
        HashSet<int> held = Held(given);
        return held.Count > 0
            ? StaysAsItWas(dropped, held)
            : new Outcome(given, dropped.OrderBy(pair => pair.Key).Select(pair => new SkuError(pair.Key, pair.Value)).ToValueArray());
    }

    // Step 5: a SKU's own violation, else held, else Other.
    private Outcome StaysAsItWas(Dictionary<int, LicenseError> own, HashSet<int> held) =>
        new(_applied, _wanted.Items.Select(item => item.Sku).Union(_applied.Items.Select(item => item.Sku)).Order()
            .Select(sku => new SkuError(sku, own.TryGetValue(sku, out LicenseError error) ? error
                : held.Contains(sku) ? LicenseError.DependencyViolation
                : LicenseError.Other))
            .ToValueArray());

    // Step 2: for each SKU of a set the first violation in order.
    private Dictionary<int, LicenseError> Violations(LicenseSet set)
    {
        CompiledRules rules = _catalog.Compiled;
        LicenseSet.Compiled compiled = set.For(_catalog);
        PlanBits all = _others | compiled.Union;
        Dictionary<int, LicenseError> violations = [];
        for (int i = 0; i < set.Items.Count; i++)
        {
            int sku = set.Items[i].Sku;
            PlanBits enabled = compiled.Enabled[i];
            LicenseError error =
                !rules.Prohibited(enabled, _country).IsEmpty ? LicenseError.ProhibitedInUsageLocationViolation
                : rules.ExcludedBy(enabled).Overlaps(Beside(set, sku)) ? LicenseError.MutuallyExclusiveViolation
                : rules.Unmet(enabled, all) is not null ? LicenseError.DependencyViolation
                : !_licenses.Holds(sku) && !_seats.IsOpen(sku) ? LicenseError.CountViolation
                : LicenseError.None;
            if (error != LicenseError.None)
            {
                violations.Add(sku, error);
            }
        }

        return violations;
    }

    // Step 3: SKUs of which a plan would go that another source needs.
    private HashSet<int> Held(LicenseSet set)
    {
        LicenseSet.Compiled applied = _applied.For(_catalog);
        PlanBits after = _others | set.For(_catalog).Union;
        HashSet<int> held = [];
        foreach (CompiledRules.Requirement requirement in Stranded(_others | applied.Union, after))
        {
            for (int i = 0; i < applied.Enabled.Length; i++)
            {
                if (applied.Enabled[i].Without(after).Overlaps(requirement.AnyOf))
                {
                    held.Add(_applied.Items[i].Sku);
                }
            }
        }

        return held;
    }

    private List<CompiledRules.Requirement> Stranded(PlanBits before, PlanBits after)
    {
        List<CompiledRules.Requirement> stranded = [];
        foreach (CompiledRules.Requirement requirement in _catalog.Compiled.Requirements)
        {
            if (_others.Has(requirement.Dependent) && before.Overlaps(requirement.AnyOf) && !after.Overlaps(requirement.AnyOf))
            {
                stranded.Add(requirement);
            }
        }

        return stranded;
    }

    // Every plan that a SKU other than the given one enables, from any source.
    private PlanBits Beside(LicenseSet set, int sku)
    {
        PlanBits beside = Except(set, sku) | Except(_licenses.Direct, sku);
        foreach (GroupSource source in _licenses.Groups)
        {
            if (source.Group != _group)
            {
                beside |= Except(source.Applied, sku);
            }
        }

        return beside;
    }

    private PlanBits Except(LicenseSet set, int sku)
    {
        PlanBits[] enabled = set.For(_catalog).Enabled;
        PlanBits all = PlanBits.None;
        for (int i = 0; i < enabled.Length; i++)
        {
            if (set.Items[i].Sku != sku)
            {
                all |= enabled[i];
            }
        }

        return all;
    }

    private PlanBits EnabledIn(LicenseSet set, int sku)
    {
        for (int i = 0; i < set.Items.Count; i++)
        {
            if (set.Items[i].Sku == sku)
            {
                return set.For(_catalog).Enabled[i];
            }
        }

        return PlanBits.None;
    }
}
