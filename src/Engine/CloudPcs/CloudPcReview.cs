namespace Berth.Engine.CloudPcs;

/// <summary>A Cloud PC that an administrator looks into: <c>cloudPcReviewStatus</c> (B373).</summary>
/// <param name="StartedAt">Since when, by the tenant's clock.</param>
/// <param name="IsRestricted">Whether its user is kept out meanwhile.</param>
/// <param name="StorageAccountId">The Azure resource id of the storage account that was named for it; null for none. Nothing is copied there.</param>
/// <param name="StorageContainerName">The container of that account; null for none.</param>
public sealed record CloudPcReview(DateTimeOffset StartedAt, bool IsRestricted, string? StorageAccountId, string? StorageContainerName)
{
    /// <summary>The longest resource id, in UTF-16 characters.</summary>
    public const int LongestAccountId = 1024;

    /// <summary>The longest name of a container, in UTF-16 characters, as Azure has it.</summary>
    public const int LongestContainerName = 63;
}
