using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>
/// The next tenant in the making: deciding and replaying write it by the same calls, so they cannot differ. Licenses are
/// written per user; what follows from them (holders, waiting lists, packed outcomes) is drawn once, in <see cref="Seal"/>.
/// </summary>
internal sealed partial class Draft
{
    private readonly Tenant _before;
    private readonly List<Change> _recorded = [];
    private PagedVector<User?>.Builder? _users;
    private HashIndex _userIds;
    private HashIndex _userNames;
    private Func<int, int, bool>? _isUserId;
    private Func<int, int, bool>? _isUserName;
    private int _usersThere;
    private PagedVector<ValueArray<int>>.Builder? _memberships;
    private Reporting.Builder? _reporting;
    private Ownership.Builder? _ownership;
    private PagedVector<Group>.Builder? _groups;
    private HashIndex _groupIds;
    private int _groupsThere;

    /// <summary>A draft of what follows on a tenant.</summary>
    /// <param name="before">The tenant.</param>
    /// <param name="at">The tenant's time of the event.</param>
    public Draft(Tenant before, DateTimeOffset at)
    {
        _before = before;
        (_userIds, _userNames, _usersThere) = (before.Parts.UserIds, before.Parts.UserNames, before.UserCount);
        (_groupIds, _groupsThere) = (before.Parts.GroupIds, before.GroupCount);
        PassedTo = at;
        Rules = before.Parts.Rules;
        Profile = before.Profile;
        Settings = before.Settings;
        Clock = before.Clock;
        Catalog = before.Catalog;
        Subscriptions = before.Subscriptions;
        Deleted = before.Deleted;
        Alerts = before.Alerts;
        CloudApps = before.CloudApps;
        Seats = new Seats(before);
    }

    public TenantProfile Profile { get; private set; }

    public TenantSettings Settings { get; private set; }

    public TenantClock Clock { get; private set; }

    public SkuCatalog Catalog { get; private set; }

    public ValueArray<Subscription> Subscriptions { get; private set; }

    public Seats Seats { get; }

    /// <summary>Which groups follow which rules.</summary>
    public RuleIndex Rules { get; private set; }

    /// <summary>The tenant's time up to which every flip of a rule has happened (B135).</summary>
    public DateTimeOffset PassedTo { get; private set; }

    /// <summary>Called with a user and a group when the user joined or left it; not for a user who is deleted.</summary>
    public Action<int, int>? MembershipTurned { get; set; }

    /// <summary>Called with a user and the manager there was and the one there is, -1 for none.</summary>
    public Action<int, int, int>? ManagerTurned { get; set; }

    public int UserCount => _users?.Count ?? _before.Users.Count;

    public int GroupCount => _groups?.Count ?? _before.Groups.Count;

    public User? User(int user) => user == CloudPc.Nobody ? null : _users is { } users ? users[user] : _before.Users[user];

    public Group Group(int group) => _groups is { } groups ? groups[group] : _before.Groups[group];

    public ValueArray<int> Memberships(int user) => _memberships is { } memberships ? memberships[user] : _before.Parts.Memberships[user];

    public int FindUser(Guid id)
    {
        foreach (int user in _userIds.Of(HashIndex.HashOf(id)))
        {
            if (UserAt(user) is { } found && found.Id == id)
            {
                return user;
            }
        }

        return -1;
    }

    public int FindUser(string userPrincipalName)
    {
        foreach (int user in _userNames.Of(Directory.User.HashOf(userPrincipalName)))
        {
            if (UserAt(user) is { } found && found.IsNamed(userPrincipalName))
            {
                return user;
            }
        }

        return -1;
    }

    public int FindGroup(Guid id)
    {
        foreach (int group in _groupIds.Of(HashIndex.HashOf(id)))
        {
            if (group < GroupCount && Group(group) is { IsDeleted: false } found && found.Id == id)
            {
                return group;
            }
        }

        return -1;
    }

    /// <summary>The index of a user's manager, or -1 (B140).</summary>
    public int ManagerOf(int user) => _reporting is { } lines ? lines.ManagerOf(user) : _before.ManagerOf(user);

    /// <summary>Indexes of the users whose manager a user is, ascending.</summary>
    public SortedPages<int> ReportsOf(int user) => _reporting is { } lines ? lines.ReportsOf(user) : _before.ReportsOf(user);

    /// <summary>Indexes of the groups a user owns, ascending (B143).</summary>
    public ValueArray<int> OwnedBy(int user) => _ownership is { } owned ? owned.Of(user) : _before.OwnedBy(user);

