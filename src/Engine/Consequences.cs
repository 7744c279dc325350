using System.Runtime.InteropServices;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>
/// What follows from changed licenses: who holds a SKU, who waits, which groups have errors, and the packed outcomes of the
/// event. Many users change in the same way, so the work for a way is done once.
/// </summary>
internal sealed class Consequences
{
    private readonly Tenant _before;
    private readonly Draft _draft;
    private readonly List<Change>? _outcomes;
    private readonly Dictionary<int, (List<int> On, List<int> Off)> _holders = [];
    private readonly Dictionary<int, (List<WaitingPair> On, List<WaitingPair> Off)> _waiting = [];
    private readonly List<WaitingPair> _troubleOn = [];
    private readonly List<WaitingPair> _troubleOff = [];
    private readonly Dictionary<int, (List<int> On, List<int> Off)> _troubledUsers = [];
    private readonly Dictionary<Change, List<int>> _packed = [];
    private readonly List<Change> _packedOrder = [];
    private Way? _way;

    public Consequences(Tenant before, Draft draft, List<Change>? outcomes)
    {
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

    public IEnumerable<int> TroubledGroups => _troubledUsers.Keys;

    /// <summary>Users of a group that came into trouble and that left it, ascending.</summary>
    public (int[] On, int[] Off) TroubledUsers(int group) =>
        _troubledUsers.TryGetValue(group, out (List<int> On, List<int> Off) users) ? ([.. users.On], [.. users.Off]) : ([], []);

    /// <summary>A user's licenses changed; users come ascending.</summary>
    public void Add(int user, UserLicenses before, UserLicenses after)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }

        if (_way is not { } way || !ReferenceEquals(way.Before, before) || !ReferenceEquals(way.After, after))
        {
            _way = way = new Way(this, before, after);
        }

        way.Take(user);
    }

    /// <summary>Draws everything up.</summary>
    public void Finish()
    {
        foreach ((int sku, (List<int> on, List<int> off)) in _holders)
        {
            SortedPages<int>[] holders = Holders = Reach(Holders, _before.Parts.Holders, sku, SortedPages<int>.Empty);
            holders[sku] = holders[sku].Merge(CollectionsMarshal.AsSpan(on), CollectionsMarshal.AsSpan(off));
        }

        foreach ((int sku, (List<WaitingPair> on, List<WaitingPair> off)) in _waiting)
        {
            SortedPages<WaitingPair>[] waiting = Waiting = Reach(Waiting, _before.Parts.Waiting, sku, SortedPages<WaitingPair>.Empty);
            on.Sort();
            off.Sort();
            waiting[sku] = waiting[sku].Merge(CollectionsMarshal.AsSpan(on), CollectionsMarshal.AsSpan(off));
        }

        _troubleOn.Sort();
        _troubleOff.Sort();
        Troubled = Troubled.Merge(CollectionsMarshal.AsSpan(_troubleOn), CollectionsMarshal.AsSpan(_troubleOff));
        if (_outcomes is not null)
        {
            foreach (Change template in _packedOrder)
            {
                ValueArray<int> users = _packed[template].ToValueArray();
                _outcomes.Add(template switch
                {
                    Change.DirectSet direct => direct with { Users = users },
                    Change.SourceSet source => source with { Users = users },
                    _ => throw new InvalidOperationException("Only licenses are packed."),
                });
            }
        }
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

    private static (List<T> On, List<T> Off) Of<T>(Dictionary<int, (List<T> On, List<T> Off)> lists, int key)
    {
        ref (List<T> On, List<T> Off) pair = ref CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out bool known);
        if (!known)
        {
            pair = ([], []);
        }

        return pair;
    }

    private List<int> Pack(Change template)
    {
        if (!_packed.TryGetValue(template, out List<int>? users))
        {
            _packed.Add(template, users = []);
            _packedOrder.Add(template);
        }

        return users;
    }

    // One way to change: from these licenses to those.
    private sealed class Way
    {
        private readonly Consequences _all;
        private readonly List<List<int>> _users = [];
        private readonly List<List<int>> _packed = [];
        private readonly List<(GroupSource Source, bool On)> _troubles = [];

        public Way(Consequences all, UserLicenses before, UserLicenses after)
        {
            _all = all;
            Before = before;
            After = after;
            int[] held = [.. before.Held()], holds = [.. after.Held()];
            foreach (int sku in holds.Except(held))
            {
                _users.Add(Of(all._holders, sku).On);
            }

            foreach (int sku in held.Except(holds))
            {
                _users.Add(Of(all._holders, sku).Off);
            }

            foreach (int group in before.Groups.Select(source => source.Group).Union(after.Groups.Select(source => source.Group)))
            {
                Compare(group, before.Source(group), after.Source(group));
            }

            if (!before.Direct.Equals(after.Direct) || before.DirectUpdatedAt != after.DirectUpdatedAt)
            {
                _packed.Add(all.Pack(new Change.DirectSet([], before.Direct, after.Direct, after.DirectUpdatedAt)));
            }
        }

        public UserLicenses Before { get; }

        public UserLicenses After { get; }

        public void Take(int user)
        {
            foreach (List<int> users in _users)
            {
                users.Add(user);
            }

            bool deleted = _all._draft.User(user) is null;
            if (!deleted)
            {
                foreach (List<int> users in _packed)
                {
                    users.Add(user);
                }
            }

            if (_troubles.Count > 0)
            {
                Guid id = (_all._draft.User(user) ?? _all._before.Users[user])!.Id;
                foreach ((GroupSource source, bool on) in _troubles)
                {
                    WaitingPair pair = new(source.Trouble!.Since, id, _all._draft.Group(source.Group).Id, user, source.Group);
                    (on ? _all._troubleOn : _all._troubleOff).Add(pair);
                    foreach (SkuError error in source.Trouble.Errors)
                    {
                        (List<WaitingPair> added, List<WaitingPair> removed) = Of(_all._waiting, error.Sku);
                        (on ? added : removed).Add(pair);
                    }
                }
            }
        }

        private void Compare(int group, GroupSource? before, GroupSource? after)
        {
            if (before == after)
            {
                return;
            }

            Trouble? was = before?.Trouble, now = after?.Trouble;
            if (was != now)
            {
                if (was is not null)
                {
                    _troubles.Add((before!.Value, false));
                }

                if (now is not null)
                {
                    _troubles.Add((after!.Value, true));
                }

                if ((was is null) != (now is null))
                {
                    (List<int> on, List<int> off) = Of(_all._troubledUsers, group);
                    _users.Add(now is null ? off : on);
                }
            }

            _packed.Add(_all.Pack(new Change.SourceSet(
                group, [], after?.Applied ?? LicenseSet.Empty, now, after?.UpdatedAt ?? default)));
        }
    }
}
