using System.Text.RegularExpressions;
using Berth.CommandLine;
using Berth.Conformance.Tests.House;
using Berth.Engine;
using Berth.Engine.Licensing;
using Berth.Graph;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Completeness;

/// <summary>
/// Nothing that the product offers goes untested: each question is answered by what this run of the tests really did at real servers (<see cref="Evidence"/>),
/// so the whole project has to run. What cannot happen over HTTP is named here with its reason.
/// </summary>
[Collection(nameof(LastOfAll))]
public sealed partial class EverythingHasATest
{
    /// <summary>Refusals of the engine that no request can reach.</summary>
    private static readonly Dictionary<RefusalCode, string> _unreachable = new()
    {
        [RefusalCode.TenantNotReady] = "A tenant is created before anything can name it, and the program never creates one twice: the demo and set-up do it once.",
        [RefusalCode.BlockedBySibling] = "G6 never stands alone: a withheld license has a sibling with a cause, and a reprocess answers with the cause (B16, L67).",
    };

    /// <summary>Refusals that look alike on the wire are told apart by the route that was asked.</summary>
    private static readonly Dictionary<RefusalCode, string> _onRoute = new()
    {
        [RefusalCode.UserNotFound] = "POST /users/{user}/assignLicense",
        [RefusalCode.GroupNotFound] = "POST /groups/{group}/assignLicense",
        [RefusalCode.MemberNotFound] = "POST /groups/{group}/members/$ref",
        [RefusalCode.OwnerNotFound] = "POST /groups/{group}/owners/$ref",
        [RefusalCode.DeletedItemNotFound] = "POST /directory/deletedItems/{item}/restore",
        [RefusalCode.ManagerNotFound] = "PUT /users/{user}/manager/$ref",
        [RefusalCode.SubscriptionNotFound] = "PATCH /berth/v1/subscriptions/{subscription}",
        [RefusalCode.SessionNotFound] = "DELETE /berth/v1/sessions/{session}",
        [RefusalCode.PolicyNotFound] = "DELETE /deviceManagement/virtualEndpoint/provisioningPolicies/{policy}",
        [RefusalCode.UserSettingNotFound] = "DELETE /deviceManagement/virtualEndpoint/userSettings/{userSetting}",
        [RefusalCode.CloudPcNotFound] = "POST /deviceManagement/virtualEndpoint/cloudPCs/{cloudPC}/reboot",
        [RefusalCode.AlertRecordNotFound] = "POST /deviceManagement/monitoring/alertRecords/{alertRecord}/setPortalNotificationAsSent",
        [RefusalCode.CloudAppNotFound] = "POST /deviceManagement/virtualEndpoint/cloudApps/publish",
        [RefusalCode.SnapshotNotFound] = "POST /deviceManagement/virtualEndpoint/cloudPCs/{cloudPC}/restore",
        [RefusalCode.ConnectionNotFound] = "DELETE /deviceManagement/virtualEndpoint/onPremisesConnections/{connection}",
        [RefusalCode.AssignmentNotFound] = "POST /berth/v1/sessions",
        [RefusalCode.StorageNotFound] = "POST /deviceManagement/virtualEndpoint/provisioningPolicies/{policy}/assignments/{assignment}/userSettingsPersistenceDetail/batchCleanupUserSettingsPersistenceProfile",
        [RefusalCode.ServicePlanNotFound] = "POST /berth/v1/frontline/{servicePlan}/unblock",
        [RefusalCode.DeviceImageNotFound] = "DELETE /deviceManagement/virtualEndpoint/deviceImages/{deviceImage}",
    };

    [Fact]
    public void Every_route_was_asked_and_answered_with_success_in_each_of_its_versions() => Repository.Nothing(
        "A route that no test of this run had answered with success",
        from route in PermissionTable.Routes
        from version in Enum.GetValues<GraphVersion>()
        where route.Versions.HasFlag((RouteVersions)(1 << (int)version)) && !Evidence.IsAnswered(route, version)
        select $"{version} {route}");

    // Only planned changes have these: their entry is that of ApplyChanges (B500).
    private static readonly string[] _partsOnly = [nameof(Command.RemoveMembers), nameof(Command.SetUnits)];

