using Berth.Conformance.Tests.Process;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Users: create, read, change, delete (L11, L133, B83).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Users(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_created_user_is_answered_whole_and_reads_back_the_same(Door door)
    {
        string alias = tenant.Name("ada");
        User given = new()
        {
            AccountEnabled = true,
            DisplayName = "Ada Müller 李",
            MailNickname = alias,
            UserPrincipalName = $"{alias}@contoso.example",
            UsageLocation = "de",
            GivenName = "Ada",
            Surname = "Müller",
            JobTitle = "Engineer",
            Department = "Research \"Ω\"",
            BusinessPhones = ["+49 30 1234"],
            Country = "Germany",
            EmployeeHireDate = new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero),
            OnPremisesExtensionAttributes = new OnPremisesExtensionAttributes { ExtensionAttribute7 = "seven" },
            PasswordProfile = new PasswordProfile { Password = "never-used-1A" },
        };

        User created = (await tenant.Graph(door).Users.PostAsync(given, cancellationToken: Cancel))!;

        Assert.True(Guid.TryParse(created.Id, out Guid id) && id.Version == 4);
        Assert.Equal(given.DisplayName, created.DisplayName);
        Assert.Equal(given.UserPrincipalName, created.UserPrincipalName);
        Assert.Equal("Engineer", created.JobTitle);
        Assert.Equal("+49 30 1234", Assert.Single(created.BusinessPhones!));
        Assert.Null(created.PasswordProfile);

        User read = (await tenant.Graph(door).Users[created.Id].GetAsync(
            request => request.QueryParameters.Select =
            [
                "id", "displayName", "userPrincipalName", "accountEnabled", "usageLocation", "mailNickname", "givenName", "surname", "department", "country",
                "employeeHireDate", "onPremisesExtensionAttributes", "createdDateTime", "userType", "assignedLicenses", "licenseAssignmentStates",
            ],
            Cancel))!;
        Assert.Equal(created.Id, read.Id);
        Assert.Equal(given.DisplayName, read.DisplayName);
        Assert.True(read.AccountEnabled);
        Assert.Equal("DE", read.UsageLocation);
        Assert.Equal(alias, read.MailNickname);
        Assert.Equal("Müller", read.Surname);
        Assert.Equal("Research \"Ω\"", read.Department);
        Assert.Equal("Germany", read.Country);
        Assert.Equal(given.EmployeeHireDate, read.EmployeeHireDate);
        Assert.Equal("seven", read.OnPremisesExtensionAttributes!.ExtensionAttribute7);
        Assert.Null(read.OnPremisesExtensionAttributes.ExtensionAttribute8);
        Assert.NotNull(read.CreatedDateTime);
        Assert.Equal("Member", read.UserType);
        Assert.Empty(read.AssignedLicenses!);
        Assert.Empty(read.LicenseAssignmentStates!);
    }

    [Theory, EveryDoor]
    public async Task Without_select_a_user_shows_the_documented_properties_and_no_others(Door door)
    {
        User made = await tenant.UserAsync(door, "US", user => user.Department = "Hidden");

        User read = (await tenant.Graph(door).Users[made.Id].GetAsync(cancellationToken: Cancel))!;

        Assert.Equal(made.UserPrincipalName, read.UserPrincipalName);
        Assert.NotNull(read.BusinessPhones);
        Assert.Null(read.Department);
        Assert.Null(read.UsageLocation);
        Assert.Null(read.AccountEnabled);
        Assert.Null(read.AssignedLicenses);
    }

    [Theory, EveryDoor]
    public async Task A_user_is_found_by_user_principal_name_whatever_characters_it_has(Door door)
    {
        string alias = tenant.Name("o'brien+#%&$x");
        User made = await tenant.UserAsync(door, "IE", user => user.UserPrincipalName = $"{alias}@contoso.example");

        User byName = (await tenant.Graph(door).Users[$"{alias}@contoso.example"].GetAsync(cancellationToken: Cancel))!;
        User byOtherCase = (await tenant.Graph(door).Users[$"{alias}@contoso.example".ToUpperInvariant()].GetAsync(cancellationToken: Cancel))!;

        Assert.Equal(made.Id, byName.Id);
        Assert.Equal(made.Id, byOtherCase.Id);
    }

    [Theory, EveryDoor]
    public async Task A_changed_user_keeps_what_was_not_named_and_loses_what_was_set_to_null(Door door)
    {
        User made = await tenant.UserAsync(door, "US", user => (user.Department, user.JobTitle, user.City) = ("Before", "Keeps", "Goes"));

        User? answer = await tenant.Graph(door).Users[made.Id].PatchAsync(
            new User { Department = "After", UsageLocation = "GB", AccountEnabled = false, AdditionalData = new Dictionary<string, object> { ["city"] = null! } },
            cancellationToken: Cancel);
        User read = (await tenant.Graph(door).Users[made.Id].GetAsync(
            request => request.QueryParameters.Select = ["department", "jobTitle", "city", "usageLocation", "accountEnabled", "displayName"], Cancel))!;

        Assert.Null(answer);
        Assert.Equal("After", read.Department);
        Assert.Equal("Keeps", read.JobTitle);
        Assert.Null(read.City);
        Assert.Equal("GB", read.UsageLocation);
        Assert.False(read.AccountEnabled);
        Assert.Equal(made.DisplayName, read.DisplayName);
    }

    [Theory, EveryDoor]
    public async Task A_deleted_user_is_gone_from_every_read(Door door)
    {
        User made = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, made);

        await tenant.Graph(door).Users[made.Id].DeleteAsync(cancellationToken: Cancel);

        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{made.Id}' does not exist or one of its queried reference-property objects are not present.",
            () => tenant.Graph(door).Users[made.Id].GetAsync(cancellationToken: Cancel));
        UserCollectionResponse none = (await tenant.Graph(door).Users.GetAsync(
            request => request.QueryParameters.Filter = $"userPrincipalName eq '{made.UserPrincipalName}'", Cancel))!;
        Assert.Empty(none.Value!);
        Assert.Empty((await tenant.Graph(door).Groups[group.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!);
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{made.Id}' does not exist or one of its queried reference-property objects are not present.",
            () => tenant.Graph(door).Users[made.Id].DeleteAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task A_user_principal_name_is_given_once_in_any_case(Door door)
    {
        User first = await tenant.UserAsync(door);

        ODataError error = await LicenseCalls.BadRequestAsync(
            "userPrincipalNameTaken",
            "Another object with the same value for property userPrincipalName already exists.",
            () => tenant.UserAsync(door, "US", user => user.UserPrincipalName = first.UserPrincipalName!.ToUpperInvariant()));

        ErrorDetails detail = Assert.Single(error.Error!.Details!);
        Assert.Equal("ObjectConflict", detail.Code);
        Assert.Equal("userPrincipalName", detail.Target);
    }

    [Theory, EveryDoor]
    public async Task A_user_without_a_password_profile_is_refused(Door door) => await LicenseCalls.BadRequestAsync(
        "passwordMissing",
        "A password must be specified to create a new user.",
        () => tenant.UserAsync(door, "US", user => user.PasswordProfile = null));

    [Theory, EveryDoor]
    public async Task A_usage_location_that_is_no_country_is_refused_and_the_user_stays(Door door)
    {
        User made = await tenant.UserAsync(door);

        await LicenseCalls.BadRequestAsync(
            "valueInvalid",
            "Invalid value specified for property 'usageLocation' of resource 'User'.",
            () => tenant.Graph(door).Users[made.Id].PatchAsync(new User { UsageLocation = "XX", Department = "Never" }, cancellationToken: Cancel));

        User read = (await tenant.Graph(door).Users[made.Id].GetAsync(request => request.QueryParameters.Select = ["usageLocation", "department"], Cancel))!;
        Assert.Equal("US", read.UsageLocation);
        Assert.Null(read.Department);
    }

    [Theory, EveryDoor]
    public async Task The_admin_of_the_demo_is_there_and_me_is_for_people_only(Door door)
    {
        User admin = (await tenant.Graph(door).Users["admin@contoso.example"].GetAsync(cancellationToken: Cancel))!;

        Assert.Equal("Contoso Administrator", admin.DisplayName);
        await LicenseCalls.RefusedAsync(
            400, "BadRequest", "signedInUserMissing", "/me request is only valid with delegated authentication flow.",
            () => tenant.Graph(door).Me.GetAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task A_count_of_users_is_a_number(Door door)
    {
        int before = (await tenant.Graph(door).Users.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel))!.Value;
        await tenant.UserAsync(door);

        int after = (await tenant.Graph(door).Users.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel))!.Value;

        Assert.Equal(before + 1, after);
    }
}
