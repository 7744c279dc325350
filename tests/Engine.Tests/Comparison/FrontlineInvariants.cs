using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Comparison;

/// <summary>What must hold for Frontline after every command, whatever the oracle says.</summary>
public static class FrontlineInvariants
{
    /// <summary>Says what is broken; nothing when all is well.</summary>
    public static IEnumerable<string> Broken(Tenant before, Tenant after, Command command, DateTimeOffset now) =>
    [
        .. TheCountsOfPlansAreRight(after),
        .. TheCountsOfAssignmentsAreRight(after),
        .. PowerIsWhatTheMachineNeeds(after),
        .. NoMachineStartsWithoutUnits(before, after, command),
        .. NobodyGetsInAboveTheLimit(before, after, command),
        .. SharedModeHasNoMoreThanItsMachines(after),
        .. StoragesAreWithinTheirLimit(after, now),
    ];

    /// <summary>Whether a row belongs to an assignment, of its policy and plan, that gives it (B402, B405).</summary>
    public static bool HasRight(Tenant tenant, CloudPc row) => Assignments(tenant).Any(one => one.Assignment.Plan == row.Plan && one.Assignment.Key == row.Assignment
        && tenant.Fleet.Policies.Any(policy => policy.Key == row.Policy && policy.Value.Assignments.Any(its => its.Key == row.Assignment))
        && (row.IsShared || tenant.Groups[one.Assignment.Group].Members.Contains(row.User)));

    /// <summary>Whether two tenants count and remember the same of Frontline.</summary>
    public static bool AreSame(Tenant one, Tenant other) => one.Frontline.Buffers.SequenceEqual(other.Frontline.Buffers) && one.Frontline.NextDue == other.Frontline.NextDue
        && one.Frontline.Reprovision.Runs.SequenceEqual(other.Frontline.Reprovision.Runs) && one.Frontline.Reprovision.Schedules.SequenceEqual(other.Frontline.Reprovision.Schedules)
        && Pools(one).SequenceEqual(Pools(other))
        && Plans(one).All(plan => one.Fleet.UseOf(plan.Plan) == other.Fleet.UseOf(plan.Plan))
        && Assignments(one).Select(assignment => assignment.Assignment.Key!.Value)
            .All(key => one.Fleet.UseOf(key) == other.Fleet.UseOf(key) && one.Fleet.PoolOf(key).SequenceEqual(other.Fleet.PoolOf(key)));

    private static IEnumerable<string> TheCountsOfPlansAreRight(Tenant tenant)
    {
        foreach (CloudPcPlan plan in Plans(tenant))
        {
            (int Index, CloudPc Row)[] rows = [.. Rows(tenant).Where(one => one.Row.Plan == plan.Plan)];
            PlanUse counted = new(
                rows.Count(one => !one.Row.IsShared && one.Row.HoldsSlot), rows.Count(one => one.Row is { IsShared: true, HoldsSlot: true }), rows.Count(one => one.Row.TakesLicense))
            {
                Over = Assignments(tenant).Where(one => !one.IsShared && one.Assignment.Plan == plan.Plan).Sum(one => Math.Max(0, Taken(rows, one) - one.Allotment)),
                Sessions = rows.Count(one => one.Row.IsShared && tenant.Fleet.SessionOn(one.Index) is not null),
            };
            if (tenant.Fleet.UseOf(plan.Plan) != counted)
            {
                yield return $"Plan {plan.Id} counts {tenant.Fleet.UseOf(plan.Plan)}, and has {counted}.";
            }
        }
    }

    private static IEnumerable<string> TheCountsOfAssignmentsAreRight(Tenant tenant)
    {
        foreach (FrontlineAssignment assignment in Assignments(tenant))
        {
            (int Index, CloudPc Row)[] rows = [.. RowsOf(Rows(tenant), assignment).Where(one => one.Row.Status != CloudPcStatus.Deprovisioning)];
            Guid key = assignment.Assignment.Key!.Value;
            int[] shared = [.. rows.Where(one => one.Row.IsShared).Select(one => one.Index)];
            AssignmentUse counted = new(rows.Length, rows.Count(one => one.Row.HoldsSlot), rows.Count(one => one.Row.TakesLicense))
            {
                Sessions = shared.Count(index => tenant.Fleet.SessionOn(index) is not null),
                Provisioned = rows.Count(one => one.Row is { IsShared: true, Status: CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings }),
                Coming = rows.Count(one => one.Row.IsShared && (one.Row.Status == CloudPcStatus.Provisioning || one.Row.Power?.ReadyAt is not null)),
            };
            IEnumerable<int> free = rows.Where(one => one.Row is { IsShared: true, IsReady: true } && tenant.Fleet.SessionOn(one.Index) is null).Select(one => one.Index);
            if (!free.SequenceEqual(tenant.Fleet.Free.GetValueOrDefault(key, [])))
            {
                yield return $"Assignment {assignment.Assignment.Id} does not list the Cloud PCs that are free.";
            }

            if (tenant.Fleet.UseOf(key) != counted || !tenant.Fleet.PoolOf(key).SequenceEqual(shared))
            {
                yield return $"Assignment {assignment.Assignment.Id} counts {tenant.Fleet.UseOf(key)} and {string.Join(' ', tenant.Fleet.PoolOf(key))}, and has {counted} and {string.Join(' ', shared)}.";
            }
        }
    }

