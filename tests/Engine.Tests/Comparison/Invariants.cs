using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Comparison;

/// <summary>What must hold for the engine after every command, whatever the oracle says.</summary>
public static class Invariants
{
    /// <summary>Says what is broken; nothing when all is well.</summary>
    public static IEnumerable<string> Broken(EngineDesk desk)
    {
        if (desk.Last.Decision is Decision.Refused)
        {
            return [];
        }

        return
        [
            .. ConsumedIsDistinctHolders(desk.Tenant),
            .. NeverAboveAssignable(desk.Before, desk.Tenant, desk.Last.Command, desk.Last.Context.Now),
            .. NobodyIsOvertaken(desk.Before, desk.Tenant, desk.Last.Command, desk.Last.Decision),
            .. TheWaitingListsAgree(desk.Tenant),
            .. ReportsAreThoseWhoHaveTheManager(desk.Tenant),
            .. SlotsAreNotExceeded(desk.Before, desk.Tenant, desk.Last.Command),
            .. OneRowForEachPair(desk.Tenant),
            .. NobodyWorksWithoutRight(desk.Tenant),
            .. GraceIsAWeek(desk.Last.Decision),
            .. FrontlineInvariants.Broken(desk.Before, desk.Tenant, desk.Last.Command, desk.Last.Context.Now),
            .. NothingIsOverdue(desk.Tenant, desk.Last.Context.Now),
            .. AlertsSayWhatIs(desk.Tenant),
            .. ReplayIsTheState(desk),
            .. DecidingAgainDecidesTheSame(desk),
        ];
    }

    private static IEnumerable<string> ConsumedIsDistinctHolders(Tenant tenant)
    {
        ILookup<int, int> holders = Users(tenant).SelectMany(user => tenant.LicensesOf(user).Held().Select(sku => (sku, user))).ToLookup(pair => pair.sku, pair => pair.user);
        for (int sku = 0; sku < tenant.Catalog.Skus.Count; sku++)
        {
            if (!holders[sku].SequenceEqual(tenant.HoldersOf(sku)))
            {
                yield return $"The holders of SKU {sku} are not the users who hold it.";
            }
        }
    }

    /// <summary>Whether a command may leave fewer units.</summary>
    public static bool MayShrink(Command command) => command switch
    {
        Command.UpdateSubscription or Command.SetUnits => true,
        Command.ApplyChanges several => several.Commands.Any(MayShrink),
        _ => false,
    };

    // A shrink or a status may leave more holders than units (L97); no command adds one then.
    private static IEnumerable<string> NeverAboveAssignable(Tenant before, Tenant after, Command command, DateTimeOffset system)
    {
        // What was due before a shrink got its seats before it (B135), and so did an earlier part of commands together.
        if (MayShrink(command) && (before.NextDue <= before.Now(system) || command is Command.ApplyChanges))
        {
            yield break;
        }

        for (int sku = 0; sku < after.Catalog.Skus.Count; sku++)
        {
            int consumed = after.HoldersOf(sku).Count;
            if (consumed > before.HoldersOf(sku).Count && after.FreeSeats(sku) < 0)
            {
                yield return $"SKU {sku} was given beyond its units: {consumed} holders, {after.FreeSeats(sku)} seats left.";
            }
        }
    }

