using Berth.Engine;
using Berth.Engine.CloudPcs;

namespace Berth.Graph.CloudPcs;

/// <summary>How far a bulk action is, counted from what each of its Cloud PCs remembers of the action.</summary>
/// <param name="Successful">Done.</param>
/// <param name="Failed">Refused, failed or canceled.</param>
/// <param name="Active">Running.</param>
/// <param name="Pending">Waiting.</param>
/// <param name="NotSupported">Refused because the Cloud PC does not know the action.</param>
internal readonly record struct BulkSummary(int Successful, int Failed, int Active, int Pending, int NotSupported)
{
    /// <summary><c>status</c>: pending while one is not at its end.</summary>
    public string Status => Active + Pending > 0 ? "pending" : Failed + NotSupported > 0 ? "failed" : "succeeded";

    /// <summary>The count. What a Cloud PC has forgotten, or took along when it went, was done (B364).</summary>
    public static BulkSummary Of(Tenant tenant, BulkAction action)
    {
        BulkSummary sum = default;
        foreach (BulkItem item in action.Items)
        {
            bool unsupported = nameof(RefusalCode.OperationNotSupported).Equals(item.Refusal, StringComparison.OrdinalIgnoreCase);
            sum = (item.Refusal, StateOf(tenant, action, item)) switch
            {
                _ when unsupported => sum with { NotSupported = sum.NotSupported + 1 },
                (not null, _) or (_, RemoteActionState.Failed or RemoteActionState.Canceled) => sum with { Failed = sum.Failed + 1 },
                (_, RemoteActionState.Active) => sum with { Active = sum.Active + 1 },
                (_, RemoteActionState.Pending) => sum with { Pending = sum.Pending + 1 },
                _ => sum with { Successful = sum.Successful + 1 },
            };
        }

        return sum;
    }

    private static RemoteActionState? StateOf(Tenant tenant, BulkAction action, BulkItem item)
    {
        int index = tenant.Fleet.FindCloudPc(item.CloudPcId);
        if (index >= 0)
        {
            string? name = BulkActionRoutes.ActionOf(action.Kind);
            foreach (RemoteAction one in tenant.Fleet.CloudPcs[index]!.Actions.Span)
            {
                if (one.StartedAt == action.CreatedAt && one.Name == name)
                {
                    return one.State;
                }
            }
        }

        return null;
    }
}
