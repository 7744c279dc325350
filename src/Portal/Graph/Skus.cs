namespace Berth.Portal.Graph;

/// <summary>The tenant's SKUs by id, read once and kept until <see cref="Forget"/>: every list shows part numbers where Graph answers ids.</summary>
public sealed class Skus(GraphClient graph)
{
    private Task<IReadOnlyDictionary<Guid, SubscribedSku>>? _read;

    /// <summary>The SKUs.</summary>
    public async Task<IReadOnlyDictionary<Guid, SubscribedSku>> ReadAsync()
    {
        _read ??= LoadAsync();
        try
        {
            return await _read;
        }
        catch (GraphException)
        {
            // The next reader asks again.
            Forget();
            throw;
        }
    }

    /// <summary>Units or holders have changed: the next reader asks again.</summary>
    public void Forget() => _read = null;

    private async Task<IReadOnlyDictionary<Guid, SubscribedSku>> LoadAsync()
    {
        Dictionary<Guid, SubscribedSku> found = [];
        for (string? address = "v1.0/subscribedSkus"; address is not null;)
        {
            GraphPage<SubscribedSku> page = await graph.GetAsync(address, GraphJson.Default.GraphPageSubscribedSku);
            foreach (SubscribedSku sku in page.Value)
            {
                found[sku.SkuId] = sku;
            }

            address = page.NextLink;
        }

        return found;
    }
}
