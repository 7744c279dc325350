using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>A license as a caller names it: ids outside, indexes inside.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="DisabledPlans">Ids of plans to switch off; absolute (L7). The order and repetitions do not matter.</param>
public sealed record LicenseRequest(Guid SkuId, ValueArray<Guid> DisabledPlans);

/// <summary>Who acts, as the audit log names it.</summary>
/// <param name="Kind">An application, a user, or Berth itself.</param>
/// <param name="Id">The application's client id or the user's object id; null for Berth itself.</param>
/// <param name="DisplayName">The name.</param>
public sealed record Actor(ActorKind Kind, Guid? Id, string DisplayName)
{
    /// <summary>Berth's own work: seeding, set-up.</summary>
    public static Actor Berth { get; } = new(ActorKind.Berth, null, "Berth");
}

/// <summary>What acts.</summary>
public enum ActorKind : byte
{
    /// <summary>Berth itself.</summary>
    Berth,

    /// <summary>An application with its own permissions.</summary>
    Application,

    /// <summary>A person.</summary>
    User,
}

/// <summary>Something somebody wants of a tenant. Shape (types, lengths, GUID syntax) is the caller's; everything that needs the tenant is decided.</summary>
public abstract record Command
{
    private protected Command()
    {
    }

    /// <summary>Brings a tenant into being; only on <see cref="Tenant.Unborn"/>.</summary>
    public sealed record CreateTenant(TenantProfile Profile, SkuCatalog Catalog) : Command;

    /// <summary>Adds a user; <see cref="User.Id"/> is new, <see cref="User.CreatedAt"/> is set by the decision.</summary>
    public sealed record CreateUser(User User) : Command
    {
        /// <summary>The user's manager; null for none (B140).</summary>
        public Guid? ManagerId { get; init; }
    }

    /// <summary>Replaces the properties of a user that exists with <see cref="User.Id"/>; <see cref="User.CreatedAt"/> stays.</summary>
    public sealed record UpdateUser(User User) : Command
    {
        /// <summary>The user as the caller saw it: then only the properties in which the two differ are written, so that callers who
        /// change different properties at once do not undo each other. Null writes every property.</summary>
        public User? Basis { get; init; }

        /// <summary>The user's manager from now on; null leaves the one there is.</summary>
        public Guid? ManagerId { get; init; }
    }

    /// <summary>Gives a user a manager in place of the one there is, or takes it away with null; one who has none is refused then (B140, B142).</summary>
    public sealed record ReportTo(Guid UserId, Guid? ManagerId) : Command;

    /// <summary>Deletes a user, who goes to deleted items (B146); the seats return at once (L26).</summary>
    public sealed record DeleteUser(Guid UserId) : Command;

    /// <summary>Adds a group, with its first members (users or groups), all or nothing.</summary>
    public sealed record CreateGroup(GroupProfile Profile, ValueArray<Guid> Members) : Command
    {
        /// <summary>Its first owners (B143).</summary>
        public ValueArray<Guid> Owners { get; init; }
    }

    /// <summary>Replaces the properties of a group and adds members, all or nothing.</summary>
    public sealed record UpdateGroup(GroupProfile Profile, ValueArray<Guid> NewMembers) : Command
    {
        /// <summary>The group as the caller saw it; see <see cref="UpdateUser.Basis"/>.</summary>
        public GroupProfile? Basis { get; init; }

        /// <summary>Owners to add.</summary>
        public ValueArray<Guid> NewOwners { get; init; }
    }

    /// <summary>Deletes a group without licenses (L73): a Microsoft 365 group goes to deleted items, any other for good (B146).</summary>
    public sealed record DeleteGroup(Guid GroupId) : Command;

    /// <summary>Brings a user or group back from deleted items, its wants as new requests (B74, B148).</summary>
    public sealed record RestoreDeletedItem(Guid Id) : Command
    {
        /// <summary>Another user principal name for a user; null keeps the old one, which somebody else may have by now.</summary>
        public string? NewUserPrincipalName { get; init; }
    }

