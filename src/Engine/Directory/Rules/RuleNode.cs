using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>A piece of a rule that is true or false of something: of a user, or inside <c>-any</c> and <c>-all</c> of one element.</summary>
/// <typeparam name="T">What it is asked about.</typeparam>
/// <param name="start">Where the piece begins in the rule, from 0.</param>
/// <param name="end">Where it ends, exclusive.</param>
internal abstract class RuleNode<T>(int start, int end)
{
    /// <summary>Where the piece begins.</summary>
    public int Start => start;

    /// <summary>What it reads of a user.</summary>
    public virtual RuleReads Reads => RuleReads.None;

    /// <summary>Whether it can change by time alone.</summary>
    public virtual bool ReadsNow => false;

    /// <summary>The pieces it is made of.</summary>
    public virtual IEnumerable<RuleNode<T>> Parts => [];

    /// <summary>Whether it is true.</summary>
    public abstract bool Holds(in T of);

    /// <summary>Instants of the system's time, in ticks, from which on it can be another than just before.</summary>
    public virtual void Turns(in T of, List<long> turns)
    {
        foreach (RuleNode<T> part in Parts)
        {
            part.Turns(of, turns);
        }
    }

    /// <summary>The property that it compares, with the value; null for what is made of other pieces.</summary>
    public virtual (string Name, string? Value)? Compared(in T of) => null;

    /// <summary>Why it is true or false.</summary>
    public RuleDetails Explain(string rule, in T of)
    {
        List<RuleDetails> parts = [];
        foreach (RuleNode<T> part in Parts)
        {
            parts.Add(part.Explain(rule, of));
        }

        (string Name, string? Value)? compared = Compared(of);
        return new RuleDetails(rule[start..end], Holds(of), compared?.Name, compared?.Value, parts.ToValueArray());
    }
}

/// <summary>True when every piece is.</summary>
internal sealed class AllOf<T>(int start, int end, RuleNode<T>[] parts) : RuleNode<T>(start, end)
{
    public override RuleReads Reads => parts.Aggregate(RuleReads.None, static (reads, part) => reads | part.Reads);

    public override bool ReadsNow => Array.Exists(parts, static part => part.ReadsNow);

    public override IEnumerable<RuleNode<T>> Parts => parts;