    // B410, B411
    private static IEnumerable<string> PowerIsWhatTheMachineNeeds(Tenant tenant)
    {
        foreach ((int index, CloudPc row) in Rows(tenant))
        {
            Session? session = tenant.Fleet.SessionOn(index);
            CloudPcPower power = row.Power ?? CloudPcPower.Off;
            bool wrong = (!row.IsUsable && (power.IsRunning || session is not null || power.ReadyAt is not null))
                || (!power.IsRunning && (power.LicenseSince is not null || power.OffAt is not null || session is not null))
                || (row.IsShared && power.LicenseSince is not null)
                || (session is { DisconnectedAt: null } && !row.IsShared && power.LicenseSince is null)
                || (session is not null && power.ReadyAt is not null);
            if (wrong)
            {
                yield return $"Cloud PC {row.Id} is {row.Status} with {power} and {session}.";
            }
        }
    }

    // B403: only a shrink, and another size of an assignment, leave more than there are (B408).
    private static IEnumerable<string> NoMachineStartsWithoutUnits(Tenant before, Tenant after, Command command) =>
        from plan in Plans(after)
        let units = after.Fleet.UseOf(plan.Plan).Units
        where units > FrontlineAssignment.MachinesPerLicense * Slots.Of(after.Catalog, after.Subscriptions, plan.Plan) && units > before.Fleet.UseOf(plan.Plan).Units
            && !Invariants.MayShrink(command) && command is not Command.AssignPolicy and not Command.ApplyChanges
        select $"{units} units of plan {plan.Id} are taken, more than there are.";

    // B412, B422
    private static IEnumerable<string> NobodyGetsInAboveTheLimit(Tenant before, Tenant after, Command command)
    {
        foreach (CloudPcPlan plan in command is Command.StartSession or Command.PowerOnCloudPc ? Plans(after) : [])
        {
            PlanStanding now = PlanStanding.Of(after, plan.Plan);
            if (now.Use.Taken > before.Fleet.UseOf(plan.Plan).Taken && now.Excess > PlanStanding.Of(before, plan.Plan).Excess && (!now.HasBuffer || now.Buffer.IsBlocked || now.Excess > now.MostExcess))
            {
                yield return $"{now.Use.Taken} licenses of plan {plan.Id} are taken, above the limit of {now.Limit}.";
            }
        }
    }

    private static IEnumerable<string> SharedModeHasNoMoreThanItsMachines(Tenant tenant)
    {
        foreach (FrontlineAssignment one in Assignments(tenant).Where(one => one.IsShared))
        {
            AssignmentUse use = tenant.Fleet.UseOf(one.Assignment.Key!.Value);
            if (use.Rows < one.Allotment || use.Rows > Math.Max(one.Allotment, use.Sessions))
            {
                yield return $"Assignment {one.Assignment.Id} of {one.Allotment} has {use.Rows} Cloud PCs, {use.Sessions} in use.";
            }
        }
    }

    // B430, B432
    private static IEnumerable<string> StoragesAreWithinTheirLimit(Tenant tenant, DateTimeOffset now)
    {
        foreach ((Guid key, StoragePool pool) in tenant.Frontline.Storages.Pools)
        {
            bool exceeded = pool.UsedGB > StoragePool.CapacityOf(tenant, key);
            if (tenant.Fleet.FindAssignment(key) is not { IsShared: true } || exceeded != pool.Terms.ExceededSince is not null || now >= pool.Terms.DueAt
                || pool.Storages.Keys.Any(user => tenant.Users[user] is null && !tenant.Deleted.Users.ContainsKey(user)))
            {
                yield return $"The storages of assignment {key} take {pool.UsedGB} of {StoragePool.CapacityOf(tenant, key)} GB with {pool.Terms} at {now:O}, for users {string.Join(' ', pool.Storages.Keys)}.";
            }
        }
    }

    private static IEnumerable<(Guid, StorageTerms, int, UserStorage?)> Pools(Tenant tenant) =>
        from pool in tenant.Frontline.Storages.Pools
        from storage in pool.Value.Storages.Select(one => (one.Key, (UserStorage?)one.Value)).Append((-1, null))
        select (pool.Key, pool.Value.Terms, storage.Item1, storage.Item2);

    private static int Taken((int Index, CloudPc Row)[] rows, FrontlineAssignment assignment) => RowsOf(rows, assignment).Count(one => one.Row.TakesLicense);

    private static IEnumerable<(int Index, CloudPc Row)> RowsOf(IEnumerable<(int Index, CloudPc Row)> rows, FrontlineAssignment assignment) =>
        rows.Where(one => one.Row.Assignment == assignment.Assignment.Key && one.Row.Plan == assignment.Assignment.Plan);

    private static IEnumerable<CloudPcPlan> Plans(Tenant tenant) => tenant.Catalog.CloudPcPlans.Where(plan => plan.Kind == CloudPcKind.Frontline);

    private static IEnumerable<FrontlineAssignment> Assignments(Tenant tenant) =>
        from policy in tenant.Fleet.Policies.Values
        where policy.ProvisioningType is ProvisioningType.SharedByUser or ProvisioningType.SharedByEntraGroup
        from assignment in policy.Assignments
        select tenant.Fleet.FindAssignment(assignment.Key!.Value)!;

    private static (int Index, CloudPc Row)[] Rows(Tenant tenant) =>
        [.. Enumerable.Range(0, tenant.Fleet.CloudPcs.Count).Where(index => tenant.Fleet.CloudPcs[index] is { Assignment: not null }).Select(index => (index, tenant.Fleet.CloudPcs[index]!))];
}
