using System.Text.Json;
using Microsoft.Graph.Groups.Delta;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions.Serialization;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Delta queries as a program makes them: first round, links, changes (L160 to L162).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Followers(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_program_follows_users(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Microsoft.Graph.Users.Delta.DeltaGetResponse page = (await tenant.Graph(door).Users.Delta.GetAsDeltaGetResponseAsync(
            request =>
            {
                request.QueryParameters.Select = ["displayName", "jobTitle"];
                request.Headers.Add("Prefer", "odata.maxpagesize=2");
            },
            Cancel))!;
        List<User> users = [];
        for (; page.OdataDeltaLink is null; page = (await tenant.Graph(door).Users.Delta.WithUrl(page.OdataNextLink!).GetAsDeltaGetResponseAsync(cancellationToken: Cancel))!)
        {
            Assert.InRange(page.Value!.Count, 1, 2);
            users.AddRange(page.Value!);
        }

        users.AddRange(page.Value!);
        Assert.Contains(users, user => user.Id == ada.Id && user.DisplayName == ada.DisplayName);

        await tenant.Graph(door).Users[ada.Id].PatchAsync(new User { JobTitle = "Countess" }, cancellationToken: Cancel);
        page = (await tenant.Graph(door).Users.Delta.WithUrl(page.OdataDeltaLink).GetAsDeltaGetResponseAsync(cancellationToken: Cancel))!;
        User changed = Assert.Single(page.Value!);
        Assert.Equal((ada.Id, "Countess"), (changed.Id, changed.JobTitle));

        await tenant.Graph(door).Users[ada.Id].DeleteAsync(cancellationToken: Cancel);
        page = (await tenant.Graph(door).Users.Delta.WithUrl(page.OdataDeltaLink!).GetAsDeltaGetResponseAsync(cancellationToken: Cancel))!;
        User removed = Assert.Single(page.Value!);
        Assert.Equal(ada.Id, removed.Id);
        Assert.Contains("@removed", removed.AdditionalData.Keys);
    }

    [Theory, EveryDoor]
    public async Task A_program_follows_the_members_of_groups(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door);
        DeltaGetResponse page = (await tenant.Graph(door).Groups.Delta.GetAsDeltaGetResponseAsync(
            request =>
            {
                request.QueryParameters.Select = ["displayName", "members"];
                request.QueryParameters.Filter = $"id eq '{group.Id}'";
            },
            Cancel))!;
        Assert.Equal(group.Id, Assert.Single(page.Value!).Id);

        await tenant.Graph(door).Groups[group.Id].Members.Ref.PostAsync(new ReferenceCreate { OdataId = $"{tenant.BaseOf(door)}/directoryObjects/{ada.Id}" }, cancellationToken: Cancel);
        page = (await tenant.Graph(door).Groups.Delta.WithUrl(page.OdataDeltaLink!).GetAsDeltaGetResponseAsync(cancellationToken: Cancel))!;
        Assert.Equal(ada.Id, Id(Assert.Single(page.Value!)));
        Assert.Empty((await tenant.Graph(door).Groups.Delta.WithUrl(page.OdataDeltaLink!).GetAsDeltaGetResponseAsync(cancellationToken: Cancel))!.Value!);

        static string? Id(Group changed) =>
            ((UntypedString)((UntypedObject)((UntypedArray)changed.AdditionalData["members@delta"]).GetValue().Single()).GetValue()["id"]).GetValue();
    }
}