    // An import takes its lines one by one and retries after the last. In mode fair: who got a seat of a SKU in this command began to wait no earlier than anybody for whom this seat was all that was missing, before and after.
    private static IEnumerable<string> NobodyIsOvertaken(Tenant before, Tenant after, Command command, Decision decision)
    {
        // A reprocess in mode independent first evaluates what it touches, and may take a license away there.
        bool evaluatesFirst = command is Command.ReprocessUser or Command.ReprocessGroup && after.Settings.GroupAtomicity == GroupAtomicity.Independent;
        if (before.Settings.Retry != RetryMode.Fair || command is Command.UpdateSettings or Command.ImportCatalog or Command.ImportDirectory or Command.ApplyChanges || evaluatesFirst)
        {
            yield break;
        }

        // Who joins by a rule is evaluated before the retry, and may get a seat that the same command freed (B136).
        HashSet<(int User, int Sku)> joined = decision is Decision.Accepted { Event: { } happened }
            ?
            [
                .. from added in happened.Changes.OfType<Change.MembersAdded>()
                   from tenant in new[] { before, after }
                   where added.Group < tenant.Groups.Count && tenant.Groups[added.Group].Profile.IsDynamic
                   from user in added.Users
                   from license in tenant.Groups[added.Group].Licenses.Items
                   select (user, license.Sku),
            ]
            : [];

        // A rule over assigned plans can take somebody in for a round and let them go in the next (B137), and the event tells only of who stayed.
        HashSet<int> inRounds =
        [
            .. from index in Enumerable.Range(0, after.Groups.Count)
               let profile = after.Groups[index].Profile
               where profile.IsDynamic && profile.MembershipRule?.Contains("assignedPlan", StringComparison.OrdinalIgnoreCase) == true
               from license in after.Groups[index].Licenses.Items
               select license.Sku,
        ];
        for (int sku = 0; sku < after.Catalog.Skus.Count; sku++)
        {
            int[] served = inRounds.Contains(sku) || after.HoldersOf(sku).Count == 0 || after.WaitingFor(sku).Count == 0 ? [] : [.. after.HoldersOf(sku).Except(before.HoldersOf(sku))];
            foreach (WaitingPair waiting in served.Length == 0 ? [] : after.WaitingFor(sku).Where(pair => OnlyASeatIsMissing(before, pair, sku) && OnlyASeatIsMissing(after, pair, sku)))
            {
                foreach (int user in served.Where(user => !joined.Contains((user, sku)) && (Since(before, user, sku) is not { } since || since > waiting)))
                {
                    yield return $"{after.Users[user]!.Id} got a seat of SKU {sku} that {waiting.UserId} has waited for longer.";
                }
            }
        }
    }

    // The earliest pair through which the user waited for the SKU; null when there was none.
    private static WaitingPair? Since(Tenant tenant, int user, int sku) =>
        user < tenant.Users.Count ? tenant.WaitingFor(sku).Where(pair => pair.User == user).Cast<WaitingPair?>().FirstOrDefault() : null;

    private static bool OnlyASeatIsMissing(Tenant tenant, WaitingPair pair, int sku) =>
        pair.User < tenant.Users.Count
        && tenant.LicensesOf(pair.User).Source(pair.Group)?.Trouble is { } trouble
        && trouble.Since == pair.Since
        && trouble[sku] == LicenseError.CountViolation
        && trouble.Errors.All(error => error.Sku == sku || error.Error == LicenseError.Other)
        && tenant.FreeSeats(sku) < 1;

    private static IEnumerable<string> TheWaitingListsAgree(Tenant tenant)
    {
        WaitingPair[] troubled =
        [
            .. Users(tenant).SelectMany(user => tenant.LicensesOf(user).Groups.Where(source => source.Trouble is not null)
                .Select(source => new WaitingPair(source.Trouble!.Since, tenant.Users[user]!.Id, tenant.Groups[source.Group].Id, user, source.Group))).Order(),
        ];
        if (!troubled.SequenceEqual(tenant.Troubled))
        {
            yield return "The list of pairs in error is not the pairs in error.";
        }

        ILookup<int, WaitingPair> waiting = troubled
            .SelectMany(pair => tenant.LicensesOf(pair.User).Source(pair.Group)!.Value.Trouble!.Errors.Select(error => (error.Sku, pair)))
            .ToLookup(one => one.Sku, one => one.pair);
        for (int sku = 0; sku < tenant.Catalog.Skus.Count; sku++)
        {
            if (!waiting[sku].SequenceEqual(tenant.WaitingFor(sku)))
            {
                yield return $"The list of pairs that wait for SKU {sku} is not those that show an error for it.";
            }
        }

        for (int group = 0; group < tenant.Groups.Count; group++)
        {
            if (!troubled.Where(pair => pair.Group == group).Select(pair => pair.User).Order().SequenceEqual(tenant.Groups[group].Troubled))
            {
                yield return $"Group {group} does not list its users in error.";
            }
        }
    }

