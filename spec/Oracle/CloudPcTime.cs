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
            if (DueOf(row) is { } due)
            {
                dues.Add(due);
            }
        }

        foreach (OracleRetained retained in _fleet.Retained)
        {
            dues.Add((retained.Until, () => _fleet.Retained.Remove(retained)));
        }

        return dues.Count == 0 ? null : dues.OrderBy(due => due.At).First(); // the sort is stable
    }

    // A Reserve machine that runs may be restored meanwhile; of a row what comes first comes first.
    private (DateTimeOffset At, Action Happens)? DueOf(OracleRow row) => row switch
    {
        { Job: { } job, ReserveEnds: { } ends } when ends < job.Due => (ends, () => Deprovision(row)),
        { Job: { } job } => (job.Due, () => Finish(row, job)),
        { Status: "inGracePeriod", GraceEnd: { } end } => (end, () => Deprovision(row)),
        { Status: "resizePendingLicense", Window: { } window } => (window.End, () => EndWindow(row)),
        { Status: "failed", Goes: { } goes } => (goes, () => Deprovision(row)),
        { ReserveEnds: { } ends } => (ends, () => Deprovision(row)),
        _ => null,
    };

    // B276, C66, C67
    private void EndWindow(OracleRow row)
    {
        if (IsLicensed(row, row.Plan))
        {
            (row.Status, row.Window) = ("provisioned", null);
        }
        else
        {
            BeginGrace(row);
        }
    }

    // B294: how it ends, by the settings of this moment.
    private void Finish(OracleRow row, OracleJob job)
    {
        bool fails = _fleet.Failing.Contains(job.Kind);
        row.Job = null;
        switch (job.Kind)
        {
            case "deprovision" when fails:
                row.Job = new OracleJob("deprovision", job.Attempt + 1, _now + AskAgain + _fleet.Delay); // B269
                break;
            case "deprovision" when row.Allocated is not null:
                (row.Status, row.Connection, row.PointsSince) = ("notProvisioned", null, null); // B282
                break;
            case "deprovision":
                Remove(row);
                break;
            case "restore":
                row.Status = "provisioned"; // B279
                break;
            case var kind when fails:
                AttemptFailed(row, kind, job.Attempt, "internalServerError");
                break;
            case "resize":
                (row.Status, row.Error) = ("provisioned", null); // B275
                break;
            default:
                RunReserve(row);
                (row.Status, row.Error, row.PointsSince) = ("provisioned", null, _now); // B265, B279
                break;
        }
    }
}
