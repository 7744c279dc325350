using System.Collections.Concurrent;
using System.Diagnostics;
using Berth.Cluster.Placement;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Orleans.Runtime;

namespace Berth.Cluster;

/// <summary>Where the tenants of the cluster are, and how they come to where they belong (B715).</summary>
public sealed partial class ClusterNode
{
    private readonly ConcurrentDictionary<Guid, bool> _kept = new();
    private Task _bringing = Task.CompletedTask;
    private Task _moving = Task.CompletedTask;
    private long _movedAt;

    /// <summary>Where a tenant is said to be without asking anybody; null when it is here, or nobody has it.</summary>
    public Uri? Guess(Guid tenant) =>
        _news is { } news && news.Tenants.TryGetValue(tenant, out TenantPlace place) && place.Node != _ledger.Node ? news.Nodes.GetValueOrDefault(place.Node)?.Url : null;

    /// <summary>Asks where a tenant is; whoever has none of its node comes to one by that. Null while nobody knows.</summary>
    public async ValueTask<Uri?> FindAsync(Guid tenant, CancellationToken cancel)
    {
        if (_grains is { } grains)
        {
            try
            {
                // Whoever brings a tenant to life does so where it belongs.
                if (HomeOf(tenant) is { } home)
                {
                    RequestContext.Set(Orleans.Runtime.Placement.IPlacementDirector.PlacementHintKey, home);
                }

                return await grains.GetGrain<ITenantGrain>(tenant).WhereAsync().WaitAsync(ClusterLimits.Ask, cancel).ConfigureAwait(false) is { } url ? new Uri(url) : null;
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                LogNotFound(tenant, e.Message);
                return null;
            }
        }

        // On its way out, or not in again yet: another node knows better, whichever.
        IReadOnlyList<Uri> others = Others;
        return Guess(tenant) ?? (others.Count == 0 ? null : others[Random.Shared.Next(others.Count)]);
    }

    /// <summary>Has a tenant that was made here served here for now.</summary>
    public async Task KeepAsync(TenantDesk desk, CancellationToken cancel)
    {
        _kept[desk.Id] = true;
        try
        {
            await FindAsync(desk.Id, cancel).ConfigureAwait(false);
        }
        finally
        {
            _kept.TryRemove(desk.Id, out _);
        }
    }

    // Where a tenant belongs, as the membership has it; null to leave it to the membership.
    private SiloAddress? HomeOf(Guid tenant) =>
        _kept.ContainsKey(tenant) ? _here
        : PreferredNode.Of(tenant, _news.Nodes.Where(node => node.Value.Silo.Length > 0).Select(node => node.Key)) is { } number ? SiloAddress.FromParsableString(_news.Nodes[number].Silo) : null;

    // Every node looks after the tenants that nobody has: whichever asks first brings them to life. One on its way out of here is nobody's yet, and never kept here.
    private void Bring(NodeNews news)
    {
        if (_grains is null || !_bringing.IsCompleted)
        {
            return;
        }

        Guid[] lone =
        [
            .. news.Tenants.Where(tenant => !news.IsHeld(tenant.Value) || (tenant.Value.Node == _ledger.Node && !_hold.Has(tenant.Key))).Select(tenant => tenant.Key).Where(tenant => !_hold.IsGoing(tenant)),
        ];
        if (lone.Length > 0)
        {
            _bringing = Each(lone, ClusterLimits.BroughtAtOnce, async tenant =>
            {
                if (_ledger.Find(tenant) is { } desk && !_hold.IsGoing(tenant))
                {
                    await KeepAsync(desk, CancellationToken.None).ConfigureAwait(false);
                }
                else
                {
                    await FindAsync(tenant, CancellationToken.None).ConfigureAwait(false);
                }
            });
        }
    }

    // Once nobody has come or gone for a while: what belongs elsewhere is given up, and brought to life there at once.
    private void Move()
    {
        long since = _sameSince;
        if (_grains is not { } grains || _leaving.IsCancellationRequested || !_moving.IsCompleted || Stopwatch.GetElapsedTime(since) < ClusterLimits.Settled || Stopwatch.GetElapsedTime(_movedAt) < ClusterLimits.Settled)
        {
            return;
        }

        _movedAt = Stopwatch.GetTimestamp();
        Guid[] strays = [.. _hold.Tenants.Where(tenant => HomeOf(tenant) is { } home && !home.Equals(_here))];
        if (strays.Length > 0)
        {
            _moving = Each(strays, ClusterLimits.MovedAtOnce, async tenant =>
            {
                if (_sameSince == since && !_leaving.IsCancellationRequested)
                {
                    await grains.GetGrain<ITenantGrain>(tenant).LeaveAsync().WaitAsync(ClusterLimits.Ask).ConfigureAwait(false);
                    await FindAsync(tenant, CancellationToken.None).ConfigureAwait(false);
                }
            });
        }
    }

    private async Task Each(Guid[] tenants, int atOnce, Func<Guid, Task> each)
    {
        try
        {
            await Parallel.ForEachAsync(tenants, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = _ending.Token }, async (tenant, _) =>
            {
                try
                {
                    await each(tenant).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    LogNotFound(tenant, e.Message);
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // This node ends.
        }
    }
}
