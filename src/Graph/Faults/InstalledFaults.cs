using System.Collections.Concurrent;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.Graph.Faults;

/// <summary>
/// The faults of every tenant of this process (B220): none until somebody installs one, none after a restart. A request of a process without faults reads one
/// field here and nothing more.
/// </summary>
/// <param name="time">The real time.</param>
/// <param name="stopping">Says that the process is on its way out: nobody is delayed any longer.</param>
/// <param name="hasQuotas">Whether every tenant has the directory's quotas, without anybody's installing them (B788).</param>
public sealed class InstalledFaults(TimeProvider time, CancellationToken stopping, bool hasQuotas = false)
{
    private static readonly FaultRule Quotas = new() { Kind = FaultKind.ThrottleModel };

    private readonly ConcurrentDictionary<Guid, ThrottleModel> _quotas = new();
    private readonly ConcurrentDictionary<Guid, TenantFaults> _tenants = new();
    private readonly RememberedAnswers _answers = new(GraphLimits.FaultAnswers);
    private readonly Lock _changing = new();
    private volatile bool _any;

    /// <summary>Whether any tenant has a fault.</summary>
    public bool IsAny => _any;

    /// <summary>Whether every request is charged.</summary>
    public bool HasQuotas => hasQuotas;

    /// <summary>The faults that a request of a tenant meets, or null.</summary>
    internal TenantFaults? For(Guid tenant) => _any && _tenants.TryGetValue(tenant, out TenantFaults? faults) && !faults.Rules.IsEmpty ? faults : null;

    /// <summary>The refusal of a request that is one too many for its application or its tenant, where quotas hold (B788); null lets it through.</summary>
    internal GraphError? Exceeded(TenantDesk desk, GraphRequest request) =>
        !hasQuotas || request.Path.Segments is [{ Text: "$batch" }] ? null
        : _quotas.GetOrAdd(desk.Id, static (_, clock) => new ThrottleModel(Quotas, clock), time).Charge(desk.Current, request, request.ThrottlePriority).Refusal;

    /// <summary>The rules of a tenant, oldest first.</summary>
    internal IReadOnlyList<ActiveFault> RulesOf(Guid tenant) => _tenants.TryGetValue(tenant, out TenantFaults? faults) ? faults.Rules : [];

    /// <summary>Forgets the faults and the quotas of a tenant that was removed.</summary>
    public void Forget(Guid tenant)
    {
        _tenants.TryRemove(tenant, out _);
        _quotas.TryRemove(tenant, out _);
    }

    /// <summary>Does something once (contract, Repeatability-Request-ID).</summary>
    internal GraphResponse Once(GraphRequest request, Func<GraphResponse> act) => _answers.Once(request, act);

    /// <summary>Installs a rule, or says why not.</summary>
    internal (ActiveFault? Active, GraphError? Error) Install(TenantDesk desk, FaultRule rule)
    {
        lock (_changing)
        {
            TenantFaults faults = _tenants.GetOrAdd(desk.Id, _ => new TenantFaults(time, stopping));
            if (faults.Rules.Length >= GraphLimits.Faults)
            {
                return (null, GraphError.BadRequest(
                    "faultsTooMany", $"This tenant has {GraphLimits.Faults} faults, which is the most: delete some before you install another."));
            }

            if (rule.Kind == FaultKind.ThrottleModel && faults.Rules.Any(active => active.Rule.Kind == FaultKind.ThrottleModel))
            {
                return (null, GraphError.BadRequest("faultModelTwice", "This tenant has a throttle model already: delete it before you install another."));
            }

            ActiveFault active = faults.Add(rule);
            Remember(desk, faults);
            _any = true;
            return (active, null);
        }
    }

    /// <summary>Takes the rules away that are meant; false when there was none.</summary>
    internal bool Remove(TenantDesk desk, Predicate<ActiveFault> which)
    {
        lock (_changing)
        {
            bool removed = _tenants.TryGetValue(desk.Id, out TenantFaults? faults) && faults.Remove(which);
            if (removed)
            {
                Remember(desk, faults!);
                _any = _tenants.Any(tenant => !tenant.Value.Rules.IsEmpty);
            }

            return removed;
        }
    }

    // Old states cost memory: the desk keeps them only while a rule shows them.
    private static void Remember(TenantDesk desk, TenantFaults faults) =>
        desk.Remember(faults.Rules.Max(active => (int?)active.Rule.Versions) ?? 0);
}
