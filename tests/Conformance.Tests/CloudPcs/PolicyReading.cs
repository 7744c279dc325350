using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>Provisioning policies as Graph shows them (protocol 1.4, 3.3, 3.4; C156, B342, B344, B347).</summary>
public sealed class PolicyReading
{
    private const string Path = FleetUnderTest.Root + "/provisioningPolicies";

    private static readonly string[] _v1 =
    [
        "id", "displayName", "description", "provisioningType", "imageType", "imageId", "imageDisplayName", "domainJoinConfigurations", "enableSingleSignOn", "localAdminEnabled",
        "cloudPcNamingTemplate", "windowsSetting", "autopatch", "microsoftManagedDesktop", "gracePeriodInHours", "cloudPcGroupDisplayName", "alternateResourceUrl",
    ];

    private static readonly string[] _beta =
    [
        "autopilotConfiguration", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime", "managedBy", "scopeIds", "snapshotResetMode", "userExperienceType",
        "userSettingsPersistenceConfiguration",
    ];

    private static readonly string[] _actions =
        ["assign", "apply", "applyConfig", "retry", "schedulePolicyApplyTask", "retrievePolicyApplySchedule", "retrievePolicyApplyActionResult", "retrievePolicyUpdateStatusResult"];

    private readonly FleetUnderTest _fleet = new();

    [Fact]
    public void A_policy_has_all_of_its_actions_in_beta() // C255
    {
        string[] last = [.. Berth.Graph.GraphRoom.Table.Routes.Where(route => route.Template.StartsWith($"{Path}/{{policy}}/", StringComparison.Ordinal)).Select(route => route.Template.Split('/')[^1])];
        Assert.Empty(_actions.Except(last));
    }

    [Fact]
    public void V1_has_the_properties_of_v1_and_beta_more()
    {
        ProvisioningPolicy policy = Add(Full(ProvisioningType.SharedByEntraGroup));
        JsonElement v1 = _fleet.Read($"/v1.0{Path}/{policy.Id}"), beta = _fleet.Read($"/beta{Path}/{policy.Id}");
        Assert.Equal(["@odata.context", .. _v1], v1.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["@odata.context", .. _v1, .. _beta], beta.EnumerateObject().Select(property => property.Name));
        Assert.Equal("https://graph.microsoft.com/v1.0/$metadata#deviceManagement/virtualEndpoint/provisioningPolicies/$entity", Text(v1, "@odata.context"));

        Assert.Equal(168, v1.GetProperty("gracePeriodInHours").GetInt32());
        Assert.Equal("de-DE", Text(v1.GetProperty("windowsSetting"), "locale"));
        Assert.Equal("patches", Text(v1.GetProperty("autopatch"), "autopatchGroupId"));
        Assert.Equal(("starterManaged", "profile"), (Text(v1.GetProperty("microsoftManagedDesktop"), "managedType"), Text(v1.GetProperty("microsoftManagedDesktop"), "profile")));
        Assert.Equal(("custom", "cloudApp", "windows365"), (Text(v1, "imageType"), Text(beta, "userExperienceType"), Text(beta, "managedBy")));
        Assert.Equal(("Ada", "Grace"), (Text(beta, "createdBy"), Text(beta, "lastModifiedBy")));
        Assert.Equal(FleetUnderTest.Noon, beta.GetProperty("createdDateTime").GetDateTimeOffset());
        JsonElement autopilot = beta.GetProperty("autopilotConfiguration"), persistence = beta.GetProperty("userSettingsPersistenceConfiguration");
        Assert.Equal(("preparation", 60, true), (
            Text(autopilot, "devicePreparationProfileId"), autopilot.GetProperty("applicationTimeoutInMinutes").GetInt32(), autopilot.GetProperty("onFailureDeviceAccessDenied").GetBoolean()));
        Assert.Equal((true, "sixteenGB"), (
            persistence.GetProperty("userSettingsPersistenceEnabled").GetBoolean(), Text(persistence, "userSettingsPersistenceStorageSizeCategory")));
        Assert.Equal("disabled", Text(beta, "snapshotResetMode"));
        Assert.Equal("de-DE", Text(_fleet.Read($"/beta{Path}/{policy.Id}?$select=windowsSettings").GetProperty("windowsSettings"), "language"));
        Assert.Equal(["0", "1"], beta.GetProperty("scopeIds").EnumerateArray().Select(scope => scope.GetString()));
    }

