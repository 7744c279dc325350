namespace Berth.Engine.Directory.Rules;

/// <summary>What bounds membership rules.</summary>
public static class RuleLimits
{
    /// <summary>The longest rule, in characters (L122).</summary>
    public const int LongestRule = 3072;

    /// <summary>The deepest nesting of parentheses, in levels (B120).</summary>
    public const int DeepestNesting = 64;

    /// <summary>The most source groups of a rule over memberships (L138).</summary>
    public const int MostSources = 50;

    /// <summary>The most groups of a tenant whose rule is over memberships (B130).</summary>
    public const int MostMemberOfGroups = 500;

    /// <summary>The most dynamic groups of a tenant (B130).</summary>
    public const int MostDynamicGroups = 15_000;

    /// <summary>The longest time that may be added to <c>system.now</c>, or taken off it (B128).</summary>
    public static readonly TimeSpan LongestOffset = TimeSpan.FromDays(36_525);

    /// <summary>The most states that the automaton of a <c>-match</c> may have, as estimated from the pattern before it is built (B126).</summary>
    public const int MostPatternStates = 10_000;

    /// <summary>The most membership passes of one command: chains of groups that test each other's licenses can go in circles (B137).</summary>
    public const int MostMembershipRounds = 8;
}
