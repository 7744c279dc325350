namespace Berth.Oracle;

/// <content>What time brings to Cloud PCs. (cloud-pcs.md)</content>
public sealed partial class OracleTenant
{
    // B283: everything that is due up to a time, or before it, one after another, each with its settling.
    private void PassDues(DateTimeOffset until, bool before = false)
    {
        while (NextDue() is { } due && (before ? due.At < until : due.At <= until))
        {
            Dues++;
            _now = due.At;
            due.Happens();
            SettleCloudPcs();
        }
    }

    private (DateTimeOffset At, Action Happens)? NextDue()
    {
        List<(DateTimeOffset At, Action Happens)> dues = [];
        foreach (OracleRow row in _fleet.Rows)
        {
            dues.AddRange(DuesOf(row));
            dues.AddRange(PowerDues(row));
        }

        foreach (OracleRetained retained in _fleet.Retained)
        {
            dues.Add((retained.Until, () => _fleet.Retained.Remove(retained)));
        }

        dues.AddRange(BufferDues());
        dues.AddRange(ScheduleDues());
        return dues.Count == 0 ? null : dues.OrderBy(due => due.At).First(); // the sort is stable
    }

    // Of a row what comes first comes first, at one moment in the order of the rule.
    private IEnumerable<(DateTimeOffset At, Action Happens)> DuesOf(OracleRow row)
    {
        if (row.Job is { Due: { } due } job)
        {
            // B294: how it ends, by the settings of this moment.
            yield return (due, () => Finish(row, job, _fleet.Failing.Contains(job.Kind) ? new OracleReport("failed", "internalServerError", false) : new OracleReport("done", null, false)));
        }

        if (row.GraceEnd is { } end)
        {
            yield return (end, () => Deprovision(row));
        }

        if (row.Window is { } window)
        {
            yield return (window.End, () => EndWindow(row));
        }

        if (row.Goes is { } goes)
        {
            yield return (goes, () => Deprovision(row));
        }

        if (row.ReserveEnds is { } used)
        {
            yield return (used, () => Deprovision(row));
        }
    }

    // B276, C66, C67
    private void EndWindow(OracleRow row)
    {
        if (IsLicensed(row, row.Plan))
        {
            (row.Status, row.Window) = (Settled(row), null);
        }
        else
        {
            BeginGrace(row);
        }
    }

    private void Finish(OracleRow row, OracleJob job, OracleReport report)
    {
        bool fails = report.Failed;
        row.Job = null;
        switch (job.Kind)
        {
            case "deprovision" when row.Status == "failed":
                break; // B265: what was begun is gone, or goes with the row
            case "deprovision" when fails:
                Work(row, "deprovision", job.Attempt + 1, AskAgain); // B269
                break;
            case "deprovision" when row.Allocated is not null:
                (row.Status, row.Place, row.PointsSince, row.ManualPoint, row.Left) = ("notProvisioned", null, null, null, null); // B282
                break;
            case "deprovision":
                Remove(row);
                break;
            case "restore" when fails:
                row.Status = Settled(row); // B279
                break;
            case "snapshot" or "restart" when fails:
                break; // B278
            case "snapshot":
                row.ManualPoint = job.Asked; // B279
                break;
            case "restart":
                break;
            case "applySettings":
                TakeOverEnds(row, fails);
                break;
            case var kind when fails:
                AttemptFailed(row, kind, job.Attempt, report.Error!, report.Last); // B327
                break;
            case "resize" or "restore":
                if (job.Kind == "restore")
                {
                    // C57, B387: what is newer is gone.
                    row.Left = ([.. Points(row, _now).Where(point => point <= row.RestoresTo)], _now);
                    row.ManualPoint = row.ManualPoint > row.RestoresTo ? null : row.ManualPoint;
                }

                row.Error = report.Error;
                row.Status = Settled(row); // B275, B279
                break;
            default:
                RunReserve(row);
                (row.Error, row.PointsSince, row.ManualPoint, row.Left) = (report.Error, _now, null, null); // B265, B279
                row.Status = Settled(row);
                break;
        }
    }

    // B274
    private void TakeOverEnds(OracleRow row, bool fails)
    {
        if (!fails)
        {
            row.Place = row.TakesOver;
            if (row.Status == "movingRegion")
            {
                (row.PointsSince, row.ManualPoint, row.Left) = (_now, null, null);
            }
        }

        (row.Status, row.TakesOver) = (Settled(row), null);
    }
}