    private static IEnumerable<string> ReportsAreThoseWhoHaveTheManager(Tenant tenant)
    {
        ILookup<int, int> reports = Enumerable.Range(0, tenant.Users.Count).ToLookup(tenant.ManagerOf);
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (!reports[user].SequenceEqual(tenant.ReportsOf(user)))
            {
                yield return $"The reports of user {user} are not the users whose manager it is.";
            }
        }
    }

    // A shrink may leave more rows with a slot than slots (B264); no other command adds one then.
    private static IEnumerable<string> SlotsAreNotExceeded(Tenant before, Tenant after, Command command) =>
        from plan in after.Catalog.CloudPcPlans
        where plan.Kind != CloudPcKind.Frontline
        let used = after.Fleet.SlotsUsed(plan.Plan)
        where used > Slots.Of(after.Catalog, after.Subscriptions, plan.Plan) && used > before.Fleet.SlotsUsed(plan.Plan) && !MayShrink(command)
        select $"{used} Cloud PCs of plan {plan.Id} hold a slot, more than there are.";

    // C11
    private static IEnumerable<string> OneRowForEachPair(Tenant tenant) => Rows(tenant).Where(row => row.Status != CloudPcStatus.Deprovisioning && !row.IsShared)
        .GroupBy(row => (row.User, row.Plan)).Where(pair => pair.Count() > 1).Select(pair => $"User {pair.Key.User} has {pair.Count()} Cloud PCs of plan {pair.Key.Plan}.");

    // C5, B267, B285
    private static IEnumerable<string> NobodyWorksWithoutRight(Tenant tenant)
    {
        foreach (CloudPc row in Rows(tenant).Where(row => row.Status is CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings))
        {
            if (row.Assignment is not null)
            {
                if (!FrontlineInvariants.HasRight(tenant, row))
                {
                    yield return $"Cloud PC {row.Id} is provisioned without right.";
                }

                continue;
            }

            bool licensed = tenant.Users[row.User] is not null && IsLicensed(tenant, tenant.LicensesOf(row.User), row.Plan);
            bool covered = tenant.Catalog.CloudPcPlanOf(row.Plan)!.Kind == CloudPcKind.Business || tenant.Fleet.CoverageOf(row.User).Any(one => one.Policy == row.Policy);
            bool right = row.AllocatedAt is not null || (licensed && covered);
            if (!right)
            {
                yield return $"Cloud PC {row.Id} is provisioned without right.";
            }
        }

        foreach (Session session in tenant.Fleet.Sessions.Values.Where(session => tenant.Fleet.CloudPcs[session.CloudPc] is not { IsUsable: true } row || (row.User != session.User && !row.IsShared)))
        {
            yield return $"Session {session.Id} is on a Cloud PC that cannot be used.";
        }
    }

    private static bool IsLicensed(Tenant tenant, UserLicenses licenses, int plan) => licenses.Direct.CloudPcPlans(tenant.Catalog).Contains(plan)
        || licenses.Groups.Any(source => source.Applied.CloudPcPlans(tenant.Catalog).Contains(plan));

    // C37
    private static IEnumerable<string> GraceIsAWeek(Decision decision) =>
        from change in (decision as Decision.Accepted)?.Event?.Changes.OfType<Change.CloudPcSet>() ?? []
        where change.CloudPc.Status == CloudPcStatus.InGracePeriod
        let begun = change.Step.Reason is not CloudPcReason.ActionAsked and not CloudPcReason.HostDone and not CloudPcReason.HostFailed and not CloudPcReason.HostChanged
            and not CloudPcReason.PointAsked and not CloudPcReason.PointMade and not CloudPcReason.PointFailed
        where begun ? change.CloudPc.GraceEndsAt != change.Step.At.AddHours(168) : change.CloudPc.GraceEndsAt <= change.Step.At
        select $"The grace period of {change.CloudPc.Id} ends at {change.CloudPc.GraceEndsAt:O}, not a week after {change.Step.At:O}.";

    // B283
    private static IEnumerable<string> NothingIsOverdue(Tenant tenant, DateTimeOffset now) =>
        tenant.Fleet.NextDue <= now && tenant.Clock.FrozenAt is null ? [$"Something of the fleet was due at {tenant.Fleet.NextDue:O}."] : [];

    // Built-in rules: an alert is active while there is something to tell, and tells how much (B450, B454).
    private static IEnumerable<string> AlertsSayWhatIs(Tenant tenant)
    {
        (AlertTemplate Template, int Count)[] seen =
        [
            (AlertTemplate.Provision, Rows(tenant).Count(row => row.Status == CloudPcStatus.Failed)),
            (AlertTemplate.InGracePeriod, Rows(tenant).Count(row => row.Status == CloudPcStatus.InGracePeriod)),
            (AlertTemplate.NetworkConnectionCheck, tenant.Fleet.Connections.Values.Count(one => one.Health == HealthCheckStatus.Failed)),
            (AlertTemplate.FrontlineInsufficientLicenses, Rows(tenant).Count(row =>
                row.Status == CloudPcStatus.PendingProvision && tenant.Catalog.CloudPcPlanOf(row.Plan)!.Kind == CloudPcKind.Frontline)),
            (AlertTemplate.ImageUpload, 0),
        ];
        foreach ((AlertTemplate template, int count) in seen)
        {
            long told = tenant.Alerts.Active.TryGetValue(template, out int index) ? tenant.Alerts.Records[index].Impact.Value : 0;
            if (told != count)
            {
                yield return $"The alert {template} tells of {told}, and there are {count}.";
            }
        }
    }

    private static IEnumerable<CloudPc> Rows(Tenant tenant) => Enumerable.Range(0, tenant.Fleet.CloudPcs.Count).Select(index => tenant.Fleet.CloudPcs[index]).OfType<CloudPc>();

    private static IEnumerable<string> ReplayIsTheState(EngineDesk desk) => desk.Last.Decision is Decision.Accepted { Event: { } happened }
        ? Differences("The event replayed", Deciding.Apply(desk.Before, happened), desk.Tenant)
        : ReferenceEquals(desk.Before, desk.Tenant) ? [] : ["The tenant changed without an event."];

    private static IEnumerable<string> DecidingAgainDecidesTheSame(EngineDesk desk)
    {
        Decision.Accepted first = (Decision.Accepted)desk.Last.Decision;
        if (Deciding.Decide(desk.Before, desk.Last.Command, desk.Last.Context) is not Decision.Accepted again)
        {
            return ["Deciding again refuses."];
        }

        bool sameEvent = first.Event is null == again.Event is null
            && (first.Event is null || first.Event.Changes.Where(change => change is not Change.CatalogSet)
                .SequenceEqual(again.Event!.Changes.Where(change => change is not Change.CatalogSet)));
        return sameEvent && first.Remaining == again.Remaining ? Differences("Deciding again", again.Next, desk.Tenant) : ["Deciding again decides something else."];
    }

    /// <summary>Where two tenants differ in what licensing and the directory keep.</summary>
    public static IEnumerable<string> Differences(string who, Tenant one, Tenant other)
    {
        if (one.Version != other.Version || one.Settings != other.Settings || one.UserCount != other.UserCount || one.GroupCount != other.GroupCount
            || one.Users.Count != other.Users.Count || !SameItems(one.Deleted, other.Deleted) || one.Groups.Count != other.Groups.Count || one.Subscriptions != other.Subscriptions
            || (!ReferenceEquals(one.Catalog, other.Catalog) && one.Catalog.Skus != other.Catalog.Skus))
        {
            yield return $"{who} gives another tenant.";
            yield break;
        }

        for (int user = 0; user < one.Users.Count; user++)
        {
            if (one.Users[user] != other.Users[user] || !one.LicensesOf(user).Equals(other.LicensesOf(user)) || one.GroupsOf(user) != other.GroupsOf(user)
                || one.ManagerOf(user) != other.ManagerOf(user) || !one.ReportsOf(user).SequenceEqual(other.ReportsOf(user))
                || one.OwnedBy(user) != other.OwnedBy(user))
            {
                yield return $"{who} gives another user {user}.";
            }
        }

        for (int group = 0; group < one.Groups.Count; group++)
        {
            Group first = one.Groups[group], second = other.Groups[group];
            if (first.Profile != second.Profile || first.IsDeleted != second.IsDeleted || !first.Members.SequenceEqual(second.Members)
                || first.MemberGroups != second.MemberGroups || !first.Licenses.Equals(second.Licenses) || !first.Troubled.SequenceEqual(second.Troubled)
                || first.EverLicensed != second.EverLicensed || first.Owners != second.Owners)
            {
                yield return $"{who} gives another group {group}.";
            }
        }

        for (int sku = 0; sku < one.Catalog.Skus.Count; sku++)
        {
            bool empty = one.HoldersOf(sku).Count + other.HoldersOf(sku).Count + one.WaitingFor(sku).Count + other.WaitingFor(sku).Count == 0;
            if (!empty && (!one.HoldersOf(sku).SequenceEqual(other.HoldersOf(sku)) || !one.WaitingFor(sku).SequenceEqual(other.WaitingFor(sku))))
            {
                yield return $"{who} gives other holders or waiting users of SKU {sku}.";
            }
        }

        if (!one.Troubled.SequenceEqual(other.Troubled))
        {
            yield return $"{who} gives another waiting order.";
        }

        if (!one.CloudApps.Apps.SequenceEqual(other.CloudApps.Apps) || one.CloudApps.NextApp != other.CloudApps.NextApp || one.CloudApps.DueAt != other.CloudApps.DueAt
            || !one.CloudApps.Awaiting.SequenceEqual(other.CloudApps.Awaiting))
        {
            yield return $"{who} gives other cloud apps.";
        }

        if (!FrontlineInvariants.AreSame(one, other))
        {
            yield return $"{who} gives other pools of Frontline.";
        }

        if (!Same(one.Fleet, other.Fleet, one.Users.Count, one.Catalog))
        {
            yield return $"{who} gives another fleet.";
        }
    }

    private static bool Same(Fleet one, Fleet other, int users, SkuCatalog catalog) =>
        one.Policies.SequenceEqual(other.Policies) && one.NextPolicy == other.NextPolicy && one.Count == other.Count && one.CloudPcs.Count == other.CloudPcs.Count
        && Enumerable.Range(0, one.CloudPcs.Count).All(index => one.CloudPcs[index] == other.CloudPcs[index])
        && one.Connections.SequenceEqual(other.Connections) && one.Retained.SequenceEqual(other.Retained) && one.Sessions.SequenceEqual(other.Sessions)
        && one.Pending.SetEquals(other.Pending) && one.Resizes.SetEquals(other.Resizes) && one.NextDue == other.NextDue
        && Enumerable.Range(0, users).All(user => one.CoverageOf(user) == other.CoverageOf(user) && one.OfUser(user) == other.OfUser(user))
        && catalog.CloudPcPlans.All(plan => one.SlotsUsed(plan.Plan) == other.SlotsUsed(plan.Plan));

    private static bool SameItems(DeletedItems one, DeletedItems other) =>
        one.Users.SequenceEqual(other.Users) && one.Groups.SequenceEqual(other.Groups) && one.NextPurge == other.NextPurge
        && one.Users.All(item => other.FindUser(item.Value.User.Id) == item.Key) && one.Groups.All(item => other.FindGroup(item.Value.Id) == item.Key);

    private static IEnumerable<int> Users(Tenant tenant) => Enumerable.Range(0, tenant.Users.Count).Where(user => tenant.Users[user] is not null);
}
