using System.Globalization;

namespace Berth.Graph.Queries;

/// <summary>
/// The words of a text as a search sees them (L159a): a space, a symbol, a change between letters and digits and a capital after a small
/// letter begin a new word. Words that only symbols part are one word too: <c>e-mail</c> is e, mail and email.
/// </summary>
internal static class Words
{
    private enum Kind : byte
    {
        Space,
        Symbol,
        Digit,
        Letter,
    }

    /// <summary>The words that a search asks for; its symbols when it has no word. Empty when it has neither.</summary>
    public static string[] Of(string text)
    {
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && IsWord(text[i]);
            if (start >= 0 && (!inside || Begins(text, i)))
            {
                words.Add(text[start..i]);
                start = -1;
            }

            start = inside && start < 0 ? i : start;
        }

        return words.Count > 0 ? [.. words] : [.. text.Where(static c => KindOf(c) == Kind.Symbol).Select(static c => c.ToString()).Distinct()];
    }

    /// <summary>Whether a text has a word that begins with the one asked for, ignoring case. Costs no memory.</summary>
    public static bool Has(ReadOnlySpan<char> text, string word)
    {
        if (!IsWord(word[0]))
        {
            return text.Contains(word[0]);
        }

        (char upper, char lower) = (char.ToUpperInvariant(word[0]), char.ToLowerInvariant(word[0]));
        for (int from = 0; from < text.Length; from++)
        {
            int found = text[from..].IndexOfAny(upper, lower);
            if (found < 0)
            {
                return false;
            }

            from += found;
            if ((from == 0 || Begins(text, from)) && IsAt(text[from..], word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAt(ReadOnlySpan<char> text, string word)
    {
        int at = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool afterSymbol = i > 0 && KindOf(text[i - 1]) == Kind.Symbol;
            switch (KindOf(text[i]))
            {
                case Kind.Space:
                    return false;
                case Kind.Symbol:
                    break;
                default:
                    if ((i > 0 && !afterSymbol && Begins(text, i)) || char.ToUpperInvariant(text[i]) != char.ToUpperInvariant(word[at]))
                    {
                        return false;
                    }

                    if (++at == word.Length)
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }

    // Whether the character begins a word of its own after the one before it.
    private static bool Begins(ReadOnlySpan<char> text, int at) =>
        KindOf(text[at]) != KindOf(text[at - 1]) || (char.IsUpper(text[at]) && char.IsLower(text[at - 1]));

    private static bool IsWord(char c) => KindOf(c) >= Kind.Digit;

    private static Kind KindOf(char c) =>
        char.IsWhiteSpace(c) ? Kind.Space
        : char.IsDigit(c) ? Kind.Digit
        : char.IsLetter(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark ? Kind.Letter
        : Kind.Symbol;
}
