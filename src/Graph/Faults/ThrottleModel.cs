using System.Globalization;
using Berth.Engine;
using Berth.Graph.Requests;

namespace Berth.Graph.Faults;

/// <summary>The directory's throttling: every quota of an application and of its tenant at once, on real time (L164, L166, L167, B230).</summary>
internal sealed class ThrottleModel(FaultRule rule, TimeProvider time)
{
    private readonly Dictionary<Guid, Application> _applications = [];
    private readonly Meter _tenantWrites = new(TimeSpan.FromMinutes(5));

    /// <summary>The size of a tenant as the quotas have it: small, medium, large.</summary>
    public static string SizeOf(Tenant tenant) => tenant.UserCount switch { < 50 => "small", <= 500 => "medium", _ => "large" };

    /// <summary>The resource units per 10 seconds of an application in a tenant (L164).</summary>
    public static int UnitsOf(Tenant tenant) => SizeOf(tenant) switch { "small" => 3_500, "medium" => 5_000, _ => 8_000 };

    /// <summary>Charges a request: what its answer tells of it, and the refusal when a quota is used up.</summary>
    public (ThrottleHeaders Told, GraphError? Refusal) Charge(Tenant tenant, GraphRequest request, string? priority)
    {
        ResourceUnits cost = ResourceUnits.Of(request);
        bool audit = request.Path.Segments is [{ IsKey: false } first, ..] && first.Text.Equals("auditLogs", StringComparison.OrdinalIgnoreCase);
        double threshold = Threshold(priority);
        (string Scope, string Limit, string Information, TimeSpan Wait)? refused = null;
        double share = 0;
        lock (_applications)
        {
            if (!_applications.TryGetValue(request.Caller.AppId, out Application? application))
            {
                _applications.Add(request.Caller.AppId, application = new Application());
            }

            Ask(application.Units, rule.ResourceUnits ?? UnitsOf(tenant), cost.Units, "Tenant_Application", "ReadWrite", "ResourceUnitLimitExceeded");
            Ask(application.Writes, rule.Writes ?? 3_000, cost.Writes, "Tenant_Application", "Write", "WriteLimitExceeded");
            Ask(application.EveryUnit, 150_000, cost.Units, "Application", "ReadWrite", "ResourceUnitLimitExceeded");
            Ask(application.EveryWrite, 70_000, cost.Writes, "Application", "Write", "WriteLimitExceeded");
            Ask(application.Requests, 130_000, 1, "Application", "ReadWrite", "RequestLimitExceeded");
            Ask(application.Audit, 5, audit ? 1 : 0, "Tenant_Application", "Read", "RequestLimitExceeded");
            Ask(_tenantWrites, 18_000, cost.Writes, "Tenant", "Write", "WriteLimitExceeded");
        }

        ThrottleHeaders told = new(cost.Units, share >= 0.8 ? Math.Round(share, 2) : 0, null, null);
        if (refused is not { } why)
        {
            return (told, null);
        }

        told = told with { Scope = ThrottleHeaders.ScopeOf(why.Scope, why.Limit, request.Caller), Information = why.Information };
        return (told, FaultErrors.Throttled(request, "throttled", SizeOf(tenant), Math.Max(1, (int)Math.Ceiling(why.Wait.TotalSeconds)), told));

        void Ask(Meter meter, int quota, int amount, string scope, string limit, string information)
        {
            if (amount > 0)
            {
                TimeSpan wait = meter.Charge(time, quota, amount, threshold);
                share = Math.Max(share, meter.Share);
                refused ??= wait > TimeSpan.Zero ? (scope, limit, information, wait) : null;
            }
        }
    }

    // Low priority is refused first and high priority last; the limits stay as they are (L166, B230).
    private static double Threshold(string? priority) => priority?.ToUpper(CultureInfo.InvariantCulture) switch { "LOW" => 0.8, "HIGH" => 1.2, _ => 1.0 };

    private sealed class Application
    {
        public Meter Units { get; } = new(TimeSpan.FromSeconds(10));

        public Meter Writes { get; } = new(TimeSpan.FromSeconds(150));

        public Meter EveryUnit { get; } = new(TimeSpan.FromSeconds(20));

        public Meter EveryWrite { get; } = new(TimeSpan.FromMinutes(5));

        public Meter Requests { get; } = new(TimeSpan.FromSeconds(10));

        public Meter Audit { get; } = new(TimeSpan.FromSeconds(10));
    }
}
