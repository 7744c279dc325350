using System.Globalization;
using Berth.Engine.Tests.Golden;
using CsCheck;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// Random requests over pools of Frontline: few licenses and many users in both modes, sessions that come and go, and steps of time round the ends of standby, uses
/// of the buffer and its blocks. Some stretches of a script are days of work, and uses of the buffer that last too long: alone chance does not make four of a day.
/// </summary>
public static class FrontlineRequests
{
    private const int FewestSegments = 20;
    private const int MostSegments = 40;
    private const int Hour = 60;
    private const int Day = 24 * Hour;
    private const string Graphics = "CPC_S_8C_32GB_512GB_GPU";

    private static readonly string[] Users = [.. new[] { "ada", "bob", "cid", "dan", "eva", "fay" }.Select(Names.User)];
    private static readonly string[] Groups = [.. new[] { "blue", "gold", "gray", "pink" }.Select(Names.Group)];
    private static readonly string[] Dedicated = [.. new[] { "d1", "d2" }.Select(Names.Policy)];
    private static readonly string[] Shared = [.. new[] { "s1", "s2" }.Select(Names.Policy)];
    private static readonly string[] Policies = [.. Dedicated, .. Shared];
    private static readonly string Enterprise = Names.Policy("e1");

    private static readonly string[] PartNumbers = ["Windows_365_S_2vCPU_4GB_64GB", "Windows_365_S_2vCPU_4GB_128GB", "Windows_365_S_8vCPU_32GB_512GB", "CPC_E_2C_4GB_64GB"];

    private static readonly string[] Plans =
        [.. new[] { "CPC_S_2C_4GB_64GB", "CPC_S_2C_4GB_64GB", "CPC_S_2C_4GB_128GB", "CPC_S_8C_32GB_512GB", Graphics }.Select(name => Names.Plan(name, null))];

    private const string Rule = "user.employeeHireDate -le system.now";

    private static readonly string?[] Crons =
        ["0 * * * *", "0 0 * * * *", "30 8-18/2 * * *", "0 15 20 * * MON-FRI", "0 0 3 1,15 * sat", "0 0 0 20 * *", "0 12 2/3 * *", "0 0 30 2 *", "0,30 * * * *", "0 25 * * *", null];

    private static readonly string[] Kinds = ["provision", "reprovision", "deprovision", "resize", "restore"];

    private static readonly Gen<string> User = Of(Users);
    private static readonly Gen<string> Group = Of(Groups);
    private static readonly Gen<string> Plan = Of(Plans);
    private static readonly Gen<int> Storage = Of(0, 16, 32, 64, 64);
    private static readonly Gen<int> Number = Gen.Int[1, 12];

    private static readonly Gen<int> Minutes = Gen.Frequency(
        (60, Of(0, 0, 0, 1, 3)),
        (20, Of(2, 10, 29, 30, 59, 60, 61)),
        (10, Of(119, 120, 3 * Hour, 12 * Hour)),
        (6, Of(Day - 1, Day, Day + 1, 2 * Day)),
        (2, Of((7 * Day) - 1, 7 * Day, 8 * Day)),
        (1, Of(31 * Day)));

    /// <summary>The sizes that can be resized, the smallest disk first.</summary>
    public static IReadOnlyList<string> Sizes { get; } = [.. new[] { "CPC_S_2C_4GB_64GB", "CPC_S_2C_4GB_128GB", "CPC_S_8C_32GB_512GB" }.Select(name => Names.Plan(name, null))];

    /// <summary>The SKUs that can occur.</summary>
    public static IReadOnlyCollection<string> Skus { get; } = [.. PartNumbers.Select(SpecFiles.Sku)];

    /// <summary>A script; see <see cref="Requests.Script"/>.</summary>
    public static Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> Script { get; } =
        Gen.Select(Opening(), Segment().Array[FewestSegments, MostSegments]).Select((opening, segments) =>
        {
            int minute = 0;
            return ("US", opening.Select(request => (request, 0, 0)).Concat(segments.SelectMany(one => one).Select(one =>
            {
                minute += one.Minutes;
                return (At(one.Request, minute), minute, one.Aim);
            })).ToArray());
        });

