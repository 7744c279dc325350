using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.Directory.Rules;

/// <summary>The rule of a dynamic group, named by index, and whether it is followed.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="IsOn">Whether membership follows it.</param>
internal readonly record struct GroupRule(MembershipRule Rule, bool IsOn);

/// <summary>A group's rule names an object: a source group, or a manager.</summary>
/// <param name="Object">The id.</param>
/// <param name="Group">The index of the group that has the rule.</param>
internal readonly record struct RuleLink(Guid Object, int Group) : IComparable<RuleLink>
{
    public int CompareTo(RuleLink other)
    {
        int order = Object.CompareTo(other.Object);
        return order != 0 ? order : Group.CompareTo(other.Group);
    }

    public static bool operator <(RuleLink left, RuleLink right) => left.CompareTo(right) < 0;

    public static bool operator >(RuleLink left, RuleLink right) => left.CompareTo(right) > 0;

    public static bool operator <=(RuleLink left, RuleLink right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RuleLink left, RuleLink right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// Which rules read what: so that a change of one attribute looks only at the rules that read it. Immutable; a group that gets a rule or loses it
/// costs a few steps whatever the number of rules.
/// </summary>
internal sealed class RuleIndex
{
    // Before what is made of it.
    private static readonly SortedPages<int>[] Nothing = [.. Enumerable.Repeat(SortedPages<int>.Empty, RuleReads.Width)];

    /// <summary>No group is dynamic.</summary>
    public static readonly RuleIndex Empty = new(ImmutableDictionary<int, GroupRule>.Empty);

    private readonly ImmutableDictionary<int, GroupRule> _rules;
    private SortedPages<int>[] _byRead = Nothing;
    private SortedPages<RuleLink> _reports = SortedPages<RuleLink>.Empty;

    private RuleIndex(ImmutableDictionary<int, GroupRule> rules) => _rules = rules;

    /// <summary>The number of dynamic groups.</summary>
    public int Count => _rules.Count;

    /// <summary>Groups that follow a rule about what users are, which every new user is looked at by.</summary>
    public SortedPages<int> Own { get; private init; } = SortedPages<int>.Empty;

    /// <summary>Those whose rule reads <c>system.now</c>.</summary>
    public SortedPages<int> Timed { get; private init; } = SortedPages<int>.Empty;

    /// <summary>What the rules in <see cref="Timed"/> read.</summary>
    public bool TimedReadPlans { get; private init; }

    /// <summary>The memberOf rules of all groups, followed or not, each by its sources.</summary>
    public SortedPages<RuleLink> Sources { get; private init; } = SortedPages<RuleLink>.Empty;

    /// <summary>The number of groups with a memberOf rule.</summary>
    public int MemberOfCount { get; private init; }

    /// <summary>Whether a rule that is followed reads the assigned plans.</summary>
    public bool ReadsPlans => Reading(RuleReads.AssignedPlans).Count > 0;

    /// <summary>The rule of a group, or null.</summary>
    public MembershipRule? RuleOf(int group) => _rules.TryGetValue(group, out GroupRule found) ? found.Rule : null;

    /// <summary>Whether a group follows a rule.</summary>
    public bool IsOn(int group) => _rules.TryGetValue(group, out GroupRule found) && found.IsOn && !found.Rule.IsAboutDevices;

    /// <summary>Whether a group has a memberOf rule, followed or not.</summary>
    public bool IsMemberOf(int group) => RuleOf(group) is { IsMemberOf: true };

    /// <summary>Groups that follow a rule which reads something, ascending; memberships and managers are found by <see cref="Linked"/>.</summary>
    public SortedPages<int> Reading(RuleReads one) => _byRead[(int)UInt128.TrailingZeroCount(one.Bits)];

    /// <summary>Groups that follow a rule which reads the attribute of a bit.</summary>
    public SortedPages<int> Reading(int bit) => _byRead[bit];

    /// <summary>Groups with a memberOf rule over a source, followed or not.</summary>
    public IEnumerable<int> NamedBy(Guid source) => Linked(Sources, source);

    /// <summary>Groups that follow a memberOf rule over a source.</summary>
    public IEnumerable<int> FollowersOf(Guid source) => Linked(Sources, source).Where(IsOn);

    /// <summary>Groups that follow the direct reports of a manager.</summary>
    public IEnumerable<int> ReportsOf(Guid manager) => Linked(_reports, manager);

    /// <summary>The index after a group got a rule, another one, or none.</summary>
    /// <param name="group">The group's index.</param>
    /// <param name="rule">The rule, or null.</param>
    /// <param name="isOn">Whether it is followed.</param>
    public RuleIndex With(int group, MembershipRule? rule, bool isOn)
    {
        RuleIndex index = this;
        if (_rules.TryGetValue(group, out GroupRule before))
        {
            index = index.Without(group, before);
        }

        return rule is null ? index : index.Plus(group, new GroupRule(rule, isOn));
    }

    private static IEnumerable<int> Linked(SortedPages<RuleLink> links, Guid to) =>
        links.From(new RuleLink(to, 0)).TakeWhile(link => link.Object == to).Select(link => link.Group);

    private RuleIndex Plus(int group, GroupRule added) => Changed(_rules.Add(group, added), group, added, static (pages, one) => pages.Add(one), static (links, one) => links.Add(one), 1);

    private RuleIndex Without(int group, GroupRule gone) => Changed(_rules.Remove(group), group, gone, static (pages, one) => pages.Remove(one), static (links, one) => links.Remove(one), -1);

    private RuleIndex Changed(
        ImmutableDictionary<int, GroupRule> rules,
        int group,
        GroupRule one,
        Func<SortedPages<int>, int, SortedPages<int>> change,
        Func<SortedPages<RuleLink>, RuleLink, SortedPages<RuleLink>> link,
        int count)
    {
        MembershipRule rule = one.Rule;
        bool followed = one.IsOn && !rule.IsAboutDevices;
        bool own = followed && !rule.IsMemberOf;
        SortedPages<int>[] byRead = _byRead;
        if (own)
        {
            byRead = [.. _byRead];
            foreach (int bit in rule.Reads.Each())
            {
                byRead[bit] = change(byRead[bit], group);
            }
        }

        SortedPages<RuleLink> sources = Sources;
        foreach ((Guid source, _) in rule.Sources)
        {
            sources = link(sources, new RuleLink(source, group));
        }

        SortedPages<int> timed = own && rule.ReadsNow ? change(Timed, group) : Timed;
        return new RuleIndex(rules)
        {
            _byRead = byRead,
            _reports = own && rule.ReportsOf is { } manager ? link(_reports, new RuleLink(manager, group)) : _reports,
            Own = own ? change(Own, group) : Own,
            Timed = timed,
            TimedReadPlans = timed.Count > 0 && timed.Any(other => rules[other].Rule.Reads.Overlaps(RuleReads.AssignedPlans)),
            Sources = sources,
            MemberOfCount = MemberOfCount + (rule.IsMemberOf ? count : 0),
        };
    }
}
