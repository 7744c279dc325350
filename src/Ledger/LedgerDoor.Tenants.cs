using System.Collections.Concurrent;
using Berth.Engine;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;

namespace Berth.Ledger;

/// <summary>How tenants come and go: whole, or not at all, at whatever moment the process ends (B741 to B744).</summary>
public sealed partial class LedgerDoor
{
    /// <summary>How long until a database that was away is asked again.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    // What is made or removed here just now: nobody else need finish it.
    private readonly ConcurrentDictionary<Guid, bool> _underWay = new();
    private readonly ConcurrentDictionary<Guid, bool> _removed = new();

    /// <summary>
    /// What else goes with a tenant, before its rows do: who may sign in, who is told of changes, what is remembered of it in memory. Called when nobody is served of it any more; it may be called twice.
    /// </summary>
    public Func<Guid, Task> Farewell { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Whether a tenant was removed by this process: nothing of it is to be written any more.</summary>
    public bool IsRemoved(Guid tenant) => _removed.ContainsKey(tenant);

    /// <summary>Brings a tenant into being; its id and its domain must be new.</summary>
    /// <param name="command">The tenant.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="cancel">Is heeded until it is made.</param>
    public Task<TenantCreation> CreateTenantAsync(Command.CreateTenant command, Actor actor, CancellationToken cancel = default) => CreateTenantAsync(command, actor, null, cancel);

    /// <summary>
    /// The same with what belongs to it from the beginning: the tenant is there, for anybody, when all of it is; when something fails, nothing of it is left, and when the process ends
    /// in the middle, nothing is left after the next start (B741).
    /// </summary>
    /// <param name="command">The tenant.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="furnish">Writes what belongs to it; <see cref="Farewell"/> takes it away again.</param>
    /// <param name="cancel">Is heeded until it is made.</param>
    public async Task<TenantCreation> CreateTenantAsync(Command.CreateTenant command, Actor actor, Func<TenantDesk, Task>? furnish, CancellationToken cancel)
    {
        await _creating.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Find(command.Profile.Id) is not null)
            {
                return new TenantCreation.Refused(new Refusal(RefusalCode.IdTaken) { Subject = command.Profile.Id });
            }

            if (FindByDomain(command.Profile.Domain) is not null || await IsListedAsync(command.Profile, cancel).ConfigureAwait(false))
            {
                return DomainTaken;
            }

            // Nothing is taken for a tenant that will not be.
            if (Deciding.Decide(Tenant.Unborn, command, new DecisionContext(_time.GetUtcNow(), actor)) is Decision.Refused early)
            {
                return new TenantCreation.Refused(early.Refusal);
            }

            TenantDesk desk = NewDesk(command.Profile.Id, Tenant.Unborn);
            _underWay[desk.Id] = true;
            return await MakeAsync(desk, command, actor, furnish, cancel).ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(command.Profile.Id, out _);
            _creating.Release();
        }
    }

    /// <summary>
    /// Removes a tenant, wherever it is: what was submitted to it before is committed, what comes later is refused, and nothing of it is in the database when this returns. From the first moment on
    /// it is decided: a process that ends in the middle finishes it after its next start (B743).
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="version">The only version at which it may go; null for any.</param>
    /// <returns>False when it is at another version: nothing was changed.</returns>
    /// <exception cref="WriteFailedException">The database is away; whether it goes is known once it is back.</exception>
    public async Task<bool> RemoveTenantAsync(Guid tenant, long? version)
    {
        await _creating.WaitAsync().ConfigureAwait(false);
        _underWay[tenant] = true;
        try
        {
            TenantDesk? desk = Find(tenant);
            if (await CloseAsync(tenant, desk, version).ConfigureAwait(false) is not { } taken)
            {
                return false;
            }

            await FinishAsync(taken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is WriteFailedException or DatabaseAwayException)
        {
            _ = SettleAsync(tenant, Find(tenant));
            throw;
        }
        catch (LedgerFencedException e) when (e.Tenant == tenant)
        {
            // Another node finishes it.
            return true;
        }
        finally
        {
            _underWay.TryRemove(tenant, out _);
            _creating.Release();
        }
    }

    /// <summary>
    /// Takes away what is left of tenants that nobody who lives makes or removes: what a node does when it comes, and when another one has gone (B744).
    /// </summary>
    public async Task SweepAsync()
    {
        IReadOnlyList<Guid> all = [];
        await _writer.RunAsync(store => all = GoneTenant.All(store)).ConfigureAwait(false);
        foreach (Guid tenant in all.Where(tenant => !_underWay.ContainsKey(tenant)))
        {
            if (await GoneTenant.ReadMakerAsync(_store, tenant).ConfigureAwait(false) is { } maker && (maker == 0 || maker == Node || !Shared.Lives(maker)))
            {
                await RemoveTenantAsync(tenant, null).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Writes a tenant, whichever node has it, as it is at this moment: what <c>berth db export</c> writes. Nobody's command waits for it, and it is read no faster than it is taken (B750, B751).
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="to">The file.</param>
    /// <param name="joint">How values of several tenants are taken apart.</param>
    /// <param name="begin">Hears the version that the file has, before its first byte.</param>
    /// <param name="cancel">Ends the writing.</param>
    /// <exception cref="LedgerRefusedException">There is no such tenant.</exception>
    /// <exception cref="DatabaseAwayException">The database is away, at the beginning or in the middle.</exception>
    public Task ExportAsync(Guid tenant, Stream to, JointValues joint, Func<long, Task> begin, CancellationToken cancel) =>
        LedgerExport.WriteAsync(_store, to, tenant, null, joint, cancel, begin);

    private async Task<TenantCreation> MakeAsync(TenantDesk desk, Command.CreateTenant command, Actor actor, Func<TenantDesk, Task>? furnish, CancellationToken cancel)
    {
        await _writer.RunAsync(store => desk.Claim = store.Retire(desk.Id, Node, null)!.Value).ConfigureAwait(false);
        try
        {
            if (await desk.SubmitAsync(command, actor, null, cancel).ConfigureAwait(false) is not Submission.Done { Decision: Decision.Accepted })
            {
                throw new InvalidOperationException("A tenant was refused that was accepted a moment before.");
            }

            await (furnish?.Invoke(desk) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (CommitInDoubtException) when (furnish is null)
        {
            // When it turns out that the tenant was born, it is found from then on (B704).
            _ = AddOnceBornAsync(desk);
            throw;
        }
        catch
        {
            await UndoAsync(desk).ConfigureAwait(false);
            throw;
        }

        bool isKept = false;
        try
        {
            await _writer.RunAsync(store => isKept = store.Keep(desk.Claim, desk.Current.Profile)).ConfigureAwait(false);
        }
        catch
        {
            _ = SettleAsync(desk.Id, desk);
            throw;
        }

        if (!isKept)
        {
            // Two nodes made a tenant of one domain at the same moment: the list has it once, and of this one nothing is left.
            await UndoAsync(desk).ConfigureAwait(false);
            return DomainTaken;
        }

        Add(desk);
        return new TenantCreation.Created(desk);
    }

    // Null when the tenant is at another version.
    private async Task<Claim?> CloseAsync(Guid tenant, TenantDesk? desk, long? version)
    {
        LedgerFencedException why = new($"Tenant {tenant} is being removed.", tenant);
        (Claim Claim, TimeSpan Wait)? taken = null;
        void Retire(IJournalStore store) => taken = store is PostgresStore shared ? shared.Take(tenant, 0, version)
            : store.Retire(tenant, 0, version) is { } claim ? (claim, TimeSpan.Zero) : null;
        try
        {
            await (desk is null ? _writer.RunAsync(Retire) : _writer.RunLastAsync(desk, why, Retire)).ConfigureAwait(false);
        }
        catch (WriteFailedException) when (desk?.Failure == why && _store is not PostgresStore)
        {
            // Nothing was written: the tenant goes on. A PostgreSQL database says so itself once it is back.
            desk.Failure = null;
            throw;
        }

        if (taken is not { } done)
        {
            if (desk?.Failure == why)
            {
                desk.Failure = null;
            }

            return null;
        }

        _removed[tenant] = true;
        if (desk is not null)
        {
            Forget(desk, why);
        }

        // The node that had it may answer reads until then (B713).
        await Task.Delay(done.Wait).ConfigureAwait(false);
        return done.Claim;
    }

    private async Task FinishAsync(Claim claim)
    {
        await Farewell(claim.Tenant).ConfigureAwait(false);
        for (int deleted = 1; deleted > 0;)
        {
            await _writer.RunAsync(store => deleted = store.Erase(claim, GoneTenant.AtOnce)).ConfigureAwait(false);
        }

        string[] names = [];
        await _writer.RunAsync(store =>
        {
            store.Clear(claim);
            names = [.. GoneTenant.OwnNames(store, claim.Tenant)];
        }).ConfigureAwait(false);

        // The mark goes last.
        foreach (string[] some in names.Append(GoneTenant.NameOf(claim.Tenant)).Chunk(GoneTenant.AtOnce))
        {
            await _writer.RunAsync(store => store.DeleteBlobs(some)).ConfigureAwait(false);
        }
    }

    // What went wrong is told to the caller; what is left is nobody's to notice.
    private async Task UndoAsync(TenantDesk desk)
    {
        try
        {
            await _writer.RunLastAsync(desk, new LedgerFencedException($"Tenant {desk.Id} was not made.", desk.Id), static _ => { }).ConfigureAwait(false);
            await FinishAsync(desk.Claim).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WriteFailedException or DatabaseAwayException or LedgerFencedException)
        {
            _ = SettleAsync(desk.Id, null);
        }
    }

    // Once the database is back it says whether the tenant is to be gone; then it goes. Else it goes on.
    private async Task SettleAsync(Guid tenant, TenantDesk? desk)
    {
        while (true)
        {
            await Task.Delay(AskAgain).ConfigureAwait(false);
            try
            {
                if (await GoneTenant.ReadMakerAsync(_store, tenant).ConfigureAwait(false) is not null)
                {
                    if (await CloseAsync(tenant, desk, null).ConfigureAwait(false) is { } claim)
                    {
                        await FinishAsync(claim).ConfigureAwait(false);
                    }
                }
                else if (desk is not null)
                {
                    desk.Failure = null;
                    Add(desk);
                }

                return;
            }
            catch (Exception e) when (e is WriteFailedException or DatabaseAwayException or CommitInDoubtException)
            {
                // Not back yet.
            }
            catch (LedgerFencedException)
            {
                // Closed, or another process's matter.
                return;
            }
        }
    }

    private async Task AddOnceBornAsync(TenantDesk desk)
    {
        await desk.GrownAsync(0, CancellationToken.None).ConfigureAwait(false);
        while (true)
        {
            try
            {
                bool isKept = false;
                await _writer.RunAsync(store => isKept = store.Keep(desk.Claim, desk.Current.Profile)).ConfigureAwait(false);
                if (isKept)
                {
                    Add(desk);
                }

                return;
            }
            catch (WriteFailedException)
            {
                await Task.Delay(AskAgain).ConfigureAwait(false);
            }
            catch (LedgerFencedException)
            {
                return;
            }
        }
    }
}
