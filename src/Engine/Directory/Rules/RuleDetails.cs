using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>Why a rule came out as it did: a piece of it, what it came to, and the pieces it is made of (L145).</summary>
/// <param name="Expression">The piece as the rule has it, without parentheses round it.</param>
/// <param name="Result">What it came to.</param>
/// <param name="PropertyName">For a comparison: the property without its object, as Graph spells it; else null.</param>
/// <param name="PropertyValue">For a comparison: the user's value as text; null when there is none.</param>
/// <param name="Parts">The pieces it is made of, in the order of the rule.</param>
public sealed record RuleDetails(string Expression, bool Result, string? PropertyName, string? PropertyValue, ValueArray<RuleDetails> Parts);
