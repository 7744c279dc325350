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

/// <summary>What an agent has made of the restore points at their times (B381, B384).</summary>
/// <param name="Made">Their times, ascending.</param>
/// <param name="NextAt">When the next is asked for; null while the machine cannot be, or something is being done.</param>
/// <param name="Trouble">Why the last one was not made, or what is wrong with it; null for nothing.</param>
public sealed record AgentPoints(ValueArray<DateTimeOffset> Made, DateTimeOffset? NextAt, CloudPcError? Trouble);

/// <summary>What a restore left of the counted restore points (B387).</summary>
/// <param name="Moments">Their times, ascending.</param>
/// <param name="CountedAfter">The end of the restore; later ones are counted as before.</param>
public sealed record KeptPoints(ValueArray<DateTimeOffset> Moments, DateTimeOffset CountedAfter);

/// <summary>
/// The restore points of Cloud PCs (B279, B381): with the simulator those that come by themselves are counted from the moment the machine stands as it is, and
/// kept nowhere; with an agent those count that it has made.
/// </summary>
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

        SortedSet<DateTimeOffset> moments = [.. row.Points?.Made ?? []];
        if (row.Points is null && row.PointsSince is { } since)
        {
            TimeSpan apart = TimeSpan.FromHours(hours);
            ValueArray<DateTimeOffset> kept = row.KeptPoints?.Moments ?? [];
            DateTimeOffset after = row.KeptPoints?.CountedAfter ?? since;
            moments.UnionWith(kept.Where(at => !IsOn(at, since, Week) || IsOn(at, since, apart)).Concat(Count(since, apart, MostFrequent, after, now)).TakeLast(MostFrequent));
            moments.UnionWith(kept.Where(at => IsOn(at, since, Week)).Concat(Count(since, Week, MostWeekly, after, now)).TakeLast(MostWeekly));
        }

        List<RestorePoint> points = [.. moments.Select(at => new RestorePoint(AutomaticIdOf(row, at), row.Id, RestorePointKind.Automatic, at, null))];
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

    /// <summary>The first moment after another at which a restore point is due: every so many hours, and every week (C57).</summary>
    /// <param name="since">Since when the machine stands as it is.</param>
    /// <param name="hours">How many hours the frequent ones are apart.</param>
    /// <param name="after">The moment.</param>
    public static DateTimeOffset Next(DateTimeOffset since, int hours, DateTimeOffset after)
    {
        DateTimeOffset frequent = Next(since, TimeSpan.FromHours(hours), after), weekly = Next(since, Week, after);
        return frequent < weekly ? frequent : weekly;
    }

    /// <summary>What stays of the restore points that an agent made when there is one more (B384): the newest ten, and the first of each of the newest four weeks.</summary>
    /// <param name="row">The Cloud PC.</param>
    /// <param name="hours">How many hours the frequent ones are apart.</param>
    /// <param name="at">The time of the one that comes.</param>
    /// <returns>The times, ascending.</returns>
    public static ValueArray<DateTimeOffset> With(CloudPc row, int hours, DateTimeOffset at)
    {
        DateTimeOffset since = row.PointsSince!.Value;
        DateTimeOffset[] all = [.. row.Points!.Made, at];
        DateTimeOffset[] weekly = [.. all.GroupBy(one => (one - since).Ticks / Week.Ticks).Where(week => week.Key > 0).Select(week => week.Min()).Order().TakeLast(MostWeekly)];
        DateTimeOffset[] frequent = [.. all.Where(one => !weekly.Contains(one) || (one - since).Ticks % TimeSpan.FromHours(hours).Ticks == 0).Order().TakeLast(MostFrequent)];
        return weekly.Union(frequent).Order().ToValueArray();
    }

    /// <summary>The restore point that a job makes.</summary>
    public static RestorePoint Of(CloudPc row, HostJob snapshot) => snapshot.GivesWay
        ? new RestorePoint(AutomaticIdOf(row, snapshot.RequestedAt), row.Id, RestorePointKind.Automatic, snapshot.RequestedAt, null)
        : new RestorePoint(ManualIdOf(row, snapshot.RequestedAt), row.Id, RestorePointKind.Manual, snapshot.RequestedAt, snapshot.RequestedAt + ManualRetention);

    /// <summary>The restore points that a Cloud PC still has when a job has made another, without that one: what an agent keeps (B384).</summary>
    /// <param name="row">The Cloud PC.</param>
    /// <param name="snapshot">The job.</param>
    /// <param name="hours">How many hours the frequent ones are apart.</param>
    /// <param name="now">The tenant's time.</param>
    public static ValueArray<Guid> KeptBeside(CloudPc row, HostJob snapshot, int hours, DateTimeOffset now)
    {
        CloudPc after = !snapshot.GivesWay ? row with { ManualPointAt = null }
            : row.Points is { } points ? row with { Points = points with { Made = With(row, hours, snapshot.RequestedAt) } }
            : row;
        Guid made = Of(row, snapshot).Id;
        return Of(after, hours, now).Select(point => point.Id).Where(id => id != made).ToValueArray();
    }

    /// <summary>The id of a restore point that is made by hand at a moment.</summary>
    public static Guid ManualIdOf(CloudPc row, DateTimeOffset at) => IdOf(row, "manual", at);

    /// <summary>What is kept of a Cloud PC whose subscription expired, as a restore point (C54).</summary>
    public static RestorePoint Of(RetentionSnapshot snapshot) =>
        new(snapshot.Id, snapshot.CloudPcId, RestorePointKind.Retention, snapshot.CreatedAt, snapshot.CreatedAt + RetentionSnapshot.Retention);

    /// <summary>A Cloud PC that was put back: what is newer than the moment is gone (C57, B387).</summary>
    /// <param name="row">The Cloud PC, as it was when it was asked for.</param>
    /// <param name="hours">How many hours the frequent ones are apart.</param>
    /// <param name="to">The moment.</param>
    /// <param name="now">The tenant's time.</param>
    public static CloudPc PutBack(CloudPc row, int hours, DateTimeOffset to, DateTimeOffset now)
    {
        CloudPc after = row with { ManualPointAt = row.ManualPointAt <= to ? row.ManualPointAt : null, RestoresTo = null };
        return row.Points is { } points
            ? after with { Points = points with { Made = points.Made.Where(at => at <= to).ToValueArray() } }
            : after with { KeptPoints = new KeptPoints(Of(row, hours, now).Where(one => one.Kind == RestorePointKind.Automatic && one.At <= to).Select(one => one.At).Order().ToValueArray(), now) };
    }

    private static DateTimeOffset Next(DateTimeOffset since, TimeSpan apart, DateTimeOffset after) =>
        since + (apart * (after < since ? 1 : ((after - since).Ticks / apart.Ticks) + 1));

    private static Guid AutomaticIdOf(CloudPc row, DateTimeOffset at) => IdOf(row, "automatic", at);

    private static bool IsOn(DateTimeOffset at, DateTimeOffset since, TimeSpan apart) => (at - since).Ticks % apart.Ticks == 0;

    // The newest of those after a moment, ascending.
    private static IEnumerable<DateTimeOffset> Count(DateTimeOffset since, TimeSpan apart, int most, DateTimeOffset after, DateTimeOffset now)
    {
        long last = now < since ? 0 : (now - since).Ticks / apart.Ticks;
        for (long number = Math.Max(Math.Max(1, last - most + 1), ((after - since).Ticks / apart.Ticks) + 1); number <= last; number++)
        {
            yield return since + (number * apart);
        }
    }

    private static Guid IdOf(CloudPc row, string kind, DateTimeOffset at) => IdsByName.Of(row.Id, $"restore point/{kind}/{at.UtcTicks}");
}
