using System.Text;
using System.Text.Json;
using Berth.Engine.Directory;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Creating, changing and deleting users and groups over HTTP, and their members (L170).</summary>
public sealed class DirectoryWriting
{
    [Fact]
    public async Task A_created_user_is_answered_with_its_place_and_can_be_read_there()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Answer created = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"));

        Guid id = created.Json.GetProperty("id").GetGuid();
        Assert.Equal((201, $"{room.Http.BaseAddress}v1.0/users/{id}"), (created.Status, created.Location));
        Assert.Equal("ada@fabrikam.example", created.Json.GetProperty("userPrincipalName").GetString());
        Assert.Equal("ada", (await room.DoAsync("GET", $"/v1.0/users/{id}")).GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task A_password_is_demanded_and_kept_nowhere()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = await room.AddUserAsync("ada");
        await room.DoAsync("PATCH", $"/v1.0/users/{id}", """{"passwordProfile":{"password":"also-never-kept"},"jobTitle":"Analyst"}""");

        await foreach (Engine.TenantEvent happened in room.Desk.ReadBackAsync(long.MaxValue, TestContext.Current.CancellationToken))
        {
            Assert.DoesNotContain("never-kept", string.Join(' ', happened.Changes.Select(change => change switch
            {
                Engine.Change.UsersSet users => string.Join(' ', users.Users.Select(user => $"{user} {string.Join(' ', user.Attributes.Values)}")),
                Engine.Change.UserWas was => $"{was.Was} {string.Join(' ', was.Was.Attributes.Values)}",
                _ => "",
            })), StringComparison.Ordinal);
        }

        foreach (string profile in (string[])["null", "{}", """{"password":null,"forceChangePasswordNextSignIn":true}"""])
        {
            string body = RunningRoom.UserJson("bob").Replace("""{"password":"never-kept","forceChangePasswordNextSignIn":true}""", profile, StringComparison.Ordinal);
            Assert.Equal("A password must be specified to create a new user.", await room.RefusedAsync(400, "passwordMissing", "POST", "/v1.0/users", body));
        }
    }

