using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Insight.Shifts;
using Xunit;

namespace Berth.Engine.Tests.Insight;

/// <summary>How many licenses people in shifts need (B460 to B465).</summary>
public sealed class ShiftSimulationTests
{
    private const int Hour = 60;

    private static readonly Guid _servicePlan = new("057efbfe-a95d-4263-acb0-12b4a31fed8d");
    private static readonly ShiftPattern _office = new("office", 9 * Hour, 8 * Hour);

    [Fact]
    public void Who_comes_in_the_first_hour_above_the_licenses_gets_the_buffer_and_who_comes_later_does_not()
    {
        // B462, B463: three at nine with one license are one use a day, which lasts all day: an overrun, but not four in a day.
        ShiftAnswer together = Simulate(Plan(1, [_office], 3));
        Assert.Equal((3, 1, 0), (together.Peak, together.Smallest.Licenses, together.Smallest.Refusals));
        Assert.Equal((1, 1, 0), (together.Smallest.BufferUses.Count, together.Smallest.Overruns.Count, together.Smallest.Blocks.Count));
        Assert.Equal(new DateTime(2026, 11, 23, 9, 0, 0), together.Smallest.BufferUses[0]);

        // The third comes when the hour is over: two licenses, and the buffer for the third again.
        ShiftPattern late = _office with { Name = "late", Start = 10 * Hour };
        ShiftPlan apart = Plan(1, [_office, late], 2) with { People = [new("Ada", 0), new("Bob", 0), new("Eve", 1)] };
        ShiftAnswer answer = Simulate(apart);
        Assert.Equal((2, 1), (answer.Smallest.Licenses, answer.OneLess!.Licenses));
        RefusedPerson eve = Assert.Single(answer.OneLess.Refused);

        // From ten to five every quarter of an hour; at five the others leave, and Eve has a last hour.
        Assert.Equal(("Eve", 28, 7 * Hour), (eve.Name, eve.Refusals, eve.MinutesLost));
        Assert.Equal(new DateTime(2026, 11, 23, 17, 0, 0), answer.OneLess.Hours.Last(hour => hour.SessionMinutes > 0).At);
    }

    [Fact]
    public void Four_long_uses_in_a_day_block_the_buffer_and_people_feel_it_for_two_days()
    {
        // Two hours at the machine, two away, four times a day: each time two are above the one license for more than an hour.
        ShiftPattern pattern = new("four times", 0, 14 * Hour) { Breaks = [new(2 * Hour, 2 * Hour), new(6 * Hour, 2 * Hour), new(10 * Hour, 2 * Hour)] };
        ShiftAnswer answer = Simulate(Plan(4, [pattern], 3) with { Licenses = 1 });
        Assert.Equal((3, 0), (answer.Smallest.Licenses, answer.Smallest.BufferUses.Count));
        ShiftOutcome one = answer.Asked!;
        Assert.Equal([1, 5, 9, 13], one.Overruns.Take(4).Select(time => time.Hour));
        Assert.Equal(new DateTime(2026, 11, 23, 13, 0, 0), one.Blocks[0]);
        Assert.Equal(new DateTime(2026, 11, 24, 0, 0, 0), one.Hours.First(hour => hour.Refusals > 0).At);
        Assert.Contains(one.Hours, hour => hour.At == new DateTime(2026, 11, 25, 13, 0, 0) && hour.MostInBuffer == 2);
    }

    [Fact]
    public void Without_the_buffer_it_is_the_most_people_at_one_time_or_a_third_of_all()
    {
        ShiftPlan plan = Plan(1, [_office], 3) with { BufferExcess = 0 };
        Assert.Equal(3, Simulate(plan).Smallest.Licenses);

        // Seven people who never meet need three licenses: a license is good for three machines.
        ShiftPattern[] apart = [.. Enumerable.Range(0, 7).Select(i => new ShiftPattern($"p{i}", i * 2 * Hour, Hour))];
        ShiftAnswer answer = Simulate(Plan(1, apart, 1) with { BufferExcess = 0 });
        Assert.Equal((1, 3), (answer.Peak, answer.Smallest.Licenses));
        Assert.True(answer.OneLess!.RefusedWithoutMachine > 0);
        Assert.Equal(answer.OneLess.Refusals, answer.OneLess.RefusedWithoutMachine);
    }

    [Fact]
    public void Nobody_needs_no_license_and_a_number_that_was_asked_for_is_looked_at_too()
    {
        ShiftAnswer nobody = Simulate(Plan(2, [_office with { AttendancePercent = 0 }], 5));
        Assert.Equal((0, 0), (nobody.Peak, nobody.Smallest.Licenses));
        Assert.Null(nobody.OneLess);
        Assert.Null(nobody.Asked);
        ShiftAnswer asked = Simulate(Plan(1, [_office], 6) with { BufferExcess = 0, Licenses = 4 });
        Assert.Equal((6, 4, 2), (asked.Smallest.Licenses, asked.Asked!.Licenses, asked.Asked.Refused.Count));
    }

