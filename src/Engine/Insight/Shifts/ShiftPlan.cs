using Berth.Engine.Collections;

namespace Berth.Engine.Insight.Shifts;

/// <summary>What a simulation of shifts starts from (B460): who works when, and under which rules.</summary>
/// <param name="Seed">Another seed, other comings and goings; the same seed, the same ones (B461).</param>
/// <param name="Start">The first day.</param>
/// <param name="Days">How many days.</param>
/// <param name="ServicePlanId">The Frontline plan of the machines.</param>
/// <param name="Patterns">When people work.</param>
/// <param name="People">Who works.</param>
public sealed record ShiftPlan(ulong Seed, DateOnly Start, int Days, Guid ServicePlanId, ValueArray<ShiftPattern> Patterns, ValueArray<ShiftPerson> People)
{
    /// <summary>The most days.</summary>
    public const int MostDays = 92;

    /// <summary>The most people.</summary>
    public const int MostPeople = 3_000;

    /// <summary>The most patterns.</summary>
    public const int MostPatterns = 100;

    /// <summary>The most stretches of work, over all people and days: a simulation is answered while somebody waits for it.</summary>
    public const int MostStretches = 60_000;

    /// <summary>The longest name of a person or a pattern, in characters.</summary>
    public const int LongestName = 64;

    /// <summary>The longest <see cref="RetryMinutes"/>.</summary>
    public const int LongestRetry = 240;

    /// <summary>After how many minutes somebody who was refused tries again (B462).</summary>
    public int RetryMinutes { get; init; } = 15;

    /// <summary>The tenant setting <c>bufferExcess</c>: 0 is no buffer, null any number.</summary>
    public int? BufferExcess { get; init; }

    /// <summary>A number of licenses to look at besides the smallest that refuses nobody; null for none.</summary>
    public int? Licenses { get; init; }
}
