using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>What <c>m365 entra user</c> and <c>m365 entra license</c> do.</summary>
[Collection(nameof(ClientTenant))]
public sealed class M365Users(ClientTenant tenant)
{
    private const string Admin = "admin@contoso.example";
    private const string Workstation = "0da63026-e422-4390-89e8-b14520d7e699";

    [Fact]
    public async Task A_person_is_added_read_changed_and_removed()
    {
        M365 m365 = await tenant.AppAsync();
        string alias = tenant.Name("m365");
        string name = $"{alias}@contoso.example";

        JsonElement added = await m365.RunAsync(
            "entra", "user", "add", "--displayName", $"Somebody {alias}", "--userName", name, "--mailNickname", alias, "--firstName", "Some", "--lastName", "Body", "--usageLocation", "US",
            "--department", "Sales", "--jobTitle", "Tester", "--companyName", "Contoso", "--password", "never-used-1A", "--managerUserName", Admin);
        string id = Text(added, "id");
        Assert.Equal(("Some", "Body", "Tester"), (Text(added, "givenName"), Text(added, "surname"), Text(added, "jobTitle")));

        Assert.Equal(name, Text(await m365.RunAsync("entra", "user", "get", "--id", id), "userPrincipalName"));
        JsonElement managed = await m365.RunAsync("entra", "user", "get", "--userName", name, "--withManager");
        Assert.Equal((id, Admin), (Text(managed, "id"), Text(managed.GetProperty("manager"), "userPrincipalName")));
        JsonElement listed = await m365.RunAsync("entra", "user", "list", "--displayName", $"Somebody {alias}", "--properties", "id,department");
        Assert.Equal($$"""[{"id":"{{id}}","department":"Sales"}]""", JsonSerializer.Serialize(listed));

        await m365.RunAsync("entra", "user", "set", "--userName", name, "--department", "Legal", "--removeManager");
        await m365.RunAsync("request", "--method", "patch", "--url", $"@graph/users/{id}", "--body", $$"""{"mail":"{{name}}"}""", "--content-type", "application/json");
        JsonElement changed = await m365.RunAsync("entra", "user", "get", "--email", name, "--properties", "id,department,mail");
        Assert.Equal((id, "Legal", name), (Text(changed, "id"), Text(changed, "department"), Text(changed, "mail")));
        Assert.Contains("404", await m365.FailAsync("request", "--url", $"@graph/users/{id}/manager"), StringComparison.Ordinal);
        await m365.RunAsync("entra", "user", "set", "--id", id, "--managerUserName", Admin);
        Assert.Equal(Admin, Text(await m365.RunAsync("request", "--url", $"@graph/users/{id}/manager"), "userPrincipalName"));

        await m365.RunAsync("entra", "user", "remove", "--userName", name, "--force");
        Assert.Contains("does not exist", await m365.FailAsync("entra", "user", "get", "--id", id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_everybody_follows_every_page()
    {
        JsonElement members = await (await tenant.AppAsync()).RunAsync("entra", "user", "list", "--type", "Member", "--properties", "userPrincipalName");

        Assert.True(members.GetArrayLength() >= 250, $"{members.GetArrayLength()} people");
        Assert.Contains(members.EnumerateArray(), member => Text(member, "userPrincipalName") == Admin);
    }

    [Fact]
    public async Task A_license_is_added_and_removed_and_a_refusal_says_why()
    {
        M365 m365 = await tenant.AppAsync();
        string name = await tenant.PersonAsync();

        JsonElement offered = await m365.RunAsync("entra", "license", "list");
        Assert.Contains(offered.EnumerateArray(), sku => Text(sku, "skuId") == Workstation);
        JsonElement licensed = await m365.RunAsync("entra", "user", "license", "add", "--userName", name, "--ids", Workstation);
        Assert.Equal(Workstation, Text(Assert.Single(licensed.GetProperty("assignedLicenses").EnumerateArray()), "skuId"));


        // What an application may not read by this command, a person who signed in may; so says the program, before it asks.
        Assert.Contains("requires delegated permissions", await m365.FailAsync("entra", "user", "license", "list", "--userName", name), StringComparison.Ordinal);
        M365 admin = await tenant.AdminAsync();
        Assert.Equal(Workstation, Text(Assert.Single((await admin.RunAsync("entra", "user", "license", "list", "--userName", name)).EnumerateArray()), "skuId"));
        await m365.RunAsync("entra", "user", "license", "remove", "--userName", name, "--ids", Workstation, "--force");
        Assert.Equal(0, (await admin.RunAsync("entra", "user", "license", "list", "--userName", name)).GetArrayLength());
        Assert.Contains(
            "does not correspond to a valid company License",
            await m365.FailAsync("entra", "user", "license", "add", "--userName", name, "--ids", "7b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"),
            StringComparison.Ordinal);
        Assert.Contains(
            "User does not have a corresponding license.",
            await m365.FailAsync("entra", "user", "license", "remove", "--userName", name, "--ids", Workstation, "--force"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_for_too_many_requests_is_waited_out()
    {
        M365 m365 = await tenant.AppAsync();
        JsonElement offered = default;

        int[] statuses = await tenant.WithFaultAsync(
            """{"kind":"throttle","route":"GET /subscribedSkus","count":1,"retryAfter":1}""",
            ClientDoor.Exec,
            "/v1.0/subscribedSkus",
            async () => offered = await m365.RunAsync("entra", "license", "list"));

        Assert.Equal([429, 200], statuses);
        Assert.True(offered.GetArrayLength() > 0);
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
