using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Graph.CloudPcs;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Reports;

/// <summary>The reports about Frontline (C126).</summary>
internal enum FrontlineReport
{
    /// <summary>Licenses and their use by day.</summary>
    LicenseUsage,

    /// <summary>Licenses and their use at this moment.</summary>
    LicenseUsageRealTime,

    /// <summary>Licenses and their use by hour.</summary>
    LicenseHourlyUsage,

    /// <summary>Who is signed in.</summary>
    ConnectedUsers,

    /// <summary>Who found no license.</summary>
    RefusedConnections,
}

/// <summary><c>getFrontlineReport</c> and <c>retrieveFrontlineReports</c> (C126, B442 to B448).</summary>
internal static class FrontlineReports
{
    private const string Root = CloudPcAccess.Root + "/reports";

    private static readonly ReportColumn[] Usage =
    [
        new("ServicePlanId", ReportType.String),
        new("DisplayName", ReportType.String),
        new("LicenseCount", ReportType.Int32),
        new("ClaimedLicenseCount", ReportType.Int32),
        new("AboveLimitLicenseCount", ReportType.Int32),
        new("DateTimeUTC", ReportType.DateTime),
    ];

    private static readonly Dictionary<FrontlineReport, ReportColumn[]> Columns = new()
    {
        [FrontlineReport.LicenseUsage] = [.. Usage, new("RefusedConnectionCount", ReportType.Int32)],
        [FrontlineReport.LicenseUsageRealTime] = Usage,
        [FrontlineReport.LicenseHourlyUsage] = [.. Usage, new("RefusedConnectionCount", ReportType.Int32), new("AverageClaimedLicenseCount", ReportType.Double)],
        [FrontlineReport.ConnectedUsers] =
        [
            new("UserId", ReportType.String),
            new("UserPrincipalName", ReportType.String),
            new("CloudPcId", ReportType.String),
            new("ManagedDeviceName", ReportType.String),
            new("ServicePlanId", ReportType.String),
            new("DisplayName", ReportType.String),
            new("AllotmentDisplayName", ReportType.String),
            new("SignInDateTimeUTC", ReportType.DateTime),
            new("DisconnectedDateTimeUTC", ReportType.DateTime),
            new("UsesBuffer", ReportType.Boolean),
        ],
        [FrontlineReport.RefusedConnections] =
        [
            new("DateTimeUTC", ReportType.DateTime),
            new("UserId", ReportType.String),
            new("UserPrincipalName", ReportType.String),
            new("ServicePlanId", ReportType.String),
            new("DisplayName", ReportType.String),
            new("CloudPcId", ReportType.String),
            new("AssignmentId", ReportType.String),
        ],
    };

