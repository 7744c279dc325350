using System.Collections.Concurrent;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>
/// Tenants as they were: made again from the journal, from the newest state before the wanted one that is at hand, or from a snapshot, or from the birth. Nothing is
/// decided again, and no command is ever decided on one of them. Of a tenant one state is made at a time, and of all tenants a few, however many ask: looking back
/// never takes a server from those who look ahead, and a long look back keeps no other tenant waiting (B511). For any number of threads.
/// </summary>
internal sealed class PastStates : IDisposable
{
    /// <summary>The most states of all tenants that are kept for who asks next.</summary>
    internal const int MostKept = 4;

    /// <summary>The most states that are made at once, each of another tenant.</summary>
    internal const int MostAtOnce = 4;

    /// <summary>How long a state is kept after somebody asked for it, in real time.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    private const int WindowEvents = 256;
    private const long WindowBytes = 4 << 20;

    private readonly IJournalStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _turns = new();
    private readonly Lock _keeping = new();
    private readonly List<(Tenant Tenant, long Used)> _kept = [];
    private ITimer? _clearing;

    /// <param name="store">The journal.</param>
    /// <param name="time">The real time.</param>
    public PastStates(IJournalStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>How many states are kept.</summary>
    internal int Kept
    {
        get
        {
            lock (_keeping)
            {
                return _kept.Count;
            }
        }
    }

    /// <summary>A tenant at one of its versions.</summary>
    /// <param name="current">The tenant today.</param>
    /// <param name="version">From 1 to the version of today.</param>
    /// <param name="newest">The tenant's newest snapshot, asked for only when nothing nearer is at hand.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="JournalDamagedException">An event cannot be read.</exception>
    public async ValueTask<Tenant> AtAsync(Tenant current, long version, Func<Task<SnapshotMark>> newest, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, current.Version);
        if (version == current.Version)
        {
            return current;
        }

        if (Nearest(current.Profile.Id, version) is { } kept && kept.Version == version)
        {
            return kept;
        }

        // Who waits for the own tenant takes no place from another one.
        SemaphoreSlim turn = _turns.GetOrAdd(current.Profile.Id, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Nearest(current.Profile.Id, version) is { } made && made.Version == version)
            {
                return made;
            }

            await _places.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                // A store may answer at once, and a replay takes as long as it takes: neither on the caller's thread.
                return await Task.Run(() => MakeAsync(current.Profile.Id, version, newest, cancel), cancel).ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        _clearing?.Dispose();
        _places.Dispose();
        foreach (SemaphoreSlim turn in _turns.Values)
        {
            turn.Dispose();
        }
    }

    private async Task<Tenant> MakeAsync(Guid id, long version, Func<Task<SnapshotMark>> newest, CancellationToken cancel)
    {
        Tenant? nearest = Nearest(id, version);
        SnapshotMark mark = await newest().ConfigureAwait(false);
        Tenant tenant = mark.Sequence > (nearest?.Version ?? 0) && mark.Sequence <= version
            ? await RestoreAsync(id, mark, cancel).ConfigureAwait(false) ?? nearest ?? Tenant.Unborn
            : nearest ?? Tenant.Unborn;
        while (tenant.Version < version)
        {
            tenant = await ForwardAsync(id, tenant, Math.Min(version, tenant.Version + WindowEvents), cancel).ConfigureAwait(false);
        }

        Keep(tenant);
        return tenant;
    }

    /// <summary>Null once another snapshot took the place of this one.</summary>
    private async Task<Tenant?> RestoreAsync(Guid id, SnapshotMark mark, CancellationToken cancel)
    {
        List<Change[]> parts = new(mark.Parts);
        while (parts.Count < mark.Parts)
        {
            if (await _store.ReadSnapshotPartAsync(id, mark.Sequence, parts.Count, cancel).ConfigureAwait(false) is not { } payload)
            {
                return null;
            }

            parts.Add(JournalReader.ReadPart(id, mark.Sequence, parts.Count, payload));
        }

        return Deciding.Restore(mark.Sequence, parts.SelectMany(part => part));
    }

    // Stores read back from an end, so a window of the journal is read whole and turned round.
    private async Task<Tenant> ForwardAsync(Guid id, Tenant tenant, long last, CancellationToken cancel)
    {
        Stack<JournalRow> window = new();
        for (long below = last + 1; below > tenant.Version + 1; below = window.Peek().Sequence)
        {
            int most = checked((int)(below - 1 - tenant.Version));
            IReadOnlyList<JournalRow> page = await _store.ReadBackAsync(id, below, most, WindowBytes, cancel).ConfigureAwait(false);
            if (page.Count == 0)
            {
                throw new JournalDamagedException($"Event {below - 1} of tenant {id} is missing. Restore the database from a backup.");
            }

            foreach (JournalRow row in page)
            {
                window.Push(row);
            }
        }

        foreach (JournalRow row in window)
        {
            cancel.ThrowIfCancellationRequested();
            tenant = Deciding.Apply(tenant, JournalReader.Read(row));
        }

        return tenant;
    }

    private Tenant? Nearest(Guid id, long version)
    {
        lock (_keeping)
        {
            int found = -1;
            for (int at = 0; at < _kept.Count; at++)
            {
                Tenant one = _kept[at].Tenant;
                found = one.Profile.Id == id && one.Version <= version && (found < 0 || one.Version > _kept[found].Tenant.Version) ? at : found;
            }

            if (found < 0)
            {
                return null;
            }

            _kept[found] = (_kept[found].Tenant, _time.GetTimestamp());
            return _kept[found].Tenant;
        }
    }

    private void Keep(Tenant tenant)
    {
        lock (_keeping)
        {
            if (_kept.Count == MostKept)
            {
                _kept.Remove(_kept.MinBy(one => one.Used));
            }

            _kept.Add((tenant, _time.GetTimestamp()));

            // A large tenant's past may be hundreds of megabytes of its own.
            _clearing ??= _time.CreateTimer(_ => Clear(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _clearing.Change(KeptFor, Timeout.InfiniteTimeSpan);
        }
    }

    private void Clear()
    {
        lock (_keeping)
        {
            _kept.RemoveAll(one => _time.GetElapsedTime(one.Used) >= KeptFor);
            if (_kept.Count > 0)
            {
                _clearing!.Change(KeptFor, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
