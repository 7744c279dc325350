using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Migrations;

/// <summary>
/// Draws a recipe: all who may move are taken along, the steps are decided one after another on a tenant that nobody else sees, and whoever is hurt stays; then
/// again with the others, until nobody who moves is hurt (B597, B598). It knows no rule of licensing itself: what is in the way is what the engine found.
/// </summary>
internal sealed class MigrationDrawing(Tenant tenant, MigrationRequest request, DecisionContext context)
{
    // Each round takes out everybody who was hurt in it. One is nearly always enough; a seat that comes free may let somebody in who then fails otherwise.
    private const int MostRounds = 8;

    // B596: a step is something that a person looks at.
    private const int MostOfAStep = 1_000;

    private readonly SkuCatalog _catalog = tenant.Catalog;
    private readonly List<Staying> _staying = [];
    private int _from = -1;
    private int _to = -1;

    /// <summary>The recipe.</summary>
    public Migration? Draw(out Refusal? refusal)
    {
        refusal = Check();
        if (refusal is not null)
        {
            return null;
        }

        int[] movers = [.. Movers().OrderBy(user => tenant.Users[user]!.Id)];
        int remaining = Math.Max(0, movers.Length - MigrationRequest.MostUsers);
        movers = movers[..^remaining];
        for (int round = 1; ; round++)
        {
            (List<MigrationStep> steps, Staying[] hurt) = Play(movers, out refusal);
            if (refusal is not null)
            {
                return null;
            }

            hurt = hurt.Length > 0 ? hurt : round < MostRounds ? [.. Hurt(movers, steps)] : [];
            if (hurt.Length == 0)
            {
                return Told(movers, remaining, steps);
            }

            _staying.AddRange(hurt);
            HashSet<int> stay = [.. hurt.Select(static one => one.User)];
            movers = [.. movers.Where(user => !stay.Contains(user))];
        }
    }

    private Refusal? Check()
    {
        _to = tenant.FindGroup(request.To);
        _from = request.Kind == MigrationKind.GroupToGroup ? tenant.FindGroup(request.From) : -1;
        if (_to < 0 || (request.Kind == MigrationKind.GroupToGroup && _from < 0))
        {
            return new Refusal(RefusalCode.GroupNotFound) { Subject = _to < 0 ? request.To : request.From };
        }

        foreach (Guid id in request.Skus)
        {
            if (!_catalog.TryGetSku(id, out Sku? sku) || !tenant.Owns(sku.Index))
            {
                return new Refusal(RefusalCode.SkuNotInTenant) { Subject = id };
            }

            // What the new group is to give and does not, it gets as the old one gives it.
            if (request.Kind == MigrationKind.GroupToGroup && !tenant.Groups[_to].Licenses.Contains(sku.Index) && !tenant.Groups[_from].Licenses.Contains(sku.Index))
            {
                return new Refusal(RefusalCode.LicenseNotHeld) { Subject = id };
            }
        }

        foreach (Guid id in request.Users)
        {
            if (tenant.FindUser(id) < 0)
            {
                return new Refusal(RefusalCode.UserNotFound) { Subject = id };
            }
        }

        return null;
    }

    private IEnumerable<int> Movers()
    {
        if (request.Kind == MigrationKind.SwitchSku)
        {
            yield break;
        }

        IEnumerable<int> asked = request.Users.Count > 0 ? request.Users.Select(id => tenant.FindUser(id)).Distinct()
            : request.Kind == MigrationKind.GroupToGroup ? tenant.Groups[_from].Members
            : Enumerable.Range(0, tenant.Users.Count).Where(user => tenant.Users[user] is not null && Directs(user).Any());
        foreach (int user in asked)
        {
            StayReason? stays = request.Kind == MigrationKind.DirectToGroup && !Directs(user).Any() ? StayReason.NothingToMove
                : request.Kind == MigrationKind.GroupToGroup && !IsMember(user, _from) ? StayReason.NothingToMove
                : request.Kind == MigrationKind.GroupToGroup && tenant.Groups[_from].Profile.IsDynamic ? StayReason.HeldByRule
                : tenant.Groups[_to].Profile.IsDynamic && !IsMember(user, _to) ? StayReason.NotChosenByRule
                : null;
            if (stays is { } reason)
            {
                _staying.Add(new Staying(user, reason));
            }
            else
            {
                yield return user;
            }
        }
    }

    private bool IsMember(int user, int group) => tenant.GroupsOf(user).Span.BinarySearch(group) >= 0;

