using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.SetUp;

/// <summary>The tenant that came first: who may enough there administers the installation (B730).</summary>
internal sealed class InstallationTenant(LedgerDoor ledger)
{
    /// <summary>Its desk, where that is here; null while there is no tenant.</summary>
    public TenantDesk? Desk => ledger.Oldest;

    /// <summary>
    /// Whether somebody whose permission was looked at is of it. Two that came at one moment, which a restored database could have, are told apart by their ids; in a cluster it may be at another node.
    /// </summary>
    public async ValueTask<bool> IsOfAsync(Caller caller, CancellationToken cancel) =>
        await ledger.ReadFirstAsync(cancel).ConfigureAwait(false) is { } first && first.Id == caller.TenantId;
}
