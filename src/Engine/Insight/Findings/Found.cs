namespace Berth.Engine.Insight.Findings;

/// <summary>Where a finding was made: small, because there may be one for each user. The order of kind and ids is the order in which findings are told.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="First">What it is about: the id of a user, a group or a SKU; empty for the tenant, or for a Cloud PC that belongs to nobody.</param>
/// <param name="Second">What tells it from others of the same subject: the id of a SKU, a group or a Cloud PC; empty when nothing is needed.</param>
/// <param name="User">The user's index, or -1.</param>
/// <param name="Group">The group's index, or -1.</param>
/// <param name="Other">What else the kind points at: the index of a SKU, an inner group or a Cloud PC, or a number of its own.</param>
/// <param name="Seats">How many seats, or places of Cloud PCs, it holds.</param>
public readonly record struct Found(FindingKind Kind, Guid First, Guid Second, int User, int Group, int Other, int Seats) : IComparable<Found>
{
    /// <inheritdoc/>
    public int CompareTo(Found other)
    {
        int order = Kind.CompareTo(other.Kind);
        order = order != 0 ? order : First.CompareTo(other.First);
        return order != 0 ? order : Second.CompareTo(other.Second);
    }

    /// <summary>Told earlier.</summary>
    public static bool operator <(Found left, Found right) => left.CompareTo(right) < 0;

    /// <summary>Told later.</summary>
    public static bool operator >(Found left, Found right) => left.CompareTo(right) > 0;

    /// <summary>Not told later.</summary>
    public static bool operator <=(Found left, Found right) => left.CompareTo(right) <= 0;

    /// <summary>Not told earlier.</summary>
    public static bool operator >=(Found left, Found right) => left.CompareTo(right) >= 0;
}
