using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine against the oracle on random scripts: after every command the same answer and the same picture, and the invariants hold.
/// It proves the rules that say how sources, pairs, candidates, rows and sequence numbers come about: B1, B2, B3, B4, B10, B12, B14, B16, B17, B18,
/// B20, B23, B38, B54, L58, L110; and that several commands are decided as one (B500, B501) and units set as a number (B502). BERTH_LONG=1 runs fifty times as long; a failure is shrunk and printed as a golden case.
/// </summary>
public sealed class ComparisonTests(ITestOutputHelper output) : ScriptComparison(output, Requests.Skus)
{
    /// <summary>Commands the default run compares at least.</summary>
    public const int FewestCommands = 100_000;

    // Every answer and every shown state that random commands must have reached, so that a poor generator is noticed.
    private static readonly string[] MustOccur =
    [
        "done", "Together done", "RemoveMembers done", "SetUnits done", "done without lines",
        .. new[]
        {
            "duplicateSku", "skuInBothLists", "userNotFound", "groupNotFound", "memberNotFound", "subscriptionNotFound", "idTaken", "alreadyMember", "memberOfItself",
            "deletedItemNotFound", "managerNotFound", "managerOfItself", "managerMissing",
            "groupNotSecurityEnabled", "groupHasLicenses", "skuNotInTenant", "skuNotAssignableToTarget", "unknownDisabledPlan", "inheritedFromGroup", "licenseNotHeld",
            "usageLocationMissing", "prohibitedInUsageLocation", "plansMutuallyExclusive", "missingDependency", "dependedUponByOther", "seatsExhausted",
            "membershipRuleMismatch", "membershipRuleInvalid", "deviceRuleNotAllowed", "memberOfSourceNotFound", "memberOfSourceNotAllowed", "groupIsDynamic",
        }.Select(code => "refused " + code),
        "passes 1", "passes 2", "passes 3", "passes 8", "flips, one", "flips, several",
        .. new[] { "prohibitedInUsageLocation", "plansMutuallyExclusive", "missingDependency", "dependedUponByOther", "seatsExhausted" }.Select(code => "done, still " + code),
        "Active None",
        .. from state in new[] { "Error", "ActiveWithError" }
           from error in new[] { "ProhibitedInUsageLocationViolation", "MutuallyExclusiveViolation", "DependencyViolation", "CountViolation", "Other" }
           where (state, error) != ("ActiveWithError", "CountViolation")
           select $"{state} {error}",
    ];

    [Fact]
    public void The_engine_and_the_oracle_answer_and_show_the_same_after_every_command() => Compare(Requests.Script, FewestCommands, MustOccur);
}
