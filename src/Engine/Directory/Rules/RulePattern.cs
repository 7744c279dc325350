using System.Text.RegularExpressions;

namespace Berth.Engine.Directory.Rules;

/// <summary>Builds the automaton of a <c>-match</c>: its time grows with the text alone, whatever the pattern (L126).</summary>
internal static class RulePattern
{
    /// <summary>The pattern as an automaton, or null with what is wrong.</summary>
    public static Regex? Build(string pattern, out string problem)
    {
        problem = "a regular expression without back references and look-around";
        if (States(pattern) > RuleLimits.MostPatternStates)
        {
            problem = $"a regular expression with at most {RuleLimits.MostPatternStates} states: repeat less";
            return null;
        }

        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// An estimate of the automaton's size before it is built: characters and classes count one each, <c>{n,m}</c> counts what it repeats m
    /// times. A pattern that is none gets some number.
    /// </summary>
    internal static long States(string pattern)
    {
        const long Enough = 1_000_000;
        Stack<long> outer = [];
        long sum = 0, last = 0;
        for (int at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '\\':
                    at++;
                    Take(1);
                    break;
                case '[':
                    at = EndOfClass(pattern, at);
                    Take(1);
                    break;
                case '(':
                    outer.Push(sum);
                    sum = 0;
                    break;
                case ')':
                    long inner = sum;
                    sum = outer.TryPop(out long before) ? before : 0;
                    Take(inner);
                    break;
                case '{' when Repeat(pattern, at, out int end) is { } times:
                    sum = Math.Min(Enough, sum + (Math.Clamp(times - 1, 0, Enough) * last));
                    at = end;
                    break;
                case '*' or '+' or '?' or '|' or '^' or '$':
                    break;
                default:
                    Take(1);
                    break;
            }
        }

        while (outer.TryPop(out long before))
        {
            sum = Math.Min(Enough, sum + before);
        }

        // The end is a state of its own.
        return sum + 1;

        void Take(long states)
        {
            sum = Math.Min(Enough, sum + states);
            last = states;
        }
    }

    private static int EndOfClass(string pattern, int at)
    {
        for (int i = at + 1; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == ']' && i > at + 1 && !(i == at + 2 && pattern[at + 1] == '^'))
            {
                return i;
            }
        }

        return pattern.Length;
    }

    // {n}, {n,} and {n,m}: how often at most, or at least when there is no most.
    private static long? Repeat(string pattern, int at, out int end)
    {
        end = pattern.IndexOf('}', at);
        if (end < 0)
        {
            return null;
        }

        ReadOnlySpan<char> inside = pattern.AsSpan(at + 1, end - at - 1);
        int comma = inside.IndexOf(',');
        ReadOnlySpan<char> least = comma < 0 ? inside : inside[..comma], most = comma < 0 ? [] : inside[(comma + 1)..];
        return !int.TryParse(least, System.Globalization.NumberStyles.None, null, out int n) ? null
            : most.IsEmpty ? n
            : int.TryParse(most, System.Globalization.NumberStyles.None, null, out int m) ? Math.Max(n, m)
            : null;
    }
}
