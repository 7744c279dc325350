namespace Berth.Engine.Frontline;

/// <summary>Where the concurrency buffer of a plan stands (B425).</summary>
public enum BufferState : byte
{
    /// <summary>The plan has none (B420).</summary>
    NotAvailable,

    /// <summary>The next license above the limit begins a use.</summary>
    Available,

    /// <summary>A use is running, and gives more licenses.</summary>
    InUse,

    /// <summary>Nothing more is given: a use has lasted for an hour, four began within a day, or <c>bufferExcess</c> is reached.</summary>
    UsedUp,

    /// <summary>Blocked for a time (C105).</summary>
    Blocked,

    /// <summary>Blocked until somebody lifts that (C106).</summary>
    PermanentlyBlocked,
}