    [Fact]
    public void What_a_policy_does_not_have_is_null()
    {
        ProvisioningPolicy policy = Add(new ProvisioningPolicy(Guid.NewGuid(), "Plain"));
        JsonElement beta = _fleet.Read($"/beta{Path}/{policy.Id}");
        foreach (string name in (string[])["cloudPcNamingTemplate", "autopatch", "autopilotConfiguration", "userSettingsPersistenceConfiguration", "createdBy", "alternateResourceUrl"])
        {
            Assert.Equal(JsonValueKind.Null, beta.GetProperty(name).ValueKind);
        }

        Assert.Equal("notApplicable", Text(beta, "snapshotResetMode"));
        Assert.Equal(("dedicated", "cloudPc", "en-US"), (Text(beta, "provisioningType"), Text(beta, "userExperienceType"), Text(beta.GetProperty("windowsSetting"), "locale")));
    }

    [Theory]
    [InlineData(ProvisioningType.Dedicated, "dedicated", "dedicated")]
    [InlineData(ProvisioningType.SharedByUser, "sharedByUser", "shared")]
    [InlineData(ProvisioningType.SharedByEntraGroup, "sharedByEntraGroup", "unknownFutureValue")]
    [InlineData(ProvisioningType.Reserve, "reserve", "unknownFutureValue")]
    public void V1_hides_types_that_came_later_unless_they_are_asked_for(ProvisioningType type, string name, string hidden)
    {
        // C3, protocol 1.4
        ProvisioningPolicy policy = Add(Full(type));
        foreach (string query in (string[])[$"/{policy.Id}", $"/{policy.Id}?$select=provisioningType", "?$top=5"])
        {
            Assert.Equal(hidden, TypeOf("/v1.0" + Path + query, null, null));
            Assert.Equal(name, TypeOf("/v1.0" + Path + query, "include-unknown-enum-members", "include-unknown-enum-members"));
            Assert.Equal(name, TypeOf("/beta" + Path + query, null, null));
        }

        Assert.Equal(hidden == name ? 1 : 0, _fleet.Rows($"/v1.0{Path}?$filter=provisioningType eq '{name}'").Length);
        Assert.Single(_fleet.Rows($"/beta{Path}?$filter=provisioningType eq '{name}'"));

        string? TypeOf(string address, string? prefer, string? applied)
        {
            using GraphResponse response = _fleet.Ask("GET", address, prefer: prefer);
            Assert.Equal(applied, response.Headers.PreferenceApplied);
            JsonElement json = JsonDocument.Parse(response.Body.ToArray()).RootElement;
            return Text(json.TryGetProperty("value", out JsonElement value) ? value[0] : json, "provisioningType");
        }
    }

    [Fact]
    public void V1_hides_region_groups_that_came_later()
    {
        ProvisioningPolicy policy = Add(Full(ProvisioningType.Dedicated) with
        {
            Joins =
            [
                new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", "netherlands"),
                new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", "europeUnion"),
                new DomainJoin(DomainJoinType.HybridAzureADJoin, Guid.Empty, null, null),
                new DomainJoin(DomainJoinType.AzureADJoin, null, "automatic", null) { Geography = "asia" },
            ],
        });
        Assert.Equal(["unknownFutureValue", "europeUnion", null, null], Joins("/v1.0").Select(join => Text(join, "regionGroup")));
        Assert.Equal(["netherlands", "europeUnion", null, null], Joins("/beta").Select(join => Text(join, "regionGroup")));
        Assert.Equal(["europe", "europe", null, "asia"], Joins("/beta").Select(join => Text(join, "geographicLocationType")));
        Assert.Equal([null, null, $"{Guid.Empty}", null], Joins("/v1.0").Select(join => Text(join, "onPremisesConnectionId")));
        Assert.Equal("hybridAzureADJoin", Text(Joins("/v1.0")[2], "domainJoinType"));

        JsonElement[] Joins(string version) => [.. _fleet.Read($"{version}{Path}/{policy.Id}").GetProperty("domainJoinConfigurations").EnumerateArray()];
    }

