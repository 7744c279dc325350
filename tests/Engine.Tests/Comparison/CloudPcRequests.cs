using Berth.Engine.Tests.Golden;
using CsCheck;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// Random requests over licenses, policies, groups and time: few slots, several policies for the same people, a host that is slow and fails, and steps
/// of time round the lengths of grace periods, windows and clean-ups.
/// </summary>
public static class CloudPcRequests
{
    private const int LongestScript = 60;
    private const int Hour = 60;
    private const int Day = 24 * Hour;

    private static readonly string[] Users = [.. new[] { "ada", "bob", "cid", "dan", "eva" }.Select(Names.User)];
    private static readonly string[] Groups = [.. new[] { "blue", "gold", "gray", "pink", "teal" }.Select(Names.Group)];
    private static readonly string[] Policies = [.. new[] { "p1", "p2", "p3" }.Select(Names.Policy)];
    private static readonly string[] Settings = [.. new[] { "u1", "u2" }.Select(Names.Setting)];
    private static readonly string[] Connections = [.. new[] { "a", "b" }.Select(Names.Connection)];

    private const string ReservePlan = "CPC_R_2C_8GB_128GB";

    // Two SKUs of one plan, three sizes, Business, and one that gets a plan of Reserve.
    private static readonly string[] PartNumbers =
        ["CPC_E_2C_4GB_64GB", "CPC_E_2C_4GB_128GB", "CPC_LVL_1", "CPC_E_4C_16GB_128GB", "CPC_E_8C_32GB_256GB", "CPC_B_2C_4RAM_64GB", "VISIOCLIENT"];

    private static readonly string[] ReservePolicies = [.. new[] { "r1", "r2" }.Select(Names.Policy)];

    private static readonly string[] Plans =
        [.. new[] { "CPC_E_2C_4GB_64GB", "CPC_1", "CPC_E_4C_16GB_128GB", "CPC_E_8C_32GB_256GB", "CPC_B_2C_4RAM_64GB" }.Select(name => SpecFiles.Plan(name))];

    private static readonly string[] Kinds = ["provision", "reprovision", "deprovision", "resize", "restore", "snapshot", "restart", "applySettings"];
    private static readonly string[] Regions = [Place.Usual, "westeurope"];

    private static readonly string[] Rules =
    [
        "user.employeeHireDate -le system.now",
        "user.employeeHireDate -ge system.now -minus P7D",
        "user.employeeHireDate -le system.now -minus P2D",
        "user.department -eq \"Sales\"",
        "user.assignedPlans -any (assignedPlan.service -eq \"WindowsCloudPC\")",
    ];

    private static readonly Gen<string> User = Of(Users);
    private static readonly Gen<string> Group = Of(Groups);
    private static readonly Gen<string> Sku = Of([.. PartNumbers.Select(SpecFiles.Sku)]);
    private static readonly Gen<int> Number = Gen.Int[1, 12];

    private static readonly Gen<int> Hours = Of(4, 12, 16, 24);

    private static readonly Gen<int> Minutes = Gen.Frequency(
        (50, Of(0, 0, 0, 1, 10)),
        (12, Of(Hour, 3 * Hour, 6 * Hour, 12 * Hour)),
        (6, Of(Day, (2 * Day) - 1, 2 * Day, 3 * Day)),
        (3, Of((7 * Day) - 1, 7 * Day, 8 * Day)),
        (1, Of(28 * Day, 30 * Day, 200 * Day)));

    /// <summary>The SKUs that can occur.</summary>
    public static IReadOnlyCollection<string> Skus { get; } = [.. PartNumbers.Select(SpecFiles.Sku)];

    /// <summary>A script; see <see cref="Requests.Script"/>.</summary>
    public static Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> Script { get; } =
        Gen.Select(Opening(), Segment().Array[LongestScript / 2, LongestScript]).Select((opening, segments) =>
        {
            int minute = 0;
            return ("US", opening.Select(request => (request, 0, 0)).Concat(segments.SelectMany(one => one).Select(one => (one.Request, minute += one.Minutes, one.Aim))).ToArray());
        });

