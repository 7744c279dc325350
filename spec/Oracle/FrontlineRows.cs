namespace Berth.Oracle;

/// <summary>An assignment of a policy: a group, and for all types but <c>dedicated</c> a plan.</summary>
/// <param name="Key">Tells it from others; one that was taken away and comes back is another.</param>
/// <param name="Group">The group.</param>
/// <param name="Plan">The plan; null for Enterprise.</param>
/// <param name="Licenses">Its allotment, of Frontline.</param>
/// <param name="Made">When it came.</param>
public sealed record OracleAssignment(int Key, string Group, string? Plan, int Licenses, DateTimeOffset Made);

/// <summary>Somebody works on a Frontline Cloud PC.</summary>
/// <param name="User">Who.</param>
/// <param name="Disconnected">Since when nobody looks at it; null while connected.</param>
/// <param name="UsesBuffer">Whether its license was above the limit when it was given.</param>
public sealed record OracleSession(string User, DateTimeOffset? Disconnected, bool UsesBuffer)
{
    /// <summary>The number of the app that was started last; null for none.</summary>
    public int? App { get; init; }
}

/// <content>What only a Frontline row has. (frontline.md)</content>
public sealed partial class OracleRow
{
    /// <summary>What <see cref="UserId"/> of a shared row says.</summary>
    public const string Nobody = "shared";

    /// <summary>Whether it has no user.</summary>
    public bool IsShared => UserId == Nobody;

    /// <summary>The key of the assignment it belongs to; null for none.</summary>
    public int? Assignment { get; set; }

    /// <summary>Whether it runs.</summary>
    public bool Runs { get; set; }

    /// <summary>Whether it takes a license.</summary>
    public bool Licensed { get; set; }

    /// <summary>When it goes off by itself.</summary>
    public DateTimeOffset? OffAt { get; set; }

    /// <summary>When the profile of who was there last is away.</summary>
    public DateTimeOffset? ReadyAt { get; set; }

    /// <summary>Who works on it.</summary>
    public OracleSession? Session { get; set; }

    /// <summary>The first connection of each day of UTC on which there was one; replaced, never changed.</summary>
    public List<DateTimeOffset> Firsts { get; set; } = [];

    /// <summary>When it is started before somebody comes.</summary>
    public DateTimeOffset? StartsAt { get; set; }
}

/// <content>Frontline: who gets a machine, and which machines share a pool. (frontline.md)</content>
public sealed partial class OracleTenant
{
    private const int MachinesOfLicense = 3; // C88

    private bool IsFrontline(OracleRow row) => KindOf(row) == "Frontline";

    // The policies of a mode, and their assignments.
    private IEnumerable<(OraclePolicy Policy, OracleAssignment Assignment)> Assigned(string type) =>
        from policy in _fleet.Policies
        where policy.Type == type
        from assignment in policy.Assignments
        select (policy, assignment);

    private bool IsMember(string user, string group) => _users.ContainsKey(user) && _groups.TryGetValue(group, out OracleGroup? found) && found.Members.Contains(user);

    // The assignments of a policy that give a user a plan, who was made first first (B401).
    private List<OracleAssignment> Giving(string? policy, string user, string plan) => policy is null || FindPolicy(policy) is not { Type: "sharedByUser" } found
        ? []
        : [.. found.Assignments.Where(one => one.Plan == plan && IsMember(user, one.Group)).OrderBy(one => one.Made).ThenBy(one => one.Group, StringComparer.Ordinal)];

    private string? FrontlineWinner(string user) => _fleet.Winners.GetValueOrDefault((user, "sharedByUser"));

    // B402
    private bool HasFrontlineRight(OracleRow row) => row.IsShared
        ? AssignmentOf(row) is not null
        : IsThere(row) && row.Maker is not null && _fleet.Covers.ContainsKey((row.UserId, row.Maker)) && Giving(row.Maker, row.UserId, row.Plan).Count > 0;

    // The assignment of a row while it is there; an assignment that has another size now is not the row's.
    private OracleAssignment? AssignmentOf(OracleRow row) => _fleet.Policies.SelectMany(policy => policy.Assignments).FirstOrDefault(one => one.Key == row.Assignment && one.Plan == row.Plan);

    private List<OracleRow> RowsOf(OracleAssignment assignment) => [.. _fleet.Rows.Where(row => row.Assignment == assignment.Key && row.Plan == assignment.Plan)];

    private List<OracleRow> SharedRows(string plan) => [.. _fleet.Rows.Where(row => row.IsShared && row.Plan == plan)];

    private List<OracleRow> DedicatedRows(string plan) => [.. _fleet.Rows.Where(row => !row.IsShared && row.Plan == plan)];

    // B400
    private long Units(string plan) => MachinesOfLicense * Slots(plan);

    private long UnitsTaken(string plan) => DedicatedRows(plan).Count(HoldsSlot) + (MachinesOfLicense * (long)SharedRows(plan).Count(HoldsSlot));

