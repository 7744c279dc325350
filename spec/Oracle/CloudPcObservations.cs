using System.Globalization;

namespace Berth.Oracle;

/// <content>What can be read of Cloud PCs.</content>
public sealed partial class OracleTenant
{
    /// <summary>Everything of Windows 365 that a reader can see, one fact a line, in a fixed order.</summary>
    public List<string> Fleet()
    {
        List<string> lines = [];
        foreach (OraclePolicy policy in _fleet.Policies)
        {
            IEnumerable<string> groups = policy.Assignments.Select(one => one.Plan is null ? one.Group : $"{one.Group}/{one.Plan}");
            lines.Add($"policy {policy.Id} {policy.Type} for {string.Join(' ', groups.Order(StringComparer.Ordinal))}".TrimEnd());
        }

        foreach (string user in _users.Keys.Order(StringComparer.Ordinal))
        {
            foreach (string type in Served)
            {
                if (_fleet.Winners.TryGetValue((user, type), out string? winner))
                {
                    IEnumerable<string> losers = InLine(user, type).Where(policy => policy != winner);
                    lines.Add($"winner {user} {type} {winner} {string.Join(' ', losers)}".TrimEnd());
                }
            }
        }

        lines.AddRange(_fleet.Rows.Select(Line));
        lines.AddRange(_catalog.CloudPcPlans.Keys.Where(plan => PlanOf(plan) is { Kind: not "Frontline" } && (Used(plan) > 0 || Slots(plan) > 0))
            .Order(StringComparer.Ordinal).Select(plan => $"slots {plan} {Used(plan)} of {Slots(plan)}"));
        lines.AddRange(_fleet.Retained.OrderBy(one => one.Of.Number).Select(one => $"retained {one.Of.Plan}#{one.Of.Number} "
            + (one.Job is null ? $"until {When(one.Until)}" : $"asks agent to {one.Job.Kind} attempt {one.Job.Attempt} asked {When(one.Job.Asked)}")));
        lines.AddRange(_fleet.Rows.Where(row => _fleet.Sessions.ContainsKey(row.Number))
            .Select(row => $"session {row.UserId} {row.Plan}#{row.Number}{(_fleet.Sessions[row.Number] ? "" : " disconnected")}"));
        lines.AddRange(FrontlineLines());
        lines.AddRange(PeopleLines());
        foreach (OracleRow row in _fleet.Rows)
        {
            List<string> points = [.. Points(row, _asked).Select(When)];
            if (HasManual(row, _asked))
            {
                points.Add($"by hand {When(row.ManualPoint!.Value)}");
            }

            if (points.Count > 0)
            {
                lines.Add($"points {row.UserId} {row.Plan}#{row.Number} {string.Join(' ', points)}");
            }
        }

        lines.AddRange(_fleet.Connections.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"connection {one.Key} {one.Value.Health}"));
        return lines;
    }

    private string Line(OracleRow row)
    {
        string? policy = PolicyOf(row);
        return $"cloudPc {row.UserId} {row.Plan}#{row.Number} {row.Status}"
            + (policy is null || FindPolicy(policy) is null ? "" : $" by {policy}")
            + FrontlineLine(row)
            + (row.Place is null || row.Status is "failed" or "pendingProvision" or "notProvisioned" ? "" : Where(row.Place))
            + (row.GraceEnd is { } end ? $" until {When(end)}" : "")
            + (row.Window is { } window ? $" to {window.Plan} until {When(window.End)}" : "")
            + (row.Allocated is { } allocated ? $" allocated {When(allocated)}" : "")
            + (row.ReserveEnds is { } used ? $" until {When(used)}" : "")
            + (row.Goes is { } goes ? $" goes {When(goes)}" : "")
            + (row.Job is { Due: { } due } job && row.Status != "failed" ? $" attempt {job.Attempt} due {When(due)}" : "")
            + (row.Job is { Due: null } asked ? $" asks agent to {asked.Kind}{(asked.AtItsTime ? " at its time" : "")} attempt {asked.Attempt} asked {When(asked.Asked)}{(asked.Keeps ? " keeping it" : "")}" : "")
            + (row.Job is { Due: null, Kind: "snapshot" } point && KeptBeside(row, point) is { Count: > 0 } kept ? $" beside {string.Join(' ', kept)}" : "")
            + (row.Error is null || (row.Job is not null && row.Status != "failed") ? "" : $" error {row.Error}")
            + (row.Name is null ? "" : $" named {row.Name}");
    }

    private static string Where(OraclePlace place) => (place.Region == OraclePlace.Usual ? "" : $" in {place.Region}")
        + (place.Connection is null ? "" : $" through {place.Connection}")
        + (place.SingleSignOn ? " with single sign-on" : "");

    /// <summary>A time as lines show it: without seconds where there are none.</summary>
    public static string When(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.UtcTicks % TimeSpan.TicksPerMinute == 0 ? "yyyy-MM-dd'T'HH:mm" : "yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
}
