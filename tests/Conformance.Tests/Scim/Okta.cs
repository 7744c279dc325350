using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Conformance.Tests.Scim;

/// <summary>What Okta sends, as its documentation has it: pages, PUT with whole users, PATCH of <c>active</c>, group push (B806).</summary>
public sealed class Okta
{
    [Fact]
    public async Task A_user_is_made_replaced_deactivated_and_activated()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement none = await room.DoAsync("GET", "/scim/v2/Users?filter=userName%20eq%20%22test.user%40fabrikam.example%22&startIndex=1&count=100");
        Assert.Equal((0, 1, 0), Numbers(none));
        JsonElement made = await room.DoAsync("POST", "/scim/v2/Users", """
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"test.user@fabrikam.example","name":{"givenName":"Test","familyName":"User"},
             "emails":[{"primary":true,"value":"test.user@fabrikam.example","type":"work"}],"displayName":"Test User","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}
            """);
        Guid id = made.GetProperty("id").GetGuid();
        Assert.True(made.GetProperty("active").GetBoolean());
        Assert.Equal("User", made.GetProperty("meta").GetProperty("resourceType").GetString());
        Assert.False(made.TryGetProperty("password", out _));
        await room.DoAsync("PATCH", $"/v1.0/users/{id}", """{"usageLocation":"US","jobTitle":"Pilot"}""");

