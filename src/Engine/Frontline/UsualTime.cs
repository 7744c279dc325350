using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>When the user of a machine usually comes, out of the days on which somebody came (C98, B416). Days are those of UTC.</summary>
internal static class UsualTime
{
    /// <summary>The days that count.</summary>
    public const int Days = 30;

    /// <summary>On how many of them somebody must have come.</summary>
    public const int LeastDays = 3;

    /// <summary>How long before the usual time a machine is started.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(30);

    /// <summary>The first connections with one more; nothing changes when it is not the first of its day.</summary>
    public static ValueArray<DateTimeOffset> With(ValueArray<DateTimeOffset> firsts, DateTimeOffset now) => CameOn(firsts, now)
        ? firsts
        : firsts.Where(one => one.UtcDateTime.Date > now.UtcDateTime.Date.AddDays(-Days)).Append(now).ToValueArray();

    /// <summary>Whether somebody came on the day of a time.</summary>
    public static bool CameOn(ValueArray<DateTimeOffset> firsts, DateTimeOffset day) => firsts.Count > 0 && firsts[^1].UtcDateTime.Date == day.UtcDateTime.Date;

    /// <summary>The usual time on the first day after one on which a machine can still be started before it; null when there is none.</summary>
    /// <param name="firsts">The first connection of each day, ascending.</param>
    /// <param name="after">The day.</param>
    /// <param name="now">The tenant's time.</param>
    public static DateTimeOffset? Next(ValueArray<DateTimeOffset> firsts, DateTime after, DateTimeOffset now)
    {
        for (DateTime day = after.AddDays(1); Median(firsts, day) is { } time; day = day.AddDays(1))
        {
            DateTimeOffset usual = new(day + time, TimeSpan.Zero);
            if (usual - Ahead > now)
            {
                return usual;
            }
        }

        return null;
    }

    private static TimeSpan? Median(ValueArray<DateTimeOffset> firsts, DateTime day)
    {
        TimeSpan[] times =
        [
            .. firsts.Where(one => one.UtcDateTime.Date < day && one.UtcDateTime.Date >= day.AddDays(-Days)).Select(one => one.UtcDateTime.TimeOfDay).Order(),
        ];
        return times.Length < LeastDays ? null : times[(times.Length - 1) / 2];
    }
}
