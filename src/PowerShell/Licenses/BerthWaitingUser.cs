namespace Berth.PowerShell;

/// <summary>A user who waits for a seat, in the order in which seats are given.</summary>
/// <param name="Position">The place in the line of its SKU, from 1.</param>
/// <param name="UserPrincipalName">The user.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Group">The group that is to give the license.</param>
/// <param name="GroupId">The group's id.</param>
/// <param name="Sku">The SKU's part number.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="WaitingSince">Since when.</param>
public sealed record BerthWaitingUser(
    int Position, string UserPrincipalName, string UserId, string Group, string GroupId, string Sku, string SkuId, DateTimeOffset? WaitingSince);
