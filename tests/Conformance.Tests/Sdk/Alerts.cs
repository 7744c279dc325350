using System.Net;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Alerts at a running server; v1.0 and its SDK have none of them (C129, B450 to B458).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Alerts(SdkTenant tenant)
{
    private const string Root = "/beta/deviceManagement/monitoring";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rule_that_is_asked_for_nothing_raises_an_alert_which_the_portal_shows()
    {
        string images = await RuleAsync("cloudPcImageUploadScenario");
        Assert.Equal("6", await tenant.Http.GetStringAsync($"{Root}/alertRules/$count", Cancel));
        Assert.Equal("cloudPcImageUploadScenario", (await ReadAsync($"{Root}/alertRules/{images}")).GetProperty("alertRuleTemplate").GetString());
        await tenant.SendAsync(HttpMethod.Patch, $"{Root}/alertRules/{images}", new { severity = "informational", threshold = new { @operator = "equal", target = 0 } });

        string filter = $"alertRuleId eq '{images}' and status eq 'active'";
        JsonElement record = Assert.Single((await ReadAsync($"{Root}/alertRecords?$filter={filter}")).GetProperty("value").EnumerateArray());
        string id = record.GetProperty("id").GetString()!;
        Assert.Equal(("informational", "0"), (record.GetProperty("severity").GetString(), record.GetProperty("alertImpact").GetProperty("value").GetRawText()));
        Assert.Equal(id, (await ReadAsync($"{Root}/alertRecords/{id}")).GetProperty("id").GetString());
        Assert.Equal("1", await tenant.Http.GetStringAsync($"{Root}/alertRecords/$count?$filter={filter}", Cancel));
        Assert.False(await SentAsync(id));

        using HttpResponseMessage missing = await tenant.Http.PostAsync($"{Root}/alertRecords/{Guid.NewGuid()}/setPortalNotificationAsSent", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        await tenant.SendAsync(HttpMethod.Post, $"{Root}/alertRecords/{id}/microsoft.graph.deviceManagement.setPortalNotificationAsSent");
        Assert.True(await SentAsync(id));
        await tenant.SendAsync(HttpMethod.Post, $"{Root}/alertRecords/changeAlertRecordsPortalNotificationAsSent", new { alertRecordIds = new[] { id } });

        await tenant.SendAsync(HttpMethod.Patch, $"{Root}/alertRules/{images}", new { enabled = false });
        Assert.Equal("resolved", (await ReadAsync($"{Root}/alertRecords/{id}")).GetProperty("status").GetString());
    }

    private async Task<bool> SentAsync(string record) => (await ReadAsync($"{Root}/alertRecords/microsoft.graph.deviceManagement.getPortalNotifications()")).GetProperty("value").EnumerateArray()
        .Single(note => note.GetProperty("alertRecordId").GetString() == record).GetProperty("isPortalNotificationSent").GetBoolean();

    private async Task<string> RuleAsync(string template) =>
        (await ReadAsync($"{Root}/alertRules?$filter=alertRuleTemplate eq '{template}'")).GetProperty("value")[0].GetProperty("id").GetString()!;

    private Task<JsonElement> ReadAsync(string path) => tenant.SendAsync(HttpMethod.Get, path);
}
