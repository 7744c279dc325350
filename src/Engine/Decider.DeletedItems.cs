using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>Deleted items: what has had its time goes (B147), and what is restored comes back with its wants as new requests (B74, B148).</content>
internal sealed partial class Decider
{
    private void PurgeOver(DateTimeOffset now)
    {
        if (_draft.Deleted.NextPurge is { } first && first <= now)
        {
            (ValueArray<int> users, ValueArray<int> groups) = _draft.Deleted.OverAt(now);
            Purge(users, groups, over: true);
        }
    }

    private void Purge(ValueArray<int> users, ValueArray<int> groups, bool over)
    {
        foreach (int user in users)
        {
            _draft.Note(new Change.UserWas(user, _draft.Deleted.Users[user].User));
        }

        _draft.Record(new Change.DeletedItemsPurged(users, groups, over));
    }

    private Refusal? PurgeItem(Guid id)
    {
        int user = _draft.Deleted.FindUser(id), group = _draft.Deleted.FindGroup(id);
        if (user < 0 && group < 0)
        {
            return new Refusal(RefusalCode.DeletedItemNotFound) { Subject = id };
        }

        Purge(user >= 0 ? [user] : [], group >= 0 ? [group] : [], over: false);
        return null;
    }

    private Refusal? Restore(Command.RestoreDeletedItem restore)
    {
        int user = _draft.Deleted.FindUser(restore.Id), group = _draft.Deleted.FindGroup(restore.Id);
        if (user >= 0)
        {
            return RestoreUser(user, restore.NewUserPrincipalName);
        }

        if (group < 0)
        {
            return new Refusal(RefusalCode.DeletedItemNotFound) { Subject = restore.Id };
        }

        if (restore.NewUserPrincipalName is not null)
        {
            return Invalid("newUserPrincipalName", "A group has no user principal name: leave it out.");
        }

        return RestoreGroup(group);
    }

    private Refusal? RestoreUser(int index, string? newUserPrincipalName)
    {
        DeletedUser item = _draft.Deleted.Users[index];
        User user = newUserPrincipalName is { } name ? item.User with { UserPrincipalName = name } : item.User;
        if (CheckUser(user) is { } refusal)
        {
            return refusal;
        }

        _draft.Record(new Change.UserRestored(index, user));
        _memberships.Came(index);
        AssignAgain(index, user, item.Direct);
        foreach (int group in item.Groups.OrderBy(group => _draft.Group(group).Id))
        {
            if (_draft.IsThere(group))
            {
                // A group that chooses its members looks at whoever is restored (B136).
                if (!IsOn(group))
                {
                    Join(group, [index], []);
                }
            }
            else if (_draft.Deleted.Groups.TryGetValue(group, out DeletedGroup? absent))
            {
                _draft.Record(new Change.DeletedGroupSet(group, absent with { Members = With(absent.Members, index) }));
            }
        }

        ReportAgain(index, item);
        foreach (int group in item.Owned)
        {
            if (!_draft.IsThere(group))
            {
                if (_draft.Deleted.Groups.TryGetValue(group, out DeletedGroup? absent))
                {
                    _draft.Record(new Change.DeletedGroupSet(group, absent with { Owners = With(absent.Owners, index) }));
                }
            }
            else if (_draft.Group(group).Owners.Count < Group.MostOwners)
            {
                Own(group, [index]);
            }
        }

        return null;
    }

    // B149: all direct licenses at once, as one call; if that is refused, one by one by SKU id, again and again until nothing more is given.
    private void AssignAgain(int index, User user, LicenseSet direct)
    {
        LicenseRequest[] wanted =
        [
            .. direct.Items
                .Select(license => new LicenseRequest(
                    _tenant.Catalog.Skus[license.Sku].Id, license.Disabled.Select(plan => _tenant.Catalog.Plans[plan].Id).ToValueArray()))
                .OrderBy(request => request.SkuId),
        ];
        if (wanted.Length == 0 || TryAssign(index, user, wanted))
        {
            return;
        }

        List<LicenseRequest> left = [.. wanted];
        while (left.RemoveAll(request => TryAssign(index, user, [request])) > 0)
        {
        }
    }

