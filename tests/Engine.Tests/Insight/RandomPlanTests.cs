using System.Collections.Concurrent;
using System.Globalization;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Engine.Tests.Comparison;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Insight;

/// <summary>
/// The plan of every command of random scripts against what then happened (B500, B503): the tenant it foresaw is the one that came, and its rows, sums and figures are those that
/// a comparison of everything with everything finds.
/// </summary>
public sealed class RandomPlanTests(ITestOutputHelper output)
{
    private const int Commands = 3_000;
    private const int LongerAtMost = 20;

    private readonly Draws _draws = new();
    private readonly ConcurrentDictionary<string, int> _occurred = new();
    private int _commands;

    [Fact]
    public void What_is_planned_of_licenses_is_what_happens() => Run(
        Requests.Script,
        static (engine, request, aim) => Aim.At(engine.Tenant, request, aim),
        ["lost", "failed", "given", "other plans"]);

    [Fact]
    public void What_is_planned_of_Cloud_PCs_is_what_happens() => Run(
        CloudPcRequests.Script,
        static (engine, request, aim) => Aim.At(engine.Tenant, request, aim),
        ["EntersGrace", "Recovered", "Provisioned", "Pending", "NotProvisioned", "Deprovisioned", "Resized", "Failed", "Reprovisioned", "Restored"]);

    [Fact]
    public void What_is_planned_of_Frontline_is_what_happens() => Run(
        FrontlineRequests.Script,
        static (engine, request, aim) => FrontlineAim.At(engine.Picture(), engine.Fleet(), request, aim),
        ["EntersGrace", "Provisioned", "Deprovisioned"]);

    private void Run(Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> random, Func<EngineDesk, Request, int, Request> aimed, string[] mustOccur)
    {
        // Some effects are rare: the run goes on until each has been seen, but not for ever.
        int most = Commands * (Environment.GetEnvironmentVariable("BERTH_LONG") == "1" ? 50 : 1);
        while (_commands < most || (_commands < most * LongerAtMost && mustOccur.Except(_occurred.Keys).Any()))
        {
            _draws.Try(random, 40, script =>
            {
                EngineDesk engine = new(script.Country);
                foreach ((Request request, int minute, int aim) in script.Steps)
                {
                    engine.Do(aimed(engine, request, aim), Desk.Opening.AddMinutes(minute));
                    Interlocked.Increment(ref _commands);
                    if (engine.Last.Command is not Command.SetClock)
                    {
                        string? wrong = Difference(engine);
                        Assert.True(wrong is null, $"{request}: {wrong}");
                    }
                }
            });
        }

        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }

