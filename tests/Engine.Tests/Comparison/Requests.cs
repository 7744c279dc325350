using System.Text.Json;
using Berth.Engine.Tests.Golden;
using CsCheck;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// Random requests over a small tenant in which a lot goes wrong: few seats, locations where calling plans are not offered, groups whose
/// licenses exclude or need each other, plans switched off just where somebody needs them.
/// </summary>
public static class Requests
{
    /// <summary>Commands of one script after its opening.</summary>
    public const int LongestScript = 70;

    private static readonly string[] Users = [.. new[] { "ada", "bob", "cid", "dan", "eva", "fay" }.Select(Names.User)];
    private static readonly string[] Groups = [.. new[] { "blue", "gold", "gray", "pink", "teal" }.Select(Names.Group)];
    private static readonly string Mailing = Names.Group("mailing");
    private static readonly string Nobody = Names.User("nobody");
    private static readonly string Nowhere = Names.Group("nowhere");

    private static readonly string[] Suites = [.. new[] { "STANDARDPACK", "ENTERPRISEPACK", "SPE_E3", "SPE_E5", "DESKLESSPACK", "SPB" }.Select(SpecFiles.Sku)];
    private static readonly string[] AddOns =
    [
        .. new[] { "MCOMEETADV", "MCOEV", "MCOPSTN1", "MCOPSTN2", "WORKPLACE_ANALYTICS", "THREAT_INTELLIGENCE" }.Select(SpecFiles.Sku),
    ];

    private static readonly string[] Singles =
    [
        .. new[] { "EXCHANGESTANDARD", "EXCHANGEENTERPRISE", "CPC_E_2C_4GB_64GB", "CPC_E_2C_8GB_128GB", "CPC_E_4C_16GB_512GB" }.Select(SpecFiles.Sku),
    ];

    private static readonly string[] Extras = [.. AddOns, .. Singles];

    private static readonly string[] Company = [.. new[] { "Windows_365_S_2vCPU_8GB_128GB", "Windows_365_S_4vCPU_16GB_128GB" }.Select(SpecFiles.Sku)];

    // Bought by nobody at the start; the second is in no catalog.
    private static readonly string[] Strangers = [SpecFiles.Sku("VISIOCLIENT"), "11111111-1111-1111-1111-111111111111"];

    private static readonly string[] All = [.. Suites, .. AddOns, .. Singles, .. Company];

    // Plans that rules speak about: switching those off is what matters.
    private static readonly string[] Touchy =
    [
        .. new[]
        {
            "EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_DESKLESS", "SHAREPOINTSTANDARD", "SHAREPOINTENTERPRISE", "SHAREPOINTDESKLESS",
            "MCOSTANDARD", "MCOIMP", "TEAMS1", "MCOEV", "MCOMEETADV", "THREAT_INTELLIGENCE",
        }.Select(name => SpecFiles.Plan(name)),
    ];

    private static readonly Dictionary<string, string[]> TouchyOf = All.Concat(Strangers).ToDictionary(
        sku => sku, sku => SpecFiles.PlansOf(sku).Intersect(Touchy).ToArray());

    // US offers everything, JP one calling plan, BR none.
    private static readonly Gen<string?> Location = Of("US", "US", "US", "US", "US", "BR", "BR", "JP", "JP", null, null);

    private static readonly Gen<string> User = Gen.Frequency((60, Of(Users)), (1, Gen.Const(Nobody)));
    private static readonly Gen<string> Group = Gen.Frequency((60, Of(Groups)), (1, Gen.Const(Mailing)), (1, Gen.Const(Nowhere)));
    private static readonly Gen<string> Member = Gen.Frequency((30, User), (1, Group));
    private static readonly Gen<string> Sku = Gen.Frequency(
        (10, Of(Suites)), (7, Of(AddOns)), (5, Of(Singles)), (1, Of([.. Company, .. Strangers])));

    // Now and then weeks pass, so that deleted items go for good (B147).
    private static readonly Gen<int> Minutes = Gen.Frequency((60, Of(0, 0, 0, 1, 5)), (1, Of(14 * 24 * 60, 30 * 24 * 60 - 1, 30 * 24 * 60)));

    // Where groups choose by time, several turns of several rules often are due at once (B135).
    private static readonly Gen<int> Strides = Of(0, 0, 0, 0, 1, 5, 15, 15, 40);

    /// <summary>The SKUs that can occur.</summary>
    public static IReadOnlyCollection<string> Skus { get; } = [.. All, Strangers[0]];

    /// <summary>A script: what the tenant starts with, and what happens then, with the minute of each command and a number to aim it by (0: blind).</summary>
    public static Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> Script { get; } =
        Gen.Frequency((3, ScriptOf(timed: false)), (1, ScriptOf(timed: true)));

