using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Conformance.Tests.Sdk;
using Berth.Identity;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;
using DirectoryRole = Berth.Identity.DirectoryRole;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Roles of the directory: what they hold, how they are assigned, and who did what to identities (B735, B736, B737, B738). In a tenant whose people the test makes.</summary>
public sealed class Roles : IAsyncLifetime
{
    private const string Password = "a long enough one";
    private const string Assignments = "/roleManagement/directory/roleAssignments";
    private static readonly string _globalAdministrator = DirectoryRole.GlobalAdministrator.TemplateId.ToString();

    private BerthProcess _berth = null!;
    private HttpClient _http = null!;
    private string _home = "", _own = "", _client = "", _tenant = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartEmptyDemoAsync();
        _http = new HttpClient(BerthProcess.Watch(_berth.Handler())) { BaseAddress = _berth.Http };
        _home = await _berth.TokenAsync();
        JsonElement made = (await SendAsync(_home, "POST", "/berth/v1/tenants", """{"displayName":"Fabrikam","domain":"fabrikam.example","country":"DE","kind":"emulator","administrator":{"userPrincipalName":"root@fabrikam.example","password":"a long enough one"}}""")).Body;
        (_tenant, _client) = (made.Text("tenantId"), made.Text("clientId"));
        using HttpResponseMessage answer = await _berth.AskForTokenAsync("fabrikam.example", _client, made.Text("clientSecret"));
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        _own = token.RootElement.Text("access_token");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _berth.DisposeAsync();
    }

    [Fact]
    public async Task B735_a_token_holds_what_the_roles_hold_and_opens_that_and_no_more()
    {
        (string Role, (string Method, string Path)[] May, (string Method, string Path)[] MayNot)[] roles =
        [
            ("License Administrator", [("POST", "/v1.0/users/x/assignLicense"), ("POST", "/v1.0/groups/x/assignLicense"), ("GET", "/v1.0/users")], [("PATCH", "/v1.0/users/x"), ("DELETE", "/v1.0/groups/x"), ("GET", "/v1.0/auditLogs/directoryAudits"), ("GET", "/berth/v1/applications")]),
            ("User Administrator", [("PATCH", "/v1.0/users/x"), ("DELETE", "/v1.0/users/x"), ("POST", "/v1.0/users/x/assignLicense"), ("PATCH", "/v1.0/groups/x")], [("GET", "/berth/v1/applications"), ("GET", "/v1.0/deviceManagement/virtualEndpoint/cloudPCs"), ("POST", "/v1.0" + Assignments)]),
            ("Groups Administrator", [("PATCH", "/v1.0/groups/x"), ("POST", "/v1.0/groups/x/assignLicense"), ("POST", "/v1.0/groups/x/members/$ref")], [("PATCH", "/v1.0/users/x"), ("POST", "/v1.0/users/x/assignLicense")]),
            ("Windows 365 Administrator", [("GET", "/v1.0/deviceManagement/virtualEndpoint/cloudPCs"), ("POST", "/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies"), ("POST", "/v1.0/groups/x/members/$ref")], [("POST", "/v1.0/users/x/assignLicense"), ("POST", "/v1.0/groups/x/assignLicense"), ("PATCH", "/v1.0/users/x")]),
            ("Global Reader", [("GET", "/v1.0/users"), ("GET", "/v1.0/auditLogs/directoryAudits"), ("GET", "/v1.0/deviceManagement/virtualEndpoint/cloudPCs"), ("GET", "/v1.0" + Assignments)], [("PATCH", "/v1.0/users/x"), ("POST", "/v1.0" + Assignments), ("POST", "/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies"), ("PATCH", "/berth/v1/settings")]),
            ("Global Administrator", [("PATCH", "/v1.0/users/x"), ("POST", "/v1.0" + Assignments), ("GET", "/berth/v1/applications"), ("DELETE", "/v1.0/directoryObjects/x")], []),
        ];
        Assert.Equal(DirectoryRole.All.Select(role => role.DisplayName).Order(), roles.Select(row => row.Role).Order());
        foreach ((string name, (string Method, string Path)[] may, (string Method, string Path)[] mayNot) in roles)
        {
            DirectoryRole role = DirectoryRole.All.Single(one => one.DisplayName == name);
            (string id, string person) = await HireAsync();
            JsonElement none = IdentityCalls.ClaimsOf(await SignInAsync(person));
            Assert.Equal(("User.Read", 1), (none.Text("scp"), none.GetProperty("wids").GetArrayLength()));
            Assert.Equal(201, (await AssignAsync(_own, id, role.TemplateId.ToString())).Status);
            string token = await SignInAsync(person);
            JsonElement claims = IdentityCalls.ClaimsOf(token);
            Assert.Contains(role.TemplateId.ToString(), claims.GetProperty("wids").EnumerateArray().Select(wid => wid.GetString()));
            Assert.Equal(role.Permissions.ToNames().Order(), claims.Text("scp").Split(' ').Order());
            foreach ((string method, string path) in may)
            {
                int status = (await SendAsync(token, method, path, method == "GET" || method == "DELETE" ? null : "{}")).Status;
                Assert.True(status is not (401 or 403), $"{name}: {method} {path}: {status}");
            }

            foreach ((string method, string path) in mayNot)
            {
                Assert.Equal((403, name + path), ((await SendAsync(token, method, path, method == "GET" || method == "DELETE" ? null : "{}")).Status, name + path));
            }
        }

        // Two roles hold what either does, and asking by name gives no more than they hold.
        (string both, string who) = await HireAsync();
        foreach (string role in (string[])["Global Reader", "License Administrator"])
        {
            await AssignAsync(_own, both, DirectoryRole.All.Single(one => one.DisplayName == role).TemplateId.ToString());
        }

        Assert.Equal("AuditLog.Read.All LicenseAssignment.ReadWrite.All", IdentityCalls.ClaimsOf(await SignInAsync(who, "User.ReadWrite.All AuditLog.Read.All LicenseAssignment.ReadWrite.All")).Text("scp"));

        // A password of who has a role is not a User Administrator's to change (B205).
        (string administrator, string name2) = await HireAsync();
        await AssignAsync(_own, administrator, DirectoryRole.All.Single(one => one.DisplayName == "User Administrator").TemplateId.ToString());
        Assert.Equal(403, (await SendAsync(await SignInAsync(name2), "PATCH", $"/v1.0/users/{both}", """{"passwordProfile":{"password":"Another-one-9"}}""")).Status);
    }

    [Fact]
    public async Task B736_roles_are_assigned_and_read_as_the_SDK_does()
    {
        using GraphServiceClient graph = new(SdkTenant.WireTo(_berth), SdkTenant.Bearer(_own), new Uri(_berth.Http!, "v1.0").ToString());
        (string person, string name) = await HireAsync();
        UnifiedRoleDefinition license = (await graph.RoleManagement.Directory.RoleDefinitions.GetAsync(cancellationToken: Cancel))!.Value!.Single(role => role.DisplayName == "License Administrator");
        Assert.Equal(license.TemplateId, (await graph.RoleManagement.Directory.RoleDefinitions[license.Id].GetAsync(cancellationToken: Cancel))!.Id);
        UnifiedRoleAssignment made = (await graph.RoleManagement.Directory.RoleAssignments.PostAsync(
            new UnifiedRoleAssignment { PrincipalId = person, RoleDefinitionId = license.Id, DirectoryScopeId = "/" }, cancellationToken: Cancel))!;
        Assert.Equal((person, license.Id, "/"), (made.PrincipalId, made.RoleDefinitionId, made.DirectoryScopeId));
        Assert.Equal(made.Id, (await graph.RoleManagement.Directory.RoleAssignments[made.Id].GetAsync(cancellationToken: Cancel))!.Id);
        UnifiedRoleAssignmentCollectionResponse own = (await graph.RoleManagement.Directory.RoleAssignments.GetAsync(
            request => request.QueryParameters.Filter = $"principalId eq '{person}' and roleDefinitionId eq '{license.Id}'", Cancel))!;
        Assert.Equal(made.Id, Assert.Single(own.Value!).Id);
        Assert.Empty((await graph.RoleManagement.Directory.RoleAssignments.GetAsync(request => request.QueryParameters.Filter = $"principalId eq '{Guid.NewGuid()}'", Cancel))!.Value!);
        Assert.Equal(6, (await graph.DirectoryRoles.GetAsync(cancellationToken: Cancel))!.Value!.Count);
        Assert.Equal("License Administrator", (await graph.DirectoryRoles[license.Id].GetAsync(cancellationToken: Cancel))!.DisplayName);
        User member = Assert.IsType<User>(Assert.Single((await graph.DirectoryRoles[license.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!));
        Assert.Equal((person, name), (member.Id, member.UserPrincipalName));

        // Who is deleted is nobody, and has the role again when they come back.
        await SendAsync(_own, "DELETE", $"/v1.0/users/{person}");
        Assert.Empty((await graph.DirectoryRoles[license.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!);
        await SendAsync(_own, "POST", $"/v1.0/directory/deletedItems/{person}/restore");
        Assert.Single((await graph.DirectoryRoles[license.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!);
        await graph.RoleManagement.Directory.RoleAssignments[made.Id].DeleteAsync(cancellationToken: Cancel);
        Assert.Equal(404, (await Assert.ThrowsAsync<ODataError>(() => graph.RoleManagement.Directory.RoleAssignments[made.Id].GetAsync(cancellationToken: Cancel))).ResponseStatusCode);

        // Beta has the same.
        (int status, JsonElement again) = await AssignAsync(_own, person, license.Id!, "/beta");
        Assert.Equal(201, status);
        foreach (string path in (string[])[
            "/directoryRoles", $"/directoryRoles/{license.Id}", $"/directoryRoles/{license.Id}/members", "/roleManagement/directory/roleDefinitions", $"/roleManagement/directory/roleDefinitions/{license.Id}",
            Assignments, $"{Assignments}/{again.Text("id")}"])
        {
            Assert.Equal((200, path), ((await SendAsync(_own, "GET", "/beta" + path)).Status, path));
        }

        Assert.Equal(204, (await SendAsync(_own, "DELETE", $"/beta{Assignments}/{again.Text("id")}")).Status);
    }

    [Fact]
    public async Task B736_what_cannot_be_assigned_is_refused_in_words_and_nothing_changes()
    {
        (string person, _) = await HireAsync();
        string root = (await SendAsync(_own, "GET", "/v1.0/users/root@fabrikam.example?$select=id")).Body.Text("id");
        string stranger = (await SendAsync(_home, "GET", "/v1.0/users/admin@contoso.example?$select=id")).Body.Text("id");
        string before = (await SendAsync(_own, "GET", "/v1.0" + Assignments)).Body.GetRawText();
        foreach ((string body, int status, string code) in ((string, int, string)[])
        [
            ("", 400, "bodyInvalid"), ("[]", 400, "bodyInvalid"), ("{}", 400, "bodyInvalid"), (Wanted("nobody", _globalAdministrator), 400, "bodyInvalid"),
            (Wanted(person, _globalAdministrator, "/administrativeUnits/1"), 400, "valueInvalid"), (Wanted(person, person), 400, "valueInvalid"),
            (Wanted(Guid.NewGuid().ToString(), _globalAdministrator), 404, "resourceNotFound"), (Wanted(stranger, _globalAdministrator), 404, "resourceNotFound"),
            (Wanted(root, _globalAdministrator), 400, "roleAssigned"), (new string(' ', RolesEndpoint.LongestBody + 1), 413, "bodyTooLarge"),
        ])
        {
            (int answer, JsonElement refused) = await SendAsync(_own, "POST", "/v1.0" + Assignments, body);
            Assert.Equal((status, code), (answer, refused.GetProperty("error").GetProperty("innerError").Text("code")));
        }

        foreach ((string path, int status) in ((string, int)[])
        [
            ($"{Assignments}?$filter=principalId ne 'x'", 400), ($"{Assignments}?$expand=principal", 400), ("/directoryRoles?$top=1", 400), ("/directoryRoles/nothing", 404),
            ($"/directoryRoles/{Guid.NewGuid()}/members", 404), ($"/roleManagement/directory/roleDefinitions/{Guid.NewGuid()}", 404), ($"{Assignments}/nothing", 404),
        ])
        {
            Assert.Equal((status, path), ((await SendAsync(_own, "GET", "/v1.0" + path)).Status, path));
        }

        Assert.Equal(before, (await SendAsync(_own, "GET", "/v1.0" + Assignments)).Body.GetRawText());
    }

    [Fact]
    public async Task B737_the_last_Global_Administrator_who_can_sign_in_keeps_the_role_and_so_does_the_demos_admin()
    {
        JsonElement first = Assert.Single((await SendAsync(_own, "GET", $"/v1.0{Assignments}?$filter=roleDefinitionId eq '{_globalAdministrator}'")).Body.GetProperty("value").EnumerateArray());
        Assert.Equal((400, "lastAdministrator"), await RefusedAsync(_own, first.Text("id")));
        (string second, _) = await HireAsync();
        string other = (await AssignAsync(_own, second, _globalAdministrator)).Body.Text("id");
        await SendAsync(_own, "PATCH", $"/v1.0/users/{second}", """{"accountEnabled":false}""");
        Assert.Equal((400, "lastAdministrator"), await RefusedAsync(_own, first.Text("id")));
        await SendAsync(_own, "PATCH", $"/v1.0/users/{second}", """{"accountEnabled":true}""");
        Assert.Equal(204, (await SendAsync(_own, "DELETE", $"/v1.0{Assignments}/{first.Text("id")}")).Status);
        Assert.Equal((400, "lastAdministrator"), await RefusedAsync(_own, other));
        JsonElement demo = Assert.Single((await SendAsync(_home, "GET", "/v1.0" + Assignments)).Body.GetProperty("value").EnumerateArray());
        Assert.Equal((400, "operationNotSupported"), await RefusedAsync(_home, demo.Text("id")));
    }

    [Fact]
    public async Task B773_of_two_who_take_the_role_from_each_other_or_disable_one_another_at_one_moment_one_is_refused()
    {
        string root = (await SendAsync(_own, "GET", "/v1.0/users/root@fabrikam.example?$select=id")).Body.Text("id");
        (string second, _) = await HireAsync();
        for (int round = 0; round < 6; round++)
        {
            await AssignAsync(_own, root, _globalAdministrator);
            await AssignAsync(_own, second, _globalAdministrator);
            string mine = await IdOfAsync(root), theirs = await IdOfAsync(second);
            bool isRole = round % 2 == 0;
            (int Status, JsonElement Body)[] done = await Task.WhenAll(
                SendAsync(_own, "DELETE", $"/v1.0{Assignments}/{mine}"),
                isRole ? SendAsync(_own, "DELETE", $"/v1.0{Assignments}/{theirs}") : SendAsync(_own, "PATCH", $"/v1.0/users/{second}", """{"accountEnabled":false}"""));
            Assert.Equal([204, 400], done.Select(one => one.Status).Order());
            Assert.Equal("lastAdministrator", done.Single(one => one.Status == 400).Body.GetProperty("error").GetProperty("innerError").Text("code"));
            await SendAsync(_own, "PATCH", $"/v1.0/users/{second}", """{"accountEnabled":true}""");
        }

        await AssignAsync(_own, root, _globalAdministrator);
        Assert.Equal(204, (await SendAsync(_own, "DELETE", $"/v1.0/users/{second}")).Status);

        async Task<string> IdOfAsync(string person) =>
            (await SendAsync(_own, "GET", $"/v1.0{Assignments}?$filter=principalId eq '{person}'")).Body.GetProperty("value").EnumerateArray().Single().Text("id");
    }

    // B746
    [Fact]
    public async Task B746_who_may_change_users_reaches_nobody_with_a_role_above_theirs()
    {
        (string lesser, string lesserName) = await HireAsync();
        await AssignAsync(_own, lesser, DirectoryRole.All.Single(role => role.DisplayName == "User Administrator").TemplateId.ToString());
        string token = await SignInAsync(lesserName);
        foreach (DirectoryRole one in DirectoryRole.All)
        {
            bool isReached = one.DisplayName is "Groups Administrator" or "User Administrator";
            string role = one.TemplateId.ToString();
            (string person, string name) = await HireAsync();
            await AssignAsync(_own, person, role);
            string user = $"/v1.0/users/{person}";
            string scim = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}""";
            string batch = $$"""{"requests":[{"id":"1","method":"DELETE","url":"/users/{{person}}"}]}""";
            string change = $$"""{"changes":[{"kind":"deleteUser","userId":"{{person}}"}]}""";
            if (!isReached)
            {
                foreach ((string method, string path, string? body) in ((string, string, string?)[])
                [
                    ("PATCH", user, """{"accountEnabled":false}"""), ("PATCH", user, $$"""{"userPrincipalName":"x{{name}}"}"""), ("PATCH", user, """{"mobilePhone":"+1 555 0100"}"""),
                    ("PATCH", user, """{"businessPhones":["+1 555 0100"]}"""), ("DELETE", user, null), ("DELETE", $"/v1.0/directoryObjects/{person}", null),
                    ("PATCH", $"/scim/v2/Users/{person}", scim), ("DELETE", $"/scim/v2/Users/{person}", null), ("POST", "/berth/v1/apply", change),
                ])
                {
                    Assert.Equal((method, path, 403), (method, path, (await SendAsync(token, method, path, body)).Status));
                }

                Assert.Equal(403, (await SendAsync(token, "POST", "/v1.0/$batch", batch)).Body.GetProperty("responses")[0].GetProperty("status").GetInt32());
            }

            // What is not sensitive goes on, and so does everything for who may change the whole directory.
            Assert.Equal(204, (await SendAsync(token, "PATCH", user, """{"jobTitle":"Admiral"}""")).Status);
            string may = isReached ? token : _own;
            Assert.Equal(204, (await SendAsync(may, "PATCH", user, """{"accountEnabled":false,"mobilePhone":"+1 555 0100"}""")).Status);
            Assert.Equal(204, (await SendAsync(may, "DELETE", user)).Status);
            if (!isReached)
            {
                Assert.Equal(403, (await SendAsync(token, "POST", $"/v1.0/directory/deletedItems/{person}/restore")).Status);
                Assert.Equal(403, (await SendAsync(token, "DELETE", $"/v1.0/directory/deletedItems/{person}")).Status);
            }

            Assert.Equal(200, (await SendAsync(may, "POST", $"/v1.0/directory/deletedItems/{person}/restore")).Status);
            Assert.Equal(204, (await SendAsync(_own, "DELETE", user)).Status);
        }
    }

    // B747
    [Fact]
    public async Task B747_the_last_Global_Administrator_who_can_sign_in_is_neither_disabled_nor_deleted_by_anybody()
    {
        string root = (await SendAsync(_own, "GET", "/v1.0/users/root@fabrikam.example?$select=id")).Body.Text("id");
        (string second, _) = await HireAsync();
        (string nobody, _) = await HireAsync();
        string both = $$"""{"changes":[{"kind":"deleteUser","userId":"{{root}}"},{"kind":"deleteUser","userId":"{{second}}"}]}""";
        await RefusedAsync("DELETE", $"/v1.0/users/{root}");
        await RefusedAsync("PATCH", $"/v1.0/users/{root}", """{"accountEnabled":false}""");
        Assert.Equal(204, (await SendAsync(_own, "PATCH", $"/v1.0/users/{root}", """{"jobTitle":"Admiral"}""")).Status);
        await AssignAsync(_own, second, _globalAdministrator);
        await RefusedAsync("POST", "/berth/v1/apply", both);

        // Of two who take each other away one stays.
        int[] done = [.. (await Task.WhenAll(((string[])[root, second]).Select(one => SendAsync(_own, "PATCH", $"/v1.0/users/{one}", """{"accountEnabled":false}""")))).Select(one => one.Status)];
        Assert.Equal([204, 400], done.Order());
        string stays = done[0] == 400 ? root : second, goes = done[0] == 400 ? second : root;
        await RefusedAsync("DELETE", $"/v1.0/users/{stays}");
        Assert.Equal(204, (await SendAsync(_own, "PATCH", $"/v1.0/users/{goes}", """{"accountEnabled":true}""")).Status);
        Assert.Equal(204, (await SendAsync(_own, "DELETE", $"/v1.0/users/{second}")).Status);
        Assert.Equal(204, (await SendAsync(_own, "DELETE", $"/v1.0/users/{nobody}")).Status);

        async Task RefusedAsync(string method, string path, string? body = null)
        {
            (int status, JsonElement refused) = await SendAsync(_own, method, path, body);
            Assert.Equal((400, "lastAdministrator"), (status, refused.GetProperty("error").GetProperty("innerError").Text("code")));
        }
    }

    // B748
    [Fact]
    public async Task B748_lists_of_roles_are_filtered_as_clients_ask_or_the_filter_is_refused()
    {
        string root = (await SendAsync(_own, "GET", "/v1.0/users/root@fabrikam.example?$select=id")).Body.Text("id");
        const string Definitions = "/roleManagement/directory/roleDefinitions";
        foreach ((string path, int count) in ((string, int)[])
        [
            ("/directoryRoles?$filter=displayName eq 'global administrator'", 1), ($"/directoryRoles?$filter=roleTemplateId eq '{_globalAdministrator}'", 1),
            ("/directoryRoles?$filter=displayName eq 'Nobody''s'", 0), ("/directoryRoles?$filter=", 6), ($"{Definitions}?$filter=isBuiltIn eq true", 6),
            ($"{Definitions}?$filter=displayName eq 'Global Reader'", 1), ($"{Definitions}?$filter= templateId eq '{_globalAdministrator}' and isBuiltIn eq true and displayName eq 'Global Administrator'", 1),
            ($"{Definitions}?$filter=isBuiltIn eq false", 0), ($"{Assignments}?$filter=principalId eq '{root}' and directoryScopeId eq '/'", 1), ($"{Assignments}?$filter=principalId eq '{Guid.Empty}'", 0),
            ($"{Definitions}?$filter={string.Join(" and ", Enumerable.Repeat("isBuiltIn eq true", EqualsFilter.Most))}", 6),
        ])
        {
            (int status, JsonElement list) = await SendAsync(_own, "GET", "/v1.0" + path);
            Assert.True(status == 200, $"{path}: {list}");
            Assert.Equal((path, count), (path, list.GetProperty("value").GetArrayLength()));
        }

        foreach (string filter in (string[])
        [
            "x", "displayName", "displayName eq", "displayName eq ", "displayName eq Global", "displayName eq 'Global", "displayName eq 'a'b", "displayName eq 'a' or displayName eq 'b'", "displayName ne 'a'",
            "displayName eq 'a' and", "displayname eq 'a'", "startswith(displayName,'a')", "description eq 'a'", "isPrivileged eq true", "'", "''", "eq", "and", "displayName eq 'a' anddisplayName eq 'b'",
            string.Join(" and ", Enumerable.Repeat("displayName eq 'a'", EqualsFilter.Most + 1)),
        ])
        {
            Assert.Equal((filter, 400), (filter, (await SendAsync(_own, "GET", "/v1.0/directoryRoles?$filter=" + Uri.EscapeDataString(filter))).Status));
        }

        Assert.Equal(400, (await SendAsync(_own, "GET", $"/v1.0/directoryRoles/{_globalAdministrator}/members?$filter=displayName eq 'a'")).Status);
    }

    [Fact]
    public async Task B738_who_did_what_to_identities_stands_in_the_audit_log_and_the_history_without_a_secret()
    {
        string root = await SignInAsync("root@fabrikam.example");
        JsonElement app = (await SendAsync(root, "POST", "/berth/v1/applications", """{"displayName":"Payroll","permissions":["User.Read.All"]}""")).Body;
        JsonElement renewed = (await SendAsync(root, "POST", $"/berth/v1/applications/{app.Text("clientId")}/secret")).Body;
        using System.Security.Cryptography.RSA key = System.Security.Cryptography.RSA.Create(2048);
        System.Security.Cryptography.X509Certificates.CertificateRequest request = new("CN=Payroll", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(201, (await SendAsync(root, "POST", $"/berth/v1/applications/{app.Text("clientId")}/certificates", certificate.ExportCertificatePem())).Status);
        Assert.Equal(204, (await SendAsync(root, "DELETE", $"/berth/v1/applications/{app.Text("clientId")}")).Status);
        (string person, string name) = await HireAsync();
        string assignment = (await AssignAsync(root, person, "4d6ac14f-3453-41d0-bef9-a3e0c569773a")).Body.Text("id");
        Assert.Equal(204, (await SendAsync(root, "DELETE", $"/v1.0{Assignments}/{assignment}")).Status);
        Assert.Equal(200, (await SendAsync(_home, "POST", "/berth/v1/identity/rotateKeys")).Status);

        JsonElement audits = (await SendAsync(_own, "GET", "/v1.0/auditLogs/directoryAudits?$top=100")).Body;
        (string Activity, string? Who, string Target, string Change)[] told = [.. audits.GetProperty("value").EnumerateArray().Select(Told)];
        Assert.Contains(("Add application", "root@fabrikam.example", "Payroll", "User.Read.All"), told);
        Assert.Contains(("Update application – Certificates and secrets management", "root@fabrikam.example", "Payroll", "secret"), told);
        Assert.Contains(("Update application – Certificates and secrets management", "root@fabrikam.example", "Payroll", $"certificate {certificate.Thumbprint}"), told);
        Assert.Contains(("Delete application", "root@fabrikam.example", "Payroll", ""), told);
        Assert.Contains(("Add member to role", "root@fabrikam.example", name, "License Administrator"), told);
        Assert.Contains(("Remove member from role", "root@fabrikam.example", name, "License Administrator"), told);
        Assert.Contains(("Add member to role", "Berth", "root@fabrikam.example", "Global Administrator"), told);
        Assert.Contains(told, one => one is { Activity: "Add application", Who: "Berth", Target: "First application" });
        (string Activity, string? Who, string Target, string Change)[] home = [.. (await SendAsync(_home, "GET", "/v1.0/auditLogs/directoryAudits?$top=100")).Body.GetProperty("value").EnumerateArray().Select(Told)];
        Assert.Contains(("Create company", "Berth demo client", "Fabrikam", "fabrikam.example"), home);
        Assert.Contains(home, one => one is { Activity: "Rotate token signing keys", Who: "Berth demo client" });
        Assert.DoesNotContain(told, one => one.Activity is "Create company" or "Rotate token signing keys");

        JsonElement history = (await SendAsync(_own, "GET", "/berth/v1/history?$top=100")).Body;
        JsonElement added = history.GetProperty("value").EnumerateArray().First(one => one.GetRawText().Contains("\"applicationAdded\"", StringComparison.Ordinal) && one.GetRawText().Contains("Payroll", StringComparison.Ordinal));
        Assert.Equal("RecordIdentity", added.Text("kind"), ignoreCase: true);
        Assert.Contains("root@fabrikam.example", added.GetProperty("actor").GetRawText(), StringComparison.Ordinal);
        foreach (string text in (string[])[audits.GetRawText(), history.GetRawText()])
        {
            Assert.DoesNotContain(app.Text("clientSecret"), text, StringComparison.Ordinal);
            Assert.DoesNotContain(renewed.Text("clientSecret"), text, StringComparison.Ordinal);
        }

        // What is told can't be undone from there.
        JsonElement undo = (await SendAsync(_own, "GET", $"/berth/v1/history/{added.Text("id")}/undo")).Body;
        Assert.Contains("identity", undo.GetRawText(), StringComparison.Ordinal);
    }

    private static (string Activity, string? Who, string Target, string Change) Told(JsonElement audit)
    {
        JsonElement by = audit.GetProperty("initiatedBy"), target = audit.GetProperty("targetResources")[0];
        string? who = by.GetProperty("user").ValueKind == JsonValueKind.Object ? by.GetProperty("user").Text("userPrincipalName") : by.GetProperty("app").Text("displayName");
        string change = target.GetProperty("modifiedProperties").EnumerateArray()
            .Select(one => (one.GetProperty("newValue").GetString() ?? one.GetProperty("oldValue").GetString())!).FirstOrDefault("").Trim('[', ']', '"');
        return (audit.Text("activityDisplayName"), who, target.Text("displayName"), change);
    }

    private static string Wanted(string person, string role, string scope = "/") => $$"""{"principalId":"{{person}}","roleDefinitionId":"{{role}}","directoryScopeId":"{{scope}}"}""";

    private async Task<(int Status, string Code)> RefusedAsync(string token, string assignment)
    {
        (int status, JsonElement refused) = await SendAsync(token, "DELETE", $"/v1.0{Assignments}/{assignment}");
        return (status, refused.GetProperty("error").GetProperty("innerError").Text("code"));
    }

    private Task<(int Status, JsonElement Body)> AssignAsync(string token, string person, string role, string version = "/v1.0") => SendAsync(token, "POST", version + Assignments, Wanted(person, role));

    private async Task<(string Id, string Name)> HireAsync()
    {
        string alias = $"u{Guid.NewGuid():N}";
        (int status, JsonElement user) = await SendAsync(_own, "POST", "/v1.0/users", $$$"""{"accountEnabled":true,"displayName":"Somebody","mailNickname":"{{{alias}}}","userPrincipalName":"{{{alias}}}@fabrikam.example","passwordProfile":{"password":"{{{Password}}}"}}""");
        Assert.Equal(201, status);
        return (user.Text("id"), $"{alias}@fabrikam.example");
    }

    private async Task<string> SignInAsync(string name, string scope = "https://graph.microsoft.com/.default")
    {
        (int status, JsonElement answer) = await _http.AskAsync($"/{_tenant}/oauth2/v2.0/token", ("client_id", _client), ("grant_type", "password"), ("username", name), ("password", Password), ("scope", scope));
        Assert.True(status == 200, answer.GetRawText());
        return answer.Text("access_token");
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(string token, string method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await _http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        using JsonDocument document = JsonDocument.Parse(text.StartsWith('{') ? text : "{}");
        return ((int)response.StatusCode, document.RootElement.Clone());
    }
}
