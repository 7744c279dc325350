using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Queries;

namespace Berth.Graph.CloudPcs;

/// <summary>A kind of activity of Windows 365.</summary>
/// <param name="Type"><c>activityType</c>.</param>
/// <param name="Component"><c>componentName</c>.</param>
/// <param name="Operation"><c>activityOperationType</c>.</param>
internal sealed record CloudPcActivity(string Type, string Component, string Operation)
{
    /// <summary>The activities by the command they come from (C158). What time brings and what hosts report is nobody's activity; sessions are none of administration.</summary>
    public static IReadOnlyDictionary<string, CloudPcActivity> ByCommand { get; } = new Dictionary<string, CloudPcActivity>
    {
        [nameof(Command.CreatePolicy)] = Of("Create", "ProvisioningPolicy", "create"),
        [nameof(Command.UpdatePolicy)] = Of("Update", "ProvisioningPolicy", "patch"),
        [nameof(Command.DeletePolicy)] = Of("Delete", "ProvisioningPolicy", "delete"),
        [nameof(Command.AssignPolicy)] = Of("Assign", "ProvisioningPolicy", "patch"),
        [nameof(Command.ApplyPolicy)] = Of("Apply", "ProvisioningPolicy", "patch"),
        [nameof(Command.RetryPolicy)] = Of("Retry", "ProvisioningPolicy", "patch"),
        [nameof(Command.ReprovisionPolicy)] = Of("Apply", "ProvisioningPolicy", "patch"),
        [nameof(Command.SchedulePolicy)] = Of("Schedule", "ProvisioningPolicy", "patch"),
        [nameof(Command.DeleteUserStorages)] = Of("DeleteUserStorages", "ProvisioningPolicy", "delete"),
        [nameof(Command.EndGracePeriod)] = Of("EndGracePeriod", "CloudPC", "patch"),
        [nameof(Command.Reprovision)] = Of("Reprovision", "CloudPC", "patch"),
        [nameof(Command.RenameCloudPc)] = Of("Rename", "CloudPC", "patch"),
        [nameof(Command.ResizeCloudPc)] = Of("Resize", "CloudPC", "patch"),
        [nameof(Command.RestoreCloudPc)] = Of("Restore", "CloudPC", "patch"),
        [nameof(Command.SnapshotCloudPc)] = Of("CreateSnapshot", "CloudPC", "patch"),
        [nameof(Command.RestartCloudPc)] = Of("Restart", "CloudPC", "patch"),
        [nameof(Command.TroubleshootCloudPc)] = Of("Troubleshoot", "CloudPC", "patch"),
        [nameof(Command.PowerOnCloudPc)] = Of("PowerOn", "CloudPC", "patch"),
        [nameof(Command.PowerOffCloudPc)] = Of("PowerOff", "CloudPC", "patch"),
        [nameof(Command.ProvisionReserve)] = Of("Provision", "CloudPC", "patch"),
        [nameof(Command.DeprovisionReserve)] = Of("Deprovision", "CloudPC", "patch"),
        [nameof(Command.ChangeUserAccountType)] = Of("ChangeUserAccountType", "CloudPC", "patch"),
        [nameof(Command.SetReviewStatus)] = Of("SetReviewStatus", "CloudPC", "patch"),
        [nameof(Command.UpdateOrganizationSettings)] = Of("Update", "OrganizationSettings", "patch"),
        [nameof(Command.StartBulkAction)] = Of("Create", "BulkAction", "create"),
        [nameof(Command.CreateConnection)] = Of("Create", "OnPremisesConnection", "create"),
        [nameof(Command.UpdateConnection)] = Of("Update", "OnPremisesConnection", "patch"),
        [nameof(Command.DeleteConnection)] = Of("Delete", "OnPremisesConnection", "delete"),
        [nameof(Command.RunHealthChecks)] = Of("RunHealthChecks", "OnPremisesConnection", "patch"),
        [nameof(Command.SetConnectionPassword)] = Of("UpdateAdDomainPassword", "OnPremisesConnection", "patch"),
        [nameof(Command.CreateUserSetting)] = Of("Create", "UserSetting", "create"),
        [nameof(Command.UpdateUserSetting)] = Of("Update", "UserSetting", "patch"),
        [nameof(Command.DeleteUserSetting)] = Of("Delete", "UserSetting", "delete"),
        [nameof(Command.AssignUserSetting)] = Of("Assign", "UserSetting", "patch"),
        [nameof(Command.CreateDeviceImage)] = Of("Create", "DeviceImage", "create"),
        [nameof(Command.DeleteDeviceImage)] = Of("Delete", "DeviceImage", "delete"),
        [nameof(Command.CreateCloudApp)] = Of("Create", "CloudApp", "create"),
        [nameof(Command.UpdateCloudApp)] = Of("Update", "CloudApp", "patch"),
        [nameof(Command.DeleteCloudApp)] = Of("Delete", "CloudApp", "delete"),
        [nameof(Command.PublishCloudApps)] = Of("Publish", "CloudApp", "patch"),
        [nameof(Command.UnpublishCloudApps)] = Of("Unpublish", "CloudApp", "patch"),
        [nameof(Command.ResetCloudApps)] = Of("Reset", "CloudApp", "patch"),
    };

    private static CloudPcActivity Of(string verb, string component, string operation) => new($"{verb} {component}", component, operation);
}

