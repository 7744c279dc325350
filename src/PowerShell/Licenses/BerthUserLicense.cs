namespace Berth.PowerShell;

/// <summary>A license of a user on one way: given directly, or by a group.</summary>
/// <param name="UserPrincipalName">The user.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Sku">The SKU's part number.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="Source"><c>direct</c>, or the name of the group that gives it.</param>
/// <param name="GroupId">The group's id; null when it is direct.</param>
/// <param name="State"><c>Active</c>, <c>ActiveWithError</c> or <c>Error</c>.</param>
/// <param name="Error">What stands against it, such as <c>CountViolation</c>; <c>None</c> when nothing does.</param>
/// <param name="DisabledPlans">The ids of the service plans that are off.</param>
/// <param name="LastUpdated">When it became so.</param>
public sealed record BerthUserLicense(
    string UserPrincipalName,
    string UserId,
    string Sku,
    string SkuId,
    string Source,
    string? GroupId,
    string State,
    string Error,
    IReadOnlyList<string> DisabledPlans,
    DateTimeOffset? LastUpdated);
