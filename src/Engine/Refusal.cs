using Berth.Engine.Collections;

namespace Berth.Engine;

/// <summary>
/// Why a command changes nothing, in the order of precedence in which a command is checked (L15 and decisions, Direct call).
/// The comment names the catalog's number where a client sees one.
/// </summary>
public enum RefusalCode
{
    /// <summary>The tenant has not been created, or exists already.</summary>
    TenantNotReady,

    /// <summary>A value is not acceptable; <see cref="Refusal.Name"/> is the property, <see cref="Refusal.Detail"/> the reason.</summary>
    ValueInvalid,

    /// <summary>The same SKU twice in addLicenses, or twice in removeLicenses. Subject: the SKU.</summary>
    DuplicateSku,

    /// <summary>A SKU in addLicenses and in removeLicenses. Subject: the SKU.</summary>
    SkuInBothLists,

    /// <summary>E11. Subject: the id asked for.</summary>
    UserNotFound,

    /// <summary>E11. Subject: the id asked for.</summary>
    GroupNotFound,

    /// <summary>E11 for a member to be added or removed. Subject: the id asked for.</summary>
    MemberNotFound,

    /// <summary>E11 for an owner to be added or removed. Subject: the id asked for.</summary>
    OwnerNotFound,

    /// <summary>E11 for a manager to be set. Subject: the id asked for.</summary>
    ManagerNotFound,

    /// <summary>The user has no manager who could be taken away (B142). Subject: the user.</summary>
    ManagerMissing,

    /// <summary>Deleted items have nothing with this id (B146). Subject: the id asked for.</summary>
    DeletedItemNotFound,

    /// <summary>No subscription with this id. Subject: the id asked for.</summary>
    SubscriptionNotFound,

    /// <summary>The id is in use. Subject: the id.</summary>
    IdTaken,

    /// <summary>Another user has this user principal name. Name: the user principal name.</summary>
    UserPrincipalNameTaken,

    /// <summary>A rule without the type DynamicMembership, a type without a rule, or a state without either (B132). Subject: the group.</summary>
    MembershipRuleMismatch,

    /// <summary>The membership rule is none (B120). Subject: the group; Position: the character; Detail: the message.</summary>
    MembershipRuleInvalid,

    /// <summary>A rule about devices for a Microsoft 365 group (L123) or a group with licenses (B131), or licenses for such a group. Subject: the group.</summary>
    DeviceRuleNotAllowed,

    /// <summary>A memberOf rule names groups that are not there (B130). Subject: the group; Ids: those groups.</summary>
    MemberOfSourceNotFound,

    /// <summary>A memberOf rule over groups with a memberOf rule (B130). Subject: the group; Ids: those groups.</summary>
    MemberOfSourceNotAllowed,

    /// <summary>The tenant has all the dynamic groups it may have (B130). Subject: the group.</summary>
    TooManyDynamicGroups,

    /// <summary>The tenant has all the groups with a memberOf rule it may have (B130). Subject: the group.</summary>
    TooManyMemberOfGroups,

    /// <summary>Members of a dynamic group follow from its rule: nobody is added or removed by hand (L140). Subject: the group.</summary>
    GroupIsDynamic,

    /// <summary>Already a member. Subject: the member.</summary>
    AlreadyMember,

    /// <summary>A group cannot be a member of itself. Subject: the group.</summary>
    MemberOfItself,

    /// <summary>Owns the group already (B143). Subject: the owner.</summary>
    AlreadyOwner,

    /// <summary>The group would have more than <see cref="Group.MostOwners"/> owners (B143).</summary>
    TooManyOwners,

    /// <summary>The last owner of a group cannot be taken away (B144). Subject: the owner.</summary>
    LastOwner,

    /// <summary>Nobody is their own manager (B140). Subject: the user.</summary>
    ManagerOfItself,

    /// <summary>The group cannot carry licenses (L37). Subject: the group.</summary>
    GroupNotSecurityEnabled,

    /// <summary>The group has licenses and cannot be deleted (L73). Ids: the SKUs.</summary>
    GroupHasLicenses,

    /// <summary>E1. Subject: the SKU.</summary>
    SkuNotInTenant,

    /// <summary>E9. Subject: the SKU.</summary>
    SkuNotAssignableToTarget,

    /// <summary>E10. Subject: the SKU; Ids: the plans that are not its own.</summary>
    UnknownDisabledPlan,

    /// <summary>E6. Subject: the SKU; Ids: the groups that give it.</summary>
    InheritedFromGroup,

    /// <summary>E7. Subject: the SKU.</summary>
    LicenseNotHeld,

    /// <summary>E3, no usage location.</summary>
    UsageLocationMissing,

    /// <summary>E3, a plan is not offered there. Subject: the SKU; Ids: the plans; Name: the country.</summary>
    ProhibitedInUsageLocation,

    /// <summary>E4. Ids: the two plans.</summary>
    PlansMutuallyExclusive,

    /// <summary>E5. Subject: the dependent plan; Ids: the alternatives it needs.</summary>
    MissingDependency,

    /// <summary>E5 when what goes is needed by what stays. Subject: the dependent plan; Ids: the alternatives it needs.</summary>
    DependedUponByOther,

    /// <summary>E2. Subject: the SKU.</summary>
    SeatsExhausted,

    /// <summary>G6 as the answer of a reprocess. Subject: the SKU that was withheld.</summary>
    BlockedBySibling,