    [Fact]
    public void Policies_are_listed_in_the_order_in_which_they_came_page_by_page()
    {
        ProvisioningPolicy[] all = [.. Enumerable.Range(0, 5).Select(i => Add(new ProvisioningPolicy(Guid.NewGuid(), $"Policy {i}")))];
        _fleet.Set(new Change.PolicyDeleted(1));
        List<string> seen = [];
        string? next = $"/v1.0{Path}?$top=2&$count=true&$select=displayName";
        while (next is not null)
        {
            JsonElement page = _fleet.Read(next);
            Assert.True(seen.Count > 0 || page.GetProperty("@odata.count").GetInt32() == 4);
            seen.AddRange(page.GetProperty("value").EnumerateArray().Select(row => Text(row, "displayName")!));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString()!["https://graph.microsoft.com".Length..] : null;
        }

        Assert.Equal(["Policy 0", "Policy 2", "Policy 3", "Policy 4"], seen);
        Assert.Equal([$"{all[3].Id}"], _fleet.Rows($"/v1.0{Path}?$filter=displayName eq 'Policy 3'").Select(row => Text(row, "id")));
        Assert.Equal(["Policy 4", "Policy 3", "Policy 2", "Policy 0"], _fleet.Rows($"/beta{Path}?$orderby=displayName desc").Select(row => Text(row, "displayName")));
        using GraphResponse count = _fleet.Ask("GET", $"/v1.0{Path}/$count");
        Assert.Equal("4", System.Text.Encoding.UTF8.GetString(count.Body.Span));
        _fleet.Read($"/v1.0{Path}/{all[1].Id}", 404);
        _fleet.Read($"/v1.0{Path}/something", 404);
    }

    [Fact]
    public void An_assignment_names_group_plan_and_allotment_with_its_type()
    {
        Guid sales = Group(0, "Sales"), nurses = Group(1, "Nurses");
        int plan = _fleet.Tenant.Catalog.Plans.First(one => one.Name == "CPC_S_2C_8GB_128GB").Index;
        Guid id = Guid.NewGuid();
        ProvisioningPolicy dedicated = new(Guid.NewGuid(), "Dedicated");
        dedicated = Add(dedicated with { Assignments = [new PolicyAssignment($"{dedicated.Id}_{sales}", 0, null, null, null, FleetUnderTest.Noon)] });
        ProvisioningPolicy shared = Add(Full(ProvisioningType.SharedByUser) with { Assignments = [new PolicyAssignment($"{id}", 1, plan, "Nurses", 3, FleetUnderTest.Noon)] });

        JsonElement expanded = _fleet.Read($"/v1.0{Path}/{dedicated.Id}?$expand=assignments");
        JsonElement assignment = Assert.Single(expanded.GetProperty("assignments").EnumerateArray());
        Assert.Equal($"{dedicated.Id}_{sales}", Text(assignment, "id"));
        JsonElement target = assignment.GetProperty("target");
        Assert.Equal(["@odata.type", "groupId", "servicePlanId"], target.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("#microsoft.graph.cloudPcManagementGroupAssignmentTarget", $"{sales}", null), (Text(target, "@odata.type"), Text(target, "groupId"), Text(target, "servicePlanId")));
        Assert.False(_fleet.Read($"/v1.0{Path}/{dedicated.Id}").TryGetProperty("assignments", out _));

        foreach (string key in (string[])[$"{dedicated.Id}_{sales}", $"{sales}"])
        {
            Assert.Equal($"{dedicated.Id}_{sales}", Text(_fleet.Read($"/v1.0{Path}/{dedicated.Id}/assignments/{key}"), "id"));
        }

        JsonElement frontline = Assert.Single(_fleet.Rows($"/beta{Path}/{shared.Id}/assignments?$count=true")).GetProperty("target");
        Assert.Equal(("Nurses", 3, $"{nurses}"), (Text(frontline, "allotmentDisplayName"), frontline.GetProperty("allotmentLicensesCount").GetInt32(), Text(frontline, "groupId")));
        Assert.Equal($"{_fleet.Tenant.Catalog.Plans[plan].Id}", Text(frontline, "servicePlanId"));
        Assert.False(_fleet.Read($"/v1.0{Path}/{shared.Id}/assignments/{id}").GetProperty("target").TryGetProperty("allotmentDisplayName", out _));
        _fleet.Read($"/v1.0{Path}/{shared.Id}/assignments/{nurses}", 404);
        _fleet.Read($"/v1.0{Path}/{Guid.NewGuid()}/assignments", 404);
        using GraphResponse count = _fleet.Ask("GET", $"/v1.0{Path}/{shared.Id}/assignments/$count");
        Assert.Equal("1", System.Text.Encoding.UTF8.GetString(count.Body.Span));
    }

