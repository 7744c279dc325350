using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine against the oracle on pools, assignments, sessions, power, pools that are made anew, what users keep, and the concurrency buffer (B400 to B438).
/// BERTH_LONG=1 runs fifty times as long; a failure is shrunk and printed as a golden case.
/// </summary>
public sealed class FrontlineComparisonTests(ITestOutputHelper output) : ScriptComparison(output, FrontlineRequests.Skus)
{
    private const int FewestCommands = 15_000;

    private static readonly string[] MustOccur =
    [
        "done", "Together done", "done, still noLicensesAvailable", "dues", "flips, one", "flips and dues",
        "dedicated active", "dedicated running", "dedicated active off at", "shared running", "dedicated prestart", "shared ready at",
        "session, disconnected", "session, above the limit", "StartPooled done", "StartPooled done, still noLicensesAvailable", "Unblock done", "RetryPolicy done", "RetryPolicy refused operationNotSupported",
        "ReprovisionPolicy done", "ReprovisionPolicy refused operationConflict", "ReprovisionPolicy refused operationNotSupported", "ReprovisionPolicy refused valueInvalid",
        "SchedulePolicy done", "SchedulePolicy refused operationNotSupported", "SchedulePolicy refused valueInvalid",
        "anew processing", "anew succeeded", "anew failed", "anew processing scheduled", "anew succeeded scheduled", "anew failed scheduled",
        "anew, one waits", "anew, one waits for another", "schedule next", "schedule over", "schedule skipped",
        "buffer in use", "buffer uses 4", "buffer overruns 1", "buffer overruns 3", "buffer blocked until", "buffer blocked for good",
        "storages exceeded", "storages within the limit", "storages deleted by time", "storage connected", "storage not connected", "session, temporary profile",
        "DeleteStorages done", "DeleteStorages refused storageInUse", "DeleteStorages refused storageNotFound", "DeleteStorages refused assignmentNotFound",
        "review", "review restricted", "use, in", "use, in and out", "ReportJob done", "agent is to snapshot at its time, provisioned", "agent is to provision, provisioning",
        "allotment paused", "pool overdrawn", "licenses overdrawn",
        .. new[] { "pendingProvision", "provisioning", "provisioned", "failed", "inGracePeriod", "deprovisioning", "resizing", "restoring" }.Select(status => "dedicated " + status),
        .. new[] { "pendingProvision", "provisioning", "provisioned", "failed", "deprovisioning" }.Select(status => "shared " + status),
        .. new[]
        {
            "assignmentGone", "assignmentNotFound", "cloudPcInUse", "cloudPcNotFound", "cloudPcNotReady", "notAssigned", "operationConflict", "operationNotSupported",
            "sessionNotFound", "userNotFound", "valueInvalid",
        }.Select(code => "refused " + code),
    ];

    private protected override Request AimAt(EngineDesk engine, Request request, int random) => FrontlineAim.At(engine.Picture(), engine.Fleet(), request, random);

    [Fact]
    public void The_engine_and_the_oracle_agree_about_Frontline_after_every_command() => Compare(FrontlineRequests.Script, FewestCommands, MustOccur);
}
