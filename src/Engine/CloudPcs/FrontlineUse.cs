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
/// <param name="Taken">Those that take a license at this time (B411).</param>
public readonly record struct AssignmentUse(int Rows, int Places, int Taken)
{
    /// <summary>How many shared rows somebody has a session on.</summary>
    public int Sessions { get; init; }

    /// <summary>How many shared rows will be free by themselves: they are being made, or a profile is going (B414).</summary>
    public int Coming { get; init; }

    /// <summary>How many shared rows are provisioned, with warnings or without (B430).</summary>
    public int Provisioned { get; init; }
}

/// <summary>What Frontline Cloud PCs take of a plan.</summary>
/// <param name="Dedicated">Rows of dedicated mode that hold a place: a unit each (B400).</param>
/// <param name="Shared">Rows of shared mode that hold a place: a license each.</param>
/// <param name="Taken">Licenses that rows of dedicated mode take at this time.</param>
public readonly record struct PlanUse(int Dedicated, int Shared, int Taken)
{
    /// <summary>How many licenses the assignments of dedicated mode take above what is allotted to each, together (B420).</summary>
    public int Over { get; init; }

    /// <summary>How many shared rows somebody has a session on.</summary>
    public int Sessions { get; init; }

    /// <summary>The units that are taken (B400).</summary>
    public long Units => Dedicated + ((long)FrontlineAssignment.MachinesPerLicense * Shared);
}

/// <summary>Counts what belongs to assignments and plans of Frontline, and lists the sessions of users, while a fleet is in the making.</summary>
internal sealed class FrontlineIndex(Fleet source)
{
    public ImmutableDictionary<Guid, FrontlineAssignment> Assignments { get; private set; } = source.Assignments;

    public ImmutableDictionary<(Guid Assignment, int Plan), AssignmentUse> UsesOfAssignments { get; private set; } = source.UsesOfAssignments;

    public ImmutableDictionary<Guid, ImmutableSortedSet<int>> Pools { get; private set; } = source.Pools;

    public ImmutableDictionary<Guid, ImmutableSortedSet<int>> Free { get; private set; } = source.Free;

    public ImmutableDictionary<int, PlanUse> UsesOfPlans { get; private set; } = source.UsesOfPlans;

    public ImmutableDictionary<int, ValueArray<Guid>> SessionsOfUsers { get; private set; } = source.SessionsOfUsers;

    /// <summary>Assignments of which the number of provisioned rows may be another than before; taken out by who looks at them.</summary>
    public HashSet<Guid> Shifted { get; } = [];

    public AssignmentUse UseOf(Guid assignment) => Fleet.UseOf(assignment, Assignments, UsesOfAssignments);

    public ImmutableSortedSet<int> PoolOf(Guid assignment) => Pools.GetValueOrDefault(assignment, []);

    public ImmutableSortedSet<int> FreeOf(Guid assignment) => Free.GetValueOrDefault(assignment, []);

    public PlanUse UseOf(int plan) => UsesOfPlans.GetValueOrDefault(plan);

    public ValueArray<Guid> SessionsOf(int user) => SessionsOfUsers.TryGetValue(user, out ValueArray<Guid> sessions) ? sessions : [];

    /// <summary>Counts a row that comes (1) or goes (-1).</summary>
    public void Count(int index, CloudPc row, bool hasSession, int rows)
    {
        if (row.Assignment is not { } assignment)
        {
            return;
        }

        int places = row.HoldsSlot ? rows : 0, taken = row.TakesLicense ? rows : 0, sessions = row.IsShared && hasSession ? rows : 0;
        PlanUse plan = UseOf(row.Plan);
        Set(row.Plan, row.IsShared
            ? plan with { Shared = plan.Shared + places, Sessions = plan.Sessions + sessions }
            : plan with { Dedicated = plan.Dedicated + places, Taken = plan.Taken + taken });
        if (row.Status == CloudPcStatus.Deprovisioning)
        {
            return;
        }

        AssignmentUse use = UsesOfAssignments.GetValueOrDefault((assignment, row.Plan));
        AssignmentUse now = use with { Rows = use.Rows + rows, Places = use.Places + places, Taken = use.Taken + taken, Sessions = use.Sessions + sessions };
        if (row.IsShared)
        {
            now = now with
            {
                Coming = use.Coming + (row.Status == CloudPcStatus.Provisioning || row.Power?.ReadyAt is not null ? rows : 0),
                Provisioned = use.Provisioned + (row.Status is CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings ? rows : 0),
            };
            Pools = With(Pools, assignment, index, rows > 0);
            Free = With(Free, assignment, index, rows > 0 && row.IsReady && !hasSession);
        }

        Set(assignment, row.Plan, now);
    }

