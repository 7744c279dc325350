using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Microsoft.Graph;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.CloudPCs.Item.Resize;
using Microsoft.Graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies.Item.Assign;
using Microsoft.Graph.Groups.Item.AssignLicense;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Another size for licenses of groups, driven by the typed SDK while the clock moves: 48 hours for the administrator to move the people (C64 to C68, C73).</summary>
public sealed class GroupResize : OwnDemo
{
    private const string Small = "CPC_E_2C_4GB_128GB";
    private const string Large = "CPC_E_2C_8GB_128GB";

    private GraphServiceClient _graph = null!;

    protected override async Task PrepareAsync()
    {
        HttpClient wire = GraphClientFactory.Create(
            new GraphClientOptions { GraphServiceLibraryClientVersion = typeof(GraphServiceClient).Assembly.GetName().Version!.ToString(3) },
            finalHandler: new Observer(Server.Handler()));
        _graph = new GraphServiceClient(wire, SdkTenant.Bearer(await Server.TokenAsync()), new Uri(Server.Http!, "v1.0").ToString());
        await SendAsync("/berth/v1/clock", new { mode = "frozen" });
        await SendAsync("/berth/v1/subscriptions", new { skuPartNumber = Small, units = 10 });
        await SendAsync("/berth/v1/subscriptions", new { skuPartNumber = Large, units = 10 });
    }

