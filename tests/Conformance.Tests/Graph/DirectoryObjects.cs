using System.Text.Json;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Users and groups by an id alone, over real HTTP.</summary>
public sealed class DirectoryObjects
{
    [Fact]
    public async Task A_user_or_group_is_read_and_deleted_by_its_id()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales", ada);

        JsonElement user = await room.DoAsync("GET", $"/v1.0/directoryObjects/{ada}?$select=id,displayName");
        Assert.Equal(("#microsoft.graph.user", "ada"), (user.GetProperty("@odata.type").GetString(), user.GetProperty("displayName").GetString()));
        Assert.EndsWith("/v1.0/$metadata#directoryObjects(id,displayName)/$entity", user.GetProperty("@odata.context").GetString()!, StringComparison.Ordinal);
        Assert.Equal("#microsoft.graph.group", (await room.DoAsync("GET", $"/v1.0/directoryObjects/{group}")).GetProperty("@odata.type").GetString());

        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/v1.0/directoryObjects/{Guid.NewGuid()}");
        await room.RefusedAsync(404, "resourceNotFound", "GET", "/v1.0/directoryObjects/ada@fabrikam.example");
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/directoryObjects/{Guid.NewGuid()}");
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/directoryObjects/{group}")).Status);
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/directoryObjects/{ada}")).Status);
        Assert.Equal(404, (await room.SendAsync("GET", $"/v1.0/directoryObjects/{ada}")).Status);
    }

    [Fact]
    public async Task Many_ids_are_asked_for_at_once_and_narrowed_by_type()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales");
        const string Path = "/v1.0/directoryObjects/getByIds";
        string Ask(string types, params Guid[] ids) => $$"""{"ids":[{{string.Join(',', ids.Select(id => $"\"{id}\""))}}]{{types}}}""";

        JsonElement all = await room.DoAsync("POST", Path + "?$select=id", Ask("", group, bob, ada, Guid.NewGuid(), bob));
        Assert.EndsWith("/v1.0/$metadata#directoryObjects(id)", all.GetProperty("@odata.context").GetString()!, StringComparison.Ordinal);
        Assert.Equal(
            [("#microsoft.graph.user", ada), ("#microsoft.graph.user", bob), ("#microsoft.graph.group", group)],
            all.GetProperty("value").EnumerateArray().Select(one => (one.GetProperty("@odata.type").GetString(), one.GetProperty("id").GetGuid())));
        Assert.Equal([ada], await IdsOf(",\"types\":[\"user\"]"));
        Assert.Equal([group], await IdsOf(",\"types\":[\"Group\",\"device\"]"));
        Assert.Equal([ada, group], await IdsOf(",\"types\":[\"directoryObject\"]"));
        Assert.Equal([ada, group], await IdsOf(",\"types\":null"));
        Assert.Empty(await IdsOf(",\"types\":[\"device\"]"));

        await room.RefusedAsync(400, "valueMissing", "POST", Path, """{"types":["user"]}""");
        await room.RefusedAsync(400, "valueMissing", "POST", Path, """{"ids":[]}""");
        await room.RefusedAsync(400, "guidInvalid", "POST", Path, """{"ids":["ada"]}""");
        await room.RefusedAsync(400, "typeWrong", "POST", Path, """{"ids":"ada"}""");
        await room.RefusedAsync(400, "propertyUnknown", "POST", Path, """{"identifiers":[]}""");
        await room.RefusedAsync(403, "permissionMissing", "POST", Path, Ask("", ada), "User.Read.All");

        async Task<Guid[]> IdsOf(string types) =>
            [.. (await room.DoAsync("POST", Path, Ask(types, ada, group))).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetGuid())];
    }

    [Theory]
    [InlineData(GraphLimits.DirectoryObjectIds - 1, 200)]
    [InlineData(GraphLimits.DirectoryObjectIds, 200)]
    [InlineData(GraphLimits.DirectoryObjectIds + 1, 400)]
    public async Task One_request_names_a_thousand_ids_and_not_one_more(int count, int status)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        string ids = string.Join(',', Enumerable.Range(1, count - 1).Select(_ => $"\"{Guid.NewGuid()}\"").Append($"\"{ada}\""));

        Answer answer = await room.SendAsync("POST", "/v1.0/directoryObjects/getByIds", $$"""{"ids":[{{ids}}]}""");

        Assert.Equal(status, answer.Status);
        Assert.True(status == 400 ? answer.Message.EndsWith("One request names at most 1000 ids.", StringComparison.Ordinal) : answer.Json.GetProperty("value").GetArrayLength() == 1);
    }
}
