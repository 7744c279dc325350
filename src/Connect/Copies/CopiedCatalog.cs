using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Connect.Copies;

/// <summary>
/// The SKUs that a copied tenant knows: Berth's own catalog with its names and rules, and whatever the tenant has beyond it, with the plans that the tenant shows (B566).
/// No rule is known of a plan that is unknown, so nothing is in its way.
/// </summary>
internal static class CopiedCatalog
{
    public static SkuCatalog Of(TenantCopy copy)
    {
        SkuCatalog own = SkuCatalog.BuiltIn;
        Dictionary<Guid, GraphSku> shown = copy.Skus.DistinctBy(static sku => sku.SkuId).ToDictionary(static sku => sku.SkuId);
        Dictionary<Guid, HashSet<Guid>> named = [];
        foreach (GraphSku sku in copy.Skus)
        {
            Note(sku.SkuId, (sku.ServicePlans ?? []).Select(static plan => plan.ServicePlanId));
        }

        foreach (GraphLicense license in copy.Groups.Values.SelectMany(static group => group.AssignedLicenses ?? []))
        {
            Note(license.SkuId, license.DisabledPlans ?? []);
        }

        foreach (GraphAssignment state in copy.Users.Values.SelectMany(static user => user.LicenseAssignmentStates ?? []))
        {
            Note(state.SkuId, state.DisabledPlans ?? []);
        }

        List<CatalogRow> rows = [];
        List<Guid> bare = [];
        foreach ((Guid id, HashSet<Guid> plans) in named.OrderBy(static one => one.Key))
        {
            Sku? known = own.TryGetSku(id, out Sku? found) ? found : null;
            string part = known?.PartNumber ?? shown.GetValueOrDefault(id)?.SkuPartNumber ?? $"{id}";
            Dictionary<Guid, string?> names = (shown.GetValueOrDefault(id)?.ServicePlans ?? []).DistinctBy(static plan => plan.ServicePlanId)
                .ToDictionary(static plan => plan.ServicePlanId, static plan => plan.ServicePlanName);
            Guid[] missing = [.. plans.Where(plan => known?.Plans.Any(index => own.Plans[index].Id == plan) != true).Order()];
            foreach (Guid plan in missing)
            {
                string name = own.TryGetPlan(plan, out ServicePlan? same) ? same.Name : names.GetValueOrDefault(plan) ?? $"{plan}";
                rows.Add(new CatalogRow(part, id, known?.ProductName ?? part, name, plan, same?.FriendlyName ?? name));
            }

            if (known is null && missing.Length == 0)
            {
                bare.Add(id);
            }
        }

        SkuCatalog all = rows.Count == 0 ? own : own.With(rows);
        return bare.Count == 0 ? all : SkuCatalog.Of(
            all.Plans,
            all.Skus.Concat(bare.Select((id, place) =>
            {
                string part = shown.GetValueOrDefault(id)?.SkuPartNumber ?? $"{id}";
                return new Sku(all.Skus.Count + place, id, part, part, []);
            })),
            all.Rules);

        void Note(Guid sku, IEnumerable<Guid> plans) => (named.TryGetValue(sku, out HashSet<Guid>? some) ? some : named[sku] = []).UnionWith(plans);
    }
}
