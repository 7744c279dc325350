using System.Reflection;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using CsCheck;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Every kind of change: one fixed example, and a generator of random ones.</summary>
internal static class Changes
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An example without what format 1 could not hold: rules of groups.</summary>
    public static Change InFormat1(Change change) => change is Change.GroupWas was
        ? was with { Was = was.Was with { GroupTypes = [], MembershipRule = null, RuleProcessing = null } }
        : change is Change.SettingsSet set
        ? new Change.SettingsSet(new TenantSettings(set.Settings.Retry, set.Settings.GroupAtomicity, set.Settings.ProvisioningDelay, set.Settings.BufferExcess))
        : change is Change.SubscriptionSet bought ? new Change.SubscriptionSet(bought.Subscription with { Owner = null })
        : change is Change.SourceSet source ? source with { AppliedBefore = LicenseSet.Empty, ErrorsBefore = [] }
        : change;

    /// <summary>Every kind of change there is.</summary>
    public static IReadOnlyList<Type> Kinds { get; } =
        [.. typeof(Change).GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(typeof(Change))).OrderBy(type => type.Name, StringComparer.Ordinal)];

    /// <summary>The examples of the golden files. They never change; a new kind gets a new one.</summary>
    public static IReadOnlyList<Change> Examples { get; } = MakeExamples();

    /// <summary>A generator for each kind.</summary>
    public static IReadOnlyDictionary<Type, Gen<Change>> Random { get; } = MakeGenerators();

    /// <summary>Equal, with catalogs by content.</summary>
    public static bool Same(Change one, Change other) => (one, other) switch
    {
        (Change.CatalogSet a, Change.CatalogSet b) =>
            a.Catalog.Plans == b.Catalog.Plans && a.Catalog.Skus == b.Catalog.Skus && a.Catalog.Rules == b.Catalog.Rules,
        _ => one == other,
    };

    private static Change[] MakeExamples()
    {
        Guid id = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");
        User plain = new(id, "ada@contoso.example", "Ada", "ada", true, null, _noon, default);
        User full = new(
            Guid.Parse("b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20"), "Grace@contoso.example", "Grace Größe 🦜", "hopper", false, "DE", _noon.AddTicks(-1),
            new UserAttributes([
                new(UserAttribute.GivenName, "Grace"),
                new(UserAttribute.Department, "Navy"),
                new(UserAttribute.Mail, "Grace@contoso.example"),
                new(UserAttribute.City, "Navy"),
                new(UserAttribute.EmployeeId, "1906"),
                new(UserAttribute.ExtensionAttribute15, "fifteenth"),
            ]));
        GroupProfile group = new(id, "Desk", null, "desk", false, true, [], null, _noon);
        LicenseSet both = LicenseSet.Of([new License(3, [1, 2, 9]), new License(200, [])]);
        LicenseSet one = LicenseSet.Of([new License(3, [])]);
        Trouble trouble = new(new WaitingSince(17, _noon.AddDays(-1)), [new SkuError(3, LicenseError.CountViolation), new SkuError(200, LicenseError.Other)]);
        ServicePlan[] plans = [new(0, id, "PLAN_A", "Plan A"), new(1, full.Id, "PLAN_B", "")];
        PlanRules rules = new(
            [new ExclusiveSet("Either", [id, full.Id])], [new AllowedPair(id, full.Id)], [new PlanRequirement(id, [full.Id])], [new PlanRegion(full.Id, ["US", "DE"], ["FR"])]);
        return
        [
            new Change.TenantCreated(new TenantProfile(id, "Contoso", "contoso.example", "US", TenantKind.Demo, _noon)),
            new Change.CatalogSet(SkuCatalog.Of(plans, [new Sku(0, id, "PART", "Part", [1, 0])], rules)),
            new Change.SettingsSet(new TenantSettings(RetryMode.EntraStrict, GroupAtomicity.Independent, TimeSpan.FromSeconds(90), 12)
            {
                Host = HostKind.Agent, FailureRates = [new FailureRate(HostJobKind.Provision, 250_000), new FailureRate(HostJobKind.Resize, FailureRate.Always)], SimulatorSeed = -7,
                DisconnectedSessions = DisconnectedSessions.Released,
                ProfileReset = TimeSpan.FromMinutes(20),
                IntelligentPrestart = false,
            }),
            new Change.ClockSet(new TenantClock(_noon.AddDays(7))),
            new Change.SubscriptionSet(new Subscription(id, 3, 250, SubscriptionStatus.Warning, true, _noon) { Owner = new SubscriptionOwner(SubscriptionOwner.Person, id) }),
            new Change.UsersSet([0, 1, 2, 9], [plain, full, full with { UserPrincipalName = "x", MailNickname = null }, plain with { MailNickname = "ada@contoso.example" }]),
            new Change.UserDeleted(1_000_000),
            new Change.UserWas(9, full),
            new Change.GroupSet(2, group with { GroupTypes = ["Unified"], Description = "", Visibility = "Private", MailEnabled = true }),
            new Change.GroupWas(2, group with { GroupTypes = ["DynamicMembership"], MembershipRule = "user.department -eq \"Sales\"", RuleProcessing = RuleProcessing.Paused }),
            new Change.MembershipProcessed(2, _noon.AddMinutes(-1)),
            new Change.TimePassed(_noon.AddDays(1)),
            new Change.GroupDeleted(2),
            new Change.MembersAdded(2, [.. Enumerable.Range(5, 1000), 2000, 3000], [7, 4]),
            new Change.MembersRemoved(2, [5], []),
            new Change.GroupLicensesSet(2, LicenseSet.Empty, both),
            new Change.DirectSet([5, 8], one, both, [_noon, _noon.AddHours(-1)]),
            new Change.SourceSet(2, [.. Enumerable.Range(0, 4000)], LicenseSet.Empty, trouble, _noon) { AppliedBefore = both, ErrorsBefore = [new SkuError(7, LicenseError.Other)] },
            new Change.Earlier(new Change.SubscriptionSet(new Subscription(id, 3, 200, SubscriptionStatus.Enabled, true, _noon))),
            new Change.ReportingSet([5, 6, 8], 3),
            new Change.OwnersAdded(2, [5, 8]),
            new Change.OwnersRemoved(2, [5]),
            new Change.RelationsEnded(RelationKind.Manager, 3, [5, 6, 8], [7]),
            new Change.UserToDeletedItems(9, _noon.AddHours(1)),
            new Change.GroupToDeletedItems(2, _noon),
            new Change.UserRestored(9, full),
            new Change.GroupRestored(2),
            new Change.DeletedUserSet(9, new DeletedUser(full, _noon, both, [2, 7], 3, [5, 8], [2])),
            new Change.DeletedGroupSet(2, new DeletedGroup(id, _noon.AddDays(-1), [5, 8], [7], [4], [9])),
            new Change.DeletedItemsPurged([5, 9], [2], true),
            new Change.GroupProcessed(2, 998, 2),
            new Change.GroupReprocessAsked(2),
            new Change.HoldersCounted(3, 17, 1_000_017),
            new Change.IdentityRecorded(IdentityAct.RoleAssigned, id, "ada@contoso.example", "License Administrator"),
            .. FleetChanges.Examples(),
            .. AlertChanges.Examples(),
            .. CloudAppChanges.Examples(),
        ];
    }

    private static Dictionary<Type, Gen<Change>> MakeGenerators()
    {
        Gen<int> index = Gen.OneOf(Gen.Int[0, 20], Gen.Int[0, 5_000_000], Gen.Const(int.MaxValue));
        Gen<string> text = Gen.OneOf(Gen.Const(""), Gen.String[Gen.Char.AlphaNumeric, 1, 40], Gen.OneOf("größe", "a@b", "🦜 in a tree", "\0\n'"), Gen.Const(new string('ä', 1024)));
        Gen<string?> maybe = Gen.OneOf(Gen.Const((string?)null), text.Select(one => (string?)one));
        Gen<DateTimeOffset> time = Gen.OneOf(
            Gen.Const(_noon), Gen.Long[0, DateTimeOffset.MaxValue.Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero)), Gen.OneOf(DateTimeOffset.MinValue, DateTimeOffset.MaxValue));
        Gen<ValueArray<int>> ascending = Gen.OneOf(
            Gen.Int[0, 400].HashSet[0, 300].Select(set => set.Order().ToValueArray()),
            Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 3000]).Select((start, count) => Enumerable.Range(start, count).ToValueArray()));
        Gen<ValueArray<int>> indexes = Gen.OneOf(ascending, index.Array[0, 20].Select(values => values.ToValueArray()));
        Gen<LicenseSet> licenses = Gen.Select(Gen.Int[0, 600].HashSet[0, 4], Gen.Int[0, 50].HashSet[0, 5])
            .Select((skus, disabled) => LicenseSet.Of(skus.Select(sku => new License(sku, disabled.Order().ToValueArray()))));
        Gen<UserAttributes> attributes = Gen.Select(Gen.OneOf(Enum.GetValues<UserAttribute>()), text).Array[0, 6]
            .Select(pairs => new UserAttributes(pairs.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)).ToValueArray()));
        Gen<User> user = Gen.Select(Gen.Guid, text, text, maybe, Gen.Bool, Gen.OneOf(null, "US", "DE", "FR"), time, attributes)
            .Select((id, name, display, nickname, enabled, country, created, rest) => new User(id, name, display, nickname == "a" ? name : nickname, enabled, country, created, rest));
        Gen<GroupProfile> group = Gen.Select(Gen.Guid, text, maybe, maybe, Gen.Bool, Gen.Bool, Gen.Select(text.Array[0, 2], maybe, time))
            .Select((id, name, description, nickname, mail, security, rest) =>
                new GroupProfile(id, name, description, nickname, mail, security, rest.Item1.ToValueArray(), rest.Item2, rest.Item3)
                {
                    MembershipRule = mail ? name : null,
                    RuleProcessing = !mail ? null : security ? RuleProcessing.On : RuleProcessing.Paused,
                });
        Gen<Trouble?> trouble = Gen.Select(Gen.Long[0, long.MaxValue], time, Gen.Select(index, Gen.Enum<LicenseError>()).Array[0, 4])
            .Select((sequence, at, errors) => new Trouble(new WaitingSince(sequence, at), errors.Select(error => new SkuError(error.Item1, error.Item2)).ToValueArray()))
            .Null();
        Gen<SkuCatalog> catalog = Gen.Select(Gen.Guid.HashSet[1, 12], text).Select((ids, name) => SkuCatalog.Of(
            ids.Select((id, i) => new ServicePlan(i, id, name, name + i)),
            ids.Select((id, i) => new Sku(i, id, name, name, [.. Enumerable.Range(0, i)])),
            new PlanRules([new ExclusiveSet(name, ids.ToValueArray())], [], [new PlanRequirement(ids.First(), [ids.Last()])], [])));
        Dictionary<Type, Gen<Change>> all = new()
        {
            [typeof(Change.TenantCreated)] = Gen.Select(Gen.Guid, text, text, text, Gen.Enum<TenantKind>(), time)
                .Select((id, name, domain, country, kind, at) => (Change)new Change.TenantCreated(new TenantProfile(id, name, domain, country, kind, at))),
            [typeof(Change.CatalogSet)] = catalog.Select(one => (Change)new Change.CatalogSet(one)),
            [typeof(Change.SettingsSet)] = Gen.Select(
                    Gen.Select(Gen.Enum<RetryMode>(), Gen.Enum<GroupAtomicity>(), Gen.Long, Gen.Int.Nullable()),
                    Gen.Enum<HostKind>(),
                    Gen.Select(Gen.Enum<HostJobKind>(), Gen.Int[0, FailureRate.Always]).Array[0, 3],
                    Gen.Int,
                    Gen.Select(Gen.Enum<DisconnectedSessions>(), Gen.Long, Gen.Bool))
                .Select((old, host, rates, seed, frontline) => (Change)new Change.SettingsSet(new TenantSettings(old.Item1, old.Item2, new TimeSpan(old.Item3), old.Item4)
                {
                    Host = host, FailureRates = rates.Select(rate => new FailureRate(rate.Item1, rate.Item2)).ToValueArray(), SimulatorSeed = seed,
                    DisconnectedSessions = frontline.Item1,
                    ProfileReset = new TimeSpan(frontline.Item2),
                    IntelligentPrestart = frontline.Item3,
                })),
            [typeof(Change.ClockSet)] = time.Nullable().Select(at => (Change)new Change.ClockSet(new TenantClock(at))),
            [typeof(Change.SubscriptionSet)] = Gen.Select(Gen.Guid, index, index, Gen.Enum<SubscriptionStatus>(), Gen.Select(Gen.Bool, Gen.OneOf(Gen.Const((SubscriptionOwner?)null), Gen.Select(Gen.String[1, 8], Gen.Guid.Nullable()).Select((type, of) => (SubscriptionOwner?)new SubscriptionOwner(type, of)))), time)
                .Select((id, sku, units, status, trial, at) => (Change)new Change.SubscriptionSet(new Subscription(id, sku, units, status, trial.Item1, at) { Owner = trial.Item2 })),
            [typeof(Change.UsersSet)] = Gen.Select(index, user).Array[0, 30].Select(pairs =>
                (Change)new Change.UsersSet(pairs.Select(pair => pair.Item1).ToValueArray(), pairs.Select(pair => pair.Item2).ToValueArray())),
            [typeof(Change.UserDeleted)] = index.Select(one => (Change)new Change.UserDeleted(one)),
            [typeof(Change.UserWas)] = Gen.Select(index, user).Select((one, was) => (Change)new Change.UserWas(one, was)),
            [typeof(Change.GroupSet)] = Gen.Select(index, group).Select((one, profile) => (Change)new Change.GroupSet(one, profile)),
            [typeof(Change.GroupWas)] = Gen.Select(index, group).Select((one, was) => (Change)new Change.GroupWas(one, was)),
            [typeof(Change.MembershipProcessed)] = Gen.Select(index, time).Select((one, at) => (Change)new Change.MembershipProcessed(one, at)),
            [typeof(Change.TimePassed)] = time.Select(to => (Change)new Change.TimePassed(to)),
            [typeof(Change.GroupDeleted)] = index.Select(one => (Change)new Change.GroupDeleted(one)),
            [typeof(Change.MembersAdded)] = Gen.Select(index, ascending, indexes).Select((one, users, groups) => (Change)new Change.MembersAdded(one, users, groups)),
            [typeof(Change.MembersRemoved)] = Gen.Select(index, ascending, indexes).Select((one, users, groups) => (Change)new Change.MembersRemoved(one, users, groups)),
            [typeof(Change.GroupLicensesSet)] = Gen.Select(index, licenses, licenses).Select((one, before, after) => (Change)new Change.GroupLicensesSet(one, before, after)),
            [typeof(Change.DirectSet)] = Gen.Select(indexes, licenses, licenses, time.Array[0, 5])
                .Select((users, before, after, times) => (Change)new Change.DirectSet(users, before, after, times.ToValueArray())),
            [typeof(Change.SourceSet)] = Gen.Select(index, indexes, licenses, trouble, time, licenses, trouble)
                .Select((one, users, applied, owed, at, before, owedBefore) =>
                    (Change)new Change.SourceSet(one, users, applied, owed, at) { AppliedBefore = before, ErrorsBefore = owedBefore?.Errors ?? [] }),
            [typeof(Change.Earlier)] = Gen.Select(index, group).Select((one, was) => (Change)new Change.Earlier(new Change.GroupSet(one, was))),
            [typeof(Change.IdentityRecorded)] = Gen.Select(Gen.OneOf(Enum.GetValues<IdentityAct>()), Gen.Guid, text, text)
                .Select((act, target, name, detail) => (Change)new Change.IdentityRecorded(act, target, name, detail)),
            [typeof(Change.ReportingSet)] = Gen.Select(ascending, Gen.Int[0, 5_000_000].Nullable()).Select((users, manager) => (Change)new Change.ReportingSet(users, manager)),
            [typeof(Change.OwnersAdded)] = Gen.Select(index, ascending).Select((one, users) => (Change)new Change.OwnersAdded(one, users)),
            [typeof(Change.OwnersRemoved)] = Gen.Select(index, ascending).Select((one, users) => (Change)new Change.OwnersRemoved(one, users)),
            [typeof(Change.RelationsEnded)] = Gen.Select(Gen.Enum<RelationKind>(), index, ascending, indexes).Select((kind, of, users, groups) => (Change)new Change.RelationsEnded(kind, of, users, groups)),
            [typeof(Change.UserToDeletedItems)] = Gen.Select(index, time).Select((one, at) => (Change)new Change.UserToDeletedItems(one, at)),
            [typeof(Change.GroupToDeletedItems)] = Gen.Select(index, time).Select((one, at) => (Change)new Change.GroupToDeletedItems(one, at)),
            [typeof(Change.UserRestored)] = Gen.Select(index, user).Select((one, restored) => (Change)new Change.UserRestored(one, restored)),
            [typeof(Change.GroupRestored)] = index.Select(one => (Change)new Change.GroupRestored(one)),
            [typeof(Change.DeletedUserSet)] = Gen.Select(index, user, time, licenses, ascending, Gen.Int[-1, 5_000_000], Gen.Select(ascending, ascending))
                .Select((one, was, at, direct, groups, manager, rest) =>
                    (Change)new Change.DeletedUserSet(one, new DeletedUser(was, at, direct, groups, manager, rest.Item1, rest.Item2))),
            [typeof(Change.DeletedGroupSet)] = Gen.Select(index, Gen.Guid, time, ascending, ascending, Gen.Select(ascending, ascending))
                .Select((one, id, at, members, groups, rest) => (Change)new Change.DeletedGroupSet(one, new DeletedGroup(id, at, members, groups, rest.Item1, rest.Item2))),
            [typeof(Change.DeletedItemsPurged)] = Gen.Select(ascending, ascending, Gen.Bool)
                .Select((users, groups, over) => (Change)new Change.DeletedItemsPurged(users, groups, over)),
            [typeof(Change.GroupProcessed)] = Gen.Select(index, index, index).Select((one, good, bad) => (Change)new Change.GroupProcessed(one, good, bad)),
            [typeof(Change.HoldersCounted)] = Gen.Select(index, index, index).Select((sku, before, after) => (Change)new Change.HoldersCounted(sku, before, after)),
            [typeof(Change.GroupReprocessAsked)] = index.Select(one => (Change)new Change.GroupReprocessAsked(one)),
        };
        foreach ((Type kind, Gen<Change> random) in FleetChanges.Random(index, text, maybe, time, indexes).Concat(AlertChanges.Random(index, text, maybe, time)).Concat(CloudAppChanges.Random(index, text, time)))
        {
            all.Add(kind, random);
        }

        return all;
    }
}
