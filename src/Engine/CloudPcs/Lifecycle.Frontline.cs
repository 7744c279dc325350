using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <content>Frontline: assignments share out the licenses of a plan; machines of users, and machines of nobody (B400 to B409).</content>
internal sealed partial class Lifecycle
{
    private static readonly SortedDictionary<int, PolicyAssignment> _nothing = [];

    /// <summary>Units of a plan less those that are taken; negative after a shrink (B400).</summary>
    public long FreeUnits(int plan) =>
        (FrontlineAssignment.MachinesPerLicense * Slots.Of(_draft.Catalog, _draft.Subscriptions, plan)) - Fleet.UseOf(plan).Units;

    // B401: by plan, the assignment of a policy that serves a user.
    private SortedDictionary<int, PolicyAssignment> Served(int user, int policy)
    {
        if (policy < 0)
        {
            return _nothing;
        }

        SortedDictionary<int, PolicyAssignment> served = [];
        foreach (PolicyAssignment assignment in Fleet.Policies[policy].Assignments)
        {
            if (assignment.Plan is { } plan && _draft.IsMember(user, assignment.Group)
                && (!served.TryGetValue(plan, out PolicyAssignment? other) || CameBefore(assignment, other)))
            {
                served[plan] = assignment;
            }
        }

        return served;
    }

    private bool CameBefore(PolicyAssignment one, PolicyAssignment other) =>
        (one.CreatedAt, _draft.Group(one.Group).Id).CompareTo((other.CreatedAt, _draft.Group(other.Group).Id)) < 0;

    // B402: as for Enterprise, with another right. A row stays with its assignment while that serves its user.
    private void LookAtDedicated(int index, SortedDictionary<int, PolicyAssignment> byWinner, ValueArray<Coverage> coverage)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        int winner = WinnerOf(coverage, ProvisioningType.SharedByUser);
        int server = row.Status == CloudPcStatus.PendingProvision ? winner : coverage.Any(one => one.Policy == row.Policy) ? row.Policy : -1;
        PolicyAssignment? serving = row.Status == CloudPcStatus.Deprovisioning ? null : Serving(row, server, server == winner ? byWinner : null);
        if (serving is { Key: { } key } && (key != row.Assignment || server != row.Policy))
        {
            row = row with { Assignment = key, Policy = server };
            Put(index, row, row.Status == CloudPcStatus.PendingProvision ? CloudPcReason.NoSlot : CloudPcReason.AssignmentChanged);
        }

