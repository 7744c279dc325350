using System.Runtime.InteropServices;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>
/// Lets membership follow rules while a command is decided (B133 to B138): it keeps who is to be looked at by which rule, and carries out passes,
/// retries and rounds. A command that touches no rule costs it nothing.
/// </summary>
internal sealed class Memberships
{
    private readonly Tenant _before;
    private readonly Draft _draft;
    private readonly Processing _processing;

    // Under which purchases and catalog a pass last saw the licenses of users.
    private (ValueArray<Subscription> Subscriptions, Catalog.SkuCatalog Catalog) _seenWith;
    private Watch? _watch;
    private bool _linesPassed;

    public Memberships(Tenant before, Draft draft, Processing processing)
    {
        _before = before;
        _draft = draft;
        _processing = processing;
        _seenWith = (draft.Subscriptions, draft.Catalog);
        draft.MembershipTurned = (user, group) => Linked(user, group);
        draft.ManagerTurned = Reports;
        WatchPlans();
    }

    /// <summary>How often a rule was asked about a user.</summary>
    public long Evaluations { get; private set; }

    /// <summary>A user came: every rule looks.</summary>
    public void Came(int user)
    {
        if (_draft.Rules.Count > 0)
        {
            Watched.New.Add(user);
        }
    }

    /// <summary>Attributes of a user changed: the rules that read them look.</summary>
    public void Changed(int user, RuleReads what)
    {
        if (_draft.Rules.Count > 0 && !what.IsEmpty)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(Watched.Changed, user, out _) |= what;
        }
    }

    /// <summary>A group follows its rule from now on: it looks at everybody, and member groups leave (B133).</summary>
    public void Follow(int group)
    {
        if (_draft.Rules.IsOn(group) || _draft.Group(group).Profile.RuleProcessing == RuleProcessing.On)
        {
            Watched.Everybody.Add(group);
            WatchPlans();
        }
    }

    /// <summary>The pass of a line of an import (B138): it looks at the user of the line, or at everybody for a group; no retry.</summary>
    public void PassLine(int user)
    {
        _linesPassed = true;
        if (_draft.Rules.Count > 0)
        {
            NoticePlans(user);
            Pass();
        }
    }

    /// <summary>What comes after a command's own change: a pass, the retry, and rounds (B136, B137).</summary>
    public void Settle()
    {
        if (!_linesPassed)
        {
            NoticePlans();
            Pass();
        }

        _linesPassed = false;
        _processing.Retry();
        for (int passes = 1; passes < RuleLimits.MostMembershipRounds && NoticePlans(); passes++)
        {
            Pass();
            _processing.Retry();
        }

        // What the last pass leaves rests until a command changes the plans again.
        _watch?.Seen.Clear();
    }

    /// <summary>
    /// Lets every flip up to a time happen, in order, each with its pass, retry and rounds at its own time (B135), and what is due of Cloud PCs between them;
    /// at the same time flips come first (B283).
    /// </summary>
    public void PassFlips(DateTimeOffset until, Lifecycle machines)
    {
        DateTimeOffset back = _processing.Now;
        using IEnumerator<Flip> known = _before.Parts.Flips.All.TakeWhile(flip => flip.At <= until).GetEnumerator();
        SortedSet<Flip> found = [];
        HashSet<(int User, int Group)> renewed = [];
        bool more = known.MoveNext();
        machines.InFlips = true;
        while (more || found.Count > 0)
        {
            bool fromKnown = more && (found.Count == 0 || known.Current < found.Min);
            Flip flip = fromKnown ? known.Current : found.Min;
            if (fromKnown)
            {
                more = known.MoveNext();
                if (renewed.Contains((flip.User, flip.Group)))
                {
                    continue;
                }
            }
            else
            {
                found.Remove(flip);
            }

            machines.PassTo(flip.At, inclusive: false);
            _processing.Now = flip.At;
            if (_draft.Rules.IsOn(flip.Group) && _draft.User(flip.User) is not null)
            {
                Watched.Pairs.Add((flip.User, flip.Group));
            }

            Settle(out HashSet<int> withOtherPlans);
            machines.Now = flip.At;
            machines.Settle();
            Renew(flip.User, flip.Group, flip.At);
            foreach (int user in withOtherPlans)
            {
                foreach (int group in _draft.Rules.Timed.Where(group => _draft.Rules.RuleOf(group)!.Reads.Overlaps(RuleReads.AssignedPlans)))
                {
                    found.RemoveWhere(one => one.User == user && one.Group == group);

                    // Of the same moment what has had its turn is over, and what has not may still be a flip.
                    bool pending = flip < new Flip(flip.At, _draft.Group(group).Id, _draft.User(user)!.Id, group, user);
                    Renew(user, group, pending ? flip.At.AddTicks(-1) : flip.At);
                }
            }
        }

        machines.InFlips = false;
        machines.PassTo(until, inclusive: true);
        machines.Now = until;
        _processing.Now = back;

        void Renew(int user, int group, DateTimeOffset after)
        {
            renewed.Add((user, group));
            if (_draft.NextFlip(user, group, after) is { } next && next.At <= until)
            {
                found.Add(next);
            }
        }
    }

    /// <summary>Keeps for the event who came and who went, group by group, each once.</summary>
    public void Note()
    {
        if (_watch is null)
        {
            return;
        }

        foreach ((int group, HashSet<int> users) in Watched.Touched.OrderBy(pair => pair.Key))
        {
            List<int> joined = [], left = [];
            foreach (int user in users.Order())
            {
                bool was = user < _before.Users.Count && _before.GroupsOf(user).Span.BinarySearch(group) >= 0;
                bool isMember = _draft.IsMember(user, group);
                if (was != isMember && _draft.User(user) is not null)
                {
                    (isMember ? joined : left).Add(user);
                }
            }

            if (left.Count > 0)
            {
                _draft.Note(new Change.MembersRemoved(group, left.ToValueArray(), []));
            }

            if (joined.Count > 0)
            {
                _draft.Note(new Change.MembersAdded(group, joined.ToValueArray(), []));
            }

        }

        foreach ((int group, DateTimeOffset at) in Watched.Processed.Where(pair => !_draft.Group(pair.Key).IsDeleted).OrderBy(pair => pair.Key))
        {
            _draft.Record(new Change.MembershipProcessed(group, at));
        }
    }

    private void Settle(out HashSet<int> withOtherPlans)
    {
        HashSet<int> others = withOtherPlans = [];
        Action<int, UserLicenses>? watching = _draft.LicensesTurn;
        if (_draft.Rules.TimedReadPlans)
        {
            _draft.LicensesTurn = (user, before) =>
            {
                others.Add(user);
                watching?.Invoke(user, before);
            };
        }

        Settle();
        _draft.LicensesTurn = watching;
    }

    private void WatchPlans()
    {
        if (_draft.Rules.ReadsPlans && _draft.LicensesTurn is null)
        {
            _draft.LicensesTurn = (user, before) => Watched.Seen.TryAdd(user, before);
        }
    }

    private void Linked(int user, int group)
    {
        if (_draft.Rules.Sources.Count > 0)
        {
            foreach (int follower in _draft.Rules.FollowersOf(_draft.Group(group).Id))
            {
                Watched.Linked.Add((user, follower));
            }
        }
    }

    private void Reports(int user, int before, int after)
    {
        if (_draft.Rules.Count > 0)
        {
            Look(before);
            Look(after);
        }

        void Look(int manager)
        {
            if (manager >= 0 && _draft.User(manager) is { } one)
            {
                foreach (int group in _draft.Rules.ReportsOf(one.Id))
                {
                    Watched.Pairs.Add((user, group));
                }
            }
        }
    }

    // Whose plans differ from what a pass last saw is to be looked at; from now on they are seen.
    private bool NoticePlans()
    {
        if (!_draft.Rules.ReadsPlans)
        {
            return false;
        }

        (ValueArray<Subscription> Subscriptions, Catalog.SkuCatalog Catalog) seenWith = _seenWith;
        _seenWith = (_draft.Subscriptions, _draft.Catalog);
        bool any = false;
        if (seenWith.Subscriptions != _seenWith.Subscriptions || !ReferenceEquals(seenWith.Catalog, _seenWith.Catalog))
        {
            // A purchase or a table can change the rows of everybody who holds something.
            for (int user = 0; user < _draft.UserCount; user++)
            {
                if (_draft.Licenses(user) is var licenses && (!ReferenceEquals(licenses, UserLicenses.None) || Watched.Seen.ContainsKey(user)))
                {
                    any |= Notice(user, Watched.Seen.GetValueOrDefault(user, licenses), seenWith);
                }
            }
        }
        else
        {
            foreach ((int user, UserLicenses seen) in Watched.Seen)
            {
                any |= Notice(user, seen, seenWith);
            }
        }

        Watched.Seen.Clear();
        return any;
    }

    private void NoticePlans(int user)
    {
        if (Watched.Seen.Remove(user, out UserLicenses? seen))
        {
            Notice(user, seen, _seenWith);
        }
    }

    private bool Notice(int user, UserLicenses seen, (ValueArray<Subscription> Subscriptions, Catalog.SkuCatalog Catalog) seenWith)
    {
        // The rows count, not their order: another license can give the same plans first (B136).
        RulePlan[] before = [.. HeldPlan.Of(seenWith.Catalog, seenWith.Subscriptions, seen).Select(plan => plan.ForRules())];
        RulePlan[] after = [.. _draft.Plans(user).Select(plan => plan.ForRules())];
        bool differ = _draft.User(user) is not null && !before.AsSpan().SequenceEqual(after) && !before.ToHashSet().SetEquals(after);
        if (differ)
        {
            Changed(user, RuleReads.AssignedPlans);
        }

        return differ;
    }

    // One membership pass: the rules about users themselves, then those about memberships on what came of the first half.
    private void Pass()
    {
        if (_watch is null)
        {
            return;
        }

        if (Watched.Everybody.Count + Watched.New.Count + Watched.Changed.Count + Watched.Pairs.Count > 0)
        {
            Half(FindOwn());
        }

        if (Watched.Everybody.Count + Watched.Linked.Count > 0)
        {
            Half(FindMemberOf());
        }
    }

    private SortedDictionary<Guid, Turn> FindOwn()
    {
        SortedDictionary<Guid, Turn> turns = [];
        foreach (int group in Watched.Everybody.Where(group => !_draft.Rules.IsMemberOf(group)))
        {
            LeaveGroups(group);
            MembershipRule? rule = _draft.Rules.IsOn(group) ? _draft.Rules.RuleOf(group) : null;
            if (rule is null)
            {
                AskAll(turns, group, _draft.Members(group), null);
            }
            else
            {
                AskAll(turns, group, Enumerable.Range(0, _draft.UserCount), rule);
            }
        }

        foreach (int user in Watched.New)
        {
            foreach (int group in _draft.Rules.Own)
            {
                AskUnlessAll(turns, user, group);
            }
        }

        HashSet<int> asked = [];
        foreach ((int user, RuleReads changed) in Watched.Changed)
        {
            if (Watched.New.Contains(user))
            {
                continue;
            }

            asked.Clear();
            bool several = !UInt128.IsPow2(changed.Bits);
            foreach (int bit in changed.Each())
            {
                foreach (int group in _draft.Rules.Reading(bit))
                {
                    if (!several || asked.Add(group))
                    {
                        AskUnlessAll(turns, user, group);
                    }
                }
            }
        }

        foreach ((int user, int group) in Watched.Pairs)
        {
            if (!Watched.New.Contains(user))
            {
                AskUnlessAll(turns, user, group);
            }
        }

        Watched.Everybody.RemoveWhere(group => !_draft.Rules.IsMemberOf(group));
        Watched.New.Clear();
        Watched.Changed.Clear();
        Watched.Pairs.Clear();
        return turns;
    }

    private SortedDictionary<Guid, Turn> FindMemberOf()
    {
        SortedDictionary<Guid, Turn> turns = [];
        foreach (int group in Watched.Everybody)
        {
            LeaveGroups(group);
            MembershipRule? rule = _draft.Rules.IsOn(group) ? _draft.Rules.RuleOf(group) : null;
            IEnumerable<int> users = _draft.Members(group);
            foreach ((Guid source, _) in rule?.Sources ?? [])
            {
                users = _draft.FindGroup(source) is >= 0 and int index ? users.Union(_draft.Members(index)) : users;
            }

            AskAll(turns, group, users, rule);
        }

        foreach ((int user, int group) in Watched.Linked)
        {
            AskUnlessAll(turns, user, group);
        }

        Watched.Everybody.Clear();
        Watched.Linked.Clear();
        return turns;
    }

    private void LeaveGroups(int group)
    {
        Watched.Processed[group] = _processing.Now;
        if (_draft.Group(group).MemberGroups is { Count: > 0 } inner)
        {
            _draft.Record(new Change.MembersRemoved(group, [], inner));
        }
    }

    private void AskUnlessAll(SortedDictionary<Guid, Turn> turns, int user, int group)
    {
        if (!Watched.Everybody.Contains(group) && _draft.Rules.IsOn(group))
        {
            Ask(turns, user, group, _draft.Rules.RuleOf(group));
        }
    }

    private void AskAll(SortedDictionary<Guid, Turn> turns, int group, IEnumerable<int> users, MembershipRule? rule)
    {
        foreach (int user in users)
        {
            Ask(turns, user, group, rule);
        }
    }

    private void Ask(SortedDictionary<Guid, Turn> turns, int user, int group, MembershipRule? rule)
    {
        if (_draft.User(user) is not { } one)
        {
            return;
        }

        Evaluations += rule is null ? 0 : 1;
        bool matches = rule?.Matches(new RuleSubject(one, user, _processing.Now, _draft.Facts)) ?? false;
        if (matches == _draft.IsMember(user, group))
        {
            return;
        }

        Guid id = _draft.Group(group).Id;
        if (!turns.TryGetValue(id, out Turn? turn))
        {
            turns.Add(id, turn = new Turn(group));
        }

        (matches ? turn.Joining : turn.Leaving).Add(user);
    }

    // All who leave before all who join; groups in the order of their ids.
    private void Half(SortedDictionary<Guid, Turn> turns)
    {
        foreach (Turn turn in turns.Values)
        {
            if (turn.Leaving.Count > 0)
            {
                Leave(turn.Group, turn.Leaving);
            }
        }

        foreach (Turn turn in turns.Values)
        {
            if (turn.Joining.Count > 0)
            {
                Join(turn.Group, turn.Joining);
            }
        }
    }

    private void Leave(int group, List<int> users)
    {
        bool strict = _draft.Settings.Retry == RetryMode.EntraStrict;
        int[] leaving = strict ? _processing.InOrder(group, [.. users]) : [.. users];
        Touch(group, users);
        _draft.Apply(new Change.MembersRemoved(group, users.Order().ToValueArray(), []));
        foreach (int user in leaving)
        {
            _processing.Evaluate(user, group);
            if (strict)
            {
                _processing.RetryUser(user, group);
            }
        }
    }

    private void Join(int group, List<int> users)
    {
        Touch(group, users);
        _draft.Apply(new Change.MembersAdded(group, users.Order().ToValueArray(), []));
        _processing.Welcome(group, [.. users]);
    }

    private void Touch(int group, List<int> users)
    {
        (CollectionsMarshal.GetValueRefOrAddDefault(Watched.Touched, group, out _) ??= []).UnionWith(users);
        Watched.Processed[group] = _processing.Now;
    }

    private Watch Watched => _watch ??= new Watch();

    /// <summary>What is kept of a command that has to do with rules; most have not.</summary>
    private sealed class Watch
    {
        // Who is to be looked at: users of whom something changed, new users by every rule, groups at everybody, and pairs found through others.
        public Dictionary<int, RuleReads> Changed { get; } = [];

        public HashSet<int> New { get; } = [];

        public HashSet<int> Everybody { get; } = [];

        public HashSet<(int User, int Group)> Pairs { get; } = [];

        public HashSet<(int User, int Group)> Linked { get; } = [];

        // The licenses a user had when a pass last saw them, or at the beginning.
        public Dictionary<int, UserLicenses> Seen { get; } = [];

        public Dictionary<int, HashSet<int>> Touched { get; } = [];

        public Dictionary<int, DateTimeOffset> Processed { get; } = [];
    }

    /// <summary>Who comes to a group and who goes.</summary>
    private sealed class Turn(int group)
    {
        public int Group => group;

        public List<int> Leaving { get; } = [];

        public List<int> Joining { get; } = [];
    }
}
