using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>What reads show of licenses, groups and purchases (L89-L119, protocol 2.2).</summary>
public sealed class Reads
{
    private static string[] Values(JsonElement page, string property) =>
        [.. page.GetProperty("value").EnumerateArray().Select(item => item.GetProperty(property).ToString())];

    [Fact]
    public void The_organization_is_the_tenant()
    {
        Company company = Company.Empty();
        JsonElement organization = company.Get("/v1.0/organization").GetProperty("value")[0];
        Assert.Equal(Company.TenantId, organization.GetProperty("id").GetGuid());
        Assert.Equal("fabrikam.example", organization.GetProperty("verifiedDomains")[0].GetProperty("name").GetString());
        Assert.Equal("US", organization.GetProperty("countryLetterCode").GetString());
        Assert.Equal("Fabrikam", company.Get($"/v1.0/organization/{Company.TenantId}?$select=displayName").GetProperty("displayName").GetString());
        Assert.Equal(404, company.Refused($"/v1.0/organization/{Company.NewId()}").Status);
    }

    [Fact]
    public void What_is_not_there_is_404_with_the_id_in_the_message()
    {
        Company company = Company.Empty();
        foreach (string path in (string[])["users/nobody@fabrikam.example", $"users/{Company.NewId()}", "groups/x", $"groups/{Company.NewId()}"])
        {
            (int status, JsonElement error) = company.Refused("/v1.0/" + path);
            Assert.Equal(404, status);
            Assert.Equal("Request_ResourceNotFound", error.GetProperty("code").GetString());
            Assert.Equal(
                $"Resource '{path.Split('/')[1]}' does not exist or one of its queried reference-property objects are not present.",
                error.GetProperty("message").GetString());
        }

        Assert.Equal((200, "0"), company.Ask("/v1.0/users/$count", Company.Eventual));
        Assert.Equal((200, "0"), company.Ask("/beta/groups/$count", Company.Eventual));
        Assert.Empty(company.All("/v1.0/groups"));
        Assert.Empty(company.All("/v1.0/users"));
    }

