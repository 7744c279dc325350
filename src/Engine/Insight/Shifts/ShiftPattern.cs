using Berth.Engine.Collections;

namespace Berth.Engine.Insight.Shifts;

/// <summary>Time away from the machine in the middle of a shift: people sign out, and in again afterwards.</summary>
/// <param name="After">Minutes from the start of the shift.</param>
/// <param name="Minutes">How long.</param>
public readonly record struct ShiftBreak(int After, int Minutes);

/// <summary>Days that repeat without regard to the week: so many on, so many off.</summary>
/// <param name="On">Days of work, at least one.</param>
/// <param name="Off">Days without.</param>
/// <param name="Offset">How many days of the cycle lie behind on the first day of the simulation.</param>
public readonly record struct ShiftCycle(int On, int Off, int Offset);

/// <summary>When people of a kind work (B460). Times are those of the place, in minutes.</summary>
/// <param name="Name">What the roster calls it.</param>
/// <param name="Start">Minutes from midnight.</param>
/// <param name="Minutes">How long a shift is; one that ends after midnight belongs to the day it began.</param>
public sealed record ShiftPattern(string Name, int Start, int Minutes)
{
    /// <summary>The longest shift: nobody works longer than a day.</summary>
    public const int LongestShift = 24 * 60;

    /// <summary>The most breaks of a shift.</summary>
    public const int MostBreaks = 10;

    /// <summary>The most minutes that people come or leave earlier or later.</summary>
    public const int MostJitter = 240;

    /// <summary>The longest cycle, in days.</summary>
    public const int LongestCycle = 60;

    /// <summary>The days of the week on which a shift begins; none for every day. Without meaning beside a <see cref="Cycle"/>.</summary>
    public ValueArray<DayOfWeek> Days { get; init; }

    /// <summary>Days on and off, instead of days of the week.</summary>
    public ShiftCycle? Cycle { get; init; }

    /// <summary>People come up to so many minutes earlier or later.</summary>
    public int ArriveJitter { get; init; }

    /// <summary>People leave up to so many minutes earlier or later.</summary>
    public int LeaveJitter { get; init; }

    /// <summary>Of a hundred shifts, how many a person works.</summary>
    public int AttendancePercent { get; init; } = 100;

    /// <summary>Times away in the middle, ascending and apart.</summary>
    public ValueArray<ShiftBreak> Breaks { get; init; }

    /// <summary>Whether a shift begins on a day.</summary>
    /// <param name="first">The first day of the simulation.</param>
    /// <param name="day">How many days after it.</param>
    public bool BeginsOn(DateOnly first, int day) => Cycle is { } cycle
        ? (day + cycle.Offset) % (cycle.On + cycle.Off) < cycle.On
        : Days.Count == 0 || Days.Contains(first.AddDays(day).DayOfWeek);
}

/// <summary>Somebody who works in shifts.</summary>
/// <param name="Name">The name.</param>
/// <param name="Pattern">Which of the patterns, by position.</param>
public readonly record struct ShiftPerson(string Name, int Pattern);
