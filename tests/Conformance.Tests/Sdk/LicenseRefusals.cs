using Microsoft.Graph;
using Microsoft.Graph.Models;
using Xunit;
using static Berth.Conformance.Tests.Sdk.LicenseCalls;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Every refusal of assignLicense on a user in the wording that scripts match (E1 to E11), each of which leaves the user as it was.</summary>
[Collection(nameof(SdkTenant))]
public sealed class LicenseRefusals(SdkTenant tenant)
{
    private const string Inherited = "User license is inherited from a group membership and it cannot be removed directly from the user.";
    private const string NotHeld = "User does not have a corresponding license.";
    private const string NoLocation = "License assignment cannot be done for user with invalid usage location.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task E1_a_SKU_that_the_tenant_does_not_have(Door door)
    {
        User user = await tenant.UserAsync(door);
        Guid unknown = Guid.NewGuid(), unbought = SdkTenant.Sku("VISIOCLIENT").Id;

        foreach (Guid sku in (Guid[])[unknown, unbought])
        {
            string message = $"License {sku} does not correspond to a valid company License.";
            await BadRequestAsync("skuNotInTenant", message, () => tenant.Graph(door).AddAsync(user.Id!, sku));
            await BadRequestAsync("skuNotInTenant", message, () => tenant.Graph(door).AssignAsync(user.Id!, [], sku));
        }

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E2_no_seat_is_left(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_128GB", 1);
        User first = await tenant.UserAsync(door), second = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(first.Id!, sku);

        await BadRequestAsync(
            "seatsExhausted", $"Subscription with SKU {sku} does not have any available licenses.", () => tenant.Graph(door).AddAsync(second.Id!, sku));

        await UnlicensedAsync(door, second);
        Assert.Equal([$"{sku} direct Active None"], (await tenant.LicensesOfAsync(door, first.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task E2_refuses_the_whole_call_when_one_of_its_licenses_has_no_seat(Door door)
    {
        Guid none = await tenant.SeatsAsync("CPC_E_2C_4GB_128GB", 0), plenty = await tenant.SeatsAsync("POWER_BI_PRO", 5);
        User user = await tenant.UserAsync(door);

        await BadRequestAsync(
            "seatsExhausted",
            $"Subscription with SKU {none} does not have any available licenses.",
            () => tenant.Graph(door).AssignAsync(user.Id!, [License(plenty), License(none)]));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E3_a_user_without_usage_location(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);
        User user = await tenant.UserAsync(door, usageLocation: null);

        await BadRequestAsync("usageLocationMissing", NoLocation, () => tenant.Graph(door).AddAsync(user.Id!, sku));
        await UnlicensedAsync(door, user);

        await tenant.Graph(door).Users[user.Id].PatchAsync(new User { UsageLocation = "US" }, cancellationToken: Cancel);
        Assert.Single((await tenant.Graph(door).AddAsync(user.Id!, sku))!.AssignedLicenses!);
    }

    [Theory, EveryDoor]
    public async Task E3_a_plan_that_is_not_offered_where_the_user_is(Door door)
    {
        Guid calling = await tenant.SeatsAsync("MCOPSTN1", 1);
        User user = await tenant.UserAsync(door, "BR");

        await BadRequestAsync("prohibitedInUsageLocation", NoLocation, () => tenant.Graph(door).AddAsync(user.Id!, calling));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E4_two_plans_that_exclude_each_other(Door door)
    {
        Guid standard = await tenant.SeatsAsync("EXCHANGESTANDARD", 1), enterprise = await tenant.SeatsAsync("EXCHANGEENTERPRISE", 1);
        Guid one = SdkTenant.Plan("EXCHANGE_S_STANDARD"), other = SdkTenant.Plan("EXCHANGE_S_ENTERPRISE");
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(user.Id!, standard);

        await BadRequestAsync(
            "plansMutuallyExclusive",
            $"License assignment failed because service plans {one}, {other} are mutually exclusive.",
            () => tenant.Graph(door).AddAsync(user.Id!, enterprise));

        Assert.Equal([$"{standard} direct Active None"], (await tenant.LicensesOfAsync(door, user.Id!)).States());
        await tenant.Graph(door).AssignAsync(user.Id!, [License(enterprise, other)]);
    }

    [Theory, EveryDoor]
    public async Task E5_a_plan_whose_prerequisite_is_missing(Door door)
    {
        Guid conferencing = await tenant.SeatsAsync("MCOMEETADV", 1);
        User user = await tenant.UserAsync(door);

        await BadRequestAsync("missingDependency", ConferencingNeeds(), () => tenant.Graph(door).AddAsync(user.Id!, conferencing));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E5_a_removal_that_strands_another_plan(Door door)
    {
        Guid basis = await tenant.SeatsAsync("MCOSTANDARD", 1), conferencing = await tenant.SeatsAsync("MCOMEETADV", 1);
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AssignAsync(user.Id!, [License(basis), License(conferencing)]);

        await BadRequestAsync("dependedUponByOther", ConferencingNeeds(), () => tenant.Graph(door).AssignAsync(user.Id!, [], basis));

        Assert.Equal(2, (await tenant.LicensesOfAsync(door, user.Id!)).States().Length);
        Assert.Empty((await tenant.Graph(door).AssignAsync(user.Id!, [], basis, conferencing))!.AssignedLicenses!);
    }

    [Theory, EveryDoor]
    public async Task E6_a_license_that_a_group_gives_is_not_removed_from_the_user(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(sku)]);

        await BadRequestAsync("inheritedFromGroup", Inherited, () => tenant.Graph(door).AssignAsync(user.Id!, [], sku));

        Assert.Equal([$"{sku} {group.Id} Active None"], (await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task E7_a_license_that_the_user_does_not_hold(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);
        User user = await tenant.UserAsync(door);

        await BadRequestAsync("licenseNotHeld", NotHeld, () => tenant.Graph(door).AssignAsync(user.Id!, [], sku));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E9_a_SKU_of_the_whole_company(Door door)
    {
        Guid frontline = await tenant.SeatsAsync("Windows_365_S_2vCPU_4GB_64GB", 3);
        User user = await tenant.UserAsync(door);

        await BadRequestAsync(
            "skuNotAssignableToTarget",
            $"License {frontline} cannot be assigned to a user. Windows_365_S_2vCPU_4GB_64GB belongs to the whole company: give its Cloud PCs to a group by a provisioning policy, "
            + "POST /deviceManagement/virtualEndpoint/provisioningPolicies/{id}/assign.",
            () => tenant.Graph(door).AddAsync(user.Id!, frontline));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E10_a_disabled_plan_of_another_SKU(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1), foreign = SdkTenant.Plan("MCOEV"), unknown = Guid.NewGuid();
        User user = await tenant.UserAsync(door);

        await BadRequestAsync(
            "unknownDisabledPlan",
            $"Service plan(s) {foreign}, {unknown} in disabledPlans do not belong to license {sku}.",
            () => tenant.Graph(door).AssignAsync(user.Id!, [License(sku, foreign, SdkTenant.Plan("EXCHANGE_S_FOUNDATION"), unknown)]));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task E11_a_user_that_does_not_exist(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);

        foreach (string nobody in (string[])[Guid.NewGuid().ToString(), "nobody@contoso.example"])
        {
            string message = $"Resource '{nobody}' does not exist or one of its queried reference-property objects are not present.";
            await RefusedAsync(404, "Request_ResourceNotFound", "resourceNotFound", message, () => tenant.Graph(door).AddAsync(nobody, sku));
            await RefusedAsync(
                404, "Request_ResourceNotFound", "resourceNotFound", message,
                () => tenant.Graph(door).Users[nobody].ReprocessLicenseAssignment.PostAsync(cancellationToken: Cancel));
            await RefusedAsync(
                404, "Request_ResourceNotFound", "resourceNotFound", message, () => tenant.Graph(door).Users[nobody].LicenseDetails.GetAsync(cancellationToken: Cancel));
        }
    }

    [Theory, EveryDoor]
    public async Task A_SKU_twice_or_in_both_lists_is_refused(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 2);
        User user = await tenant.UserAsync(door);

        await BadRequestAsync(
            "duplicateSku", $"License {sku} occurs more than once in one list.", () => tenant.Graph(door).AssignAsync(user.Id!, [License(sku), License(sku)]));
        await BadRequestAsync(
            "duplicateSku", $"License {sku} occurs more than once in one list.", () => tenant.Graph(door).AssignAsync(user.Id!, [], sku, sku));
        await BadRequestAsync(
            "skuInBothLists", $"License {sku} occurs in addLicenses and in removeLicenses.", () => tenant.Graph(door).AssignAsync(user.Id!, [License(sku)], sku));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task A_list_that_the_SDK_leaves_out_because_it_is_null_is_missed_by_name(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);
        User user = await tenant.UserAsync(door);
        const string Missing = "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: ";

        await BadRequestAsync(
            "parameterMissing",
            Missing + "removeLicenses.",
            () => tenant.Graph(door).Users[user.Id].AssignLicense.PostAsync(new() { AddLicenses = [License(sku)] }, cancellationToken: Cancel));
        await BadRequestAsync(
            "parameterMissing",
            Missing + "addLicenses.",
            () => tenant.Graph(door).Users[user.Id].AssignLicense.PostAsync(new() { RemoveLicenses = [] }, cancellationToken: Cancel));
        await BadRequestAsync(
            "parameterMissing",
            Missing + "addLicenses, removeLicenses.",
            () => tenant.Graph(door).Users[user.Id].AssignLicense.PostAsync(new(), cancellationToken: Cancel));

        await UnlicensedAsync(door, user);
    }

    [Theory, EveryDoor]
    public async Task Suspended_units_are_not_assigned_and_those_in_warning_are(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_4GB_256GB", 1);
        string subscription = $"/berth/v1/subscriptions/{tenant.SubscriptionOf(sku)}";
        User user = await tenant.UserAsync(door);

        await tenant.SendAsync(HttpMethod.Patch, subscription, new { status = "Suspended" });
        await BadRequestAsync(
            "seatsExhausted", $"Subscription with SKU {sku} does not have any available licenses.", () => tenant.Graph(door).AddAsync(user.Id!, sku));

        await tenant.SendAsync(HttpMethod.Patch, subscription, new { status = "Warning" });
        Assert.Single((await tenant.Graph(door).AddAsync(user.Id!, sku))!.AssignedLicenses!);
    }

    /// <summary>E5 for Audio Conferencing, which needs a base plan of Teams or Skype for Business.</summary>
    internal static string ConferencingNeeds() =>
        "License assignment failed because service plan 3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40 depends on the service plan(s) 0feaeb32-d00e-4d66-bd5a-43b5b83db82c, "
        + "afc06cb0-b4f4-4473-8286-d644f70d8faf, b2669e95-76ef-4e7e-a367-002f60a39f3e, 70710b6b-3ab4-4a38-9f6d-9f169461650a, 57ff2da0-773e-42df-b2af-ffb7a2317929";

    private async Task UnlicensedAsync(Door door, User user) => Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).States());
}
