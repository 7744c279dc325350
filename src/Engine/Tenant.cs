using System.Diagnostics.CodeAnalysis;
using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>A group with its members and licenses.</summary>
/// <param name="Profile">What an administrator sets.</param>
/// <param name="IsDeleted">A deleted group keeps its index, because pairs held through it name it (L72, L74).</param>
/// <param name="Members">Indexes of its first-level user members.</param>
/// <param name="MemberGroups">Indexes of member groups; their members get nothing (L38).</param>
/// <param name="Owners">Indexes of the users who own it, ascending; owning gives nothing (B143).</param>
/// <param name="Licenses">What the group wants for each of its user members.</param>
/// <param name="EverLicensed">Whether its licenses were ever set: only then has it a processing state.</param>
/// <param name="Troubled">Indexes of users with an error from this group, members or not (L118).</param>
public sealed record Group(
    GroupProfile Profile,
    bool IsDeleted,
    SortedPages<int> Members,
    ValueArray<int> MemberGroups,
    ValueArray<int> Owners,
    LicenseSet Licenses,
    bool EverLicensed,
    SortedPages<int> Troubled)
{
    /// <summary>The most owners a group has (B143).</summary>
    public const int MostOwners = 100;

    /// <summary>The object id.</summary>
    public Guid Id => Profile.Id;

    /// <summary>When its rule last changed who belongs to it, or first looked at everybody; null when it never did.</summary>
    public DateTimeOffset? MembershipUpdatedAt { get; init; }
}

