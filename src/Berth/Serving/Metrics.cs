using System.Diagnostics.Metrics;
using Berth.Engine;
using Berth.Identity;
using Berth.Ledger;
using OpenTelemetry.Metrics;

namespace Berth.Serving;

/// <summary>
/// <c>/metrics</c> for Prometheus. Every instrument of ours is read when it is asked for: a request served costs nothing here.
/// </summary>
internal static class Metrics
{
    private const string MeterName = "Berth";

    /// <summary>Registers the exporter and the instruments that are exported.</summary>
    public static void AddMetrics(this IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());

    /// <summary>Makes the instruments over the tenants and tokens of this process.</summary>
    public static Meter Observe(LedgerDoor ledger, AccessTokens tokens)
    {
        Meter meter = new(MeterName);
        meter.CreateObservableGauge("berth.tenants", () => ledger.Desks.Count(), "{tenant}", "Tenants of this installation.");
        meter.CreateObservableGauge("berth.users", () => PerTenant(tenant => tenant.UserCount), "{user}", "Users of a tenant.");
        meter.CreateObservableGauge("berth.groups", () => PerTenant(tenant => tenant.GroupCount), "{group}", "Groups of a tenant.");
        meter.CreateObservableGauge("berth.pairs.troubled", () => PerTenant(tenant => tenant.Troubled.Count), "{pair}", "Pairs of user and group in error.");
        meter.CreateObservableCounter("berth.journal.events", () => PerTenant(tenant => tenant.Version), "{event}", "Events in the journal of a tenant.");
        meter.CreateObservableCounter(
            "berth.membership.rule.evaluations",
            () => PerDesk(desk => desk.RuleEvaluations),
            "{evaluation}",
            "How often a membership rule was asked about a user, since the start.");
        meter.CreateObservableGauge("berth.tokens.remembered", () => tokens.Remembered, "{token}", "Checked tokens that are remembered.");
        return meter;

        IEnumerable<Measurement<long>> PerTenant(Func<Tenant, long> value) => PerDesk(desk => value(desk.Current));

        IEnumerable<Measurement<long>> PerDesk(Func<TenantDesk, long> value) =>
            ledger.Desks.Select(desk => new Measurement<long>(value(desk), new KeyValuePair<string, object?>("tenant", desk.Id.ToString())));
    }
}
