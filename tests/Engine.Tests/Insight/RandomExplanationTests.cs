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
/// Explain equals the engine: at the end of random scripts, for every user and every SKU that occurs, an explanation says what the engine holds (B530),
/// names a rule for every error (B531), counts the queue (B532), knows the Cloud PC (B533), and each of its fixes does what it says when it is made (B534).
/// </summary>
public sealed class RandomExplanationTests(ITestOutputHelper output)
{
    private const int Explanations = 3_000;

    // What must have occurred, so that a poor generator is noticed.
    private static readonly string[] OfLicenses =
        ["AssignDirectly", "JoinGroup", "SetUsageLocation", "BuyUnits", "Switch", "AssignWithoutPlans", "queued", "G1", "G2", "G3", "G4", "G6"];

    private static readonly string[] OfCloudPcs = ["NoLicense", "NoPolicy", "NoSlot", "PlanDisabled", "TakeFromDisabled"];

    private readonly Draws _draws = new();
    private readonly ConcurrentDictionary<string, int> _occurred = new();
    private int _explanations;

    [Fact]
    public void What_is_explained_of_licenses_is_what_the_engine_holds()
    {
        Run(Requests.Script, Requests.Skus);
        Assert.Empty(OfLicenses.Except(_occurred.Keys));
    }

    [Fact]
    public void What_is_explained_of_Cloud_PCs_is_what_the_engine_holds()
    {
        Run(CloudPcRequests.Script, CloudPcRequests.Skus);
        Assert.Empty(OfCloudPcs.Except(_occurred.Keys));
    }

    private void Run(Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> random, IReadOnlyCollection<string> skus)
    {
        while (_explanations < Explanations)
        {
            _draws.Try(random, 20, script =>
            {
                EngineDesk engine = new(script.Country);
                foreach ((Request request, int minute, int aim) in script.Steps)
                {
                    engine.Do(Aim.At(engine.Tenant, request, aim), Desk.Opening.AddMinutes(minute));
                }

                Tenant tenant = engine.Tenant;
                for (int user = 0; user < tenant.Users.Count; user++)
                {
                    foreach (string id in tenant.Users[user] is null ? [] : skus)
                    {
                        Assert.True(tenant.Catalog.TryGetSku(Guid.Parse(id), out Berth.Engine.Catalog.Sku? sku));
                        string? wrong = Differs(tenant, user, sku.Index, engine.Last.Context);
                        Assert.True(wrong is null, $"user {user}, {sku.PartNumber}: {wrong}");
                        Interlocked.Increment(ref _explanations);
                    }
                }
            });
        }

        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }
    }

    private string? Differs(Tenant tenant, int user, int sku, DecisionContext context)
    {
        Explanation one = Explanation.Of(tenant, user, sku, context);
        if (one.Has != tenant.HoldersOf(sku).Contains(user))
        {
            return $"has is {one.Has}.";
        }

        LicenseState[] states = [.. LicenseState.Of(tenant, user).Where(state => state.Sku == sku)];
        if (!one.Paths.Select(path => path.State).SequenceEqual(states))
        {
            return "the paths are not the states.";
        }

        foreach (LicenseState state in states.Where(state => state.Error != LicenseError.None))
        {
            Count(state.Error switch
            {
                LicenseError.CountViolation => "G1",
                LicenseError.MutuallyExclusiveViolation => "G2",
                LicenseError.DependencyViolation => "G3",
                LicenseError.ProhibitedInUsageLocationViolation => "G4",
                _ => "G6",
            });
            bool named = state.Error == LicenseError.Other
                ? one.Blockers.Any(blocker => blocker.Group == state.Group && blocker.Sku != sku)
                : one.Blockers.Any(blocker => blocker.Group == state.Group && blocker.Sku == sku && blocker.Error == state.Error);
            if (!named)
            {
                return $"nothing names {state.Error} by group {state.Group}.";
            }
        }

        // Without any path the blocker is what a direct call would be told.
        if (states.Length == 0)
        {
            Decision direct = Deciding.Decide(tenant, new Command.AssignUserLicenses(tenant.Users[user]!.Id, [new LicenseRequest(tenant.Catalog.Skus[sku].Id, [])], []), context);
            if (one.Blockers.Select(blocker => blocker.Refusal).SingleOrDefault() != (direct as Decision.Refused)?.Refusal)
            {
                return "the blocker is not what the direct call is told.";
            }
        }

        if (one.Nested.Count > 0)
        {
            Count("nested");
        }

        int[] queue = [.. tenant.WaitingFor(sku).Where(pair => tenant.LicensesOf(pair.User).Source(pair.Group)?.Trouble?[sku] == LicenseError.CountViolation).Select(pair => pair.User)];
        int place = Array.IndexOf(queue, user);
        if (place != (one.Queue?.Ahead ?? -1) || (one.Queue is { } waits && waits.First.Count != Math.Min(place, QueuePlace.MostNamed)))
        {
            return $"the place is {place}, and not {one.Queue?.Ahead}.";
        }

        Count(place < 0 ? "not queued" : "queued");
        foreach (ExplainedCloudPc machine in one.CloudPcs)
        {
            Count(machine.Lack.ToString());
            bool licensed = tenant.LicensesOf(user).CloudPcPlans(tenant.Catalog).Contains(machine.Plan);
            if (machine.Lack is CloudPcLack.NoLicense or CloudPcLack.PlanDisabled && licensed)
            {
                return $"plan {machine.Plan} lacks {machine.Lack} although it is licensed.";
            }

            if (machine.Lack == CloudPcLack.None && machine.Row is null)
            {
                return $"plan {machine.Plan} lacks nothing and there is no Cloud PC.";
            }
        }

        return one.Has && one.Fixes.Count > 0 ? "who has it needs no fix." : one.Fixes.Select(fix => Fails(tenant, user, sku, fix, context)).FirstOrDefault(wrong => wrong is not null);
    }

    private string? Fails(Tenant tenant, int user, int sku, Fix fix, DecisionContext context)
    {
        Count(fix.Kind.ToString());
        return Deciding.Decide(tenant, new Command.ApplyChanges(fix.Commands) { MayRemoveMany = true }, context) is Decision.Accepted accepted && accepted.Next.LicensesOf(user).Holds(sku)
            ? null
            : $"{fix.Kind} does not help.";
    }

    private void Count(string what) => _occurred.AddOrUpdate(what, 1, static (_, times) => times + 1);
}