    [Fact]
    public void Every_refusal_was_seen_by_a_client_or_cannot_happen()
    {
        Repository.Nothing(
            "A refusal that no client of this run was given",
            Enum.GetValues<RefusalCode>().Where(code => !_unreachable.ContainsKey(code)).Where(code => !IsSeen(code)).Select(code => $"{code}"));
        Repository.Nothing(
            "A refusal that is listed as impossible and was given all the same", _unreachable.Keys.Where(IsSeen).Select(code => $"{code}: {_unreachable[code]}"));

        static bool IsSeen(RefusalCode code) => Evidence.IsRefused(new Refusal(code).ToError().InnerCode, _onRoute.GetValueOrDefault(code));
    }

    [Fact]
    public void Every_number_of_the_error_catalog_was_seen_or_the_rule_book_says_that_it_cannot_happen()
    {
        // B70 names the machine code of each number; E11 and E12 are Graph's own.
        string book = string.Join('\n', Repository.Files.Where(file => file.StartsWith("spec/rules/", StringComparison.Ordinal)).Select(Repository.Read));
        string machineCodes = MachineCodes().Match(book).Value;
        foreach (Match rule in CatalogRule().Matches(book))
        {
            string id = rule.Groups["id"].Value;
            string[] codes = id switch
            {
                "E11" => ["resourceNotFound"],
                "E12" => ["permissionMissing"],
                _ => [.. machineCodes.Split(';').Where(part => Regex.IsMatch(part, $@"\b{id}\b")).SelectMany(part => Code().Matches(part).Select(code => code.Groups["code"].Value))],
            };
            if (rule.Groups["unreachable"].Success)
            {
                Assert.False(codes.Any(code => Evidence.IsRefused(code)), $"{id} cannot happen, says the rule book, and {string.Join(" or ", codes)} was seen.");
                continue;
            }

            // G6 is a state and never an answer; the states are looked at below.
            Assert.True(id == "G6" || (codes.Length > 0 && codes.All(code => Evidence.IsRefused(code))), $"{id} was not seen by a client of this run: {string.Join(", ", codes)}.");
        }
    }

    [Fact]
    public void Every_error_of_an_assignment_was_read_but_the_one_that_cannot_happen()
    {
        Repository.Nothing(
            "An error of licenseAssignmentStates that no client of this run read",
            Enum.GetValues<LicenseError>().Where(error => error != LicenseError.UniquenessViolation).Select(error => $"{error}").Where(error => !Evidence.IsAssignmentError(error)));

        // G5: Berth keeps no proxy addresses that could collide.
        Assert.False(Evidence.IsAssignmentError(nameof(LicenseError.UniquenessViolation)));
    }

    [Fact]
    public void Every_command_of_the_engine_left_an_entry_in_the_journal_of_a_real_server()
    {
        Repository.Nothing(
            "A command of the engine that no server of this run wrote to its journal",
            typeof(Command).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Command))).Select(type => type.Name).Except(_partsOnly).Where(name => !Evidence.IsJournaled(name)));
        Repository.Nothing("A command that is listed as a part of others and has an entry of its own", _partsOnly.Where(Evidence.IsJournaled));
    }

    [Fact]
    public void Every_command_of_the_command_line_was_run_and_did_what_it_was_asked() => Repository.Nothing(
        "A command of the command line that no test of this run ran with success", Leaves(BerthCommand.Root(), "").Where(line => !Evidence.IsRun(line)));

    [Fact]
    public void The_table_of_witnesses_says_what_this_run_saw()
    {
        string seen = WitnessTable.Write();
        if (WitnessTable.IsToBeWritten)
        {
            File.WriteAllText(Repository.PathOf(WitnessTable.File), seen);
            return;
        }

        string[] committed = Repository.Read(WitnessTable.File).Split('\n');
        Repository.Nothing(
            $"{WitnessTable.File} says what this run did not see (-), or does not say what it saw (+). When that is as it should be: {WitnessTable.Command}",
            committed.Except(seen.Split('\n')).Select(line => $"- {line}").Concat(seen.Split('\n').Except(committed).Select(line => $"+ {line}")));
    }

    private static IEnumerable<string> Leaves(System.CommandLine.Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(inner => Leaves(inner, path.Length == 0 ? inner.Name : $"{path} {inner.Name}"));

    [GeneratedRegex(@"^- \*\*(?<id>[EG]\d+[a-z]?)\*\*(?<unreachable> \(unreachable\))?", RegexOptions.Multiline)]
    private static partial Regex CatalogRule();

    [GeneratedRegex(@"^- \*\*B70\*\*.*$", RegexOptions.Multiline)]
    private static partial Regex MachineCodes();

    [GeneratedRegex("`(?<code>[a-zA-Z]+)`")]
    private static partial Regex Code();
}
