namespace Berth.Graph.Faults;

/// <summary>
/// A token bucket, told by what is gone of it: each request adds its cost, and a whole quota drains off in one window (L164). What is refused counts too
/// (L163), up to the most that the header can tell (L166).
/// </summary>
internal sealed class Meter(TimeSpan window)
{
    /// <summary>The highest share of the quota that is ever counted.</summary>
    public const double Most = 1.8;

    private double _used;
    private long _at;

    /// <summary>The share of the quota that was used after the last charge.</summary>
    public double Share { get; private set; }

    /// <summary>Charges a cost and tells how long to wait when it was too much.</summary>
    /// <param name="time">The real time.</param>
    /// <param name="quota">The quota of a window.</param>
    /// <param name="cost">The cost; 0 asks nothing.</param>
    /// <param name="threshold">The share of the quota up to which this request may go.</param>
    /// <returns>Zero when it was charged; else the time after which the same request goes through, and it counts all the same.</returns>
    public TimeSpan Charge(TimeProvider time, int quota, int cost, double threshold)
    {
        long now = time.GetTimestamp();
        if (_used > 0)
        {
            _used = Math.Max(0, _used - (quota * (time.GetElapsedTime(_at, now) / window)));
        }

        _at = now;
        double before = _used, room = threshold * quota;
        _used = Math.Min(_used + cost, Most * quota);
        Share = _used / quota;

        // An empty bucket serves one request, however dear it is.
        if (cost == 0 || before <= 0 || before + cost <= room)
        {
            return TimeSpan.Zero;
        }

        return (_used - Math.Max(0, room - cost)) / quota * window;
    }
}
