using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>Makes the Cloud PCs of policies of shared mode anew, while a command is decided (B435 to B438).</summary>
internal sealed class PoolReprovision(Draft draft)
{
    private ReprovisionBook Book => draft.Frontline.Reprovision;

    private Fleet.Builder Fleet => draft.Fleet;

    /// <summary>Begins a run; its rows go in the settling that follows.</summary>
    public void Begin(int policy, int keptPercentage, bool signsOut, bool isScheduled, DateTimeOffset now)
    {
        ProvisioningPolicy of = Fleet.Policies[policy];
        ReprovisionRun run = new(now, keptPercentage, signsOut, isScheduled);
        draft.Record(new Change.ReprovisionSet(policy, IsPaused(of)
            ? run with { HasFailed = true, EndedAt = now }
            : run with
            {
                Waiting = of.Assignments.SelectMany(assignment => Fleet.PoolOf(assignment.Key ?? default))
                    .Where(index => Fleet.CloudPc(index)!.Status is not (CloudPcStatus.PendingProvision or CloudPcStatus.Provisioning)).Order().ToValueArray(),
            }));
    }

    /// <summary>Whether an assignment of a policy has lost its licenses once (C118, B407).</summary>
    public static bool IsPaused(ProvisioningPolicy policy) => policy.Assignments.Any(assignment => assignment.IsReprovisionPaused);

    /// <summary>A row is being made, whoever wanted that.</summary>
    public void Goes(int index, CloudPc row)
    {
        if (Book.Runs.TryGetValue(row.Policy, out ReprovisionRun? run) && run.Waiting.Span.BinarySearch(index) >= 0)
        {
            draft.Record(new Change.ReprovisionStepped(row.Policy, ReprovisionStep.Went, [index]));
        }
    }

    /// <summary>Looks what became of rows, and lets those go that can.</summary>
    public void GoOn(Lifecycle machines)
    {
        if (draft.Reprovisions.IsEmpty)
        {
            return;
        }

        foreach (int policy in Book.Runs.Where(one => !one.Value.IsOver).Select(one => one.Key).ToArray())
        {
            Look(policy);
            if (Book.Runs[policy].HasFailed)
            {
                Step(policy, ReprovisionStep.Left, [.. Book.Runs[policy].Waiting]);
            }

            ReprovisionRun run = Book.Runs[policy];
            int[] next = [.. Fleet.Policies[policy].Assignments.SelectMany(assignment => NextOf(run, assignment.Key ?? default)).Order()];
            Step(policy, ReprovisionStep.Went, next);
            foreach (int index in next)
            {
                CloudPc begun = machines.Begun(Fleet.CloudPc(index)!, Lifecycle.NameOf(HostJobKind.Reprovision));
                machines.StartProvision(
                    index, begun, HostJobKind.Reprovision, run.IsScheduled ? CloudPcReason.ScheduleCame : CloudPcReason.PolicyReprovisioned, about: Fleet.Policies[policy].Id);
            }

            if (Book.Runs[policy] is { Waiting.Count: 0, Making.Count: 0 })
            {
                draft.Record(new Change.ReprovisionEnded(policy, machines.Now));
            }
        }
    }

    /// <summary>Moments of schedules come (B438).</summary>
    public void BecomeDue(DateTimeOffset now)
    {
        foreach ((int policy, ReprovisionSchedule schedule) in Book.Schedules.Where(one => one.Value.NextAt <= now).ToArray())
        {
            bool skips = Book.IsRunning(policy);
            if (!skips)
            {
                Begin(policy, schedule.KeptPercentage, schedule.SignsOut, isScheduled: true, now);
            }

            draft.Record(new Change.ReprovisionScheduled(policy, schedule.From(now) with { SkippedAt = skips ? now : schedule.SkippedAt }));
        }
    }

    private void Look(int policy)
    {
        ReprovisionRun run = Book.Runs[policy];
        ILookup<ReprovisionStep?, int> now = run.Making.ToLookup(index => Fleet.CloudPc(index)?.Status switch
        {
            null or CloudPcStatus.Deprovisioning => ReprovisionStep.Left,
            CloudPcStatus.Provisioning => null,
            CloudPcStatus.Failed => ReprovisionStep.Failed,
            _ => (ReprovisionStep?)ReprovisionStep.Made,
        });
        ILookup<ReprovisionStep?, int> waiting = run.Waiting.ToLookup(index => Fleet.CloudPc(index) switch
        {
            null or { Status: CloudPcStatus.Deprovisioning } => ReprovisionStep.Left,
            { Assignment: { } key } when Fleet.FindAssignment(key) is { Assignment.IsReprovisionPaused: true } => ReprovisionStep.Failed,
            _ => (ReprovisionStep?)null,
        });
        Step(policy, ReprovisionStep.Made, [.. now[ReprovisionStep.Made]]);
        Step(policy, ReprovisionStep.Failed, [.. now[ReprovisionStep.Failed], .. waiting[ReprovisionStep.Failed]]);
        Step(policy, ReprovisionStep.Left, [.. now[ReprovisionStep.Left], .. waiting[ReprovisionStep.Left]]);
    }

    private void Step(int policy, ReprovisionStep step, int[] rows)
    {
        if (rows.Length > 0)
        {
            draft.Record(new Change.ReprovisionStepped(policy, step, ValueArray.Own([.. rows.Order()])));
        }
    }

    // Those of an assignment that can go and leave as many as are kept (B435).
    private List<int> NextOf(ReprovisionRun run, Guid assignment)
    {
        List<int> next = [];
        int[] ready = [.. run.Waiting.Where(index => Fleet.CloudPc(index)!.Assignment == assignment && CanGo(index, run.SignsOut))];
        if (ready.Length == 0)
        {
            return next;
        }

        int spare = Fleet.PoolOf(assignment).Count(index => Fleet.CloudPc(index)!.LetsIn) - run.KeptOf(Fleet.PoolOf(assignment).Count);
        foreach (int index in ready.OrderBy(index => Fleet.SessionOn(index) is not null).ThenBy(index => index))
        {
            bool isUsable = Fleet.CloudPc(index)!.LetsIn;
            if (!isUsable || spare > 0)
            {
                next.Add(index);
                spare -= isUsable ? 1 : 0;
            }
        }

        return next;
    }

    private bool CanGo(int index, bool signsOut) =>
        Fleet.CloudPc(index) is { IsBusy: false, Status: CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings or CloudPcStatus.Failed }
        && (signsOut || Fleet.SessionOn(index) is not { DisconnectedAt: null });
}
