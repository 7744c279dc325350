using System.Text.RegularExpressions;
using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>What a comparison asks of a text: operator and values (B123, B124). A missing text is null.</summary>
internal sealed class TextTest
{
    private readonly RuleOperator _positive;
    private readonly bool _negative;
    private readonly string[] _values;
    private readonly Regex? _pattern;

    /// <summary>A test.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="values">What it compares with, one but for a list; none is <c>null</c>.</param>
    /// <param name="pattern">The pattern of <c>-match</c> and <c>-notMatch</c>.</param>
    public TextTest(RuleOperator op, string[] values, Regex? pattern)
    {
        _positive = op.Positive();
        _negative = op.IsNegative();
        _values = values;
        _pattern = pattern;
    }

    private bool HoldsOfNone => _values.Length == 0 && _pattern is null && _positive == RuleOperator.Equal;

    /// <summary>Whether a text passes: a positive operator is false for null but for <c>-eq null</c>, a negative one is its negation.</summary>
    public bool Passes(string? text) => (text is null ? HoldsOfNone : Holds(text)) != _negative;

    /// <summary>The same of a text where it lies.</summary>
    public bool Passes(Utf8Text text) => (text.IsMissing ? HoldsOfNone : text.Read(this, static (characters, test) => test.Holds(characters))) != _negative;

    /// <summary>Without a quantifier: a positive operator wants one of the texts to hold, a negative one none (L131). No text at all is null.</summary>
    public bool PassesAny(string? lines)
    {
        if (lines is null || _values.Length == 0)
        {
            return Passes(lines);
        }

        bool any = false;
        foreach (string line in lines.Split('\n'))
        {
            any |= Holds(line);
        }

        return any != _negative;
    }

    private bool Holds(ReadOnlySpan<char> text)
    {
        if (_values.Length == 0 && _pattern is null)
        {
            return false;
        }

        return _positive switch
        {
            RuleOperator.Equal => text.Equals(_values[0], StringComparison.OrdinalIgnoreCase),
            RuleOperator.StartsWith => text.StartsWith(_values[0], StringComparison.OrdinalIgnoreCase),
            RuleOperator.EndsWith => text.EndsWith(_values[0], StringComparison.OrdinalIgnoreCase),
            RuleOperator.Contains => text.Contains(_values[0], StringComparison.OrdinalIgnoreCase),
            RuleOperator.Match => _pattern!.IsMatch(text),
            RuleOperator.In => IsOneOf(text),
            _ => throw new InvalidOperationException($"No text is compared by {_positive}."),
        };
    }

    private bool IsOneOf(ReadOnlySpan<char> text)
    {
        foreach (string value in _values)
        {
            if (text.Equals(value, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>An instant that a rule names: fixed, or counted from <c>system.now</c>.</summary>
/// <param name="FromNow">Whether it is counted from now.</param>
/// <param name="Ticks">The instant in ticks of UTC, or the distance from now.</param>
internal readonly record struct RuleTime(bool FromNow, long Ticks)
{
    /// <summary>The instant, when now is given.</summary>
    public long At(DateTimeOffset now) => FromNow ? now.UtcTicks + Ticks : Ticks;
}

/// <summary>What a comparison asks of an instant (L132).</summary>
internal sealed class TimeTest(RuleOperator op, RuleTime[] times)
{
    private readonly RuleOperator _positive = op.Positive();
    private readonly bool _negative = op.IsNegative();

    /// <summary>Whether the answer can change by time alone.</summary>
    public bool ReadsNow => Array.Exists(times, static time => time.FromNow);

    /// <summary>Whether an instant, or none, passes.</summary>
    public bool Passes(long? ticks, DateTimeOffset now) => Holds(ticks, now) != _negative;

    /// <summary>The instants of the system's time, in ticks, from which on the answer for a value can be another than just before.</summary>
    public void Turns(long? ticks, List<long> turns)
    {
        foreach (RuleTime time in times)
        {
            if (ticks is { } value && time.FromNow)
            {
                // value = now + distance is where less, equal and greater meet.
                turns.Add(value - time.Ticks);
                turns.Add(value - time.Ticks + 1);
            }
        }
    }

    private bool Holds(long? ticks, DateTimeOffset now)
    {
        if (ticks is not { } value)
        {
            return times.Length == 0 && _positive == RuleOperator.Equal;
        }

        foreach (RuleTime time in times)
        {
            long other = time.At(now);
            if (_positive switch
            {
                RuleOperator.Equal or RuleOperator.In => value == other,
                RuleOperator.LessOrEqual => value <= other,
                RuleOperator.GreaterOrEqual => value >= other,
                _ => throw new InvalidOperationException($"No instant is compared by {_positive}."),
            })
            {
                return true;
            }
        }

        return false;
    }
}
