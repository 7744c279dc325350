using System.Text.Json;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Every list, cast, count and membership function of the directory over real HTTP, in both interfaces.</summary>
public sealed class OverHttpQueries
{
    [Fact]
    public async Task Every_relation_answers_its_casts_and_counts()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), inner = await room.AddGroupAsync("inner", ada), group = await room.AddGroupAsync("outer", inner);
        string[] relations = ["/members", "/transitiveMembers", "/membersWithLicenseErrors", "/owners", "/ownedObjects", "/directReports", "/memberOf", "/transitiveMemberOf"];
        int asked = 0;
        foreach (Route route in GraphRoom.Table.Routes.Where(route =>
            route.Method == GraphMethod.Get && route.Template.Count(c => c == '{') == 1 && relations.Any(relation => route.Template.Contains('}' + relation, StringComparison.Ordinal))))
        {
            foreach (string version in (string[])["/v1.0", "/beta"])
            {
                string path = version + route.Template.Replace("{group}", $"{group}", StringComparison.Ordinal).Replace("{user}", $"{ada}", StringComparison.Ordinal);
                Answer answer = await room.EventualAsync(path.EndsWith("/$count", StringComparison.Ordinal) ? path : path + "?$count=true");
                Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Text}");
                Assert.Equal(path.EndsWith("/$count", StringComparison.Ordinal) ? "text/plain" : "application/json", answer.MediaType);
                asked++;
            }
        }

        Assert.True(asked > 100, $"{asked} lists were asked for");
        Assert.Equal("2", (await room.EventualAsync($"/v1.0/groups/{group}/transitiveMembers/$count")).Text);
        Assert.Equal("$count is not currently supported.", (await room.SendAsync("GET", $"/v1.0/groups/{group}/transitiveMembers/$count")).Message);
    }

    [Fact]
    public async Task Every_membership_function_answers_for_users_groups_and_directory_objects()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), inner = await room.AddGroupAsync("inner", ada), group = await room.AddGroupAsync("outer", inner);
        foreach (string version in (string[])["/v1.0", "/beta"])
        {
            foreach ((string path, string token) in ((string, string)[])[($"/users/{ada}", "*"), ($"/groups/{inner}", "*"), ($"/directoryObjects/{ada}", "*"), ("/me", $"user {ada} *")])
            {
                foreach ((string function, string body) in ((string, string)[])
                    [
                        ("getMemberGroups", """{"securityEnabledOnly":false}"""),
                        ("getMemberObjects", """{"securityEnabledOnly":false}"""),
                        ("checkMemberGroups", $$"""{"groupIds":["{{group}}"]}"""),
                        ("checkMemberObjects", $$"""{"ids":["{{group}}"]}"""),
                    ])
                {
                    Answer answer = await room.SendAsync("POST", $"{version}{path}/{function}", body, token);
                    Assert.True(answer.Status == 200, $"{path}/{function}: {answer.Status} {answer.Text}");
                    Assert.Contains(answer.Json.GetProperty("value").EnumerateArray(), id => id.GetGuid() == group);
                }
            }
        }

        Assert.Equal("Invalid object identifier 'x'.", (await room.SendAsync("POST", $"/v1.0/users/{ada}/checkMemberGroups", """{"groupIds":["x"]}""")).Message);
        foreach ((string permission, int status) in ((string, int)[])[("User.Read.All", 403), ("User.ReadBasic.All GroupMember.Read.All", 200), ("Directory.Read.All", 200)])
        {
            Assert.Equal(status, (await room.SendAsync("POST", $"/v1.0/users/{ada}/getMemberGroups", "{}", permission)).Status);
        }
    }

    // Protocol 1.6: an item has a header of its own, and a count is a number.
    [Fact]
    public async Task An_item_of_a_batch_is_advanced_by_its_own_header()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("crew", ada);
        JsonElement answers = await room.DoAsync("POST", "/v1.0/$batch", $$$"""
            {"requests":[
                {"id":1,"method":"GET","url":"/groups/{{{group}}}/transitiveMembers/microsoft.graph.user/$count","headers":{"ConsistencyLevel":"eventual"}},
                {"id":2,"method":"GET","url":"/users/$count"},
                {"id":3,"method":"GET","url":"/users?$search=\"displayName:ada\"","headers":{"consistencylevel":"Eventual"}}
            ]}
            """);
        JsonElement[] items = [.. answers.GetProperty("responses").EnumerateArray().OrderBy(item => item.GetProperty("id").GetString(), StringComparer.Ordinal)];
        Assert.Equal(1, items[0].GetProperty("body").GetInt32());
        Assert.Equal("$count is not currently supported.", items[1].GetProperty("body").GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(ada, items[2].GetProperty("body").GetProperty("value")[0].GetProperty("id").GetGuid());
    }
}
