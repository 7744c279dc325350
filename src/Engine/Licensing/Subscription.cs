using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>Where a subscription stands in its life, in the order in which an unpaid one passes through (L94).</summary>
public enum SubscriptionStatus : byte
{
    /// <summary>Paid: usable and assignable.</summary>
    Enabled,

    /// <summary>Term over, grace period: still usable and assignable.</summary>
    Warning,

    /// <summary>Not assignable; assignments stay listed (L99).</summary>
    Suspended,

    /// <summary>Canceled by the customer: not assignable.</summary>
    LockedOut,

    /// <summary>Gone: gives no units and does not make its SKU the tenant's.</summary>
    Deleted,
}

/// <summary>A purchase of units of one SKU; a SKU's numbers are the sum over its subscriptions (L96).</summary>
/// <param name="Id">The id.</param>
/// <param name="Sku">The SKU's index in the catalog.</param>
/// <param name="Units">Bought units, at least 0.</param>
/// <param name="Status">Its status.</param>
/// <param name="IsTrial">Whether it is a trial.</param>
/// <param name="CreatedAt">When it came, by the tenant's clock.</param>
public sealed record Subscription(Guid Id, int Sku, int Units, SubscriptionStatus Status, bool IsTrial, DateTimeOffset CreatedAt)
{
    /// <summary>The most units of one subscription.</summary>
    public const int MostUnits = 10_000_000;

    /// <summary>Whose purchase it is, as Graph tells it; null when nobody says (B512).</summary>
    public SubscriptionOwner? Owner { get; init; }
}

/// <summary>Whose purchase a subscription is: <c>ownerType</c> and <c>ownerId</c> of Graph (L100).</summary>
/// <param name="Type">What the owner is, <see cref="Person"/> for one; at most <see cref="LongestType"/> characters.</param>
/// <param name="Id">The owner's id, or null.</param>
public sealed record SubscriptionOwner(string Type, Guid? Id)
{
    /// <summary>The type of an owner who is a person: who bought it for themselves, or the account's administrator.</summary>
    public const string Person = "User";

    /// <summary>The longest type, in characters; Graph's have few.</summary>
    public const int LongestType = 64;

    /// <summary>Whether the owner is a person.</summary>
    public bool IsPerson => Type.Equals(Person, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The units of a SKU over all its subscriptions by status: <c>prepaidUnits</c> (L93); deleted ones count nowhere.</summary>
/// <param name="Enabled">Usable.</param>
/// <param name="Warning">In grace.</param>
/// <param name="Suspended">Not assignable.</param>
/// <param name="LockedOut">Canceled.</param>
public readonly record struct PrepaidUnits(long Enabled, long Warning, long Suspended, long LockedOut)
{
    /// <summary>Units that can be given to users: enabled and warning (decisions, Assignment).</summary>
    public long Assignable => Enabled + Warning;

    /// <summary>The status of the SKU: that of its best subscription (L92, L94).</summary>
    public SubscriptionStatus Capability(SubscriptionStatus whenNone) =>
        Enabled > 0 ? SubscriptionStatus.Enabled
        : Warning > 0 ? SubscriptionStatus.Warning
        : Suspended > 0 ? SubscriptionStatus.Suspended
        : LockedOut > 0 ? SubscriptionStatus.LockedOut
        : whenNone;
}

/// <summary>Sums over purchases.</summary>
internal static class Subscriptions
{
    /// <summary>The units of a SKU over all its subscriptions.</summary>
    public static PrepaidUnits UnitsOf(this ValueArray<Subscription> subscriptions, int sku)
    {
        PrepaidUnits sum = default;
        foreach (Subscription subscription in subscriptions.Span)
        {
            if (subscription.Sku == sku)
            {
                sum = subscription.Status switch
                {
                    SubscriptionStatus.Enabled => sum with { Enabled = sum.Enabled + subscription.Units },
                    SubscriptionStatus.Warning => sum with { Warning = sum.Warning + subscription.Units },
                    SubscriptionStatus.Suspended => sum with { Suspended = sum.Suspended + subscription.Units },
                    SubscriptionStatus.LockedOut => sum with { LockedOut = sum.LockedOut + subscription.Units },
                    SubscriptionStatus.Deleted => sum,
                };
            }
        }

        return sum;
    }

    /// <summary>The status of a SKU: the best one that has units, else the best of any subscription (B44).</summary>
    public static SubscriptionStatus CapabilityOf(this ValueArray<Subscription> subscriptions, int sku)
    {
        SubscriptionStatus best = SubscriptionStatus.Deleted;
        foreach (Subscription subscription in subscriptions.Span)
        {
            best = subscription.Sku == sku && subscription.Status < best ? subscription.Status : best;
        }

        return subscriptions.UnitsOf(sku).Capability(best);
    }
}
