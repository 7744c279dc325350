namespace Berth.Oracle;

/// <content>What can be read of Frontline.</content>
public sealed partial class OracleTenant
{
    private IEnumerable<string> FrontlineLines()
    {
        foreach (string line in RunLines())
        {
            yield return line;
        }

        foreach ((OraclePolicy policy, OracleAssignment one) in Assigned("sharedByUser").Concat(Assigned("sharedByEntraGroup")))
        {
            yield return $"allotment {policy.Id}/{one.Group}/{one.Plan} of {one.Licenses} places {RowsOf(one).Count(HoldsSlot)} licenses {Taken(one)}"
                + (_fleet.Paused.Contains(one.Key) ? " paused" : "");
        }

        foreach (string line in StorageLines())
        {
            yield return line;
        }

        foreach (OracleRow row in _fleet.Rows.Where(row => row.Session is not null))
        {
            yield return $"session {row.Session!.User} {row.Plan}#{row.Number}"
                + (row.Session.Disconnected is { } since ? $" disconnected {When(since)}" : "")
                + (row.Session.App is { } app ? $" with {_fleet.Apps.Find(one => one.Number == app)?.Name ?? "an app that is gone"}" : "")
                + (row.Session.UsesBuffer ? " above the limit" : "")
                + (IsTemporary(row) ? " with a temporary profile" : "");
        }

        foreach (string line in AppLines())
        {
            yield return line;
        }

        foreach (string plan in _catalog.CloudPcPlans.Keys.Where(plan => PlanOf(plan)!.Kind == "Frontline").Order(StringComparer.Ordinal))
        {
            if (Units(plan) > 0 || UnitsTaken(plan) > 0)
            {
                yield return $"pool {plan} units {UnitsTaken(plan)} of {Units(plan)} licenses {Taken(plan)} of {Limit(plan)}";
            }

            OracleBuffer buffer = BufferOf(plan);
            List<DateTimeOffset> uses = [.. buffer.Uses.Where(use => _now - use < BufferDay)], overruns = [.. buffer.Overruns.Where(one => _now - one < BufferDay)];
            if (uses.Count + overruns.Count > 0 || buffer.Blocked || buffer.Since is not null)
            {
                yield return $"buffer {plan}"
                    + (buffer.Since is { } running ? $" in use from {When(running)}" : "")
                    + $" uses {Math.Min(uses.Count, MostUses)} overruns {overruns.Count}"
                    + (buffer.Blocked ? buffer.BlockedUntil is { } end ? $" blocked until {When(end)}" : " blocked" : "");
            }
        }
    }

    private string FrontlineLine(OracleRow row) => (AssignmentOf(row) is { } assignment ? $" for {assignment.Group}" : "")
        + (row.Runs ? row.Licensed ? " active" : " running" : "")
        + (row.OffAt is { } off ? $" off {When(off)}" : "")
        + (row.ReadyAt is { } ready ? $" ready {When(ready)}" : "")
        + (row.StartsAt is { } start ? $" prestart {When(start)}" : "");
}
