using System.Net;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using Xunit;
using static Berth.Conformance.Tests.Sdk.LicenseCalls;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>
/// assignLicense on a group (L10, L36, B67), how far it is (L46), what becomes of its members (L38, L48, L54, L55, L61, L113), and every way in which it fails for one
/// of them (G1 to G4, G6; B16, B17, L50, L51, L116).
/// </summary>
[Collection(nameof(SdkTenant))]
public sealed class GroupLicenses(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_group_call_is_accepted_with_202_and_the_place_of_the_group(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 1);
        Group group = await tenant.GroupAsync(door, await tenant.UserAsync(door));
        NativeResponseHandler native = new();

        await tenant.Graph(door).Groups[group.Id].AssignLicense.PostAsync(
            new() { AddLicenses = [License(sku)], RemoveLicenses = [] },
            request => request.Options.Add(new ResponseHandlerOption { ResponseHandler = native }),
            Cancel);

        using HttpResponseMessage answer = Assert.IsType<HttpResponseMessage>(native.Value);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"{tenant.BaseOf(door)}/groups/{group.Id}", answer.Headers.Location!.ToString());
        Assert.Contains($"\"id\":\"{group.Id}\"", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory, EveryDoor]
    public async Task Every_member_gets_the_licenses_of_the_group_once_it_is_processed(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 2);
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door, usageLocation: null), stranger = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, ada, bob);

        Group answer = (await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(sku, SdkTenant.Plan("EXCHANGE_S_FOUNDATION"))]))!;
        Assert.Equal(group.Id, answer.Id);
        await ProcessedAsync(door, group);

        foreach (User member in (User[])[ada, bob])
        {
            User read = await tenant.LicensesOfAsync(door, member.Id!);
            Assert.Equal([$"{sku} {group.Id} Active None"], read.States());
            Assert.Equal(SdkTenant.Plan("EXCHANGE_S_FOUNDATION"), Assert.Single(Assert.Single(read.AssignedLicenses!).DisabledPlans!));
        }

        // A user without a location has the tenant's country for this, and keeps having none.
        Assert.Null((await tenant.LicensesOfAsync(door, bob.Id!)).UsageLocation);
        Assert.Empty((await tenant.LicensesOfAsync(door, stranger.Id!)).States());
        Group read2 = (await tenant.Graph(door).Groups[group.Id].GetAsync(request => request.QueryParameters.Select = ["assignedLicenses", "licenseProcessingState"], Cancel))!;
        Assert.Equal(sku, Assert.Single(read2.AssignedLicenses!).SkuId);
        Assert.Null((await tenant.Graph(door).Groups[group.Id].GetAsync(cancellationToken: Cancel))!.AssignedLicenses); // L118a
        Assert.Empty((await tenant.Graph(door).Groups[group.Id].MembersWithLicenseErrors.GetAsync(cancellationToken: Cancel))!.Value!);
    }

    [Theory, EveryDoor]
    public async Task A_seat_is_taken_once_however_many_sources_give_it(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 1);
        User user = await tenant.UserAsync(door);
        Group one = await tenant.GroupAsync(door, user), other = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).AssignGroupAsync(one.Id!, [License(sku)]);

        await tenant.Graph(door).AssignGroupAsync(other.Id!, [License(sku)]);
        await tenant.Graph(door).AddAsync(user.Id!, sku);

        User read = await tenant.LicensesOfAsync(door, user.Id!);
        Assert.Equal(
            ((string[])[$"{sku} {one.Id} Active None", $"{sku} {other.Id} Active None", $"{sku} direct Active None"]).Order(StringComparer.Ordinal), read.States());
        Assert.Single(read.AssignedLicenses!);
        await tenant.Graph(door).Groups[one.Id].Members[user.Id].Ref.DeleteAsync(cancellationToken: Cancel);
        Assert.Equal(2, (await tenant.LicensesOfAsync(door, user.Id!)).States().Length);
    }

    [Theory, EveryDoor]
    public async Task Who_joins_is_licensed_and_who_leaves_is_not(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 1);
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(sku)]);

        await tenant.AddMemberAsync(door, group, ada.Id!);
        Assert.Equal([$"{sku} {group.Id} Active None"], (await tenant.LicensesOfAsync(door, ada.Id!)).States());

        await tenant.Graph(door).Groups[group.Id].Members[ada.Id].Ref.DeleteAsync(cancellationToken: Cancel);
        await tenant.AddMemberAsync(door, group, bob.Id!);

        Assert.Empty((await tenant.LicensesOfAsync(door, ada.Id!)).States());
        Assert.Equal([$"{sku} {group.Id} Active None"], (await tenant.LicensesOfAsync(door, bob.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task Members_of_a_member_group_get_nothing(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 1);
        User user = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door, user), outer = await tenant.GroupAsync(door);
        await tenant.AddMemberAsync(door, outer, inner.Id!);

        await tenant.Graph(door).AssignGroupAsync(outer.Id!, [License(sku)]);
        await ProcessedAsync(door, outer);

        Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task One_too_few_seats_leaves_one_member_waiting_and_a_new_seat_ends_it(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_256GB", 2);
        User[] users = [await tenant.UserAsync(door), await tenant.UserAsync(door), await tenant.UserAsync(door)];
        Group group = await tenant.GroupAsync(door, users);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(sku)]);
        await ProcessedAsync(door, group);

        // Members who join at once stand in order of their ids.
        User last = users.MaxBy(user => user.Id, StringComparer.Ordinal)!;
        Assert.Equal([$"{sku} {group.Id} Error CountViolation"], (await tenant.LicensesOfAsync(door, last.Id!)).States());
        Assert.Empty((await tenant.LicensesOfAsync(door, last.Id!)).AssignedLicenses!);
        DirectoryObject troubled = Assert.Single((await tenant.Graph(door).Groups[group.Id].MembersWithLicenseErrors.GetAsync(cancellationToken: Cancel))!.Value!);
        Assert.Equal(last.UserPrincipalName, Assert.IsType<User>(troubled).UserPrincipalName);
        Assert.Equal(last.Id, Assert.Single((await tenant.Graph(door).Groups[group.Id].MembersWithLicenseErrors.GraphUser.GetAsync(cancellationToken: Cancel))!.Value!).Id);
        Assert.Contains((await ErroneousGroupsAsync(door)).Value!, found => found.Id == group.Id); // L118
        await BadRequestAsync(
            "seatsExhausted",
            $"Subscription with SKU {sku} does not have any available licenses.",
            () => tenant.Graph(door).Users[last.Id].ReprocessLicenseAssignment.PostAsync(cancellationToken: Cancel));

        await tenant.SeatsAsync("CPC_E_2C_8GB_256GB", 1);

        Assert.Equal([$"{sku} {group.Id} Active None"], (await tenant.LicensesOfAsync(door, last.Id!)).States());
        Assert.DoesNotContain((await ErroneousGroupsAsync(door)).Value!, found => found.Id == group.Id);
    }

    [Theory, EveryDoor]
    public async Task One_license_that_excludes_another_withholds_its_siblings(Door door)
    {
        Guid standard = await tenant.SeatsAsync("EXCHANGESTANDARD", 1), enterprise = await tenant.SeatsAsync("EXCHANGEENTERPRISE", 1);
        Guid cloudPc = await tenant.SeatsAsync("CPC_E_4C_16GB_128GB", 1);
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(user.Id!, standard);
        Group group = await tenant.GroupAsync(door, user);

        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(enterprise), License(cloudPc)]);
        await ProcessedAsync(door, group);

        Assert.Equal(
            ((string[])
            [
                $"{standard} direct Active None", $"{enterprise} {group.Id} Error MutuallyExclusiveViolation", $"{cloudPc} {group.Id} Error Other",
            ]).Order(StringComparer.Ordinal),
            (await tenant.LicensesOfAsync(door, user.Id!)).States());
        await BadRequestAsync(
            "plansMutuallyExclusive",
            $"License assignment failed because service plans {SdkTenant.Plan("EXCHANGE_S_STANDARD")}, {SdkTenant.Plan("EXCHANGE_S_ENTERPRISE")} are mutually exclusive.",
            () => tenant.Graph(door).Users[user.Id].ReprocessLicenseAssignment.PostAsync(cancellationToken: Cancel));

        await tenant.Graph(door).AssignAsync(user.Id!, [], standard);
        Assert.Equal(
            ((string[])[$"{enterprise} {group.Id} Active None", $"{cloudPc} {group.Id} Active None"]).Order(StringComparer.Ordinal),
            (await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task A_plan_that_is_not_offered_where_a_member_is_stays_an_error_until_the_member_moves(Door door)
    {
        Guid suite = await tenant.SeatsAsync("ENTERPRISEPREMIUM", 1), calling = await tenant.SeatsAsync("MCOPSTN1", 1);
        User user = await tenant.UserAsync(door, "BR");
        Group group = await tenant.GroupAsync(door, user);

        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(suite), License(calling)]);
        await ProcessedAsync(door, group);

        Assert.Equal(
            ((string[])[$"{suite} {group.Id} Error Other", $"{calling} {group.Id} Error ProhibitedInUsageLocationViolation"]).Order(StringComparer.Ordinal),
            (await tenant.LicensesOfAsync(door, user.Id!)).States());

        await tenant.Graph(door).Users[user.Id].PatchAsync(new User { UsageLocation = "DE" }, cancellationToken: Cancel);
        Assert.All((await tenant.LicensesOfAsync(door, user.Id!)).LicenseAssignmentStates!, state => Assert.Equal("Active", state.State));
    }

    [Theory, EveryDoor]
    public async Task A_license_that_another_needs_is_held_when_its_holder_leaves_the_group(Door door)
    {
        Guid basis = await tenant.SeatsAsync("MCOIMP", 1), conferencing = await tenant.SeatsAsync("MCOMEETADV", 1);
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(basis)]);
        await tenant.Graph(door).AddAsync(user.Id!, conferencing);

        await tenant.Graph(door).Groups[group.Id].Members[user.Id].Ref.DeleteAsync(cancellationToken: Cancel);

        Assert.Equal(
            ((string[])[$"{basis} {group.Id} ActiveWithError DependencyViolation", $"{conferencing} direct Active None"]).Order(StringComparer.Ordinal),
            (await tenant.LicensesOfAsync(door, user.Id!)).States());
        await BadRequestAsync(
            "dependedUponByOther",
            LicenseRefusals.ConferencingNeeds(),
            () => tenant.Graph(door).Users[user.Id].ReprocessLicenseAssignment.PostAsync(cancellationToken: Cancel));

        // B68: the user has left and is still held.
        Assert.Equal(user.Id, Assert.Single((await tenant.Graph(door).Groups[group.Id].MembersWithLicenseErrors.GetAsync(cancellationToken: Cancel))!.Value!).Id);

        await tenant.Graph(door).AssignAsync(user.Id!, [], conferencing);
        Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task A_group_switches_licenses_in_one_call(Door door)
    {
        Guid small = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 1), large = await tenant.SeatsAsync("CPC_E_4C_16GB_128GB", 1);
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(small)]);

        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(large)], small);
        await ProcessedAsync(door, group);

        Assert.Equal([$"{large} {group.Id} Active None"], (await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task A_licensed_group_is_deleted_only_without_its_licenses(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 1);
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(sku)]);

        await BadRequestAsync(
            "groupHasLicenses",
            "Unable to delete the group because there is a product license assigned to the group. To delete this group, remove any product licenses first.",
            () => tenant.Graph(door).Groups[group.Id].DeleteAsync(cancellationToken: Cancel));

        await tenant.Graph(door).AssignGroupAsync(group.Id!, [], sku);
        Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).States());
        await tenant.Graph(door).Groups[group.Id].DeleteAsync(cancellationToken: Cancel);
    }

    [Theory, EveryDoor]
    public async Task A_group_call_is_refused_for_a_reason_of_the_group_and_never_of_a_member(Door door)
    {
        Guid conferencing = await tenant.SeatsAsync("MCOMEETADV", 1), known = await tenant.SeatsAsync("POWER_BI_PRO", 1), unknown = Guid.NewGuid();
        Guid frontline = await tenant.SeatsAsync("Windows_365_S_2vCPU_4GB_64GB", 3), foreign = SdkTenant.Plan("MCOEV");
        Group group = await tenant.GroupAsync(door);
        string alias = tenant.Name("mail");
        Group unsecured = (await tenant.Graph(door).Groups.PostAsync(
            new Group { DisplayName = alias, MailNickname = alias, MailEnabled = true, SecurityEnabled = false, GroupTypes = ["Unified"] }, cancellationToken: Cancel))!;
        string nobody = Guid.NewGuid().ToString();

        await BadRequestAsync("missingDependency", LicenseRefusals.ConferencingNeeds(), () => tenant.Graph(door).AssignGroupAsync(group.Id!, [License(conferencing)]));
        await BadRequestAsync(
            "skuNotInTenant", $"License {unknown} does not correspond to a valid company License.", () => tenant.Graph(door).AssignGroupAsync(group.Id!, [License(unknown)]));
        await BadRequestAsync(
            "licenseNotHeld", "User does not have a corresponding license.", () => tenant.Graph(door).AssignGroupAsync(group.Id!, [], known));
        await BadRequestAsync(
            "unknownDisabledPlan",
            $"Service plan(s) {foreign} in disabledPlans do not belong to license {known}.",
            () => tenant.Graph(door).AssignGroupAsync(group.Id!, [License(known, foreign)]));
        Assert.Equal(
            "skuNotAssignableToTarget",
            (await Assert.ThrowsAsync<Microsoft.Graph.Models.ODataErrors.ODataError>(() => tenant.Graph(door).AssignGroupAsync(group.Id!, [License(frontline)])))
                .Error!.InnerError!.AdditionalData["code"]);
        await BadRequestAsync(
            "groupNotSecurityEnabled",
            $"License assignment cannot be done for group {unsecured.Id}: only a group with securityEnabled can carry licenses.",
            () => tenant.Graph(door).AssignGroupAsync(unsecured.Id!, [License(known)]));
        await RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{nobody}' does not exist or one of its queried reference-property objects are not present.",
            () => tenant.Graph(door).AssignGroupAsync(nobody, [License(known)]));

        Assert.Empty((await tenant.Graph(door).Groups[group.Id].GetAsync(request => request.QueryParameters.Select = ["assignedLicenses"], Cancel))!.AssignedLicenses!);
    }

    // As a program waits: it asks until the state says so.
    private async Task ProcessedAsync(Door door, Group group)
    {
        string? state = null;
        while (state != "ProcessingComplete")
        {
            Group read = (await tenant.Graph(door).Groups[group.Id].GetAsync(request => request.QueryParameters.Select = ["id", "licenseProcessingState"], Cancel))!;
            state = read.LicenseProcessingState!.State;
            Assert.Contains(state, (string[])["QueuedForProcessing", "ProcessingInProgress", "ProcessingComplete"]);
        }
    }

    private async Task<GroupCollectionResponse> ErroneousGroupsAsync(Door door) => (await tenant.Graph(door).Groups.GetAsync(
        request => (request.QueryParameters.Filter, request.QueryParameters.Top) = ("hasMembersWithLicenseErrors eq true", 999), Cancel))!;
}
