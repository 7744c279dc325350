using System.Diagnostics.CodeAnalysis;
using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>A membership rule, ready to be asked. It never changes, and any number of threads may ask it.</summary>
public sealed class MembershipRule
{
    private readonly RuleNode<RuleSubject> _root;

    private MembershipRule(string text, RuleNode<RuleSubject> root, bool aboutDevices)
    {
        Text = text;
        _root = root;
        IsAboutDevices = aboutDevices;
        Reads = root.Reads;
        ReadsNow = root.ReadsNow && !aboutDevices;
    }

    /// <summary>The rule as it was written.</summary>
    public string Text { get; }

    /// <summary>What it reads of a user.</summary>
    public RuleReads Reads { get; }

    /// <summary>Whether its result can change by time alone: it reads <c>system.now</c>.</summary>
    public bool ReadsNow { get; }

    /// <summary>Whether it is about devices: then nobody matches, because the directory has none (B131).</summary>
    public bool IsAboutDevices { get; }

    /// <summary>Whether it is a rule over memberships (L138).</summary>
    public bool IsMemberOf => _root is MemberOfGroups;

    /// <summary>The source groups of a rule over memberships, in its order, each with the character it stands at, from 1.</summary>
    public ValueArray<(Guid Group, int Position)> Sources => (_root as MemberOfGroups)?.Groups ?? [];

    /// <summary>Whose direct reports match, for a rule about that.</summary>
    public Guid? ReportsOf => (_root as ReportsOf)?.Manager;

    /// <summary>Reads a rule.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="rule">The rule, when it is one.</param>
    /// <param name="error">The first error, when it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MembershipRule? rule, [NotNullWhen(false)] out RuleError? error)
    {
        RuleParser parser = new(text);
        RuleNode<RuleSubject>? root = parser.Parse();
        rule = root is null ? null : new MembershipRule(text, root, parser.IsAboutDevices);
        error = parser.Error;
        return rule is not null;
    }

    /// <summary>Whether a user matches.</summary>
    public bool Matches(in RuleSubject subject) => !IsAboutDevices && _root.Holds(subject);

    /// <summary>Why a user matches or does not.</summary>
    public RuleDetails Explain(in RuleSubject subject) => _root.Explain(Text, subject);

    /// <summary>The first time after now at which the result differs from the one a tick before, all else being equal (B135); null when there is none.</summary>
    public DateTimeOffset? NextFlip(in RuleSubject subject)
    {
        if (!ReadsNow)
        {
            return null;
        }

        List<long> turns = [];
        _root.Turns(subject, turns);
        turns.Sort();
        bool before = Matches(subject);
        foreach (long turn in turns)
        {
            if (turn > subject.Now.UtcTicks && turn <= DateTimeOffset.MaxValue.UtcTicks)
            {
                DateTimeOffset at = new(turn, TimeSpan.Zero);
                if (Matches(subject with { Now = at }) != before)
                {
                    return at;
                }
            }
        }

        return null;
    }
}
