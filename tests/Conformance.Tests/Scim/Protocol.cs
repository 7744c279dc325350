using System.Net.Http.Headers;
using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Conformance.Tests.Process;
using Berth.Graph.Scim;
using Xunit;

namespace Berth.Conformance.Tests.Scim;

/// <summary>The protocol itself: discovery, errors, limits, tokens (B800, B801, B808, B809).</summary>
public sealed class Protocol
{
    [Fact]
    public async Task A_client_finds_out_what_is_possible_before_it_begins()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement config = await room.DoAsync("GET", "/scim/v2/ServiceProviderConfig");
        Assert.Equal(
            (true, false, true, false, false),
            (Supports(config, "patch"), Supports(config, "bulk"), Supports(config, "filter"), Supports(config, "sort"), Supports(config, "etag")));
        JsonElement types = await room.DoAsync("GET", "/scim/v2/ResourceTypes");
        Assert.Equal(["/Users", "/Groups"], types.GetProperty("Resources").EnumerateArray().Select(one => one.GetProperty("endpoint").GetString()));
        Assert.Equal("User", (await room.DoAsync("GET", "/scim/v2/ResourceTypes/User")).GetProperty("name").GetString());
        JsonElement schemas = await room.DoAsync("GET", "/scim/v2/Schemas");
        Assert.Equal(4, schemas.GetProperty("totalResults").GetInt32());
        foreach (JsonElement schema in schemas.GetProperty("Resources").EnumerateArray())
        {
            JsonElement one = await room.DoAsync("GET", $"/scim/v2/Schemas/{schema.GetProperty("id").GetString()}");
            Assert.NotEqual(0, one.GetProperty("attributes").GetArrayLength());
        }

        Okta.Refused(await room.SendAsync("GET", "/scim/v2/Schemas/urn:none"), 404, null);