    // Both generations of names: scripts carry the old ones over.
    private static readonly Dictionary<string, FrontlineReport> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["noLicenseAvailableConnectivityFailureReport"] = FrontlineReport.RefusedConnections,
        ["licenseUsageReport"] = FrontlineReport.LicenseUsage,
        ["licenseUsageRealTimeReport"] = FrontlineReport.LicenseUsageRealTime,
        ["licenseHourlyUsageReport"] = FrontlineReport.LicenseHourlyUsage,
        ["connectedUserRealtimeReport"] = FrontlineReport.ConnectedUsers,
        ["frontlineLicenseUsageReport"] = FrontlineReport.LicenseUsage,
        ["frontlineLicenseUsageRealTimeReport"] = FrontlineReport.LicenseUsageRealTime,
        ["frontlineLicenseHourlyUsageReport"] = FrontlineReport.LicenseHourlyUsage,
        ["frontlineRealtimeUserConnectionsReport"] = FrontlineReport.ConnectedUsers,
    };

    /// <summary>The routes; v1.0 has none of them.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, Root + "/getFrontlineReport", CloudPcAccess.Read, Report) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, Root + "/retrieveFrontlineReports", CloudPcAccess.Read, Report) { Versions = RouteVersions.Beta },
    ];

    /// <summary>The columns of a report.</summary>
    public static IReadOnlyList<ReportColumn> ColumnsOf(FrontlineReport report) => Columns[report];

    private static Handling Report(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Report",
        static (read, body) => ReportQuery.Read(read, body, Names),
        asked => new Handling.Working((desk, cancel) => AnswerAsync(desk, asked!.Value.Report, asked.Value.Query, cancel)));

    private static async ValueTask<GraphResponse> AnswerAsync(TenantDesk desk, FrontlineReport report, ReportQuery query, CancellationToken cancel)
    {
        DateTimeOffset now = desk.Now;
        Tenant tenant = desk.Current;
        return report switch
        {
            FrontlineReport.LicenseUsageRealTime => Table(report, Present(tenant, now)).Answer(query),
            FrontlineReport.ConnectedUsers => Table(report, Connected(tenant)).Answer(query),
            _ => await UsageHistory.Of(desk).ReadAsync(
                desk,
                now,
                history => Table(report, report switch
                {
                    FrontlineReport.LicenseUsage => Days(tenant, history),
                    FrontlineReport.LicenseHourlyUsage => Hours(tenant, history),
                    _ => Refused(tenant, history),
                }).Answer(query),
                cancel).ConfigureAwait(false),
        };
    }

    private static ReportTable Table(FrontlineReport report, IEnumerable<object?[]> rows) => new(Columns[report], rows);

    // Whatever a pool is of, and nothing that nobody ever bought.
    private static IEnumerable<object?[]> Present(Tenant tenant, DateTimeOffset now)
    {
        foreach (CloudPcPlan plan in FrontLineServicePlanReads.PlansOf(tenant))
        {
            PlanUsage usage = PlanUsage.Of(tenant.Catalog, tenant.Subscriptions, plan.Plan, tenant.Fleet.UseOf(plan.Plan));
            yield return [plan.Id.ToString(), plan.DisplayName, usage.Licenses, (long)usage.Claimed, usage.AboveLimit, now.UtcDateTime];
        }
    }

    private static IEnumerable<object?[]> Hours(Tenant tenant, UsageHistory history) =>
        from told in Told(tenant, history)
        from hour in told.Hours.Hours
        orderby hour.Key descending, told.Plan.Plan
        select (object?[])[
            told.Plan.Id.ToString(), told.Plan.DisplayName, hour.Value.Licenses, (long)hour.Value.Most, hour.Value.MostAbove, PlanHours.StartOf(hour.Key),
            (long)hour.Value.Refused, Math.Round(hour.Value.Average, 2),
        ];

    private static IEnumerable<object?[]> Days(Tenant tenant, UsageHistory history) =>
        from told in Told(tenant, history)
        from day in told.Hours.Hours.GroupBy(static hour => PlanHours.StartOf(hour.Key).Date)
        orderby day.Key descending, told.Plan.Plan
        select (object?[])[
            told.Plan.Id.ToString(), told.Plan.DisplayName, day.Last().Value.Licenses, (long)day.Max(static hour => hour.Value.Most), day.Max(static hour => hour.Value.MostAbove), day.Key,
            (long)day.Sum(static hour => hour.Value.Refused),
        ];

    private static IEnumerable<(CloudPcPlan Plan, PlanHours Hours)> Told(Tenant tenant, UsageHistory history) =>
        history.Plans.Select(one => (tenant.Catalog.CloudPcPlanOf(one.Key)!, one.Value));

    private static IEnumerable<object?[]> Connected(Tenant tenant) =>
        from session in tenant.Fleet.Sessions.Values
        let row = tenant.Fleet.CloudPcs[session.CloudPc]!
        where row.Assignment is not null
        orderby session.StartedAt descending, session.Id
        let plan = tenant.Catalog.CloudPcPlanOf(row.Plan)!
        let user = UserOf(tenant, session.User)
        select (object?[])[
            user?.Id.ToString(), user?.UserPrincipalName, row.Id.ToString(), row.ManagedDeviceName, plan.Id.ToString(), plan.DisplayName,
            tenant.Fleet.FindAssignment(row.Assignment!.Value)?.Assignment.AllotmentName,
            session.StartedAt.UtcDateTime, session.DisconnectedAt?.UtcDateTime, session.UsesBuffer,
        ];

    private static IEnumerable<object?[]> Refused(Tenant tenant, UsageHistory history) =>
        from refused in history.Refused
        let plan = tenant.Catalog.CloudPcPlanOf(refused.Plan)!
        let user = UserOf(tenant, refused.User)
        select (object?[])[
            refused.At.UtcDateTime, user?.Id.ToString(), user?.UserPrincipalName, plan.Id.ToString(), plan.DisplayName,
            refused.CloudPc is { } pc ? IdsByName.OfCloudPc(tenant.Profile.Id, pc).ToString() : null, refused.Assignment?.ToString(),
        ];

    private static User? UserOf(Tenant tenant, int index) =>
        tenant.TryGetUser(index, out User? user) ? user : tenant.Deleted.Users.TryGetValue(index, out DeletedUser? gone) ? gone.User : null;
}
