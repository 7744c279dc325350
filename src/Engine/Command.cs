using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
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
    public sealed record CreateSubscription(Guid Id, Guid SkuId, int Units, SubscriptionStatus Status, bool IsTrial) : Command;

    /// <summary>Changes units or status; null leaves one as it is. A shrink never revokes (L97).</summary>
    public sealed record UpdateSubscription(Guid Id, int? Units, SubscriptionStatus? Status) : Command;

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

    /// <summary>Merges rows of a product-names table, and replaces the plan rules when given. Active pairs are not evaluated again.</summary>
    public sealed record ImportCatalog(ValueArray<CatalogRow> Rows, PlanRules? Rules) : Command;

    /// <summary>Adds many users, groups and members; a bad line is reported and leaves the others alone.</summary>
    public sealed record ImportDirectory(ValueArray<ImportLine> Lines) : Command
    {
        /// <summary>The most lines of one command; a longer import is several commands.</summary>
        public const int MostLines = 10_000;
    }
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
