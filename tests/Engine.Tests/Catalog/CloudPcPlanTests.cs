using System.Globalization;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Catalog;

public class CloudPcPlanTests
{
    private static readonly SkuCatalog _catalog = SkuCatalog.BuiltIn;

    /// <summary>C31: their names say nothing of a size.</summary>
    [Theory]
    [InlineData("CPC_E_2C_4GB_128GB", "Cloud PC Enterprise 2vCPU/4GB/128GB")]
    [InlineData("CPC_LVL_1", "Cloud PC Enterprise 2vCPU/4GB/128GB")]
    [InlineData("CPC_E_2C_8GB_128GB", "Cloud PC Enterprise 2vCPU/8GB/128GB")]
    [InlineData("CPC_B_2C_8RAM_128GB", "Cloud PC Business 2vCPU/8GB/128GB")]
    [InlineData("Windows_365_Business_16_vCPU,_64_GB,_1_TB", "Cloud PC Business 16vCPU/64GB/1024GB")]
    [InlineData("Windows_365_S_2vCPU_8GB_128GB", "Cloud PC Frontline 2vCPU/8GB/128GB")]
    public void A_SKU_gives_a_Cloud_PC_of_a_known_size_whatever_it_is_called(string partNumber, string displayName)
    {
        // C28, C30, C35
        Sku sku = Assert.Single(_catalog.FindByPartNumber(partNumber));
        Assert.True(_catalog.GivesCloudPcs(sku.Index));
        Assert.Equal(displayName, Assert.Single(sku.Plans.Select(_catalog.CloudPcPlanOf).OfType<CloudPcPlan>()).DisplayName);
    }

    [Fact]
    public void Every_published_plan_is_in_the_table_and_a_name_with_a_size_says_the_same()
    {
        // C28, C30, B300
        List<CloudPcPlan> plans = [.. _catalog.CloudPcPlans];
        Assert.Equal(37, plans.Count);
        Assert.Equal((12, 14, 11, 0), (Count(CloudPcKind.Enterprise), Count(CloudPcKind.Business), Count(CloudPcKind.Frontline), Count(CloudPcKind.Reserve)));
        Assert.All(plans, plan =>
        {
            ServicePlan published = _catalog.Plans[plan.Plan];
            Assert.Equal(published.Id, plan.Id);
            if (CloudPcPlan.TryRead(published with { Id = Guid.NewGuid() }, out CloudPcPlan? named))
            {
                Assert.Equal((plan.Kind, plan.Size), (named.Kind, named.Size));
            }
        });
        Assert.Equal(_catalog.Plans.Where(plan => plan.Name.StartsWith("CPC_", StringComparison.Ordinal)).Select(plan => plan.Index), plans.Select(plan => plan.Plan));

        int Count(CloudPcKind kind) => plans.Count(plan => plan.Kind == kind);
    }

    [Fact]
    public void A_SKU_of_a_family_has_the_plans_of_its_family_and_no_suite_gives_a_Cloud_PC()
    {
        // C33, C34
        foreach (Sku sku in _catalog.Skus)
        {
            CloudPcPlan? plan = sku.Plans.Select(_catalog.CloudPcPlanOf).OfType<CloudPcPlan>().SingleOrDefault();
            string[] others = [.. sku.Plans.Where(one => one != plan?.Plan).Select(one => _catalog.Plans[one].Name).Order(StringComparer.Ordinal)];
            switch (plan?.Kind)
            {
                case CloudPcKind.Enterprise:
                    Assert.Equal(["EXCHANGE_S_FOUNDATION"], others);
                    break;
                case CloudPcKind.Business when sku.PartNumber.EndsWith("_WHB", StringComparison.Ordinal):
                    Assert.Single(others);
                    break;
                case CloudPcKind.Business:
                    Assert.Equal(["EXCHANGE_S_FOUNDATION", "M365_LIGHTHOUSE_CUSTOMER_PLAN1", "M365_LIGHTHOUSE_PARTNER_PLAN1"], others);
                    break;
                case CloudPcKind.Frontline:
                    Assert.Empty(others);
                    break;
                default:
                    Assert.Null(plan);
                    break;
            }
        }

        foreach (string suite in (string[])["SPE_E3", "SPE_E5", "SPE_F1", "SPB"])
        {
            Assert.All(_catalog.FindByPartNumber(suite), sku => Assert.False(_catalog.GivesCloudPcs(sku.Index)));
        }
    }

