using System.Globalization;
using System.Text;

namespace Berth.Graph.Scim;

/// <summary>Where a PATCH goes: an attribute, perhaps some of its values, perhaps a part of them.</summary>
/// <param name="Name">The attribute; the sub-attribute when there is no filter.</param>
/// <param name="Filter">Which values, or null for all.</param>
/// <param name="Part">The sub-attribute of those values, or null.</param>
internal sealed record ScimPath(ScimName Name, ScimFilter? Filter, string? Part);

/// <summary>Reads filters and paths (B805). It looks at each character a bounded number of times and nests no deeper than <see cref="ScimLimits.FilterDepth"/>.</summary>
internal sealed class ScimFilterParser
{
    private static readonly Dictionary<string, ScimOperator> Operators = new(StringComparer.OrdinalIgnoreCase)
    {
        ["eq"] = ScimOperator.Equal,
        ["ne"] = ScimOperator.NotEqual,
        ["co"] = ScimOperator.Contains,
        ["sw"] = ScimOperator.StartsWith,
        ["ew"] = ScimOperator.EndsWith,
        ["gt"] = ScimOperator.Greater,
        ["ge"] = ScimOperator.GreaterOrEqual,
        ["lt"] = ScimOperator.Less,
        ["le"] = ScimOperator.LessOrEqual,
    };

    private readonly string _text;
    private int _at;
    private string? _problem;

    private ScimFilterParser(string text) => _text = text;

    /// <summary>The filter of a text, or what is wrong with it, a sentence.</summary>
    public static (ScimFilter? Filter, string? Problem) Read(string text)
    {
        if (text.Length > ScimLimits.FilterCharacters)
        {
            return (null, TooLong("filter"));
        }

        ScimFilterParser parser = new(text);
        ScimFilter? filter = parser.Or(0);
        parser.Blanks();
        if (filter is not null && parser._at < text.Length)
        {
            parser.Fail("An operator was expected");
        }

        return parser._problem is { } problem ? (null, problem) : (filter, null);
    }

    /// <summary>The path of a PATCH, or what is wrong with it, a sentence.</summary>
    public static (ScimPath? Path, string? Problem) ReadPath(string text)
    {
        if (text.Length > ScimLimits.FilterCharacters)
        {
            return (null, TooLong("path"));
        }

        ScimFilterParser parser = new(text);
        ScimPath? path = parser.Path();
        parser.Blanks();
        if (path is not null && parser._at < text.Length)
        {
            parser.Fail("The end was expected");
        }

        return parser._problem is { } problem ? (null, problem) : (path, null);
    }

    private static string TooLong(string what) => string.Create(CultureInfo.InvariantCulture, $"The {what} is longer than {ScimLimits.FilterCharacters} characters.");

    private ScimPath? Path()
    {
        if (Name() is not { } name)
        {
            return null;
        }

        if (!Take('['))
        {
            return new ScimPath(name, null, null);
        }

        if (Or(1) is not { } filter || !Close(']'))
        {
            return null;
        }

        if (!Take('.'))
        {
            return new ScimPath(name, filter, null);
        }

        return Name() is { Schema: null, Sub: null } part ? new ScimPath(name, filter, part.Attribute) : Failed<ScimPath>("The name of a part of the value was expected");
    }

    private ScimFilter? Or(int depth)
    {
        if (depth > ScimLimits.FilterDepth)
        {
            return Failed<ScimFilter>(string.Create(CultureInfo.InvariantCulture, $"The filter nests deeper than {ScimLimits.FilterDepth} levels"));
        }

        ScimFilter? left = And(depth);
        while (left is not null && Word("or"))
        {
            left = And(depth) is { } right ? new ScimFilter.Or(left, right) : null;
        }

        return left;
    }

    private ScimFilter? And(int depth)
    {
        ScimFilter? left = One(depth);
        while (left is not null && Word("and"))
        {
            left = One(depth) is { } right ? new ScimFilter.And(left, right) : null;
        }

        return left;
    }