/// <summary>A pair in error in the order of the waiting list: earliest first, then user id, then group id, as lower-case text.</summary>
/// <param name="Since">Since when.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="GroupId">The group's id.</param>
/// <param name="User">The user's index.</param>
/// <param name="Group">The group's index.</param>
public readonly record struct WaitingPair(WaitingSince Since, Guid UserId, Guid GroupId, int User, int Group) : IComparable<WaitingPair>
{
    /// <inheritdoc/>
    public int CompareTo(WaitingPair other)
    {
        int order = Since.CompareTo(other.Since);
        order = order != 0 ? order : UserId.CompareTo(other.UserId);
        return order != 0 ? order : GroupId.CompareTo(other.GroupId);
    }

    /// <summary>Earlier.</summary>
    public static bool operator <(WaitingPair left, WaitingPair right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(WaitingPair left, WaitingPair right) => left.CompareTo(right) > 0;

    /// <summary>Not later.</summary>
    public static bool operator <=(WaitingPair left, WaitingPair right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(WaitingPair left, WaitingPair right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// One tenant: an immutable value. <see cref="Deciding.Decide"/> turns a command into the next value and the event that
/// leads there; any number of threads may read a value without a lock. Users and groups have dense indexes inside and ids outside;
/// an index is never reused.
/// </summary>
public sealed class Tenant
{
    internal Tenant(TenantParts parts) => Parts = parts;

    /// <summary>The tenant before its first event.</summary>
    public static Tenant Unborn { get; } = new(TenantParts.Empty);

    /// <summary>The sequence number of the last event; 0 before the first.</summary>
    public long Version => Parts.Version;

    /// <summary>Who the tenant is.</summary>
    public TenantProfile Profile => Parts.Profile;

    /// <summary>The behavior its administrator chose.</summary>
    public TenantSettings Settings => Parts.Settings;

    /// <summary>Its clock.</summary>
    public TenantClock Clock => Parts.Clock;

    /// <summary>The SKUs it knows and the rules between their plans.</summary>
    public SkuCatalog Catalog => Parts.Catalog;

    /// <summary>Its subscriptions, in the order of purchase.</summary>
    public ValueArray<Subscription> Subscriptions => Parts.Subscriptions;

    /// <summary>The number of users.</summary>
    public int UserCount => Parts.UserCount;

    /// <summary>The number of groups.</summary>
    public int GroupCount => Parts.GroupCount;

    /// <summary>Every user by index; null where one was deleted.</summary>
    public PagedVector<User?> Users => Parts.Users;

    /// <summary>Every group by index; a deleted one stays (<see cref="Group.IsDeleted"/>).</summary>
    public PagedVector<Group> Groups => Parts.Groups;

    /// <summary>What was deleted and can be restored (B146).</summary>
    public DeletedItems Deleted => Parts.Deleted;

    /// <summary>Its policies, Cloud PCs and what belongs to them.</summary>
    public Fleet Fleet => Parts.Fleet;

    /// <summary>What Frontline remembers beyond its policies and Cloud PCs.</summary>
    public FrontlineState Frontline => Parts.Frontline;

    /// <summary>Its rules of alerts, and the alerts there were.</summary>
    public AlertBook Alerts => Parts.Alerts;

    /// <summary>The apps of its policies that give apps only (C125).</summary>
    public CloudAppBook CloudApps => Parts.CloudApps;

    /// <summary>Every pair in error, in waiting order, whatever the error.</summary>
    public SortedPages<WaitingPair> Troubled => Parts.Troubled;

    internal TenantParts Parts { get; }

    /// <summary>The index of the user with an object id, or -1.</summary>
    public int FindUser(Guid id)
    {
        foreach (int user in Parts.UserIds.Of(HashIndex.HashOf(id)))
        {
            if (user < Users.Count && Users[user] is { } found && found.Id == id)
            {
                return user;
            }
        }

        return -1;
    }

    /// <summary>The index of the user with a user principal name, ignoring case, or -1.</summary>
    public int FindUser(string userPrincipalName)
    {
        foreach (int user in Parts.UserNames.Of(User.HashOf(userPrincipalName)))
        {
            if (user < Users.Count && Users[user] is { } found && found.IsNamed(userPrincipalName))
            {
                return user;
            }
        }

        return -1;
    }

    /// <summary>The index of the group with an object id, or -1; a deleted group is not found.</summary>
    public int FindGroup(Guid id)
    {
        foreach (int group in Parts.GroupIds.Of(HashIndex.HashOf(id)))
        {
            if (group < Groups.Count && Groups[group] is { IsDeleted: false } found && found.Id == id)
            {
                return group;
            }
        }

        return -1;
    }

    /// <summary>The licenses of a user by source.</summary>
    public UserLicenses LicensesOf(int user) => Parts.Licenses[user];

    /// <summary>Indexes of the groups a user is a first-level member of, ascending.</summary>
    public ValueArray<int> GroupsOf(int user) => Parts.Memberships[user];

    /// <summary>The index of a user's manager, or -1 (B140).</summary>
    public int ManagerOf(int user) => Parts.Reporting.ManagerOf(user);

    /// <summary>Indexes of the users whose manager a user is, ascending.</summary>
    public SortedPages<int> ReportsOf(int user) => Parts.Reporting.ReportsOf(user);

    /// <summary>Indexes of the groups a user owns, ascending (B143).</summary>
    public ValueArray<int> OwnedBy(int user) => Parts.Ownership.Of(user);

    /// <summary>Indexes of the groups a group is a first-level member of, ascending.</summary>
    public IEnumerable<int> ParentsOf(int group)
    {
        for (int parent = 0; parent < Groups.Count; parent++)
        {
            if (Groups[parent].MemberGroups.Span.Contains(group))
            {
                yield return parent;
            }
        }
    }

    /// <summary>Indexes of the users that hold a SKU through any applied source; their number is <c>consumedUnits</c>.</summary>
    public SortedPages<int> HoldersOf(int sku) => sku < Parts.Holders.Length ? Parts.Holders[sku] : SortedPages<int>.Empty;

    /// <summary>Pairs in error whose group wants a SKU, in waiting order; those that wait for a seat show CountViolation.</summary>
    public SortedPages<WaitingPair> WaitingFor(int sku) => sku < Parts.Waiting.Length ? Parts.Waiting[sku] : SortedPages<WaitingPair>.Empty;

    /// <summary>How many pairs of user and group wait for a seat of a SKU: those of <see cref="WaitingFor"/> that show CountViolation.</summary>
    public int CountWaiting(int sku) => WaitingFor(sku).Count(pair => LicensesOf(pair.User).Source(pair.Group)?.Trouble?[sku] == LicenseError.CountViolation);

    /// <summary>The units of a SKU over all its subscriptions.</summary>
    public PrepaidUnits PrepaidUnitsOf(int sku) => Subscriptions.UnitsOf(sku);

    /// <summary>
    /// The status of a SKU: the best one that has units, else the best of any subscription, so that a SKU bought with no units is Enabled;
    /// Deleted when every subscription is, and somebody still holds it (B44).
    /// </summary>
    public SubscriptionStatus CapabilityOf(int sku) => Subscriptions.CapabilityOf(sku);

    /// <summary>Free seats of a SKU: assignable units less holders; negative after a shrink (L97).</summary>
    public long FreeSeats(int sku) => Parts.Assignable(sku) - HoldersOf(sku).Count;

    /// <summary>Whether a SKU is the tenant's: it has a subscription that is not deleted, or somebody holds it (decisions, Subscriptions).</summary>
    public bool Owns(int sku)
    {
        foreach (Subscription subscription in Subscriptions.Span)
        {
            if (subscription.Sku == sku && subscription.Status != SubscriptionStatus.Deleted)
            {
                return true;
            }
        }

        return HoldersOf(sku).Count > 0;
    }

    /// <summary>When time next brings something, by the tenant's clock: the flip of a rule (B135), the end of a deleted item (B147), something of a
    /// Cloud PC (B283), an alert (B455), or a cloud app (B470); null for never.</summary>
    public DateTimeOffset? NextDue => Earliest(Earliest(Parts.Flips.Next, Deleted.NextPurge), Earliest(Earliest(Fleet.NextDue, Frontline.NextDue), Earliest(Alerts.DueAt, CloudApps.DueAt)));

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;

    /// <summary>The rule of a dynamic group, ready to be asked; null when the group is static, or its rule is none that this version knows.</summary>
    public MembershipRule? RuleOf(int group) => Parts.Rules.RuleOf(group);

    /// <summary>Whether and why a user matches a rule at a time of the tenant's clock (L145); nothing changes.</summary>
    public RuleDetails Explain(MembershipRule rule, int user, DateTimeOffset now) => rule.Explain(new RuleSubject(Users[user]!, user, now, RuleFacts()));

    /// <summary>Everybody whom a rule would take at a time of the tenant's clock, in the order of the directory (B513); nothing changes.</summary>
    public IEnumerable<User> Matching(MembershipRule rule, DateTimeOffset now)
    {
        RuleFacts facts = RuleFacts();
        for (int user = 0; user < Users.Count; user++)
        {
            if (TryGetUser(user, out User? one) && rule.Matches(new RuleSubject(one, user, now, facts)))
            {
                yield return one;
            }
        }
    }

    /// <summary>The plans of a user: the rows of <c>assignedPlans</c> (B139).</summary>
    public HeldPlan[] PlansOf(int user) => HeldPlan.Of(Catalog, Subscriptions, LicensesOf(user));

    private RuleFacts RuleFacts() => new(
        user => PlansOf(user).Select(plan => plan.ForRules()),
        user => ManagerOf(user) is >= 0 and int manager ? Users[manager]!.Id : null,
        (user, group) => FindGroup(group) is >= 0 and int index && GroupsOf(user).Span.BinarySearch(index) >= 0);

    /// <summary>The tenant's time, given the system's.</summary>
    public DateTimeOffset Now(DateTimeOffset system) => Clock.Now(system);

    /// <summary>The user at an index, or null when there is none any more.</summary>
    public bool TryGetUser(int user, [NotNullWhen(true)] out User? found)
    {
        found = user >= 0 && user < Users.Count ? Users[user] : null;
        return found is not null;
    }
}

/// <summary>The fields of a tenant; a draft makes the next ones.</summary>
internal sealed record TenantParts(
    long Version,
    TenantProfile Profile,
    TenantSettings Settings,
    TenantClock Clock,
    SkuCatalog Catalog,
    ValueArray<Subscription> Subscriptions,
    PagedVector<User?> Users,
    int UserCount,
    HashIndex UserIds,
    HashIndex UserNames,
    PagedVector<ValueArray<int>> Memberships,
    PagedVector<UserLicenses> Licenses,
    Reporting Reporting,
    Ownership Ownership,
    DeletedItems Deleted,
    PagedVector<Group> Groups,
    int GroupCount,
    HashIndex GroupIds,
    SortedPages<int>[] Holders,
    SortedPages<WaitingPair>[] Waiting,
    SortedPages<WaitingPair> Troubled,
    RuleIndex Rules,
    FlipIndex Flips,
    DateTimeOffset PassedTo,
    Fleet Fleet,
    FrontlineState Frontline,
    AlertBook Alerts,
    CloudAppBook CloudApps)
{
    public static TenantParts Empty { get; } = new(
        0,
        new TenantProfile(Guid.Empty, "", "", "", TenantKind.Production, default),
        TenantSettings.Default,
        default,
        SkuCatalog.Empty,
        [],
        PagedVector<User?>.Empty,
        0,
        HashIndex.Empty,
        HashIndex.Empty,
        PagedVector<ValueArray<int>>.Empty,
        PagedVector<UserLicenses>.Empty,
        Reporting.Nobody,
        Ownership.Nothing,
        DeletedItems.None,
        PagedVector<Group>.Empty,
        0,
        HashIndex.Empty,
        [],
        [],
        SortedPages<WaitingPair>.Empty,
        RuleIndex.Empty,
        FlipIndex.Empty,
        default,
        Fleet.Empty,
        FrontlineState.Empty,
        AlertBook.Empty,
        CloudAppBook.Empty);

    public long Assignable(int sku)
    {
        long units = 0;
        foreach (Subscription subscription in Subscriptions.Span)
        {
            if (subscription.Sku == sku && subscription.Status <= SubscriptionStatus.Warning)
            {
                units += subscription.Units;
            }
        }

        return units;
    }
}