    // L95, L117.
    [Fact]
    public void License_details_show_what_is_in_force_with_disabled_plans_named()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 5);
        company.Buy(Company.CloudPc, 5);
        Guid ada = company.AddUser("ada");
        SkuCatalog catalog = company.Tenant.Catalog;
        Assert.True(catalog.TryGetSku(Company.E3, out Sku? e3));
        Guid sway = catalog.Plans.Single(plan => plan.Name == "SWAY").Id;
        company.Do(new Command.AssignUserLicenses(ada, [new LicenseRequest(Company.E3, [sway])], []));
        company.GiveGroup(company.AddGroup("cloud", ada), Company.CloudPc);

        JsonElement page = company.Get($"/v1.0/users/{ada}/licenseDetails");
        JsonElement of3 = page.GetProperty("value").EnumerateArray().Single(item => item.GetProperty("skuId").GetGuid() == Company.E3);
        Assert.Equal("SPE_E3", of3.GetProperty("skuPartNumber").GetString());
        Assert.Equal(e3.Plans.Count, of3.GetProperty("servicePlans").GetArrayLength());
        foreach (JsonElement plan in of3.GetProperty("servicePlans").EnumerateArray())
        {
            Assert.Equal(plan.GetProperty("servicePlanId").GetGuid() == sway ? "Disabled" : "Success", plan.GetProperty("provisioningStatus").GetString());
            Assert.Equal(plan.GetProperty("servicePlanName").GetString() == "EXCHANGE_S_FOUNDATION" ? "Company" : "User", plan.GetProperty("appliesTo").GetString());
        }

        // The quick path and the one that understands options say the same.
        JsonElement selected = company.Get($"/v1.0/users/{ada}/licenseDetails?$select=id,skuId,skuPartNumber,servicePlans");
        Assert.Equal(page.GetProperty("value").ToString(), selected.GetProperty("value").ToString());
        Assert.Equal(["skuPartNumber"], company.Get($"/v1.0/users/{ada}/licenseDetails?$select=skuPartNumber").GetProperty("value")[0].EnumerateObject().Select(p => p.Name));

        string id = of3.GetProperty("id").GetString()!;
        Assert.Equal(Company.E3, company.Get($"/v1.0/users/{ada}/licenseDetails/{id}").GetProperty("skuId").GetGuid());
        Assert.Equal(404, company.Refused($"/v1.0/users/{ada}/licenseDetails/x").Status);
        Assert.Equal(404, company.Refused("/v1.0/users/nobody/licenseDetails").Status);
    }

    // L113, L114, L115, L116, B71.
    [Fact]
    public void A_user_shows_one_license_for_each_SKU_and_one_state_for_each_source()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 5);
        company.Buy(Company.CloudPc, 1);
        Guid ada = company.AddUser("ada");
        Guid bob = company.AddUser("bob");
        Guid sway = company.Tenant.Catalog.Plans.Single(plan => plan.Name == "SWAY").Id;
        company.Give(bob, Company.CloudPc);
        company.Do(new Command.AssignUserLicenses(ada, [new LicenseRequest(Company.E3, [sway])], []));
        Guid group = company.AddGroup("crew", ada, bob);
        company.GiveGroup(group, Company.E3, Company.CloudPc);

        JsonElement user = company.Get($"/v1.0/users/{ada}?$select=assignedLicenses,licenseAssignmentStates,assignedPlans,provisionedPlans");
        Assert.Equal([Company.E3], user.GetProperty("assignedLicenses").EnumerateArray().Select(license => license.GetProperty("skuId").GetGuid()));
        Assert.Equal([sway], user.GetProperty("assignedLicenses")[0].GetProperty("disabledPlans").EnumerateArray().Select(plan => plan.GetGuid()));
        string[] states = [.. user.GetProperty("licenseAssignmentStates").EnumerateArray().Select(state =>
            $"{state.GetProperty("skuId").GetGuid() == Company.E3} {state.GetProperty("assignedByGroup").ToString() == group.ToString()} {state.GetProperty("state")} {state.GetProperty("error")}")];
        Assert.Equal(["False True Error CountViolation", "True False Active None", "True True Error Other"], states.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(user.GetProperty("assignedPlans").EnumerateArray(), plan => plan.GetProperty("servicePlanId").GetGuid() == sway);
        Assert.All(user.GetProperty("assignedPlans").EnumerateArray(), plan => Assert.Equal("Enabled", plan.GetProperty("capabilityStatus").GetString()));
        Assert.Equal(user.GetProperty("assignedPlans").GetArrayLength(), user.GetProperty("provisionedPlans").GetArrayLength());
        Assert.Equal("2026-03-02T12:00:00Z", user.GetProperty("licenseAssignmentStates")[0].GetProperty("lastUpdatedDateTime").GetString());

        // Both spellings find it (decisions, Wire).
        foreach (string spelling in (string[])["Other", "Others"])
        {
            Assert.Equal([ada.ToString()], company.All($"/v1.0/users?$filter=licenseAssignmentStates/any(s:s/error eq '{spelling}')"));
        }

        // With and without quotes: both are in the field.
        foreach (string condition in (string[])[$"eq {Company.CloudPc}", $"eq '{Company.CloudPc}'", $"in ({Company.CloudPc})", $"in ('{Company.CloudPc}')"])
        {
            Assert.Equal([bob.ToString()], company.All($"/v1.0/users?$filter=assignedLicenses/any(x:x/skuId {condition})&$count=true"));
        }

        Assert.Empty(company.Advanced("/v1.0/users?$filter=assignedLicenses/$count eq 0"));
    }

    // L46, L118., L118a
    [Fact]
    public void A_group_names_the_members_it_could_not_license()
    {
        Company company = Company.Empty();
        company.Buy(Company.CloudPc, 1);
        Guid ada = company.AddUser("ada");
        Guid bob = company.AddUser("bob");
        Guid group = company.AddGroup("crew", ada, bob);
        Guid calm = company.AddGroup("calm");
        Assert.Equal(JsonValueKind.Null, company.Get($"/v1.0/groups/{group}?$select=licenseProcessingState").GetProperty("licenseProcessingState").ValueKind);
        company.GiveGroup(group, Company.CloudPc);

        JsonElement shown = company.Get($"/v1.0/groups/{group}?$select=id,assignedLicenses,licenseProcessingState,hasMembersWithLicenseErrors");
        Assert.Equal(Company.CloudPc, shown.GetProperty("assignedLicenses")[0].GetProperty("skuId").GetGuid());
        Assert.Equal("ProcessingComplete", shown.GetProperty("licenseProcessingState").GetProperty("state").GetString());
        Assert.False(shown.TryGetProperty("hasMembersWithLicenseErrors", out _));
        JsonElement unasked = company.Get($"/v1.0/groups/{group}");
        Assert.False(unasked.TryGetProperty("assignedLicenses", out _) || unasked.TryGetProperty("licenseProcessingState", out _));

        JsonElement page = company.Get($"/v1.0/groups/{group}/membersWithLicenseErrors");
        Assert.Equal("#microsoft.graph.user", Assert.Single(page.GetProperty("value").EnumerateArray()).GetProperty("@odata.type").GetString());
        string loser = company.Tenant.HoldersOf(company.Tenant.Catalog.Skus.Single(s => s.Id == Company.CloudPc).Index).First == company.Tenant.FindUser(ada) ? bob.ToString() : ada.ToString();
        Assert.Equal([loser], Values(page, "id"));
        Assert.Equal([loser], company.All($"/v1.0/groups/{group}/membersWithLicenseErrors/microsoft.graph.user?$select=id"));
        Assert.Equal([group.ToString()], company.All("/v1.0/groups?$filter=hasMembersWithLicenseErrors eq true"));
        Assert.Equal([calm.ToString()], company.All("/v1.0/groups?$filter=hasMembersWithLicenseErrors eq false"));
        Assert.Equal([group.ToString()], company.All($"/v1.0/groups?$filter=assignedLicenses/any(x:x/skuId eq {Company.CloudPc})"));
    }

    [Fact]
    public void Members_carry_their_type_and_lead_back_to_the_group()
    {
        Company company = Company.Empty();
        Guid ada = company.AddUser("ada");
        Guid bob = company.AddUser("bob");
        Guid inner = company.AddGroup("inner", bob);
        Guid outer = company.AddGroup("outer", bob, inner, ada);

        JsonElement members = company.Get($"/v1.0/groups/{outer}/members?$count=true", Company.Eventual);
        Assert.Equal(3, members.GetProperty("@odata.count").GetInt32());
        Assert.Equal("https://graph.test/v1.0/$metadata#directoryObjects", members.GetProperty("@odata.context").GetString());
        Assert.Equal(["#microsoft.graph.user", "#microsoft.graph.user", "#microsoft.graph.group"], Values(members, "@odata.type"));
        Assert.Equal([ada.ToString(), bob.ToString(), inner.ToString()], Values(members, "id"));
        Assert.False(members.GetProperty("value")[0].TryGetProperty("groupTypes", out _));
        Assert.False(members.GetProperty("value")[0].TryGetProperty("createdDateTime", out _));
        Assert.True(members.GetProperty("value")[2].TryGetProperty("groupTypes", out _));
        Assert.Equal([ada.ToString(), bob.ToString(), inner.ToString()], company.All($"/v1.0/groups/{outer}/members?$top=1&$select=id,userPrincipalName,givenName"));
        Assert.Equal([inner.ToString(), bob.ToString(), ada.ToString()], company.All($"/v1.0/groups/{outer}/members?$top=1&$orderby=displayName desc"));
        Assert.Equal([bob.ToString()], company.All($"/v1.0/groups/{outer}/members?$filter=id eq '{bob}'&$count=true"));
        Assert.Equal([inner.ToString()], company.All($"/v1.0/groups/{outer}/members?$filter=securityEnabled eq true"));
        Assert.Equal((200, "1"), company.Ask($"/v1.0/groups/{outer}/Members/$count?$filter=id eq '{bob}'", Company.Eventual));
        Assert.Equal((200, "0"), company.Ask($"/v1.0/groups/{outer}/Members/$count?$filter=id eq '{outer}'", Company.Eventual));
        Assert.Equal((200, "2"), company.Ask($"/v1.0/groups/{outer}/members/graph.user/$count", Company.Eventual));
        Assert.Equal([inner.ToString()], company.All($"/v1.0/groups/{outer}/members/microsoft.graph.group"));

        Assert.Equal([inner.ToString(), outer.ToString()], company.All($"/v1.0/users/{bob}/memberOf?$top=1"));
        Assert.Equal(["inner", "outer"], company.All($"/v1.0/users/{bob}/memberOf/microsoft.graph.group?$select=displayName", "displayName"));
        Assert.Equal("#microsoft.graph.group", company.Get($"/v1.0/groups/{inner}/memberOf").GetProperty("value")[0].GetProperty("@odata.type").GetString());
        Assert.Equal([outer.ToString()], company.All($"/v1.0/groups/{inner}/memberOf/graph.group"));
    }

    [Fact]
    public void Expand_brings_members_and_groups_along_at_most_twenty()
    {
        Company company = Company.Empty();
        Guid[] users = [.. Enumerable.Range(0, 21).Select(i => company.AddUser($"user{i}"))];
        Guid group = company.AddGroup("crew", users);
        JsonElement one = company.Get($"/v1.0/groups/{group}?$select=id&$expand=members($select=id,displayName)");
        Assert.Equal(["@odata.context", "id", "members"], one.EnumerateObject().Select(p => p.Name));
        Assert.Equal(20, one.GetProperty("members").GetArrayLength());
        Assert.Equal(["@odata.type", "id", "displayName"], one.GetProperty("members")[0].EnumerateObject().Select(p => p.Name));
        JsonElement user = company.Get($"/v1.0/users/{users[0]}?$expand=memberOf").GetProperty("memberOf")[0];
        Assert.Equal(group, user.GetProperty("id").GetGuid());
        Assert.Equal("#microsoft.graph.group", user.GetProperty("@odata.type").GetString());
        Assert.Equal(21, company.Get("/v1.0/users?$expand=memberOf&$select=id").GetProperty("value").EnumerateArray().Count(u => u.GetProperty("memberOf").GetArrayLength() == 1));
        Assert.Equal(200, company.Ask($"/v1.0/users/{users[0]}?$expand=manager($select=id)").Status);
        Assert.Equal("Request_UnsupportedQuery", company.Refused($"/v1.0/groups/{group}?$expand=members($top=1)").Error.GetProperty("code").GetString());
        Assert.Equal(400, company.Refused($"/v1.0/groups/{group}?$expand=members($select=noSuch)").Status);
    }

    // L90, L92.
    [Fact]
    public void A_SKU_adds_up_its_subscriptions_and_counts_its_holders()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 5);
        company.Buy(Company.E3, 8);
        company.Buy(Company.CloudPc, 0);
        company.Do(new Command.CreateSubscription(Company.NewId(), Company.E5, 25, SubscriptionStatus.Suspended, true));
        Guid ada = company.AddUser("ada");
        company.Give(ada, Company.E3);

        Dictionary<string, JsonElement> skus = company.Get("/v1.0/subscribedSkus").GetProperty("value").EnumerateArray().ToDictionary(sku => sku.GetProperty("skuPartNumber").GetString()!);
        Assert.Equal(["CPC_E_2C_8GB_128GB", "SPE_E3", "SPE_E5"], skus.Keys.Order(StringComparer.Ordinal));
        JsonElement e3 = skus["SPE_E3"];
        Assert.Equal($"{Company.TenantId}_{Company.E3}", e3.GetProperty("id").GetString());
        Assert.Equal(Company.TenantId.ToString(), e3.GetProperty("accountId").GetString());
        Assert.Equal((13, 1), (e3.GetProperty("prepaidUnits").GetProperty("enabled").GetInt32(), e3.GetProperty("consumedUnits").GetInt32()));
        Assert.Equal(2, e3.GetProperty("subscriptionIds").GetArrayLength());
        Assert.Equal(("User", "Enabled"), (e3.GetProperty("appliesTo").GetString(), e3.GetProperty("capabilityStatus").GetString()));
        Assert.Equal("Enabled", skus["CPC_E_2C_8GB_128GB"].GetProperty("capabilityStatus").GetString());
        Assert.Equal(("Suspended", 25), (skus["SPE_E5"].GetProperty("capabilityStatus").GetString(), skus["SPE_E5"].GetProperty("prepaidUnits").GetProperty("suspended").GetInt32()));
        Assert.Equal(
            ["servicePlanId", "servicePlanName", "provisioningStatus", "appliesTo"],
            e3.GetProperty("servicePlans")[0].EnumerateObject().Select(p => p.Name));

        string id = e3.GetProperty("id").GetString()!;
        Assert.Equal(13, company.Get($"/v1.0/subscribedSkus/{id}?$select=prepaidUnits").GetProperty("prepaidUnits").GetProperty("enabled").GetInt32());
        Assert.Equal(404, company.Refused($"/v1.0/subscribedSkus/{Company.TenantId}_{Company.NewId()}").Status);
        Assert.Equal("Request_UnsupportedQuery", company.Refused("/v1.0/subscribedSkus?$filter=skuPartNumber eq 'SPE_E3'").Error.GetProperty("code").GetString());
    }

    [Fact]
    public void A_SKU_stays_listed_without_a_subscription_while_somebody_holds_it()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 5);
        Guid ada = company.AddUser("ada");
        company.Give(ada, Company.E3);
        company.Do(new Command.UpdateSubscription(company.Tenant.Subscriptions[0].Id, null, SubscriptionStatus.Deleted));
        Assert.Equal("Deleted", company.Get("/v1.0/subscribedSkus").GetProperty("value")[0].GetProperty("capabilityStatus").GetString());
        company.Do(new Command.AssignUserLicenses(ada, [], [Company.E3]));
        Assert.Empty(company.All("/v1.0/subscribedSkus"));
        Assert.Equal(["Deleted"], company.All("/v1.0/directory/subscriptions", "status"));
    }

    // L100, L101.
    [Fact]
    public void A_subscription_shows_what_was_bought()
    {
        Company company = Company.Empty();
        Guid id = Company.NewId();
        company.Do(new Command.CreateSubscription(id, Company.E3, 25, SubscriptionStatus.Warning, true));
        JsonElement one = company.Get($"/v1.0/directory/subscriptions/{id}");
        Assert.Equal((25, true, "Warning"), (one.GetProperty("totalLicenses").GetInt32(), one.GetProperty("isTrial").GetBoolean(), one.GetProperty("status").GetString()));
        Assert.Equal((Company.E3.ToString(), "SPE_E3"), (one.GetProperty("skuId").GetString(), one.GetProperty("skuPartNumber").GetString()));
        Assert.Equal(id, company.Get($"/beta/directory/subscriptions(commerceSubscriptionId='{id}')").GetProperty("commerceSubscriptionId").GetGuid());
        Assert.Equal(404, company.Refused($"/v1.0/directory/subscriptions/{Company.NewId()}").Status);
    }

    [Fact]
    public void A_route_opens_to_its_least_and_its_higher_permissions_and_to_nothing_else()
    {
        Company company = Company.Empty();
        Guid ada = company.AddUser("ada");
        GraphRequest With(GraphRequest request, params ReadOnlySpan<string> names) =>
            request with { Caller = request.Caller with { Permissions = PermissionSet.Of(names) } };
        string path = $"/v1.0/users/{ada}/licenseDetails";
        foreach (string enough in (string[])["LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "User.Read.All", "Directory.Read.All"])
        {
            Assert.Equal(200, company.Ask(path, request => With(request, enough)).Status);
        }

        (int status, JsonElement error) = company.Refused(path, request => With(request, "Group.ReadWrite.All", "Organization.Read.All"));
        Assert.Equal(403, status);
        Assert.Equal("Authorization_RequestDenied", error.GetProperty("code").GetString());
        Assert.Equal("Insufficient privileges to complete the operation.", error.GetProperty("message").GetString());

        foreach (Berth.Graph.Routes.Route route in Berth.Graph.GraphRoom.Table.Routes.Where(route => route.Access.Sets[0] != PermissionSet.None))
        {
            Assert.False(route.Access.Allows(PermissionSet.None), route.ToString());
            Assert.All(route.Access.Sets, set => Assert.True(route.Access.Allows(set)));
        }
    }
}
