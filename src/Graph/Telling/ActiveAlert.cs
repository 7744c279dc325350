using Berth.Engine.Alerts;

namespace Berth.Graph.Telling;

/// <summary>What an alert is about (B789).</summary>
public enum AlertKind : byte
{
    /// <summary>No seat of a SKU is free, or no more than a threshold.</summary>
    PoolExhausted,

    /// <summary>People wait for a seat of a SKU.</summary>
    PoolWaiting,

    /// <summary>The concurrency buffer of a Frontline size is in use.</summary>
    BufferInUse,

    /// <summary>The concurrency buffer of a Frontline size is blocked.</summary>
    BufferBlocked,

    /// <summary>A rule of Graph's <c>alertRules</c> raised an alert.</summary>
    CloudPcRule,
}

/// <summary>Something that is wrong with a tenant at this moment, in words for administrators (B789).</summary>
/// <param name="Key">What tells it from every other that is active: the kind and what it is about.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Subject">The id of the SKU or the service plan, or of the record of Graph's <c>alertRecords</c>.</param>
/// <param name="Name">The part number of the SKU, or the name of the plan or the rule.</param>
/// <param name="Since">Since when, by the tenant's clock.</param>
/// <param name="Message">What is the matter, in one sentence.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record ActiveAlert(string Key, AlertKind Kind, AlertSeverity Severity, Guid Subject, string Name, DateTimeOffset Since, string Message, string Advice);

/// <summary>From when on something is worth an alert (B789).</summary>
/// <param name="FreeUnits">A pool that has no more free seats than this.</param>
/// <param name="FreePercent">The same as a part of the seats, in percent; null asks for no part.</param>
/// <param name="Waiting">A pool for whose seats no fewer wait than this, at least 1.</param>
/// <param name="BufferUses">A buffer in use that was used no less often than this within a day, 1 to <see cref="TellingLimits.MostUses"/>.</param>
public sealed record AlertThresholds(int FreeUnits, int? FreePercent, int Waiting, int BufferUses)
{
    /// <summary>No free seat, one who waits, the first use.</summary>
    public static AlertThresholds Default { get; } = new(0, null, 1, 1);
}
