using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Queries;
using Berth.Graph.Reads;

namespace Berth.Graph.Changes;

/// <summary>An object at the other end of a relation.</summary>
/// <param name="Position">Its place in the order of the relation.</param>
/// <param name="Type">Its type on the wire, such as <c>#microsoft.graph.user</c>.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct FarEnd(int Position, string Type, Guid Id);

/// <summary>A relation whose changes come as <c>name@delta</c> (L161).</summary>
/// <param name="Name">As Graph spells it.</param>
/// <param name="ByDefault">Whether it comes without <c>$select</c>.</param>
/// <param name="From">Who is related now, after a position, in order.</param>
/// <param name="Has">Whether the user, or the group when the flag says so, at an index is related now.</param>
internal sealed record DeltaRelation<TRow>(string Name, bool ByDefault, Func<TRow, int, IEnumerable<FarEnd>> From, Func<TRow, int, bool, bool> Has);

/// <summary>What a touch means for the objects of a set.</summary>
internal enum DeltaEffect
{
    /// <summary>Nothing: it is about other objects.</summary>
    None,

    /// <summary>The object came, or came back, or is gone: everything of it may be different.</summary>
    Everything,

    /// <summary>Its own properties changed, from a value that is known.</summary>
    Properties,

    /// <summary>Its licenses changed.</summary>
    Licenses,

    /// <summary>A relation changed.</summary>
    Relation,
}

/// <summary>A collection that can be followed, and everything in which one differs from another.</summary>
internal abstract class DeltaSet<TRow>(string name, Shape<TRow> shape, string[] licenseProperties, params DeltaRelation<TRow>[] relations)
    where TRow : struct, IRow
{
    /// <summary>The collection, such as <c>users</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Its objects' properties.</summary>
    public Shape<TRow> Shape { get; } = shape;

    /// <summary>Its objects' relations; a place in a round names one by its index.</summary>
    public DeltaRelation<TRow>[] Relations { get; } = relations;

    /// <summary>The number of indexes.</summary>
    public abstract int End(Tenant tenant);

    /// <summary>The object at an index, or null when there is none now.</summary>
    public abstract TRow? At(Tenant tenant, int index);

    /// <summary>The index of an object that is there now, or -1.</summary>
    public abstract int Find(Tenant tenant, Guid id);

    /// <summary>The id of an object.</summary>
    public abstract Guid IdOf(TRow row);

    /// <summary>What a touch means here. The index of the object is the touch's subject.</summary>
    public abstract DeltaEffect EffectOf(Touch touch);

    /// <summary>The relation that a touch with <see cref="DeltaEffect.Relation"/> is about, by index.</summary>
    public virtual int RelationOf(Touch touch) => 0;

    /// <summary>The object before and after a change of its properties, in a tenant that has the rest of it.</summary>
    public abstract (TRow Was, TRow Is) Sides(TRow row, Touch touch);

    /// <summary>The id of an object that is gone, when the tenant or the touch still knows it.</summary>
    public abstract Guid? IdOfGone(Tenant tenant, int index, Touch touch);

    /// <summary>Whether a property shows licenses: then it changes with them and not with the object's own values.</summary>
    public bool ShowsLicenses(Property<TRow> property) => licenseProperties.Contains(property.Name, StringComparer.Ordinal);
}

