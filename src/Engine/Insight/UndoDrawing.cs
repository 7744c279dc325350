using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>Draws an undo: goes back through the changes and decides each way back on a tenant that nobody else sees, so that the next one finds it done.</summary>
internal sealed partial class UndoDrawing
{
    private readonly Tenant _tenant;
    private readonly TenantEvent _happened;
    private readonly DecisionContext _context;
    private readonly List<Command> _commands = [];
    private readonly HashSet<UndoGap> _gaps = [];
    private readonly List<(Change Change, int At)> _later = [];
    private Dictionary<int, List<(int At, int Of)>>? _managers;
    private Tenant _now;
    private Refusal? _refusal;
    private bool _isLast;

    public UndoDrawing(Tenant tenant, TenantEvent happened, DecisionContext context) => (_tenant, _now, _happened, _context) = (tenant, tenant, happened, context);

    /// <summary>The undo.</summary>
    public Undo Draw()
    {
        for (int at = _happened.Changes.Count - 1; at >= 0 && _refusal is null; at--)
        {
            SetBack(_happened.Changes[at], at);
        }

        // What needed something that came back only after it: members of a group that had no rule before, assignments to a group that was gone.
        _isLast = true;
        foreach ((Change change, int at) in _later)
        {
            SetBack(change, at);
        }

        return new Undo(_commands.ToValueArray(), [.. _gaps.OrderBy(static gap => gap.Reason).ThenBy(static gap => gap.Id)], _refusal);
    }

    private void SetBack(Change change, int at)
    {
        switch (change)
        {
            case Change.DirectSet set:
                foreach (int user in set.Users)
                {
                    SetLicensesBack(user, set);
                }

                break;
            case Change.GroupLicensesSet set:
                SetLicensesBack(set);
                break;
            case Change.MembersAdded or Change.MembersRemoved:
                SetMembersBack(change, at);
                break;
            case Change.RelationsEnded { Kind: RelationKind.Member } ended when ended.Groups.Count > 0:
                // A group that was a member of this one went: it is a member again when it is there again.
                Add(ended.Of, [], ended.Groups);
                break;
            case Change.ReportingSet set:
                foreach (int user in set.Users)
                {
                    SetManagerBack(user, at);
                }

                break;
            case Change.OwnersAdded added:
                SetOwnersBack(added.Group, [], added.Users);
                break;
            case Change.OwnersRemoved removed:
                SetOwnersBack(removed.Group, removed.Users, []);
                break;
            case Change.UsersSet set:
                for (int i = set.Users.Count - 1; i >= 0; i--)
                {
                    SetUserBack(set.Indexes[i], set.Users[i], at);
                }

                break;
            case Change.UserToDeletedItems deleted:
                Restore(_tenant.Deleted.Users.TryGetValue(deleted.User, out DeletedUser? item) ? item.User.Id : null, "user", UserBefore(deleted.User, at)?.Id);
                break;
            case Change.GroupToDeletedItems deleted:
                Restore(_tenant.Deleted.Groups.TryGetValue(deleted.Group, out DeletedGroup? group) ? group.Id : null, "group", _tenant.Groups[deleted.Group].Id);
                break;
            case Change.UserRestored restored:
                DeleteUser(restored.Restored.Id);
                break;
            case Change.GroupRestored restored:
                DeleteGroup(restored.Group);
                break;
            case Change.GroupSet set:
                SetGroupBack(set, at);
                break;
            case Change.GroupDeleted deleted:
                MakeAgain(deleted.Group, at);
                break;
            case Change.SettingsSet set when Before<Change.SettingsSet>(at, static _ => true) is { } was:
                Do(new Command.UpdateSettings(was.Settings) { Basis = set.Settings });
                break;
            case Change.SubscriptionSet set:
                SetSubscriptionBack(set.Subscription, at);
                break;
            case Change.PolicySet or Change.PolicyDeleted or Change.UserSettingSet or Change.UserSettingDeleted or Change.OrganizationSettingsSet:
                SetFleetBack(change, at);
                break;
            default:
                Miss(change);
                break;
        }
    }

    private void PutOff(Change change, int at)
    {
        if (!_isLast)
        {
            _later.Add((change, at));
        }
    }

    private void Do(Command command)
    {
        if (_refusal is not null)
        {
            return;
        }

        switch (Deciding.Decide(_now, command, _context))
        {
            case Decision.Refused refused:
                _refusal = refused.Refusal with { Part = _commands.Count };
                _commands.Add(command);
                break;
            case Decision.Accepted { Event: not null } accepted:
                _now = accepted.Next;
                _commands.Add(command);
                break;
        }
    }

    // The group of an index, or the one that came in its place with its id (B524); null when there is none.
    private Group? Here(int group)
    {
        Group one = _now.Groups[group];
        return !one.IsDeleted ? one : _now.FindGroup(one.Id) is >= 0 and int again ? _now.Groups[again] : null;
    }

    private void Miss(UndoGapReason reason, string what, Guid? id = null) => _gaps.Add(new UndoGap(reason, what, id));

