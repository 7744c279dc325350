using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>
/// Says what a run would do, without doing it: who has it already, who is unknown, who lacks a usage location, and who comes too late for a seat when the rows
/// are served in order. Whether plans exclude or need one another only the server knows.
/// </summary>
internal sealed class Foresight(BulkJob job, SkuBook book)
{
    private readonly Dictionary<Guid, int> _free = book.Owned.ToDictionary(sku => sku.Id, sku => sku.Owned!.Free());

    /// <summary>What would become of the next row.</summary>
    public RowOutcome Next(WireUser user) => job.For(user) switch
    {
        BulkStep.Settled settled => settled.Outcome,
        BulkStep.Switch step => Next(user, step),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private RowOutcome Next(WireUser user, BulkStep.Switch step)
    {
        WireChange left = step.Licenses;
        WireAssignment[] applied = [.. (user.LicenseAssignmentStates ?? []).Where(state => state.IsApplied)];
        if (left.RemoveLicenses.Any(sku => applied.All(held => held.SkuId != sku || held.AssignedByGroup is not null)))
        {
            return RowOutcome.Failure("inheritedFromGroup", $"{user.UserPrincipalName} has the license to take away from a group only.");
        }

        if (left.AddLicenses.Count > 0 && user.UsageLocation is null && job.UsageLocation is null)
        {
            return RowOutcome.Failure("usageLocationMissing", $"{user.UserPrincipalName} has no usage location.");
        }

        Guid[] seats = [.. left.AddLicenses.Select(one => one.SkuId).Where(sku => applied.All(held => held.SkuId != sku))];
        foreach (Guid sku in seats)
        {
            if (_free.GetValueOrDefault(sku) < 1)
            {
                return RowOutcome.Failure("seatsExhausted", $"No seat of {book.Of(sku).PartNumber} would be left for {user.UserPrincipalName}.");
            }
        }

        foreach (Guid sku in seats)
        {
            _free[sku]--;
        }

        foreach (Guid sku in left.RemoveLicenses.Where(sku => applied.Count(held => held.SkuId == sku) == 1))
        {
            _free[sku] = _free.GetValueOrDefault(sku) + 1;
        }

        return new RowOutcome(RowFate.Changed, "", job.DoneWords(user, step));
    }
}
