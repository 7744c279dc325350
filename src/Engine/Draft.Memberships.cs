using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine;

/// <content>Who joins and leaves groups.</content>
internal sealed partial class Draft
{
    private int[] _grown = [];

    private RecentGroups RecentGroups => field ??= new RecentGroups();

    /// <summary>
    /// Several groups get members, and nobody looks in between. When they are many, what each user is in is counted first and written once, in place of an array
    /// that grows with every group.
    /// </summary>
    public void Join(List<Change.MembersAdded> added)
    {
        int pairs = added.Sum(static one => one.Users.Count);
        if (added.Count < 2 || pairs < UserCount / 4)
        {
            added.ForEach(Join);
            return;
        }

        _memberships ??= _before.Parts.Memberships.ToBuilder();
        int[] counts = new int[_memberships.Count];
        foreach (Change.MembersAdded one in added)
        {
            MemberChanges changes = ChangesOf(one.Group);
            changes.Joined = true;
            changes.Users.AddRange(one.Users.Span);
            foreach (int user in one.Users.Span)
            {
                counts[user]++;
            }
        }

        // What each user is in lies behind what the one before is in.
        int total = pairs;
        for (int user = 0; user < counts.Length; user++)
        {
            total += counts[user] > 0 ? _memberships[user].Count : 0;
        }

        int[] groups = new int[total], ends = new int[counts.Length];
        int end = 0;
        for (int user = 0; user < counts.Length; user++)
        {
            ends[user] = end;
            if (counts[user] > 0)
            {
                ReadOnlySpan<int> old = _memberships[user].Span;
                old.CopyTo(groups.AsSpan(end));
                ends[user] += old.Length;
                end += old.Length + counts[user];
            }
        }

        foreach (Change.MembersAdded one in added.OrderBy(static one => one.Group))
        {
            foreach (int user in one.Users.Span)
            {
                groups[ends[user]++] = one.Group;
            }
        }

        for (int user = 0, start = 0; user < counts.Length; user++)
        {
            if (counts[user] > 0)
            {
                _memberships[user] = RecentGroups.Of(Ascending(groups.AsSpan(start, ends[user] - start)));
                start = ends[user];
            }
        }
    }

    // Ascending, each once; mostly it is already.
    private static ReadOnlySpan<int> Ascending(Span<int> groups)
    {
        for (int i = 1; i < groups.Length; i++)
        {
            if (groups[i] <= groups[i - 1])
            {
                groups.Sort();
                return Distinct(groups);
            }
        }

        return groups;
    }

    private void Join(Change.MembersAdded added)
    {
        foreach (int user in added.Users)
        {
            _memberships ??= _before.Parts.Memberships.ToBuilder();
            ReadOnlySpan<int> old = _memberships[user].Span;
            int at = old.BinarySearch(added.Group);
            if (at < 0)
            {
                if (_grown.Length <= old.Length)
                {
                    _grown = new int[Math.Max(8, 2 * (old.Length + 1))];
                }

                old[..~at].CopyTo(_grown);
                _grown[~at] = added.Group;
                old[~at..].CopyTo(_grown.AsSpan(~at + 1));
                _memberships[user] = RecentGroups.Of(_grown.AsSpan(0, old.Length + 1));
                Remember(added.Group, user, joined: true);
                TurnMembership(user, added.Group);
                MembershipTurned?.Invoke(user, added.Group);
            }
        }

        if (added.Groups.Count > 0)
        {
            Group group = Group(added.Group);
            WriteGroup(added.Group, group with { MemberGroups = group.MemberGroups.Union(added.Groups).Order().ToValueArray() });
        }
    }

    private void Leave(Change.MembersRemoved removed)
    {
        foreach (int user in removed.Users)
        {
            RemoveMembership(user, removed.Group);
        }

        if (removed.Groups.Count > 0)
        {
            Group group = Group(removed.Group);
            WriteGroup(removed.Group, group with { MemberGroups = group.MemberGroups.Except(removed.Groups).ToValueArray() });
        }
    }

    private void RemoveMembership(int user, int group)
    {
        _memberships ??= _before.Parts.Memberships.ToBuilder();
        ReadOnlySpan<int> old = _memberships[user].Span;
        int at = old.BinarySearch(group);
        if (at >= 0)
        {
            int[] shrunk = new int[old.Length - 1];
            old[..at].CopyTo(shrunk);
            old[(at + 1)..].CopyTo(shrunk.AsSpan(at));
            _memberships[user] = ValueArray.Own(shrunk);
            Remember(group, user, joined: false);
            TurnMembership(user, group);
            MembershipTurned?.Invoke(user, group);
        }
    }
}
