using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Engine.Alerts;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>Rules and alerts as Graph's beta has them (C127 to C129, B450, B451, B454, B457, B458).</summary>
public sealed class Alerting
{
    private const string Root = "/beta/deviceManagement/monitoring";

    [Fact]
    public async Task Rules_are_listed_and_read_as_Graph_shows_them()
    {
        // B450
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement page = await room.DoAsync("GET", $"{Root}/alertRules?$count=true");
        Assert.Equal(6, page.GetProperty("@odata.count").GetInt32());
        Assert.Equal(
            [
                "cloudPcProvisionScenario", "cloudPcImageUploadScenario", "cloudPcOnPremiseNetworkConnectionCheckScenario", "cloudPcInGracePeriodScenario",
                "cloudPcFrontlineInsufficientLicensesScenario", "cloudPcFrontlineConcurrencyScenario",
            ],
            page.GetProperty("value").EnumerateArray().Select(rule => rule.GetProperty("alertRuleTemplate").GetString()));
        JsonElement grace = page.GetProperty("value")[3];
        JsonElement one = await room.DoAsync("GET", $"{Root}/alertRules/{grace.GetProperty("id").GetString()}");
        Assert.Equal(
            ["@odata.context", "id", "displayName", "description", "severity", "enabled", "isSystemRule", "alertRuleTemplate", "threshold", "conditions", "notificationChannels"],
            one.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("warning", true, true), (one.GetProperty("severity").GetString(), one.GetProperty("enabled").GetBoolean(), one.GetProperty("isSystemRule").GetBoolean()));
        Assert.Equal("""{"aggregation":"count","operator":"greaterOrEqual","target":1}""", one.GetProperty("threshold").GetRawText());
        Assert.Equal(
            """[{"relationshipType":"or","conditionCategory":"cloudPcInGracePeriod","aggregation":"count","operator":"greaterOrEqual","thresholdValue":"1"}]""",
            one.GetProperty("conditions").GetRawText());
        Assert.Equal("""[{"notificationChannelType":"portal","notificationReceivers":[],"receivers":[]}]""", one.GetProperty("notificationChannels").GetRawText());

        // None is made or deleted, and v1.0 has none.
        Assert.Equal(405, (await room.SendAsync("POST", $"{Root}/alertRules", "{}")).Status);
        Assert.Equal(405, (await room.SendAsync("DELETE", $"{Root}/alertRules/{grace.GetProperty("id").GetString()}")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/deviceManagement/monitoring/alertRules")).Status);
        Assert.Equal(404, (await room.SendAsync("GET", $"{Root}/alertRules/{Guid.NewGuid()}")).Status);
        Assert.Equal(404, (await room.SendAsync("PATCH", $"{Root}/alertRules/nobody", "{}")).Status);
    }

    [Fact]
    public async Task A_rule_takes_what_Graph_s_reference_sends_and_answers_with_all_of_it()
    {
        // B451, B457: the body of Graph's own example.
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string rule = await RuleAsync(room, "cloudPcOnPremiseNetworkConnectionCheckScenario");
        JsonElement after = await room.DoAsync("PATCH", rule, """
            {
              "severity": "informational", "enabled": true,
              "threshold": {"aggregation": "count", "operator": "greaterOrEqual", "target": 90},
              "conditions": [{"relationshipType": "or", "conditionCategory": "azureNetworkConnectionCheckFailures", "aggregation": "affectedCloudPcCount", "operator": "greater", "thresholdValue": "80"}],
              "notificationChannels": [
                {"notificationChannelType": "portal", "notificationReceivers": []},
                {"notificationChannelType": "email", "notificationReceivers": [{"locale": "en-us", "contactInformation": "serena.davis@contoso.com"}]},
                {"notificationChannelType": "sms", "receivers": ["555-0100"]}
              ]
            }
            """);
        Assert.Equal("informational", after.GetProperty("severity").GetString());
        Assert.Equal(
            """[{"relationshipType":"or","conditionCategory":"azureNetworkConnectionCheckFailures","aggregation":"count","operator":"greaterOrEqual","thresholdValue":"90"}]""",
            after.GetProperty("conditions").GetRawText());
        Assert.Equal(
            """[{"notificationChannelType":"portal","notificationReceivers":[],"receivers":[]},{"notificationChannelType":"email","notificationReceivers":[{"contactInformation":"serena.davis@contoso.com","locale":"en-us"}],"receivers":["serena.davis@contoso.com"]},{"notificationChannelType":"sms","notificationReceivers":[{"contactInformation":"555-0100","locale":null}],"receivers":["555-0100"]}]""",
            after.GetProperty("notificationChannels").GetRawText());
        Assert.Equal(after.GetRawText(), (await room.DoAsync("GET", rule)).GetRawText());

        // What a client read and sends back changes nothing; a condition that says little is as it was built.
        long version = room.Tenant.Version;
        JsonElement same = await room.DoAsync("PATCH", rule, after.GetRawText());
        Assert.Equal((version, after.GetRawText()), (room.Tenant.Version, same.GetRawText()));
        JsonElement brief = await room.DoAsync("PATCH", rule, """{"conditions":[{"conditionCategory":"azureNetworkConnectionCheckFailures"}]}""");
        Assert.Equal("1", brief.GetProperty("conditions")[0].GetProperty("thresholdValue").GetString());
    }

    [Theory]
    [InlineData("""{"displayName":"Mine"}""", "propertyUnknown")]
    [InlineData("""{"isSystemRule":false}""", "propertyUnknown")]
    [InlineData("""{"color":"red"}""", "propertyUnknown")]
    [InlineData("""{"severity":"loud"}""", "valueInvalid")]
    [InlineData("""{"threshold":{"target":-1}}""", "valueInvalid")]
    [InlineData("""{"threshold":{"target":1000001}}""", "valueInvalid")]
    [InlineData("""{"conditions":[]}""", "valueInvalid")]
    [InlineData("""{"conditions":[{"thresholdValue":"1"}]}""", "valueMissing")]
    [InlineData("""{"conditions":[{"conditionCategory":"cloudPcZoneOutage"}]}""", "valueInvalid")]
    [InlineData("""{"conditions":[{"conditionCategory":"provisionFailures"}]}""", "valueInvalid")]
    [InlineData("""{"conditions":[{"conditionCategory":"cloudPcInGracePeriod","thresholdValue":"WestUS"}]}""", "valueInvalid")]
    [InlineData("""{"conditions":[{"conditionCategory":"cloudPcInGracePeriod","thresholdValue":5}]}""", "typeWrong")]
    [InlineData("""{"conditions":[{"conditionCategory":"cloudPcInGracePeriod","aggregation":"durationInMinutes"}]}""", "valueInvalid")]
    [InlineData("""{"notificationChannels":[{"notificationReceivers":[]}]}""", "valueMissing")]
    [InlineData("""{"notificationChannels":[{"notificationChannelType":"email","notificationReceivers":[{"locale":"en-us"}]}]}""", "valueMissing")]
    [InlineData("""{"notificationChannels":[{"notificationChannelType":"portal"},{"notificationChannelType":"portal"}]}""", "valueInvalid")]
    public async Task What_a_rule_cannot_be_is_refused(string body, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.NotEmpty(await room.RefusedAsync(400, code, "PATCH", await RuleAsync(room, "cloudPcInGracePeriodScenario"), body));
    }

    [Fact]
    public async Task An_alert_is_listed_told_in_the_portal_and_over_by_the_clock()
    {
        // B454, B458
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2031-05-01T08:00:00Z"}""");
        (Guid user, _) = await CloudPcWrites.EnterpriseAsync(room, "pat");
        Assert.Empty((await room.DoAsync("GET", $"{Root}/alertRecords")).GetProperty("value").EnumerateArray());
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([], [room.Sku("CPC_E_2C_4GB_128GB")]));

        JsonElement record = Assert.Single((await room.DoAsync("GET", $"{Root}/alertRecords?$filter=status eq 'active' and severity eq 'warning'")).GetProperty("value").EnumerateArray());
        string id = record.GetProperty("id").GetString()!;
        Assert.Equal(
            ["id", "displayName", "status", "severity", "alertRuleId", "alertRuleTemplate", "detectedDateTime", "lastUpdatedDateTime", "resolvedDateTime", "alertImpact"],
            record.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("Cloud PCs in grace period", "cloudPcInGracePeriodScenario"), (record.GetProperty("displayName").GetString(), record.GetProperty("alertRuleTemplate").GetString()));
        Assert.Equal("""{"aggregationType":"count","value":1,"alertImpactDetails":[]}""", record.GetProperty("alertImpact").GetRawText());
        Assert.Equal("2031-05-01T08:00:00Z", record.GetProperty("detectedDateTime").GetString());
        Assert.EndsWith(record.GetProperty("alertRuleId").GetString()!, await RuleAsync(room, "cloudPcInGracePeriodScenario"), StringComparison.Ordinal);
        Assert.Equal(id, (await room.DoAsync("GET", $"{Root}/alertRecords/{id}")).GetProperty("id").GetString());
        Assert.Equal("1", (await room.SendAsync("GET", $"{Root}/alertRecords/$count")).Text);

        foreach (string function in (string[])["getPortalNotifications", "getPortalNotifications()", "microsoft.graph.deviceManagement.getPortalNotifications()"])
        {
            JsonElement notes = await room.DoAsync("GET", $"{Root}/alertRecords/{function}");
            JsonElement note = Assert.Single(notes.GetProperty("value").EnumerateArray());
            Assert.EndsWith("$metadata#Collection(microsoft.graph.deviceManagement.portalNotification)", notes.GetProperty("@odata.context").GetString(), StringComparison.Ordinal);
            Assert.Equal((id, "Cloud PCs in grace period", false), (
                note.GetProperty("alertRecordId").GetString(), note.GetProperty("alertRuleName").GetString(), note.GetProperty("isPortalNotificationSent").GetBoolean()));
        }

        Assert.Equal(204, (await room.SendAsync("POST", $"{Root}/alertRecords/{id}/microsoft.graph.deviceManagement.setPortalNotificationAsSent")).Status);
        Assert.True((await room.DoAsync("GET", $"{Root}/alertRecords/getPortalNotifications")).GetProperty("value")[0].GetProperty("isPortalNotificationSent").GetBoolean());
        Assert.Equal(202, (await room.SendAsync("POST", $"{Root}/alertRecords/changeAlertRecordsPortalNotificationAsSent", $$"""{"alertRecordIds":["{{id}}"]}""")).Status);

        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P30D"}""");
        JsonElement over = await room.DoAsync("GET", $"{Root}/alertRecords/{id}");
        Assert.Equal(("resolved", "2031-05-08T08:00:00Z"), (over.GetProperty("status").GetString(), over.GetProperty("resolvedDateTime").GetString()));
    }

    [Fact]
    public async Task What_cannot_be_marked_is_refused()
    {
        // B458
        await using RunningRoom room = await RunningRoom.OpenAsync();
        const string Change = $"{Root}/alertRecords/changeAlertRecordsPortalNotificationAsSent";
        await room.RefusedAsync(400, "valueMissing", "POST", Change, "{}");
        await room.RefusedAsync(400, "propertyUnknown", "POST", Change, """{"ids":[]}""");
        await room.RefusedAsync(400, "valueInvalid", "POST", Change, """{"alertRecordIds":[]}""");
        await room.RefusedAsync(400, "guidInvalid", "POST", Change, """{"alertRecordIds":["x"]}""");
        await room.RefusedAsync(400, "valueInvalid", "POST", Change, $$"""{"alertRecordIds":[{{string.Join(',', Enumerable.Range(0, 101).Select(_ => $"\"{Guid.NewGuid()}\""))}}]}""");
        await room.RefusedAsync(404, "resourceNotFound", "POST", Change, $$"""{"alertRecordIds":["{{Guid.NewGuid()}}"]}""");
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"{Root}/alertRecords/{Guid.NewGuid()}/setPortalNotificationAsSent");
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"{Root}/alertRecords/x/setPortalNotificationAsSent");
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"{Root}/alertRecords/{Guid.NewGuid()}");
    }

    [Fact]
    public void What_waits_in_a_pool_is_named()
    {
        FleetUnderTest fleet = new();
        fleet.Set(new Change.AlertRecordSet(0, new AlertRecord(
            Guid.NewGuid(), AlertTemplate.FrontlineInsufficientLicenses, AlertSeverity.Critical, FleetUnderTest.Noon, FleetUnderTest.Noon, null,
            new AlertImpact(AlertAggregation.Count, 3, [new AlertDetail("Cloud PC Frontline 2vCPU/8GB/128GB", "3")]), InPortal: false, IsSent: false)));
        JsonElement record = Assert.Single(fleet.Rows($"{Root}/alertRecords"));
        Assert.Equal("""{"aggregationType":"count","value":3,"alertImpactDetails":[{"name":"Cloud PC Frontline 2vCPU/8GB/128GB","value":"3"}]}""", record.GetProperty("alertImpact").GetRawText());
        Assert.Equal("critical", record.GetProperty("severity").GetString());

        // The rule had no portal among its channels.
        Assert.Empty(fleet.Rows($"{Root}/alertRecords/getPortalNotifications"));
    }

    private static async Task<string> RuleAsync(RunningRoom room, string template) =>
        $"{Root}/alertRules/{(await room.DoAsync("GET", $"{Root}/alertRules?$filter=alertRuleTemplate eq '{template}'")).GetProperty("value")[0].GetProperty("id").GetString()}";
}
