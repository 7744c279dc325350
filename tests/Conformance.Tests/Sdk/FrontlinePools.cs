using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Pools of Frontline at a running server; v1.0 and its SDK have none of it (protocol 3.5, 3.6; B440, B441).</summary>
[Collection(nameof(SdkTenant))]
public sealed class FrontlinePools(SdkTenant tenant)
{
    private const string Root = "/beta/deviceManagement/virtualEndpoint";

    [Fact]
    public async Task What_is_bought_is_a_pool_and_a_managed_license()
    {
        Guid plan = SdkTenant.Plan("CPC_S_8C_32GB_128GB");
        JsonElement bought = await tenant.SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = SdkTenant.Sku("Windows_365_S_8vCPU_32GB_128GB").Id, units = 4 });
        JsonElement pool = await ReadAsync($"{Root}/frontLineServicePlans/{plan}");
        Assert.Equal(("Cloud PC Frontline 8vCPU/32GB/128GB", 12, 0, 0), (
            pool.GetProperty("displayName").GetString(), pool.GetProperty("totalCount").GetInt32(), pool.GetProperty("usedCount").GetInt32(), pool.GetProperty("allotmentLicensesCount").GetInt32()));
        Assert.Equal(plan, Assert.Single((await ReadAsync($"{Root}/frontLineServicePlans?$filter=id eq '{plan}'")).GetProperty("value").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal("1", await tenant.Http.GetStringAsync($"{Root}/frontLineServicePlans/$count?$filter=id eq '{plan}'", TestContext.Current.CancellationToken));

        string id = bought.GetProperty("id").GetString()!;
        JsonElement license = await ReadAsync($"{Root}/managedLicenses/{id}");
        Assert.Equal(("frontline", "enabled", 4, 0), (
            license.GetProperty("licenseType").GetString(), license.GetProperty("status").GetString(), license.GetProperty("licensesCount").GetInt32(), license.GetProperty("assignedCount").GetInt32()));
        await tenant.SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{id}", new { status = "Suspended" });
        Assert.Equal("blocked", Assert.Single((await ReadAsync($"{Root}/managedLicenses?$filter=subscriptionId eq '{id}'")).GetProperty("value").EnumerateArray()).GetProperty("status").GetString());
        Assert.Equal("1", await tenant.Http.GetStringAsync($"{Root}/managedLicenses/$count?$filter=id eq '{id}'", TestContext.Current.CancellationToken));
        Assert.Equal(0, (await ReadAsync($"{Root}/frontLineServicePlans/{plan}")).GetProperty("totalCount").GetInt32());
    }

    private Task<JsonElement> ReadAsync(string path) => tenant.SendAsync(HttpMethod.Get, path);
}