    private void LookAtFrontline(OracleRow row)
    {
        if (row.IsShared)
        {
            LookAtShared(row);
            return;
        }

        // B401: it belongs to one of those that give it, to the same one as long as it can.
        List<OracleAssignment> giving = Giving(row.Status == "pendingProvision" ? FrontlineWinner(row.UserId) : row.Maker, row.UserId, row.Plan);
        if (row.Status != "deprovisioning" && IsThere(row) && giving.Count > 0 && !giving.Exists(one => one.Key == row.Assignment))
        {
            row.Assignment = giving[0].Key;
        }

        switch (row.Status)
        {
            case "pendingProvision" when !IsThere(row) || giving.Count == 0:
                Leave(row);
                break;
            case "provisioning" when !HasRight(row):
                Fail(row, !IsThere(row) ? "userNotFound" : "provisioningPolicyNotFound");
                break;
            case "failed" when !HasRight(row):
                row.Goes ??= _now + CleanUp;
                break;
            case "failed" when row.Goes is not null && FrontlineWinner(row.UserId) is { } winner && Giving(winner, row.UserId, row.Plan) is { Count: > 0 } waiting:
                Wait(row);
                row.Assignment = waiting.Exists(one => one.Key == row.Assignment) ? row.Assignment : waiting[0].Key;
                break;
            case "provisioned" or "provisionedWithWarnings" when IsGoneForGood(row):
                Deprovision(row);
                break;
            case "provisioned" or "provisionedWithWarnings" when !HasRight(row):
                BeginGrace(row);
                break;
            case "inGracePeriod" when HasRight(row):
                (row.Status, row.GraceEnd) = (Settled(row), null);
                break;
            case "inGracePeriod" when IsGoneForGood(row):
                Deprovision(row);
                break;
            default:
                break;
        }
    }

    // B405: without its assignment it goes at once.
    private void LookAtShared(OracleRow row)
    {
        if (AssignmentOf(row) is not null || row.Status == "deprovisioning")
        {
            return;
        }

        if (row.Status == "pendingProvision")
        {
            Remove(row);
        }
        else
        {
            Deprovision(row);
        }
    }

    // B401
    private void AddDedicated(string user)
    {
        if (FrontlineWinner(user) is not { } winner)
        {
            return;
        }

        foreach (string plan in _catalog.CloudPcPlans.Keys.Where(plan => Giving(winner, user, plan).Count > 0).Order(StringComparer.Ordinal))
        {
            if (RowOf(user, plan) is null)
            {
                OracleRow row = new() { Number = ++_fleet.Numbers, User = _users[user], UserId = user, Plan = plan, Status = "pendingProvision", Since = _now };
                row.Assignment = Giving(winner, user, plan)[0].Key;
                _fleet.Rows.Add(row);
            }
        }
    }

    // B404
    private void AddShared()
    {
        foreach ((OraclePolicy policy, OracleAssignment assignment) in Assigned("sharedByEntraGroup").OrderBy(one => _fleet.Policies.IndexOf(one.Policy))
            .ThenBy(one => one.Assignment.Group, StringComparer.Ordinal).ThenBy(one => one.Assignment.Plan, StringComparer.Ordinal))
        {
            List<OracleRow> rows = [.. RowsOf(assignment).Where(row => row.Status != "deprovisioning")];
            for (int missing = assignment.Licenses - rows.Count; missing > 0; missing--)
            {
                _fleet.Rows.Add(new OracleRow
                {
                    Number = ++_fleet.Numbers,
                    User = new OracleUser(),
                    UserId = OracleRow.Nobody,
                    Plan = assignment.Plan!,
                    Status = "pendingProvision",
                    Since = _now,
                    Maker = policy.Id,
                    Assignment = assignment.Key,
                });
            }

            foreach (OracleRow row in rows.Where(row => row.Session is null)
                .OrderBy(row => row.Status switch { "pendingProvision" => 0, "failed" => 1, _ => 2 }).ThenByDescending(row => row.Number)
                .Take(Math.Max(0, rows.Count - assignment.Licenses)))
            {
                if (row.Status == "pendingProvision")
                {
                    Remove(row);
                }
                else
                {
                    Deprovision(row);
                }
            }
        }
    }

    // B407: shared machines, the latest first, but no more than the subscription had licenses.
    private void TakeShared(string plan, int licenses)
    {
        for (int left = licenses; left > 0 && UnitsTaken(plan) > Units(plan); left--)
        {
            OracleRow? last = SharedRows(plan).Where(HoldsSlot).OrderByDescending(row => row.Since).ThenByDescending(row => row.Number).FirstOrDefault();
            if (last is null)
            {
                return;
            }

            if (AssignmentOf(last) is { } assignment)
            {
                _fleet.Paused.Add(assignment.Key);
            }

            Deprovision(last);
        }
    }

    // B403
    private void GiveUnits()
    {
        foreach (string plan in _catalog.CloudPcPlans.Keys.Where(plan => PlanOf(plan)!.Kind == "Frontline").Order(StringComparer.Ordinal))
        {
            while (NextToStart(plan) is { } row)
            {
                (row.Status, row.Maker) = ("provisioning", row.IsShared ? row.Maker : FrontlineWinner(row.UserId));
                Attempt(row, FirstJob(row), 1);
            }
        }
    }

    private OracleRow? NextToStart(string plan)
    {
        long free = Units(plan) - UnitsTaken(plan);
        OracleRow? dedicated = DedicatedRows(plan).Where(row => row.Status == "pendingProvision" && AssignmentOf(row) is { } assignment
                && RowsOf(assignment).Count(HoldsSlot) < MachinesOfLicense * assignment.Licenses)
            .OrderBy(row => row.Since).ThenBy(row => row.UserId, StringComparer.Ordinal).FirstOrDefault();
        if (dedicated is not null && free >= 1)
        {
            return dedicated;
        }

        OracleRow? shared = SharedRows(plan).Where(row => row.Status == "pendingProvision").OrderBy(row => row.Since).ThenBy(row => row.Number).FirstOrDefault();
        return free >= MachinesOfLicense ? shared : null;
    }
}
