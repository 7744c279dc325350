namespace Berth.Graph.Forecasts;

/// <summary>Numbers of days in a row, and where they lead (B541, B543).</summary>
internal static class Trend
{
    /// <summary>The slope of the line with the least squares, a day; 0 for fewer than two days.</summary>
    public static double PerDay(IReadOnlyList<int> days)
    {
        if (days.Count < 2)
        {
            return 0;
        }

        double middle = (days.Count - 1) / 2.0, mean = days.Average(), above = 0, below = 0;
        for (int day = 0; day < days.Count; day++)
        {
            above += (day - middle) * (days[day] - mean);
            below += (day - middle) * (day - middle);
        }

        return above / below;
    }

    /// <summary>The first day on which what is free is used up, or null.</summary>
    /// <param name="today">Today.</param>
    /// <param name="free">What is free now.</param>
    /// <param name="perDay">The trend.</param>
    /// <param name="days">How far ahead anybody looks.</param>
    public static DateOnly? RunsOut(DateOnly today, long free, double perDay, int days)
    {
        if (free <= 0)
        {
            return today;
        }

        double wait = perDay > 0 ? Math.Ceiling(free / perDay) : double.PositiveInfinity;
        return wait <= days ? today.AddDays((int)wait) : null;
    }
}
