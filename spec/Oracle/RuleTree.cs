namespace Berth.Oracle;

/// <summary>A membership rule, or a part of one, as it was read. (dynamic-membership.md)</summary>
public abstract record RuleTree
{
    /// <summary>One of two, or both.</summary>
    public sealed record Or(RuleTree Left, RuleTree Right) : RuleTree;

    /// <summary>Both of two.</summary>
    public sealed record And(RuleTree Left, RuleTree Right) : RuleTree;

    /// <summary>The contrary.</summary>
    public sealed record Not(RuleTree Inner) : RuleTree;

    /// <summary>A comparison; property and operator in lower case, the operator without hyphen, an element of a collection of texts is <c>_</c>.</summary>
    public sealed record Comparison(string Property, string Operator, Operand Operand) : RuleTree;

    /// <summary><c>-any</c> or <c>-all</c> over a collection.</summary>
    public sealed record Quantified(string Property, bool All, RuleTree Body) : RuleTree;

    /// <summary>The users with this manager (B129).</summary>
    public sealed record DirectReports(string Manager) : RuleTree;

    /// <summary>The direct members of some groups (L138).</summary>
    public sealed record MemberOf(IReadOnlyList<string> Groups) : RuleTree;

    /// <summary>Every part of the rule, itself first.</summary>
    public IEnumerable<RuleTree> Parts() => this switch
    {
        Or or => [this, .. or.Left.Parts(), .. or.Right.Parts()],
        And and => [this, .. and.Left.Parts(), .. and.Right.Parts()],
        Not not => [this, .. not.Inner.Parts()],
        Quantified quantified => [this, .. quantified.Body.Parts()],
        _ => [this],
    };
}

/// <summary>What a comparison compares with.</summary>
public abstract record Operand
{
    /// <summary>Nothing.</summary>
    public sealed record Null : Operand;

    /// <summary>A text.</summary>
    public sealed record Text(string Value) : Operand;

    /// <summary>A list of texts.</summary>
    public sealed record List(IReadOnlyList<string> Items) : Operand;

    /// <summary>True or false.</summary>
    public sealed record Flag(bool Value) : Operand;

    /// <summary>An instant, in steps of 100 nanoseconds since the first of January of the year 1, UTC.</summary>
    public sealed record Instant(long Steps) : Operand;

    /// <summary><c>system.now</c>, later by some steps, or earlier.</summary>
    public sealed record Now(long Later) : Operand;
}

/// <summary>A rule that was read, and what it is about.</summary>
/// <param name="Tree">The rule.</param>
/// <param name="AboutDevices">Whether it speaks about devices (L123).</param>
public sealed record MembershipRule(RuleTree Tree, bool AboutDevices);

/// <summary>What a rule sees of a user.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Facts">Values of properties by Graph's names; the values of a collection are separated by line feeds; what is missing is not there.</param>
/// <param name="Plans">The rows of <c>assignedPlans</c>.</param>
/// <param name="Manager">The manager's id, or null.</param>
/// <param name="Groups">Ids of the groups the user is a direct member of.</param>
public sealed record Seen(string Id, IReadOnlyDictionary<string, string> Facts, IReadOnlyList<SeenPlan> Plans, string? Manager, IReadOnlyList<string> Groups);

/// <summary>A row of <c>assignedPlans</c> (B139).</summary>
public sealed record SeenPlan(string ServicePlanId, string CapabilityStatus, string Service);

/// <summary>A rule that cannot be read.</summary>
/// <param name="position">The position, from 1 (B120).</param>
/// <param name="sentence">What was found and what was expected.</param>
public sealed class UnreadableRuleException(int position, string sentence) : Exception($"at character {position}: {sentence}")
{
    /// <summary>The position of the character, from 1.</summary>
    public int Position => position;
}
