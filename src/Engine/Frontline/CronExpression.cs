using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Berth.Engine.Frontline;

/// <summary>When a schedule comes, by a cron expression that is read in UTC (B438). An immutable value; the text it was read from is kept by whoever has it.</summary>
public sealed class CronExpression
{
    /// <summary>The longest expression, in characters.</summary>
    public const int Longest = 120;

    /// <summary>How many years a moment is looked for: the 29th of February is never further away.</summary>
    public const int FarthestYears = 8;

    private const int Fields = 6;

    private static readonly string[] _months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] _weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly Field[] _fields =
    [
        new("second", 0, 59, []),
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of the month", 1, 31, []),
        new("month", 1, 12, _months),
        new("day of the week", 0, 7, _weekdays),
    ];

    // A bit for each value.
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _monthsOfYear;
    private readonly ulong _daysOfWeek;
    private readonly TimeSpan _inHour;
    private readonly bool _eitherDay;

    private CronExpression(ReadOnlySpan<ulong> sets, bool eitherDay)
    {
        _inHour = new TimeSpan(0, BitOperations.TrailingZeroCount(sets[1]), BitOperations.TrailingZeroCount(sets[0]));
        (_hours, _days, _monthsOfYear, _daysOfWeek) = (sets[2], sets[3], sets[4], sets[5]);
        _eitherDay = eitherDay;
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The text.</param>
    /// <param name="expression">What it means; null when it cannot be read.</param>
    /// <param name="why">A sentence about what cannot be read; null when all is well.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out CronExpression? expression, [NotNullWhen(false)] out string? why)
    {
        expression = null;
        if (text.Length > Longest)
        {
            why = $"A cron expression has at most {Longest} characters.";
            return false;
        }

        string[] fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (Fields or Fields - 1))
        {
            why = "A cron expression has six fields: second, minute, hour, day of the month, month, day of the week; or the last five of them.";
            return false;
        }

        if (fields.Length < Fields)
        {
            fields = ["0", .. fields];
        }

        ulong[] sets = new ulong[Fields];
        for (int i = 0; i < Fields; i++)
        {
            foreach (string part in fields[i].Split(','))
            {
                if (!_fields[i].TryRead(part, out ulong set))
                {
                    why = $"'{part}' names no {_fields[i].Name}: it takes {_fields[i].Least} to {_fields[i].Most}, *, ranges a-b, steps /n and lists of these.";
                    return false;
                }

                sets[i] |= set;
            }
        }

        if (BitOperations.PopCount(sets[0]) > 1 || BitOperations.PopCount(sets[1]) > 1)
        {
            why = "Second and minute name one value each: a policy is made anew at most once an hour.";
            return false;
        }

        // 7 is Sunday, too.
        sets[5] = (sets[5] | (sets[5] >> 7)) & 0x7F;
        expression = new CronExpression(sets, eitherDay: fields[3][0] != '*' && fields[5][0] != '*');
        why = null;
        return true;
    }

    /// <summary>The first moment after a time; null when none comes within <see cref="FarthestYears"/> from it.</summary>
    public DateTimeOffset? After(DateTimeOffset time)
    {
        DateTime now = time.UtcDateTime;
        DateTime last = now.Year > DateTime.MaxValue.Year - FarthestYears ? DateTime.MaxValue : now.AddYears(FarthestYears);
        for (DateTime day = now.Date; ;)
        {
            if (Has(_monthsOfYear, day.Month) && Fits(day))
            {
                for (int hour = 0; hour < 24; hour++)
                {
                    if (Has(_hours, hour) && day + TimeSpan.FromHours(hour) + _inHour is var moment && moment > now && moment <= last)
                    {
                        return new DateTimeOffset(moment, TimeSpan.Zero);
                    }
                }
            }

            if (day >= last.Date)
            {
                return null;
            }

            day = day.AddDays(1);
        }
    }

    private bool Fits(DateTime day)
    {
        bool ofMonth = Has(_days, day.Day), ofWeek = Has(_daysOfWeek, (int)day.DayOfWeek);
        return _eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) == 1;

    // What a field may name.
    private sealed record Field(string Name, int Least, int Most, string[] Names)
    {
        public bool TryRead(string part, out ulong set)
        {
            set = 0;
            string[] stepped = part.Split('/');
            string[] ends = stepped[0].Split('-');
            int step = 1;
            if (stepped.Length > 2 || ends.Length > 2 || (stepped.Length == 2 && !(TryNumber(stepped[1], out step) && step >= 1)))
            {
                return false;
            }

            int from = Least, to = Most;
            if (stepped[0] != "*")
            {
                if (!TryValue(ends[0], out from))
                {
                    return false;
                }

                to = ends.Length == 1 && stepped.Length == 1 ? from : Most;
                if (ends.Length == 2 && (!TryValue(ends[1], out to) || to < from))
                {
                    return false;
                }
            }

            for (int value = from; value <= to; value += step)
            {
                set |= 1UL << value;
            }

            return true;
        }

        private bool TryValue(string text, out int value)
        {
            int named = Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (named >= 0)
            {
                value = named + Least;
                return true;
            }

            return TryNumber(text, out value) && value >= Least && value <= Most;
        }

        // No sign, no more than two digits: nothing overflows.
        private static bool TryNumber(string text, out int value)
        {
            value = 0;
            return text.Length is 1 or 2 && int.TryParse(text, NumberStyles.None, null, out value);
        }
    }
}