        switch (row.Status)
        {
            case CloudPcStatus.PendingProvision when serving is null:
                Leave(index, row, WhyUncovered(row));
                break;
            case CloudPcStatus.Failed when row.GoesAt is not null && serving is not null && byWinner.TryGetValue(row.Plan, out PolicyAssignment? first):
                WaitAgain(index, row with { Policy = winner, Assignment = winner == server ? serving.Key : first.Key });
                break;
            default:
                FollowRight(index, row, serving is not null, isLicensed: true);
                break;
        }
    }

    private PolicyAssignment? Serving(CloudPc row, int policy, SortedDictionary<int, PolicyAssignment>? served)
    {
        if (policy >= 0 && Fleet.FindAssignment(row.Assignment!.Value) is { } own && own.Policy == policy && own.Assignment.Plan == row.Plan
            && _draft.IsMember(row.User, own.Assignment.Group))
        {
            return own.Assignment;
        }

        return (served ?? Served(row.User, policy)).GetValueOrDefault(row.Plan);
    }

    // B405: who is no member any more has no session on a machine of the group.
    private void EndForeignSessions(int user)
    {
        foreach (Guid id in Fleet.SessionsOf(user))
        {
            Session session = Fleet.Sessions[id];
            if (Fleet.CloudPc(session.CloudPc) is { IsShared: true, Assignment: { } key }
                && !(Fleet.FindAssignment(key) is { } found && _draft.IsMember(user, found.Assignment.Group)))
            {
                _frontline.SignOut(session, Now);
            }
        }
    }

    // B407: the last to come go first; what their places wait for is a new machine.
    private void ExpireShared(int plan, int units)
    {
        int[] over = [.. Fleet.All().Where(one => one.Row.IsShared && one.Row.Plan == plan && one.Row.HoldsSlot)
            .OrderByDescending(one => one.Row.ConditionsSince).ThenByDescending(one => one.Index).Select(one => one.Index).Take(units)];
        SortedSet<(int Policy, Guid Key)> paused = [];
        foreach (int index in over)
        {
            if (FreeUnits(plan) >= 0)
            {
                break;
            }

            CloudPc row = Fleet.CloudPc(index)!;
            paused.Add((row.Policy, row.Assignment!.Value));
            Deprovision(index, CloudPcReason.SubscriptionOver);
        }

        foreach (IGrouping<int, Guid> keys in paused.GroupBy(one => one.Policy, one => one.Key))
        {
            if (Fleet.Policies.TryGetValue(keys.Key, out ProvisioningPolicy? policy))
            {
                _draft.Record(new Change.PolicySet(keys.Key, policy with
                {
                    Assignments = policy.Assignments.Select(one => keys.Contains(one.Key ?? default) ? one with { IsReprovisionPaused = true } : one).ToValueArray(),
                }));
            }
        }
    }

    /// <summary>Gives the rows of an assignment of dedicated mode another plan (B408): those that are provisioned at once, and those that wait.</summary>
    public void ResizeAssignment(Guid assignment, int group, int from, int to)
    {
        foreach (int user in _draft.Members(group).ToArray().OrderBy(IdOf))
        {
            if (Fleet.OfUser(user).Any(index => Fleet.CloudPc(index) is { } row && row.Plan == to && row.Status != CloudPcStatus.Deprovisioning))
            {
                continue;
            }

            foreach (int index in Fleet.OfUser(user))
            {
                CloudPc row = Fleet.CloudPc(index)!;
                if (row.Assignment == assignment && row.Plan == from && row.Status == CloudPcStatus.Provisioned)
                {
                    CloudPc begun = Begun(row.Job is { } job ? row with { Actions = Canceled(row, job.Kind) } : row, NameOf(HostJobKind.Resize));
                    StartResize(index, begun with { Job = null }, to, CloudPcReason.ActionAsked);
                }
                else if (row.Assignment == assignment && row.Plan == from && row.Status == CloudPcStatus.PendingProvision)
                {
                    Put(index, row with { Plan = to }, CloudPcReason.NoSlot, _draft.Catalog.Plans[to].Id);
                }
            }
        }
    }

    // B404, B405: an assignment of shared mode has as many rows as are allotted to it; one that is gone has none.
    private void LookAtSharedRows()
    {
        if (!_turns.AnyAssignments)
        {
            return;
        }

        Guid[] turned = [.. _turns.Assignments.OrderBy(OrderOf)];
        _turns.Assignments.Clear();
        foreach (Guid key in turned)
        {
            FrontlineAssignment? assignment = Fleet.FindAssignment(key);
            int wanted = assignment?.Allotment ?? 0;
            int[] rows = [.. Fleet.PoolOf(key)];
            foreach (int index in rows.Where(index => assignment is null || Fleet.SessionOn(index) is null).OrderBy(RankOf).ThenByDescending(index => index).Take(rows.Length - wanted).ToArray())
            {
                TakeAway(index, assignment is null ? CloudPcReason.AssignmentRemoved : CloudPcReason.AllotmentLowered);
            }

            for (int i = rows.Length; i < wanted; i++)
            {
                ComeShared(key, assignment!);
            }
        }
    }

    // Policies as they came, then groups and plans by id; what is gone only loses rows.
    private (int Policy, Guid Group, Guid Plan) OrderOf(Guid key) => Fleet.FindAssignment(key) is { } found
        ? (found.Policy, _draft.Group(found.Assignment.Group).Id, _draft.Catalog.Plans[found.Assignment.Plan!.Value].Id)
        : (-1, key, default);

    private int RankOf(int index) => Fleet.CloudPc(index)!.Status switch
    {
        CloudPcStatus.PendingProvision => 0,
        CloudPcStatus.Failed => 1,
        _ => 2,
    };

    private void TakeAway(int index, CloudPcReason reason)
    {
        if (Fleet.CloudPc(index)!.Status == CloudPcStatus.PendingProvision)
        {
            Go(index, reason);
        }
        else
        {
            Deprovision(index, reason);
        }
    }

    private void ComeShared(Guid key, FrontlineAssignment assignment)
    {
        int index = Fleet.NextCloudPc, plan = assignment.Assignment.Plan!.Value;
        CloudPc row = new(IdsByName.OfCloudPc(_draft.Profile.Id, index), Guid.Empty, CloudPc.Nobody, plan, CloudPcStatus.PendingProvision)
        {
            Policy = assignment.Policy,
            Assignment = key,
            DisplayName = Shortened($"{_draft.Catalog.CloudPcPlanOf(plan)!.DisplayName} - {assignment.Assignment.AllotmentName}"),
            ConditionsSince = Now,
        };
        Put(index, row, CloudPcReason.NoSlot);
    }

    // B403: dedicated rows first, each a unit; then shared ones, each a license.
    private void GiveUnits(int plan)
    {
        while (NextOf(plan) is { } next)
        {
            CloudPc row = Fleet.CloudPc(next)!;
            StartProvision(next, row, FirstJob(row), CloudPcReason.ConditionsMet);
        }
    }

    private int? NextOf(int plan)
    {
        long free = FreeUnits(plan);
        PendingRow? dedicated = null, shared = null;
        foreach (PendingRow row in Fleet.FirstPendingOfAssignments(plan))
        {
            if (Fleet.CloudPc(row.CloudPc)!.IsShared)
            {
                shared = shared is { } other && (other.Since, other.CloudPc).CompareTo((row.Since, row.CloudPc)) < 0 ? shared : row;
            }
            else if (Fleet.UseOf(row.Assignment).Places < Fleet.FindAssignment(row.Assignment)!.MostPlaces)
            {
                dedicated = dedicated is { } other && (other.Since, other.UserId).CompareTo((row.Since, row.UserId)) < 0 ? dedicated : row;
            }
        }

        return dedicated is { } first ? (free >= 1 ? first.CloudPc : null)
            : shared is { } pool && free >= FrontlineAssignment.MachinesPerLicense ? pool.CloudPc
            : null;
    }
}
