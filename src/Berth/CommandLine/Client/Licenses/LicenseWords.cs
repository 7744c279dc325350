using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Licenses;

/// <summary>Between what people write and read about licenses and what the wire carries.</summary>
internal static class LicenseWords
{
    /// <summary>The licenses of the names given; null when a name is unclear, which has then been told.</summary>
    public static IReadOnlyList<WireLicense>? Read(Screen screen, SkuBook book, IReadOnlyList<string> skus, IReadOnlyList<string> disabledPlans)
    {
        switch (book.FindAll(skus))
        {
            case Naming<IReadOnlyList<NamedSku>>.Unclear unclear:
                screen.Warn(unclear.Problem);
                return null;
            case Naming<IReadOnlyList<NamedSku>>.One one:
                switch (SkuBook.Disable(one.Value, disabledPlans))
                {
                    case Naming<IReadOnlyList<WireLicense>>.Unclear unclear:
                        screen.Warn(unclear.Problem);
                        return null;
                    case Naming<IReadOnlyList<WireLicense>>.One licenses:
                        return licenses.Value;
                }

                break;
        }

        throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>What a change does, such as <c>added SPE_E3 without SWAY, removed STANDARDPACK</c>.</summary>
    public static string Describe(SkuBook book, WireChange change)
    {
        IEnumerable<string> added = change.AddLicenses.Select(one => $"added {Name(book, one)}");
        return string.Join(", ", added.Concat(change.RemoveLicenses.Select(id => $"removed {book.Of(id).PartNumber}")));
    }

    /// <summary>Licenses by name, such as <c>SPE_E3 without SWAY, FLOW_FREE</c>.</summary>
    public static string Name(SkuBook book, IEnumerable<WireLicense> licenses) => string.Join(", ", licenses.Select(one => Name(book, one)));

    private static string Name(SkuBook book, WireLicense one) =>
        $"{book.Of(one.SkuId).PartNumber}{(one.DisabledPlans is { Count: > 0 } off ? $" without {string.Join(" and ", Plans(book, one.SkuId, off).Select(plan => plan.ServicePlanName))}" : "")}";

    /// <summary>Plans of a SKU by name.</summary>
    public static IReadOnlyList<PlanAnswer> Plans(SkuBook book, Guid sku, IReadOnlyList<Guid>? ids) =>
        [.. (ids ?? []).Select(id => new PlanAnswer(id, book.Of(sku).Plans.FirstOrDefault(plan => plan.Id == id)?.Name ?? $"{id}"))];
}