    [Fact]
    public void Patterns_have_days_cycles_breaks_and_nights()
    {
        // B460
        ShiftPattern weekdays = _office with { Days = [DayOfWeek.Monday, DayOfWeek.Wednesday] };
        Assert.Equal([0, 2, 7, 9], Days(weekdays, 10));
        Assert.Equal([1, 2, 5, 6, 9], Days(_office with { Cycle = new ShiftCycle(2, 2, 3) }, 10));
        ShiftPattern night = new("night", 22 * Hour, 8 * Hour) { Breaks = [new ShiftBreak(3 * Hour, 30)] };
        Assert.Equal(
            [new ShiftStretch(0, 22 * Hour, 25 * Hour), new ShiftStretch(0, (25 * Hour) + 30, 30 * Hour)],
            ShiftRoster.Draw(Plan(1, [night], 1)));
        ShiftOutcome outcome = Simulate(Plan(1, [night], 1)).Smallest;
        Assert.Equal(30, outcome.Hours.Count);
        Assert.Equal([60, 60, 60, 30, 60], outcome.Hours.Skip(22).Take(5).Select(hour => hour.SessionMinutes));

        static IEnumerable<int> Days(ShiftPattern pattern, int days) => ShiftRoster.Draw(Plan(days, [pattern], 1)).Select(one => one.From / (24 * Hour));
    }

    [Fact]
    public void One_person_or_day_more_changes_nothing_about_the_others()
    {
        // B461
        ShiftPattern loose = _office with { ArriveJitter = 30, LeaveJitter = 30, AttendancePercent = 70 };
        ShiftStretch[] few = ShiftRoster.Draw(Plan(5, [loose], 4)), more = ShiftRoster.Draw(Plan(8, [loose], 9));
        Assert.NotEmpty(few);
        Assert.Equal(few, more.Where(one => one.Person < 4 && one.From < 5 * 24 * Hour));
        Assert.NotEqual(few, ShiftRoster.Draw(Plan(5, [loose], 4) with { Seed = 2 }));
        Assert.InRange(more.Length, 9 * 8 / 2, 9 * 8);
        Assert.True(more.Select(one => one.From % (24 * Hour)).Distinct().Count() > 10);
        Assert.All(more, one => Assert.InRange(one.From % (24 * Hour), (9 * Hour) - 30, (9 * Hour) + 30));
    }

    [Fact]
    public void The_answer_holds_and_every_minute_is_accounted_for_in_random_plans()
    {
        // B464, B465
        Random random = new(20261126);
        int withBuffer = 0;
        for (int i = 0; i < 40; i++)
        {
            ShiftPattern[] patterns =
            [
                .. Enumerable.Range(0, random.Next(1, 5)).Select(p => new ShiftPattern($"p{p}", random.Next(24) * Hour, random.Next(1, 13) * Hour)
                {
                    ArriveJitter = random.Next(40),
                    LeaveJitter = random.Next(40),
                    AttendancePercent = random.Next(50, 101),
                    Breaks = random.Next(2) == 0 ? [] : [new ShiftBreak(20, 10)],
                }),
            ];
            ShiftPlan plan = Plan(random.Next(1, 8), patterns, random.Next(1, 5)) with
            {
                Seed = (ulong)i,
                BufferExcess = random.Next(3) switch { 0 => 0, 1 => 2, _ => null },
                RetryMinutes = random.Next(5, 60),
            };
            ShiftAnswer answer = Simulate(plan);
            ShiftStretch[] stretches = ShiftRoster.Draw(plan);
            Assert.Equal(0, answer.Smallest.Refusals);
            Assert.True(answer.OneLess is null ? answer.Smallest.Licenses == 0 : answer.OneLess.Refusals > 0 && answer.OneLess.Licenses == answer.Smallest.Licenses - 1);
            Assert.InRange(answer.Smallest.Licenses, plan.BufferExcess == 0 ? answer.Peak : 0, Math.Max(answer.Peak, (plan.People.Count + 2) / 3));
            foreach (ShiftOutcome run in new[] { answer.Smallest, answer.OneLess }.OfType<ShiftOutcome>())
            {
                Assert.Equal(stretches.Sum(one => one.To - one.From), run.Hours.Sum(hour => hour.SessionMinutes) + run.Refused.Sum(one => one.MinutesLost));
                Assert.Equal(run.Refusals, run.Hours.Sum(hour => hour.Refusals));
                Assert.Equal(run.Refusals, run.Refused.Sum(one => one.Refusals));
                Assert.All(run.Hours, hour => Assert.True(plan.BufferExcess is not { } most || hour.MostInBuffer <= most));
                withBuffer += run.BufferUses.Count > 0 ? 1 : 0;
            }

            Assert.Equal(answer.Smallest.Hours, Simulate(plan).Smallest.Hours);
        }

        Assert.InRange(withBuffer, 6, 80);
    }

    private static ShiftAnswer Simulate(ShiftPlan plan) => ShiftSimulation.Of(plan, SkuCatalog.BuiltIn, TestContext.Current.CancellationToken);

    private static ShiftPlan Plan(int days, ShiftPattern[] patterns, int peopleEach) => new(
        1,
        new DateOnly(2026, 11, 23),
        days,
        _servicePlan,
        patterns.ToValueArray(),
        [.. patterns.SelectMany((pattern, i) => Enumerable.Range(1, peopleEach).Select(n => new ShiftPerson($"{pattern.Name} {n}", i)))]);
}
