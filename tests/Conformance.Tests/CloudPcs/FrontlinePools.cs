using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>What of Frontline and Reserve was bought, allotted and used (C81, B440, B441).</summary>
public sealed class FrontlinePools
{
    private const string Plans = $"/beta{FleetUnderTest.Root}/frontLineServicePlans";
    private const string Licenses = $"/beta{FleetUnderTest.Root}/managedLicenses";

    private readonly FleetUnderTest _fleet = new();
    private int _policies;

    [Fact]
    public void A_pool_counts_three_Cloud_PCs_for_each_license_and_the_licenses_that_are_allotted()
    {
        // B440
        Buy("Windows_365_S_2vCPU_8GB_128GB", 5);
        Buy("Windows_365_S_2vCPU_8GB_128GB", 2, SubscriptionStatus.Warning);
        Buy("Windows_365_S_2vCPU_8GB_128GB", 9, SubscriptionStatus.Suspended);
        Buy("Windows_365_S_8vCPU_32GB_256GB", 0);
        Buy("Windows_365_S_4vCPU_16GB_256GB", 4, SubscriptionStatus.Deleted);
        Buy("CPC_E_2C_4GB_64GB", 3);
        Allot("CPC_S_2C_8GB_128GB", ProvisioningType.SharedByUser, 3, 1);
        Allot("CPC_S_2C_8GB_128GB", ProvisioningType.SharedByEntraGroup, 2);
        Allot("CPC_S_2C_4GB_64GB", ProvisioningType.SharedByUser, 0);
        _fleet.CloudPc(_fleet.User("ada"), "CPC_S_2C_8GB_128GB", CloudPcStatus.Provisioned, row => FleetUnderTest.Made(row) with { Policy = 0, Assignment = Guid.NewGuid() });
        _fleet.CloudPc(
            _fleet.User("bob"),
            "CPC_S_2C_8GB_128GB",
            CloudPcStatus.Provisioned,
            row => FleetUnderTest.Made(row) with { User = CloudPc.Nobody, UserId = Guid.Empty, Policy = 1, Assignment = Guid.NewGuid() });

        JsonElement[] rows = _fleet.Rows($"{Plans}?$orderby=displayName");
        Assert.Equal(
            [
                ("Cloud PC Frontline 2vCPU/4GB/64GB", 0, 0, 0), ("Cloud PC Frontline 2vCPU/8GB/128GB", 21, 4, 6), ("Cloud PC Frontline 8vCPU/32GB/256GB", 0, 0, 0),
            ],
            rows.Select(row => (Text(row, "displayName"), Number(row, "totalCount"), Number(row, "usedCount"), Number(row, "allotmentLicensesCount"))));
        Assert.Equal("057efbfe-a95d-4263-acb0-12b4a31fed8d", Text(rows[1], "id"));
        Assert.Equal(["@odata.context", "id", "displayName", "totalCount", "usedCount", "allotmentLicensesCount"], _fleet.Read($"{Plans}/{Text(rows[1], "id")}").EnumerateObject().Select(one => one.Name));
        Assert.Equal(["Cloud PC Frontline 2vCPU/8GB/128GB"], _fleet.Rows($"{Plans}?$filter=usedCount gt 0&$select=displayName").Select(row => Text(row, "displayName")));
        Assert.Equal(3, _fleet.Read($"{Plans}?$count=true&$top=1").GetProperty("@odata.count").GetInt32());
        using GraphResponse count = _fleet.Ask("GET", $"{Plans}/$count");
        Assert.Equal("3", Encoding.UTF8.GetString(count.Body.Span));
        foreach (string missing in (string[])["2d1d344e-d10c-41bb-953b-b3a47521dca0", "86d70dbb-d4c6-4662-ba17-3014204cbb28", "CPC_S_2C_8GB_128GB"])
        {
            _fleet.Read($"{Plans}/{missing}", 404);
        }
    }