    // With time: everybody is hired at some time, and most groups choose by it.
    private static Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> ScriptOf(bool timed) =>
        Gen.Select(
            Of("US", "BR", "JP"),
            Opening(timed),
            Gen.Select(Command(timed), timed ? Strides : Minutes, Gen.Int[0, 1_000_000]).Array[LongestScript / 2, LongestScript])
            .Select((country, opening, commands) =>
            {
                int minute = 0;
                return (country, opening.Select(request => (request, 0, 0)).Concat(commands.Select(one => (one.Item1, minute += one.Item1 is Request.MoveClock ? 15 : one.Item2, one.Item3))).ToArray());
            });

    // Purchases, people and groups; then commands start.
    private static Gen<Request[]> Opening(bool timed)
    {
        Gen<Request> settings = Settings();
        Gen<Request[]> purchases = Of(0, 1, 2, 2, 3, 4, 6, 9).Array[All.Length]
            .Select(units => units.Select((count, i) => (Request)new Request.Buy(Subscription(All[i], 0), All[i], count, "Enabled")).ToArray());
        Gen<Request[]> people = Gen.Select(Gen.Shuffle(Users, Users.Length - 1), Location.Array[Users.Length], Facts(timed).Array[Users.Length])
            .Select((users, locations, facts) => users.Select((user, i) => (Request)new Request.CreateUser(user, locations[i], facts[i])).ToArray());
        Gen<Request[]> groups = Gen.Select(Gen.Shuffle(Users, 0, Users.Length - 2).Array[Groups.Length], Gen.Frequency((timed ? 1 : 3, Gen.Const(Chosen.ByHand)), (1, Choice(timed))).Array[Groups.Length])
            .Select((members, chosen) => Groups.Select((group, i) => (Request)new Request.CreateGroup(group, true, chosen[i].Dynamic ? [] : members[i]) { Chosen = chosen[i], Unified = group[1] % 2 == 0 })
                .Append(new Request.CreateGroup(Mailing, false, [])).ToArray());
        Gen<Request[]> licenses = Of([null, null, .. Suites, .. Singles]).Array[Groups.Length]
            .Select(skus => Groups.Zip(skus).Where(pair => pair.Second is not null).Select(pair => (Request)new Request.AssignGroup(pair.First, [new Wanted(pair.Second!)], [])).ToArray());
        return Gen.Select(settings, purchases, people, groups, licenses)
            .Select((first, second, third, fourth, fifth) => (Request[])[first, .. second, .. third, .. Fewer(third, fourth), .. fifth]);

        // A group opens only with people who are there.
        static IEnumerable<Request> Fewer(Request[] people, Request[] groups)
        {
            HashSet<string> there = [.. people.Cast<Request.CreateUser>().Select(person => person.User)];
            return groups.Cast<Request.CreateGroup>().Select(group => group with { Members = [.. group.Members.Where(there.Contains)] });
        }
    }

