using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>What users of shared Cloud PCs keep, at a running server; v1.0 and its SDK have none of it (C121, C123, C124, B430 to B434).</summary>
[Collection(nameof(SdkTenant))]
public sealed class UserStorages(SdkTenant tenant)
{
    private const string Policies = "/beta/deviceManagement/virtualEndpoint/provisioningPolicies";
    private const string Sku = "Windows_365_S_2vCPU_4GB_64GB";
    private const string Plan = "CPC_S_2C_4GB_64GB";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_pool_gives_temporary_profiles_and_somebody_makes_room()
    {
        (User ada, User bob, string policy, string assignment) = await KeepAsync("sixtyFourGB", 1);
        string path = $"{Policies}/{policy}/assignments/{assignment}/userSettingsPersistenceDetail";
        JsonElement detail = await ReadAsync(path);
        string id = detail.GetProperty("id").GetString()!;
        Assert.Equal(JsonValueKind.Null, detail.GetProperty("gracePeriodEndDateTime").ValueKind);
        Assert.Equal((64, 64, 0), await UsageAsync(path, id));

        JsonElement session = await ComeAsync(ada, assignment);
        Assert.False(session.GetProperty("temporaryProfile").GetBoolean());
        Assert.Equal((64, 0, 64), await UsageAsync(path, id));
        JsonElement kept = Assert.Single(await ProfilesAsync(path, id));
        Assert.Equal((ada.UserPrincipalName, 64, "connected"), (kept.GetProperty("userPrincipalName").GetString(), kept.GetProperty("profileSizeInGB").GetInt32(), kept.GetProperty("status").GetString()));
        Assert.Equal(session.GetProperty("startedDateTime").GetDateTimeOffset(), kept.GetProperty("lastProfileAttachedDateTime").GetDateTimeOffset());
        Guid profile = kept.GetProperty("profileId").GetGuid();
        await RefusedAsync(HttpStatusCode.Conflict, "storageInUse", path, new { configurationId = id, cloudProfileIds = new[] { profile } });

        await GoAsync(session);
        session = await ComeAsync(bob, assignment);
        Assert.True(session.GetProperty("temporaryProfile").GetBoolean());
        await GoAsync(session);
        await RefusedAsync(HttpStatusCode.NotFound, "resourceNotFound", path, new { configurationId = id, cloudProfileIds = new[] { profile, Guid.NewGuid() } });
        await RefusedAsync(HttpStatusCode.NotFound, "resourceNotFound", path, new { configurationId = Guid.NewGuid(), cloudProfileIds = new[] { profile } });
        await RefusedAsync(HttpStatusCode.BadRequest, "valueMissing", path, new { configurationId = id });
        Assert.Equal("notConnected", Assert.Single(await ProfilesAsync(path, id)).GetProperty("status").GetString());
        await tenant.SendAsync(HttpMethod.Post, $"{path}/batchCleanupUserSettingsPersistenceProfile", new { configurationId = id, cloudProfileIds = new[] { profile } });
        Assert.Empty(await ProfilesAsync(path, id));
        Assert.False((await ComeAsync(bob, assignment)).GetProperty("temporaryProfile").GetBoolean());
        await DropAsync(policy);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(path));
    }

    [Fact]
    public async Task An_exceeded_pool_tells_when_its_grace_ends_and_the_number_is_not_lowered_below_it()
    {
        (User ada, User bob, string policy, string assignment) = await KeepAsync("sixtyFourGB", 2);
        string path = $"{Policies}/{policy}/assignments/{assignment}/userSettingsPersistenceDetail", id = (await ReadAsync(path)).GetProperty("id").GetString()!;
        JsonElement first = await ComeAsync(ada, assignment), second = await ComeAsync(bob, assignment);
        await GoAsync(first);
        await GoAsync(second);
        JsonElement error = await SendAsync(HttpStatusCode.BadRequest, HttpMethod.Post, $"{Policies}/{policy}/assign", await TargetAsync(policy, 1));
        Assert.Contains("C121", error.GetProperty("message").GetString(), StringComparison.Ordinal);

        await tenant.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { reprovision = 1 } });
        try
        {
            await tenant.SendAsync(HttpMethod.Post, $"/beta/deviceManagement/virtualEndpoint/cloudPCs/{second.GetProperty("cloudPcId").GetString()}/reprovision");
        }
        finally
        {
            await tenant.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { } });
        }

        Assert.Equal((64, -64, 128), await UsageAsync(path, id));
        DateTimeOffset ends = (await ReadAsync(path)).GetProperty("gracePeriodEndDateTime").GetDateTimeOffset();
        JsonElement storage = Assert.Single((await ReadAsync($"/berth/v1/frontline/{SdkTenant.Plan(Plan)}")).GetProperty("assignments").EnumerateArray(), one => one.GetProperty("id").GetString() == assignment)
            .GetProperty("storage");
        Assert.Equal((64, 2, 128, 64), (Number(storage, "sizeInGB"), Number(storage, "users"), Number(storage, "usedInGB"), Number(storage, "totalInGB")));
        Assert.Equal((ends, ends.AddDays(-7)), (storage.GetProperty("deletesAt").GetDateTimeOffset(), storage.GetProperty("exceededSince").GetDateTimeOffset()));
        await DropAsync(policy);
    }

    [Fact]
    public async Task Where_nothing_is_kept_there_is_nothing_to_read()
    {
        (_, _, string policy, string assignment) = await KeepAsync(null, 1);
        string path = $"{Policies}/{policy}/assignments/{assignment}/userSettingsPersistenceDetail";
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"{path}/retrieveUserSettingsPersistenceProfiles(configurationId='{Guid.NewGuid()}')"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(path.Replace("/beta/", "/v1.0/", StringComparison.Ordinal)));
        await DropAsync(policy);
        (_, _, policy, assignment) = await KeepAsync("fourGB", 1);
        path = $"{Policies}/{policy}/assignments/{assignment}/userSettingsPersistenceDetail";
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"{path}/retrieveUserSettingsPersistenceProfileUsage(configurationId='{Guid.NewGuid()}')"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"{path}/retrieveUserSettingsPersistenceProfileUsage(configurationId='x')"));
        await DropAsync(policy);
    }

    private static int Number(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private static object Assignments(string group, int licenses) => new
    {
        assignments = new[] { new { target = new { groupId = group, servicePlanId = SdkTenant.Plan(Plan), allotmentDisplayName = "Ward", allotmentLicensesCount = licenses } } },
    };

    private async Task<(User Ada, User Bob, string Policy, string Assignment)> KeepAsync(string? size, int licenses)
    {
        await tenant.SeatsAsync(Sku, 20);
        User ada = await tenant.UserAsync(Door.Beta), bob = await tenant.UserAsync(Door.Beta);
        Group ward = await tenant.GroupAsync(Door.Beta, ada, bob);
        string policy = (await tenant.SendAsync(HttpMethod.Post, Policies, new
        {
            displayName = tenant.Name("storage"),
            provisioningType = "sharedByEntraGroup",
            imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { regionName = "eastus" } },
            snapshotResetMode = "disabled",
            userSettingsPersistenceConfiguration = new { userSettingsPersistenceEnabled = size is not null, userSettingsPersistenceStorageSizeCategory = size ?? "fourGB" },
        })).GetProperty("id").GetString()!;
        await tenant.SendAsync(HttpMethod.Post, $"{Policies}/{policy}/assign", Assignments(ward.Id!, licenses));
        return (ada, bob, policy, Assert.Single((await ReadAsync($"{Policies}/{policy}/assignments")).GetProperty("value").EnumerateArray()).GetProperty("id").GetString()!);
    }

    private async Task<object> TargetAsync(string policy, int licenses) => Assignments(
        Assert.Single((await ReadAsync($"{Policies}/{policy}/assignments")).GetProperty("value").EnumerateArray()).GetProperty("target").GetProperty("groupId").GetString()!, licenses);

    private Task<JsonElement> ComeAsync(User user, string assignment) => tenant.SendAsync(HttpMethod.Post, "/berth/v1/sessions", new { userId = user.Id, assignmentId = assignment });

    private Task<JsonElement> GoAsync(JsonElement session) => tenant.SendAsync(HttpMethod.Delete, $"/berth/v1/sessions/{session.GetProperty("id").GetString()}");

    private Task<JsonElement> DropAsync(string policy) => tenant.SendAsync(HttpMethod.Post, $"{Policies}/{policy}/assign", new { assignments = Array.Empty<object>() });

    private async Task<(int Total, int Remaining, int Used)> UsageAsync(string path, string id)
    {
        JsonElement usage = await ReadAsync($"{path}/retrieveUserSettingsPersistenceProfileUsage(configurationId='{id}')");
        return (Number(usage, "totalAllocatedStorageInGB"), Number(usage, "remainingAvailableStorageInGB"), Number(usage, "usedStorageInGB"));
    }

    private async Task<JsonElement[]> ProfilesAsync(string path, string id) =>
        [.. (await ReadAsync($"{path}/retrieveUserSettingsPersistenceProfiles(configurationId='{id}')")).GetProperty("value").EnumerateArray()];

    private Task<JsonElement> ReadAsync(string path) => tenant.SendAsync(HttpMethod.Get, path);

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using HttpResponseMessage response = await tenant.Http.GetAsync(path, Cancel);
        return response.StatusCode;
    }

    private async Task RefusedAsync(HttpStatusCode status, string code, string path, object body) =>
        Assert.Equal(code, (await SendAsync(status, HttpMethod.Post, $"{path}/batchCleanupUserSettingsPersistenceProfile", body)).GetProperty("innerError").GetProperty("code").GetString());

    private async Task<JsonElement> SendAsync(HttpStatusCode status, HttpMethod method, string path, object body)
    {
        using HttpRequestMessage request = new(method, path) { Content = JsonContent.Create(body) };
        using HttpResponseMessage response = await tenant.Http.SendAsync(request, Cancel);
        Assert.Equal(status, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error");
    }
}
