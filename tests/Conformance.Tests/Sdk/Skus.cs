using Berth.Conformance.Tests.Process;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>What the tenant owns: subscribedSkus and directory/subscriptions (L89, L90, L92, L93, L95, L100).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Skus(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_subscribed_SKU_has_the_shape_that_is_documented(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_256GB", 7);

        SubscribedSkuCollectionResponse page = (await tenant.Graph(door).SubscribedSkus.GetAsync(cancellationToken: Cancel))!;
        SubscribedSku listed = Assert.Single(page.Value!, one => one.SkuId == sku);
        SubscribedSku one = (await tenant.Graph(door).SubscribedSkus[listed.Id].GetAsync(cancellationToken: Cancel))!;

        foreach (SubscribedSku seen in (SubscribedSku[])[listed, one])
        {
            Assert.Equal($"{BerthProcess.DemoTenant}_{sku}", seen.Id);
            Assert.Equal(BerthProcess.DemoTenant, seen.AccountId);
            Assert.False(string.IsNullOrEmpty(seen.AccountName));
            Assert.Equal("User", seen.AppliesTo);
            Assert.Equal("Enabled", seen.CapabilityStatus);
            Assert.Equal("CPC_E_4C_16GB_256GB", seen.SkuPartNumber);
            Assert.Equal(0, seen.ConsumedUnits);
            Assert.Equal((7, 0, 0, 0), (seen.PrepaidUnits!.Enabled, seen.PrepaidUnits.Warning, seen.PrepaidUnits.Suspended, seen.PrepaidUnits.LockedOut));
            Assert.Equal(tenant.SubscriptionOf(sku), Assert.Single(seen.SubscriptionIds!));
            Assert.Equal(
                ["CPC_E_4C_16GB_256GB Success User", "EXCHANGE_S_FOUNDATION Success Company"],
                seen.ServicePlans!.Select(plan => $"{plan.ServicePlanName} {plan.ProvisioningStatus} {plan.AppliesTo}").Order(StringComparer.Ordinal));
        }
    }

    [Theory, EveryDoor]
    public async Task Selected_properties_come_alone(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_256GB", 7);

        SubscribedSkuCollectionResponse page = (await tenant.Graph(door).SubscribedSkus.GetAsync(
            request => request.QueryParameters.Select = ["skuId", "consumedUnits"], Cancel))!;

        SubscribedSku listed = Assert.Single(page.Value!, one => one.SkuId == sku);
        Assert.Equal(0, listed.ConsumedUnits);
        Assert.Null(listed.SkuPartNumber);
        Assert.Null(listed.PrepaidUnits);
    }

    [Theory, EveryDoor]
    public async Task A_filter_on_SKUs_is_refused_as_Graph_refuses_it(Door door)
    {
        Microsoft.Graph.Models.ODataErrors.ODataError error = await Assert.ThrowsAsync<Microsoft.Graph.Models.ODataErrors.ODataError>(() =>
            tenant.Graph(door).SubscribedSkus.WithUrl($"{tenant.BaseOf(door)}/subscribedSkus?$filter=consumedUnits%20eq%200").GetAsync(cancellationToken: Cancel));

        Assert.Equal(400, error.ResponseStatusCode);
        Assert.Equal("Request_UnsupportedQuery", error.Error!.Code);
    }

    [Theory, EveryDoor]
    public async Task A_status_moves_the_units_and_shows_on_the_SKU(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_256GB", 3);
        foreach ((string status, (int, int, int, int) units, string shown) in ((string, (int, int, int, int), string)[])
            [
                ("Warning", (0, 3, 0, 0), "Warning"), ("Suspended", (0, 0, 3, 0), "Suspended"), ("LockedOut", (0, 0, 0, 3), "LockedOut"),
                ("Enabled", (3, 0, 0, 0), "Enabled"),
            ])
        {
            await tenant.SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{tenant.SubscriptionOf(sku)}", new { status });

            SubscribedSku seen = (await tenant.Graph(door).SubscribedSkus[$"{BerthProcess.DemoTenant}_{sku}"].GetAsync(cancellationToken: Cancel))!;
            Assert.Equal(units, (seen.PrepaidUnits!.Enabled, seen.PrepaidUnits.Warning, seen.PrepaidUnits.Suspended, seen.PrepaidUnits.LockedOut));
            Assert.Equal(shown, seen.CapabilityStatus);
            Assert.Equal(shown, (await tenant.Graph(door).Directory.Subscriptions[tenant.SubscriptionOf(sku)].GetAsync(cancellationToken: Cancel))!.Status);
        }
    }

    [Theory, EveryDoor]
    public async Task A_company_subscription_is_read_in_the_list_by_id_and_by_its_alternate_key(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_256GB", 4);
        string id = tenant.SubscriptionOf(sku);

        CompanySubscription listed = Assert.Single(
            (await tenant.Graph(door).Directory.Subscriptions.GetAsync(cancellationToken: Cancel))!.Value!, one => one.SkuId == sku.ToString());
        CompanySubscription byId = (await tenant.Graph(door).Directory.Subscriptions[id].GetAsync(cancellationToken: Cancel))!;
        CompanySubscription byKey = (await tenant.Graph(door).Directory.SubscriptionsWithCommerceSubscriptionId(listed.CommerceSubscriptionId!).GetAsync(cancellationToken: Cancel))!;

        foreach (CompanySubscription seen in (CompanySubscription[])[listed, byId, byKey])
        {
            Assert.Equal(id, seen.Id);
            Assert.Equal("CPC_E_4C_16GB_256GB", seen.SkuPartNumber);
            Assert.Equal(4, seen.TotalLicenses);
            Assert.Equal("Enabled", seen.Status);
            Assert.False(seen.IsTrial);
            Assert.NotNull(seen.CreatedDateTime);
            Assert.Equal(2, seen.ServiceStatus!.Count);
            Assert.Equal(listed.CommerceSubscriptionId, seen.CommerceSubscriptionId);
        }
    }

    [Theory, EveryDoor]
    public async Task A_SKU_without_units_stays_listed_and_a_deleted_subscription_takes_it_away(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_LVL_1", 0);
        SubscribedSku empty = (await tenant.Graph(door).SubscribedSkus[$"{BerthProcess.DemoTenant}_{sku}"].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(0, empty.PrepaidUnits!.Enabled);

        await tenant.SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{tenant.SubscriptionOf(sku)}", new { status = "Deleted" });

        string id = $"{BerthProcess.DemoTenant}_{sku}";
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
            () => tenant.Graph(door).SubscribedSkus[id].GetAsync(cancellationToken: Cancel));
        await tenant.SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{tenant.SubscriptionOf(sku)}", new { status = "Enabled" });
    }

    [Theory, EveryDoor]
    public async Task Unknown_SKUs_and_subscriptions_are_not_found(Door door)
    {
        string nothing = Guid.NewGuid().ToString(), foreign = $"{Guid.NewGuid()}_{SdkTenant.Sku("POWER_BI_PRO").Id}";

        foreach ((string id, Func<Task> call) in ((string, Func<Task>)[])
            [
                (foreign, () => tenant.Graph(door).SubscribedSkus[foreign].GetAsync(cancellationToken: Cancel)),
                (nothing, () => tenant.Graph(door).Directory.Subscriptions[nothing].GetAsync(cancellationToken: Cancel)),
                (nothing, () => tenant.Graph(door).Directory.SubscriptionsWithCommerceSubscriptionId(nothing).GetAsync(cancellationToken: Cancel)),
            ])
        {
            await LicenseCalls.RefusedAsync(
                404, "Request_ResourceNotFound", "resourceNotFound",
                $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.", call);
        }
    }
}
