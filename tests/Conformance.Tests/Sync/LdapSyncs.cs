using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Identity;
using Xunit;

namespace Berth.Conformance.Tests.Sync;

/// <summary><c>berth sync ldap</c> against a real OpenLDAP (B810 to B820).</summary>
[Collection(nameof(CliTenant))]
public sealed class LdapSyncs(CliTenant tenant)
{
    private const int Crowd = 60;

    private static readonly Dictionary<string, string?> _password = new() { ["BERTH_LDAP_PASSWORD"] = LdapServer.Password };

    [Fact]
    public async Task A_directory_comes_changes_is_renamed_and_disabled_and_what_is_gone_goes_only_when_that_is_asked_for()
    {
        using LdapServer ldap = new();
        StringBuilder people = new("dn: ou=people,dc=contoso,dc=example\nobjectClass: organizationalUnit\nou: people\n\ndn: ou=groups,dc=contoso,dc=example\nobjectClass: organizationalUnit\nou: groups\n");
        people.Append(Person("ada", "mail: ldap-ada@contoso.example\ndepartmentNumber: Flight\ntitle: Pilot\nemployeeNumber: 17\n"));
        people.Append(Person("bob", "departmentNumber: Ground\n"));
        for (int i = 0; i < Crowd - 2; i++)
        {
            people.Append(Person($"c{i:D2}", ""));
        }

        people.Append(Group("Pilots", "member: uid=ada,ou=people,dc=contoso,dc=example\nmember: cn=Crew,ou=groups,dc=contoso,dc=example\nmember: uid=nobody,dc=contoso,dc=example\n"));
        people.Append(Group("Crew", "member: UID=bob, ou=people, DC=contoso,dc=example\nmember: cn=Pilots,ou=groups,dc=contoso,dc=example\n"));
        ldap.Modify(people.ToString());
        string settings = Settings(ldap, "");

        // A look changes nothing. Sixty entries come only to who asks for pages (B817).
        Ended look = await SyncAsync(4, settings, "--dry-run");
        Assert.Contains($"ldap: {Crowd} users and 2 groups in the source; addMember 2, createGroup 2, createUser {Crowd}; 0 as they are. Nothing was changed.", look.Output, StringComparison.Ordinal);
        Assert.Empty(await UsersAsync());
        Ended first = await SyncAsync(0, settings);
        Assert.Contains($"createUser {Crowd}", first.Output, StringComparison.Ordinal);
        JsonElement[] users = await UsersAsync();
        Assert.Equal(Crowd, users.Length);
        JsonElement ada = Named(users, "ldap-ada@contoso.example");
        Assert.Equal(("ada ada", "Flight", "Pilot", "17", true), (ada.Text("displayName"), ada.Text("department"), ada.Text("jobTitle"), ada.Text("employeeId"), ada.GetProperty("accountEnabled").GetBoolean()));
        Assert.Equal("Ground", Named(users, "bob@ldap.example").Text("department"));
        Assert.Equal(["ldap-ada@contoso.example"], await MembersAsync("Pilots"));
        Assert.Equal(["bob@ldap.example"], await MembersAsync("Crew"));
        Assert.Contains($"nothing to do; {Crowd + 2} as they are", (await SyncAsync(0, settings)).Output, StringComparison.Ordinal);

        // A change, a rename (the entry and its address), and people of groups inside (B818).
        ldap.Modify("dn: uid=bob,ou=people,dc=contoso,dc=example\nchangetype: modify\nreplace: departmentNumber\ndepartmentNumber: Air\n");
        ldap.Modify("dn: uid=ada,ou=people,dc=contoso,dc=example\nchangetype: modrdn\nnewrdn: uid=lovelace\ndeleteoldrdn: 1\n");
        ldap.Modify("dn: uid=lovelace,ou=people,dc=contoso,dc=example\nchangetype: modify\nreplace: mail\nmail: ldap-lovelace@contoso.example\n");
        ldap.Modify("dn: cn=Pilots,ou=groups,dc=contoso,dc=example\nchangetype: modify\nadd: member\nmember: uid=lovelace,ou=people,dc=contoso,dc=example\n");
        ldap.Modify("dn: cn=Pilots,ou=groups,dc=contoso,dc=example\nchangetype: modrdn\nnewrdn: cn=Aviators\ndeleteoldrdn: 1\n");
        Ended second = await SyncAsync(0, Settings(ldap, "\"nested\":\"flatten\""));
        Assert.Contains("addMember 1, updateGroup 1, updateUser 2", second.Output, StringComparison.Ordinal);
        users = await UsersAsync();
        Assert.Equal((Crowd, "Air"), (users.Length, Named(users, "bob@ldap.example").Text("department")));
        Assert.Equal(ada.Text("id"), Named(users, "ldap-lovelace@contoso.example").Text("id"));
        Assert.Equal(["bob@ldap.example", "ldap-lovelace@contoso.example"], await MembersAsync("Aviators"));

        // The source says who is disabled; a value that it loses stays (B812).
        ldap.Modify("dn: uid=bob,ou=people,dc=contoso,dc=example\nchangetype: modify\nreplace: employeeType\nemployeeType: left\n-\ndelete: departmentNumber\n");
        settings = Settings(ldap, "", ",\"disabledFilter\":\"(employeeType=left)\"");
        Ended third = await SyncAsync(0, settings);
        Assert.Contains("disableUser 1, updateUser 1", third.Output, StringComparison.Ordinal);
        JsonElement bob = Named(await UsersAsync(), "bob@ldap.example");
        Assert.Equal((false, "Air"), (bob.GetProperty("accountEnabled").GetBoolean(), bob.Text("department")));

        // Eighteen of sixty is 30 %: not more than the limit. Nineteen are.
        ldap.Modify(Gone(0, 17));
        Assert.DoesNotContain("disableUser", (await SyncAsync(0, settings)).Output, StringComparison.Ordinal);
        Assert.Contains("disableUser 17", (await SyncAsync(4, settings, "--missing", "disable", "--dry-run")).Output, StringComparison.Ordinal);
        ldap.Modify(Gone(17, 19));
        Ended guarded = await SyncAsync(3, settings, "--missing", "disable");
        Assert.Contains($"19 of {Crowd} users of ldap would be disabled or deleted, 31 %; the limit is 30 %. Nothing was changed (B813).", guarded.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await UsersAsync()).Count(user => !user.GetProperty("accountEnabled").GetBoolean()));
        Ended meant = await SyncAsync(0, settings, "--missing", "disable", "--allow-mass-removal");
        Assert.Contains("disableUser 19, removeMember 1", meant.Output, StringComparison.Ordinal);
        Assert.Equal(20, (await UsersAsync()).Count(user => !user.GetProperty("accountEnabled").GetBoolean()));