    private ScimFilter? One(int depth)
    {
        bool negated = Word("not");
        if (negated && Peek() != '(')
        {
            return Failed<ScimFilter>("A parenthesis was expected behind 'not'");
        }

        if (Take('('))
        {
            ScimFilter? inner = Or(depth + 1);
            return inner is null || !Close(')') ? null : negated ? new ScimFilter.Not(inner) : inner;
        }

        if (Name() is not { } name)
        {
            return null;
        }

        if (name.Attribute.Length == 0)
        {
            return Failed<ScimFilter>("The name of an attribute was expected behind the schema");
        }

        if (Take('['))
        {
            if (Or(depth + 1) is not { } inner || !Close(']'))
            {
                return null;
            }

            // emails[type eq "work"].value eq "x": Entra asks so for the part of a value, which the grammar has for paths alone (B806).
            return !Take('.') ? new ScimFilter.Any(name, inner)
                : Name() is { } part && Compared(part) is { } compared ? new ScimFilter.Any(name, new ScimFilter.And(inner, compared))
                : null;
        }

        return Compared(name);
    }

    private ScimFilter? Compared(ScimName name)
    {
        Blanks();
        string word = Letters();
        if (word.Equals("pr", StringComparison.OrdinalIgnoreCase))
        {
            return new ScimFilter.Present(name);
        }

        if (!Operators.TryGetValue(word, out ScimOperator comparison))
        {
            return Failed<ScimFilter>("One of eq, ne, co, sw, ew, gt, ge, lt, le and pr was expected");
        }

        return Value(out string? value) ? new ScimFilter.Compare(name, comparison, value) : null;
    }

    private ScimName? Name()
    {
        Blanks();
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '_' or '.' or ':' or '$'))
        {
            _at++;
        }

        if (ScimName.Read(_text.AsSpan(start, _at - start)) is { } name)
        {
            return name;
        }

        _at = start;
        Fail("The name of an attribute was expected");
        return null;
    }

    private bool Value(out string? value)
    {
        Blanks();
        if (Peek() == '"')
        {
            _at++;
            return Text(out value);
        }

        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '+' or '.'))
        {
            _at++;
        }

        string word = _text[start.._at];
        value = word.ToUpperInvariant() switch
        {
            "TRUE" => "true",
            "FALSE" => "false",
            "NULL" => null,
            _ => word,
        };
        if (value is null or "true" or "false" || double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            return true;
        }

        _at = start;
        Fail("A text in double quotes, true, false, null or a number was expected");
        return false;
    }

    private bool Text(out string? value)
    {
        StringBuilder text = new();
        while (_at < _text.Length)
        {
            char c = _text[_at++];
            if (c == '"')
            {
                value = text.ToString();
                return true;
            }

            if (c != '\\')
            {
                text.Append(c);
                continue;
            }

            char escaped = _at < _text.Length ? _text[_at++] : '\0';
            if (escaped == 'u' && _at + 4 <= _text.Length && ushort.TryParse(_text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                text.Append((char)code);
                _at += 4;
            }
            else if ("\"\\/bfnrt".IndexOf(escaped, StringComparison.Ordinal) is >= 0 and int which)
            {
                text.Append("\"\\/\b\f\n\r\t"[which]);
            }
            else
            {
                break;
            }
        }

        value = null;
        Fail("The text does not end as it should");
        return false;
    }

    private string Letters()
    {
        int start = _at;
        while (_at < _text.Length && char.IsAsciiLetter(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    // A word of the grammar, not the beginning of a name.
    private bool Word(string word)
    {
        Blanks();
        int end = _at + word.Length;
        if (end > _text.Length || !_text.AsSpan(_at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
            || (end < _text.Length && _text[end] is not (' ' or '(')))
        {
            return false;
        }

        _at = end;
        return true;
    }

    private bool Take(char wanted)
    {
        if (Peek() != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool Close(char wanted)
    {
        Blanks();
        if (Take(wanted))
        {
            return true;
        }

        Fail($"'{wanted}' was expected");
        return false;
    }

    private char Peek()
    {
        if (_at < _text.Length && _text[_at] == ' ')
        {
            Blanks();
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private void Blanks()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }

    private T? Failed<T>(string what)
        where T : class
    {
        Fail(what);
        return null;
    }

    private void Fail(string what) => _problem ??= string.Create(CultureInfo.InvariantCulture, $"{what} at character {_at + 1}.");
}
