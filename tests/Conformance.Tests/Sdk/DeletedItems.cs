using Microsoft.Graph;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Deleted items and directory objects as a program handles them (B146, B147, B148).</summary>
[Collection(nameof(SdkTenant))]
public sealed class DeletedItems(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_user_is_deleted_found_and_restored_with_its_license(Door door)
    {
        GraphServiceClient graph = tenant.Graph(door);
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);
        User ada = await tenant.UserAsync(door);
        await graph.AddAsync(ada.Id!, sku);
        await graph.Users[ada.Id].DeleteAsync(cancellationToken: Cancel);

        User item = Assert.IsType<User>(await graph.Directory.DeletedItems[ada.Id].GetAsync(cancellationToken: Cancel));
        Assert.EndsWith(ada.UserPrincipalName!, item.UserPrincipalName, StringComparison.Ordinal);
        User cast = (await graph.Directory.DeletedItems[ada.Id].GraphUser.GetAsync(request => request.QueryParameters.Select = ["id", "deletedDateTime"], Cancel))!;
        Assert.NotNull(cast.DeletedDateTime);
        UserCollectionResponse found = (await graph.Directory.DeletedItems.GraphUser.GetAsync(
            request => request.QueryParameters.Filter = $"displayName eq '{ada.DisplayName}'", Cancel))!;
        Assert.Equal(ada.Id, Assert.Single(found.Value!).Id);
        Assert.True(await graph.Directory.DeletedItems.GraphUser.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel) >= 1);

        User restored = Assert.IsType<User>(await graph.Directory.DeletedItems[ada.Id].Restore.PostAsync(cancellationToken: Cancel));
        Assert.Equal(ada.UserPrincipalName, restored.UserPrincipalName);
        Assert.Equal([$"{sku} direct Active None"], (await tenant.LicensesOfAsync(door, ada.Id!)).States());
    }

    [Theory, EveryDoor]
    public async Task A_group_is_deleted_found_restored_and_deleted_for_good(Door door)
    {
        GraphServiceClient graph = tenant.Graph(door);
        User ada = await tenant.UserAsync(door);
        string alias = tenant.Name("crew");
        Group crew = (await graph.Groups.PostAsync(
            new Group { DisplayName = alias, MailNickname = alias, MailEnabled = true, SecurityEnabled = false, GroupTypes = ["Unified"] }, cancellationToken: Cancel))!;
        await tenant.AddMemberAsync(door, crew, ada.Id!);
        await graph.Groups[crew.Id].DeleteAsync(cancellationToken: Cancel);

        GroupCollectionResponse found = (await graph.Directory.DeletedItems.GraphGroup.GetAsync(request => request.QueryParameters.Filter = $"displayName eq '{alias}'", Cancel))!;
        Assert.Equal(crew.Id, Assert.Single(found.Value!).Id);
        Assert.Equal(alias, (await graph.Directory.DeletedItems[crew.Id].GraphGroup.GetAsync(cancellationToken: Cancel))!.DisplayName);
        Assert.True(await graph.Directory.DeletedItems.GraphGroup.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel) >= 1);
        Assert.IsType<Group>(await graph.Directory.DeletedItems[crew.Id].Restore.PostAsync(cancellationToken: Cancel));
        Assert.Equal(ada.Id, Assert.Single((await graph.Groups[crew.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!).Id);

        await graph.DirectoryObjects[crew.Id].DeleteAsync(cancellationToken: Cancel);
        await graph.Directory.DeletedItems[crew.Id].DeleteAsync(cancellationToken: Cancel);
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{crew.Id}' does not exist or one of its queried reference-property objects are not present.",
            () => graph.Directory.DeletedItems[crew.Id].Restore.PostAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task Objects_are_read_by_their_ids_and_typed(Door door)
    {
        GraphServiceClient graph = tenant.Graph(door);
        User ada = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, ada);

        Assert.Equal(ada.DisplayName, Assert.IsType<User>(await graph.DirectoryObjects[ada.Id].GetAsync(cancellationToken: Cancel)).DisplayName);
        Assert.Equal(group.DisplayName, Assert.IsType<Group>(await graph.DirectoryObjects[group.Id].GetAsync(cancellationToken: Cancel)).DisplayName);
        List<DirectoryObject> both = (await graph.DirectoryObjects.GetByIds.PostAsGetByIdsPostResponseAsync(
            new() { Ids = [group.Id!, ada.Id!, Guid.NewGuid().ToString()], Types = ["user", "group"] }, cancellationToken: Cancel))!.Value!;
        Assert.Equal([ada.Id, group.Id], both.Select(one => one.Id));
        Assert.IsType<User>(both[0]);
    }

    [Theory]
    [InlineData("v1.0", Door.Bearer)]
    [InlineData("beta", Door.Beta)]
    public async Task The_deleted_groups_of_an_owner_are_listed(string version, Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group crew = await tenant.OwnedCrewAsync(door, ada);
        await tenant.Graph(door).Groups[crew.Id].DeleteAsync(cancellationToken: Cancel);

        System.Text.Json.JsonElement owned = await tenant.SendAsync(HttpMethod.Post, $"/{version}/directory/deletedItems/getUserOwnedObjects", new { userId = ada.Id, type = "Group" });
        Assert.Equal(crew.Id, Assert.Single(owned.GetProperty("value").EnumerateArray()).GetProperty("id").GetString());
    }
}
