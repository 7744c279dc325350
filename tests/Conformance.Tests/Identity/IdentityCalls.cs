using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Raw calls of the identity endpoints of a demo.</summary>
internal static partial class IdentityCalls
{
    public const string Admin = "admin@contoso.example";
    public const string AdminPassword = "berth-demo-password";
    public const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Asks the token endpoint; the answer whatever it is.</summary>
    public static async Task<(int Status, JsonElement Body)> AskAsync(this BerthProcess berth, params (string Name, string? Value)[] form)
    {
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        return await http.AskAsync("/organizations/oauth2/v2.0/token", form);
    }

    public static async Task<(int Status, JsonElement Body)> AskAsync(this HttpClient http, string path, params (string Name, string? Value)[] form)
    {
        (string Name, string? Value)[] whole = form.Any(field => field.Name == "client_id") ? form : [("client_id", BerthProcess.DemoClient), .. form];
        using FormUrlEncodedContent content = new(whole.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        using HttpResponseMessage response = await http.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return ((int)response.StatusCode, body.RootElement.Clone());
    }

    public static Task<(int Status, JsonElement Body)> SignInAsync(
        this BerthProcess berth, string name = Admin, string password = AdminPassword, string scope = "https://graph.microsoft.com/.default offline_access openid profile") =>
        berth.AskAsync(("grant_type", "password"), ("username", name), ("password", password), ("scope", scope), ("client_info", "1"));

    /// <summary>A new user with a password.</summary>
    public static async Task<(string Id, string Name)> CreateUserAsync(this BerthProcess berth, string password, bool enabled = true)
    {
        using HttpClient http = await berth.ClientAsync();
        string alias = $"u{Guid.NewGuid():N}";
        using HttpResponseMessage response = await http.PostAsync(new Uri("/v1.0/users", UriKind.Relative), Json(new
        {
            accountEnabled = enabled,
            displayName = "Someone",
            mailNickname = alias,
            userPrincipalName = $"{alias}@contoso.example",
            passwordProfile = new { password, forceChangePasswordNextSignIn = false },
        }), Cancel);
        using JsonDocument user = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (user.RootElement.GetProperty("id").GetString()!, $"{alias}@contoso.example");
    }

    public static async Task<int> PatchUserAsync(this BerthProcess berth, string key, object change, string? token = null)
    {
        using HttpClient http = await berth.ClientAsync();
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using HttpResponseMessage response = await http.PatchAsync(new Uri($"/v1.0/users/{key}", UriKind.Relative), Json(change), Cancel);
        return (int)response.StatusCode;
    }

    public static async Task<(int Status, string Body)> GetAsync(this BerthProcess berth, string path, string token)
    {
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    public static JsonElement ClaimsOf(string token)
    {
        using JsonDocument claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        return claims.RootElement.Clone();
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static void IsRefusal(this (int Status, JsonElement Body) answer, int status, string error, int number)
    {
        Assert.Equal(error, answer.Body.Text("error"));
        Assert.Equal(number, Assert.Single(answer.Body.GetProperty("error_codes").EnumerateArray()).GetInt32());
        Assert.StartsWith($"AADSTS{number}: ", answer.Body.Text("error_description"), StringComparison.Ordinal);
        Assert.Equal(status, answer.Status);
    }

    /// <summary>Opens a page and sends its form back as a browser would, with these fields.</summary>
    public static async Task<HttpResponseMessage> AnswerPageAsync(HttpClient browser, string address, params (string Name, string Value)[] fields)
    {
        Uri uri = new(address, UriKind.RelativeOrAbsolute);
        string page = await browser.GetStringAsync(uri, Cancel);
        string token = AntiForgery().Match(page).Groups["token"].Value;
        Assert.NotEmpty(token);
        using FormUrlEncodedContent form = new([KeyValuePair.Create("anti-forgery", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await browser.PostAsync(uri, form, Cancel);
    }

    /// <summary>A client that keeps cookies and shows redirects.</summary>
    public static HttpClient Browser(this BerthProcess berth) => new(new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = berth.Http };

    public static StringContent Json(object value) => new(JsonSerializer.Serialize(value), Encoding.UTF8, "application/json");

    [GeneratedRegex("name=\"anti-forgery\" value=\"(?<token>[^\"]+)\"")]
    private static partial Regex AntiForgery();
}
