using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>What <c>m365 entra group</c>, <c>m365 entra group member</c> and <c>m365 request</c> do.</summary>
[Collection(nameof(ClientTenant))]
public sealed class M365Groups(ClientTenant tenant)
{
    private const string Admin = "admin@contoso.example";

    [Fact]
    public async Task A_group_is_added_read_changed_and_removed()
    {
        M365 m365 = await tenant.AppAsync();
        string name = tenant.Name("Group");
        string person = await tenant.PersonAsync();

        JsonElement added = await m365.RunAsync(
            "entra", "group", "add", "--displayName", name, "--type", "security", "--description", "as it was", "--ownerUserNames", Admin, "--memberUserNames", person);
        string id = Text(added, "id");
        Assert.True(added.GetProperty("securityEnabled").GetBoolean());
        Assert.Equal(["Member " + person, "Owner " + Admin], await RolesAsync(m365, name));

        Assert.Equal(id, Text(await m365.RunAsync("entra", "group", "get", "--displayName", name), "id"));
        await m365.RunAsync("entra", "group", "set", "--displayName", name, "--newDisplayName", name + " renamed", "--description", "as it is");
        JsonElement renamed = await m365.RunAsync("entra", "group", "get", "--id", id);
        Assert.Equal((name + " renamed", "as it is"), (Text(renamed, "displayName"), Text(renamed, "description")));

        // The program takes out who is there and puts in who is named.
        await m365.RunAsync("entra", "group", "set", "--id", id, "--memberUserNames", Admin, "--ownerUserNames", person);
        Assert.Equal(["Member " + Admin, "Owner " + person], await RolesAsync(m365, name + " renamed"));

        await m365.RunAsync("entra", "group", "remove", "--id", id, "--force");
        Assert.Contains("does not exist", await m365.FailAsync("entra", "group", "get", "--id", id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_are_listed_by_their_kind()
    {
        M365 m365 = await tenant.AppAsync();
        string name = tenant.Name("Unified");
        await m365.RunAsync("entra", "group", "add", "--displayName", name, "--type", "microsoft365", "--mailNickname", name, "--visibility", "Public");

        JsonElement all = await m365.RunAsync("entra", "group", "list", "--properties", "id,displayName");
        JsonElement security = await m365.RunAsync("entra", "group", "list", "--type", "security");
        JsonElement unified = await m365.RunAsync("entra", "group", "list", "--type", "microsoft365");
        JsonElement distribution = await m365.RunAsync("entra", "group", "list", "--type", "distribution");

        Assert.Contains(name, all.EnumerateArray().Select(group => Text(group, "displayName")));
        Assert.Contains(name, unified.EnumerateArray().Select(group => Text(group, "displayName")));
        Assert.DoesNotContain(name, security.EnumerateArray().Select(group => Text(group, "displayName")));
        Assert.All(security.EnumerateArray(), group => Assert.True(group.GetProperty("securityEnabled").GetBoolean()));
        Assert.All(distribution.EnumerateArray(), group => Assert.False(group.GetProperty("securityEnabled").GetBoolean()));
    }

    [Fact]
    public async Task Members_and_owners_are_added_listed_exchanged_and_removed()
    {
        M365 m365 = await tenant.AppAsync();
        string name = tenant.Name("Group");
        (string one, string other) = (await tenant.PersonAsync(), await tenant.PersonAsync());
        await m365.RunAsync("entra", "group", "add", "--displayName", name, "--type", "security");

        await m365.RunAsync("entra", "group", "member", "add", "--groupName", name, "--userNames", $"{one},{other}", "--role", "Member");
        await m365.RunAsync("entra", "group", "member", "add", "--groupName", name, "--userNames", Admin, "--role", "Owner");
        Assert.Equal(["Member " + one, "Member " + other, "Owner " + Admin], await RolesAsync(m365, name));

        JsonElement filtered = await m365.RunAsync("entra", "group", "member", "list", "--groupName", name, "--role", "Member", "--filter", $"userPrincipalName eq '{one}'");
        Assert.Equal(one, Text(Assert.Single(filtered.EnumerateArray()), "userPrincipalName"));

        await m365.RunAsync("entra", "group", "member", "set", "--groupName", name, "--userNames", other, "--role", "Owner");
        Assert.Equal(["Member " + one, "Owner " + Admin, "Owner " + other], await RolesAsync(m365, name));

        // Without a role it takes everybody out of both, and says when one was in one only, unless it is told not to.
        Assert.Contains("does not exist", await m365.FailAsync("entra", "group", "member", "remove", "--groupName", name, "--userNames", other, "--role", "Member", "--force"), StringComparison.Ordinal);
        await m365.RunAsync("entra", "group", "member", "remove", "--groupName", name, "--userNames", $"{one},{other}", "--suppressNotFound", "--force");
        Assert.Equal(["Owner " + Admin], await RolesAsync(m365, name));
    }

    [Fact]
    public async Task The_groups_of_a_person_are_listed()
    {
        M365 m365 = await tenant.AppAsync();
        string person = await tenant.PersonAsync();
        JsonElement group = await m365.RunAsync("entra", "group", "add", "--displayName", tenant.Name("Group"), "--type", "security", "--memberUserNames", person);

        JsonElement groups = await m365.RunAsync("entra", "user", "groupmembership", "list", "--userName", person);

        Assert.Equal($$"""[{"groupId":"{{Text(group, "id")}}"}]""", JsonSerializer.Serialize(groups));
    }

    [Fact]
    public async Task Any_request_of_Graph_is_sent()
    {
        M365 m365 = await tenant.AppAsync();
        string person = await tenant.PersonAsync();

        JsonElement page = await m365.RunAsync("request", "--url", "@graphbeta/users?$top=2&$select=id");
        Assert.Equal(2, page.GetProperty("value").GetArrayLength());
        Assert.StartsWith("https://graph.microsoft.com/beta/users?", Text(page, "@odata.nextLink"), StringComparison.Ordinal);
        Assert.Equal(1, (await m365.RunAsync("request", "--url", Text(page, "@odata.nextLink").Replace("$top=2", "$top=1", StringComparison.Ordinal))).GetProperty("value").GetArrayLength());

        JsonElement organization = await m365.RunAsync("request", "--url", "https://graph.microsoft.com/v1.0/organization", "--accept", "application/json;odata.metadata=none");
        Assert.Equal(["value"], organization.EnumerateObject().Select(property => property.Name));
        JsonElement user = await m365.RunAsync(
            "request", "--method", "post", "--url", $"@graph/users/{person}/assignLicense", "--content-type", "application/json", "--body", """{"addLicenses":[],"removeLicenses":[]}""");
        Assert.Equal(person, Text(user, "userPrincipalName"));
    }

    private static async Task<string[]> RolesAsync(M365 m365, string group) =>
        [.. (await m365.RunAsync("entra", "group", "member", "list", "--groupName", group)).EnumerateArray()
            .SelectMany(person => person.GetProperty("roles").EnumerateArray().Select(role => $"{role.GetString()} {Text(person, "userPrincipalName")}"))
            .Order(StringComparer.Ordinal)];

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
