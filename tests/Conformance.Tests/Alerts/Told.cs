using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Conformance.Tests.Notifications;
using Berth.Engine.CloudPcs;
using Berth.Graph.Telling;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>Webhooks are told of alerts as they come and go (B789, B791 to B793).</summary>
public sealed class Told
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_pool_without_seats_is_told_signed_and_its_end_when_a_seat_is_free()
    {
        // B791, B793
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        string secret = await ListenAsync(room, receiver);
        Guid subscription = await room.BuyAsync("SPE_E5", 1), ada = await room.AddUserAsync("ada");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        Delivery began = await NextAsync(time, receiver);
        AssertSigned(began, secret);
        Assert.Equal(("/hook", "application/json; charset=utf-8"), (began.Path, began.ContentType));
        Assert.Equal(["tenantId", "tenantDisplayName", "receiverId", "sentDateTime", "value"], began.Body.EnumerateObject().Select(property => property.Name));
        JsonElement alert = Assert.Single(began.Notices);
        Assert.Equal(["status", "id", "kind", "severity", "subjectId", "displayName", "sinceDateTime", "message", "advice"], alert.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("began", "poolExhausted", "warning"), (Text(alert, "status"), Text(alert, "kind"), Text(alert, "severity")));
        Assert.EndsWith(": the only seat is taken.", Text(alert, "message"), StringComparison.Ordinal);
        JsonElement listed = Assert.Single((await room.DoAsync("GET", "/berth/v1/alerts")).GetProperty("value").EnumerateArray());
        Assert.Equal((Text(alert, "id"), Text(alert, "sinceDateTime")), (Text(listed, "id"), Text(listed, "sinceDateTime")));

        await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{subscription}", """{"units":2}""");
        DateTimeOffset freed = time.GetUtcNow();
        JsonElement ended = Assert.Single((await NextAsync(time, receiver)).Notices);
        Assert.Equal(("ended", Text(alert, "id")), (Text(ended, "status"), Text(ended, "id")));
        Assert.True(time.GetUtcNow() - freed >= TellingLimits.EndAfter);
        Assert.False(receiver.HasMore);
    }

    [Fact]
    public async Task What_was_not_taken_is_told_again_as_it_is_by_then()
    {
        // B792
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        TaskCompletionSource refused = new();
        bool refuses = true;
        receiver.OnDelivery = (context, _) =>
        {
            bool fails = Volatile.Read(ref refuses);
            context.Response.StatusCode = fails ? 500 : 200;
            if (fails)
            {
                refused.TrySetResult();
            }

            return Task.FromResult(!fails);
        };
        await ListenAsync(room, receiver);
        await FillAsync(room, "SPE_E5");
        await time.StepUntilAsync(_second, refused.Task);
        await FillAsync(room, "SPE_E3");
        JsonElement sick = (await room.DoAsync("GET", "/berth/v1/alertReceivers")).GetProperty("value")[0];
        Volatile.Write(ref refuses, false);

        JsonElement[] told = (await NextAsync(time, receiver)).Notices;
        Assert.Equal(["SPE_E3", "SPE_E5"], told.Select(alert => Text(alert, "displayName")));
        Assert.All(told, alert => Assert.Equal("began", Text(alert, "status")));
        Assert.True(Text(sick, "problem") is null or "it answered with status 500");
        JsonElement well = await EventuallyAsync(room, one => Text(one, "lastTakenDateTime") is not null);
        Assert.Null(Text(well, "problem"));
        Assert.False(receiver.HasMore);
    }

    [Fact]
    public async Task Who_left_with_its_tenant_tells_nothing_and_who_has_it_goes_on()
    {
        // B792: what a node does when a tenant goes, and when it comes.
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        await ListenAsync(room, receiver);
        await FillAsync(room, "SPE_E5");
        Assert.Equal("SPE_E5", Text(Assert.Single((await NextAsync(time, receiver)).Notices), "displayName"));

        await EventuallyAsync(room, one => Text(one, "lastTakenDateTime") is not null);
        ListenerBook left = await room.Listeners.OfAsync(room.Desk, TestContext.Current.CancellationToken);
        await room.Listeners.CloseAsync(room.Desk);
        await FillAsync(room, "SPE_E3");
        for (int i = 0; i < 100; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Empty(left.All);
        Assert.False(receiver.HasMore);
        await room.Listeners.OfAsync(room.Desk, TestContext.Current.CancellationToken);
        Assert.Equal("SPE_E3", Text(Assert.Single((await NextAsync(time, receiver)).Notices), "displayName"));
        Assert.False(receiver.HasMore);
    }

    [Fact]
    public async Task A_buffer_in_use_is_told_then_that_it_is_blocked_and_a_later_use_where_only_that_is_wanted()
    {
        // B789, B421, B423
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver every = await Receiver.StartAsync();
        await using Receiver second = await Receiver.StartAsync();
        await ListenAsync(room, every, ""","kinds":["bufferInUse","bufferBlocked"]""");
        await ListenAsync(room, second, ""","kinds":["bufferInUse"],"thresholds":{"bufferUses":2}""");
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2031-05-01T08:00:00Z"}""");
        await room.BuyAsync(FrontlineWrites.Part, 1);
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        await FrontlineWrites.AssignAsync(room, ProvisioningType.SharedByUser, 1, ada, bob);
        await WorkAsync(room, ada);
        string beyond = await WorkAsync(room, bob);

        JsonElement used = Assert.Single((await NextAsync(time, every)).Notices);
        Assert.Equal(("began", "bufferInUse", "2031-05-01T08:00:00Z", room.Plan(FrontlineWrites.Plan).ToString()), (Text(used, "status"), Text(used, "kind"), Text(used, "sinceDateTime"), Text(used, "subjectId")));
        Assert.Contains(": 1 more in use than the 1 licenses allow. The concurrency buffer gives them, use 1 of 4 within 24 hours.", Text(used, "message"), StringComparison.Ordinal);
        for (int i = 0; i < 4; i++)
        {
            await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT90M"}""");
            await room.DoAsync("DELETE", $"/berth/v1/sessions/{beyond}");
            if (i == 0)
            {
                beyond = await WorkAsync(room, bob);
                Assert.Contains("use 2 of 4", Text(Assert.Single((await NextAsync(time, second)).Notices), "message"), StringComparison.Ordinal);
            }
            else if (i < 3)
            {
                beyond = await WorkAsync(room, bob);
            }
        }

        JsonElement blocked = await BlockAsync();
        Assert.Equal(("began", "critical"), (Text(blocked, "status"), Text(blocked, "severity")));
        Assert.Contains("is blocked until 2031-05-0", Text(blocked, "message"), StringComparison.Ordinal);
        JsonElement[] active = [.. (await room.DoAsync("GET", "/berth/v1/alerts")).GetProperty("value").EnumerateArray()];
        Assert.Equal(["bufferBlocked"], active.Select(alert => Text(alert, "kind")).Where(kind => kind!.StartsWith("buffer", StringComparison.Ordinal)));
        Assert.DoesNotContain(active, alert => Text(alert, "message")!.Contains("above the concurrency limit", StringComparison.Ordinal));
        await room.DoAsync("POST", $"/berth/v1/frontline/{room.Plan(FrontlineWrites.Plan)}/unblock");
        Assert.Equal("ended", Text(await BlockAsync(), "status"));

        // The end of the use may come with it or before it.
        async Task<JsonElement> BlockAsync()
        {
            while (true)
            {
                if ((await NextAsync(time, every)).Notices.FirstOrDefault(alert => Text(alert, "kind") == "bufferBlocked") is { ValueKind: JsonValueKind.Object } found)
                {
                    return found;
                }
            }
        }
    }

    [Fact]
    public async Task What_a_rule_of_Graph_raised_is_told_too()
    {
        // B789, B454
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        await ListenAsync(room, receiver, ""","kinds":["cloudPcRule"]""");
        (Guid user, _) = await CloudPcWrites.EnterpriseAsync(room, "pat");
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([], [room.Sku("CPC_E_2C_4GB_128GB")]));
        JsonElement told = Assert.Single((await NextAsync(time, receiver)).Notices);
        JsonElement record = Assert.Single((await room.DoAsync("GET", "/beta/deviceManagement/monitoring/alertRecords")).GetProperty("value").EnumerateArray());
        Assert.Equal((Text(record, "id"), "Cloud PCs in grace period", "warning"), (Text(told, "subjectId"), Text(told, "displayName"), Text(told, "severity")));
    }

    /// <summary>Looks at a signature as a receiver would (B793).</summary>
    internal static void AssertSigned(Delivery delivery, string secret)
    {
        string[] parts = delivery.Signature!.Split(',');
        Assert.StartsWith("t=", parts[0], StringComparison.Ordinal);
        byte[] signed = [.. Encoding.ASCII.GetBytes(parts[0][2..] + "."), .. delivery.Raw];
        Assert.Equal($"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}", parts[1]);
        DateTimeOffset at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0][2..], CultureInfo.InvariantCulture));
        Assert.True((delivery.Body.GetProperty("sentDateTime").GetDateTimeOffset() - at).Duration() < TimeSpan.FromMinutes(5));
    }

    private static async Task<string> ListenAsync(RunningRoom room, Receiver receiver, string more = "") =>
        Text(await room.DoAsync("POST", "/berth/v1/alertReceivers", $$"""{"url":"{{receiver.Url()}}"{{more}}}"""), "secret")!;

    private static async Task FillAsync(RunningRoom room, string part)
    {
        await room.BuyAsync(part, 1);
        Guid user = await room.AddUserAsync($"u{Guid.NewGuid():N}");
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku(part)], []));
    }

    private static async Task<string> WorkAsync(RunningRoom room, Guid user) =>
        Text(await room.DoAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{user}}","cloudPcId":"{{FrontlineWrites.CloudPcOf(room, user)}}"}"""), "id")!;

    private static async Task<Delivery> NextAsync(SteppedTime time, Receiver receiver)
    {
        Task<Delivery> next = receiver.NextAsync();
        await time.StepUntilAsync(_second, next);
        return await next;
    }

    private static async Task<JsonElement> EventuallyAsync(RunningRoom room, Func<JsonElement, bool> isSo)
    {
        for (int i = 0; ; i++)
        {
            JsonElement one = (await room.DoAsync("GET", "/berth/v1/alertReceivers")).GetProperty("value")[0];
            if (isSo(one))
            {
                return one;
            }

            Assert.True(i < 5000, one.GetRawText());
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