    public override bool Holds(in T of)
    {
        foreach (RuleNode<T> part in parts)
        {
            if (!part.Holds(of))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>True when one piece is.</summary>
internal sealed class OneOf<T>(int start, int end, RuleNode<T>[] parts) : RuleNode<T>(start, end)
{
    public override RuleReads Reads => parts.Aggregate(RuleReads.None, static (reads, part) => reads | part.Reads);

    public override bool ReadsNow => Array.Exists(parts, static part => part.ReadsNow);

    public override IEnumerable<RuleNode<T>> Parts => parts;

    public override bool Holds(in T of)
    {
        foreach (RuleNode<T> part in parts)
        {
            if (part.Holds(of))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>True when a piece is not.</summary>
internal sealed class NotOf<T>(int start, int end, RuleNode<T> part) : RuleNode<T>(start, end)
{
    public override RuleReads Reads => part.Reads;

    public override bool ReadsNow => part.ReadsNow;

    public override IEnumerable<RuleNode<T>> Parts => [part];

    public override bool Holds(in T of) => !part.Holds(of);
}

/// <summary>A text of an element: of a collection of texts, or of a plan.</summary>
internal sealed class ElementComparison<T>(int start, int end, string name, Func<T, string?> get, TextTest test) : RuleNode<T>(start, end)
{
    public override bool Holds(in T of) => test.Passes(get(of));

    public override (string Name, string? Value)? Compared(in T of) => (name, get(of));
}

/// <summary>A text, true or false, or the texts of a collection without quantifier.</summary>
internal sealed class TextComparison(int start, int end, RuleProperty property, TextTest test) : RuleNode<RuleSubject>(start, end)
{
    private readonly bool _many = property.Type == RuleType.Texts;

    public override RuleReads Reads => property.Reads;

    public override bool Holds(in RuleSubject of) =>
        _many ? test.PassesAny(property.Get(of.User)) : property.Utf8 is { } utf8 ? test.Passes(utf8(of.User)) : test.Passes(property.Get(of.User));

    public override (string Name, string? Value)? Compared(in RuleSubject of) =>
        (property.Name, _many ? property.Get(of.User)?.Replace("\n", ", ", StringComparison.Ordinal) : property.Get(of.User));
}

/// <summary>An instant.</summary>
internal sealed class TimeComparison(int start, int end, RuleProperty property, TimeTest test) : RuleNode<RuleSubject>(start, end)
{
    public override RuleReads Reads => property.Reads;

    public override bool ReadsNow => test.ReadsNow;

    public override bool Holds(in RuleSubject of) => test.Passes(Value(of), of.Now);

    public override void Turns(in RuleSubject of, List<long> turns) => test.Turns(Value(of), turns);

    public override (string Name, string? Value)? Compared(in RuleSubject of) => (property.Name, property.Get(of.User));

    private long? Value(in RuleSubject of) => RuleTimes.TryInstant(property.Get(of.User), out long ticks) ? ticks : null;
}

/// <summary>The texts of a collection under <c>-any</c> or <c>-all</c>: over none, the first is false and the second true (L130).</summary>
internal sealed class TextsQuantified(int start, int end, RuleProperty property, bool all, RuleNode<string> body) : RuleNode<RuleSubject>(start, end)
{
    public override RuleReads Reads => property.Reads;

    public override bool Holds(in RuleSubject of)
    {
        string? lines = property.Get(of.User);
        if (lines is null)
        {
            return all;
        }

        foreach (string line in lines.Split('\n'))
        {
            if (body.Holds(line) != all)
            {
                return !all;
            }
        }

        return all;
    }

    public override (string Name, string? Value)? Compared(in RuleSubject of) =>
        (property.Name, property.Get(of.User)?.Replace("\n", ", ", StringComparison.Ordinal));
}

/// <summary>The assigned plans under <c>-any</c> or <c>-all</c>.</summary>
internal sealed class PlansQuantified(int start, int end, RuleProperty property, bool all, RuleNode<RulePlan> body) : RuleNode<RuleSubject>(start, end)
{
    public override RuleReads Reads => property.Reads;

    public override bool Holds(in RuleSubject of)
    {
        foreach (RulePlan plan in of.Facts.PlansOf(of.Index))
        {
            if (body.Holds(plan) != all)
            {
                return !all;
            }
        }

        return all;
    }

    public override (string Name, string? Value)? Compared(in RuleSubject of)
    {
        string plans = string.Join(", ", of.Facts.PlansOf(of.Index).Select(plan => $"{plan.ServicePlanId} {plan.Service} {plan.CapabilityStatus}"));
        return (property.Name, plans.Length == 0 ? null : plans);
    }
}

/// <summary>A first-level member of one of some groups (L138).</summary>
internal sealed class MemberOfGroups(int start, int end, RuleProperty property, ValueArray<(Guid Group, int Position)> groups) : RuleNode<RuleSubject>(start, end)
{
    /// <summary>The groups, each with the character it stands at, from 1.</summary>
    public ValueArray<(Guid Group, int Position)> Groups => groups;

    public override RuleReads Reads => property.Reads;

    public override bool Holds(in RuleSubject of)
    {
        foreach ((Guid group, _) in groups)
        {
            if (of.Facts.IsMember(of.Index, group))
            {
                return true;
            }
        }

        return false;
    }

    public override (string Name, string? Value)? Compared(in RuleSubject of)
    {
        List<Guid> found = [];
        foreach ((Guid group, _) in groups)
        {
            if (of.Facts.IsMember(of.Index, group))
            {
                found.Add(group);
            }
        }

        return (property.Name, found.Count == 0 ? null : string.Join(", ", found));
    }
}

/// <summary>Everybody with a given manager.</summary>
internal sealed class ReportsOf(int start, int end, Guid manager) : RuleNode<RuleSubject>(start, end)
{
    public Guid Manager => manager;

    public override RuleReads Reads => RuleReads.Manager;

    public override bool Holds(in RuleSubject of) => of.Facts.ManagerOf(of.Index) == manager;

    public override (string Name, string? Value)? Compared(in RuleSubject of) => ("manager", of.Facts.ManagerOf(of.Index)?.ToString());
}