    private bool TryAssign(int index, User user, LicenseRequest[] add)
    {
        UserLicenses licenses = _draft.Licenses(index);
        (LicenseSet? direct, Refusal? refusal) = DirectCall.OnUser(_tenant, user, licenses, ValueArray.Own(add), []);
        if (refusal is null)
        {
            _draft.SetLicenses(index, licenses.WithDirect(direct!, _now));
        }

        return refusal is null;
    }

    private void ReportAgain(int index, DeletedUser item)
    {
        if (item.Manager >= 0 && _draft.User(item.Manager) is not null)
        {
            Report(index, item.Manager);
        }
        else if (item.Manager >= 0 && _draft.Deleted.Users.TryGetValue(item.Manager, out DeletedUser? absent))
        {
            _draft.Record(new Change.DeletedUserSet(item.Manager, absent with { Reports = With(absent.Reports, index) }));
        }

        // Who has another manager meanwhile keeps that one.
        int[] reports = [.. item.Reports.Where(report => _draft.User(report) is not null && _draft.ManagerOf(report) < 0)];
        if (reports.Length > 0)
        {
            _draft.Record(new Change.ReportingSet(ValueArray.Own(reports), index));
        }

        foreach (int report in item.Reports)
        {
            if (_draft.Deleted.Users.TryGetValue(report, out DeletedUser? absent) && IsGone(absent.Manager))
            {
                _draft.Record(new Change.DeletedUserSet(report, absent with { Manager = index }));
            }
        }
    }

    private Refusal? RestoreGroup(int index)
    {
        DeletedGroup item = _draft.Deleted.Groups[index];
        if (CheckRestoredRule(index) is { } refusal)
        {
            return refusal;
        }

        _draft.Record(new Change.GroupRestored(index));
        FollowIfNew(index, null, _draft.Group(index).Profile);
        int[] owners = [.. item.Owners.Where(owner => _draft.User(owner) is not null)];
        Own(index, owners);
        if (!IsOn(index))
        {
            Join(index, [.. item.Members.Where(member => _draft.User(member) is not null)], [.. item.MemberGroups.Where(_draft.IsThere)]);
        }

        foreach (int parent in item.Parents.Where(_draft.IsThere))
        {
            _draft.Record(new Change.MembersAdded(parent, [], [index]));
        }

        // B148: a link to something that is deleted too comes back with that, but for members of a group that chooses them.
        foreach (int member in IsOn(index) ? [] : item.Members)
        {
            if (_draft.Deleted.Users.TryGetValue(member, out DeletedUser? absent))
            {
                _draft.Record(new Change.DeletedUserSet(member, absent with { Groups = With(absent.Groups, index) }));
            }
        }

        foreach (int owner in item.Owners)
        {
            if (_draft.Deleted.Users.TryGetValue(owner, out DeletedUser? absent))
            {
                _draft.Record(new Change.DeletedUserSet(owner, absent with { Owned = With(absent.Owned, index) }));
            }
        }

        foreach (int inner in item.MemberGroups)
        {
            if (_draft.Deleted.Groups.TryGetValue(inner, out DeletedGroup? absent))
            {
                _draft.Record(new Change.DeletedGroupSet(inner, absent with { Parents = With(absent.Parents, index) }));
            }
        }

        foreach (int parent in item.Parents)
        {
            if (_draft.Deleted.Groups.TryGetValue(parent, out DeletedGroup? absent))
            {
                _draft.Record(new Change.DeletedGroupSet(parent, absent with { MemberGroups = With(absent.MemberGroups, index) }));
            }
        }

        return null;
    }

    // Nobody, or somebody who is gone for good.
    private bool IsGone(int user) => user < 0 || (_draft.User(user) is null && !_draft.Deleted.Users.ContainsKey(user));

    private bool IsOn(int group) => _draft.Group(group).Profile.RuleProcessing == RuleProcessing.On;

    // B151: the rule of a group that comes back must still be possible; sources that are gone are empty ones.
    private Refusal? CheckRestoredRule(int index)
    {
        GroupProfile profile = _draft.Group(index).Profile;
        if (profile.MembershipRule is not { } text || !MembershipRule.TryParse(text, out MembershipRule? rule, out _))
        {
            return null;
        }

        Refusal? sources = CheckSources(index, profile.Id, rule, mayBeMissing: true);
        return sources ?? CheckNumbers(index, profile.Id, null, rule);
    }

    private static ValueArray<int> With(ValueArray<int> indexes, int index) => indexes.Append(index).Distinct().Order().ToValueArray();
}
