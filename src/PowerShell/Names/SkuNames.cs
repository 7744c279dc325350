using System.Text.Json;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell.Names;

/// <summary>The tenant's SKUs by part number and id, and their service plans (B844).</summary>
internal sealed class SkuNames
{
    private readonly List<BerthSku> _skus;
    private readonly Dictionary<Guid, string> _partNumbers;

    private SkuNames(List<BerthSku> skus)
    {
        _skus = skus;
        _partNumbers = skus.ToDictionary(static sku => Guid.Parse(sku.SkuId), static sku => sku.SkuPartNumber);
    }

    /// <summary>Every SKU the tenant has a subscription of, by part number.</summary>
    public IReadOnlyList<BerthSku> All => _skus;

    /// <summary>Reads them.</summary>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public static SkuNames Read(BerthClient client, CancellationToken cancel) =>
        new([.. client.All("/v1.0/subscribedSkus", cancel).Select(Sku).DistinctBy(static sku => sku.SkuId).OrderBy(static sku => sku.SkuPartNumber, StringComparer.OrdinalIgnoreCase)]);

    /// <summary>The part number of an id; the id when the tenant has no subscription of it.</summary>
    public string Of(string id) => Guid.TryParse(id, out Guid key) && _partNumbers.TryGetValue(key, out string? name) ? name : id;

    /// <summary>The id that a name means. An id that nobody knows is left to the server to refuse.</summary>
    /// <exception cref="BerthException">There is no such SKU, or there are two of that part number.</exception>
    public Guid Find(string name)
    {
        if (Guid.TryParse(name, out Guid id))
        {
            return id;
        }

        BerthSku[] found = [.. _skus.Where(sku => sku.SkuPartNumber.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase))];
        return found switch
        {
            [{ } one] => Guid.Parse(one.SkuId),
            [] => throw new BerthException("skuNotInTenant", $"The tenant has no subscription of a SKU '{name}'. Get-BerthSku shows what it has.", 400),
            _ => throw new BerthException("ambiguousName", $"'{name}' names {found.Length} SKUs: write the id, {string.Join(" or ", found.Select(static sku => sku.SkuId))}.", 400),
        };
    }

    /// <summary>Those of the named service plans that a SKU has.</summary>
    /// <param name="sku">The SKU.</param>
    /// <param name="names">Names or ids.</param>
    /// <param name="found">Takes the names that were one of its plans.</param>
    public Guid[] Plans(Guid sku, IEnumerable<string> names, ISet<string> found)
    {
        List<Guid> plans = [];
        IReadOnlyList<BerthServicePlan> own = _skus.FirstOrDefault(one => Guid.Parse(one.SkuId) == sku)?.ServicePlans ?? [];
        foreach (string name in names)
        {
            if (own.FirstOrDefault(plan => plan.ServicePlanName.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase)
                || (Guid.TryParse(name, out Guid id) && Guid.Parse(plan.ServicePlanId) == id)) is { } one)
            {
                found.Add(name);
                plans.Add(Guid.Parse(one.ServicePlanId));
            }
        }

        return [.. plans.Distinct()];
    }

    private static BerthSku Sku(JsonElement json)
    {
        JsonElement units = json.Part("prepaidUnits");
        long assignable = units.Number("enabled") + units.Number("warning"), consumed = json.Number("consumedUnits");
        return new BerthSku(
            json.Text("skuPartNumber"),
            $"{json.Id("skuId")}",
            json.Text("capabilityStatus"),
            json.Text("appliesTo"),
            assignable,
            consumed,
            Math.Max(0, assignable - consumed),
            [.. json.Items("servicePlans").Select(static plan => new BerthServicePlan(plan.Text("servicePlanName"), $"{plan.Id("servicePlanId")}", plan.Text("appliesTo")))]);
    }
}
