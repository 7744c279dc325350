using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.SetUp;

/// <summary>The tenant that came first: who may enough there administers the installation (B730).</summary>
internal sealed class InstallationTenant(LedgerDoor ledger)
{
    /// <summary>Its desk; null while there is no tenant. Two that came at one moment, which a restored database could have, are told apart by their ids.</summary>
    public TenantDesk? Desk => ledger.Desks.MinBy(desk => (desk.Current.Profile.CreatedAt, desk.Id));

    /// <summary>Whether a tenant is it.</summary>
    public bool Is(Guid tenant) => Desk?.Id == tenant;

    /// <summary>Whether somebody whose permission was looked at is of it.</summary>
    public bool IsOf(Caller caller) => Is(caller.TenantId);
}