    /// <summary>Takes a user or group out of deleted items for good (B147).</summary>
    public sealed record PurgeDeletedItem(Guid Id) : Command;

    /// <summary>Adds members (users or groups), all or nothing; a present one is refused (L170).</summary>
    public sealed record AddMembers(Guid GroupId, ValueArray<Guid> Members) : Command;

    /// <summary>Removes a member, user or group.</summary>
    public sealed record RemoveMember(Guid GroupId, Guid MemberId) : Command;

    /// <summary>Removes members, users or groups, all or nothing (B501).</summary>
    public sealed record RemoveMembers(Guid GroupId, ValueArray<Guid> Members) : Command;

    /// <summary>Adds owners (users), all or nothing; a present one is refused (B143).</summary>
    public sealed record AddOwners(Guid GroupId, ValueArray<Guid> Owners) : Command;

    /// <summary>Removes an owner; the last one stays (B144).</summary>
    public sealed record RemoveOwner(Guid GroupId, Guid OwnerId) : Command;

    /// <summary>Adds and removes direct licenses in one switch, all or nothing (L16, L17).</summary>
    public sealed record AssignUserLicenses(Guid UserId, ValueArray<LicenseRequest> Add, ValueArray<Guid> Remove) : Command;

    /// <summary>Changes what a group wants and evaluates every member (L36).</summary>
    public sealed record AssignGroupLicenses(Guid GroupId, ValueArray<LicenseRequest> Add, ValueArray<Guid> Remove) : Command;

    /// <summary>Evaluates every pair of a user again, active ones too (L67).</summary>
    public sealed record ReprocessUser(Guid UserId) : Command;

    /// <summary>Evaluates every member of a group again (L68).</summary>
    public sealed record ReprocessGroup(Guid GroupId) : Command;

    /// <summary>Buys units of a SKU of the catalog.</summary>
    public sealed record CreateSubscription(Guid Id, Guid SkuId, int Units, SubscriptionStatus Status, bool IsTrial) : Command
    {
        /// <summary>Whose purchase it is; null when nobody says.</summary>
        public SubscriptionOwner? Owner { get; init; }
    }

    /// <summary>Changes units or status; null leaves one as it is. A shrink never revokes (L97).</summary>
    public sealed record UpdateSubscription(Guid Id, int? Units, SubscriptionStatus? Status) : Command;

    /// <summary>Makes the units of a SKU that can be given this many, whatever its subscriptions (B502).</summary>
    /// <param name="Id">The id of the subscription that comes when there is none to grow.</param>
    /// <param name="SkuId">The SKU.</param>
    /// <param name="Units">How many units there are to be.</param>
    public sealed record SetUnits(Guid Id, Guid SkuId, int Units) : Command;

    /// <summary>Replaces the settings.</summary>
    public sealed record UpdateSettings(TenantSettings Settings) : Command
    {
        /// <summary>The settings as the caller saw them; see <see cref="UpdateUser.Basis"/>.</summary>
        public TenantSettings? Basis { get; init; }
    }

    /// <summary>Freezes, advances or releases the clock of a demo or emulator tenant.</summary>
    /// <param name="Frozen">True to freeze, false to release, null to leave the mode.</param>
    /// <param name="Now">A time to stand at.</param>
    /// <param name="Advance">A time to add.</param>
    public sealed record SetClock(bool? Frozen, DateTimeOffset? Now, TimeSpan? Advance) : Command;

    /// <summary>Does what is due: flips of rules that read <c>system.now</c> up to the tenant's time (B135). Nothing due is nothing done.</summary>
    public sealed record RunDue : Command;

    /// <summary>Tells what was done to who may sign in and what they may (B738). Of the tenant itself nothing changes.</summary>
    /// <param name="Act">What was done.</param>
    /// <param name="Target">The application, person, tenant or key that it was done to.</param>
    /// <param name="Name">Its name then.</param>
    /// <param name="Detail">Which permissions, role or certificate; empty when there is nothing to say. Never a secret.</param>
    public sealed record RecordIdentity(IdentityAct Act, Guid Target, string Name, string Detail) : Command;

