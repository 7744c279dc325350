using System.Collections.Concurrent;
using System.Globalization;
using Berth.Engine.Insight.Findings;
using Berth.Engine.Tests.Comparison;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Insight;

/// <summary>
/// At the end of random scripts: the findings are those of a slow and obvious search (B544), pages have each once and the counts are theirs, and what a finding
/// says would mend it does what it says when it is done: nobody loses a service plan with a redundant license, and the seats that are said to be freed are (B545 to B549).
/// </summary>
public sealed class RandomFindingTests(ITestOutputHelper output)
{
    private const int Tenants = 150;

    // What must have occurred, so that a poor tenant is noticed.
    private static readonly string[] Expected =
    [
        "RedundantDirectLicense mended", "DisabledUserLicense mended", "UnusedCloudPc mended", "SeatHeldByGrace mended", "MissingEntraP1 mended", "MissingCompanions mended", "NestedGroup mended",
        "PlanSwitchedOn mended", "DynamicGroup", "GroupGivesMore", "SharedCloudPc", "ReserveCloudPc", "NoSeat", "SomebodyElsesPurchase", "Refused", "WithoutEffect",
    ];

    private readonly ConcurrentDictionary<string, int> _occurred = new();

    [Fact]
    public void What_is_found_is_there_and_is_mended_as_promised()
    {
        for (int seed = 0; seed < Tenants; seed++)
        {
            WastefulTenant wasteful = new(seed);
            int days = seed % 2 == 0 ? 1 : 3;
            string? wrong = Differs(new FindingQuestion(wasteful.Tenant, wasteful.Tenant.Now(WastefulTenant.Context.Now), days, -1), WastefulTenant.Context);
            Assert.True(wrong is null, $"seed {seed}, {days} days: {wrong}");
        }

        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }

        Assert.Empty(Expected.Except(_occurred.Keys));
    }

    // Longer stories of a smaller tenant, in which more goes wrong.
    [Fact]
    public void What_is_found_after_a_random_script_is_there_and_is_mended_as_promised() => new Draws().Try(
        Requests.Script,
        60,
        script =>
        {
            EngineDesk engine = new(script.Country);
            foreach ((Request request, int minute, int aim) in script.Steps)
            {
                engine.Do(Aim.At(engine.Tenant, request, aim), Desk.Opening.AddMinutes(minute));
            }

            string? wrong = Differs(new FindingQuestion(engine.Tenant, engine.Tenant.Now(engine.Last.Context.Now), 1, -1), engine.Last.Context);
            Assert.True(wrong is null, wrong);
        });

    private string? Differs(FindingQuestion question, DecisionContext context)
    {
        FindingKind[] kinds = [.. Enum.GetValues<FindingKind>()];
        Found[] found = [.. FindingSearch.Of(question, kinds)];
        string[] lines = [.. found.Select(one => FindingOracle.Line(one.Kind, one.First, one.Second, one.Seats)).Order(StringComparer.Ordinal)];
        List<string> oracle = FindingOracle.Of(question);
        if (!lines.SequenceEqual(oracle))
        {
            return $"found and not there: {string.Join("; ", lines.Except(oracle))}. There and not found: {string.Join("; ", oracle.Except(lines))}.";
        }

        List<Finding> paged = [];
        FindingPage page;
        do
        {
            page = FindingSearch.Page(question, kinds, paged.Count == 0 ? null : paged[^1].At, 7, context);
            paged.AddRange(page.Findings);
        }
        while (page.HasMore);

        if (!paged.Select(one => one.At).SequenceEqual(found))
        {
            return "the pages do not have each finding once, in order.";
        }

        foreach (FindingCount count in page.Counts)
        {
            Found[] own = [.. found.Where(one => one.Kind == count.Kind)];
            if (own.Length != count.Findings || own.Sum(one => (long)one.Seats) != count.Seats)
            {
                return $"{count} is not {own.Length}.";
            }
        }

        return paged.Select(one => Fails(question, one, context)).FirstOrDefault(wrong => wrong is not null);
    }

    private string? Fails(FindingQuestion question, Finding one, DecisionContext context)
    {
        Tenant before = question.Tenant;
        if (one.Remedy.Commands.Count == 0)
        {
            Count(one.Remedy.Obstacle.ToString());
            return one.Remedy.Obstacle == FindingObstacle.None || (one.Remedy.Obstacle == FindingObstacle.Refused) != (one.Remedy.Refusal is not null)
                ? $"{one.At} has no change and no reason."
                : null;
        }

        Count($"{one.At.Kind} mended");
        if (Deciding.Decide(before, new Command.ApplyChanges(one.Remedy.Commands) { MayRemoveMany = true }, context) is not Decision.Accepted { Next: var after })
        {
            return $"what mends {one.At} is refused.";
        }

        string line = FindingOracle.Line(one.At.Kind, one.At.First, one.At.Second, one.At.Seats);
        int freed = one.At.User >= 0 ? FindingOracle.Held(before, one.At.User).Except(FindingOracle.Held(after, one.At.User)).Count() : 0;
        bool isThere = FindingSearch.Of(question with { Tenant = after }, [one.At.Kind]).Any(each => each.CompareTo(one.At) == 0);
        switch (one.At.Kind)
        {
            case FindingKind.RedundantDirectLicense:
                for (int user = 0; user < before.Users.Count; user++)
                {
                    if (before.Users[user] is not null && !FindingOracle.Enabled(before, user).IsSubsetOf(FindingOracle.Enabled(after, user)))
                    {
                        return $"user {user} loses a service plan with {line}.";
                    }
                }

                return isThere || one.Remedy.Freed != 0 || after.LicensesOf(one.At.User).Direct.Contains(one.At.Other) ? $"{line} is still there." : null;
            case FindingKind.DisabledUserLicense:
                return one.Remedy.Freed != freed || freed == 0 ? $"{line} frees {freed}, and not {one.Remedy.Freed}."
                    : one.Remedy.Obstacle == FindingObstacle.None && one.At.Seats != freed && before.Settings.Retry == RetryMode.Fair ? $"{line} frees {freed} of {one.At.Seats}, and says no reason."
                    : null;
            case FindingKind.SeatHeldByGrace:
                return isThere || one.Remedy.Freed != 1 || one.Remedy.DestroysData < 1 ? $"{line} still holds its place." : null;
            case FindingKind.UnusedCloudPc:
                return isThere || one.Remedy.Freed != freed ? $"{line} frees {freed}, and not {one.Remedy.Freed}, or is still unused." : null;
            case FindingKind.NestedGroup:
                return one.Remedy.Gaining == 0 ? $"nobody gains by mending {line}." : null;
            case FindingKind.PlanSwitchedOn:
                return isThere || one.Remedy.Losing > 0 ? $"{line} is still there, or takes a license." : null;
            default:
                return isThere ? $"{line} is still there." : null;
        }
    }

    private void Count(string what) => _occurred.AddOrUpdate(what, 1, static (_, times) => times + 1);
}
