using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>What has become of rows of a run.</summary>
public enum ReprovisionStep : byte
{
    /// <summary>They waited, and are being made.</summary>
    Went,

    /// <summary>They are made.</summary>
    Made,

    /// <summary>They failed, or cannot be made anew (B437).</summary>
    Failed,

    /// <summary>They are gone, or stay as they are because another failed.</summary>
    Left,
}

/// <summary>The Cloud PCs of a policy of shared mode are made anew, all together (B435 to B437).</summary>
/// <param name="StartedAt">Since when, by the tenant's clock.</param>
/// <param name="KeptPercentage">How many of an assignment's Cloud PCs stay usable, in percent.</param>
/// <param name="SignsOut">Whether nobody is waited for.</param>
/// <param name="IsScheduled">Whether a schedule began it.</param>
public sealed record ReprovisionRun(DateTimeOffset StartedAt, int KeptPercentage, bool SignsOut, bool IsScheduled)
{
    /// <summary>The greatest <see cref="KeptPercentage"/> (C122).</summary>
    public const int MostKept = 99;

    /// <summary>Indexes of the Cloud PCs that wait, ascending.</summary>
    public ValueArray<int> Waiting { get; init; }

    /// <summary>Indexes of the Cloud PCs that are being made, ascending.</summary>
    public ValueArray<int> Making { get; init; }

    /// <summary>Whether one of its Cloud PCs failed, or could not be made anew.</summary>
    public bool HasFailed { get; init; }

    /// <summary>When it was over; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it is over.</summary>
    public bool IsOver => EndedAt is not null;

    /// <summary>How many of so many Cloud PCs stay usable (C250).</summary>
    public int KeptOf(int rows) => (int)((long)rows * KeptPercentage / 100);

    internal ReprovisionRun After(ReprovisionStep step, ValueArray<int> rows) => this with
    {
        Waiting = Waiting.Except(rows).ToValueArray(),
        Making = step == ReprovisionStep.Went ? Making.Union(rows).Order().ToValueArray() : Making.Except(rows).ToValueArray(),
        HasFailed = HasFailed || step == ReprovisionStep.Failed,
    };
}
