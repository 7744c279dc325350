using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Conformance.Tests.Scim;

/// <summary>What Microsoft Entra's provisioning service sends, as its documentation has it, with and without the flag <c>aadOptscim062020</c> (B806).</summary>
public sealed class Entra
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Fact]
    public async Task A_user_is_looked_for_made_changed_disabled_and_deleted()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync("SPE_E5", 5);
        Guid group = await room.AddGroupAsync("licensed");
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        Guid boss = await room.AddUserAsync("boss");

        // The test of the connection: a name that nobody has.
        JsonElement none = await room.DoAsync("GET", "/scim/v2/Users?filter=userName+eq+%22bc3b1b1e-non-existent%22");
        Assert.Equal((0, 0), (none.GetProperty("totalResults").GetInt32(), none.GetProperty("Resources").GetArrayLength()));
        Assert.Equal("urn:ietf:params:scim:api:messages:2.0:ListResponse", none.GetProperty("schemas")[0].GetString());

        Answer created = await room.SendAsync("POST", "/scim/v2/Users", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{{Enterprise}}"],"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"Test_User_ab6490ee@fabrikam.example","active":true,
             "addresses":[{"type":"work","primary":false,"country":"DE","formatted":"B 12","locality":"Bonn","postalCode":"53111","region":"NRW","streetAddress":"Markt 1"}],
             "emails":[{"primary":true,"type":"work","value":"Test_User_fd0ea19b@fabrikam.example"}],
             "phoneNumbers":[{"type":"mobile","value":"+49 151 1"},{"type":"fax","value":"+49 228 3"},{"type":"work","value":"+49 228 2"}],
             "meta":{"resourceType":"User"},"name":{"formatted":"givenName familyName","familyName":"familyName","givenName":"givenName"},"roles":[],"title":"Pilot",
             "{{Enterprise}}":{"employeeNumber":"17","department":"Flight","costCenter":"not kept"} }
            """);
        Assert.Equal((201, "application/scim+json"), (created.Status, created.MediaType));
        Guid id = created.Json.GetProperty("id").GetGuid();
        Assert.Equal($"{room.Http.BaseAddress}scim/v2/Users/{id}", created.Location);
        User user = Of(room, id);
        Assert.Equal(
            // B804: the country of the address is the usage location of who has none.
            ("Test_User_ab6490ee@fabrikam.example", "givenName familyName", "Test_User_ab6490ee", true, "DE"),
            (user.UserPrincipalName, user.DisplayName, user.MailNickname, user.AccountEnabled, user.UsageLocation));
        Assert.Equal("0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", user.Attributes[UserAttribute.OnPremisesImmutableId]);
        Assert.Equal(
            ("Test_User_fd0ea19b@fabrikam.example", "+49 151 1", "+49 228 3", "+49 228 2", "Bonn", "B 12", "17", "Flight", "Pilot"),
            (user.Attributes[UserAttribute.Mail], user.Attributes[UserAttribute.MobilePhone], user.Attributes[UserAttribute.FaxNumber], user.Attributes[UserAttribute.BusinessPhones],
            user.Attributes[UserAttribute.City], user.Attributes[UserAttribute.OfficeLocation], user.Attributes[UserAttribute.EmployeeId], user.Attributes[UserAttribute.Department], user.Attributes[UserAttribute.JobTitle]));

        // Found again by name, by the id over there, and read.
        Assert.Equal(id, await FoundAsync(room, "userName eq \"test_user_AB6490ee@fabrikam.example\""));
        Assert.Equal(id, await FoundAsync(room, "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\""));
        Assert.Equal(id, await FoundAsync(room, "emails[type eq \"work\"].value eq \"x\" or emails[type eq \"work\" and value eq \"Test_User_fd0ea19b@fabrikam.example\"]"));
        Assert.Equal("Flight", (await room.DoAsync("GET", $"/scim/v2/Users/{id}")).GetProperty(Enterprise).GetProperty("department").GetString());

        // Without the flag: capital verbs, a path each, flags as texts, references as lists of one.
        await PatchAsync(room, id, $$"""
            {"op":"Replace","path":"displayName","value":"Pvlo"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"updated@fabrikam.example"},
            {"op":"Replace","path":"name.givenName","value":"Gtfd"},{"op":"Replace","path":"name.familyName","value":"Pkqf"},{"op":"Replace","path":"externalId","value":"Eqpj"},
            {"op":"Replace","path":"{{Enterprise}}:employeeNumber","value":"18"},{"op":"Add","path":"nickName","value":"Babs"},{"op":"Add","path":"emails[type eq \"other\"].value","value":"second@fabrikam.example"},
            {"op":"Add","path":"{{Enterprise}}:manager","value":[{"$ref":"../Users/{{boss}}","value":"{{boss}}"}]},{"op":"Remove","path":"title"}
            """);
        user = Of(room, id);
        Assert.Equal(("Pvlo", "Gtfd", "Pkqf", "Eqpj"), (user.DisplayName, user.Attributes[UserAttribute.GivenName], user.Attributes[UserAttribute.Surname], user.Attributes[UserAttribute.OnPremisesImmutableId]));
        Assert.Equal(("updated@fabrikam.example", "second@fabrikam.example", "18", null), (user.Attributes[UserAttribute.Mail], user.Attributes[UserAttribute.OtherMails], user.Attributes[UserAttribute.EmployeeId], user.Attributes[UserAttribute.JobTitle]));
        Assert.Equal(room.Tenant.FindUser(boss), room.Tenant.ManagerOf(room.Tenant.FindUser(id)));

        // With it: several attributes in one value, whose names are paths.
        await PatchAsync(room, id, $$"""
            {"op":"replace","path":"emails[type eq \"work\"].value","value":"flag@fabrikam.example"},
            {"op":"replace","value":{"displayName":"Bjfe","name.givenName":"Kkom","name.familyName":"Unua","{{Enterprise}}:employeeNumber":"Aklq"} },
            {"op":"add","path":"{{Enterprise}}:manager","value":"{{boss}}"}
            """);
        user = Of(room, id);
        Assert.Equal(("Bjfe", "Kkom", "Unua", "Aklq", "flag@fabrikam.example"), (user.DisplayName, user.Attributes[UserAttribute.GivenName], user.Attributes[UserAttribute.Surname], user.Attributes[UserAttribute.EmployeeId], user.Attributes[UserAttribute.Mail]));
        await PatchAsync(room, id, $$"""{"op":"remove","path":"{{Enterprise}}:manager"}""");
        Assert.Equal(-1, room.Tenant.ManagerOf(room.Tenant.FindUser(id)));

        // A group's license comes and goes with membership, as through Graph (B800); disabling takes none (B802).
        await GroupPatchAsync(room, group, $$"""{"op":"Add","path":"members","value":[{"$ref":null,"value":"{{id}}"}]}""");
        Assert.Equal(["SPE_E5 group Active None"], await room.StatesAsync(id));
        await PatchAsync(room, id, """{"op":"Replace","path":"active","value":"False"}""");
        Assert.False(Of(room, id).AccountEnabled);
        Assert.Equal(["SPE_E5 group Active None"], await room.StatesAsync(id));
        await PatchAsync(room, id, """{"op":"replace","path":"active","value":true}""");
        Assert.True(Of(room, id).AccountEnabled);
        await GroupPatchAsync(room, group, $$"""{"op":"Remove","path":"members","value":[{"$ref":null,"value":"{{id}}"}]}""");
        Assert.Empty(await room.StatesAsync(id));

        // Deleted means deleted items, as through Graph (B146).
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/scim/v2/Users/{id}")).Status);
        Assert.Equal(404, (await room.SendAsync("GET", $"/scim/v2/Users/{id}")).Status);
        await room.DoAsync("POST", $"/v1.0/directory/deletedItems/{id}/restore");
    }

    [Fact]
    public async Task A_group_is_made_renamed_filled_emptied_and_deleted()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), inner = await room.AddGroupAsync("inner");
        Answer created = await room.SendAsync("POST", "/scim/v2/Groups", """
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
             "externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159","displayName":"Sales EMEA","meta":{"resourceType":"Group"}}
            """);
        Assert.Equal(201, created.Status);
        Guid id = created.Json.GetProperty("id").GetGuid();
        JsonElement found = await room.DoAsync("GET", "/scim/v2/Groups?excludedAttributes=members&filter=displayName%20eq%20%22sales%20emea%22");
        Assert.Equal(id, Assert.Single(found.GetProperty("Resources").EnumerateArray()).GetProperty("id").GetGuid());

        await GroupPatchAsync(room, id, """{"op":"Replace","path":"displayName","value":"Sales Europe"}""");
        await GroupPatchAsync(room, id, $$"""{"op":"Add","path":"members","value":[{"$ref":null,"value":"{{ada}}"},{"$ref":null,"value":"{{bob}}"},{"value":"{{inner}}"}]}""");

        // Sent once more it changes nothing and is no error (B807).
        await GroupPatchAsync(room, id, $$"""{"op":"Add","path":"members","value":[{"$ref":null,"value":"{{ada}}"}]}""");
        JsonElement group = await room.DoAsync("GET", $"/scim/v2/Groups/{id}");
        Assert.Equal("Sales Europe", group.GetProperty("displayName").GetString());
        Assert.Equal(
            [$"{ada} User ada", $"{bob} User bob", $"{inner} Group inner"],
            group.GetProperty("members").EnumerateArray().Select(one => $"{one.GetProperty("value")} {one.GetProperty("type")} {one.GetProperty("display")}"));
        Assert.False((await room.DoAsync("GET", $"/scim/v2/Groups/{id}?excludedAttributes=members")).TryGetProperty("members", out _));

        // Whether somebody is a member is asked like this.
        Assert.Equal(1, await CountAsync(room, $"id eq \"{id}\" and members eq \"{ada}\""));
        Assert.Equal(1, await CountAsync(room, $"id eq \"{id}\" and members[value eq \"{inner}\"]"));
        Assert.Equal(0, await CountAsync(room, $"id eq \"{id}\" and members.value eq \"{Guid.NewGuid()}\""));
        JsonElement of = await room.DoAsync("GET", $"/scim/v2/Users/{ada}?attributes=groups");
        Assert.Equal("Sales Europe", of.GetProperty("groups")[0].GetProperty("display").GetString());
        Assert.False(of.TryGetProperty("userName", out _));

        await GroupPatchAsync(room, id, $$"""{"op":"remove","path":"members[value eq \"{{ada}}\"]"},{"op":"Remove","path":"members","value":[{"value":"{{inner}}"}]}""");
        await GroupPatchAsync(room, id, $$"""{"op":"remove","path":"members[value eq \"{{ada}}\"]"}""");
        Assert.Equal([bob], Members(room, id));
        await GroupPatchAsync(room, id, """{"op":"Remove","path":"members"}""");
        Assert.Empty(Members(room, id));
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/scim/v2/Groups/{id}")).Status);
        Assert.Equal(404, (await room.SendAsync("DELETE", $"/scim/v2/Groups/{id}")).Status);
    }

    internal static User Of(RunningRoom room, Guid id) => room.Tenant.Users[room.Tenant.FindUser(id)]!;

    internal static Guid[] Members(RunningRoom room, Guid group) =>
        [.. room.Tenant.Groups[room.Tenant.FindGroup(group)].Members.Select(user => room.Tenant.Users[user]!.Id)];

    internal static async Task PatchAsync(RunningRoom room, Guid user, string operations)
    {
        JsonElement answer = await room.DoAsync("PATCH", $"/scim/v2/Users/{user}", Patch(operations));
        Assert.Equal(user, answer.GetProperty("id").GetGuid());
    }

    internal static async Task GroupPatchAsync(RunningRoom room, Guid group, string operations)
    {
        Answer answer = await room.SendAsync("PATCH", $"/scim/v2/Groups/{group}", Patch(operations));
        Assert.True(answer.Status == 204, answer.Text);
    }

    internal static string Patch(string operations) => $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{operations}}]}""";

    private static async Task<Guid> FoundAsync(RunningRoom room, string filter) =>
        Assert.Single((await room.DoAsync("GET", $"/scim/v2/Users?filter={Uri.EscapeDataString(filter)}")).GetProperty("Resources").EnumerateArray()).GetProperty("id").GetGuid();

    private static async Task<int> CountAsync(RunningRoom room, string filter) =>
        (await room.DoAsync("GET", $"/scim/v2/Groups?excludedAttributes=members&filter={Uri.EscapeDataString(filter)}")).GetProperty("totalResults").GetInt32();
}