    private static Gen<Request> Command(bool timed) => Gen.Frequency(
        (26, Gen.Select(Group, Wishes(), Removals()).Select((group, add, remove) => (Request)new Request.AssignGroup(group, add, remove))),
        (26, Gen.Select(User, Wishes(), Removals()).Select((user, add, remove) => (Request)new Request.AssignUser(user, add, remove))),
        (14, Gen.Select(Group, Member.Array[1, 3]).Select((group, members) => (Request)new Request.AddMembers(group, members))),
        (15, Gen.Select(Group, Member).Select((group, member) => (Request)new Request.RemoveMember(group, member))),
        (10, Gen.Select(Of(All), Gen.Int[0, 3], Of<int?>(null, 0, 1, 1, 2, 3, 5), Of(null, null, null, "Enabled", "Enabled", "Warning", "Suspended", "LockedOut", "Deleted"))
            .Select((sku, slot, units, status) => (Request)new Request.ChangeSubscription(Subscription(sku, slot == 3 ? 1 : 0), units, status))),
        (2, Gen.Select(Of([.. All, .. Strangers]), Gen.Int[0, 1], Gen.Int[0, 2], Of("Enabled", "Warning", "Suspended"))
            .Select((sku, slot, units, status) => (Request)new Request.Buy(Subscription(sku, slot), sku, units, status))),
        (7, Gen.Select(User, Location).Select((user, location) => (Request)new Request.SetUsageLocation(user, location))),
        (5, User.Select(user => (Request)new Request.DeleteUser(user))),
        (7, Gen.OneOf(User, Group).Select(item => (Request)new Request.Restore(item))),
        (1, Gen.OneOf(User, Group).Select(item => (Request)new Request.Purge(item))),
        (3, Gen.Select(User, Gen.Frequency((4, User.Select(user => (string?)user)), (1, Gen.Const((string?)null))))
            .Select((user, superior) => (Request)new Request.ReportTo(user, superior))),
        (5, Gen.Select(User, Location, Facts(timed)).Select((user, location, facts) => (Request)new Request.CreateUser(user, location, facts))),
        (12, Gen.Select(User, timed ? Gen.Frequency((1, RandomFacts.Changes), (1, RandomFacts.Hired)) : RandomFacts.Changes).Select((user, facts) => (Request)new Request.SetUser(user, facts))),
        (9, Gen.Select(Group, Choice(timed), Gen.Frequency((5, Gen.Const(Array.Empty<string>())), (1, Member.Array[1, 2])))
            .Select((group, chosen, members) => (Request)new Request.ChangeGroup(group, chosen, members))),
        (4, Gen.Const((Request)new Request.MoveClock())),
        (1, Gen.Const((Request)new Request.RunDue())),
        (3, Group.Select(group => (Request)new Request.DeleteGroup(group))),
        (3, Line(timed).Array[1, 6].Select(lines => (Request)new Request.ImportDirectory(lines))),
        (3, Gen.Select(Group, Member.Array[0, 3], Gen.Bool).Select((group, members, unified) => (Request)new Request.CreateGroup(group, group != Mailing, members) { Unified = unified })),
        (2, Gen.Select(Group, Choice(timed), Gen.Int[0, 5]).Select((group, chosen, unified) =>
            (Request)new Request.CreateGroup(group, group != Mailing, []) { Chosen = chosen, Unified = unified == 0 })),
        (2, Part().Array[2, 4].Select(parts => (Request)new Request.Together(parts))),
        (3, Gen.Select(Group, Member.Array[1, 2]).Select((group, members) => (Request)new Request.RemoveMembers(group, members))),
        (2, Units()),
        (9, User.Select(user => (Request)new Request.ReprocessUser(user))),
        (4, Group.Select(group => (Request)new Request.ReprocessGroup(group))),
        (1, Settings()),
        (1, Import()));

    // What a plan can have (B501).
    private static Gen<Request> Part() => Gen.Frequency(
        (5, Gen.Select(Group, Wishes(), Removals()).Select((group, add, remove) => (Request)new Request.AssignGroup(group, add, remove))),
        (5, Gen.Select(User, Wishes(), Removals()).Select((user, add, remove) => (Request)new Request.AssignUser(user, add, remove))),
        (4, Gen.Select(Group, Member.Array[1, 3]).Select((group, members) => (Request)new Request.AddMembers(group, members))),
        (4, Gen.Select(Group, Member.Array[1, 2]).Select((group, members) => (Request)new Request.RemoveMembers(group, members))),
        (2, Units()),
        (2, Gen.Select(User, Location).Select((user, location) => (Request)new Request.SetUsageLocation(user, location))),
        (1, User.Select(user => (Request)new Request.DeleteUser(user))));

    private static Gen<Request> Units() => Gen.Select(Of([.. All, .. Strangers]), Gen.Int[0, 6])
        .Select((sku, units) => (Request)new Request.SetUnits(Subscription(sku, 2), sku, units));

    private static Gen<Line> Line(bool timed) => Gen.Frequency(
        (8, Gen.Select(User, Group).Select((user, group) => new Line(user, group, null))),
        (2, Gen.Select(User, Location, Facts(timed)).Select((user, location, facts) => new Line(user, null, location, null, facts.ToDictionary(fact => fact.Name, fact => fact.Value)))),
        (1, Gen.Select(Group, Gen.Frequency((1, Gen.Const((string?)null)), (1, Rule(timed).Select(rule => (string?)rule)))).Select((group, rule) => new Line(null, group, null, rule))));

    // Mostly by a rule, often by hand again; now and then in a way that contradicts itself, or by what is no rule.
    private static Gen<Chosen> Choice(bool timed) => Gen.Frequency(
        (8, Rule(timed).Select(rule => Comparison.Chosen.By(rule))),
        (2, Rule(timed).Select(rule => Comparison.Chosen.By(rule, "On"))),
        (3, Rule(timed).Select(rule => Comparison.Chosen.By(rule, "Paused"))),
        (4, Gen.Const(Comparison.Chosen.ByHand)),
        (1, Gen.Select(Rule(timed), Gen.Int[0, 2]).Select((rule, wrong) => new Chosen(wrong == 0, wrong == 1 ? rule : null, wrong == 2 ? "On" : null))),
        (1, Gen.Int[0, int.MaxValue].Select(seed => Comparison.Chosen.By(RandomRule.Broken(seed)))));

    private static Gen<string> Rule(bool timed) => Gen.Int[0, int.MaxValue].Select(seed => timed ? RandomRule.WithTime(seed) : RandomRule.Of(seed));

