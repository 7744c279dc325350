namespace Berth.Engine.CloudPcs;

/// <summary>How Graph spells where a Cloud PC stands (C159).</summary>
public static class StatusNames
{
    /// <summary>The name on the wire and in sentences.</summary>
    public static string ToName(this CloudPcStatus status) => status switch
    {
        CloudPcStatus.NotProvisioned => "notProvisioned",
        CloudPcStatus.PendingProvision => "pendingProvision",
        CloudPcStatus.Provisioning => "provisioning",
        CloudPcStatus.Provisioned => "provisioned",
        CloudPcStatus.ProvisionedWithWarnings => "provisionedWithWarnings",
        CloudPcStatus.Failed => "failed",
        CloudPcStatus.InGracePeriod => "inGracePeriod",
        CloudPcStatus.Deprovisioning => "deprovisioning",
        CloudPcStatus.Resizing => "resizing",
        CloudPcStatus.ResizePendingLicense => "resizePendingLicense",
        CloudPcStatus.Restoring => "restoring",
        CloudPcStatus.MovingRegion => "movingRegion",
        CloudPcStatus.ModifyingSingleSignOn => "modifyingSingleSignOn",
    };
}
