using System.Diagnostics.Metrics;
using Berth.Engine;
using Berth.Identity;
using Berth.Ledger;
using OpenTelemetry.Metrics;

namespace Berth.Telemetry;

/// <summary>
/// <c>/metrics</c> for Prometheus (B780). What is known of tenants is read when it is asked for; of a request its time is kept, by the standard names of OpenTelemetry.
/// </summary>
internal static class Metrics
{
    /// <summary>The most series of one instrument: tenants times SKUs, or times sizes of Cloud PCs. What is beyond is one series, which says so.</summary>
    public const int MostSeries = 10_000;

    private const string MeterName = "Berth";

    /// <summary>Registers the exporter and the instruments that are exported.</summary>
    public static void AddMeters(this IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(MeterName, LedgerTelemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView(instrument => instrument.Meter.Name == MeterName ? new MetricStreamConfiguration { CardinalityLimit = MostSeries } : null)
            .AddPrometheusExporter());

    /// <summary>Makes the instruments over the tenants and tokens of this process.</summary>
    public static Meter Observe(LedgerDoor ledger, AccessTokens tokens)
    {
        Meter meter = new(MeterName);
        meter.CreateObservableGauge("berth.tenants", () => ledger.Desks.Count, "{tenant}", "Tenants of this installation.");
        meter.CreateObservableGauge("berth.users", () => PerTenant(tenant => tenant.UserCount), "{user}", "Users of a tenant.");
        meter.CreateObservableGauge("berth.groups", () => PerTenant(tenant => tenant.GroupCount), "{group}", "Groups of a tenant.");
        meter.CreateObservableGauge("berth.pairs.troubled", () => PerTenant(tenant => tenant.Troubled.Count), "{pair}", "Pairs of user and group in error.");
        meter.CreateObservableGauge("berth.cloudpcs", () => PerTenant(tenant => tenant.Fleet.Count), "{cloudpc}", "Cloud PCs of a tenant.");
        meter.CreateObservableGauge("berth.cloudpcs.grace", () => PerTenant(tenant => tenant.Fleet.InGrace), "{cloudpc}", "Cloud PCs of a tenant that are in their grace period.");
        meter.CreateObservableGauge("berth.cloudpcs.failed", () => PerTenant(tenant => tenant.Fleet.Failed), "{cloudpc}", "Cloud PCs of a tenant that could not be made.");
        meter.CreateObservableGauge("berth.alerts.active", () => PerTenant(tenant => tenant.Alerts.Active.Count), "{alert}", "Alerts of a tenant that are not over.");
        meter.CreateObservableGauge("berth.sku.assignable", () => PerSku(static pool => pool.Assignable), "{seat}", "Seats of a SKU that can be assigned: bought, and neither suspended nor deleted.");
        meter.CreateObservableGauge("berth.sku.consumed", () => PerSku(static pool => pool.Consumed), "{seat}", "Users who hold a SKU.");
        meter.CreateObservableGauge("berth.sku.waiting", () => PerSku(static pool => pool.Waiting), "{pair}", "Pairs of user and group that wait for a seat of a SKU (CountViolation).");
        meter.CreateObservableGauge("berth.frontline.licenses", () => PerPlan(static plan => plan.Licenses), "{license}", "Licenses of a Frontline size.");
        meter.CreateObservableGauge("berth.frontline.taken", () => PerPlan(static plan => plan.Taken), "{license}", "Licenses of a Frontline size that are in use now.");
        meter.CreateObservableGauge("berth.frontline.excess", () => PerPlan(static plan => plan.Excess), "{license}", "Licenses of a Frontline size that are in use above what is allowed: the concurrency buffer gives them.");
        meter.CreateObservableGauge("berth.frontline.buffer.blocked", () => PerPlan(static plan => plan.IsBlocked ? 1 : 0), "1", "1 while the concurrency buffer of a Frontline size is blocked.");
        meter.CreateObservableCounter("berth.journal.events", () => PerTenant(tenant => tenant.Version), "{event}", "Events in the journal of a tenant.");
        meter.CreateObservableCounter(
            "berth.membership.rule.evaluations",
            () => PerDesk(desk => desk.RuleEvaluations),
            "{evaluation}",
            "How often a membership rule was asked about a user, since the start.");
        meter.CreateObservableGauge("berth.ledger.writable", () => ledger.Trouble is null ? 1 : 0, "1", "0 while the database takes nothing: what only reads is served (B786).");
        meter.CreateObservableGauge("berth.tokens.remembered", () => tokens.Remembered, "{token}", "Checked tokens that are remembered.");
        return meter;

        IEnumerable<Measurement<long>> PerTenant(Func<Tenant, long> value) => PerDesk(desk => value(desk.Current));

        IEnumerable<Measurement<long>> PerDesk(Func<TenantDesk, long> value) => ledger.Desks.Select(desk => TenantSeries.Of(desk).Measure(value(desk)));

        IEnumerable<Measurement<long>> PerSku(Func<SkuPool, long> value)
        {
            foreach (TenantDesk desk in ledger.Desks)
            {
                TenantSeries series = TenantSeries.Of(desk);
                foreach (SkuPool pool in series.PoolsOf(desk.Current).Skus)
                {
                    yield return series.Measure(value(pool), pool.Label);
                }
            }
        }

        IEnumerable<Measurement<long>> PerPlan(Func<PlanPool, long> value)
        {
            foreach (TenantDesk desk in ledger.Desks)
            {
                TenantSeries series = TenantSeries.Of(desk);
                foreach (PlanPool pool in series.PoolsOf(desk.Current).Plans)
                {
                    yield return series.Measure(value(pool), pool.Label);
                }
            }
        }
    }
}