    // The fact that a change replaced: it stands before the change, and after any other change of the same thing.
    private T? Before<T>(int at, Func<T, bool> same)
        where T : Change
    {
        for (int i = at - 1; i >= 0; i--)
        {
            switch (_happened.Changes[i])
            {
                case Change.Earlier { Fact: T fact } when same(fact):
                    return fact;
                case T other when same(other):
                    return null;
            }
        }

        return null;
    }

    private User? UserBefore(int user, int at)
    {
        for (int i = at - 1; i >= 0; i--)
        {
            switch (_happened.Changes[i])
            {
                case Change.UserWas was when was.User == user:
                    return was.Was;
                case Change.UsersSet set when set.Indexes.Contains(user):
                    return null;
            }
        }

        return null;
    }

    private GroupProfile? GroupBefore(int group, int at)
    {
        for (int i = at - 1; i >= 0; i--)
        {
            switch (_happened.Changes[i])
            {
                case Change.GroupWas was when was.Group == group:
                    return was.Was;
                case Change.GroupSet set when set.Group == group:
                    return null;
            }
        }

        return null;
    }

    private void SetLicensesBack(int user, Change.DirectSet set)
    {
        if (!_now.TryGetUser(user, out User? person))
        {
            return;
        }

        (LicenseRequest[] add, Guid[] remove) = WayBack(set.Before, set.After, _now.LicensesOf(user).Direct);
        if (add.Length + remove.Length > 0)
        {
            Do(new Command.AssignUserLicenses(person.Id, add.ToValueArray(), remove.ToValueArray()));
        }
    }

    private void SetLicensesBack(Change.GroupLicensesSet set)
    {
        if (Here(set.Group) is not { } group)
        {
            Miss(UndoGapReason.Gone, "group", _tenant.Groups[set.Group].Id);
            return;
        }

        (LicenseRequest[] add, Guid[] remove) = WayBack(set.Before, set.After, group.Licenses);
        if (add.Length + remove.Length > 0)
        {
            Do(new Command.AssignGroupLicenses(group.Id, add.ToValueArray(), remove.ToValueArray()));
        }
    }

    // Only what the operation changed, and only where that is not so already (B523).
    private (LicenseRequest[] Add, Guid[] Remove) WayBack(LicenseSet before, LicenseSet after, LicenseSet now)
    {
        int[] changed = [.. before.Items.Concat(after.Items).Select(static license => license.Sku).Distinct().Where(sku => before.Disabled(sku) != after.Disabled(sku)).Order()];
        return (
            [.. changed.Where(sku => before.Contains(sku) && before.Disabled(sku) != now.Disabled(sku)).Select(sku => new LicenseRequest(IdOf(sku), PlanIds(before.Disabled(sku)!.Value)))],
            [.. changed.Where(sku => !before.Contains(sku) && now.Contains(sku)).Select(IdOf)]);
    }

    private Guid IdOf(int sku) => _tenant.Catalog.Skus[sku].Id;

    private ValueArray<Guid> PlanIds(ValueArray<int> plans) => plans.Select(plan => _tenant.Catalog.Plans[plan].Id).ToValueArray();

    private void SetMembersBack(Change change, int at)
    {
        (int index, ValueArray<int> users, ValueArray<int> groups, bool came) = change switch
        {
            Change.MembersAdded added => (added.Group, added.Users, added.Groups, true),
            Change.MembersRemoved removed => (removed.Group, removed.Users, removed.Groups, false),
            _ => throw new InvalidOperationException("Only members come and go."),
        };
        if (Here(index) is { Profile.IsDynamic: true })
        {
            PutOff(change, at);
            return;
        }

        if (came)
        {
            Remove(index, users, groups);
        }
        else
        {
            Add(index, users, groups);
        }
    }

    private void Add(int group, IEnumerable<int> users, IEnumerable<int> groups)
    {
        if (Here(group) is not { Profile.IsDynamic: false } one)
        {
            return;
        }

        Guid[] members =
        [
            .. users.Where(user => _now.TryGetUser(user, out _) && !one.Members.Contains(user)).Select(user => _now.Users[user]!.Id),
            .. groups.Where(inner => !one.MemberGroups.Contains(inner)).Select(Here).OfType<Group>().Select(static inner => inner.Id),
        ];
        if (members.Length > 0)
        {
            Do(new Command.AddMembers(one.Id, members.ToValueArray()));
        }
    }

    private void Remove(int group, IEnumerable<int> users, IEnumerable<int> groups)
    {
        if (Here(group) is not { } one)
        {
            return;
        }

        Guid[] members =
        [
            .. users.Where(one.Members.Contains).Select(user => _now.Users[user]!.Id),
            .. groups.Where(inner => one.MemberGroups.Contains(inner)).Select(inner => _now.Groups[inner].Id),
        ];
        if (members.Length > 0)
        {
            Do(new Command.RemoveMembers(one.Id, members.ToValueArray()));
        }
    }

    private void SetManagerBack(int user, int at)
    {
        int before = ManagerBefore(user, at);
        if (_now.TryGetUser(user, out User? person) && _now.ManagerOf(user) is var manager && manager != before)
        {
            Do(new Command.ReportTo(person.Id, _now.TryGetUser(before, out User? boss) ? boss.Id : null));
        }
    }

