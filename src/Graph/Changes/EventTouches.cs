using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Graph.Changes;

/// <summary>
/// What an entry of the journal did to users and groups: the one place that knows it for delta and for notifications. A touch is made
/// when it is asked for and has a number, so that a reader can stop anywhere in an event about a million users and go on there.
/// </summary>
internal sealed class EventTouches
{
    private readonly List<(int Count, Func<int, Touch> At)> _parts = [];
    private readonly Dictionary<int, User> _usersWere = [];
    private readonly Dictionary<int, GroupProfile> _groupsWere = [];

    /// <summary>The touches of an event.</summary>
    public EventTouches(TenantEvent happened)
    {
        foreach (Change change in happened.Changes.Span)
        {
            Add(change);
        }
    }

    /// <summary>The touches from a number on, with their numbers.</summary>
    public IEnumerable<(int Number, Touch Touch)> From(int number)
    {
        int first = 0;
        foreach ((int count, Func<int, Touch> at) in _parts)
        {
            for (int i = Math.Max(0, number - first); i < count; i++)
            {
                yield return (first + i, at(i));
            }

            first += count;
        }
    }

    // Every kind of change stands here by name: a new one fails the test that asks about each, until somebody has said what it touches.
    private void Add(Change change)
    {
        switch (change)
        {
            case Change.UserWas was:
                _usersWere[was.User] = was.Was;
                break;
            case Change.GroupWas was:
                _groupsWere[was.Group] = was.Was;
                break;
            case Change.UsersSet set:
                Many(set.Indexes, (index, i) => new Touch(TouchKind.UserSet, index) { UserWas = _usersWere.GetValueOrDefault(index), UserIs = set.Users[i] });
                break;
            case Change.UserDeleted deleted:
                One(new Touch(TouchKind.UserDeleted, deleted.User) { UserWas = _usersWere.GetValueOrDefault(deleted.User) });
                break;
            case Change.UserToDeletedItems deleted:
                One(new Touch(TouchKind.UserDeleted, deleted.User) { UserWas = _usersWere.GetValueOrDefault(deleted.User), CanBeRestored = true });
                break;
            case Change.UserRestored restored:
                One(new Touch(TouchKind.UserSet, restored.User) { UserIs = restored.Restored });
                break;
            case Change.GroupToDeletedItems deleted:
                One(new Touch(TouchKind.GroupDeleted, deleted.Group) { CanBeRestored = true });
                break;
            case Change.GroupRestored restored:
                One(new Touch(TouchKind.GroupSet, restored.Group));
                break;
            case Change.DeletedItemsPurged purged:
                // Gone before, and now for good: that is told too (L161).
                Many(purged.Users, (user, _) => new Touch(TouchKind.UserDeleted, user) { UserWas = _usersWere.GetValueOrDefault(user) });
                Many(purged.Groups, static (group, _) => new Touch(TouchKind.GroupDeleted, group));
                break;
            case Change.DeletedUserSet or Change.DeletedGroupSet:
                // What is kept of somebody who is gone touches nobody who is there.
                break;
            case Change.ReportingSet reporting:
                Reporting(reporting.Users, reporting.Manager);
                break;
            case Change.RelationsEnded ended:
                Ended(ended);
                break;
            case Change.GroupSet set:
                One(new Touch(TouchKind.GroupSet, set.Group) { GroupWas = _groupsWere.GetValueOrDefault(set.Group), GroupIs = set.Profile });
                break;
            case Change.GroupDeleted deleted:
                One(new Touch(TouchKind.GroupDeleted, deleted.Group));
                break;
            case Change.MembersAdded added:
                Members(TouchKind.MemberAdded, added.Group, added.Users, added.Groups);
                break;
            case Change.MembersRemoved removed:
                Members(TouchKind.MemberRemoved, removed.Group, removed.Users, removed.Groups);
                break;
            case Change.OwnersAdded added:
                Owners(TouchKind.OwnerAdded, added.Group, added.Users);
                break;
            case Change.OwnersRemoved removed:
                Owners(TouchKind.OwnerRemoved, removed.Group, removed.Users);
                break;
            case Change.GroupLicensesSet licenses:
                One(new Touch(TouchKind.GroupLicenses, licenses.Group));
                break;
            case Change.DirectSet direct:
                Many(direct.Users, static (user, _) => new Touch(TouchKind.UserLicenses, user));
                break;
            case Change.SourceSet source:
                Many(source.Users, static (user, _) => new Touch(TouchKind.UserLicenses, user));
                break;
            case Change.GroupProcessed or Change.GroupReprocessAsked or Change.IdentityRecorded:
                // For the audit log alone.
                break;
            case Change.TenantCreated or Change.CatalogSet or Change.SettingsSet or Change.ClockSet or Change.SubscriptionSet or Change.MembershipProcessed or Change.TimePassed
                or Change.PolicySet or Change.PolicyDeleted or Change.CoverageSet or Change.CloudPcSet or Change.CloudPcsCame or Change.CloudPcGone or Change.ConnectionSet
                or Change.ConnectionDeleted or Change.UserSettingSet or Change.UserSettingDeleted or Change.DeviceImageSet or Change.DeviceImageDeleted
                or Change.SnapshotRetained or Change.RetainedGone or Change.BulkActionSet or Change.BulkActionGone or Change.OrganizationSettingsSet or Change.SessionSet or Change.SessionEnded
                or Change.PowerSet or Change.BufferSet or Change.ConnectionRefused or Change.StorageTermsSet or Change.StorageAttached or Change.StoragesDeleted
                or Change.ReprovisionSet or Change.ReprovisionStepped or Change.ReprovisionEnded or Change.ReprovisionScheduled
                or Change.AlertRuleSet or Change.AlertRecordSet or Change.AlertRecordGone or Change.AlertsDue or Change.PlanUsed or Change.Earlier or Change.HoldersCounted
                or Change.CloudAppSet or Change.CloudAppGone:
                // The directory stays as it is (B183).
                break;
            default:
                throw new InvalidOperationException($"Nobody has said what a change of kind {change.GetType().Name} touches.");
        }
    }

    private void Ended(Change.RelationsEnded ended)
    {
        switch (ended.Kind)
        {
            case RelationKind.Member:
                Members(TouchKind.MemberRemoved, ended.Of, ended.Users, ended.Groups);
                break;
            case RelationKind.Owner:
                Owners(TouchKind.OwnerRemoved, ended.Of, ended.Users);
                break;
            case RelationKind.Manager:
                Reporting(ended.Users, ended.Of);
                break;
        }
    }

    // The end of a reporting line is told by who was the manager.
    private void Reporting(ValueArray<int> users, int? manager)
    {
        if (manager is { } who)
        {
            Many(users, (user, _) => new Touch(TouchKind.ManagerSet, user) { Related = who });
        }
    }

    private void One(Touch touch) => _parts.Add((1, _ => touch));

    private void Many(ValueArray<int> indexes, Func<int, int, Touch> at) => _parts.Add((indexes.Count, i => at(indexes[i], i)));

    private void Members(TouchKind kind, int group, ValueArray<int> users, ValueArray<int> groups)
    {
        Many(users, (user, _) => new Touch(kind, group) { Related = user });
        Many(groups, (inner, _) => new Touch(kind, group) { Related = inner, OfGroup = true });
    }

    private void Owners(TouchKind kind, int group, ValueArray<int> users) => Many(users, (user, _) => new Touch(kind, group) { Related = user });
}
