using System.Globalization;
using System.Text.RegularExpressions;

namespace Berth.Portal.Settings;

/// <summary>Moments and durations as people write them, where the wire has ISO 8601.</summary>
public static partial class Moments
{
    /// <summary>A moment for people.</summary>
    public static string Words(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>The minutes of a duration such as <c>P1DT2H3M4.5S</c>; null where it is none.</summary>
    public static double? Minutes(string duration)
    {
        Match match = Iso().Match(duration);
        return !match.Success ? null : (Part("d") * 24 * 60) + (Part("h") * 60) + Part("m") + (Part("s") / 60);

        double Part(string name) => match.Groups[name] is { Success: true } found ? double.Parse(found.Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Minutes as the wire takes them.</summary>
    public static string Duration(double minutes) => string.Create(CultureInfo.InvariantCulture, $"PT{Math.Round(minutes * 60, 3)}S");

    [GeneratedRegex(@"^P((?<d>\d+)D)?(T((?<h>\d+)H)?((?<m>\d+)M)?((?<s>\d+(\.\d+)?)S)?)?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Iso();
}
