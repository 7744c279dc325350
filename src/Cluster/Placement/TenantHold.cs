using System.Collections.Concurrent;
using System.Diagnostics;
using Berth.Ledger;

namespace Berth.Cluster.Placement;

/// <summary>
/// The tenants that this node has, and who is inside. A request enters while the node may answer for its tenants; one that is inside holds up that the tenant is given up (B716). For any
/// number of threads.
/// </summary>
/// <param name="ledger">The ledger of this node.</param>
/// <param name="url">Where the other nodes reach this one.</param>
/// <param name="guests">What else lives on this node as long as a tenant does.</param>
internal sealed class TenantHold(LedgerDoor ledger, Uri url, ITenantGuests guests)
{
    private readonly ConcurrentDictionary<Guid, Held> _held = new();
    private readonly ConcurrentDictionary<Guid, bool> _going = new();
    private long _validUntil;
    private volatile bool _isLeaving;
    private TaskCompletionSource _renewed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the other nodes reach this one.</summary>
    public Uri Url => url;

    /// <summary>The tenants that are here.</summary>
    public IEnumerable<Guid> Tenants => _held.Select(pair => pair.Key);

    /// <summary>Whether this node may answer for its tenants (B713).</summary>
    public bool IsValid => Stopwatch.GetTimestamp() < Volatile.Read(ref _validUntil);

    /// <summary>Whether a tenant is here and not on its way out.</summary>
    public bool Has(Guid tenant) => _held.TryGetValue(tenant, out Held? held) && !held.IsLeaving;

    /// <summary>Whether a tenant is on its way out: it is the next node's as soon as it has gone.</summary>
    public bool IsGoing(Guid tenant) => _going.ContainsKey(tenant);

    /// <summary>The node may answer for its tenants for a time that began a while ago.</summary>
    /// <param name="began">The moment, as <see cref="Stopwatch.GetTimestamp"/> told it.</param>
    public void Renew(long began)
    {
        Volatile.Write(ref _validUntil, began + (long)(LedgerDoor.Lease.TotalSeconds * Stopwatch.Frequency));
        Interlocked.Exchange(ref _renewed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Enters a tenant, or null when it is not here. Where the node's word has run out it waits for it to be renewed.</summary>
    public async ValueTask<IDisposable?> EnterAsync(Guid tenant, CancellationToken cancel) =>
        _held.TryGetValue(tenant, out Held? held) && await IsStillValidAsync(tenant, cancel).ConfigureAwait(false) && held.TryEnter() ? held : null;

    /// <summary>Whether a tenant is still here: the answer that was made there may go out (B713).</summary>
    public async ValueTask<bool> IsStillValidAsync(Guid tenant, CancellationToken cancel)
    {
        for (long began = Stopwatch.GetTimestamp(); !IsValid;)
        {
            Task renewed = Volatile.Read(ref _renewed).Task;
            if (IsValid)
            {
                break;
            }

            TimeSpan left = ClusterLimits.Renewal - Stopwatch.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await renewed.WaitAsync(left, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }

        return _held.ContainsKey(tenant);
    }

    /// <summary>Whether no further tenant is taken.</summary>
    public bool IsLeaving => _isLeaving;

    /// <summary>No further tenant is taken.</summary>
    public void TakeNoMore() => _isLeaving = true;

    /// <summary>Takes a tenant for this node.</summary>
    public async Task TakeAsync(Guid tenant, CancellationToken cancel)
    {
        if (_isLeaving)
        {
            throw new InvalidOperationException("This node takes no tenants any more.");
        }

        TenantDesk desk = await ledger.TakeAsync(tenant, cancel).ConfigureAwait(false);
        try
        {
            await guests.ComeAsync(desk, cancel).ConfigureAwait(false);
        }
        catch
        {
            await ledger.GiveUpAsync(desk).ConfigureAwait(false);
            throw;
        }

        _held[tenant] = new Held(desk);
    }

    /// <summary>Gives a tenant up: who is inside goes on to the end, nobody else comes in, and then the next node may have it (B716).</summary>
    public async Task GiveUpAsync(Guid tenant)
    {
        if (!_held.TryGetValue(tenant, out Held? held))
        {
            return;
        }

        _going[tenant] = true;
        try
        {
            await held.LeaveAsync().ConfigureAwait(false);
            _held.TryRemove(KeyValuePair.Create(tenant, held));
            await guests.GoAsync(held.Desk).ConfigureAwait(false);
            await ledger.GiveUpAsync(held.Desk).ConfigureAwait(false);
        }
        finally
        {
            _going.TryRemove(tenant, out _);
        }
    }

    /// <summary>A tenant was removed: whoever is inside is told by the ledger, and nobody else comes in (B744).</summary>
    public async Task DropAsync(Guid tenant)
    {
        if (_held.TryRemove(tenant, out Held? held))
        {
            await guests.GoAsync(held.Desk).ConfigureAwait(false);
        }
    }

    /// <summary>A tenant is another node's: whoever is inside is told by the ledger, and nobody else comes in.</summary>
    public async Task LoseAsync(TenantDesk desk)
    {
        if (_held.TryGetValue(desk.Id, out Held? held) && held.Desk == desk && _held.TryRemove(KeyValuePair.Create(desk.Id, held)))
        {
            await guests.GoAsync(desk).ConfigureAwait(false);
        }
    }

    /// <summary>A tenant that is here, and a visit to it: each visitor disposes it once.</summary>
    private sealed class Held(TenantDesk desk) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;
        private bool _isLeaving;

        public TenantDesk Desk => desk;

        public bool IsLeaving => Volatile.Read(ref _isLeaving);

        public bool TryEnter()
        {
            lock (_lock)
            {
                if (_isLeaving)
                {
                    return false;
                }

                _inside++;
                return true;
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                if (--_inside == 0 && _isLeaving)
                {
                    _empty.TrySetResult();
                }
            }
        }

        public async Task LeaveAsync()
        {
            lock (_lock)
            {
                _isLeaving = true;
                if (_inside == 0)
                {
                    _empty.TrySetResult();
                }
            }

            // What takes longer is cut off by the epoch: it was not acknowledged.
            await _empty.Task.WaitAsync(ClusterLimits.Drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
