using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Graph;
using Berth.Graph.Faults;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Faults;

/// <summary>Reads that are behind (B229).</summary>
public sealed class OldReads
{
    [Fact]
    public async Task A_read_sees_the_tenant_as_it_was_before_the_last_write()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.InstallAsync("""{"kind":"eventualConsistency","reads":"all","versions":1,"window":"PT1H"}""");

        // Nothing is older than what there was when the fault began.
        Assert.Equal("ada", await NameAsync(room, ada));
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"displayName":"first"}""");
        Assert.Equal("ada", await NameAsync(room, ada));
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"displayName":"second"}""");
        Assert.Equal("first", await NameAsync(room, ada));
        Assert.Equal([(3, 2)], await room.CountsAsync());
        await room.DoAsync("DELETE", "/berth/v1/faults");
        Assert.Equal("second", await NameAsync(room, ada));
    }

    [Fact]
    public async Task A_user_who_was_just_created_is_not_there_yet_and_cannot_be_created_twice()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"eventualConsistency","reads":"all","versions":1,"window":"PT1H"}""");
        Guid ada = await room.AddUserAsync("ada");
        Assert.Equal("resourceNotFound", (await room.SendAsync("GET", $"/v1.0/users/{ada}")).InnerCode);

        // The writer knows better.
        Assert.Equal("userPrincipalNameTaken", (await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"))).InnerCode);
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"city":"Oslo"}""");
    }

    [Theory]
    [InlineData("eventual", "/v1.0/users", false, false)]
    [InlineData("eventual", "/v1.0/users", true, true)]
    [InlineData("eventual", "/v1.0/users/$count", true, true)]
    [InlineData("all", "/v1.0/users", false, true)]
    public async Task Only_reads_that_ask_for_it_are_behind_unless_the_rule_says_all(string reads, string path, bool asks, bool behind)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync($$"""{"kind":"eventualConsistency","reads":"{{reads}}","versions":1,"window":"PT1H"}""");
        int before = room.Tenant.UserCount;
        await room.AddUserAsync("ada");
        Answer answer = await room.SendAsync("GET", path, (string?)null, "*", asks ? [("ConsistencyLevel", "eventual")] : []);
        int seen = path.EndsWith("$count", StringComparison.Ordinal)
            ? int.Parse(answer.Text, System.Globalization.CultureInfo.InvariantCulture)
            : answer.Json.GetProperty("value").GetArrayLength();
        Assert.Equal(behind ? before : before + 1, seen);
    }

    [Theory]
    [InlineData("/users", true)]
    [InlineData("/users/delta", false)]
    [InlineData("/groups/delta()", false)]
    [InlineData("/groups/microsoft.graph.delta()", false)]
    [InlineData("/users('delta')", true)]
    public void A_delta_query_is_never_behind(string path, bool matches)
    {
        GraphRequest request = new()
        {
            Method = GraphMethod.Get,
            Version = GraphVersion.V1,
            Path = GraphPath.Read(path).Path!,
            Caller = new Caller(RunningRoom.TenantId, Guid.NewGuid(), "Test client", null, PermissionSet.Every),
            BaseUrl = "http://localhost",
            RequestId = Guid.NewGuid(),
            ClientRequestId = "one",
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        Assert.Equal(matches, new FaultRule { Kind = FaultKind.EventualConsistency, Reads = FaultReads.All }.Matches(request));
    }

    [Fact]
    public async Task A_follower_of_changes_misses_none_while_other_reads_are_behind()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"eventualConsistency","reads":"all","versions":1,"window":"PT1H"}""");
        Guid ada = await room.AddUserAsync("ada");
        string link = await FollowAsync("/v1.0/users/delta", ada);
        Guid bob = await room.AddUserAsync("bob");
        await FollowAsync(link, bob);
        Assert.Equal([(0, 0)], await room.CountsAsync());

        async Task<string> FollowAsync(string from, Guid sees)
        {
            JsonElement page = await room.DoAsync("GET", from);
            Assert.Contains(page.GetProperty("value").EnumerateArray(), user => user.GetProperty("id").GetGuid() == sees);
            return page.GetProperty("@odata.deltaLink").GetString()!;
        }
    }

    [Fact]
    public async Task A_state_is_shown_no_longer_than_the_window_after_it_was_replaced()
    {
        ManualTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        Guid ada = await room.AddUserAsync("ada");
        await room.InstallAsync("""{"kind":"eventualConsistency","reads":"all","window":"PT5S"}""");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"displayName":"new"}""");
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("ada", await NameAsync(room, ada));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("new", await NameAsync(room, ada));
        Assert.Equal([(2, 1)], await room.CountsAsync());
    }

    // B221
    [Fact]
    public async Task Which_state_a_read_sees_is_the_same_in_every_run_and_no_older_than_the_limit()
    {
        List<string[]> runs = [];
        for (int run = 0; run < 2; run++)
        {
            await using RunningRoom room = await RunningRoom.OpenAsync();
            Guid ada = await room.AddUserAsync("ada");
            await room.InstallAsync("""{"kind":"eventualConsistency","reads":"all","window":"PT1H","seed":5}""");
            for (int i = 0; i <= GraphLimits.FaultVersionsBehind + 3; i++)
            {
                await room.DoAsync("PATCH", $"/v1.0/users/{ada}", $$"""{"displayName":"{{i}}"}""");
            }

            string[] seen = new string[30];
            for (int i = 0; i < seen.Length; i++)
            {
                seen[i] = await NameAsync(room, ada);
            }

            runs.Add(seen);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.True(runs[0].Distinct().Count() > 10);
        Assert.All(runs[0], seen => Assert.InRange(int.Parse(seen, System.Globalization.CultureInfo.InvariantCulture), 3, GraphLimits.FaultVersionsBehind + 2));
    }

    private static async Task<string> NameAsync(RunningRoom room, Guid user)
    {
        JsonElement read = await room.DoAsync("GET", $"/v1.0/users/{user}?$select=displayName");
        return read.GetProperty("displayName").GetString()!;
    }
}
