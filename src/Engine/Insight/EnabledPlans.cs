using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>The service plans that a user has switched on, whatever the SKU and the source.</summary>
internal static class EnabledPlans
{
    /// <summary>Indexes of the plans, each once.</summary>
    public static IEnumerable<int> Of(Tenant tenant, int user) => Of(tenant, tenant.LicensesOf(user));

    /// <summary>Indexes of the plans of some licenses, each once.</summary>
    public static IEnumerable<int> Of(Tenant tenant, UserLicenses licenses) => HeldPlan.Of(tenant.Catalog, tenant.Subscriptions, licenses).Select(static held => held.Plan.Index);
}
