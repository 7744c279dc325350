using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;
using Berth.Engine.Licensing;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>Counts who would lose a license, before the first is taken (B594). It reads the list's users, and writes nothing.</summary>
internal static class RemovalGuard
{
    /// <summary>The SKU that many of its holders would lose, in a sentence; null when there is none.</summary>
    /// <remarks>A run that goes on where another was cut off finds fewer holders and fewer who lose: what was let through once is let through again.</remarks>
    public static async Task<string?> LookAsync(GraphClient graph, UserList list, SkuBook book, BulkJob job, CancellationToken cancel)
    {
        if (!job.TakesAway || list.Rows.Count < MassRemoval.Least)
        {
            return null;
        }

        Dictionary<Guid, int> losing = [];
        await foreach ((_, WireUser? user, _) in UserReading.ReadAsync(graph, list, cancel).ConfigureAwait(false))
        {
            if (user is null || job.For(user) is not BulkStep.Switch { Licenses: var change })
            {
                continue;
            }

            foreach (Guid sku in change.RemoveLicenses.Where(sku => (user.LicenseAssignmentStates ?? []).Count(held => held.SkuId == sku && held.IsApplied) == 1))
            {
                losing[sku] = losing.GetValueOrDefault(sku) + 1;
                if (IsMany(losing[sku], book.Of(sku).Owned?.ConsumedUnits ?? 0))
                {
                    return $"more than {MassRemoval.Percent} % of the {book.Of(sku).Owned?.ConsumedUnits ?? 0} holders of {book.Of(sku).PartNumber} would lose it, {losing[sku]} of this list at least: "
                        + "give --allow-mass-removal if that is what you want. Nothing was changed (B594).";
                }
            }
        }

        return null;
    }

    /// <summary>Whether so many of the holders are many: the measure of B505.</summary>
    public static bool IsMany(int losing, int holders) => losing >= MassRemoval.Least && losing * 100L > holders * (long)MassRemoval.Percent;
}
