using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>A machine is on before its user usually comes (C98, B416).</summary>
public sealed class PrestartTests
{
    private static readonly DateTimeOffset _midnight = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    private readonly ShiftDesk _desk = new(licenses: 1);
    private readonly Guid _ada;
    private readonly Guid _group;

    public PrestartTests()
    {
        _ada = _desk.Tenant.User();
        _group = _desk.Tenant.Group(_ada);
        _desk.Assign(_group, 1);
    }

    private CloudPcPower Power => _desk.Of(_ada).Power!;

    [Fact]
    public void Two_days_are_no_habit_and_three_are() // C98
    {
        Come(0, 9);
        Come(1, 8);
        Assert.Null(Power.PrestartAt);
        Come(2, 7);
        Assert.Equal(At(3, 7.5), Power.PrestartAt);
    }

    [Fact]
    public void It_runs_without_license_from_half_an_hour_before_the_median_for_two_hours() // B416
    {
        Come(0, 9);
        Come(1, 10);
        Come(2, 8);
        Go(3, 8.5, -1);
        Assert.False(Power.IsRunning);
        Go(3, 8.5, 0);
        Assert.Equal((true, false, 120), _desk.Power(_ada));
        Assert.Equal(0, _desk.Standing.Use.Taken);
        Assert.Equal(At(4, 8.5), Power.PrestartAt);
        Go(3, 10.5, -1);
        Assert.True(Power.IsRunning);
        Go(3, 10.5, 0);
        Assert.Equal((false, false, null), _desk.Power(_ada));
    }

    [Fact]
    public void Of_four_days_the_earlier_of_the_two_in_the_middle_counts() // B416
    {
        Come(0, 6);
        Come(1, 12);
        Come(2, 8);
        Come(3, 10);
        Assert.Equal(At(4, 7.5), Power.PrestartAt);
    }

    [Fact]
    public void Only_the_first_connection_of_a_day_counts() // B416
    {
        Come(0, 9);
        Come(0, 15);
        Come(0, 20);
        Assert.Null(Power.PrestartAt);
        Assert.Equal([At(0, 9)], Power.FirstConnections);
    }

    [Fact]
    public void Who_comes_takes_a_license_then_and_who_works_already_is_left_alone() // C247
    {
        Habit();
        Go(3, 8.5, 0);
        _desk.Work(_ada);
        Assert.Equal((true, true, null), _desk.Power(_ada));
        Go(4, 8.5, 0);
        Assert.Equal((true, true, null), _desk.Power(_ada));
        Assert.Equal(At(5, 8.5), Power.PrestartAt);
    }

    [Fact]
    public void A_start_that_lies_behind_is_left_out() // B416: the usual time is soon after midnight, the start on the day before
    {
        Come(0, 0.125);
        Come(1, 0.125);
        Come(2, 0.125);
        Assert.Equal(At(2, 23.625), Power.PrestartAt);
        Go(3, 23.875, 0);
        _desk.Work(_ada);
        Assert.Equal(At(4, 23.625), Power.PrestartAt);
    }

    [Fact]
    public void Thirty_days_count_and_then_a_habit_is_forgotten() // B416
    {
        Habit();

        // Days 0 to 2 are within 30 days before day 30, and only two of them before day 31.
        Go(30, 8.5, -1);
        Assert.Equal(At(30, 8.5), Power.PrestartAt);
        Go(30, 8.5, 0);
        Assert.True(Power.IsRunning);
        Assert.Null(Power.PrestartAt);
        Come(31, 11);
        Assert.Equal([At(2, 9), At(31, 11)], Power.FirstConnections);
        Assert.Null(Power.PrestartAt);
    }

    [Fact]
    public void The_setting_switches_it_off() // B416
    {
        Habit();
        _desk.Set(settings => settings with { IntelligentPrestart = false });
        Go(3, 8.5, 0);
        Assert.Equal((false, null), (Power.IsRunning, Power.PrestartAt));
        Come(3, 9);
        Assert.Null(Power.PrestartAt);
        _desk.Set(settings => settings with { IntelligentPrestart = true });
        Assert.Equal(At(4, 8.5), Power.PrestartAt);
        Come(4, 9);
        Assert.Equal(At(5, 8.5), Power.PrestartAt);
    }

    [Fact]
    public void What_cannot_be_used_is_not_started_and_its_habit_stays() // B410, B416
    {
        Habit();
        _desk.Set(settings => settings with { ProvisioningDelay = TimeSpan.FromDays(1) });
        _desk.Tenant.Do(new Command.Reprovision(_desk.Of(_ada).Id, null));
        Go(3, 8.5, 0);
        Assert.Equal((false, At(4, 8.5)), (Power.IsRunning, Power.PrestartAt));
        Go(4, 8.5, 0);
        Assert.True(Power.IsRunning);
    }

    private static DateTimeOffset At(int day, double hour) => _midnight.AddDays(day).AddHours(hour);

    private void Habit()
    {
        Come(0, 9);
        Come(1, 9);
        Come(2, 9);
    }

    // Somebody works for an hour, and the machine is off long before the next day.
    private void Come(int day, double hour)
    {
        Go(day, hour, 0);
        _desk.Work(_ada);
        _desk.Pass(TimeSpan.FromMinutes(5));
        _desk.Leave(_ada);
    }

    private void Go(int day, double hour, int ticks) => _desk.Pass(At(day, hour) + TimeSpan.FromTicks(ticks) - _desk.Time);
}
