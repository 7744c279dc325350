using Berth.Engine.CloudPcs;

namespace Berth.Engine.Frontline;

/// <summary>What a Frontline Cloud PC has for its user: <c>frontlineCloudPcAccessState</c> (C86).</summary>
public enum AccessState : byte
{
    /// <summary>Nothing: it is off, or waits for whoever comes.</summary>
    Unassigned,

    /// <summary>A license of dedicated mode, or a session on a shared one.</summary>
    Active,

    /// <summary>It runs without a license, and is off soon when nobody comes (C96).</summary>
    StandbyMode,
}

/// <summary>How a Frontline Cloud PC can be used at this moment.</summary>
public static class MachineAccess
{
    /// <summary>What it has for its user.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="index">Its index.</param>
    public static AccessState StateOf(Tenant tenant, int index)
    {
        CloudPc row = tenant.Fleet.CloudPcs[index]!;
        return row.IsShared
            ? tenant.Fleet.SessionOn(index) is null ? AccessState.Unassigned : AccessState.Active
            : row.TakesLicense ? AccessState.Active
            : row.Power is { IsRunning: true } ? AccessState.StandbyMode
            : AccessState.Unassigned;
    }

    /// <summary>Whether its user, or a member of its group, would get a session on it (B412, B414).</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="index">Its index.</param>
    /// <param name="now">The tenant's time.</param>
    public static bool IsAvailable(Tenant tenant, int index, DateTimeOffset now)
    {
        CloudPc row = tenant.Fleet.CloudPcs[index]!;
        if (!row.IsReady || row.Assignment is not { } key)
        {
            return false;
        }

        FrontlineAssignment? assignment = tenant.Fleet.FindAssignment(key) is { } found && found.Assignment.Plan == row.Plan ? found : null;
        PlanStanding standing = PlanStanding.Of(tenant, row.Plan);
        AssignmentUse use = tenant.Fleet.UseOf(key);
        return row.IsShared
            ? tenant.Fleet.SessionOn(index) is null && use.Sessions < assignment?.Allotment && standing.Use.Sessions < standing.Licenses
            : row.TakesLicense || standing.Find(use.Taken, assignment?.Allotment, now) is not null;
    }
}
