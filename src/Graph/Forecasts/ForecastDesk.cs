using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Desk;
using Berth.Graph.Reports;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.Forecasts;

/// <summary>When seats run out: <c>/berth/v1/forecast</c> (B540 to B543).</summary>
internal static class ForecastDesk
{
    /// <summary>How far ahead is looked when nobody says, in days.</summary>
    public const int DefaultDays = 90;

    /// <summary>The furthest that can be looked ahead, in days.</summary>
    public const int MostDays = 365;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/forecast", DeskAccess.Read, Tell) { Versions = RouteVersions.Berth },
    ];

    private static Handling Tell(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        int days = DefaultDays;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            if (!name.Equals("days", StringComparison.OrdinalIgnoreCase)
                || !int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out days) || days is < 1 or > MostDays)
            {
                return GraphResponse.Error(request, GraphError.BadQuery($"The forecast takes days, a number from 1 to {MostDays}, and nothing else."));
            }
        }

        return new Handling.Working((desk, cancel) => TellAsync(desk, request, days, cancel));
    }

    private static async ValueTask<GraphResponse> TellAsync(TenantDesk desk, GraphRequest request, int days, CancellationToken cancel)
    {
        Tenant tenant = desk.Current;
        DateTimeOffset now = tenant.Now(request.ReceivedAt);
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime), first = HolderHistory.FirstDay(tenant, today);
        Dictionary<int, HolderDays> holders = await HolderHistory.Of(desk).ReadAsync(desk, tenant, today, cancel).ConfigureAwait(false);
        (CloudPcPlan Plan, long Licenses, int[] Peaks)[] plans = await UsageHistory.Of(desk)
            .ReadAsync(desk, now, history => Plans(tenant, history, first, today).ToArray(), cancel).ConfigureAwait(false);
        return GraphResponse.Json(200, (tenant, holders, plans, today, days), static (json, s) =>
        {
            json.WriteStartObject();
            json.WriteNumber("days"u8, s.days);
            json.WriteStartArray("value"u8);
            foreach (Sku sku in s.tenant.Catalog.Skus)
            {
                if (s.tenant.Owns(sku.Index) && sku.AppliesTo == LicenseTarget.User)
                {
                    Row(json, s.tenant, sku, s.holders.GetValueOrDefault(sku.Index), s.today, s.days);
                }
            }

            json.WriteEndArray();
            json.WriteStartArray("frontline"u8);
            foreach ((CloudPcPlan plan, long licenses, int[] peaks) in s.plans)
            {
                json.WriteStartObject();
                json.WriteString("servicePlanId"u8, plan.Id);
                json.WriteNumber("licenses"u8, licenses);
                json.WriteNumber("used"u8, peaks[^1]);
                json.WriteNumber("peak"u8, peaks.Max());
                Ahead(json, licenses - peaks[^1], Trend.PerDay(peaks), s.today, s.days);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Row(Utf8JsonWriter json, Tenant tenant, Sku sku, HolderDays? days, DateOnly today, int ahead)
    {
        json.WriteStartObject();
        json.WriteString("skuId"u8, sku.Id);
        json.WriteString("skuPartNumber"u8, sku.PartNumber);
        json.WriteNumber("units"u8, tenant.PrepaidUnitsOf(sku.Index).Assignable);
        json.WriteNumber("used"u8, tenant.HoldersOf(sku.Index).Count);
        json.WriteNumber("free"u8, tenant.FreeSeats(sku.Index));
        json.WriteNumber("waiting"u8, tenant.CountWaiting(sku.Index));
        json.WriteNumber("gained"u8, days?.Gained ?? 0);
        json.WriteNumber("lost"u8, days?.Lost ?? 0);
        Ahead(json, tenant.FreeSeats(sku.Index), days is null ? 0 : Trend.PerDay(days.Closes), today, ahead);
        json.WriteEndObject();
    }

    private static void Ahead(Utf8JsonWriter json, long free, double perDay, DateOnly today, int days)
    {
        json.WriteNumber("trendPerDay"u8, Math.Round(perDay, 3));
        json.WriteString("runsOutDate"u8, Trend.RunsOut(today, free, perDay, days)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    // The most licenses in use in any hour of a day.
    private static IEnumerable<(CloudPcPlan Plan, long Licenses, int[] Peaks)> Plans(Tenant tenant, UsageHistory history, DateOnly first, DateOnly today)
    {
        foreach (CloudPcPlan plan in tenant.Catalog.CloudPcPlans)
        {
            if (history.Plans.TryGetValue(plan.Plan, out PlanHours? hours) && hours.Usage.Licenses > 0)
            {
                int[] peaks = new int[today.DayNumber - first.DayNumber + 1];
                foreach ((long hour, HourUse use) in hours.Hours)
                {
                    int day = DateOnly.FromDateTime(PlanHours.StartOf(hour)).DayNumber - first.DayNumber;
                    if (day >= 0 && day < peaks.Length)
                    {
                        peaks[day] = Math.Max(peaks[day], use.Most);
                    }
                }

                yield return (plan, hours.Usage.Licenses, peaks);
            }
        }
    }
}
