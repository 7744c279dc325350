using System.Text.RegularExpressions;
using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>
/// Reads a rule from left to right by the grammar of the rule book and keeps the first error (B120 to B129). Its depth follows the parentheses,
/// which are bounded.
/// </summary>
internal sealed class RuleParser(string rule)
{
    private const string SomeOperator = "an operator such as -eq";
    private const string MemberOfForm = "user.memberOf -any (group.objectId -in ['id', ...]) and nothing beside it";

    private RuleToken _token;
    private int _depth;
    private bool? _aboutDevices;

    /// <summary>The first error, or null.</summary>
    public RuleError? Error { get; private set; }

    /// <summary>Whether the rule is about devices.</summary>
    public bool IsAboutDevices => _aboutDevices ?? false;

    /// <summary>The rule, or null with <see cref="Error"/> set.</summary>
    public RuleNode<RuleSubject>? Parse()
    {
        if (rule.Length > RuleLimits.LongestRule)
        {
            Error = new RuleError(
                RuleLimits.LongestRule + 1, $"a rule of {rule.Length} characters", $"its end: a rule has at most {RuleLimits.LongestRule} (L122)");
            return null;
        }

        _token = RuleLexer.Next(rule, 0);
        RuleNode<RuleSubject>? root = _token.Is("Direct") && !RuleToken.IsHyphen(_token.Value[0]) ? DirectReports()
            : IsMemberOf() ? MemberOf()
            : Or(UserComparison);
        if (root is not null && _token.Kind != RuleTokenKind.End)
        {
            Fail(_depth == 0 && root is not (MemberOfGroups or ReportsOf) ? "-and, -or or the end of the rule" : "the end of the rule");
        }

        return Error is null ? root : null;
    }

    private bool IsMemberOf() => _token.Kind == RuleTokenKind.Word
        && (_token.Value.Equals("user.memberOf", StringComparison.OrdinalIgnoreCase) || _token.Value.Equals("device.memberOf", StringComparison.OrdinalIgnoreCase));

    private ReportsOf? DirectReports()
    {
        const string Form = "Direct Reports for \"id\" and nothing beside it";
        int start = _token.Start;
        Go();
        if (!TakeBare("Reports", Form) || !TakeBare("for", Form))
        {
            return null;
        }

        if (_token.Kind != RuleTokenKind.Text || !Guid.TryParseExact(_token.Value, "D", out Guid manager))
        {
            Fail("the id of a user in double quotes");
            return null;
        }

        int end = _token.End;
        Go();
        return new ReportsOf(start, end, manager);
    }

    private MemberOfGroups? MemberOf()
    {
        int start = _token.Start;
        _aboutDevices = _token.Value[0] is 'd' or 'D';
        RuleProperty property = RuleProperty.Find(IsAboutDevices, "memberOf")!;
        Go();
        if (!Take(_token.Is("any"), MemberOfForm) || !Take(_token.Kind == RuleTokenKind.Open, MemberOfForm)
            || !Take(_token.Value.Equals("group.objectId", StringComparison.OrdinalIgnoreCase) && _token.Kind == RuleTokenKind.Word, MemberOfForm)
            || !Take(_token.Is("in"), MemberOfForm) || !Take(_token.Kind == RuleTokenKind.OpenList, MemberOfForm))
        {
            return null;
        }

        List<(Guid, int)> groups = [];
        do
        {
            if (_token.Kind is not (RuleTokenKind.Text or RuleTokenKind.SingleQuoted) || !Guid.TryParseExact(_token.Value, "D", out Guid group))
            {
                Fail("the id of a group in quotes");
                return null;
            }

            if (groups.Count == RuleLimits.MostSources)
            {
                Fail($"at most {RuleLimits.MostSources} groups (L138)");
                return null;
            }

            groups.Add((group, _token.Start + 1));
            Go();
        }
        while (_token.Kind == RuleTokenKind.Comma && Go());
        int end = -1;
        if (!Take(_token.Kind == RuleTokenKind.CloseList, "a comma or ]"))
        {
            return null;
        }

        end = _token.End;
        return Take(_token.Kind == RuleTokenKind.Close, ")") ? new MemberOfGroups(start, end, property, groups.ToValueArray()) : null;
    }

