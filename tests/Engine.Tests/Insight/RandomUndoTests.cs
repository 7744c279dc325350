using System.Collections.Concurrent;
using System.Globalization;
using Berth.Engine.Collections;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Engine.Tests.Comparison;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Insight;

/// <summary>
/// After every command of random scripts: undone at once, it leaves the sources as they were before it (B523, B526), the undo is undone likewise (B527),
/// and a plan of it says what then happens (B500, B503).
/// </summary>
public sealed class RandomUndoTests(ITestOutputHelper output)
{
    private const int Commands = 3_000;

    // What cannot be given back because somebody else has it by then, or because it never could be given again.
    private static readonly RefusalCode[] Excused =
    [
        RefusalCode.SeatsExhausted, RefusalCode.InheritedFromGroup, RefusalCode.UsageLocationMissing, RefusalCode.ProhibitedInUsageLocation, RefusalCode.PlansMutuallyExclusive,
        RefusalCode.MissingDependency, RefusalCode.DependedUponByOther, RefusalCode.SkuNotInTenant, RefusalCode.GroupHasLicenses, RefusalCode.MemberOfSourceNotFound,
        RefusalCode.ValueInvalid, RefusalCode.OperationConflict,
    ];

    private readonly Draws _draws = new();
    private readonly ConcurrentDictionary<string, int> _occurred = new();
    private int _commands;

    [Fact]
    public void What_is_undone_leaves_the_sources_of_licenses_as_they_were() => Run(Requests.Script, static (engine, request, aim) => Aim.At(engine.Tenant, request, aim));

    [Fact]
    public void What_is_undone_leaves_policies_and_groups_as_they_were() => Run(CloudPcRequests.Script, static (engine, request, aim) => Aim.At(engine.Tenant, request, aim));

    [Fact]
    public void What_is_undone_leaves_the_allotments_as_they_were() =>
        Run(FrontlineRequests.Script, static (engine, request, aim) => FrontlineAim.At(engine.Picture(), engine.Fleet(), request, aim));

    private void Run(Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> random, Func<EngineDesk, Request, int, Request> aimed)
    {
        while (_commands < Commands)
        {
            _draws.Try(random, 40, script =>
            {
                EngineDesk engine = new(script.Country);
                foreach ((Request request, int minute, int aim) in script.Steps)
                {
                    engine.Do(aimed(engine, request, aim), Desk.Opening.AddMinutes(minute));
                    Interlocked.Increment(ref _commands);
                    if (engine.Last.Decision is Decision.Accepted { Event: { } happened } && request is not Request.MoveClock)
                    {
                        string kind = engine.Last.Command.GetType().Name;
                        Assert.True(UndoFails(engine, happened) is not { } wrong, $"{request}: {UndoFails(engine, happened)}");
                        _occurred.AddOrUpdate(kind, 1, static (_, times) => times + 1);
                    }
                }
            });
        }

        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }

        Assert.True(_occurred.GetValueOrDefault("undone") > Commands / 3, "Too little could be undone for this to mean something.");
    }

    private string? UndoFails(EngineDesk engine, TenantEvent happened)
    {
        DecisionContext context = engine.Last.Context;
        Undo undo = Undo.Of(engine.Tenant, happened, context);
        if (undo.Refusal is { } no)
        {
            _occurred.AddOrUpdate($"refused {no.Code}", 1, static (_, times) => times + 1);
            return Excused.Contains(no.Code) ? null : $"the undo is refused: {no}";
        }

        // What time did before the command is no deed of it: a turn of a rule, deleted items that have had their time.
        Tenant before = engine.Before;
        if (before.NextDue <= context.Now || undo.Commands.Count == 0 || undo.Gaps.Any(gap => gap.Reason is UndoGapReason.DeletedForGood or UndoGapReason.LicensesNotGiven or UndoGapReason.Gone or UndoGapReason.CatalogChanged))
        {
            return null;
        }

        Command.ApplyChanges back = new(undo.Commands) { ExpectedVersion = engine.Tenant.Version, MayRemoveMany = true };
        Plan? plan = Plan.Of(engine.Tenant, undo.Commands, context, out Refusal? planned);
        Decision decision = Deciding.Decide(engine.Tenant, back, context);
        if (decision is not Decision.Accepted { Event: { } undone } accepted)
        {
            return $"the undo of {happened.Kind} changes nothing: {(decision as Decision.Refused)?.Refusal} {planned}";
        }

        if (Invariants.Differences("A replay of the undo", Deciding.Apply(engine.Tenant, undone), accepted.Next)
            .Concat(Invariants.Differences("The plan of the undo", plan!.After, accepted.Next)).FirstOrDefault() is { } differs)
        {
            return differs;
        }

        List<string> was = Sources(before), now = Sources(accepted.Next);
        if (!was.SequenceEqual(now))
        {
            return $"after the undo of {happened.Kind} by {string.Join("; ", undo.Commands)} with {string.Join("; ", undo.Gaps)}\n  was {string.Join("\n  was ", was.Except(now))}\n  is {string.Join("\n  is ", now.Except(was))}";
        }

        _occurred.AddOrUpdate("undone", 1, static (_, times) => times + 1);
        return null;
    }

    /// <summary>What stands behind licenses and Cloud PCs: direct licenses, licenses of groups, members of groups without a rule, assignments of policies.</summary>
    private static List<string> Sources(Tenant tenant)
    {
        List<string> lines = [];
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is { } person && !tenant.LicensesOf(user).Direct.IsEmpty)
            {
                lines.Add($"direct {person.Id} {Text(tenant, tenant.LicensesOf(user).Direct)}");
            }
        }

        for (int group = 0; group < tenant.Groups.Count; group++)
        {
            Group one = tenant.Groups[group];
            if (!one.IsDeleted)
            {
                lines.Add($"group {one.Id} {Text(tenant, one.Licenses)}");
                if (!one.Profile.IsDynamic)
                {
                    IEnumerable<Guid> members = one.Members.Select(user => tenant.Users[user]!.Id).Concat(one.MemberGroups.Select(inner => tenant.Groups[inner].Id));
                    lines.Add($"members {one.Id} {string.Join(' ', members.Order())}");
                }
            }
        }

        foreach (Berth.Engine.CloudPcs.ProvisioningPolicy policy in tenant.Fleet.Policies.Values)
        {
            lines.AddRange(policy.Assignments.Select(one => $"policy {policy.Id} {tenant.Groups[one.Group].Id} {one.Plan} {one.AllotmentLicenses}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static string Text(Tenant tenant, LicenseSet licenses) =>
        string.Join(", ", licenses.Items.Select(one => $"{tenant.Catalog.Skus[one.Sku].PartNumber} without {string.Join('+', one.Disabled)}"));
}
