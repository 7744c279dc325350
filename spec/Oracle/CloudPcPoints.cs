namespace Berth.Oracle;

/// <content>Restore points, and what is kept when a subscription expires. (cloud-pcs.md, hosts.md)</content>
public sealed partial class OracleTenant
{
    private const int MostFrequent = 10; // C192
    private const int MostWeekly = 4; // C192
    private static readonly TimeSpan Week = TimeSpan.FromDays(7); // C57
    private const int UsualHours = 12; // C27

    // C57: for 28 days.
    private static bool HasManual(OracleRow row, DateTimeOffset now) => WithData.Contains(row.Status) && row.ManualPoint + Retention > now;

    // Those at their times: an agent made them, or they are counted.
    private List<DateTimeOffset> Points(OracleRow row, DateTimeOffset now) => !WithData.Contains(row.Status) ? [] : row.Made ?? Counted(row, now);

    private TimeSpan Rhythm(OracleRow row) => TimeSpan.FromHours(IsThere(row) ? SettingOf(row.UserId)?.Hours ?? UsualHours : UsualHours);

    // B279: the newest ten of every so many hours, the newest four of every seven days; after a restore those it left and those since (B387).
    private List<DateTimeOffset> Counted(OracleRow row, DateTimeOffset now)
    {
        SortedSet<DateTimeOffset> points = [];
        foreach ((TimeSpan every, int kept) in ((TimeSpan, int)[])[(Rhythm(row), MostFrequent), (Week, MostWeekly)])
        {
            List<DateTimeOffset> all = row.Left is not { } left ? [] : [.. left.Points.Where(point => IsOn(point, row, every) || (every != Week && !IsOn(point, row, Week)))];
            for (DateTimeOffset at = row.PointsSince!.Value + every; at <= now; at += every)
            {
                if (row.Left is not { } restored || at > restored.Ended)
                {
                    all.Add(at);
                }
            }

            points.UnionWith(all.TakeLast(kept));
        }

        return [.. points];
    }

    private static bool IsOn(DateTimeOffset point, OracleRow row, TimeSpan every) => (point - row.PointsSince!.Value).Ticks % every.Ticks == 0;

    // A machine comes up or is moved, or there is none any more: no restore points (C58, B279, B381).
    private void ForgetPoints(OracleRow row, DateTimeOffset? since) =>
        (row.PointsSince, row.ManualPoint, row.Left, row.Made, row.PointAt) = (since, null, null, since is not null && _fleet.Agent ? [] : null, null);

    // C57, B387: what is newer is gone.
    private void DropNewer(OracleRow row)
    {
        List<DateTimeOffset> older = [.. Points(row, _now).Where(point => point <= row.RestoresTo)];
        if (row.Made is null)
        {
            row.Left = (older, _now);
        }
        else
        {
            row.Made = older;
        }

        row.ManualPoint = row.ManualPoint > row.RestoresTo ? null : row.ManualPoint;
    }

    // B381: the restore points of one host are not those of the other, and a job that would make one is not the simulator's.
    private void ChangePoints()
    {
        foreach (OracleRow row in _fleet.Rows.Where(row => row.PointsSince is not null))
        {
            (row.ManualPoint, row.Left, row.Made, row.PointAt) = (null, null, _fleet.Agent ? [] : null, null);
            row.Job = row.Job is { AtItsTime: true } ? null : row.Job;
        }

        // B385: the simulator takes over none.
        _fleet.Retained.RemoveAll(one => !_fleet.Agent && one.Job is not null);
    }

    // B381: while nothing else is done to a machine that stands, the next is that which is due next; it is said once.
    private void LookForPoints()
    {
        foreach (OracleRow row in _fleet.Rows)
        {
            if (row.Made is null || row.Job is not null || row.Status is not ("provisioned" or "provisionedWithWarnings" or "inGracePeriod" or "resizePendingLicense"))
            {
                row.PointAt = null;
            }
            else
            {
                row.PointAt ??= NextPoint(row);
            }
        }
    }

    private DateTimeOffset NextPoint(OracleRow row)
    {
        TimeSpan rhythm = Rhythm(row);
        DateTimeOffset frequent = row.PointsSince!.Value + rhythm, weekly = row.PointsSince.Value + Week;
        while (frequent <= _now)
        {
            frequent += rhythm;
        }

        while (weekly <= _now)
        {
            weekly += Week;
        }

        return frequent < weekly ? frequent : weekly;
    }

    private void AskForPoint(OracleRow row)
    {
        Work(row, "snapshot");
        (row.Job, row.PointAt) = (row.Job! with { AtItsTime = true }, null);
    }

    // B384: the first of each of the newest four weeks, and the newest ten of the others and of those that fit the hours.
    private List<DateTimeOffset> Beside(OracleRow row, DateTimeOffset one)
    {
        List<DateTimeOffset> all = [.. row.Made!, one], weekly = [];
        for (DateTimeOffset week = row.PointsSince!.Value + Week; week <= one; week += Week)
        {
            weekly.AddRange(all.Where(point => point >= week && point < week + Week).Take(1));
        }

        weekly = [.. weekly.TakeLast(MostWeekly)];
        return [.. all.Where(point => !weekly.Contains(point) || IsOn(point, row, Rhythm(row))).TakeLast(MostFrequent).Union(weekly).Order()];
    }

    // What an agent that makes a restore point has besides when it is made (B384).
    private List<string> KeptBeside(OracleRow row, OracleJob job)
    {
        List<DateTimeOffset> made = job.AtItsTime ? [.. Beside(row, job.Asked).Where(point => point != job.Asked)] : row.Made!;
        return [.. made.Select(When), .. job.AtItsTime && HasManual(row, job.Asked) ? [$"by hand {When(row.ManualPoint!.Value)}"] : Array.Empty<string>()];
    }

    private void Keep(OracleRow row) => _fleet.Retained.Add(new OracleRetained(row.Copy(), _now + Retention, null));

    // B385
    private void RetentionEnds(OracleRetained kept)
    {
        _fleet.Retained.Remove(kept);
        if (_fleet.Agent)
        {
            _fleet.Retained.Add(kept with { Job = new OracleJob("deleteSnapshot", 1, _now, null) });
        }
    }

    private void Drop(OracleRetained kept, int attempt, bool fails)
    {
        _fleet.Retained.Remove(kept);
        if (fails)
        {
            _fleet.Retained.Add(kept with { Job = new OracleJob("deleteSnapshot", attempt + 1, _now + AskAgain, null) });
        }
    }
}
