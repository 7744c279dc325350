namespace Berth.CommandLine.Client.AsCode.Export;

/// <summary>What an export writes (B558).</summary>
/// <param name="Groups">These groups; null for every one that gives a license or that a policy is assigned to.</param>
/// <param name="Users">These users; null for everybody with a direct license.</param>
/// <param name="Policies">These policies; null for every one that is assigned.</param>
/// <param name="Skus">Of the licenses, those of these SKUs; null for all.</param>
internal sealed record ExportScope(IReadOnlySet<Guid>? Groups, IReadOnlySet<Guid>? Users, IReadOnlySet<Guid>? Policies, IReadOnlySet<Guid>? Skus)
{
    /// <summary>The whole tenant.</summary>
    public static ExportScope All { get; } = new(null, null, null, null);

    /// <summary>Whether every scope that is written whole is declared exclusive.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Whether a license of a SKU is written.</summary>
    public bool Has(Guid sku) => Skus?.Contains(sku) != false;
}
