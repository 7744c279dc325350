using System.Net;
using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Graph.Notifications;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Berth.Conformance.Tests.Notifications;

/// <summary>How subscriptions come into being, live and end (L171, B187, B188).</summary>
public sealed class Subscribing
{
    private static readonly Guid OtherApp = Guid.Parse("7e0a9a52-4f1b-4b7e-8f5c-0c5d3a6b9e11");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_receiver_that_gives_the_token_back_gets_a_subscription()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        List<(string Method, string? Type, string Path, string Token)> asked = [];
        receiver.OnValidation = async (context, token) =>
        {
            lock (asked)
            {
                asked.Add((context.Request.Method, context.Request.ContentType, context.Request.Path + context.Request.Query["a"].ToString(), token));
            }

            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(token);
        };
        DateTimeOffset until = DateTimeOffset.UtcNow.AddHours(2);
        Answer answer = await room.SendAsync("POST", "/v1.0/subscriptions", Body(receiver.Url("/hook?a=b"), until, lifecycle: receiver.Url("/life")));
        Assert.True(answer.Status == 201, answer.Text);
        JsonElement made = answer.Json;
        Assert.Equal($"{room.Http.BaseAddress}v1.0/subscriptions/{made.GetProperty("id").GetGuid()}", answer.Location);
        Assert.EndsWith("/v1.0/$metadata#subscriptions/$entity", made.GetProperty("@odata.context").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ("/users", "updated,deleted", "the secret", receiver.Url("/hook?a=b"), receiver.Url("/life"), "v1_2", "0b6c8b1e-93d4-4a0e-9c1c-6f1f5b0a7d21"),
            (Text(made, "resource"), Text(made, "changeType"), Text(made, "clientState"), Text(made, "notificationUrl"), Text(made, "lifecycleNotificationUrl"), Text(made, "latestSupportedTlsVersion"), Text(made, "applicationId")));
        Assert.Equal(until, made.GetProperty("expirationDateTime").GetDateTimeOffset());
        Assert.Equal(["/hookb", "/life"], asked.Select(one => one.Path));
        Assert.All(asked, one => Assert.Equal(("POST", "text/plain; charset=utf-8"), (one.Method, one.Type)));
        Assert.All(asked, one => Assert.StartsWith("Validation: Testing client application reachability for subscription Request-Id: ", one.Token, StringComparison.Ordinal));

