using Berth.Engine.Frontline;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>The concurrency buffer of one plan by itself (C102, C105 to C109, B420 to B424), each of its limits at, below and above.</summary>
public sealed class ConcurrencyBufferTests
{
    private static readonly DateTimeOffset _nine = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    private readonly Shift _shift = new(limit: 2);

    [Fact]
    public void A_third_session_of_fifty_minutes_is_a_use_and_no_overrun() // C244
    {
        _shift.Come(_nine, 2);
        Assert.Equal(ConcurrencyBuffer.Unused, _shift.Buffer);
        Assert.True(_shift.Come(_nine));
        Assert.Equal(_nine, _shift.Buffer.Since);
        _shift.Leave(_nine.AddMinutes(50));
        Assert.Equal((1, 0, null), (_shift.Buffer.UsesAt(_nine.AddHours(3)), _shift.Buffer.OverrunsAt(_nine.AddHours(3)), _shift.Buffer.Since));
    }

    [Fact]
    public void A_third_session_of_ninety_minutes_is_a_use_and_an_overrun_and_goes_on() // C244, C108
    {
        _shift.Come(_nine, 3);
        _shift.Leave(_nine.AddMinutes(90));
        Assert.Equal((1, 1, null), (_shift.Buffer.UsesAt(_nine.AddHours(3)), _shift.Buffer.OverrunsAt(_nine.AddHours(3)), _shift.Buffer.Since));
        Assert.Equal([_nine.AddHours(1) + _tick], _shift.Buffer.Overruns);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void An_overrun_is_longer_than_an_hour(int ticks, int overruns) // C102, B423
    {
        _shift.Come(_nine, 3);
        _shift.Leave(_nine.AddHours(1) + (ticks * _tick));
        Assert.Equal(overruns, _shift.Buffer.OverrunsAt(_nine.AddHours(2)));
    }

    [Fact]
    public void A_use_is_an_overrun_once()
    {
        _shift.Come(_nine, 3);
        _shift.PassTo(_nine.AddHours(20));
        Assert.Equal(1, _shift.Buffer.OverrunsAt(_nine.AddHours(20)));
        Assert.Null(_shift.Buffer.DueAt);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void The_hour_runs_from_the_moment_the_limit_was_exceeded(int ticks, bool given) // C102, B422
    {
        _shift.Come(_nine, 2);
        Assert.True(_shift.Come(_nine.AddMinutes(10)));
        Assert.True(_shift.Come(_nine.AddMinutes(30)));
        Assert.Equal(given, _shift.Come(_nine.AddMinutes(70) + (ticks * _tick)));
    }

    [Fact]
    public void However_many_are_above_the_limit_it_is_one_use() // B421
    {
        _shift.Come(_nine, 5);
        _shift.Leave(_nine.AddMinutes(10), 2);
        Assert.NotNull(_shift.Buffer.Since);
        _shift.Come(_nine.AddMinutes(20), 2);
        _shift.Leave(_nine.AddMinutes(30), 3);
        Assert.Null(_shift.Buffer.Since);
        Assert.Equal(1, _shift.Buffer.UsesAt(_nine.AddMinutes(30)));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void The_fifth_use_of_a_day_is_none(int before, bool given) // C102, B422
    {
        _shift.Come(_nine, 2);
        _shift.Use(_nine, before);
        Assert.Equal(given, _shift.Come(_nine.AddHours(12)));
        Assert.Equal(4, _shift.Buffer.UsesAt(_nine.AddHours(12)));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void A_use_counts_for_less_than_twenty_four_hours(int ticks, bool given) // B422
    {
        _shift.Come(_nine, 2);
        _shift.Use(_nine, 4);
        Assert.Equal(given, _shift.Come(_nine.AddHours(24) + (ticks * _tick)));
    }

    [Fact]
    public void A_use_that_nobody_asked_for_counts_also_as_the_fifth() // B421
    {
        _shift.Come(_nine, 2);
        _shift.Use(_nine, 4);
        _shift.Limit = 1;
        _shift.PassTo(_nine.AddHours(12));
        Assert.Equal(_nine.AddHours(12), _shift.Buffer.Since);
        Assert.Equal(ConcurrencyBuffer.MostUses, _shift.Buffer.Uses.Count);
        Assert.Equal(_nine.AddHours(12), _shift.Buffer.Uses[^1]);
        Assert.True(_shift.Come(_nine.AddHours(13) - _tick));
    }

    [Fact]
    public void Three_overruns_of_a_day_do_not_block_and_the_fourth_does_for_forty_eight_hours() // C244, C105
    {
        _shift.Come(_nine, 2);
        _shift.Overrun(_nine, 3);
        Assert.False(_shift.Buffer.IsBlocked);
        _shift.Come(_nine.AddHours(6));
        _shift.PassTo(_nine.AddHours(7));
        Assert.False(_shift.Buffer.IsBlocked);
        DateTimeOffset fourth = _nine.AddHours(7) + _tick;
        _shift.PassTo(fourth);
        Assert.True(_shift.Buffer.IsBlocked);
        Assert.Equal((fourth.AddHours(48), null), (_shift.Buffer.BlockedUntil, _shift.Buffer.Since));

        // C107: two are allowed, the third is not.
        _shift.Leave(fourth, 3);
        Assert.True(_shift.Come(fourth));
        Assert.True(_shift.Come(fourth));
        Assert.False(_shift.Come(fourth));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void An_overrun_counts_for_less_than_twenty_four_hours(int ticks, bool blocks) // C105, B423
    {
        _shift.Come(_nine, 2);
        _shift.Overrun(_nine, 3);

        // The first overrun was a tick after ten; so is this one, a day and some ticks later.
        _shift.Come(_nine.AddHours(24) + (ticks * _tick));
        _shift.PassTo(_nine.AddHours(26));
        Assert.Equal(blocks, _shift.Buffer.IsBlocked);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void A_block_is_over_after_forty_eight_hours(int ticks, bool given) // C105
    {
        DateTimeOffset from = _shift.Block(_nine);
        Assert.Equal(given, _shift.Come(from.AddHours(48) + (ticks * _tick)));
    }

    [Fact]
    public void Who_exceeds_when_a_block_ends_begins_a_use_at_that_moment() // B421
    {
        _shift.Come(_nine, 2);
        _shift.Overrun(_nine, 3);
        _shift.Come(_nine.AddHours(6));
        _shift.PassTo(_nine.AddHours(8));
        Assert.True(_shift.Buffer.IsBlocked);
        DateTimeOffset end = _shift.Buffer.BlockedUntil!.Value;
        _shift.PassTo(end.AddMinutes(10));
        Assert.Equal(end, _shift.Buffer.Since);
        Assert.True(_shift.Come(end.AddMinutes(30)));
        Assert.False(_shift.Come(end.AddHours(1)));
    }

    [Fact]
    public void The_third_block_within_seven_days_has_no_end() // C244, C106
    {
        DateTimeOffset first = _shift.Block(_nine);
        DateTimeOffset second = _shift.Block(first.AddHours(50));
        Assert.NotNull(_shift.Buffer.BlockedUntil);
        _shift.Block(second.AddHours(50));
        Assert.True(_shift.Buffer.IsBlocked);
        Assert.Null(_shift.Buffer.BlockedUntil);
        Assert.Null(_shift.Buffer.DueAt);
        _shift.Leave(_nine.AddDays(300), _shift.Taken);
        Assert.True(_shift.Come(_nine.AddDays(300)));
        Assert.True(_shift.Come(_nine.AddDays(300)));
        Assert.False(_shift.Come(_nine.AddDays(300)));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void A_block_counts_for_less_than_seven_days(int ticks, bool lasts) // C106, B423
    {
        DateTimeOffset first = _shift.Block(_nine);
        _shift.Block(first.AddHours(50));

        // Block begins seven hours and a tick after it is asked to.
        DateTimeOffset third = _shift.Block(first.AddDays(7).AddHours(-7) + ((ticks - 1) * _tick));
        Assert.Equal(first.AddDays(7) + (ticks * _tick), third);
        Assert.Equal(lasts, _shift.Buffer.BlockedUntil is null);
    }

    [Fact]
    public void Lifting_forgets_everything_and_only_a_block_is_lifted() // B424
    {
        _shift.Block(_nine);
        Assert.Equal(ConcurrencyBuffer.Unused, _shift.Buffer.Lift());
        ConcurrencyBuffer used = ConcurrencyBuffer.Unused.Follow(exceeds: true, _nine);
        Assert.Same(used, used.Lift());
        Assert.Same(used, used.Follow(exceeds: true, _nine.AddHours(2)));
        Assert.Same(ConcurrencyBuffer.Unused, ConcurrencyBuffer.Unused.BecomeDue());
    }

    [Theory]
    [InlineData(null, 1_000_000, true)]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(5, 4, true)]
    [InlineData(5, 5, true)]
    [InlineData(5, 6, false)]
    public void The_excess_is_at_most_what_the_setting_says(int? most, long excess, bool given) => // C109, B422
        Assert.Equal(given, ConcurrencyBuffer.Unused.Gives(_nine, excess, most));

    /// <summary>A plan with a limit, on which people come and go.</summary>
    private sealed class Shift(int limit)
    {
        public ConcurrencyBuffer Buffer { get; private set; } = ConcurrencyBuffer.Unused;

        public int Limit { get; set; } = limit;

        public int Taken { get; private set; }

        public bool Come(DateTimeOffset at)
        {
            PassTo(at);
            bool given = Taken < Limit || Buffer.Gives(at, Taken + 1 - Limit, null);
            Taken += given ? 1 : 0;
            Buffer = Buffer.Follow(Taken > Limit, at);
            return given;
        }

        public void Come(DateTimeOffset at, int count) => Assert.All(Enumerable.Range(0, count), _ => Assert.True(Come(at)));

        public void Leave(DateTimeOffset at, int count = 1)
        {
            PassTo(at);
            Taken -= count;
            Buffer = Buffer.Follow(Taken > Limit, at);
        }

        public void PassTo(DateTimeOffset at)
        {
            for (; Buffer.DueAt is { } due && due <= at;)
            {
                Buffer = Buffer.BecomeDue().Follow(Taken > Limit, due);
            }

            Buffer = Buffer.Follow(Taken > Limit, at);
        }

        /// <summary>One is above the limit for a minute, this often, each time two hours after the last.</summary>
        public void Use(DateTimeOffset from, int count)
        {
            for (int i = 0; i < count; i++)
            {
                Come(from.AddHours(2 * i), 1);
                Leave(from.AddHours(2 * i).AddMinutes(1));
            }
        }

        /// <summary>One is above the limit for 90 minutes, this often, each time two hours after the last.</summary>
        public void Overrun(DateTimeOffset from, int count)
        {
            for (int i = 0; i < count; i++)
            {
                Come(from.AddHours(2 * i), 1);
                Leave(from.AddHours(2 * i).AddMinutes(90));
            }
        }

        /// <summary>Four overruns: the block begins seven hours and a tick later, when everybody above the limit goes.</summary>
        public DateTimeOffset Block(DateTimeOffset from)
        {
            Come(from, Limit - Taken);
            Overrun(from, 4);
            Assert.Equal(from.AddHours(7) + _tick, Buffer.Blocks[^1]);
            return Buffer.Blocks[^1];
        }
    }
}