    private RuleNode<T>? Or<T>(Func<RuleNode<T>?> comparison) => Chain("or", () => Chain("and", () => Not(comparison), static (start, end, parts) => new AllOf<T>(start, end, parts)),
        static (start, end, parts) => new OneOf<T>(start, end, parts));

    private RuleNode<T>? Chain<T>(string keyword, Func<RuleNode<T>?> next, Func<int, int, RuleNode<T>[], RuleNode<T>> make)
    {
        int start = _token.Start;
        if (next() is not { } first)
        {
            return null;
        }

        List<RuleNode<T>>? parts = null;
        while (_token.Is(keyword))
        {
            Go();
            if (next() is not { } part)
            {
                return null;
            }

            (parts ??= [first]).Add(part);
        }

        return parts is null ? first : make(start, _ended, [.. parts]);
    }

    private RuleNode<T>? Not<T>(Func<RuleNode<T>?> comparison)
    {
        if (!_token.Is("not"))
        {
            return Primary(comparison);
        }

        int start = _token.Start;
        Go();
        return Primary(comparison) is { } part ? new NotOf<T>(start, _ended, part) : null;
    }

    private RuleNode<T>? Primary<T>(Func<RuleNode<T>?> comparison)
    {
        if (_token.Kind != RuleTokenKind.Open)
        {
            return comparison();
        }

        if (!Enter())
        {
            return null;
        }

        RuleNode<T>? inner = Or(comparison);
        return inner is not null && Leave() ? inner : null;
    }

    private bool Enter()
    {
        if (++_depth > RuleLimits.DeepestNesting)
        {
            Fail($"at most {RuleLimits.DeepestNesting} parentheses open at once");
            return false;
        }

        return Go();
    }

    private bool Leave()
    {
        _depth--;
        return Take(_token.Kind == RuleTokenKind.Close, "-and, -or or )");
    }

    private RuleNode<RuleSubject>? UserComparison()
    {
        int start = _token.Start;
        if (Property() is not { } property)
        {
            return null;
        }

        Go();
        if (_token.Is("any") || _token.Is("all"))
        {
            return Quantified(start, property);
        }

        if (property.Type == RuleType.Plans)
        {
            Fail("-any or -all");
            return null;
        }

        if (Operator(property.Type) is not { } op)
        {
            return null;
        }

        if (property.Type == RuleType.Time)
        {
            return Time() is { } times ? new TimeComparison(start, _ended, property, new TimeTest(op, times)) : null;
        }

        return Test(op, property.Type) is { } test ? new TextComparison(start, _ended, property, test) : null;

        // Null goes with -eq and -ne alone.
        RuleTime[]? Time() => TimeValue(op is RuleOperator.Equal or RuleOperator.NotEqual);
    }

    private RuleNode<RuleSubject>? Quantified(int start, RuleProperty property)
    {
        if (property.Type is not (RuleType.Texts or RuleType.Plans))
        {
            Fail($"{SomeOperator}: -any and -all go with collections");
            return null;
        }

        bool all = _token.Is("all");
        Go();
        if (property.Type == RuleType.Plans)
        {
            return Body(PlanComparison) is { } plans ? new PlansQuantified(start, _ended, property, all, plans) : null;
        }

        return Body(ElementComparison) is { } texts ? new TextsQuantified(start, _ended, property, all, texts) : null;
    }

    private RuleNode<T>? Body<T>(Func<RuleNode<T>?> comparison) => _token.Kind == RuleTokenKind.Open ? Primary(comparison) : comparison();

    private ElementComparison<string>? ElementComparison()
    {
        if (_token.Kind != RuleTokenKind.Word || _token.Value != "_")
        {
            Fail("_, the element");
            return null;
        }

        return OfElement<string>("_", static text => text);
    }

    private ElementComparison<RulePlan>? PlanComparison()
    {
        if (_token.Kind == RuleTokenKind.Word)
        {
            switch (_token.Value.ToUpperInvariant())
            {
                case "ASSIGNEDPLAN.CAPABILITYSTATUS":
                    return OfElement<RulePlan>("assignedPlan.capabilityStatus", static plan => plan.CapabilityStatus);
                case "ASSIGNEDPLAN.SERVICE":
                    return OfElement<RulePlan>("assignedPlan.service", static plan => plan.Service);
                case "ASSIGNEDPLAN.SERVICEPLANID":
                    return OfElement<RulePlan>("assignedPlan.servicePlanId", static plan => plan.ServicePlanId.ToString());
            }
        }

        Fail("assignedPlan.servicePlanId, assignedPlan.service or assignedPlan.capabilityStatus");
        return null;
    }

