using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.Collections;
using Berth.Graph.CloudPcs;
using Berth.Graph.Errors;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Alerts;

/// <summary><c>/deviceManagement/monitoring</c>: rules, alerts, and what the portal tells of them (C127 to C129, B450 to B458). In v1.0 there is nothing of it.</summary>
internal static class AlertRoutes
{
    private const string Rules = "/deviceManagement/monitoring/alertRules";
    private const string Records = "/deviceManagement/monitoring/alertRecords";

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        Beta(GraphMethod.Get, Rules, static (tenant, request, _) => AlertShapes.Rules.Page(request, (_, after) => (RuleRows(tenant).Skip(after + 1), null))),
        Beta(GraphMethod.Get, Rules + "/$count", static (tenant, request, _) => AlertShapes.Rules.Count(request, (_, _) => (RuleRows(tenant), null))),
        Beta(GraphMethod.Get, Rules + "/{alertRule}", static (tenant, request, keys) => FindRule(tenant, keys.First) is { } row
            ? AlertShapes.Rules.One(request, row)
            : GraphResponse.Error(request, GraphError.NotFound(keys.First))),
        Beta(GraphMethod.Patch, Rules + "/{alertRule}", Update),
        Beta(GraphMethod.Get, Records, static (tenant, request, _) => AlertShapes.Records.Page(request, (_, after) => (RecordRows(tenant).Where(row => row.Position > after), tenant.Alerts.Records.Count))),
        Beta(GraphMethod.Get, Records + "/$count", static (tenant, request, _) => AlertShapes.Records.Count(request, (_, _) => (RecordRows(tenant), tenant.Alerts.Records.Count))),
        Beta(GraphMethod.Get, Records + "/getPortalNotifications", Notes),
        Beta(GraphMethod.Post, Records + "/changeAlertRecordsPortalNotificationAsSent", ChangeMany),
        Beta(GraphMethod.Get, Records + "/{alertRecord}", static (tenant, request, keys) => FindRecord(tenant, keys.First) is { } row
            ? AlertShapes.Records.One(request, row)
            : GraphResponse.Error(request, GraphError.NotFound(keys.First))),
        Beta(GraphMethod.Post, Records + "/{alertRecord}/setPortalNotificationAsSent", static (_, request, keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
            ? Mark(request, [id], 204)
            : GraphResponse.Error(request, GraphError.NotFound(keys.First))) with { Body = RouteBody.None },
    ];

    private static Route Beta(GraphMethod method, string template, RouteHandler handler) =>
        new(method, template, method == GraphMethod.Get ? CloudPcAccess.Read : CloudPcAccess.Write, handler) { Versions = RouteVersions.Beta };

    private static IEnumerable<AlertRuleRow> RuleRows(Tenant tenant) =>
        Enum.GetValues<AlertTemplate>().Select(template => new AlertRuleRow(tenant, tenant.Alerts.RuleOf(template)));

    private static IEnumerable<AlertRecordRow> RecordRows(Tenant tenant) => tenant.Alerts.Records.Select(one => new AlertRecordRow(tenant, one.Key, one.Value));

    private static AlertRuleRow? FindRule(Tenant tenant, string key)
    {
        if (Guid.TryParseExact(key, "D", out Guid id))
        {
            foreach (AlertRuleRow row in RuleRows(tenant))
            {
                if (row.Id == id)
                {
                    return row;
                }
            }
        }

        return null;
    }

    private static AlertRecordRow? FindRecord(Tenant tenant, string key) =>
        Guid.TryParseExact(key, "D", out Guid id) && tenant.Alerts.Find(id) is >= 0 and int index ? new AlertRecordRow(tenant, index, tenant.Alerts.Records[index]) : null;

    private static Handling Update(Tenant tenant, GraphRequest request, RouteKeys keys) => FindRule(tenant, keys.First) is { } before
        ? request.Reading(
            "AlertRule",
            (read, body) => AlertBody.Read(read, body, before),
            update => request.Submit(
                keys.First,
                update,
                accepted => AlertShapes.Rules.Written(request, new AlertRuleRow(accepted.Next, accepted.Next.Alerts.RuleOf(update.Template)), 200, default)))
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    // Newest first: that is what a portal shows.
    private static Handling Notes(Tenant tenant, GraphRequest request, RouteKeys keys) => GraphResponse.Json(200, (tenant, request), static (json, s) =>
    {
        json.WriteStartObject();
        if (!s.request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(microsoft.graph.deviceManagement.portalNotification)");
        }

        json.WriteStartArray("value"u8);
        foreach (AlertRecordRow row in RecordRows(s.tenant).Where(static row => row.Record.InPortal).Reverse())
        {
            json.WriteStartObject();
            Shape<AlertRecordRow>.Write(json, row, AlertShapes.Notes.Default);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Handling ChangeMany(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "AlertRecord",
        static (read, body) =>
        {
            ValueArray<Guid>? ids = null;
            foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
            {
                if (name.Equals("alertRecordIds", StringComparison.OrdinalIgnoreCase))
                {
                    ids = read.Ids(value, name);
                }
                else
                {
                    read.FailUnknown(name);
                }
            }

            if (ids is null)
            {
                read.FailMissing("alertRecordIds");
            }

            return ids ?? [];
        },
        ids => Mark(request, ids, 202));

    private static Handling.Wanted Mark(GraphRequest request, ValueArray<Guid> ids, int status) =>
        request.Submit("", new Command.MarkAlertsSent(ids), _ => GraphResponse.Empty(status));
}
