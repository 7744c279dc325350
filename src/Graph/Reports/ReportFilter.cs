using System.Globalization;

namespace Berth.Graph.Reports;

/// <summary>
/// The filters of reports: <c>and</c>, <c>or</c>, parentheses, and a column compared by <c>eq</c>, <c>lt</c>, <c>le</c>, <c>gt</c> or <c>ge</c> with a text, a number,
/// <c>true</c>, <c>false</c> or a time, which also comes as <c>datetime'2022-11-30'</c> (protocol 3.9, B443).
/// </summary>
internal sealed class ReportFilter
{
    private readonly string _text;
    private readonly IReadOnlyList<ReportColumn> _columns;
    private int _at;
    private int _depth;
    private (int At, string Message)? _problem;

    private ReportFilter(string text, IReadOnlyList<ReportColumn> columns) => (_text, _columns) = (text, columns);

    /// <summary>The condition of a filter, or for people what is wrong with it.</summary>
    public static (Func<object?[], bool>? Takes, string? Problem) Read(string text, IReadOnlyList<ReportColumn> columns)
    {
        ReportFilter filter = new(text, columns);
        Func<object?[], bool> takes = filter.Or();
        filter.Blanks();
        if (filter._at < text.Length)
        {
            filter.Fail("Here 'and', 'or' or the end was expected.");
        }

        return filter._problem is { } problem ? (null, $"At character {problem.At + 1}: {problem.Message}") : (takes, null);
    }

    private Func<object?[], bool> Or()
    {
        Func<object?[], bool> left = And();
        while (Word("or"))
        {
            Func<object?[], bool> one = left, other = And();
            left = row => one(row) || other(row);
        }

        return left;
    }

    private Func<object?[], bool> And()
    {
        Func<object?[], bool> left = Term();
        while (Word("and"))
        {
            Func<object?[], bool> one = left, other = Term();
            left = row => one(row) && other(row);
        }

        return left;
    }

    private Func<object?[], bool> Term()
    {
        Blanks();
        if (_problem is not null)
        {
            return static _ => false;
        }

        if (_at >= _text.Length || _text[_at] != '(')
        {
            return Comparison();
        }

        if (++_depth > GraphLimits.FilterDepth)
        {
            Fail($"More than {GraphLimits.FilterDepth} parentheses lie inside each other.");
            return static _ => false;
        }

        _at++;
        Func<object?[], bool> inner = Or();
        Blanks();
        if (_at < _text.Length && _text[_at] == ')')
        {
            _at++;
        }
        else
        {
            Fail("A ')' is missing.");
        }

        _depth--;
        return inner;
    }

    private Func<object?[], bool> Comparison()
    {
        int begin = _at;
        string name = Name();
        int column = -1;
        for (int i = 0; i < _columns.Count; i++)
        {
            column = _columns[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase) ? i : column;
        }

        if (column < 0)
        {
            Fail(name.Length == 0 ? "A column was expected." : $"The report has no column '{name}'; it has {string.Join(", ", _columns.Select(static one => one.Name))}.", begin);
            return static _ => false;
        }

        Blanks();
        begin = _at;
        string comparison = Name().ToUpperInvariant();
        Func<int, bool>? holds = comparison switch
        {
            "EQ" => static order => order == 0,
            "LT" => static order => order < 0,
            "LE" => static order => order <= 0,
            "GT" => static order => order > 0,
            "GE" => static order => order >= 0,
            _ => null,
        };
        if (holds is null)
        {
            Fail("A report is filtered by eq, lt, le, gt and ge.", begin);
            return static _ => false;
        }

        Blanks();
        begin = _at;
        if (Value(_columns[column].Type) is not { } wanted)
        {
            Fail($"The column {_columns[column].Name} holds {_columns[column].Type}, and this is none.", begin);
            return static _ => false;
        }

        // Nothing is neither more nor less than something.
        return row => row[column] is { } value && holds(ValueOrder.Instance.Compare(value, wanted));
    }

    private object? Value(ReportType type)
    {
        string? quoted = null;
        if (_text.AsSpan(_at).StartsWith("datetime'", StringComparison.OrdinalIgnoreCase))
        {
            _at += "datetime".Length;
            quoted = Quoted();
            return type == ReportType.DateTime && quoted is not null ? Time(quoted) : null;
        }

        string text = _at < _text.Length && _text[_at] == '\'' ? (quoted = Quoted()) ?? "" : Bare();
        return type switch
        {
            ReportType.String => quoted ?? (Guid.TryParseExact(text, "D", out _) ? text : null),
            ReportType.DateTime => Time(text),
            ReportType.Boolean when quoted is null && bool.TryParse(text, out bool flag) => flag,
            ReportType.Int32 when quoted is null && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
            ReportType.Int32 or ReportType.Double when quoted is null
                && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) => number,
            _ => null,
        };
    }

    // Without a zone it is UTC, as in the rows.
    private static DateTime? Time(string text) =>
        text.Length >= 10 && char.IsAsciiDigit(text[0])
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time.UtcDateTime
            : null;

    private string? Quoted()
    {
        System.Text.StringBuilder text = new();
        for (int i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] != '\'')
            {
                text.Append(_text[i]);
            }
            else if (i + 1 < _text.Length && _text[i + 1] == '\'')
            {
                text.Append('\'');
                i++;
            }
            else
            {
                _at = i + 1;
                return text.ToString();
            }
        }

        Fail("A text has no end: a quote inside is written twice.");
        _at = _text.Length;
        return null;
    }

    private string Name()
    {
        int begin = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _text[begin.._at];
    }

    private string Bare()
    {
        int begin = _at;
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] != ')')
        {
            _at++;
        }

        return _text[begin.._at];
    }

    private bool Word(string word)
    {
        Blanks();
        int end = _at + word.Length;
        if (_problem is null && _text.AsSpan(_at).StartsWith(word, StringComparison.OrdinalIgnoreCase) && (end == _text.Length || !char.IsAsciiLetterOrDigit(_text[end])))
        {
            _at = end;
            return true;
        }

        return false;
    }

    private void Blanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private void Fail(string message, int? at = null) => _problem ??= (at ?? _at, message);
}
