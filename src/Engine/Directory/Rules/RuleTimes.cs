namespace Berth.Engine.Directory.Rules;

/// <summary>Reads the instants and durations of ISO 8601 that rules have (B128).</summary>
internal static class RuleTimes
{
    private const int MostFractionDigits = 7;
    private const int LargestOffsetMinutes = 14 * 60;

    /// <summary>An instant, or a date, which is its midnight in UTC; a time without zone is UTC.</summary>
    public static bool TryInstant(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (!Digits(ref text, 4, out int year) || !Sign(ref text, '-') || !Digits(ref text, 2, out int month) || !Sign(ref text, '-') || !Digits(ref text, 2, out int day)
            || year == 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day).Ticks;
        return text.IsEmpty || (Sign(ref text, 'T') && TryTime(text, ref ticks));
    }

    /// <summary>
    /// A duration of weeks, days, hours, minutes and seconds, such as <c>P1D</c>, at most <see cref="RuleLimits.LongestOffset"/>. Years and months
    /// have no fixed length and are none.
    /// </summary>
    public static bool TryDuration(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        int place = 0;
        bool inTime = false;
        if (!Sign(ref text, 'P'))
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            if (!inTime && Sign(ref text, 'T'))
            {
                (inTime, place) = (true, 2);
            }

            int digits = 0;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                digits++;
            }

            if (digits == 0 || digits == text.Length)
            {
                return false;
            }

            (int next, long unit) = (inTime, char.ToUpperInvariant(text[digits])) switch
            {
                (false, 'W') => (1, 7 * TimeSpan.TicksPerDay),
                (false, 'D') => (2, TimeSpan.TicksPerDay),
                (true, 'H') => (3, TimeSpan.TicksPerHour),
                (true, 'M') => (4, TimeSpan.TicksPerMinute),
                (true, 'S') => (5, TimeSpan.TicksPerSecond),
                _ => (0, 1L),
            };
            if (next <= place || !long.TryParse(text[..digits], System.Globalization.NumberStyles.None, null, out long count)
                || count > RuleLimits.LongestOffset.Ticks / unit)
            {
                return false;
            }

            ticks += count * unit;
            place = next;
            text = text[(digits + 1)..];
        }

        return place > (inTime ? 2 : 0) && ticks <= RuleLimits.LongestOffset.Ticks;
    }

    private static bool TryTime(ReadOnlySpan<char> text, ref long ticks)
    {
        if (!Digits(ref text, 2, out int hour) || !Sign(ref text, ':') || !Digits(ref text, 2, out int minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks += (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        if (Sign(ref text, ':'))
        {
            if (!Digits(ref text, 2, out int second) || second > 59)
            {
                return false;
            }

            ticks += second * TimeSpan.TicksPerSecond;
            if (Sign(ref text, '.'))
            {
                long unit = TimeSpan.TicksPerSecond;
                int digits = 0;
                for (; digits < MostFractionDigits && Digits(ref text, 1, out int digit); digits++)
                {
                    unit /= 10;
                    ticks += digit * unit;
                }

                if (digits == 0)
                {
                    return false;
                }
            }
        }

        return TryZone(text, ref ticks);
    }

    private static bool TryZone(ReadOnlySpan<char> text, ref long ticks)
    {
        if (text.IsEmpty || (Sign(ref text, 'Z') && text.IsEmpty))
        {
            return true;
        }

        bool east = Sign(ref text, '+');
        if ((!east && !Sign(ref text, '-')) || !Digits(ref text, 2, out int hours) || !Sign(ref text, ':') || !Digits(ref text, 2, out int minutes)
            || !text.IsEmpty || minutes > 59 || (hours * 60) + minutes > LargestOffsetMinutes)
        {
            return false;
        }

        ticks += ((hours * 60) + minutes) * TimeSpan.TicksPerMinute * (east ? -1 : 1);
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
    }

    private static bool Digits(ref ReadOnlySpan<char> text, int count, out int number)
    {
        number = 0;
        if (text.Length < count)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                return false;
            }

            number = (number * 10) + (text[i] - '0');
        }

        text = text[count..];
        return true;
    }

    private static bool Sign(ref ReadOnlySpan<char> text, char sign)
    {
        if (text.IsEmpty || char.ToUpperInvariant(text[0]) != sign)
        {
            return false;
        }

        text = text[1..];
        return true;
    }
}
