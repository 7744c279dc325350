using Orleans;
using Orleans.Placement;

namespace Berth.Cluster.Placement;

/// <summary>The place of one tenant: where it is activated, there the tenant's requests are served (B715).</summary>
internal interface ITenantGrain : IGrainWithGuidKey
{
    /// <summary>Where the node is that has the tenant; null while it has just lost it.</summary>
    Task<string?> WhereAsync();

    /// <summary>Has the node that has the tenant give it up.</summary>
    Task LeaveAsync();
}

/// <summary>Takes the tenant for the node it comes to life on, and gives it up when it goes.</summary>
[KeepAlive]
[RandomPlacement]
internal sealed class TenantGrain(TenantHold hold) : Grain, ITenantGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => hold.TakeAsync(this.GetPrimaryKey(), cancellationToken);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => hold.GiveUpAsync(this.GetPrimaryKey());

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<string?> WhereAsync()
    {
        if (hold.Has(this.GetPrimaryKey()))
        {
            return Task.FromResult<string?>(hold.Url.AbsoluteUri);
        }

        // Another node took it meanwhile: whoever asks next finds it there, or brings it to life anew.
        DeactivateOnIdle();
        return Task.FromResult<string?>(null);
    }
}