    private static Gen<(Request Request, int Minutes, int Aim)[]> Segment() => Gen.Frequency(
        (300, Gen.Select(Command(), Minutes, Gen.Int[0, 1_000_000]).Select(one => ((Request, int, int)[])[one])),
        (3, Gen.Int[0, 1000].Select(SignOns)),
        (1, Gen.Select(Gen.Int[4, 34], Of(6 * Hour, 12 * Hour, Day), Gen.Int[0, 1000]).Select(Days)));

    // A policy gets another single sign-on and is applied, twice, so that once something differs.
    private static (Request Request, int Minutes, int Aim)[] SignOns(int random) =>
    [
        (new Request.SetHost(10, []), 0, 0),
        .. Enumerable.Range(0, 2).SelectMany(time => ((Request Request, int Minutes, int Aim)[])
        [
            (new Request.ChangePolicy(Policies[0], []) { SingleSignOn = time == 1 }, 10, (8 * random) + 2),
            (new Request.ApplyPolicy(Policies[0], ["singleSignOn"], []), 0, (8 * random) + 2),
        ]),
    ];

    // An agent makes one restore point after the other: alone chance does not make so many of one machine that some go.
    private static (Request Request, int Minutes, int Aim)[] Days(int times, int pause, int random) =>
    [
        (new Request.SetHost(0, []) { Agent = true }, 0, 0),
        .. Enumerable.Range(0, times).SelectMany(time => Enumerable.Range(0, 3).Select(i =>
            ((Request)new Request.ReportJob(i + 1, "snapshot", 1, Desk.Opening, "done", false), i == 0 ? pause : 0, (8 * (random + time + i)) + 1))),
    ];

    private static Gen<Request[]> Opening()
    {
        Gen<Request[]> purchases = Of(0, 1, 1, 2, 2, 3, 5).Array[PartNumbers.Length]
            .Select(units => units.Select((count, i) => (Request)new Request.Buy(Subscription(i, 0), SpecFiles.Sku(PartNumbers[i]), count, "Enabled") { Trial = i == 2 }).ToArray());
        Gen<Request[]> people = Facts().Array[Users.Length].Select(facts => Users.Select((user, i) => (Request)new Request.CreateUser(user, "US", facts[i])).ToArray());
        Gen<Request[]> groups = Gen.Select(Gen.Shuffle(Users, 1, Users.Length).Array[Groups.Length], Gen.Int[0, 5].Array[Groups.Length]).Select((members, rules) =>
            Groups.Select((group, i) => (Request)new Request.CreateGroup(group, true, rules[i] == 0 ? [] : members[i])
            {
                Chosen = rules[i] == 0 ? Chosen.By(Rules[i]) : Chosen.ByHand,
                Unified = i == 3,
            }).ToArray());
        Gen<Request[]> licenses = Gen.Select(Group, Sku).Array[0, 2].Select(pairs => pairs.Select(pair => (Request)new Request.AssignGroup(pair.Item1, [new Wanted(pair.Item2)], [])).ToArray());
        Gen<Request[]> policies = Gen.Select(Ways().Array[Policies.Length], Gen.Shuffle(Groups, 0, 2).Array[Policies.Length], Of(Regions)).Select((ways, to, region) =>
            Policies.Select((policy, i) => (Request)new Request.CreatePolicy(policy, "dedicated", ways[i]) { Region = region })
                .Concat(Policies.Select((policy, i) => (Request)new Request.AssignPolicy(policy, [.. to[i].Select(group => new Assigned(group, null))]))).ToArray());
        Gen<Request> host = Gen.Frequency((2, Gen.Const((Request)new Request.SetHost(0, []))), (1, Host()));
        Gen<Request[]> settings = Gen.Select(Gen.Bool, Gen.Bool, Hours, Gen.Shuffle(Groups, 0, 3)).Select((administrator, self, hours, to) =>
            (Request[])[new Request.CreateSetting(Settings[0], administrator, self, hours), new Request.AssignSetting(Settings[0], to)]);
        return Gen.Select(purchases, people, groups, policies, licenses, Gen.Select(host, settings)).Select((bought, users, there, made, given, more) => (Request[])
            [
                .. Connections.Select((one, i) => new Request.CreateConnection(one) { Region = Regions[i] }), // while the simulator finds them healthy
                more.Item1, .. bought,
                new Request.Import([new NewPlan(SpecFiles.Sku("VISIOCLIENT"), Names.Plan(ReservePlan, null), ReservePlan)], null),
                .. ReservePolicies.Select(policy => new Request.CreatePolicy(policy, "reserve", [])),
                .. users, .. there, .. made, .. given, .. more.Item2,
            ]);
    }

