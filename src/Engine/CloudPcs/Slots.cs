using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.CloudPcs;

/// <summary>How many Cloud PCs a tenant may have (B264).</summary>
public static class Slots
{
    /// <summary>The slots of a plan, by its index: the assignable units of every SKU that has it.</summary>
    public static long Of(SkuCatalog catalog, ValueArray<Subscription> subscriptions, int plan)
    {
        long slots = 0;
        foreach (ref readonly Subscription subscription in subscriptions.Span)
        {
            if (subscription.Status <= SubscriptionStatus.Warning && catalog.Skus[subscription.Sku].Plans.Span.Contains(plan))
            {
                slots += subscription.Units;
            }
        }

        return slots;
    }
}
