using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Restore points are counted from the moment a machine stands as it is (C57, C192, B279).</summary>
public sealed class RestorePointTests
{
    private static readonly DateTimeOffset _since = TenantUnderTest.Noon;

    private static readonly CloudPc _row = new(new Guid("6f8c2a6e-0000-4000-8000-000000000001"), Guid.NewGuid(), 0, 0, CloudPcStatus.Provisioned) { PointsSince = _since };

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(24)]
    public void A_point_comes_each_time_the_hours_are_over(int hours)
    {
        Assert.Empty(RestorePoints.Of(_row, hours, _since));
        Assert.Empty(RestorePoints.Of(_row, hours, _since.AddHours(hours).AddTicks(-1)));
        RestorePoint first = Assert.Single(RestorePoints.Of(_row, hours, _since.AddHours(hours)));
        Assert.Equal((_since.AddHours(hours), RestorePointKind.Automatic, _row.Id, null), (first.At, first.Kind, first.CloudPcId, first.ExpiresAt));
    }

    [Fact]
    public void Ten_frequent_and_four_weekly_points_stay()
    {
        Assert.Equal(10, RestorePoints.Of(_row, 4, _since.AddHours(40)).Count);
        Assert.Equal(_since.AddHours(4), RestorePoints.Of(_row, 4, _since.AddHours(40))[^1].At);
        Assert.Equal(_since.AddHours(8), RestorePoints.Of(_row, 4, _since.AddHours(44))[^1].At);

        // 37 days and two hours later: ten frequent ones before that, and weeks 2 to 5.
        DateTimeOffset[] moments = [.. RestorePoints.Of(_row, 4, _since.AddDays(37).AddHours(2)).Select(point => point.At)];
        Assert.Equal(14, moments.Length);
        Assert.Equal([_since.AddDays(35), _since.AddDays(28), _since.AddDays(21), _since.AddDays(14)], moments[^4..]);
        Assert.Equal(_since.AddDays(37), moments[0]);
        Assert.Equal(_since.AddDays(37).AddHours(-36), moments[9]);
    }

    [Fact]
    public void A_weekly_point_at_the_moment_of_a_frequent_one_is_that_one()
    {
        ValueArray<RestorePoint> points = RestorePoints.Of(_row, 24, _since.AddDays(7));
        Assert.Equal(7, points.Count);
        Assert.Equal(7, points.Select(point => point.Id).Distinct().Count());
    }

    [Fact]
    public void A_point_keeps_its_id_and_is_found_by_it_while_it_is_there()
    {
        RestorePoint second = RestorePoints.Of(_row, 12, _since.AddDays(1))[0];
        Assert.Equal(second, RestorePoints.Find(_row, 12, second.Id, _since.AddDays(2)));
        Assert.Null(RestorePoints.Find(_row, 12, second.Id, _since.AddHours(23)));
        Assert.Null(RestorePoints.Find(_row, 12, second.Id, _since.AddDays(6)));
        Assert.Null(RestorePoints.Find(_row with { Id = Guid.NewGuid() }, 12, second.Id, _since.AddDays(2)));
    }

    // B387
    [Fact]
    public void What_a_restore_left_and_what_was_counted_since_share_the_places()
    {
        // Restored to the 14th day at noon of the 20th: weeks 1 and 2 and the frequent ones up to then stay.
        CloudPc row = RestorePoints.PutBack(_row with { ManualPointAt = _since.AddDays(13) }, 12, _since.AddDays(14), _since.AddDays(20));
        Assert.Equal((_since.AddDays(13), null), (row.ManualPointAt, row.RestoresTo));
        Assert.Equal([_since.AddDays(14), _since.AddDays(7)], Automatic(row, _since.AddDays(20)));
        Assert.Null(RestorePoints.PutBack(_row with { ManualPointAt = _since.AddDays(14).AddTicks(1) }, 12, _since.AddDays(14), _since.AddDays(20)).ManualPointAt);

        // Ten new ones push out those that stayed among the frequent ones, and week 3 comes to the others.
        DateTimeOffset[] later = Automatic(row, _since.AddDays(26));
        Assert.Equal(13, later.Length);
        Assert.Equal([_since.AddDays(21.5), _since.AddDays(21), _since.AddDays(14), _since.AddDays(7)], later[^4..]);

        // What an agent made is a list already.
        CloudPc made = _row with { Points = new AgentPoints([_since.AddDays(1), _since.AddDays(2), _since.AddDays(3)], null, null) };
        Assert.Equal([_since.AddDays(2), _since.AddDays(1)], Automatic(RestorePoints.PutBack(made, 12, _since.AddDays(2), _since.AddDays(4)), _since.AddDays(4)));

        static DateTimeOffset[] Automatic(CloudPc row, DateTimeOffset now) =>
            [.. RestorePoints.Of(row, 12, now).Where(point => point.Kind == RestorePointKind.Automatic).Select(point => point.At)];
    }

    [Fact]
    public void The_manual_point_stays_28_days()
    {
        CloudPc row = _row with { PointsSince = null, ManualPointAt = _since };
        RestorePoint manual = Assert.Single(RestorePoints.Of(row, 12, _since));
        Assert.Equal((RestorePointKind.Manual, _since.AddDays(28)), (manual.Kind, manual.ExpiresAt));
        Assert.Single(RestorePoints.Of(row, 12, _since.AddDays(28).AddTicks(-1)));
        Assert.Empty(RestorePoints.Of(row, 12, _since.AddDays(28)));
    }

    [Fact]
    public void What_an_expired_subscription_left_stays_28_days()
    {
        RetentionSnapshot kept = new(Guid.NewGuid(), _row.Id, 0, 0, "eastus", _since);
        RestorePoint point = RestorePoints.Of(kept);
        Assert.Equal((kept.Id, kept.CloudPcId, RestorePointKind.Retention, _since, _since.AddDays(28)), (point.Id, point.CloudPcId, point.Kind, point.At, point.ExpiresAt!.Value));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(24)]
    public void An_agent_that_misses_nothing_keeps_what_would_be_counted(int hours)
    {
        // B384.
        CloudPc row = _row with { Points = new AgentPoints([], null, null) };
        DateTimeOffset at = _since;
        while ((at = RestorePoints.Next(_since, hours, at)) < _since.AddDays(40))
        {
            RestorePoint[] counted = [.. RestorePoints.Of(_row, hours, at)];
            HostJob job = new(Guid.NewGuid(), HostJobKind.Snapshot, 1, at, null, HostJob.AtItsTime);
            Assert.Equal(counted.Skip(1).Select(point => point.Id), RestorePoints.KeptBeside(row, job, hours, at));
            row = row with { Points = row.Points! with { Made = RestorePoints.With(row, hours, at) } };
            Assert.Equal(counted, RestorePoints.Of(row, hours, at));
        }
    }

    [Fact]
    public void The_first_point_of_a_week_is_the_one_of_that_week_also_when_an_earlier_one_was_missed()
    {
        // B384: the point of each seventh day is never made.
        CloudPc row = _row with { Points = new AgentPoints([], null, null) };
        for (int day = 1; day <= 45; day++)
        {
            row = day % 7 == 0 ? row : row with { Points = row.Points! with { Made = RestorePoints.With(row, 24, _since.AddDays(day)) } };
        }

        Assert.Equal([22, 29, 34, 36, 37, 38, 39, 40, 41, 43, 44, 45], row.Points!.Made.Select(at => (int)(at - _since).TotalDays));
    }

    [Fact]
    public void One_made_by_hand_takes_the_place_of_the_one_before_and_of_nothing_else()
    {
        // B384.
        CloudPc row = _row with { Points = new AgentPoints([_since.AddHours(12)], null, null), ManualPointAt = _since.AddHours(13) };
        HostJob byHand = new(Guid.NewGuid(), HostJobKind.Snapshot, 1, _since.AddHours(14), null, null), atItsTime = byHand with { Detail = HostJob.AtItsTime, RequestedAt = _since.AddHours(24) };
        ValueArray<RestorePoint> points = RestorePoints.Of(row, 12, _since.AddHours(14));

        Assert.Equal([points[1].Id], RestorePoints.KeptBeside(row, byHand, 12, byHand.RequestedAt));
        Assert.Equal([points[0].Id, points[1].Id], RestorePoints.KeptBeside(row, atItsTime, 12, atItsTime.RequestedAt));
        Assert.Equal([points[1].Id], RestorePoints.KeptBeside(row, atItsTime, 12, _since.AddDays(29)));
    }

    [Fact]
    public void A_machine_that_never_came_up_has_no_points() => Assert.Empty(RestorePoints.Of(_row with { PointsSince = null }, 4, _since.AddDays(100)));

    /// <summary>The last setting made that covers a user holds (C27, B361).</summary>
    [Fact]
    public void The_last_setting_that_covers_a_user_tells_the_hours()
    {
        UserSetting first = Setting(2, 0, 4), second = Setting(3, 1, 24);
        UserSetting[] settings = [second, first];
        Assert.Equal(24, EffectiveSetting.RestoreHoursOf(settings, [2, 3]));
        Assert.Equal(4, EffectiveSetting.RestoreHoursOf(settings, [2]));
        Assert.Equal(UserSetting.DefaultRestoreHours, EffectiveSetting.RestoreHoursOf(settings, [1]));
        Assert.Null(EffectiveSetting.Of([], [1]));
    }

    [Fact]
    public void A_name_in_a_space_has_one_id_that_looks_like_a_random_one()
    {
        Guid space = new("6f8c2a6e-0000-4000-8000-000000000001");
        Assert.Equal(IdsByName.Of(space, "cloudPC/1"), IdsByName.Of(space, "cloudPC/1"));
        Assert.Equal(3, new[] { IdsByName.Of(space, "cloudPC/1"), IdsByName.Of(space, "cloudPC/2"), IdsByName.Of(Guid.Empty, "cloudPC/1") }.Distinct().Count());
        Assert.All(Enumerable.Range(0, 200), number => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", IdsByName.Of(space, $"{number}").ToString()));
    }

    [Fact]
    public void The_index_of_a_Cloud_PC_is_in_its_id_whatever_the_tenant()
    {
        Guid tenant = new("6f8c2a6e-0000-4000-8000-000000000001");
        int[] indexes = [.. Enumerable.Range(0, 1_000), int.MaxValue - 1];
        Assert.All(indexes, index => Assert.Equal(index, IdsByName.CloudPcIndex(IdsByName.OfCloudPc(tenant, index))));
        Assert.Equal(2 * indexes.Length, indexes.SelectMany(index => new[] { IdsByName.OfCloudPc(tenant, index), IdsByName.OfCloudPc(Guid.Empty, index) }).Distinct().Count());
        Assert.All(indexes, index => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", IdsByName.OfCloudPc(tenant, index).ToString()));
    }

    private static UserSetting Setting(int group, int day, int hours) =>
        new(Guid.NewGuid(), "A setting", false, false, hours, false, _since.AddDays(day), _since.AddDays(day), [new SettingAssignment(group, _since)]);
}
