using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>
/// Tells the journal of a tenant what is done to who may sign in and what they may, with who did it, before it is done: nothing of it ever happens untold, and
/// an entry whose deed a crash prevented tells what was asked and allowed (B738).
/// </summary>
internal sealed class IdentityRecord(LedgerDoor ledger)
{
    /// <summary>Writes an entry; durable when it returns.</summary>
    /// <exception cref="LedgerFencedException">The tenant is not here any more.</exception>
    public Task WriteAsync(Guid tenant, Actor actor, IdentityAct act, Guid target, string name, string detail = "") =>
        WriteAtAsync(ledger.Find(tenant) ?? throw new LedgerFencedException($"Tenant {tenant} is not here any more.", tenant), actor, act, target, name, detail);

    /// <summary>The same of a tenant that nobody finds yet.</summary>
    public static async Task WriteAtAsync(TenantDesk desk, Actor actor, IdentityAct act, Guid target, string name, string detail = "")
    {
        await desk.SubmitAsync(new Command.RecordIdentity(act, target, name, detail), actor, null, CancellationToken.None).ConfigureAwait(false);
    }
}

/// <summary>Everything of identity that lies beside the journals and that another process on the same database may have changed.</summary>
internal sealed class IdentityBooks(AppRegistrations apps, Administrators administrators, SigningKeys keys)
{
    /// <summary>Reads again what concerns a tenant: what a process does when it takes it over. Passwords are read at each sign-in anyway.</summary>
    public async Task ReadAgainAsync(Guid tenant, CancellationToken cancel)
    {
        await apps.ReadAgainAsync(tenant, cancel).ConfigureAwait(false);
        await administrators.ReadAgainAsync(tenant, cancel).ConfigureAwait(false);
        await keys.TendAsync(cancel).ConfigureAwait(false);
    }
}
