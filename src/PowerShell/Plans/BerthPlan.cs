namespace Berth.PowerShell;

/// <summary>What changes would do to every user, seat and Cloud PC (B500, B503). It can be applied for an hour.</summary>
/// <param name="PlanId">The id under which it is applied.</param>
/// <param name="Version">The version of the tenant that it was drawn on.</param>
/// <param name="Changes">Whether anything would be written at all.</param>
/// <param name="UsersGaining">Users who get a license.</param>
/// <param name="UsersLosing">Users who lose one.</param>
/// <param name="UsersInError">Users who get an error.</param>
/// <param name="CloudPcsProvisioned">Cloud PCs that come up.</param>
/// <param name="CloudPcsEnteringGrace">Cloud PCs that enter their grace period.</param>
/// <param name="CloudPcsLosingData">Cloud PCs whose data is destroyed.</param>
/// <param name="Licenses">A row for each license that changes, what is lost first.</param>
/// <param name="Pools">The seats before and after.</param>
/// <param name="Warnings">What a person should read.</param>
public sealed record BerthPlan(
    string PlanId,
    long Version,
    bool Changes,
    long UsersGaining,
    long UsersLosing,
    long UsersInError,
    long CloudPcsProvisioned,
    long CloudPcsEnteringGrace,
    long CloudPcsLosingData,
    IReadOnlyList<BerthLicenseChange> Licenses,
    IReadOnlyList<BerthPool> Pools,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Whether it takes a license or a Cloud PC away from anybody: then it is asked about (B843).</summary>
    public bool TakesAway => UsersLosing > 0 || CloudPcsEnteringGrace > 0 || CloudPcsLosingData > 0 || TakesMachines || Licenses.Any(static row => row.Before is not null && row.After is null);

    internal bool TakesMachines { get; init; }

    /// <summary>Its figures in a sentence.</summary>
    public override string ToString() => !Changes
        ? "Nothing would change."
        : $"{UsersGaining} gain a license, {UsersLosing} lose one, {UsersInError} get an error; {CloudPcsProvisioned} Cloud PCs come up, {CloudPcsEnteringGrace} enter grace, {CloudPcsLosingData} lose their data.";
}

/// <summary>What becomes of a license of a user on one way.</summary>
/// <param name="UserPrincipalName">The user.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Sku">The SKU's part number; empty when the user's licenses stay as they are.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="Source"><c>direct</c>, or the id of the group that gives it.</param>
/// <param name="Before">The state before; null when there was none.</param>
/// <param name="After">The state afterwards; null when it is gone.</param>
/// <param name="Error">What stands against it afterwards; <c>None</c> when nothing does.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Applied">Whether it was done; false when it was only to be shown.</param>
/// <param name="OperationId">The operation that did it, for Undo-BerthOperation; empty when it was not done or changed nothing.</param>
public sealed record BerthLicenseChange(
    string UserPrincipalName,
    string UserId,
    string Sku,
    string SkuId,
    string Source,
    string? Before,
    string? After,
    string Error,
    string Reason,
    bool Applied,
    string OperationId)
{
    /// <summary>It in a few words.</summary>
    public override string ToString() => $"{UserPrincipalName}: {Sku} {Before ?? "nothing"} -> {After ?? "nothing"}{(Error is "None" ? "" : ", " + Error)}";
}

/// <summary>The seats of a SKU before and after.</summary>
/// <param name="Sku">The SKU's part number.</param>
/// <param name="SkuId">The SKU's id.</param>
/// <param name="Assignable">The units that can be given.</param>
/// <param name="ConsumedBefore">Seats taken before.</param>
/// <param name="ConsumedAfter">Seats taken afterwards.</param>
/// <param name="WaitingBefore">Users waiting before.</param>
/// <param name="WaitingAfter">Users waiting afterwards.</param>
public sealed record BerthPool(string Sku, string SkuId, long Assignable, long ConsumedBefore, long ConsumedAfter, long WaitingBefore, long WaitingAfter)
{
    /// <summary>It in a few words.</summary>
    public override string ToString() => $"{Sku}: {ConsumedBefore} of {Assignable} before, {ConsumedAfter} after";
}
