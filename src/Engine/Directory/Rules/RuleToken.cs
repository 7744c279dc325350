namespace Berth.Engine.Directory.Rules;

/// <summary>What a piece of a rule is.</summary>
internal enum RuleTokenKind
{
    /// <summary>A property, an operator, a value without quotes, or what is none of them.</summary>
    Word,

    /// <summary>A text in double quotes.</summary>
    Text,

    /// <summary>A text in single quotes.</summary>
    SingleQuoted,

    /// <summary>A text whose closing quote is missing.</summary>
    Unclosed,

    /// <summary>(</summary>
    Open,

    /// <summary>)</summary>
    Close,

    /// <summary>[</summary>
    OpenList,

    /// <summary>]</summary>
    CloseList,

    /// <summary>,</summary>
    Comma,

    /// <summary>Behind the last character.</summary>
    End,
}

/// <summary>A piece of a rule.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins, from 0.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Value">A word as written, a text without quotes and escapes.</param>
internal readonly record struct RuleToken(RuleTokenKind Kind, int Start, int End, string Value)
{
    /// <summary>A word as an operator or keyword: without its hyphen, which is optional and may be a dash (B121).</summary>
    public ReadOnlySpan<char> Bare => Kind == RuleTokenKind.Word && Value.Length > 1 && IsHyphen(Value[0]) ? Value.AsSpan(1) : Value;

    /// <summary>Whether it is a keyword, with or without a hyphen, ignoring case.</summary>
    public bool Is(string keyword) => Kind == RuleTokenKind.Word && Bare.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a character stands for a hyphen: U+002D, U+2013 or U+2014.</summary>
    public static bool IsHyphen(char c) => c is '-' or '\u2013' or '\u2014';
}

/// <summary>Cuts a rule into pieces, one at a time (B121, B122). Every text can be cut: what makes no sense becomes a word that nobody expects.</summary>
internal static class RuleLexer
{
    private const char Escape = '`';
    private const string EndsValue = "()[],\"'";

    /// <summary>The piece that begins at or after a place, where a value may stand: without quotes it runs to a blank, bracket, comma or quote.</summary>
    public static RuleToken NextValue(string rule, int from)
    {
        RuleToken token = Next(rule, from);
        return token.Kind == RuleTokenKind.Word ? Run(rule, token.Start) : token;
    }

    /// <summary>The piece that begins at or after a place: a name, with or without a hyphen before it, a bracket, a comma or a text.</summary>
    public static RuleToken Next(string rule, int from)
    {
        while (from < rule.Length && char.IsWhiteSpace(rule[from]))
        {
            from++;
        }

        if (from == rule.Length)
        {
            return new RuleToken(RuleTokenKind.End, from, from, "");
        }

        return rule[from] switch
        {
            '(' => One(RuleTokenKind.Open),
            ')' => One(RuleTokenKind.Close),
            '[' => One(RuleTokenKind.OpenList),
            ']' => One(RuleTokenKind.CloseList),
            ',' => One(RuleTokenKind.Comma),
            '"' or '\'' => Text(rule, from),
            _ => Word(rule, from),
        };

        RuleToken One(RuleTokenKind kind) => new(kind, from, from + 1, rule[from].ToString());
    }

    private static RuleToken Word(string rule, int from)
    {
        int end = from + (RuleToken.IsHyphen(rule[from]) ? 1 : 0);
        while (end < rule.Length && (char.IsAsciiLetterOrDigit(rule[end]) || rule[end] is '_' or '.' or '$'))
        {
            end++;
        }

        // What begins no name is told as a whole.
        return end > from ? new RuleToken(RuleTokenKind.Word, from, end, rule[from..end]) : Run(rule, from);
    }

    private static RuleToken Run(string rule, int from)
    {
        int end = from;
        while (end < rule.Length && !char.IsWhiteSpace(rule[end]) && !EndsValue.Contains(rule[end], StringComparison.Ordinal))
        {
            end++;
        }

        return new RuleToken(RuleTokenKind.Word, from, end, rule[from..end]);
    }

    // Two single quotes are one; in double quotes one alone stays, and a backtick keeps the next character from meaning anything.
    private static RuleToken Text(string rule, int from)
    {
        System.Text.StringBuilder value = new();
        bool isDouble = rule[from] == '"';
        for (int at = from + 1; at < rule.Length; at++)
        {
            if (rule[at] == '\'' && at + 1 < rule.Length && rule[at + 1] == '\'')
            {
                at++;
            }
            else if (rule[at] == rule[from])
            {
                return new RuleToken(isDouble ? RuleTokenKind.Text : RuleTokenKind.SingleQuoted, from, at + 1, value.ToString());
            }
            else if (isDouble && rule[at] == Escape && at + 1 < rule.Length)
            {
                at++;
            }

            value.Append(rule[at]);
        }

        return new RuleToken(RuleTokenKind.Unclosed, from, rule.Length, rule[from..]);
    }
}
