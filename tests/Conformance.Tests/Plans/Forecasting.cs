using System.Globalization;
using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Graph.Forecasts;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>When seats run out (B540, B541, B542, B543).</summary>
public sealed class Forecasting : IAsyncLifetime
{
    private const string Suite = "SPE_E3";

    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync()
    {
        _room = await RunningRoom.OpenAsync();
        await _room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
    }

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task A_pool_that_loses_a_seat_a_day_runs_out_when_the_line_says_so()
    {
        await _room.BuyAsync(Suite, 20);
        for (int day = 0; day < 6; day++)
        {
            Guid user = await _room.AddUserAsync($"u{day}");
            await _room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
            await _room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P1D"}""");
        }

        // Closes 1 2 3 4 5 6 6, in the journal and in what was kept of it: read in the middle too.
        JsonElement row = await RowAsync("");
        Assert.Equal(
            (20, 6, 14, 0, 6, 0),
            (Number(row, "units"), Number(row, "used"), Number(row, "free"), Number(row, "waiting"), Number(row, "gained"), Number(row, "lost")));
        Assert.Equal(0.893m, row.GetProperty("trendPerDay").GetDecimal());
        DateOnly today = DateOnly.FromDateTime((await _room.DoAsync("GET", "/berth/v1/clock")).GetProperty("now").GetDateTimeOffset().UtcDateTime);
        Assert.Equal(today.AddDays(16).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), row.GetProperty("runsOutDate").GetString());
        Assert.Null((await RowAsync("?days=15")).GetProperty("runsOutDate").GetString());

        Guid leaver = _room.Tenant.Users[_room.Tenant.HoldersOf(_room.Tenant.Catalog.FindByPartNumber(Suite).First().Index).First()]!.Id;
        await _room.DoAsync("DELETE", $"/v1.0/users/{leaver}");
        row = await RowAsync("");
        Assert.Equal((5, 6, 1), (Number(row, "used"), Number(row, "gained"), Number(row, "lost")));

        // After four weeks of quiet nothing of it is left but the number.
        await _room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P40D"}""");
        row = await RowAsync("");
        Assert.Equal((5, 0, 0, 0m), (Number(row, "used"), Number(row, "gained"), Number(row, "lost"), row.GetProperty("trendPerDay").GetDecimal()));
        Assert.Null(row.GetProperty("runsOutDate").GetString());
    }

    [Fact]
    public async Task What_is_used_up_has_run_out_today_and_who_waits_is_counted()
    {
        await _room.BuyAsync(Suite, 1);
        Guid group = await _room.AddGroupAsync("sales", await _room.AddUserAsync("ada"), await _room.AddUserAsync("bob"));
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
        JsonElement row = await RowAsync("");
        DateTimeOffset now = (await _room.DoAsync("GET", "/berth/v1/clock")).GetProperty("now").GetDateTimeOffset();
        Assert.Equal((0, 1, now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), (Number(row, "free"), Number(row, "waiting"), row.GetProperty("runsOutDate").GetString()));
    }

    [Fact]
    public async Task A_Frontline_plan_is_told_by_its_daily_peak()
    {
        await _room.BuyAsync("Windows_365_S_2vCPU_8GB_128GB", 3);
        JsonElement plan = Assert.Single((await _room.DoAsync("GET", "/berth/v1/forecast")).GetProperty("frontline").EnumerateArray());
        Assert.Equal((3, 0, 0), (Number(plan, "licenses"), Number(plan, "used"), Number(plan, "peak")));
        Assert.Null(plan.GetProperty("runsOutDate").GetString());
    }

    [Theory]
    [InlineData("?days=1", 200)]
    [InlineData("?days=365", 200)]
    [InlineData("?days=0", 400)]
    [InlineData("?days=366", 400)]
    [InlineData("?until=then", 400)]
    public async Task A_forecast_looks_a_day_to_a_year_ahead(string query, int status) => Assert.Equal(status, (await _room.SendAsync("GET", "/berth/v1/forecast" + query)).Status);

    [Theory]
    [InlineData(new int[0], 0.0)]
    [InlineData(new[] { 7 }, 0.0)]
    [InlineData(new[] { 1, 2, 3, 4 }, 1.0)]
    [InlineData(new[] { 9, 6, 3, 0 }, -3.0)]
    [InlineData(new[] { 0, 1, 0, 1 }, 0.2)]
    public void The_line_has_the_least_squares(int[] days, double perDay) => Assert.Equal(perDay, Trend.PerDay(days), 9);

    [Theory]
    [InlineData(0, 5.0, 10, 0)]
    [InlineData(-3, 0.0, 10, 0)]
    [InlineData(1, 0.1, 10, 10)]
    [InlineData(1, 0.1, 9, null)]
    [InlineData(5, 2.0, 10, 3)]
    [InlineData(5, 0.0, 10, null)]
    [InlineData(5, -1.0, 10, null)]
    public void It_runs_out_on_the_first_day_that_needs_more(int free, double perDay, int days, int? ahead)
    {
        DateOnly today = new(2026, 11, 26);
        Assert.Equal(ahead is { } more ? today.AddDays(more) : null, Trend.RunsOut(today, free, perDay, days));
    }

    private async Task<JsonElement> RowAsync(string query) =>
        (await _room.DoAsync("GET", "/berth/v1/forecast" + query)).GetProperty("value").EnumerateArray().Single(row => row.GetProperty("skuPartNumber").GetString() == Suite);

    private static int Number(JsonElement row, string name) => row.GetProperty(name).GetInt32();
}
