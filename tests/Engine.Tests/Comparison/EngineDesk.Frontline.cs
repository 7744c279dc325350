using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;

namespace Berth.Engine.Tests.Comparison;

/// <content>Frontline.</content>
public sealed partial class EngineDesk
{
    // No assignment has this id.
    private static readonly Guid NoAssignment = new("00000000-0000-0000-0000-0000000000bb");

    private IEnumerable<string> FrontlineLines(Fleet fleet, (int Index, CloudPc Row)[] rows)
    {
        foreach ((int index, ProvisioningPolicy policy) in fleet.Policies)
        {
            if (Tenant.Frontline.Reprovision.Runs.TryGetValue(index, out ReprovisionRun? run))
            {
                yield return $"anew {Text(policy.Id)} {(run.EndedAt is null ? "processing" : run.HasFailed ? "failed" : "succeeded")} from {When(run.StartedAt)}"
                    + (run.EndedAt is { } ended ? $" to {When(ended)}" : "") + (run.IsScheduled ? " scheduled" : "") + $" keeping {run.KeptPercentage}%"
                    + string.Concat(run.Waiting.Select(row => $" waits #{row + 1}")) + string.Concat(run.Making.Select(row => $" made #{row + 1}"));
            }

            if (Tenant.Frontline.Reprovision.Schedules.TryGetValue(index, out ReprovisionSchedule? schedule))
            {
                yield return $"schedule {Text(policy.Id)}" + (schedule.NextAt is { } next ? $" next {When(next)}" : " over") + (schedule.SkippedAt is { } skipped ? $" skipped {When(skipped)}" : "");
            }
        }

        ProvisioningPolicy[] policies =
        [
            .. fleet.Policies.Values.Where(policy => policy.ProvisioningType == ProvisioningType.SharedByUser),
            .. fleet.Policies.Values.Where(policy => policy.ProvisioningType == ProvisioningType.SharedByEntraGroup),
        ];
        foreach ((ProvisioningPolicy policy, PolicyAssignment one) in policies.SelectMany(policy => policy.Assignments.Select(one => (policy, one))))
        {
            AssignmentUse use = fleet.UseOf(one.Key!.Value);
            yield return $"allotment {Text(policy.Id)}/{Text(Tenant.Groups[one.Group].Id)}/{PlanId(one.Plan!.Value)} of {one.AllotmentLicenses} places {use.Places} licenses {use.Taken}"
                + (one.IsReprovisionPaused ? " paused" : "");
        }

        foreach ((ProvisioningPolicy policy, PolicyAssignment one) in policies.SelectMany(policy => policy.Assignments.Select(one => (policy, one))))
        {
            if (Tenant.Frontline.Storages.Pools.TryGetValue(one.Key!.Value, out StoragePool? pool))
            {
                string whose = $"{Text(policy.Id)}/{Text(Tenant.Groups[one.Group].Id)}/{PlanId(one.Plan!.Value)}";
                yield return $"storages {whose} of {pool.Terms.SizeGB} used {pool.UsedGB} of {StoragePool.CapacityOf(Tenant, one.Key!.Value)}"
                    + (pool.Terms.ExceededSince is { } exceeded ? $" exceeded from {When(exceeded)}" : "");
                foreach ((string user, int index, UserStorage storage) in pool.Storages.Select(its => (UserText(its.Key), its.Key, its.Value)).OrderBy(its => its.Item1, StringComparer.Ordinal))
                {
                    yield return $"storage {user} {whose} attached {When(storage.AttachedAt)}{(StoragePool.IsConnected(Tenant, one.Key!.Value, index) ? " connected" : "")}";
                }
            }
        }

        foreach ((int index, CloudPc row) in rows.Where(one => one.Row.Assignment is not null))
        {
            if (fleet.SessionOn(index) is { } session)
            {
                yield return $"session {Text(Tenant.Users[session.User]?.Id ?? default)} {PlanId(row.Plan)}#{index + 1}"
                    + (session.DisconnectedAt is { } since ? $" disconnected {When(since)}" : "")
                    + (session.CloudApp is { } app ? $" with {AppOf(app)}" : "")
                    + (session.UsesBuffer ? " above the limit" : "")
                    + (Tenant.Frontline.Storages.Pools.GetValueOrDefault(row.Assignment!.Value)?.Storages.ContainsKey(session.User) == false ? " with a temporary profile" : "");
            }
        }

        foreach (string line in AppLines())
        {
            yield return line;
        }

        foreach (CloudPcPlan plan in Tenant.Catalog.CloudPcPlans.Where(plan => plan.Kind == CloudPcKind.Frontline).OrderBy(plan => Text(plan.Id), StringComparer.Ordinal))
        {
            PlanStanding standing = PlanStanding.Of(Tenant, plan.Plan);
            if (standing.Licenses > 0 || standing.Use.Units > 0)
            {
                yield return $"pool {Text(plan.Id)} units {standing.Use.Units} of {3 * standing.Licenses} licenses {standing.Use.Taken} of {standing.Limit}";
            }

            ConcurrencyBuffer buffer = standing.Buffer;
            int uses = buffer.UsesAt(_now), overruns = buffer.OverrunsAt(_now);
            if (uses + overruns > 0 || buffer.IsBlocked || buffer.Since is not null)
            {
                yield return $"buffer {Text(plan.Id)}"
                    + (buffer.Since is { } running ? $" in use from {When(running)}" : "")
                    + $" uses {uses} overruns {overruns}"
                    + (buffer.IsBlocked ? buffer.BlockedUntil is { } end ? $" blocked until {When(end)}" : " blocked" : "");
            }
        }
    }

