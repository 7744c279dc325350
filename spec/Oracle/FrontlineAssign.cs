namespace Berth.Oracle;

/// <summary>What <c>assign</c> wants.</summary>
/// <param name="Group">The group.</param>
/// <param name="Plan">The plan; null for Enterprise.</param>
/// <param name="Licenses">The allotment, of Frontline.</param>
/// <param name="Named">The assignment whose id the entry carries, 0 for an id that none ever had; null for an entry without an id.</param>
public sealed record OracleEntry(string Group, string? Plan, int Licenses, int? Named);

/// <content>What policies are assigned to. (provisioning-policies.md, frontline.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>The assignment of a group and a plan as it stands now, which keeps its id whatever its size becomes (B408); 0 for none.</summary>
    public int Named(string policy, string group, string plan) =>
        FindPolicy(policy)?.Assignments.Find(one => one.Group == group && one.Plan == plan)?.Key ?? 0;

    /// <summary>Replaces the assignments of a policy (C157, B291).</summary>
    public Answer AssignPolicy(string policy, IReadOnlyList<OracleEntry> entries)
    {
        if (FindPolicy(policy) is not { } found)
        {
            return Answer.Refused("C155", "policyNotFound", policy);
        }

        bool isFrontline = found.Type is "sharedByUser" or "sharedByEntraGroup";
        List<OracleAssignment> taken = [];
        foreach (OracleEntry entry in entries)
        {
            OracleAssignment? named = found.Assignments.Find(one => one.Key == entry.Named);
            if (entry.Named is not null && named is null)
            {
                return Answer.Refused("B344", "assignmentGone", policy);
            }

            if (!_groups.TryGetValue(entry.Group, out OracleGroup? there))
            {
                return Answer.Refused("E11", "groupNotFound", entry.Group);
            }

            if (!there.SecurityEnabled && !there.Unified)
            {
                return Answer.Refused("C25", "valueInvalid");
            }

            string? kind = entry.Plan is null ? null : PlanOf(entry.Plan)?.Kind ?? "";
            if (kind != found.Type switch { "dedicated" => null, "reserve" => "Reserve", _ => "Frontline" })
            {
                return Answer.Refused("B291", "valueInvalid");
            }

            OracleAssignment? same = found.Assignments.Find(one => one.Group == entry.Group && one.Plan == entry.Plan);
            if (same is null && named is not null && named.Group == entry.Group && found.Type == "sharedByUser" && !taken.Exists(one => one.Key == named.Key || (one.Group, one.Plan) == (entry.Group, entry.Plan))
                && !entries.Any(one => (one.Group, one.Plan) == (named.Group, named.Plan)))
            {
                // B408
                if (PlanOf(entry.Plan!)!.DiskGB < PlanOf(named.Plan!)!.DiskGB || PlanOf(entry.Plan!)!.HasGraphics || PlanOf(named.Plan!)!.HasGraphics)
                {
                    return Answer.Refused("B408", "valueInvalid");
                }

                same = named with { Plan = entry.Plan };
            }

            OracleAssignment one = (same ?? new OracleAssignment(_fleet.Assignments + taken.Count + 1, entry.Group, entry.Plan, 0, _now))
                with { Licenses = isFrontline ? entry.Licenses : 0 };
            if (!taken.Exists(other => (other.Group, other.Plan) == (one.Group, one.Plan)))
            {
                taken.Add(one);
            }
            else if (isFrontline && !taken.Contains(one with { Key = taken.First(other => (other.Group, other.Plan) == (one.Group, one.Plan)).Key }))
            {
                return Answer.Refused("B344", "valueInvalid");
            }
        }

        return TooMany(found, taken) ?? AllFailed(found, taken) ?? NoRoom(found, taken) ?? Accept(() =>
        {
            List<OracleAssignment> before = found.Assignments;
            found.Assignments = taken;
            _fleet.Assignments += taken.Count;
            foreach (OracleAssignment one in taken)
            {
                if (found.StorageGB > 0 && !before.Exists(other => other.Key == one.Key))
                {
                    _fleet.Pools.Add(new OraclePool { Assignment = one.Key, Size = found.StorageGB }); // B430
                }

                if (before.Find(other => other.Key == one.Key && other.Plan != one.Plan) is { } smaller)
                {
                    ResizeAll(smaller, one.Plan!);
                }
            }
        });
    }

    /// <summary>Makes anew what failed of a policy of shared mode (B406, B407).</summary>
    public Answer RetryPolicy(string policy)
    {
        if (FindPolicy(policy) is not { } found)
        {
            return Answer.Refused("C155", "policyNotFound", policy);
        }

        if (found.Type != "sharedByEntraGroup")
        {
            return Answer.Refused("B406", "operationNotSupported", policy);
        }

        List<OracleRow> failed = [.. found.Assignments.SelectMany(RowsOf).Where(row => row.Status == "failed").OrderBy(row => row.Number)];
        return failed.Find(row => _fleet.Paused.Contains(row.Assignment!.Value)) is { } paused
            ? Answer.Refused("B407", "operationConflict", $"#{paused.Number}")
            : Accept(() =>
            {
                foreach (OracleRow row in failed)
                {
                    GoesAnyway(row);
                    (row.Status, row.Error, row.AsksAdministrator) = ("provisioning", null, false);
                    Attempt(row, "reprovision", 1);
                }
            });
    }

    // B346, C222
    private Answer? TooMany(OraclePolicy policy, List<OracleAssignment> wanted)
    {
        foreach (string plan in wanted.Where(one => one.Plan is not null).Select(one => one.Plan!).Distinct())
        {
            long others = _fleet.Policies.Where(one => one != policy).SelectMany(one => one.Assignments).Where(one => one.Plan == plan).Sum(one => (long)one.Licenses);
            long before = others + policy.Assignments.Where(one => one.Plan == plan).Sum(one => (long)one.Licenses);
            long after = others + wanted.Where(one => one.Plan == plan).Sum(one => (long)one.Licenses);
            if (after > Slots(plan) && after > before)
            {
                return Answer.Refused("C222", "valueInvalid");
            }
        }

        return null;
    }

    // B404, C121
    private Answer? AllFailed(OraclePolicy policy, List<OracleAssignment> wanted)
    {
        foreach (OracleAssignment before in policy.Type == "sharedByEntraGroup" ? policy.Assignments : [])
        {
            List<OracleRow> rows = [.. RowsOf(before).Where(row => row.Status != "deprovisioning")];
            if (wanted.Exists(one => one.Key == before.Key && one.Licenses < before.Licenses) && rows.Count > 0 && rows.TrueForAll(row => row.Status == "failed"))
            {
                return Answer.Refused("C121", "valueInvalid");
            }
        }

        return null;
    }

    // B433, C121
    private Answer? NoRoom(OraclePolicy policy, List<OracleAssignment> wanted) =>
        wanted.Exists(one => policy.Assignments.Exists(before => before.Key == one.Key && one.Licenses < before.Licenses && !HasRoomFor(before, one.Licenses)))
            ? Answer.Refused("B433", "valueInvalid") : null;

    // B408: what is provisioned is resized, what waits waits for the other size, unless the user has a row of that; the others stay as they are and have lost their right.
    private void ResizeAll(OracleAssignment before, string plan)
    {
        foreach (OracleRow row in RowsOf(before).Where(row => RowOf(row.UserId, plan) is null))
        {
            if (row.Status == "pendingProvision")
            {
                row.Plan = plan;
            }
            else if (row.Status == "provisioned")
            {
                BeginResize(row, plan);
            }
        }
    }
}
