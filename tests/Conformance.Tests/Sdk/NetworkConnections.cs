using Berth.Conformance.Tests.Process;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Azure network connections and device images, as the SDK handles them (C168 to C179, B306 to B311).</summary>
[Collection(nameof(SdkTenant))]
public sealed class NetworkConnections(SdkTenant tenant)
{
    private const string Group = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c585ad47/resourceGroups/CustomerRG";
    private const string Network = Group + "/providers/Microsoft.Network/virtualNetworks/MyVNET";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_connection_is_created_read_changed_and_deleted(Door door)
    {
        CloudPcOnPremisesConnection made = await MakeAsync(door, Hybrid());
        Assert.Equal(CloudPcOnPremisesConnectionStatus.Passed, made.HealthCheckStatus);
        Assert.Equal(CloudPcOnPremisesConnectionType.HybridAzureADJoin, made.ConnectionType);
        Assert.Equal(("contoso001.com", "dcadmin", null), (made.AdDomainName, made.AdDomainUsername, made.AdDomainPassword));
        Assert.Equal((false, false), (made.HealthCheckPaused, made.InUseByCloudPc));
        Assert.Null(made.HealthCheckStatusDetail);
        Assert.Null(made.InUse);

        CloudPcOnPremisesConnectionCollectionResponse page = (await Connections(door).GetAsync(request =>
        {
            request.QueryParameters.Filter = $"displayName eq '{made.DisplayName}'";
            request.QueryParameters.Count = true;
        }, Cancel))!;
        Assert.Equal((1, made.Id), ((int)page.OdataCount!, Assert.Single(page.Value!).Id));
        Assert.True(await Connections(door).Count.GetAsync(cancellationToken: Cancel) >= 1);

        CloudPcOnPremisesConnection selected = (await Connections(door)[made.Id].GetAsync(
            request => request.QueryParameters.Select = ["id", "displayName", "healthCheckStatus", "healthCheckStatusDetail", "inUse"], Cancel))!;
        Assert.False(selected.InUse);
        Assert.NotNull(selected.HealthCheckStatusDetail!.StartDateTime);
        Assert.NotNull(selected.HealthCheckStatusDetail.EndDateTime);
        Assert.Equal(15, selected.HealthCheckStatusDetail.HealthChecks!.Count);
        Assert.All(selected.HealthCheckStatusDetail.HealthChecks, check => Assert.Equal(CloudPcOnPremisesConnectionStatus.Passed, check.Status));

        string name = tenant.Name("net");
        CloudPcOnPremisesConnection changed = (await Connections(door)[made.Id].PatchAsync(
            new CloudPcOnPremisesConnection { DisplayName = name, SubnetId = Network + "/subnets/two" }, cancellationToken: Cancel))!;
        Assert.Equal((name, Network + "/subnets/two", "contoso001.com"), (changed.DisplayName, changed.SubnetId, changed.AdDomainName));

        await Connections(door)[made.Id].UpdateAdDomainPassword.PostAsync(new() { AdDomainPassword = "Another-1A" }, cancellationToken: Cancel);
        await Connections(door)[made.Id].DeleteAsync(cancellationToken: Cancel);
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{made.Id}' does not exist or one of its queried reference-property objects are not present.",
            () => Connections(door)[made.Id].GetAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task A_failed_check_tells_what_it_found_until_it_is_mended(Door door)
    {
        CloudPcOnPremisesConnection made = await MakeAsync(door, Hybrid());
        string told = $"/berth/v1/onPremisesConnections/{made.Id}/simulatedChecks";
        await tenant.SendAsync(HttpMethod.Put, told, new { checks = new[] { new { errorType = "adJoinCheckIncorrectCredentials", additionalDetail = "Wrong password" } } });
        await Connections(door)[made.Id].RunHealthChecks.PostAsync(cancellationToken: Cancel);

        CloudPcOnPremisesConnection failed = (await Connections(door)[made.Id].GetAsync(
            request => request.QueryParameters.Select = ["healthCheckStatus", "healthCheckStatusDetail"], Cancel))!;
        Assert.Equal(CloudPcOnPremisesConnectionStatus.Failed, failed.HealthCheckStatus);
        CloudPcOnPremisesConnectionHealthCheck check = Assert.Single(failed.HealthCheckStatusDetail!.HealthChecks!, one => one.Status == CloudPcOnPremisesConnectionStatus.Failed);
        Assert.Equal(CloudPcOnPremisesConnectionHealthCheckErrorType.AdJoinCheckIncorrectCredentials, check.ErrorType);
        Assert.Equal("Wrong password", check.AdditionalDetail);
        Assert.NotNull(check.RecommendedAction);

        Assert.Equal("adJoinCheckIncorrectCredentials", (await tenant.SendAsync(HttpMethod.Get, told)).GetProperty("checks")[0].GetProperty("errorType").GetString());
        await tenant.SendAsync(HttpMethod.Put, told, new { checks = Array.Empty<object>() });
        await Connections(door)[made.Id].RunHealthChecks.PostAsync(cancellationToken: Cancel);
        Assert.Equal(CloudPcOnPremisesConnectionStatus.Passed, (await Connections(door)[made.Id].GetAsync(cancellationToken: Cancel))!.HealthCheckStatus);
        await Connections(door)[made.Id].DeleteAsync(cancellationToken: Cancel);
    }

    [Theory, EveryDoor]
    public async Task A_name_is_given_once_and_a_tenant_has_ten(Door door)
    {
        List<string> made = [];
        CloudPcOnPremisesConnection first = await MakeAsync(door, Joined());
        made.Add(first.Id!);
        CloudPcOnPremisesConnection same = Joined();
        same.DisplayName = first.DisplayName;
        await LicenseCalls.BadRequestAsync(
            "displayNameTaken", $"Another object has the display name '{first.DisplayName}' already: choose another one.", () => Connections(door).PostAsync(same, cancellationToken: Cancel));

        int there = await Connections(door).Count.GetAsync(cancellationToken: Cancel) ?? 0;
        for (int i = there; i < 10; i++)
        {
            made.Add((await MakeAsync(door, Joined())).Id!);
        }

        await LicenseCalls.BadRequestAsync(
            "tooManyObjects", "The tenant has 10 of Azure network connections, as many as it may have. Delete one first.", () => Connections(door).PostAsync(Joined(), cancellationToken: Cancel));
        foreach (string id in made)
        {
            await Connections(door)[id].DeleteAsync(cancellationToken: Cancel);
        }

        ODataError missing = await Assert.ThrowsAsync<ODataError>(() => Connections(door)[made[0]].DeleteAsync(cancellationToken: Cancel));
        Assert.Equal(404, missing.ResponseStatusCode);
    }

    [Theory, EveryDoor]
    public async Task A_device_image_is_made_from_a_source_and_deleted(Door door)
    {
        // B311
        Microsoft.Graph.DeviceManagement.VirtualEndpoint.DeviceImages.DeviceImagesRequestBuilder images = tenant.Graph(door).DeviceManagement.VirtualEndpoint.DeviceImages;
        string name = tenant.Name("image"), source = $"{Group}/providers/Microsoft.Compute/images/{name}";
        CloudPcDeviceImage made = (await images.PostAsync(new CloudPcDeviceImage { DisplayName = name, Version = "0.0.1", SourceImageResourceId = source }, cancellationToken: Cancel))!;
        Assert.Equal((CloudPcDeviceImageStatus.Ready, CloudPcDeviceImageOsStatus.Unknown), (made.Status, made.OsStatus));
        Assert.NotNull(made.LastModifiedDateTime);

        CloudPcDeviceImage read = (await images[made.Id].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal((name, "0.0.1", source, null), (read.DisplayName, read.Version, read.SourceImageResourceId, read.ErrorCode));
        Assert.Contains((await images.GetAsync(cancellationToken: Cancel))!.Value!, one => one.Id == made.Id);
        Assert.True(await images.Count.GetAsync(cancellationToken: Cancel) >= 1);
        CloudPcSourceDeviceImage from = Assert.Single((await images.GetSourceImages.GetAsGetSourceImagesGetResponseAsync(cancellationToken: Cancel))!.Value!, one => one.ResourceId == source);
        Assert.Equal((name, "0ac520ee-14c0-480f-b6c9-0a90c585ad47"), (from.DisplayName, from.SubscriptionId));

        await images[made.Id].DeleteAsync(cancellationToken: Cancel);
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{made.Id}' does not exist or one of its queried reference-property objects are not present.",
            () => images[made.Id].GetAsync(cancellationToken: Cancel));
        ODataError again = await Assert.ThrowsAsync<ODataError>(() => images[made.Id].DeleteAsync(cancellationToken: Cancel));
        Assert.Equal(404, again.ResponseStatusCode);
    }

    [Theory, EveryDoor]
    public async Task What_a_policy_names_stays(Door door)
    {
        // C177, B307, B311
        CloudPcOnPremisesConnection connection = await MakeAsync(door, Joined());
        string name = tenant.Name("image");
        CloudPcDeviceImage image = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.DeviceImages.PostAsync(
            new CloudPcDeviceImage { DisplayName = name, Version = "1.0.0", SourceImageResourceId = $"{Group}/providers/Microsoft.Compute/images/{name}" }, cancellationToken: Cancel))!;
        CloudPcProvisioningPolicy policy = (await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies.PostAsync(
            new CloudPcProvisioningPolicy
            {
                DisplayName = tenant.Name("policy"),
                Description = "",
                ImageType = CloudPcProvisioningPolicyImageType.Custom,
                ImageId = image.Id,
                ImageDisplayName = name,
                DomainJoinConfigurations = [new CloudPcDomainJoinConfiguration { DomainJoinType = CloudPcDomainJoinType.AzureADJoin, OnPremisesConnectionId = connection.Id }],
            },
            cancellationToken: Cancel))!;

        Assert.True((await Connections(door)[connection.Id].GetAsync(request => request.QueryParameters.Select = ["inUse"], Cancel))!.InUse);
        await LicenseCalls.BadRequestAsync(
            "connectionInUse", $"An Azure network connection that is in use cannot be deleted. These provisioning policies name it: {policy.Id}.",
            () => Connections(door)[connection.Id].DeleteAsync(cancellationToken: Cancel));
        await LicenseCalls.BadRequestAsync(
            "deviceImageInUse", $"A device image that is in use cannot be deleted. These provisioning policies name it: {policy.Id}.",
            () => tenant.Graph(door).DeviceManagement.VirtualEndpoint.DeviceImages[image.Id].DeleteAsync(cancellationToken: Cancel));

        await tenant.Graph(door).DeviceManagement.VirtualEndpoint.ProvisioningPolicies[policy.Id].DeleteAsync(cancellationToken: Cancel);
        await Connections(door)[connection.Id].DeleteAsync(cancellationToken: Cancel);
        await tenant.Graph(door).DeviceManagement.VirtualEndpoint.DeviceImages[image.Id].DeleteAsync(cancellationToken: Cancel);
    }

