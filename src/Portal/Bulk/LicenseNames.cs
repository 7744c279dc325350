using Berth.Portal.Graph;

namespace Berth.Portal.Bulk;

/// <summary>The names of the tenant's licenses: part number, product name or id. A product name of two SKUs names neither.</summary>
internal sealed class LicenseNames
{
    private static readonly char[] _between = [',', ';', '+', '|', '\n'];

    private readonly IReadOnlyDictionary<Guid, SubscribedSku> _skus;
    private readonly Dictionary<string, Guid?> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of SKUs.</summary>
    /// <param name="skus">The tenant's.</param>
    /// <param name="catalog">Berth's catalog, for product names.</param>
    public LicenseNames(IReadOnlyDictionary<Guid, SubscribedSku> skus, IEnumerable<CatalogSku> catalog)
    {
        _skus = skus;
        foreach (CatalogSku sku in catalog.Where(sku => skus.ContainsKey(sku.SkuId)))
        {
            Name(sku.ProductName, sku.SkuId);
        }

        // A part number is surer than a product name.
        foreach (SubscribedSku sku in skus.Values)
        {
            _names.Remove(sku.SkuPartNumber);
        }

        foreach (SubscribedSku sku in skus.Values)
        {
            Name(sku.SkuPartNumber, sku.SkuId);
        }
    }

    /// <summary>The SKUs that a field names, several parted by a comma, semicolon or plus; or a sentence on the first that nobody knows.</summary>
    public (IReadOnlyList<Guid> Skus, string? Problem) Read(string field)
    {
        if (_names.TryGetValue(field.Trim(), out Guid? whole) && whole is { } sku)
        {
            return ([sku], null);
        }

        List<Guid> found = [];
        foreach (string name in field.Split(_between, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Guid.TryParse(name, out Guid id) ? _skus.ContainsKey(id) : _names.TryGetValue(name, out Guid? named) && (id = named ?? Guid.Empty) != Guid.Empty)
            {
                if (!found.Contains(id))
                {
                    found.Add(id);
                }
            }
            else
            {
                return ([], _names.ContainsKey(name) ? $"'{name}' names two licenses of this tenant: write the id of the one that is meant." : $"This tenant has no license '{name}'.");
            }
        }

        return found.Count == 0 ? ([], "It names no license.") : (found, null);
    }

    private void Name(string name, Guid sku) => _names[name] = _names.TryGetValue(name, out Guid? other) && other != sku ? null : sku;
}