    [Theory]
    [InlineData("CPC_E_16C_64GB_512GB", "Cloud PC Enterprise 16vCPU/64GB/512GB")]
    [InlineData("CPC_B_16C_64RAM_512GB", "Cloud PC Business 16vCPU/64GB/512GB")]
    [InlineData("CPC_S_32C_128GB_2048GB", "Cloud PC Frontline 32vCPU/128GB/2048GB")]
    [InlineData("CPC_R_2C_8GB_128GB", "Cloud PC Reserve 2vCPU/8GB/128GB")]
    [InlineData("CPC_R_99999C_99999GB_99999GB", "Cloud PC Reserve 99999vCPU/99999GB/99999GB")]
    [InlineData("CPC_R_100000C_8GB_128GB", null)]
    [InlineData("CPC_R_0C_8GB_128GB", null)]
    [InlineData("CPC_R_-2C_8GB_128GB", null)]
    [InlineData("CPC_R_C_8GB_128GB", null)]
    [InlineData("CPC_B_16C_64GB_512GB", null)]
    [InlineData("CPC_E_16C_64RAM_512GB", null)]
    [InlineData("CPC_X_2C_8GB_128GB", null)]
    [InlineData("CPC_E_2C_8GB", null)]
    [InlineData("CPC_E_2C_8GB_128GB_X", null)]
    [InlineData("CPC_E_2C_8GB_128GB_GPU", "Cloud PC Enterprise 2vCPU/8GB/128GB GPU")]
    [InlineData("CPC_S_4C_16GB_512GB_GPU", "Cloud PC Frontline 4vCPU/16GB/512GB GPU")]
    [InlineData("CPC_B_4C_16RAM_512GB_GPU", "Cloud PC Business 4vCPU/16GB/512GB GPU")]
    [InlineData("CPC_E_2C_8GB_128GB_gpu", null)]
    [InlineData("CPC_E_2C_8GB_GPU", null)]
    [InlineData("CPC_E_2C_8GB_128GB_GPU_GPU", null)]
    [InlineData("cpc_e_2C_8GB_128GB", null)]
    [InlineData("EXCHANGE_S_FOUNDATION", null)]
    public void A_plan_that_nobody_published_is_taken_by_its_name(string name, string? displayName) =>
        // B300
        Assert.Equal(displayName, CloudPcPlan.TryRead(new ServicePlan(7, Guid.NewGuid(), name, name), out CloudPcPlan? plan) ? plan.DisplayName : null);

    [Fact]
    public void Sizes_are_ordered_by_processors_then_memory_then_disk()
    {
        // C28
        CloudPcSize[] sizes = [new(2, 4, 256), new(2, 8, 128), new(4, 16, 128), new(1, 2, 64), new(2, 4, 128)];
        Assert.Equal(
            ["1vCPU/2GB/64GB", "2vCPU/4GB/128GB", "2vCPU/4GB/256GB", "2vCPU/8GB/128GB", "4vCPU/16GB/128GB"],
            sizes.Order().Select(size => size.ToString()));
        Assert.True(sizes[0] < sizes[1] && sizes[1] > sizes[0] && sizes[0] <= sizes[1] && sizes[1] >= sizes[0]);
    }

    [Fact]
    public void Two_SKUs_with_one_plan_enable_it_once_and_a_switched_off_plan_gives_nothing()
    {
        // C32
        Sku one = Assert.Single(_catalog.FindByPartNumber("CPC_E_2C_4GB_128GB")), other = Assert.Single(_catalog.FindByPartNumber("CPC_LVL_1"));
        Sku big = Assert.Single(_catalog.FindByPartNumber("CPC_E_8C_32GB_512GB")), suite = Assert.Single(_catalog.FindByPartNumber("SPE_E5"));
        int plan = PlanOf(one), bigPlan = PlanOf(big);
        Assert.Equal(plan, PlanOf(other));
        Assert.False(_catalog.GivesCloudPcs(suite.Index));
        Assert.Equal([plan], LicenseSet.Of([new(one.Index, []), new(other.Index, []), new(suite.Index, [])]).CloudPcPlans(_catalog));
        Assert.Equal([plan], LicenseSet.Of([new(one.Index, [plan]), new(other.Index, [])]).CloudPcPlans(_catalog));
        Assert.Empty(LicenseSet.Of([new(one.Index, [plan]), new(suite.Index, [])]).CloudPcPlans(_catalog));
        Assert.Equal(new[] { plan, bigPlan }.Order(), LicenseSet.Of([new(one.Index, []), new(big.Index, [])]).CloudPcPlans(_catalog));
        Assert.Empty(LicenseSet.Empty.CloudPcPlans(_catalog));

        static int PlanOf(Sku sku) => sku.Plans.Single(plan => _catalog.CloudPcPlanOf(plan) is not null);
    }

    [Fact]
    public void An_imported_SKU_gives_Cloud_PCs_when_a_plan_of_it_does()
    {
        // B300
        Guid sku = Guid.NewGuid(), plan = Guid.NewGuid();
        SkuCatalog catalog = _catalog.With([new CatalogRow("CPC_R_2C_8GB_128GB", sku, "Windows 365 Reserve", "CPC_R_2C_8GB_128GB", plan, "Reserve")]);
        Assert.True(catalog.TryGetSku(sku, out Sku? found));
        Assert.True(catalog.GivesCloudPcs(found.Index));
        Assert.Equal(new CloudPcPlan(_catalog.Plans.Count, plan, CloudPcKind.Reserve, new(2, 8, 128)), catalog.CloudPcPlanOf(Assert.Single(found.Plans)));
    }