    private Microsoft.Graph.DeviceManagement.VirtualEndpoint.OnPremisesConnections.OnPremisesConnectionsRequestBuilder Connections(Door door) =>
        tenant.Graph(door).DeviceManagement.VirtualEndpoint.OnPremisesConnections;

    private async Task<CloudPcOnPremisesConnection> MakeAsync(Door door, CloudPcOnPremisesConnection connection) =>
        (await Connections(door).PostAsync(connection, cancellationToken: Cancel))!;

    private CloudPcOnPremisesConnection Joined() => new()
    {
        DisplayName = tenant.Name("net"),
        ConnectionType = CloudPcOnPremisesConnectionType.AzureADJoin,
        SubscriptionId = "0ac520ee-14c0-480f-b6c9-0a90c585ffff",
        ResourceGroupId = Group,
        VirtualNetworkId = Network,
        SubnetId = Network + "/subnets/one",
    };

    private CloudPcOnPremisesConnection Hybrid()
    {
        CloudPcOnPremisesConnection connection = Joined();
        connection.ConnectionType = CloudPcOnPremisesConnectionType.HybridAzureADJoin;
        connection.AdDomainName = "contoso001.com";
        connection.AdDomainUsername = "dcadmin";
        connection.AdDomainPassword = "Do-not-tell-1A";
        connection.OrganizationalUnit = "OU=Cloud PCs,DC=contoso001,DC=com";
        return connection;
    }
}
