using System.Runtime.CompilerServices;
using Berth.Engine;
using Berth.Ledger;

namespace Berth.Graph.Forecasts;

/// <summary>
/// How many users held each SKU at the close of each day, read from the journal and kept: a later forecast reads only what happened since. It lives in memory
/// alone (B540).
/// </summary>
internal sealed class HolderHistory : IDisposable
{
    /// <summary>The days that are looked back upon, today among them.</summary>
    public const int Days = 28;

    private static readonly ConditionalWeakTable<TenantDesk, HolderHistory> ByDesk = [];

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<int, SkuDays> _skus = [];
    private long _version;

    /// <summary>What is known of a tenant.</summary>
    public static HolderHistory Of(TenantDesk desk) => ByDesk.GetOrAdd(desk, static _ => new HolderHistory());

    /// <summary>Reads on in the journal up to a tenant, and tells.</summary>
    /// <returns>For each SKU that ever changed in these days: the closes from the first day to today, what came and what went.</returns>
    public async ValueTask<Dictionary<int, HolderDays>> ReadAsync(TenantDesk desk, Tenant tenant, DateOnly today, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            DateOnly first = FirstDay(tenant, today);
            await FollowAsync(desk, tenant, first, cancel).ConfigureAwait(false);
            return _skus.ToDictionary(static pair => pair.Key, pair => pair.Value.Tell(first, today));
        }
        catch
        {
            // What was half read is read anew.
            _skus.Clear();
            _version = 0;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The first day that counts: 28 days with today, or the tenant's first.</summary>
    public static DateOnly FirstDay(Tenant tenant, DateOnly today)
    {
        DateOnly earliest = today.AddDays(1 - Days), born = DateOnly.FromDateTime(tenant.Profile.CreatedAt.UtcDateTime);
        return born > earliest && born <= today ? born : earliest;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async ValueTask FollowAsync(TenantDesk desk, Tenant tenant, DateOnly first, CancellationToken cancel)
    {
        foreach (SkuDays days in _skus.Values)
        {
            days.Begin();
        }

        await foreach (TenantEvent happened in desk.ReadBackAsync(tenant.Version + 1, Math.Min(_version, tenant.Version), cancel).ConfigureAwait(false))
        {
            DateOnly day = DateOnly.FromDateTime(happened.At.UtcDateTime);
            if (day < first)
            {
                break;
            }

            for (int i = happened.Changes.Count - 1; i >= 0; i--)
            {
                if (happened.Changes[i] is Change.HoldersCounted counted)
                {
                    if (!_skus.TryGetValue(counted.Sku, out SkuDays? days))
                    {
                        _skus.Add(counted.Sku, days = new SkuDays());
                    }

                    days.Take(day, counted);
                }
            }
        }

        _version = Math.Max(_version, tenant.Version);
    }

    // A reading goes from the newest to the oldest: the first that it sees of a day is the close, the last tells how the day began, unless an earlier reading has.
    private sealed class SkuDays
    {
        private readonly SortedDictionary<DateOnly, (int Before, int Close, int Gained, int Lost)> _days = [];
        private readonly HashSet<DateOnly> _seen = [];
        private readonly HashSet<DateOnly> _new = [];

        public void Begin()
        {
            _seen.Clear();
            _new.Clear();
        }

        public void Take(DateOnly day, Change.HoldersCounted counted)
        {
            if (!_days.TryGetValue(day, out (int Before, int Close, int Gained, int Lost) known))
            {
                _new.Add(day);
            }

            int step = counted.After - counted.Before;
            _days[day] = (
                _new.Contains(day) ? counted.Before : known.Before,
                _seen.Add(day) ? counted.After : known.Close,
                known.Gained + Math.Max(0, step),
                known.Lost + Math.Max(0, -step));
        }

        public HolderDays Tell(DateOnly first, DateOnly today)
        {
            int holders = _days.First().Value.Before, gained = 0, lost = 0;
            while (_days.First().Key is var old && old < first)
            {
                // What is too old to be told still says how it began.
                holders = _days[old].Close;
                _days.Remove(old);
                if (_days.Count == 0)
                {
                    _days.Add(first, (holders, holders, 0, 0));
                }
            }

            List<int> closes = [];
            for (DateOnly day = first; day <= today; day = day.AddDays(1))
            {
                if (_days.TryGetValue(day, out (int Before, int Close, int Gained, int Lost) known))
                {
                    (holders, gained, lost) = (known.Close, gained + known.Gained, lost + known.Lost);
                }

                closes.Add(holders);
            }

            return new HolderDays(closes, gained, lost);
        }
    }
}

/// <summary>How many held a SKU at the close of each day (B540).</summary>
/// <param name="Closes">From the first day to today.</param>
/// <param name="Gained">The sum of the steps up.</param>
/// <param name="Lost">The sum of the steps down.</param>
internal sealed record HolderDays(IReadOnlyList<int> Closes, int Gained, int Lost);
