using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>Odd requests of who administers the installation: tenants made and removed, keys, applications, receivers of alerts (B760).</summary>
public sealed class InstallationInputs
{
    private static readonly (string Method, string Path)[] Routes =
    [
        ("POST", "/berth/v1/tenants"), ("DELETE", "/berth/v1/tenants/{tenant}"), ("POST", "/berth/v1/identity/rotateKeys"), ("POST", "/berth/v1/applications"), ("POST", "/berth/v1/applications/{application}/certificates"),
        ("POST", "/v1.0/roleManagement/directory/roleAssignments"), ("POST", "/berth/v1/alertReceivers"), ("PATCH", "/berth/v1/alertReceivers/{receiver}"), ("POST", "/berth/v1/alertReceivers/{receiver}/test"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Odd_requests_of_who_administers_the_installation()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = new(berth.Handler()) { BaseAddress = berth.Http };
        string token = await berth.TokenAsync();
        JsonElement tenant = JsonSerializer.Deserialize<JsonElement>((await SendAsync("POST", "/berth/v1/tenants", """{"displayName":"Fabrikam","domain":"fabrikam.example","country":"DE"}"""u8.ToArray())).Text);
        string receiver = JsonSerializer.Deserialize<JsonElement>((await SendAsync("POST", "/berth/v1/alertReceivers", """{"url":"http://127.0.0.1:1/hook"}"""u8.ToArray())).Text).Text("id");
        int granted = 0;
        await Trial.EachAsync(
            Inputs.For(nameof(Odd_requests_of_who_administers_the_installation)),
            odd =>
            {
                (string method, string path) = odd.Of(Routes);
                string good = odd.Of(Corpus.Of(method, path) is { Length: > 0 } some ? some : Corpus.Anything);
                string address = path.Replace("{tenant}", odd.Once(3) ? Uri.EscapeDataString(string.Concat(odd.Text().EnumerateRunes())) : tenant.Text("tenantId"), StringComparison.Ordinal)
                    .Replace("{application}", odd.Once(2) ? tenant.Text("clientId") : BerthProcess.DemoClient, StringComparison.Ordinal).Replace("{receiver}", odd.Once(6) ? odd.Id().ToString() : receiver, StringComparison.Ordinal);
                string query = method == "DELETE" ? $"?confirm={Uri.EscapeDataString(odd.Once(4) ? string.Concat(odd.Text().EnumerateRunes()) : "contoso.example")}&version={Uri.EscapeDataString(string.Concat(odd.Text().EnumerateRunes()))}" : "";
                return (Method: method, Path: address + query, Body: odd.Once(4) ? odd.Mutated(Encoding.UTF8.GetBytes(good)) : Encoding.UTF8.GetBytes(odd.Once(6) ? good : odd.Json(good)));
            },
            async attempt =>
            {
                string before = await ListedAsync();
                (int status, string text) = await SendAsync(attempt.Method, attempt.Path, attempt.Body);
                string what = $"{attempt.Method} {attempt.Path} {Trial.Shown(Encoding.UTF8.GetString(attempt.Body))}: {status} {text}\n{berth.Errors}";
                Assert.True(status is < 500 or 501, what);
                granted += status < 300 ? 1 : 0;
                Assert.True(status < 400 || before == await ListedAsync(), $"It was refused and changed something. {what}");
            });

        // Nothing would be tried by what is refused at the door.
        Assert.True(granted > Trial.Of(Inputs.For(nameof(Odd_requests_of_who_administers_the_installation))) / 20, $"{granted}");

        async Task<string> ListedAsync()
        {
            (int status, string text) = await SendAsync("GET", "/berth/v1/tenants", null);
            if (status == 401)
            {
                // The keys were forgotten, and every token with them.
                token = await berth.NewTokenAsync();
                (status, text) = await SendAsync("GET", "/berth/v1/tenants", null);
            }

            Assert.True(status == 200, $"{status} {text}");
            return text;
        }

        async Task<(int Status, string Text)> SendAsync(string method, string path, byte[]? body)
        {
            using HttpRequestMessage request = new(new HttpMethod(method), new Uri(berth.Http!.GetLeftPart(UriPartial.Authority) + path)) { Content = body is null ? null : new ByteArrayContent(body) };
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage response = await http.SendAsync(request, Cancel);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
        }
    }
}
