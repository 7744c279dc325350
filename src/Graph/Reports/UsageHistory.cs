using System.Runtime.CompilerServices;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Frontline;
using Berth.Ledger;

namespace Berth.Graph.Reports;

/// <summary>A connection that was refused for want of a license.</summary>
/// <param name="At">When.</param>
/// <param name="User">The user's index.</param>
/// <param name="Plan">The plan's index.</param>
/// <param name="Assignment">The assignment; null when none is known.</param>
/// <param name="CloudPc">The index of the Cloud PC; null when one was to be chosen.</param>
internal readonly record struct RefusedConnection(DateTimeOffset At, int User, int Plan, Guid? Assignment, int? CloudPc);

/// <summary>
/// The hours of a tenant's Frontline plans, read from the journal and kept: a later report reads only what happened since. It lives in memory alone; after a restart
/// the first report reads the journal back as far as reports tell (B444).
/// </summary>
internal sealed class UsageHistory : IDisposable
{
    private static readonly ConditionalWeakTable<TenantDesk, UsageHistory> ByDesk = [];

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<int, PlanHours> _plans = [];
    private List<RefusedConnection> _refused = [];
    private long _version;

    /// <summary>What is known of a tenant.</summary>
    public static UsageHistory Of(TenantDesk desk) => ByDesk.GetOrAdd(desk, static _ => new UsageHistory());

    /// <summary>The hours by the index of their plan.</summary>
    public IReadOnlyDictionary<int, PlanHours> Plans => _plans;

    /// <summary>Connections that were refused, newest first.</summary>
    public IReadOnlyList<RefusedConnection> Refused => _refused;

    /// <summary>Reads on in the journal up to now, and lets somebody look.</summary>
    /// <param name="desk">The tenant's ledger.</param>
    /// <param name="now">The tenant's time.</param>
    /// <param name="look">Looks; it keeps nothing of this.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async ValueTask<T> ReadAsync<T>(TenantDesk desk, DateTimeOffset now, Func<UsageHistory, T> look, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await FollowAsync(desk, now, cancel).ConfigureAwait(false);
            return look(this);
        }
        catch
        {
            // What was half filled is read anew.
            _plans.Clear();
            _refused = [];
            _version = 0;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async ValueTask FollowAsync(TenantDesk desk, DateTimeOffset now, CancellationToken cancel)
    {
        Tenant tenant = desk.Current;
        long oldest = PlanHours.NumberOf(now - GraphLimits.ReportRetention) + 1;
        DateTimeOffset start = PlanHours.StartOf(oldest);
        Dictionary<int, PlanUsage> before = [];
        foreach (PlanHours hours in _plans.Values)
        {
            hours.Begin(now);
        }

        List<RefusedConnection> refused = [];
        await foreach (TenantEvent happened in desk.ReadBackAsync(tenant.Version + 1, Math.Min(_version, tenant.Version), cancel).ConfigureAwait(false))
        {
            if (happened.At < start)
            {
                break;
            }

            for (int i = happened.Changes.Count - 1; i >= 0; i--)
            {
                switch (happened.Changes[i])
                {
                    case Change.PlanUsed used when used.At >= start:
                        HoursOf(used.Plan, now).Take(used.At, used.After, newest: !before.ContainsKey(used.Plan));
                        before[used.Plan] = used.Before;
                        break;
                    case Change.ConnectionRefused no:
                        HoursOf(no.Plan, now).Refuse(happened.At);
                        if (refused.Count < GraphLimits.ReportRefusals)
                        {
                            refused.Add(new RefusedConnection(happened.At, no.User, no.Plan, no.Assignment, no.CloudPc));
                        }

                        break;
                    default:
                        break;
                }
            }
        }

        foreach (CloudPcPlan plan in tenant.Catalog.CloudPcPlans.Where(static plan => plan.Kind == CloudPcKind.Frontline))
        {
            PlanUsage usage = PlanUsage.Of(tenant.Catalog, tenant.Subscriptions, plan.Plan, tenant.Fleet.UseOf(plan.Plan));
            if (before.TryGetValue(plan.Plan, out PlanUsage earlier))
            {
                // A plan has no hours before its first license.
                PlanHours told = _plans[plan.Plan];
                if (earlier != default || told.Until is not null)
                {
                    told.End(start, earlier, now);
                }
                else
                {
                    told.End(null, earlier, now);
                }
            }
            else if (usage != default || _plans.ContainsKey(plan.Plan))
            {
                PlanHours quiet = HoursOf(plan.Plan, now);
                quiet.Be(usage);
                quiet.End(start, usage, now);
            }
        }

        foreach (PlanHours hours in _plans.Values)
        {
            hours.Forget(oldest);
        }

        _refused = [.. refused.Concat(_refused).Where(one => one.At >= start).Take(GraphLimits.ReportRefusals)];
        _version = Math.Max(_version, tenant.Version);
    }

    private PlanHours HoursOf(int plan, DateTimeOffset now)
    {
        if (!_plans.TryGetValue(plan, out PlanHours? hours))
        {
            _plans.Add(plan, hours = new PlanHours());
            hours.Begin(now);
        }

        return hours;
    }
}
