using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>
/// One entry of the journal: what a command changed. It records decisions, so applying it decides nothing:
/// a newer rule cannot rewrite what happened.
/// </summary>
/// <param name="Sequence">Its number; one above the version it was decided on.</param>
/// <param name="At">The tenant's time.</param>
/// <param name="Actor">Who.</param>
/// <param name="Kind">The command it came from: the name of the <see cref="Command"/> record.</param>
/// <param name="Changes">What changed, in order.</param>
public sealed record TenantEvent(long Sequence, DateTimeOffset At, Actor Actor, string Kind, ValueArray<Change> Changes);

/// <summary>A fact with absolute values: applying it twice is applying it once. Users, groups and SKUs are named by index.</summary>
public abstract record Change
{
    private protected Change()
    {
    }

    /// <summary>The tenant came into being.</summary>
    public sealed record TenantCreated(TenantProfile Profile) : Change;

    /// <summary>The catalog is now this one.</summary>
    public sealed record CatalogSet(SkuCatalog Catalog) : Change;

    /// <summary>Something was done to who may sign in and what they may (B738); for those who read what happened.</summary>
    public sealed record IdentityRecorded(IdentityAct Act, Guid Target, string Name, string Detail) : Change;

    /// <summary>The settings are now these.</summary>
    public sealed record SettingsSet(TenantSettings Settings) : Change;

    /// <summary>The clock is now this one.</summary>
    public sealed record ClockSet(TenantClock Clock) : Change;

    /// <summary>A subscription came or changed (same id).</summary>
    public sealed record SubscriptionSet(Subscription Subscription) : Change;

    /// <summary>Users came or changed; user <c>i</c> of the list has index <c>Indexes[i]</c>.</summary>
    public sealed record UsersSet(ValueArray<int> Indexes, ValueArray<User> Users) : Change;

    /// <summary>A user is gone, with memberships and licenses.</summary>
    public sealed record UserDeleted(int User) : Change;

    /// <summary>A user is gone to deleted items, with memberships and licenses (B146).</summary>
    public sealed record UserToDeletedItems(int User, DateTimeOffset At) : Change;

    /// <summary>A group is gone to deleted items, with its memberships (B146).</summary>
    public sealed record GroupToDeletedItems(int Group, DateTimeOffset At) : Change;

    /// <summary>A user came back from deleted items; what it belongs to and has follows in changes of its own (B148).</summary>
    public sealed record UserRestored(int User, User Restored) : Change;

    /// <summary>A group came back from deleted items; its members and owners follow in changes of their own (B148).</summary>
    public sealed record GroupRestored(int Group) : Change;

    /// <summary>What deleted items keep of a user is now this.</summary>
    public sealed record DeletedUserSet(int User, DeletedUser Item) : Change;

    /// <summary>What deleted items keep of a group is now this.</summary>
    public sealed record DeletedGroupSet(int Group, DeletedGroup Item) : Change;

    /// <summary>Users and groups (ascending) left deleted items for good, because their time was over or because somebody asked for it (B147).</summary>
    public sealed record DeletedItemsPurged(ValueArray<int> Users, ValueArray<int> Groups, bool Over) : Change;

    /// <summary>What a user was before this event changed or deleted it: tells, changes nothing. Audit log and history need it.</summary>
    public sealed record UserWas(int User, User Was) : Change;

    /// <summary>Users (ascending) report to this manager now, or to nobody (B140).</summary>
    public sealed record ReportingSet(ValueArray<int> Users, int? Manager) : Change;

    /// <summary>A group came or its properties changed.</summary>
    public sealed record GroupSet(int Group, GroupProfile Profile) : Change;

    /// <summary>What a group was before this event changed it: tells, changes nothing.</summary>
    public sealed record GroupWas(int Group, GroupProfile Was) : Change;

    /// <summary>A group is gone, with its memberships; pairs held through it stay.</summary>
    public sealed record GroupDeleted(int Group) : Change;

    /// <summary>Users (ascending) and groups became members.</summary>
    public sealed record MembersAdded(int Group, ValueArray<int> Users, ValueArray<int> Groups) : Change;

    /// <summary>Users (ascending) and groups are no longer members.</summary>
    public sealed record MembersRemoved(int Group, ValueArray<int> Users, ValueArray<int> Groups) : Change;

    /// <summary>Users (ascending) own a group from now on (B143).</summary>
    public sealed record OwnersAdded(int Group, ValueArray<int> Users) : Change;

    /// <summary>Users (ascending) do not own a group any more.</summary>
    public sealed record OwnersRemoved(int Group, ValueArray<int> Users) : Change;

