using System.Text.Json;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies.Item.Assign;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Graph.Users.Item.AssignLicense;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Frontline by the SDK of v1.0: nobody is licensed; a policy and a group make the Cloud PCs (C74, C75, C113, B401, B404, protocol 3.4).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Frontline(SdkTenant tenant)
{
    private const string Cloud = "deviceManagement/virtualEndpoint/cloudPCs";
    private const string Sku = "Windows_365_S_8vCPU_32GB_512GB";
    private const string Plan = "CPC_S_8C_32GB_512GB";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_policy_of_dedicated_mode_gives_each_member_one_and_takes_it_back_after_grace(Door door)
    {
        await tenant.SeatsAsync(Sku, 20);
        User ada = await tenant.UserAsync(door);
        Group crew = await tenant.GroupAsync(door, ada);
        CloudPcProvisioningPolicy policy = await MakeAsync(door, "sharedByUser");
        await AssignAsync(door, policy, Target(crew, "Crew", 1));
        CloudPC made = Assert.Single((await tenant.Graph(door).Users[ada.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!);
        Assert.Equal(($"{SdkTenant.Plan(Plan)}", policy.Id, ada.UserPrincipalName), (made.ServicePlanId, made.ProvisioningPolicyId, made.UserPrincipalName));
        JsonElement shown = await tenant.SendAsync(HttpMethod.Get, $"/beta/{Cloud}/{made.Id}");
        Assert.Equal(("provisioned", "sharedByUser", "Crew", "frontline"), (Text(shown, "status"), Text(shown, "provisioningType"), Text(shown, "allotmentDisplayName"), Text(shown, "productType")));
        CloudPcProvisioningPolicyAssignment assignment = await AssignmentAsync(door, policy);
        Assert.Equal([ada.Id], (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[policy.Id].Assignments[assignment.Id].AssignedUsers.GetAsync(cancellationToken: Cancel))!.Value!.Select(user => user.Id));
        await AssignAsync(door, policy);
        shown = await tenant.SendAsync(HttpMethod.Get, $"/beta/{Cloud}/{made.Id}");
        Assert.Equal("inGracePeriod", Text(shown, "status"));
        Assert.NotNull(Text(shown, "gracePeriodEndDateTime"));
        await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs[made.Id].EndGracePeriod.PostAsync(cancellationToken: Cancel);
        Assert.Empty((await tenant.Graph(door).Users[ada.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!);
    }

    [Theory, EveryDoor]
    public async Task A_policy_of_shared_mode_has_a_Cloud_PC_for_each_license_and_none_when_it_is_taken_away(Door door)
    {
        await tenant.SeatsAsync(Sku, 20);
        User ada = await tenant.UserAsync(door);
        Group ward = await tenant.GroupAsync(door, ada);
        CloudPcProvisioningPolicy policy = await MakeAsync(door, "sharedByEntraGroup");
        await AssignAsync(door, policy, Target(ward, "Ward", 2));
        CloudPC[] pool = await OfAsync(door, policy);
        Assert.Equal(2, pool.Length);
        Assert.All(pool, one => Assert.Equal((null, $"{SdkTenant.Plan(Plan)}"), (one.UserPrincipalName, one.ServicePlanId)));
        Assert.All(pool, one => Assert.EndsWith(" - Ward", one.DisplayName, StringComparison.Ordinal));
        Assert.Empty((await tenant.Graph(door).Users[ada.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!);
        JsonElement shown = await tenant.SendAsync(HttpMethod.Get, $"/beta/{Cloud}/{pool[0].Id}");
        Assert.Equal(("provisioned", "sharedByEntraGroup", "Ward"), (Text(shown, "status"), Text(shown, "provisioningType"), Text(shown, "allotmentDisplayName")));

        // As portals do: the set as it was read, with another number.
        CloudPcProvisioningPolicyAssignment assignment = await AssignmentAsync(door, policy);
        CloudPcManagementGroupAssignmentTarget fewer = Target(ward, "Ward", 1);
        await PostAsync(door, policy, new CloudPcProvisioningPolicyAssignment { Id = assignment.Id, Target = fewer });
        Assert.Equal(pool[0].Id, Assert.Single(await OfAsync(door, policy)).Id);
        await AssignAsync(door, policy);
        Assert.Empty(await OfAsync(door, policy));
    }

    [Theory, EveryDoor]
    public async Task What_failed_in_a_pool_is_made_anew_by_one_request(Door door)
    {
        // B406; only beta has it.
        await tenant.SeatsAsync(Sku, 20);
        Group ward = await tenant.GroupAsync(door, await tenant.UserAsync(door));
        CloudPcProvisioningPolicy policy = await MakeAsync(door, "sharedByEntraGroup");
        await tenant.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { provision = 1 } });
        try
        {
            await AssignAsync(door, policy, Target(ward, "Ward", 2));
        }
        finally
        {
            await tenant.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { } });
        }

        foreach (string status in (string[])["failed", "provisioned"])
        {
            CloudPC[] pool = await OfAsync(door, policy);
            Assert.Equal(2, pool.Length);
            foreach (CloudPC one in pool)
            {
                Assert.Equal(status, Text(await tenant.SendAsync(HttpMethod.Get, $"/beta/{Cloud}/{one.Id}"), "status"));
            }

            await tenant.SendAsync(HttpMethod.Post, $"/beta/deviceManagement/virtualEndpoint/provisioningPolicies/{policy.Id}/retry");
        }

        await AssignAsync(door, policy);
    }

    [Theory, EveryDoor]
    public async Task A_pool_is_made_anew_by_one_request_and_by_a_schedule(Door door)
    {
        // B435, B437, B438, B439, C154; only beta has it.
        await tenant.SeatsAsync(Sku, 20);
        Group ward = await tenant.GroupAsync(door, await tenant.UserAsync(door));
        CloudPcProvisioningPolicy policy = await MakeAsync(door, "sharedByEntraGroup");
        string path = $"/beta/deviceManagement/virtualEndpoint/provisioningPolicies/{policy.Id}";
        await AssignAsync(door, policy, Target(ward, "Ward", 3));
        await tenant.SendAsync(HttpMethod.Post, $"{path}/apply", new { reservePercentage = 67 });
        JsonElement result = await tenant.SendAsync(HttpMethod.Get, $"{path}/retrievePolicyApplyActionResult");
        Assert.Equal("succeeded", Text(result, "status"));
        Assert.Equal(Text(result, "startDateTime"), Text(result, "finishDateTime"));
        foreach (CloudPC one in await OfAsync(door, policy))
        {
            JsonElement entries = (await tenant.SendAsync(HttpMethod.Get, $"/berth/v1/cloudPcs/{one.Id}/timeline")).GetProperty("value");
            JsonElement anew = Assert.Single(entries.EnumerateArray(), entry => Text(entry, "reason") == "policyReprovisioned");
            Assert.Contains($"all Cloud PCs of its policy are made anew (policy {policy.DisplayName})", Text(anew, "text"), StringComparison.Ordinal);
        }

        await tenant.SendAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { scheduledRule = new { reservePercentage = 50, cronScheduleExpression = "30 3 * * SUN" } });
        JsonElement schedule = await tenant.SendAsync(HttpMethod.Get, $"{path}/retrievePolicyApplySchedule");
        Assert.Equal(("30 3 * * SUN", "gmt", 50), (Text(schedule, "cronScheduleExpression"), Text(schedule, "timezone"), schedule.GetProperty("reservePercentage").GetInt32()));
        Assert.EndsWith(" 03:30:00", Text(schedule, "nextRunDateTime"), StringComparison.Ordinal);
        JsonElement pools = (await tenant.SendAsync(HttpMethod.Get, "/berth/v1/frontline")).GetProperty("reprovisions");
        JsonElement pool = Assert.Single(pools.EnumerateArray(), one => Text(one, "provisioningPolicyId") == policy.Id);
        Assert.Equal(("succeeded", 0, 0), (Text(pool, "status"), pool.GetProperty("waitingCount").GetInt32(), pool.GetProperty("inProgressCount").GetInt32()));
        await tenant.SendAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { cronScheduleExpression = (string?)null });
        Assert.Null(Text(await tenant.SendAsync(HttpMethod.Get, $"{path}/retrievePolicyApplySchedule"), "cronScheduleExpression"));
        await AssignAsync(door, policy);
    }

    [Fact]
    public async Task A_server_plays_shifts_through() // B464
    {
        JsonElement answer = await tenant.SendAsync(HttpMethod.Post, "/berth/v1/frontline/simulate", JsonDocument.Parse(Graph.ShiftSimulations.Small).RootElement);
        Assert.Equal((1, 0), (answer.GetProperty("smallest").GetInt32(), answer.GetProperty("checked").GetProperty("n").GetProperty("refusals").GetInt32()));
    }

    [Theory, EveryDoor]
    public async Task A_license_is_assigned_to_nobody_and_the_refusal_says_what_to_do_instead(Door door)
    {
        // C7
        await tenant.SeatsAsync(Sku, 20);
        User ada = await tenant.UserAsync(door);
        ODataError error = await Assert.ThrowsAsync<ODataError>(() => tenant.Graph(door).Users[ada.Id].AssignLicense.PostAsync(
            new AssignLicensePostRequestBody { AddLicenses = [new AssignedLicense { SkuId = SdkTenant.Sku(Sku).Id, DisabledPlans = [] }], RemoveLicenses = [] }, cancellationToken: Cancel));
        Assert.Equal((400, "skuNotAssignableToTarget"), (error.ResponseStatusCode, error.Error!.InnerError!.AdditionalData["code"] as string));
        Assert.Contains("provisioningPolicies/{id}/assign", error.Message, StringComparison.Ordinal);
    }

    private static CloudPcManagementGroupAssignmentTarget Target(Group group, string allotment, int licenses) => new()
    {
        GroupId = group.Id,
        ServicePlanId = $"{SdkTenant.Plan(Plan)}",
        AdditionalData = new Dictionary<string, object> { ["allotmentDisplayName"] = allotment, ["allotmentLicensesCount"] = licenses },
    };

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private async Task<CloudPcProvisioningPolicy> MakeAsync(Door door, string type) => (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies.PostAsync(
        new CloudPcProvisioningPolicy
        {
            DisplayName = tenant.Name("frontline"),
            ImageType = CloudPcProvisioningPolicyImageType.Gallery,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            DomainJoinConfigurations = [new CloudPcDomainJoinConfiguration { DomainJoinType = CloudPcDomainJoinType.AzureADJoin, RegionName = "eastus" }],
            AdditionalData = new Dictionary<string, object> { ["provisioningType"] = type },
        },
        cancellationToken: Cancel))!;

    private Task AssignAsync(Door door, CloudPcProvisioningPolicy policy, params CloudPcManagementGroupAssignmentTarget[] targets) =>
        PostAsync(door, policy, [.. targets.Select(target => new CloudPcProvisioningPolicyAssignment { Target = target })]);

    private Task PostAsync(Door door, CloudPcProvisioningPolicy policy, params CloudPcProvisioningPolicyAssignment[] assignments) =>
        tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[policy.Id].Assign.PostAsync(
            new AssignPostRequestBody { Assignments = [.. assignments] }, cancellationToken: Cancel);

    private async Task<CloudPcProvisioningPolicyAssignment> AssignmentAsync(Door door, CloudPcProvisioningPolicy policy) =>
        Assert.Single((await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[policy.Id].Assignments.GetAsync(cancellationToken: Cancel))!.Value!);

    private async Task<CloudPC[]> OfAsync(Door door, CloudPcProvisioningPolicy policy) =>
    [
        .. (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.CloudPCs.GetAsync(
            request => request.QueryParameters.Filter = $"provisioningPolicyId eq '{policy.Id}'", Cancel))!.Value!,
    ];
}
