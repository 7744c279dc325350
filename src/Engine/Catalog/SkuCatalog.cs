using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>
/// Every SKU and service plan a tenant knows and the rules between plans: an immutable value of dense indexes.
/// </summary>
public sealed class SkuCatalog
{
    private readonly Dictionary<Guid, Sku> _skuById;
    private readonly Dictionary<Guid, ServicePlan> _planById;
    private readonly CloudPcPlan?[] _cloudPcPlans;
    private readonly bool[] _givesCloudPcs;

    private SkuCatalog(ServicePlan[] plans, Sku[] skus, PlanRules rules)
    {
        Plans = ValueArray.Own(plans);
        Skus = ValueArray.Own(skus);
        Rules = rules;
        _planById = plans.ToDictionary(plan => plan.Id);
        _skuById = skus.ToDictionary(sku => sku.Id);
        _cloudPcPlans = Array.ConvertAll(plans, plan => CloudPcPlan.TryRead(plan, out CloudPcPlan? cloudPc) ? cloudPc : null);
        _givesCloudPcs = Array.ConvertAll(skus, sku => sku.Plans.Any(plan => _cloudPcPlans[plan] is not null));
        Compiled = new CompiledRules(rules, id => _planById.TryGetValue(id, out ServicePlan? plan) ? plan.Index : -1);
    }

    /// <summary>The catalog without SKUs and without rules.</summary>
    public static SkuCatalog Empty { get; } = new([], [], PlanRules.None);

    /// <summary>The catalog that comes with this program: the published SKUs and the published or observed rules.</summary>
    public static SkuCatalog BuiltIn { get; } = Empty.With(ReadBuiltInRows(), PlanRules.BuiltIn);

    /// <summary>All plans; a plan stands at its index.</summary>
    public ValueArray<ServicePlan> Plans { get; }

    /// <summary>All SKUs; a SKU stands at its index.</summary>
    public ValueArray<Sku> Skus { get; }

    /// <summary>The exclusive sets, dependencies and regions (L112).</summary>
    public PlanRules Rules { get; }

    /// <summary>The plans that give a Cloud PC, ascending by index.</summary>
    public IEnumerable<CloudPcPlan> CloudPcPlans => _cloudPcPlans.OfType<CloudPcPlan>();

    internal CompiledRules Compiled { get; }

    /// <summary>The SKU of an id.</summary>
    public bool TryGetSku(Guid id, [NotNullWhen(true)] out Sku? sku) => _skuById.TryGetValue(id, out sku);

    /// <summary>The plan of an id.</summary>
    public bool TryGetPlan(Guid id, [NotNullWhen(true)] out ServicePlan? plan) => _planById.TryGetValue(id, out plan);

    /// <summary>The SKUs of a part number, ignoring case: none, one, or (MCOPSTN5) two.</summary>
    public IEnumerable<Sku> FindByPartNumber(string partNumber) =>
        Skus.Where(sku => sku.PartNumber.Equals(partNumber, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a plan gives, by its index; null when that is no Cloud PC.</summary>
    public CloudPcPlan? CloudPcPlanOf(int plan) => _cloudPcPlans[plan];

    /// <summary>Whether a SKU, by its index, has a plan that gives a Cloud PC.</summary>
    public bool GivesCloudPcs(int sku) => _givesCloudPcs[sku];

    /// <summary>
    /// The catalog after an import: a SKU of the rows gets the rows' names and plans (a plan it already has keeps its place,
    /// plans the rows leave out stay, so that nothing a user holds vanishes); a SKU not in the rows stays as it is (L44, L45).
    /// </summary>
    public SkuCatalog With(IReadOnlyCollection<CatalogRow> rows, PlanRules? rules = null)
    {
        List<ServicePlan> plans = [.. Plans];
        List<Sku> skus = [.. Skus];
        Dictionary<Guid, int> planIndex = plans.ToDictionary(plan => plan.Id, plan => plan.Index);
        Dictionary<Guid, int> skuIndex = skus.ToDictionary(sku => sku.Id, sku => sku.Index);
        foreach (IGrouping<Guid, CatalogRow> group in rows.GroupBy(row => row.SkuId))
        {
            CatalogRow first = group.First();
            bool known = skuIndex.TryGetValue(group.Key, out int index);
            index = known ? index : skus.Count;
            List<int> own = known ? [.. skus[index].Plans] : [];
            foreach (CatalogRow row in group)
            {
                if (!planIndex.TryGetValue(row.PlanId, out int plan))
                {
                    plan = plans.Count;
                    planIndex.Add(row.PlanId, plan);
                    plans.Add(new ServicePlan(plan, row.PlanId, row.PlanName, row.PlanFriendlyName));
                }
                else
                {
                    plans[plan] = plans[plan] with { Name = row.PlanName, FriendlyName = row.PlanFriendlyName };
                }

                if (!own.Contains(plan))
                {
                    own.Add(plan);
                }
            }

            Sku sku = new(index, group.Key, first.PartNumber, first.ProductName, own.ToValueArray());
            if (known)
            {
                skus[index] = sku;
            }
            else
            {
                skuIndex.Add(sku.Id, index);
                skus.Add(sku);
            }
        }

        return new SkuCatalog([.. plans], [.. skus], rules ?? Rules);
    }

    /// <summary>The catalog of given parts; each plan and SKU stands at its index. For reading back what was written down.</summary>
    /// <remarks>A catalog equal to <see cref="BuiltIn"/> is that one: most tenants have it, and what is worked out for it is worked out once.</remarks>
    public static SkuCatalog Of(IEnumerable<ServicePlan> plans, IEnumerable<Sku> skus, PlanRules rules)
    {
        ValueArray<ServicePlan> allPlans = plans.ToValueArray();
        ValueArray<Sku> allSkus = skus.ToValueArray();
        return allPlans == BuiltIn.Plans && allSkus == BuiltIn.Skus && rules == BuiltIn.Rules
            ? BuiltIn
            : new SkuCatalog([.. allPlans], [.. allSkus], rules);
    }

    private static List<CatalogRow> ReadBuiltInRows()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Berth.Engine.Catalog.Data.sku-catalog.csv")!;
        using StreamReader reader = new(stream);
        return CatalogCsv.Read(reader.ReadToEnd()) is CatalogCsv.Readable good
            ? [.. good.Rows]
            : throw new InvalidOperationException("The catalog inside this program is unreadable: the build is broken.");
    }
}
