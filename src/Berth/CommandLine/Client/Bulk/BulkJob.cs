using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>What is to be done for every user of a list.</summary>
/// <param name="Change">The licenses to assign and to take away.</param>
/// <param name="UsageLocation">The country to give a user who has none, or null.</param>
/// <param name="Words">The change in words; a row of the result that was assigned says the same.</param>
internal sealed record BulkJob(WireChange Change, string? UsageLocation, string Words)
{
    /// <summary>
    /// What is left to do for one user: SKUs held directly with the same plans off need nothing, nor does taking away what the user has from nowhere.
    /// What only a group gives is asked for all the same, so that the server's refusal is told. Null when nothing is left.
    /// </summary>
    public WireChange? Left(WireUser user)
    {
        IReadOnlyList<WireAssignment> states = user.LicenseAssignmentStates ?? [];
        WireLicense[] add = [.. Change.AddLicenses.Where(wanted => !states.Any(held =>
            held.AssignedByGroup is null && held.SkuId == wanted.SkuId && (held.DisabledPlans ?? []).ToHashSet().SetEquals(wanted.DisabledPlans ?? [])))];
        Guid[] remove = [.. Change.RemoveLicenses.Where(sku => states.Any(held => held.SkuId == sku && (held.AssignedByGroup is null || held.IsApplied)))];
        return add.Length == 0 && remove.Length == 0 ? null : new WireChange(add, remove);
    }

    /// <summary>What outcomes of this job are called.</summary>
    public OutcomeWords OutcomeWords(bool isDryRun) => new(Change.AddLicenses.Count == 0, isDryRun);

    /// <summary>Whether the user must get a country first.</summary>
    public bool NeedsLocation(WireUser user) => UsageLocation is not null && user.UsageLocation is null && Change.AddLicenses.Count > 0;

    /// <summary>The request that makes a change.</summary>
    public static GraphCall Call(WireUser user, WireChange change) =>
        GraphCall.Write(HttpMethod.Post, $"{UserCommands.PathOf($"{user.Id}")}/assignLicense", change, WireJson.Default.WireChange);
}
