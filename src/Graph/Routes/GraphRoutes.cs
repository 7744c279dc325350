using Berth.Graph.Alerts;
using Berth.Graph.Audit;
using Berth.Graph.Batch;
using Berth.Graph.Changes;
using Berth.Graph.CloudApps;
using Berth.Graph.CloudLicensing;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;
using Berth.Graph.Explaining;
using Berth.Graph.Findings;
using Berth.Graph.Forecasts;
using Berth.Graph.History;
using Berth.Graph.Migrations;
using Berth.Graph.Notifications;
using Berth.Graph.Plans;
using Berth.Graph.Reads;
using Berth.Graph.Reports;
using Berth.Graph.Scim;
using Berth.Graph.Telling;
using Berth.Graph.Writes;

namespace Berth.Graph.Routes;

/// <summary>Where the chapters of the room lay their routes together.</summary>
public static class GraphRoutes
{
    /// <summary>Every route of the room.</summary>
    public static IEnumerable<Route> All =>
    [
        .. MetadataReads.Routes,
        .. OrganizationReads.Routes,
        .. UserReads.Routes,
        .. ReportingReads.Routes,
        .. GroupReads.Routes,
        .. RuleEvaluation.Routes,
        .. MemberReads.Routes,
        .. OwnerReads.Routes,
        .. DirectoryObjectReads.Routes,
        .. DeletedItemReads.Routes,
        .. MembershipFunctions.Routes,
        .. LicenseDetailReads.Routes,
        .. SkuReads.Routes,
        .. LicensingReads.Routes,
        .. UserWrites.Routes,
        .. ReportingWrites.Routes,
        .. GroupWrites.Routes,
        .. DirectoryObjectWrites.Routes,
        .. DeletedItemWrites.Routes,
        .. LicenseWrites.Routes,
        .. BatchRoutes.Routes,
        .. AuditReads.Routes,
        .. DeltaReads.Routes,
        .. SubscriptionRoutes.Routes,
        .. CloudPcReads.Routes,
        .. CloudPcActions.Routes,
        .. ReviewRoutes.Routes,
        .. OrganizationSettingsRoutes.Routes,
        .. SnapshotReads.Routes,
        .. PolicyReads.Routes,
        .. PolicyWrites.Routes,
        .. ReprovisionRoutes.Routes,
        .. UserStorageRoutes.Routes,
        .. UserSettingRoutes.Routes,
        .. BulkActionRoutes.Routes,
        .. TimelineReads.Routes,
        .. CloudPcAuditReads.Routes,
        .. VirtualEndpointReads.Routes,
        .. ServicePlanReads.Routes,
        .. FrontLineServicePlanReads.Routes,
        .. ManagedLicenseReads.Routes,
        .. RegionReads.Routes,
        .. GalleryImageReads.Routes,
        .. DeviceImageRoutes.Routes,
        .. ConnectionReads.Routes,
        .. ConnectionWrites.Routes,
        .. SimulatedChecksDesk.Routes,
        .. AlertRoutes.Routes,
        .. CloudAppRoutes.Routes,
        .. FrontlineReports.Routes,
        .. SubscriptionDesk.Routes,
        .. ClockDesk.Routes,
        .. SettingsDesk.Routes,
        .. ImportDesk.Routes,
        .. WaitingDesk.Routes,
        .. CatalogDesk.Routes,
        .. FaultDesk.Routes,
        .. PlanDesk.Routes,
        .. ApplyDesk.Routes,
        .. HistoryDesk.Routes,
        .. UndoDesk.Routes,
        .. OperationDesk.Routes,
        .. ExplainDesk.Routes,
        .. ForecastDesk.Routes,
        .. FindingDesk.Routes,
        .. MigrationDesk.Routes,
        .. ShiftDesk.Routes,
        .. HostDesk.Routes,
        .. SessionDesk.Routes,
        .. FrontlineDesk.Routes,
        .. AlertDesk.Routes,
        .. ListenerDesk.Routes,
        .. ScimUsers.Routes,
        .. ScimGroups.Routes,
        .. ScimDiscovery.Routes,
    ];
}
