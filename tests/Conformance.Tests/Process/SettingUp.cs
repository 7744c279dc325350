using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>The first start of an installation that is not a demo.</summary>
public sealed class SettingUp
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_reads_the_console_creates_the_first_tenant_once()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        string code = CodeOf(berth);

        using HttpResponseMessage created = await PostAsync(berth, Body(code.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal)));
        using JsonDocument first = JsonDocument.Parse(await created.Content.ReadAsStringAsync(Cancel));
        (string tenant, string client, string secret) = (
            first.RootElement.GetProperty("tenantId").GetString()!, first.RootElement.GetProperty("clientId").GetString()!, first.RootElement.GetProperty("clientSecret").GetString()!);
        using HttpResponseMessage again = await PostAsync(berth, Body(code));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await IsRefusalAsync(again, HttpStatusCode.Conflict, "setupDone");
        await ReadsItsTenantAsync(berth, tenant, client, secret);

        Assert.Equal(0, await berth.StopAsync());
        await using BerthProcess restarted = await BerthProcess.StartAsync(berth.Data);
        Assert.DoesNotContain(restarted.Lines, line => line.StartsWith("Set-up code", StringComparison.Ordinal));
        await ReadsItsTenantAsync(restarted, tenant, client, secret);
        using HttpResponseMessage late = await PostAsync(restarted, Body(code));
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task Ten_wrong_codes_and_the_right_one_is_no_longer_taken()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage wrong = await PostAsync(berth, Body("00000-00000-00000-00000"));
            await IsRefusalAsync(wrong, HttpStatusCode.Forbidden, "setupCodeWrong");
        }

        using HttpResponseMessage right = await PostAsync(berth, Body(CodeOf(berth)));

        await IsRefusalAsync(right, HttpStatusCode.Forbidden, "setupLocked");
    }

    [Fact]
    public async Task Nine_wrong_codes_and_the_right_one_is_still_taken()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        for (int i = 0; i < 9; i++)
        {
            using HttpResponseMessage wrong = await PostAsync(berth, Body("nonsense"));
            await IsRefusalAsync(wrong, HttpStatusCode.Forbidden, "setupCodeWrong");
        }

        using HttpResponseMessage right = await PostAsync(berth, Body(CodeOf(berth)));

        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
    }

    [Theory]
    [InlineData("{\"code\":\"CODE\",\"displayName\":\"\",\"domain\":\"fabrikam.example\",\"country\":\"DE\"}", 400, "valueInvalid")]
    [InlineData("{\"code\":\"CODE\",\"displayName\":\"Fabrikam\",\"domain\":\"fabrikam\",\"country\":\"DE\"}", 400, "valueInvalid")]
    [InlineData("{\"code\":\"CODE\",\"displayName\":\"Fabrikam\",\"domain\":\"-.example\",\"country\":\"DE\"}", 400, "valueInvalid")]
    [InlineData("{\"code\":\"CODE\",\"displayName\":\"Fabrikam\",\"domain\":\"fabrikam.example\",\"country\":\"XX\"}", 400, "valueInvalid")]
    [InlineData("{\"code\":\"CODE\",\"displayName\":\"Fabrikam\",\"domain\":\"fabrikam.example\"}", 400, "valueInvalid")]
    [InlineData("{\"displayName\":\"Fabrikam\",\"domain\":\"fabrikam.example\",\"country\":\"DE\"}", 400, "valueInvalid")]
    [InlineData("{\"code\":7}", 400, "bodyInvalid")]
    [InlineData("null", 400, "bodyInvalid")]
    [InlineData("", 400, "bodyInvalid")]
    public async Task A_bad_request_says_what_is_wrong_and_leaves_the_code_good(string body, int status, string inner)
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);

        using HttpResponseMessage refused = await PostAsync(berth, body.Replace("CODE", CodeOf(berth), StringComparison.Ordinal));
        using HttpResponseMessage right = await PostAsync(berth, Body(CodeOf(berth)));

        await IsRefusalAsync(refused, (HttpStatusCode)status, inner);
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
    }

    [Theory]
    [InlineData(16 * 1024, 400)]
    [InlineData((16 * 1024) + 1, 413)]
    public async Task A_set_up_request_has_at_most_16_KiB(int bytes, int status)
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        using HttpResponseMessage response = await PostAsync(berth, new string('x', bytes));

        Assert.Equal(status, (int)response.StatusCode);
    }

    private static string CodeOf(BerthProcess berth) =>
        berth.Lines.Single(line => line.StartsWith("Set-up code: ", StringComparison.Ordinal))["Set-up code: ".Length..];

    private static string Body(string code) => $$"""{"code":"{{code}}","displayName":"Fabrikam","domain":"Fabrikam.example","country":"de"}""";

    private static async Task<HttpResponseMessage> PostAsync(BerthProcess berth, string body)
    {
        using HttpClient client = await berth.ClientAsync(authenticated: false);
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri("/berth/v1/setup", UriKind.Relative), content, Cancel);
    }

    private static async Task IsRefusalAsync(HttpResponseMessage response, HttpStatusCode status, string inner)
    {
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(inner, body.RootElement.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString());
        Assert.Equal(status, response.StatusCode);
    }

    private static async Task ReadsItsTenantAsync(BerthProcess berth, string tenant, string client, string secret)
    {
        using HttpResponseMessage answer = await berth.AskForTokenAsync("fabrikam.example", client, secret);
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        http.DefaultRequestHeaders.Add("Authorization", "Bearer " + token.RootElement.GetProperty("access_token").GetString());
        Assert.Contains(tenant, await http.GetStringAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel), StringComparison.Ordinal);
    }
}