    [Fact]
    public void Each_subscription_shows_how_much_of_its_pool_falls_on_it()
    {
        // B441
        Subscription over = Buy("Windows_365_S_2vCPU_8GB_128GB", 2, SubscriptionStatus.LockedOut), first = Buy("Windows_365_S_2vCPU_8GB_128GB", 2), late = Buy("Windows_365_S_2vCPU_8GB_128GB", 5, SubscriptionStatus.Warning);
        Buy("CPC_E_2C_4GB_64GB", 3);
        Subscription gone = Buy("Windows_365_S_4vCPU_16GB_256GB", 4, SubscriptionStatus.Deleted);
        Allot("CPC_S_2C_8GB_128GB", ProvisioningType.SharedByUser, 4);
        foreach (string name in (string[])["ada", "bob", "cyd", "dan", "eve", "fay", "gil"])
        {
            _fleet.CloudPc(_fleet.User(name), "CPC_S_2C_8GB_128GB", CloudPcStatus.Provisioned, row => FleetUnderTest.Made(row) with { Policy = 0, Assignment = Guid.NewGuid() });
        }

        // Seven Cloud PCs use three licenses: two of the first purchase, one of the next.
        JsonElement[] rows = _fleet.Rows(Licenses);
        Assert.Equal(
            [
                (over.Id, "blocked", 2, 0, 0), (first.Id, "enabled", 2, 2, 2), (late.Id, "expired", 5, 1, 2), (gone.Id, "deleted", 4, 0, 0),
            ],
            rows.Select(row => (row.GetProperty("id").GetGuid(), Text(row, "status"), Number(row, "licensesCount"), Number(row, "assignedCount"), Number(row, "allotmentLicensesCount"))));
        Assert.Equal(("frontline", "Windows 365 Shared Use 2 vCPU 8 GB 128 GB", "057efbfe-a95d-4263-acb0-12b4a31fed8d"), (Text(rows[1], "licenseType"), Text(rows[1], "displayName"), Text(rows[1], "servicePlanId")));
        Assert.Equal((Text(rows[1], "id"), FleetUnderTest.Noon), (Text(rows[1], "subscriptionId"), rows[1].GetProperty("activeDateTime").GetDateTimeOffset()));
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("expirationDateTime").ValueKind);
        Assert.Equal([first.Id, late.Id], _fleet.Rows($"{Licenses}?$filter=assignedCount gt 0&$select=id").Select(row => row.GetProperty("id").GetGuid()));
        Assert.Equal("enabled", Text(_fleet.Read($"{Licenses}/{first.Id}"), "status"));
        using GraphResponse count = _fleet.Ask("GET", $"{Licenses}/$count?$filter=status eq 'blocked'");
        Assert.Equal("1", Encoding.UTF8.GetString(count.Body.Span));
        _fleet.Read($"{Licenses}/{Guid.NewGuid()}", 404);
        Assert.Equal(403, _fleet.Ask("GET", Licenses, permissions: "User.Read.All").Status);
        Assert.Equal(400, _fleet.Ask("GET", $"/v1.0{FleetUnderTest.Root}/managedLicenses").Status);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private Subscription Buy(string part, int units, SubscriptionStatus status = SubscriptionStatus.Enabled)
    {
        Subscription bought = new(Guid.NewGuid(), SkuCatalog.BuiltIn.Skus.First(sku => sku.PartNumber == part).Index, units, status, false, FleetUnderTest.Noon);
        _fleet.Set(new Change.SubscriptionSet(bought));
        return bought;
    }

    private void Allot(string plan, ProvisioningType type, params ReadOnlySpan<int> licenses)
    {
        int index = SkuCatalog.BuiltIn.Plans.First(one => one.Name == plan).Index;
        List<PolicyAssignment> assignments = [];
        foreach (int count in licenses)
        {
            assignments.Add(new PolicyAssignment($"{Guid.NewGuid()}", assignments.Count, index, "Nurses", count, FleetUnderTest.Noon));
        }

        _fleet.Set(new Change.PolicySet(_policies++, new ProvisioningPolicy(Guid.NewGuid(), $"Policy {_policies}") { ProvisioningType = type, Assignments = [.. assignments] }));
    }
}
