using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Graph.Notifications;
using Xunit;

namespace Berth.Conformance.Tests.Notifications;

/// <summary>What is told, to whom, in which order, and what becomes of it when a receiver does not take it (L171, B189).</summary>
public sealed class Delivering
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // L171
    [Fact]
    public async Task A_user_who_comes_and_changes_is_told()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        JsonElement made = await SubscribeAsync(room, receiver.Url("/hook?a=b"), "/users");
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"jobTitle":"Countess"}""");
        await room.BuyAsync("SPE_E5", 1);
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        Delivery first = await receiver.NextAsync();
        Assert.Equal(("/hook", "?a=b", "application/json; charset=utf-8"), (first.Path, first.Query, first.ContentType));
        JsonElement[] notices = [.. first.Notices, .. first.Notices.Length < 3 ? await receiver.NextAsync(3 - first.Notices.Length) : []];
        Assert.Equal(["updated", "updated", "updated"], notices.Select(notice => Text(notice, "changeType")));
        long sequence = notices[0].GetProperty("resourceData").GetProperty("sequenceNumber").GetInt64();
        Assert.Equal(
            $$"""{"subscriptionId":"{{Text(made, "id")}}","subscriptionExpirationDateTime":{{made.GetProperty("expirationDateTime").GetRawText()}},"tenantId":"{{RunningRoom.TenantId}}","clientState":"the secret","changeType":"updated","resource":"Users/{{ada}}","""
            + $$$"""
            "resourceData":{"@odata.type":"#Microsoft.Graph.User","@odata.id":"Users/{{{ada}}}","id":"{{{ada}}}","organizationId":"{{{RunningRoom.TenantId}}}","sequenceNumber":{{{sequence}}}}}
            """,
            notices[0].GetRawText());
    }

    // L171
    [Fact]
    public async Task Members_who_join_and_leave_are_told_with_the_group()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver all = await Receiver.StartAsync();
        await using Receiver members = await Receiver.StartAsync();
        await using Receiver other = await Receiver.StartAsync();
        Guid ada = await room.AddUserAsync("ada"), sales = await room.AddGroupAsync("sales"), desk = await room.AddGroupAsync("desk");
        await SubscribeAsync(room, all.Url(), "/groups");
        await SubscribeAsync(room, members.Url(), $"/groups/{sales}/members");
        await SubscribeAsync(room, other.Url(), $"/groups/{desk}");
        await room.DoAsync("POST", $"/v1.0/groups/{sales}/members/$ref", $$"""{"@odata.id":"https://x/users/{{ada}}"}""");
        await room.DoAsync("PATCH", $"/v1.0/groups/{sales}", """{"description":"sellers"}""");
        await room.DoAsync("DELETE", $"/v1.0/groups/{sales}/members/{ada}/$ref");
        await room.DoAsync("PATCH", $"/v1.0/groups/{desk}", """{"description":"desk"}""");

        JsonElement[] told = await all.NextAsync(4);
        Assert.Equal([$"Groups/{sales}", $"Groups/{sales}", $"Groups/{sales}", $"Groups/{desk}"], told.Select(notice => Text(notice, "resource")));
        Assert.Equal($$"""[{"id":"{{ada}}"}]""", told[0].GetProperty("resourceData").GetProperty("members@delta").GetRawText());
        Assert.False(told[1].GetProperty("resourceData").TryGetProperty("members@delta", out _));
        Assert.Equal($$"""[{"id":"{{ada}}","@removed":"deleted"}]""", told[2].GetProperty("resourceData").GetProperty("members@delta").GetRawText());
        Assert.Equal("#Microsoft.Graph.Group", Text(told[0].GetProperty("resourceData"), "@odata.type"));

        JsonElement[] ofMembers = await members.NextAsync(2);
        Assert.All(ofMembers, notice => Assert.True(notice.GetProperty("resourceData").TryGetProperty("members@delta", out _)));
        Assert.Equal($"Groups/{desk}", Text(Assert.Single(await other.NextAsync(1)), "resource"));
        Assert.False(members.HasMore || other.HasMore);
    }

    // L171, B146
    [Fact]
    public async Task A_user_who_can_be_restored_is_told_as_updated_and_one_who_is_gone_for_good_as_deleted()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        Guid ada = await room.AddUserAsync("ada");
        await SubscribeAsync(room, receiver.Url(), $"/users/{ada}");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        await room.DoAsync("POST", $"/v1.0/directory/deletedItems/{ada}/restore");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        await room.DoAsync("DELETE", $"/v1.0/directory/deletedItems/{ada}");
        JsonElement[] told = await receiver.NextAsync(4);
        Assert.Equal(["updated", "updated", "updated", "deleted"], told.Select(notice => Text(notice, "changeType")));
        Assert.All(told, notice => Assert.Equal($"Users/{ada}", Text(notice, "resource")));
    }

    // L171
    [Fact]
    public async Task A_group_that_is_gone_for_good_is_told_as_deleted()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        Guid inner = await room.AddGroupAsync("inner"), sales = await room.AddGroupAsync("sales", inner);
        await SubscribeAsync(room, receiver.Url(), "/groups");
        await room.DoAsync("DELETE", $"/v1.0/groups/{inner}");
        JsonElement[] told = await receiver.NextAsync(2);
        Assert.Equal(
            [("updated", $"Groups/{sales}"), ("deleted", $"Groups/{inner}")], told.Select(notice => (Text(notice, "changeType")!, Text(notice, "resource")!)));
        Assert.Equal($$"""[{"id":"{{inner}}","@removed":"deleted"}]""", told[0].GetProperty("resourceData").GetProperty("members@delta").GetRawText());
    }

    [Fact]
    public async Task Only_the_watched_object_and_the_wanted_kinds_of_change_are_told()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver one = await Receiver.StartAsync();
        await using Receiver deletions = await Receiver.StartAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        await SubscribeAsync(room, one.Url(), $"/users/{ada}", changeType: "updated");
        await SubscribeAsync(room, deletions.Url(), "/groups", changeType: "deleted");
        await room.DoAsync("PATCH", $"/v1.0/users/{bob}", """{"jobTitle":"x"}""");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"jobTitle":"y"}""");
        Assert.Equal($"Users/{ada}", Text(Assert.Single((await one.NextAsync()).Notices), "resource"));
        Assert.False(one.HasMore || deletions.HasMore);
    }

    [Fact]
    public async Task What_happens_is_told_in_its_order_and_in_few_deliveries()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        TaskCompletionSource open = new();
        receiver.OnDelivery = async (_, _) =>
        {
            await open.Task.WaitAsync(Cancel);
            return true;
        };
        await SubscribeAsync(room, receiver.Url(), "/users");
        Guid ada = await room.AddUserAsync("ada");
        Engine.Directory.User user = room.Tenant.Users[room.Tenant.FindUser(ada)]!;
        const int Changes = (2 * NotificationLimits.BatchNotices) + 1;
        for (int i = 0; i < Changes; i++)
        {
            await room.Desk.SubmitAsync(new Command.UpdateUser(user with { DisplayName = $"ada{i}" }), Actor.Berth, null, Cancel);
        }

        open.SetResult();
        List<Delivery> deliveries = [];
        List<long> sequences = [];
        while (sequences.Count < Changes + 1)
        {
            deliveries.Add(await receiver.NextAsync());
            Assert.InRange(deliveries[^1].Notices.Length, 1, NotificationLimits.BatchNotices);

            // What the receiver held up at first comes a second time.
            sequences.AddRange(deliveries[^1].Notices.Select(notice => notice.GetProperty("resourceData").GetProperty("sequenceNumber").GetInt64()).Where(one => !sequences.Contains(one)));
        }

        Assert.Equal(sequences.Order(), sequences);
        Assert.InRange(deliveries.Count, 3, 12);
    }

    [Fact]
    public async Task One_change_of_many_users_is_told_in_portions()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        await using Receiver groups = await Receiver.StartAsync();
        const int Users = NotificationLimits.BatchNotices + NotificationLimits.NoticeMembers + 1;
        Guid[] ids = [.. Enumerable.Range(0, Users).Select(_ => Guid.NewGuid())];
        await SubscribeAsync(room, receiver.Url(), "/users");
        await SubscribeAsync(room, groups.Url(), "/groups");
        Guid sales = await room.AddGroupAsync("sales");
        string lines = string.Join('\n', ids.Select(id => $$$"""{"user":{"id":"{{{id}}}","displayName":"u","userPrincipalName":"{{{id}}}@fabrikam.example","mailNickname":"u","accountEnabled":true}}""")
            .Concat(ids.Select(id => $$$"""{"member":{"groupId":"{{{sales}}}","userId":"{{{id}}}"}}""")));
        using StringContent body = new(lines);
        Assert.Equal(200, (await room.SendAsync("POST", "/berth/v1/import", body, "*", ("Content-Type", "application/x-ndjson"))).Status);

        Assert.Equal(ids, (await receiver.NextAsync(Users)).Select(notice => notice.GetProperty("resourceData").GetProperty("id").GetGuid()));
        List<Guid> members = [];
        while (members.Count < Users)
        {
            foreach (JsonElement notice in (await groups.NextAsync()).Notices.Where(notice => notice.GetProperty("resourceData").TryGetProperty("members@delta", out _)))
            {
                JsonElement links = notice.GetProperty("resourceData").GetProperty("members@delta");
                Assert.InRange(links.GetArrayLength(), 1, NotificationLimits.NoticeMembers);
                members.AddRange(links.EnumerateArray().Select(link => link.GetProperty("id").GetGuid()));
            }
        }

        Assert.Equal(ids.Order(), members.Order());
    }

    // B189
    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task What_a_receiver_does_not_take_is_sent_again_before_anything_later(int status)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        int attempts = 0;
        receiver.OnDelivery = (context, delivery) =>
        {
            Assert.Equal("/hook", delivery.Path);
            bool fails = Interlocked.Increment(ref attempts) <= 1;
            context.Response.StatusCode = fails ? status : 200;
            context.Response.Headers.RetryAfter = "1";
            context.Response.Headers.Location = receiver.Url("/elsewhere");
            return Task.FromResult(!fails);
        };
        await SubscribeAsync(room, receiver.Url(), "/users");
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        JsonElement[] told = await receiver.NextAsync(2);
        Assert.Equal([$"Users/{ada}", $"Users/{bob}"], told.Select(notice => Text(notice, "resource")));
        Assert.True(attempts >= 2);
    }

    // B189
    [Fact]
    public async Task A_slow_receiver_is_asked_again_and_holds_up_nobody_else()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver slow = await Receiver.StartAsync();
        await using Receiver quick = await Receiver.StartAsync();
        TaskCompletionSource leave = new();
        int attempts = 0;
        slow.OnDelivery = async (context, _) =>
        {
            if (Interlocked.Increment(ref attempts) == 1)
            {
                await Task.WhenAny(leave.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
                return false;
            }

            return true;
        };
        await SubscribeAsync(room, slow.Url(), "/users");
        await SubscribeAsync(room, quick.Url(), "/users");
        Guid ada = await room.AddUserAsync("ada");
        Assert.Equal($"Users/{ada}", Text((await quick.NextAsync()).Notices[0], "resource"));
        Assert.Equal($"Users/{ada}", Text((await slow.NextAsync()).Notices[0], "resource"));
        leave.SetResult();
    }

    // B190
    [Fact]
    public async Task A_subscription_that_ends_soon_asks_once_to_be_renewed_and_then_tells_that_it_is_gone()
    {
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        JsonElement made = await SubscribeAsync(room, receiver.Url(), "/users", until: time.GetUtcNow().AddHours(1), lifecycle: receiver.Url("/life"));
        string path = $"/v1.0/subscriptions/{Text(made, "id")}";
        DateTimeOffset ends = made.GetProperty("expirationDateTime").GetDateTimeOffset();
        await time.ReachAsync(ends - NotificationLimits.ReauthorizeBefore);
        JsonElement challenge = await ComesAsync("reauthorizationRequired");
        Assert.Equal(
            $$"""{"subscriptionId":"{{Text(made, "id")}}","subscriptionExpirationDateTime":{{made.GetProperty("expirationDateTime").GetRawText()}},"tenantId":"{{RunningRoom.TenantId}}","clientState":"the secret","lifecycleEvent":"reauthorizationRequired"}""",
            challenge.GetRawText());

        // A renewal begins anew; a reauthorization alone is followed by the next question at once, for the end has not moved.
        ends = time.GetUtcNow().AddHours(2);
        await room.DoAsync("PATCH", path, $$"""{"expirationDateTime":"{{ends:O}}"}""");
        await time.ReachAsync(ends - NotificationLimits.ReauthorizeBefore);
        await ComesAsync("reauthorizationRequired");
        await room.DoAsync("POST", path + "/reauthorize");
        await ComesAsync("reauthorizationRequired");
        await time.ReachAsync(ends);
        await ComesAsync("subscriptionRemoved");
        Assert.Equal(404, (await room.SendAsync("GET", path)).Status);
        Assert.False(receiver.HasMore);

        async Task<JsonElement> ComesAsync(string lifecycleEvent)
        {
            Delivery delivery = await receiver.NextAsync();
            JsonElement notice = Assert.Single(delivery.Notices);
            Assert.Equal(("/life", lifecycleEvent), (delivery.Path, Text(notice, "lifecycleEvent")));
            return notice;
        }
    }

    // B189, B190
    [Fact]
    public async Task What_was_given_up_is_told_as_missed_and_later_changes_come_again()
    {
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        bool refuses = true;
        receiver.OnDelivery = (context, delivery) =>
        {
            bool fails = Volatile.Read(ref refuses) && delivery.Path == "/hook";
            context.Response.StatusCode = fails ? 500 : 202;
            return Task.FromResult(!fails);
        };
        await SubscribeAsync(room, receiver.Url(), "/users", until: time.GetUtcNow().AddDays(20), lifecycle: receiver.Url("/life"));
        DateTimeOffset begun = time.GetUtcNow();
        await room.AddUserAsync("ada");
        Task<Delivery> missed = receiver.NextAsync();
        await time.StepUntilAsync(TimeSpan.FromMinutes(1), missed);
        Assert.Equal("missed", Text(Assert.Single((await missed).Notices), "lifecycleEvent"));
        Assert.True(time.GetUtcNow() - begun >= NotificationLimits.RetryFor - NotificationLimits.LongestPause);

        Volatile.Write(ref refuses, false);
        Guid bob = await room.AddUserAsync("bob");
        Assert.Equal($"Users/{bob}", Text((await receiver.NextAsync()).Notices[0], "resource"));
    }

    private static Task<JsonElement> SubscribeAsync(
        RunningRoom room, string url, string resource, string changeType = "updated,deleted", DateTimeOffset? until = null, string? lifecycle = null) =>
        room.DoAsync("POST", "/v1.0/subscriptions", Subscribing.Body(url, until ?? DateTimeOffset.UtcNow.AddHours(2), lifecycle, resource, changeType));

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