/// <summary>Users.</summary>
internal sealed class UserDelta() : DeltaSet<UserRow>(
    "users", DirectoryShapes.User, ["assignedLicenses", "assignedPlans", "provisionedPlans", "licenseAssignmentStates"],
    new DeltaRelation<UserRow>("manager", ByDefault: false, Manager, static (row, index, _) => row.Tenant.ManagerOf(row.Position) == index))
{
    public override int End(Tenant tenant) => tenant.Users.Count;

    public override UserRow? At(Tenant tenant, int index) => UserReads.At(tenant, index);

    public override int Find(Tenant tenant, Guid id) => tenant.FindUser(id);

    public override Guid IdOf(UserRow row) => row.User.Id;

    public override DeltaEffect EffectOf(Touch touch) => touch.Kind switch
    {
        TouchKind.UserSet => touch.UserWas is null ? DeltaEffect.Everything : DeltaEffect.Properties,
        TouchKind.UserLicenses => DeltaEffect.Licenses,
        TouchKind.UserDeleted => DeltaEffect.Everything,
        TouchKind.ManagerSet => DeltaEffect.Relation,
        TouchKind.GroupSet or TouchKind.GroupLicenses or TouchKind.GroupDeleted or TouchKind.MemberAdded or TouchKind.MemberRemoved
            or TouchKind.OwnerAdded or TouchKind.OwnerRemoved => DeltaEffect.None,
    };

    public override (UserRow Was, UserRow Is) Sides(UserRow row, Touch touch) => (row with { User = touch.UserWas! }, row with { User = touch.UserIs! });

    public override Guid? IdOfGone(Tenant tenant, int index, Touch touch) => touch.UserWas?.Id ?? touch.UserIs?.Id;

    private static IEnumerable<FarEnd> Manager(UserRow user, int after)
    {
        if (after < 0 && user.Manager() is { } manager)
        {
            yield return new FarEnd(manager.Position, "#microsoft.graph.user", manager.User.Id);
        }
    }
}

/// <summary>Groups, with their members and owners.</summary>
internal sealed class GroupDelta() : DeltaSet<GroupRow>(
    "groups", DirectoryShapes.Group, ["assignedLicenses", "licenseProcessingState"],
    new DeltaRelation<GroupRow>("members", ByDefault: true, Members, HasMember),
    new DeltaRelation<GroupRow>("owners", ByDefault: false, Owners, static (group, index, _) => group.Group.Owners.Span.Contains(index)))
{
    public override int End(Tenant tenant) => tenant.Groups.Count;

    public override GroupRow? At(Tenant tenant, int index) =>
        index < tenant.Groups.Count && tenant.Groups[index] is { IsDeleted: false } group ? new GroupRow(tenant, index, group) : null;

    public override int Find(Tenant tenant, Guid id) => tenant.FindGroup(id);

    public override Guid IdOf(GroupRow row) => row.Group.Id;

    public override DeltaEffect EffectOf(Touch touch) => touch.Kind switch
    {
        TouchKind.GroupSet => touch.GroupWas is null ? DeltaEffect.Everything : DeltaEffect.Properties,
        TouchKind.GroupLicenses => DeltaEffect.Licenses,
        TouchKind.GroupDeleted => DeltaEffect.Everything,
        TouchKind.MemberAdded or TouchKind.MemberRemoved or TouchKind.OwnerAdded or TouchKind.OwnerRemoved => DeltaEffect.Relation,
        TouchKind.UserSet or TouchKind.UserLicenses or TouchKind.ManagerSet or TouchKind.UserDeleted => DeltaEffect.None,
    };

    public override (GroupRow Was, GroupRow Is) Sides(GroupRow row, Touch touch) =>
        (row with { Group = row.Group with { Profile = touch.GroupWas! } }, row with { Group = row.Group with { Profile = touch.GroupIs! } });

    public override Guid? IdOfGone(Tenant tenant, int index, Touch touch) => tenant.Groups[index].Id;

    public override int RelationOf(Touch touch) => touch.Kind is TouchKind.OwnerAdded or TouchKind.OwnerRemoved ? 1 : 0;

    private static IEnumerable<FarEnd> Owners(GroupRow group, int after) => group.Group.Owners.Where(index => index > after)
        .Select(index => new FarEnd(index, "#microsoft.graph.user", group.Tenant.Users[index]!.Id));

    private static IEnumerable<FarEnd> Members(GroupRow group, int after)
    {
        Tenant tenant = group.Tenant;
        foreach (int user in group.Group.Members.From(after + 1))
        {
            yield return new FarEnd(user, "#microsoft.graph.user", tenant.Users[user]!.Id);
        }

        foreach (int inner in group.Group.MemberGroups)
        {
            MemberRow row = MemberRow.OfGroup(tenant, inner);
            if (row.Position > after)
            {
                yield return new FarEnd(row.Position, "#microsoft.graph.group", tenant.Groups[inner].Id);
            }
        }
    }

    private static bool HasMember(GroupRow group, int index, bool ofGroup) =>
        ofGroup ? group.Group.MemberGroups.Span.Contains(index) : group.Group.Members.Contains(index);
}
