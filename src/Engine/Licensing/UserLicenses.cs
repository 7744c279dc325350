using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>Why a SKU that a group wants for a user is not in force: <c>licenseAssignmentStates[].error</c>, in order of precedence.</summary>
public enum LicenseError : byte
{
    /// <summary>No error.</summary>
    None,

    /// <summary>A plan is not offered in the user's country (G4).</summary>
    ProhibitedInUsageLocationViolation,

    /// <summary>A plan excludes one that another SKU enables (G2).</summary>
    MutuallyExclusiveViolation,

    /// <summary>A prerequisite is missing, or what would go is needed by another source (G3).</summary>
    DependencyViolation,

    /// <summary>No seat is left (G1).</summary>
    CountViolation,

    /// <summary>Never occurs here: there are no proxy addresses to collide (G5).</summary>
    UniquenessViolation,

    /// <summary>Another SKU of the same group failed (G6).</summary>
    Other,
}

/// <summary>Since when a user waits for what a group wants: by journal sequence, then by time.</summary>
/// <param name="Sequence">The journal entry in which the pair first failed.</param>
/// <param name="At">The tenant's time then.</param>
public readonly record struct WaitingSince(long Sequence, DateTimeOffset At) : IComparable<WaitingSince>
{
    /// <inheritdoc/>
    public int CompareTo(WaitingSince other) =>
        Sequence != other.Sequence ? Sequence.CompareTo(other.Sequence) : At.CompareTo(other.At);

    /// <summary>Earlier.</summary>
    public static bool operator <(WaitingSince left, WaitingSince right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(WaitingSince left, WaitingSince right) => left.CompareTo(right) > 0;

    /// <summary>Not later.</summary>
    public static bool operator <=(WaitingSince left, WaitingSince right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(WaitingSince left, WaitingSince right) => left.CompareTo(right) >= 0;
}

/// <summary>The error of one SKU.</summary>
/// <param name="Sku">The SKU's index in the catalog.</param>
/// <param name="Error">Never <see cref="LicenseError.None"/>.</param>
public readonly record struct SkuError(int Sku, LicenseError Error);

/// <summary>A (user, group) pair that is in error: since when, and what each SKU shows.</summary>
/// <param name="Since">Set when the pair first failed, kept until it succeeds.</param>
/// <param name="Errors">Ascending by SKU; in mode independent only the dropped SKUs.</param>
public sealed record Trouble(WaitingSince Since, ValueArray<SkuError> Errors)
{
    /// <summary>The error of a SKU.</summary>
    public LicenseError this[int sku]
    {
        get
        {
            foreach (SkuError error in Errors.Span)
            {
                if (error.Sku == sku)
                {
                    return error.Error;
                }
            }

            return LicenseError.None;
        }
    }
}

/// <summary>What one group gives one user.</summary>
/// <param name="Group">The group's index.</param>
/// <param name="Applied">What is in force through the group.</param>
/// <param name="Trouble">Set while what the group wants is not what is in force.</param>
/// <param name="UpdatedAt">When one of the above last changed.</param>
public readonly record struct GroupSource(int Group, LicenseSet Applied, Trouble? Trouble, DateTimeOffset UpdatedAt);

/// <summary>The licenses of a user by source: direct, and one entry for each group that gives or owes something (L58).</summary>
public sealed class UserLicenses : IEquatable<UserLicenses>
{
    /// <summary>No license from any source.</summary>
    public static readonly UserLicenses None = new(LicenseSet.Empty, [], []);

    /// <summary>The licenses of given sources.</summary>
    /// <param name="direct">What was assigned to the user directly.</param>
    /// <param name="directUpdatedAt">When each direct license last changed, beside the items of <paramref name="direct"/>.</param>
    /// <param name="groups">Ascending by group.</param>
    public UserLicenses(LicenseSet direct, ValueArray<DateTimeOffset> directUpdatedAt, ValueArray<GroupSource> groups)
    {
        Direct = direct;
        DirectUpdatedAt = directUpdatedAt;
        Groups = groups;
    }

    /// <summary>What was assigned to the user directly; always in force.</summary>
    public LicenseSet Direct { get; }

    /// <summary>When each direct license last changed, beside the items of <see cref="Direct"/>.</summary>
    public ValueArray<DateTimeOffset> DirectUpdatedAt { get; }

    /// <summary>What groups give or owe, ascending by group.</summary>
    public ValueArray<GroupSource> Groups { get; }

    /// <summary>The entry of a group, or null.</summary>
    public GroupSource? Source(int group)
    {
        foreach (GroupSource source in Groups.Span)
        {
            if (source.Group == group)
            {
                return source;
            }
        }

        return null;
    }

    /// <summary>Whether a SKU is in an applied source: the user then takes one seat of it, whatever the number of sources (L61).</summary>
    public bool Holds(int sku)
    {
        if (Direct.Contains(sku))
        {
            return true;
        }

        foreach (GroupSource source in Groups.Span)
        {
            if (source.Applied.Contains(sku))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Indexes of the plans that give a Cloud PC and are enabled in an applied source, each once, ascending (C32).</summary>
    public ValueArray<int> CloudPcPlans(SkuCatalog catalog)
    {
        ValueArray<int> plans = Direct.CloudPcPlans(catalog);
        foreach (ref readonly GroupSource source in Groups.Span)
        {
            ValueArray<int> more = source.Applied.CloudPcPlans(catalog);
            plans = more.Count == 0 ? plans : plans.Count == 0 || plans == more ? more : plans.Union(more).Order().ToValueArray();
        }

        return plans;
    }

    /// <summary>The SKUs in at least one applied source, each once, ascending.</summary>
    public int[] Held()
    {
        ReadOnlySpan<GroupSource> groups = Groups.Span;
        int most = Direct.Items.Count;
        foreach (ref readonly GroupSource source in groups)
        {
            most += source.Applied.Items.Count;
        }

        int[] skus = new int[most];
        int count = 0;
        Add(Direct);
        foreach (ref readonly GroupSource source in groups)
        {
            Add(source.Applied);
        }

        return count == most ? skus : skus[..count];

        // A handful at most: insertion keeps them sorted and single.
        void Add(LicenseSet set)
        {
            foreach (License license in set.Items)
            {
                int at = Array.BinarySearch(skus, 0, count, license.Sku);
                if (at < 0)
                {
                    Array.Copy(skus, ~at, skus, ~at + 1, count - ~at);
                    skus[~at] = license.Sku;
                    count++;
                }
            }
        }
    }

    /// <summary>The plans of a held SKU that every applied source of it disables (L60), ascending.</summary>
    public ValueArray<int> MergedDisabled(int sku)
    {
        ValueArray<int>? merged = Direct.Disabled(sku);
        foreach (GroupSource source in Groups)
        {
            if (source.Applied.Disabled(sku) is { } disabled)
            {
                merged = merged is { } before ? before.Intersect(disabled).ToValueArray() : disabled;
            }
        }

        return merged ?? [];
    }

    /// <summary>The licenses with the entry of one group replaced; null takes it away.</summary>
    public UserLicenses WithGroup(int group, GroupSource? source)
    {
        ReadOnlySpan<GroupSource> old = Groups.Span;
        int at = 0;
        while (at < old.Length && old[at].Group < group)
        {
            at++;
        }

        int after = at < old.Length && old[at].Group == group ? at + 1 : at;
        GroupSource[] groups = new GroupSource[old.Length - (after - at) + (source is null ? 0 : 1)];
        old[..at].CopyTo(groups);
        if (source is { } entry)
        {
            groups[at] = entry;
        }

        old[after..].CopyTo(groups.AsSpan(groups.Length - (old.Length - after)));
        return groups.Length == 0 && Direct.IsEmpty ? None : new UserLicenses(Direct, DirectUpdatedAt, ValueArray.Own(groups));
    }

    /// <summary>The licenses with the direct ones replaced; a license that stays as it was keeps its time.</summary>
    public UserLicenses WithDirect(LicenseSet direct, DateTimeOffset at)
    {
        DateTimeOffset[] updated = new DateTimeOffset[direct.Items.Count];
        for (int i = 0; i < updated.Length; i++)
        {
            License license = direct.Items[i];
            int before = Direct.Items.Span.IndexOf(license);
            updated[i] = before >= 0 ? DirectUpdatedAt[before] : at;
        }

        return direct.IsEmpty && Groups.Count == 0 ? None : new UserLicenses(direct, ValueArray.Own(updated), Groups);
    }

    /// <inheritdoc/>
    public bool Equals(UserLicenses? other) => ReferenceEquals(this, other)
        || (other is not null && Direct.Equals(other.Direct) && DirectUpdatedAt == other.DirectUpdatedAt && Groups == other.Groups);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UserLicenses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Direct, DirectUpdatedAt, Groups);
}
