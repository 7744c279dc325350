using Berth.Engine.Frontline;
using Berth.Graph.Reports;
using Xunit;

namespace Berth.Conformance.Tests.Reports;

/// <summary>The arithmetic of hours (B444, B445), against a slow count of every minute.</summary>
public sealed class Hours
{
    private static readonly DateTimeOffset _eight = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_hour_knows_its_peak_its_average_and_what_there_was_at_its_end()
    {
        // Two licenses; one taken from 8:15, two from 8:45, three (one above) from 9:30 to 9:40, four licenses from 9:50.
        PlanHours hours = Told(_eight.AddHours(2), default, (-30, Use(2, 0)), (15, Use(2, 1)), (45, Use(2, 2)), (90, Use(2, 3)), (100, Use(2, 2)), (110, Use(4, 2)));
        HourUse seven = At(hours, -1), eight = At(hours, 0), nine = At(hours, 1);
        Assert.Equal((2L, 0, 0.0), (seven.Licenses, seven.Most, seven.Average));
        Assert.Equal((2L, 2, 0L, 1.0 * (30 + (15 * 2)) / 60), (eight.Licenses, eight.Most, eight.MostAbove, eight.Average));
        Assert.Equal((4L, 3, 1L, 130.0 / 60), (nine.Licenses, nine.Most, nine.MostAbove, nine.Average));
        Assert.Equal(3, hours.Hours.Count);
        Assert.Equal((_eight.AddHours(2), Use(4, 2)), (hours.Until!.Value, hours.Usage));
    }

    [Fact]
    public void What_lasts_shows_in_every_hour_and_is_forgotten_when_it_is_old()
    {
        PlanHours hours = Told(_eight.AddDays(2), default, (0, Use(5, 3)));
        Assert.Equal(48, hours.Hours.Count);
        Assert.All(hours.Hours.Values, hour => Assert.Equal((5L, 3, 3.0), (hour.Licenses, hour.Most, hour.Average)));
        hours.Forget(PlanHours.NumberOf(_eight.AddDays(1)));
        Assert.Equal(24, hours.Hours.Count);
        Assert.Equal(_eight.AddDays(1).UtcDateTime, PlanHours.StartOf(hours.Hours.Keys.First()));
    }

    [Fact]
    public void Who_comes_and_goes_at_one_moment_is_seen()
    {
        PlanHours hours = Told(_eight, default, (-60, Use(2, 0)), (0, Use(2, 1)), (0, Use(2, 0)));
        Assert.Equal((1, 2L), (At(hours, 0).Most, At(hours, 0).Licenses));
    }

    [Fact]
    public void It_makes_no_difference_how_often_somebody_looks()
    {
        Random random = new(4402);
        for (int round = 0; round < 50; round++)
        {
            List<(int Minute, PlanUsage After)> all = [.. Enumerable.Range(0, 40).Select(_ => (random.Next(0, 600), Use(random.Next(1, 4), random.Next(0, 5)))).OrderBy(one => one.Item1)];
            PlanHours once = Told(_eight.AddMinutes(600), default, [.. all]), often = new();
            PlanUsage before = default;
            int taken = 0;
            for (int now = 0; now <= 600; now = now == 600 ? 601 : Math.Min(600, now + random.Next(1, 90)))
            {
                (int Minute, PlanUsage After)[] fresh = [.. all.Skip(taken).TakeWhile(one => one.Minute <= now)];
                taken += fresh.Length;
                if (fresh.Length > 0 || often.Until is not null)
                {
                    Tell(often, _eight.AddMinutes(now), before, fresh);
                    before = fresh.Length > 0 ? fresh[^1].After : before;
                }
            }

            foreach ((long number, HourUse hour) in once.Hours)
            {
                HourUse other = often.Hours[number];
                int from = (int)((number - PlanHours.NumberOf(_eight)) * 60);
                PlanUsage[] minutes = [.. Enumerable.Range(from, 60).Where(minute => minute >= all[0].Minute && minute < 600).Select(minute => all.Last(one => one.Minute <= minute).After)];
                Assert.Equal((hour.Licenses, hour.Most, hour.MostAbove, Math.Round(hour.Average, 6)), (other.Licenses, other.Most, other.MostAbove, Math.Round(other.Average, 6)));
                if (minutes.Length > 0)
                {
                    Assert.Equal((minutes[^1].Licenses, Math.Round(minutes.Average(one => one.Claimed), 6)), (hour.Licenses, Math.Round(hour.Average, 6)));
                    Assert.True(hour.Most >= minutes.Max(one => one.Claimed));
                }
            }
        }
    }

    private static PlanUsage Use(long licenses, int taken) => new(licenses, 0, taken, 0);

    private static HourUse At(PlanHours hours, int after) => hours.Hours[PlanHours.NumberOf(_eight.AddHours(after))];

    private static PlanHours Told(DateTimeOffset now, PlanUsage before, params (int Minute, PlanUsage After)[] changes)
    {
        PlanHours hours = new();
        Tell(hours, now, before, changes);
        return hours;
    }

    // As the journal is read: newest first.
    private static void Tell(PlanHours hours, DateTimeOffset now, PlanUsage before, params (int Minute, PlanUsage After)[] changes)
    {
        hours.Begin(now);
        for (int i = changes.Length - 1; i >= 0; i--)
        {
            hours.Take(_eight.AddMinutes(changes[i].Minute), changes[i].After, newest: i == changes.Length - 1);
        }

        // Before its first license a plan has no hours.
        hours.End(null, before, now);
    }
}
