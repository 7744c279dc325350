namespace Berth.Graph.Hosting;

/// <summary>What the room remembers of tenants in the memory of the process: plans, leases, faults, quotas. A tenant that was removed takes its own with it (B743). For any number of threads.</summary>
public sealed class TenantMemories
{
    private volatile Action<Guid>[] _each = [];

    /// <summary>Forgets a tenant everywhere.</summary>
    public void Forget(Guid tenant) => Array.ForEach(_each, forget => forget(tenant));

    /// <summary>Another place that remembers something.</summary>
    internal void Add(Action<Guid> forget) => _each = [.. _each, forget];
}
