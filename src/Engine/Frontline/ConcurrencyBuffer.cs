using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>
/// What the concurrency buffer of a plan remembers (C102, C105 to C109, B420 to B424). An immutable value; it never reads a clock, and whoever owns it lets it become due
/// at <see cref="DueAt"/> before asking anything of a later time.
/// </summary>
public sealed record ConcurrencyBuffer
{
    /// <summary>How long a use may last (C102).</summary>
    public static readonly TimeSpan LongestUse = TimeSpan.FromHours(1);

    /// <summary>How long a use or an overrun counts (B422, B423).</summary>
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>How long a block lasts (C105).</summary>
    public static readonly TimeSpan BlockLength = TimeSpan.FromHours(48);

    /// <summary>How long a block counts (C106).</summary>
    public static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>The most uses of <see cref="Day"/> (C102); older ones of more are not remembered, because nothing asks for them.</summary>
    public const int MostUses = 4;

    /// <summary>The overrun of <see cref="Day"/> that blocks (C105).</summary>
    public const int BlockingOverrun = 4;

    /// <summary>The block of <see cref="Week"/> that has no end (C106).</summary>
    public const int LastingBlock = 3;

    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    /// <summary>A buffer that was never used.</summary>
    public static ConcurrencyBuffer Unused { get; } = new();

    /// <summary>When the uses that can still count began, ascending.</summary>
    public ValueArray<DateTimeOffset> Uses { get; init; }

    /// <summary>The overruns that can still count, ascending.</summary>
    public ValueArray<DateTimeOffset> Overruns { get; init; }

    /// <summary>When the blocks that can still count began, ascending.</summary>
    public ValueArray<DateTimeOffset> Blocks { get; init; }

    /// <summary>When the running use began; null while none is running.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether the running use is an overrun already.</summary>
    public bool HasOverrun { get; init; }

    /// <summary>Whether nothing above the limit is given, whatever the time (C107).</summary>
    public bool IsBlocked { get; init; }

    /// <summary>When the block ends; null while there is none, and for one that has no end.</summary>
    public DateTimeOffset? BlockedUntil { get; init; }

    /// <summary>When time brings something: the end of a block, or an overrun (B423); null for never.</summary>
    public DateTimeOffset? DueAt => IsBlocked ? BlockedUntil : Since is { } since && !HasOverrun ? since + LongestUse + _tick : null;

    /// <summary>How many uses began within <see cref="Day"/>, at most <see cref="MostUses"/>.</summary>
    /// <param name="now">The tenant's time.</param>
    public int UsesAt(DateTimeOffset now) => Within(Uses, Day, now).Count();

    /// <summary>How many overruns there were within <see cref="Day"/>.</summary>
    /// <param name="now">The tenant's time.</param>
    public int OverrunsAt(DateTimeOffset now) => Within(Overruns, Day, now).Count();

    /// <summary>Whether a license above the limit is given (B422).</summary>
    /// <param name="now">The tenant's time.</param>
    /// <param name="excess">How many are above the limit then, this one among them.</param>
    /// <param name="mostExcess">The setting <c>bufferExcess</c>; null for any number.</param>
    public bool Gives(DateTimeOffset now, long excess, int? mostExcess) =>
        !IsBlocked && !(excess > mostExcess) && (Since is { } since ? now - since < LongestUse : UsesAt(now) < MostUses);

    /// <summary>The buffer after a settling: a use begins or ends (B421).</summary>
    /// <param name="exceeds">Whether the plan exceeds, and has a buffer at all (B420).</param>
    /// <param name="now">The tenant's time.</param>
    public ConcurrencyBuffer Follow(bool exceeds, DateTimeOffset now)
    {
        bool runs = exceeds && !IsBlocked;
        return runs == Since is not null ? this
            : runs ? this with { Since = now, Uses = Within(Uses, Day, now).TakeLast(MostUses - 1).Append(now).ToValueArray() }
            : this with { Since = null, HasOverrun = false };
    }

    /// <summary>The buffer after what is due at <see cref="DueAt"/>: a block is over, or a use is an overrun, which may block (B423).</summary>
    /// <returns>The same when nothing is due.</returns>
    public ConcurrencyBuffer BecomeDue()
    {
        if (DueAt is not { } at)
        {
            return this;
        }

        if (IsBlocked)
        {
            return this with { IsBlocked = false, BlockedUntil = null };
        }

        ConcurrencyBuffer overrun = this with { HasOverrun = true, Overruns = Within(Overruns, Day, at).Append(at).ToValueArray() };
        return overrun.Overruns.Count < BlockingOverrun ? overrun : overrun.Block(at);
    }

    /// <summary>The buffer after somebody lifted its block (B424).</summary>
    public ConcurrencyBuffer Lift() => IsBlocked ? Unused : this;

    private ConcurrencyBuffer Block(DateTimeOffset at)
    {
        ValueArray<DateTimeOffset> blocks = Within(Blocks, Week, at).Append(at).ToValueArray();
        return this with
        {
            Blocks = blocks,
            Since = null,
            HasOverrun = false,
            IsBlocked = true,
            BlockedUntil = blocks.Count < LastingBlock ? at + BlockLength : null,
        };
    }

    private static IEnumerable<DateTimeOffset> Within(ValueArray<DateTimeOffset> moments, TimeSpan time, DateTimeOffset now) => moments.Where(moment => now - moment < time);
}