    /// <summary>Whether a group is not deleted.</summary>
    public bool IsThere(int group) => !Group(group).IsDeleted;

    public bool IsMember(int user, int group) => Memberships(user).Span.BinarySearch(group) >= 0;

    /// <summary>What a group wants for a user: its licenses while the user is a first-level member, else nothing (L38).</summary>
    public LicenseSet Wanted(int user, int group) => IsMember(user, group) ? Group(group).Licenses : LicenseSet.Empty;

    /// <summary>The country that counts for a group's licenses: the user's usage location, else the tenant's (L54).</summary>
    public string Country(int user) => User(user)?.UsageLocation ?? Profile.Country;

    /// <summary>Carries a change out and keeps it for the event.</summary>
    public void Record(Change change)
    {
        NoteWhatWas(change);
        Apply(change);
        _recorded.Add(change);
    }

    /// <summary>Keeps a change for the event that says only what happened.</summary>
    public void Note(Change change) => _recorded.Add(change);

    public void Apply(Change change)
    {
        switch (change)
        {
            case Change.TenantCreated created:
                Profile = created.Profile;
                break;
            case Change.CatalogSet catalog:
                Catalog = catalog.Catalog;
                _licenseTurns = null;
                break;
            case Change.SettingsSet settings:
                Settings = settings.Settings;
                break;
            case Change.ClockSet clock:
                Clock = clock.Clock;
                PassedTo = clock.Clock.FrozenAt ?? PassedTo;
                break;
            case Change.TimePassed passed:
                PassedTo = passed.To;
                break;
            case Change.MembershipProcessed processed:
                WriteGroup(processed.Group, Group(processed.Group) with { MembershipUpdatedAt = processed.At });
                break;
            case Change.SubscriptionSet subscription:
                SetSubscription(subscription.Subscription);
                break;
            case Change.UsersSet users:
                for (int i = 0; i < users.Indexes.Count; i++)
                {
                    SetUser(users.Indexes[i], users.Users[i]);
                }

                break;
            case Change.UserDeleted deleted:
                DeleteUser(deleted.User);
                break;
            case Change.UserToDeletedItems deleted:
                ToDeletedItems(deleted);
                break;
            case Change.GroupToDeletedItems deleted:
                ToDeletedItems(deleted);
                break;
            case Change.UserRestored restored:
                Restore(restored);
                break;
            case Change.GroupRestored restored:
                Restore(restored);
                break;
            case Change.DeletedUserSet set:
                ReachUser(set.User);
                Deleted = Deleted.With(set.User, set.Item);
                break;
            case Change.DeletedGroupSet set:
                Deleted = Deleted.With(set.Group, set.Item);
                break;
            case Change.DeletedItemsPurged purged:
                Purge(purged);
                break;
            case Change.ReportingSet reporting:
                SetReporting(reporting.Users.Span, reporting.Manager ?? -1);
                break;
            case Change.GroupSet group:
                SetGroup(group.Group, group.Profile);
                break;
            case Change.GroupDeleted deleted:
                DeleteGroup(deleted.Group);
                break;
            case Change.MembersAdded added:
                Join(added);
                break;
            case Change.MembersRemoved removed:
                Leave(removed);
                break;
            case Change.OwnersAdded added:
                SetOwners(added.Group, Group(added.Group).Owners.Union(added.Users).Order().ToValueArray());
                break;
            case Change.OwnersRemoved removed:
                SetOwners(removed.Group, Group(removed.Group).Owners.Except(removed.Users).ToValueArray());
                break;
            case Change.GroupLicensesSet licenses:
                WriteGroup(licenses.Group, Group(licenses.Group) with { Licenses = licenses.After, EverLicensed = true });
                break;
            case Change.DirectSet direct:
                SetDirect(direct);
                break;
            case Change.SourceSet source:
                SetSource(source);
                break;
            case Change.GroupProcessed or Change.GroupReprocessAsked or Change.UserWas or Change.GroupWas or Change.RelationsEnded or Change.PlanUsed or Change.Earlier or Change.HoldersCounted
                or Change.IdentityRecorded:
                break;
            case Change.PolicySet or Change.PolicyDeleted or Change.CoverageSet or Change.CloudPcSet or Change.CloudPcsCame or Change.CloudPcGone or Change.ConnectionSet
                or Change.ConnectionDeleted or Change.UserSettingSet or Change.UserSettingDeleted or Change.DeviceImageSet or Change.DeviceImageDeleted
                or Change.SnapshotRetained or Change.RetainedGone or Change.BulkActionSet or Change.BulkActionGone or Change.OrganizationSettingsSet or Change.SessionSet or Change.SessionEnded
                or Change.PowerSet or Change.BufferSet or Change.ConnectionRefused
                or Change.ReprovisionSet or Change.ReprovisionStepped or Change.ReprovisionEnded or Change.ReprovisionScheduled
                or Change.StorageTermsSet or Change.StorageAttached or Change.StoragesDeleted:
                ApplyToFleet(change);
                break;
            case Change.AlertRuleSet set:
                Alerts = Alerts.With(set.Rule);
                break;
            case Change.AlertRecordSet set:
                Alerts = Alerts.With(set.Index, set.Record);
                break;
            case Change.AlertRecordGone gone:
                Alerts = Alerts.Without(gone.Index);
                break;
            case Change.AlertsDue due:
                Alerts = Alerts.With(due.At);
                break;
            case Change.CloudAppSet set:
                CloudApps = CloudApps.With(set.Index, set.App);
                break;
            case Change.CloudAppGone gone:
                CloudApps = CloudApps.Without(gone.Index);
                break;
            default:
                throw new InvalidOperationException($"A change of kind {change.GetType().Name} has no effect yet.");
        }
    }

