namespace Berth.Oracle;

/// <content>Reserve: a policy allocates the licenses. (cloud-pcs.md)</content>
public sealed partial class OracleTenant
{
    private static readonly TimeSpan ReserveWait = TimeSpan.FromHours(168); // C133
    private static readonly TimeSpan ReserveTime = TimeSpan.FromHours(240); // C132
    private static readonly TimeSpan ReserveYear = TimeSpan.FromDays(365); // B282

    /// <summary>Makes the machine of a Reserve license.</summary>
    public Answer ProvisionReserve(int number) => With(number, row =>
        row.Allocated is not { } allocated ? Answer.Refused("B282", "operationNotSupported", $"#{number}")
            : row.Status is not ("notProvisioned" or "failed") || _now < allocated + ReserveWait || ReserveLeft(row) <= TimeSpan.Zero
                ? Answer.Refused("B282", "operationConflict", $"#{number}")
            : Accept(() =>
            {
                (row.Status, row.Error, row.AsksAdministrator) = ("provisioning", null, false);
                Attempt(row, FirstJob(row), 1);
            }));

    /// <summary>Takes the machine of a Reserve license down; the license stays.</summary>
    public Answer DeprovisionReserve(int number) => With(number, row =>
        row.Allocated is null ? Answer.Refused("B282", "operationNotSupported", $"#{number}")
            : row.Status is not ("provisioned" or "provisionedWithWarnings" or "failed") ? Answer.Refused("B282", "operationConflict", $"#{number}")
            : Accept(() => Deprovision(row)));

    // The plans of the assignments through which the winner covers a user.
    private List<string> Reserved(string user) => _users.ContainsKey(user) && _fleet.Winners.TryGetValue((user, "reserve"), out string? winner)
        ? [.. FindPolicy(winner)!.Assignments.Where(one => one.Plan is not null && _groups.TryGetValue(one.Group, out OracleGroup? group) && group.Members.Contains(user)).Select(one => one.Plan!).Distinct()]
        : [];

    private void LookAtReserve(OracleRow row)
    {
        bool allocated = IsThere(row) && Reserved(row.UserId).Contains(row.Plan);
        if (row.Status is "notProvisioned" or "pendingProvision")
        {
            if (allocated)
            {
                row.Maker = _fleet.Winners[(row.UserId, "reserve")];
            }
            else
            {
                Remove(row);
            }
        }
        else if (row.Status != "deprovisioning" && !allocated)
        {
            row.Allocated = null;
            Deprovision(row);
        }
    }

    // The hours of this year that are left; what a machine uses belongs to the year in which it came up.
    private TimeSpan ReserveLeft(OracleRow row)
    {
        DateTimeOffset year = row.Allocated!.Value;
        while (year + ReserveYear <= _now)
        {
            year += ReserveYear;
        }

        return row.CameUp is { } came && came < year ? ReserveTime : ReserveTime - row.ReserveUsed;
    }

    private void RunReserve(OracleRow row)
    {
        if (row.Allocated is not null)
        {
            TimeSpan left = ReserveLeft(row);
            (row.ReserveUsed, row.ReserveEnds) = (ReserveTime - left, _now + left);
        }

        row.CameUp = _now;
    }

    private void RestReserve(OracleRow row)
    {
        if (row.ReserveEnds is { } ends)
        {
            (row.ReserveUsed, row.ReserveEnds) = (ReserveTime - (ends - _now), null);
        }
    }
}
