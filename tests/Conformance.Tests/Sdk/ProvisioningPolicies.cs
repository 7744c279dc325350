using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies.Item;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies.Item.Assign;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Provisioning policies by the SDK of v1.0, and by plain requests where only beta has something (C25, C79, C137 to C157, B344 to B347, protocol 3.4).</summary>
[Collection(nameof(SdkTenant))]
public sealed class ProvisioningPolicies(SdkTenant tenant)
{
    private const string Root = "deviceManagement/virtualEndpoint/provisioningPolicies";
    private const string Windows = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc";
    private const string Enterprise = "CPC_E_2C_4GB_64GB";
    private const string FrontlineSku = "Windows_365_S_2vCPU_4GB_64GB";
    private const string FrontlinePlan = "CPC_S_2C_4GB_64GB";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_policy_is_made_read_changed_and_deleted(Door door)
    {
        CloudPcProvisioningPolicy made = await MakeAsync(door, policy =>
        {
            policy.Description = "What for";
            policy.EnableSingleSignOn = true;
            policy.CloudPcNamingTemplate = "ABCDEF-%RAND:8%";
            policy.WindowsSetting = new CloudPcWindowsSetting { Locale = "de-DE" };
            policy.MicrosoftManagedDesktop = new MicrosoftManagedDesktop { ManagedType = MicrosoftManagedDesktopType.StarterManaged, Profile = "p" };
            policy.Autopatch = new CloudPcProvisioningPolicyAutopatch { AutopatchGroupId = "91197a0b-3a74-408d-ba88-bce3fdc4e5eb" };
        });
        CloudPcProvisioningPolicy read = (await One(door, made).GetAsync(cancellationToken: Cancel))!;
        foreach (CloudPcProvisioningPolicy seen in (CloudPcProvisioningPolicy[])[made, read])
        {
            Assert.Equal(("What for", true, false, 168), (seen.Description, seen.EnableSingleSignOn, seen.LocalAdminEnabled, seen.GracePeriodInHours));
            Assert.Equal((Windows, "Windows 11 Enterprise 24H2", CloudPcProvisioningPolicyImageType.Gallery), (seen.ImageId, seen.ImageDisplayName, seen.ImageType));
            Assert.Equal((CloudPcProvisioningType.Dedicated, "ABCDEF-%RAND:8%", "de-DE"), (seen.ProvisioningType, seen.CloudPcNamingTemplate, seen.WindowsSetting!.Locale));
            Assert.Equal((MicrosoftManagedDesktopType.StarterManaged, "p"), (seen.MicrosoftManagedDesktop!.ManagedType, seen.MicrosoftManagedDesktop.Profile));
            Assert.Equal("91197a0b-3a74-408d-ba88-bce3fdc4e5eb", seen.Autopatch!.AutopatchGroupId);
            CloudPcDomainJoinConfiguration join = Assert.Single(seen.DomainJoinConfigurations!);
            Assert.Equal((CloudPcDomainJoinType.AzureADJoin, "eastus", CloudPcRegionGroup.UsEast, null), (join.DomainJoinType, join.RegionName, join.RegionGroup, join.OnPremisesConnectionId));
            Assert.Null(seen.Assignments);
        }

        // Another image brings its own name.
        CloudPcProvisioningPolicy imaged = (await One(door, made).PatchAsync(new CloudPcProvisioningPolicy { ImageId = $"{Windows}-m365" }, cancellationToken: Cancel))!;
        Assert.Equal("Windows 11 Enterprise + Microsoft 365 Apps 24H2", imaged.ImageDisplayName);

        // As programs do: read, change, send all of it back.
        read.DisplayName = tenant.Name("renamed");
        read.LocalAdminEnabled = true;
        CloudPcProvisioningPolicy changed = (await One(door, made).PatchAsync(read, cancellationToken: Cancel))!;
        Assert.Equal((read.DisplayName, true, "What for"), (changed.DisplayName, changed.LocalAdminEnabled, changed.Description));
        CloudPcProvisioningPolicyCollectionResponse page = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies.GetAsync(
            request => (request.QueryParameters.Filter, request.QueryParameters.Select, request.QueryParameters.Count) = ($"displayName eq '{read.DisplayName}'", ["id", "displayName"], true),
            Cancel))!;
        Assert.Equal((made.Id, 1L), (Assert.Single(page.Value!).Id, page.OdataCount));
        Assert.True(await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies.Count.GetAsync(cancellationToken: Cancel) > 0);
        await One(door, made).DeleteAsync(cancellationToken: Cancel);
        Assert.Equal(404, (await Assert.ThrowsAsync<ODataError>(() => One(door, made).GetAsync(cancellationToken: Cancel))).ResponseStatusCode);
    }

    [Theory, EveryDoor]
    public async Task Assigning_a_group_brings_its_licensed_members_Cloud_PCs_and_the_users_are_told(Door door)
    {
        // C25, C147, C153, C157, B347
        Guid sku = await tenant.SeatsAsync(Enterprise, 2);
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, ada, bob), other = await tenant.GroupAsync(door);
        await tenant.Graph(door).AddAsync(ada.Id!, sku);
        CloudPcProvisioningPolicy policy = await MakeAsync(door);
        await AssignAsync(door, policy, Target(group), Target(other));

        CloudPcProvisioningPolicy read = (await One(door, policy).GetAsync(request => request.QueryParameters.Expand = ["assignments"], Cancel))!;
        Assert.Equal([$"{policy.Id}_{group.Id}", $"{policy.Id}_{other.Id}"], read.Assignments!.Select(one => one.Id));
        CloudPcManagementGroupAssignmentTarget target = Assert.IsType<CloudPcManagementGroupAssignmentTarget>(read.Assignments![0].Target);
        Assert.Equal((group.Id, null), (target.GroupId, target.ServicePlanId));
        CloudPcProvisioningPolicyAssignmentCollectionResponse listed = (await One(door, policy).Assignments.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(2, listed.Value!.Count);
        Assert.Equal(2, await One(door, policy).Assignments.Count.GetAsync(cancellationToken: Cancel));
        string id = $"{policy.Id}_{group.Id}";
        Assert.Equal(id, (await One(door, policy).Assignments[id].GetAsync(cancellationToken: Cancel))!.Id);

        UserCollectionResponse users = (await One(door, policy).Assignments[id].AssignedUsers.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(ada.Id, Assert.Single(users.Value!).Id);
        Assert.Equal(1, await One(door, policy).Assignments[id].AssignedUsers.Count.GetAsync(
            request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        CloudPC pc = Assert.Single((await tenant.Graph(door).Users[ada.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!);
        Assert.Equal((policy.Id, policy.DisplayName), (pc.ProvisioningPolicyId, pc.ProvisioningPolicyName));

        // C152: its new name shows at once.
        string name = tenant.Name("renamed");
        await One(door, policy).PatchAsync(new CloudPcProvisioningPolicy { DisplayName = name }, cancellationToken: Cancel);
        Assert.Equal(name, (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel))!.ProvisioningPolicyName);

        // C154.
        await One(door, policy).PatchAsync(new CloudPcProvisioningPolicy { EnableSingleSignOn = true }, cancellationToken: Cancel);
        await tenant.SendAsync(HttpMethod.Post, $"/beta/{Root}/{policy.Id}/apply", new { policySettings = "singleSignOn" });
        Assert.True((await tenant.SendAsync(HttpMethod.Get, $"/beta/deviceManagement/virtualEndpoint/cloudPCs/{pc.Id}")).GetProperty("connectionSetting").GetProperty("enableSingleSignOn").GetBoolean());
        await tenant.SendAsync(HttpMethod.Post, $"/beta/{Root}/{policy.Id}/applyConfig", new { policySettings = "region", cloudPcIds = new[] { pc.Id } });

        // C155, C251.
        ODataError used = await LicenseCalls.BadRequestAsync(
            "policyInUse",
            $"A provisioning policy that is in use cannot be deleted. It is assigned to {group.Id}, {other.Id}: assign it to nobody first, which puts its Cloud PCs into their grace period.",
            () => One(door, policy).DeleteAsync(cancellationToken: Cancel));
        Assert.Equal(400, used.ResponseStatusCode);
        await AssignAsync(door, policy);
        Assert.NotNull((await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel))!.GracePeriodEndDateTime);
        await One(door, policy).DeleteAsync(cancellationToken: Cancel);
    }

    [Fact]
    public async Task A_portals_bodies_are_understood()
    {
        // B344: captured payloads: without a type, with empty texts, with the id of before.
        CloudPcProvisioningPolicy policy = await MakeAsync(Door.Bearer);
        Group one = await tenant.GroupAsync(Door.Bearer), two = await tenant.GroupAsync(Door.Bearer);
        string path = $"/beta/{Root}/{policy.Id}/assign";
        await tenant.SendAsync(HttpMethod.Post, path, new { assignments = new[] { new { target = new { groupId = one.Id } } } });
        await tenant.SendAsync(HttpMethod.Post, path, new
        {
            assignments = new object[]
            {
                new { id = one.Id, target = new { groupId = one.Id, servicePlanId = "", allotmentDisplayName = "" } },
                new { target = new Dictionary<string, object?> { ["@odata.type"] = "microsoft.graph.cloudPcManagementGroupAssignmentTarget", ["groupId"] = two.Id, ["servicePlanId"] = null } },
            },
        });
        Assert.Equal([$"{policy.Id}_{one.Id}", $"{policy.Id}_{two.Id}"], await AssignmentIdsAsync(policy));
        await tenant.SendAsync(HttpMethod.Post, path, new { assignments = Array.Empty<object>() });
        Assert.Empty(await AssignmentIdsAsync(policy));
    }

    [Theory, EveryDoor]
    public async Task A_lost_update_of_assignments_is_told(Door door)
    {
        // B344
        CloudPcProvisioningPolicy policy = await MakeAsync(door);
        Group one = await tenant.GroupAsync(door), two = await tenant.GroupAsync(door);
        await AssignAsync(door, policy, Target(one));
        CloudPcProvisioningPolicyAssignment stale = Assert.Single((await One(door, policy).Assignments.GetAsync(cancellationToken: Cancel))!.Value!);
        await AssignAsync(door, policy, Target(two));
        ODataError error = await Assert.ThrowsAsync<ODataError>(() => One(door, policy).Assign.PostAsync(new AssignPostRequestBody { Assignments = [stale] }, cancellationToken: Cancel));
        Assert.Equal((409, "assignmentGone"), (error.ResponseStatusCode, error.Error!.InnerError!.AdditionalData["code"] as string));
        Assert.Equal([$"{policy.Id}_{two.Id}"], await AssignmentIdsAsync(policy));
    }

    [Theory, EveryDoor]
    public async Task Frontline_is_written_by_the_SDK_through_additional_data(Door door)
    {
        // C3, C77, C79, C80, C90, C222, protocol 1.4, 3.4
        await tenant.SeatsAsync(FrontlineSku, 900);
        CloudPcProvisioningPolicy policy = await MakeAsync(door, one =>
        {
            one.AdditionalData = new Dictionary<string, object> { ["provisioningType"] = "sharedByUser", ["scopeIds"] = new List<string> { "0" } };
        });
        Assert.Equal(door == Door.Beta ? null : CloudPcProvisioningType.Shared, policy.ProvisioningType);
        Group nurses = await tenant.GroupAsync(door);
        await RefusedAsync("servicePlanId", () => AssignAsync(door, policy, Target(nurses)));
        CloudPcManagementGroupAssignmentTarget target = new() { GroupId = nurses.Id, ServicePlanId = $"{SdkTenant.Plan(FrontlinePlan)}" };
        await RefusedAsync("allotmentDisplayName", () => AssignAsync(door, policy, target));
        target.AdditionalData = new Dictionary<string, object> { ["allotmentDisplayName"] = "Nurses", ["allotmentLicensesCount"] = 901 };
        await RefusedAsync("allotmentLicensesCount", () => AssignAsync(door, policy, target));
        target.AdditionalData["allotmentLicensesCount"] = 3;
        await AssignAsync(door, policy, target);
        CloudPcProvisioningPolicyAssignment kept = Assert.Single((await One(door, policy).Assignments.GetAsync(cancellationToken: Cancel))!.Value!);
        Assert.True(Guid.TryParse(kept.Id, out _));
        Assert.Equal($"{SdkTenant.Plan(FrontlinePlan)}", Assert.IsType<CloudPcManagementGroupAssignmentTarget>(kept.Target).ServicePlanId);

        JsonElement beta = (await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/{policy.Id}?$expand=assignments")).GetProperty("assignments")[0].GetProperty("target");
        Assert.Equal(("Nurses", 3), (beta.GetProperty("allotmentDisplayName").GetString(), beta.GetProperty("allotmentLicensesCount").GetInt32()));

        // A client that reads v1.0 and sends it back changes no type, whatever it could read.
        CloudPcProvisioningPolicy read = (await One(door, policy).GetAsync(cancellationToken: Cancel))!;
        read.Description = "again";
        await One(door, policy).PatchAsync(read, cancellationToken: Cancel);
        Assert.Equal("sharedByUser", (await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/{policy.Id}")).GetProperty("provisioningType").GetString());
        await RefusedAsync("provisioningType", () => One(door, policy).PatchAsync(new CloudPcProvisioningPolicy { ProvisioningType = CloudPcProvisioningType.Dedicated }, cancellationToken: Cancel));
        await AssignAsync(door, policy);
    }

    [Fact]
    public async Task What_came_later_is_shown_to_who_asks_for_it()
    {
        // Protocol 1.4
        JsonElement made = await tenant.SendAsync(HttpMethod.Post, $"/v1.0/{Root}", new
        {
            displayName = tenant.Name("reserve"), provisioningType = "reserve", imageId = Windows, domainJoinConfigurations = new[] { new { regionName = "westeurope", regionGroup = "netherlands" } },
        });
        Assert.Equal("unknownFutureValue", made.GetProperty("provisioningType").GetString());
        using HttpRequestMessage request = new(HttpMethod.Get, $"/v1.0/{Root}/{made.GetProperty("id").GetString()}");
        request.Headers.Add("Prefer", "include-unknown-enum-members");
        using HttpResponseMessage response = await tenant.Http.SendAsync(request, Cancel);
        Assert.Equal("include-unknown-enum-members", Assert.Single(response.Headers.GetValues("Preference-Applied")));
        JsonElement shown = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(("reserve", "netherlands"), (shown.GetProperty("provisioningType").GetString(), shown.GetProperty("domainJoinConfigurations")[0].GetProperty("regionGroup").GetString()));

        // What stood for the unknown is sent back and means what it stood for.
        JsonElement patched = await tenant.SendAsync(HttpMethod.Patch, $"/v1.0/{Root}/{made.GetProperty("id").GetString()}", new Dictionary<string, object>
        {
            ["provisioningType"] = "unknownFutureValue",
            ["domainJoinConfigurations"] = new[] { new { domainJoinType = "azureADJoin", regionName = "westeurope", regionGroup = "unknownFutureValue" } },
        });
        Assert.Equal("unknownFutureValue", patched.GetProperty("provisioningType").GetString());
        JsonElement beta = await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/{made.GetProperty("id").GetString()}");
        Assert.Equal(("reserve", "netherlands", "europe"), (
            beta.GetProperty("provisioningType").GetString(),
            beta.GetProperty("domainJoinConfigurations")[0].GetProperty("regionGroup").GetString(),
            beta.GetProperty("domainJoinConfigurations")[0].GetProperty("geographicLocationType").GetString()));
        Assert.NotEqual("", beta.GetProperty("createdBy").GetString());
    }

    [Theory, EveryDoor]
    public async Task What_a_policy_cannot_be_is_told(Door door)
    {
        // C137, C139, C142, C144, C206
        await RefusedAsync("displayName", () => MakeAsync(door, policy => policy.DisplayName = "a|b"));
        await RefusedAsync("imageId", () => MakeAsync(door, policy => policy.ImageId = "nothing"));
        await RefusedAsync("cloudPcNamingTemplate", () => MakeAsync(door, policy => policy.CloudPcNamingTemplate = "PC_%RAND:5%"));
        await RefusedAsync("regionName", () => MakeAsync(door, policy => policy.DomainJoinConfigurations = [new CloudPcDomainJoinConfiguration { RegionName = "westus" }]));
        await RefusedAsync("onPremisesConnectionId", () => MakeAsync(door, policy => policy.DomainJoinConfigurations =
            [new CloudPcDomainJoinConfiguration { DomainJoinType = CloudPcDomainJoinType.HybridAzureADJoin, RegionName = "eastus" }]));
        string missing = $"{Guid.NewGuid()}";
        foreach (Func<Task> call in (Func<Task>[])
            [
                () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[missing].GetAsync(cancellationToken: Cancel),
                () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[missing].DeleteAsync(cancellationToken: Cancel),
                () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[missing].PatchAsync(new CloudPcProvisioningPolicy { Description = "d" }, cancellationToken: Cancel),
                () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[missing].Assign.PostAsync(new AssignPostRequestBody { Assignments = [] }, cancellationToken: Cancel),
            ])
        {
            await LicenseCalls.RefusedAsync(
                404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{missing}' does not exist or one of its queried reference-property objects are not present.", call);
        }

        // A group of the body that is not there is named, not the policy.
        CloudPcProvisioningPolicy good = await MakeAsync(door);
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{missing}' does not exist or one of its queried reference-property objects are not present.",
            () => AssignAsync(door, good, new CloudPcManagementGroupAssignmentTarget { GroupId = missing }));
    }

    [Theory, EveryDoor]
    public async Task A_group_that_is_deleted_is_assigned_to_nothing(Door door)
    {
        // B345
        CloudPcProvisioningPolicy policy = await MakeAsync(door);
        Group gone = await tenant.GroupAsync(door), stays = await tenant.GroupAsync(door);
        await AssignAsync(door, policy, Target(gone), Target(stays));
        await tenant.Graph(door).Groups[gone.Id].DeleteAsync(cancellationToken: Cancel);
        Assert.Equal([$"{policy.Id}_{stays.Id}"], await AssignmentIdsAsync(policy));
    }

    [Fact]
    public async Task Only_who_may_change_Cloud_PCs_makes_a_policy()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/v1.0/{Root}") { Content = JsonContent.Create(new { displayName = "x" }) };
        request.Headers.Authorization = new("Bearer", await tenant.TokenWithAsync("CloudPC.Read.All"));
        using HttpClient plain = new(tenant.Berth.Handler()) { BaseAddress = tenant.Berth.Http };
        using HttpResponseMessage response = await plain.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static CloudPcManagementGroupAssignmentTarget Target(Group group) => new() { GroupId = group.Id };

    private static async Task RefusedAsync(string property, Func<Task> call)
    {
        ODataError error = await Assert.ThrowsAsync<ODataError>(call);
        Assert.Equal((400, "valueInvalid"), (error.ResponseStatusCode, error.Error!.InnerError!.AdditionalData["code"] as string));
        Assert.StartsWith($"Invalid value specified for property '{property}'", error.Message, StringComparison.Ordinal);
    }

    private CloudPcProvisioningPolicyItemRequestBuilder One(Door door, CloudPcProvisioningPolicy policy) =>
        tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[policy.Id];

    private async Task<CloudPcProvisioningPolicy> MakeAsync(Door door, Action<CloudPcProvisioningPolicy>? more = null)
    {
        CloudPcProvisioningPolicy policy = new()
        {
            DisplayName = tenant.Name("policy"),
            ImageType = CloudPcProvisioningPolicyImageType.Gallery,
            ImageId = Windows,
            DomainJoinConfigurations = [new CloudPcDomainJoinConfiguration { DomainJoinType = CloudPcDomainJoinType.AzureADJoin, RegionName = "eastus", RegionGroup = CloudPcRegionGroup.UsEast }],
        };
        more?.Invoke(policy);
        return (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies.PostAsync(policy, cancellationToken: Cancel))!;
    }

    private Task AssignAsync(Door door, CloudPcProvisioningPolicy policy, params CloudPcManagementGroupAssignmentTarget[] targets) =>
        One(door, policy).Assign.PostAsync(
            new AssignPostRequestBody { Assignments = [.. targets.Select(target => new CloudPcProvisioningPolicyAssignment { Target = target })] }, cancellationToken: Cancel);

    private async Task<string?[]> AssignmentIdsAsync(CloudPcProvisioningPolicy policy) =>
        [.. (await tenant.SendAsync(HttpMethod.Get, $"/v1.0/{Root}/{policy.Id}/assignments")).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetString())];
}
