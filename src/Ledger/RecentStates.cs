using Berth.Engine;

namespace Berth.Ledger;

/// <summary>The last states that a tenant published, for readers who want to see it as it was a moment ago. For any number of threads.</summary>
/// <param name="time">The real time.</param>
/// <param name="older">How many states it keeps beside the current one.</param>
/// <param name="current">The state it begins with.</param>
internal sealed class RecentStates(TimeProvider time, int older, Tenant current)
{
    // Newest last; each with the moment at which it was published.
    private readonly Queue<(Tenant Tenant, long At)> _states = new([(current, time.GetTimestamp())]);
    private readonly Lock _changing = new();

    /// <summary>How many states it keeps beside the current one.</summary>
    public int Older => older;

    /// <summary>Keeps a state that was just published.</summary>
    public void Add(Tenant tenant)
    {
        lock (_changing)
        {
            _states.Enqueue((tenant, time.GetTimestamp()));
            if (_states.Count > older + 1)
            {
                _states.Dequeue();
            }
        }
    }

    /// <summary>The states before the current one, newest first: at most so many, and none that was replaced longer ago than the window.</summary>
    public IReadOnlyList<Tenant> Before(int versions, TimeSpan window)
    {
        lock (_changing)
        {
            (Tenant Tenant, long At)[] states = [.. _states.Reverse()];
            int count = 0;
            while (count < versions && count + 1 < states.Length && time.GetElapsedTime(states[count].At) <= window)
            {
                count++;
            }

            return [.. states.AsSpan(1, count).ToArray().Select(state => state.Tenant)];
        }
    }
}