        static bool Supports(JsonElement config, string what) => config.GetProperty(what).GetProperty("supported").GetBoolean();
    }

    [Fact]
    public async Task Every_error_has_the_envelope_of_the_protocol_and_changes_nothing()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales", ada);
        Guid ruled = (await room.DoAsync("POST", "/v1.0/groups", """
            {"displayName":"ruled","mailEnabled":false,"mailNickname":"r","securityEnabled":true,"groupTypes":["DynamicMembership"],"membershipRule":"user.city -eq \"Oslo\"","membershipRuleProcessingState":"On"}
            """)).GetProperty("id").GetGuid();
        long version = room.Tenant.Version;
        string user = $"/scim/v2/Users/{ada}", groups = $"/scim/v2/Groups/{group}";
        (int Status, string? Type, string Method, string Path, string? Body)[] cases =
        [
            (404, null, "GET", "/scim/v2/Nothing", null),
            (405, null, "DELETE", "/scim/v2/Users", null),
            (404, null, "GET", $"/scim/v2/Users/{Guid.NewGuid()}", null),
            (404, null, "PATCH", $"/scim/v2/Users/{Guid.NewGuid()}", "{}"),
            (404, null, "PUT", $"/scim/v2/Groups/{Guid.NewGuid()}", "{}"),
            (404, null, "DELETE", $"/scim/v2/Users/{Guid.NewGuid()}", null),
            (400, "invalidFilter", "GET", "/scim/v2/Users?filter=userName%20is%20%22x%22", null),
            (400, "invalidFilter", "GET", "/scim/v2/Users?filter=nickName%20eq%20%22x%22", null),
            (400, "invalidFilter", "GET", "/scim/v2/Groups?filter=externalId%20eq%20%22x%22", null),
            (400, "invalidValue", "GET", "/scim/v2/Users?count=many", null),
            (400, "invalidValue", "GET", "/scim/v2/Users?startIndex=1.5", null),
            (400, "invalidValue", "GET", "/scim/v2/Users?attributes=a..b", null),
            (400, "invalidSyntax", "POST", "/scim/v2/Users/.search", "[]"),
            (400, "invalidSyntax", "POST", "/scim/v2/Users", "{"),
            (400, "invalidSyntax", "POST", "/scim/v2/Users", """{"userName":"a@b","UserName":"c@d"}"""),
            (400, "invalidValue", "POST", "/scim/v2/Users", "{}"),
            (400, "invalidValue", "POST", "/scim/v2/Users", """{"userName":"no-domain"}"""),
            (400, "invalidValue", "POST", "/scim/v2/Users", """{"userName":"x@fabrikam.example","active":"perhaps"}"""),
            (400, "invalidValue", "POST", "/scim/v2/Users", """{"userName":"x@fabrikam.example","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"nobody"}}}"""),
            (409, "uniqueness", "POST", "/scim/v2/Users", """{"userName":"ADA@fabrikam.example"}"""),
            (409, "uniqueness", "PATCH", user, Entra.Patch("""{"op":"replace","path":"userName","value":"bob@fabrikam.example"}""")),
            (400, "mutability", "PATCH", user, Entra.Patch($$"""{"op":"replace","path":"id","value":"{{bob}}"}""")),
            (400, "mutability", "PATCH", user, Entra.Patch("""{"op":"add","path":"groups","value":[]}""")),
            (400, "mutability", "PUT", user, $$"""{"id":"{{bob}}"}"""),
            (400, "invalidSyntax", "PATCH", user, "{}"),
            (400, "invalidSyntax", "PATCH", user, Entra.Patch("")),
            (400, "invalidSyntax", "PATCH", user, Entra.Patch("""{"op":"move","path":"title"}""")),
            (400, "invalidPath", "PATCH", user, Entra.Patch("""{"op":"add","path":"emails[","value":"x"}""")),
            (400, "noTarget", "PATCH", user, Entra.Patch("""{"op":"remove"}""")),
            (400, "noTarget", "PATCH", user, Entra.Patch("""{"op":"replace","path":"emails[not (type eq \"work\")].value","value":"x"}""")),
            (400, "invalidValue", "PATCH", user, Entra.Patch("""{"op":"add","value":"x"}""")),
            (400, "invalidValue", "POST", "/scim/v2/Groups", """{"members":[]}"""),
            (400, "invalidValue", "PATCH", groups, Entra.Patch("""{"op":"add","path":"members","value":[{"value":"nobody"}]}""")),
            (400, "invalidValue", "PATCH", groups, Entra.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{group}}"}]}""")),
            (400, "invalidPath", "PATCH", groups, Entra.Patch("""{"op":"remove","path":"members[display eq \"x\"]"}""")),
            (400, "mutability", "PATCH", groups, Entra.Patch("""{"op":"remove","path":"displayName"}""")),
            (400, "mutability", "PATCH", $"/scim/v2/Groups/{ruled}", Entra.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{ada}}"}]}""")),
        ];
        foreach ((int status, string? type, string method, string path, string? body) in cases)
        {
            try
            {
                Okta.Refused(await room.SendAsync(method, path, body), status, type);
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException($"{method} {path} {body}", wrong);
            }
        }

        Okta.Refused(await room.SendAsync("GET", "/scim/v2/Users", token: "none"), 403, null);
        Okta.Refused(await room.SendAsync("POST", "/scim/v2/Users", "{}", token: "User.Read.All"), 403, null);
        Okta.Refused(await room.SendAsync("PUT", user, "{}", "*", ("Content-Type", "text/plain")), 415, null);
        Assert.Equal(version, room.Tenant.Version);
    }

    [Fact]
    public async Task What_can_be_sent_and_shown_has_limits()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        foreach (int over in (int[])[-1, 0, 1])
        {
            string operation = """{"op":"replace","path":"title","value":"x"}""";
            Answer many = await room.SendAsync("PATCH", $"/scim/v2/Users/{ada}", Entra.Patch(string.Join(',', Enumerable.Repeat(operation, ScimLimits.Operations + over))));
            Assert.Equal(over > 0 ? 400 : 200, many.Status);
            string emails = string.Join(',', Enumerable.Range(0, ScimLimits.Values + over).Select(i => $$"""{"value":"a{{i}}@x.example"}"""));
            Assert.Equal(over > 0 ? 400 : 200, (await room.SendAsync("PATCH", $"/scim/v2/Users/{ada}", Entra.Patch($$"""{"op":"add","path":"emails","value":[{{emails}}]}"""))).Status);
            await room.DoAsync("PUT", $"/scim/v2/Users/{ada}", """{"emails":[]}""");
            string names = string.Join(',', Enumerable.Repeat("userName", ScimLimits.Names + over));
            Assert.Equal(over > 0 ? 400 : 200, (await room.SendAsync("GET", $"/scim/v2/Users?attributes={names}")).Status);
        }
    }

    [Fact]
    public async Task B800_every_request_is_answered_by_a_real_server_with_a_token_that_does_not_end()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"{BerthProcess.DemoClient}.{BerthProcess.DemoSecret}");
        foreach (string path in (string[])["ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", $"Schemas/{ScimSchemas.Enterprise}"])
        {
            await SendAsync("GET", path, null);
        }

        JsonElement user = await SendAsync("POST", "Users", """{"userName":"walk@contoso.example"}""");
        string id = user.GetProperty("id").GetString()!;
        Assert.Equal($"{berth.Http!.ToString().TrimEnd('/')}/scim/v2/Users/{id}", user.GetProperty("meta").GetProperty("location").GetString());
        Assert.Equal(1, (await SendAsync("POST", "Users/.search", """{"filter":"userName eq \"walk@contoso.example\""}""")).GetProperty("totalResults").GetInt32());
        await SendAsync("GET", "Users", null);
        await SendAsync("GET", $"Users/{id}", null);
        await SendAsync("PUT", $"Users/{id}", """{"title":"Pilot"}""");
        Assert.Equal("Pilot", (await SendAsync("PATCH", $"Users/{id}", Entra.Patch("""{"op":"replace","path":"active","value":"False"}"""))).GetProperty("title").GetString());
        string group = (await SendAsync("POST", "Groups", """{"displayName":"Walkers"}""")).GetProperty("id").GetString()!;
        await SendAsync("POST", "Groups/.search", "{}");
        await SendAsync("GET", "Groups", null);
        await SendAsync("PATCH", $"Groups/{group}", Entra.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{id}}"}]}"""));
        Assert.Equal(1, (await SendAsync("GET", $"Groups/{group}", null)).GetProperty("members").GetArrayLength());
        await SendAsync("PUT", $"Groups/{group}", """{"members":[]}""");
        await SendAsync("DELETE", $"Groups/{group}", null);
        await SendAsync("DELETE", $"Users/{id}", null);

        async Task<JsonElement> SendAsync(string method, string path, string? body)
        {
            using HttpRequestMessage request = new(new HttpMethod(method), new Uri($"/scim/v2/{path}", UriKind.Relative));
            request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/scim+json");
            using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {text}");
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
        }
    }

    [Fact]
    public async Task A_page_and_the_members_of_an_answer_have_limits()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid group = await room.AddGroupAsync("everybody");
        Guid[] ids = [.. Enumerable.Range(0, ScimLimits.MembersShown + 1).Select(_ => Guid.NewGuid())];
        System.Text.StringBuilder lines = new();
        for (int i = 0; i < ids.Length; i++)
        {
            lines.Append("{\"user\":{\"id\":\"" + ids[i] + "\",\"displayName\":\"u\",\"userPrincipalName\":\"u" + i + "@fabrikam.example\"}}\n");
        }

        foreach (Guid id in ids)
        {
            lines.Append("{\"member\":{\"groupId\":\"" + group + "\",\"userId\":\"" + id + "\"}}\n");
        }

        Answer imported = await room.SendAsync("POST", "/berth/v1/import", lines.ToString(), "*", ("Content-Type", "application/x-ndjson"));
        Assert.Equal(ids.Length, imported.Json.GetProperty("members").GetInt32());
        foreach ((string query, int shown) in ((string, int)[])
            [("", ScimLimits.DefaultPage), ("?count=999", 999), ("?count=1000", ScimLimits.LargestPage), ("?count=1001", ScimLimits.LargestPage), ("?startIndex=50001", 1), ("?startIndex=50002", 0)])
        {
            JsonElement page = await room.DoAsync("GET", $"/scim/v2/Users{query}");
            Assert.Equal((ids.Length, shown), (page.GetProperty("totalResults").GetInt32(), page.GetProperty("Resources").GetArrayLength()));
        }

        // One more than is shown, then as many, then one fewer.
        Okta.Refused(await room.SendAsync("GET", $"/scim/v2/Groups/{group}"), 400, "tooMany");
        Okta.Refused(await room.SendAsync("GET", "/scim/v2/Groups"), 400, "tooMany");
        await room.DoAsync("GET", "/scim/v2/Groups?excludedAttributes=members");
        foreach (int left in (int[])[ScimLimits.MembersShown, ScimLimits.MembersShown - 1])
        {
            await Entra.GroupPatchAsync(room, group, "{\"op\":\"remove\",\"path\":\"members[value eq \\\"" + ids[left] + "\\\"]\"}");
            Assert.Equal(left, (await room.DoAsync("GET", $"/scim/v2/Groups/{group}")).GetProperty("members").GetArrayLength());
        }
    }

    [Fact]
    public async Task B801_a_client_id_and_its_secret_are_a_token_here_and_nowhere_else()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient admin = await berth.ClientAsync();
        JsonElement app = await PostAsync(admin, "/berth/v1/applications", """{"displayName":"Okta","permissions":["User.ReadWrite.All","Group.ReadWrite.All"]}""");
        string id = app.GetProperty("clientId").GetString()!, secret = app.GetProperty("clientSecret").GetString()!;
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        Assert.Equal(200, await StatusAsync($"{id}.{secret}", "/scim/v2/Users?count=1"));
        Assert.Equal(200, await StatusAsync($"{id}.{secret}", "/scim/v2/Groups?count=1"));
        Assert.Equal(401, await StatusAsync($"{id}.{secret}", "/v1.0/users"));
        Assert.Equal(401, await StatusAsync($"{id}.{secret}x", "/scim/v2/Users"));
        Assert.Equal(401, await StatusAsync($"{id}.", "/scim/v2/Users"));
        Assert.Equal(401, await StatusAsync($"{Guid.NewGuid()}.{secret}", "/scim/v2/Users"));
        Assert.Equal(401, await StatusAsync("", "/scim/v2/Users"));
        Assert.Equal(200, await StatusAsync(await berth.TokenAsync(), "/scim/v2/ServiceProviderConfig"));

        // Another secret ends the token at once, and so does the end of the application.
        string next = (await PostAsync(admin, $"/berth/v1/applications/{id}/secret", "")).GetProperty("clientSecret").GetString()!;
        Assert.Equal(401, await StatusAsync($"{id}.{secret}", "/scim/v2/Users"));
        Assert.Equal(200, await StatusAsync($"{id}.{next}", "/scim/v2/Users"));
        (await admin.DeleteAsync(new Uri($"/berth/v1/applications/{id}", UriKind.Relative), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        Assert.Equal(401, await StatusAsync($"{id}.{next}", "/scim/v2/Users"));

        async Task<int> StatusAsync(string token, string path)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            request.Headers.Authorization = token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)response.StatusCode;
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
