using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory.Rules;

namespace Berth.Engine.Licensing;

/// <summary>A plan that a license in force switches on for a user: a row of <c>assignedPlans</c> (B139).</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Sku">The first SKU, in the order of the catalog, that gives it.</param>
/// <param name="Status">That SKU's status (B44).</param>
public readonly record struct HeldPlan(ServicePlan Plan, int Sku, SubscriptionStatus Status)
{
    /// <summary>The plans of a user's licenses, each once.</summary>
    public static HeldPlan[] Of(SkuCatalog catalog, ValueArray<Subscription> subscriptions, UserLicenses licenses)
    {
        if (ReferenceEquals(licenses, UserLicenses.None))
        {
            return [];
        }

        int[] skus = licenses.Held();
        int most = 0;
        foreach (int sku in skus)
        {
            most += catalog.Skus[sku].Plans.Count;
        }

        HeldPlan[] held = new HeldPlan[most];
        int count = 0;
        HashSet<int>? seen = skus.Length > 1 ? [] : null;
        foreach (int sku in skus)
        {
            SubscriptionStatus status = subscriptions.CapabilityOf(sku);
            ValueArray<int> disabled = licenses.MergedDisabled(sku);
            foreach (int plan in catalog.Skus[sku].Plans)
            {
                if (disabled.Span.BinarySearch(plan) < 0 && seen?.Add(plan) != false)
                {
                    held[count++] = new HeldPlan(catalog.Plans[plan], sku, status);
                }
            }
        }

        return count == most ? held : held[..count];
    }

    /// <summary>The row as rules read it.</summary>
    public RulePlan ForRules() => new(Plan.Id, Plan.Service, Status switch
    {
        SubscriptionStatus.Enabled => "Enabled",
        SubscriptionStatus.Warning => "Warning",
        SubscriptionStatus.Suspended => "Suspended",
        SubscriptionStatus.LockedOut => "LockedOut",
        SubscriptionStatus.Deleted => "Deleted",
    });
}
