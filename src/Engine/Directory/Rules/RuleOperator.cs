namespace Berth.Engine.Directory.Rules;

/// <summary>How a property and a value are compared; each negative one follows its positive one and is its negation.</summary>
internal enum RuleOperator : byte
{
    Equal,
    NotEqual,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    Contains,
    NotContains,
    Match,
    NotMatch,
    In,
    NotIn,
    LessOrEqual,
    GreaterOrEqual,
}

/// <summary>The operators as rules spell them, without the hyphen.</summary>
internal static class RuleOperators
{
    private static readonly Dictionary<string, RuleOperator> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["eq"] = RuleOperator.Equal,
        ["ne"] = RuleOperator.NotEqual,
        ["startsWith"] = RuleOperator.StartsWith,
        ["notStartsWith"] = RuleOperator.NotStartsWith,
        ["endsWith"] = RuleOperator.EndsWith,
        ["notEndsWith"] = RuleOperator.NotEndsWith,
        ["contains"] = RuleOperator.Contains,
        ["notContains"] = RuleOperator.NotContains,
        ["match"] = RuleOperator.Match,
        ["notMatch"] = RuleOperator.NotMatch,
        ["in"] = RuleOperator.In,
        ["notIn"] = RuleOperator.NotIn,
        ["le"] = RuleOperator.LessOrEqual,
        ["ge"] = RuleOperator.GreaterOrEqual,
    };

    private static readonly Dictionary<string, RuleOperator>.AlternateLookup<ReadOnlySpan<char>> Lookup = ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The operator that a piece of a rule is, or null.</summary>
    public static RuleOperator? Of(RuleToken token) =>
        token.Kind == RuleTokenKind.Word && Lookup.TryGetValue(token.Bare, out RuleOperator found) ? found : null;

    /// <summary>Whether it is the negation of the one before it.</summary>
    public static bool IsNegative(this RuleOperator one) => one is RuleOperator.NotEqual or RuleOperator.NotStartsWith or RuleOperator.NotEndsWith
        or RuleOperator.NotContains or RuleOperator.NotMatch or RuleOperator.NotIn;

    /// <summary>The operator that a negative one negates; a positive one itself.</summary>
    public static RuleOperator Positive(this RuleOperator one) => one.IsNegative() ? one - 1 : one;
}
