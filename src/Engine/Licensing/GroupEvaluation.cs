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
    // More SKUs than this of one group are looked at outside the stack.
    private const int Few = 16;

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
                CompiledRules.Requirement stranded = FirstStranded(_others | _applied.For(catalog).Union, all)!.Value;
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
        LicenseError[] own = new LicenseError[_wanted.Items.Count];
        while (mode == GroupAtomicity.Independent && Violations(given, own) && !IsFound(own, sku))
        {
            given = Without(given, own);
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
        return !before.Without(after).Overlaps(_catalog.Compiled.Prerequisites) || FirstStranded(before, after) is null;
    }

    private Outcome Atomic()
    {
        // The quick look of IsClear does not tell SKUs apart; only what is found here is in the way (L105).
        Span<LicenseError> own = stackalloc LicenseError[Few];
        Span<bool> held = stackalloc bool[Few];
        own = SizedFor(_wanted, own);
        held = SizedFor(_applied, held);
        return Violations(_wanted, own) | Held(_wanted, held) ? StaysAsItWas(own, held) : new Outcome(_wanted, []);
    }

    private Outcome Independent()
    {
        Span<LicenseError> dropped = stackalloc LicenseError[Few], own = stackalloc LicenseError[Few];
        Span<bool> held = stackalloc bool[Few];
        dropped = SizedFor(_wanted, dropped);
        own = SizedFor(_wanted, own);
        held = SizedFor(_applied, held);
        LicenseSet given = _wanted;
        int count = 0;
        while (Violations(given, own))
        {
            for (int i = 0; i < own.Length; i++)
            {
                if (own[i] != LicenseError.None)
                {
                    dropped[i] = own[i];
                    count++;
                }
            }

            given = Without(given, own);
        }

        // A source never breaks what another source needs: then the pair stays, as in mode atomic.
        if (Held(given, held))
        {
            return StaysAsItWas(dropped, held);
        }

        SkuError[] errors = new SkuError[count];
        for (int i = 0, at = 0; i < dropped.Length; i++)
        {
            if (dropped[i] != LicenseError.None)
            {
                errors[at++] = new SkuError(_wanted.Items[i].Sku, dropped[i]);
            }
        }

        return new Outcome(given, ValueArray.Own(errors));
    }

    // Step 5: a SKU's own violation, else held, else Other. Both sets ascend by SKU.
    private Outcome StaysAsItWas(ReadOnlySpan<LicenseError> own, ReadOnlySpan<bool> held)
    {
        ReadOnlySpan<License> wanted = _wanted.Items.Span, applied = _applied.Items.Span;
        SkuError[] errors = new SkuError[wanted.Length + applied.Length];
        int count = 0;
        for (int i = 0, j = 0; i < wanted.Length || j < applied.Length;)
        {
            int order = i == wanted.Length ? 1 : j == applied.Length ? -1 : wanted[i].Sku.CompareTo(applied[j].Sku);
            int sku = order <= 0 ? wanted[i].Sku : applied[j].Sku;
            LicenseError error = order <= 0 && own[i] != LicenseError.None ? own[i]
                : order >= 0 && held[j] ? LicenseError.DependencyViolation
                : LicenseError.Other;
            errors[count++] = new SkuError(sku, error);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return new Outcome(_applied, ValueArray.Own(count == errors.Length ? errors : errors[..count]));
    }

    // Step 2: for each SKU of a part of what is wanted the first violation in order, beside the items of what is wanted; whether there is any.
    private bool Violations(LicenseSet set, Span<LicenseError> found)
    {
        found.Clear();
        CompiledRules rules = _catalog.Compiled;
        LicenseSet.Compiled compiled = set.For(_catalog);
        PlanBits all = _others | compiled.Union;
        bool any = false;
        for (int i = 0, at = 0; i < set.Items.Count; i++, at++)
        {
            int sku = set.Items[i].Sku;
            while (_wanted.Items[at].Sku != sku)
            {
                at++;
            }

            PlanBits enabled = compiled.Enabled[i];
            found[at] =
                !rules.Prohibited(enabled, _country).IsEmpty ? LicenseError.ProhibitedInUsageLocationViolation
                : rules.ExcludedBy(enabled) is { IsEmpty: false } excluded && excluded.Overlaps(Beside(set, sku)) ? LicenseError.MutuallyExclusiveViolation
                : rules.Unmet(enabled, all) is not null ? LicenseError.DependencyViolation
                : !_licenses.Holds(sku) && !_seats.IsOpen(sku) ? LicenseError.CountViolation
                : LicenseError.None;
            any |= found[at] != LicenseError.None;
        }

        return any;
    }

    // Step 3: SKUs of which a plan would go that another source needs, beside the items of what is in force; whether there is any.
    private bool Held(LicenseSet set, Span<bool> held)
    {
        held.Clear();
        LicenseSet.Compiled applied = _applied.For(_catalog);
        PlanBits before = _others | applied.Union, after = _others | set.For(_catalog).Union;
        bool any = false;
        foreach (CompiledRules.Requirement requirement in _catalog.Compiled.Requirements)
        {
            if (IsStranded(requirement, before, after))
            {
                for (int i = 0; i < applied.Enabled.Length; i++)
                {
                    held[i] |= applied.Enabled[i].Without(after).Overlaps(requirement.AnyOf);
                    any |= held[i];
                }
            }
        }

        return any;
    }

    private CompiledRules.Requirement? FirstStranded(PlanBits before, PlanBits after)
    {
        foreach (CompiledRules.Requirement requirement in _catalog.Compiled.Requirements)
        {
            if (IsStranded(requirement, before, after))
            {
                return requirement;
            }
        }

        return null;
    }

    private bool IsStranded(CompiledRules.Requirement requirement, PlanBits before, PlanBits after) =>
        _others.Has(requirement.Dependent) && before.Overlaps(requirement.AnyOf) && !after.Overlaps(requirement.AnyOf);

    // A part of what is wanted without those that something was found of.
    private LicenseSet Without(LicenseSet given, ReadOnlySpan<LicenseError> found)
    {
        List<int> skus = [];
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] != LicenseError.None)
            {
                skus.Add(_wanted.Items[i].Sku);
            }
        }

        return given.With([], skus.ToValueArray());
    }

    private bool IsFound(ReadOnlySpan<LicenseError> found, int sku)
    {
        for (int i = 0; i < found.Length; i++)
        {
            if (_wanted.Items[i].Sku == sku)
            {
                return found[i] != LicenseError.None;
            }
        }

        return false;
    }

    private static Span<T> SizedFor<T>(LicenseSet set, Span<T> few) => set.Items.Count <= few.Length ? few[..set.Items.Count] : new T[set.Items.Count];

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