    public override async ValueTask DisposeAsync()
    {
        _graph.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Who_is_moved_in_time_gets_the_other_size_and_who_is_forgotten_keeps_theirs_or_falls_into_grace()
    {
        // C73: licenses come by other groups than the policy.
        User[] people = [await UserAsync("moved"), await UserAsync("forgotten"), await UserAsync("dropped")];
        Group covered = await GroupAsync("Covered", people), small = await GroupAsync("Small", people), large = await GroupAsync("Large");
        await PolicyAsync(covered);
        await LicenseAsync(small, Small);
        await LicenseAsync(large, Large);
        string[] pcs = [.. await Task.WhenAll(people.Select(async user => Assert.Single((await _graph.Users[user.Id].CloudPCs.GetAsync(cancellationToken: Cancel))!.Value!).Id!))];
        foreach (string pc in pcs)
        {
            await _graph.DeviceManagement.VirtualEndpoint.CloudPCs[pc].Resize.PostAsync(
                new ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_2")}" }, cancellationToken: Cancel);
        }

        Assert.Equal(["resizePendingLicense", "resizePendingLicense", "resizePendingLicense"], await StatusesAsync());

        // C65: it begins when the one license is gone and the other is there, in any order.
        await AdvanceAsync("PT47H");
        await JoinAsync(large, people[0]);
        Assert.Equal("resizePendingLicense", (await StatusesAsync())[0]);
        await LeaveAsync(small, people[0]);
        await LeaveAsync(small, people[2]);
        Assert.Equal(["provisioned", "resizePendingLicense", "resizePendingLicense"], await StatusesAsync());
        CloudPC moved = (await _graph.DeviceManagement.VirtualEndpoint.CloudPCs[pcs[0]].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal("Cloud PC Enterprise 2vCPU/8GB/128GB", moved.ServicePlanName);

        // C66, C67: 48 hours are over.
        await AdvanceAsync("PT1H");
        Assert.Equal(["provisioned", "provisioned", "inGracePeriod"], await StatusesAsync());
        CloudPC forgotten = (await _graph.DeviceManagement.VirtualEndpoint.CloudPCs[pcs[1]].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal("Cloud PC Enterprise 2vCPU/4GB/128GB", forgotten.ServicePlanName);
        CloudPC dropped = (await _graph.DeviceManagement.VirtualEndpoint.CloudPCs[pcs[2]].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(TimeSpan.FromDays(7), dropped.GracePeriodEndDateTime - await NowAsync());

        // A license of the old size ends the grace; the forgotten one can be asked for again.
        await JoinAsync(small, people[2]);
        Assert.Equal(["provisioned", "provisioned", "provisioned"], await StatusesAsync());
        await _graph.DeviceManagement.VirtualEndpoint.CloudPCs[pcs[1]].Resize.PostAsync(
            new ResizePostRequestBody { TargetServicePlanId = $"{SdkTenant.Plan("CPC_2")}" }, cancellationToken: Cancel);
        await LeaveAsync(small, people[1]);
        await JoinAsync(large, people[1]);
        Assert.Equal(["provisioned", "provisioned", "provisioned"], await StatusesAsync());
        Assert.Equal(
            "Cloud PC Enterprise 2vCPU/8GB/128GB", (await _graph.DeviceManagement.VirtualEndpoint.CloudPCs[pcs[1]].GetAsync(cancellationToken: Cancel))!.ServicePlanName);

        // B377: the story names the group that gave the license.
        await LeaveAsync(small, people[2]);
        JsonElement told = (await Http.GetFromJsonAsync<JsonElement>(new Uri($"/berth/v1/cloudPcs/{pcs[2]}/timeline", UriKind.Relative), Cancel)).GetProperty("value")[0];
        Assert.Equal(("licenseLost", "group", small.DisplayName), (
            told.GetProperty("reason").GetString(), told.GetProperty("about").GetProperty("type").GetString(), told.GetProperty("about").GetProperty("displayName").GetString()));

        async Task<string[]> StatusesAsync()
        {
            List<string> statuses = [];
            foreach (string pc in pcs)
            {
                statuses.Add((await Http.GetFromJsonAsync<JsonElement>(new Uri($"/beta/deviceManagement/virtualEndpoint/cloudPCs/{pc}?$select=status", UriKind.Relative), Cancel)).GetProperty("status").GetString()!);
            }

            return [.. statuses];
        }
    }

    private async Task<User> UserAsync(string name) => (await _graph.Users.PostAsync(
        new User
        {
            AccountEnabled = true,
            DisplayName = name,
            MailNickname = name,
            UserPrincipalName = $"{name}@contoso.example",
            UsageLocation = "US",
            PasswordProfile = new PasswordProfile { Password = "never-used-1A", ForceChangePasswordNextSignIn = true },
        },
        cancellationToken: Cancel))!;

    private async Task<Group> GroupAsync(string name, params User[] members)
    {
        Group group = (await _graph.Groups.PostAsync(
            new Group { DisplayName = name, MailEnabled = false, MailNickname = name, SecurityEnabled = true }, cancellationToken: Cancel))!;
        foreach (User member in members)
        {
            await JoinAsync(group, member);
        }

        return group;
    }

    private Task JoinAsync(Group group, User user) => _graph.Groups[group.Id].Members.Ref.PostAsync(
        new ReferenceCreate { OdataId = $"https://graph.microsoft.com/v1.0/directoryObjects/{user.Id}" }, cancellationToken: Cancel);

    private Task LeaveAsync(Group group, User user) => _graph.Groups[group.Id].Members[user.Id].Ref.DeleteAsync(cancellationToken: Cancel);

    private Task<Group?> LicenseAsync(Group group, string partNumber) => _graph.Groups[group.Id].AssignLicense.PostAsync(
        new AssignLicensePostRequestBody { AddLicenses = [new AssignedLicense { SkuId = SdkTenant.Sku(partNumber).Id, DisabledPlans = [] }], RemoveLicenses = [] }, cancellationToken: Cancel);

    private async Task PolicyAsync(Group covered)
    {
        CloudPcProvisioningPolicy policy = (await _graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies.PostAsync(
            new CloudPcProvisioningPolicy
            {
                DisplayName = "Everybody",
                Description = "For a test",
                ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
                ImageDisplayName = "Windows 11 Enterprise 24H2",
                ImageType = CloudPcProvisioningPolicyImageType.Gallery,
                DomainJoinConfigurations = [new CloudPcDomainJoinConfiguration { DomainJoinType = CloudPcDomainJoinType.AzureADJoin, RegionName = "eastus" }],
            },
            cancellationToken: Cancel))!;
        await _graph.DeviceManagement.VirtualEndpoint.ProvisioningPolicies[policy.Id].Assign.PostAsync(
            new AssignPostRequestBody { Assignments = [new CloudPcProvisioningPolicyAssignment { Target = new CloudPcManagementGroupAssignmentTarget { GroupId = covered.Id } }] },
            cancellationToken: Cancel);
    }

    private Task AdvanceAsync(string time) => SendAsync("/berth/v1/clock", new { advance = time });

    private async Task<DateTimeOffset> NowAsync() =>
        (await Http.GetFromJsonAsync<JsonElement>(new Uri("/berth/v1/clock", UriKind.Relative), Cancel)).GetProperty("now").GetDateTimeOffset();

    private async Task SendAsync(string path, object body)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Cancel)}");
    }
}