    private IEnumerable<License> Directs(int user)
    {
        foreach (License license in tenant.LicensesOf(user).Direct.Items)
        {
            if (request.Skus.Contains(_catalog.Skus[license.Sku].Id))
            {
                yield return license;
            }
        }
    }

    // The steps as commands; a step has no more than a plan takes.
    private IEnumerable<(MigrationStepKind Kind, Command[] Commands)> Steps(int[] movers)
    {
        if (request.Kind == MigrationKind.SwitchSku)
        {
            yield return (MigrationStepKind.Switch, [new Command.AssignGroupLicenses(request.To, [new LicenseRequest(request.Skus[1], [])], [request.Skus[0]])]);
            yield break;
        }

        LicenseRequest[] missing = movers.Length == 0 ? [] : [.. Missing(movers)];
        if (missing.Length > 0)
        {
            yield return (MigrationStepKind.LicenseGroup, [new Command.AssignGroupLicenses(request.To, missing.ToValueArray(), [])]);
        }

        Guid[] joining = [.. movers.Where(user => !IsMember(user, _to)).Select(Id)];
        if (joining.Length > 0)
        {
            yield return (MigrationStepKind.Join, [new Command.AddMembers(request.To, joining.ToValueArray())]);
        }

        if (request.Kind == MigrationKind.GroupToGroup)
        {
            if (movers.Length > 0)
            {
                yield return (MigrationStepKind.Leave, [new Command.RemoveMembers(request.From, movers.Select(Id).ToValueArray())]);
            }

            yield break;
        }

        foreach (int[] some in movers.Chunk(MostOfAStep))
        {
            yield return (MigrationStepKind.TakeDirect,
                [.. some.Select(user => new Command.AssignUserLicenses(Id(user), [], Directs(user).Select(one => _catalog.Skus[one.Sku].Id).ToValueArray()))]);
        }
    }

    // A group that is licensed for the first time switches on whatever one of the movers has on: then no direct copy has more than it (L78).
    private IEnumerable<LicenseRequest> Missing(int[] movers)
    {
        foreach (Guid id in request.Skus)
        {
            _ = _catalog.TryGetSku(id, out Sku? sku);
            if (tenant.Groups[_to].Licenses.Contains(sku!.Index))
            {
                continue;
            }

            IEnumerable<int>? off = null;
            if (request.Kind == MigrationKind.GroupToGroup)
            {
                off = tenant.Groups[_from].Licenses.Disabled(sku.Index)!.Value;
            }
            else
            {
                foreach (int user in movers)
                {
                    off = tenant.LicensesOf(user).Direct.Disabled(sku.Index) is { } own ? off is null ? [.. own] : [.. off.Intersect(own)] : off;
                }
            }

            if (off is not null)
            {
                yield return new LicenseRequest(id, off.Order().Select(plan => _catalog.Plans[plan].Id).ToValueArray());
            }
        }
    }

    private Guid Id(int user) => tenant.Users[user]!.Id;

    // One step after another. What Graph refuses of one user's direct licenses concerns that user; any other refusal concerns the recipe.
    private (List<MigrationStep> Steps, Staying[] Refused) Play(int[] movers, out Refusal? refusal)
    {
        List<MigrationStep> steps = [];
        Tenant current = tenant;
        refusal = null;
        foreach ((MigrationStepKind kind, Command[] commands) in Steps(movers))
        {
            Staying[] refused = kind == MigrationStepKind.TakeDirect ? [.. Refused(current, commands)] : [];
            if (refused.Length > 0)
            {
                return (steps, refused);
            }

            if (Plan.Of(current, commands, context, out refusal) is not { } plan)
            {
                return (steps, []);
            }

            steps.Add(new MigrationStep(kind, commands.ToValueArray(), plan, Losses(current, plan.After).ToValueArray()));
            current = plan.After;
        }

        return (steps, []);
    }

    private IEnumerable<Staying> Refused(Tenant current, Command[] commands)
    {
        foreach (Command command in commands)
        {
            if (Deciding.Decide(current, command, context) is Decision.Refused no)
            {
                yield return new Staying(tenant.FindUser(((Command.AssignUserLicenses)command).UserId), StayReason.Refused, Refusal: no.Refusal);
            }
        }
    }

