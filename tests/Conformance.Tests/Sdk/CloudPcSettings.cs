using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Graph.Users.Item.AssignLicense;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Reviews, organization settings, what waits to be applied, and what people may do alone, at a real server (B372 to B379).</summary>
[Collection(nameof(SdkTenant))]
public sealed class CloudPcSettings(SdkTenant tenant)
{
    private const string Business = "CPC_B_2C_8RAM_128GB";
    private const string Root = "/beta/deviceManagement/virtualEndpoint";
    private const string Password = "Correct-horse-9";
    private const string Account = "/subscriptions/cb6ad4c4-8a17-4245-a644-e4436b1ee204/resourceGroups/Review/providers/Microsoft.Storage/storageAccounts/evidence";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>B373.</summary>
    [Fact]
    public async Task A_Cloud_PC_under_review_keeps_its_user_out_when_it_is_told_to()
    {
        (User user, string pc) = await MadeAsync(await tenant.UserAsync(Door.Beta));
        string path = $"{Root}/cloudPCs/{pc}";
        Assert.Equal((false, "unrestricted"), Level(await tenant.SendAsync(HttpMethod.Get, $"{path}/retrieveReviewStatus")));
        await SignInAsync(user, pc, HttpStatusCode.Created);

        await tenant.SendAsync(HttpMethod.Post, $"{path}/setReviewStatus", Review(true, "restricted", Account));
        JsonElement status = await tenant.SendAsync(HttpMethod.Get, $"{path}/retrieveReviewStatus");
        Assert.Equal((true, "restricted"), Level(status));
        Assert.EndsWith("/beta/$metadata#microsoft.graph.cloudPcReviewStatus", status.GetProperty("@odata.context").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            (Account, "evidence", "cb6ad4c4-8a17-4245-a644-e4436b1ee204"),
            (status.GetProperty("azureStorageAccountId").GetString(), status.GetProperty("azureStorageAccountName").GetString(), status.GetProperty("subscriptionId").GetString()));
        Assert.NotEqual(JsonValueKind.Null, status.GetProperty("reviewStartDateTime").ValueKind);
        Assert.Equal("inReview", Assert.Single((await tenant.SendAsync(HttpMethod.Get, $"{path}/retrieveReviewStatus?$select=inReview")).EnumerateObject(), one => one.Name[0] != '@').Name);
        Assert.Empty((await tenant.SendAsync(HttpMethod.Get, $"/berth/v1/sessions?userId={user.Id}")).GetProperty("value").EnumerateArray());
        await SignInAsync(user, pc, HttpStatusCode.Conflict);
        Assert.Equal("unavailable", (await tenant.SendAsync(HttpMethod.Get, $"{path}?$select=connectivityResult")).GetProperty("connectivityResult").GetProperty("status").GetString());
        using (HttpResponseMessage launch = await tenant.Http.GetAsync(new Uri($"{path}/retrieveCloudPcLaunchDetail", UriKind.Relative), Cancel))
        {
            Assert.Equal(HttpStatusCode.Conflict, launch.StatusCode);
        }

        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync($"{path}/setReviewStatus", Review(true, "restricted", "/subscriptions")));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync($"{path}/setReviewStatus", new { reviewStatus = new { userAccessLevel = "restricted" } }));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync($"{path}/setReviewStatus", new { reviewStatus = new { inReview = true, reviewStartDateTime = "2026-01-01T00:00:00Z" } }));
        Assert.Equal((true, "restricted"), Level(await tenant.SendAsync(HttpMethod.Get, $"{path}/retrieveReviewStatus")));
        await tenant.SendAsync(HttpMethod.Post, $"{path}/setReviewStatus", Review(false, "unrestricted", null));
        await SignInAsync(user, pc, HttpStatusCode.Created);

        JsonElement bulk = await tenant.SendAsync(HttpMethod.Post, $"{Root}/bulkActions", new Dictionary<string, object>
        {
            ["@odata.type"] = "#microsoft.graph.cloudPcBulkSetReviewStatus",
            ["displayName"] = "Look into it",
            ["cloudPcIds"] = new[] { pc },
            ["reviewStatus"] = new { inReview = true, userAccessLevel = "restricted" },
        });
        Assert.Equal(1, bulk.GetProperty("actionSummary").GetProperty("successfulCount").GetInt32());
        Assert.Equal((true, "restricted"), Level(await tenant.SendAsync(HttpMethod.Get, $"{path}/retrieveReviewStatus")));
        await CountAsync($"{Root}/bulkActions");
        JsonElement told = (await tenant.SendAsync(HttpMethod.Get, $"/berth/v1/cloudPcs/{pc}/timeline")).GetProperty("value");
        Assert.Contains(told.EnumerateArray(), step => step.GetProperty("text").GetString()!.Contains("asked for a review that keeps its user out.", StringComparison.Ordinal));
    }

    /// <summary>B378.</summary>
    [Fact]
    public async Task No_agent_of_a_partner_has_failed()
    {
        (_, string pc) = await MadeAsync(await tenant.UserAsync(Door.Beta));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync($"{Root}/cloudPCs/{pc}/retryPartnerAgentInstallation", null));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"{Root}/cloudPCs/{Guid.NewGuid()}/retryPartnerAgentInstallation", null));
    }

    /// <summary>B376.</summary>
    [Fact]
    public async Task The_organization_says_what_Cloud_PCs_without_a_policy_are_made_with()
    {
        const string Path = Root + "/organizationSettings";
        JsonElement before = await tenant.SendAsync(HttpMethod.Get, Path);
        Assert.Equal(
            (false, false, "windows11", "standardUser", "en-US"),
            (before.GetProperty("enableMEMAutoEnroll").GetBoolean(), before.GetProperty("enableSingleSignOn").GetBoolean(), before.GetProperty("osVersion").GetString(),
                before.GetProperty("userAccountType").GetString(), before.GetProperty("windowsSettings").GetProperty("language").GetString()));
        using (HttpRequestMessage patch = new(HttpMethod.Patch, Path) { Content = JsonContent.Create(new { osVersion = "windows10", userAccountType = "administrator", enableSingleSignOn = true }) })
        using (HttpResponseMessage response = await tenant.Http.SendAsync(patch, Cancel))
        {
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        (_, string pc) = await MadeAsync(await tenant.UserAsync(Door.Beta));
        await tenant.SendAsync(HttpMethod.Patch, Path, new { osVersion = "windows11", userAccountType = "standardUser", enableSingleSignOn = false, windowsSettings = new { language = "fr-FR" } });
        JsonElement made = await tenant.SendAsync(HttpMethod.Get, $"{Root}/cloudPCs/{pc}?$select=osVersion,userAccountType,connectionSetting");
        Assert.Equal(
            ("windows10", "administrator", true),
            (made.GetProperty("osVersion").GetString(), made.GetProperty("userAccountType").GetString(), made.GetProperty("connectionSetting").GetProperty("enableSingleSignOn").GetBoolean()));
        foreach (object wrong in (object[])[new { osVersion = "windows12" }, new { windowsSettings = new { language = "french" } }, new { id = "x" }, new { color = "red" }])
        {
            using HttpRequestMessage patch = new(HttpMethod.Patch, Path) { Content = JsonContent.Create(wrong) };
            using HttpResponseMessage response = await tenant.Http.SendAsync(patch, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        Assert.Equal("fr-FR", (await tenant.SendAsync(HttpMethod.Get, Path)).GetProperty("windowsSettings").GetProperty("language").GetString());
        await tenant.SendAsync(HttpMethod.Patch, Path, new { windowsSettings = (object?)null });
        Assert.Equal("en-US", (await tenant.SendAsync(HttpMethod.Get, Path)).GetProperty("windowsSettings").GetProperty("language").GetString());
    }

    /// <summary>C154, B375.</summary>
    [Fact]
    public async Task What_waits_to_be_applied_is_told_until_it_is_applied()
    {
        await tenant.SeatsAsync("CPC_E_2C_4GB_128GB", 5);
        User user = await tenant.UserAsync(Door.Beta);
        Group group = await tenant.GroupAsync(Door.Beta, user);
        JsonElement policy = await tenant.SendAsync(HttpMethod.Post, $"{Root}/provisioningPolicies", new
        {
            displayName = tenant.Name("policy"),
            description = "For a test",
            imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            imageDisplayName = "Windows 11 Enterprise 24H2",
            imageType = "gallery",
            domainJoinConfigurations = new[] { new { domainJoinType = "azureADJoin", regionName = "eastus" } },
        });
        string path = $"{Root}/provisioningPolicies/{policy.GetProperty("id").GetString()}";
        await tenant.SendAsync(HttpMethod.Post, $"{path}/assign", new { assignments = new[] { new { target = new { groupId = group.Id } } } });
        await LicenseAsync(user, "CPC_E_2C_4GB_128GB");
        Assert.False(await WaitsAsync());
        await tenant.SendAsync(HttpMethod.Patch, path, new { enableSingleSignOn = true });
        Assert.True(await WaitsAsync());
        await tenant.SendAsync(HttpMethod.Post, $"{path}/apply", new { policySettings = "singleSignOn" });
        Assert.False(await WaitsAsync());

        async Task<bool> WaitsAsync() => (await tenant.SendAsync(HttpMethod.Get, $"{path}/retrievePolicyUpdateStatusResult")).GetProperty("hasUnappliedPolicyUpdate").GetBoolean();
    }

    /// <summary>B372.</summary>
    [Theory, EveryDoor]
    public async Task People_reset_and_restore_their_own_when_their_setting_lets_them(Door door)
    {
        (string id, string name) = await tenant.Berth.CreateUserAsync(Password);
        User user = (await tenant.Graph(door).Users[id].PatchAsync(new User { UsageLocation = "US" }, cancellationToken: Cancel)) ?? new User { Id = id };
        user.Id = id;
        (_, string pc) = await MadeAsync(user);
        string token = (await tenant.Berth.SignInAsync(name, Password)).Body.GetProperty("access_token").GetString()!;
        using GraphServiceClient person = new(tenant.Wire(), SdkTenant.Bearer(token), tenant.BaseOf(door));
        Microsoft.Graph.Me.MeRequestBuilder me = person.Me;
        await tenant.SendAsync(HttpMethod.Post, $"{Root}/cloudPCs/{pc}/createSnapshot");
        using HttpClient own = await tenant.Berth.ClientAsync(authenticated: false);
        own.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        string point = (await own.GetFromJsonAsync<JsonElement>(new Uri($"/beta/users/{id}/cloudPCs/{pc}/retrieveSnapshots", UriKind.Relative), Cancel)).GetProperty("value")[0].GetProperty("id").GetString()!;

        await DeniedAsync(RestoreAsync);
        await DeniedAsync(ResetAsync);
        Group group = await tenant.GroupAsync(door, user);
        CloudPcUserSetting setting = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.UserSettings.PostAsync(
            new CloudPcUserSetting { DisplayName = "Own", RestorePointSetting = new CloudPcRestorePointSetting { UserRestoreEnabled = true } }, cancellationToken: Cancel))!;
        await tenant.SendAsync(HttpMethod.Post, $"{Root}/userSettings/{setting.Id}/assign", new { assignments = new[] { new { target = new { groupId = group.Id } } } });
        await RestoreAsync();
        await DeniedAsync(ResetAsync);
        await tenant.SendAsync(HttpMethod.Patch, $"{Root}/userSettings/{setting.Id}", new { resetEnabled = true });
        using (HttpResponseMessage chosen = await own.PostAsJsonAsync(new Uri($"/beta/me/cloudPCs/{pc}/reprovision", UriKind.Relative), new { userAccountType = "administrator" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.BadRequest, chosen.StatusCode);
        }

        await ResetAsync();

        // Nothing else of theirs, and nothing of others.
        using (HttpResponseMessage renamed = await own.PostAsJsonAsync(new Uri($"/v1.0/me/cloudPCs/{pc}/rename", UriKind.Relative), new { displayName = "x" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.Forbidden, renamed.StatusCode);
        }

        (User other, string others) = await MadeAsync(await tenant.UserAsync(door));
        foreach (string path in (string[])[$"/v1.0/users/{other.Id}/cloudPCs/{others}/reprovision", $"/v1.0/deviceManagement/virtualEndpoint/cloudPCs/{pc}/reprovision"])
        {
            using HttpResponseMessage refused = await own.PostAsync(new Uri(path, UriKind.Relative), null, Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using (HttpResponseMessage hidden = await own.PostAsync(new Uri($"/v1.0/me/cloudPCs/{others}/reprovision", UriKind.Relative), null, Cancel))
        {
            Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        }

        await tenant.Graph(door).DeviceManagement.VirtualEndpoint.UserSettings[setting.Id].DeleteAsync(cancellationToken: Cancel);

        Task RestoreAsync() => me.CloudPCs[pc].Restore.PostAsync(new Microsoft.Graph.Me.CloudPCs.Item.Restore.RestorePostRequestBody { CloudPcSnapshotId = point }, cancellationToken: Cancel);

        async Task ResetAsync() => await me.CloudPCs[pc].Reprovision.PostAsync(new Microsoft.Graph.Me.CloudPCs.Item.Reprovision.ReprovisionPostRequestBody(), cancellationToken: Cancel);
    }

    /// <summary>B379.</summary>
    [Theory, EveryDoor]
    public async Task Audit_events_are_counted(Door door)
    {
        (_, string pc) = await MadeAsync(await tenant.UserAsync(door));
        Microsoft.Graph.DeviceManagement.VirtualEndpoint.VirtualEndpointRequestBuilder endpoint = tenant.Graph(door).DeviceManagement.VirtualEndpoint;
        int before = (await endpoint.AuditEvents.Count.GetAsync(cancellationToken: Cancel))!.Value;
        await endpoint.CloudPCs[pc].Reboot.PostAsync(cancellationToken: Cancel);
        Assert.Equal(before + 1, await endpoint.AuditEvents.Count.GetAsync(cancellationToken: Cancel));
        Assert.Equal(0, await endpoint.AuditEvents.Count.GetAsync(request => request.QueryParameters.Filter = "componentName eq 'Nothing'", Cancel));
        await CountAsync($"{Root}/snapshots");
    }

    private static object Review(bool inReview, string level, string? account) =>
        new { reviewStatus = new { inReview, userAccessLevel = level, azureStorageAccountId = account } };

    private static (bool InReview, string? Level) Level(JsonElement status) => (status.GetProperty("inReview").GetBoolean(), status.GetProperty("userAccessLevel").GetString());

    private static async Task DeniedAsync(Func<Task> act)
    {
        ODataError error = await Assert.ThrowsAsync<ODataError>(act);
        Assert.Equal((403, "Authorization_RequestDenied"), (error.ResponseStatusCode, error.Error!.Code));
    }

    // The number is that of the list.
    private async Task CountAsync(string path)
    {
        int listed = 0;
        for (string? next = $"{path}?$top=999"; next is not null;)
        {
            JsonElement page = await tenant.SendAsync(HttpMethod.Get, next);
            listed += page.GetProperty("value").GetArrayLength();
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? new Uri(link.GetString()!).PathAndQuery : null;
        }

        Assert.Equal($"{listed}", await tenant.Http.GetStringAsync(new Uri($"{path}/$count", UriKind.Relative), Cancel));
    }

    private async Task SignInAsync(User user, string pc, HttpStatusCode expected) =>
        Assert.Equal(expected, await PostAsync("/berth/v1/sessions", new { userId = user.Id, cloudPcId = pc }));

    private async Task<HttpStatusCode> PostAsync(string path, object? body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await tenant.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private async Task<(User User, string CloudPc)> MadeAsync(User user)
    {
        await tenant.SeatsAsync(Business, 100);
        await LicenseAsync(user, Business);
        return (user, Assert.Single((await tenant.Graph(Door.Bearer).Users[user.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!).Id!);
    }

    private Task<User?> LicenseAsync(User user, string partNumber) => tenant.Graph(Door.Bearer).Users[user.Id].AssignLicense.PostAsync(
        new AssignLicensePostRequestBody { AddLicenses = [new AssignedLicense { SkuId = SdkTenant.Sku(partNumber).Id, DisabledPlans = [] }], RemoveLicenses = [] }, cancellationToken: Cancel);
}