    // A schedule begins and ends round the moment at which it is asked for.
    private static Request At(Request request, int minute) =>
        request is Request.SchedulePolicy schedule ? schedule with { Start = schedule.Start + minute, End = schedule.End + minute } : request;

    private static Gen<Request[]> Opening()
    {
        Gen<Request[]> purchases = Of(1, 1, 2, 2, 3, 4).Array[PartNumbers.Length]
            .Select(units => units.Select((count, i) => (Request)new Request.Buy(Subscription(i, 0), SpecFiles.Sku(PartNumbers[i]), count, "Enabled")).ToArray());
        Gen<Request[]> groups = Gen.Shuffle(Users, 1, Users.Length).Array[Groups.Length]
            .Select(members => Groups.Select((group, i) => (Request)new Request.CreateGroup(group, true, i == 0 ? [] : members[i]) { Chosen = i == 0 ? Chosen.By(Rule) : Chosen.ByHand }).ToArray());
        Gen<Assigned[]> one = Gen.Select(Group, Gen.Int[0, 2], Of(1, 1, 1, 2)).Select((group, plan, licenses) => (Assigned[])[new Assigned(group, Plans[plan]) { Licenses = licenses }]);
        Gen<Request[]> policies = Gen.Select(Gen.Select(one, Entries(), one, Entries()).Select((a, b, c, d) => (Assigned[][])[a, b, c, d]), Group, Storage.Array[Shared.Length]).Select((entries, group, kept) => (Request[])
        [
            .. Policies.Select((policy, i) => new Request.CreatePolicy(policy, i < Dedicated.Length ? "sharedByUser" : "sharedByEntraGroup", [])
            {
                KeepsProfiles = i == Policies.Length - 1,
                StorageGB = i < Dedicated.Length ? 0 : kept[i - Dedicated.Length],
            }),
            new Request.CreatePolicy(Enterprise, "dedicated", []),
            new Request.AssignPolicy(Enterprise, [new Assigned(group, null)]),
            .. Policies.Select((policy, i) => new Request.AssignPolicy(policy, entries[i])),
        ]);
        Gen<Request[]> users = Hired().Array[Users.Length].Select(hired => Users.Select((user, i) => (Request)new Request.CreateUser(user, "US", hired[i])).ToArray());
        Gen<Request> start = Gen.Frequency((1, Gen.Const((Request)new Request.SetHost(0, []))), (1, Host()));
        return Gen.Select(purchases, users, groups, policies, Settings(), start).Select((bought, people, there, made, settings, host) => (Request[])
        [
            host, settings, .. bought,
            new Request.Import([new NewPlan(SpecFiles.Sku(PartNumbers[2]), Names.Plan(Graphics, null), Graphics)], null),
            .. people, .. there, .. made,
        ]);
    }

    private static Gen<(Request Request, int Minutes, int Aim)[]> Segment() => Gen.Frequency(
        (50, Gen.Select(Command(), Minutes, Gen.Int[0, 1_000_000]).Select(one => ((Request, int, int)[])[one])),
        (4, Gen.Select(Gen.Int[1, 4], Gen.Int[2, 3], Of(0, 0, 30, 2 * Day)).Select(Overruns)),
        (1, Gen.Int[2, 3].Select(sessions => ((Request, int, int)[])[.. Enumerable.Repeat(Overruns(4, sessions, 2 * Day), 3).SelectMany(one => one)])),
        (2, Gen.Select(Gen.Int[2, 5], Gen.Int[0, 1000], Of(0, 10, 45, 7 * Hour)).Select(Workdays)),
        (5, Gen.Select(Gen.Int[0, 2], Kept(), Gen.Int[0, 1_000_000], Of(0, 0, 1, 2), Gen.Shuffle(Turns()), Of(0, 5, 10, 10, Hour)).Select(Anew)),
        (3, Gen.Select(Gen.Int[3, 8], Gen.Int[0, 1000], Of((7 * Day) - 1, 7 * Day, 7 * Day, 8 * Day), Of(0, 10, Hour, Day)).Select(Crowds)));