    private static IEnumerable<PlanLoss> Losses(Tenant before, Tenant after)
    {
        for (int user = 0; user < before.Users.Count; user++)
        {
            UserLicenses was = before.LicensesOf(user), now = after.LicensesOf(user);
            if (ReferenceEquals(was, now) || before.Users[user] is null)
            {
                continue;
            }

            HashSet<int> on = [.. EnabledPlans.Of(after, now)], had = [.. EnabledPlans.Of(before, was)];
            foreach (int plan in had.Where(plan => !on.Contains(plan)).Order())
            {
                yield return new PlanLoss(user, plan, Replacement(after.Catalog.Compiled, plan, on.Where(each => !had.Contains(each))));
            }
        }
    }

    // Only what could not stand beside it takes its place.
    private static int Replacement(CompiledRules rules, int plan, IEnumerable<int> gained)
    {
        int bit = rules.BitOf(plan);
        if (bit < 0)
        {
            return -1;
        }

        PlanBits excluded = rules.ExcludedBy(PlanBits.Of(bit));
        return gained.Order().Where(other => rules.BitOf(other) is >= 0 and int against && excluded.Has(against)).DefaultIfEmpty(-1).First();
    }

    // Of those who move: who is hurt on the way, or does not have at the end what was promised.
    private IEnumerable<Staying> Hurt(int[] movers, List<MigrationStep> steps)
    {
        if (steps.Count == 0)
        {
            yield break;
        }

        Tenant after = steps[^1].Plan.After;
        Dictionary<int, int> lost = [];
        foreach (PlanLoss loss in steps.SelectMany(static step => step.Losses).Where(static loss => loss.Replacement < 0))
        {
            lost.TryAdd(loss.User, loss.Plan);
        }

        HashSet<Guid> machines = [.. steps.SelectMany(static step => step.Plan.CloudPcs).Where(Goes).Select(static one => one.UserId)];
        foreach (int user in movers)
        {
            if (InError(after, user) is { } failed)
            {
                yield return new Staying(user, StayReason.InError, failed.Sku, failed.Error);
            }
            else if (!request.AcceptsLosses && lost.TryGetValue(user, out int plan))
            {
                yield return new Staying(user, StayReason.LosesPlan, Plan: plan);
            }
            else if (machines.Contains(Id(user)))
            {
                yield return new Staying(user, StayReason.LosesCloudPc);
            }
        }
    }

    // An error that says nothing of its own (G6) has a sibling that does.
    private SkuError? InError(Tenant after, int user)
    {
        GroupSource? source = after.LicensesOf(user).Source(_to);
        if (source?.Trouble is { } trouble)
        {
            return trouble.Errors.OrderBy(static one => one.Error == LicenseError.Other).First();
        }

        foreach (License license in after.Groups[_to].Licenses.Items)
        {
            if (source?.Applied.Contains(license.Sku) != true)
            {
                return new SkuError(license.Sku, LicenseError.Other);
            }
        }

        return null;
    }

    private static bool Goes(PlannedCloudPc one) => one.Effect is CloudPcEffect.EntersGrace or CloudPcEffect.Deprovisioned;

    private Migration Told(int[] movers, int remaining, List<MigrationStep> steps)
    {
        Tenant after = steps.Count == 0 ? tenant : steps[^1].Plan.After;
        return new Migration(
            steps.ToValueArray(), movers.ToValueArray(), remaining, _staying.OrderBy(one => Id(one.User)).ToValueArray(),
            steps.SelectMany(static step => step.Losses).Where(static loss => loss.Replacement < 0).ToValueArray(),
            steps.SelectMany(static step => step.Plan.CloudPcs).Where(Goes).ToValueArray(), Seats(steps), after);
    }

    private ValueArray<SeatNeed> Seats(List<MigrationStep> steps)
    {
        Dictionary<int, long> needed = [];
        foreach (PlannedPool pool in steps.SelectMany(static step => step.Plan.Pools))
        {
            long more = Math.Max(0, pool.ConsumedAfter - tenant.HoldersOf(pool.Sku).Count);
            needed[pool.Sku] = Math.Max(needed.GetValueOrDefault(pool.Sku), more);
        }

        foreach (Staying one in _staying.Where(static one => one.Error == LicenseError.CountViolation))
        {
            needed[one.Sku] = needed.GetValueOrDefault(one.Sku) + 1;
        }

        return needed.OrderBy(pair => _catalog.Skus[pair.Key].Id).Select(pair => new SeatNeed(pair.Key, pair.Value, tenant.FreeSeats(pair.Key))).ToValueArray();
    }
}
