using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine;

/// <content>Many users, groups and members at once (B86, B138).</content>
internal sealed partial class Decider
{
    private Refusal? ImportDirectory(Command.ImportDirectory import)
    {
        // Lines take effect one by one, so that a line may build on the one before; the event keeps whole runs of them.
        List<(int Index, User User)> users = [];
        SortedDictionary<int, SortedSet<int>> members = [];
        foreach (ImportLine line in import.Lines)
        {
            Refusal? refusal = line switch
            {
                ImportLine.OfUser one => ImportUser(one.User),
                ImportLine.OfGroup one => ImportGroup(one.Profile),
                ImportLine.OfMember one => ImportMember(one),
                _ => throw new InvalidOperationException($"No import of {line.GetType().Name}."),
            };
            if (refusal is not null)
            {
                _lines.Add(new LineRefusal(line.Line, refusal));
            }
        }

        KeepUsers();
        KeepMembers();
        return null;

        Refusal? ImportUser(User user)
        {
            if (CheckNewUser(user) is { } refusal)
            {
                return refusal;
            }

            users.Add((_draft.UserCount, Canonical(user) with { CreatedAt = _now }));
            _draft.Apply(new Change.UsersSet([users[^1].Index], [users[^1].User]));
            _memberships.Came(users[^1].Index);
            _memberships.PassLine(users[^1].Index);
            return null;
        }

        Refusal? ImportGroup(GroupProfile profile)
        {
            if (IsTaken(profile.Id))
            {
                return new Refusal(RefusalCode.IdTaken) { Subject = profile.Id };
            }

            int index = _draft.GroupCount;
            profile = WithState(profile) with { CreatedAt = _now };
            if (CheckRule(-1, profile) is { } refusal)
            {
                return refusal;
            }

            _draft.Record(new Change.GroupSet(index, profile));
            FollowIfNew(index, null, profile);
            _memberships.PassLine(-1);
            return null;
        }

        Refusal? ImportMember(ImportLine.OfMember one)
        {
            Refusal? missing = FindGroup(one.GroupId, out int group) ?? CheckByHand(_draft.Group(group).Profile, somebody: true) ?? FindUser(one.UserId, out _);
            if (missing is not null)
            {
                return missing;
            }

            int user = _draft.FindUser(one.UserId);
            if (_draft.IsMember(user, group))
            {
                return new Refusal(RefusalCode.AlreadyMember) { Subject = one.UserId };
            }

            if (!members.TryGetValue(group, out SortedSet<int>? joined))
            {
                members.Add(group, joined = []);
            }

            joined.Add(user);
            _draft.Apply(new Change.MembersAdded(group, [user], []));
            _processing.Evaluate(user, group);
            _memberships.PassLine(user);
            return null;
        }

        void KeepUsers()
        {
            if (users.Count > 0)
            {
                _draft.Note(new Change.UsersSet(users.Select(one => one.Index).ToValueArray(), users.Select(one => one.User).ToValueArray()));
            }
        }

        void KeepMembers()
        {
            foreach ((int group, SortedSet<int> joined) in members)
            {
                _draft.Note(new Change.MembersAdded(group, joined.ToValueArray(), []));
            }
        }
    }
}