    private static Gen<Fact[]> Facts(bool timed) => timed
        ? Gen.Select(RandomFacts.Hired, RandomFacts.Some).Select((hired, some) => hired.Concat(some).DistinctBy(fact => fact.Name).ToArray())
        : RandomFacts.Some;

    private static Gen<Request> Settings() =>
        Gen.Select(Of(false, false, true), Of(false, false, true)).Select((strict, independent) => (Request)new Request.Configure(strict, independent));

    // Sets that make a group meaningful most of the time, single SKUs otherwise; now and then the same SKU twice, or a foreign plan.
    private static Gen<Wanted[]> Wishes()
    {
        Gen<Wanted> one = Sku.SelectMany(sku => Disabled(sku).Select(disabled => new Wanted(sku, disabled)));
        Gen<Wanted[]> withBase = Gen.Select(Of(Suites), Gen.Shuffle(Extras, 1, 2)).SelectMany((suite, others) =>
            Disabled(suite).Select(disabled => (Wanted[])[new Wanted(suite, disabled), .. others.Select(sku => new Wanted(sku))]));
        return Gen.Frequency(
            (5, Gen.Const(Array.Empty<Wanted>())),
            (5, one.Select(wanted => (Wanted[])[wanted])),
            (4, withBase),
            (3, Disabled(SpecFiles.Sku("SPE_E5")).Select(disabled => (Wanted[])[new Wanted(SpecFiles.Sku("SPE_E5"), disabled), new Wanted(SpecFiles.Sku("MCOPSTN1"))])),
            (3, Of(AddOns).Select(sku => (Wanted[])[new Wanted(sku)])),
            (3, Of(Suites).SelectMany(sku => Disabled(sku).Select(disabled => (Wanted[])[new Wanted(sku, disabled)]))),
            (2, one.Array[2, 3].Select(wanted => wanted.DistinctBy(each => each.Sku).ToArray())),
            (1, one.Array[2, 3]));
    }

    private static Gen<string[]> Disabled(string sku) => TouchyOf[sku].Length == 0
        ? Gen.Frequency((40, Gen.Const(Array.Empty<string>())), (1, Of(Touchy).Select(plan => (string[])[plan])))
        : Gen.Frequency(
            (10, Gen.Const(Array.Empty<string>())),
            (8, Gen.Shuffle(TouchyOf[sku], 1, TouchyOf[sku].Length)),
            (1, Of(Touchy).Select(plan => (string[])[plan])));

    private static Gen<string[]> Removals() => Gen.Frequency((5, Gen.Const(Array.Empty<string>())), (6, Sku.Array[1, 1]), (4, Sku.Array[2, 4]));

    // A SKU gains a plan that rules speak about, or the rules become others.
    private static Gen<Request> Import()
    {
        Gen<Request> gain = Gen.Select(Of([.. Suites, .. AddOns]), Of(Touchy))
            .Select((sku, plan) => (Request)new Request.Import([new NewPlan(sku, plan, Names.Readable(plan))], null));
        Gen<string> plan = Of([.. Touchy, .. AddOns.SelectMany(SpecFiles.PlansOf), .. Singles.SelectMany(SpecFiles.PlansOf)]);
        Gen<Request> rules = Gen.Select(
            plan.Array[2, 4].Array[0, 3],
            plan.Array[2].Array[0, 1],
            Gen.Select(plan, plan.Array[1, 2]).Array[0, 4],
            Gen.Select(plan, Of("US", "BR", "JP"), Gen.Bool).Array[0, 2]).Select((sets, allowed, requires, regions) => (Request)new Request.Import(
                [],
                JsonSerializer.Serialize(new
                {
                    exclusiveSets = sets.Select(set => new { name = "random", plans = set.Distinct().Select(id => new { servicePlanId = id }) }),
                    exclusivePairsAllowed = allowed.Where(pair => pair[0] != pair[1]).Select(pair => new { plans = pair }),
                    requires = requires.Select(one => new { servicePlanId = one.Item1, anyOf = one.Item2.Distinct() }),
                    regions = regions.DistinctBy(one => one.Item1).Select(one => one.Item3
                        ? new { servicePlanId = one.Item1, allow = new[] { one.Item2 }, deny = Array.Empty<string>() }
                        : new { servicePlanId = one.Item1, allow = Array.Empty<string>(), deny = new[] { one.Item2 } }),
                })));
        return Gen.Frequency((1, gain), (1, rules), (1, Gen.Const((Request)new Request.Import([], SpecFiles.PlanRulesJson))));
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static string Subscription(string sku, int slot) => Names.Subscription($"s{slot}{sku[..6]}");
}