        Assert.Empty(mustOccur.Except(_occurred.Keys));
    }

    private string? Difference(EngineDesk engine)
    {
        (Command command, DecisionContext context, Decision decision) = engine.Last;
        Tenant before = engine.Before;
        IReadOnlyList<Command> commands = command is Command.ApplyChanges several ? several.Commands : [command];
        Plan? plan = Plan.Of(before, commands, context, out Refusal? refusal);
        if (decision is Decision.Refused refused)
        {
            // A guard of applying is none of planning, and a plan is for no version.
            return refused.Refusal.Code is RefusalCode.RemovesMany or RefusalCode.VersionMoved ? null
                : refusal?.Code == refused.Refusal.Code ? null : $"the engine refuses with {refused.Refusal.Code}, the plan with {refusal?.Code}";
        }

        Tenant after = ((Decision.Accepted)decision).Next;
        if (plan is null)
        {
            return $"the plan is refused, the command is not: {refusal}";
        }

        return Invariants.Differences("What was planned", plan.After, after).FirstOrDefault() ?? Licenses(plan, before, after) ?? Pools(plan, before, after) ?? Machines(plan, before, after);
    }

    private string? Licenses(Plan plan, Tenant before, Tenant after)
    {
        Dictionary<(Guid User, int Sku, int Group), LicenseState> was = Rows(before), now = Rows(after);
        SortedSet<string> expected = new(StringComparer.Ordinal), found = new(StringComparer.Ordinal);
        HashSet<Guid> inError = [];
        foreach ((Guid User, int Sku, int Group) key in was.Keys.Union(now.Keys))
        {
            LicenseState? one = was.TryGetValue(key, out LicenseState row) ? row : null, other = now.TryGetValue(key, out row) ? row : null;
            // Plans that are only wanted change nothing for the user.
            bool isWanted = one?.State == AssignmentState.Error && other?.State == AssignmentState.Error;
            if (one?.State == other?.State && one?.Error == other?.Error && (isWanted || one?.Disabled == other?.Disabled))
            {
                continue;
            }

            LicenseError error = other?.Error is { } shows && shows != (one?.Error ?? LicenseError.None) ? shows : LicenseError.None;
            expected.Add($"{key.User} {key.Sku} {(key.Group < 0 ? null : after.Groups[key.Group].Id)} {one?.State} {other?.State} {error}");
            Occurred(other is null ? "lost" : error != LicenseError.None ? "failed" : one is null ? "given" : one?.Disabled != other?.Disabled ? "other plans" : "another state");
            if (error != LicenseError.None)
            {
                inError.Add(key.User);
            }
        }

        foreach (PlannedLicense one in plan.Licenses)
        {
            found.Add($"{one.UserId} {one.Sku} {one.GroupId} {one.Before} {one.After} {one.Error}");
        }

        if (!expected.SetEquals(found) || found.Count != plan.Licenses.Count)
        {
            return $"not planned\n  {string.Join("\n  ", expected.Except(found))}\nplanned and not so\n  {string.Join("\n  ", found.Except(expected))}";
        }

        // Removals come first (contract, Plan).
        if (plan.Licenses.SkipWhile(static one => one.After is null).Any(static one => one.After is null))
        {
            return "something lost stands behind something else";
        }

        Dictionary<Guid, HashSet<int>> held = Held(before), holds = Held(after);
        (int, int, int) sums = (
            holds.Count(pair => !pair.Value.IsSubsetOf(held.GetValueOrDefault(pair.Key) ?? [])),
            held.Count(pair => !pair.Value.IsSubsetOf(holds.GetValueOrDefault(pair.Key) ?? [])),
            inError.Count);
        return sums == (plan.Gaining, plan.Losing, plan.InError) ? null : $"gaining, losing, in error are {sums}, and planned were {(plan.Gaining, plan.Losing, plan.InError)}";
    }

    private static string? Pools(Plan plan, Tenant before, Tenant after)
    {
        Func<int, (long, int, int)> one = Figures(before), other = Figures(after);
        foreach (Berth.Engine.Catalog.Sku sku in after.Catalog.Skus)
        {
            (long, int, int) was = one(sku.Index), now = other(sku.Index);
            PlannedPool? pool = plan.Pools.SingleOrDefault(row => row.Sku == sku.Index);
            if (pool is null && was != now)
            {
                return $"the figures of {sku.PartNumber} go from {was} to {now}, and the plan does not say so";
            }

            if (pool is not null && ((pool.ConsumedBefore, pool.WaitingBefore) != (was.Item2, was.Item3) || (pool.Assignable, pool.ConsumedAfter, pool.WaitingAfter) != now))
            {
                return $"the figures of {sku.PartNumber} go from {was} to {now}, and the plan says {pool}";
            }
        }

        return null;
    }

    private string? Machines(Plan plan, Tenant before, Tenant after)
    {
        Dictionary<Guid, PlannedCloudPc> planned = [];
        foreach (PlannedCloudPc row in plan.CloudPcs)
        {
            Occurred($"{row.Effect}");
            if (row.Id is { } id && !planned.TryAdd(id, row))
            {
                return $"Cloud PC {id} is planned twice";
            }
        }

        for (int index = 0; index < after.Fleet.CloudPcs.Count; index++)
        {
            CloudPc? was = index < before.Fleet.CloudPcs.Count ? before.Fleet.CloudPcs[index] : null, now = after.Fleet.CloudPcs[index];
            if (was is null)
            {
                continue;
            }

            CloudPcEffect? effect = planned.TryGetValue(was.Id, out PlannedCloudPc row) ? row.Effect : null;
            bool acted = now is not null && !now.Actions.Equals(was.Actions);
            bool isRight = now switch
            {
                null or { Status: CloudPcStatus.Deprovisioning } when was.Status == now?.Status => true,
                null or { Status: CloudPcStatus.Deprovisioning } => effect == (was.ProvisionedAt is null ? CloudPcEffect.Unlisted : CloudPcEffect.Deprovisioned) && row.DestroysData == was.ProvisionedAt is not null,
                _ when now.Plan != was.Plan => effect == CloudPcEffect.Resized,
                { Status: CloudPcStatus.InGracePeriod } when was.Status != now.Status => effect == CloudPcEffect.EntersGrace && row.Date == now.GraceEndsAt && row.DestroysData,
                _ when was.Status == CloudPcStatus.InGracePeriod && now.Status == CloudPcStatus.Provisioned && !acted => effect == CloudPcEffect.Recovered && !row.DestroysData,
                _ when was.Status != now.Status => effect is not null || (was.HoldsSlot && now.Status is CloudPcStatus.Provisioning or CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings),
                _ => effect is null || acted || now.Status is not (CloudPcStatus.Provisioned or CloudPcStatus.InGracePeriod or CloudPcStatus.PendingProvision or CloudPcStatus.NotProvisioned),
            };
            if (!isRight)
            {
                return $"Cloud PC {was.Id} goes from {was.Status} of plan {was.Plan} to {now?.Status} of plan {now?.Plan}, and the plan says {effect?.ToString() ?? "nothing"} {row.Date:O}";
            }
        }

        int came = after.Fleet.CloudPcs.Count - before.Fleet.CloudPcs.Count;
        int listed = Enumerable.Range(before.Fleet.CloudPcs.Count, came).Count(index => after.Fleet.CloudPcs[index] is not (null or { Status: CloudPcStatus.Deprovisioning }));
        int planNew = plan.CloudPcs.Count(static row => row.Id is null && row.Effect is not (CloudPcEffect.Deprovisioned or CloudPcEffect.Unlisted));
        return listed == planNew ? null : $"{listed} Cloud PCs come, and {planNew} were planned";
    }

    private void Occurred(string what) => _occurred.AddOrUpdate(what, 1, static (_, times) => times + 1);

    private static Func<int, (long Assignable, int Consumed, int Waiting)> Figures(Tenant tenant)
    {
        ILookup<int, int> consumed = Held(tenant).SelectMany(static pair => pair.Value).ToLookup(static sku => sku);
        ILookup<int, int> waiting = Rows(tenant).Where(static pair => pair.Value.Error == LicenseError.CountViolation).Select(static pair => pair.Key.Sku).ToLookup(static sku => sku);
        return sku => (tenant.PrepaidUnitsOf(sku).Assignable, consumed[sku].Count(), waiting[sku].Count());
    }

    private static Dictionary<(Guid User, int Sku, int Group), LicenseState> Rows(Tenant tenant) => People(tenant)
        .SelectMany(one => LicenseState.Of(tenant, one.Index).Select(row => ((one.User.Id, row.Sku, row.Group), row))).ToDictionary(static pair => pair.Item1, static pair => pair.row);

    private static Dictionary<Guid, HashSet<int>> Held(Tenant tenant) =>
        People(tenant).ToDictionary(static one => one.User.Id, one => tenant.LicensesOf(one.Index).Held().ToHashSet());

    private static IEnumerable<(int Index, User User)> People(Tenant tenant)
    {
        for (int index = 0; index < tenant.Users.Count; index++)
        {
            if (tenant.Users[index] is { } user)
            {
                yield return (index, user);
            }
        }
    }
}