    private ElementComparison<T>? OfElement<T>(string name, Func<T, string?> get)
    {
        int start = _token.Start;
        Go();
        return Operator(RuleType.Text) is { } op && Test(op, RuleType.Text) is { } test ? new ElementComparison<T>(start, _ended, name, get, test) : null;
    }

    private RuleProperty? Property()
    {
        string word = _token.Kind == RuleTokenKind.Word ? _token.Value : "";
        int dot = word.IndexOf('.', StringComparison.Ordinal);
        string of = dot < 0 ? "" : word[..dot], name = word[(dot + 1)..];
        bool ofDevice = of.Equals("device", StringComparison.OrdinalIgnoreCase);
        if (!ofDevice && !of.Equals("user", StringComparison.OrdinalIgnoreCase))
        {
            Fail(_token.Is("not") ? "a property or ( after one -not" : "a property such as user.department");
            return null;
        }

        if (_aboutDevices is { } other && other != ofDevice)
        {
            Fail($"a property of the {(other ? "device" : "user")}: a rule is about users or about devices (L123)");
            return null;
        }

        if (RuleProperty.Find(ofDevice, name) is not { } property)
        {
            string such = string.Join(" or ", RuleProperty.Near(ofDevice, name).Select(near => $"{(ofDevice ? "device" : "user")}.{near}"));
            Fail(name.StartsWith("extension_", StringComparison.OrdinalIgnoreCase) ? "another property: no application of this directory has registered this extension (L135)"
                : such.Length > 0 ? $"a property such as {such}"
                : ofDevice ? "a property such as device.displayName" : "a property such as user.department");
            return null;
        }

        if (property.Type == RuleType.Groups)
        {
            Fail("another property: memberOf stands alone in a rule (L138)");
            return null;
        }

        _aboutDevices = ofDevice;
        return property;
    }

    private RuleOperator? Operator(RuleType type)
    {
        RuleOperator? op = RuleOperators.Of(_token);
        bool suits = op is { } one && type switch
        {
            RuleType.Text or RuleType.Texts => one is not (RuleOperator.LessOrEqual or RuleOperator.GreaterOrEqual),
            RuleType.Flag => one is RuleOperator.Equal or RuleOperator.NotEqual,
            RuleType.Time => one is RuleOperator.Equal or RuleOperator.NotEqual or RuleOperator.LessOrEqual or RuleOperator.GreaterOrEqual,
            RuleType.Plans or RuleType.Groups => false,
        };
        if (!suits)
        {
            Fail(op is null ? SomeOperator : type switch
            {
                RuleType.Flag => "-eq or -ne",
                RuleType.Time => "-eq, -ne, -le or -ge",
                RuleType.Text or RuleType.Texts or RuleType.Plans or RuleType.Groups => "an operator of texts such as -eq",
            });
            return null;
        }

        _token = RuleLexer.NextValue(rule, _token.End);
        return op;
    }

    // What stands behind the operator of a text or Boolean.
    private TextTest? Test(RuleOperator op, RuleType type)
    {
        RuleOperator positive = op.Positive();
        if (positive == RuleOperator.In)
        {
            return List() is { } items ? new TextTest(op, items, null) : null;
        }

        int position = _token.Start;
        (string? value, bool isNull) = Value();
        bool mayBeNull = positive == RuleOperator.Equal;
        if (Error is not null)
        {
            return null;
        }

        bool suits = isNull ? mayBeNull : type != RuleType.Flag || IsFlag(value!);
        if (!suits)
        {
            Fail(type == RuleType.Flag ? "true, false or null" : "a text in quotes: null goes with -eq and -ne only (L128)");
            return null;
        }

        Regex? pattern = null;
        if (positive == RuleOperator.Match && (pattern = RulePattern.Build(value!, out string problem)) is null)
        {
            Error = new RuleError(position + 1, RuleError.Quoted(rule.AsSpan(position, _token.End - position)), problem);
            return null;
        }

        Go();
        return new TextTest(op, isNull ? [] : [value!], pattern);
    }

