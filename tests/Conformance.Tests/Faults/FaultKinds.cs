using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Faults;

/// <summary>What a struck request is answered with, and what has happened by then (B224 to B228).</summary>
public sealed class FaultKinds
{
    private const string App = "0b6c8b1e-93d4-4a0e-9c1c-6f1f5b0a7d21";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // L163, B224
    [Fact]
    public async Task A_throttled_request_is_told_when_to_come_back_and_by_whom_it_was_refused()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"throttle","retryAfter":12}""");
        Answer answer = await room.SendAsync("GET", "/v1.0/users");
        Assert.Equal((429, "12", "TooManyRequests", "faultThrottle"), (answer.Status, answer.Header("Retry-After"), answer.Code, answer.InnerCode));
        Assert.Equal($"Too many requests from Identifier:{App} under category:throttle.aad.ags.appId.small. Please try again later.", answer.Message);
        Assert.Equal(
            ($"Tenant_Application/ReadWrite/{App}/{RunningRoom.TenantId}", "ResourceUnitLimitExceeded"),
            (answer.Header("x-ms-throttle-scope"), answer.Header("x-ms-throttle-information")));
        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal(answer.Header("request-id"), answer.Json.GetProperty("error").GetProperty("innerError").GetProperty("request-id").GetString());
    }

    // B224
    [Fact]
    public async Task The_older_words_of_the_directory_are_a_503()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"throttle","status":503,"retryAfter":5}""");
        Answer answer = await room.SendAsync("GET", "/v1.0/users");
        Assert.Equal(
            (503, "5", "Request_ThrottledTemporarily", "Your request is throttled temporarily. Please try after 5 seconds."),
            (answer.Status, answer.Header("Retry-After"), answer.Code, answer.Message));
    }

    // B225
    [Theory]
    [InlineData(500, "Service_InternalServerError", "Encountered an internal server error.", null)]
    [InlineData(502, "UnknownError", "", null)]
    [InlineData(503, "serviceNotAvailable", "Service unavailable", "1")]
    [InlineData(504, "UnknownError", "", null)]
    public async Task An_error_has_the_body_that_Graph_gives(int status, string code, string message, string? retryAfter)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync($$"""{"kind":"error","status":{{status}}}""");
        long version = room.Tenant.Version;
        Answer answer = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"));
        Assert.Equal((status, code, message, "faultError", retryAfter), (answer.Status, answer.Code, answer.Message, answer.InnerCode, answer.Header("Retry-After")));
        Assert.Equal(version, room.Tenant.Version);
    }

    // B225
    [Fact]
    public async Task After_its_effect_a_write_has_happened_although_its_answer_is_an_error()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"error","status":504,"moment":"after","count":1}""");
        Answer lost = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"));
        Assert.Equal((504, "faultErrorAfterEffect"), (lost.Status, lost.InnerCode));
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/users/ada@fabrikam.example")).Status);
        Assert.Equal("userPrincipalNameTaken", (await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"))).InnerCode);
    }

    // B225
    [Fact]
    public async Task A_write_whose_answer_was_lost_is_answered_when_it_is_sent_again_under_its_id()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"error","status":504,"moment":"after","count":1}""");
        string body = RunningRoom.UserJson("ada");
        Answer lost = await room.SendAsync("POST", "/v1.0/users", body, "*", ("Repeatability-Request-ID", "one"));
        Answer again = await room.SendAsync("POST", "/v1.0/users", body, "*", ("Repeatability-Request-ID", "one"));
        Assert.Equal((504, 201), (lost.Status, again.Status));
        Assert.Equal("ada", again.Json.GetProperty("displayName").GetString());
    }

    // B226
    [Fact]
    public async Task A_conflict_meets_writes_and_changes_nothing()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.InstallAsync("""{"kind":"conflict","retryAfter":3}""");
        Assert.Equal(200, (await room.SendAsync("GET", $"/v1.0/users/{ada}")).Status);
        long version = room.Tenant.Version;
        Answer answer = await room.SendAsync("PATCH", $"/v1.0/users/{ada}", """{"city":"Oslo"}""");
        Assert.Equal(
            (409, "Directory_ConcurrencyViolation", "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.", "3"),
            (answer.Status, answer.Code, answer.Message, answer.Header("Retry-After")));
        Assert.Equal(version, room.Tenant.Version);
        Assert.Equal([(1, 1)], await room.CountsAsync());
    }

    // B227
    [Fact]
    public async Task A_challenge_asks_for_a_token_issued_from_now_on()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"challenge","count":1}""");
        Answer answer = await room.SendAsync("GET", "/v1.0/users");
        Assert.Equal((401, "InvalidAuthenticationToken", "faultChallenge"), (answer.Status, answer.Code, answer.InnerCode));
        string challenge = answer.Header("WWW-Authenticate")!;
        Assert.Contains("error=\"insufficient_claims\"", challenge, StringComparison.Ordinal);
        string claims = challenge.Split("claims=\"")[^1].Split('"')[0];
        JsonElement wanted = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(claims))).RootElement.GetProperty("access_token").GetProperty("nbf");
        Assert.Equal($"{time.GetUtcNow().ToUnixTimeSeconds()}", wanted.GetProperty("value").GetString());
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/users")).Status);
    }

    // B228
    [Theory]
    [InlineData("before", false)]
    [InlineData("after", true)]
    public async Task A_dropped_request_has_no_answer_and_its_effect_or_not(string moment, bool happened)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync($$"""{"kind":"drop","moment":"{{moment}}","count":1}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada")));
        Assert.Equal(happened ? 200 : 404, (await room.SendAsync("GET", "/v1.0/users/ada@fabrikam.example")).Status);
    }

    // B222
    [Fact]
    public async Task A_delayed_request_waits_as_long_as_all_its_delays_together()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"delay","delay":"PT2S"}""");
        await room.InstallAsync("""{"kind":"delay","delay":"PT3S","count":1}""");
        Task<Answer> request = room.SendAsync("GET", "/v1.0/organization");
        await time.SomebodyWaitsAsync(TimeSpan.FromSeconds(5), Cancel);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([(1, 1), (1, 1)], await room.CountsAsync());
        Assert.False(request.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await request).Status);

        request = room.SendAsync("GET", "/v1.0/organization");
        await time.SomebodyWaitsAsync(TimeSpan.FromSeconds(2), Cancel);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(200, (await request).Status);
    }

    // B222
    [Fact]
    public async Task Delays_add_up_to_ten_minutes_and_no_longer()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        await room.InstallAsync("""{"kind":"delay","delay":"PT10M"}""");
        await room.InstallAsync("""{"kind":"delay","delay":"PT10M"}""");
        Task<Answer> request = room.SendAsync("GET", "/v1.0/organization");
        await time.SomebodyWaitsAsync(TimeSpan.FromMinutes(10), Cancel);
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(200, (await request).Status);
    }
}
