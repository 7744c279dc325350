using Berth.Cluster;
using Berth.Graph.Notifications;
using Berth.Graph.Telling;
using Berth.Identity;
using Berth.Ledger;

namespace Berth.Clustering;

/// <summary>What comes to a node with a tenant: its applications, its administrators, its subscriptions and its receivers of alerts, as the node before left them (B719, B792).</summary>
internal sealed class TenantGuests(IdentityBooks identity, SubscriptionBooks subscriptions, ListenerBooks listeners) : ITenantGuests
{
    /// <inheritdoc/>
    public async Task ComeAsync(TenantDesk desk, CancellationToken cancel)
    {
        await identity.ReadAgainAsync(desk.Id, cancel).ConfigureAwait(false);
        await subscriptions.OfAsync(desk, cancel).ConfigureAwait(false);
        await listeners.OfAsync(desk, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task GoAsync(TenantDesk desk)
    {
        await listeners.CloseAsync(desk).ConfigureAwait(false);
        await subscriptions.CloseAsync(desk).ConfigureAwait(false);
    }
}
