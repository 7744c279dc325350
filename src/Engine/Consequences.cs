using System.Runtime.InteropServices;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>
/// What follows from changed licenses: who holds a SKU, who waits, which groups have errors, and the packed outcomes of the
/// event.
/// </summary>
internal sealed class Consequences
{
    private readonly Tenant _before;
    private readonly Draft _draft;
    private readonly List<Change>? _outcomes;
    private readonly Dictionary<int, (IndexRuns On, IndexRuns Off)> _holders = [];
    private readonly bool _isOfSeveral;
    private Troubles? _troubles;

    // Few outcomes are compared one by one; more are found by a dictionary.
    private const int FewOutcomes = 4;
    private readonly List<(Change Template, IndexRuns Users)> _packed = [];
    private Dictionary<Change, IndexRuns>? _byOutcome;
    private (Change.SourceSet Template, IndexRuns Users)? _last;

    private readonly List<IndexRuns> _lists = [];

    /// <summary>What follows for some users.</summary>
    /// <param name="before">The tenant before.</param>
    /// <param name="draft">The tenant in the making.</param>
    /// <param name="outcomes">Receives the packed outcomes; null when replaying.</param>
    /// <param name="users">How many users will be added.</param>
    public Consequences(Tenant before, Draft draft, List<Change>? outcomes, int users)
    {
        _isOfSeveral = users > 1;
        _before = before;
        _draft = draft;
        _outcomes = outcomes;
        Holders = before.Parts.Holders;
        Waiting = before.Parts.Waiting;
        Troubled = before.Parts.Troubled;
    }

    public SortedPages<int>[] Holders { get; private set; }

    public SortedPages<WaitingPair>[] Waiting { get; private set; }

    public SortedPages<WaitingPair> Troubled { get; private set; }

    /// <summary>Groups of which users came into trouble or left it; null when none.</summary>
    public IEnumerable<int>? TroubledGroups => _troubles is { Users.Count: > 0 } troubles ? troubles.Users.Keys : null;

    /// <summary>Users of a group that came into trouble and that left it, ascending.</summary>
    public (int[] On, int[] Off) TroubledUsers(int group) =>
        _troubles is { } troubles && troubles.Users.TryGetValue(group, out (List<int> On, List<int> Off) users) ? ([.. users.On], [.. users.Off]) : ([], []);

