using System.Text.Json;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary><c>$batch</c> as clients send it (protocol 1.6).</summary>
public sealed class Batches
{
    [Fact]
    public async Task Items_are_answered_in_their_order_with_ids_as_text_and_statuses_as_numbers()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        JsonElement[] answers = await Run(room, $$$"""
            {"id":1,"method":"GET","url":"/users/{{{ada}}}","headers":{"Accept":"application/json;odata.metadata=none"}},
            {"id":"b","method":"patch","url":"users/ada@fabrikam.example","headers":{"Content-Type":"application/json"},"body":{"city":"Kyiv"}},
            {"id":"c","method":"GET","url":"/users/nobody%40fabrikam.example"},
            {"id":"d","method":"POST","url":"/groups","headers":{"content-type":"application/json; charset=utf-8"},
             "body":{"displayName":"g","mailEnabled":false,"mailNickname":"g","securityEnabled":true}}
            """);

        Assert.Equal(["1", "b", "c", "d"], answers.Select(answer => answer.GetProperty("id").GetString()));
        Assert.Equal([200, 204, 404, 201], answers.Select(Status));
        Assert.False(answers[0].GetProperty("body").TryGetProperty("@odata.context", out _));
        Assert.False(answers[1].TryGetProperty("body", out _));
        Assert.Equal("Request_ResourceNotFound", answers[2].GetProperty("body").GetProperty("error").GetProperty("code").GetString());
        Assert.StartsWith("application/json", answers[3].GetProperty("headers").GetProperty("Content-Type").GetString(), StringComparison.Ordinal);
        Guid group = answers[3].GetProperty("body").GetProperty("id").GetGuid();
        Assert.Equal($"{room.Http.BaseAddress}v1.0/groups/{group}", answers[3].GetProperty("headers").GetProperty("Location").GetString());
    }

    [Fact]
    public async Task A_count_is_a_JSON_number()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales", ada);
        JsonElement[] answers = await Run(room, $$$"""
            {"id":1,"method":"GET","url":"/groups/{{{group}}}/members/$count?$filter=id eq '{{{ada}}}'","headers":{"ConsistencyLevel":"eventual"}},
            {"id":2,"method":"GET","url":"/users/$count","headers":{"ConsistencyLevel":"eventual"}},
            {"id":3,"method":"GET","url":"/users?$filter=userPrincipalName%20eq%20'ada@fabrikam.example'&$select=id"}
            """);
        Assert.Equal([200, 200, 200], answers.Select(Status));
        Assert.Equal((1, 1), (answers[0].GetProperty("body").GetInt32(), answers[1].GetProperty("body").GetInt32()));
        Assert.Equal(ada, answers[2].GetProperty("body").GetProperty("value")[0].GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task An_item_runs_after_those_it_depends_on_and_not_at_all_when_one_failed()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync("SPE_E5", 1);
        JsonElement[] answers = await Run(room, $$$"""
            {"id":"license","method":"POST","url":"/users/ada@fabrikam.example/assignLicense","dependsOn":["USER"],"headers":{"Content-Type":"application/json"},
             "body":{{{RunningRoom.Licenses([room.Sku("SPE_E5")], [])}}}},
            {"id":"user","method":"POST","url":"/users","headers":{"Content-Type":"application/json"},"body":{{{RunningRoom.UserJson("ada")}}}},
            {"id":"broken","method":"DELETE","url":"/users/nobody@fabrikam.example","dependsOn":["license"]},
            {"id":"after","method":"DELETE","url":"/users/ada@fabrikam.example","dependsOn":["broken","user"]},
            {"id":"last","method":"DELETE","url":"/users/ada@fabrikam.example","dependsOn":["after"]}
            """);
        Assert.Equal([200, 201, 404, 424, 424], answers.Select(Status));
        Assert.Equal("FailedDependency", answers[3].GetProperty("body").GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(1, room.Tenant.UserCount);
    }

    [Fact]
    public async Task Each_item_needs_its_own_permission()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        Answer answer = await room.SendAsync(
            "POST",
            "/beta/$batch",
            $$"""{"requests":[{"id":"1","method":"GET","url":"/users/{{ada}}"},{"id":"2","method":"DELETE","url":"/users/{{ada}}"}]}""",
            "User.Read.All");
        Assert.Equal([200, 403], answer.Json.GetProperty("responses").EnumerateArray().Select(Status));
        Assert.Equal(1, room.Tenant.UserCount);
    }

    [Fact]
    public async Task A_body_without_a_content_type_and_a_batch_in_a_batch_fail_alone()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement[] answers = await Run(room, $$$"""
            {"id":"1","method":"POST","url":"/users","body":{{{RunningRoom.UserJson("ada")}}}},
            {"id":"2","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[]}},
            {"id":"3","method":"POST","url":"/users","headers":{"Content-Type":"text/plain"},"body":{}},
            {"id":"4","method":"HEAD","url":"/users"},
            {"id":"5","method":"GET","url":"/nowhere"},
            {"id":"6","method":"GET","url":"/users/%00"},
            {"id":"7","method":"GET","url":"/users","body":null}
            """);
        Assert.Equal([400, 400, 415, 405, 400, 400, 200], answers.Select(Status));
        Assert.Equal(
            "Write request with id '1' does not contain a Content-Type header.",
            answers[0].GetProperty("body").GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(0, room.Tenant.UserCount);
    }

    [Fact]
    public async Task Twenty_items_run_and_twenty_one_do_not()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string Items(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"id":{{i}},"method":"GET","url":"/users"}"""));
        Assert.Equal(GraphLimits.BatchItems - 1, (await Run(room, Items(GraphLimits.BatchItems - 1))).Length);
        Assert.Equal(GraphLimits.BatchItems, (await Run(room, Items(GraphLimits.BatchItems))).Length);
        Answer answer = await room.SendAsync("POST", "/v1.0/$batch", $$"""{"requests":[{{Items(GraphLimits.BatchItems + 1)}}]}""");
        Assert.Equal((400, "BadRequest", "batchInvalid"), (answer.Status, answer.Code, answer.InnerCode));
        Assert.Contains("20", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"requests":[]}""")]
    [InlineData("{}")]
    [InlineData("""{"requests":null}""")]
    [InlineData("""{"requests":{}}""")]
    [InlineData("""{"requests":[7]}""")]
    [InlineData("""{"requests":[{"id":"a","method":"GET","url":"/users"},{"id":"A","method":"GET","url":"/users"}]}""")]
    [InlineData("""{"requests":[{"id":1,"method":"GET","url":"/users"},{"id":"1","method":"GET","url":"/users"}]}""")]
    [InlineData("""{"requests":[{"method":"GET","url":"/users"}]}""")]
    [InlineData("""{"requests":[{"id":"1","url":"/users"}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET"}]}""")]
    [InlineData("""{"requests":[{"id":"","method":"GET","url":"/users"}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"/users","dependsOn":["2"]}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"/users","dependsOn":["1"]}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"/users","dependsOn":"2"}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"DELETE","url":"/users/x","dependsOn":["2"]},{"id":"2","method":"GET","url":"/users","dependsOn":["1"]}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"/users","headers":[]}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"/users","timeout":1}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"/users"}],"more":1}""")]
    [InlineData("")]
    [InlineData("not JSON")]
    public async Task A_batch_that_is_malformed_anywhere_runs_nothing(string body)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        long version = room.Tenant.Version;
        Answer answer = await room.SendAsync("POST", "/v1.0/$batch", body);
        Assert.Equal(400, answer.Status);
        Assert.Equal(version, room.Tenant.Version);
    }

    [Fact]
    public async Task An_id_may_be_as_long_as_its_limit_and_no_longer()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string Items(string id) => $$"""{"requests":[{"id":{{id}},"method":"GET","url":"/users"}]}""";
        foreach (char c in (char[])['x', '7'])
        {
            string quote = c == 'x' ? "\"" : "";
            string At(int length) => Items(quote + new string(c, length) + quote);
            Assert.Equal(200, (await room.SendAsync("POST", "/v1.0/$batch", At(GraphLimits.BatchIdCharacters))).Status);
            Assert.Equal(400, (await room.SendAsync("POST", "/v1.0/$batch", At(GraphLimits.BatchIdCharacters + 1))).Status);
        }
    }

    [Fact]
    public async Task A_batch_that_is_sent_again_under_its_id_happens_once()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        (string, string) id = ("Repeatability-Request-ID", Guid.NewGuid().ToString());
        string body = $$$"""
            {"requests":[
            {"id":"1","method":"POST","url":"/users","headers":{"Content-Type":"application/json"},"body":{{{RunningRoom.UserJson("ada")}}}},
            {"id":"2","method":"POST","url":"/users","headers":{"Content-Type":"application/json"},"body":{{{RunningRoom.UserJson("bob")}}}}]}
            """;
        Answer first = await room.SendAsync("POST", "/v1.0/$batch", body, "*", id), again = await room.SendAsync("POST", "/v1.0/$batch", body, "*", id);
        Assert.Equal([201, 201], first.Json.GetProperty("responses").EnumerateArray().Select(Status));
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(2, room.Tenant.UserCount);
    }

    private static int Status(JsonElement answer) => answer.GetProperty("status").GetInt32();

    private static async Task<JsonElement[]> Run(RunningRoom room, string items) =>
        [.. (await room.DoAsync("POST", "/v1.0/$batch", $$"""{"requests":[{{items}}]}""")).GetProperty("responses").EnumerateArray()];
}
