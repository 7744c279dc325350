using System.Collections.Immutable;

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

    /// <summary>The concurrency buffer of a plan, by its index.</summary>
    public ConcurrencyBuffer BufferOf(int plan) => Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused);

    /// <summary>When the next thing is due; null for nothing.</summary>
    public DateTimeOffset? NextDue => Next(Buffers, Reprovision);

    internal Builder ToBuilder() => new(this);

    private static DateTimeOffset? Next(ImmutableSortedDictionary<int, ConcurrencyBuffer> buffers, ReprovisionBook reprovision) =>
        buffers.Values.Select(one => one.DueAt).Append(reprovision.NextDue).Min();

    /// <summary>Collects writes; one owner, one thread.</summary>
    internal sealed class Builder(FrontlineState source)
    {
        public ImmutableSortedDictionary<int, ConcurrencyBuffer> Buffers { get; private set; } = source.Buffers;

        public ReprovisionBook Reprovision { get; set; } = source.Reprovision;

        public DateTimeOffset? NextDue => Next(Buffers, Reprovision);

        public ConcurrencyBuffer BufferOf(int plan) => Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused);

        public void Set(int plan, ConcurrencyBuffer buffer) =>
            Buffers = buffer == ConcurrencyBuffer.Unused ? Buffers.Remove(plan) : Buffers.SetItem(plan, buffer);

        public FrontlineState Seal() => new() { Buffers = Buffers, Reprovision = Reprovision };
    }
}
