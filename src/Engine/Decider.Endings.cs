namespace Berth.Engine;

/// <content>What ends with somebody who goes: it is said beside the change, for those who follow (B185).</content>
internal sealed partial class Decider
{
    private void EndRelationsOfUser(int user)
    {
        foreach (int group in _draft.Memberships(user).Span)
        {
            _draft.Note(new Change.RelationsEnded(RelationKind.Member, group, [user], []));
        }

        foreach (int group in _draft.OwnedBy(user).Span)
        {
            _draft.Note(new Change.RelationsEnded(RelationKind.Owner, group, [user], []));
        }

        if (_draft.ReportsOf(user) is { Count: > 0 } reports)
        {
            _draft.Note(new Change.RelationsEnded(RelationKind.Manager, user, [.. reports], []));
        }
    }

    private void EndRelationsOfGroup(int group)
    {
        for (int parent = 0; parent < _draft.GroupCount; parent++)
        {
            if (_draft.Group(parent).MemberGroups.Span.Contains(group))
            {
                _draft.Note(new Change.RelationsEnded(RelationKind.Member, parent, [], [group]));
            }
        }
    }

    private void EndReporting(int user)
    {
        if (_draft.ManagerOf(user) is >= 0 and int manager)
        {
            _draft.Note(new Change.RelationsEnded(RelationKind.Manager, manager, [user], []));
        }
    }
}