    /// <summary>The tenant as it is now, with everything that follows from the licenses.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="outcomes">Receives the packed outcomes for the event; null when replaying.</param>
    public Tenant Seal(long version, List<Change>? outcomes)
    {
        // Of nobody's licenses nothing follows.
        IndexRuns touched = _touched.Sorted();
        Consequences? consequences = touched.Count == 0 ? null : new(_before, this, outcomes, touched.Count);
        if (consequences is not null)
        {
            Follow(touched, consequences);
            consequences.Finish();
        }

        return new Tenant(new TenantParts(
            version,
            Profile,
            Settings,
            Clock,
            Catalog,
            Subscriptions,
            _users?.Seal() ?? _before.Parts.Users,
            _usersThere,
            _userIds,
            _userNames,
            _memberships?.Seal() ?? _before.Parts.Memberships,
            _licenses?.Seal() ?? _before.Parts.Licenses,
            _reporting?.Seal() ?? _before.Parts.Reporting,
            _ownership?.Seal() ?? _before.Parts.Ownership,
            Deleted,
            SealGroups(consequences),
            _groupsThere,
            _groupIds,
            consequences?.Holders ?? _before.Parts.Holders,
            consequences?.Waiting ?? _before.Parts.Waiting,
            consequences?.Troubled ?? _before.Parts.Troubled,
            Rules,
            SealFlips(),
            PassedTo,
            SealFleet(),
            SealFrontline(),
            Alerts,
            CloudApps));
    }

    /// <summary>The rules of alerts, and the alerts.</summary>
    public AlertBook Alerts { get; private set; }

    /// <summary>The cloud apps.</summary>
    public CloudAppBook CloudApps { get; private set; }

    /// <summary>What was recorded so far, in order.</summary>
    public List<Change> Recorded => _recorded;

    private Ownership.Builder Ownership => _ownership ??= new Ownership.Builder(_before.Parts.Ownership);

    private Reporting.Builder Reporting => _reporting ??= new Reporting.Builder(_before.Parts.Reporting);

    private void SetSubscription(Subscription subscription)
    {
        int at = Subscriptions.Span.IndexOf(Subscriptions.FirstOrDefault(old => old.Id == subscription.Id)!);
        Subscriptions = at < 0 ? [.. Subscriptions, subscription] : Subscriptions.Select((old, i) => i == at ? subscription : old).ToValueArray();
        bool open = Seats.IsOpen(subscription.Sku);
        Seats.Recount(
            subscription.Sku,
            Subscriptions.Where(one => one.Sku == subscription.Sku && one.Status <= SubscriptionStatus.Warning).Sum(one => (long)one.Units));
        if (open != Seats.IsOpen(subscription.Sku))
        {
            SeatsTurned?.Invoke(subscription.Sku);
        }
    }

    private void SetUser(int index, User user)
    {
        ReachUser(index);
        User? old = _users![index];
        FlipsOf(index, old is null ? Everything : RuleReads.Between(old, user));
        _users[index] = user;
        _usersThere += old is null ? 1 : 0;
        _userIds = _userIds.Add(HashIndex.HashOf(user.Id), index, _isUserId ??= (at, hash) => UserAt(at) is { } one && HashIndex.HashOf(one.Id) == hash);
        _userNames = _userNames.Add(user.HashOfName(), index, _isUserName ??= (at, hash) => UserAt(at) is { } one && one.HashOfName() == hash);
    }

