using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary><c>bulk swap</c>: one SKU goes and another comes in the same call, so that nobody is without in between and no seat is needed twice (B592).</summary>
/// <param name="Old">What goes.</param>
/// <param name="Young">What comes.</param>
/// <param name="Disabled">The plans of what comes that are off; null for those that were off before.</param>
/// <param name="Book">The names.</param>
/// <param name="UsageLocation">See <see cref="BulkJob"/>.</param>
internal sealed record SwapJob(NamedSku Old, NamedSku Young, IReadOnlyList<Guid>? Disabled, SkuBook Book, string? UsageLocation)
    : BulkJob(UsageLocation, $"swapped {Old.PartNumber} for {LicenseWords.Name(Book, [new WireLicense(Disabled, Young.Id)])}")
{
    /// <inheritdoc/>
    public override string Done => "swapped";

    /// <inheritdoc/>
    public override bool TakesAway => false;

    /// <inheritdoc/>
    public override BulkStep For(WireUser user)
    {
        if (Direct(user, Old.Id) is not { } old)
        {
            return GivenBy(user, Old.Id) is { Length: > 0 } groups ? OnlyInherited(user, Old, groups)
                : Nothing(RowFate.LeftAlone, $"{user.UserPrincipalName} does not have {Old.PartNumber}, and is left alone.");
        }

        // Who has the new one directly already keeps it as it is, unless the plans were named.
        string stays = StaysInherited(user, Book, [Old.Id]);
        if (Direct(user, Young.Id) is { } young && (Disabled is null || Disabled.ToHashSet().SetEquals(young.DisabledPlans ?? [])))
        {
            return new BulkStep.Switch(new WireChange([], [Old.Id]), $"; {Young.PartNumber} was there already{stays}");
        }

        Guid[] off = Disabled is null ? Kept(old.DisabledPlans ?? []) : [.. Disabled];
        string kept = Disabled is null && off.Length > 0 ? $"; off as before: {string.Join(", ", LicenseWords.Plans(Book, Young.Id, off).Select(plan => plan.ServicePlanName))}" : "";
        return new BulkStep.Switch(new WireChange([new WireLicense(off, Young.Id)], [Old.Id]), kept + stays);
    }

    // A plan that was off stays off where the new SKU has it, by its id or under its name.
    private Guid[] Kept(IReadOnlyList<Guid> off)
    {
        HashSet<string> names = new(Old.Plans.Where(plan => off.Contains(plan.Id)).Select(plan => plan.Name), StringComparer.OrdinalIgnoreCase);
        return [.. Young.Plans.Where(plan => off.Contains(plan.Id) || names.Contains(plan.Name)).Select(plan => plan.Id)];
    }
}
