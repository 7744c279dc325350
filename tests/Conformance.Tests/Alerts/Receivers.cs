using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Conformance.Tests.Notifications;
using Berth.Graph.Notifications;
using Berth.Graph.Telling;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>Who may be told of alerts, and of what (B789, B790, B796).</summary>
public sealed class Receivers
{
    private const string Path = "/berth/v1/alertReceivers";

    [Fact]
    public async Task A_receiver_is_made_read_changed_and_removed_and_its_secret_is_shown_once()
    {
        // B790, B793
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement made = await room.DoAsync("POST", Path, """{"url":"https://hooks.fabrikam.example/berth","displayName":"the desk","kinds":["poolWaiting","poolExhausted","poolWaiting"],"thresholds":{"freeUnits":5,"freePercent":10}}""");
        Assert.Equal(
            ["id", "displayName", "url", "address", "kinds", "thresholds", "createdDateTime", "lastTakenDateTime", "problem", "secret"], made.EnumerateObject().Select(property => property.Name));
        Assert.Equal(TellingLimits.SecretBytes, System.Buffers.Text.Base64Url.DecodeFromChars(made.GetProperty("secret").GetString()).Length);
        Assert.Equal("""["poolExhausted","poolWaiting"]""", made.GetProperty("kinds").GetRawText());
        Assert.Equal("""{"freeUnits":5,"freePercent":10,"waiting":1,"bufferUses":1}""", made.GetProperty("thresholds").GetRawText());

        string one = $"{Path}/{made.GetProperty("id").GetString()}";
        Assert.False((await room.DoAsync("GET", one)).TryGetProperty("secret", out _));
        JsonElement changed = await room.DoAsync("PATCH", one, """{"displayName":null,"thresholds":{"freePercent":null,"waiting":3}}""");
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("displayName").ValueKind);
        Assert.Equal("""{"freeUnits":5,"freePercent":null,"waiting":3,"bufferUses":1}""", changed.GetProperty("thresholds").GetRawText());
        Assert.Equal("""["poolExhausted","poolWaiting"]""", changed.GetProperty("kinds").GetRawText());
        JsonElement listed = Assert.Single((await room.DoAsync("GET", Path)).GetProperty("value").EnumerateArray());
        Assert.Equal(changed.GetRawText(), listed.GetRawText());
        Assert.DoesNotContain(made.GetProperty("secret").GetString()!, listed.GetRawText(), StringComparison.Ordinal);

        Assert.Equal(204, (await room.SendAsync("DELETE", one)).Status);
        foreach ((string method, string path) in new[] { ("GET", one), ("DELETE", one), ("POST", one + "/test"), ("GET", $"{Path}/nobody") })
        {
            Assert.Equal(404, (await room.SendAsync(method, path)).Status);
        }

