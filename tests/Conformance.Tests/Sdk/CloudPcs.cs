using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.Rename;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.Reprovision;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.Resize;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.Restore;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.UserSettings.Item.Assign;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Graph.Users.Item.AssignLicense;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Cloud PCs by the SDK of v1.0, and by plain requests where only beta has something (C254, C256).</summary>
[Collection(nameof(SdkTenant))]
public sealed class CloudPcs(SdkTenant tenant)
{
    private const string Business = "CPC_B_2C_8RAM_128GB";
    private const string Root = "deviceManagement/virtualEndpoint";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_license_brings_a_Cloud_PC_and_the_SDK_sees_it(Door door)
    {
        (User user, CloudPC pc) = await MadeAsync(door);
        Assert.Equal((user.UserPrincipalName, "Cloud PC Business 2vCPU/8GB/128GB", CloudPcProvisioningType.Dedicated), (pc.UserPrincipalName, pc.ServicePlanName, pc.ProvisioningType));
        Assert.NotNull(pc.ManagedDeviceName);

        VirtualEndpointRequestBuilder endpoint = tenant.Graph(door).DeviceManagement.VirtualEndpoint;
        CloudPC same = (await endpoint.CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal((pc.DisplayName, pc.ManagedDeviceId), (same.DisplayName, same.ManagedDeviceId));
        CloudPCCollectionResponse found = (await endpoint.CloudPCs.GetAsync(
            request => (request.QueryParameters.Filter, request.QueryParameters.Select) = ($"userPrincipalName eq '{user.UserPrincipalName}'", ["id"]), Cancel))!;
        Assert.Equal(pc.Id, Assert.Single(found.Value!).Id);
        Assert.True(await endpoint.CloudPCs.Count.GetAsync(cancellationToken: Cancel) > 0);
        Assert.Equal(1, await tenant.Graph(door).Users[user.Id].CloudPCs.Count.GetAsync(cancellationToken: Cancel));
        Assert.Equal(pc.Id, (await tenant.Graph(door).Users[user.Id].CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel))!.Id);

        CloudPcLaunchDetail launch = (await endpoint.CloudPCs[pc.Id].RetrieveCloudPcLaunchDetail.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal((pc.Id, true), (launch.CloudPcId, launch.Windows365SwitchCompatible));
        Assert.Equal(launch.CloudPcLaunchUrl, (await tenant.Graph(door).Users[user.Id].CloudPCs[pc.Id].RetrieveCloudPcLaunchDetail.GetAsync(cancellationToken: Cancel))!.CloudPcLaunchUrl);
    }

    /// <summary>B278, B279, B362.</summary>
    [Theory, EveryDoor]
    public async Task What_an_administrator_asks_for_happens(Door door)
    {
        (_, CloudPC pc) = await MadeAsync(door);
        Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.CloudPCItemRequestBuilder one = tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id];
        await one.Rename.PostAsync(new RenamePostRequestBody { DisplayName = "Ada's own" }, cancellationToken: Cancel);
        Assert.Equal("Ada's own", (await one.GetAsync(cancellationToken: Cancel))!.DisplayName);
        await one.Reboot.PostAsync(cancellationToken: Cancel);
        await one.Troubleshoot.PostAsync(cancellationToken: Cancel);
        await one.Reprovision.PostAsync(
            new ReprovisionPostRequestBody { UserAccountType = CloudPcUserAccountType.Administrator, OsVersion = CloudPcOperatingSystem.Windows11 }, cancellationToken: Cancel);
        Assert.Equal("administrator", (await BetaAsync(pc, "?$select=userAccountType")).GetProperty("userAccountType").GetString());
        await tenant.SendAsync(HttpMethod.Post, $"/beta/{Root}/cloudPCs/{pc.Id}/changeUserAccountType", new { userAccountType = "standardUser" });
        Assert.Equal("standardUser", (await BetaAsync(pc, "?$select=userAccountType")).GetProperty("userAccountType").GetString());

        await tenant.SendAsync(HttpMethod.Post, $"/beta/{Root}/cloudPCs/{pc.Id}/createSnapshot");
        JsonElement point = Assert.Single((await BetaAsync(pc, "/retrieveSnapshots")).GetProperty("value").EnumerateArray(), row => row.GetProperty("snapshotType").GetString() == "manual");
        string id = point.GetProperty("id").GetString()!;
        Assert.Equal(pc.Id, (await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/snapshots/{id}")).GetProperty("cloudPcId").GetString());
        Assert.NotEmpty((await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/snapshots")).GetProperty("value").EnumerateArray());
        await one.Restore.PostAsync(new RestorePostRequestBody { CloudPcSnapshotId = id }, cancellationToken: Cancel);

        string[] done = [.. (await BetaAsync(pc, "/retrieveCloudPcRemoteActionResults")).GetProperty("value").EnumerateArray().Select(row => $"{row.GetProperty("actionName")} {row.GetProperty("actionState")}")];
        Assert.Equal(["Restore done", "CreateSnapshot done", "Reprovision done", "Troubleshoot done", "Reboot done"], done);
        Assert.NotEmpty((await BetaAsync(pc, "/getSupportedCloudPcRemoteActions")).GetProperty("value").EnumerateArray());
        Assert.Equal("provisioned", (await BetaAsync(pc, "")).GetProperty("status").GetString());
    }

    /// <summary>C36, C37, C40, C42, B267, B268, B281.</summary>
    [Theory, EveryDoor]
    public async Task A_lost_license_begins_a_grace_period_that_somebody_can_end(Door door)
    {
        (User user, CloudPC pc) = await MadeAsync(door);
        await LicenseAsync(door, user, add: false);
        CloudPC grace = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(TimeSpan.FromDays(7), grace.GracePeriodEndDateTime!.Value - grace.LastModifiedDateTime!.Value);
        await LicenseAsync(door, user, add: true);
        Assert.Null((await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel))!.GracePeriodEndDateTime);

        await LicenseAsync(door, user, add: false);
        await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id].EndGracePeriod.PostAsync(cancellationToken: Cancel);
        ODataError gone = await Assert.ThrowsAsync<ODataError>(() => tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id].GetAsync(cancellationToken: Cancel));
        Assert.Equal(404, gone.ResponseStatusCode);

        JsonElement[] story = [.. (await tenant.SendAsync(HttpMethod.Get, $"/berth/v1/cloudPcs/{pc.Id}/timeline")).GetProperty("value").EnumerateArray()];
        Assert.Equal("gone", story[0].GetProperty("status").GetString());
        Assert.Equal(["inGracePeriod", "provisioned", "inGracePeriod"], story.Select(step => step.GetProperty("status").GetString()).Where(status => status is "inGracePeriod" or "provisioned").Take(3));
        JsonElement lost = story.First(step => step.GetProperty("reason").GetString() == "licenseLost");
        Assert.Contains("In grace since", lost.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("changed the user's licenses.", lost.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("application", lost.GetProperty("by").GetProperty("kind").GetString());

        List<string?> paged = [];
        string? next = $"/berth/v1/cloudPcs/{pc.Id}/timeline?$top=1";
        while (next is not null)
        {
            JsonElement page = await tenant.Http.GetFromJsonAsync<JsonElement>(next, Cancel);
            paged.AddRange(page.GetProperty("value").EnumerateArray().Select(step => step.GetProperty("text").GetString()));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? new Uri(link.GetString()!).PathAndQuery : null;
        }

        Assert.Equal(story.Select(step => step.GetProperty("text").GetString()), paged);
    }

    [Theory, EveryDoor]
    public async Task The_same_is_done_under_the_path_of_the_user(Door door)
    {
        (User user, CloudPC pc) = await MadeAsync(door);
        Microsoft.Graph.Users.Item.CloudPCs.Item.CloudPCItemRequestBuilder one = tenant.Graph(door).Users[user.Id].CloudPCs[pc.Id];
        await one.Rename.PostAsync(new Microsoft.Graph.Users.Item.CloudPCs.Item.Rename.RenamePostRequestBody { DisplayName = "Mine" }, cancellationToken: Cancel);
        await one.Reboot.PostAsync(cancellationToken: Cancel);
        await one.Troubleshoot.PostAsync(cancellationToken: Cancel);
        await tenant.SendAsync(HttpMethod.Post, $"/{VersionOf(door)}/users/{user.Id}/cloudPCs/{pc.Id}/reprovision");
        await tenant.SendAsync(HttpMethod.Post, $"/beta/{Root}/cloudPCs/{pc.Id}/createSnapshot");
        string id = (await BetaAsync(pc, "/retrieveSnapshots")).GetProperty("value")[0].GetProperty("id").GetString()!;
        await one.Restore.PostAsync(new Microsoft.Graph.Users.Item.CloudPCs.Item.Restore.RestorePostRequestBody { CloudPcSnapshotId = id }, cancellationToken: Cancel);
        await LicenseAsync(door, user, add: false);
        await one.EndGracePeriod.PostAsync(cancellationToken: Cancel);
        Assert.Empty((await tenant.Graph(door).Users[user.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!);
    }

    [Theory, EveryDoor]
    public async Task What_cannot_be_done_is_told(Door door)
    {
        (User user, CloudPC pc) = await MadeAsync(door);
        Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.CloudPCItemRequestBuilder one = tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id];
        await RefusedAsync(409, "operationConflict", () => one.EndGracePeriod.PostAsync(cancellationToken: Cancel));
        await RefusedAsync(404, "resourceNotFound", () => one.Restore.PostAsync(new RestorePostRequestBody { CloudPcSnapshotId = $"{Guid.NewGuid()}" }, cancellationToken: Cancel));
        await RefusedAsync(400, "operationNotSupported", () => one.Resize.PostAsync(new ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_E_4C_16GB_256GB")}" }, cancellationToken: Cancel));
        await RefusedAsync(400, "valueInvalid", () => one.Rename.PostAsync(new RenamePostRequestBody { DisplayName = new string('x', 65) }, cancellationToken: Cancel));
        await RefusedAsync(404, "resourceNotFound", () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[$"{Guid.NewGuid()}"].Reboot.PostAsync(cancellationToken: Cancel));
        await RefusedAsync(405, "methodNotAllowed", () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs.PostAsync(new CloudPC(), cancellationToken: Cancel));
        await RefusedAsync(405, "methodNotAllowed", () => one.DeleteAsync(cancellationToken: Cancel));
        await LicenseAsync(door, user, add: false);
        await RefusedAsync(409, "operationConflict", () => one.Reprovision.PostAsync(new ReprovisionPostRequestBody(), cancellationToken: Cancel));
    }

    /// <summary>C60, C61, C63, C71, B275, B277.</summary>
    [Theory, EveryDoor]
    public async Task A_Cloud_PC_gets_another_size_with_its_license(Door door)
    {
        (User user, CloudPC pc) = await WithPolicyAsync(door);
        Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.CloudPCItemRequestBuilder one = tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[pc.Id];
        await RefusedAsync(400, "noLicenseForSize", () => one.Resize.PostAsync(new ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_E_8C_32GB_512GB")}" }, cancellationToken: Cancel));

        await one.Resize.PostAsync(new ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_2")}" }, cancellationToken: Cancel);
        CloudPC bigger = (await one.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(("Cloud PC Enterprise 2vCPU/8GB/128GB", pc.ManagedDeviceName), (bigger.ServicePlanName, bigger.ManagedDeviceName));
        Assert.Equal([SdkTenant.Sku("CPC_E_2C_8GB_128GB").Id], (await tenant.LicensesOfAsync(door, user.Id!)).AssignedLicenses!.Select(license => license.SkuId!.Value));

        await tenant.Graph(door).Users[user.Id].CloudPCs[pc.Id].Resize.PostAsync(
            new Microsoft.Graph.Users.Item.CloudPCs.Item.Resize.ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_1")}" }, cancellationToken: Cancel);
        Assert.Equal("Cloud PC Enterprise 2vCPU/4GB/128GB", (await one.GetAsync(cancellationToken: Cancel))!.ServicePlanName);

        await LicenseAsync(door, user, add: true, "CPC_E_2C_8GB_128GB");
        await RefusedAsync(400, "targetLicenseHasAssigned", () => one.Resize.PostAsync(new ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_2")}" }, cancellationToken: Cancel));
    }