    /// <summary>Adds a provisioning policy without assignments (C137 to C146).</summary>
    public sealed record CreatePolicy(ProvisioningPolicy Policy) : Command;

    /// <summary>Replaces the properties of a policy; its type and its assignments stay (C77, C151).</summary>
    public sealed record UpdatePolicy(ProvisioningPolicy Policy) : Command
    {
        /// <summary>The policy as the caller saw it; see <see cref="UpdateUser.Basis"/>.</summary>
        public ProvisioningPolicy? Basis { get; init; }
    }

    /// <summary>Deletes a policy that is assigned to no group (C155).</summary>
    public sealed record DeletePolicy(Guid PolicyId) : Command;

    /// <summary>Replaces the groups that a policy is assigned to, all or nothing (C157).</summary>
    public sealed record AssignPolicy(Guid PolicyId, ValueArray<AssignmentRequest> Assignments) : Command;

    /// <summary>Brings settings of a policy to its Cloud PCs: to all of them when none is named (C154).</summary>
    public sealed record ApplyPolicy(Guid PolicyId, ValueArray<AppliedSetting> Settings, ValueArray<Guid> CloudPcIds) : Command;

    /// <summary>Makes the failed Cloud PCs of a policy of shared mode anew (B406).</summary>
    public sealed record RetryPolicy(Guid PolicyId) : Command;

    /// <summary>Makes all Cloud PCs of a policy of shared mode anew (B435).</summary>
    /// <param name="PolicyId">Which.</param>
    /// <param name="KeptPercentage">How many of an assignment's Cloud PCs stay usable, in percent: 0 to 99.</param>
    /// <param name="SignsOut">Whether nobody is waited for (B436).</param>
    public sealed record ReprovisionPolicy(Guid PolicyId, int KeptPercentage, bool SignsOut) : Command;

    /// <summary>Gives a policy of shared mode a schedule by which its Cloud PCs are made anew (B438), or takes it away when none is wanted.</summary>
    public sealed record SchedulePolicy(Guid PolicyId, ScheduleRequest? Wanted) : Command;

    /// <summary>Ends the grace period of a Cloud PC at once, with its data (C42).</summary>
    public sealed record EndGracePeriod(Guid CloudPcId) : Command;

    /// <summary>Makes a Cloud PC again from the policy's settings, without its data (C55).</summary>
    /// <param name="CloudPcId">Which.</param>
    /// <param name="IsAdministrator">Whether the user is to be an administrator of it; null leaves what the policy says.</param>
    public sealed record Reprovision(Guid CloudPcId, bool? IsAdministrator) : Command
    {
        /// <summary>Whether the user asks without an administrator's right: then their user setting has to allow it (B372).</summary>
        public bool IsSelfService { get; init; }
    }

    /// <summary>Gives a Cloud PC another name for people.</summary>
    public sealed record RenameCloudPc(Guid CloudPcId, string DisplayName) : Command;

    /// <summary>Gives a Cloud PC another size (C60 to C73).</summary>
    public sealed record ResizeCloudPc(Guid CloudPcId, Guid TargetPlanId) : Command;

    /// <summary>Puts a Cloud PC back to a restore point, or to a retention snapshot (C54, C57).</summary>
    public sealed record RestoreCloudPc(Guid CloudPcId, Guid SnapshotId) : Command
    {
        /// <summary>As <see cref="Reprovision.IsSelfService"/>.</summary>
        public bool IsSelfService { get; init; }
    }

    /// <summary>Makes the manual restore point of a Cloud PC, in place of the one there is (C57).</summary>
    public sealed record SnapshotCloudPc(Guid CloudPcId) : Command;

    /// <summary>Starts the system of a Cloud PC again.</summary>
    public sealed record RestartCloudPc(Guid CloudPcId) : Command;

    /// <summary>Has the host look what is wrong with a Cloud PC.</summary>
    public sealed record TroubleshootCloudPc(Guid CloudPcId) : Command;

    /// <summary>Makes the machine of a Reserve license (C134).</summary>
    public sealed record ProvisionReserve(Guid CloudPcId) : Command;