    private static Gen<Request> Command() => Gen.Frequency(
        (20, Gen.Select(User, Sku, Gen.Int[0, 12]).Select((user, sku, off) => (Request)new Request.AssignUser(user, [new Wanted(sku, off == 0 ? [.. SpecFiles.PlansOf(sku).Take(1)] : [])], []))),
        (14, Gen.Select(User, Sku).Select((user, sku) => (Request)new Request.AssignUser(user, [], [sku]))),
        (4, Gen.Select(User, Sku, Sku).Select((user, sku, other) => (Request)new Request.AssignUser(user, sku == other ? [] : [new Wanted(sku)], [other]))),
        (8, Gen.Select(Group, Sku).Select((group, sku) => (Request)new Request.AssignGroup(group, [new Wanted(sku)], []))),
        (6, Gen.Select(Group, Sku).Select((group, sku) => (Request)new Request.AssignGroup(group, [], [sku]))),
        (12, Gen.Select(Group, User.Array[1, 2]).Select((group, members) => (Request)new Request.AddMembers(group, members))),
        (14, Gen.Select(Group, User).Select((group, member) => (Request)new Request.RemoveMember(group, member))),
        (12, Gen.Select(Of(Policies), Gen.Shuffle(Groups, 0, 3)).Select((policy, groups) => (Request)new Request.AssignPolicy(policy, [.. groups.Select(group => new Assigned(group, null))]))),
        (5, Gen.Select(Of(ReservePolicies), Gen.Shuffle(Groups, 0, 2)).Select((policy, groups) =>
            (Request)new Request.AssignPolicy(policy, [.. groups.Select(group => new Assigned(group, Names.Plan(ReservePlan, null)))]))),
        (3, Part().Array[2, 4].Select(parts => (Request)new Request.Together(parts))),
        (6, Number.Select(number => (Request)new Request.ProvisionReserve(number))),
        (3, Number.Select(number => (Request)new Request.DeprovisionReserve(number))),
        (10, Gen.Select(Gen.Int[0, PartNumbers.Length - 1], Gen.Int[0, 3], Of<int?>(null, 0, 1, 1, 2, 3, 5), Of(null, null, "Enabled", "Enabled", "Warning", "Suspended", "LockedOut", "Deleted"))
            .Select((sku, slot, units, status) => (Request)new Request.ChangeSubscription(Subscription(sku, slot == 3 ? 1 : 0), units, status))),
        (2, Gen.Select(Gen.Int[0, PartNumbers.Length - 1], Gen.Int[0, 2], Gen.Bool)
            .Select((sku, units, trial) => (Request)new Request.Buy(Subscription(sku, 1), SpecFiles.Sku(PartNumbers[sku]), units, "Enabled") { Trial = trial })),
        (6, Number.Select(number => (Request)new Request.EndGrace(number))),
        (5, Gen.Select(Number, Of<bool?>(null, null, true, false), Of(false, false, true))
            .Select((number, administrator, self) => (Request)new Request.Reprovision(number) { Administrator = self ? null : administrator, Self = self })),
        (18, Gen.Select(Number, Of(Plans)).Select((number, plan) => (Request)new Request.Resize(number, plan))),
        (1, Number.Select(number => (Request)new Request.RenameCloudPc(number, "another"))),
        (8, Gen.Select(Number, Of(false, false, true)).Select((number, self) => (Request)new Request.RestoreCloudPc(number, Desk.Opening.AddHours(12)) { Self = self })),
        (6, Number.Select(number => (Request)new Request.RestoreManual(number, Desk.Opening))),
        (14, Gen.Select(Number, Number).Select((number, kept) => (Request)new Request.RestoreRetained(number, kept))),
        (8, Number.Select(number => (Request)new Request.SnapshotCloudPc(number))),
        (5, Number.Select(number => (Request)new Request.RestartCloudPc(number))),
        (16, Gen.Select(Of([.. Policies, .. ReservePolicies]), Of<string[]>(["region"], ["singleSignOn"], ["singleSignOn", "region"]), Number.Array[0, 2])
            .Select((policy, settings, numbers) => (Request)new Request.ApplyPolicy(policy, settings, numbers))),
        (14, Gen.Select(User, Number).Select((user, number) => (Request)new Request.StartSession(user, number))),
        (2, Number.Select(number => (Request)new Request.EndSession(number))),
        (3, Number.Select(number => (Request)new Request.DisconnectSession(number))),
        (4, Gen.Select(Number, Of<bool?>(null, true, true, false)).Select((number, restricted) => (Request)new Request.SetReview(number, restricted))),
        (3, Gen.Select(Number, Gen.Bool).Select((number, administrator) => (Request)new Request.SetAccountType(number, administrator))),
        (2, Gen.Select(Of(Settings), Gen.Bool, Gen.Bool, Hours).Select((setting, administrator, self, hours) => (Request)new Request.CreateSetting(setting, administrator, self, hours))),
        (2, Gen.Select(Of(Settings), Gen.Bool, Gen.Bool, Hours).Select((setting, administrator, self, hours) => (Request)new Request.ChangeSetting(setting, administrator, self, hours))),
        (4, Gen.Select(Of(Settings), Gen.Shuffle(Groups, 0, 3)).Select((setting, groups) => (Request)new Request.AssignSetting(setting, groups))),
        (1, Of(Settings).Select(setting => (Request)new Request.DeleteSetting(setting))),
        (5, Host()),
        (40, Gen.Select(Number, Of(Kinds), Of("done", "done", "done", "warning", "failed"), Of(false, false, false, true)).Select((number, kind, outcome, last) =>
            (Request)new Request.ReportJob(number, kind, 1, Desk.Opening, outcome, last))),
        (4, Gen.Select(Of(Connections), Of("passed", "passed", "warning", "failed")).Select((connection, health) => (Request)new Request.SetConnectionHealth(connection, health))),
        (6, Gen.Select(Of(Policies), Ways(), Of(Regions), Gen.Bool, Of(false, false, true)).Select((policy, ways, region, signOn, administrators) =>
            (Request)new Request.ChangePolicy(policy, ways) { Region = region, SingleSignOn = signOn, Administrators = administrators })),
        (2, Gen.Select(Of(ReservePolicies), Of(Regions), Gen.Bool).Select((policy, region, signOn) => (Request)new Request.ChangePolicy(policy, []) { Region = region, SingleSignOn = signOn })),
        (2, Of(Policies).Select(policy => (Request)new Request.DeletePolicy(policy))),
        (2, Gen.Select(Of(Policies), Ways(), Of(Regions)).Select((policy, ways, region) => (Request)new Request.CreatePolicy(policy, "dedicated", ways) { Region = region })),
        (4, User.Select(user => (Request)new Request.DeleteUser(user))),
        (5, Gen.OneOf(User, Group).Select(item => (Request)new Request.Restore(item))),
        (2, Gen.OneOf(User, Group).Select(item => (Request)new Request.Purge(item))),
        (2, Gen.Select(User, Facts()).Select((user, facts) => (Request)new Request.CreateUser(user, "US", facts))),
        (9, Gen.Select(User, Facts()).Select((user, facts) => (Request)new Request.SetUser(user, facts))),
        (4, Gen.Select(Group, Gen.Int[0, Rules.Length]).Select((group, rule) => (Request)new Request.ChangeGroup(group, rule == Rules.Length ? Chosen.ByHand : Chosen.By(Rules[rule]), []))),
        (1, Group.Select(group => (Request)new Request.DeleteGroup(group))),
        (1, Gen.Select(Group, User.Array[0, 2], Gen.Bool).Select((group, members, unified) => (Request)new Request.CreateGroup(group, true, members) { Unified = unified })),
        (1, Gen.Select(User, Of(null, "US")).Select((user, location) => (Request)new Request.SetUsageLocation(user, location))),
        (1, Gen.Select(Of(false, false, true), Of(false, false, true)).Select((strict, independent) => (Request)new Request.Configure(strict, independent))),
        (5, Gen.Const((Request)new Request.MoveClock())),
        (5, Gen.Const((Request)new Request.RunDue())));

