using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>The user storages of a tenant, by the id of their assignment. An immutable value.</summary>
public sealed class UserStorages
{
    private readonly ImmutableSortedSet<(DateTimeOffset At, Guid Assignment)> _dues;

    private UserStorages(ImmutableSortedDictionary<Guid, StoragePool> pools, ImmutableSortedSet<(DateTimeOffset At, Guid Assignment)> dues)
    {
        Pools = pools;
        _dues = dues;
    }

    /// <summary>None.</summary>
    public static UserStorages None { get; } = new(ImmutableSortedDictionary<Guid, StoragePool>.Empty, []);

    /// <summary>The pools; an assignment without user storage is missing.</summary>
    public ImmutableSortedDictionary<Guid, StoragePool> Pools { get; }

    /// <summary>When storages are next deleted (B432); null for never.</summary>
    public DateTimeOffset? NextDue => _dues.IsEmpty ? null : _dues.Min.At;

    /// <summary>Assignments of pools of which storages are deleted at a time or before it, ascending by that time.</summary>
    internal IEnumerable<Guid> DueAt(DateTimeOffset now) => _dues.TakeWhile(due => due.At <= now).Select(due => due.Assignment);

    /// <summary>With other terms for an assignment; without any, its storages are gone.</summary>
    internal UserStorages With(Guid assignment, StorageTerms? terms)
    {
        StoragePool? before = Pools.GetValueOrDefault(assignment);
        ImmutableSortedSet<(DateTimeOffset At, Guid Assignment)> dues = before?.Terms.DueAt is { } was ? _dues.Remove((was, assignment)) : _dues;
        return terms is null
            ? new UserStorages(Pools.Remove(assignment), dues)
            : new UserStorages(
                Pools.SetItem(assignment, new StoragePool(terms, before?.Storages ?? ImmutableSortedDictionary<int, UserStorage>.Empty)),
                terms.DueAt is { } due ? dues.Add((due, assignment)) : dues);
    }

    /// <summary>With the storage of a user as it is now.</summary>
    internal UserStorages With(Guid assignment, int user, UserStorage storage) => With(assignment, Pools[assignment].Storages.SetItem(user, storage));

    /// <summary>Without the storages of users at an assignment.</summary>
    internal UserStorages Without(Guid assignment, ValueArray<int> users) => With(assignment, Pools[assignment].Storages.RemoveRange(users));

    private UserStorages With(Guid assignment, ImmutableSortedDictionary<int, UserStorage> storages) =>
        new(Pools.SetItem(assignment, new StoragePool(Pools[assignment].Terms, storages)), _dues);
}