    [Fact]
    public void An_expansion_holds_all_assignments()
    {
        PolicyAssignment[] many = [.. Enumerable.Range(0, 25).Select(i => new PolicyAssignment($"{Group(i, $"Group {i}")}", i, null, null, null, FleetUnderTest.Noon))];
        ProvisioningPolicy policy = Add(new ProvisioningPolicy(Guid.NewGuid(), "Wide") { Assignments = many.ToValueArray() });
        Assert.Equal(25, _fleet.Read($"/beta{Path}/{policy.Id}?$expand=assignments").GetProperty("assignments").GetArrayLength());
    }

    [Fact]
    public void Assigned_users_are_the_members_who_have_a_Cloud_PC_by_the_policy()
    {
        // B347
        User ada = _fleet.User("ada"), bob = _fleet.User("bob"), eve = _fleet.User("eve"), joe = _fleet.User("joe");
        Group(0, "Sales");
        _fleet.Set(new Change.MembersAdded(0, [0, 1, 3], []));
        ProvisioningPolicy policy = Add(new ProvisioningPolicy(Guid.NewGuid(), "Sales") { Assignments = [new PolicyAssignment("a", 0, null, null, null, FleetUnderTest.Noon)] });
        ProvisioningPolicy other = Add(new ProvisioningPolicy(Guid.NewGuid(), "Other"));
        foreach ((User user, string plan, int by) in ((User, string, int)[])[(ada, "CPC_1", 0), (ada, "CPC_2", 0), (bob, "CPC_1", 1), (eve, "CPC_1", 0), (joe, "CPC_2", 0)])
        {
            _fleet.CloudPc(user, plan, CloudPcStatus.Provisioned, row => row with { Policy = by });
        }

        string path = $"{Path}/{policy.Id}/assignments/a/assignedUsers";
        Assert.Equal([$"{ada.Id}", $"{joe.Id}"], _fleet.Rows($"/v1.0{path}").Select(row => Text(row, "id")));
        JsonElement first = _fleet.Read($"/beta{path}?$top=1&$select=id");
        Assert.Equal($"{ada.Id}", Text(first.GetProperty("value")[0], "id"));
        Assert.Equal([$"{joe.Id}"], _fleet.Rows(Text(first, "@odata.nextLink")!["https://graph.microsoft.com".Length..]).Select(row => Text(row, "id")));
        _fleet.Read($"/v1.0{Path}/{other.Id}/assignments/a/assignedUsers", 404);
    }

    [Fact]
    public void Reading_and_changing_need_the_permissions_of_Cloud_PCs()
    {
        ProvisioningPolicy policy = Add(new ProvisioningPolicy(Guid.NewGuid(), "Plain"));
        Assert.Equal(200, _fleet.Ask("GET", $"/v1.0{Path}", permissions: "CloudPC.Read.All").Status);
        Assert.Equal(403, _fleet.Ask("GET", $"/v1.0{Path}", permissions: "User.Read.All").Status);
        Assert.Equal(403, _fleet.Ask("DELETE", $"/v1.0{Path}/{policy.Id}", permissions: "CloudPC.Read.All").Status);
    }