    // What happens while machines are made anew.
    private static Request[] Turns() =>
    [
        new Request.DisconnectSession(1), new Request.EndSession(1), new Request.ReprovisionPolicy(Shared[0], 0, false), new Request.Reprovision(1), new Request.StartPooled(Users[3], Shared[0], Groups[1], Plans[0]),
        new Request.RunDue(), new Request.RestartCloudPc(1), new Request.ChangeSubscription(Subscription(0, 0), null, "Suspended"), new Request.AssignPolicy(Shared[0], []), new Request.RetryPolicy(Shared[0]),
    ];

    // A pool that grows, people on it, and all of it made anew while the host takes its time or fails; what happens meanwhile comes in any order.
    private static (Request Request, int Minutes, int Aim)[] Anew(int sessions, (int Percent, bool SignsOut) kept, int aim, int fails, Request[] turns, int minutes) =>
    [
        (new Request.AssignPolicy(Shared[0], [new Assigned(Groups[1], Plans[0]) { Licenses = 3 }]), 0, 0),
        .. Enumerable.Range(0, sessions).Select(i => ((Request)new Request.StartPooled(Users[i], Shared[0], Groups[1], Plans[0]), 3, (7 * aim) + (8 * i) + 1)),
        (new Request.SetHost(fails == 2 ? 0 : 10, fails == 0 ? [] : ["reprovision"]), 0, 0),
        (aim % 4 == 0 ? new Request.SchedulePolicy(Shared[0], "5 * * * *", kept.Percent, kept.SignsOut, null, null) : new Request.ReprovisionPolicy(Shared[0], kept.Percent, kept.SignsOut), 0, 0),
        .. turns.Take(6).Select((turn, i) => (turn, i % 2 == 0 ? minutes : 0, (aim / 8 * 8) + (3 * i) + 1)),
        (new Request.RunDue(), minutes, 0),
    ];

    // Uses of the buffer that last longer than an hour; the same machines each time.
    private static (Request Request, int Minutes, int Aim)[] Overruns(int times, int sessions, int pause) =>
    [
        .. Enumerable.Repeat(0, times).SelectMany(_ => ((Request Request, int Minutes, int Aim)[])
        [
            .. Enumerable.Range(0, sessions).Select(i => ((Request)new Request.StartSession(Users[i], i + 1), 0, (3 * i) + 1)),
            .. Enumerable.Range(0, sessions).Select(i => ((Request)new Request.EndSession(i + 1), i == 0 ? Hour + 1 : 0, (8 * i) + 1)),
        ]),
        (new Request.RunDue(), pause, 0),
    ];

    // One after another on shared machines, some of which fail then: what is kept has no room any more.
    private static (Request Request, int Minutes, int Aim)[] Crowds(int people, int aim, int wait, int delay) =>
    [
        (new Request.ConfigureFrontline(true, 0, true, null), 0, 0),
        .. Enumerable.Range(0, people).SelectMany(i => ((Request Request, int Minutes, int Aim)[])
        [
            (new Request.StartPooled(Users[i % Users.Length], Shared[0], Groups[^1], Plans[0]), i % 3, (8 * (aim + (11 * i))) + 1),
            i % 3 == 1 ? (new Request.DeleteStorages(Shared[0], Groups[^1], Plans[0], []), 0, (24 * (aim + i)) + 1) : (new Request.EndSession(1), 1, (8 * (aim + i)) + 1),
        ]),
        (new Request.SetHost(0, ["reprovision"]), 0, 0),
        .. Enumerable.Range(0, 2).Select(i => ((Request)new Request.Reprovision(1), 0, (24 * (aim + i)) + 1)),
        (new Request.RunDue(), wait, 0),
        (new Request.StartPooled(Users[0], Shared[0], Groups[^1], Plans[0]), 1, (8 * aim) + 1),
        (new Request.SetHost(delay, []), 0, 0),
        (new Request.RetryPolicy(Shared[aim % 2]), 0, 1),
    ];

    private static (Request Request, int Minutes, int Aim)[] Workdays(int days, int machine, int begin) =>
    [
        .. Enumerable.Range(0, days).SelectMany(day => ((Request Request, int Minutes, int Aim)[])
        [
            (new Request.StartSession(Users[0], 1), day == 0 ? begin : Day - 20 + day, (3 * 8 * machine) + 1),
            (new Request.EndSession(1), 20, 1),
        ]),
        (new Request.RunDue(), Day - 50, 0),
        (new Request.RunDue(), 29, 0),
    ];

