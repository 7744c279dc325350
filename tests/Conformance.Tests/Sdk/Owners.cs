using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Owners of groups as a program handles them (B143, B144).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Owners(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task Owners_are_added_read_expanded_and_removed_but_for_the_last(Door door)
    {
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door);
        Assert.Empty((await tenant.Graph(door).Groups[group.Id].Owners.GetAsync(cancellationToken: Cancel))!.Value!);

        await tenant.Graph(door).Groups[group.Id].Owners.Ref.PostAsync(
            new ReferenceCreate { OdataId = $"https://graph.microsoft.com/v1.0/users/{ada.Id}" }, cancellationToken: Cancel);
        await tenant.Graph(door).Groups[group.Id].PatchAsync(
            new Group { AdditionalData = new Dictionary<string, object> { ["owners@odata.bind"] = new List<string> { $"{tenant.BaseOf(door)}/directoryObjects/{bob.Id}" } } },
            cancellationToken: Cancel);

        DirectoryObjectCollectionResponse owners = (await tenant.Graph(door).Groups[group.Id].Owners.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal([ada.UserPrincipalName, bob.UserPrincipalName], owners.Value!.Select(owner => Assert.IsType<User>(owner).UserPrincipalName));
        Assert.Equal(2, (await tenant.Graph(door).Groups[group.Id].Owners.GraphUser.GetAsync(cancellationToken: Cancel))!.Value!.Count);
        Assert.Equal(2, await tenant.Graph(door).Groups[group.Id].Owners.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(2, await tenant.Graph(door).Groups[group.Id].Owners.GraphUser.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Group expanded = (await tenant.Graph(door).Groups[group.Id].GetAsync(request => request.QueryParameters.Expand = ["owners($select=id)"], Cancel))!;
        Assert.Equal([ada.Id, bob.Id], expanded.Owners!.Select(owner => owner.Id));
        Assert.Empty((await tenant.Graph(door).Groups[group.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!);

        await tenant.Graph(door).Groups[group.Id].Owners[ada.Id].Ref.DeleteAsync(cancellationToken: Cancel);
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{ada.Id}' does not exist or one of its queried reference-property objects are not present.",
            () => tenant.Graph(door).Groups[group.Id].Owners[ada.Id].Ref.DeleteAsync(cancellationToken: Cancel));
        await LicenseCalls.BadRequestAsync(
            "lastOwner", "The group must have at least one owner, hence this owner cannot be removed.",
            () => tenant.Graph(door).Groups[group.Id].Owners[bob.Id].Ref.DeleteAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task A_group_is_created_with_owners_and_its_owner_finds_it(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group made = await tenant.OwnedCrewAsync(door, ada);

        Assert.Equal(made.Id, Assert.IsType<Group>(Assert.Single((await tenant.Graph(door).Users[ada.Id].OwnedObjects.GetAsync(cancellationToken: Cancel))!.Value!)).Id);
        Assert.Equal(made.DisplayName, Assert.Single((await tenant.Graph(door).Users[ada.Id].OwnedObjects.GraphGroup.GetAsync(cancellationToken: Cancel))!.Value!).DisplayName);
        Assert.Equal(1, await tenant.Graph(door).Users[ada.Id].OwnedObjects.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(1, await tenant.Graph(door).Users[ada.Id].OwnedObjects.GraphGroup.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
    }

    [Theory, EveryDoor]
    public async Task Who_cannot_become_an_owner_is_refused(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door);
        await AddAsync(ada.Id!);

        string nobody = Guid.NewGuid().ToString();
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{nobody}' does not exist or one of its queried reference-property objects are not present.", () => AddAsync(nobody));
        await LicenseCalls.BadRequestAsync(
            "alreadyOwner", "One or more added object references already exist for the following modified properties: 'owners'.", () => AddAsync(ada.Id!));
        for (int i = 1; i < Engine.Group.MostOwners; i++)
        {
            await AddAsync((await tenant.UserAsync(door)).Id!);
        }

        string onceTooOften = (await tenant.UserAsync(door)).Id!;
        Assert.Equal("tooManyOwners", (await Assert.ThrowsAsync<ODataError>(() => AddAsync(onceTooOften))).Error!.InnerError!.AdditionalData["code"]);

        Task AddAsync(string owner) => tenant.Graph(door).Groups[group.Id].Owners.Ref.PostAsync(
            new ReferenceCreate { OdataId = $"https://graph.microsoft.com/v1.0/directoryObjects/{owner}" }, cancellationToken: Cancel);
    }
}