    /// <summary>Takes the machine of a Reserve license down, with its data and without grace; the license stays and its days rest (C134).</summary>
    public sealed record DeprovisionReserve(Guid CloudPcId) : Command;

    /// <summary>Makes the user of a Cloud PC an administrator of it, or not.</summary>
    public sealed record ChangeUserAccountType(Guid CloudPcId, bool IsAdministrator) : Command;

    /// <summary>Places a Cloud PC under review, or takes it out (B373).</summary>
    /// <param name="CloudPcId">Which.</param>
    /// <param name="Review">The review, whose beginning is now whatever it says; null to end it.</param>
    public sealed record SetReviewStatus(Guid CloudPcId, CloudPcReview? Review) : Command;

    /// <summary>Replaces what Cloud PCs without a policy are made with (B376).</summary>
    public sealed record UpdateOrganizationSettings(OrganizationSettings Settings) : Command
    {
        /// <summary>The settings as the caller saw them; see <see cref="UpdateUser.Basis"/>.</summary>
        public OrganizationSettings? Basis { get; init; }
    }

    /// <summary>Begins one action for many Cloud PCs, each by itself; which refused is told in the bulk action.</summary>
    /// <param name="Id">The bulk action's id.</param>
    /// <param name="DisplayName">Its name.</param>
    /// <param name="Kind">Its derived type as Graph spells it.</param>
    /// <param name="StartedBy">Who.</param>
    /// <param name="Actions">The actions: commands about one Cloud PC each.</param>
    public sealed record StartBulkAction(Guid Id, string DisplayName, string Kind, string StartedBy, ValueArray<Command> Actions) : Command
    {
        /// <summary>The most Cloud PCs of one bulk action (C182).</summary>
        public const int MostCloudPcs = 5_000;
    }

    /// <summary>A host tells how its work ended (B286).</summary>
    /// <param name="JobId">Which.</param>
    /// <param name="Outcome">How.</param>
    /// <param name="Error">Why it failed, or what the warning is; null when it was done.</param>
    public sealed record ReportHostJob(Guid JobId, HostOutcome Outcome, CloudPcError? Error) : Command
    {
        /// <summary>What a health check found, one by one.</summary>
        public ValueArray<HealthCheck> Checks { get; init; }

        /// <summary>Whether trying again is useless: a failure is the last then, whatever the attempt (B327).</summary>
        public bool IsFinal { get; init; }
    }

    /// <summary>Adds an Azure network connection and begins its first check (C169).</summary>
    public sealed record CreateConnection(NetworkConnection Connection) : Command;

    /// <summary>Replaces the properties of an Azure network connection and checks it; existing Cloud PCs are not touched (C177).</summary>
    public sealed record UpdateConnection(NetworkConnection Connection) : Command
    {
        /// <summary>The connection as the caller saw it; see <see cref="UpdateUser.Basis"/>.</summary>
        public NetworkConnection? Basis { get; init; }
    }

    /// <summary>Deletes an Azure network connection that no policy uses (C177).</summary>
    public sealed record DeleteConnection(Guid ConnectionId) : Command;

    /// <summary>Checks an Azure network connection now (C173).</summary>
    public sealed record RunHealthChecks(Guid ConnectionId) : Command;

    /// <summary>A new password of the account that joins machines was set; the password itself is not part of it.</summary>
    public sealed record SetConnectionPassword(Guid ConnectionId) : Command;

    /// <summary>What the simulator finds at a connection from now on.</summary>
    public sealed record SimulateChecks(Guid ConnectionId, ValueArray<HealthCheck> Checks) : Command;

    /// <summary>Adds a user setting without assignments (C27).</summary>
    public sealed record CreateUserSetting(UserSetting Setting) : Command;

    /// <summary>Replaces the properties of a user setting; its assignments stay.</summary>
    public sealed record UpdateUserSetting(UserSetting Setting) : Command
    {
        /// <summary>The setting as the caller saw it; see <see cref="UpdateUser.Basis"/>.</summary>
        public UserSetting? Basis { get; init; }
    }

    /// <summary>Deletes a user setting.</summary>
    public sealed record DeleteUserSetting(Guid SettingId) : Command;