    // -in and -notIn: the current piece is the bracket.
    private string[]? List()
    {
        if (_token.Kind != RuleTokenKind.OpenList)
        {
            Fail("a list such as [\"a\", \"b\"]");
            return null;
        }

        List<string> items = [];
        do
        {
            _token = RuleLexer.NextValue(rule, _token.End);
            (string? item, bool isNull) = Value();
            if (Error is not null)
            {
                return null;
            }

            if (isNull)
            {
                Fail("a text in quotes: null is no item of a list");
                return null;
            }

            items.Add(item!);
            Go();
        }
        while (_token.Kind == RuleTokenKind.Comma);
        return Take(_token.Kind == RuleTokenKind.CloseList, "a comma or ]") ? [.. items] : null;
    }

    // A text, or what is a text without its quotes; the piece is not passed.
    private (string? Value, bool IsNull) Value()
    {
        switch (_token.Kind)
        {
            case RuleTokenKind.Text or RuleTokenKind.SingleQuoted:
                return (_token.Value, false);
            case RuleTokenKind.Word when IsNull(_token.Value):
                return (null, true);
            case RuleTokenKind.Word when IsFlag(_token.Value) || IsNumber(_token.Value) || RuleTimes.TryInstant(_token.Value, out _):
                return (_token.Value, false);
            default:
                Fail("a text in quotes, such as \"Sales\"");
                return (null, false);
        }
    }

    private RuleTime[]? TimeValue(bool orNull)
    {
        if (_token.Kind == RuleTokenKind.Word && _token.Value.Equals("system.now", StringComparison.OrdinalIgnoreCase))
        {
            Go();
            bool minus = _token.Is("minus");
            if (!minus && !_token.Is("plus"))
            {
                return [new RuleTime(true, 0)];
            }

            _token = RuleLexer.NextValue(rule, _token.End);
            if (_token.Kind is not (RuleTokenKind.Word or RuleTokenKind.Text or RuleTokenKind.SingleQuoted) || !RuleTimes.TryDuration(_token.Value, out long distance))
            {
                Fail($"a duration of weeks, days, hours, minutes and seconds, such as P1D, at most {RuleLimits.LongestOffset.Days} days");
                return null;
            }

            Go();
            return [new RuleTime(true, minus ? -distance : distance)];
        }

        if (orNull && _token.Kind == RuleTokenKind.Word && IsNull(_token.Value))
        {
            Go();
            return [];
        }

        if (_token.Kind is RuleTokenKind.Word or RuleTokenKind.Text or RuleTokenKind.SingleQuoted && RuleTimes.TryInstant(_token.Value, out long ticks))
        {
            Go();
            return [new RuleTime(false, ticks)];
        }

        Fail($"a date such as 2026-01-31{(orNull ? ", null" : "")} or system.now");
        return null;
    }

    private static bool IsNull(string word) => word.Equals("null", StringComparison.OrdinalIgnoreCase) || word.Equals("$null", StringComparison.OrdinalIgnoreCase);

    private static bool IsFlag(string word) => word.Equals("true", StringComparison.OrdinalIgnoreCase) || word.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static bool IsNumber(ReadOnlySpan<char> word)
    {
        word = word.StartsWith('-') ? word[1..] : word;
        int point = word.IndexOf('.');
        return IsDigits(point < 0 ? word : word[..point]) && (point < 0 || IsDigits(word[(point + 1)..]));

        static bool IsDigits(ReadOnlySpan<char> digits) => !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private bool TakeBare(string keyword, string expected) =>
        Take(_token.Kind == RuleTokenKind.Word && _token.Value.Equals(keyword, StringComparison.OrdinalIgnoreCase), expected);

    private bool Take(bool fits, string expected)
    {
        if (!fits)
        {
            Fail(expected);
            return false;
        }

        return Go();
    }

    private bool Go()
    {
        _ended = _token.End;
        _token = RuleLexer.Next(rule, _token.End);
        return true;
    }

    // Where the last piece that was passed ends.
    private int _ended;

    private void Fail(string expected) => Error ??= _token.Kind switch
    {
        RuleTokenKind.End => new RuleError(rule.Length + 1, "the end of the rule", expected),
        RuleTokenKind.Unclosed => new RuleError(_token.Start + 1, $"a text without its closing {rule[_token.Start]}", expected),
        _ => new RuleError(_token.Start + 1, RuleError.Quoted(rule.AsSpan(_token.Start, _token.End - _token.Start)), expected),
    };
}
