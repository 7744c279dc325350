using System.Diagnostics.Metrics;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;
using Berth.Ledger;

namespace Berth.Telemetry;

/// <summary>
/// What <c>/metrics</c> keeps of a tenant from one look to the next: its labels, and the figures of its pools as long as it stays at its version, however many instruments and looks ask (B780). It goes with the tenant's
/// desk, whether the tenant was removed or is another node's by now. For any number of threads.
/// </summary>
internal sealed class TenantSeries
{
    private readonly KeyValuePair<string, object?> _tenant;
    private volatile TenantPools? _pools;

    private TenantSeries(TenantDesk desk) => _tenant = new("tenant", desk.Id.ToString());

    /// <summary>What is kept of a tenant.</summary>
    public static TenantSeries Of(TenantDesk desk)
    {
        if (desk.Observed is TenantSeries known)
        {
            return known;
        }

        TenantSeries made = new(desk);
        desk.Observed = made;
        return made;
    }

    /// <summary>A figure of the tenant.</summary>
    public Measurement<long> Measure(long value) => new(value, [_tenant]);

    /// <summary>A figure of one of its pools, which has a label of its own.</summary>
    public Measurement<long> Measure(long value, KeyValuePair<string, object?> pool) => new(value, [_tenant, pool]);

    /// <summary>The pools of the tenant. Who waits is counted once for a version.</summary>
    public TenantPools PoolsOf(Tenant tenant) =>
        _pools is { } known && known.Version == tenant.Version ? known : _pools = new TenantPools(tenant.Version, [.. Skus(tenant)], [.. Plans(tenant)]);

    // A part number can name two SKUs: then the id tells them apart.
    private static IEnumerable<SkuPool> Skus(Tenant tenant) =>
        tenant.Catalog.Skus.Where(sku => tenant.Owns(sku.Index)).GroupBy(sku => sku.PartNumber).SelectMany(same => same.Select(sku => new SkuPool(
            new("sku", same.Skip(1).Any() ? $"{sku.PartNumber} {sku.Id}" : sku.PartNumber),
            tenant.PrepaidUnitsOf(sku.Index).Assignable,
            tenant.HoldersOf(sku.Index).Count,
            tenant.CountWaiting(sku.Index))));

    private static IEnumerable<PlanPool> Plans(Tenant tenant)
    {
        foreach (CloudPcPlan plan in tenant.Catalog.CloudPcPlans.Where(plan => plan.Kind == CloudPcKind.Frontline))
        {
            PlanStanding standing = PlanStanding.Of(tenant, plan.Plan);
            if (standing.Licenses > 0 || standing.Use != default)
            {
                yield return new PlanPool(new("plan", plan.DisplayName), standing.Licenses, standing.Use.Taken + standing.Use.Shared, standing.Excess, standing.Buffer.IsBlocked);
            }
        }
    }
}

/// <summary>The pools of a tenant at a version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Skus">The SKUs it has.</param>
/// <param name="Plans">The Frontline sizes it has.</param>
internal sealed record TenantPools(long Version, SkuPool[] Skus, PlanPool[] Plans);

/// <summary>A SKU of a tenant, as <c>/metrics</c> tells it.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Assignable">Seats that can be assigned.</param>
/// <param name="Consumed">Users who hold it.</param>
/// <param name="Waiting">Pairs of user and group that wait for a seat.</param>
internal readonly record struct SkuPool(KeyValuePair<string, object?> Label, long Assignable, long Consumed, long Waiting);

/// <summary>A Frontline size of a tenant, as <c>/metrics</c> tells it.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Licenses">Its licenses.</param>
/// <param name="Taken">Those in use.</param>
/// <param name="Excess">Those above what is allowed.</param>
/// <param name="IsBlocked">Whether its concurrency buffer is blocked.</param>
internal readonly record struct PlanPool(KeyValuePair<string, object?> Label, long Licenses, long Taken, long Excess, bool IsBlocked);