    // Who had no manager leaves no trace: without an index each of many users would look through the whole operation.
    private int ManagerBefore(int user, int at)
    {
        if (_managers is null)
        {
            _managers = [];
            for (int i = 0; i < _happened.Changes.Count; i++)
            {
                if (_happened.Changes[i] is Change.RelationsEnded { Kind: RelationKind.Manager } ended)
                {
                    foreach (int one in ended.Users)
                    {
                        (_managers.TryGetValue(one, out List<(int At, int Of)>? known) ? known : _managers[one] = []).Add((i, ended.Of));
                    }
                }
            }
        }

        return _managers.TryGetValue(user, out List<(int At, int Of)>? all) && all.FindLastIndex(one => one.At < at) is >= 0 and int last ? all[last].Of : -1;
    }

    private void SetOwnersBack(int group, ValueArray<int> add, ValueArray<int> remove)
    {
        if (Here(group) is not { } one)
        {
            return;
        }

        Guid[] came = [.. add.Where(user => _now.TryGetUser(user, out _) && !one.Owners.Contains(user)).Select(user => _now.Users[user]!.Id)];
        if (came.Length > 0)
        {
            Do(new Command.AddOwners(one.Id, came.ToValueArray()));
        }

        foreach (int user in remove.Where(user => one.Owners.Contains(user)))
        {
            // The last owner stays (B144).
            if (Here(group)!.Owners.Count == 1)
            {
                Miss(UndoGapReason.NotReversible, "owner", _now.Users[user]!.Id);
            }
            else
            {
                Do(new Command.RemoveOwner(one.Id, _now.Users[user]!.Id));
            }
        }
    }

    private void SetUserBack(int index, User after, int at)
    {
        if (UserBefore(index, at) is not { } before)
        {
            DeleteUser(after.Id);
        }
        else if (_now.TryGetUser(index, out _))
        {
            Do(new Command.UpdateUser(before) { Basis = after });
        }
        else
        {
            Miss(UndoGapReason.Gone, "user", after.Id);
        }
    }

    private void DeleteUser(Guid id)
    {
        if (_now.FindUser(id) >= 0)
        {
            Do(new Command.DeleteUser(id));
        }
    }

    private void DeleteGroup(int group)
    {
        if (Here(group) is { } one)
        {
            Do(new Command.DeleteGroup(one.Id));
        }
    }

    private void Restore(Guid? item, string what, Guid? id)
    {
        if (item is { } kept)
        {
            LicenseSet? had = _tenant.Deleted.FindUser(kept) is >= 0 and int user ? _tenant.Deleted.Users[user].Direct : null;
            Do(new Command.RestoreDeletedItem(kept));
            if (had is not null && _now.FindUser(kept) is >= 0 and int back && !_now.LicensesOf(back).Direct.Equals(had))
            {
                // They are new requests (B74): somebody has the seat by now, or something stands in the way.
                Miss(UndoGapReason.LicensesNotGiven, what, kept);
            }
        }
        else if (id is { } gone && _now.FindUser(gone) < 0 && _now.FindGroup(gone) < 0)
        {
            Miss(UndoGapReason.DeletedForGood, what, gone);
        }
    }

    private void SetGroupBack(Change.GroupSet set, int at)
    {
        if (GroupBefore(set.Group, at) is not { } before)
        {
            DeleteGroup(set.Group);
        }
        else if (Here(set.Group) is not null)
        {
            Do(new Command.UpdateGroup(before, []) { Basis = set.Profile });
        }
        else
        {
            Miss(UndoGapReason.Gone, "group", set.Profile.Id);
        }
    }

    // A group that is gone for good comes with its old id, under another index (B524).
    private void MakeAgain(int group, int at)
    {
        if (GroupBefore(group, at) is not { } profile || _now.FindGroup(profile.Id) >= 0)
        {
            return;
        }

        Change.MembersAdded? members = Before<Change.MembersAdded>(at, one => one.Group == group);
        Change.OwnersAdded? owners = Before<Change.OwnersAdded>(at, one => one.Group == group);
        Guid[] had = profile.IsDynamic || members is null ? [] :
        [
            .. members.Users.Where(user => _now.TryGetUser(user, out _)).Select(user => _now.Users[user]!.Id),
            .. members.Groups.Select(Here).OfType<Group>().Select(static inner => inner.Id),
        ];
        Do(new Command.CreateGroup(profile, had.ToValueArray())
        {
            Owners = owners is null ? [] : owners.Users.Where(user => _now.TryGetUser(user, out _)).Select(user => _now.Users[user]!.Id).ToValueArray(),
        });
    }

    private void SetSubscriptionBack(Subscription after, int at)
    {
        Subscription? before = Before<Change.SubscriptionSet>(at, one => one.Subscription.Id == after.Id)?.Subscription;
        Do(new Command.UpdateSubscription(after.Id, before?.Units, before?.Status ?? SubscriptionStatus.Deleted));
    }
}
