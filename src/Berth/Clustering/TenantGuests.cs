using Berth.Cluster;
using Berth.Graph.Notifications;
using Berth.Identity;
using Berth.Ledger;

namespace Berth.Clustering;

/// <summary>What comes to a node with a tenant: its applications, its administrators and its subscriptions, as the node before left them (B719).</summary>
internal sealed class TenantGuests(IdentityBooks identity, SubscriptionBooks subscriptions) : ITenantGuests
{
    /// <inheritdoc/>
    public async Task ComeAsync(TenantDesk desk, CancellationToken cancel)
    {
        await identity.ReadAgainAsync(cancel).ConfigureAwait(false);
        await subscriptions.OfAsync(desk, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task GoAsync(TenantDesk desk) => subscriptions.CloseAsync(desk);
}
