using Berth.Engine.Collections;

namespace Berth.Engine;

/// <content>Who owns a group (B143, B144).</content>
internal sealed partial class Decider
{
    private Refusal? AddOwners(Command.AddOwners add)
    {
        if (FindGroup(add.GroupId, out int index) is { } missing)
        {
            return missing;
        }

        if (FindOwners(index, add.Owners, out int[] owners) is { } refusal)
        {
            return refusal;
        }

        Own(index, owners);
        return null;
    }

    private Refusal? RemoveOwner(Command.RemoveOwner remove)
    {
        if (FindGroup(remove.GroupId, out int index) is { } missing)
        {
            return missing;
        }

        ValueArray<int> owners = _draft.Group(index).Owners;
        int user = _draft.FindUser(remove.OwnerId);
        if (user < 0 || !owners.Span.Contains(user))
        {
            return new Refusal(RefusalCode.OwnerNotFound) { Subject = remove.OwnerId };
        }

        if (owners.Count == 1)
        {
            return new Refusal(RefusalCode.LastOwner) { Subject = remove.OwnerId };
        }

        _draft.Record(new Change.OwnersRemoved(index, [user]));
        return null;
    }

    // The group is -1 when it is only about to come.
    private Refusal? FindOwners(int group, ValueArray<Guid> owners, out int[] users)
    {
        ValueArray<int> before = group >= 0 ? _draft.Group(group).Owners : [];
        List<int> found = [];
        users = [];
        foreach (Guid owner in owners.Distinct())
        {
            int user = _draft.FindUser(owner);
            if (user < 0)
            {
                return new Refusal(RefusalCode.OwnerNotFound) { Subject = owner };
            }

            if (before.Span.Contains(user))
            {
                return new Refusal(RefusalCode.AlreadyOwner) { Subject = owner };
            }

            found.Add(user);
        }

        if (before.Count + found.Count > Group.MostOwners)
        {
            return new Refusal(RefusalCode.TooManyOwners);
        }

        users = [.. found.Order()];
        return null;
    }

    private void Own(int group, int[] owners)
    {
        if (owners.Length > 0)
        {
            _draft.Record(new Change.OwnersAdded(group, ValueArray.Own(owners)));
        }
    }
}
