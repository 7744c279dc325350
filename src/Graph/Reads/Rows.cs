using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;

namespace Berth.Graph.Reads;

/// <summary>A user of a tenant.</summary>
internal readonly record struct UserRow(Tenant Tenant, int Position, User User) : IRow
{
    /// <summary>The user's licenses.</summary>
    public UserLicenses Licenses => Tenant.LicensesOf(Position);

    /// <summary>When the user was deleted; null when it was not.</summary>
    public DateTimeOffset? DeletedAt => Tenant.Users[Position] is null && Tenant.Deleted.Users.TryGetValue(Position, out DeletedUser? item) ? item.DeletedAt : null;

    /// <summary>A user in deleted items. The name shows with the id before it, as in Graph: somebody else may have it by now.</summary>
    public static UserRow OfDeleted(Tenant tenant, int user)
    {
        User was = tenant.Deleted.Users[user].User;
        return new UserRow(tenant, user, was with { UserPrincipalName = $"{was.Id:N}{was.UserPrincipalName}" });
    }

    /// <summary>The user's manager, or null (B140).</summary>
    public UserRow? Manager() => UserReads.At(Tenant, Tenant.ManagerOf(Position));

    /// <summary>Those who report to the user.</summary>
    public IEnumerable<UserRow> Reports()
    {
        foreach (int report in Tenant.ReportsOf(Position))
        {
            yield return new UserRow(Tenant, report, Tenant.Users[report]!);
        }
    }

    /// <summary>The groups the user owns (B143).</summary>
    public IEnumerable<GroupRow> Owned()
    {
        foreach (int group in Tenant.OwnedBy(Position))
        {
            yield return new GroupRow(Tenant, group, Tenant.Groups[group]);
        }
    }

    /// <summary>The groups the user is a first-level member of.</summary>
    public IEnumerable<MemberRow> Groups()
    {
        foreach (int group in Tenant.GroupsOf(Position))
        {
            yield return MemberRow.OfGroup(Tenant, group);
        }
    }
}

/// <summary>A group of a tenant.</summary>
internal readonly record struct GroupRow(Tenant Tenant, int Position, Group Group) : IRow
{
    /// <summary>When the group was deleted; null when it was not.</summary>
    public DateTimeOffset? DeletedAt => Group.IsDeleted && Tenant.Deleted.Groups.TryGetValue(Position, out DeletedGroup? item) ? item.DeletedAt : null;

    /// <summary>Its user members, then its group members.</summary>
    public IEnumerable<MemberRow> Members()
    {
        foreach (int user in Group.Members)
        {
            yield return MemberRow.OfUser(Tenant, user);
        }

        foreach (int group in Group.MemberGroups)
        {
            yield return MemberRow.OfGroup(Tenant, group);
        }
    }

    /// <summary>The users who own it (B143).</summary>
    public IEnumerable<UserRow> Owners()
    {
        foreach (int owner in Group.Owners)
        {
            yield return new UserRow(Tenant, owner, Tenant.Users[owner]!);
        }
    }

    /// <summary>The groups the group is a first-level member of.</summary>
    public IEnumerable<MemberRow> Parents()
    {
        foreach (int parent in Tenant.ParentsOf(Position))
        {
            yield return MemberRow.OfGroup(Tenant, parent);
        }
    }
}

/// <summary>A user or a group where both can stand. Users come first, so a group's position lies behind every user's.</summary>
internal readonly record struct MemberRow(UserRow? User, GroupRow? Group) : IRow
{
    private const int FirstGroup = 1 << 30;

    /// <inheritdoc/>
    public int Position => User?.Position ?? (FirstGroup + Group!.Value.Position);

    /// <summary>The position among groups after which those follow that stand after a position among both.</summary>
    public static int GroupsAfter(int position) => position < FirstGroup ? -1 : position - FirstGroup;

    /// <summary>The user at an index.</summary>
    public static MemberRow OfUser(Tenant tenant, int user) => new(new UserRow(tenant, user, tenant.Users[user]!), null);

    /// <summary>The group at an index.</summary>
    public static MemberRow OfGroup(Tenant tenant, int group) => new(null, new GroupRow(tenant, group, tenant.Groups[group]));
}

/// <summary>A SKU that is the tenant's.</summary>
internal readonly record struct SkuRow(Tenant Tenant, int Position, Sku Sku) : IRow
{
    /// <summary>The tenant's subscriptions of the SKU.</summary>
    public IEnumerable<Subscription> Subscriptions()
    {
        foreach (Subscription subscription in Tenant.Subscriptions)
        {
            if (subscription.Sku == Sku.Index)
            {
                yield return subscription;
            }
        }
    }
}

/// <summary>A subscription; its position is its place in the order of purchase.</summary>
internal readonly record struct SubscriptionRow(Tenant Tenant, int Position, Subscription Subscription) : IRow
{
    /// <summary>What was bought.</summary>
    public Sku Sku => Tenant.Catalog.Skus[Subscription.Sku];
}

/// <summary>A SKU that a user holds; its position is the SKU's index.</summary>
internal readonly record struct DetailRow(Tenant Tenant, int Position, Guid UserId, UserLicenses Licenses) : IRow
{
    /// <summary>The SKU.</summary>
    public Sku Sku => Tenant.Catalog.Skus[Position];
}

/// <summary>The organization.</summary>
internal readonly record struct OrganizationRow(Tenant Tenant) : IRow
{
    /// <inheritdoc/>
    public int Position => 0;
}

/// <summary>A plan inside a SKU as somebody sees it.</summary>
internal readonly record struct PlanRow(ServicePlan Plan, bool IsDisabled);

/// <summary>A plan that a user has.</summary>
internal readonly record struct HeldPlanRow(ServicePlan Plan, SubscriptionStatus Status, DateTimeOffset Since);

/// <summary>A license with the catalog that names it.</summary>
internal readonly record struct LicenseRow(SkuCatalog Catalog, License License);

/// <summary>A row of <c>licenseAssignmentStates</c> with its tenant.</summary>
internal readonly record struct StateRow(Tenant Tenant, LicenseState State);
