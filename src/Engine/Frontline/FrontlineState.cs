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

    /// <summary>The concurrency buffer of a plan, by its index.</summary>
    public ConcurrencyBuffer BufferOf(int plan) => Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused);

    /// <summary>When the next thing is due; null for nothing.</summary>
    public DateTimeOffset? NextDue => Next(Buffers);

    internal Builder ToBuilder() => new(this);

    private static DateTimeOffset? Next(ImmutableSortedDictionary<int, ConcurrencyBuffer> buffers) => buffers.IsEmpty ? null : buffers.Values.Min(one => one.DueAt);

    /// <summary>Collects writes; one owner, one thread.</summary>
    internal sealed class Builder(FrontlineState source)
    {
        public ImmutableSortedDictionary<int, ConcurrencyBuffer> Buffers { get; private set; } = source.Buffers;

        public DateTimeOffset? NextDue => Next(Buffers);

        public ConcurrencyBuffer BufferOf(int plan) => Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused);

        public void Set(int plan, ConcurrencyBuffer buffer) =>
            Buffers = buffer == ConcurrencyBuffer.Unused ? Buffers.Remove(plan) : Buffers.SetItem(plan, buffer);

        public FrontlineState Seal() => new() { Buffers = Buffers };
    }
}
