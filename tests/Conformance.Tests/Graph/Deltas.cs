using System.Text.Json;
using Berth.Conformance.Tests.Identity;
using Berth.Engine;
using Berth.Graph;
using Berth.Graph.Changes;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>What changed, asked for: delta queries (L160 to L162, B180 to B186).</summary>
public sealed class Deltas
{
    private static readonly string[] Forms = ["/v1.0/users/delta", "/v1.0/users/delta()", "/v1.0/users/microsoft.graph.delta()", "/beta/users/delta"];

    [Fact]
    public async Task A_first_round_lists_everybody_and_the_next_one_only_who_changed()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        foreach (string form in Forms)
        {
            Round first = await Round.ReadAsync(room, form);
            Assert.Equal([ada, bob], first.Ids);
            Assert.Contains("/users/", first.DeltaLink, StringComparison.Ordinal);
            Assert.Contains("?$deltatoken=", first.DeltaLink, StringComparison.Ordinal);
            Assert.EndsWith($"/{form.Split('/')[1]}/$metadata#users", first.Pages[0].GetProperty("@odata.context").GetString(), StringComparison.Ordinal);

            Round quiet = await Round.ReadAsync(room, first.DeltaLink);
            Assert.Empty(quiet.Items);
            await room.DoAsync("PATCH", $"/v1.0/users/{bob}", $$"""{"jobTitle":"{{form}}"}""");
            Round second = await Round.ReadAsync(room, quiet.DeltaLink);
            Assert.Equal(form, Assert.Single(second.Items).GetProperty("jobTitle").GetString());
            Assert.Equal([bob], second.Ids);
            Assert.Empty((await Round.ReadAsync(room, second.DeltaLink)).Items);
        }
    }

    // L160
    [Fact]
    public async Task Only_objects_of_which_a_selected_property_changed_come_back()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Round titles = await Round.ReadAsync(room, "/v1.0/users/delta?$select=jobTitle,displayName"), all = await Round.ReadAsync(room, "/v1.0/users/delta");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"city":"Kyiv"}""");

        titles = await Round.ReadAsync(room, titles.DeltaLink);
        all = await Round.ReadAsync(room, all.DeltaLink);
        Assert.Empty(titles.Items);

        // B181: what is no default property is seen in the round in which it changed.
        Assert.Equal("Kyiv", Assert.Single(all.Items).GetProperty("city").GetString());

        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"jobTitle":"Countess","city":"Odesa"}""");
        JsonElement selected = Assert.Single((await Round.ReadAsync(room, titles.DeltaLink)).Items);
        Assert.Equal(["id", "displayName", "jobTitle"], selected.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal).OrderBy(name => name != "id"));
    }

    // B182
    [Fact]
    public async Task A_property_without_a_value_stands_there_only_when_it_was_taken_away()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"city":"Kyiv"}""");
        Round round = await Round.ReadAsync(room, "/v1.0/users/delta?$select=city,jobTitle");
        JsonElement first = Assert.Single(round.Items);
        Assert.Equal("Kyiv", first.GetProperty("city").GetString());
        Assert.False(first.TryGetProperty("jobTitle", out _));

        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"city":null}""");
        JsonElement second = Assert.Single((await Round.ReadAsync(room, round.DeltaLink)).Items);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("city").ValueKind);
        Assert.False(second.TryGetProperty("jobTitle", out _));
    }

    // B181
    [Fact]
    public async Task Whoever_prefers_a_minimal_answer_sees_what_changed_and_nothing_else()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Round round = await Round.ReadAsync(room, "/v1.0/users/delta?$select=displayName,jobTitle,city");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"jobTitle":"Countess"}""");
        Round minimal = await Round.ReadAsync(room, round.DeltaLink, "return=minimal");
        Assert.Equal($$"""{"id":"{{ada}}","jobTitle":"Countess"}""", Assert.Single(minimal.Items).GetRawText());
        Round whole = await Round.ReadAsync(room, round.DeltaLink);
        Assert.Equal("ada", Assert.Single(whole.Items).GetProperty("displayName").GetString());
    }

    // B183
    [Fact]
    public async Task A_license_is_a_change_of_the_user_however_it_came_and_buying_units_is_none()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales", bob);
        Round names = await Round.ReadAsync(room, "/v1.0/users/delta?$select=displayName"), licenses = await Round.ReadAsync(room, "/v1.0/users/delta?$select=assignedLicenses"),
            all = await Round.ReadAsync(room, "/v1.0/users/delta"), groups = await Round.ReadAsync(room, "/v1.0/groups/delta?$select=assignedLicenses");
        await room.BuyAsync("SPE_E5", 5);
        Assert.Empty((await Round.ReadAsync(room, all.DeltaLink)).Items);

        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        Assert.Empty((await Round.ReadAsync(room, names.DeltaLink)).Items);
        Assert.Equal([ada, bob], (await Round.ReadAsync(room, all.DeltaLink)).Ids);
        Round changed = await Round.ReadAsync(room, licenses.DeltaLink);
        Assert.Equal([ada, bob], changed.Ids);
        Assert.All(changed.Items, user => Assert.Equal(room.Sku("SPE_E5"), Assert.Single(user.GetProperty("assignedLicenses").EnumerateArray().ToArray()).GetProperty("skuId").GetGuid()));
        Assert.Equal([group], (await Round.ReadAsync(room, groups.DeltaLink)).Ids);
    }

    // L161, B185
    [Fact]
    public async Task Members_who_join_and_leave_come_as_members_delta_with_their_type()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");
        Guid inner = await room.AddGroupAsync("inner"), sales = await room.AddGroupAsync("sales", ada, inner);
        Round round = await Round.ReadAsync(room, "/v1.0/groups/delta?$select=members");
        Assert.Equal([inner, sales], round.Ids);
        Assert.False(round.Items[0].TryGetProperty("members@delta", out _));
        Assert.Equal([$"#microsoft.graph.user {ada}", $"#microsoft.graph.group {inner}"], Members(round.Items[1]));

        await room.DoAsync("POST", $"/v1.0/groups/{sales}/members/$ref", $$"""{"@odata.id":"https://x/users/{{bob}}"}""");
        await room.DoAsync("POST", $"/v1.0/groups/{sales}/members/$ref", $$"""{"@odata.id":"https://x/users/{{eve}}"}""");
        await room.DoAsync("DELETE", $"/v1.0/groups/{sales}/members/{ada}/$ref");
        await room.DoAsync("DELETE", $"/v1.0/groups/{sales}/members/{eve}/$ref");
        round = await Round.ReadAsync(room, round.DeltaLink);
        JsonElement changed = Assert.Single(round.Items);
        Assert.Equal(["id", "members@delta"], changed.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            [$"#microsoft.graph.user {ada} deleted", $"#microsoft.graph.user {bob}", $"#microsoft.graph.user {eve} deleted"], Members(changed).OrderBy(line => line.Contains($"{bob}", StringComparison.Ordinal) ? 1 : line.Contains($"{ada}", StringComparison.Ordinal) ? 0 : 2));

        // A member that is deleted is gone from the group as well.
        await room.DoAsync("DELETE", $"/v1.0/groups/{inner}");
        await room.DoAsync("DELETE", $"/v1.0/users/{bob}");
        round = await Round.ReadAsync(room, round.DeltaLink);
        Assert.Equal([$"#microsoft.graph.group {inner} deleted", $"#microsoft.graph.user {bob} deleted"], Members(round.Items.Single(item => item.GetProperty("id").GetGuid() == sales)));
    }

    [Fact]
    public async Task What_is_gone_is_its_id_and_the_reason()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), sales = await room.AddGroupAsync("sales");
        Round users = await Round.ReadAsync(room, "/v1.0/users/delta?$select=city"), groups = await Round.ReadAsync(room, "/beta/groups/delta");
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        await room.DoAsync("DELETE", $"/v1.0/groups/{sales}");
        string reason = Assert.Single((await Round.ReadAsync(room, users.DeltaLink)).Items).GetProperty("@removed").GetProperty("reason").GetString()!;
        Assert.Equal($$$"""{"id":"{{{ada}}}","@removed":{"reason":"{{{reason}}}"}}""", Assert.Single((await Round.ReadAsync(room, users.DeltaLink)).Items).GetRawText());
        Assert.Equal([sales], (await Round.ReadAsync(room, groups.DeltaLink)).Ids);
    }

    // B185
    [Fact]
    public async Task A_manager_is_followed_when_selected()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");
        await ReportsAsync(eve, ada);
        Round round = await Round.ReadAsync(room, "/v1.0/users/delta?$select=manager");
        Assert.Equal([$"#microsoft.graph.user {ada}"], Links(round.Items[2], "manager@delta"));
        await ReportsAsync(eve, bob);
        round = await Round.ReadAsync(room, round.DeltaLink);
        Assert.Equal([eve], round.Ids);
        Assert.Equal([$"#microsoft.graph.user {bob}", $"#microsoft.graph.user {ada} deleted"], Links(round.Items[0], "manager@delta").OrderBy(line => line.EndsWith("deleted", StringComparison.Ordinal)));
        await room.DoAsync("DELETE", $"/v1.0/users/{bob}");
        round = await Round.ReadAsync(room, round.DeltaLink);
        Assert.Equal([$"#microsoft.graph.user {bob} deleted"], Links(round.Items.Single(item => item.GetProperty("id").GetGuid() == eve), "manager@delta"));
        await ReportsAsync(eve, ada);
        await room.DoAsync("DELETE", $"/v1.0/users/{eve}/manager/$ref");
        Assert.Equal([$"#microsoft.graph.user {ada} deleted"], Links(Assert.Single((await Round.ReadAsync(room, round.DeltaLink)).Items), "manager@delta"));

        Task ReportsAsync(Guid user, Guid manager) => room.DoAsync("PUT", $"/v1.0/users/{user}/manager/$ref", $$"""{"@odata.id":"https://x/users/{{manager}}"}""");
    }

    [Fact]
    public async Task A_filter_follows_the_objects_it_names_whenever_they_come()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.AddUserAsync("bob");
        Round round = await Round.ReadAsync(room, $"/v1.0/users/delta?$select=displayName&$filter=id+eq+'{ada}'+or+id eq '{Guid.NewGuid()}'");
        Assert.Equal([ada], round.Ids);
        await room.AddUserAsync("eve");
        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"displayName":"Ada"}""");
        round = await Round.ReadAsync(room, round.DeltaLink);
        Assert.Equal([ada], round.Ids);
        await room.DoAsync("DELETE", $"/v1.0/users/{ada}");
        Assert.Equal([ada], (await Round.ReadAsync(room, round.DeltaLink)).Ids);
    }

    [Fact]
    public async Task A_filter_names_up_to_its_limit_of_objects()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (int count in (int[])[GraphLimits.DeltaIds - 1, GraphLimits.DeltaIds, GraphLimits.DeltaIds + 1])
        {
            string filter = string.Join(" or ", Enumerable.Range(0, count).Select(_ => $"id eq '{Guid.NewGuid()}'"));
            Answer answer = await room.SendAsync("GET", $"/v1.0/groups/delta?$filter={filter}");
            Assert.Equal(count > GraphLimits.DeltaIds ? 400 : 200, answer.Status);
            if (answer.Status == 200)
            {
                Assert.Equal(200, (await room.SendAsync("GET", new Uri(answer.Json.GetProperty("@odata.deltaLink").GetString()!).PathAndQuery)).Status);
            }
        }
    }

    [Theory]
    [InlineData("$filter=displayName eq 'ada'", "Request_UnsupportedQuery", "queryUnsupported", "Filter not supported.")]
    [InlineData("$filter=id ne 'b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20'", "Request_UnsupportedQuery", "queryUnsupported", "Filter not supported.")]
    [InlineData("$filter=id eq 'b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20' or", "Request_UnsupportedQuery", "queryUnsupported", "Filter not supported.")]
    [InlineData("$filter=id eq 'ada'", "Request_BadRequest", "guidInvalid", "Invalid object identifier 'ada'.")]
    [InlineData("$filter=", "BadRequest", "queryInvalid", "'$filter' is empty")]
    [InlineData("$top=5", "Request_UnsupportedQuery", "queryUnsupported", "'$top' is not supported")]
    [InlineData("$expand=manager", "Request_UnsupportedQuery", "queryUnsupported", "'$expand' is not supported")]
    [InlineData("orderby=displayName", "Request_UnsupportedQuery", "queryUnsupported", "'$orderby' is not supported")]
    [InlineData("$count=true", "Request_UnsupportedQuery", "queryUnsupported", "'$count' is not supported")]
    [InlineData("$search=\"displayName:a\"", "Request_UnsupportedQuery", "queryUnsupported", "'$search' is not supported")]
    [InlineData("$select=nothing", "BadRequest", "queryInvalid", "Could not find a property named 'nothing' on type 'microsoft.graph.user'.")]
    [InlineData("$select=members", "BadRequest", "queryInvalid", "Could not find a property named 'members' on type 'microsoft.graph.user'.")]
    [InlineData("$select=id&$select=id", "BadRequest", "queryInvalid", "more than once")]
    [InlineData("$what=1", "BadRequest", "queryInvalid", "'$what' is not supported")]
    [InlineData("$deltatoken=x&$skiptoken=x", "BadRequest", "queryInvalid", "do not stand together")]
    [InlineData("$deltatoken=garbage", "BadRequest", "deltaTokenInvalid", "Badly formed token.")]
    [InlineData("$skiptoken=Z2FyYmFnZQ", "BadRequest", "deltaTokenInvalid", "Badly formed token.")]
    public async Task What_a_delta_query_cannot_do_is_refused(string query, string code, string innerCode, string message)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Answer answer = await room.SendAsync("GET", $"/v1.0/users/delta?{query}");
        Assert.Equal((400, code, innerCode), (answer.Status, answer.Code, answer.InnerCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    // B180
    [Fact]
    public async Task A_token_that_was_changed_on_the_way_or_belongs_elsewhere_is_refused()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("ada");
        string token = Token((await Round.ReadAsync(room, "/v1.0/users/delta?$select=displayName")).DeltaLink);
        for (int i = 0; i < token.Length; i++)
        {
            char other = token[i] == 'A' ? 'B' : 'A';
            Answer answer = await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={token[..i]}{other}{token[(i + 1)..]}");
            Assert.Equal((400, "deltaTokenInvalid"), (answer.Status, answer.InnerCode));
        }

        foreach (string wrong in (string[])[token + "A", token[..^1], $"%20{token[..4]}%0A{token[4..]}", new string('A', GraphLimits.DeltaTokenCharacters + 1)])
        {
            Assert.Equal("deltaTokenInvalid", (await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={wrong}")).InnerCode);
        }

        Assert.Equal("deltaTokenInvalid", (await room.SendAsync("GET", $"/v1.0/users/delta?$skiptoken={token}")).InnerCode);
        Assert.Equal("deltaTokenMismatched", (await room.SendAsync("GET", $"/v1.0/groups/delta?$deltatoken={token}")).InnerCode);
        Assert.Equal("deltaTokenMismatched", (await room.SendAsync("GET", $"/beta/users/delta?$deltatoken={token}")).InnerCode);
        Assert.Equal("deltaTokenMismatched", (await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={token}&$select=city")).InnerCode);
        Assert.Equal("deltaTokenMismatched", (await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={token}&$filter=id eq '{Guid.NewGuid()}'")).InnerCode);
        Assert.Equal(200, (await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={token}&$select=DISPLAYNAME")).Status);
        DeltaToken elsewhere = DeltaToken.Decode(token)! with { Tenant = Guid.NewGuid() };
        Assert.Equal("deltaTokenMismatched", (await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={elsewhere.Encode()}")).InnerCode);
    }

    // L162, B180
    [Fact]
    public async Task A_token_lives_seven_days_of_real_time_and_then_leads_back_to_the_beginning()
    {
        HandSetTime time = new();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time);
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
        string link = (await Round.ReadAsync(room, $"/v1.0/users/delta?$select=displayName&$filter=id eq '{ada}'")).DeltaLink;
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P30D"}""");
        Assert.Equal(200, (await room.SendAsync("GET", link)).Status);

        time.Now += DeltaToken.Life;
        Assert.Equal(200, (await room.SendAsync("GET", link)).Status);
        time.Now += TimeSpan.FromSeconds(1);
        Answer expired = await room.SendAsync("GET", link);
        Assert.Equal((410, "syncStateNotFound", "deltaTokenExpired"), (expired.Status, expired.Code, expired.InnerCode));
        Assert.EndsWith("$deltatoken=", expired.Location, StringComparison.Ordinal);
        Assert.Equal([ada], (await Round.ReadAsync(room, expired.Location!)).Ids);
    }

    [Fact]
    public async Task A_token_of_a_state_that_the_directory_has_not_reached_asks_for_a_new_beginning()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("ada");
        DeltaToken ahead = DeltaToken.Decode(Token((await Round.ReadAsync(room, "/v1.0/users/delta")).DeltaLink))!;
        Answer answer = await room.SendAsync("GET", $"/v1.0/users/delta?$deltatoken={(ahead with { Since = room.Tenant.Version + 1 }).Encode()}");
        Assert.Equal((410, "resyncRequired", "deltaTokenAhead"), (answer.Status, answer.Code, answer.InnerCode));
        Assert.EndsWith("/v1.0/users/delta?$deltatoken=", answer.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latest_begins_without_the_past()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("ada");
        Round round = await Round.ReadAsync(room, "/v1.0/users/delta?$deltaToken=latest&$select=displayName");
        Assert.Empty(round.Items);
        Guid bob = await room.AddUserAsync("bob");
        round = await Round.ReadAsync(room, round.DeltaLink);
        Assert.Equal([bob], round.Ids);
        Assert.Equal(["id", "displayName"], round.Items[0].EnumerateObject().Select(property => property.Name));
    }

    // B186
    [Fact]
    public async Task A_page_has_at_most_what_the_client_prefers_and_a_large_group_comes_again()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        List<Guid> users = [];
        for (int i = 0; i < 13; i++)
        {
            users.Add(await room.AddUserAsync($"user{i}"));
        }

        Guid sales = await room.AddGroupAsync("sales", [.. users]);
        Round pages = await Round.ReadAsync(room, "/v1.0/users/delta", "odata.maxpagesize=5");
        Assert.Equal([5, 5, 3], pages.Pages.Select(page => page.GetProperty("value").GetArrayLength()));
        Assert.Equal(users, pages.Ids);

        Round group = await Round.ReadAsync(room, "/v1.0/groups/delta", "odata.maxpagesize=1");
        Assert.Equal([sales, sales, sales], group.Ids);
        Assert.All(group.Items, item => Assert.Equal("sales", item.GetProperty("displayName").GetString()));
        Assert.Equal(users, group.Items.SelectMany(Members).Select(line => Guid.Parse(line.Split(' ')[1])));

        foreach (Guid user in users)
        {
            await room.DoAsync("DELETE", $"/v1.0/groups/{sales}/members/{user}/$ref");
        }

        Round changed = await Round.ReadAsync(room, group.DeltaLink, "maxpagesize=1");
        Assert.Equal([sales, sales, sales], changed.Ids);
        Assert.Equal(users.Order(), changed.Items.SelectMany(Members).Where(line => line.EndsWith(" deleted", StringComparison.Ordinal)).Select(line => Guid.Parse(line.Split(' ')[1])).Order());
    }

    [Fact]
    public async Task Without_a_wish_a_page_has_two_hundred_objects()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string lines = string.Join('\n', Enumerable.Range(0, GraphLimits.DeltaPage + 1).Select(i => $$$"""{"user":{"displayName":"u{{{i}}}","userPrincipalName":"u{{{i}}}@fabrikam.example","mailNickname":"u{{{i}}}","accountEnabled":true}}"""));
        Round before = await Round.ReadAsync(room, "/v1.0/users/delta?$deltatoken=latest");
        using StringContent body = new(lines);
        Assert.Equal(200, (await room.SendAsync("POST", "/berth/v1/import", body, "*", ("Content-Type", "application/x-ndjson"))).Status);
        Round all = await Round.ReadAsync(room, "/v1.0/users/delta"), changed = await Round.ReadAsync(room, before.DeltaLink);
        Assert.Equal([GraphLimits.DeltaPage, 1], all.Pages.Select(page => page.GetProperty("value").GetArrayLength()));
        Assert.Equal([GraphLimits.DeltaPage, 1], changed.Pages.Select(page => page.GetProperty("value").GetArrayLength()));
        Assert.Equal(all.Ids.Order(), changed.Ids.Order());
        Round largest = await Round.ReadAsync(room, "/v1.0/users/delta", $"odata.maxpagesize={GraphLimits.LargestPage + 1}, x={new string('y', GraphLimits.PreferCharacters - 40)}");
        Assert.Single(largest.Pages);
        Round ignored = await Round.ReadAsync(room, "/v1.0/users/delta", $"odata.maxpagesize=999,x={new string('y', GraphLimits.PreferCharacters)}");
        Assert.Equal(2, ignored.Pages.Count);
    }

    [Fact]
    public async Task A_page_looks_at_so_many_entries_and_touches_and_goes_on_behind_them()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Round titles = await Round.ReadAsync(room, "/v1.0/users/delta?$select=jobTitle");
        Engine.Directory.User user = room.Tenant.Users[room.Tenant.FindUser(ada)]!;
        for (int i = 0; i < GraphLimits.DeltaScanEntries; i++)
        {
            await room.Desk.SubmitAsync(new Command.UpdateUser(user with { DisplayName = $"ada{i}" }), Actor.Berth, null, TestContext.Current.CancellationToken);
        }

        await room.DoAsync("PATCH", $"/v1.0/users/{ada}", """{"jobTitle":"Countess"}""");
        Round round = await Round.ReadAsync(room, titles.DeltaLink);
        Assert.Equal([0, 1], round.Pages.Select(page => page.GetProperty("value").GetArrayLength()));
        Assert.Empty((await Round.ReadAsync(room, round.DeltaLink)).Items);
    }

    // L161
    [Fact]
    public async Task Permissions_are_those_of_reading()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach ((string path, string permission, string other) in ((string, string, string)[])[("/v1.0/users/delta", "User.Read.All", "Group.Read.All"), ("/beta/groups/delta", "GroupMember.Read.All", "User.Read.All")])
        {
            Assert.Equal(200, (await room.SendAsync("GET", path, (string?)null, permission)).Status);
            Assert.Equal(403, (await room.SendAsync("GET", path, (string?)null, other)).Status);
        }
    }

    [Fact]
    public async Task A_delta_query_is_an_item_of_a_batch()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.AddUserAsync("bob");
        JsonElement answers = await room.DoAsync(
            "POST", "/v1.0/$batch", """{"requests":[{"id":"1","method":"GET","url":"/users/delta","headers":{"Prefer":"odata.maxpagesize=1"}},{"id":"2","method":"GET","url":"/groups/delta?$deltatoken=x"}]}""");
        JsonElement[] responses = [.. answers.GetProperty("responses").EnumerateArray()];
        Assert.Equal([200, 400], responses.Select(response => response.GetProperty("status").GetInt32()));
        Assert.Equal(ada, Assert.Single(responses[0].GetProperty("body").GetProperty("value").EnumerateArray().ToArray()).GetProperty("id").GetGuid());
    }

    [Fact]
    public void Every_kind_of_change_says_what_it_touches()
    {
        Assert.NotEmpty(Ledger.Changes.Examples);
        foreach (Change example in Ledger.Changes.Examples)
        {
            // A kind that nobody has thought of throws.
            _ = new EventTouches(new TenantEvent(1, default, Actor.Berth, "Test", [example])).From(0).Count();
        }
    }

    [Fact]
    public void The_memory_of_recent_entries_weighs_what_it_may()
    {
        TenantEvent light = new(1, default, Actor.Berth, "Test", [new Change.GroupProcessed(0, 1, 1)]);
        TenantEvent heavy = new(2, default, Actor.Berth, "Test", [new Change.MembersAdded(0, [.. Enumerable.Range(0, RecentEvents.MostWeight)], [])]);
        Assert.InRange(RecentEvents.WeightOf(light), 1, 1000);
        Assert.True(RecentEvents.WeightOf(heavy) > RecentEvents.MostWeight);
    }

    internal static string[] Members(JsonElement item) => Links(item, "members@delta");

    private static string[] Links(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(link =>
        $"{link.GetProperty("@odata.type").GetString()} {link.GetProperty("id").GetGuid()}{(link.TryGetProperty("@removed", out JsonElement removed) ? " " + removed.GetProperty("reason").GetString() : "")}")];

    private static string Token(string link) => link[(link.IndexOf("token=", StringComparison.Ordinal) + "token=".Length)..];

    /// <summary>A round, followed to its end.</summary>
    private sealed record Round(List<JsonElement> Pages, string DeltaLink)
    {
        public List<JsonElement> Items => [.. Pages.SelectMany(page => page.GetProperty("value").EnumerateArray())];

        public List<Guid> Ids => [.. Items.Select(item => item.GetProperty("id").GetGuid())];

        public static async Task<Round> ReadAsync(RunningRoom room, string link, string? prefer = null)
        {
            List<JsonElement> pages = [];
            while (true)
            {
                Answer answer = await room.SendAsync("GET", link, (string?)null, "*", prefer is null ? [] : [("Prefer", prefer)]);
                Assert.True(answer.Status == 200, $"{link}: {answer.Status} {answer.Text}");
                pages.Add(answer.Json);
                Assert.True(pages.Count < 1000, "the links never end");
                bool ends = answer.Json.TryGetProperty("@odata.deltaLink", out JsonElement delta);
                Assert.NotEqual(ends, answer.Json.TryGetProperty("@odata.nextLink", out JsonElement next));
                if (ends)
                {
                    return new Round(pages, delta.GetString()!);
                }

                Assert.Contains("$skiptoken=", next.GetString(), StringComparison.Ordinal);
                link = next.GetString()!;
            }
        }
    }
}
