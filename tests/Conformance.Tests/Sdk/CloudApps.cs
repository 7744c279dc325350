using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Cloud apps at a running server of their own, whose clock they move; v1.0 and its SDK have none of them (C125, B468 to B477).</summary>
public sealed class CloudApps : OwnDemo
{
    private const string Root = "/beta" + FleetUnderTest.Root;
    private const string Apps = Root + "/cloudApps";
    private const string Image = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc";

    [Fact]
    public async Task From_a_policy_to_an_app_that_a_user_has_started()
    {
        await DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = FrontlineWrites.Part, units = 1 });
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        Guid user = Id(await DoAsync(HttpMethod.Post, "/v1.0/users", new
        {
            accountEnabled = true, displayName = "Ada", mailNickname = "ada", userPrincipalName = "ada@contoso.example", usageLocation = "US", passwordProfile = new { password = "a long password of a person" },
        }));
        Guid group = Id(await DoAsync(HttpMethod.Post, "/v1.0/groups", new { displayName = "Nurses", mailEnabled = false, mailNickname = "nurses", securityEnabled = true }));
        await DoAsync(HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{user}" });
        Guid policy = Id(await DoAsync(HttpMethod.Post, $"{Root}/provisioningPolicies", new
        {
            displayName = "Apps", provisioningType = "sharedByEntraGroup", userExperienceType = "cloudApp", imageId = Image, domainJoinConfigurations = new[] { new { regionName = "eastus" } },
        }));
        await DoAsync(HttpMethod.Post, $"{Root}/provisioningPolicies/{policy}/assign", new
        {
            assignments = new[] { new { target = new { groupId = group, servicePlanId = SdkTenant.Plan(FrontlineWrites.Plan), allotmentDisplayName = "Nurses", allotmentLicensesCount = 1 } } },
        });

        Guid paint = Id(Assert.Single((await DoAsync(HttpMethod.Get, $"{Apps}?$filter=displayName eq 'Paint'")).GetProperty("value").EnumerateArray()));
        Assert.Equal("9", await Http.GetStringAsync($"{Apps}/$count", Cancel));
        Assert.Equal(9, (await DoAsync(HttpMethod.Get, $"{Apps}/retrieveDiscoveredApps(sourceId='{Image}',provisioningPolicyId='@provisioningPolicyId')?provisioningPolicyId={policy}")).GetProperty("value").GetArrayLength());
        Guid ledger = Id(await DoAsync(HttpMethod.Post, Apps, new
        {
            displayName = "Ledger", discoveredAppName = "Ledger", provisioningPolicyId = policy, appDetail = new { filePath = @"C:\Apps\ledger.exe" },
        }));
        await RefusedAsync($"{Apps}/publish", new { cloudAppIds = new[] { paint } }, HttpStatusCode.Conflict, "cloudAppNotReady");
        await RefusedAsync($"{Apps}/publish", new { cloudAppIds = new[] { Guid.NewGuid() } }, HttpStatusCode.NotFound, "resourceNotFound");
        await PassAsync("PT5M");
        await DoAsync(HttpMethod.Patch, $"{Apps}/{ledger}", new { appDetail = new { filePath = @"C:\Apps\other.exe" } });
        await DoAsync(HttpMethod.Post, $"{Apps}/reset", new { cloudAppIds = new[] { ledger } });
        await DoAsync(HttpMethod.Patch, $"{Apps}/{ledger}", new { description = "Books" });
        await DoAsync(HttpMethod.Post, $"{Apps}/publish", new { cloudAppIds = new[] { paint, ledger } });
        await PassAsync("PT1M");
        JsonElement published = await DoAsync(HttpMethod.Get, $"{Apps}/{ledger}");
        Assert.Equal(("published", true, "Books"), (published.GetProperty("appStatus").GetString(), published.GetProperty("availableToUser").GetBoolean(), published.GetProperty("description").GetString()));

        Guid assignment = (await DoAsync(HttpMethod.Get, $"{Root}/provisioningPolicies/{policy}/assignments")).GetProperty("value")[0].GetProperty("id").GetGuid();
        JsonElement session = await DoAsync(HttpMethod.Post, "/berth/v1/sessions", new { userId = user, assignmentId = assignment, cloudAppId = ledger });
        Assert.Equal(ledger, session.GetProperty("cloudAppId").GetGuid());
        await DoAsync(HttpMethod.Post, $"{Apps}/unpublish", new { cloudAppIds = new[] { paint } });
        await DoAsync(HttpMethod.Delete, $"{Apps}/{ledger}");
        await DoAsync(HttpMethod.Post, $"{Root}/provisioningPolicies/{policy}/assign", new { assignments = Array.Empty<object>() });
        Assert.Empty((await DoAsync(HttpMethod.Get, Apps)).GetProperty("value").EnumerateArray());
    }

    private static Guid Id(JsonElement created) => created.GetProperty("id").GetGuid();

    private Task<JsonElement> PassAsync(string time) => DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = time });

    private async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private async Task RefusedAsync(string path, object body, HttpStatusCode status, string code)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync(path, body, Cancel);
        JsonElement error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error");
        Assert.Equal((status, code), (response.StatusCode, error.GetProperty("innerError").GetProperty("code").GetString()));
    }
}
