using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary><c>bulk replace</c>: a user's direct licenses become exactly these; what groups give is left alone (B591).</summary>
/// <param name="Licenses">The licenses that are to be there, with the plans that are off.</param>
/// <param name="Book">Their names.</param>
/// <param name="UsageLocation">See <see cref="BulkJob"/>.</param>
internal sealed record ReplaceJob(IReadOnlyList<WireLicense> Licenses, SkuBook Book, string? UsageLocation)
    : BulkJob(UsageLocation, $"direct licenses are {LicenseWords.Name(Book, Licenses)}")
{
    /// <inheritdoc/>
    public override string Done => "replaced";

    /// <inheritdoc/>
    public override bool TakesAway => true;

    /// <inheritdoc/>
    public override BulkStep For(WireUser user)
    {
        WireLicense[] add = Lacking(user, Licenses);
        Guid[] remove = [.. StatesOf(user).Where(held => held.AssignedByGroup is null).Select(held => held.SkuId).Except(Licenses.Select(one => one.SkuId))];
        string gone = remove.Length == 0 ? "" : $"; gone: {string.Join(", ", remove.Select(sku => Book.Of(sku).PartNumber))}";
        return add.Length == 0 && remove.Length == 0
            ? Nothing(RowFate.Already, $"{user.UserPrincipalName} has just these directly.")
            : new BulkStep.Switch(new WireChange(add, remove), gone + StaysInherited(user, Book, remove));
    }
}
