using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>What Frontline remembers beyond its policies and Cloud PCs. An immutable value.</summary>
public sealed class FrontlineState
{
    private FrontlineState()
    {
    }

    /// <summary>Nothing.</summary>
    public static FrontlineState Empty { get; } = new();

    /// <summary>The concurrency buffers by the index of their plan; one that was never used is missing (B420).</summary>
    public ImmutableSortedDictionary<int, ConcurrencyBuffer> Buffers { get; private init; } = ImmutableSortedDictionary<int, ConcurrencyBuffer>.Empty;

    /// <summary>What is remembered of policies whose Cloud PCs are made anew.</summary>
    public ReprovisionBook Reprovision { get; private init; } = ReprovisionBook.Empty;

    /// <summary>What users of shared Cloud PCs keep (B430).</summary>
    public UserStorages Storages { get; private init; } = UserStorages.None;

    /// <summary>The concurrency buffer of a plan, by its index.</summary>
    public ConcurrencyBuffer BufferOf(int plan) => Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused);

    /// <summary>When the next thing is due; null for nothing.</summary>
    public DateTimeOffset? NextDue => Next(Buffers, Reprovision, Storages);

    internal Builder ToBuilder() => new(this);

    private static DateTimeOffset? Next(ImmutableSortedDictionary<int, ConcurrencyBuffer> buffers, ReprovisionBook reprovision, UserStorages storages) =>
        buffers.Values.Select(one => one.DueAt).Append(reprovision.NextDue).Append(storages.NextDue).Min();

    /// <summary>Collects writes; one owner, one thread.</summary>
    internal sealed class Builder(FrontlineState source)
    {
        public ImmutableSortedDictionary<int, ConcurrencyBuffer> Buffers { get; private set; } = source.Buffers;

        private readonly HashSet<Guid> _stirred = [];

        public ReprovisionBook Reprovision { get; set; } = source.Reprovision;

        public UserStorages Storages { get; private set; } = source.Storages;

        public DateTimeOffset? NextDue => Next(Buffers, Reprovision, Storages);

        public ConcurrencyBuffer BufferOf(int plan) => Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused);

        public void Set(int plan, ConcurrencyBuffer buffer) =>
            Buffers = buffer == ConcurrencyBuffer.Unused ? Buffers.Remove(plan) : Buffers.SetItem(plan, buffer);

        public void Set(Guid assignment, StorageTerms? terms) => Stir(assignment, Storages.With(assignment, terms));

        public void Set(Guid assignment, int user, UserStorage storage) => Stir(assignment, Storages.With(assignment, user, storage));

        public void Delete(Guid assignment, ValueArray<int> users) => Stir(assignment, Storages.Without(assignment, users));

        /// <summary>Users are gone for good, and what was kept of them goes too (B431).</summary>
        public void Forget(ValueArray<int> users)
        {
            foreach ((Guid assignment, StoragePool pool) in Storages.Pools)
            {
                if (users.Where(pool.Storages.ContainsKey).ToValueArray() is { Count: > 0 } those)
                {
                    Delete(assignment, those);
                }
            }
        }

        /// <summary>Assignments of which storages came or went since this was last asked.</summary>
        public Guid[] TakeStirred()
        {
            Guid[] stirred = [.. _stirred];
            _stirred.Clear();
            return stirred;
        }

        public FrontlineState Seal() => new() { Buffers = Buffers, Reprovision = Reprovision, Storages = Storages };

        private void Stir(Guid assignment, UserStorages after)
        {
            Storages = after;
            _stirred.Add(assignment);
        }
    }
}
