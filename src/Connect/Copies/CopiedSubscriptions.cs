using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;

namespace Berth.Connect.Copies;

/// <summary>
/// The purchases behind a SKU. What counts are the units that <c>subscribedSkus</c> shows; the subscriptions are taken where they come to the same, and else made up of
/// the units, one for each status (B565).
/// </summary>
internal static class CopiedSubscriptions
{
    public static IEnumerable<Subscription> Of(TenantCopy copy, GraphSku sku, int index)
    {
        GraphUnits units = sku.PrepaidUnits ?? new GraphUnits(0, 0, 0, 0);
        Subscription[] told = [.. copy.Subscriptions.Where(one => one.SkuId == sku.SkuId)
            .Select(one => new Subscription(one.Id, index, Bounded(one.TotalLicenses), StatusOf(one.Status), one.IsTrial == true, one.CreatedDateTime ?? default)
            {
                Owner = OwnerOf(one),
            })];
        (SubscriptionStatus Status, int Units)[] shown =
        [
            (SubscriptionStatus.Enabled, units.Enabled), (SubscriptionStatus.Warning, units.Warning), (SubscriptionStatus.Suspended, units.Suspended), (SubscriptionStatus.LockedOut, units.LockedOut),
        ];
        if (told.Length > 0 && Array.TrueForAll(shown, one => told.Where(other => other.Status == one.Status).Sum(static other => (long)other.Units) == one.Units))
        {
            return told;
        }

        (SubscriptionStatus Status, int Units)[] some = [.. shown.Where(static one => one.Units > 0)];
        return (some.Length > 0 ? some : [(StatusOf(sku.CapabilityStatus), 0)]).Select(one =>
            new Subscription(IdsByName.Of(copy.Head.Organization.Id, $"subscription/{sku.SkuId}/{one.Status}"), index, Bounded(one.Units), one.Status, false, default));
    }

    private static SubscriptionOwner? OwnerOf(GraphSubscription one) => one.OwnerType is { Length: > 0 and <= SubscriptionOwner.LongestType } type
        ? new SubscriptionOwner(type, Guid.TryParse(one.OwnerId, out Guid id) ? id : null)
        : null;

    private static int Bounded(int units) => Math.Clamp(units, 0, Subscription.MostUnits);

    private static SubscriptionStatus StatusOf(string? status) =>
        Enum.TryParse(status, ignoreCase: true, out SubscriptionStatus known) && Enum.IsDefined(known) ? known : SubscriptionStatus.Suspended;
}
