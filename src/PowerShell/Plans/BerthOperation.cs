namespace Berth.PowerShell;

/// <summary>Something that happened: an entry of the history (B520 to B522).</summary>
/// <param name="OperationId">Its id, for Undo-BerthOperation.</param>
/// <param name="At">When, on the tenant's clock.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Kind">What it was, such as <c>assignUserLicenses</c>.</param>
/// <param name="Version">The version of the tenant that it made.</param>
/// <param name="Before">What it changed, as it was.</param>
/// <param name="After">What it changed, as it became.</param>
public sealed record BerthOperation(string OperationId, DateTimeOffset? At, string Actor, string Kind, long Version, object? Before, object? After);

/// <summary>What was applied.</summary>
/// <param name="OperationId">The operation, for Undo-BerthOperation; empty when nothing changed.</param>
/// <param name="Version">The version of the tenant afterwards.</param>
/// <param name="Applied">Whether it was done; false when it was only to be shown.</param>
/// <param name="Plan">What it did, as it was planned; null when a plan was applied by its id alone.</param>
/// <param name="NotUndone">What an undo could not set back, a sentence each.</param>
public sealed record BerthOperationResult(string OperationId, long Version, bool Applied, BerthPlan? Plan, IReadOnlyList<string> NotUndone);
