using System.Globalization;
using Berth.Engine.Frontline;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>When a schedule comes (B438, B439).</summary>
public sealed class CronExpressionTests
{
    // B438; 2026-11-26 is a Thursday.
    [Theory]
    [InlineData("0 0 0 20 * *", "2026-11-26 12:00:00", "2026-12-20 00:00:00")]
    [InlineData("0 0 20 * *", "2026-11-26 12:00:00", "2026-12-20 00:00:00")]
    [InlineData("  0  0 0   20 * * ", "2026-12-20 00:00:00", "2027-01-20 00:00:00")]
    [InlineData("30 15 3 * * *", "2026-11-26 03:15:29", "2026-11-26 03:15:30")]
    [InlineData("30 15 3 * * *", "2026-11-26 03:15:30", "2026-11-27 03:15:30")]
    [InlineData("0 * * * *", "2026-11-26 23:30:00", "2026-11-27 00:00:00")]
    [InlineData("0 8-17/3 * * *", "2026-11-26 11:00:00", "2026-11-26 14:00:00")]
    [InlineData("0 8-17/3 * * *", "2026-11-26 17:00:00", "2026-11-27 08:00:00")]
    [InlineData("0 20/2 * * *", "2026-11-26 20:00:00", "2026-11-26 22:00:00")]
    [InlineData("0 6,18,12 * * *", "2026-11-26 07:00:00", "2026-11-26 12:00:00")]
    [InlineData("0 0 * * sun", "2026-11-26 12:00:00", "2026-11-29 00:00:00")]
    [InlineData("0 0 * * 7", "2026-11-26 12:00:00", "2026-11-29 00:00:00")]
    [InlineData("0 0 * * 0", "2026-11-26 12:00:00", "2026-11-29 00:00:00")]
    [InlineData("0 0 * * FRI-7", "2026-11-27 12:00:00", "2026-11-28 00:00:00")]
    [InlineData("0 0 1 JAN,Jul *", "2026-11-26 12:00:00", "2027-01-01 00:00:00")]
    [InlineData("0 0 1 dec MON", "2026-11-30 12:00:00", "2026-12-01 00:00:00")] // either day is enough
    [InlineData("0 0 1 dec MON", "2026-12-01 00:00:00", "2026-12-07 00:00:00")]
    [InlineData("0 0 */10 * MON", "2026-11-26 12:00:00", "2026-12-21 00:00:00")] // one begins with *, so both are needed
    [InlineData("0 0 31 * *", "2026-11-26 12:00:00", "2026-12-31 00:00:00")]
    [InlineData("0 0 29 2 *", "2026-11-26 12:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29 00:00:00", "2104-02-29 00:00:00")]
    public void A_moment_is_the_first_after_a_time_in_UTC(string text, string after, string moment)
    {
        Assert.True(CronExpression.TryRead(text, out CronExpression? expression, out _));
        Assert.Equal(Time(moment), expression.After(Time(after)));
        Assert.Equal(Time(moment), expression.After(Time(after).ToOffset(TimeSpan.FromHours(5))));
    }

    // B438
    [Theory]
    [InlineData("0 0 30 2 *", "2026-11-26 12:00:00")]
    [InlineData("0 0 31 4,6,9,11 *", "2026-11-26 12:00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29 00:00:01")] // the next is on the day on which the eight years end, before their last second
    [InlineData("0 0 29 2 *", "9997-01-01 00:00:00")]
    public void A_moment_that_is_not_within_eight_years_does_not_come(string text, string after)
    {
        Assert.True(CronExpression.TryRead(text, out CronExpression? expression, out _));
        bool comes = text == "0 0 29 2 *" && after.StartsWith("2096", StringComparison.Ordinal);
        Assert.Equal(comes ? Time("2104-02-29 00:00:00") : null, expression.After(Time(after)));
    }

    // B438
    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("0 0 0 1 1 1 2027")]
    [InlineData("0 24 * * *")]
    [InlineData("60 0 * * *")]
    [InlineData("0 0 0 * *")]
    [InlineData("0 0 32 * *")]
    [InlineData("0 0 * 0 *")]
    [InlineData("0 0 * 13 *")]
    [InlineData("0 0 * * 8")]
    [InlineData("0 0 * * SUNDAY")]
    [InlineData("0 0 * MON *")]
    [InlineData("0 17-8 * * *")]
    [InlineData("0 8-17-20 * * *")]
    [InlineData("0 */0 * * *")]
    [InlineData("0 */2/2 * * *")]
    [InlineData("0 -1 * * *")]
    [InlineData("0 +1 * * *")]
    [InlineData("0 1, * * *")]
    [InlineData("0 001 * * *")]
    [InlineData("0 0 ? * *")]
    [InlineData("0 0 L * *")]
    [InlineData("0,30 0 * * *")]
    [InlineData("* 0 * * *")]
    [InlineData("0,1 0 0 * * *")]
    [InlineData("* 0 0 * * *")]
    public void What_cannot_be_read_says_why(string text)
    {
        Assert.False(CronExpression.TryRead(text, out _, out string? why));
        Assert.NotEmpty(why);
    }

    // B438
    [Fact]
    public void An_expression_has_at_most_120_characters()
    {
        string longest = "0 0 * * " + string.Join(',', Enumerable.Repeat("1", 56));
        Assert.Equal(CronExpression.Longest - 1, longest.Length);
        Assert.True(CronExpression.TryRead(longest, out _, out _));
        Assert.True(CronExpression.TryRead(longest + " ", out _, out _));
        Assert.False(CronExpression.TryRead(longest + ",1", out _, out _));
    }

    // B439
    [Fact]
    public void Zones_stand_in_the_order_of_their_distance_and_their_example_is_right()
    {
        ScheduleZone[] zones = Enum.GetValues<ScheduleZone>();
        Assert.Equal(31, zones.Length);
        Assert.Equal(TimeSpan.Zero, ScheduleZone.Gmt.Offset());
        Assert.Equal(zones.Skip(1).OrderBy(zone => zone.Offset()), zones.Skip(1));
        Assert.Equal((TimeSpan.FromHours(-12), TimeSpan.FromHours(-9.5), TimeSpan.FromHours(-3.5)), (ScheduleZone.Bit.Offset(), ScheduleZone.Mit.Offset(), ScheduleZone.Nst.Offset()));
        Assert.Equal((TimeSpan.FromHours(5.5), TimeSpan.FromHours(9.5), TimeSpan.FromHours(14)), (ScheduleZone.Ist.Offset(), ScheduleZone.Acst.Offset(), ScheduleZone.Lint.Offset()));

        // Graph's own example: the 20th at 00:00:00 is shown as 08:00:00 in cst.
        Assert.True(CronExpression.TryRead("0 0 0 20 * *", out CronExpression? expression, out _));
        Assert.Equal("2025-03-20 08:00:00", expression.After(Time("2025-03-12 00:00:00"))!.Value.ToOffset(ScheduleZone.Cst.Offset()).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
