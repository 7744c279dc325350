using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Reports of Frontline at a running server (C126, B442).</summary>
[Collection(nameof(SdkTenant))]
public sealed class FrontlineReports(SdkTenant tenant)
{
    private static readonly string[] _columns = ["ServicePlanId", "ClaimedLicenseCount"];

    [Theory]
    [InlineData("getFrontlineReport", "frontlineLicenseUsageReport")]
    [InlineData("retrieveFrontlineReports", "licenseUsageReport")]
    public async Task The_licenses_of_a_plan_are_told_by_day(string action, string name)
    {
        string plan = SdkTenant.Plan("CPC_S_8C_32GB_256GB").ToString();
        await tenant.SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = SdkTenant.Sku("Windows_365_S_8vCPU_32GB_256GB").Id, units = 3 });
        using HttpResponseMessage response = await tenant.Http.PostAsJsonAsync(
            $"/beta/deviceManagement/virtualEndpoint/reports/{action}",
            new { reportName = name, filter = $"ServicePlanId eq '{plan}'", select = _columns, top = 1 },
            TestContext.Current.CancellationToken);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        JsonElement report = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal($"""["{plan}",0]""", Assert.Single(report.GetProperty("Values").EnumerateArray()).GetRawText());
    }
}
