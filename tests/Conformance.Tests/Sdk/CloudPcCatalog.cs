using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>What Cloud PCs are made of: sizes, regions and images (C28, C35, C205, B300 to B305).</summary>
[Collection(nameof(SdkTenant))]
public sealed class CloudPcCatalog(SdkTenant tenant)
{
    private const string Root = "deviceManagement/virtualEndpoint";
    private const string Windows11 = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task The_virtual_endpoint_is_the_tenants(Door door)
    {
        // B304
        VirtualEndpoint endpoint = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(BerthProcess.DemoTenant, endpoint.Id);
    }

    [Theory, EveryDoor]
    public async Task Service_plans_are_listed_counted_filtered_and_read_one_by_one(Door door)
    {
        // C28, C35
        Guid plan = SdkTenant.Plan("CPC_E_4C_16GB_256GB");
        CloudPcServicePlanCollectionResponse page = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ServicePlans.GetAsync(
            request => request.QueryParameters.Count = true, Cancel))!;
        Assert.Equal(37, page.OdataCount);
        Assert.Equal(37, await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ServicePlans.Count.GetAsync(cancellationToken: Cancel));
        CloudPcServicePlan listed = Assert.Single(page.Value!, one => one.Id == plan.ToString());
        CloudPcServicePlan one = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ServicePlans[plan.ToString()].GetAsync(cancellationToken: Cancel))!;
        foreach (CloudPcServicePlan seen in (CloudPcServicePlan[])[listed, one])
        {
            Assert.Equal(("Cloud PC Enterprise 4vCPU/16GB/256GB", 4, 16, 256), (seen.DisplayName, seen.VCpuCount, seen.RamInGB, seen.StorageInGB));
        }

        CloudPcServicePlanCollectionResponse big = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ServicePlans.GetAsync(
            request => request.QueryParameters.Filter = "vCpuCount ge 16", Cancel))!;
        Assert.Equal(["Cloud PC Business 16vCPU/64GB/1024GB", "Cloud PC Business 16vCPU/64GB/512GB"], big.Value!.Select(found => found.DisplayName).Order(StringComparer.Ordinal));
    }

    [Theory, EveryDoor]
    public async Task What_gives_no_Cloud_PC_is_no_service_plan(Door door)
    {
        foreach (string id in (string[])[SdkTenant.Plan("EXCHANGE_S_FOUNDATION").ToString(), Guid.NewGuid().ToString(), "CPC_1"])
        {
            await LicenseCalls.RefusedAsync(
                404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
                () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.ServicePlans[id].GetAsync(cancellationToken: Cancel));
        }
    }

    [Fact]
    public async Task Beta_tells_the_type_of_a_service_plan()
    {
        // C35, B303
        foreach ((string name, string type, string provisioningType) in ((string, string, string)[])
            [("CPC_2", "enterprise", "dedicated"), ("CPC_SS_2", "business", "dedicated"), ("CPC_S_2C_8GB_128GB", "enterprise", "sharedByUser")])
        {
            JsonElement plan = await ReadAsync($"/beta/{Root}/servicePlans/{SdkTenant.Plan(name)}");
            Assert.Equal((type, provisioningType), (plan.GetProperty("type").GetString(), plan.GetProperty("provisioningType").GetString()));
            Assert.Equal(("windows365", 0), (plan.GetProperty("supportedSolution").GetString(), plan.GetProperty("userProfileInGB").GetInt32()));
            Assert.False((await ReadAsync($"/v1.0/{Root}/servicePlans/{SdkTenant.Plan(name)}")).TryGetProperty("type", out _));
        }
    }

    [Theory, EveryDoor]
    public async Task Gallery_images_tell_how_long_they_can_be_used(Door door)
    {
        // B302
        CloudPcGalleryImageCollectionResponse page = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.GalleryImages.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(page.Value!.Count, await tenant.Graph(door).DeviceManagement.VirtualEndpoint.GalleryImages.Count.GetAsync(cancellationToken: Cancel));
        CloudPcGalleryImage listed = Assert.Single(page.Value!, image => image.Id == Windows11);
        CloudPcGalleryImage one = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.GalleryImages[Windows11].GetAsync(cancellationToken: Cancel))!;
        foreach (CloudPcGalleryImage seen in (CloudPcGalleryImage[])[listed, one])
        {
            Assert.Equal("Windows 11 Enterprise 24H2", seen.DisplayName);
            Assert.Equal(("microsoftwindowsdesktop", "windows-ent-cpc", "win11-24h2-ent-cpc"), (seen.PublisherName, seen.OfferName, seen.SkuName));
            Assert.Equal(
                (new Date(2024, 10, 1), new Date(2027, 10, 12), new Date(2028, 4, 12)), (seen.StartDate!.Value, seen.EndDate!.Value, seen.ExpirationDate!.Value));
            Assert.Equal(64, seen.SizeInGB);
            Assert.StartsWith("10.0.26100.", seen.OsVersionNumber, StringComparison.Ordinal);
            Assert.NotNull(seen.Status);
        }

        CloudPcGalleryImageCollectionResponse old = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.GalleryImages.GetAsync(
            request => request.QueryParameters.Filter = "status eq 'notSupported'", Cancel))!;
        Assert.Contains(old.Value!, image => image.SkuName == "win10-22h2-ent-cpc");
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
            () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.GalleryImages["x"].GetAsync(cancellationToken: Cancel));
    }

    // The query is one that published scripts send; they keep the rows without a geography.
    [Fact]
    public async Task Supported_regions_are_read_as_scripts_read_them()
    {
        // C205, C206, B305
        JsonElement[] all = [.. (await ReadAsync(
            $"/beta/{Root}/supportedRegions?$filter=supportedSolution eq 'windows365'&$select=id,displayName,regionStatus,supportedSolution,regionGroup,cloudDevicePlatformSupported,geographicLocationType"))
            .GetProperty("value").EnumerateArray()];
        JsonElement[] plain = [.. all.Where(region => region.GetProperty("geographicLocationType").ValueKind == JsonValueKind.Null)];
        Assert.Equal(36, plain.Length);
        Assert.Equal(2 * plain.Length, all.Length);
        Assert.Equal(
            ["northeurope", "westeurope"],
            plain.Where(region => region.GetProperty("regionGroup").GetString() == "europeUnion").Select(region => region.GetProperty("displayName").GetString()));
        Assert.Equal("72", await tenant.Http.GetStringAsync($"/beta/{Root}/supportedRegions/$count", Cancel));

        JsonElement ireland = await ReadAsync($"/beta/{Root}/supportedRegions/europe-northeurope");
        Assert.Equal(("northeurope", "ireland", "europe", "available"), (
            ireland.GetProperty("displayName").GetString(), ireland.GetProperty("regionGroup").GetString(),
            ireland.GetProperty("geographicLocationType").GetString(), ireland.GetProperty("regionStatus").GetString()));
        Assert.False(ireland.GetProperty("regionRestrictionDetail").GetProperty("cPURestricted").GetBoolean());
        JsonElement spare = await ReadAsync($"/beta/{Root}/supportedRegions/westus");
        Assert.Equal("unavailable", spare.GetProperty("regionStatus").GetString());
        Assert.True(spare.GetProperty("regionRestrictionDetail").GetProperty("gPURestricted").GetBoolean());
        Assert.Equal("restricted", (await ReadAsync($"/beta/{Root}/supportedRegions/QatarCentral")).GetProperty("regionStatus").GetString());

        using HttpResponseMessage unknown = await tenant.Http.GetAsync($"/beta/{Root}/supportedRegions/atlantis", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using HttpResponseMessage v1 = await tenant.Http.GetAsync($"/v1.0/{Root}/supportedRegions", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, v1.StatusCode);
    }

    private async Task<JsonElement> ReadAsync(string path) => await tenant.Http.GetFromJsonAsync<JsonElement>(path, Cancel);
}