    /// <summary>Counts a row whose power alone changes.</summary>
    public void Turn(int index, CloudPc before, CloudPc after, bool hasSession)
    {
        if (before.TakesLicense != after.TakesLicense || before.Power?.ReadyAt is null != after.Power?.ReadyAt is null)
        {
            Count(index, before, hasSession, -1);
            Count(index, after, hasSession, +1);
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
                    FrontlineAssignment listed = new(index, policy.ProvisioningType == ProvisioningType.SharedByEntraGroup, assignment);
                    Assignments = Assignments.SetItem(key, listed);
                    Exceed(listed, Over(listed, UseOf(key)));
                }
            }
        }
    }

    public void Unlist(ProvisioningPolicy policy)
    {
        foreach (PolicyAssignment assignment in policy.Assignments)
        {
            if (assignment.Key is { } key && Assignments.TryGetValue(key, out FrontlineAssignment? listed))
            {
                Exceed(listed, -Over(listed, UseOf(key)));
                Assignments = Assignments.Remove(key);
            }
        }
    }

    public void List(Session session, CloudPc? row)
    {
        if (!SessionsOf(session.User).Contains(session.Id))
        {
            SessionsOfUsers = SessionsOfUsers.SetItem(session.User, SessionsOf(session.User).Append(session.Id).Order().ToValueArray());
            Occupy(session, row, isOccupied: true);
        }
    }

    public void Unlist(Session session, CloudPc? row)
    {
        ValueArray<Guid> left = SessionsOf(session.User).Where(one => one != session.Id).ToValueArray();
        SessionsOfUsers = left.Count == 0 ? SessionsOfUsers.Remove(session.User) : SessionsOfUsers.SetItem(session.User, left);
        Occupy(session, row, isOccupied: false);
    }

    private static ImmutableDictionary<Guid, ImmutableSortedSet<int>> With(ImmutableDictionary<Guid, ImmutableSortedSet<int>> sets, Guid assignment, int index, bool isThere)
    {
        ImmutableSortedSet<int> before = sets.GetValueOrDefault(assignment, []);
        ImmutableSortedSet<int> after = isThere ? before.Add(index) : before.Remove(index);
        return after == before ? sets : after.IsEmpty ? sets.Remove(assignment) : sets.SetItem(assignment, after);
    }

    private static int Over(FrontlineAssignment assignment, AssignmentUse use) => assignment.IsShared ? 0 : Math.Max(0, use.Taken - assignment.Allotment);

    private void Occupy(Session session, CloudPc? row, bool isOccupied)
    {
        if (row is { IsShared: true })
        {
            Count(session.CloudPc, row, !isOccupied, -1);
            Count(session.CloudPc, row, isOccupied, +1);
        }
    }

    private void Set(int plan, PlanUse use)
    {
        if (use != UseOf(plan))
        {
            UsesOfPlans = use == default ? UsesOfPlans.Remove(plan) : UsesOfPlans.SetItem(plan, use);
        }
    }

    private void Set(Guid assignment, int plan, AssignmentUse use)
    {
        if (Assignments.TryGetValue(assignment, out FrontlineAssignment? listed) && listed.Assignment.Plan == plan)
        {
            Exceed(listed, Over(listed, use) - Over(listed, UseOf(assignment)));
        }

        if (use.Provisioned != UsesOfAssignments.GetValueOrDefault((assignment, plan)).Provisioned)
        {
            Shifted.Add(assignment);
        }

        UsesOfAssignments = use.Rows == 0 ? UsesOfAssignments.Remove((assignment, plan)) : UsesOfAssignments.SetItem((assignment, plan), use);
    }

    private void Exceed(FrontlineAssignment assignment, int more)
    {
        if (more != 0)
        {
            int plan = assignment.Assignment.Plan!.Value;
            PlanUse use = UseOf(plan);
            Set(plan, use with { Over = use.Over + more });
        }
    }
}