    /// <summary>
    /// Relations that this event ended without a change of their own, because an end of them is gone or another one took its place: tells, changes
    /// nothing. Whoever follows changes needs it.
    /// </summary>
    /// <param name="Kind">Which relation.</param>
    /// <param name="Of">The group, or the manager.</param>
    /// <param name="Users">Its members, owners or reports until now, ascending.</param>
    /// <param name="Groups">Its member groups until now.</param>
    public sealed record RelationsEnded(RelationKind Kind, int Of, ValueArray<int> Users, ValueArray<int> Groups) : Change;

    /// <summary>What a group wants changed.</summary>
    public sealed record GroupLicensesSet(int Group, LicenseSet Before, LicenseSet After) : Change;

    /// <summary>
    /// A fact as it was before this event changed or ended it, where the change itself does not say: tells, changes nothing. History and undo need it (B522).
    /// What a group that is gone had is told as if it had just come.
    /// </summary>
    public sealed record Earlier(Change Fact) : Change;

    /// <summary>What users (ascending) have directly is now <paramref name="After"/>; <paramref name="UpdatedAt"/> stands beside its items.</summary>
    public sealed record DirectSet(ValueArray<int> Users, LicenseSet Before, LicenseSet After, ValueArray<DateTimeOffset> UpdatedAt) : Change;

    /// <summary>
    /// What a group gives users (ascending) is now this; nothing applied and no trouble means that the pair is gone.
    /// A decision about a million users is a handful of these.
    /// </summary>
    public sealed record SourceSet(int Group, ValueArray<int> Users, LicenseSet Applied, Trouble? Trouble, DateTimeOffset UpdatedAt) : Change
    {
        /// <summary>What the group gave them before: tells, changes nothing.</summary>
        public LicenseSet AppliedBefore { get; init; } = LicenseSet.Empty;

        /// <summary>The errors there were before: tells, changes nothing.</summary>
        public ValueArray<SkuError> ErrorsBefore { get; init; }
    }

    /// <summary>The number of users who hold a SKU changed: tells, changes nothing. Forecasts need it (B540).</summary>
    public sealed record HoldersCounted(int Sku, int Before, int After) : Change;

    /// <summary>A group was processed: for the audit log (L86). Succeeded and failed count its members.</summary>
    public sealed record GroupProcessed(int Group, int Succeeded, int Failed) : Change;

    /// <summary>A reprocess of a group was asked for: for the audit log (L86).</summary>
    public sealed record GroupReprocessAsked(int Group) : Change;

    /// <summary>The rule of a dynamic group changed who belongs to it, or first looked at everybody.</summary>
    public sealed record MembershipProcessed(int Group, DateTimeOffset At) : Change;

    /// <summary>The tenant's time up to which every flip of a rule has happened (B135), when that is not the time of the event.</summary>
    public sealed record TimePassed(DateTimeOffset To) : Change;

    /// <summary>A provisioning policy came or changed.</summary>
    public sealed record PolicySet(int Index, ProvisioningPolicy Policy) : Change;

    /// <summary>A provisioning policy is gone.</summary>
    public sealed record PolicyDeleted(int Index) : Change;

    /// <summary>How policies cover users (ascending) is now this (C149).</summary>
    public sealed record CoverageSet(ValueArray<int> Users, ValueArray<Coverage> Coverage) : Change;

    /// <summary>A Cloud PC came or changed, and why.</summary>
    public sealed record CloudPcSet(int Index, CloudPc CloudPc, CloudPcStep Step) : Change;

    /// <summary>
    /// Cloud PCs came, all in the same way and for the same reason: a decision about a million users is a handful of these. Each has the id of its index and
    /// the names of its plan and user (B261), and met its conditions at the step.
    /// </summary>
    /// <param name="Indexes">Their indexes, ascending.</param>
    /// <param name="Users">The index of each one's user, in the same order.</param>
    /// <param name="Plan">The index of their service plan.</param>
    /// <param name="Policy">The index of the policy under which they wait; -1 for none.</param>
    /// <param name="Status">Where they stand.</param>
    /// <param name="Step">When and why they came.</param>
    public sealed record CloudPcsCame(ValueArray<int> Indexes, ValueArray<int> Users, int Plan, int Policy, CloudPcStatus Status, CloudPcStep Step) : Change;

    /// <summary>A Cloud PC is gone, and why.</summary>
    public sealed record CloudPcGone(int Index, CloudPcStep Step) : Change;

    /// <summary>An Azure network connection came or changed.</summary>
    public sealed record ConnectionSet(NetworkConnection Connection) : Change;

    /// <summary>An Azure network connection is gone.</summary>
    public sealed record ConnectionDeleted(Guid Id) : Change;

    /// <summary>A user setting came or changed.</summary>
    public sealed record UserSettingSet(UserSetting Setting) : Change;

    /// <summary>A user setting is gone.</summary>
    public sealed record UserSettingDeleted(Guid Id) : Change;

