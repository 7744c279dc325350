using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary><c>bulk remove</c>: direct licenses to take away (B590).</summary>
/// <param name="Skus">The SKUs.</param>
/// <param name="Book">Their names.</param>
internal sealed record RemoveJob(IReadOnlyList<Guid> Skus, SkuBook Book)
    : BulkJob(null, LicenseWords.Describe(Book, new WireChange([], Skus)))
{
    /// <inheritdoc/>
    public override string Done => "removed";

    /// <inheritdoc/>
    public override bool TakesAway => true;

    /// <inheritdoc/>
    public override BulkStep For(WireUser user)
    {
        Guid[] remove = [.. Skus.Where(sku => Direct(user, sku) is not null)];
        foreach (Guid sku in Skus.Except(remove))
        {
            if (GivenBy(user, sku) is { Length: > 0 } groups)
            {
                return OnlyInherited(user, Book.Of(sku), groups);
            }
        }

        return remove.Length == 0
            ? Nothing(RowFate.Already, $"{user.UserPrincipalName} has none of it.")
            : new BulkStep.Switch(new WireChange([], remove), StaysInherited(user, Book, remove));
    }
}
