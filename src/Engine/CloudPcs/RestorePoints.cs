using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>How a restore point came about: <c>snapshotType</c> (C57).</summary>
public enum RestorePointKind : byte
{
    /// <summary>At its time.</summary>
    Automatic,

    /// <summary>An administrator made it.</summary>
    Manual,

    /// <summary>The subscription of a Cloud PC expired (C54).</summary>
    Retention,
}

/// <summary>A moment to which a Cloud PC can be put back.</summary>
/// <param name="Id">The id; the same whenever it is asked for.</param>
/// <param name="CloudPcId">The Cloud PC.</param>
/// <param name="Kind">How it came about.</param>
/// <param name="At">The moment, by the tenant's clock.</param>
/// <param name="ExpiresAt">When it goes by itself; null when newer ones push it out.</param>
public sealed record RestorePoint(Guid Id, Guid CloudPcId, RestorePointKind Kind, DateTimeOffset At, DateTimeOffset? ExpiresAt);

/// <summary>The restore points of Cloud PCs (B279): those that come by themselves are counted from the moment the machine stands as it is, and kept nowhere.</summary>
public static class RestorePoints
{
    /// <summary>How many of the frequent ones there are at most (C57, C192).</summary>
    public const int MostFrequent = 10;

    /// <summary>How many of the weekly ones there are at most (C57, C192).</summary>
    public const int MostWeekly = 4;

    /// <summary>How far apart the weekly ones are.</summary>
    public static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>How long one made by hand stays (C57, C192).</summary>
    public static readonly TimeSpan ManualRetention = TimeSpan.FromDays(28);

    /// <summary>The restore points that a Cloud PC has at a time, newest first, none without a machine; a frequent and a weekly one of the same moment are one.</summary>
    /// <param name="row">The Cloud PC.</param>
    /// <param name="hours">How many hours the frequent ones are apart, see <see cref="EffectiveSetting.RestoreHoursOf"/>.</param>
    /// <param name="now">The tenant's time.</param>
    public static ValueArray<RestorePoint> Of(CloudPc row, int hours, DateTimeOffset now)
    {
        if (!row.HasData)
        {
            return [];
        }

        SortedSet<DateTimeOffset> moments = [];
        if (row.PointsSince is { } since)
        {
            Count(moments, since, TimeSpan.FromHours(hours), MostFrequent, now);
            Count(moments, since, Week, MostWeekly, now);
        }

        List<RestorePoint> points = [.. moments.Select(at => new RestorePoint(IdOf(row, "automatic", at), row.Id, RestorePointKind.Automatic, at, null))];
        if (row.ManualPointAt is { } made && made + ManualRetention > now)
        {
            points.Add(new RestorePoint(ManualIdOf(row, made), row.Id, RestorePointKind.Manual, made, made + ManualRetention));
        }

        return points.OrderByDescending(point => point.At).ThenBy(point => point.Kind).ToValueArray();
    }

    /// <summary>The restore point of an id that a Cloud PC has at a time, or null.</summary>
    public static RestorePoint? Find(CloudPc row, int hours, Guid id, DateTimeOffset now)
    {
        foreach (RestorePoint point in Of(row, hours, now).Span)
        {
            if (point.Id == id)
            {
                return point;
            }
        }

        return null;
    }

    /// <summary>The id of a restore point that is made by hand at a moment.</summary>
    public static Guid ManualIdOf(CloudPc row, DateTimeOffset at) => IdOf(row, "manual", at);

    /// <summary>What is kept of a Cloud PC whose subscription expired, as a restore point (C54).</summary>
    public static RestorePoint Of(RetentionSnapshot snapshot) =>
        new(snapshot.Id, snapshot.CloudPcId, RestorePointKind.Retention, snapshot.CreatedAt, snapshot.CreatedAt + RetentionSnapshot.Retention);

    private static void Count(SortedSet<DateTimeOffset> moments, DateTimeOffset since, TimeSpan apart, int most, DateTimeOffset now)
    {
        long last = now < since ? 0 : (now - since).Ticks / apart.Ticks;
        for (long number = Math.Max(1, last - most + 1); number <= last; number++)
        {
            moments.Add(since + (number * apart));
        }
    }

    private static Guid IdOf(CloudPc row, string kind, DateTimeOffset at) => IdsByName.Of(row.Id, $"restore point/{kind}/{at.UtcTicks}");
}