    /// <summary>Replaces the groups that a user setting is assigned to.</summary>
    public sealed record AssignUserSetting(Guid SettingId, ValueArray<Guid> Groups) : Command;

    /// <summary>Adds a device image.</summary>
    public sealed record CreateDeviceImage(DeviceImage Image) : Command;

    /// <summary>Deletes a device image that no policy uses.</summary>
    public sealed record DeleteDeviceImage(Guid ImageId) : Command;

    /// <summary>Signs a user in to a Cloud PC (B285), or back in to the session that he left (B380).</summary>
    /// <param name="Id">The id of the session when one begins.</param>
    /// <param name="UserId">The user.</param>
    /// <param name="CloudPcId">The Cloud PC.</param>
    public sealed record StartSession(Guid Id, Guid UserId, Guid CloudPcId) : Command;

    /// <summary>Signs the user of a session out.</summary>
    public sealed record EndSession(Guid SessionId) : Command;

    /// <summary>Nobody looks at a session any more, but it is held (B285).</summary>
    public sealed record DisconnectSession(Guid SessionId) : Command;

    /// <summary>Signs a user in to a Cloud PC of an assignment of shared mode, or back in to the session that was left there (B414).</summary>
    /// <param name="Id">The id of the session when one begins.</param>
    /// <param name="UserId">The user.</param>
    /// <param name="AssignmentId">The assignment.</param>
    public sealed record StartPoolSession(Guid Id, Guid UserId, Guid AssignmentId) : Command
    {
        /// <summary>The cloud app that the user starts (B477); null when nobody said.</summary>
        public Guid? CloudAppId { get; init; }
    }

    /// <summary>Switches a Frontline Cloud PC on; one of dedicated mode takes a license (B411).</summary>
    public sealed record PowerOnCloudPc(Guid CloudPcId) : Command;

    /// <summary>Switches a Frontline Cloud PC off, which signs out and frees its license (B411).</summary>
    public sealed record PowerOffCloudPc(Guid CloudPcId) : Command;

    /// <summary>Deletes what is kept of users of the Cloud PCs of an assignment, as long as none of it is connected (B434).</summary>
    /// <param name="AssignmentId">The assignment.</param>
    /// <param name="StorageIds">The storages.</param>
    public sealed record DeleteUserStorages(Guid AssignmentId, ValueArray<Guid> StorageIds) : Command;

    /// <summary>Lifts a block of the concurrency buffer of a plan (B424).</summary>
    public sealed record UnblockBuffer(Guid ServicePlanId) : Command;

    /// <summary>Adds a cloud app to a policy (B471).</summary>
    /// <param name="Id">The app's id.</param>
    /// <param name="PolicyId">The policy.</param>
    /// <param name="DiscoveredName">What it is called in the Start menu.</param>
    /// <param name="DisplayName">What users see.</param>
    /// <param name="Description">What for; may be empty.</param>
    /// <param name="Detail">How it is started.</param>
    /// <param name="IsByPath">Whether its path is the administrator's; else it is one of the image's apps.</param>
    public sealed record CreateCloudApp(Guid Id, Guid PolicyId, string DiscoveredName, string DisplayName, string Description, CloudAppDetail Detail, bool IsByPath) : Command;

    /// <summary>Changes a cloud app; what is null stays (B473).</summary>
    public sealed record UpdateCloudApp(Guid AppId) : Command
    {
        /// <summary>What users see.</summary>
        public string? DisplayName { get; init; }

        /// <summary>What for.</summary>
        public string? Description { get; init; }

        /// <summary>Where it is.</summary>
        public string? FilePath { get; init; }

        /// <summary>What it is started with.</summary>
        public string? CommandLine { get; init; }

        /// <summary>Where its icon is.</summary>
        public string? IconPath { get; init; }

        /// <summary>Which icon of that file.</summary>
        public int? IconIndex { get; init; }
    }

    /// <summary>Deletes a cloud app (B475).</summary>
    public sealed record DeleteCloudApp(Guid AppId) : Command;

