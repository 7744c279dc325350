using System.Collections.Concurrent;
using Berth.Engine;

namespace Berth.Graph.Plans;

/// <summary>
/// The plans that somebody may apply by their id (B506): what was asked, and the tenant it was asked of. A tenant is a value, so keeping it keeps what has
/// changed since and no more. None after a restart. For any number of threads.
/// </summary>
/// <param name="time">The real time.</param>
public sealed class PlanShelf(TimeProvider time)
{
    /// <summary>How long a plan can be applied by its id, in real time.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>The most plans of a tenant; the oldest goes first.</summary>
    public const int MostPlans = 50;

    /// <summary>The most bytes that the changes of a tenant's plans have together, as they were sent; the oldest goes first, and the newest always stays.</summary>
    public const long MostBytes = 4L * GraphLimits.ChangesBytes;

    private readonly ConcurrentDictionary<Guid, List<Entry>> _tenants = new();

    /// <summary>Keeps a plan; the same one again is as new.</summary>
    internal void Keep(Guid tenantId, DrawnPlan plan)
    {
        List<Entry> entries = _tenants.GetOrAdd(tenantId, static _ => []);
        lock (entries)
        {
            Tidy(entries);
            entries.RemoveAll(entry => entry.Plan.Id == plan.Id);
            entries.Add(new Entry(plan, time.GetUtcNow()));
            while (entries.Count > MostPlans || (entries.Count > 1 && entries.Sum(static entry => (long)entry.Plan.Bytes) > MostBytes))
            {
                entries.RemoveAt(0);
            }
        }
    }

    /// <summary>A plan that is kept, or null.</summary>
    internal DrawnPlan? Find(Guid tenantId, Guid id)
    {
        if (!_tenants.TryGetValue(tenantId, out List<Entry>? entries))
        {
            return null;
        }

        lock (entries)
        {
            Tidy(entries);
            return entries.Find(entry => entry.Plan.Id == id)?.Plan;
        }
    }

    /// <summary>Forgets the plans of a tenant that was removed.</summary>
    public void Forget(Guid tenant) => _tenants.TryRemove(tenant, out _);

    private void Tidy(List<Entry> entries) => entries.RemoveAll(entry => time.GetUtcNow() - entry.Since >= Kept);

    private sealed record Entry(DrawnPlan Plan, DateTimeOffset Since);
}

/// <summary>A plan as it was drawn.</summary>
/// <param name="Id">Its id: the same question about the same tenant is the same plan.</param>
/// <param name="Changes">What was asked.</param>
/// <param name="Tenant">The tenant it was drawn on.</param>
/// <param name="At">The system's time then.</param>
/// <param name="Bytes">The bytes that the question had.</param>
internal sealed record DrawnPlan(Guid Id, IReadOnlyList<PlannedChange> Changes, Tenant Tenant, DateTimeOffset At, int Bytes)
{
    /// <summary>The commands on a tenant at a time.</summary>
    public static Command[] CommandsOf(IEnumerable<PlannedChange> changes, Tenant tenant, DateTimeOffset system) =>
        [.. changes.SelectMany(change => change.Commands(tenant, tenant.Now(system)))];
}
