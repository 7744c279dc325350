using Berth.Engine.Collections;

namespace Berth.Engine;

/// <content>Who joins and leaves groups.</content>
internal sealed partial class Draft
{
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

        int[][] groups = new int[counts.Length][];
        for (int user = 0; user < counts.Length; user++)
        {
            if (counts[user] > 0)
            {
                ReadOnlySpan<int> old = _memberships[user].Span;
                groups[user] = new int[old.Length + counts[user]];
                old.CopyTo(groups[user]);
                counts[user] = old.Length;
            }
        }

        foreach (Change.MembersAdded one in added.OrderBy(static one => one.Group))
        {
            foreach (int user in one.Users.Span)
            {
                groups[user][counts[user]++] = one.Group;
            }
        }

        for (int user = 0; user < groups.Length; user++)
        {
            if (groups[user] is { } own)
            {
                _memberships[user] = ValueArray.Own(Ascending(own));
            }
        }
    }

    // Ascending, each once; mostly it is already.
    private static int[] Ascending(int[] groups)
    {
        for (int i = 1; i < groups.Length; i++)
        {
            if (groups[i] <= groups[i - 1])
            {
                return [.. groups.Distinct().Order()];
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
                int[] grown = new int[old.Length + 1];
                old[..~at].CopyTo(grown);
                grown[~at] = added.Group;
                old[~at..].CopyTo(grown.AsSpan(~at + 1));
                _memberships[user] = ValueArray.Own(grown);
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
