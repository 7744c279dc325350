using System.Runtime.InteropServices;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>Who belongs to which group by which rule, and when that will change.</content>
internal sealed partial class Draft
{
    private static readonly RuleReads Everything = new(UInt128.MaxValue);

    private Dictionary<int, MemberChanges>? _members;
    private RuleFacts? _facts;

    /// <summary>The users who are first-level members of a group, ascending.</summary>
    public int[] Members(int group)
    {
        int[] before = Group(group).Members.ToArray();
        if (_members is not { } members || !members.TryGetValue(group, out MemberChanges? changes))
        {
            return before;
        }

        return [.. before.Union(changes.Users).Where(user => IsMember(user, group)).Order()];
    }

    /// <summary>The plans of a user: the rows of <c>assignedPlans</c> (B139).</summary>
    public HeldPlan[] Plans(int user) => HeldPlan.Of(Catalog, Subscriptions, Licenses(user));

    /// <summary>What rules ask about users.</summary>
    public RuleFacts Facts => _facts ??= new RuleFacts(
        user => Plans(user).Select(plan => plan.ForRules()),
        user => ManagerOf(user) is >= 0 and int manager ? User(manager)?.Id : null,
        (user, group) => FindGroup(group) is >= 0 and int index && IsMember(user, index));

    // A rule that this version cannot read leaves its members as they are; a newer one may have written it.
    private void SetRule(int index, GroupProfile profile)
    {
        MembershipRule? rule = Rules.RuleOf(index);
        if (rule?.Text != profile.MembershipRule)
        {
            rule = profile.MembershipRule is { } text && MembershipRule.TryParse(text, out MembershipRule? read, out _) ? read : null;
        }

        bool isOn = profile.RuleProcessing == RuleProcessing.On;
        if (rule != Rules.RuleOf(index) || isOn != Rules.IsOn(index))
        {
            Rules = Rules.With(index, rule, isOn);
            FlipsOfGroups.Add(index);
        }
    }

    // Members of a group are merged once, in Seal.
    private void Remember(int group, int user, bool joined)
    {
        MemberChanges changes = ChangesOf(group);
        changes.Users.Add(user);
        changes.Joined |= joined;
        changes.Left |= !joined;
    }

    // Of sorted numbers each once, in their own place.
    private static Span<int> Distinct(Span<int> sorted)
    {
        int distinct = Math.Min(sorted.Length, 1);
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[distinct - 1])
            {
                sorted[distinct++] = sorted[i];
            }
        }

        return sorted[..distinct];
    }

    private MemberChanges ChangesOf(int group) => CollectionsMarshal.GetValueRefOrAddDefault(_members ??= [], group, out _) ??= new MemberChanges();

    // Who came and went in one event may be listed twice; what the user is a member of now has the last word.
    private SortedPages<int> MergeMembers(int group, SortedPages<int> before, MemberChanges changes)
    {
        changes.Users.Sort();
        if (changes.Joined != changes.Left)
        {
            ReadOnlySpan<int> users = Distinct(CollectionsMarshal.AsSpan(changes.Users));
            return changes.Joined ? before.Merge(users, []) : before.Merge([], users);
        }

        List<int> on = [], off = [];
        int last = -1;
        foreach (int user in changes.Users)
        {
            if (user != last)
            {
                last = user;
                (IsMember(user, group) ? on : off).Add(user);
            }
        }

        return before.Merge(CollectionsMarshal.AsSpan(on), CollectionsMarshal.AsSpan(off));
    }

    private Dictionary<int, RuleReads> FlipsOfUsers => field ??= [];

    private HashSet<int> FlipsOfGroups => field ??= [];

    private void FlipsOf(int user, RuleReads changed)
    {
        if (Rules.Timed.Count > 0 || _before.Parts.Rules.Timed.Count > 0)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(FlipsOfUsers, user, out _) |= changed;
        }
    }

    // The next flip of every pair whose old one has happened, or of which something changed that the rule reads.
    private FlipIndex SealFlips()
    {
        FlipIndex before = _before.Parts.Flips;
        if (Rules.Timed.Count == 0 && before.All.Count == 0)
        {
            return before;
        }

        FlipIndex.Builder flips = new(before);
        bool plansMayDiffer = Rules.TimedReadPlans
            && (Subscriptions != _before.Subscriptions || !ReferenceEquals(Catalog, _before.Catalog));
        bool everybody = PassedTo < _before.Parts.PassedTo || plansMayDiffer;
        HashSet<(int User, int Group)> pairs = [];
        foreach (Flip flip in before.All.TakeWhile(flip => everybody || flip.At <= PassedTo || FlipsOfGroups.Count > 0))
        {
            if (everybody || flip.At <= PassedTo || FlipsOfGroups.Contains(flip.Group))
            {
                pairs.Add((flip.User, flip.Group));
            }
        }

        foreach (int group in everybody ? Rules.Timed : FlipsOfGroups.Where(Rules.Timed.Contains))
        {
            for (int user = 0; user < UserCount; user++)
            {
                pairs.Add((user, group));
            }
        }

        if (Rules.TimedReadPlans)
        {
            foreach (int user in _touched.ToArray())
            {
                FlipsOf(user, RuleReads.AssignedPlans);
            }
        }

        foreach ((int user, RuleReads changed) in FlipsOfUsers)
        {
            foreach (int group in Rules.Timed)
            {
                if (changed == Everything || Rules.RuleOf(group)!.Reads.Overlaps(changed))
                {
                    pairs.Add((user, group));
                }
            }

            if (User(user) is null)
            {
                pairs.RemoveWhere(pair => pair.User == user);
                flips.Clear(user);
            }
        }

        foreach ((int user, int group) in pairs)
        {
            flips.Set(user, group, NextFlip(user, group, PassedTo));
        }

        return flips.Seal();
    }

    /// <summary>The next flip of a user and a group after a time; null when there is none or the rule is not followed.</summary>
    public Flip? NextFlip(int user, int group, DateTimeOffset after) =>
        User(user) is { } one && Rules.IsOn(group) && Rules.RuleOf(group)!.NextFlip(new RuleSubject(one, user, after, Facts)) is { } at
            ? new Flip(at, Group(group).Id, one.Id, group, user)
            : null;

    /// <summary>Who came to a group or left it.</summary>
    private sealed class MemberChanges
    {
        public List<int> Users { get; } = [];

        public bool Joined { get; set; }

        public bool Left { get; set; }
    }
}