    /// <summary>A user's licenses changed; users come ascending.</summary>
    /// <param name="user">The user.</param>
    /// <param name="before">What the user had.</param>
    /// <param name="after">What the user has.</param>
    /// <param name="isThere">Whether the user is there still: what a user who is gone loses is in no outcome.</param>
    public void Add(int user, UserLicenses before, UserLicenses after, bool isThere)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }

        LicenseTurn turn = _draft.TurnOf(before, after);
        if (isThere && turn.Lists is { } lists)
        {
            foreach (IndexRuns list in lists)
            {
                list.Add(user);
            }

            return;
        }

        int troubles = _troubles?.Count ?? 0;
        _lists.Clear();
        foreach (int sku in turn.Gained)
        {
            Into(HoldersOf(sku).On, user);
        }

        foreach (int sku in turn.Lost)
        {
            Into(HoldersOf(sku).Off, user);
        }

        if (isThere && (!before.Direct.Equals(after.Direct) || before.DirectUpdatedAt != after.DirectUpdatedAt))
        {
            Into(Pack(new Change.DirectSet([], before.Direct, after.Direct, after.DirectUpdatedAt)), user);
        }

        // Both lists ascend by group.
        ReadOnlySpan<GroupSource> old = before.Groups.Span, now = after.Groups.Span;
        for (int i = 0, j = 0; i < old.Length || j < now.Length;)
        {
            int order = i == old.Length ? 1 : j == now.Length ? -1 : old[i].Group.CompareTo(now[j].Group);
            GroupSource? was = order <= 0 ? old[i++] : null, becomes = order >= 0 ? now[j++] : null;
            if (was != becomes)
            {
                CompareTrouble(user, was, becomes);
                if (isThere)
                {
                    Into(PackSource(was, becomes), user);
                }
            }
        }

        // A trouble names its user, so it is not the next one's.
        if (_isOfSeveral && isThere && (_troubles?.Count ?? 0) == troubles)
        {
            turn.Lists = [.. _lists];
        }
    }

    private void Into(IndexRuns list, int user)
    {
        list.Add(user);
        _lists.Add(list);
    }

    /// <summary>Draws everything up.</summary>
    public void Finish()
    {
        List<Change> counted = [];
        foreach ((int sku, (IndexRuns on, IndexRuns off)) in _holders)
        {
            SortedPages<int>[] holders = Holders = Reach(Holders, _before.Parts.Holders, sku, SortedPages<int>.Empty);
            int had = holders[sku].Count;
            holders[sku] = holders[sku].Merge(on.ToArray(), off.ToArray());
            if (holders[sku].Count != had)
            {
                counted.Add(new Change.HoldersCounted(sku, had, holders[sku].Count));
            }
        }

        if (_troubles is { } troubles)
        {
            FinishTroubles(troubles);
        }

        if (_outcomes is not null)
        {
            foreach ((Change template, IndexRuns those) in _packed)
            {
                ValueArray<int> users = ValueArray.Own(those.ToArray());
                _outcomes.Add(template switch
                {
                    Change.DirectSet direct => direct with { Users = users },
                    Change.SourceSet source => source with { Users = users },
                    _ => throw new InvalidOperationException("Only licenses are packed."),
                });
            }

            _outcomes.AddRange(counted);
        }
    }

    private void FinishTroubles(Troubles troubles)
    {
        foreach ((int sku, (List<WaitingPair> on, List<WaitingPair> off)) in troubles.Waiting)
        {
            SortedPages<WaitingPair>[] waiting = Waiting = Reach(Waiting, _before.Parts.Waiting, sku, SortedPages<WaitingPair>.Empty);
            on.Sort();
            off.Sort();
            waiting[sku] = waiting[sku].Merge(CollectionsMarshal.AsSpan(on), CollectionsMarshal.AsSpan(off));
        }

        troubles.On.Sort();
        troubles.Off.Sort();
        Troubled = Troubled.Merge(CollectionsMarshal.AsSpan(troubles.On), CollectionsMarshal.AsSpan(troubles.Off));
    }

    private static T[] Reach<T>(T[] array, T[] shared, int index, T fill)
    {
        int known = array.Length;
        T[] own = ReferenceEquals(array, shared) || index >= known ? new T[Math.Max(known, index + 1)] : array;
        if (!ReferenceEquals(own, array))
        {
            array.CopyTo(own, 0);
            own.AsSpan(known).Fill(fill);
        }

        return own;
    }

    private (IndexRuns On, IndexRuns Off) HoldersOf(int sku)
    {
        ref (IndexRuns On, IndexRuns Off) pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_holders, sku, out bool known);
        if (!known)
        {
            pair = (new IndexRuns(), new IndexRuns());
        }

        return pair;
    }

    private static (List<T> On, List<T> Off) Of<T>(Dictionary<int, (List<T> On, List<T> Off)> lists, int key)
    {
        ref (List<T> On, List<T> Off) pair = ref CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out bool known);
        if (!known)
        {
            pair = ([], []);
        }

        return pair;
    }

    private IndexRuns Pack(Change template)
    {
        if (_byOutcome is not null && _byOutcome.TryGetValue(template, out IndexRuns? known))
        {
            return known;
        }

        if (_byOutcome is null)
        {
            foreach ((Change other, IndexRuns those) in _packed)
            {
                if (other.Equals(template))
                {
                    return those;
                }
            }
        }

        IndexRuns users = new();
        _packed.Add((template, users));
        if (_packed.Count > FewOutcomes)
        {
            _byOutcome ??= _packed.ToDictionary(static one => one.Template, static one => one.Users);
            _byOutcome[template] = users;
        }

        return users;
    }

    private void CompareTrouble(int user, GroupSource? before, GroupSource? after)
    {
        Trouble? was = before?.Trouble, now = after?.Trouble;
        if (was == now)
        {
            return;
        }

        int group = (before ?? after)!.Value.Group;
        Guid id = (_draft.User(user) ?? _before.Users[user])!.Id;
        Guid groupId = _draft.Group(group).Id;
        if (was is not null)
        {
            Queue(new WaitingPair(was.Since, id, groupId, user, group), was, on: false);
        }

        if (now is not null)
        {
            Queue(new WaitingPair(now.Since, id, groupId, user, group), now, on: true);
        }

        if ((was is null) != (now is null))
        {
            (List<int> on, List<int> off) = Of(Troubling.Users, group);
            (now is null ? off : on).Add(user);
        }
    }

    private void Queue(WaitingPair pair, Trouble trouble, bool on)
    {
        (on ? Troubling.On : Troubling.Off).Add(pair);
        foreach (SkuError error in trouble.Errors.Span)
        {
            (List<WaitingPair> added, List<WaitingPair> removed) = Of(Troubling.Waiting, error.Sku);
            (on ? added : removed).Add(pair);
        }
    }

    // Neighbors mostly share the outcome, and then even its parts: looking at those first saves the hashing.
    private IndexRuns PackSource(GroupSource? before, GroupSource? after)
    {
        int group = (before ?? after)!.Value.Group;
        LicenseSet applied = after?.Applied ?? LicenseSet.Empty, was = before?.Applied ?? LicenseSet.Empty;
        ValueArray<SkuError> errors = before?.Trouble?.Errors ?? [];
        if (_last is { } last && last.Template.Group == group && ReferenceEquals(last.Template.Applied, applied) && ReferenceEquals(last.Template.AppliedBefore, was)
            && ReferenceEquals(last.Template.Trouble, after?.Trouble) && last.Template.UpdatedAt == (after?.UpdatedAt ?? default) && last.Template.ErrorsBefore == errors)
        {
            return last.Users;
        }

        Change.SourceSet template = new(group, [], applied, after?.Trouble, after?.UpdatedAt ?? default) { AppliedBefore = was, ErrorsBefore = errors };
        IndexRuns users = Pack(template);
        _last = (template, users);
        return users;
    }

    private Troubles Troubling => _troubles ??= new Troubles();

    /// <summary>Pairs that came into trouble and that left it; most commands have none.</summary>
    private sealed class Troubles
    {
        public List<WaitingPair> On { get; } = [];

        public List<WaitingPair> Off { get; } = [];

        public Dictionary<int, (List<WaitingPair> On, List<WaitingPair> Off)> Waiting { get; } = [];

        public Dictionary<int, (List<int> On, List<int> Off)> Users { get; } = [];

        public int Count => On.Count + Off.Count;
    }
}
