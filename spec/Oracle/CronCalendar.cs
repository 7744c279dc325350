namespace Berth.Oracle;

/// <summary>The moments of a cron expression, found minute by minute. (B438)</summary>
public static class CronCalendar
{
    private const string Months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC";
    private const string Weekdays = "SUN MON TUE WED THU FRI SAT";

    /// <summary>The first moment after a time, within eight years of it; null when there is none, or the expression cannot be read.</summary>
    public static DateTimeOffset? After(string expression, DateTimeOffset time)
    {
        string[] fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (expression.Length > 120 || fields.Length is not (5 or 6))
        {
            return null;
        }

        fields = fields.Length == 5 ? [.. fields.Prepend("0")] : fields;
        List<int>? seconds = Values(fields[0], 0, 59, ""), minutes = Values(fields[1], 0, 59, ""), hours = Values(fields[2], 0, 23, "");
        List<int>? days = Values(fields[3], 1, 31, ""), months = Values(fields[4], 1, 12, Months), weekdays = Values(fields[5], 0, 7, Weekdays);
        if (seconds is null || minutes is null || hours is null || days is null || months is null || weekdays is null || seconds.Count > 1 || minutes.Count > 1)
        {
            return null;
        }

        bool one = !fields[3].StartsWith('*') && !fields[5].StartsWith('*');
        DateTime minute = time.UtcDateTime.Date, last = time.UtcDateTime.Year > 9991 ? DateTime.MaxValue : time.UtcDateTime.AddYears(8);
        while (minute <= last)
        {
            DateTime moment = minute.AddSeconds(seconds[0]);
            bool ofMonth = days.Contains(minute.Day);
            bool ofWeek = weekdays.Contains((int)minute.DayOfWeek) || (minute.DayOfWeek == DayOfWeek.Sunday && weekdays.Contains(7));
            if (minute.Minute == minutes[0] && hours.Contains(minute.Hour) && months.Contains(minute.Month) && (one ? ofMonth || ofWeek : ofMonth && ofWeek)
                && moment > time.UtcDateTime && moment <= last)
            {
                return new DateTimeOffset(moment, TimeSpan.Zero);
            }

            if (DateTime.MaxValue - minute < TimeSpan.FromMinutes(1))
            {
                return null;
            }

            minute = minute.AddMinutes(1);
        }

        return null;
    }

    // What a field names, or null when it cannot be read.
    private static List<int>? Values(string field, int least, int most, string names)
    {
        SortedSet<int> values = [];
        foreach (string part in field.Split(','))
        {
            string range = part, step = "";
            if (part.IndexOf('/', StringComparison.Ordinal) is >= 0 and int slash)
            {
                (range, step) = (part[..slash], part[(slash + 1)..]);
                if (Number(step) is null or 0)
                {
                    return null;
                }
            }

            int? from, to;
            if (range == "*")
            {
                (from, to) = (least, most);
            }
            else if (range.IndexOf('-', StringComparison.Ordinal) is >= 0 and int dash)
            {
                (from, to) = (Value(range[..dash], least, names), Value(range[(dash + 1)..], least, names));
            }
            else
            {
                from = Value(range, least, names);
                to = step.Length == 0 ? from : most;
            }

            if (from is null || to is null || from < least || to > most || from > to)
            {
                return null;
            }

            for (int value = from.Value; value <= to; value++)
            {
                if (step.Length == 0 || (value - from.Value) % Number(step)!.Value == 0)
                {
                    values.Add(value);
                }
            }
        }

        return [.. values];
    }

    private static int? Value(string text, int least, string names) =>
        text.Length == 3 && names.Split(' ').ToList().IndexOf(text.ToUpperInvariant()) is >= 0 and int at ? at + least : Number(text);

    private static int? Number(string text) => text.Length is 1 or 2 && text.All(char.IsAsciiDigit) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
