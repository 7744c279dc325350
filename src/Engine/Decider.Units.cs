using Berth.Engine.Catalog;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>The units of a SKU as a number, whatever its subscriptions (B502).</content>
internal sealed partial class Decider
{
    private Refusal? SetUnits(Command.SetUnits set)
    {
        if (!_draft.Catalog.TryGetSku(set.SkuId, out Sku? sku))
        {
            return new Refusal(RefusalCode.SkuNotInTenant) { Subject = set.SkuId };
        }

        if (CheckUnits(set.Units) is { } wrong)
        {
            return wrong;
        }

        // The newest first: what was bought last grows, and goes first.
        Subscription[] usable = [.. _draft.Subscriptions.Where(one => one.Sku == sku.Index && one.Status <= SubscriptionStatus.Warning).Reverse()];
        long units = usable.Sum(static one => (long)one.Units);
        if (set.Units > units)
        {
            Subscription? grows = usable.FirstOrDefault(static one => one.Status == SubscriptionStatus.Enabled);
            long more = set.Units - units;
            return grows is null ? CreateSubscription(new Command.CreateSubscription(set.Id, set.SkuId, (int)more, SubscriptionStatus.Enabled, IsTrial: false))
                : CheckUnits(checked((int)(grows.Units + more))) ?? Put(grows with { Units = (int)(grows.Units + more) });
        }

        foreach (Subscription one in usable)
        {
            int less = (int)Math.Min(units - set.Units, one.Units);
            if (less > 0)
            {
                Put(one with { Units = one.Units - less });
                units -= less;
            }
        }

        return null;
    }
}
