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
            if (row.PointAt is { } point)
            {
                dues.Add((point, () => AskForPoint(row)));
            }
        }

        foreach (OracleRetained retained in _fleet.Retained.Where(one => one.Job is null))
        {
            dues.Add((retained.Until, () => RetentionEnds(retained)));
        }

        dues.AddRange(BufferDues());
        dues.AddRange(ScheduleDues());
        dues.AddRange(StorageDues());
        dues.AddRange(AppDues());
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
        if (job.AtItsTime)
        {
            row.Made = fails ? row.Made : Beside(row, job.Asked); // B381
            return;
        }

        switch (job.Kind)
        {
            case "deprovision" when row.Status == "failed":
                row.Place = fails ? row.Place : null; // B265, B388: what was begun is gone, or goes with the row
                break;
            case "deprovision" when fails:
                Work(row, "deprovision", job.Attempt + 1, AskAgain, job.Keeps); // B269, B385
                break;
            case "deprovision" when row.Allocated is not null:
                (row.Status, row.Place) = ("notProvisioned", null); // B282
                ForgetPoints(row, null);
                break;
            case "deprovision":
                if (job.Keeps && report.Outcome == "done")
                {
                    Keep(row); // B385
                }

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
                    DropNewer(row);
                }

                row.Error = report.Error;
                row.Status = Settled(row); // B275, B279
                break;
            default:
                RunReserve(row);
                ForgetPoints(row, _now);
                (row.Error, row.Administrator) = (report.Error, row.AsksAdministrator || row.MakerWantsAdministrator);
                row.Status = Settled(row); // B265, B279
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
                ForgetPoints(row, _now);
            }
        }

        (row.Status, row.TakesOver) = (Settled(row), null);
    }
}