    [Fact]
    public async Task A_change_may_speak_of_passwords_without_bringing_one()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = await room.AddUserAsync("ada");
        await room.DoAsync("PATCH", $"/v1.0/users/{id}", """{"passwordProfile":{"forceChangePasswordNextSignIn":true}}""");
        await room.DoAsync("PATCH", $"/v1.0/users/{id}", """{"passwordProfile":null}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/users/{id}", """{"passwordProfile":{"password":""}}""");
    }

    [Theory]
    [InlineData("accountEnabled")]
    [InlineData("displayName")]
    [InlineData("mailNickname")]
    [InlineData("userPrincipalName")]
    public async Task A_user_without_a_required_property_is_refused_with_its_name(string property)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Dictionary<string, JsonElement> user = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(RunningRoom.UserJson("ada"))!;
        user.Remove(property);
        string message = await room.RefusedAsync(400, "valueMissing", "POST", "/v1.0/users", JsonSerializer.Serialize(user));
        Assert.Equal($"A value is required for property '{property}' of resource 'User'.", message);
    }

    [Theory]
    [InlineData("displayName")]
    [InlineData("mailEnabled")]
    [InlineData("mailNickname")]
    [InlineData("securityEnabled")]
    public async Task A_group_without_a_required_property_is_refused_with_its_name(string property)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Dictionary<string, object> group = new() { ["displayName"] = "g", ["mailEnabled"] = false, ["mailNickname"] = "g", ["securityEnabled"] = true };
        group.Remove(property);
        string message = await room.RefusedAsync(400, "valueMissing", "POST", "/v1.0/groups", JsonSerializer.Serialize(group));
        Assert.Equal($"A value is required for property '{property}' of resource 'Group'.", message);
    }

    // L133
    [Fact]
    public async Task Body_names_ignore_case_and_every_property_of_a_user_is_kept()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = (await room.DoAsync("POST", "/v1.0/users", """
            {"@odata.type":"#microsoft.graph.user","AccountEnabled":false,"displayname":"Ada","mailNickName":"ada","USERPRINCIPALNAME":"ada@fabrikam.example",
             "passwordProfile":{"Password":"x","forceChangePasswordNextSignInWithMfa":null},"surName":"Lovelace","givenName":"Ada","usageLocation":"gb","userType":"guest",
             "businessPhones@odata.type":"#Collection(String)","businessPhones":["+44 1"],"otherMails":["a@x.example","b@x.example"],"department":"","city":null,
             "employeeHireDate":"2026-01-02T03:04:05+01:00","onPremisesExtensionAttributes":{"extensionAttribute1":"one","ExtensionAttribute15":"fifteen"}}
            """)).GetProperty("id").GetGuid();

        JsonElement user = await room.DoAsync(
            "GET",
            $"/v1.0/users/{id}?$select=accountEnabled,surname,givenName,usageLocation,userType,businessPhones,otherMails,department,city,employeeHireDate,onPremisesExtensionAttributes,mailNickname");
        Assert.False(user.GetProperty("accountEnabled").GetBoolean());
        Assert.Equal(
            ["Lovelace", "Ada", "GB", "Guest", "ada", null, null],
            ((string[])["surname", "givenName", "usageLocation", "userType", "mailNickname", "department", "city"]).Select(name => user.GetProperty(name).GetString()));
        Assert.Equal("+44 1", user.GetProperty("businessPhones")[0].GetString());
        Assert.Equal(2, user.GetProperty("otherMails").GetArrayLength());
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 2, 4, 5, TimeSpan.Zero), user.GetProperty("employeeHireDate").GetDateTimeOffset());
        Assert.Equal("one", user.GetProperty("onPremisesExtensionAttributes").GetProperty("extensionAttribute1").GetString());
        Assert.Equal("fifteen", user.GetProperty("onPremisesExtensionAttributes").GetProperty("extensionAttribute15").GetString());
    }

    [Fact]
    public async Task A_change_writes_what_it_names_and_leaves_the_rest()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = await room.AddUserAsync("ada");
        await room.DoAsync("PATCH", $"/v1.0/users/{id}", """{"department":"Sales","jobTitle":"Analyst"}""");
        Answer changed = await room.SendAsync("PATCH", "/v1.0/users/ada@fabrikam.example", """{"@odata.type":"#microsoft.graph.user","department":null,"accountEnabled":false}""");

        Assert.Equal((204, 0), (changed.Status, changed.Body.Length));
        JsonElement user = await room.DoAsync("GET", $"/v1.0/users/{id}?$select=department,jobTitle,accountEnabled,displayName");
        Assert.Equal(
            (null, "Analyst", false, "ada"),
            (user.GetProperty("department").GetString(), user.GetProperty("jobTitle").GetString(), user.GetProperty("accountEnabled").GetBoolean(), user.GetProperty("displayName").GetString()));

        long version = room.Tenant.Version;
        Assert.Equal(204, (await room.SendAsync("PATCH", $"/v1.0/users/{id}", "{}")).Status);
        Assert.Equal(version, room.Tenant.Version);
    }

    // B83
    [Theory]
    [InlineData("""{"usageLocation":"XX"}""", "valueInvalid", "Invalid value specified for property 'usageLocation' of resource 'User'.")]
    [InlineData("""{"usageLocation":"Germany"}""", "valueInvalid", "Invalid value specified for property 'usageLocation' of resource 'User'.")]
    [InlineData("""{"favoriteColor":"red"}""", "propertyUnknown", "Invalid property 'favoriteColor'.")]
    [InlineData("""{"id":"06ebc4ee-1bb5-47dd-8120-11324bc54e06"}""", "propertyUnknown", "Property 'id' of resource 'User' is read-only.")]
    [InlineData("""{"assignedLicenses":[]}""", "propertyUnknown", "Invalid property 'assignedLicenses'.")]
    [InlineData("""{"displayName":null}""", "valueInvalid", "'displayName'")]
    [InlineData("""{"displayName":"  "}""", "valueInvalid", "'displayName'")]
    [InlineData("""{"displayName":5}""", "typeWrong", "Cannot convert a primitive value to the expected type 'Edm.String'.")]
    [InlineData("""{"accountEnabled":"true"}""", "typeWrong", "Cannot convert a primitive value to the expected type 'Edm.Boolean'.")]
    [InlineData("""{"accountEnabled":null}""", "typeWrong", "'accountEnabled'")]
    [InlineData("""{"businessPhones":"+1"}""", "typeWrong", "must be an array")]
    [InlineData("""{"businessPhones":["a\nb"]}""", "valueInvalid", "line end")]
    [InlineData("""{"city":"a\u0000b"}""", "valueInvalid", "control character")]
    [InlineData("""{"city":"\ud800"}""", "jsonInvalid", "not valid Unicode")]
    [InlineData("""{"userPrincipalName":"ada"}""", "valueInvalid", "Property userPrincipalName is invalid.")]
    [InlineData("""{"userPrincipalName":"a b@x.example"}""", "valueInvalid", "Property userPrincipalName is invalid.")]
    [InlineData("""{"userPrincipalName":"a@b@x.example"}""", "valueInvalid", "Property userPrincipalName is invalid.")]
    [InlineData("""{"mailNickname":"a b"}""", "valueInvalid", "'mailNickname'")]
    [InlineData("""{"userType":"Robot"}""", "valueInvalid", "Member or Guest")]
    [InlineData("""{"employeeHireDate":"tomorrow"}""", "valueInvalid", "ISO 8601")]
    [InlineData("""{"employeeHireDate":"2026-01-02T03:04:05"}""", "valueInvalid", "ISO 8601")]
    [InlineData("""{"onPremisesExtensionAttributes":{"extensionAttribute16":"x"}}""", "propertyUnknown", "extensionAttribute16")]
    [InlineData("""{"passwordProfile":{"password":"x","hint":"y"}}""", "propertyUnknown", "passwordProfile/hint")]
    [InlineData("""{"city":"a","CITY":"b"}""", "propertyRepeated", "more than once")]
    [InlineData("""{"jobTitle":"a","department":"a","city":"a","state":"a","streetAddress":"a","postalCode":"a","officeLocation":"a","JOBTITLE":"b"}""", "propertyRepeated", "more than once")]
    [InlineData("""{"jobTitle":"a","department":"a","city":"a","state":"a","streetAddress":"a","postalCode":"a","officeLocation":"a","companyName":"a","JOBTITLE":"b"}""", "propertyRepeated", "more than once")]
    [InlineData("""{"jobTitle":"a","department":"a","city":"a","state":"a","streetAddress":"a","postalCode":"a","officeLocation":"a","companyName":"a","COMPANYNAME":"b"}""", "propertyRepeated", "more than once")]
    [InlineData("""{"jobTitle":"a","department":"a","city":"a","state":"a","streetAddress":"a","postalCode":"a","officeLocation":"a","companyName":"a","employeeId":"a","JOBTITLE":"b"}""", "propertyRepeated", "more than once")]
    [InlineData("""{"jobTitle":"a","department":"a","city":"a","state":"a","streetAddress":"a","postalCode":"a","officeLocation":"a","companyName":"a","employeeId":"a","EMPLOYEEID":"b"}""", "propertyRepeated", "more than once")]
    [InlineData("""{"city":"a",}""", "jsonInvalid", "Unable to read JSON request payload.")]
    [InlineData("""{"city":"a"} {}""", "jsonInvalid", "Unable to read JSON request payload.")]
    [InlineData("\"text\"", "typeWrong", "must be an object")]
    public async Task A_bad_change_of_a_user_is_refused_with_a_clear_text_and_changes_nothing(string body, string code, string text)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = await room.AddUserAsync("ada");
        Assert.Contains(text, await room.RefusedAsync(400, code, "PATCH", $"/v1.0/users/{id}", body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"displayName":""}""", "valueInvalid", "'displayName'")]
    [InlineData("""{"mailNickname":null}""", "valueInvalid", "'mailNickname'")]
    [InlineData("""{"groupTypes":["Secret"]}""", "valueInvalid", "'groupTypes'")]
    [InlineData("""{"visibility":"Invisible"}""", "valueInvalid", "HiddenMembership")]
    [InlineData("""{"owners@odata.bind":["https://graph.microsoft.com/v1.0/groups"]}""", "valueInvalid", "owners@odata.bind")]
    [InlineData("""{"members@odata.bind":"x"}""", "typeWrong", "members@odata.bind")]
    [InlineData("""{"members@odata.bind":["06ebc4ee-1bb5-47dd-8120-11324bc54e06"]}""", "valueInvalid", "members@odata.bind")]
    [InlineData("""{"members@odata.bind":["https://graph.microsoft.com/v1.0/users/ada"]}""", "valueInvalid", "members@odata.bind")]
    [InlineData("""{"mailEnabled":"no"}""", "typeWrong", "'mailEnabled'")]
    public async Task A_bad_change_of_a_group_is_refused_with_a_clear_text_and_changes_nothing(string body, string code, string text)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = await room.AddGroupAsync("sales");
        Assert.Contains(text, await room.RefusedAsync(400, code, "PATCH", $"/v1.0/groups/{id}", body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_may_be_as_long_as_their_limit_and_no_longer()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales");
        (string Path, string Property, int Longest)[] limits =
        [
            ($"/v1.0/users/{user}", "displayName", User.LongestDisplayName),
            ($"/v1.0/users/{user}", "department", User.LongestText),
            ($"/v1.0/users/{user}", "mailNickname", GraphLimits.MailNicknameCharacters),
            ($"/v1.0/groups/{group}", "displayName", GroupProfile.LongestDisplayName),
            ($"/v1.0/groups/{group}", "description", GroupProfile.LongestDescription),
        ];
        foreach ((string path, string property, int longest) in limits)
        {
            foreach (int length in (int[])[longest - 1, longest])
            {
                await room.DoAsync("PATCH", path, $$"""{"{{property}}":"{{new string('x', length)}}"}""");
            }

            await room.RefusedAsync(400, "valueInvalid", "PATCH", path, $$"""{"{{property}}":"{{new string('x', longest + 1)}}"}""");
        }

        const string Domain = "@fabrikam.example";
        await room.DoAsync("PATCH", $"/v1.0/users/{user}", $$"""{"userPrincipalName":"{{new string('x', User.LongestUserPrincipalName - Domain.Length)}}{{Domain}}"}""");
        await room.RefusedAsync(
            400, "valueInvalid", "PATCH", $"/v1.0/users/{user}", $$"""{"userPrincipalName":"{{new string('x', User.LongestUserPrincipalName - Domain.Length + 1)}}{{Domain}}"}""");

        string Mails(int count, int length) => $$"""{"otherMails":[{{string.Join(',', Enumerable.Repeat($"\"{new string('m', length)}\"", count))}}]}""";
        await room.DoAsync("PATCH", $"/v1.0/users/{user}", Mails(GraphLimits.ListItems, 3));
        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/users/{user}", Mails(GraphLimits.ListItems + 1, 3));
        await room.DoAsync("PATCH", $"/v1.0/users/{user}", Mails(1, GraphLimits.ListItemCharacters));
        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/users/{user}", Mails(1, GraphLimits.ListItemCharacters + 1));

        string Password(int length) => $$$"""{"passwordProfile":{"password":"{{{new string('p', length)}}}"}}""";
        await room.DoAsync("PATCH", $"/v1.0/users/{user}", Password(GraphLimits.PasswordCharacters));
        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/users/{user}", Password(GraphLimits.PasswordCharacters + 1));
    }

    [Fact]
    public async Task A_user_principal_name_is_given_once_ignoring_case()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("ada");
        Guid bob = await room.AddUserAsync("bob");
        Answer taken = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ADA"));

        Assert.Equal((400, "userPrincipalNameTaken"), (taken.Status, taken.InnerCode));
        Assert.Equal("Another object with the same value for property userPrincipalName already exists.", taken.Message);
        JsonElement detail = taken.Json.GetProperty("error").GetProperty("details")[0];
        Assert.Equal(("ObjectConflict", "userPrincipalName"), (detail.GetProperty("code").GetString(), detail.GetProperty("target").GetString()));
        await room.RefusedAsync(400, "userPrincipalNameTaken", "PATCH", $"/v1.0/users/{bob}", """{"userPrincipalName":"Ada@FABRIKAM.example"}""");
    }

    [Fact]
    public async Task Quotes_and_dollar_signs_in_a_user_principal_name_reach_the_user_in_every_spelling()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("o'brien");
        await room.AddUserAsync("$weird");
        await room.DoAsync("PATCH", "/v1.0/users/o%27brien%40fabrikam.example", """{"city":"Cork"}""");
        await room.DoAsync("PATCH", "/v1.0/users('o''brien@fabrikam.example')", """{"state":"Munster"}""");
        await room.DoAsync("PATCH", "/v1.0/users/%24weird%40fabrikam.example", """{"city":"Oz"}""");
        await room.DoAsync("PATCH", "/v1.0/users('%24weird@fabrikam.example')", """{"state":"Oz"}""");
        Assert.Equal("Cork", room.Tenant.Users[room.Tenant.FindUser("o'brien@fabrikam.example")]!.Attributes[UserAttribute.City]);
        Assert.Equal("Oz", room.Tenant.Users[room.Tenant.FindUser("$weird@fabrikam.example")]!.Attributes[UserAttribute.State]);
    }

    [Fact]
    public async Task A_deleted_user_is_gone_and_its_seat_is_free()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        await room.BuyAsync("SPE_E5", 1);
        Guid e5 = room.Sku("SPE_E5");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([e5], []));
        await room.RefusedAsync(400, "seatsExhausted", "POST", $"/v1.0/users/{bob}/assignLicense", RunningRoom.Licenses([e5], []));

        Answer deleted = await room.SendAsync("DELETE", "/v1.0/users/ada@fabrikam.example");
        Assert.Equal((204, 0), (deleted.Status, deleted.Body.Length));
        await room.DoAsync("POST", $"/v1.0/users/{bob}/assignLicense", RunningRoom.Licenses([e5], []));
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/users/{ada}");
        string message = await room.RefusedAsync(404, "resourceNotFound", "PATCH", "/v1.0/users/ada@fabrikam.example", "{}");
        Assert.Contains("'ada@fabrikam.example'", message, StringComparison.Ordinal);
    }

    // B84
    [Fact]
    public async Task A_group_with_licenses_cannot_be_deleted_nor_lose_its_security()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid group = await room.AddGroupAsync("sales");
        await room.BuyAsync("SPE_E5", 1);
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        Assert.Equal(
            "Unable to delete the group because there is a product license assigned to the group. To delete this group, remove any product licenses first.",
            await room.RefusedAsync(400, "groupHasLicenses", "DELETE", $"/v1.0/groups/{group}"));
        Assert.Contains("securityEnabled", await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/groups/{group}", """{"securityEnabled":false}"""), StringComparison.Ordinal);

        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([], [room.Sku("SPE_E5")]));
        Assert.Equal(204, (await room.SendAsync("DELETE", $"/v1.0/groups/{group}")).Status);
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/groups/{group}");
        await room.RefusedAsync(404, "resourceNotFound", "PATCH", "/v1.0/groups/not-an-id", "{}");
    }

    [Fact]
    public async Task Members_come_with_a_group_by_a_change_and_one_by_one()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), eve = await room.AddUserAsync("eve"), inner = await room.AddGroupAsync("inner");
        Guid group = await room.AddGroupAsync("sales", ada);

        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"members@odata.bind":["http://other.host/beta/users/{{bob}}","groups('{{inner}}')"]}""");
        Answer added = await room.SendAsync(
            "POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/{{eve.ToString().ToUpperInvariant()}}"}""");
        Assert.Equal((204, 0), (added.Status, added.Body.Length));
        Assert.Equal(new[] { ada, bob, eve, inner }.Order(), await Members(room, group));

        Answer removed = await room.SendAsync("DELETE", $"/v1.0/groups/{group}/members/{bob}/$ref");
        Assert.Equal((204, 0), (removed.Status, removed.Body.Length));
        await room.DoAsync("DELETE", $"/v1.0/groups/{group}/members/{inner}/$ref");
        Assert.Equal(new[] { ada, eve }.Order(), await Members(room, group));
    }

    [Fact]
    public async Task What_is_remembered_of_a_repeatable_request_says_nothing_about_its_password()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        (string, string) id = ("Repeatability-Request-ID", Guid.NewGuid().ToString());
        Answer first = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"), "*", id);
        Answer again = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada").Replace("never-kept", "another", StringComparison.Ordinal), "*", id);
        Assert.Equal((201, first.Text), (again.Status, again.Text));
        Answer other = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada").Replace("\"US\"", "\"DE\"", StringComparison.Ordinal), "*", id);
        Assert.Equal((400, "repeatedDifferently"), (other.Status, other.InnerCode));
    }

    // B82
    [Fact]
    public async Task Members_are_added_all_or_none_and_each_refusal_has_its_text()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales", ada), nobody = Guid.NewGuid();
        const string Exists = "One or more added object references already exist for the following modified properties: 'members'.";

        string Bind(params Guid[] ids) => $$"""{"displayName":"other","members@odata.bind":[{{string.Join(',', ids.Select(id => $"\"https://x/directoryObjects/{id}\""))}}]}""";
        Assert.Equal(Exists, await room.RefusedAsync(400, "alreadyMember", "PATCH", $"/v1.0/groups/{group}", Bind(bob, ada)));
        Assert.Contains($"'{nobody}'", await room.RefusedAsync(404, "resourceNotFound", "PATCH", $"/v1.0/groups/{group}", Bind(bob, nobody)), StringComparison.Ordinal);
        await room.RefusedAsync(400, "memberOfItself", "PATCH", $"/v1.0/groups/{group}", Bind(bob, group));
        Assert.Equal([ada], await Members(room, group));

        string reference = $"/v1.0/groups/{group}/members/$ref";
        Assert.Equal(Exists, await room.RefusedAsync(400, "alreadyMember", "POST", reference, $$"""{"@odata.id":"https://x/users/{{ada}}"}"""));
        await room.RefusedAsync(404, "resourceNotFound", "POST", reference, $$"""{"@odata.id":"https://x/users/{{nobody}}"}""");
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/v1.0/groups/{nobody}/members/$ref", $$"""{"@odata.id":"https://x/users/{{ada}}"}""");
        await room.RefusedAsync(400, "valueMissing", "POST", reference, "{}");
        await room.RefusedAsync(400, "valueInvalid", "POST", reference, """{"@odata.id":"ada"}""");
        await room.RefusedAsync(400, "propertyUnknown", "POST", reference, $$"""{"id":"{{bob}}"}""");
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/groups/{group}/members/{bob}/$ref");
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/v1.0/groups/{group}/members/bob/$ref");

        Guid[] many = new Guid[GraphLimits.BoundMembers + 1];
        for (int i = 0; i < many.Length; i++)
        {
            many[i] = await room.AddUserAsync($"u{i}");
        }

        Assert.Contains("20", await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/v1.0/groups/{group}", Bind(many)), StringComparison.Ordinal);
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", Bind(many[1..]));
        Assert.Equal(GraphLimits.BoundMembers + 1, (await Members(room, group)).Length);
    }

    [Fact]
    public async Task Members_alone_take_less_permission_than_the_group_itself()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales");
        string bind = $"\"members@odata.bind\":[\"https://x/users/{ada}\"]";

        await room.RefusedAsync(403, "permissionMissing", "PATCH", $"/v1.0/groups/{group}", $$"""{"displayName":"x",{{bind}}}""", "GroupMember.ReadWrite.All");
        Assert.Equal(204, (await room.SendAsync("PATCH", $"/v1.0/groups/{group}", $$"""{{{bind}}}""", "GroupMember.ReadWrite.All")).Status);
        await room.RefusedAsync(403, "permissionMissing", "DELETE", $"/v1.0/groups/{group}", null, "GroupMember.ReadWrite.All");
        await room.RefusedAsync(403, "permissionMissing", "POST", "/v1.0/users", RunningRoom.UserJson("bob"), "Group.ReadWrite.All User.Read.All");
        await room.RefusedAsync(403, "permissionMissing", "POST", "/v1.0/groups", "{}", "GroupMember.ReadWrite.All");
        await room.RefusedAsync(403, "permissionMissing", "POST", $"/v1.0/groups/{group}/members/$ref", "{}", "Group.Read.All");
    }

    [Fact]
    public async Task A_body_of_another_kind_too_large_or_too_deep_is_refused()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        using StringContent text = new(RunningRoom.UserJson("ada"), Encoding.UTF8, "text/plain");
        Assert.Equal(415, (await room.SendAsync("POST", "/v1.0/users", text)).Status);

        string Padded(int bytes) => RunningRoom.UserJson("ada") is var json ? json + new string(' ', bytes - Encoding.UTF8.GetByteCount(json)) : "";
        await room.RefusedAsync(413, "bodyTooLarge", "POST", "/v1.0/users", Padded(GraphLimits.BodyBytes + 1));
        await room.DoAsync("POST", "/v1.0/users", Padded(GraphLimits.BodyBytes));

        string Deep(int levels) => $$"""{"city":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
        await room.RefusedAsync(400, "typeWrong", "PATCH", "/v1.0/users/ada@fabrikam.example", Deep(GraphLimits.JsonDepth));
        await room.RefusedAsync(400, "jsonInvalid", "PATCH", "/v1.0/users/ada@fabrikam.example", Deep(GraphLimits.JsonDepth + 1));
        await room.RefusedAsync(400, "jsonInvalid", "PATCH", "/v1.0/users/ada@fabrikam.example", new string('[', 200_000));
    }

    [Fact]
    public async Task A_write_that_is_sent_again_happens_once_and_gets_the_same_bytes()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        (string, string) id = ("Repeatability-Request-ID", Guid.NewGuid().ToString());
        Answer first = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"), "*", id);
        long version = room.Tenant.Version;
        Answer again = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"), "*", id);

        Assert.Equal((201, 201, first.Location), (first.Status, again.Status, again.Location));
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(version, room.Tenant.Version);

        Answer other = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("bob"), "*", id);
        Assert.Equal((400, "repeatedDifferently"), (other.Status, other.InnerCode));
        Assert.Equal(version, room.Tenant.Version);

        // An id has a longest length, and the path and query beside it may have any.
        string query = new('x', 9000);
        Answer longest = await room.SendAsync("POST", $"/v1.0/users?{query}=1", RunningRoom.UserJson("eve"), "*", ("Repeatability-Request-ID", new string('i', GraphRoom.LongestRepeatabilityId)));
        Assert.Equal(201, longest.Status);
        Answer tooLong = await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("zoe"), "*", ("Repeatability-Request-ID", new string('i', GraphRoom.LongestRepeatabilityId + 1)));
        Assert.Equal((400, "repeatabilityIdTooLong"), (tooLong.Status, tooLong.InnerCode));

        // Another path is another request.
        Assert.Equal(204, (await room.SendAsync("PATCH", $"/v1.0/users/{first.Json.GetProperty("id").GetGuid()}", """{"city":"Kyiv"}""", "*", id)).Status);
    }

    private static async Task<Guid[]> Members(RunningRoom room, Guid group) =>
        [.. (await room.DoAsync("GET", $"/v1.0/groups/{group}/members?$select=id")).GetProperty("value").EnumerateArray().Select(member => member.GetProperty("id").GetGuid()).Order()];
}
