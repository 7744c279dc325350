namespace Berth.CommandLine.Client.Licenses;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>A sentence that offers the names most like one that is unknown; empty when none is like it.</summary>
    public static string To(string name, IEnumerable<string> known)
    {
        if (name.Length > ClientLimits.LongestName)
        {
            return "";
        }

        string[] near =
        [
            .. known.Distinct(StringComparer.OrdinalIgnoreCase)
                .Select((candidate, order) => (candidate, order, distance: Distance(name, candidate)))
                .Where(one => one.distance <= Math.Max(2, name.Length / 3) || one.candidate.Contains(name, StringComparison.OrdinalIgnoreCase))
                .OrderBy(one => one.distance).ThenBy(one => one.order)
                .Take(ClientLimits.NearestNames)
                .Select(one => one.candidate),
        ];
        return near.Length == 0 ? "" : $" Did you mean {string.Join(", or ", near)}?";
    }

    // Levenshtein's distance, ignoring case.
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
