using System.Collections.Concurrent;
using Berth.Graph.Requests;

namespace Berth.Graph.Hosts;

/// <summary>The leases of every tenant of this process: none after a restart (B324). For any number of threads.</summary>
/// <param name="time">The real time.</param>
public sealed class HostLeases(TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, TenantLeases> _tenants = new();
    private readonly RememberedAnswers _answers = new(HostLimits.Answers);

    /// <summary>The leases of a tenant.</summary>
    public TenantLeases Of(Guid tenant) => _tenants.GetOrAdd(tenant, _ => new TenantLeases(time));

    /// <summary>Forgets a tenant that was removed.</summary>
    public void Forget(Guid tenant) => _tenants.TryRemove(tenant, out _);

    /// <summary>Does something once: the same claim again gets the same leases (contract, Repeatability-Request-ID).</summary>
    internal GraphResponse Once(GraphRequest request, Func<GraphResponse> act) => _answers.Once(request, act);
}
