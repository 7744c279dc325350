using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;

namespace Berth.Connect.Copies;

/// <summary>A Cloud PC of Graph as one of the engine.</summary>
internal static class CopiedCloudPc
{
    private static readonly Dictionary<string, CloudPcStatus> _statuses =
        Enum.GetValues<CloudPcStatus>().ToDictionary(static status => status.ToName(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The row; null when its plan gives no Cloud PC that is known, or its user is not in the copy.</summary>
    public static CloudPc? Of(
        GraphCloudPc machine, SkuCatalog catalog, Dictionary<string, int> names, IReadOnlyList<Guid> users, Dictionary<Guid, int> policies, IReadOnlyList<ProvisioningPolicy> all)
    {
        if (machine.ServicePlanId is not { } planId || !catalog.TryGetPlan(planId, out ServicePlan? plan) || catalog.CloudPcPlanOf(plan.Index) is not { } gives)
        {
            return null;
        }

        bool isShared = machine.ProvisioningType is "sharedByEntraGroup";
        int user = machine.UserPrincipalName is { } name && names.TryGetValue(name, out int found) ? found : CloudPc.Nobody;
        if (user == CloudPc.Nobody && !isShared)
        {
            return null;
        }

        int policy = machine.ProvisioningPolicyId is { } id && policies.TryGetValue(id, out int place) ? place : -1;
        ProvisioningPolicy? made = policy < 0 ? null : all[policy];
        DateTimeOffset modified = machine.LastModifiedDateTime ?? default;
        return new CloudPc(
            machine.Id, isShared ? Guid.Empty : users[user], isShared ? CloudPc.Nobody : user, plan.Index, StatusOf(machine))
        {
            Policy = policy,
            DisplayName = machine.DisplayName ?? $"{machine.Id}",
            Assignment = gives.Kind == CloudPcKind.Frontline ? made?.Assignments.FirstOrDefault(one => one.Plan == plan.Index)?.Key : null,
            ConditionsSince = machine.ProvisionedDateTime ?? modified,
            ModifiedAt = modified,
            ProvisionedAt = machine.ProvisionedDateTime,
            GraceEndsAt = machine.GracePeriodEndDateTime,
            ManagedDeviceName = machine.ManagedDeviceName,
            IsAdministrator = made?.LocalAdmin == true,
            Origin = machine.ManagedDeviceName is null ? null : new CloudPcOrigin(
                made?.ImageId ?? "", machine.ImageDisplayName ?? "", null, null, DomainJoinType.AzureADJoin, made?.SingleSignOn == true, made?.LocalAdmin == true, ProvisioningPolicy.DefaultLocale),
            Power = gives.Kind == CloudPcKind.Frontline && machine.ManagedDeviceName is not null ? CloudPcPower.Off : null,
        };
    }

    // A status that came after this version: either there is a machine or not.
    private static CloudPcStatus StatusOf(GraphCloudPc machine) => machine.Status is { } name && _statuses.TryGetValue(name, out CloudPcStatus status) ? status
        : machine.ManagedDeviceName is null ? CloudPcStatus.NotProvisioned
        : CloudPcStatus.Provisioned;
}