    private string UserText(int index) => Text((Tenant.Users[index] ?? Tenant.Deleted.Users[index].User).Id);

    private Guid StorageOf(Guid assignment, string user) => Tenant.Frontline.Storages.Pools.GetValueOrDefault(assignment)?.Storages
        .Where(one => UserText(one.Key) == user).Select(one => one.Value.Id).FirstOrDefault() ?? Guid.Empty;

    private static string Owner(CloudPc row) => row.IsShared ? "shared" : Text(row.UserId);

    private string FrontlineLine(CloudPc row) =>
        (row.Assignment is { } key && Tenant.Fleet.FindAssignment(key) is { } assignment && assignment.Assignment.Plan == row.Plan ? $" for {Text(Tenant.Groups[assignment.Assignment.Group].Id)}" : "")
        + (row.Power is not { } power ? "" : (power.IsRunning ? power.LicenseSince is null ? " running" : " active" : "")
            + (power.OffAt is { } off ? $" off {When(off)}" : "")
            + (power.ReadyAt is { } ready ? $" ready {When(ready)}" : "")
            + (power.PrestartAt is { } start ? $" prestart {When(start)}" : ""));

    private Command TranslateFrontline(Request request) => request switch
    {
        Request.StartPooled r => new Command.StartPoolSession(new Guid(++_sessions, 0, 0, new byte[8]), Id(r.User), AssignmentOf(Id(r.Policy), r.Group, r.Plan) is { } id ? Guid.Parse(id) : NoAssignment)
        {
            CloudAppId = r.App is null ? null : App(r.Policy, r.App),
        },
        Request.PowerOn r => new Command.PowerOnCloudPc(IdOf(r.CloudPc)),
        Request.PowerOff r => new Command.PowerOffCloudPc(IdOf(r.CloudPc)),
        Request.RetryPolicy r => new Command.RetryPolicy(Id(r.Policy)),
        Request.ReprovisionPolicy r => new Command.ReprovisionPolicy(Id(r.Policy), r.Kept, r.SignsOut),
        Request.SchedulePolicy { Cron: null } r => new Command.SchedulePolicy(Id(r.Policy), null),
        Request.SchedulePolicy r => new Command.SchedulePolicy(Id(r.Policy), new ScheduleRequest(
            r.Cron, r.Kept, r.SignsOut, ScheduleZone.Cst, r.Start is { } start ? Desk.Opening.AddMinutes(start) : null, r.End is { } end ? Desk.Opening.AddMinutes(end) : null)),
        Request.DeleteStorages r => AssignmentOf(Id(r.Policy), r.Group, r.Plan) is { } named && Guid.Parse(named) is var whose
            ? new Command.DeleteUserStorages(whose, r.Users.Select(user => StorageOf(whose, user)).ToValueArray())
            : new Command.DeleteUserStorages(NoAssignment, []),
        Request.Unblock r => new Command.UnblockBuffer(Id(r.Plan)),
        Request.ConfigureFrontline r => new Command.UpdateSettings(Tenant.Settings with
        {
            DisconnectedSessions = r.Held ? DisconnectedSessions.Held : DisconnectedSessions.Released,
            ProfileReset = TimeSpan.FromMinutes(r.Reset),
            IntelligentPrestart = r.Prestart,
            BufferExcess = r.Excess,
        }),
        _ => TranslateCloudApps(request),
    };

    private AssignmentRequest Entry(Guid policy, Assigned one) => new(
        one.Was is null ? null : AssignmentOf(policy, one.Group, one.Was) ?? $"{NoAssignment}", Id(one.Group), one.Plan is null ? null : Id(one.Plan), "All", one.Licenses);

    private string? AssignmentOf(Guid policy, string group, string plan) => Tenant.Fleet.FindPolicy(policy) is >= 0 and int index
        ? Tenant.Fleet.Policies[index].Assignments.FirstOrDefault(one => Tenant.Groups[one.Group].Id == Id(group) && one.Plan is { } its && PlanId(its) == plan)?.Id
        : null;
}
