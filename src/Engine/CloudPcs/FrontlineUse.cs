using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>An assignment of a Frontline policy.</summary>
/// <param name="Policy">The policy's index.</param>
/// <param name="IsShared">Whether it is of shared mode: its Cloud PCs belong to nobody (C111).</param>
/// <param name="Assignment">The assignment.</param>
public sealed record FrontlineAssignment(int Policy, bool IsShared, PolicyAssignment Assignment)
{
    /// <summary>How many Cloud PCs of dedicated mode come with a license (C88).</summary>
    public const int MachinesPerLicense = 3;

    /// <summary>The licenses allotted: <c>n</c>.</summary>
    public int Allotment => Assignment.AllotmentLicenses ?? 0;

    /// <summary>How many rows may hold a place (B403, B404).</summary>
    public long MostPlaces => IsShared ? Allotment : (long)MachinesPerLicense * Allotment;
}

/// <summary>What an assignment of Frontline has; rows that are on their way out do not count, nor those of a size that it had before (B408).</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Places">Those that hold a place (B264).</param>
/// <param name="Taken">Those that take a license at this time.</param>
public readonly record struct AssignmentUse(int Rows, int Places, int Taken);

/// <summary>What Frontline Cloud PCs take of a plan.</summary>
/// <param name="Dedicated">Rows of dedicated mode that hold a place: a unit each (B400).</param>
/// <param name="Shared">Rows of shared mode that hold a place: a license each.</param>
/// <param name="Taken">Licenses that rows of dedicated mode take at this time.</param>
public readonly record struct PlanUse(int Dedicated, int Shared, int Taken)
{
    /// <summary>The units that are taken (B400).</summary>
    public long Units => Dedicated + ((long)FrontlineAssignment.MachinesPerLicense * Shared);
}

/// <summary>Counts what belongs to assignments and plans of Frontline, and lists the sessions of users, while a fleet is in the making.</summary>
internal sealed class FrontlineIndex(Fleet source)
{
    public ImmutableDictionary<Guid, FrontlineAssignment> Assignments { get; private set; } = source.Assignments;

    public ImmutableDictionary<(Guid Assignment, int Plan), AssignmentUse> UsesOfAssignments { get; private set; } = source.UsesOfAssignments;

    public ImmutableDictionary<Guid, ImmutableSortedSet<int>> Pools { get; private set; } = source.Pools;

    public ImmutableDictionary<int, PlanUse> UsesOfPlans { get; private set; } = source.UsesOfPlans;

    public ImmutableDictionary<int, ValueArray<Guid>> SessionsOfUsers { get; private set; } = source.SessionsOfUsers;

    public AssignmentUse UseOf(Guid assignment) => Fleet.UseOf(assignment, Assignments, UsesOfAssignments);

    public ImmutableSortedSet<int> PoolOf(Guid assignment) => Pools.GetValueOrDefault(assignment, []);

    public PlanUse UseOf(int plan) => UsesOfPlans.GetValueOrDefault(plan);

    public ValueArray<Guid> SessionsOf(int user) => SessionsOfUsers.TryGetValue(user, out ValueArray<Guid> sessions) ? sessions : [];

    /// <summary>Counts a row that comes (1) or goes (-1).</summary>
    public void Count(int index, CloudPc row, int rows)
    {
        if (row.Assignment is not { } assignment)
        {
            return;
        }

        int places = row.HoldsSlot ? rows : 0, taken = row.TakesLicense ? rows : 0;
        PlanUse plan = UseOf(row.Plan);
        PlanUse planNow = row.IsShared ? plan with { Shared = plan.Shared + places } : plan with { Dedicated = plan.Dedicated + places, Taken = plan.Taken + taken };
        if (planNow != plan)
        {
            UsesOfPlans = planNow == default ? UsesOfPlans.Remove(row.Plan) : UsesOfPlans.SetItem(row.Plan, planNow);
        }

        if (row.Status == CloudPcStatus.Deprovisioning)
        {
            return;
        }

        AssignmentUse use = UsesOfAssignments.GetValueOrDefault((assignment, row.Plan));
        AssignmentUse now = new(use.Rows + rows, use.Places + places, use.Taken + taken);
        UsesOfAssignments = now.Rows == 0 ? UsesOfAssignments.Remove((assignment, row.Plan)) : UsesOfAssignments.SetItem((assignment, row.Plan), now);
        if (row.IsShared)
        {
            ImmutableSortedSet<int> pool = rows > 0 ? PoolOf(assignment).Add(index) : PoolOf(assignment).Remove(index);
            Pools = pool.IsEmpty ? Pools.Remove(assignment) : Pools.SetItem(assignment, pool);
        }
    }

    public void List(int index, ProvisioningPolicy policy)
    {
        if (policy.ProvisioningType is ProvisioningType.SharedByUser or ProvisioningType.SharedByEntraGroup)
        {
            foreach (PolicyAssignment assignment in policy.Assignments)
            {
                if (assignment.Key is { } key)
                {
                    Assignments = Assignments.SetItem(key, new FrontlineAssignment(index, policy.ProvisioningType == ProvisioningType.SharedByEntraGroup, assignment));
                }
            }
        }
    }

    public void Unlist(ProvisioningPolicy policy)
    {
        foreach (PolicyAssignment assignment in policy.Assignments)
        {
            if (assignment.Key is { } key)
            {
                Assignments = Assignments.Remove(key);
            }
        }
    }

    public void List(Session session)
    {
        if (!SessionsOf(session.User).Contains(session.Id))
        {
            SessionsOfUsers = SessionsOfUsers.SetItem(session.User, SessionsOf(session.User).Append(session.Id).Order().ToValueArray());
        }
    }

    public void Unlist(Session session)
    {
        ValueArray<Guid> left = SessionsOf(session.User).Where(one => one != session.Id).ToValueArray();
        SessionsOfUsers = left.Count == 0 ? SessionsOfUsers.Remove(session.User) : SessionsOfUsers.SetItem(session.User, left);
    }
}
