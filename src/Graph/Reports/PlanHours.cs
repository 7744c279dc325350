using Berth.Engine.Frontline;

namespace Berth.Graph.Reports;

/// <summary>How the licenses of a plan were used in an hour.</summary>
internal sealed class HourUse
{
    private bool _isSet;
    private double _claimed;
    private long _ticks;

    /// <summary>The licenses there were at its end.</summary>
    public long Licenses { get; private set; }

    /// <summary>The most that were claimed at a moment.</summary>
    public int Most { get; private set; }

    /// <summary>The most that were above the limit at a moment.</summary>
    public long MostAbove { get; private set; }

    /// <summary>Connections refused for want of a license.</summary>
    public int Refused { get; set; }

    /// <summary>How many were claimed on average over the time that is known.</summary>
    public double Average => _ticks == 0 ? Most : _claimed / _ticks;

    /// <summary>Adds a stretch of it; the later ones come first.</summary>
    public void Add(PlanUsage usage, TimeSpan time)
    {
        Licenses = _isSet ? Licenses : usage.Licenses;
        _isSet = true;
        Most = Math.Max(Most, usage.Claimed);
        MostAbove = Math.Max(MostAbove, usage.AboveLimit);
        _claimed += (double)usage.Claimed * time.Ticks;
        _ticks += time.Ticks;
    }

    /// <summary>A later stretch follows: what there is at its end counts.</summary>
    public void Reopen() => _isSet = false;
}

/// <summary>The hours of a plan, kept until a moment. Filled from the newest change to the oldest, because the journal is read that way.</summary>
internal sealed class PlanHours
{
    private readonly SortedDictionary<long, HourUse> _hours = [];
    private DateTimeOffset _upper;

    /// <summary>The hours by their number since the beginning of time.</summary>
    public IReadOnlyDictionary<long, HourUse> Hours => _hours;

    /// <summary>Until when they are known; null before anything is.</summary>
    public DateTimeOffset? Until { get; private set; }

    /// <summary>How the licenses are used since then.</summary>
    public PlanUsage Usage { get; private set; }

    /// <summary>The number of the hour of a moment.</summary>
    public static long NumberOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerHour;

    /// <summary>The moment at which an hour begins.</summary>
    public static DateTime StartOf(long hour) => new(hour * TimeSpan.TicksPerHour, DateTimeKind.Utc);

    /// <summary>Begins to fill up to a moment.</summary>
    public void Begin(DateTimeOffset now)
    {
        _upper = now;
        if (Until is { } until && _hours.TryGetValue(NumberOf(until), out HourUse? open) && until <= now)
        {
            open.Reopen();
        }
    }

    /// <summary>Takes a change that the journal tells of, newest first.</summary>
    /// <param name="at">When.</param>
    /// <param name="after">How it is from then on.</param>
    /// <param name="newest">Whether none was newer.</param>
    public void Take(DateTimeOffset at, PlanUsage after, bool newest)
    {
        if (newest)
        {
            Usage = after;
        }

        Fill(at, after);
    }

    /// <summary>Fills what is before the oldest change, and keeps until when everything is known.</summary>
    /// <param name="from">From when on, when nothing is known yet; null when there is nothing before.</param>
    /// <param name="before">How it was.</param>
    /// <param name="now">Until when.</param>
    public void End(DateTimeOffset? from, PlanUsage before, DateTimeOffset now)
    {
        if ((Until ?? from) is { } lower && lower < _upper)
        {
            Fill(lower, before);
        }

        Until = Until > now ? Until : now;
    }

    /// <summary>How it is when no change tells.</summary>
    public void Be(PlanUsage usage) => Usage = usage;

    /// <summary>A connection was refused.</summary>
    public void Refuse(DateTimeOffset at) => Of(NumberOf(at)).Refused++;

    /// <summary>Forgets the hours before one.</summary>
    public void Forget(long before)
    {
        while (_hours.Count > 0 && _hours.First().Key is var oldest && oldest < before)
        {
            _hours.Remove(oldest);
        }
    }

    // A moment that is no time at all still shows its peak: somebody came and went within a tick of a frozen clock.
    private void Fill(DateTimeOffset lower, PlanUsage usage)
    {
        DateTimeOffset upper = _upper;
        if (lower >= upper)
        {
            Of(NumberOf(lower)).Add(usage, TimeSpan.Zero);
            return;
        }

        for (DateTimeOffset end = upper; end > lower;)
        {
            long hour = NumberOf(end.AddTicks(-1));
            DateTimeOffset begin = new(Math.Max(hour * TimeSpan.TicksPerHour, lower.UtcTicks), TimeSpan.Zero);
            Of(hour).Add(usage, end - begin);
            end = begin;
        }

        _upper = lower;
    }

    private HourUse Of(long hour)
    {
        if (!_hours.TryGetValue(hour, out HourUse? use))
        {
            _hours.Add(hour, use = new HourUse());
        }

        return use;
    }
}