/// <summary>What an activity was about.</summary>
/// <param name="Id">The id; null of a policy that is gone and whose name is not known yet.</param>
/// <param name="DisplayName">Its name then; null when the journal entry does not tell.</param>
internal readonly record struct CloudPcAuditResource(Guid? Id, string? DisplayName);

/// <summary>An activity of Windows 365: a projection of an entry of the journal, made when it is read.</summary>
/// <param name="TenantId">The tenant's id.</param>
/// <param name="Happened">The entry.</param>
/// <param name="Activity">What was done.</param>
/// <param name="Policies">What is known of policies that are gone, by index.</param>
internal readonly record struct CloudPcAuditRow(
    Guid TenantId, TenantEvent Happened, CloudPcActivity Activity, Dictionary<int, ProvisioningPolicy> Policies) : IRow
{
    /// <inheritdoc/>
    public int Position => 0;

    /// <summary>The id: the tenant's with the number of the entry mixed into its last six bytes, so that it leads back to the entry.</summary>
    public Guid Id => Mixed(TenantId, Happened.Sequence);

    /// <summary>The policy that it deleted; null for none.</summary>
    public int? DeletedPolicy => Happened.Changes.OfType<Change.PolicyDeleted>().FirstOrDefault()?.Index;

    /// <summary>The activity of an entry, or null when it is none of Windows 365.</summary>
    public static CloudPcAuditRow? Of(Guid tenant, TenantEvent happened, Dictionary<int, ProvisioningPolicy> policies) =>
        CloudPcActivity.ByCommand.TryGetValue(happened.Kind, out CloudPcActivity? activity) ? new CloudPcAuditRow(tenant, happened, activity, policies) : null;

    /// <summary>The number of the entry that an id leads to; of an id of another tenant any number.</summary>
    public static long SequenceOf(Guid tenant, Guid id)
    {
        Span<byte> mine = stackalloc byte[16], given = stackalloc byte[16];
        tenant.TryWriteBytes(mine, bigEndian: true, out _);
        id.TryWriteBytes(given, bigEndian: true, out _);
        long sequence = 0;
        for (int i = 10; i < 16; i++)
        {
            sequence = (sequence << 8) | (byte)(mine[i] ^ given[i]);
        }

        return sequence;
    }

    /// <summary>What it was about.</summary>
    public IEnumerable<CloudPcAuditResource> Resources() => Activity.Component switch
    {
        "CloudPC" => CloudPc(),
        "BulkAction" => Happened.Changes.OfType<Change.BulkActionSet>().SelectMany(set => set.Action.Items).Select(item => new CloudPcAuditResource(item.CloudPcId, null)),
        _ => Other(),
    };

    private static Guid Mixed(Guid tenant, long sequence)
    {
        Span<byte> bytes = stackalloc byte[16];
        tenant.TryWriteBytes(bytes, bigEndian: true, out _);
        for (int i = 0; i < 6; i++)
        {
            bytes[15 - i] ^= (byte)(sequence >> (8 * i) & 0xFF);
        }

        return new Guid(bytes, bigEndian: true);
    }

    // Dues that lie in the same entry came before.
    private CloudPcAuditResource[] CloudPc()
    {
        foreach (Change change in Happened.Changes)
        {
            if (change is Change.CloudPcSet set && set.Step.At == Happened.At && set.Step.Reason is CloudPcReason.ActionAsked or CloudPcReason.GraceEnded)
            {
                return [new CloudPcAuditResource(set.CloudPc.Id, set.CloudPc.DisplayName)];
            }

            if (change is Change.CloudPcGone gone && gone.Step.At == Happened.At)
            {
                return [new CloudPcAuditResource(IdsByName.OfCloudPc(TenantId, gone.Index), null)];
            }
        }

        return [];
    }

    private IEnumerable<CloudPcAuditResource> Other()
    {
        foreach (Change change in Happened.Changes)
        {
            switch (change)
            {
                case Change.PolicySet set:
                    yield return new CloudPcAuditResource(set.Policy.Id, set.Policy.DisplayName);
                    break;
                case Change.PolicyDeleted deleted:
                    yield return Policies.TryGetValue(deleted.Index, out ProvisioningPolicy? policy) ? new CloudPcAuditResource(policy.Id, policy.DisplayName) : default;
                    break;
                case Change.ConnectionSet set when Activity.Component == "OnPremisesConnection":
                    yield return new CloudPcAuditResource(set.Connection.Id, set.Connection.DisplayName);
                    break;
                case Change.ConnectionDeleted deleted:
                    yield return new CloudPcAuditResource(deleted.Id, null);
                    break;
                case Change.UserSettingSet set:
                    yield return new CloudPcAuditResource(set.Setting.Id, set.Setting.DisplayName);
                    break;
                case Change.UserSettingDeleted deleted:
                    yield return new CloudPcAuditResource(deleted.Id, null);
                    break;
                case Change.OrganizationSettingsSet:
                    yield return new CloudPcAuditResource(IdsByName.Of(TenantId, "organizationSettings"), "Organization settings");
                    break;
                case Change.DeviceImageSet set:
                    yield return new CloudPcAuditResource(set.Image.Id, set.Image.DisplayName);
                    break;
                case Change.DeviceImageDeleted deleted:
                    yield return new CloudPcAuditResource(deleted.Id, null);
                    break;
                case Change.CloudAppSet set when Activity.Component == "CloudApp":
                    yield return new CloudPcAuditResource(set.App.Id, set.App.DisplayName);
                    break;
                default:
                    break;
            }
        }
    }
}
