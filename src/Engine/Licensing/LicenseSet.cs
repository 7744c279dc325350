using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>A SKU and the plans of it that are switched off: what <c>assignedLicense</c> is on the wire.</summary>
/// <param name="Sku">The SKU's index in the catalog.</param>
/// <param name="Disabled">Indexes of disabled plans, ascending; absolute, never a delta (L7).</param>
public readonly record struct License(int Sku, ValueArray<int> Disabled);

/// <summary>
/// The licenses of one source: at most one per SKU, ascending by SKU. Immutable with value equality; everybody who got
/// the same from the same group shares one instance, so a million users cost one set.
/// </summary>
public sealed class LicenseSet : IEquatable<LicenseSet>
{
    /// <summary>No license.</summary>
    public static readonly LicenseSet Empty = new([]);

    // Sets repeat a lot (everybody with the same direct licenses); this bounded memory only saves space, it decides nothing.
    private static readonly LicenseSet?[] Seen = new LicenseSet?[4096];

    private readonly int _hash;
    private Compiled? _compiled;

    private LicenseSet(License[] items)
    {
        Items = ValueArray.Own(items);
        _hash = Items.GetHashCode();
    }

    /// <summary>The licenses, ascending by SKU.</summary>
    public ValueArray<License> Items { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Items.Count == 0;

    /// <summary>A set of licenses with distinct SKUs, in any order.</summary>
    public static LicenseSet Of(IEnumerable<License> licenses) => Own([.. licenses]);

    private static LicenseSet Own(License[] items)
    {
        if (items.Length > 1)
        {
            Array.Sort(items, static (one, other) => one.Sku.CompareTo(other.Sku));
        }

        for (int i = 1; i < items.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfEqual(items[i].Sku, items[i - 1].Sku, nameof(items));
        }

        if (items.Length == 0)
        {
            return Empty;
        }

        LicenseSet fresh = new(items);
        ref LicenseSet? seen = ref Seen[fresh._hash & (Seen.Length - 1)];
        LicenseSet? candidate = seen;
        if (fresh.Equals(candidate))
        {
            return candidate!;
        }

        seen = fresh;
        return fresh;
    }

    /// <summary>Whether a SKU is in the set.</summary>
    public bool Contains(int sku) => IndexOf(sku) >= 0;

    /// <summary>The disabled plans of a SKU of the set, or null when the SKU is not in it.</summary>
    public ValueArray<int>? Disabled(int sku) => IndexOf(sku) is >= 0 and int at ? Items[at].Disabled : null;

    /// <summary>The set after a switch: removals and additions at once (L16); an addition replaces the SKU's disabled plans (L8).</summary>
    public LicenseSet With(ValueArray<License> add, ValueArray<int> remove)
    {
        License[] items = new License[Items.Count + add.Count];
        int count = 0;
        foreach (License license in Items)
        {
            if (remove.Span.IndexOf(license.Sku) < 0)
            {
                items[count++] = license;
            }
        }

        foreach (License license in add)
        {
            int at = 0;
            while (at < count && items[at].Sku != license.Sku)
            {
                at++;
            }

            items[at] = license;
            count = Math.Max(count, at + 1);
        }

        return Own(count == items.Length ? items : items[..count]);
    }

    /// <inheritdoc/>
    public bool Equals(LicenseSet? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && Items == other.Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LicenseSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The set as plan bits under a catalog; remembered for the last catalog asked for.</summary>
    internal Compiled For(SkuCatalog catalog)
    {
        Compiled? compiled = _compiled;
        if (compiled is null || !ReferenceEquals(compiled.Catalog, catalog))
        {
            _compiled = compiled = new Compiled(this, catalog);
        }

        return compiled;
    }

    /// <summary>
    /// Indexes of the plans that give a Cloud PC and are enabled here, ascending; a plan of two SKUs once (C32). Remembered for the last catalog asked for.
    /// </summary>
    public ValueArray<int> CloudPcPlans(SkuCatalog catalog) => For(catalog).CloudPcPlans;

    private int IndexOf(int sku)
    {
        ReadOnlySpan<License> items = Items.Span;
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].Sku == sku)
            {
                return i;
            }
        }

        return -1;
    }

    internal sealed class Compiled
    {
        public Compiled(LicenseSet set, SkuCatalog catalog)
        {
            Catalog = catalog;
            CompiledRules rules = catalog.Compiled;
            Enabled = new PlanBits[set.Items.Count];
            for (int i = 0; i < Enabled.Length; i++)
            {
                License license = set.Items[i];
                foreach (int plan in catalog.Skus[license.Sku].Plans)
                {
                    int bit = rules.BitOf(plan);
                    if (bit >= 0 && license.Disabled.Span.BinarySearch(plan) < 0)
                    {
                        Enabled[i] |= PlanBits.Of(bit);
                    }
                }

                ConflictsInside |= rules.ExcludedBy(Union).Overlaps(Enabled[i]);
                Union |= Enabled[i];
            }

            CloudPcPlans = EnabledCloudPcPlans(set, catalog);
            Excluded = rules.ExcludedBy(Union);
            HasDependents = Union.Overlaps(rules.Dependents);
            HasRegional = Union.Overlaps(rules.Regional);
        }

        public SkuCatalog Catalog { get; }

        /// <summary>Enabled rule-relevant plans of each license, in the order of the items.</summary>
        public PlanBits[] Enabled { get; }

        /// <summary>Enabled rule-relevant plans of all licenses.</summary>
        public PlanBits Union { get; }

        /// <summary>Plans that exclude one of <see cref="Union"/>.</summary>
        public PlanBits Excluded { get; }

        public bool ConflictsInside { get; }

        public bool HasDependents { get; }

        public bool HasRegional { get; }

        /// <summary>Indexes of enabled plans that give a Cloud PC, ascending.</summary>
        public ValueArray<int> CloudPcPlans { get; }

        private static ValueArray<int> EnabledCloudPcPlans(LicenseSet set, SkuCatalog catalog)
        {
            SortedSet<int>? found = null;
            foreach (ref readonly License license in set.Items.Span)
            {
                if (catalog.GivesCloudPcs(license.Sku))
                {
                    foreach (int plan in catalog.Skus[license.Sku].Plans)
                    {
                        if (catalog.CloudPcPlanOf(plan) is not null && license.Disabled.Span.BinarySearch(plan) < 0)
                        {
                            (found ??= []).Add(plan);
                        }
                    }
                }
            }

            return found is null ? [] : found.ToValueArray();
        }
    }
}