    private static Gen<Request> Command() => Gen.Frequency(
        (40, Gen.Select(User, Number).Select((user, number) => (Request)new Request.StartSession(user, number))),
        (26, Gen.Select(User, Of(Shared), Group, Plan).Select((user, policy, group, plan) => (Request)new Request.StartPooled(user, policy, group, plan))),
        (14, Number.Select(number => (Request)new Request.EndSession(number))),
        (14, Number.Select(number => (Request)new Request.DisconnectSession(number))),
        (10, Number.Select(number => (Request)new Request.PowerOn(number))),
        (6, Number.Select(number => (Request)new Request.PowerOff(number))),
        (16, Gen.Select(Of(Dedicated), Entries()).Select((policy, entries) => (Request)new Request.AssignPolicy(policy, entries))),
        (18, Gen.Select(Of(Policies), Entries()).Select((policy, entries) => (Request)new Request.AssignPolicy(policy, entries))),
        (3, Part().Array[2, 3].Select(parts => (Request)new Request.Together(parts))),
        (10, Gen.Select(Group, User.Array[1, 2]).Select((group, members) => (Request)new Request.AddMembers(group, members))),
        (10, Gen.Select(Group, User).Select((group, member) => (Request)new Request.RemoveMember(group, member))),
        (9, Gen.Select(Gen.Int[0, PartNumbers.Length - 1], Gen.Int[0, 3], Of<int?>(null, 0, 1, 2, 3, 4), Of(null, null, "Enabled", "Enabled", "Warning", "Suspended", "LockedOut", "Deleted"))
            .Select((sku, slot, units, status) => (Request)new Request.ChangeSubscription(Subscription(sku, slot == 3 ? 1 : 0), units, status))),
        (2, Gen.Select(Gen.Int[0, PartNumbers.Length - 1], Gen.Int[0, 2]).Select((sku, units) => (Request)new Request.Buy(Subscription(sku, 1), SpecFiles.Sku(PartNumbers[sku]), units, "Enabled"))),
        (3, User.Select(user => (Request)new Request.AssignUser(user, [new Wanted(SpecFiles.Sku(PartNumbers[3]))], []))),
        (4, Number.Select(number => (Request)new Request.EndGrace(number))),
        (5, Number.Select(number => (Request)new Request.Reprovision(number))),
        (1, Gen.Select(Number, Plan).Select((number, plan) => (Request)new Request.Resize(number, plan))),
        (5, Gen.Select(Number, Of<bool?>(null, null, true, true, false)).Select((number, restricted) => (Request)new Request.SetReview(number, restricted))),
        (7, Host()),
        (12, Gen.Select(Number, Of("done", "done", "done", "failed")).Select((number, outcome) => (Request)new Request.ReportJob(number, "provision", 1, Desk.Opening, outcome, false))),
        (4, Settings()),
        (4, Plan.Select(plan => (Request)new Request.Unblock(plan))),
        (5, Of(Policies).Select(policy => (Request)new Request.RetryPolicy(policy))),
        (8, Gen.Select(Of(Policies), Kept()).Select((policy, kept) => (Request)new Request.ReprovisionPolicy(policy, kept.Percent, kept.SignsOut))),
        (5, Gen.Select(Of(Policies), Of(Crons), Kept(), Minutes, Of(0, Hour, 2 * Day, 4 * Day, 8 * Day, 20 * Day), Gen.Int[0, 3]).Select(Scheduled)),
        (1, Of(Policies).Select(policy => (Request)new Request.DeletePolicy(policy))),
        (3, User.Select(user => (Request)new Request.DeleteUser(user))),
        (4, Gen.OneOf(User, Group).Select(item => (Request)new Request.Restore(item))),
        (1, Gen.OneOf(User, Group).Select(item => (Request)new Request.Purge(item))),
        (1, User.Select(user => (Request)new Request.CreateUser(user, "US"))),
        (4, Gen.Select(User, Of("true", "true", "false")).Select((user, on) => (Request)new Request.SetUser(user, new Fact("accountEnabled", on)))),
        (3, Gen.Select(User, Hired()).Select((user, hired) => (Request)new Request.SetUser(user, hired))),
        (6, Number.Select(number => (Request)new Request.RestoreCloudPc(number, Desk.Opening.AddHours(12)))),
        (3, Number.Select(number => (Request)new Request.RestartCloudPc(number))),
        (2, Gen.Select(Of(Policies), Of("eastus", "westeurope")).Select((policy, region) => (Request)new Request.ChangePolicy(policy, []) { Region = region })),
        (3, Gen.Select(Of(Shared), Storage).Select((policy, size) => (Request)new Request.ChangePolicy(policy, []) { StorageGB = size })),
        (5, Gen.Select(Of(Shared), Group, Plan, User.Array[1, 2]).Select((policy, group, plan, users) => (Request)new Request.DeleteStorages(policy, group, plan, users))),
        (2, Of(Policies).Select(policy => (Request)new Request.ApplyPolicy(policy, ["region"], []))),
        (1, Group.Select(group => (Request)new Request.DeleteGroup(group))),
        (1, Gen.Select(Group, User.Array[0, 3]).Select((group, members) => (Request)new Request.CreateGroup(group, true, members))),
        (3, Gen.Const((Request)new Request.MoveClock())),
        (6, Gen.Const((Request)new Request.RunDue())));