    /// <summary>A device image came or changed.</summary>
    public sealed record DeviceImageSet(DeviceImage Image) : Change;

    /// <summary>A device image is gone.</summary>
    public sealed record DeviceImageDeleted(Guid Id) : Change;

    /// <summary>Something is kept of a Cloud PC whose subscription expired (C54).</summary>
    public sealed record SnapshotRetained(RetentionSnapshot Snapshot) : Change;

    /// <summary>What was kept of a Cloud PC has had its time (C193).</summary>
    public sealed record RetainedGone(Guid Id) : Change;

    /// <summary>A bulk action came or changed.</summary>
    public sealed record BulkActionSet(BulkAction Action) : Change;

    /// <summary>A bulk action is kept no longer.</summary>
    public sealed record BulkActionGone(Guid Id) : Change;

    /// <summary>What Cloud PCs without a policy are made with is now this.</summary>
    public sealed record OrganizationSettingsSet(OrganizationSettings Settings) : Change;

    /// <summary>A session began, or somebody disconnected or came back.</summary>
    public sealed record SessionSet(Session Session) : Change;

    /// <summary>A session is over, since when.</summary>
    public sealed record SessionEnded(Guid Id, DateTimeOffset At) : Change;

    /// <summary>The power of a Frontline Cloud PC, and whether it takes a license, is now this (B411).</summary>
    public sealed record PowerSet(int Index, CloudPcPower Power) : Change;

    /// <summary>What the concurrency buffer of a plan remembers is now this (B421).</summary>
    public sealed record BufferSet(int Plan, ConcurrencyBuffer Buffer) : Change;

    /// <summary>Somebody could not connect for want of a license (B415): tells, changes nothing.</summary>
    /// <param name="User">The user's index.</param>
    /// <param name="Plan">The plan's index.</param>
    /// <param name="Assignment">The assignment; null when the Cloud PC's is gone.</param>
    /// <param name="CloudPc">The index of the Cloud PC; null in shared mode.</param>
    public sealed record ConnectionRefused(int User, int Plan, Guid? Assignment, int? CloudPc) : Change;

    /// <summary>A run that makes the Cloud PCs of a policy anew began, or is now this (B435).</summary>
    public sealed record ReprovisionSet(int Policy, ReprovisionRun Run) : Change;

    /// <summary>Cloud PCs (ascending) of a run have come this far.</summary>
    public sealed record ReprovisionStepped(int Policy, ReprovisionStep Step, ValueArray<int> CloudPcs) : Change;

    /// <summary>A run is over, since when (B437).</summary>
    public sealed record ReprovisionEnded(int Policy, DateTimeOffset At) : Change;

    /// <summary>The schedule of a policy is now this; null for none any more (B438).</summary>
    public sealed record ReprovisionScheduled(int Policy, ReprovisionSchedule? Schedule) : Change;

    /// <summary>What holds for the user storages of an assignment is now this; null when they are gone with it (B430, B433).</summary>
    public sealed record StorageTermsSet(Guid Assignment, StorageTerms? Terms) : Change;

    /// <summary>The storage of a user (by index) at an assignment came, or was attached (B431).</summary>
    public sealed record StorageAttached(Guid Assignment, int User, UserStorage Storage) : Change;

    /// <summary>Storages of users (by index, ascending) at an assignment were deleted (B432, B434).</summary>
    public sealed record StoragesDeleted(Guid Assignment, ValueArray<int> Users) : Change;

    /// <summary>A rule of alerts is now this.</summary>
    public sealed record AlertRuleSet(AlertRule Rule) : Change;

    /// <summary>An alert was raised, changed, was told of or is over.</summary>
    public sealed record AlertRecordSet(int Index, AlertRecord Record) : Change;

    /// <summary>An alert is forgotten.</summary>
    public sealed record AlertRecordGone(int Index) : Change;

    /// <summary>The licenses of a Frontline plan are used differently since a moment: tells, changes nothing. Reports need it (B444).</summary>
    public sealed record PlanUsed(int Plan, DateTimeOffset At, PlanUsage Before, PlanUsage After) : Change;

    /// <summary>When time alone can next raise an alert or end one (B455); null for never.</summary>
    public sealed record AlertsDue(DateTimeOffset? At) : Change;

    /// <summary>A cloud app came or changed (C125).</summary>
    public sealed record CloudAppSet(int Index, CloudApp App) : Change;

    /// <summary>A cloud app is gone.</summary>
    public sealed record CloudAppGone(int Index) : Change;
}

/// <summary>A relation between users and groups.</summary>
public enum RelationKind : byte
{
    /// <summary>A user or group is a member of a group.</summary>
    Member,

    /// <summary>A user reports to a manager.</summary>
    Manager,

    /// <summary>A user owns a group.</summary>
    Owner,
}
