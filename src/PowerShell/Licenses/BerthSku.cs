namespace Berth.PowerShell;

/// <summary>A SKU that the tenant has a subscription of.</summary>
/// <param name="SkuPartNumber">The part number, such as <c>CPC_E_4C_16GB_512GB</c>.</param>
/// <param name="SkuId">The id.</param>
/// <param name="Status">The capability status, such as <c>Enabled</c>.</param>
/// <param name="AppliesTo"><c>User</c> or <c>Company</c>.</param>
/// <param name="Assignable">The units that can be given: enabled and in their warning time.</param>
/// <param name="Consumed">The users who have it.</param>
/// <param name="Available">The seats that are free.</param>
/// <param name="ServicePlans">Its service plans.</param>
public sealed record BerthSku(
    string SkuPartNumber, string SkuId, string Status, string AppliesTo, long Assignable, long Consumed, long Available, IReadOnlyList<BerthServicePlan> ServicePlans);

/// <summary>A service plan of a SKU.</summary>
/// <param name="ServicePlanName">The name, such as <c>SWAY</c>.</param>
/// <param name="ServicePlanId">The id.</param>
/// <param name="AppliesTo"><c>User</c> or <c>Company</c>.</param>
public sealed record BerthServicePlan(string ServicePlanName, string ServicePlanId, string AppliesTo)
{
    /// <summary>Its name.</summary>
    public override string ToString() => ServicePlanName;
}