    // What a plan can have (B501).
    private static Gen<Request> Part() => Gen.Frequency(
        (4, Gen.Select(User, Sku).Select((user, sku) => (Request)new Request.AssignUser(user, [new Wanted(sku)], []))),
        (3, Gen.Select(User, Sku).Select((user, sku) => (Request)new Request.AssignUser(user, [], [sku]))),
        (2, Gen.Select(Group, Sku).Select((group, sku) => (Request)new Request.AssignGroup(group, [new Wanted(sku)], []))),
        (3, Gen.Select(Group, User.Array[1, 2]).Select((group, members) => (Request)new Request.AddMembers(group, members))),
        (3, Gen.Select(Group, User.Array[1, 2]).Select((group, members) => (Request)new Request.RemoveMembers(group, members))),
        (2, Gen.Select(Of(Policies), Gen.Shuffle(Groups, 0, 3)).Select((policy, groups) => (Request)new Request.AssignPolicy(policy, [.. groups.Select(group => new Assigned(group, null))]))),
        (2, Gen.Select(Gen.Int[0, PartNumbers.Length - 1], Gen.Int[0, 4])
            .Select((sku, units) => (Request)new Request.SetUnits(Subscription(sku, 2), SpecFiles.Sku(PartNumbers[sku]), units))),
        (1, Number.Select(number => (Request)new Request.EndGrace(number))),
        (1, Number.Select(number => (Request)new Request.Reprovision(number))),
        (1, Gen.Select(Number, Of(Plans)).Select((number, plan) => (Request)new Request.Resize(number, plan))),
        (1, User.Select(user => (Request)new Request.DeleteUser(user))));

