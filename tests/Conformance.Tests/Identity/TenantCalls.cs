using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>The calls of who administers an installation, and of who gets in at a tenant that was made there.</summary>
internal static class TenantCalls
{
    public const string Tenants = "/berth/v1/tenants";
    public const string Fabrikam = """{"displayName":"Fabrikam","domain":"fabrikam.example","country":"DE","administrator":{"userPrincipalName":"root@fabrikam.example","password":"a long enough one"}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<(string Tenant, string Client, string Secret)> MakeAsync(HttpClient http, string home, string body = Fabrikam)
    {
        (int status, JsonElement made) = await SendAsync(http, home, "POST", Tenants, body);
        Assert.True(status == 201, made.ToString());
        return (made.Text("tenantId"), made.Text("clientId"), made.Text("clientSecret"));
    }

    public static Task<(int Status, JsonElement Body)> SignInAsync(HttpClient http, string client) => http.AskAsync(
        "/organizations/oauth2/v2.0/token",
        ("grant_type", "password"), ("client_id", client), ("username", "root@fabrikam.example"), ("password", "a long enough one"), ("scope", "https://graph.microsoft.com/.default"));

    public static async Task<string> TokenAsync(BerthProcess berth, string client, string secret)
    {
        using HttpResponseMessage answer = await berth.AskForTokenAsync("fabrikam.example", client, secret);
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return token.RootElement.Text("access_token");
    }

    public static async Task<(int Status, JsonElement Body)> SendAsync(HttpClient http, string token, string method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        if (!text.StartsWith('{'))
        {
            return ((int)response.StatusCode, default);
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return ((int)response.StatusCode, document.RootElement.Clone());
    }
}
