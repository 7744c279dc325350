using System.Collections.Concurrent;
using System.Globalization;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Insight.Migrations;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Insight;

/// <summary>
/// Recipes on random tenants, carried out one step after another (B595 to B599; L77, L78, L79, L80, L81): each step does what it said, nobody has a service plan less after any of
/// them, nor a Cloud PC, but those whom the recipe named beforehand; at the end everybody who moves is where it says, and the seats were those it asked for.
/// </summary>
public sealed class RandomMigrationTests(ITestOutputHelper output)
{
    private const int Tenants = 120;

    // What must have occurred, so that a poor tenant is noticed.
    private static readonly string[] Expected =
    [
        "moved DirectToGroup", "moved GroupToGroup", "switched", "LicenseGroup", "Join", "TakeDirect", "Leave", "replaced", "hurt", "NothingToMove", "NotChosenByRule", "HeldByRule", "InError", "LosesPlan",
        "LosesCloudPc", "refused", "short",
    ];

    private readonly ConcurrentDictionary<string, int> _occurred = new();

    [Fact]
    public void A_recipe_takes_nothing_from_anybody_on_the_way_or_says_beforehand_from_whom()
    {
        for (int seed = 0; seed < Tenants; seed++)
        {
            WastefulTenant wasteful = new(seed);
            foreach (MigrationRequest request in Requests(wasteful))
            {
                string? wrong = Differs(wasteful.Tenant, request);
                Assert.True(wrong is null, $"seed {seed}, {request.Kind} of {string.Join(", ", request.Skus)} from {request.From} to {request.To}: {wrong}");
            }
        }

        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }

        Assert.Empty(Expected.Except(_occurred.Keys));
    }

    private static IEnumerable<MigrationRequest> Requests(WastefulTenant wasteful)
    {
        string[] parts = [.. WastefulTenant.PartNumbers];
        for (int i = 0; i < 3; i++)
        {
            Guid one = wasteful.Sku(wasteful.Pick(parts)), other = wasteful.Sku(wasteful.Pick(parts)), from = wasteful.Pick(wasteful.Groups), to = wasteful.Pick(wasteful.Groups);
            ValueArray<Guid> some = wasteful.Users.Where(user => wasteful.Tenant.FindUser(user) >= 0).Take(wasteful.Pick(0, 0, 3)).ToValueArray();
            yield return new MigrationRequest(MigrationKind.DirectToGroup, one == other ? [one] : [one, other], Guid.Empty, to, some);
            if (from != to)
            {
                yield return new MigrationRequest(MigrationKind.GroupToGroup, i == 0 ? [one] : [], from, to, some) { AcceptsLosses = i == 2 };
            }

            // Of the group's own licenses, so that it is mostly no refusal.
            if (wasteful.Tenant.Groups[wasteful.Tenant.FindGroup(to)].Licenses.Items is { Count: > 0 } own)
            {
                yield return new MigrationRequest(MigrationKind.SwitchSku, [wasteful.Tenant.Catalog.Skus[own[0].Sku].Id, other], Guid.Empty, to, []);
            }
        }
    }

    private string? Differs(Tenant start, MigrationRequest request)
    {
        if (Migration.Of(start, request, WastefulTenant.Context, out Refusal? refusal) is not { } recipe)
        {
            Count("refused");
            return refusal is null ? "there is neither a recipe nor a reason." : null;
        }

        Tenant current = start;
        Dictionary<int, long> most = [];
        foreach (MigrationStep step in recipe.Steps)
        {
            Count(step.Kind.ToString());
            if (Deciding.Decide(current, new Command.ApplyChanges(step.Commands) { MayRemoveMany = true }, WastefulTenant.Context) is not Decision.Accepted { Next: var next })
            {
                return $"step {step.Kind} is refused.";
            }

            if (Loses(current, next, request, recipe) is { } wrong)
            {
                return $"in step {step.Kind} {wrong}";
            }

            foreach (int sku in Enumerable.Range(0, next.Catalog.Skus.Count))
            {
                long more = next.HoldersOf(sku).Count - start.HoldersOf(sku).Count;
                most[sku] = Math.Max(most.GetValueOrDefault(sku), more);
            }

            current = next;
        }

        foreach (Staying one in recipe.Staying)
        {
            Count(one.Reason.ToString());
        }

        if (recipe.Seats.Any(need => need.Needed > need.Free))
        {
            Count("short");
        }

        // Who stays for want of a seat is counted as well, so it may be more than was held, never less.
        if (most.FirstOrDefault(pair => pair.Value > 0 && recipe.Seats.All(need => need.Sku != pair.Key || need.Needed < pair.Value)) is { Value: > 0 } seats)
        {
            return $"{seats.Value} seats of {start.Catalog.Skus[seats.Key].PartNumber} were taken, which was not said.";
        }

        return recipe.Moving.Intersect(recipe.Staying.Select(one => one.User)).Any() ? "somebody moves and stays." : Arrived(current, request, recipe);
    }

    private string? Loses(Tenant before, Tenant after, MigrationRequest request, Migration recipe)
    {
        for (int user = 0; user < before.Users.Count; user++)
        {
            HashSet<int> had = FindingOracle.Enabled(before, user), has = FindingOracle.Enabled(after, user);
            foreach (int plan in had.Except(has))
            {
                if (has.Except(had).Any(other => Exclude(before, plan, other)))
                {
                    Count("replaced");
                }
                else if (recipe.Hurt.Any(loss => loss.User == user && loss.Plan == plan) && (request.AcceptsLosses || !recipe.Moving.Contains(user)) && !recipe.IsSafe)
                {
                    Count("hurt");
                }
                else
                {
                    return $"user {user} loses {before.Catalog.Plans[plan].Name}.";
                }
            }
        }

        for (int index = 0; index < before.Fleet.CloudPcs.Count; index++)
        {
            CloudPc? was = before.Fleet.CloudPcs[index], now = after.Fleet.CloudPcs[index];
            if (was is { Status: CloudPcStatus.Provisioned } && now is null or { Status: CloudPcStatus.InGracePeriod or CloudPcStatus.Deprovisioning } && was?.Status != now?.Status
                && recipe.HurtCloudPcs.All(one => one.Id != was!.Id))
            {
                return $"Cloud PC {index} goes.";
            }
        }

        return null;
    }

    private string? Arrived(Tenant end, MigrationRequest request, Migration recipe)
    {
        int to = end.FindGroup(request.To);
        if (request.Kind == MigrationKind.SwitchSku)
        {
            Count("switched");
            LicenseSet licenses = end.Groups[to].Licenses;
            return licenses.Contains(Index(request.Skus[1])) && !licenses.Contains(Index(request.Skus[0])) ? null : "the group does not give the other SKU.";
        }

        foreach (int user in recipe.Moving)
        {
            Count($"moved {request.Kind}");
            LicenseState[] states = [.. LicenseState.Of(end, user)];
            if (!end.Groups[to].Members.Contains(user) || end.Groups[to].Licenses.Items.Any(one => !states.Any(state => state.Group == to && state.Sku == one.Sku && state.State == AssignmentState.Active)))
            {
                return $"user {user} does not have what the group gives.";
            }

            if (request.Kind == MigrationKind.DirectToGroup ? states.Any(state => state.Group < 0 && request.Skus.Contains(end.Catalog.Skus[state.Sku].Id)) : end.Groups[end.FindGroup(request.From)].Members.Contains(user))
            {
                return $"user {user} is still where it began.";
            }
        }

        return null;

        int Index(Guid id) => end.Catalog.TryGetSku(id, out Berth.Engine.Catalog.Sku? sku) ? sku.Index : -1;
    }

    private static bool Exclude(Tenant tenant, int plan, int other)
    {
        Guid one = tenant.Catalog.Plans[plan].Id, two = tenant.Catalog.Plans[other].Id;
        return tenant.Catalog.Rules.ExclusiveSets.Any(set => set.Plans.Contains(one) && set.Plans.Contains(two))
            && !tenant.Catalog.Rules.AllowedPairs.Any(pair => (pair.First == one && pair.Second == two) || (pair.First == two && pair.Second == one));
    }

    private void Count(string what) => _occurred.AddOrUpdate(what, 1, static (_, times) => times + 1);
}
