using Berth.Ledger;

namespace Berth.Cluster;

/// <summary>What else lives on a node as long as a tenant does: who may sign in, who is told of changes.</summary>
public interface ITenantGuests
{
    /// <summary>A tenant came to this node; no request is served before this is done.</summary>
    Task ComeAsync(TenantDesk desk, CancellationToken cancel);

    /// <summary>A tenant leaves this node, or was lost; no request of it is served any more.</summary>
    Task GoAsync(TenantDesk desk);
}
