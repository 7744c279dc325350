using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>assignLicense on a user, as it succeeds (L1, L2, L7, L8, L9, L16, L18, L58, L61), and what reads then show (L113, L114, L115, L117).</summary>
[Collection(nameof(SdkTenant))]
public sealed class DirectLicenses(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task An_assigned_license_shows_in_the_answer_and_in_every_read(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        int before = await ConsumedAsync(door, sku);
        User user = await tenant.UserAsync(door);

        User answer = (await tenant.Graph(door).AddAsync(user.Id!, sku))!;

        Assert.Equal(user.Id, answer.Id);
        Assert.Equal(user.UserPrincipalName, answer.UserPrincipalName);
        Assert.Equal(sku, Assert.Single(answer.AssignedLicenses!).SkuId);
        Assert.Empty(answer.AssignedLicenses![0].DisabledPlans!);

        User read = await tenant.LicensesOfAsync(door, user.Id!);
        Assert.Equal([$"{sku} direct Active None"], read.States());
        Assert.Null(read.LicenseAssignmentStates![0].AssignedByGroup); // L63
        Assert.NotNull(read.LicenseAssignmentStates[0].LastUpdatedDateTime);
        Assert.Equal(sku, Assert.Single(read.AssignedLicenses!).SkuId);
        Assert.Equal(
            ((Guid?[])[SdkTenant.Plan("CPC_E_2C_4GB_64GB"), SdkTenant.Plan("EXCHANGE_S_FOUNDATION")]).Order(),
            read.AssignedPlans!.Select(plan => plan.ServicePlanId).Order());
        Assert.All(read.AssignedPlans!, plan => Assert.Equal("Enabled", plan.CapabilityStatus));
        Assert.Equal(before + 1, await ConsumedAsync(door, sku));
    }

    [Theory, EveryDoor]
    public async Task A_license_is_assigned_by_user_principal_name(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        User user = await tenant.UserAsync(door, "US", made => made.UserPrincipalName = $"{tenant.Name("o'neill")}@contoso.example");

        User answer = (await tenant.Graph(door).AddAsync(user.UserPrincipalName!, sku))!;

        Assert.Equal(user.Id, answer.Id);
        Assert.Equal(sku, Assert.Single(answer.AssignedLicenses!).SkuId);
    }

    [Theory, EveryDoor]
    public async Task Adding_a_license_again_replaces_its_disabled_plans_and_takes_no_seat(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        Guid foundation = SdkTenant.Plan("EXCHANGE_S_FOUNDATION");
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AssignAsync(user.Id!, [LicenseCalls.License(sku, foundation)]);
        int consumed = await ConsumedAsync(door, sku);
        Assert.Equal(foundation, Assert.Single((await tenant.LicensesOfAsync(door, user.Id!)).AssignedLicenses![0].DisabledPlans!));

        await tenant.Graph(door).AddAsync(user.Id!, sku);

        Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).AssignedLicenses![0].DisabledPlans!);
        Assert.Equal(consumed, await ConsumedAsync(door, sku));
    }

    [Theory, EveryDoor]
    public async Task A_removed_license_gives_its_seat_back(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        User user = await tenant.UserAsync(door);
        User next = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(user.Id!, sku);

        User answer = (await tenant.Graph(door).AssignAsync(user.Id!, [], sku))!;

        Assert.Empty(answer.AssignedLicenses!);
        Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).States());
        Assert.Equal(sku, Assert.Single((await tenant.Graph(door).AddAsync(next.Id!, sku))!.AssignedLicenses!).SkuId);
    }

    [Theory, EveryDoor]
    public async Task One_call_switches_between_licenses_that_exclude_each_other(Door door)
    {
        Guid standard = await tenant.SeatsAsync("EXCHANGESTANDARD", 1);
        Guid enterprise = await tenant.SeatsAsync("EXCHANGEENTERPRISE", 1);
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(user.Id!, standard);

        User answer = (await tenant.Graph(door).AssignAsync(user.Id!, [LicenseCalls.License(enterprise)], standard))!;

        Assert.Equal(enterprise, Assert.Single(answer.AssignedLicenses!).SkuId);
    }

    [Theory, EveryDoor]
    public async Task A_prerequisite_counts_when_the_same_call_adds_it(Door door)
    {
        Guid basis = await tenant.SeatsAsync("MCOSTANDARD", 1);
        Guid conferencing = await tenant.SeatsAsync("MCOMEETADV", 1);
        User user = await tenant.UserAsync(door);

        await tenant.Graph(door).AssignAsync(user.Id!, [LicenseCalls.License(conferencing), LicenseCalls.License(basis)]);

        Assert.Equal(
            ((string[])[$"{basis} direct Active None", $"{conferencing} direct Active None"]).Order(StringComparer.Ordinal),
            (await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task A_call_with_two_empty_lists_changes_nothing_and_succeeds(Door door)
    {
        User user = await tenant.UserAsync(door);

        User answer = (await tenant.Graph(door).AssignAsync(user.Id!, []))!;

        Assert.Equal(user.Id, answer.Id);
        Assert.Empty(answer.AssignedLicenses!);
    }

    [Theory, EveryDoor]
    public async Task License_details_name_every_plan_and_which_is_switched_off(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        Guid foundation = SdkTenant.Plan("EXCHANGE_S_FOUNDATION");
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AssignAsync(user.Id!, [LicenseCalls.License(sku, foundation)]);

        LicenseDetailsCollectionResponse page = (await tenant.Graph(door).Users[user.Id].LicenseDetails.GetAsync(cancellationToken: Cancel))!;

        LicenseDetails details = Assert.Single(page.Value!);
        Assert.Equal(sku, details.SkuId);
        Assert.Equal("CPC_E_2C_4GB_64GB", details.SkuPartNumber);
        Assert.False(string.IsNullOrEmpty(details.Id));
        Assert.Equal(
            ["CPC_E_2C_4GB_64GB Success User", "EXCHANGE_S_FOUNDATION Disabled Company"],
            details.ServicePlans!.Select(plan => $"{plan.ServicePlanName} {plan.ProvisioningStatus} {plan.AppliesTo}").Order(StringComparer.Ordinal));

        LicenseDetails one = (await tenant.Graph(door).Users[user.Id].LicenseDetails[details.Id].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(sku, one.SkuId);
        Assert.Equal(2, one.ServicePlans!.Count);
    }

    [Theory, EveryDoor]
    public async Task A_deleted_user_gives_the_seat_back(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(user.Id!, sku);
        int consumed = await ConsumedAsync(door, sku);

        await tenant.Graph(door).Users[user.Id].DeleteAsync(cancellationToken: Cancel);

        Assert.Equal(consumed - 1, await ConsumedAsync(door, sku));
    }

    [Theory, EveryDoor]
    public async Task Reprocessing_a_user_in_order_answers_the_user(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [LicenseCalls.License(sku)]);

        User answer = (await tenant.Graph(door).Users[user.Id].ReprocessLicenseAssignment.PostAsync(cancellationToken: Cancel))!;

        Assert.Equal(user.Id, answer.Id);
        Assert.Equal(sku, Assert.Single(answer.AssignedLicenses!).SkuId);
    }

    private async Task<int> ConsumedAsync(Door door, Guid sku) =>
        (await tenant.Graph(door).SubscribedSkus[$"{Process.BerthProcess.DemoTenant}_{sku}"].GetAsync(cancellationToken: Cancel))!.ConsumedUnits!.Value;
}
