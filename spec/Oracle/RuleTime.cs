using System.Globalization;
using System.Text.RegularExpressions;

namespace Berth.Oracle;

/// <summary>Dates and durations of membership rules (B128).</summary>
public static partial class RuleTime
{
    private const long MostDays = 36_525;

    /// <summary>The instant of a date in steps of 100 nanoseconds since the year 1, UTC; null when it is no date.</summary>
    public static long? Instant(string text)
    {
        Match match = Date().Match(text);
        if (!match.Success || !DateTime.TryParseExact(match.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day))
        {
            return null;
        }

        (long hours, long minutes, long seconds) = (Number(match, "h"), Number(match, "m"), Number(match, "s"));
        (long aheadHours, long aheadMinutes) = (Number(match, "oh"), Number(match, "om"));
        long ahead = (aheadHours * 60) + aheadMinutes;
        if (hours > 23 || minutes > 59 || seconds > 59 || aheadMinutes > 59 || ahead > 14 * 60)
        {
            return null;
        }

        long fraction = match.Groups["f"].Success ? long.Parse(match.Groups["f"].Value.PadRight(7, '0'), CultureInfo.InvariantCulture) : 0;
        long steps = day.Ticks
            + (((hours * 3600) + (minutes * 60) + seconds) * TimeSpan.TicksPerSecond) + fraction
            - ((match.Groups["sign"].Value == "-" ? -ahead : ahead) * TimeSpan.TicksPerMinute);
        return steps >= DateTime.MinValue.Ticks && steps <= DateTime.MaxValue.Ticks ? steps : null;
    }

    /// <summary>The steps of a duration; null when it is none.</summary>
    public static long? Duration(string text)
    {
        Match match = Span().Match(text);
        string[] units = ["w", "d", "h", "m", "s"];
        if (!match.Success || !units.Any(unit => match.Groups[unit].Success) || (match.Groups["t"].Success && !units[2..].Any(unit => match.Groups[unit].Success)))
        {
            return null;
        }

        decimal seconds = 0;
        foreach ((string unit, long worth) in units.Zip([604_800L, 86_400, 3600, 60, 1]))
        {
            // Longer numbers than these are longer than a hundred years in any unit.
            string digits = match.Groups[unit].Value.TrimStart('0');
            if (digits.Length > 15)
            {
                return null;
            }

            seconds += digits.Length == 0 ? 0 : decimal.Parse(digits, CultureInfo.InvariantCulture) * worth;
        }

        return seconds <= MostDays * 86_400 ? (long)seconds * TimeSpan.TicksPerSecond : null;
    }

    private static long Number(Match match, string part) => match.Groups[part].Success ? long.Parse(match.Groups[part].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"\A(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(T(?<h>[0-9]{2}):(?<m>[0-9]{2})(:(?<s>[0-9]{2})(\.(?<f>[0-9]{1,7}))?)?(Z|(?<sign>[+-])(?<oh>[0-9]{2}):(?<om>[0-9]{2}))?)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(
        @"\AP((?<w>[0-9]+)W)?((?<d>[0-9]+)D)?((?<t>T)((?<h>[0-9]+)H)?((?<m>[0-9]+)M)?((?<s>[0-9]+)S)?)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Span();
}