    /// <summary>B364.</summary>
    [Fact]
    public async Task Many_are_restarted_at_once_and_each_by_itself()
    {
        (_, CloudPC one) = await MadeAsync(Door.Bearer);
        (_, CloudPC other) = await MadeAsync(Door.Bearer);
        JsonElement bulk = await tenant.SendAsync(HttpMethod.Post, $"/beta/{Root}/bulkActions", new Dictionary<string, object>
        {
            ["@odata.type"] = "#microsoft.graph.cloudPcBulkRestart",
            ["displayName"] = "Tuesday",
            ["cloudPcIds"] = new[] { one.Id, other.Id, $"{Guid.NewGuid()}" },
        });
        string id = bulk.GetProperty("id").GetString()!;
        JsonElement read = await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/bulkActions/{id}");
        Assert.Equal(("#microsoft.graph.cloudPcBulkRestart", "failed"), (read.GetProperty("@odata.type").GetString(), read.GetProperty("status").GetString()));
        JsonElement summary = read.GetProperty("actionSummary");
        Assert.Equal((2, 1, 0), (summary.GetProperty("successfulCount").GetInt32(), summary.GetProperty("failedCount").GetInt32(), summary.GetProperty("pendingCount").GetInt32()));
        Assert.Contains(id, (await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/bulkActions")).GetProperty("value").EnumerateArray().Select(row => row.GetProperty("id").GetString()));

        (string Type, string More)[] others =
        [
            ("cloudPcBulkReprovision", "\"userAccountType\":\"administrator\""),
            ("cloudPcBulkRestore", $"\"restorePointDateTime\":\"{DateTimeOffset.UtcNow:O}\",\"timeRange\":\"beforeOrAfter\""),
            ("cloudPcBulkTroubleshoot", "\"scheduledDuringMaintenanceWindow\":false"),
            ("cloudPcBulkCreateSnapshot", "\"scheduledDuringMaintenanceWindow\":false"),
            ("cloudPcBulkResize", $"\"targetServicePlanId\":\"{SdkTenant.Plan("CPC_1")}\""),
        ];
        foreach ((string type, string more) in others)
        {
            JsonElement begun = await tenant.SendAsync(
                HttpMethod.Post, $"/beta/{Root}/bulkActions", JsonDocument.Parse($$"""{"@odata.type":"#microsoft.graph.{{type}}","displayName":"x","cloudPcIds":["{{one.Id}}"],{{more}}}""").RootElement);
            Assert.Equal(type == "cloudPcBulkResize" ? 1 : 0, begun.GetProperty("actionSummary").GetProperty("notSupportedCount").GetInt32());
        }
    }

    [Fact]
    public async Task Beta_answers_what_only_beta_is_asked()
    {
        (User user, CloudPC pc) = await MadeAsync(Door.Beta);
        Group group = await tenant.GroupAsync(Door.Beta, user);
        Assert.Equal(pc.Id, (await BetaAsync(pc, "/getCloudPcLaunchInfo")).GetProperty("cloudPcId").GetString());
        Assert.Equal(pc.Id, (await tenant.SendAsync(HttpMethod.Get, $"/beta/users/{user.Id}/cloudPCs/{pc.Id}/getCloudPcLaunchInfo")).GetProperty("cloudPcId").GetString());
        Assert.Contains("provisioned", (await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/cloudPCs/retrieveCloudPcCountByStatus")).GetProperty("value").EnumerateArray()
            .Select(row => row.GetProperty("status").GetString()));
        JsonElement made = await tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/cloudPCs/getProvisionedCloudPCs(groupId='{group.Id}',servicePlanId='{pc.ServicePlanId}')");
        Assert.Equal(pc.Id, Assert.Single(made.GetProperty("value").EnumerateArray()).GetProperty("id").GetString());
        JsonElement checks = await tenant.SendAsync(
            HttpMethod.Post, $"/beta/{Root}/cloudPCs/validateBulkResize", new { cloudPcIds = new[] { pc.Id }, targetServicePlanId = SdkTenant.Plan("CPC_1") });
        Assert.Equal("operationNotSupported", checks.GetProperty("value")[0].GetProperty("validationResult").GetString());
    }

    /// <summary>C27, B361.</summary>
    [Theory, EveryDoor]
    public async Task User_settings_are_made_changed_assigned_and_deleted(Door door)
    {
        VirtualEndpointRequestBuilder endpoint = tenant.Graph(door).DeviceManagement.VirtualEndpoint;
        Group group = await tenant.GroupAsync(door);
        CloudPcUserSetting made = (await endpoint.UserSettings.PostAsync(
            new CloudPcUserSetting
            {
                DisplayName = "Developers",
                LocalAdminEnabled = true,
                ResetEnabled = false,
                RestorePointSetting = new CloudPcRestorePointSetting { FrequencyType = CloudPcRestorePointFrequencyType.SixHours, UserRestoreEnabled = true },
            },
            cancellationToken: Cancel))!;
        Assert.Equal(("Developers", true, CloudPcRestorePointFrequencyType.SixHours), (made.DisplayName, made.LocalAdminEnabled, made.RestorePointSetting!.FrequencyType));

        CloudPcUserSetting changed = (await endpoint.UserSettings[made.Id].PatchAsync(new CloudPcUserSetting { ResetEnabled = true }, cancellationToken: Cancel))!;
        Assert.Equal((true, true, "Developers"), (changed.ResetEnabled, changed.LocalAdminEnabled, changed.DisplayName));
        await endpoint.UserSettings[made.Id].Assign.PostAsync(
            new AssignPostRequestBody { Assignments = [new CloudPcUserSettingAssignment { Target = new CloudPcManagementGroupAssignmentTarget { GroupId = group.Id } }] }, cancellationToken: Cancel);

        CloudPcUserSettingAssignment assignment = Assert.Single((await endpoint.UserSettings[made.Id].Assignments.GetAsync(cancellationToken: Cancel))!.Value!);
        Assert.Equal(group.Id, Assert.IsType<CloudPcManagementGroupAssignmentTarget>(assignment.Target, exactMatch: true).GroupId);
        Assert.Equal(assignment.Id, (await endpoint.UserSettings[made.Id].Assignments[assignment.Id].GetAsync(cancellationToken: Cancel))!.Id);
        CloudPcUserSetting read = (await endpoint.UserSettings[made.Id].GetAsync(request => request.QueryParameters.Expand = ["assignments"], Cancel))!;
        Assert.Equal(assignment.Id, Assert.Single(read.Assignments!).Id);
        Assert.Contains(made.Id, (await endpoint.UserSettings.GetAsync(request => request.QueryParameters.Top = 999, Cancel))!.Value!.Select(one => one.Id));
        Assert.True(await endpoint.UserSettings.Count.GetAsync(cancellationToken: Cancel) > 0);
        Assert.Equal(1, await endpoint.UserSettings[made.Id].Assignments.Count.GetAsync(cancellationToken: Cancel));

        string nobody = $"{Guid.NewGuid()}";
        await RefusedAsync(404, "resourceNotFound", () => endpoint.UserSettings[made.Id].Assign.PostAsync(
            new AssignPostRequestBody { Assignments = [new CloudPcUserSettingAssignment { Target = new CloudPcManagementGroupAssignmentTarget { GroupId = nobody } }] }, cancellationToken: Cancel));
        await endpoint.UserSettings[made.Id].DeleteAsync(cancellationToken: Cancel);
        await RefusedAsync(404, "resourceNotFound", () => endpoint.UserSettings[made.Id].DeleteAsync(cancellationToken: Cancel));
    }

    /// <summary>C158, B366.</summary>
    [Theory, EveryDoor]
    public async Task Activities_of_administrators_are_audit_events(Door door)
    {
        (_, CloudPC pc) = await MadeAsync(door);
        VirtualEndpointRequestBuilder endpoint = tenant.Graph(door).DeviceManagement.VirtualEndpoint;
        await endpoint.CloudPCs[pc.Id].Rename.PostAsync(new RenamePostRequestBody { DisplayName = "Audited" }, cancellationToken: Cancel);
        CloudPcAuditEventCollectionResponse page = (await endpoint.AuditEvents.GetAsync(request => request.QueryParameters.Filter = "activityType eq 'Rename CloudPC'", Cancel))!;
        CloudPcAuditEvent found = page.Value!.First(one => one.Resources!.Any(resource => resource.ResourceId == pc.Id));
        Assert.Equal(
            (CloudPcAuditActivityOperationType.Patch, CloudPcAuditActivityResult.Success, CloudPcAuditCategory.CloudPC, "CloudPC"),
            (found.ActivityOperationType, found.ActivityResult, found.Category, found.ComponentName));
        Assert.Equal(Process.BerthProcess.DemoClient, found.Actor!.ApplicationId);
        Assert.Equal(found.ActivityDateTime, (await endpoint.AuditEvents[found.Id].GetAsync(cancellationToken: Cancel))!.ActivityDateTime);
        await RefusedAsync(404, "resourceNotFound", () => endpoint.AuditEvents[$"{Guid.NewGuid()}"].GetAsync(cancellationToken: Cancel));
        Assert.Superset(
            new HashSet<string> { "Rename CloudPC", "Provision CloudPC", "Deprovision CloudPC", "SetReviewStatus CloudPC", "Update OrganizationSettings" },
            (await endpoint.AuditEvents.GetAuditActivityTypes.GetAsGetAuditActivityTypesGetResponseAsync(cancellationToken: Cancel))!.Value!.ToHashSet());
    }

    private static string VersionOf(Door door) => door == Door.Beta ? "beta" : "v1.0";

    private static async Task RefusedAsync(int status, string innerCode, Func<Task> call)
    {
        ODataError error = await Assert.ThrowsAsync<ODataError>(call);
        Assert.Equal((status, innerCode), (error.ResponseStatusCode, (string?)error.Error!.InnerError!.AdditionalData["code"]));
    }

    private Task<JsonElement> BetaAsync(CloudPC pc, string more) => tenant.SendAsync(HttpMethod.Get, $"/beta/{Root}/cloudPCs/{pc.Id}{more}");

    private async Task<(User User, CloudPC CloudPc)> MadeAsync(Door door)
    {
        // Whoever is in the grace period still takes a license (C45).
        await tenant.SeatsAsync(Business, 100);
        User user = await tenant.UserAsync(door);
        await LicenseAsync(door, user, add: true);
        return (user, Assert.Single((await tenant.Graph(door).Users[user.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!));
    }

    // An Enterprise Cloud PC needs a policy, too (C9).
    private async Task<(User User, CloudPC CloudPc)> WithPolicyAsync(Door door)
    {
        await tenant.SeatsAsync("CPC_E_2C_4GB_128GB", 20);
        await tenant.SeatsAsync("CPC_E_2C_8GB_128GB", 20);
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        VirtualEndpointRequestBuilder endpoint = tenant.Graph(door).DeviceManagement.VirtualEndpoint;
        CloudPcProvisioningPolicy policy = (await endpoint.ProvisioningPolicies.PostAsync(
            new CloudPcProvisioningPolicy
            {
                DisplayName = tenant.Name("policy"),
                Description = "For a test",
                ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
                ImageDisplayName = "Windows 11 Enterprise 24H2",
                ImageType = CloudPcProvisioningPolicyImageType.Gallery,
                DomainJoinConfigurations = [new CloudPcDomainJoinConfiguration { DomainJoinType = CloudPcDomainJoinType.AzureADJoin, RegionName = "automatic" }],
            },
            cancellationToken: Cancel))!;
        await endpoint.ProvisioningPolicies[policy.Id].Assign.PostAsync(
            new Microsoft.Graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies.Item.Assign.AssignPostRequestBody
            {
                Assignments = [new CloudPcProvisioningPolicyAssignment { Target = new CloudPcManagementGroupAssignmentTarget { GroupId = group.Id } }],
            },
            cancellationToken: Cancel);
        await LicenseAsync(door, user, add: true, "CPC_E_2C_4GB_128GB");
        return (user, Assert.Single((await tenant.Graph(door).Users[user.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!));
    }

    private Task<User?> LicenseAsync(Door door, User user, bool add, string partNumber = Business)
    {
        Guid sku = SdkTenant.Sku(partNumber).Id;
        return tenant.Graph(door).Users[user.Id].AssignLicense.PostAsync(
            new AssignLicensePostRequestBody { AddLicenses = add ? [new AssignedLicense { SkuId = sku, DisabledPlans = [] }] : [], RemoveLicenses = add ? [] : [sku] }, cancellationToken: Cancel);
    }
}