    [Theory]
    [InlineData("POST", "", "{}", "valueMissing")]
    [InlineData("POST", "", """{"displayName":"a","domainJoinConfigurations":[{"regionName":"eastus"}]}""", "valueMissing")]
    [InlineData("POST", "", """{"displayName":"a","imageId":"x"}""", "valueMissing")]
    [InlineData("POST", "", """{"displayName":"a","provisioningType":"unknownFutureValue"}""", "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"a","provisioningType":"rented"}""", "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"a","color":"red"}""", "propertyUnknown")]
    [InlineData("POST", "", """{"displayName":"a","assignments":[{"id":"x"}]}""", "propertyUnknown")]
    [InlineData("POST", "", """{"displayName":"a","domainJoinConfigurations":[{"planet":"mars"}]}""", "propertyUnknown")]
    [InlineData("POST", "", """{"displayName":"a","domainJoinConfigurations":[{"onPremisesConnectionId":"x"}]}""", "guidInvalid")]
    [InlineData("POST", "", """{"displayName":"a","autopilotConfiguration":{"applicationTimeoutInMinutes":29}}""", "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"a","userSettingsPersistenceConfiguration":{"userSettingsPersistenceStorageSizeCategory":"fiveGB"}}""", "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"a","enableSingleSignOn":"yes"}""", "typeWrong")]
    [InlineData("PATCH", "/{id}", """{"displayName":""}""", "valueInvalid")]
    [InlineData("POST", "/{id}/assign", "{}", "valueMissing")]
    [InlineData("POST", "/{id}/assign", """{"assignments":{}}""", "typeWrong")]
    [InlineData("POST", "/{id}/assign", """{"assignments":[{}]}""", "valueMissing")]
    [InlineData("POST", "/{id}/assign", """{"assignments":[{"target":{}}]}""", "valueMissing")]
    [InlineData("POST", "/{id}/assign", """{"assignments":[{"target":{"groupId":"x"}}]}""", "guidInvalid")]
    [InlineData("POST", "/{id}/assign", """{"assignments":[{"target":{"@odata.type":"#microsoft.graph.allDevicesAssignmentTarget","groupId":"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"}}]}""", "valueInvalid")]
    [InlineData("POST", "/{id}/assign", """{"assignments":[{"target":{"groupId":"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10","allotmentLicensesCount":-1}}]}""", "valueInvalid")]
    [InlineData("POST", "/{id}/apply", """{"policySettings":"color"}""", "valueInvalid")]
    [InlineData("POST", "/{id}/apply", """{"cloudPcIds":["6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"]}""", "propertyUnknown")]
    [InlineData("POST", "/{id}/applyConfig", """{"cloudPcIds":["x"]}""", "guidInvalid")]
    [InlineData("POST", "/{id}/applyConfig", """{"policySettings":["region"]}""", "valueMissing")]
    public void A_body_that_means_nothing_is_refused_before_anything_is_decided(string method, string path, string body, string code)
    {
        ProvisioningPolicy policy = Add(new ProvisioningPolicy(Guid.NewGuid(), "Plain"));
        JsonElement error = _fleet.Read($"/beta{Path}{path.Replace("{id}", $"{policy.Id}", StringComparison.Ordinal)}", 400, method, body).GetProperty("error");
        Assert.Equal(code, Text(error.GetProperty("innerError"), "code"));
    }

    private static ProvisioningPolicy Full(ProvisioningType type) => new(Guid.NewGuid(), "Full")
    {
        Description = "Everything",
        ProvisioningType = type,
        UserExperienceType = UserExperienceType.CloudApp,
        ImageType = ImageType.Custom,
        ImageId = "image",
        ImageDisplayName = "Image",
        Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", null)],
        SingleSignOn = true,
        LocalAdmin = true,
        NamingTemplate = "ABCDEF-%RAND:8%",
        Locale = "de-DE",
        AutopatchGroupId = "patches",
        ManagedDesktopType = "starterManaged",
        ManagedDesktopProfile = "profile",
        Autopilot = new AutopilotConfiguration("preparation", 60, true),
        Persistence = new UserSettingsPersistence(true, 16),
        SnapshotReset = type == ProvisioningType.SharedByEntraGroup ? false : null,
        ScopeIds = ["0", "1"],
        CreatedAt = FleetUnderTest.Noon,
        CreatedBy = "Ada",
        ModifiedAt = FleetUnderTest.Noon,
        ModifiedBy = "Grace",
    };

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private ProvisioningPolicy Add(ProvisioningPolicy policy)
    {
        _fleet.Set(new Change.PolicySet(_fleet.Tenant.Fleet.NextPolicy, policy));
        return policy;
    }

    private Guid Group(int index, string name)
    {
        Guid id = Guid.NewGuid();
        _fleet.Set(new Change.GroupSet(index, new GroupProfile(id, name, null, name, false, true, [], null, FleetUnderTest.Noon)));
        return id;
    }
}
