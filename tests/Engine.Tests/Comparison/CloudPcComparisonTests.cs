using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine against the oracle on licenses, policies, groups and time: Cloud PCs come, wait, fail, change size, have their grace and go alike (B260 to B295).
/// BERTH_LONG=1 runs fifty times as long; a failure is shrunk and printed as a golden case.
/// </summary>
public sealed class CloudPcComparisonTests(ITestOutputHelper output) : ScriptComparison(output, CloudPcRequests.Skus)
{
    private const int FewestCommands = 40_000;

    private static readonly string[] MustOccur =
    [
        "done", "Together done", "flips, one", "flips, several", "dues", "flips and dues", "retained", "session", "session disconnected", "reserve notProvisioned", "reserve provisioned",
        "points", "points, one by hand", "ApplyPolicy done", "SnapshotCloudPc done", "RestartCloudPc done", "RestoreCloudPc done", "RestoreManual done", "RestoreRetained done",
        "use, in", "use, in and out", "use, administrator", "review", "review restricted", "refused selfServiceNotAllowed", "SetReview done", "SetReview refused operationConflict",
        "SetAccountType done", "SetAccountType refused operationConflict", "ApplyPolicy refused cloudPcNotFound", "ApplyPolicy refused operationNotSupported", "ApplyPolicy refused operationConflict", "ApplyPolicy refused policyNotFound",
        "ReportJob done", "ReportJob refused hostJobClosed", "agent is to provision, provisioning", "agent is to deprovision, failed", "status provisionedWithWarnings",
        .. new[] { "provisioned", "inGracePeriod", "resizePendingLicense" }.Select(status => $"agent is to snapshot at its time, {status}"),
        "agent is to snapshot, provisioned", "agent is to deprovision, keeping it", "agent is to deleteSnapshot",
        "SnapshotCloudPc refused operationConflict", "RestartCloudPc refused operationConflict", "Reprovision refused operationConflict", "Resize refused operationConflict",
        "RestoreCloudPc refused operationConflict", "RestoreManual refused snapshotNotFound", "RestoreRetained refused operationNotSupported", "RestoreRetained refused snapshotNotFound",
        .. new[]
        {
            "notProvisioned", "pendingProvision", "provisioning", "provisioned", "failed", "inGracePeriod", "deprovisioning", "resizing", "resizePendingLicense", "restoring", "movingRegion", "modifyingSingleSignOn",
            "failed licenseNotFound", "failed provisioningPolicyNotFound", "failed userNotFound", "failed internalServerError", "failed onPremisesConnectionUnhealthy",
        }.Select(status => "status " + status),
        .. new[]
        {
            "policyNotFound", "policyInUse", "cloudPcNotFound", "connectionNotFound", "operationConflict", "operationNotSupported", "targetLicenseHasAssigned", "noLicenseForSize",
            "snapshotNotFound", "sessionNotFound", "notAssigned", "cloudPcNotReady", "cloudPcInUse",
        }.Select(code => "refused " + code),
    ];

    [Fact]
    public void The_engine_and_the_oracle_agree_about_Cloud_PCs_after_every_command() => Compare(CloudPcRequests.Script, FewestCommands, MustOccur);
}