        Assert.Equal(404, (await room.SendAsync("PATCH", one, "{}")).Status);
    }

    // B753
    [Fact]
    public async Task Who_made_changed_and_removed_a_receiver_stands_in_the_history_without_its_secrets()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement made = await room.DoAsync("POST", Path, """{"url":"https://hooks.fabrikam.example/very-secret-path","displayName":"the desk"}""");
        string one = $"{Path}/{made.GetProperty("id").GetString()}";
        await room.DoAsync("PATCH", one, """{"displayName":"the night shift"}""");
        Assert.Equal(204, (await room.SendAsync("DELETE", one)).Status);

        // What is refused is not told.
        Assert.Equal(404, (await room.SendAsync("DELETE", one)).Status);
        Assert.Equal(404, (await room.SendAsync("PATCH", one, """{"displayName":"nobody"}""")).Status);
        Assert.Equal(400, (await room.SendAsync("POST", Path, """{"url":"hooks"}""")).Status);

        JsonElement[] audits = [.. (await room.DoAsync("GET", "/v1.0/auditLogs/directoryAudits?$top=3")).GetProperty("value").EnumerateArray()];
        Assert.Equal(["Delete alert receiver", "Update alert receiver", "Add alert receiver"], audits.Select(audit => audit.GetProperty("activityDisplayName").GetString()));
        Assert.Equal(["the night shift", "the night shift", "the desk"], audits.Select(audit => audit.GetProperty("targetResources")[0].GetProperty("displayName").GetString()));
        Assert.All(audits, audit => Assert.Equal(made.GetProperty("id").GetString(), audit.GetProperty("targetResources")[0].GetProperty("id").GetString()));
        JsonElement history = await room.DoAsync("GET", "/berth/v1/history");
        JsonElement entry = history.GetProperty("value")[0].GetProperty("before").GetProperty("identity")[0];
        Assert.Equal(("alertReceiverRemoved", "hooks.fabrikam.example"), (entry.GetProperty("act").GetString(), entry.GetProperty("detail").GetString()));
        foreach (string text in (string[])[history.GetRawText(), .. audits.Select(audit => audit.GetRawText())])
        {
            Assert.DoesNotContain("very-secret-path", text, StringComparison.Ordinal);
            Assert.DoesNotContain(made.GetProperty("secret").GetString()!, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{}", 400, "valueMissing")]
    [InlineData("""{"url":"http://127.0.0.1:1/","address":"desk@contoso.com"}""", 400, "valueMissing")]
    [InlineData("""{"url":"hooks"}""", 400, "notificationUrlInvalid")]
    [InlineData("""{"url":"ftp://127.0.0.1/"}""", 400, "notificationUrlInvalid")]
    [InlineData("""{"url":"http://user@127.0.0.1/"}""", 400, "notificationUrlInvalid")]
    [InlineData("""{"url":"http://hooks.fabrikam.example/"}""", 400, "notificationUrlInvalid")]
    [InlineData("""{"url":"https://hooks.example.com/"}""", 400, "notificationHostNotAllowed")]
    [InlineData("""{"url":"https://169.254.169.254/latest"}""", 400, "notificationHostNotAllowed")]
    [InlineData("""{"address":"desk@contoso.com"}""", 400, "mailNotConfigured")]
    [InlineData("""{"address":"nobody"}""", 400, "valueInvalid")]
    [InlineData("""{"address":"desk@contoso.com\r\nBcc: all@contoso.com"}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","kinds":[]}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","kinds":["everything"]}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","kinds":"poolWaiting"}""", 400, "typeWrong")]
    [InlineData("""{"url":"http://127.0.0.1:1/","secret":"mine"}""", 400, "propertyUnknown")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"freeUnits":-1}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"freeUnits":1000001}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"freePercent":101}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"waiting":0}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"waiting":1000001}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"bufferUses":0}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"bufferUses":5}}""", 400, "valueInvalid")]
    [InlineData("""{"url":"http://127.0.0.1:1/","thresholds":{"seats":1}}""", 400, "propertyUnknown")]
    public async Task What_no_receiver_can_be_is_refused(string body, int status, string code)
    {
        // B790; an example in a sentence is no company that could be a tenant here (B760).
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string sentence = await room.RefusedAsync(status, code, "POST", Path, body);
        Assert.NotEmpty(sentence);
        Assert.DoesNotContain("contoso", sentence.Replace(body, "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await room.DoAsync("GET", Path)).GetProperty("value").EnumerateArray());
    }

    [Fact]
    public async Task Limits_hold_at_their_ends_and_where_a_receiver_is_does_not_change()
    {
        // B790
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string url = "http://127.0.0.1:1/".PadRight(NotificationLimits.UrlCharacters, 'a'), name = new('n', TellingLimits.NameCharacters);
        string first = (await room.DoAsync("POST", Path, $$$"""{"url":"{{{url}}}","displayName":"{{{name}}}","thresholds":{"freeUnits":1000000,"freePercent":100,"waiting":1000000,"bufferUses":4}}""")).GetProperty("id").GetString()!;
        await room.DoAsync("PATCH", $"{Path}/{first}", """{"thresholds":{"freeUnits":0,"freePercent":0,"waiting":1,"bufferUses":1}}""");
        await room.RefusedAsync(400, "valueInvalid", "POST", Path, $$"""{"url":"{{url}}a"}""");
        await room.RefusedAsync(400, "valueInvalid", "POST", Path, $$"""{"url":"http://127.0.0.1:1/","displayName":"{{name}}n"}""");
        Assert.Contains("does not change", await room.RefusedAsync(400, "propertyUnknown", "PATCH", $"{Path}/{first}", """{"url":"http://127.0.0.1:2/"}"""), StringComparison.Ordinal);
        await room.RefusedAsync(400, "propertyUnknown", "PATCH", $"{Path}/{first}", """{"address":"desk@contoso.com"}""");

        for (int count = 1; count < TellingLimits.MostReceivers; count++)
        {
            await room.DoAsync("POST", Path, """{"url":"http://127.0.0.1:1/"}""");
        }

        Assert.Contains($"{TellingLimits.MostReceivers}", await room.RefusedAsync(403, "alertReceiversTooMany", "POST", Path, """{"url":"http://127.0.0.1:1/"}"""), StringComparison.Ordinal);
        Assert.Equal(204, (await room.SendAsync("DELETE", $"{Path}/{first}")).Status);
        await room.DoAsync("POST", Path, """{"url":"http://127.0.0.1:1/"}""");
    }

    [Fact]
    public async Task Thresholds_decide_what_is_an_alert_below_at_and_above()
    {
        // B789: 10 seats of which 8 are taken.
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync("SPE_E5", 10);
        await TakeAsync(room, "SPE_E5", 8);
        Assert.Empty(await ActiveAsync(room));
        string id = (await room.DoAsync("POST", Path, """{"url":"http://127.0.0.1:1/"}""")).GetProperty("id").GetString()!;
        foreach ((string thresholds, string? message) in new[]
        {
            ("""{"freeUnits":1}""", null),
            ("""{"freeUnits":2}""", "2 of 10 seats are free."),
            ("""{"freeUnits":3}""", "2 of 10 seats are free."),
            ("""{"freeUnits":0,"freePercent":19}""", null),
            ("""{"freePercent":20}""", "2 of 10 seats are free."),
            ("""{"freePercent":21}""", "2 of 10 seats are free."),
        })
        {
            await room.DoAsync("PATCH", $"{Path}/{id}", $$"""{"thresholds":{{thresholds}}}""");
            JsonElement[] alerts = await ActiveAsync(room, $"?receiverId={id}");
            Assert.True(message is null ? alerts.Length == 0 : alerts is [{ } one] && one.GetProperty("message").GetString() == $"SPE_E5 ({room.Tenant.Catalog.FindByPartNumber("SPE_E5").First().ProductName}): {message}", thresholds);
        }

        // A receiver of other kinds sees none of it.
        await room.DoAsync("PATCH", $"{Path}/{id}", """{"kinds":["poolWaiting"]}""");
        Assert.Empty(await ActiveAsync(room, $"?receiverId={id}"));

        // Nine, ten, and more people than seats.
        await TakeAsync(room, "SPE_E5", 1);
        Assert.Empty(await ActiveAsync(room));
        await TakeAsync(room, "SPE_E5", 1);
        JsonElement full = Assert.Single(await ActiveAsync(room));
        Assert.Equal(("poolExhausted", "warning", "SPE_E5", room.Sku("SPE_E5")), (
            full.GetProperty("kind").GetString(), full.GetProperty("severity").GetString(), full.GetProperty("displayName").GetString(), full.GetProperty("subjectId").GetGuid()));
        Assert.EndsWith("all 10 seats are taken.", full.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["id", "kind", "severity", "subjectId", "displayName", "sinceDateTime", "message", "advice"], full.EnumerateObject().Select(property => property.Name));

        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/alerts?receiverId=x");
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/alerts?top=1");
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/berth/v1/alerts?receiverId={Guid.NewGuid()}");
    }

    [Fact]
    public async Task People_who_wait_are_an_alert_from_the_first_on_and_since_the_longest_wait()
    {
        // B789
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2031-05-01T08:00:00Z"}""");
        await room.BuyAsync("SPE_E5", 1);
        Guid group = await room.AddGroupAsync("sales", await room.AddUserAsync("ada"), await room.AddUserAsync("bob"), await room.AddUserAsync("eve"));
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT2H"}""");
        JsonElement waiting = (await ActiveAsync(room)).Single(one => one.GetProperty("kind").GetString() == "poolWaiting");
        Assert.Equal(("critical", "2031-05-01T08:00:00Z"), (waiting.GetProperty("severity").GetString(), waiting.GetProperty("sinceDateTime").GetString()));
        Assert.Contains(": 2 licenses of groups wait for a seat", waiting.GetProperty("message").GetString(), StringComparison.Ordinal);

        string id = (await room.DoAsync("POST", Path, """{"url":"http://127.0.0.1:1/","kinds":["poolWaiting"],"thresholds":{"waiting":2}}""")).GetProperty("id").GetString()!;
        Assert.Single(await ActiveAsync(room, $"?receiverId={id}"));
        await room.DoAsync("PATCH", $"{Path}/{id}", """{"thresholds":{"waiting":3}}""");
        Assert.Empty(await ActiveAsync(room, $"?receiverId={id}"));
    }

    [Fact]
    public async Task A_test_is_sent_says_what_became_of_it_and_comes_seldom()
    {
        // B796
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        JsonElement good = await room.DoAsync("POST", Path, $$"""{"url":"{{receiver.Url()}}"}""");
        Assert.Equal("""{"isTaken":true,"problem":null}""", (await room.SendAsync("POST", $"{Path}/{good.GetProperty("id").GetString()}/test")).Text);
        Delivery delivery = await receiver.NextAsync();
        Assert.Equal("test", delivery.Notices.Single().GetProperty("status").GetString());
        Told.AssertSigned(delivery, good.GetProperty("secret").GetString()!);
        Answer soon = await room.SendAsync("POST", $"{Path}/{good.GetProperty("id").GetString()}/test");
        Assert.Equal((429, "alertTestTooSoon", "10"), (soon.Status, soon.InnerCode, soon.Header("Retry-After")));

        receiver.OnDelivery = static (context, _) =>
        {
            context.Response.StatusCode = 418;
            return Task.FromResult(false);
        };
        string other = (await room.DoAsync("POST", Path, $$"""{"url":"{{receiver.Url()}}"}""")).GetProperty("id").GetString()!;
        Assert.Equal("""{"isTaken":false,"problem":"it answered with status 418"}""", (await room.SendAsync("POST", $"{Path}/{other}/test")).Text);
    }

    [Fact]
    public async Task Reading_receivers_asks_for_as_much_as_making_them()
    {
        // B790
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Equal(403, (await room.SendAsync("GET", Path, token: "Organization.Read.All,CloudPC.ReadWrite.All")).Status);
        Assert.Equal(403, (await room.SendAsync("GET", Path, token: "Organization.ReadWrite.All")).Status);
        Assert.Equal(200, (await room.SendAsync("GET", Path, token: "Organization.ReadWrite.All,CloudPC.ReadWrite.All")).Status);
        Assert.Equal(403, (await room.SendAsync("GET", "/berth/v1/alerts", token: "LicenseAssignment.Read.All")).Status);
        Assert.Equal(200, (await room.SendAsync("GET", "/berth/v1/alerts", token: "LicenseAssignment.Read.All,CloudPC.Read.All")).Status);
    }

    private static async Task TakeAsync(RunningRoom room, string part, int people)
    {
        for (int i = 0; i < people; i++)
        {
            Guid user = await room.AddUserAsync($"u{Guid.NewGuid():N}");
            await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku(part)], []));
        }
    }

    private static async Task<JsonElement[]> ActiveAsync(RunningRoom room, string query = "") =>
        [.. (await room.DoAsync("GET", $"/berth/v1/alerts{query}")).GetProperty("value").EnumerateArray()];
}
