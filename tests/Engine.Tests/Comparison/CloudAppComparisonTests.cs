using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine against the oracle on cloud apps (B468 to B477). BERTH_LONG=1 runs fifty times as long; a failure is shrunk and printed as a golden case.
/// </summary>
public sealed class CloudAppComparisonTests(ITestOutputHelper output) : ScriptComparison(output, CloudAppRequests.Skus)
{
    private const int FewestCommands = 4_000;

    private static readonly string[] MustOccur =
    [
        "done", "dues", "PublishApps done", "UnpublishApps done", "ResetApps done", "CreateApp done", "UpdateApp done", "DeleteApp done", "StartPooled done",
        "session, with an app", "app available, publishing",
        .. new[] { "preparing", "ready", "publishing", "published", "unpublishing", "failed" }.Select(status => "app " + status),
        .. new[] { "appDiscoveryFailed", "cloudPcLicenseNotFound", "filePathInvalid", "iconPathInvalid" }.Select(error => "app error " + error),
        .. new[] { "cloudAppNotFound", "cloudAppNotReady", "displayNameTaken", "policyNotFound", "valueInvalid" }.Select(code => "refused " + code),
    ];

    private protected override Request AimAt(EngineDesk engine, Request request, int random) => FrontlineAim.At(engine.Picture(), engine.Fleet(), request, random);

    [Fact]
    public void The_engine_and_the_oracle_agree_about_cloud_apps_after_every_command() => Compare(CloudAppRequests.Script, FewestCommands, MustOccur);
}