    [Theory]
    [InlineData("eastus2", "East US 2", "usEast", "usEast", CloudPcRegionStatus.Available)]
    [InlineData("WestEurope", "West Europe", "europe", "netherlands", CloudPcRegionStatus.Available)]
    [InlineData("East US", "East US", "usEast", "usEast", CloudPcRegionStatus.Available)]
    [InlineData("qatarcentral", "Qatar Central", "middleEast", "middleEast", CloudPcRegionStatus.Restricted)]
    [InlineData("southafricanorth", "South Africa North", "africa", "default", CloudPcRegionStatus.Available)]
    [InlineData("westus", "West US", "usWest", "usWest", CloudPcRegionStatus.Unavailable)]
    public void A_region_stands_in_a_geography_and_a_group(string name, string displayName, string geography, string group, CloudPcRegionStatus status)
    {
        // C205, C206, B301
        CloudPcRegion region = Assert.IsType<CloudPcRegion>(CloudPcRegions.Find(name));
        Assert.Equal((displayName, geography, group, status), (region.DisplayName, region.Geography, region.Group, region.Status));
        Assert.Equal(status != CloudPcRegionStatus.Unavailable, region.TakesCloudPcs);
        Assert.Equal(region.TakesCloudPcs, CloudPcRegions.InGroup(group).Contains(region));
    }

    [Fact]
    public void There_are_thirty_two_regions_for_Cloud_PCs_and_four_for_disasters()
    {
        // C205, C206
        Assert.Equal(
            (30, 2, 4),
            (CloudPcRegions.All.Count(region => region.Status == CloudPcRegionStatus.Available),
                CloudPcRegions.All.Count(region => region.Status == CloudPcRegionStatus.Restricted),
                CloudPcRegions.All.Count(region => region.Status == CloudPcRegionStatus.Unavailable)));
        Assert.Null(CloudPcRegions.Find("atlantis"));
        Assert.Null(CloudPcRegions.Find(null));
        Assert.Null(CloudPcRegions.Find(CloudPcRegions.Automatic));
    }

    [Theory]
    [InlineData("southeastasia", "asia")]
    [InlineData("westeurope", "europeUnion")]
    [InlineData("brazilsouth", "southAmerica")]
    [InlineData("swedencentral", "sweden")]
    [InlineData("japanwest", "japan")]
    public void Older_clients_know_a_region_in_an_older_group(string name, string group) =>
        // B301
        Assert.Equal(group, CloudPcRegions.EarlierGroup(CloudPcRegions.Find(name)!));

    [Theory]
    [InlineData("usEast", "eastus", "eastus", "eastus2")]
    [InlineData("USWEST", "westus3", "westus2", "westus3")]
    [InlineData("middleEast", "uaenorth", "qatarcentral", "uaenorth")]
    [InlineData("europeUnion", "northeurope", "northeurope", "westeurope")]
    [InlineData("asia", "eastasia", "eastasia", "southeastasia")]
    [InlineData("brazil", "brazilsouth", "brazilsouth")]
    [InlineData("southAmerica", "brazilsouth", "brazilsouth")]
    [InlineData("usGovernment", null)]
    public void A_Cloud_PC_of_a_group_goes_to_its_first_available_region(string group, string? chosen, params string[] regions)
    {
        // B301
        Assert.Equal(regions, CloudPcRegions.InGroup(group).Select(region => region.Name));
        Assert.Equal(chosen, CloudPcRegions.ChooseIn(group)?.Name);
    }

    [Theory]
    [InlineData("microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", "2027-10-12", GalleryImageStatus.Supported)]
    [InlineData("microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", "2027-10-13", GalleryImageStatus.SupportedWithWarning)]
    [InlineData("MicrosoftWindowsDesktop_windows-ent-cpc_win11-24h2-ent-cpc-m365", "2028-04-12", GalleryImageStatus.SupportedWithWarning)]
    [InlineData("microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", "2028-04-13", GalleryImageStatus.NotSupported)]
    [InlineData("microsoftwindowsdesktop_windows-ent-cpc_win10-22h2-ent-cpc", "2025-10-14", GalleryImageStatus.Supported)]
    public void An_image_is_supported_until_its_end_and_usable_for_six_months_more(string id, string day, GalleryImageStatus status)
    {
        // B302
        GalleryImage image = Assert.IsType<GalleryImage>(GalleryImages.Find(id));
        Assert.Equal(id, image.Id, ignoreCase: true);
        Assert.Equal(image.End.AddMonths(GalleryImage.MonthsAfterEnd), image.Expiration);
        Assert.Equal(status, image.StatusOn(DateOnly.Parse(day, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Each_edition_of_the_gallery_comes_with_and_without_Microsoft_365_Apps()
    {
        // B302
        Assert.Equal(10, GalleryImages.All.Select(image => image.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(5, GalleryImages.All.Count(image => image.DisplayName.Contains("Microsoft 365 Apps", StringComparison.Ordinal)));
        Assert.Null(GalleryImages.Find("microsoftwindowsdesktop_windows-ent-cpc_win95"));
        Assert.Null(GalleryImages.Find(null));
    }
}
