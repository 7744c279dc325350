using Berth.Graph.Requests;

namespace Berth.Identity;

/// <summary>
/// A <c>$filter</c> of the lists of roles (B748): <c>name eq value</c>, several with <c>and</c>; a value is a text in quotes, <c>true</c> or <c>false</c>. Anything else is refused, because a filter that is not heeded
/// shows too much.
/// </summary>
internal static class EqualsFilter
{
    /// <summary>The most comparisons.</summary>
    public const int Most = 8;

    /// <summary>Reads a filter; an empty one is met by everything.</summary>
    /// <param name="text">As it stands in the query.</param>
    /// <param name="names">The properties that can be compared.</param>
    public static (IReadOnlyList<(string Name, string Value)> Terms, GraphError? Error) Read(string text, IReadOnlyCollection<string> names)
    {
        List<(string Name, string Value)> terms = [];
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            if (terms.Count > 0 && !TakeWord(ref rest, "and"))
            {
                return Refused(names);
            }

            int end = rest.IndexOf(' ');
            string given = end <= 0 ? "" : rest[..end].ToString();
            string? name = names.FirstOrDefault(one => one == given);
            rest = end <= 0 ? rest : rest[end..].TrimStart();
            if (name is null || terms.Count == Most || !TakeWord(ref rest, "eq") || TakeValue(ref rest) is not { } value)
            {
                return Refused(names);
            }

            terms.Add((name, value));
        }

        return (terms, null);
    }

    private static (IReadOnlyList<(string, string)>, GraphError?) Refused(IReadOnlyCollection<string> names) =>
        ([], GraphError.BadQuery($"This list is filtered by '{string.Join(" eq', '", names)} eq', several with 'and' (B748)."));

    private static bool TakeWord(ref ReadOnlySpan<char> rest, string word)
    {
        if (!rest.StartsWith(word, StringComparison.Ordinal) || rest.Length == word.Length || rest[word.Length] != ' ')
        {
            return false;
        }

        rest = rest[word.Length..].TrimStart();
        return true;
    }

    // What follows is the end or a space.
    private static string? TakeValue(ref ReadOnlySpan<char> rest)
    {
        int end;
        string value;
        if (rest.StartsWith('\''))
        {
            // A quote in a text is written twice.
            for (end = 1; end < rest.Length && (rest[end] != '\'' || (end + 1 < rest.Length && rest[end + 1] == '\'')); end++)
            {
                end += rest[end] == '\'' ? 1 : 0;
            }

            if (end >= rest.Length)
            {
                return null;
            }

            value = rest[1..end].ToString().Replace("''", "'", StringComparison.Ordinal);
            end++;
        }
        else
        {
            int space = rest.IndexOf(' ');
            end = space < 0 ? rest.Length : space;
            value = rest[..end].ToString();
            if (value is not ("true" or "false"))
            {
                return null;
            }
        }

        if (end < rest.Length && rest[end] != ' ')
        {
            return null;
        }

        rest = rest[end..].TrimStart();
        return value;
    }
}
