using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary><c>bulk assign</c>: licenses to give, and some to take away in the same step.</summary>
/// <param name="Change">The licenses to assign and to take away.</param>
/// <param name="UsageLocation">See <see cref="BulkJob"/>.</param>
/// <param name="Words">See <see cref="BulkJob"/>.</param>
internal sealed record AssignJob(WireChange Change, string? UsageLocation, string Words) : BulkJob(UsageLocation, Words)
{
    /// <inheritdoc/>
    public override string Done => Change.AddLicenses.Count == 0 ? "removed" : "assigned";

    /// <inheritdoc/>
    public override bool TakesAway => Change.AddLicenses.Count == 0;

    /// <summary>
    /// SKUs held directly with the same plans off need nothing, nor does taking away what the user has from nowhere.
    /// What only a group gives is asked for all the same, so that the server's refusal is told.
    /// </summary>
    public override BulkStep For(WireUser user)
    {
        WireLicense[] add = Lacking(user, Change.AddLicenses);
        Guid[] remove = [.. Change.RemoveLicenses.Where(sku => StatesOf(user).Any(held => held.SkuId == sku && (held.AssignedByGroup is null || held.IsApplied)))];
        return add.Length == 0 && remove.Length == 0
            ? Nothing(RowFate.Already, $"{user.UserPrincipalName} has it already.")
            : new BulkStep.Switch(new WireChange(add, remove), "");
    }
}