        // Okta reads the user and sends all it knows: what it does not know stays (B803).
        JsonElement read = await room.DoAsync("GET", $"/scim/v2/Users/{id}");
        Assert.Equal("Test", read.GetProperty("name").GetProperty("givenName").GetString());
        JsonElement put = await room.DoAsync("PUT", $"/scim/v2/Users/{id}", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{{id}}","userName":"test.user@fabrikam.example","name":{"givenName":"Another","familyName":"User"},
             "emails":[{"primary":true,"value":"test.user@fabrikam.example","type":"work","display":"test.user@fabrikam.example"},{"value":"home@fabrikam.example","type":"home"}],
             "active":true,"groups":[],"meta":{"resourceType":"User"} }
            """);
        Assert.Equal("Another", put.GetProperty("name").GetProperty("givenName").GetString());
        User user = Entra.Of(room, id);
        Assert.Equal(("US", "Pilot", "home@fabrikam.example", "00ujl29u0le5T6Aj10h7"), (user.UsageLocation, user.Attributes[UserAttribute.JobTitle], user.Attributes[UserAttribute.OtherMails], user.Attributes[UserAttribute.OnPremisesImmutableId]));
        await room.DoAsync("PUT", $"/scim/v2/Users/{id}", """{"title":null,"emails":[]}""");
        user = Entra.Of(room, id);
        Assert.Equal((null, null, null), (user.Attributes[UserAttribute.JobTitle], user.Attributes[UserAttribute.OtherMails], user.Attributes[UserAttribute.Mail]));

        await Entra.PatchAsync(room, id, """{"op":"replace","value":{"active":false}}""");
        Assert.False(Entra.Of(room, id).AccountEnabled);
        await Entra.PatchAsync(room, id, """{"op":"replace","value":{"active":true}}""");
        Assert.True(Entra.Of(room, id).AccountEnabled);

        // What Okta's tests of a server expect: a name that is taken, a user who is not there.
        Refused(await room.SendAsync("POST", "/scim/v2/Users", """{"userName":"TEST.user@fabrikam.example"}"""), 409, "uniqueness");
        Refused(await room.SendAsync("GET", "/scim/v2/Users/010101001010101011001010101011"), 404, null);
    }

    [Fact]
    public async Task Users_and_groups_are_imported_page_by_page()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            await room.AddUserAsync($"user{i}");
        }

        List<string> names = [];
        for (int start = 1; ; start += 2)
        {
            JsonElement page = await room.DoAsync("GET", $"/scim/v2/Users?startIndex={start}&count=2");
            names.AddRange(page.GetProperty("Resources").EnumerateArray().Select(one => one.GetProperty("userName").GetString()!));
            Assert.Equal((5, start), (page.GetProperty("totalResults").GetInt32(), page.GetProperty("startIndex").GetInt32()));
            if (page.GetProperty("itemsPerPage").GetInt32() < 2)
            {
                break;
            }
        }

        Assert.Equal(["user0@fabrikam.example", "user1@fabrikam.example", "user2@fabrikam.example", "user3@fabrikam.example", "user4@fabrikam.example"], names);
        Assert.Equal((3, 2, 1), Numbers(await room.DoAsync("GET", "/scim/v2/Users?filter=userName%20gt%20%22user1%40z%22&startIndex=2&count=1")));
        Assert.Equal((0, 1, 0), Numbers(await room.DoAsync("GET", "/scim/v2/Groups?startIndex=1&count=100")));
        Assert.Equal((5, 1, 0), Numbers(await room.DoAsync("GET", "/scim/v2/Users?count=0")));
        Assert.Equal((5, 1, 0), Numbers(await room.DoAsync("GET", "/scim/v2/Users?count=-7&startIndex=-3")));
        Assert.Equal((5, 1, 5), Numbers(await room.DoAsync("POST", "/scim/v2/Users/.search", """{"count":99999999999,"attributes":["userName"]}""")));
    }

    [Fact]
    public async Task A_group_is_pushed_renamed_and_its_members_replaced()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve");
        JsonElement made = await room.DoAsync("POST", "/scim/v2/Groups", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Test SCIMv2","members":[{"value":"{{ada}}","display":"ada"}]}
            """);
        Guid id = made.GetProperty("id").GetGuid();
        Assert.Equal($"{ada}", made.GetProperty("members")[0].GetProperty("value").GetString());
        await Entra.GroupPatchAsync(room, id, $$"""{"op":"replace","value":{"id":"{{id}}","displayName":"Test SCIMv0"} }""");
        await Entra.GroupPatchAsync(room, id, $$"""{"op":"remove","path":"members[value eq \"{{ada}}\"]"},{"op":"add","path":"members","value":[{"value":"{{bob}}","display":"bob"}]}""");
        Assert.Equal([bob], Entra.Members(room, id));
        await Entra.GroupPatchAsync(room, id, $$"""{"op":"replace","path":"members","value":[{"value":"{{eve}}"},{"value":"{{ada}}"}]}""");
        Assert.Equal([ada, eve], Entra.Members(room, id));
        JsonElement put = await room.DoAsync("PUT", $"/scim/v2/Groups/{id}", $$"""{"displayName":"Test SCIMv2","id":"{{id}}","members":[{"value":"{{bob}}"},{"value":"{{ada}}"}]}""");
        Assert.Equal(("Test SCIMv2", 2), (put.GetProperty("displayName").GetString(), put.GetProperty("members").GetArrayLength()));
        Assert.Equal([ada, bob], Entra.Members(room, id));
        await room.DoAsync("PUT", $"/scim/v2/Groups/{id}", """{"displayName":"Members stay"}""");
        Assert.Equal([ada, bob], Entra.Members(room, id));
    }

    internal static void Refused(Answer answer, int status, string? type)
    {
        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal("application/scim+json", answer.MediaType);
        Assert.Equal($"{status}", answer.Json.GetProperty("status").GetString());
        Assert.Equal("urn:ietf:params:scim:api:messages:2.0:Error", answer.Json.GetProperty("schemas")[0].GetString());
        Assert.NotEmpty(answer.Json.GetProperty("detail").GetString()!);
        Assert.Equal(type, answer.Json.TryGetProperty("scimType", out JsonElement given) ? given.GetString() : null);
    }

    private static (int Total, int Start, int Items) Numbers(JsonElement list) =>
        (list.GetProperty("totalResults").GetInt32(), list.GetProperty("startIndex").GetInt32(), list.GetProperty("itemsPerPage").GetInt32());
}