        Assert.Equal(made.GetProperty("id").GetGuid(), Assert.Single((await room.DoAsync("GET", "/beta/subscriptions")).GetProperty("value").EnumerateArray().ToArray()).GetProperty("id").GetGuid());
        Assert.Equal("the secret", Text(await room.DoAsync("GET", $"/v1.0/subscriptions/{Text(made, "id")}"), "clientState"));
        await room.DoAsync("DELETE", $"/v1.0/subscriptions/{Text(made, "id")}");
        Answer gone = await room.SendAsync("GET", $"/v1.0/subscriptions/{Text(made, "id")}");
        Assert.Equal((404, "ResourceNotFound", "The object was not found."), (gone.Status, gone.Code, gone.Message));
        Assert.Equal(404, (await room.SendAsync("DELETE", $"/v1.0/subscriptions/{Text(made, "id")}")).Status);
    }

    public static TheoryData<string, string> BadReceivers => new()
    {
        { "error", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request." },
        { "accepted", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request." },
        { "redirect", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request." },
        { "drop", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request." },
        { "nobody", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request." },
        { "encoded", "Subscription validation request failed. Response must exactly match validationToken query parameter." },
        { "html", "Subscription validation request failed. Response must exactly match validationToken query parameter." },
        { "endless", "Subscription validation request failed. Response must exactly match validationToken query parameter." },
        { "slow", "Subscription validation request timed out." },
    };

    [Theory]
    [MemberData(nameof(BadReceivers))]
    public async Task A_receiver_that_does_not_prove_itself_gets_none(string kind, string message)
    {
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        string url = kind == "nobody" ? "http://127.0.0.1:9/hook" : receiver.Url();
        TaskCompletionSource asked = new(), leave = new();
        receiver.OnValidation = async (context, token) =>
        {
            asked.TrySetResult();
            switch (kind)
            {
                case "error":
                    context.Response.StatusCode = 500;
                    break;
                case "accepted":
                    context.Response.StatusCode = 202;
                    await context.Response.WriteAsync(token);
                    break;
                case "redirect":
                    context.Response.Redirect(receiver.Url("/elsewhere") + $"?validationToken={WebUtility.UrlEncode(token)}");
                    break;
                case "drop":
                    context.Abort();
                    break;
                case "encoded":
                    context.Response.ContentType = "text/plain";
                    await context.Response.WriteAsync(WebUtility.UrlEncode(token));
                    break;
                case "html":
                    context.Response.ContentType = "text/html";
                    await context.Response.WriteAsync(token);
                    break;
                case "endless":
                    context.Response.ContentType = "text/plain";
                    await context.Response.WriteAsync(token + new string(' ', NotificationLimits.HandshakeBytes));
                    break;
                default:
                    await Task.WhenAny(leave.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
                    break;
            }
        };
        Task<Answer> posting = room.SendAsync("POST", "/v1.0/subscriptions", Body(url, time.GetUtcNow().AddHours(1)));
        if (kind == "slow")
        {
            await asked.Task;
            time.Advance(NotificationLimits.Handshake - TimeSpan.FromTicks(1));
            Assert.False(posting.IsCompleted);
            time.Advance(TimeSpan.FromTicks(1));
        }

        Answer answer = await posting;
        leave.SetResult();
        Assert.Equal((400, "ValidationError", "notificationUrlNotValidated", message), (answer.Status, answer.Code, answer.InnerCode, answer.Message));
        Assert.Empty((await room.DoAsync("GET", "/v1.0/subscriptions")).GetProperty("value").EnumerateArray());
    }

    [Fact]
    public async Task The_receiver_of_lifecycle_notifications_is_validated_too()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        Answer answer = await room.SendAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1), lifecycle: "http://127.0.0.1:9/life"));
        Assert.Equal((400, "ValidationError", "lifecycleNotificationUrl"), (answer.Status, answer.Code, answer.Json.GetProperty("error").GetProperty("target").GetString()));
    }

    // B188
    [Theory]
    [InlineData("http://example.com/hook", "notificationHostNotAllowed")]
    [InlineData("https://example.com/hook", "notificationHostNotAllowed")]
    [InlineData("https://127.0.0.2/hook", "notificationHostNotAllowed")]
    [InlineData("https://localhost.example.com/hook", "notificationHostNotAllowed")]
    [InlineData("https://127.0.0.1.example.com/hook", "notificationHostNotAllowed")]
    [InlineData("https://169.254.169.254/latest", "notificationHostNotAllowed")]
    [InlineData("https://[::ffff:127.0.0.1]/", "notificationHostNotAllowed")]
    [InlineData("http://hooks.fabrikam.example/hook", "notificationUrlInvalid")]
    [InlineData("https://hooks.fabrikam.example@example.com/", "notificationUrlInvalid")]
    [InlineData("http://user:word@127.0.0.1/hook", "notificationUrlInvalid")]
    [InlineData("http://127.0.0.1/hook#part", "notificationUrlInvalid")]
    [InlineData("ftp://127.0.0.1/hook", "notificationUrlInvalid")]
    [InlineData("file:///etc/passwd", "notificationUrlInvalid")]
    [InlineData("EventHub:https://x", "notificationUrlInvalid")]
    [InlineData("/hook", "notificationUrlInvalid")]
    public async Task Notifications_go_to_this_machine_and_to_named_hosts_by_https_only(string url, string innerCode)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.OnValidation = (_, _) => throw new InvalidOperationException("Nobody may be asked.");
        foreach (string body in (string[])[Body(url, DateTimeOffset.UtcNow.AddHours(1)), Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1), lifecycle: url)])
        {
            Answer answer = await room.SendAsync("POST", "/v1.0/subscriptions", body);
            Assert.Equal((400, "InvalidRequest", innerCode), (answer.Status, answer.Code, answer.InnerCode));
        }
    }

    // B188
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("::", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("ff02::1", false)]
    [InlineData("10.1.2.3", true)]
    [InlineData("203.0.113.9", true)]
    [InlineData("2001:db8::9", true)]
    public void A_named_host_leads_to_no_address_that_only_this_machine_can_mean(string address, bool may) =>
        Assert.Equal(may, NotificationHosts.MayLeadTo(IPAddress.Parse(address)));

    // L171
    [Theory]
    [InlineData("""{"changeType":"created"}""", 400, "InvalidRequest", "changeTypeUnsupported")]
    [InlineData("""{"changeType":"updated,created"}""", 400, "InvalidRequest", "changeTypeUnsupported")]
    [InlineData("""{"changeType":""}""", 400, "InvalidRequest", "valueMissing")]
    [InlineData("""{"resource":"/me/messages"}""", 400, "InvalidRequest", "resourceUnsupported")]
    [InlineData("""{"resource":"users/x/messages"}""", 400, "InvalidRequest", "resourceUnsupported")]
    [InlineData("""{"resource":"/users?$filter=id eq '1'"}""", 400, "InvalidRequest", "resourceUnsupported")]
    [InlineData("""{"resource":"me"}""", 400, "InvalidRequest", "resourceUnsupported")]
    [InlineData("""{"resource":"groups/b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20/transitiveMembers"}""", 400, "InvalidRequest", "resourceUnsupported")]
    [InlineData("""{"resource":"groups/b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20"}""", 404, "ResourceNotFound", "resourceNotFound")]
    [InlineData("""{"resource":"users/nobody@fabrikam.example"}""", 404, "ResourceNotFound", "resourceNotFound")]
    [InlineData("""{"expirationDateTime":null}""", 400, "InvalidRequest", "valueMissing")]
    [InlineData("""{"expirationDateTime":"2016-11-20T18:23:45.9356913Z"}""", 400, "InvalidRequest", "expirationPast")]
    [InlineData("""{"expirationDateTime":"2099-11-20T18:23:45.9356913Z"}""", 400, "ExtensionError", "expirationTooLate")]
    [InlineData("""{"expirationDateTime":"tomorrow"}""", 400, "InvalidRequest", "valueInvalid")]
    [InlineData("""{"includeResourceData":true}""", 400, "InvalidRequest", "valueInvalid")]
    [InlineData("""{"encryptionCertificate":"x"}""", 400, "InvalidRequest", "valueInvalid")]
    [InlineData("""{"latestSupportedTlsVersion":"v9"}""", 400, "InvalidRequest", "valueInvalid")]
    [InlineData("""{"clientstate":7}""", 400, "InvalidRequest", "typeWrong")]
    [InlineData("""{"whatever":1}""", 400, "InvalidRequest", "propertyUnknown")]
    [InlineData("""[]""", 400, "InvalidRequest", "typeWrong")]
    [InlineData("""{""", 400, "InvalidRequest", "jsonInvalid")]
    public async Task What_a_subscription_cannot_be_is_refused(string other, int status, string code, string innerCode)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.OnValidation = (_, _) => throw new InvalidOperationException("Nobody may be asked.");
        string body = Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1));
        if (other.EndsWith('}'))
        {
            Dictionary<string, JsonElement> merged = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(body)!;
            foreach ((string name, JsonElement value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(other)!)
            {
                merged.Remove(merged.Keys.FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name);
                merged[name] = value;
            }

            other = JsonSerializer.Serialize(merged);
        }

        Answer answer = await room.SendAsync("POST", "/v1.0/subscriptions", other);
        Assert.Equal((status, code, innerCode), (answer.Status, answer.Code, answer.InnerCode));
    }

    [Fact]
    public async Task The_texts_of_a_subscription_have_limits()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        DateTimeOffset until = DateTimeOffset.UtcNow.AddHours(1);
        foreach (int difference in (int[])[-1, 0, 1])
        {
            int expected = difference > 0 ? 400 : 201;
            Assert.Equal(expected, (await room.SendAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), until, state: new string('s', NotificationLimits.ClientStateCharacters + difference)))).Status);
            string url = receiver.Url("/?x=");
            Assert.Equal(expected, (await room.SendAsync("POST", "/v1.0/subscriptions", Body(url + new string('x', NotificationLimits.UrlCharacters - url.Length + difference), until))).Status);
            Answer resource = await room.SendAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), until, resource: new string('x', NotificationLimits.ResourceCharacters + difference)));
            Assert.Equal(difference > 0 ? "valueInvalid" : "resourceUnsupported", resource.InnerCode);
        }
    }

    // L171
    [Fact]
    public async Task A_life_is_raised_to_the_shortest_and_bounded_by_the_longest()
    {
        SteppedTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await using Receiver receiver = await Receiver.StartAsync();
        DateTimeOffset now = time.GetUtcNow(), longest = now.AddMinutes(NotificationLimits.LongestLifeMinutes), shortest = now + NotificationLimits.ShortestLife;
        Assert.Equal(shortest, await MadeAsync(now.AddSeconds(1)));
        Assert.Equal(shortest, await MadeAsync(shortest.AddSeconds(-1)));
        Assert.Equal(shortest.AddSeconds(1), await MadeAsync(shortest.AddSeconds(1)));
        Assert.Equal(longest, await MadeAsync(longest));
        Answer late = await room.SendAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), longest.AddSeconds(1)));
        Assert.Equal((400, "ExtensionError", "Subscription expiration can only be 41760 minutes in the future."), (late.Status, late.Code, late.Message));
        Answer past = await room.SendAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), now));
        Assert.Equal((400, "expirationPast"), (past.Status, past.InnerCode));

        async Task<DateTimeOffset> MadeAsync(DateTimeOffset until) =>
            (await room.DoAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), until))).GetProperty("expirationDateTime").GetDateTimeOffset();
    }

    // B187
    [Fact]
    public async Task An_application_and_a_tenant_have_so_many_subscriptions_and_no_more()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        SubscriptionBook book = await room.Books.OfAsync(room.Desk, Cancel);
        ChangeSubscription made = new(
            Guid.Empty, OtherApp, null, "/groups", new Watched(WatchedKind.Groups, null), true, false, null, receiver.Url(), null, "v1_2", DateTimeOffset.UtcNow.AddDays(1), 0, false);
        for (int i = 0; i < NotificationLimits.PerApplication - 1; i++)
        {
            Assert.Null(await book.AddAsync(made with { Id = Guid.NewGuid() }, Cancel));
        }

        string body = Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal(201, (await room.SendAsync("POST", "/v1.0/subscriptions", body, $"app {OtherApp} *")).Status);
        Answer refused = await room.SendAsync("POST", "/v1.0/subscriptions", body, $"app {OtherApp} *");
        Assert.Equal((403, "Forbidden", "subscriptionsTooMany"), (refused.Status, refused.Code, refused.InnerCode));
        Assert.Contains("100", refused.Message, StringComparison.Ordinal);

        while (book.All.Count < NotificationLimits.PerTenant - 1)
        {
            Assert.Null(await book.AddAsync(made with { Id = Guid.NewGuid(), ApplicationId = Guid.NewGuid() }, Cancel));
        }

        Assert.Equal(201, (await room.SendAsync("POST", "/v1.0/subscriptions", body)).Status);
        refused = await room.SendAsync("POST", "/v1.0/subscriptions", body);
        Assert.Equal((403, "subscriptionsTooMany"), (refused.Status, refused.InnerCode));
        Assert.Contains("1000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_that_is_asked_for_again_under_its_id_is_made_once()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        string body = Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1));
        Answer first = await room.SendAsync("POST", "/v1.0/subscriptions", body, "*", ("Repeatability-Request-ID", "1"));
        for (int i = 0; i < NotificationLimits.Answers - 1; i++)
        {
            string path = $"/v1.0/subscriptions/{first.Json.GetProperty("id").GetGuid()}/reauthorize";
            Assert.Equal(204, (await room.SendAsync("POST", path, (string?)null, "*", ("Repeatability-Request-ID", $"r{i}"))).Status);
        }

        Assert.Equal(first.Text, (await room.SendAsync("POST", "/v1.0/subscriptions", body, "*", ("Repeatability-Request-ID", "1"))).Text);
        Assert.Equal("repeatedDifferently", (await room.SendAsync("POST", "/v1.0/subscriptions", body + " ", "*", ("Repeatability-Request-ID", "1"))).InnerCode);
        Assert.Equal(201, (await room.SendAsync("POST", "/v1.0/subscriptions", body, "*", ("Repeatability-Request-ID", "2"))).Status);
        Assert.NotEqual(first.Text, (await room.SendAsync("POST", "/v1.0/subscriptions", body, "*", ("Repeatability-Request-ID", "1"))).Text);
        Assert.Equal(3, room.Books.Opened.Single().All.Count);
    }

    // B187
    [Fact]
    public async Task A_subscription_belongs_to_its_application_and_to_the_person_it_was_made_for()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        string body = Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1), resource: "me");
        JsonElement mine = (await room.SendAsync("POST", "/v1.0/subscriptions", body, $"user {ada} User.Read.All")).Json;
        Assert.Equal(ada, mine.GetProperty("creatorId").GetGuid());
        string path = $"/v1.0/subscriptions/{mine.GetProperty("id").GetGuid()}";
        foreach ((string token, int status) in ((string, int)[])[
            ($"user {ada} User.Read.All", 200), ("User.Read.All", 200), ($"user {bob} User.Read.All", 404), ($"app {OtherApp} *", 404), ($"user {ada} Group.Read.All", 403)])
        {
            Assert.Equal(status, (await room.SendAsync("GET", path, (string?)null, token)).Status);
            Assert.Equal(status, (await room.SendAsync("PATCH", path, $$"""{"expirationDateTime":"{{DateTimeOffset.UtcNow.AddHours(3):O}}"}""", token)).Status);
            Assert.Equal(status == 200 ? 204 : status, (await room.SendAsync("POST", path + "/reauthorize", (string?)null, token)).Status);
            Assert.Equal(status == 200 ? 1 : 0, (await room.SendAsync("GET", "/v1.0/subscriptions", (string?)null, token)).Json.GetProperty("value").GetArrayLength());
            if (status != 200)
            {
                Assert.Equal(status, (await room.SendAsync("DELETE", path, (string?)null, token)).Status);
            }
        }
    }

    // L171: the least permission of the resource is enough, and that of another resource is not.
    [Theory]
    [InlineData("/users", "User.Read.All", "Group.Read.All")]
    [InlineData("groups", "Group.Read.All", "GroupMember.Read.All")]
    [InlineData("groups/{group}", "Directory.Read.All", "User.Read.All")]
    [InlineData("/groups/{group}/members", "GroupMember.Read.All", "User.Read.All")]
    [InlineData("/groups('{group}')/owners", "Group.Read.All", "User.Read.All")]
    [InlineData("Users/ada@fabrikam.example", "User.Read.All", "Group.Read.All")]
    public async Task A_subscription_needs_the_permission_to_read_its_resource(string resource, string permission, string other)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        await room.AddUserAsync("ada");
        string body = Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1), resource: resource.Replace("{group}", $"{await room.AddGroupAsync("sales")}", StringComparison.Ordinal));
        Assert.Equal(403, (await room.SendAsync("POST", "/v1.0/subscriptions", body, other)).Status);
        Answer answer = await room.SendAsync("POST", "/v1.0/subscriptions", body, permission);
        Assert.True(answer.Status == 201, answer.Text);
    }

    [Fact]
    public async Task A_renewal_changes_the_end_and_the_receiver_and_nothing_else()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        JsonElement made = await room.DoAsync("POST", "/v1.0/subscriptions", Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(1)));
        string path = $"/v1.0/subscriptions/{Text(made, "id")}";
        DateTimeOffset until = DateTimeOffset.UtcNow.AddHours(5);
        JsonElement renewed = await room.DoAsync("PATCH", path, $$"""{"expirationDateTime":"{{until:O}}","notificationUrl":"{{receiver.Url("/other")}}"}""");
        Assert.Equal((until, receiver.Url("/other")), (renewed.GetProperty("expirationDateTime").GetDateTimeOffset(), Text(renewed, "notificationUrl")));
        Assert.Equal("propertyUnknown", (await room.SendAsync("PATCH", path, """{"resource":"/groups"}""")).InnerCode);
        Assert.Equal("propertyUnknown", (await room.SendAsync("PATCH", path, """{"clientState":"another"}""")).InnerCode);
        Assert.Equal("notificationHostNotAllowed", (await room.SendAsync("PATCH", path, """{"notificationUrl":"https://example.com/"}""")).InnerCode);
        Assert.Equal("notificationUrlNotValidated", (await room.SendAsync("PATCH", path, """{"notificationUrl":"http://127.0.0.1:9/"}""")).InnerCode);
        Assert.Equal("expirationPast", (await room.SendAsync("PATCH", path, """{"expirationDateTime":"2016-11-20T18:23:45Z"}""")).InnerCode);
        Assert.Equal(404, (await room.SendAsync("PATCH", $"/v1.0/subscriptions/{Guid.NewGuid()}", """{}""")).Status);
        Assert.Equal(renewed.GetRawText(), (await room.DoAsync("GET", path)).GetRawText());
    }

    internal static string Body(string url, DateTimeOffset until, string? lifecycle = null, string resource = "/users", string changeType = "updated,deleted", string? state = "the secret") =>
        JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["changeType"] = changeType,
            ["notificationUrl"] = url,
            ["lifecycleNotificationUrl"] = lifecycle,
            ["resource"] = resource,
            ["expirationDateTime"] = until,
            ["clientState"] = state,
        });

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