    /// <summary>Gives cloud apps to users (B472).</summary>
    public sealed record PublishCloudApps(ValueArray<Guid> AppIds) : Command;

    /// <summary>Takes cloud apps from users (B472, B475).</summary>
    public sealed record UnpublishCloudApps(ValueArray<Guid> AppIds) : Command;

    /// <summary>Gives cloud apps the details with which they came (B473).</summary>
    public sealed record ResetCloudApps(ValueArray<Guid> AppIds) : Command;

    /// <summary>Changes a rule of alerts; what is null stays (B451).</summary>
    public sealed record UpdateAlertRule(AlertTemplate Template) : Command
    {
        /// <summary>Whether it raises alerts.</summary>
        public bool? IsEnabled { get; init; }

        /// <summary>How much its alerts matter.</summary>
        public AlertSeverity? Severity { get; init; }

        /// <summary>When it raises one.</summary>
        public ValueArray<AlertCondition>? Conditions { get; init; }

        /// <summary>How its first condition compares; its category, and how it stands to the others, stay.</summary>
        public (AlertAggregation Aggregation, AlertOperator Operator, int Target)? Threshold { get; init; }

        /// <summary>How administrators hear of it.</summary>
        public ValueArray<AlertChannel>? Channels { get; init; }
    }

    /// <summary>The portal has shown alerts (B458).</summary>
    public sealed record MarkAlertsSent(ValueArray<Guid> RecordIds) : Command
    {
        /// <summary>The most alerts of one command (B458).</summary>
        public const int Most = 100;
    }

    /// <summary>
    /// Several commands as one: each is decided on what the earlier ones left, all at the same moment, all or nothing (B500). None of them is one of these
    /// itself, and none moves the clock or brings a tenant into being.
    /// </summary>
    public sealed record ApplyChanges(ValueArray<Command> Commands) : Command
    {
        /// <summary>The version of the tenant that the caller has in mind; another one is refused. Null for whatever it is (B504).</summary>
        public long? ExpectedVersion { get; init; }

        /// <summary>Whether many holders of a SKU may lose it at once (B505).</summary>
        public bool MayRemoveMany { get; init; }
    }

    /// <summary>Merges rows of a product-names table, and replaces the plan rules when given. Active pairs are not evaluated again.</summary>
    public sealed record ImportCatalog(ValueArray<CatalogRow> Rows, PlanRules? Rules) : Command;

    /// <summary>Adds many users, groups and members; a bad line is reported and leaves the others alone.</summary>
    public sealed record ImportDirectory(ValueArray<ImportLine> Lines) : Command
    {
        /// <summary>The most lines of one command; a longer import is several commands.</summary>
        public const int MostLines = 10_000;
    }
}

/// <summary>A group that a provisioning policy is to be assigned to, as a caller names it (protocol 3.4).</summary>
/// <param name="Id">The id of an assignment that is to stay; null for a new one.</param>
/// <param name="GroupId">The group.</param>
/// <param name="ServicePlanId">The service plan (Frontline and Reserve); null for Enterprise.</param>
/// <param name="AllotmentName">The allotment's name.</param>
/// <param name="AllotmentLicenses">The licenses allotted.</param>
public sealed record AssignmentRequest(string? Id, Guid GroupId, Guid? ServicePlanId, string? AllotmentName, int? AllotmentLicenses);

/// <summary>What a policy can bring to Cloud PCs that are there (C154).</summary>
public enum AppliedSetting : byte
{
    /// <summary>The region or network.</summary>
    Region,

    /// <summary>Single sign-on.</summary>
    SingleSignOn,
}

/// <summary>One line of an import.</summary>
/// <param name="Line">Its number, from 1, for the report.</param>
public abstract record ImportLine(int Line)
{
    /// <summary>A user with its id.</summary>
    public sealed record OfUser(int Line, User User) : ImportLine(Line);

    /// <summary>A group with its id.</summary>
    public sealed record OfGroup(int Line, GroupProfile Profile) : ImportLine(Line);

    /// <summary>A user becomes a member of a group.</summary>
    public sealed record OfMember(int Line, Guid GroupId, Guid UserId) : ImportLine(Line);
}
