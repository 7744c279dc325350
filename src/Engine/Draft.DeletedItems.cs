using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine;

/// <content>What goes to deleted items and comes back (B146 to B150).</content>
internal sealed partial class Draft
{
    /// <summary>What was deleted and can be restored.</summary>
    public DeletedItems Deleted { get; private set; }

    private void ToDeletedItems(Change.UserToDeletedItems deleted)
    {
        int user = deleted.User;
        DeletedUser item = new(
            User(user)!, deleted.At, Licenses(user).Direct, Memberships(user), ManagerOf(user), ValueArray.Own(ReportsOf(user).ToArray()), OwnedBy(user));
        DeleteUser(user);
        Deleted = Deleted.With(user, item);
    }

    private void ToDeletedItems(Change.GroupToDeletedItems deleted)
    {
        int index = deleted.Group;
        Group group = Group(index);

        DeletedGroup item = new(
            group.Id, deleted.At, ValueArray.Own(Members(index)), group.MemberGroups, ParentsOf(index).ToValueArray(), group.Owners);
        DeleteGroup(index);
        Deleted = Deleted.With(index, item);
    }

    private void Restore(Change.UserRestored restored)
    {
        Deleted = Deleted.WithoutUser(restored.User);
        SetUser(restored.User, restored.Restored);
    }

    private void Restore(Change.GroupRestored restored)
    {
        Deleted = Deleted.WithoutGroup(restored.Group);
        Group group = Group(restored.Group);
        WriteGroup(restored.Group, group with { IsDeleted = false });
        SetRule(restored.Group, group.Profile);
        _groupsThere++;
        IndexGroup(group.Id, restored.Group);
    }

    private void Purge(Change.DeletedItemsPurged purged)
    {
        foreach (int user in purged.Users)
        {
            Deleted = Deleted.WithoutUser(user);
            Turns?.Turn(user);
        }

        if (purged.Users.Count > 0 && !Storages.Pools.IsEmpty)
        {
            Frontline.Forget(purged.Users);
        }

        foreach (int group in purged.Groups)
        {
            Deleted = Deleted.WithoutGroup(group);
        }
    }

    private IEnumerable<int> ParentsOf(int group)
    {
        for (int parent = 0; parent < GroupCount; parent++)
        {
            if (Group(parent).MemberGroups.Span.Contains(group))
            {
                yield return parent;
            }
        }
    }
}
