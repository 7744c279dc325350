using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>Every way in which <c>m365 login</c> can sign in without a browser of its own.</summary>
[Collection(nameof(ClientTenant))]
public sealed class M365Logins(ClientTenant tenant)
{
    private const string Admin = "admin@contoso.example";

    [Fact]
    public async Task A_secret_signs_the_application_in_until_it_signs_out()
    {
        M365 m365 = await tenant.SignedInAsync("secret", "--secret", BerthProcess.DemoSecret);

        JsonElement status = await m365.RunAsync("status");
        Assert.Equal(("secret", BerthProcess.DemoTenant), (Text(status, "authType"), Text(status, "appTenant")));
        Assert.NotEqual(0, (await m365.RunAsync("entra", "license", "list")).GetArrayLength());
        await m365.RunAsync("logout");
        Assert.Contains("Log in to Microsoft 365 first", await m365.FailAsync("entra", "license", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_signs_the_application_in()
    {
        M365 m365 = await tenant.SignedInAsync("certificate", "--certificateFile", Path.Combine(tenant.Berth.Data, "demo-client.pem"));

        Assert.Equal("certificate", Text(await m365.RunAsync("status"), "authType"));
        Assert.NotEqual(0, (await m365.RunAsync("entra", "license", "list")).GetArrayLength());
    }

    [Fact]
    public async Task A_password_signs_a_person_in_who_reads_her_own_licenses()
    {
        M365 admin = await tenant.AdminAsync();

        JsonElement status = await admin.RunAsync("status");
        Assert.Equal((Admin, "password"), (Text(status, "connectedAs"), Text(status, "authType")));
        Assert.Equal(JsonValueKind.Array, (await admin.RunAsync("entra", "user", "license", "list")).ValueKind);
        Assert.Equal(Admin, Text(await admin.RunAsync("request", "--url", "@graph/me"), "userPrincipalName"));
        Assert.Contains(
            "AADSTS50126",
            await new M365(tenant).FailAsync(
                "login", "--authType", "password", "--tenant", BerthProcess.DemoTenant, "--appId", BerthProcess.DemoClient, "--userName", Admin, "--password", "not-the-password"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_typed_on_another_device_signs_a_person_in()
    {
        M365 m365 = new(tenant);
        using RunningProgram login = m365.Start("login", "--authType", "deviceCode", "--tenant", BerthProcess.DemoTenant, "--appId", BerthProcess.DemoClient);

        Match? asked = await login.SaysAsync(new Regex(@"open the page (?<page>\S+) and enter the code (?<code>\S+) to authenticate"));
        Assert.NotNull(asked);
        await TypeAsync(new Uri(asked.Groups["page"].Value), asked.Groups["code"].Value);
        (int code, string output, string errors) = await login.EndAsync();

        Assert.True(code == 0, output + errors);
        JsonElement status = await m365.RunAsync("status");
        Assert.Equal((Admin, "deviceCode"), (Text(status, "connectedAs"), Text(status, "authType")));
        Assert.Equal(JsonValueKind.Array, (await m365.RunAsync("entra", "user", "license", "list")).ValueKind);
    }

    [Fact]
    public async Task A_managed_identity_signs_the_machine_in()
    {
        M365 m365 = new(tenant);
        await m365.RunAsync("login", "--authType", "identity");

        Assert.Equal("identity", Text(await m365.RunAsync("status"), "authType"));
        Assert.NotEqual(0, (await m365.RunAsync("entra", "license", "list")).GetArrayLength());
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_in_the_words_that_people_search_for()
    {
        string said = await new M365(tenant).FailAsync(
            "login", "--authType", "secret", "--tenant", BerthProcess.DemoTenant, "--appId", BerthProcess.DemoClient, "--secret", "not-the-secret");

        Assert.Contains("AADSTS7000215", said, StringComparison.Ordinal);
    }

    // As a browser does: the page, then its form with what the page hid in it.
    private async Task TypeAsync(Uri page, string code)
    {
        using HttpClientHandler handler = tenant.Berth.Handler();
        handler.CookieContainer = new System.Net.CookieContainer();
        using HttpClient browser = new(handler);
        string form = await browser.GetStringAsync(page, TestContext.Current.CancellationToken);
        Dictionary<string, string> fields = Regex.Matches(form, "<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\">")
            .ToDictionary(field => field.Groups["name"].Value, field => field.Groups["value"].Value);
        fields["user_code"] = code;
        fields["username"] = Admin;
        fields["password"] = "berth-demo-password";
        fields["answer"] = "yes";
        using FormUrlEncodedContent content = new(fields);
        using HttpResponseMessage answer = await browser.PostAsync(page, content, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
