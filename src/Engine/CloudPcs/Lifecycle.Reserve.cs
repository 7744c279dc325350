using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <content>Reserve: a policy allocates the licenses, and a machine is there for ten days a year (C132 to C134, B282).</content>
internal sealed partial class Lifecycle
{
    /// <summary>How long after the allocation the first machine can be made (C133, C200).</summary>
    public static readonly TimeSpan ReserveWait = TimeSpan.FromDays(7);

    /// <summary>How long machines can be there in a license year (C132, C200).</summary>
    public static readonly TimeSpan ReserveDays = TimeSpan.FromDays(10);

    /// <summary>The year of a license of Reserve.</summary>
    public static readonly TimeSpan ReserveYear = TimeSpan.FromDays(365);

    /// <summary>What is left of a Reserve license's days in the license year of this time.</summary>
    public TimeSpan ReserveLeft(CloudPc row)
    {
        DateTimeOffset yearBegan = Now - TimeSpan.FromTicks((Now - row.AllocatedAt!.Value).Ticks % ReserveYear.Ticks);
        return row.ProvisionedAt is { } came && came < yearBegan ? ReserveDays : ReserveDays - row.ReserveUsed;
    }

    // What was used by now; the clock runs while the machine is there.
    private TimeSpan ReserveUsed(CloudPc row) => row.ReserveEndsAt is { } ends ? ReserveDays - (ends - Now) : row.ReserveUsed;

    // The plans that the winning policy allocates to the groups of a user.
    private ValueArray<int> ReservedPlans(int user, int policy)
    {
        if (policy < 0)
        {
            return [];
        }

        SortedSet<int> plans = [];
        foreach (PolicyAssignment assignment in Fleet.Policies[policy].Assignments)
        {
            if (assignment.Plan is { } plan && KindOf(plan) == CloudPcKind.Reserve && _draft.IsMember(user, assignment.Group))
            {
                plans.Add(plan);
            }
        }

        return plans.ToValueArray();
    }

    private void LookAtReserve(int index, ValueArray<int> reserved, int policy)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        bool allocated = reserved.Span.Contains(row.Plan);
        switch (row.Status)
        {
            case CloudPcStatus.NotProvisioned or CloudPcStatus.PendingProvision when !allocated:
                Go(index, WhyUncovered(row));
                break;
            case CloudPcStatus.NotProvisioned or CloudPcStatus.PendingProvision when policy != row.Policy:
                Put(index, row with { Policy = policy }, CloudPcReason.NoSlot);
                break;
            case CloudPcStatus.Deprovisioning:
                break;
            case not (CloudPcStatus.NotProvisioned or CloudPcStatus.PendingProvision) when !allocated:
                // Without grace, and the license is free (C134).
                Put(index, row with { AllocatedAt = null }, WhyUncovered(row));
                Deprovision(index, WhyUncovered(row));
                break;
        }
    }
}