        // Deleted when that is asked for; the group has gone too.
        ldap.Modify("dn: cn=Crew,ou=groups,dc=contoso,dc=example\nchangetype: delete\n");
        Ended deleted = await SyncAsync(0, settings, "--missing", "delete", "--allow-mass-removal");
        Assert.Contains("deleteGroup 1, deleteUser 19;", deleted.Output, StringComparison.Ordinal);
        Assert.Equal(Crowd - 19, (await UsersAsync()).Length);
        Assert.Equal(["ldap-lovelace@contoso.example"], await MembersAsync("Aviators"));

        // A wrong password is told in a line.
        Ended wrong = await RunAsync(new Dictionary<string, string?> { ["BERTH_LDAP_PASSWORD"] = "wrong" }, settings);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Single(wrong.Errors.Trim().Split('\n'));
        Assert.Contains("Nothing was changed.", wrong.Errors, StringComparison.Ordinal);
    }

    private static string Person(string uid, string more) =>
        $"\ndn: uid={uid},ou=people,dc=contoso,dc=example\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid} {uid}\nsn: {uid}\ngivenName: {uid}\n{more}";

    private static string Group(string name, string members) => $"\ndn: cn={name},ou=groups,dc=contoso,dc=example\nobjectClass: groupOfNames\ncn: {name}\n{members}";

    private static string Gone(int from, int to) => string.Concat(Enumerable.Range(from, to - from).Select(i => $"dn: uid=c{i:D2},ou=people,dc=contoso,dc=example\nchangetype: delete\n\n"));

    private string Settings(LdapServer ldap, string groups, string users = "") => tenant.Write("settings.json", $$"""
        {
          // Read page by page.
          "name": "ldap", "server": "{{ldap.Address}}", "bindDn": "{{LdapServer.Admin}}", "upnSuffix": "ldap.example", "pageSize": 25,
          "users": { "base": "ou=people,{{LdapServer.Root}}"{{users}} },
          "groups": { "base": "ou=groups,{{LdapServer.Root}}"{{(groups.Length > 0 ? "," : "")}}{{groups}} },
        }
        """);

    private async Task<Ended> SyncAsync(int code, string settings, params string[] more)
    {
        Ended ended = await RunAsync(_password, settings, more);
        Assert.True(ended.ExitCode == code, $"{ended.ExitCode}: {ended.Errors}{ended.Output}");
        return ended;
    }

    private Task<Ended> RunAsync(IReadOnlyDictionary<string, string?> environment, string settings, params string[] more) =>
        CliTenant.RunAsync(environment, ["sync", "ldap", settings, .. more, "--graph", tenant.Graph]);

    private async Task<JsonElement[]> UsersAsync()
    {
        List<JsonElement> users = [];
        string? next = "v1.0/users?$top=999&$select=id,userPrincipalName,displayName,department,jobTitle,employeeId,accountEnabled,onPremisesImmutableId";
        while (next is not null)
        {
            // Others' users are in this tenant too, more than a page.
            JsonElement page = await tenant.Http.GetFromJsonAsync<JsonElement>(next, TestContext.Current.CancellationToken);
            users.AddRange(page.GetProperty("value").EnumerateArray().Where(user => user.GetProperty("onPremisesImmutableId").GetString()?.StartsWith("ldap:", StringComparison.Ordinal) == true));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString() : null;
        }

        return [.. users];
    }

    private static JsonElement Named(JsonElement[] users, string name) => users.Single(user => user.Text("userPrincipalName") == name);

    private async Task<string[]> MembersAsync(string group)
    {
        JsonElement found = await tenant.Http.GetFromJsonAsync<JsonElement>($"v1.0/groups?$filter=displayName eq '{group}'&$expand=members", TestContext.Current.CancellationToken);
        return [.. found.GetProperty("value")[0].GetProperty("members").EnumerateArray().Select(member => member.Text("userPrincipalName")).Order(StringComparer.Ordinal)];
    }
}
