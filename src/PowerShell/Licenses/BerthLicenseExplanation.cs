namespace Berth.PowerShell;

/// <summary>Why a user has or lacks a license, and what would help (B530 to B534).</summary>
/// <param name="UserPrincipalName">The user.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Sku">The SKU's part number.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="Has">Whether the user has it.</param>
/// <param name="Paths">The ways on which it comes or should come.</param>
/// <param name="Blockers">The rules that fail.</param>
/// <param name="Ahead">How many wait before the user; null when the user does not wait.</param>
/// <param name="WaitingSince">Since when the user waits.</param>
/// <param name="CloudPcs">What the Cloud PC that comes with it lacks, a sentence each.</param>
/// <param name="Fixes">Changes after which the user has it, the shortest first.</param>
public sealed record BerthLicenseExplanation(
    string UserPrincipalName,
    string UserId,
    string Sku,
    string SkuId,
    bool Has,
    IReadOnlyList<BerthLicensePath> Paths,
    IReadOnlyList<BerthLicenseBlocker> Blockers,
    long? Ahead,
    DateTimeOffset? WaitingSince,
    IReadOnlyList<string> CloudPcs,
    IReadOnlyList<BerthLicenseFix> Fixes);

/// <summary>A way on which a license comes, or should.</summary>
/// <param name="Source"><c>direct</c>, or the group's name.</param>
/// <param name="State"><c>Active</c>, <c>ActiveWithError</c> or <c>Error</c>.</param>
/// <param name="Error">What stands against it; <c>None</c> when nothing does.</param>
public sealed record BerthLicensePath(string Source, string State, string Error)
{
    /// <summary>It in a few words.</summary>
    public override string ToString() => Error is "None" ? $"{Source}: {State}" : $"{Source}: {State}, {Error}";
}

/// <summary>A rule that fails.</summary>
/// <param name="Source"><c>direct</c>, or the group's name.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="Code">The machine code.</param>
/// <param name="Message">What stands in the way, in the server's words.</param>
public sealed record BerthLicenseBlocker(string Source, string Rule, string Code, string Message)
{
    /// <summary>The message.</summary>
    public override string ToString() => Message;
}

/// <summary>Changes after which the user has the license. Pipe it to New-BerthPlan to see all it does.</summary>
/// <param name="Description">What is done, in words.</param>
/// <param name="UsersLosing">How many users it takes a license from.</param>
/// <param name="CloudPcsLosingData">How many Cloud PCs lose their data.</param>
/// <param name="Changes">The changes.</param>
public sealed record BerthLicenseFix(string Description, long UsersLosing, long CloudPcsLosingData, IReadOnlyList<object> Changes)
{
    /// <summary>What is done.</summary>
    public override string ToString() => Description;
}
