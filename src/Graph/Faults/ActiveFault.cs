namespace Berth.Graph.Faults;

/// <summary>A rule that is installed, and how it fared so far.</summary>
/// <param name="id">Its number at the tenant, counted from 1.</param>
/// <param name="rule">The rule.</param>
/// <param name="time">The real time.</param>
internal sealed class ActiveFault(int id, FaultRule rule, TimeProvider time)
{
    private long _matched;
    private long _fired;

    /// <summary>Its number at the tenant.</summary>
    public int Id => id;

    /// <summary>The rule.</summary>
    public FaultRule Rule => rule;

    /// <summary>The meters of a throttle model.</summary>
    public ThrottleModel? Model { get; } = rule.Kind == FaultKind.ThrottleModel ? new ThrottleModel(rule, time) : null;

    /// <summary>How many requests matched.</summary>
    public long Matched => Interlocked.Read(ref _matched);

    /// <summary>How many it struck.</summary>
    public long Fired => Interlocked.Read(ref _fired);

    /// <summary>Counts a matching request; its number, from 0.</summary>
    public long Count() => Interlocked.Increment(ref _matched) - 1;

    /// <summary>Counts a strike, unless it has struck as often as it may.</summary>
    public bool TryFire()
    {
        long fired;
        do
        {
            fired = Interlocked.Read(ref _fired);
            if (fired >= rule.Count)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _fired, fired + 1, fired) != fired);
        return true;
    }
}
