using System.Collections.Immutable;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>A user in deleted items, with everything that comes back at a restore (B148).</summary>
/// <param name="User">The user as it was; <see cref="User.UserPrincipalName"/> may have been taken by somebody else since.</param>
/// <param name="DeletedAt">When it was deleted, by the tenant's clock.</param>
/// <param name="Direct">The direct licenses it had.</param>
/// <param name="Groups">Indexes of the groups it was a member of, ascending.</param>
/// <param name="Manager">The index of its manager, or -1.</param>
/// <param name="Reports">Indexes of the users who reported to it, ascending.</param>
/// <param name="Owned">Indexes of the groups it owned, ascending.</param>
public sealed record DeletedUser(
    User User, DateTimeOffset DeletedAt, LicenseSet Direct, ValueArray<int> Groups, int Manager, ValueArray<int> Reports, ValueArray<int> Owned);

/// <summary>A Microsoft 365 group in deleted items; its profile stands with the group.</summary>
/// <param name="Id">The object id.</param>
/// <param name="DeletedAt">When it was deleted, by the tenant's clock.</param>
/// <param name="Members">Indexes of its user members, ascending.</param>
/// <param name="MemberGroups">Indexes of its member groups, ascending.</param>
/// <param name="Parents">Indexes of the groups it was a member of, ascending.</param>
/// <param name="Owners">Indexes of its owners, ascending.</param>
public sealed record DeletedGroup(
    Guid Id, DateTimeOffset DeletedAt, ValueArray<int> Members, ValueArray<int> MemberGroups, ValueArray<int> Parents, ValueArray<int> Owners);

/// <summary>
/// What was deleted and can be restored (B146): an immutable value. An item is there for <see cref="Retention"/>; one that has had its time is taken out
/// by the next command, and readers that know the time do not show it before that.
/// </summary>
public sealed class DeletedItems
{
    /// <summary>How long an item can be restored, by the tenant's clock.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>Nothing was deleted.</summary>
    public static readonly DeletedItems None = new(
        ImmutableSortedDictionary<int, DeletedUser>.Empty, ImmutableSortedDictionary<int, DeletedGroup>.Empty, ImmutableDictionary<Guid, int>.Empty, []);

    // A user's index, or the complement of a group's.
    private readonly ImmutableDictionary<Guid, int> _ids;
    private readonly ImmutableSortedSet<(DateTimeOffset At, int Item)> _byTime;

    private DeletedItems(
        ImmutableSortedDictionary<int, DeletedUser> users,
        ImmutableSortedDictionary<int, DeletedGroup> groups,
        ImmutableDictionary<Guid, int> ids,
        ImmutableSortedSet<(DateTimeOffset At, int Item)> byTime)
    {
        Users = users;
        Groups = groups;
        _ids = ids;
        _byTime = byTime;
    }

    /// <summary>The users, by index.</summary>
    public ImmutableSortedDictionary<int, DeletedUser> Users { get; }

    /// <summary>The groups, by index.</summary>
    public ImmutableSortedDictionary<int, DeletedGroup> Groups { get; }

    /// <summary>When the first item goes for good; null when there is none.</summary>
    public DateTimeOffset? NextPurge => _byTime.IsEmpty ? null : _byTime.Min.At + Retention;

    /// <summary>Whether an item that was deleted at a time is still there at another.</summary>
    public static bool IsThere(DateTimeOffset deletedAt, DateTimeOffset now) => now - deletedAt < Retention;

    /// <summary>Whether an id names an item.</summary>
    public bool Contains(Guid id) => _ids.ContainsKey(id);

    /// <summary>The index of the user with an object id, or -1.</summary>
    public int FindUser(Guid id) => _ids.TryGetValue(id, out int item) && item >= 0 ? item : -1;

    /// <summary>The index of the group with an object id, or -1.</summary>
    public int FindGroup(Guid id) => _ids.TryGetValue(id, out int item) && item < 0 ? ~item : -1;

    /// <summary>The items whose time is over.</summary>
    public (ValueArray<int> Users, ValueArray<int> Groups) OverAt(DateTimeOffset now)
    {
        List<int> users = [], groups = [];
        foreach ((DateTimeOffset at, int item) in _byTime)
        {
            if (IsThere(at, now))
            {
                break;
            }

            (item >= 0 ? users : groups).Add(item >= 0 ? item : ~item);
        }

        return (users.Order().ToValueArray(), groups.Order().ToValueArray());
    }

    /// <summary>The items with a user, in place of what it was.</summary>
    internal DeletedItems With(int index, DeletedUser user)
    {
        DeletedItems without = WithoutUser(index);
        return new(without.Users.Add(index, user), without.Groups, without._ids.Add(user.User.Id, index), without._byTime.Add((user.DeletedAt, index)));
    }

    /// <summary>The items with a group, in place of what it was.</summary>
    internal DeletedItems With(int index, DeletedGroup group)
    {
        DeletedItems without = WithoutGroup(index);
        return new(without.Users, without.Groups.Add(index, group), without._ids.Add(group.Id, ~index), without._byTime.Add((group.DeletedAt, ~index)));
    }

    /// <summary>The items without a user.</summary>
    internal DeletedItems WithoutUser(int index) => Users.TryGetValue(index, out DeletedUser? user)
        ? new(Users.Remove(index), Groups, _ids.Remove(user.User.Id), _byTime.Remove((user.DeletedAt, index)))
        : this;

    /// <summary>The items without a group.</summary>
    internal DeletedItems WithoutGroup(int index) => Groups.TryGetValue(index, out DeletedGroup? group)
        ? new(Users, Groups.Remove(index), _ids.Remove(group.Id), _byTime.Remove((group.DeletedAt, ~index)))
        : this;
}
