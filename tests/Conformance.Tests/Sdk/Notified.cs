using Berth.Conformance.Tests.Notifications;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Subscriptions as a program makes them (L171).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Notified(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_program_subscribes_renews_reauthorizes_is_told_and_leaves(Door door)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        Group group = await tenant.GroupAsync(door);
        Subscription made = (await tenant.Graph(door).Subscriptions.PostAsync(
            new Subscription
            {
                ChangeType = "updated",
                NotificationUrl = receiver.Url(),
                Resource = $"/groups/{group.Id}",
                ExpirationDateTime = DateTimeOffset.UtcNow.AddHours(1),
                ClientState = "the secret",
            },
            cancellationToken: Cancel))!;
        Assert.Contains((await tenant.Graph(door).Subscriptions.GetAsync(cancellationToken: Cancel))!.Value!, one => one.Id == made.Id);
        await tenant.Graph(door).Groups[group.Id].PatchAsync(new Group { Description = "told" }, cancellationToken: Cancel);
        System.Text.Json.JsonElement notice = (await receiver.NextAsync()).Notices[0];
        Assert.Equal(($"Groups/{group.Id}", "the secret"), (notice.GetProperty("resource").GetString(), notice.GetProperty("clientState").GetString()));

        DateTimeOffset until = DateTimeOffset.UtcNow.AddHours(9);
        await tenant.Graph(door).Subscriptions[made.Id].PatchAsync(new Subscription { ExpirationDateTime = until }, cancellationToken: Cancel);
        await tenant.Graph(door).Subscriptions[made.Id].Reauthorize.PostAsync(cancellationToken: Cancel);
        Assert.Equal(until, (await tenant.Graph(door).Subscriptions[made.Id].GetAsync(cancellationToken: Cancel))!.ExpirationDateTime);
        await tenant.Graph(door).Subscriptions[made.Id].DeleteAsync(cancellationToken: Cancel);
        await LicenseCalls.RefusedAsync(
            404, "ResourceNotFound", "resourceNotFound", "The object was not found.", () => tenant.Graph(door).Subscriptions[made.Id].GetAsync(cancellationToken: Cancel));
    }
}
