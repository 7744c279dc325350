using System.Net.Http.Headers;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Programs that sign in by themselves, registered and taken away over HTTP (B637).</summary>
public sealed class RegisteredApplications(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private const string Applications = "/berth/v1/applications";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B637_a_registered_program_may_do_what_it_was_given_until_its_secret_changes_or_it_is_taken_away()
    {
        // Of its own, so that it can be started again.
        string data = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        string client, secret;
        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            (int status, JsonElement made) = await SendAsync(berth, "POST", Applications, """{"displayName":" Payroll ","permissions":["user.read.all"]}""");
            Assert.Equal((201, "Payroll", "[\"User.Read.All\"]"), (status, made.Text("displayName"), made.GetProperty("permissions").GetRawText()));
            (client, secret) = (made.Text("clientId"), made.Text("clientSecret"));
            string token = (await TokenAsync(berth, client, secret)).Body.Text("access_token");
            Assert.Equal(200, (await berth.GetAsync("/v1.0/users", token)).Status);
            Assert.Equal(403, (await berth.GetAsync("/v1.0/groups", token)).Status);
            Assert.Equal(403, (await SendAsync(berth, "GET", Applications, null, token)).Status);

            JsonElement list = (await SendAsync(berth, "GET", Applications)).Body;
            Assert.Equal([BerthProcess.DemoClient, client], [.. list.GetProperty("value").EnumerateArray().OrderBy(app => app.Text("clientId") == client).Select(app => app.Text("clientId"))]);
            Assert.Equal([true, false], [.. list.GetProperty("value").EnumerateArray().OrderBy(app => app.Text("clientId") == client).Select(app => app.GetProperty("isOfDemo").GetBoolean())]);
            Assert.DoesNotContain("secret", list.GetRawText(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("User.Read\"", list.GetProperty("permissions").GetRawText(), StringComparison.Ordinal);
        }

        await using (BerthProcess again = await BerthProcess.StartEmptyDemoAsync(data))
        {
            (int answer, JsonElement renewed) = await SendAsync(again, "POST", $"{Applications}/{client}/secret");
            Assert.Equal(200, answer);
            Assert.NotEqual(secret, renewed.Text("clientSecret"));
            Assert.Equal(401, (await TokenAsync(again, client, secret)).Status);
            Assert.Equal(200, (await TokenAsync(again, client, renewed.Text("clientSecret"))).Status);
            Assert.Equal(204, (await SendAsync(again, "DELETE", $"{Applications}/{client}")).Status);
            Assert.NotEqual(200, (await TokenAsync(again, client, renewed.Text("clientSecret"))).Status);
            Assert.Equal(404, (await SendAsync(again, "DELETE", $"{Applications}/{client}")).Status);

            // The demo's own is one of the 200 that a tenant may have.
            List<int> statuses = [];
            for (int i = 0; i < 200; i++)
            {
                statuses.Add((await SendAsync(again, "POST", Applications, """{"displayName":"one of many","permissions":[]}""")).Status);
            }

            Assert.Equal([.. Enumerable.Repeat(201, 199), 400], statuses);
        }

        Directory.Delete(data, recursive: true);
    }

    // B637
    [Theory]
    [InlineData("POST", "", "nonsense", 400, "valueInvalid")]
    [InlineData("POST", "", """{"displayName":" ","permissions":[]}""", 400, "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"x"}""", 400, "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"x","permissions":["User.Read"]}""", 400, "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"x","permissions":["Mail.Send"]}""", 400, "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"x","permissions":[null]}""", 400, "valueInvalid")]
    [InlineData("PUT", "", "{}", 405, "methodNotAllowed")]
    [InlineData("GET", "/" + BerthProcess.DemoClient, null, 405, "methodNotAllowed")]
    [InlineData("GET", "/" + BerthProcess.DemoClient + "/secret", null, 405, "methodNotAllowed")]
    [InlineData("DELETE", "/" + BerthProcess.DemoClient, null, 400, "operationNotSupported")]
    [InlineData("POST", "/" + BerthProcess.DemoClient + "/secret", null, 400, "operationNotSupported")]
    [InlineData("DELETE", "/nobody", null, 404, "resourceNotFound")]
    [InlineData("POST", "/2b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10/secret", null, 404, "resourceNotFound")]
    public async Task What_cannot_be_is_refused_in_words(string method, string below, string? body, int status, string code)
    {
        (int answer, JsonElement error) = await SendAsync(demo.Berth, method, Applications + below, body);
        Assert.Equal((status, code), (answer, error.GetProperty("error").GetProperty("innerError").Text("code")));
        Assert.NotEmpty(error.GetProperty("error").Text("message"));
    }

    // B637
    [Fact]
    public async Task Nobody_gives_what_they_do_not_have()
    {
        (int status, JsonElement made) = await SendAsync(demo.Berth, "POST", Applications, """{"displayName":"Registrar","permissions":["Application.ReadWrite.All","Group.Read.All"]}""");
        Assert.Equal(201, status);
        string token = (await TokenAsync(demo.Berth, made.Text("clientId"), made.Text("clientSecret"))).Body.Text("access_token");
        Assert.Equal(201, (await SendAsync(demo.Berth, "POST", Applications, """{"displayName":"Reader","permissions":["Group.Read.All"]}""", token)).Status);
        Assert.Equal(403, (await SendAsync(demo.Berth, "POST", Applications, """{"displayName":"Writer","permissions":["Group.ReadWrite.All"]}""", token)).Status);

        // Whoever had its secret would be it.
        JsonElement writer = (await SendAsync(demo.Berth, "POST", Applications, """{"displayName":"Writer","permissions":["Group.ReadWrite.All"]}""")).Body;
        Assert.Equal(403, (await SendAsync(demo.Berth, "POST", $"{Applications}/{writer.Text("clientId")}/secret", null, token)).Status);
        Assert.Equal(200, (await TokenAsync(demo.Berth, writer.Text("clientId"), writer.Text("clientSecret"))).Status);
        Assert.Equal(401, (await SendAsync(demo.Berth, "GET", Applications, null, "nonsense")).Status);
        Assert.Equal(413, (await SendAsync(demo.Berth, "POST", Applications, new string(' ', (16 * 1024) + 1))).Status);
    }

    private static async Task<(int Status, JsonElement Body)> TokenAsync(BerthProcess berth, string client, string secret)
    {
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        return await http.AskAsync("/contoso.example/oauth2/v2.0/token", ("grant_type", "client_credentials"), ("scope", BerthProcess.GraphScope), ("client_id", client), ("client_secret", secret));
    }

    private static async Task<(int Status, JsonElement Body)> SendAsync(BerthProcess berth, string method, string path, string? body = null, string? token = null)
    {
        using HttpClient http = await berth.ClientAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        string answer = await response.Content.ReadAsStringAsync(Cancel);
        using JsonDocument document = JsonDocument.Parse(answer.Length == 0 ? "{}" : answer);
        return ((int)response.StatusCode, document.RootElement.Clone());
    }
}
