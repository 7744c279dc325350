using Berth.Engine.Collections;

namespace Berth.Engine.Insight.Shifts;

/// <summary>An hour of a simulation (B465).</summary>
/// <param name="At">Its beginning, at the place.</param>
/// <param name="MostSessions">The most sessions at one time.</param>
/// <param name="SessionMinutes">Minutes of sessions, of everybody together; by 60 it is the average.</param>
/// <param name="MostInBuffer">The most sessions at one time above the licenses.</param>
/// <param name="Refusals">How often somebody was refused.</param>
/// <param name="MostWaiting">The most people at one time who had been refused and wanted in.</param>
public readonly record struct ShiftHour(DateTime At, int MostSessions, int SessionMinutes, int MostInBuffer, int Refusals, int MostWaiting);

/// <summary>Somebody who was refused.</summary>
/// <param name="Name">Who.</param>
/// <param name="Refusals">How often.</param>
/// <param name="MinutesLost">Minutes without a machine that were wanted.</param>
public readonly record struct RefusedPerson(string Name, int Refusals, int MinutesLost);

/// <summary>What happens with a number of licenses (B462, B465).</summary>
/// <param name="Licenses">How many.</param>
/// <param name="Hours">Hour by hour, without a gap.</param>
/// <param name="Refused">Who was refused, most minutes lost first.</param>
public sealed record ShiftOutcome(int Licenses, ValueArray<ShiftHour> Hours, ValueArray<RefusedPerson> Refused)
{
    /// <summary>How often somebody was refused.</summary>
    public int Refusals { get; init; }

    /// <summary>Of these, how often because there was no Cloud PC for the person: a license is good for three.</summary>
    public int RefusedWithoutMachine { get; init; }

    /// <summary>When uses of the concurrency buffer began.</summary>
    public ValueArray<DateTime> BufferUses { get; init; }

    /// <summary>When uses came to last longer than an hour.</summary>
    public ValueArray<DateTime> Overruns { get; init; }

    /// <summary>When the buffer was blocked.</summary>
    public ValueArray<DateTime> Blocks { get; init; }
}

/// <summary>The answer of a simulation (B464).</summary>
/// <param name="People">How many people.</param>
/// <param name="Peak">The most people at one time who want a machine.</param>
/// <param name="Smallest">With the smallest number of licenses that refuses nobody.</param>
/// <param name="OneLess">With one license less: somebody is refused. Null when the smallest number is 0.</param>
/// <param name="Asked">With the number that was asked for; null for none.</param>
public sealed record ShiftAnswer(int People, int Peak, ShiftOutcome Smallest, ShiftOutcome? OneLess, ShiftOutcome? Asked);