    // An index that was found by a hash can be one of another version of the tenant.
    private User? UserAt(int index) => index < UserCount ? User(index) : null;

    private void ReachUser(int index)
    {
        _users ??= _before.Users.ToBuilder();
        _memberships ??= _before.Parts.Memberships.ToBuilder();
        _licenses ??= _before.Parts.Licenses.ToBuilder();
        _users.Grow(index + 1);
        _memberships.Grow(index + 1);
        while (_licenses.Count <= index)
        {
            _licenses.Add(UserLicenses.None);
        }
    }

    private void DeleteUser(int index)
    {
        ReachUser(index);
        if (_users![index] is null)
        {
            return;
        }

        foreach (int group in Memberships(index))
        {
            Remember(group, index, joined: false);
            TurnMembership(index, group);
        }

        FlipsOf(index, Everything);
        LeaveReporting(index);
        foreach (int group in OwnedBy(index))
        {
            SetOwners(group, Group(group).Owners.Where(one => one != index).ToValueArray());
        }

        SetLicenses(index, UserLicenses.None);
        _memberships![index] = [];
        _users[index] = null;
        _usersThere--;
    }

    private void SetOwners(int group, ValueArray<int> owners)
    {
        Group before = Group(group);
        foreach (int user in before.Owners.Except(owners))
        {
            Ownership.Remove(user, group);
        }

        foreach (int user in owners.Except(before.Owners))
        {
            Ownership.Add(user, group);
        }

        WriteGroup(group, before with { Owners = owners });
    }

    // Who is gone is nobody's manager and has none (B141).
    private void LeaveReporting(int user)
    {
        if (ManagerOf(user) >= 0)
        {
            SetReporting([user], -1);
        }

        if (ReportsOf(user) is { Count: > 0 } reports)
        {
            SetReporting(reports.ToArray(), -1);
        }
    }

    private void SetReporting(ReadOnlySpan<int> users, int manager)
    {
        if (ManagerTurned is { } turned)
        {
            foreach (int user in users)
            {
                turned(user, ManagerOf(user), manager);
            }
        }

        Reporting.Set(users, manager);
    }

    private void SetGroup(int index, GroupProfile profile)
    {
        _groups ??= _before.Groups.ToBuilder();
        if (index < _groups.Count)
        {
            _groups[index] = _groups[index] with { Profile = profile };
        }
        else
        {
            _groups.Add(new Group(profile, false, SortedPages<int>.Empty, [], [], LicenseSet.Empty, false, SortedPages<int>.Empty));
            _groupsThere++;
        }

        IndexGroup(profile.Id, index);
        SetRule(index, profile);
    }

    private void IndexGroup(Guid id, int index) =>
        _groupIds = _groupIds.Add(HashIndex.HashOf(id), index, (at, hash) => at < GroupCount && !Group(at).IsDeleted && HashIndex.HashOf(Group(at).Id) == hash);

    private void DeleteGroup(int index)
    {
        SetOwners(index, []);
        Group group = Group(index);
        foreach (int member in Members(index))
        {
            RemoveMembership(member, index);
        }

        foreach (int parent in ParentsOf(index))
        {
            WriteGroup(parent, Group(parent) with { MemberGroups = Group(parent).MemberGroups.Where(one => one != index).ToValueArray() });
        }

        WriteGroup(index, group with { IsDeleted = true, Members = SortedPages<int>.Empty, MemberGroups = [], Licenses = LicenseSet.Empty });
        _groupsThere--;
        if (Rules.RuleOf(index) is not null)
        {
            Rules = Rules.With(index, null, false);
            FlipsOfGroups.Add(index);
        }
    }

    private void WriteGroup(int index, Group group)
    {
        _groups ??= _before.Groups.ToBuilder();
        _groups[index] = group;
    }

    private PagedVector<Group> SealGroups(Consequences? consequences)
    {
        foreach (int group in (_members?.Keys, consequences?.TroubledGroups) switch
        {
            (null, null) => [],
            ({ } turned, null) => turned,
            (null, { } troubled) => troubled,
            ({ } turned, { } troubled) => turned.Union(troubled),
        })
        {
            Group old = Group(group);
            (int[] on, int[] off) = consequences?.TroubledUsers(group) ?? ([], []);
            WriteGroup(group, old with
            {
                Members = old.IsDeleted || _members?.GetValueOrDefault(group) is not { } changes ? old.Members : MergeMembers(group, old.Members, changes),
                Troubled = old.Troubled.Merge(on, off),
            });
        }

        return _groups?.Seal() ?? _before.Parts.Groups;
    }
}
