using System.Globalization;
using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Faults;

/// <summary>The directory's throttling as published (L163 to L167, B230), on a clock that the test moves.</summary>
public sealed class CostModel
{
    private const string App = "0b6c8b1e-93d4-4a0e-9c1c-6f1f5b0a7d21";

    // L165
    [Theory]
    [InlineData("GET", "/v1.0/organization", 1)]
    [InlineData("GET", "/v1.0/users", 2)]
    [InlineData("GET", "/v1.0/users?$select=id", 1)]
    [InlineData("GET", "/v1.0/users?%24select=id&$top=5", 1)]
    [InlineData("GET", "/v1.0/users?$top=19", 1)]
    [InlineData("GET", "/v1.0/users?$top=20", 2)]
    [InlineData("GET", "/v1.0/users/USER", 1)]
    [InlineData("GET", "/v1.0/users/USER/licenseDetails", 2)]
    [InlineData("GET", "/v1.0/subscribedSkus", 3)]
    [InlineData("GET", "/v1.0/groups/GROUP/members", 3)]
    [InlineData("GET", "/v1.0/groups/GROUP/Members/microsoft.graph.user", 3)]
    [InlineData("GET", "/v1.0/groups/GROUP/members?$select=id", 2)]
    [InlineData("GET", "/v1.0/groups/GROUP?$expand=members", 2)]
    [InlineData("GET", "/v1.0/groups?$select=id", 1)]
    [InlineData("GET", "/beta/users", 2)]
    [InlineData("PATCH", "/v1.0/users/USER", 1)]
    public async Task A_request_costs_what_is_published(string method, string path, int units)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("group");
        await room.InstallAsync("""{"kind":"throttleModel"}""");
        string target = path.Replace("USER", $"{user}", StringComparison.Ordinal).Replace("GROUP", $"{group}", StringComparison.Ordinal);
        Answer answer = await room.SendAsync(method, target, method == "PATCH" ? """{"city":"Oslo"}""" : null);
        Assert.True(answer.Status < 300, answer.Text);
        Assert.Equal($"{units}", answer.Header("x-ms-resource-unit"));
        Assert.Null(answer.Header("x-ms-throttle-limit-percentage"));
        Assert.Null(answer.Header("x-ms-throttle-scope"));
    }

    [Fact]
    public async Task Without_the_model_no_answer_tells_of_a_cost()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.DoesNotContain((await room.SendAsync("GET", "/v1.0/users")).Headers.Keys, name => name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase));
    }

    // L163, L166, B230
    [Fact]
    public async Task A_bucket_warns_from_four_fifths_on_refuses_when_it_is_empty_and_fills_up_with_time()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"throttleModel","resourceUnits":10}""");
        Assert.All(await room.StatusesAsync(7), status => Assert.Equal(200, status));
        Answer eighth = await room.SendAsync("GET", "/v1.0/organization");
        Assert.Equal((200, "0.8"), (eighth.Status, eighth.Header("x-ms-throttle-limit-percentage")));
        Assert.Equal("0.9", (await room.SendAsync("GET", "/v1.0/organization")).Header("x-ms-throttle-limit-percentage"));
        Assert.Equal((200, "1.0"), Told(await room.SendAsync("GET", "/v1.0/organization")));

        // What is refused counts too: eleven units are used of ten, and the next may come when nine are left.
        Answer refused = await room.SendAsync("GET", "/v1.0/organization");
        Assert.Equal((429, "1.1"), Told(refused));
        Assert.Equal("2", refused.Header("Retry-After"));
        Assert.Equal(
            ($"Tenant_Application/ReadWrite/{App}/{RunningRoom.TenantId}", "ResourceUnitLimitExceeded", "1"),
            (refused.Header("x-ms-throttle-scope"), refused.Header("x-ms-throttle-information"), refused.Header("x-ms-resource-unit")));
        Assert.Equal(("TooManyRequests", "throttled"), (refused.Code, refused.InnerCode));

        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);
        Assert.Equal([(12, 1)], await room.CountsAsync());

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((200, null), Told(await room.SendAsync("GET", "/v1.0/organization")));
    }

    // B230
    [Fact]
    public async Task A_model_refuses_no_more_often_than_it_may_and_then_tells_the_cost_only()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync(time: new ManualTime());
        await room.InstallAsync("""{"kind":"throttleModel","resourceUnits":1,"count":1}""");
        Assert.Equal((int[])[200, 429], await room.StatusesAsync(2));
        Answer served = await room.SendAsync("GET", "/v1.0/organization");
        Assert.Equal((200, "1", null, "1.8"), (served.Status, served.Header("x-ms-resource-unit"), served.Header("x-ms-throttle-scope"), served.Header("x-ms-throttle-limit-percentage")));
        Assert.Equal([(3, 1)], await room.CountsAsync());
    }

    // L163, L166
    [Fact]
    public async Task Who_does_not_wait_is_counted_up_to_the_most_that_the_header_tells()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"throttleModel","resourceUnits":10}""");
        await room.StatusesAsync(40);
        Answer refused = await room.SendAsync("GET", "/v1.0/organization");
        Assert.Equal((429, "1.8"), Told(refused));
        Assert.Equal("9", refused.Header("Retry-After"));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);
    }

    // L164, B230
    [Fact]
    public async Task Writes_have_a_bucket_of_their_own()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        Guid user = await room.AddUserAsync("ada");
        await room.InstallAsync("""{"kind":"throttleModel","writes":3}""");
        Assert.Equal((int[])[204, 204, 204, 429], await room.StatusesAsync(4, "PATCH", $"/v1.0/users/{user}", """{"city":"Oslo"}"""));
        Answer refused = await room.SendAsync("PATCH", $"/v1.0/users/{user}", """{"city":"Bergen"}""");
        Assert.Equal(
            ($"Tenant_Application/Write/{App}/{RunningRoom.TenantId}", "WriteLimitExceeded"),
            (refused.Header("x-ms-throttle-scope"), refused.Header("x-ms-throttle-information")));
        Assert.Equal(200, (await room.SendAsync("GET", $"/v1.0/users/{user}")).Status);
        time.Advance(TimeSpan.FromSeconds(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture)));
        Assert.Equal(204, (await room.SendAsync("PATCH", $"/v1.0/users/{user}", """{"city":"Bergen"}""")).Status);
    }

    // L164: below 50 users 3,500 units, up to 500 users 5,000, above 8,000.
    [Theory]
    [InlineData(49, 3_500)]
    [InlineData(50, 5_000)]
    [InlineData(500, 5_000)]
    [InlineData(501, 8_000)]
    public async Task A_tenant_has_the_quota_of_its_size(int users, int quota)
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        string lines = string.Join('\n', Enumerable.Range(room.Tenant.UserCount, users - room.Tenant.UserCount).Select(i =>
            $$$"""{"user":{"userPrincipalName":"user{{{i}}}@fabrikam.example","displayName":"User {{{i}}}"}}"""));
        using (StringContent import = new(lines, System.Text.Encoding.UTF8, "application/x-ndjson"))
        {
            Assert.Equal(200, (await room.SendAsync("POST", "/berth/v1/import", import)).Status);
        }

        Assert.Equal(users, room.Tenant.UserCount);
        await room.InstallAsync("""{"kind":"throttleModel"}""");

        // A batch of twenty lists of SKUs costs sixty units: the share is told from four fifths of the quota on.
        string batch = $$"""{"requests":[{{string.Join(',', Enumerable.Range(1, 20).Select(i => $$"""{"id":"{{i}}","method":"GET","url":"/subscribedSkus"}"""))}}]}""";
        int used = 0;
        string? share = null;
        while (share is null)
        {
            foreach (JsonElement item in (await room.DoAsync("POST", "/v1.0/$batch", batch)).GetProperty("responses").EnumerateArray())
            {
                used += share is null ? 3 : 0;
                share ??= item.GetProperty("headers").TryGetProperty("x-ms-throttle-limit-percentage", out JsonElement told) ? told.GetString() : null;
                Assert.Equal("3", item.GetProperty("headers").GetProperty("x-ms-resource-unit").GetString());
            }
        }

        Assert.Equal("0.8", share);
        Assert.InRange(used, quota * 4 / 5, (quota * 4 / 5) + 3);
    }

    // L166, B230
    [Theory]
    [InlineData("low", 8)]
    [InlineData("Normal", 10)]
    [InlineData("whatever", 10)]
    [InlineData("HIGH", 12)]
    public async Task Low_priority_is_refused_first_and_high_priority_last(string priority, int served)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync(time: new ManualTime());
        await room.InstallAsync("""{"kind":"throttleModel","resourceUnits":10}""");
        for (int i = 1; i <= served + 1; i++)
        {
            Assert.Equal(
                i > served ? 429 : 200,
                (await room.SendAsync("GET", "/v1.0/organization", (string?)null, "*", ("x-ms-throttle-priority", priority))).Status);
        }
    }

    // L167
    [Fact]
    public async Task The_audit_log_has_five_requests_in_ten_seconds()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"throttleModel"}""");
        Assert.Equal((int[])[200, 200, 200, 200, 200, 429], await room.StatusesAsync(6, "GET", "/v1.0/auditLogs/directoryAudits"));
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/auditLogs/directoryAudits")).Status);
    }

    // B230
    [Fact]
    public async Task A_request_dearer_than_the_whole_bucket_is_served_when_the_bucket_is_full()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"throttleModel","resourceUnits":1}""");
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/subscribedSkus")).Status);
        Answer refused = await room.SendAsync("GET", "/v1.0/subscribedSkus");
        Assert.Equal(429, refused.Status);
        time.Advance(TimeSpan.FromSeconds(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture)));
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/subscribedSkus")).Status);
    }

    // B223
    [Fact]
    public async Task Items_of_a_batch_are_charged_one_by_one_and_the_batch_itself_is_not()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync(time: new ManualTime());
        await room.InstallAsync("""{"kind":"throttleModel","resourceUnits":2}""");
        Answer batch = await room.SendAsync("POST", "/v1.0/$batch", """
            {"requests":[{"id":"1","method":"GET","url":"/organization"},{"id":"2","method":"GET","url":"/organization"},{"id":"3","method":"GET","url":"/organization"}]}
            """);
        Assert.Equal((200, null), (batch.Status, batch.Header("x-ms-resource-unit")));
        JsonElement[] items = [.. batch.Json.GetProperty("responses").EnumerateArray()];
        Assert.Equal([200, 200, 429], items.Select(item => item.GetProperty("status").GetInt32()));
        Assert.Equal("ResourceUnitLimitExceeded", items[2].GetProperty("headers").GetProperty("x-ms-throttle-information").GetString());
    }

    private static (int Status, string? Share) Told(Answer answer) => (answer.Status, answer.Header("x-ms-throttle-limit-percentage"));
}