    // Mostly the Microsoft-hosted network.
    private static Gen<string[]> Ways() => Gen.Frequency(
        (30, Gen.Const(Array.Empty<string>())), (20, Gen.Shuffle(Connections, 1, 2)), (1, Gen.Const((string[])[Names.Connection("nowhere")])));

    private static Gen<Request> Host() => Gen.Select(Of(0, 0, 10, Hour, 5 * Hour, 3 * Day), Gen.Frequency((3, Gen.Const(Array.Empty<string>())), (2, Gen.Shuffle(Kinds, 1, 2))), Of(false, false, true))
        .Select((minutes, failing, agent) => (Request)new Request.SetHost(minutes, failing) { Agent = agent });

    // Dates at which something else is often due too.
    private static Gen<Fact[]> Facts() => Gen.Select(Gen.Int[0, 40], Of(0, 0, 1, 10, 60), Of("Sales", "Legal", null), Of("true", "true", "true", "false"), Gen.Int[0, 7])
        .Select((days, minutes, department, on, which) => (Fact[])
        [
            .. which % 2 == 0 ? [new Fact("employeeHireDate", Desk.Opening.AddDays(days / 2).AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))] : Array.Empty<Fact>(),
            .. which % 3 == 0 ? [new Fact("department", department)] : Array.Empty<Fact>(),
            .. which % 4 == 1 ? [new Fact("accountEnabled", on)] : Array.Empty<Fact>(),
        ]);

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static string Subscription(int sku, int slot) => Names.Subscription($"s{slot}{sku}");
}