    /// <summary>No provisioning policy with this id. Subject: the id asked for.</summary>
    PolicyNotFound,

    /// <summary>No Cloud PC with this id. Subject: the id asked for.</summary>
    CloudPcNotFound,

    /// <summary>No Azure network connection with this id. Subject: the id asked for.</summary>
    ConnectionNotFound,

    /// <summary>No user setting with this id. Subject: the id asked for.</summary>
    UserSettingNotFound,

    /// <summary>No device image with this id. Subject: the id asked for.</summary>
    DeviceImageNotFound,

    /// <summary>No restore point with this id. Subject: the id asked for.</summary>
    SnapshotNotFound,

    /// <summary>No session with this id. Subject: the id asked for.</summary>
    SessionNotFound,

    /// <summary>No alert with this id (B458). Subject: the id asked for.</summary>
    AlertRecordNotFound,

    /// <summary>No cloud app with this id (B472), or not of the assignment's policy (B477). Subject: the id asked for.</summary>
    CloudAppNotFound,

    /// <summary>No open job of a host with this id (B286). Subject: the id asked for.</summary>
    HostJobClosed,

    /// <summary>An assignment that was named is no more: somebody else changed the policy meanwhile (decisions). Name: its id.</summary>
    AssignmentGone,

    /// <summary>The policy is assigned to groups and cannot be deleted (C155). Ids: the groups.</summary>
    PolicyInUse,

    /// <summary>The connection is used by policies and cannot be deleted (C177). Ids: the policies.</summary>
    ConnectionInUse,

    /// <summary>The image is used by policies and cannot be deleted. Ids: the policies.</summary>
    DeviceImageInUse,

    /// <summary>The tenant has all the objects of this kind it may have. Name: the kind; Detail: how many.</summary>
    TooManyObjects,

    /// <summary>Another object of the kind has this name. Name: the name.</summary>
    DisplayNameTaken,

    /// <summary>The Cloud PC does not know this action (C60, C71). Subject: the Cloud PC; Detail: why.</summary>
    OperationNotSupported,

    /// <summary>The Cloud PC is not in a status for this action (C55, C61, C71). Subject: the Cloud PC; Name: its status; Detail: what would do.</summary>
    OperationConflict,

    /// <summary>The user has a license of the target size already (C71). Subject: the Cloud PC.</summary>
    TargetLicenseHasAssigned,

    /// <summary>No license of the target size is free (C61, C70). Subject: the service plan.</summary>
    NoLicenseForSize,

    /// <summary>The cloud app is not in a status for this (B472, B473, B477). Subject: the app; Name: its status; Detail: what would do.</summary>
    CloudAppNotReady,

    /// <summary>The user setting does not let the user do this alone (B372). Subject: the Cloud PC; Detail: why.</summary>
    SelfServiceNotAllowed,

    /// <summary>The user may not use the Cloud PC (B285), or those of an assignment (B414). Subject: which; Name: "Assignment" for one; Detail: why.</summary>
    NotAssigned,

    /// <summary>The user has no license for the Cloud PC any more (B285). Subject: the Cloud PC; Detail: why.</summary>
    NotLicensed,

    /// <summary>The Cloud PC cannot be used now (B285), or none of an assignment (B414). Subject: which; Name: the status of a Cloud PC; Detail: why, for an assignment.</summary>
    CloudPcNotReady,

    /// <summary>Its owner is signed in and connected already (B285, B380). Subject: the Cloud PC.</summary>
    CloudPcInUse,

    /// <summary>The Frontline assignment does not exist (B414). Subject: its id.</summary>
    AssignmentNotFound,

    /// <summary>No license of Frontline is free (B412, B414). Subject: the service plan; Detail: what there is, and what helps.</summary>
    NoLicensesAvailable,

    /// <summary>The catalog has no such service plan of Frontline (B424). Subject: its id.</summary>
    ServicePlanNotFound,

    /// <summary>The assignment keeps no such user storage (B434). Subject: the id asked for.</summary>
    StorageNotFound,

    /// <summary>The user of a storage has a session, and it cannot be deleted (B434). Subject: the storage.</summary>
    StorageInUse,

    /// <summary>The tenant is not the one that the caller has in mind (B504). Detail: the version it has, and the one that was expected.</summary>
    VersionMoved,

    /// <summary>More holders of a SKU would lose it than anybody means to take it from (B505). Subject: the SKU; Detail: how many of how many.</summary>
    RemovesMany,

    /// <summary>The tenant's clock cannot be moved: it is a production tenant's.</summary>
    ClockNotMovable,

    /// <summary>The clock is the system's: freeze it first.</summary>
    ClockNotFrozen,

    /// <summary>The clock never goes back. Detail: where it stands.</summary>
    ClockBackwards,
}

/// <summary>A refusal: the code and what it speaks about. One table in the Graph room turns it into a message.</summary>
/// <param name="Code">Why.</param>
public sealed record Refusal(RefusalCode Code)
{
    /// <summary>The SKU, plan, user or group meant; see the code.</summary>
    public Guid? Subject { get; init; }

    /// <summary>Further ids; see the code.</summary>
    public ValueArray<Guid> Ids { get; init; }

    /// <summary>A name; see the code.</summary>
    public string? Name { get; init; }

    /// <summary>The place in a text, from 1; see the code.</summary>
    public int? Position { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Detail { get; init; }

    /// <summary>Which of several commands was refused, from 0 (B500); null when there was one.</summary>
    public int? Part { get; init; }
}
