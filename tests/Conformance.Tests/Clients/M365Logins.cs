using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>The ways in which <c>m365 login</c> signs in.</summary>
[Collection(nameof(ClientTenant))]
public sealed class M365Logins(ClientTenant tenant)
{
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
    public async Task A_wrong_secret_is_refused_in_the_words_that_people_search_for()
    {
        string said = await new M365(tenant).FailAsync(
            "login", "--authType", "secret", "--tenant", BerthProcess.DemoTenant, "--appId", BerthProcess.DemoClient, "--secret", "not-the-secret");

        Assert.Contains("AADSTS7000215", said, StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
