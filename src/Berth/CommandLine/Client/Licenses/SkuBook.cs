using Berth.CommandLine.Client.Wire;
using Berth.Engine.Catalog;

namespace Berth.CommandLine.Client.Licenses;

/// <summary>A service plan with its names.</summary>
internal sealed record NamedPlan(Guid Id, string Name, string FriendlyName);

/// <summary>A SKU with its names.</summary>
/// <param name="Id">The id.</param>
/// <param name="PartNumber">The part number, or the id when nobody knows a name.</param>
/// <param name="ProductName">The name people read.</param>
/// <param name="Plans">Its service plans.</param>
/// <param name="Owned">What the tenant has of it; null when it has no subscription of it.</param>
internal sealed record NamedSku(Guid Id, string PartNumber, string ProductName, IReadOnlyList<NamedPlan> Plans, WireSku? Owned);

/// <summary>What a name turned out to mean.</summary>
internal abstract record Naming<T>
{
    /// <summary>One thing.</summary>
    public sealed record One(T Value) : Naming<T>;

    /// <summary>Nothing, or several things; a sentence tells which and what to write instead.</summary>
    public sealed record Unclear(string Problem) : Naming<T>;
}

/// <summary>The names of SKUs and plans: what the tenant subscribes to, with the product names of the published catalog.</summary>
internal sealed class SkuBook
{
    private readonly Dictionary<Guid, NamedSku> _skus = [];

    /// <summary>A book of the tenant's SKUs and every published one.</summary>
    public SkuBook(IEnumerable<WireSku> subscribed)
    {
        SkuCatalog published = SkuCatalog.BuiltIn;
        foreach (Sku sku in published.Skus)
        {
            _skus[sku.Id] = new NamedSku(
                sku.Id, sku.PartNumber, sku.ProductName, [.. sku.Plans.Select(index => Named(published.Plans[index]))], null);
        }

        foreach (WireSku own in subscribed)
        {
            _skus.TryGetValue(own.SkuId, out NamedSku? known);
            _skus[own.SkuId] = new NamedSku(
                own.SkuId,
                own.SkuPartNumber,
                known?.ProductName ?? own.SkuPartNumber,
                [.. (own.ServicePlans ?? []).Select(plan => published.TryGetPlan(plan.ServicePlanId, out ServicePlan? one)
                    ? Named(one) with { Name = plan.ServicePlanName ?? one.Name }
                    : new NamedPlan(plan.ServicePlanId, plan.ServicePlanName ?? $"{plan.ServicePlanId}", plan.ServicePlanName ?? ""))],
                own);
        }
    }

    /// <summary>The SKUs that the tenant subscribes to, by part number.</summary>
    public IEnumerable<NamedSku> Owned => _skus.Values.Where(sku => sku.Owned is not null).OrderBy(sku => sku.PartNumber, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the tenant's SKUs.</summary>
    public static async Task<Reply<SkuBook>> OpenAsync(GraphClient graph, CancellationToken cancel)
    {
        Reply<List<WireSku>> skus = await graph.GetAllAsync($"{GraphCall.Version}/subscribedSkus", WireJson.Default.PageWireSku, cancel).ConfigureAwait(false);
        return skus.Is(out List<WireSku>? own, out GraphRefusal? refusal) ? new Reply<SkuBook>(new SkuBook(own), null) : new Reply<SkuBook>(null, refusal);
    }

    /// <summary>The SKU of an id, whether anybody knows it or not.</summary>
    public NamedSku Of(Guid id) => _skus.TryGetValue(id, out NamedSku? sku) ? sku : new NamedSku(id, $"{id}", "", [], null);

    /// <summary>The SKU of a part number, product name or id. A name of two SKUs (MCOPSTN5) is refused with both ids.</summary>
    public Naming<NamedSku> Find(string name)
    {
        if (Guid.TryParse(name, out Guid id))
        {
            return new Naming<NamedSku>.One(Of(id));
        }

        NamedSku[] found = Matching(sku => sku.PartNumber);
        found = found.Length > 0 ? found : Matching(sku => sku.ProductName);
        return found switch
        {
            [NamedSku one] => new Naming<NamedSku>.One(one),
            [] => new Naming<NamedSku>.Unclear($"no SKU is called '{name}'.{Nearest.To(name, Owned.Concat(_skus.Values).SelectMany(sku => new[] { sku.PartNumber, sku.ProductName }))}"),
            _ => new Naming<NamedSku>.Unclear(
                $"'{name}' names {found.Length} SKUs, so say which by its id: {string.Join(" or ", found.Select(sku => $"{sku.Id} ({sku.ProductName})"))}."),
        };

        NamedSku[] Matching(Func<NamedSku, string> of) => [.. _skus.Values.Where(sku => of(sku).Equals(name, StringComparison.OrdinalIgnoreCase)).OrderBy(sku => sku.Id)];
    }

    /// <summary>Several SKUs, each once.</summary>
    public Naming<IReadOnlyList<NamedSku>> FindAll(IEnumerable<string> names)
    {
        List<NamedSku> all = [];
        foreach (string name in names)
        {
            switch (Find(name))
            {
                case Naming<NamedSku>.Unclear unclear:
                    return new Naming<IReadOnlyList<NamedSku>>.Unclear(unclear.Problem);
                case Naming<NamedSku>.One one when all.All(other => other.Id != one.Value.Id):
                    all.Add(one.Value);
                    break;
            }
        }

        return new Naming<IReadOnlyList<NamedSku>>.One(all);
    }

    /// <summary>The SKUs with the plans to disable, each plan by name, friendly name or id in every SKU that has it.</summary>
    public static Naming<IReadOnlyList<WireLicense>> Disable(IReadOnlyList<NamedSku> skus, IEnumerable<string> plans)
    {
        Dictionary<Guid, SortedSet<Guid>> disabled = skus.ToDictionary(sku => sku.Id, _ => new SortedSet<Guid>());
        foreach (string name in plans)
        {
            bool isId = Guid.TryParse(name, out Guid id);
            bool found = false;
            foreach (NamedSku sku in skus)
            {
                NamedPlan[] own = [.. sku.Plans.Where(plan => isId ? plan.Id == id : plan.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
                own = own.Length > 0 || isId ? own : [.. sku.Plans.Where(plan => plan.FriendlyName.Equals(name, StringComparison.OrdinalIgnoreCase))];
                if (own.Length > 1)
                {
                    return new Naming<IReadOnlyList<WireLicense>>.Unclear(
                        $"'{name}' names {own.Length} plans of {sku.PartNumber}, so say which: {string.Join(" or ", own.Select(plan => $"{plan.Id} ({plan.Name})"))}.");
                }

                // Of a SKU that nobody here knows, the server alone can tell whose plan it is.
                if (own is [NamedPlan plan] || (isId && sku.Plans.Count == 0))
                {
                    disabled[sku.Id].Add(own is [NamedPlan known] ? known.Id : id);
                    found = true;
                }
            }

            if (!found)
            {
                return new Naming<IReadOnlyList<WireLicense>>.Unclear(
                    $"'{name}' is no plan of {string.Join(", ", skus.Select(sku => sku.PartNumber))}.{Nearest.To(name, skus.SelectMany(sku => sku.Plans).Select(plan => plan.Name))}");
            }
        }

        return new Naming<IReadOnlyList<WireLicense>>.One([.. skus.Select(sku => new WireLicense([.. disabled[sku.Id]], sku.Id))]);
    }

    private static NamedPlan Named(ServicePlan plan) => new(plan.Id, plan.Name, plan.FriendlyName);
}
