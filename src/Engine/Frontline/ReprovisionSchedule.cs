namespace Berth.Engine.Frontline;

/// <summary>When the Cloud PCs of a policy of shared mode are made anew by themselves (B438).</summary>
/// <param name="Expression">The cron expression; it can be read.</param>
/// <param name="KeptPercentage">As of a <see cref="ReprovisionRun"/>.</param>
/// <param name="SignsOut">As of a <see cref="ReprovisionRun"/>.</param>
/// <param name="Zone">The zone in which its times are told.</param>
/// <param name="StartsAt">Before this no moment comes.</param>
/// <param name="EndsAt">From this on no moment comes; null for no end.</param>
public sealed record ReprovisionSchedule(string Expression, int KeptPercentage, bool SignsOut, ScheduleZone Zone, DateTimeOffset StartsAt, DateTimeOffset? EndsAt)
{
    /// <summary>The next moment; null after the last.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>The last moment that was skipped, because the run before was not over; null for none.</summary>
    public DateTimeOffset? SkippedAt { get; init; }

    /// <summary>The schedule with the moment that comes after a time.</summary>
    internal ReprovisionSchedule From(DateTimeOffset now)
    {
        DateTimeOffset? next = CronExpression.TryRead(Expression, out CronExpression? read, out _) ? read.After(now < StartsAt ? StartsAt.AddTicks(-1) : now) : null;
        return this with { NextAt = next < EndsAt || EndsAt is null ? next : null };
    }
}

/// <summary>A schedule that somebody wants (B438).</summary>
/// <param name="Expression">The cron expression.</param>
/// <param name="KeptPercentage">As of a <see cref="ReprovisionRun"/>.</param>
/// <param name="SignsOut">As of a <see cref="ReprovisionRun"/>.</param>
/// <param name="Zone">The zone in which its times are told.</param>
/// <param name="StartsAt">The first moment is not before; null for now.</param>
/// <param name="EndsAt">All moments are before; null for no end.</param>
public sealed record ScheduleRequest(string Expression, int KeptPercentage, bool SignsOut, ScheduleZone Zone, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt);
