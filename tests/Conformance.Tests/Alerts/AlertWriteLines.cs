using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>The writes about alerts for the test that sends every write twice.</summary>
internal static class AlertWriteLines
{
    private const string Root = "/deviceManagement/monitoring";

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        string rule = (await room.DoAsync("GET", $"/beta{Root}/alertRules?$filter=alertRuleTemplate eq 'cloudPcProvisionScenario'")).GetProperty("value")[0].GetProperty("id").GetString()!;
        (Guid user, _) = await CloudPcWrites.EnterpriseAsync(room, "alerted");
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([], [room.Sku("CPC_E_2C_4GB_128GB")]));
        Guid record = room.Tenant.Alerts.Records.Values.Last(one => one.ResolvedAt is null).Id;
        // Nobody listens there: a test of it says so.
        const string Nowhere = """{"url":"http://127.0.0.1:1/hook"}""";
        string listener = (await room.DoAsync("POST", "/berth/v1/alertReceivers", Nowhere)).GetProperty("id").GetString()!;
        return
        [
            ("POST /alertReceivers", "/berth/v1/alertReceivers", Nowhere, "application/json"),
            ("PATCH /alertReceivers/{receiver}", $"/berth/v1/alertReceivers/{listener}", """{"thresholds":{"freePercent":10}}""", "application/json"),
            ("POST /alertReceivers/{receiver}/test", $"/berth/v1/alertReceivers/{listener}/test", null, ""),
            ("DELETE /alertReceivers/{receiver}", $"/berth/v1/alertReceivers/{listener}", null, ""),
            ($"PATCH {Root}/alertRules/{{alertRule}}", $"/beta{Root}/alertRules/{rule}", """{"enabled":false}""", "application/json"),
            ($"POST {Root}/alertRecords/changeAlertRecordsPortalNotificationAsSent", $"/beta{Root}/alertRecords/changeAlertRecordsPortalNotificationAsSent", $$"""{"alertRecordIds":["{{record}}"]}""", "application/json"),
            ($"POST {Root}/alertRecords/{{alertRecord}}/setPortalNotificationAsSent", $"/beta{Root}/alertRecords/{record}/setPortalNotificationAsSent", null, ""),
        ];
    }
}