    // What a plan can have (B501).
    private static Gen<Request> Part() => Gen.Frequency(
        (3, Gen.Select(Of(Policies), Entries()).Select((policy, entries) => (Request)new Request.AssignPolicy(policy, entries))),
        (2, Gen.Select(Group, User.Array[1, 2]).Select((group, members) => (Request)new Request.AddMembers(group, members))),
        (2, Gen.Select(Group, User).Select((group, member) => (Request)new Request.RemoveMember(group, member))),
        (2, Gen.Select(Gen.Int[0, PartNumbers.Length - 1], Gen.Int[0, 4])
            .Select((sku, units) => (Request)new Request.SetUnits(Subscription(sku, 2), SpecFiles.Sku(PartNumbers[sku]), units))),
        (1, Number.Select(number => (Request)new Request.Reprovision(number))),
        (1, User.Select(user => (Request)new Request.DeleteUser(user))));

    private static Gen<Assigned[]> Entries() => Gen.Select(Group, Plan, Gen.Int[0, 3], Gen.Int[0, 15])
        .Select((group, plan, licenses, odd) => new Assigned(group, plan) { Licenses = licenses, Was = odd == 0 ? Plans[2] : null }).Array[0, 2]
        .Select(entries => entries.DistinctBy(one => (one.Group, one.Plan)).ToArray());

    // Also now and then, when something else is due.
    private static Gen<Fact> Hired() => Gen.Select(Gen.Int[-2, 20], Of(0, 0, 1, 30, 60))
        .Select((halves, minutes) => new Fact("employeeHireDate", Desk.Opening.AddHours(12 * halves).AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));

    // A schedule, now and then with a start or an end round which its moments come.
    private static Request Scheduled(string policy, string? cron, (int Percent, bool SignsOut) kept, int start, int length, int odd) =>
        new Request.SchedulePolicy(policy, cron, kept.Percent, kept.SignsOut, odd % 2 == 0 ? null : start, odd < 2 ? null : start + length);

    private static Gen<(int Percent, bool SignsOut)> Kept() => Gen.Select(Of(0, 0, 27, 50, 67, 99, 100, -1), Of(false, false, true)).Select((percent, signsOut) => (percent, signsOut));

    private static Gen<Request> Settings() => Gen.Select(Of(true, true, false), Of(3, 3, 0, 10), Of(true, true, true, false), Of<int?>(null, null, null, 0, 1, 2))
        .Select((held, reset, prestart, excess) => (Request)new Request.ConfigureFrontline(held, reset, prestart, excess));

    private static Gen<Request> Host() => Gen.Select(Of(0, 0, 10, 10, Hour, Day), Gen.Frequency((3, Gen.Const(Array.Empty<string>())), (1, Gen.Shuffle(Kinds, 1, 2))))
        .Select((minutes, failing) => (Request)new Request.SetHost(minutes, failing) { Agent = minutes == Day });

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static string Subscription(int sku, int slot) => Names.Subscription(string.Create(CultureInfo.InvariantCulture, $"s{slot}{sku}"));
}
